//! The live status: what is running and what is scheduled, which is not in the state.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use serde::Serialize;

use crate::frontier::RunEnd;
use crate::jobs::CrawlJob;

/// Shared between the daemon, which updates it, and the status page, which shows it.
#[derive(Debug, Default)]
pub struct LiveStatus(Mutex<BTreeMap<String, LiveJob>>);

/// The live status of a job.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct LiveJob {
    /// A description of the job, if the daemon gave one.
    pub card: Option<JobCard>,
    /// When it runs next; `None` if no run is scheduled.
    pub next: Option<Timestamp>,
    /// When the current run started; `None` if the job is not running.
    pub running_since: Option<Timestamp>,
    /// When and how its last run in this process ended, with a message if there is one.
    pub last: Option<(Timestamp, RunEnd, Option<String>)>,
}

/// A short description of a job.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct JobCard {
    /// The name.
    pub name: String,
    /// The schedule in words; `None` if the job runs on demand only.
    pub schedule: Option<String>,
    /// The seeds.
    pub seeds: Vec<String>,
    /// The paths of its outputs, as written in the jobs file.
    pub outputs: Vec<String>,
}

impl JobCard {
    /// Describes a job with this schedule.
    pub fn new(job: &CrawlJob, schedule: Option<String>) -> Self {
        Self {
            name: job.name.clone(),
            schedule,
            seeds: job.seeds.iter().map(|seed| seed.url.to_string()).collect(),
            outputs: job.outputs.iter().map(|output| output.path.clone()).collect(),
        }
    }
}

impl LiveStatus {
    /// Replaces the set of jobs. Those that stay keep their status, others are removed.
    pub fn set_jobs<'a>(&self, names: impl IntoIterator<Item = &'a str>) {
        let mut jobs = self.lock();
        let mut before = std::mem::take(&mut *jobs);
        for name in names {
            jobs.insert(name.to_owned(), before.remove(name).unwrap_or_default());
        }
    }

    /// Replaces the set of jobs and their descriptions, as [`LiveStatus::set_jobs`] does. Call it again after
    /// each reload of the jobs file.
    pub fn set_cards(&self, cards: impl IntoIterator<Item = JobCard>) {
        let mut jobs = self.lock();
        let mut before = std::mem::take(&mut *jobs);
        for card in cards {
            let live = before.remove(&card.name).unwrap_or_default();
            jobs.insert(card.name.clone(), LiveJob { card: Some(card), ..live });
        }
    }

    /// Sets when a job runs next.
    pub fn set_next_run(&self, job: &str, next: Option<Timestamp>) {
        self.lock().entry(job.to_owned()).or_default().next = next;
    }

    /// Records that a run started.
    pub fn run_began(&self, job: &str, at: Timestamp) {
        self.lock().entry(job.to_owned()).or_default().running_since = Some(at);
    }

    /// Records that a run ended.
    pub fn run_ended(&self, job: &str, at: Timestamp, end: RunEnd, message: Option<String>) {
        let mut jobs = self.lock();
        let live = jobs.entry(job.to_owned()).or_default();
        live.running_since = None;
        live.last = Some((at, end, message));
    }

    /// A copy of the status of all jobs, by name.
    pub fn jobs(&self) -> BTreeMap<String, LiveJob> {
        self.lock().clone()
    }

    // A panic cannot leave an entry half written, so a poisoned lock is safe to use.
    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, LiveJob>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn new_cards_keep_the_status_of_jobs_that_stay_and_remove_the_others() {
        let card = |name: &str, schedule: &str| JobCard {
            name: name.into(),
            schedule: Some(schedule.into()),
            ..JobCard::default()
        };
        let now: Timestamp = "2026-03-29T06:00:00Z".parse().unwrap();
        let live = LiveStatus::default();
        live.set_cards([card("harbour", "every hour"), card("ferries", "every day")]);
        live.run_began("harbour", now);
        live.set_cards([card("harbour", "every 2 hours")]);
        let jobs = live.jobs();
        assert_eq!(jobs.keys().collect::<Vec<_>>(), ["harbour"]);
        let harbour = &jobs["harbour"];
        assert_eq!(harbour.running_since, Some(now));
        let schedule = harbour.card.as_ref().and_then(|card| card.schedule.as_deref());
        assert_eq!(schedule, Some("every 2 hours"));
    }
}
