//! The text of a jobs file, and mistakes in it with their places.

use std::ops::Range;
use std::path::Path;

use crate::error::{Error, ErrorKind};

/// The file that is read.
#[derive(Clone, Copy, Debug)]
pub(super) struct JobsFileSource<'a> {
    pub(super) path: &'a Path,
    pub(super) text: &'a str,
}

impl<'a> JobsFileSource<'a> {
    /// The folder that its paths are relative to.
    pub(super) fn folder(&self) -> &'a Path {
        self.path.parent().unwrap_or(Path::new(""))
    }

    /// A mistake at a place of the file.
    pub(super) fn error_at(&self, at: &Range<usize>, message: impl AsRef<str>) -> Error {
        self.error_with_hint(at, message, None)
    }

    /// A mistake with something to do about it.
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

    /// A mistake of the file as a whole.
    pub(super) fn file_error(&self, message: String, hint: Option<String>) -> Error {
        ErrorKind::JobFile { path: self.path.into(), message, hint }.into()
    }

    /// What TOML has against it: its syntax, or the type of a value.
    pub(super) fn toml_error(&self, error: &toml::de::Error) -> Error {
        match error.span() {
            Some(at) => self.error_at(&at, error.message()),
            None => self.file_error(error.message().to_owned(), None),
        }
    }
}
