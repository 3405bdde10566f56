//! What a person wants to see of a frontier.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Serialize;

use super::{JobId, JobRun, OutboxEntry, UrlState, VisitOutcome};
use crate::error::Error;

/// Answers questions about a frontier, without changing it and without going through all of its URLs.
pub trait FrontierOverview: Send {
    /// Every job that was ever run with this state, by name.
    fn jobs(&mut self) -> Result<Vec<JobView>, Error>;

    /// The latest runs, of one job or of all, the latest first.
    fn runs(&mut self, job: Option<JobId>, limit: usize) -> Result<Vec<JobRun>, Error>;

    /// Hosts: those that are left alone first, then those that were asked last.
    fn hosts(&mut self, limit: usize) -> Result<Vec<HostView>, Error>;

    /// URLs of a job that failed at their last visit ([`VisitOutcome::Failed`]), the latest first.
    fn errors(&mut self, job: JobId, limit: usize) -> Result<Vec<ErrorView>, Error>;

    /// The records of a job that were put into the outbox last, delivered or not, the latest first. A
    /// backend keeps at least the last 50.
    fn latest_records(&mut self, job: JobId, limit: usize) -> Result<Vec<OutboxEntry>, Error>;

    /// Visits by outcome for each hour that had any and began at `since` or later, in order.
    fn hours(&mut self, job: JobId, since: Timestamp) -> Result<Vec<HourlyVisits>, Error>;
}

/// A job as it stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct JobView {
    /// Its name in the frontier.
    pub id: JobId,
    /// Its name.
    pub name: String,
    /// Its URLs, by what is to become of them.
    pub urls: BTreeMap<UrlState, u64>,
    /// Records in the outbox that some output does not have yet.
    pub undelivered: u64,
    /// When its next URL is due.
    pub next_due: Option<Timestamp>,
}

/// A host as it stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct HostView {
    /// Its name.
    pub host: String,
    /// Its delay, if one is known, in milliseconds.
    pub delay_millis: Option<u64>,
    /// When it may be asked again.
    pub next_at: Option<Timestamp>,
    /// Until when it is left alone.
    pub back_off_until: Option<Timestamp>,
    /// Why.
    pub back_off_reason: Option<String>,
    /// Who has it, and until when.
    pub leased: Option<(String, Timestamp)>,
}

/// A URL that failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ErrorView {
    /// The URL.
    pub url: String,
    /// When.
    pub at: Timestamp,
    /// See [`super::VisitError::kind`].
    pub kind: String,
    /// See [`super::VisitError::message`].
    pub message: String,
    /// Failures in a row.
    pub failures: u32,
    /// When it is tried again.
    pub next_visit: Option<Timestamp>,
}

/// What happened in an hour.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct HourlyVisits {
    /// Its beginning.
    pub at: Timestamp,
    /// Visits by outcome.
    pub outcomes: BTreeMap<VisitOutcome, u64>,
}
