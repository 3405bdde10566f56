//! Which URLs are fetched, and where their pages go.

use std::collections::HashSet;

use copydesk_clean::RecordErrorKind;

use crate::error::Error;
use crate::sinks::OutputPath;
use crate::sources::url_hash;

/// Client errors that may succeed later: Request Timeout, Too Early, Too Many Requests.
const TRANSIENT_STATUSES: [u16; 3] = [408, 425, 429];

/// Decides which URLs are fetched, and where their pages go.
pub(super) trait UrlSelection: Send {
    /// The output of a page; `None` if it is not to be fetched.
    fn select(&mut self, url: &str) -> Result<Option<OutputPath>, Error>;
}

/// Selects every URL.
pub(super) struct AllUrls;

impl UrlSelection for AllUrls {
    fn select(&mut self, _: &str) -> Result<Option<OutputPath>, Error> {
        Ok(Some(OutputPath::Shared))
    }
}

/// Selects the URLs that an earlier run did not fetch.
pub(super) struct UnfetchedUrls {
    /// Hashes of the URLs that the output has.
    pub(super) fetched: HashSet<u64>,
}

impl UrlSelection for UnfetchedUrls {
    fn select(&mut self, url: &str) -> Result<Option<OutputPath>, Error> {
        Ok((!self.fetched.contains(&url_hash(url))).then_some(OutputPath::Shared))
    }
}

/// Whether the same request may end in another way later, so that completing an output repeats it. `status` is that of
/// the response, if there was one.
pub(super) fn is_transient(kind: &RecordErrorKind, status: Option<u16>) -> bool {
    use RecordErrorKind::{
        Connect, HostParked, Interrupted, Panic, Protocol, Resolve, RobotsUnreachable, Status,
        Stopped, Timeout,
    };
    match kind {
        Status => {
            status.is_some_and(|status| TRANSIENT_STATUSES.contains(&status) || status >= 500)
        }
        Connect | HostParked | Interrupted | Panic | Protocol | Resolve | RobotsUnreachable
        | Stopped | Timeout => true,
        _ => false,
    }
}
