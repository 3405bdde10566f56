//! The file itself.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::input_digest::InputDigest;
use super::{RunConfig, companion};
use crate::error::{Error, ErrorKind};
use crate::sinks::SinkState;
use crate::sources::InputPosition;
use crate::stats::RunStats;

/// What the file begins with.
const KIND: &str = "copydesk checkpoint";

/// The version of the form. A program reads no other.
const VERSION: u32 = 1;

/// A file larger than this is none of ours.
const MAX_BYTES: u64 = 16 << 20;

/// How far a run has come.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SavedRun {
    pub(super) kind: String,
    pub(super) version: u32,
    /// Whether there is nothing left to do.
    pub(super) is_complete: bool,
    pub(super) shape: RunConfig,
    /// What is done of the inputs.
    pub(super) position: InputPosition,
    /// What these inputs are.
    pub(super) inputs: InputDigest,
    /// Entries in the journal of addresses.
    pub(super) visited: u64,
    /// How far the gate had come.
    pub(super) gate: u64,
    pub(super) output: SinkState,
    pub(super) stats: RunStats,
    /// The time that all parts of the run took, in seconds.
    pub(super) seconds: f64,
}

/// What every version has.
#[derive(Deserialize)]
struct CheckpointHeader {
    kind: String,
    version: u32,
}

impl SavedRun {
    pub(super) fn new(shape: RunConfig, output: SinkState) -> Self {
        Self {
            kind: KIND.into(),
            version: VERSION,
            is_complete: false,
            shape,
            position: InputPosition::default(),
            inputs: InputDigest::default(),
            visited: 0,
            gate: 0,
            output,
            stats: RunStats::default(),
            seconds: 0.0,
        }
    }

    pub(super) fn elapsed(&self) -> Duration {
        Duration::try_from_secs_f64(self.seconds).unwrap_or_default()
    }

    /// Reads the file; `None` if there is none.
    pub(super) fn read(path: &Path) -> Result<Option<Self>, Error> {
        let unusable = |why: &str| ErrorKind::Checkpoint { path: path.into(), why: why.to_owned() };
        let bytes = match fs::metadata(path).and_then(|found| match found.len() {
            0..=MAX_BYTES => fs::read(path).map(Some),
            _ => Ok(None),
        }) {
            Ok(Some(bytes)) => bytes,
            Ok(None) => return Err(unusable("it is no checkpoint").into()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(source) => return Err(ErrorKind::Read { path: path.into(), source }.into()),
        };
        let head: CheckpointHeader =
            serde_json::from_slice(&bytes).map_err(|_| unusable("it is no checkpoint"))?;
        if head.kind != KIND {
            return Err(unusable("it is no checkpoint").into());
        }
        if head.version != VERSION {
            return Err(unusable("it is of another version of the program").into());
        }
        let saved = serde_json::from_slice(&bytes)
            .map_err(|error| unusable(&format!("it is damaged: {error}")))?;
        Ok(Some(saved))
    }

    /// Whether it is of a run with this shape.
    pub(super) fn check(&self, path: &Path, shape: &RunConfig) -> Result<(), Error> {
        self.shape
            .difference(shape)
            .map_or(Ok(()), |why| Err(ErrorKind::Checkpoint { path: path.into(), why }.into()))
    }

    /// Replaces the file as a whole. It is on the disk when this returns.
    pub(super) fn write(&self, path: &Path) -> Result<(), Error> {
        let write = || {
            let new = companion(path, "new");
            let mut file = File::create(&new)?;
            file.write_all(serde_json::to_string_pretty(self)?.as_bytes())?;
            file.write_all(b"\n")?;
            file.sync_all()?;
            fs::rename(&new, path)?;
            sync_folder(path)
        };
        let output = path.display().to_string();
        write().map_err(|source| ErrorKind::Write { output, source }.into())
    }
}

/// Makes the name of a file durable, where the system can.
fn sync_folder(path: &Path) -> io::Result<()> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}
