//! What stops a crawl. A page that cannot be fetched stops nothing: its visit has an error.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;

/// Why crawl jobs could not be read, started or continued.
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

    /// What a person can do about it, where something can be done.
    pub fn hint(&self) -> Option<String> {
        match &*self.kind {
            ErrorKind::JobFile { hint, .. } => hint.clone(),
            ErrorKind::JobBusy { .. } => {
                Some("wait for it to end; two runs of one job never overlap".into())
            }
            ErrorKind::Listen { source, .. } => listen_hint(source.kind()),
            ErrorKind::Core(error) => error.hint(),
            _ => None,
        }
    }
}

fn listen_hint(kind: io::ErrorKind) -> Option<String> {
    let hint = match kind {
        io::ErrorKind::AddrInUse => "another program, or another copydesk, listens there",
        io::ErrorKind::PermissionDenied => "ports below 1024 are for privileged users",
        io::ErrorKind::AddrNotAvailable => "it is no address of this machine",
        _ => return None,
    };
    Some(format!("{hint}: set `listen` to another address, or to \"\" for no status page"))
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

/// What stopped a crawl.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The state of crawl jobs cannot be read, written or used.
    #[error("{}: {what}", path.display())]
    State {
        /// The state.
        path: PathBuf,
        /// What is wrong.
        what: String,
    },
    /// A file of crawl jobs that cannot be used.
    #[error("{}: {message}", path.display())]
    JobFile {
        /// The file.
        path: PathBuf,
        /// What is wrong with it, and where.
        message: String,
        /// What can be done.
        hint: Option<String>,
    },
    /// Another run of the job is under way.
    #[error("another run of the job `{job}` is under way ({})", lock.display())]
    JobBusy {
        /// The job.
        job: String,
        /// The file that says so.
        lock: PathBuf,
    },
    /// The status page cannot be served.
    #[error("{address}: the status page cannot be served: {source}")]
    Listen {
        /// Where it was to be.
        address: SocketAddr,
        /// What the system says.
        source: io::Error,
    },
    /// Metrics cannot be recorded.
    #[error("metrics cannot be recorded: {0}")]
    Metrics(String),
    /// A file that cannot be read or written, or another fault that a batch run can meet too.
    #[error(transparent)]
    Core(copydesk_core::Error),
}
