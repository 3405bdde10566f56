//! Why an evaluation could not run.

use std::io;
use std::path::{Path, PathBuf};

/// Why an evaluation, or one page of it, could not run.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct Error {
    kind: Box<ErrorKind>,
}

/// What kind of failure an [`Error`] is.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The dataset lacks a file or folder of its layout.
    #[error("{}: no {what} there", path.display())]
    Missing {
        /// What is missing.
        what: &'static str,
        /// Where.
        path: PathBuf,
    },
    /// A file could not be read.
    #[error("{}: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A file could not be written.
    #[error("{}: {source}", path.display())]
    Write {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A page is larger than the limit.
    #[error("{}: more than {limit} bytes after decompression", path.display())]
    TooLarge {
        /// The file.
        path: PathBuf,
        /// The limit, in bytes.
        limit: u64,
    },
    /// A file is not the JSON that the layout asks for.
    #[error("{}: {message}", path.display())]
    Json {
        /// The file.
        path: PathBuf,
        /// What is wrong and where.
        message: String,
    },
    /// A label does not fit its file.
    #[error("{}, line {line}: {message}", path.display())]
    Label {
        /// The label file.
        path: PathBuf,
        /// The line in it, from 1.
        line: usize,
        /// What is wrong.
        message: String,
    },
    /// A list names a page that the dataset does not have.
    #[error("{}, line {line}: the dataset has no page `{id}`", path.display())]
    UnknownId {
        /// The list.
        path: PathBuf,
        /// The line in it, from 1.
        line: usize,
        /// The unknown id.
        id: String,
    },
    /// No page matches a filter.
    #[error("no page of {what} `{value}`; there is {known}")]
    NoMatch {
        /// The filter, such as `type`.
        what: &'static str,
        /// The requested value.
        value: String,
        /// Values that would have matched.
        known: String,
    },
    /// The threads could not be started.
    #[error("could not start {threads} threads: {message}")]
    Threads {
        /// The requested number.
        threads: usize,
        /// Why.
        message: String,
    },
}

/// What is missing where there is no folder of texts, and where a list of ids is empty.
pub(super) const TEXTS: &str = "folder of texts";
pub(super) const IDS: &str = "id";

impl Error {
    /// What went wrong.
    pub fn kind(&self) -> &ErrorKind {
        &self.kind
    }

    pub(super) fn new(kind: ErrorKind) -> Self {
        Self { kind: Box::new(kind) }
    }

    pub(super) fn read(path: &Path, source: io::Error) -> Self {
        Self::new(ErrorKind::Read { path: path.to_owned(), source })
    }

    pub(super) fn write(path: &Path, source: io::Error) -> Self {
        Self::new(ErrorKind::Write { path: path.to_owned(), source })
    }

    pub(super) fn json(path: &Path, error: &serde_json::Error) -> Self {
        Self::new(ErrorKind::Json { path: path.to_owned(), message: error.to_string() })
    }

    pub(super) fn label(path: &Path, line: usize, message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Label { path: path.to_owned(), line, message: message.into() })
    }

    /// What the user can do about it, if anything.
    pub fn hint(&self) -> Option<&'static str> {
        match *self.kind {
            ErrorKind::Missing { what: TEXTS, .. } => {
                Some("the folder has a file `ID.txt` for each page of the dataset")
            }
            ErrorKind::Missing { what: IDS, .. } => Some("the file has the id of one page a line"),
            ErrorKind::UnknownId { .. } => {
                Some("an id is the name of a page's file in `ground-truth`, without `.json`")
            }
            ErrorKind::Missing { .. } => Some(
                "a dataset is a folder with `html/ID.html.gz` and `ground-truth/ID.json`, as in \
                 WCXB (CC-BY-4.0, https://github.com/Murrough-Foley/web-content-extraction-benchmark)",
            ),
            _ => None,
        }
    }
}
