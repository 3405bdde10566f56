//! The state of crawl jobs in one `SQLite` file, which several processes may have open at once.
//!
//! Whoever writes does so in short transactions, one after another; whoever reads sees what was written
//! before. Memory does not grow with the file.

mod check;
mod codes;
mod commit;
mod counts;
mod failure;
mod found;
mod hosts;
mod jobs;
mod listing;
mod outbox;
mod overview;
mod packer;
mod prune;
mod queues;
mod schema;
mod store;
#[cfg(test)]
mod tests;
mod urls;

use std::path::Path;

pub use self::check::Finding;
pub use self::listing::{Entries, UrlEntry};
pub use self::prune::Pruned;

use jiff::Timestamp;
use rusqlite::OptionalExtension;

use self::codes::At;
use self::packer::{Packer, unpack_text};
use self::store::Store;
use super::{
    Batch, Committed, Delivery, ErrorView, Frontier, HostView, Hour, JobId, JobView, Lease,
    LeaseKey, LeaseRequest, OutputMark, Overview, Run, RunEnd, RunId, UrlId, UrlState, Visit,
};
use crate::error::Error;
use crate::jobs::Retention;

/// Bytes of a message that are kept.
const MAX_MESSAGE_BYTES: usize = 2_048;

/// A frontier in a file.
pub struct SqliteFrontier {
    store: Store,
    packer: Packer,
}

/// Answers about a frontier in a file, without the right to change it.
pub struct SqliteOverview {
    store: Store,
}

impl SqliteFrontier {
    /// Opens the state at `path`, and makes it if it is not there. One of an earlier version is brought to
    /// this one.
    ///
    /// # Errors
    /// [`crate::ErrorKind::State`] when it cannot be opened or written, is something else, or of a later
    /// version.
    pub fn open(path: &Path) -> Result<Self, Error> {
        let store = Store::open(path)?;
        let packer = Packer::new().map_err(|failure| failure.of(path))?;
        Ok(Self { store, packer })
    }

    /// Opens a state that is there, to look at it.
    ///
    /// # Errors
    /// As [`SqliteFrontier::open`], and when it is of an earlier version.
    pub fn open_read_only(path: &Path) -> Result<SqliteOverview, Error> {
        Ok(SqliteOverview { store: Store::open_read_only(path)? })
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
        retention: &Retention,
        now: Timestamp,
    ) -> Result<Pruned, Error> {
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
    fn job(&mut self, name: &str, outputs: &[String]) -> Result<JobId, Error> {
        self.store.write(|db| jobs::job(db, name, outputs))
    }

    fn begin_run(
        &mut self,
        job: JobId,
        scheduled_for: Option<Timestamp>,
        now: Timestamp,
    ) -> Result<Run, Error> {
        self.store.write(|db| jobs::begin_run(db, job.0, scheduled_for, At(now)))
    }

    fn end_run(
        &mut self,
        run: RunId,
        now: Timestamp,
        end: RunEnd,
        message: Option<&str>,
    ) -> Result<(), Error> {
        self.store.write(|db| jobs::end_run(db, run.0, At(now), end, message))
    }

    fn last_scheduled(&mut self, job: JobId) -> Result<Option<Timestamp>, Error> {
        self.store.read(|db| jobs::last_scheduled(db, job.0))
    }

    fn reclaim(&mut self, owner: &str) -> Result<(), Error> {
        self.store.write(|db| hosts::reclaim(db, owner))
    }

    fn lease(&mut self, request: &LeaseRequest) -> Result<Vec<Lease>, Error> {
        self.store.write(|db| hosts::lease(db, request))
    }

    fn renew(&mut self, leases: &[LeaseKey], until: Timestamp) -> Result<Vec<LeaseKey>, Error> {
        self.store.write(|db| hosts::renew(db, leases, At(until)))
    }

    fn next_wake(
        &mut self,
        job: JobId,
        now: Timestamp,
        due_by: Timestamp,
    ) -> Result<Option<Timestamp>, Error> {
        self.store.read(|db| hosts::next_wake(db, job.0, At(now), At(due_by)))
    }

    fn waits_for_others(
        &mut self,
        job: JobId,
        owner: &str,
        now: Timestamp,
        due_by: Timestamp,
    ) -> Result<bool, Error> {
        self.store.read(|db| queues::waits_for_others(db, job.0, owner, At(now), At(due_by)))
    }

    fn next_due(&mut self, job: JobId) -> Result<Option<Timestamp>, Error> {
        self.store.read(|db| queues::next_due(db, job.0))
    }

    fn commit(&mut self, job: JobId, run: RunId, batch: Batch) -> Result<Committed, Error> {
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

    fn find(&mut self, job: JobId, url: &str) -> Result<Option<(Visit, UrlState)>, Error> {
        self.store.read(|db| urls::find(db, job.0, url))
    }

    fn note(&mut self, job: JobId, name: &str) -> Result<Option<String>, Error> {
        self.store.read(|db| jobs::note(db, job.0, name))
    }

    fn outbox(&mut self, job: JobId, after: u64, max_bytes: usize) -> Result<Vec<Delivery>, Error> {
        self.store.read(|db| outbox::after(db, job.0, after, max_bytes))
    }

    fn output(&mut self, job: JobId, output: &str) -> Result<OutputMark, Error> {
        self.store.read(|db| outbox::output(db, job.0, output))
    }

    fn set_output(&mut self, job: JobId, output: &str, mark: &OutputMark) -> Result<(), Error> {
        self.store.write(|db| outbox::set_output(db, job.0, output, mark))
    }
}

macro_rules! overviews {
    ($($name:ident)+) => {$(
        impl $name {
            /// The URLs of a job, those of one state or all.
            pub fn urls(&mut self, job: JobId, state: Option<UrlState>) -> Entries<'_> {
                Entries::new(&mut self.store, job, state)
            }

            /// Goes through all of the state and says what is not as it should be.
            ///
            /// # Errors
            /// When it cannot be read so far that it could be checked.
            pub fn check(&mut self) -> Result<Vec<Finding>, Error> {
                self.store.read(check::check)
            }
        }

        impl Overview for $name {
            fn jobs(&mut self) -> Result<Vec<JobView>, Error> {
                self.store.read(overview::jobs)
            }

            fn runs(&mut self, job: Option<JobId>, limit: usize) -> Result<Vec<Run>, Error> {
                self.store.read(|db| overview::runs(db, job, limit))
            }

            fn hosts(&mut self, limit: usize) -> Result<Vec<HostView>, Error> {
                self.store.read(|db| overview::hosts(db, limit))
            }

            fn errors(&mut self, job: JobId, limit: usize) -> Result<Vec<ErrorView>, Error> {
                self.store.read(|db| overview::errors(db, job, limit))
            }

            fn latest(&mut self, job: JobId, limit: usize) -> Result<Vec<Delivery>, Error> {
                self.store.read(|db| outbox::latest(db, job.0, limit))
            }

            fn hours(&mut self, job: JobId, since: Timestamp) -> Result<Vec<Hour>, Error> {
                self.store.read(|db| overview::hours(db, job, since))
            }
        }
    )+};
}

overviews!(SqliteFrontier SqliteOverview);

/// As much of a message as is kept.
fn cut(message: &str) -> &str {
    let end = message.floor_char_boundary(MAX_MESSAGE_BYTES);
    message.get(..end).unwrap_or(message)
}
