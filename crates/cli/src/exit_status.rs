//! How a command ends.

use std::process::ExitCode;

/// The status for a temporary failure in `sysexits.h`. Schedulers such as systemd can treat it as success.
#[cfg(feature = "crawl")]
const EX_TEMPFAIL: u8 = 75;

/// The result of a command, as the exit status reports it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ExitStatus {
    /// All pages are clean, or there were none.
    Clean,
    /// Some pages failed; their records say why.
    SomeFailed,
    /// A check found something.
    WouldChange,
    /// The command could not start or continue. The reason was printed.
    NotRun,
    /// Another process is doing it; a later attempt will succeed.
    #[cfg(feature = "crawl")]
    Busy,
    /// The command was interrupted. This is its exit status.
    Interrupted(u8),
}

impl From<ExitStatus> for ExitCode {
    fn from(status: ExitStatus) -> Self {
        match status {
            ExitStatus::Clean => Self::SUCCESS,
            ExitStatus::SomeFailed | ExitStatus::WouldChange => Self::from(1),
            ExitStatus::NotRun => Self::from(2),
            #[cfg(feature = "crawl")]
            ExitStatus::Busy => Self::from(EX_TEMPFAIL),
            ExitStatus::Interrupted(status) => Self::from(status),
        }
    }
}
