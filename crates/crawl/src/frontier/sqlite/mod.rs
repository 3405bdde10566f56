//! The state of crawl jobs in one `SQLite` file, which several processes may have open at once.
//!
//! Whoever writes does so in short transactions, one after another; whoever reads sees what was written
//! before. Memory does not grow with the file.

mod check;
mod columns;
mod commit;
mod compression;
mod counts;
mod discovery;
mod failure;
mod hosts;
mod jobs;
mod listing;
mod outbox;
mod overview;
mod prune;
mod queues;
mod schema;
mod store;
#[cfg(test)]
mod tests;
mod urls;

use std::path::Path;

pub use self::check::CheckFinding;
pub use self::listing::{UrlEntries, UrlEntry};
pub use self::prune::PruneCounts;

use jiff::Timestamp;
use rusqlite::OptionalExtension;

use self::columns::TimeColumn;
use self::compression::{BlobPacker, unpack_text};
use self::store::SqliteStore;
use super::{
    CommitBatch, CommitOutcome, ErrorView, Frontier, FrontierOverview, HostLease, HostView,
    HourlyVisits, JobId, JobRun, JobView, LeaseKey, LeaseRequest, OutboxEntry, OutputMark, RunEnd,
    RunId, UrlId, UrlState, VisitTask,
};
use crate::error::Error;
use crate::jobs::RetentionPolicy;

/// Bytes of a message that are kept.
const MAX_MESSAGE_BYTES: usize = 2_048;

/// A frontier in a file.
pub struct SqliteFrontier {
    store: SqliteStore,
    packer: BlobPacker,
}

/// Answers about a frontier in a file, without the right to change it.
pub struct SqliteOverview {
    store: SqliteStore,
}

impl SqliteFrontier {
    /// Opens the state at `path`, and makes it if it is not there. One of an earlier version is brought to
    /// this one.
    ///
    /// # Errors
    /// [`crate::ErrorKind::State`] when it cannot be opened or written, is something else, or of a later
    /// version.
    pub fn open(path: &Path) -> Result<Self, Error> {
        let store = SqliteStore::open(path)?;
        let packer = BlobPacker::new().map_err(|failure| failure.into_error(path))?;
        Ok(Self { store, packer })
    }

    /// Opens a state that is there, to look at it.
    ///
    /// # Errors
    /// As [`SqliteFrontier::open`], and when it is of an earlier version.
    pub fn open_read_only(path: &Path) -> Result<SqliteOverview, Error> {
        Ok(SqliteOverview { store: SqliteStore::open_read_only(path)? })
    }

    /// Removes what the job has kept for longer than it is to: runs and the counts of hours; URLs that are
    /// gone, and those that were not found for so long, with their texts. Seeds stay, and so do records that
    /// were not delivered. A crawl may go on meanwhile.
    ///
    /// # Errors
    /// When the state cannot be read or written. What was removed before is removed.
    pub fn prune(
        &mut self,
        job: JobId,
        retention: &RetentionPolicy,
        now: Timestamp,
    ) -> Result<PruneCounts, Error> {
        prune::prune(&mut self.store, job.0, retention, now)
    }

    /// Works out anew what follows from something else: counts and queues. Nobody else can write meanwhile.
    ///
    /// # Errors
    /// When the state cannot be read or written; it then is as it was.
    pub fn repair(&mut self) -> Result<(), Error> {
        self.store.write(check::repair)
    }

    /// Makes the file as small as what is in it. Nobody else can use it meanwhile, and the disk needs room
    /// for it once more.
    ///
    /// # Errors
    /// When the state cannot be read or written; it then is as it was.
    pub fn compact(&mut self) -> Result<(), Error> {
        self.store.compact()
    }
}

impl Frontier for SqliteFrontier {
    fn register_job(&mut self, name: &str, outputs: &[String]) -> Result<JobId, Error> {
        self.store.write(|db| jobs::register_job(db, name, outputs))
    }

    fn begin_run(
        &mut self,
        job: JobId,
        scheduled_for: Option<Timestamp>,
        now: Timestamp,
    ) -> Result<JobRun, Error> {
        self.store.write(|db| jobs::begin_run(db, job.0, scheduled_for, TimeColumn(now)))
    }

    fn end_run(
        &mut self,
        run: RunId,
        now: Timestamp,
        end: RunEnd,
        message: Option<&str>,
    ) -> Result<(), Error> {
        self.store.write(|db| jobs::end_run(db, run.0, TimeColumn(now), end, message))
    }

    fn last_scheduled(&mut self, job: JobId) -> Result<Option<Timestamp>, Error> {
        self.store.read(|db| jobs::last_scheduled(db, job.0))
    }

    fn reclaim(&mut self, owner: &str) -> Result<(), Error> {
        self.store.write(|db| hosts::reclaim(db, owner))
    }

    fn lease(&mut self, request: &LeaseRequest) -> Result<Vec<HostLease>, Error> {
        self.store.write(|db| hosts::lease(db, request))
    }

    fn renew(&mut self, leases: &[LeaseKey], until: Timestamp) -> Result<Vec<LeaseKey>, Error> {
        self.store.write(|db| hosts::renew(db, leases, TimeColumn(until)))
    }

    fn next_wake(
        &mut self,
        job: JobId,
        now: Timestamp,
        due_by: Timestamp,
    ) -> Result<Option<Timestamp>, Error> {
        self.store.read(|db| hosts::next_wake(db, job.0, TimeColumn(now), TimeColumn(due_by)))
    }

    fn waits_for_others(
        &mut self,
        job: JobId,
        owner: &str,
        now: Timestamp,
        due_by: Timestamp,
    ) -> Result<bool, Error> {
        self.store.read(|db| {
            queues::waits_for_others(db, job.0, owner, TimeColumn(now), TimeColumn(due_by))
        })
    }

    fn next_due(&mut self, job: JobId) -> Result<Option<Timestamp>, Error> {
        self.store.read(|db| queues::next_due(db, job.0))
    }

    fn commit(
        &mut self,
        job: JobId,
        run: RunId,
        batch: CommitBatch,
    ) -> Result<CommitOutcome, Error> {
        let packer = &mut self.packer;
        self.store.write(|db| commit::commit(db, packer, (job.0, run.0), batch))
    }

    fn delivered_text(&mut self, url: UrlId) -> Result<Option<String>, Error> {
        self.store.read(|db| {
            let packed: Option<Vec<u8>> = db
                .prepare_cached("SELECT text FROM texts WHERE url = ?1")?
                .query_row([url.0], |row| row.get(0))
                .optional()?;
            packed.map(|packed| unpack_text(&packed)).transpose()
        })
    }

    fn find(&mut self, job: JobId, url: &str) -> Result<Option<(VisitTask, UrlState)>, Error> {
        self.store.read(|db| urls::find(db, job.0, url))
    }

    fn note(&mut self, job: JobId, name: &str) -> Result<Option<String>, Error> {
        self.store.read(|db| jobs::note(db, job.0, name))
    }

    fn outbox_after(
        &mut self,
        job: JobId,
        after: u64,
        max_bytes: usize,
    ) -> Result<Vec<OutboxEntry>, Error> {
        self.store.read(|db| outbox::entries_after(db, job.0, after, max_bytes))
    }

    fn output_mark(&mut self, job: JobId, output: &str) -> Result<OutputMark, Error> {
        self.store.read(|db| outbox::output_mark(db, job.0, output))
    }

    fn set_output_mark(
        &mut self,
        job: JobId,
        output: &str,
        mark: &OutputMark,
    ) -> Result<(), Error> {
        self.store.write(|db| outbox::set_output_mark(db, job.0, output, mark))
    }
}

macro_rules! overviews {
    ($($name:ident)+) => {$(
        impl $name {
            /// The URLs of a job, those of one state or all.
            pub fn urls(&mut self, job: JobId, state: Option<UrlState>) -> UrlEntries<'_> {
                UrlEntries::new(&mut self.store, job, state)
            }

            /// Goes through all of the state and says what is not as it should be.
            ///
            /// # Errors
            /// When it cannot be read so far that it could be checked.
            pub fn check(&mut self) -> Result<Vec<CheckFinding>, Error> {
                self.store.read(check::check)
            }
        }

        impl FrontierOverview for $name {
            fn jobs(&mut self) -> Result<Vec<JobView>, Error> {
                self.store.read(overview::jobs)
            }

            fn runs(&mut self, job: Option<JobId>, limit: usize) -> Result<Vec<JobRun>, Error> {
                self.store.read(|db| overview::runs(db, job, limit))
            }

            fn hosts(&mut self, limit: usize) -> Result<Vec<HostView>, Error> {
                self.store.read(|db| overview::hosts(db, limit))
            }

            fn errors(&mut self, job: JobId, limit: usize) -> Result<Vec<ErrorView>, Error> {
                self.store.read(|db| overview::errors(db, job, limit))
            }

            fn latest_records(&mut self, job: JobId, limit: usize) -> Result<Vec<OutboxEntry>, Error> {
                self.store.read(|db| outbox::latest_records(db, job.0, limit))
            }

            fn hours(&mut self, job: JobId, since: Timestamp) -> Result<Vec<HourlyVisits>, Error> {
                self.store.read(|db| overview::hours(db, job, since))
            }
        }
    )+};
}

overviews!(SqliteFrontier SqliteOverview);

/// As much of a message as is kept.
fn truncate_message(message: &str) -> &str {
    let end = message.floor_char_boundary(MAX_MESSAGE_BYTES);
    message.get(..end).unwrap_or(message)
}
