//! What is going on right now, which no state has: what runs, and what is planned.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use serde::Serialize;

use crate::frontier::RunEnd;

/// A board that whoever runs jobs writes on, and whoever shows them reads.
#[derive(Debug, Default)]
pub struct Live(Mutex<BTreeMap<String, LiveJob>>);

/// What is going on with a job.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct LiveJob {
    /// When it runs next; `None` if it is not planned.
    pub next: Option<Timestamp>,
    /// Since when it runs; `None` if it does not.
    pub running_since: Option<Timestamp>,
    /// When and how its last run in this process ended, and why, where there is more to say.
    pub last: Option<(Timestamp, RunEnd, Option<String>)>,
}

impl Live {
    /// Says which jobs there are; what is known of others goes.
    pub fn set_jobs<'a>(&self, names: impl IntoIterator<Item = &'a str>) {
        let mut jobs = self.lock();
        let mut before = std::mem::take(&mut *jobs);
        for name in names {
            jobs.insert(name.to_owned(), before.remove(name).unwrap_or_default());
        }
    }

    /// Says when a job runs next.
    pub fn planned(&self, job: &str, next: Option<Timestamp>) {
        self.lock().entry(job.to_owned()).or_default().next = next;
    }

    /// Says that a run begins.
    pub fn began(&self, job: &str, at: Timestamp) {
        self.lock().entry(job.to_owned()).or_default().running_since = Some(at);
    }

    /// Says that a run ended.
    pub fn ended(&self, job: &str, at: Timestamp, end: RunEnd, message: Option<String>) {
        let mut jobs = self.lock();
        let live = jobs.entry(job.to_owned()).or_default();
        live.running_since = None;
        live.last = Some((at, end, message));
    }

    /// What is on the board, by the name of the job.
    pub fn jobs(&self) -> BTreeMap<String, LiveJob> {
        self.lock().clone()
    }

    // Each change is whole when it is made.
    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, LiveJob>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
