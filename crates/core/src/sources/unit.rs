//! An input file and the jobs in it.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use copydesk_clean::RecordError;

use super::archive::SkippedRecords;
use super::name_hint::{NameHint, SUFFIXES};
use super::page_task::{PageTask, TaskContent};
use super::stream::{self, OpenedInput};
use super::{EntryPoint, SourceOptions, read_error};

/// The pages of a unit, in order.
pub type PageTasks = Box<dyn Iterator<Item = PageTask> + Send>;

/// One input file, or standard input.
#[derive(Clone, Debug)]
pub struct InputUnit {
    /// The position among the inputs, from 0.
    pub index: usize,
    /// The path as it was named, for records and messages; `-` for standard input.
    pub source: String,
    /// The file; `None` for standard input and for what is no file.
    pub path: Option<PathBuf>,
    /// The path below what all inputs share, for the name of the output.
    pub relative: PathBuf,
    /// The length in bytes, as stored. `None` where it is not known before reading.
    pub bytes: Option<u64>,
    pub(super) skipped_records: Arc<SkippedRecords>,
    content: UnitContent,
}

#[derive(Clone, Debug)]
enum UnitContent {
    Stdin,
    File(PathBuf, NameHint),
    Unreadable(String),
}

impl InputUnit {
    pub(super) fn stdin() -> Self {
        Self {
            index: 0,
            source: "-".into(),
            path: None,
            relative: "stdin".into(),
            bytes: None,
            skipped_records: Arc::default(),
            content: UnitContent::Stdin,
        }
    }

    pub(super) fn file(path: PathBuf, relative: PathBuf, bytes: Option<u64>) -> Self {
        let length = || match std::fs::metadata(&path) {
            Ok(metadata) if metadata.is_file() => Some(metadata.len()),
            // A pipe: how much will come is not known.
            Ok(_) => None,
            Err(_) => Some(0),
        };
        Self {
            index: 0,
            source: path.to_string_lossy().into_owned(),
            relative,
            bytes: bytes.or_else(length),
            skipped_records: Arc::default(),
            content: UnitContent::File(path.clone(), NameHint::from_path(&path)),
            path: Some(path),
        }
    }

    pub(super) fn empty_folder(path: &Path) -> Self {
        Self::unreadable(path, &format!("no pages in this folder (looked for {SUFFIXES})"))
    }

    pub(super) fn unreadable(path: &Path, message: &str) -> Self {
        Self {
            index: 0,
            source: path.to_string_lossy().into_owned(),
            path: None,
            relative: path.file_name().unwrap_or_default().into(),
            bytes: Some(0),
            skipped_records: Arc::default(),
            content: UnitContent::Unreadable(message.into()),
        }
    }

    /// Whether the name says that it holds many pages.
    pub fn has_many_pages(&self) -> bool {
        matches!(self.content, UnitContent::File(_, NameHint::Pages(_)))
    }

    /// Its pages in order. A page file is not opened here but by [`PageTask::load`].
    pub fn tasks(&self, options: &SourceOptions) -> PageTasks {
        self.tasks_from(options, 0, None)
    }

    /// Its pages after the first `pages`. `entry` is where the last of those said that it can be entered
    /// ([`PageTask::entry_after`]); without, they are read and passed over, which comes to the same. But
    /// `max_inflated_bytes` is counted on from the entry.
    pub fn tasks_from(
        &self,
        options: &SourceOptions,
        pages: u64,
        entry: Option<EntryPoint>,
    ) -> PageTasks {
        let opened = match &self.content {
            UnitContent::Unreadable(message) => Err(TaskContent::Failed(RecordError {
                kind: "read".into(),
                message: message.clone(),
                concerns: String::new(),
            })),
            UnitContent::File(path, NameHint::Page(kind)) => {
                Err(TaskContent::File(path.clone(), Some(*kind)))
            }
            UnitContent::File(path, shape) => self.open(path, *shape, options, entry),
            UnitContent::Stdin => stream::open_stream(self, io::stdin(), None, options),
        };
        let opened = opened.unwrap_or_else(|work| OpenedInput::single(PageTask::page(self, work)));
        let passed = if opened.is_entered { 0 } else { pages };
        Box::new(opened.tasks.skip(usize::try_from(passed).unwrap_or(usize::MAX)))
    }

    fn open(
        &self,
        path: &Path,
        shape: NameHint,
        options: &SourceOptions,
        entry: Option<EntryPoint>,
    ) -> Result<OpenedInput, TaskContent> {
        let form = match shape {
            NameHint::Pages(form) => Some(form),
            _ => None,
        };
        let file = File::open(path).map_err(|error| TaskContent::Failed(read_error(&error)))?;
        // A pipe is no file that one could move in.
        if file.metadata().is_ok_and(|metadata| metadata.is_file()) {
            stream::open_file(self, file, form, options, entry)
        } else {
            stream::open_stream(self, file, form, options)
        }
    }
}

/// Reads a page up to one byte over the cap, so that the cleaner can tell that it was too large.
/// What was read before an error comes with it.
pub(super) fn read_page(
    input: impl Read,
    max_bytes: usize,
    expected_bytes: u64,
) -> (Vec<u8>, Option<RecordError>) {
    let cap = (max_bytes as u64).saturating_add(1);
    let mut bytes = Vec::with_capacity(usize::try_from(expected_bytes.min(cap)).unwrap_or(0));
    let error = input.take(cap).read_to_end(&mut bytes).err();
    (bytes, error.as_ref().map(read_error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_read_up_to_one_byte_over_the_cap() {
        let (bytes, error) = read_page(&b"0123456789"[..], 4, 10);
        assert_eq!((bytes.as_slice(), error), (&b"01234"[..], None));
    }
}
