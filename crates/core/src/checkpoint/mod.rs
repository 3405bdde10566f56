//! Runs that can be killed at any moment and gone on with.
//!
//! A [`Checkpoint`] is a small file that says how far a run has come: up to which page the output is on
//! the disk, where the inputs are read on from, and what was counted so far. It is replaced as a whole,
//! and only once all that it speaks of is durable; so a run that goes on from it cuts away what was
//! written later, does those pages again, and ends with the bytes that an uninterrupted run ends with.
//!
//! Beside it stand `FILE.lock`, so that two runs do not share one, and `FILE.visited`: the entries of a
//! list of addresses that are done, which come in no order.

mod input_digest;
mod run_config;
mod saved_state;
mod visited_journal;
mod writer;

use std::ffi::OsString;
use std::fs::{File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};
use std::time::Duration;

pub use self::input_digest::InputDigest;
pub use self::run_config::RunConfig;
use self::saved_state::SavedRun;
pub use self::writer::{CheckpointWriter, PageProgress};
use crate::error::{Error, ErrorKind};
use crate::settings::Settings;
use crate::sinks::{Destination, OutputTarget, is_device};
use crate::sources::Inputs;
use crate::stats::RunStats;

/// Where a run keeps how far it has come. No other run can have it at the same time.
#[derive(Debug)]
pub struct Checkpoint {
    path: PathBuf,
    interval: Duration,
    config: RunConfig,
    saved: Option<SavedRun>,
    // Held for as long as the run.
    _lock: File,
}

impl Checkpoint {
    /// Opens the checkpoint at `path`, or begins one; that writes nothing but the lock. It is for one run
    /// alone: the same inputs, and the same `shape`, that of these settings and this `destination` with what
    /// else the output depends on.
    ///
    /// # Errors
    /// When the output is a stream or unordered, which cannot be gone on with; when another run has this
    /// checkpoint; when it cannot be read, is damaged, or is of a run that differs.
    pub fn open(
        path: &Path,
        shape: RunConfig,
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
            saved.check(path, &shape)?;
        }
        let every = settings.checkpoint_interval.0;
        Ok(Self { path: path.into(), interval: every, config: shape, saved, _lock: lock })
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whether there is a run to go on with, or one that came to its end.
    pub fn is_started(&self) -> bool {
        self.saved.is_some()
    }

    /// The pages that are done, where there is a run to go on with.
    pub fn pages(&self) -> u64 {
        self.saved.as_ref().map_or(0, |saved| saved.stats.pages)
    }

    /// Whether there is a run to go on with.
    pub fn is_resumable(&self) -> bool {
        self.saved.as_ref().is_some_and(|saved| !saved.is_complete)
    }

    /// What a run did that came to its end, and in what time; `None` if there is something left to do.
    ///
    /// # Errors
    /// When its output is not there any more.
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
            Err(self.unusable("the output of its run, which was complete, is gone"))
        }
    }

    /// Finds out whether the inputs are those of the run to go on with, and gives what keeps on saving.
    pub(crate) fn into_writer(self, inputs: &Inputs) -> Result<CheckpointWriter, Error> {
        if let Some(saved) = &self.saved {
            saved.inputs.check(inputs, &saved.position).map_err(|why| self.unusable(&why))?;
        }
        CheckpointWriter::new(self, inputs)
    }

    /// The name of a file beside it.
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
        // Some file systems have no locks.
        Err(TryLockError::Error(_)) | Ok(()) => Ok(file),
    }
}

#[cfg(test)]
mod tests;
