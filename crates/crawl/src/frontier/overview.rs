//! Queries about a frontier for people and for metrics.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Serialize;

use super::{JobId, JobRun, OutboxEntry, UrlState, VisitOutcome};
use crate::error::Error;

/// Queries about a frontier. None changes it or reads all of its URLs, so a status page can repeat them.
pub trait FrontierOverview: Send {
    /// All jobs that were ever registered, sorted by name.
    fn jobs(&mut self) -> Result<Vec<JobView>, Error>;

    /// Runs of one job or of all, the latest first.
    fn runs(&mut self, job: Option<JobId>, limit: usize) -> Result<Vec<JobRun>, Error>;

    /// Hosts: those in back-off first, then those with the latest requests.
    fn hosts(&mut self, limit: usize) -> Result<Vec<HostView>, Error>;

    /// URLs of a job whose last visit failed ([`VisitOutcome::Failed`]), the latest first.
    fn errors(&mut self, job: JobId, limit: usize) -> Result<Vec<ErrorView>, Error>;

    /// The latest records of a job, delivered or not, the latest first. A backend keeps at least 50.
    fn latest_records(&mut self, job: JobId, limit: usize) -> Result<Vec<OutboxEntry>, Error>;

    /// Visits by outcome for each hour with visits that began at `since` or later, in order.
    fn hours(&mut self, job: JobId, since: Timestamp) -> Result<Vec<HourlyVisits>, Error>;
}

/// The current state of a job.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct JobView {
    /// Its id in the frontier.
    pub id: JobId,
    /// Its name.
    pub name: String,
    /// The number of its URLs by state.
    pub urls: BTreeMap<UrlState, u64>,
    /// The number of records that some output does not have yet, for its readers.
    pub undelivered: u64,
    /// When its next URL is due.
    pub next_due: Option<Timestamp>,
}

/// The current state of a host.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct HostView {
    /// Its name.
    pub host: String,
    /// Its crawl delay in milliseconds, if it is known.
    pub delay_millis: Option<u64>,
    /// When it may get the next request.
    pub next_at: Option<Timestamp>,
    /// The end of its back-off.
    pub back_off_until: Option<Timestamp>,
    /// The reason of its back-off.
    pub back_off_reason: Option<String>,
    /// The owner and the end of its lease.
    pub leased: Option<(String, Timestamp)>,
}

/// A URL whose last visit failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ErrorView {
    /// The URL.
    pub url: String,
    /// When it was visited.
    pub at: Timestamp,
    /// See [`super::VisitError::kind`].
    pub kind: String,
    /// See [`super::VisitError::message`].
    pub message: String,
    /// Consecutive failures.
    pub failures: u32,
    /// When it is visited again.
    pub next_visit: Option<Timestamp>,
}

/// The visits of one hour.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct HourlyVisits {
    /// When the hour began.
    pub at: Timestamp,
    /// Visits by outcome.
    pub outcomes: BTreeMap<VisitOutcome, u64>,
}
