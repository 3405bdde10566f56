//! The state of crawl jobs: which URLs are known, when each is due, which run visits which host, and which
//! records are not yet delivered.
//!
//! A host is leased whole, to one run at a time, over all jobs. This enforces its crawl delay. Each lease has a
//! greater fencing token than the one before, and a commit with an older token is refused, so an expired owner
//! cannot overwrite anything. URLs are not marked as in progress: a visit that was handed out and not committed
//! is still due.
//!
//! What a visit changes (the URL, discovered URLs, the record, figures) is written as one [`CommitBatch`], all
//! or nothing. Records stay in an outbox until every output has confirmed them with an [`OutputMark`], which
//! also says where a resumed output is truncated. So outputs and state agree after any crash.
//!
//! A backend implements [`StateStore`], which opens the state, and [`WritableState`], which is everything that
//! can be done with it. [`store_at`] selects the backend. The tests that every backend must pass are in
//! `conformance` (cargo feature `conformance`).

#[cfg(any(test, feature = "conformance"))]
pub mod conformance;
mod listing;
#[cfg(any(test, feature = "conformance"))]
mod memory;
mod overview;
mod rules;
mod sqlite;
mod store;
mod types;
mod url_entry;

use std::path::Path;
use std::sync::Arc;

pub use copydesk_clean::ChangeKind;
use jiff::Timestamp;

pub use listing::UrlEntries;
pub use overview::{ErrorView, FrontierOverview, HostView, HourlyVisits, JobView};
pub use sqlite::SqliteFrontier;
pub use store::{CheckFinding, JobGuard, PruneCounts, StateStore, StateView, WritableState};
pub use types::{
    ClockCorrection, CommitBatch, CommitOutcome, DiscoveryCounts, DiscoverySource, DueSelection,
    ErrorExample, HostId, HostLease, JobId, JobRun, LeaseKey, LeaseRelease, LeaseRequest,
    NewDelivery, NewUrl, OutboxEntry, OutputMark, PRIORITIES, RunEnd, RunFigures, RunId,
    StoredRobots, UrlId, UrlKind, UrlState, VisitCommit, VisitError, VisitOutcome, VisitTask,
};

pub use url_entry::UrlEntry;

use crate::error::Error;
pub use crate::limits::MAX_URL_BYTES;

/// The store of the state at this path, which is an `SQLite` file. Nothing is opened or created yet.
///
/// ```
/// use copydesk_crawl::frontier::store_at;
///
/// # fn main() -> Result<(), copydesk_crawl::Error> {
/// # let folder = tempfile::tempdir().expect("a temporary folder");
/// let store = store_at(&folder.path().join("crawl.sqlite"));
/// assert!(!store.exists()?);
/// let mut state = store.open()?;
/// state.register_job("news", &["news.jsonl".to_owned()])?;
/// let jobs = store.open_read_only()?.jobs()?;
/// assert_eq!(jobs[0].name, "news");
/// # Ok(())
/// # }
/// ```
pub fn store_at(path: &Path) -> Arc<dyn StateStore> {
    Arc::new(sqlite::SqliteStore::new(path))
}

/// The state of crawl jobs, as runs use it. Times are truncated to the millisecond.
///
/// Several processes may call all methods at the same time. An unknown id yields an empty result, not an
/// error; errors come from the backend.
pub trait Frontier: Send {
    /// Registers a job with its outputs, and returns its id. Marks of outputs that the job no longer has are
    /// deleted, since they would keep records in the outbox for good. A new output gets the records that
    /// follow.
    fn register_job(&mut self, name: &str, outputs: &[String]) -> Result<JobId, Error>;

    /// Begins a run, or resumes the job's open run. A resumed run keeps its start and its scheduled time, but
    /// [`Frontier::last_scheduled`] becomes the later one.
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

    /// The latest scheduled time for which a run of the job was begun or resumed.
    fn last_scheduled(&mut self, job: JobId) -> Result<Option<Timestamp>, Error>;

    /// Ends the leases that `owner` held when it crashed. Visits under them can no longer be committed.
    fn reclaim(&mut self, owner: &str) -> Result<(), Error>;

    /// Leases hosts that have due URLs and are free: not leased, and neither in their crawl delay nor in
    /// back-off. Hosts whose URLs have been due for the longest time come first.
    fn lease(&mut self, request: &LeaseRequest) -> Result<Vec<HostLease>, Error>;

    /// Extends leases until `until`. Returns those that are no longer held, because they were released,
    /// reclaimed, or followed by a later lease.
    fn renew(&mut self, leases: &[LeaseKey], until: Timestamp) -> Result<Vec<LeaseKey>, Error>;

    /// The earliest time at which a host with a URL that is due by `due_by` is free: `now` if one is free
    /// already, `None` if nothing is due. Leases of all owners count until they end.
    fn next_wake(
        &mut self,
        job: JobId,
        now: Timestamp,
        due_by: Timestamp,
    ) -> Result<Option<Timestamp>, Error>;

    /// Whether a URL of the job is due by `due_by` at a host that another owner has leased. That lease may be
    /// released at any time, long before it ends.
    fn waits_for_others(
        &mut self,
        job: JobId,
        owner: &str,
        now: Timestamp,
        due_by: Timestamp,
    ) -> Result<bool, Error>;

    /// When the job's next URL is due, even if its host is leased.
    fn next_due(&mut self, job: JobId) -> Result<Option<Timestamp>, Error>;

    /// Writes a batch, all or nothing. When this returns, the batch survives a crash of the process, but not
    /// necessarily a power loss.
    ///
    /// A URL on a page is discovered when the page is visited, a URL of [`CommitBatch::found`] when it is due.
    /// A known URL keeps the greater priority and the smaller depth.
    fn commit(
        &mut self,
        job: JobId,
        run: RunId,
        batch: CommitBatch,
    ) -> Result<CommitOutcome, Error>;

    /// The last delivered text of a URL, with which the next one is compared.
    fn delivered_text(&mut self, url: UrlId) -> Result<Option<String>, Error>;

    /// A URL of the job, by its normalized form. [`VisitTask::due`] is [`Timestamp::MAX`] if it is never due.
    fn find(&mut self, job: JobId, url: &str) -> Result<Option<(VisitTask, UrlState)>, Error>;

    /// Makes URLs due at this time, unless they are already, and returns their number. They become active, and
    /// their validators and fingerprints are dropped: the next visit judges the whole page again.
    fn make_due(
        &mut self,
        job: JobId,
        which: &DueSelection<'_>,
        due: Timestamp,
    ) -> Result<u64, Error>;

    /// Corrects what was written while the clock was ahead. URLs that were visited in the future, or are due
    /// later than anything can be planned now, become due now; their number is returned. Times in the future
    /// become the current time. No host is left waiting, leased or in back-off for more than a day.
    fn correct_clock(&mut self, job: JobId, correction: ClockCorrection) -> Result<u64, Error>;

    /// The latest value of a note; see [`CommitBatch::notes`].
    fn note(&mut self, job: JobId, name: &str) -> Result<Option<String>, Error>;

    /// Records after the sequence number `after`, in order, with at most `max_bytes` bytes together; at least
    /// one if there is any.
    fn outbox_after(
        &mut self,
        job: JobId,
        after: u64,
        max_bytes: usize,
    ) -> Result<Vec<OutboxEntry>, Error>;

    /// The mark of an output of the job. An unknown output has the default mark.
    fn output_mark(&mut self, job: JobId, output: &str) -> Result<OutputMark, Error>;

    /// Sets the mark of an output. Records that all outputs of the job have are removed from the outbox,
    /// except the latest ones, which the status page shows.
    fn set_output_mark(&mut self, job: JobId, output: &str, mark: &OutputMark)
    -> Result<(), Error>;
}
