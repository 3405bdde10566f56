//! Plans when each job runs.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use crate::jobs::JobSchedule;

/// How late a run may start and still count as on time. After that, its time counts as missed.
const GRACE_PERIOD: SignedDuration = SignedDuration::from_mins(1);

/// How far the clock may be wrong. A run for a time further ahead was started under a wrong clock, and must
/// not suppress the runs until then.
const MAX_CLOCK_ERROR: SignedDuration = SignedDuration::from_hours(24);

/// What is known about earlier runs of a job.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct JobHistory {
    /// The time in the schedule of its latest scheduled run.
    pub last_scheduled: Option<Timestamp>,
    /// Whether that run was stopped or killed before its end.
    pub is_unfinished: bool,
}

/// A run that must start now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct DueRun {
    /// The job.
    pub job: String,
    /// Its time in the schedule: the latest one, if several have passed.
    pub scheduled_for: Timestamp,
}

/// Jobs with the times of their next runs. It is passed the time and does nothing by itself, so that tests
/// can go through years.
///
/// Each time of a schedule counts once: if the clock goes back, times up to that of the last run do not come
/// again. Times that pass while the job runs, or while the daemon does not, are caught up by one run at once,
/// or by none if the schedule does not catch up.
#[derive(Debug)]
pub(crate) struct Timetable {
    rows: BTreeMap<String, TimetableRow>,
    max_runs: usize,
    latest_time: Timestamp,
}

#[derive(Debug)]
struct TimetableRow {
    /// `None` if the job was removed from the file. The row is removed when its run ends.
    schedule: Option<JobSchedule>,
    /// The time in the schedule of the last run.
    last: Option<Timestamp>,
    /// When the job was added.
    since: Timestamp,
    stage: RunStage,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum RunStage {
    /// Its schedule has no further time.
    Finished,
    /// It is planned for the time `due`, and starts at `start`.
    Planned {
        due: Timestamp,
        start: Timestamp,
    },
    /// It is due, and waits for other runs to end.
    Waiting {
        due: Timestamp,
    },
    Running,
}

impl Timetable {
    /// An empty timetable with a limit on concurrent runs.
    pub(crate) fn new(max_runs: usize, now: Timestamp) -> Self {
        Self { rows: BTreeMap::new(), max_runs, latest_time: now }
    }

    /// Sets the limit on concurrent runs. Runs in progress beyond it continue.
    pub(crate) fn set_max_runs(&mut self, max_runs: usize) {
        self.max_runs = max_runs;
    }

    /// Whether it has this job.
    pub(crate) fn contains(&self, job: &str) -> bool {
        self.rows.get(job).is_some_and(|row| row.schedule.is_some())
    }

    /// Adds a job, or changes its schedule. A job with the same schedule keeps its plan. `history` is used
    /// for new jobs only.
    pub(crate) fn set(
        &mut self,
        job: &str,
        schedule: &JobSchedule,
        history: JobHistory,
        now: Timestamp,
    ) {
        if let Some(row) = self.rows.get_mut(job) {
            if row.schedule.as_ref() != Some(schedule) {
                row.schedule = Some(schedule.clone());
                if row.stage != RunStage::Running {
                    row.plan(job, now);
                }
            }
            return;
        }
        let mut row = TimetableRow {
            schedule: Some(schedule.clone()),
            last: history.last_scheduled,
            since: now,
            stage: RunStage::Finished,
        };
        row.plan(job, now);
        if let (Some(last), true, true) =
            (row.trusted_last(now), history.is_unfinished, schedule.catches_up())
        {
            // It resumes what it left, for a later time if one has passed.
            let due = match row.stage {
                RunStage::Planned { due, .. } if due <= now => due,
                _ => last,
            };
            row.stage = RunStage::Planned { due, start: now };
        }
        self.rows.insert(job.to_owned(), row);
    }

    /// Removes all other jobs. Those that are running continue to their end.
    pub(crate) fn retain(&mut self, is_kept: impl Fn(&str) -> bool) {
        self.rows.retain(|job, row| {
            if is_kept(job) {
                return true;
            }
            row.schedule = None;
            row.stage == RunStage::Running
        });
    }

    /// The runs that must start now, in the order of their times. From here on they count as running.
    pub(crate) fn begin(&mut self, now: Timestamp) -> Vec<DueRun> {
        self.queue_due(now);
        let running = self.rows.values().filter(|row| row.stage == RunStage::Running).count();
        let mut waiting: Vec<(Timestamp, &String, &mut TimetableRow)> = self
            .rows
            .iter_mut()
            .filter_map(|(job, row)| match row.stage {
                RunStage::Waiting { due } => Some((due, job, row)),
                _ => None,
            })
            .collect();
        waiting.sort_by(|a, b| (a.0, a.1).cmp(&(b.0, b.1)));
        let started = waiting.into_iter().take(self.max_runs.saturating_sub(running));
        started
            .map(|(due, job, row)| {
                let latest = row.schedule.as_ref().and_then(|schedule| schedule.latest(due, now));
                let scheduled_for = latest.unwrap_or(due);
                row.last =
                    Some(row.trusted_last(now).map_or(scheduled_for, |l| l.max(scheduled_for)));
                row.stage = RunStage::Running;
                DueRun { job: job.clone(), scheduled_for }
            })
            .collect()
    }

    /// Records that a run ended. After a failure nothing is caught up: the next attempt is at the next time.
    /// Otherwise a job that cannot run would be started again and again.
    pub(crate) fn ended(&mut self, job: &str, has_failed: bool, now: Timestamp) {
        let Some(row) = self.rows.get_mut(job) else { return };
        if row.schedule.is_none() {
            self.rows.remove(job);
        } else if has_failed {
            row.plan_next(job, now);
        } else {
            row.plan(job, now);
        }
    }

    /// When the next run is planned to start. Jobs that wait for others to end are not included.
    pub(crate) fn next_wake(&self) -> Option<Timestamp> {
        self.rows.values().filter_map(TimetableRow::start).min()
    }

    /// When a job starts next, if it is planned.
    pub(crate) fn next_of(&self, job: &str) -> Option<Timestamp> {
        self.rows.get(job).and_then(TimetableRow::start)
    }

    /// Marks what is due as waiting, and plans again what cannot run as planned.
    fn queue_due(&mut self, now: Timestamp) {
        let went_back = now < self.latest_time;
        self.latest_time = now;
        for (job, row) in &mut self.rows {
            let RunStage::Planned { due, start } = row.stage else { continue };
            let catches_up = row.schedule.as_ref().is_some_and(JobSchedule::catches_up);
            if start <= now && (catches_up || now.duration_since(start) <= GRACE_PERIOD) {
                row.stage = RunStage::Waiting { due };
            } else if start <= now {
                row.plan_next(job, now);
            } else if went_back {
                row.plan(job, now);
            }
        }
    }
}

impl TimetableRow {
    fn start(&self) -> Option<Timestamp> {
        match self.stage {
            RunStage::Planned { start, .. } => Some(start),
            _ => None,
        }
    }

    /// The time of the last run, unless the clock was wrong then.
    fn trusted_last(&self, now: Timestamp) -> Option<Timestamp> {
        self.last.filter(|last| last.duration_since(now) <= MAX_CLOCK_ERROR)
    }

    /// Plans the next run: at once, if a time of the schedule passed without one.
    fn plan(&mut self, job: &str, now: Timestamp) {
        let Some(schedule) = &self.schedule else { return };
        let after = self.trusted_last(now).unwrap_or(self.since.min(now));
        if let Some(due) = schedule.latest(after, now) {
            let start = schedule.start_of(job, due);
            // Its start may be delayed by the jitter and still be ahead.
            if start >= now || schedule.catches_up() {
                self.stage = RunStage::Planned { due, start: start.max(now) };
                return;
            }
        }
        self.plan_next(job, now);
    }

    /// Plans a run for the next time of the schedule.
    fn plan_next(&mut self, job: &str, now: Timestamp) {
        let Some(schedule) = &self.schedule else { return };
        let after = self.trusted_last(now).map_or(now, |last| last.max(now));
        self.stage = schedule.next_after(after).map_or(RunStage::Finished, |due| {
            RunStage::Planned { due, start: schedule.start_of(job, due) }
        });
    }
}

#[cfg(test)]
mod tests;
