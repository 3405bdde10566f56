//! The state of crawl jobs: which URLs there are, when each is due, who visits which host, and what is
//! still to be delivered.
//!
//! Hosts are leased whole, to one at a time, over all jobs: that keeps the pause between two requests to a
//! host, whoever makes them. A lease has a fencing token that grows, and what is finished under an older
//! one is not taken, so that whoever was taken for dead can do no harm. Nothing marks a URL as being
//! visited: what was handed out under a lease and not finished is simply still due.
//!
//! What a visit changes (the URL, what was found, the record to deliver, the figures) is written in one
//! [`CommitBatch`], all of it or nothing. Records wait in an outbox until every output says that it has them,
//! with a mark of its own to cut itself back to; so outputs and state agree after any crash.
//!
//! Backends implement [`Frontier`]; `conformance` has the tests that each must pass. [`SqliteFrontier`] keeps
//! everything in one file.

#[cfg(test)]
mod conformance;
#[cfg(test)]
mod memory;
mod overview;
mod rules;
mod sqlite;
mod types;

pub use copydesk_clean::ChangeKind;
use jiff::Timestamp;

pub use overview::{ErrorView, FrontierOverview, HostView, HourlyVisits, JobView};
pub use sqlite::{CheckFinding, PruneCounts, SqliteFrontier, SqliteOverview, UrlEntries, UrlEntry};
pub use types::{
    CommitBatch, CommitOutcome, DiscoveryCounts, DiscoverySource, HostId, HostLease, JobId, JobRun,
    LeaseKey, LeaseRelease, LeaseRequest, MAX_URL_BYTES, NewDelivery, NewUrl, OutboxEntry,
    OutputMark, PRIORITIES, RunEnd, RunFigures, RunId, StoredRobots, UrlId, UrlKind, UrlState,
    VisitCommit, VisitError, VisitOutcome, VisitTask,
};

use crate::error::Error;

/// The state of crawl jobs. Times are to the millisecond.
///
/// All of it may be called from several processes at once. What is not found is an empty answer, not an
/// error; errors are of the backend.
pub trait Frontier: Send {
    /// The job of this name, which is entered if it is not known. Of outputs that the job does not have any
    /// more, the marks go, so that they hold nothing up in the outbox; one that is new gets what is
    /// delivered from now on.
    fn register_job(&mut self, name: &str, outputs: &[String]) -> Result<JobId, Error>;

    /// Begins a run, or goes on with the job's run that did not come to an end. That one keeps the times that
    /// it was begun at and for; [`Frontier::last_scheduled`] is told of the later one.
    fn begin_run(
        &mut self,
        job: JobId,
        scheduled_for: Option<Timestamp>,
        now: Timestamp,
    ) -> Result<JobRun, Error>;

    /// Ends a run.
    fn end_run(
        &mut self,
        run: RunId,
        now: Timestamp,
        end: RunEnd,
        message: Option<&str>,
    ) -> Result<(), Error>;

    /// The latest time in the schedule that a run of the job was begun, or gone on with, for.
    fn last_scheduled(&mut self, job: JobId) -> Result<Option<Timestamp>, Error>;

    /// Takes the leases back that `owner` had when it crashed. What is finished under them from now on is not
    /// taken.
    fn reclaim(&mut self, owner: &str) -> Result<(), Error>;

    /// Leases hosts that have something due, are not leased to anybody else, and may be asked by now.
    /// Those whose URLs have been due for the longest time come first.
    fn lease(&mut self, request: &LeaseRequest) -> Result<Vec<HostLease>, Error>;

    /// Lets leases end later. Those that are held no more are returned: somebody else has the host by now, or
    /// it was given or taken back.
    fn renew(&mut self, leases: &[LeaseKey], until: Timestamp) -> Result<Vec<LeaseKey>, Error>;

    /// When a host that has something due by `due_by` may be asked or is free, at the earliest: `None`
    /// if there is nothing due on any host, and `now` if it is so already. All leases count until they end,
    /// whoever has them.
    fn next_wake(
        &mut self,
        job: JobId,
        now: Timestamp,
        due_by: Timestamp,
    ) -> Result<Option<Timestamp>, Error>;

    /// Whether something of the job is due by `due_by` at a host that another owner has leased just now. It may be
    /// given back at any time, long before the lease ends.
    fn waits_for_others(
        &mut self,
        job: JobId,
        owner: &str,
        now: Timestamp,
        due_by: Timestamp,
    ) -> Result<bool, Error>;

    /// When the job's next URL is due, whoever has its host.
    fn next_due(&mut self, job: JobId) -> Result<Option<Timestamp>, Error>;

    /// Writes what was done, all or nothing. It is durable when this returns, but for a loss of power.
    ///
    /// A URL that was found on a page counts as found when the page was visited, one of [`CommitBatch::found`] when it
    /// is due. Of a URL that was known, the greater priority and the lesser depth count.
    fn commit(
        &mut self,
        job: JobId,
        run: RunId,
        batch: CommitBatch,
    ) -> Result<CommitOutcome, Error>;

    /// The text that a URL's next one is compared with: that which was last delivered.
    fn delivered_text(&mut self, url: UrlId) -> Result<Option<String>, Error>;

    /// The entry of a URL of the job, by its normal form. One that is never due has [`Timestamp::MAX`] for it.
    fn find(&mut self, job: JobId, url: &str) -> Result<Option<(VisitTask, UrlState)>, Error>;

    /// What was noted with [`CommitBatch::notes`] last.
    fn note(&mut self, job: JobId, name: &str) -> Result<Option<String>, Error>;

    /// Records after `after`, in order, as many as have `max_bytes` together; at least one if there is any.
    fn outbox_after(
        &mut self,
        job: JobId,
        after: u64,
        max_bytes: usize,
    ) -> Result<Vec<OutboxEntry>, Error>;

    /// How far an output of the job has come; one that is not known has nothing.
    fn output_mark(&mut self, job: JobId, output: &str) -> Result<OutputMark, Error>;

    /// Says how far an output has come. What all outputs of the job have leaves the outbox, but for the
    /// latest records, which are kept to be shown.
    fn set_output_mark(&mut self, job: JobId, output: &str, mark: &OutputMark)
    -> Result<(), Error>;
}
