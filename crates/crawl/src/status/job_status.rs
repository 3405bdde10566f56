//! Combines what the state records about a job with what is happening in this process.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use super::cache::JobState;
use super::{JobCard, LiveJob, UnusualSilence, drifts, silence};
use crate::frontier::{JobId, JobRun, RunEnd, UrlState, VisitOutcome};

/// The condition of a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum JobStanding {
    /// It is running in this process.
    Running,
    /// Its last run completed, or used up its budget.
    Well,
    /// Its last run was stopped gracefully.
    Stopped,
    /// Its last run failed.
    Failed,
    /// A run has started and not ended, and is not running in this process: either another process has it, or
    /// it was killed and the next run will resume it.
    Open,
    /// It has never run.
    New,
}

impl JobStanding {
    pub(super) fn is_failure(self) -> bool {
        self == Self::Failed
    }

    fn from_run(run: Option<&JobRun>, live: Option<&LiveJob>) -> Self {
        let end = |end| match end {
            RunEnd::Complete | RunEnd::Budget => Self::Well,
            RunEnd::Stopped => Self::Stopped,
            RunEnd::Failed => Self::Failed,
        };
        if live.is_some_and(|live| live.running_since.is_some()) {
            return Self::Running;
        }
        // A run that could not even start has no row in the state, only an entry in the live status. So the
        // later of the two decides.
        let last = live.and_then(|live| live.last.as_ref());
        match (run, last) {
            (run, Some((at, last, _))) if run.is_none_or(|run| run.started_at <= *at) => end(*last),
            (None, _) => Self::New,
            (Some(run), _) => run.end.map_or(Self::Open, end),
        }
    }
}

/// A job, as the pages and the API show it.
#[derive(Clone, Debug, Serialize)]
pub(super) struct JobStatus {
    #[serde(flatten)]
    pub(super) card: JobCard,
    /// Whether the jobs file has the job. Otherwise it is only in the state.
    pub(super) in_force: bool,
    #[serde(skip)]
    pub(super) id: Option<JobId>,
    pub(super) standing: JobStanding,
    /// The message of the run that decided the standing.
    pub(super) message: Option<String>,
    pub(super) next: Option<Timestamp>,
    pub(super) running_since: Option<Timestamp>,
    pub(super) last_started: Option<Timestamp>,
    /// When the latest completed run ended.
    pub(super) last_ended: Option<Timestamp>,
    pub(super) last_end: Option<RunEnd>,
    pub(super) urls: BTreeMap<UrlState, u64>,
    pub(super) undelivered: u64,
    pub(super) next_due: Option<Timestamp>,
    /// Visits of the last 24 hours, by outcome.
    pub(super) day: BTreeMap<VisitOutcome, u64>,
    pub(super) silence: Option<UnusualSilence>,
    pub(super) drifts: Vec<String>,
    /// What else people should know about the latest run.
    pub(super) notes: Vec<String>,
}

impl JobStatus {
    /// Combines what is known about a job. At least one of `state` and `live` is given.
    pub(super) fn new(
        name: &str,
        state: Option<&JobState>,
        live: Option<&LiveJob>,
        now: Timestamp,
    ) -> Self {
        let runs = state.map(|state| state.runs.as_slice()).unwrap_or_default();
        let run = runs.first();
        let ended = runs.iter().find(|run| run.ended_at.is_some());
        let last = live.and_then(|live| live.last.as_ref());
        let standing = JobStanding::from_run(run, live);
        let card = live.and_then(|live| live.card.clone());
        let card = card.unwrap_or_else(|| JobCard { name: name.to_owned(), ..JobCard::default() });
        let ended_at = ended.and_then(|run| run.ended_at);
        let (last_ended, last_end) = match last {
            Some((at, end, _)) if ended_at.is_none_or(|ended| ended <= *at) => {
                (Some(*at), Some(*end))
            }
            _ => (ended_at, ended.and_then(|run| run.end)),
        };
        // The message comes from whichever is later, as the standing does.
        let run_message = run.and_then(|run| run.message.clone());
        let message = match last {
            _ if standing == JobStanding::Running => None,
            Some((at, _, message)) if run.is_none_or(|run| run.started_at <= *at) => {
                message.clone().or(run_message)
            }
            _ => run_message,
        };
        Self {
            card,
            in_force: live.is_some(),
            id: state.map(|state| state.view.id),
            standing,
            message,
            next: live.and_then(|live| live.next),
            running_since: live.and_then(|live| live.running_since),
            last_started: run.map(|run| run.started_at),
            last_ended,
            last_end,
            urls: state.map(|state| state.view.urls.clone()).unwrap_or_default(),
            undelivered: state.map_or(0, |state| state.view.undelivered),
            next_due: state.and_then(|state| state.view.next_due),
            day: state.map(|state| last_day(state, now)).unwrap_or_default(),
            silence: silence(runs),
            drifts: drifts(runs).to_vec(),
            notes: ended.map(|run| run.figures.notes.clone()).unwrap_or_default(),
        }
    }

    /// All jobs: those of the jobs file first, then those that are only in the state, each in the order of
    /// their names.
    pub(super) fn all(
        states: &[JobState],
        live: &BTreeMap<String, LiveJob>,
        now: Timestamp,
    ) -> Vec<Self> {
        let mut names: Vec<&str> = live.keys().map(String::as_str).collect();
        let others = states.iter().map(|state| state.view.name.as_str());
        names.extend(others.filter(|name| !live.contains_key(*name)));
        let state_of = |name| states.iter().find(|state| state.view.name == name);
        names.into_iter().map(|name| Self::new(name, state_of(name), live.get(name), now)).collect()
    }

    pub(super) fn name(&self) -> &str {
        &self.card.name
    }

    /// Visits of the last 24 hours with this outcome.
    pub(super) fn day_count(&self, outcome: VisitOutcome) -> u64 {
        self.day.get(&outcome).copied().unwrap_or_default()
    }
}

fn last_day(state: &JobState, now: Timestamp) -> BTreeMap<VisitOutcome, u64> {
    let mut day = BTreeMap::new();
    // Hours in the future are of a time when the clock was ahead.
    let is_recent =
        |at: Timestamp| at <= now && now.duration_since(at) < SignedDuration::from_hours(24);
    for hour in state.hours.iter().filter(|hour| is_recent(hour.at)) {
        for (outcome, count) in &hour.outcomes {
            *day.entry(*outcome).or_default() += count;
        }
    }
    day
}
