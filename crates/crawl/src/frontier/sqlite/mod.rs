//! The state of crawl jobs in one `SQLite` file, which several processes may have open at once.
//!
//! Writers use short transactions, one after another. Readers see the state as it was when their transaction
//! began, and block nobody. Memory use does not grow with the file.

mod batch;
mod check;
mod columns;
mod commit;
mod compression;
mod connection;
mod counts;
mod discovery;
mod due;
mod failure;
mod host_row;
mod hosts;
mod job_lock;
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

use jiff::Timestamp;
use rusqlite::OptionalExtension;

pub(super) use self::store::SqliteStore;

use self::columns::TimeColumn;
use self::compression::{BlobPacker, unpack_text};
use self::connection::StateConnection;
use super::{
    CheckFinding, ClockCorrection, CommitBatch, CommitOutcome, DueSelection, ErrorView, Frontier,
    FrontierOverview, HostLease, HostView, HourlyVisits, JobId, JobRun, JobView, LeaseKey,
    LeaseRequest, OutboxEntry, OutputMark, PruneCounts, RunEnd, RunId, StateView, UrlEntry, UrlId,
    UrlState, VisitTask, WritableState,
};
use crate::error::Error;
use crate::jobs::RetentionPolicy;

/// A state in a file, opened for reading and writing.
pub struct SqliteFrontier {
    connection: StateConnection,
    packer: BlobPacker,
}

/// A state in a file, opened for reading.
struct SqliteOverview {
    connection: StateConnection,
}

impl SqliteFrontier {
    /// Opens the state at `path`, which is created if it does not exist. Its folder must exist. A state of
    /// an earlier version is migrated. [`super::store_at`] opens a state of any backend.
    ///
    /// # Errors
    /// [`crate::ErrorKind::State`] if it cannot be opened or written, is not a state, or has a later
    /// version.
    pub fn open(path: &Path) -> Result<Self, Error> {
        let connection = StateConnection::open(path)?;
        let packer = BlobPacker::new().map_err(|failure| failure.into_error(path))?;
        Ok(Self { connection, packer })
    }
}

impl SqliteOverview {
    fn open(path: &Path) -> Result<Self, Error> {
        Ok(Self { connection: StateConnection::open_read_only(path)? })
    }
}

impl WritableState for SqliteFrontier {
    fn prune(
        &mut self,
        job: JobId,
        retention: &RetentionPolicy,
        now: Timestamp,
    ) -> Result<PruneCounts, Error> {
        prune::prune(&mut self.connection, job.0, retention, now)
    }

    fn repair(&mut self) -> Result<(), Error> {
        self.connection.write(check::repair)
    }

    /// Rewrites the file. The disk needs room for a second copy of it.
    fn compact(&mut self) -> Result<(), Error> {
        self.connection.compact()
    }
}

impl Frontier for SqliteFrontier {
    fn register_job(&mut self, name: &str, outputs: &[String]) -> Result<JobId, Error> {
        self.connection.write(|db| jobs::register_job(db, name, outputs))
    }

    fn begin_run(
        &mut self,
        job: JobId,
        scheduled_for: Option<Timestamp>,
        now: Timestamp,
    ) -> Result<JobRun, Error> {
        self.connection.write(|db| jobs::begin_run(db, job.0, scheduled_for, TimeColumn(now)))
    }

    fn end_run(
        &mut self,
        run: RunId,
        now: Timestamp,
        end: RunEnd,
        message: Option<&str>,
    ) -> Result<(), Error> {
        self.connection.write(|db| jobs::end_run(db, run.0, TimeColumn(now), end, message))
    }

    fn last_scheduled(&mut self, job: JobId) -> Result<Option<Timestamp>, Error> {
        self.connection.read(|db| jobs::last_scheduled(db, job.0))
    }

    fn reclaim(&mut self, owner: &str) -> Result<(), Error> {
        self.connection.write(|db| hosts::reclaim(db, owner))
    }

    fn lease(&mut self, request: &LeaseRequest) -> Result<Vec<HostLease>, Error> {
        self.connection.write(|db| hosts::lease(db, request))
    }

    fn renew(&mut self, leases: &[LeaseKey], until: Timestamp) -> Result<Vec<LeaseKey>, Error> {
        self.connection.write(|db| hosts::renew(db, leases, TimeColumn(until)))
    }

    fn next_wake(
        &mut self,
        job: JobId,
        now: Timestamp,
        due_by: Timestamp,
    ) -> Result<Option<Timestamp>, Error> {
        self.connection.read(|db| hosts::next_wake(db, job.0, TimeColumn(now), TimeColumn(due_by)))
    }

    fn waits_for_others(
        &mut self,
        job: JobId,
        owner: &str,
        now: Timestamp,
        due_by: Timestamp,
    ) -> Result<bool, Error> {
        self.connection.read(|db| {
            queues::waits_for_others(db, job.0, owner, TimeColumn(now), TimeColumn(due_by))
        })
    }

    fn next_due(&mut self, job: JobId) -> Result<Option<Timestamp>, Error> {
        self.connection.read(|db| queues::next_due(db, job.0))
    }

    fn commit(
        &mut self,
        job: JobId,
        run: RunId,
        batch: CommitBatch,
    ) -> Result<CommitOutcome, Error> {
        let packer = &mut self.packer;
        self.connection.write(|db| commit::commit(db, packer, (job.0, run.0), batch))
    }

    fn delivered_text(&mut self, url: UrlId) -> Result<Option<String>, Error> {
        self.connection.read(|db| {
            let packed: Option<Vec<u8>> = db
                .prepare_cached("SELECT text FROM texts WHERE url = ?1")?
                .query_row([url.0], |row| row.get(0))
                .optional()?;
            packed.map(|packed| unpack_text(&packed)).transpose()
        })
    }

    fn find(&mut self, job: JobId, url: &str) -> Result<Option<(VisitTask, UrlState)>, Error> {
        self.connection.read(|db| urls::find(db, job.0, url))
    }

    fn make_due(
        &mut self,
        job: JobId,
        which: &DueSelection<'_>,
        due: Timestamp,
    ) -> Result<u64, Error> {
        self.connection.write(|db| due::make_due(db, job.0, which, due))
    }

    fn correct_clock(&mut self, job: JobId, correction: ClockCorrection) -> Result<u64, Error> {
        self.connection.write(|db| due::correct_clock(db, job.0, correction))
    }

    fn note(&mut self, job: JobId, name: &str) -> Result<Option<String>, Error> {
        self.connection.read(|db| jobs::note(db, job.0, name))
    }

    fn outbox_after(
        &mut self,
        job: JobId,
        after: u64,
        max_bytes: usize,
    ) -> Result<Vec<OutboxEntry>, Error> {
        self.connection.read(|db| outbox::entries_after(db, job.0, after, max_bytes))
    }

    fn output_mark(&mut self, job: JobId, output: &str) -> Result<OutputMark, Error> {
        self.connection.read(|db| outbox::output_mark(db, job.0, output))
    }

    fn set_output_mark(
        &mut self,
        job: JobId,
        output: &str,
        mark: &OutputMark,
    ) -> Result<(), Error> {
        self.connection.write(|db| outbox::set_output_mark(db, job.0, output, mark))
    }
}

/// Both kinds of connection answer the same queries.
macro_rules! views {
    ($($name:ident)+) => {$(
        impl StateView for $name {
            fn urls_after(
                &mut self,
                job: JobId,
                state: Option<UrlState>,
                after: Option<UrlId>,
                limit: usize,
            ) -> Result<Vec<UrlEntry>, Error> {
                self.connection.read(|db| listing::urls_after(db, job, state, after, limit))
            }

            fn check(&mut self) -> Result<Vec<CheckFinding>, Error> {
                self.connection.read(check::check)
            }
        }

        impl FrontierOverview for $name {
            fn jobs(&mut self) -> Result<Vec<JobView>, Error> {
                self.connection.read(overview::jobs)
            }

            fn runs(&mut self, job: Option<JobId>, limit: usize) -> Result<Vec<JobRun>, Error> {
                self.connection.read(|db| overview::runs(db, job, limit))
            }

            fn hosts(&mut self, limit: usize) -> Result<Vec<HostView>, Error> {
                self.connection.read(|db| overview::hosts(db, limit))
            }

            fn errors(&mut self, job: JobId, limit: usize) -> Result<Vec<ErrorView>, Error> {
                self.connection.read(|db| overview::errors(db, job, limit))
            }

            fn latest_records(&mut self, job: JobId, limit: usize) -> Result<Vec<OutboxEntry>, Error> {
                self.connection.read(|db| outbox::latest_records(db, job.0, limit))
            }

            fn hours(&mut self, job: JobId, since: Timestamp) -> Result<Vec<HourlyVisits>, Error> {
                self.connection.read(|db| overview::hours(db, job, since))
            }
        }
    )+};
}

views!(SqliteFrontier SqliteOverview);
