//! Errors that end a command.

use std::io;

/// An error of the command itself that has a remedy.
#[derive(Debug)]
pub(crate) struct HintedError {
    message: String,
    hint: String,
}

impl HintedError {
    pub(crate) fn new(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { message: message.into(), hint: hint.into() }
    }

    /// What to do about it.
    pub(crate) fn hint(&self) -> &str {
        &self.hint
    }
}

impl std::fmt::Display for HintedError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for HintedError {}

/// Whether the reader of the output closed it, as `head` does.
pub(crate) fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error.downcast_ref::<copydesk_core::Error>().is_some_and(copydesk_core::Error::is_broken_pipe)
        || error
            .downcast_ref::<io::Error>()
            .is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
}
