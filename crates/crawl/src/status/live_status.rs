//! What is going on right now, which no state has: what runs, and what is planned.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use serde::Serialize;

use crate::frontier::RunEnd;
use crate::jobs::CrawlJob;

/// A board that whoever runs jobs writes on, and whoever shows them reads.
#[derive(Debug, Default)]
pub struct LiveStatus(Mutex<BTreeMap<String, LiveJob>>);

/// What is going on with a job.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct LiveJob {
    /// What the job is, where somebody said so.
    pub card: Option<JobCard>,
    /// When it runs next; `None` if it is not planned.
    pub next: Option<Timestamp>,
    /// Since when it runs; `None` if it does not.
    pub running_since: Option<Timestamp>,
    /// When and how its last run in this process ended, and why, where there is more to say.
    pub last: Option<(Timestamp, RunEnd, Option<String>)>,
}

/// What a job is, in a few words.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct JobCard {
    /// Its name.
    pub name: String,
    /// When it runs, in words; `None` if only when somebody asks for it.
    pub schedule: Option<String>,
    /// Where it begins.
    pub seeds: Vec<String>,
    /// Where its records go, as written.
    pub outputs: Vec<String>,
}

impl JobCard {
    /// That of a job which runs at these times, in words.
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
    /// Says which jobs there are; what is known of others goes.
    pub fn set_jobs<'a>(&self, names: impl IntoIterator<Item = &'a str>) {
        let mut jobs = self.lock();
        let mut before = std::mem::take(&mut *jobs);
        for name in names {
            jobs.insert(name.to_owned(), before.remove(name).unwrap_or_default());
        }
    }

    /// Says which jobs there are and what they are, as [`LiveStatus::set_jobs`] does; to be called again whenever
    /// the file of jobs was read anew.
    pub fn set_cards(&self, cards: impl IntoIterator<Item = JobCard>) {
        let mut jobs = self.lock();
        let mut before = std::mem::take(&mut *jobs);
        for card in cards {
            let live = before.remove(&card.name).unwrap_or_default();
            jobs.insert(card.name.clone(), LiveJob { card: Some(card), ..live });
        }
    }

    /// Says when a job runs next.
    pub fn set_next_run(&self, job: &str, next: Option<Timestamp>) {
        self.lock().entry(job.to_owned()).or_default().next = next;
    }

    /// Says that a run begins.
    pub fn run_began(&self, job: &str, at: Timestamp) {
        self.lock().entry(job.to_owned()).or_default().running_since = Some(at);
    }

    /// Says that a run ended.
    pub fn run_ended(&self, job: &str, at: Timestamp, end: RunEnd, message: Option<String>) {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn new_cards_leave_what_is_going_on_and_take_away_what_is_not_there_any_more() {
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
