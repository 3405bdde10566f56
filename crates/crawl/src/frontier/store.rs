//! Where the state of crawl jobs is stored, and what can be done with it.

use std::path::Path;

use jiff::Timestamp;
use serde::Serialize;

use super::{Frontier, FrontierOverview, JobId, UrlEntry, UrlId, UrlState};
use crate::error::Error;
use crate::jobs::RetentionPolicy;

/// Where the state of crawl jobs is stored, such as a file. Runs, the daemon and the commands reach the
/// state through it only, so another backend is another implementation of this trait and of
/// [`WritableState`].
///
/// Several processes may use the same store at the same time.
pub trait StateStore: Send + Sync {
    /// Whether the state exists. A state is created by [`StateStore::open`].
    ///
    /// # Errors
    /// If the store cannot be reached.
    fn exists(&self) -> Result<bool, Error>;

    /// Opens the state for reading and writing. A state that does not exist is created; one of an earlier
    /// version is migrated.
    ///
    /// # Errors
    /// [`crate::ErrorKind::State`] if it cannot be opened or written, is not a state, or has a later
    /// version.
    fn open(&self) -> Result<Box<dyn WritableState>, Error>;

    /// Opens an existing state for reading.
    ///
    /// # Errors
    /// As [`StateStore::open`], and if it does not exist or has an earlier version.
    fn open_read_only(&self) -> Result<Box<dyn StateView>, Error>;

    /// Locks a job until the guard is dropped or the process ends, so that no two runs of it overlap.
    ///
    /// # Errors
    /// [`crate::ErrorKind::JobBusy`] if another run holds the lock; otherwise if it cannot be taken.
    fn lock_job(&self, job: &str) -> Result<Box<dyn JobGuard>, Error>;

    /// The path that other files of a job's runs begin with, such as its journal of duplicates. They are
    /// always on a local disk.
    fn file_prefix(&self) -> &Path;
}

/// A locked job; see [`StateStore::lock_job`].
pub trait JobGuard: Send {}

/// A state that can be read.
pub trait StateView: FrontierOverview {
    /// At most `limit` URLs of a job that follow `after` in the order of the listing: host by host, and
    /// within a host in the order of discovery. With `state`, only URLs in this state. [`UrlEntries`]
    /// reads all of them.
    ///
    /// [`UrlEntries`]: super::UrlEntries
    ///
    /// # Errors
    /// If the state cannot be read.
    fn urls_after(
        &mut self,
        job: JobId,
        state: Option<UrlState>,
        after: Option<UrlId>,
        limit: usize,
    ) -> Result<Vec<UrlEntry>, Error>;

    /// Checks the whole state for contradictions. No findings means that it is consistent.
    ///
    /// # Errors
    /// If the state is too damaged to be checked.
    fn check(&mut self) -> Result<Vec<CheckFinding>, Error>;
}

/// A state that can be read and changed.
pub trait WritableState: Frontier + StateView {
    /// Removes what a job has kept for longer than its retention allows: ended runs and hourly counts, and
    /// URLs that are gone or were not discovered again, with their texts. Seeds stay, and so do runs with
    /// undelivered records. A crawl may run meanwhile.
    ///
    /// # Errors
    /// If the state cannot be read or written. What was removed by then stays removed.
    fn prune(
        &mut self,
        job: JobId,
        retention: &RetentionPolicy,
        now: Timestamp,
    ) -> Result<PruneCounts, Error>;

    /// Computes derived data again, such as counts and queues. Nothing else can write meanwhile.
    ///
    /// # Errors
    /// If the state cannot be read or written. It is then unchanged.
    fn repair(&mut self) -> Result<(), Error>;

    /// Returns free space to the system, if the backend keeps any. Nothing else can use the state
    /// meanwhile.
    ///
    /// # Errors
    /// If the state cannot be read or written. It is then unchanged.
    fn compact(&mut self) -> Result<(), Error>;
}

/// What [`WritableState::prune`] removed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct PruneCounts {
    /// URLs that were gone or no longer linked to, with their texts.
    pub urls: u64,
    /// Hosts without any URL left.
    pub hosts: u64,
    /// Runs.
    pub runs: u64,
    /// Hours of which the counts of visits were removed.
    pub hours: u64,
}

/// A contradiction in a state.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct CheckFinding {
    /// What is wrong, for people.
    pub message: String,
    /// Whether [`WritableState::repair`] repairs it.
    pub can_be_repaired: bool,
}
