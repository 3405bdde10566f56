//! What stops a command, and what a person can do about it.

use std::io;

use copydesk_eval;

/// A failure with a remedy, found by the command itself.
#[derive(Debug)]
pub(crate) struct HintedError {
    message: String,
    hint: String,
}

impl HintedError {
    pub(crate) fn new(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { message: message.into(), hint: hint.into() }
    }
}

impl std::fmt::Display for HintedError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for HintedError {}

/// The remedy, where there is one.
pub(crate) fn hint(error: &anyhow::Error) -> Option<String> {
    error
        .downcast_ref::<HintedError>()
        .map(|hinted| hinted.hint.clone())
        .or_else(|| error.downcast_ref::<copydesk_core::Error>()?.hint())
        .or_else(|| error.downcast_ref::<copydesk_crawl::Error>()?.hint())
        .or_else(|| Some(error.downcast_ref::<copydesk_eval::Error>()?.hint()?.into()))
}

/// Whether the reader of the output closed it.
pub(crate) fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error.downcast_ref::<copydesk_core::Error>().is_some_and(copydesk_core::Error::is_broken_pipe)
        || error
            .downcast_ref::<io::Error>()
            .is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
}
