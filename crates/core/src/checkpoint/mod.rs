//! Checkpoints: a run can be killed at any moment and resumed.
//!
//! A [`Checkpoint`] is a small file that stores the progress of a run: up to which page the output is on disk, where
//! to continue in the inputs, and the counts so far. It is replaced as a whole, and only after everything it refers
//! to is durable. A resumed run cuts off what was written after the checkpoint, processes those pages again, and
//! ends with the same bytes as an uninterrupted run.
//!
//! Two more files stand beside it. `FILE.lock` keeps two runs from sharing a checkpoint. `FILE.visited` lists the
//! entries of a list of URLs that are done; they finish in no fixed order, so a position would not do.

mod input_digest;
mod run_config;
mod saved_state;
mod visited_journal;
mod writer;

use std::ffi::OsString;
use std::fs::{File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};
use std::time::Duration;

pub(crate) use self::input_digest::InputDigest;
pub use self::run_config::RunConfig;
use self::saved_state::SavedRun;
pub(crate) use self::writer::{CheckpointWriter, PageProgress};
use crate::error::{Error, ErrorKind};
use crate::settings::Settings;
use crate::sinks::{Destination, OutputTarget, is_device};
use crate::sources::Inputs;
use crate::stats::RunStats;

/// The checkpoint of a run. It is locked: no other run can use it at the same time.
#[derive(Debug)]
pub struct Checkpoint {
    path: PathBuf,
    interval: Duration,
    config: RunConfig,
    saved: Option<SavedRun>,
    // Held as long as the run: dropping the file releases the lock.
    _lock: File,
}

impl Checkpoint {
    /// Opens the checkpoint at `path`, or begins one, which writes nothing but the lock file. A checkpoint belongs
    /// to one run: the inputs must be the same when it is resumed, and so must `config`, which covers the
    /// settings, the `destination`, and everything else that the output depends on.
    ///
    /// # Errors
    /// If the output is a stream or unordered, which cannot be resumed; if another run is using the checkpoint; or
    /// if it cannot be read, is damaged, or belongs to a run with another configuration.
    pub fn open(
        path: &Path,
        config: RunConfig,
        settings: &Settings,
        destination: &Destination,
    ) -> Result<Self, Error> {
        match &destination.target {
            OutputTarget::Stream => {
                return Err(
                    ErrorKind::CheckpointOfStream { output: "standard output".into() }.into()
                );
            }
            OutputTarget::File(output) if is_device(output) => {
                let output = output.display().to_string();
                return Err(ErrorKind::CheckpointOfStream { output }.into());
            }
            OutputTarget::File(_) | OutputTarget::Folder(_) => {}
        }
        if settings.unordered {
            return Err(ErrorKind::CheckpointUnordered.into());
        }
        let lock = lock(path)?;
        let saved = SavedRun::read(path)?;
        if let Some(saved) = &saved {
            saved.check(path, &config)?;
        }
        let interval = settings.checkpoint_interval.0;
        Ok(Self { path: path.into(), interval, config, saved, _lock: lock })
    }

    /// The path of the checkpoint.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whether it has a saved run, complete or not.
    pub fn is_started(&self) -> bool {
        self.saved.is_some()
    }

    /// The number of pages that are done; 0 if no run is saved.
    pub fn pages(&self) -> u64 {
        self.saved.as_ref().map_or(0, |saved| saved.stats.pages)
    }

    /// Whether it has a saved run that is not complete.
    pub fn is_resumable(&self) -> bool {
        self.saved.as_ref().is_some_and(|saved| !saved.is_complete)
    }

    /// The counts of the saved run and the time it took, if it is complete; `None` if there is something left to do.
    ///
    /// # Errors
    /// If the run is complete and its output is gone.
    pub(crate) fn completed_run(
        &self,
        destination: &Destination,
    ) -> Result<Option<(RunStats, Duration)>, Error> {
        let Some(saved) = self.saved.as_ref().filter(|saved| saved.is_complete) else {
            return Ok(None);
        };
        if destination.is_written()? {
            Ok(Some((saved.stats.clone(), saved.elapsed())))
        } else {
            Err(self.unusable("the run is complete, but its output no longer exists"))
        }
    }

    /// Checks that the inputs are those of the saved run, and returns the writer that keeps saving progress.
    pub(crate) fn into_writer(self, inputs: &Inputs) -> Result<CheckpointWriter, Error> {
        if let Some(saved) = &self.saved {
            saved.inputs.check(inputs, &saved.position).map_err(|why| self.unusable(&why))?;
        }
        CheckpointWriter::new(self, inputs)
    }

    /// The path of a file beside it.
    fn companion(&self, suffix: &str) -> PathBuf {
        companion(&self.path, suffix)
    }

    fn unusable(&self, why: &str) -> Error {
        ErrorKind::Checkpoint { path: self.path.clone(), why: why.into() }.into()
    }
}

fn companion(path: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(".");
    name.push(suffix);
    name.into()
}

fn lock(path: &Path) -> Result<File, Error> {
    let name = companion(path, "lock");
    let failed = |source| ErrorKind::Write { output: name.display().to_string(), source };
    if let Some(folder) = name.parent() {
        std::fs::create_dir_all(folder).map_err(failed)?;
    }
    let opened = OpenOptions::new().write(true).create(true).truncate(false).open(&name);
    let file = opened.map_err(failed)?;
    match file.try_lock() {
        Err(TryLockError::WouldBlock) => {
            Err(ErrorKind::CheckpointBusy { path: path.into() }.into())
        }
        // Some network file systems have no locks. Refusing to run there would be worse than the risk.
        Err(TryLockError::Error(_)) | Ok(()) => Ok(file),
    }
}

#[cfg(test)]
mod tests;
