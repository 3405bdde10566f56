//! The URLs of a job, one after another, for lists and exports.

use std::collections::VecDeque;

use jiff::Timestamp;
use serde::Serialize;

use super::{
    DiscoverySource, JobId, StateView, UrlId, UrlKind, UrlState, VisitError, VisitOutcome,
};
use crate::error::Error;

/// URLs that are read at a time. The state is released in between, so that a slow reader, such as a pager,
/// does not block writers.
const URLS_PER_READ: usize = 1_000;

/// Everything that is known about a URL.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct UrlEntry {
    /// The normalized URL.
    pub url: String,
    /// Its host; see [`super::NewUrl::host`].
    pub host: String,
    /// What it is.
    pub kind: UrlKind,
    /// How it was discovered.
    pub via: DiscoverySource,
    /// Whether it is visited again.
    pub state: UrlState,
    /// See [`super::NewUrl::priority`].
    pub priority: u8,
    /// Links from the nearest seed.
    pub depth: u16,
    /// When it was discovered.
    pub first_seen: Timestamp,
    /// When it was last discovered, to within a day.
    pub last_seen: Timestamp,
    /// When it was last visited, successfully or not.
    pub visited_at: Option<Timestamp>,
    /// The outcome of that visit.
    pub outcome: Option<VisitOutcome>,
    /// The HTTP status of that visit, if there was a response.
    pub status: Option<u16>,
    /// Bytes received in that visit, as sent over the wire.
    pub wire_bytes: Option<u64>,
    /// Why that visit failed.
    pub error: Option<VisitError>,
    /// Consecutive failures.
    pub failures: u32,
    /// Consecutive visits in which the page was missing.
    pub missing: u32,
    /// When it was last visited successfully.
    pub last_visit: Option<Timestamp>,
    /// When its text was last delivered as new or changed.
    pub last_change: Option<Timestamp>,
    /// When it is due. `None` if it is not visited again.
    pub next_visit: Option<Timestamp>,
    /// The planned time between two visits, in seconds.
    pub interval_seconds: Option<u64>,
    /// The `ETag` of its last response.
    pub etag: Option<String>,
    /// The `Last-Modified` of its last response.
    pub last_modified: Option<String>,
    /// The fingerprint of its text, as 16 hexadecimal digits.
    pub fingerprint: Option<String>,
    /// Its id in the frontier.
    #[serde(skip)]
    pub id: UrlId,
}

/// The URLs of a job, in the order of [`StateView::urls_after`]. URLs that change while the iterator runs may
/// appear as they were or as they are.
pub struct UrlEntries<'s> {
    view: &'s mut dyn StateView,
    job: JobId,
    state: Option<UrlState>,
    last: Option<UrlId>,
    read: VecDeque<UrlEntry>,
    has_ended: bool,
}

impl<'s> UrlEntries<'s> {
    /// The URLs of a job: those in `state`, or all.
    pub fn new(view: &'s mut dyn StateView, job: JobId, state: Option<UrlState>) -> Self {
        Self { view, job, state, last: None, read: VecDeque::new(), has_ended: false }
    }
}

impl Iterator for UrlEntries<'_> {
    type Item = Result<UrlEntry, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.read.is_empty() && !self.has_ended {
            match self.view.urls_after(self.job, self.state, self.last, URLS_PER_READ) {
                Ok(read) => self.read = read.into(),
                Err(error) => {
                    self.has_ended = true;
                    return Some(Err(error));
                }
            }
        }
        let Some(entry) = self.read.pop_front() else {
            self.has_ended = true;
            return None;
        };
        self.last = Some(entry.id);
        Some(Ok(entry))
    }
}
