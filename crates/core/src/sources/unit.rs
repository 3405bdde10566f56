//! One input file, before it is opened.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::name_hint::{NameHint, SUFFIXES};
use super::skipped_records::SkippedRecords;
use super::walk::FoundFile;

/// One input file, or standard input.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct InputUnit {
    /// The position among the inputs, from 0.
    pub index: usize,
    /// The path as it was named, for records and messages; `-` for standard input.
    pub source: String,
    /// The path of the file; `None` for standard input and for an input that cannot be listed.
    pub path: Option<PathBuf>,
    /// The path below the folder that all inputs share, for the name of the output.
    pub relative: PathBuf,
    /// The length in bytes, as stored; `None` if it is not known before reading (standard input, pipes).
    pub bytes: Option<u64>,
    pub(super) skipped_records: Arc<SkippedRecords>,
    pub(super) content: UnitContent,
}

/// Where the bytes of an input are.
#[derive(Clone, Debug)]
pub(super) enum UnitContent {
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

    pub(super) fn file(path: PathBuf, relative: PathBuf) -> Self {
        let bytes = match std::fs::metadata(&path) {
            Ok(metadata) if metadata.is_file() => Some(metadata.len()),
            // A pipe or device: its length is not known.
            Ok(_) => None,
            Err(_) => Some(0),
        };
        let hint = NameHint::from_path(&path);
        Self::with_content(path, relative, bytes, hint)
    }

    /// A file that was found in a folder.
    pub(super) fn found(file: FoundFile, relative: PathBuf) -> Self {
        Self::with_content(file.path, relative, Some(file.bytes), file.hint)
    }

    fn with_content(path: PathBuf, relative: PathBuf, bytes: Option<u64>, hint: NameHint) -> Self {
        Self {
            index: 0,
            source: path.to_string_lossy().into_owned(),
            relative,
            bytes,
            skipped_records: Arc::default(),
            content: UnitContent::File(path.clone(), hint),
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

    /// Whether its name says that it holds many pages.
    pub fn has_many_pages(&self) -> bool {
        matches!(self.content, UnitContent::File(_, NameHint::Pages(_)))
    }
}
