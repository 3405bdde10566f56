//! The format of the checkpoint file.

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

/// The `kind` of the file, by which it is recognized.
const KIND: &str = "copydesk checkpoint";

/// The version of the format. Other versions are refused.
const VERSION: u32 = 1;

/// A checkpoint is far smaller than this. The cap keeps a mistaken path from being read into memory.
const MAX_BYTES: u64 = 16 << 20;

/// How far a run has come.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SavedRun {
    pub(super) kind: String,
    pub(super) version: u32,
    /// Whether the run is complete.
    pub(super) is_complete: bool,
    #[serde(rename = "shape")]
    pub(super) config: RunConfig,
    /// Where to continue in the inputs.
    pub(super) position: InputPosition,
    /// A digest of the inputs before that position.
    pub(super) inputs: InputDigest,
    /// The number of entries in the journal of visited URLs.
    pub(super) visited: u64,
    /// The mark of the run's filter.
    #[serde(rename = "gate")]
    pub(super) filter_mark: u64,
    pub(super) output: SinkState,
    pub(super) stats: RunStats,
    /// The time that the parts of the run took together, in seconds.
    pub(super) seconds: f64,
}

/// The fields of every version. They are read first, so that a file of another version is reported as such, and not
/// as damaged.
#[derive(Deserialize)]
struct CheckpointHeader {
    kind: String,
    version: u32,
}

impl SavedRun {
    pub(super) fn new(config: RunConfig, output: SinkState) -> Self {
        Self {
            kind: KIND.into(),
            version: VERSION,
            is_complete: false,
            config,
            position: InputPosition::default(),
            inputs: InputDigest::default(),
            visited: 0,
            filter_mark: 0,
            output,
            stats: RunStats::default(),
            seconds: 0.0,
        }
    }

    pub(super) fn elapsed(&self) -> Duration {
        Duration::try_from_secs_f64(self.seconds).unwrap_or_default()
    }

    /// Reads the file; `None` if it does not exist.
    pub(super) fn read(path: &Path) -> Result<Option<Self>, Error> {
        let unusable = |why: &str| ErrorKind::Checkpoint { path: path.into(), why: why.to_owned() };
        let bytes = match fs::metadata(path).and_then(|found| match found.len() {
            0..=MAX_BYTES => fs::read(path).map(Some),
            _ => Ok(None),
        }) {
            Ok(Some(bytes)) => bytes,
            Ok(None) => return Err(unusable("not a checkpoint").into()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(source) => return Err(ErrorKind::Read { path: path.into(), source }.into()),
        };
        let head: CheckpointHeader =
            serde_json::from_slice(&bytes).map_err(|_| unusable("not a checkpoint"))?;
        if head.kind != KIND {
            return Err(unusable("not a checkpoint").into());
        }
        if head.version != VERSION {
            return Err(unusable("written by another version of copydesk").into());
        }
        let saved = serde_json::from_slice(&bytes)
            .map_err(|error| unusable(&format!("the checkpoint is damaged: {error}")))?;
        Ok(Some(saved))
    }

    /// Checks that the run was started with this configuration.
    pub(super) fn check(&self, path: &Path, config: &RunConfig) -> Result<(), Error> {
        self.config
            .difference(config)
            .map_or(Ok(()), |why| Err(ErrorKind::Checkpoint { path: path.into(), why }.into()))
    }

    /// Replaces the file as a whole; it is on disk when this returns. The new content is synced before the rename:
    /// otherwise a power failure could leave an empty file under the final name.
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

/// Makes the rename of a file durable, where the system supports it: on Unix, by syncing its folder.
fn sync_folder(path: &Path) -> io::Result<()> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}
