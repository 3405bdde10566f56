//! The text of a jobs file, and errors that name its lines.

use std::ops::Range;
use std::path::Path;

use crate::error::{Error, ErrorKind};

/// The jobs file that is being read.
#[derive(Clone, Copy, Debug)]
pub(super) struct JobsFileSource<'a> {
    pub(super) path: &'a Path,
    pub(super) text: &'a str,
}

impl<'a> JobsFileSource<'a> {
    /// The folder to which its paths are relative.
    pub(super) fn folder(&self) -> &'a Path {
        self.path.parent().unwrap_or(Path::new(""))
    }

    /// An error at a position of the file.
    pub(super) fn error_at(&self, at: &Range<usize>, message: impl AsRef<str>) -> Error {
        self.error_with_hint(at, message, None)
    }

    /// An error with a hint.
    pub(super) fn error_with_hint(
        &self,
        at: &Range<usize>,
        message: impl AsRef<str>,
        hint: Option<String>,
    ) -> Error {
        let before = self.text.bytes().take(at.start);
        let line = before.filter(|byte| *byte == b'\n').count() + 1;
        self.file_error(format!("line {line}: {}", message.as_ref()), hint)
    }

    /// An error of the whole file.
    pub(super) fn file_error(&self, message: String, hint: Option<String>) -> Error {
        ErrorKind::JobFile { path: self.path.into(), message, hint }.into()
    }

    /// An error of the TOML parser: the syntax, or the type of a value.
    pub(super) fn toml_error(&self, error: &toml::de::Error) -> Error {
        match error.span() {
            Some(at) => self.error_at(&at, error.message()),
            None => self.file_error(error.message().to_owned(), None),
        }
    }
}
