//! Opens the journal in which a job remembers its texts, to find duplicates across runs.

use std::ffi::OsString;
use std::path::Path;
use std::{fs, io};

use tracing::warn;

use super::commit_buffer::DUPLICATES_NOTE;
use crate::error::Error;
use crate::frontier::{Frontier, JobId};
use crate::jobs::CrawlJob;
use copydesk_core::dedupe::{DedupeOptions, DuplicateIndex};
use copydesk_core::settings::DedupeChoice;

/// Opens the journal; `None` if the job does not look for duplicates.
///
/// # Errors
/// If the state cannot be read, or the journal cannot be created.
pub(super) fn open_duplicates(
    job: &CrawlJob,
    state: &Path,
    frontier: &mut dyn Frontier,
    id: JobId,
) -> Result<Option<DuplicateIndex>, Error> {
    let settings = &job.settings;
    if settings.dedupe == DedupeChoice::Off {
        return Ok(None);
    }
    let options = DedupeOptions::from_settings(settings)?;
    let mut path = OsString::from(state);
    path.push(format!(".{}.duplicates", job.name));
    let path = Path::new(&path);
    // The journal is cut back to the length that the state knows. The rest is of visits that were not
    // committed: they are still due, and must not be duplicates of themselves.
    let length = frontier.note(id, DUPLICATES_NOTE)?.and_then(|note| note.parse().ok());
    if let Some(length) = length {
        match DuplicateIndex::open_at(path, &options, length) {
            Ok(duplicates) => return Ok(Some(duplicates)),
            // Without the journal, only duplicates of earlier pages are missed. That must not stop the crawl.
            Err(error) => {
                warn!(job = job.name, %error, "the journal of duplicates is discarded");
            }
        }
    }
    match fs::remove_file(path) {
        Err(source) if source.kind() != io::ErrorKind::NotFound => {
            let output = path.display().to_string();
            Err(copydesk_core::ErrorKind::Write { output, source }.into())
        }
        _ => Ok(Some(DuplicateIndex::open(path, &options)?.0)),
    }
}
