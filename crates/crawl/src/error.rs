//! Errors that end a run. A page that cannot be fetched is not one of them: its visit reports the error.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;

/// Why crawl jobs cannot be read, started or continued.
#[derive(Debug, thiserror::Error)]
#[error("{kind}")]
pub struct Error {
    #[source]
    kind: Box<ErrorKind>,
}

impl Error {
    /// What went wrong.
    pub fn kind(&self) -> &ErrorKind {
        &self.kind
    }
}

impl From<ErrorKind> for Error {
    fn from(kind: ErrorKind) -> Self {
        Self { kind: Box::new(kind) }
    }
}

impl From<copydesk_core::Error> for Error {
    fn from(error: copydesk_core::Error) -> Self {
        ErrorKind::Core(error).into()
    }
}

impl From<copydesk_core::ErrorKind> for Error {
    fn from(kind: copydesk_core::ErrorKind) -> Self {
        copydesk_core::Error::from(kind).into()
    }
}

/// The kinds of errors.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The state of crawl jobs cannot be read or written.
    #[error("{}: {what}", path.display())]
    State {
        /// The state.
        path: PathBuf,
        /// What is wrong.
        what: String,
    },
    /// A jobs file is invalid.
    #[error("{}: {message}", path.display())]
    JobFile {
        /// The file.
        path: PathBuf,
        /// What is wrong with it, beginning with the line where that is known.
        message: String,
        /// A remedy, such as the nearest known name of an unknown key.
        hint: Option<String>,
    },
    /// Another run of the job is in progress.
    #[error("another run of the job `{job}` is in progress ({})", lock.display())]
    JobBusy {
        /// The job.
        job: String,
        /// The lock that it holds.
        lock: PathBuf,
    },
    /// The status page cannot be served.
    #[error("{address}: cannot serve the status page: {source}")]
    Listen {
        /// Its socket address.
        address: SocketAddr,
        /// The error of the operating system.
        source: io::Error,
    },
    /// Metrics cannot be recorded.
    #[error("cannot record metrics: {0}")]
    Metrics(String),
    /// A file cannot be read or written, or another error that a batch run can have too.
    #[error(transparent)]
    Core(copydesk_core::Error),
}
