//! An input file and the jobs in it.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use copydesk_clean::RecordError;

use super::archive::PassedOver;
use super::job::{Job, Work};
use super::shape::{SUFFIXES, Shape};
use super::stream::{self, Opened};
use super::{Entry, SourceOptions, read_error};

/// The pages of a unit, in order.
pub type Jobs = Box<dyn Iterator<Item = Job> + Send>;

/// One input file, or standard input.
#[derive(Clone, Debug)]
pub struct Unit {
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
    pub(super) passed_over: Arc<PassedOver>,
    content: Content,
}

#[derive(Clone, Debug)]
enum Content {
    Stdin,
    File(PathBuf, Shape),
    Unreadable(String),
}

impl Unit {
    pub(super) fn stdin() -> Self {
        Self {
            index: 0,
            source: "-".into(),
            path: None,
            relative: "stdin".into(),
            bytes: None,
            passed_over: Arc::default(),
            content: Content::Stdin,
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
            passed_over: Arc::default(),
            content: Content::File(path.clone(), Shape::of(&path)),
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
            passed_over: Arc::default(),
            content: Content::Unreadable(message.into()),
        }
    }

    /// Whether the name says that it holds many pages.
    pub fn is_lines(&self) -> bool {
        matches!(self.content, Content::File(_, Shape::Many(_)))
    }

    /// Its pages in order. A page file is not opened here but by [`Job::load`].
    pub fn jobs(&self, options: &SourceOptions) -> Jobs {
        self.jobs_from(options, 0, None)
    }

    /// Its pages after the first `pages`. `entry` is where the last of those said that it can be entered
    /// ([`Job::entry_after`]); without, they are read and passed over, which comes to the same. But
    /// `max_inflated_bytes` is counted on from the entry.
    pub fn jobs_from(&self, options: &SourceOptions, pages: u64, entry: Option<Entry>) -> Jobs {
        let opened = match &self.content {
            Content::Unreadable(message) => Err(Work::Failed(RecordError {
                kind: "read".into(),
                message: message.clone(),
                concerns: String::new(),
            })),
            Content::File(path, Shape::Page(kind)) => Err(Work::File(path.clone(), Some(*kind))),
            Content::File(path, shape) => self.open(path, *shape, options, entry),
            Content::Stdin => stream::streamed(self, io::stdin(), None, options),
        };
        let opened = opened.unwrap_or_else(|work| Opened::one(Job::page(self, work)));
        let passed = if opened.is_entered { 0 } else { pages };
        Box::new(opened.jobs.skip(usize::try_from(passed).unwrap_or(usize::MAX)))
    }

    fn open(
        &self,
        path: &Path,
        shape: Shape,
        options: &SourceOptions,
        entry: Option<Entry>,
    ) -> Result<Opened, Work> {
        let form = match shape {
            Shape::Many(form) => Some(form),
            _ => None,
        };
        let file = File::open(path).map_err(|error| Work::Failed(read_error(&error)))?;
        // A pipe is no file that one could move in.
        if file.metadata().is_ok_and(|metadata| metadata.is_file()) {
            stream::stored(self, file, form, options, entry)
        } else {
            stream::streamed(self, file, form, options)
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
