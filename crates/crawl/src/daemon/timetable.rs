//! Which job runs when, and what waits.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use crate::jobs::JobSchedule;

/// How late a run may begin and still be on time; later, its time was missed.
const GRACE_PERIOD: SignedDuration = SignedDuration::from_mins(1);

/// How far the clock may have been wrong. A run of a time further ahead than that was begun by a clock that
/// was, and says nothing of what is still to come.
const MAX_CLOCK_ERROR: SignedDuration = SignedDuration::from_hours(24);

/// What is known of a job from before.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct JobHistory {
    /// The time in the schedule that its latest run was begun for.
    pub last_scheduled: Option<Timestamp>,
    /// Whether that run was stopped or killed before it was through.
    pub is_unfinished: bool,
}

/// A run that is to begin now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DueRun {
    /// The job.
    pub job: String,
    /// The time in the schedule that it is for: the latest, if several passed.
    pub scheduled_for: Timestamp,
}

/// Jobs with the times of their next runs. It is told what time it is, and does nothing by itself, so that
/// years of it can be gone through in a test.
///
/// A time of a schedule counts once: one before or at the last that a run was begun for does not come again, though
/// the clock go back. Times that pass while the job runs, or while nobody looks, are made up for by one run at
/// once, or by none if the schedule does not catch up.
#[derive(Debug)]
pub struct Timetable {
    rows: BTreeMap<String, TimetableRow>,
    max_runs: usize,
    latest_time: Timestamp,
}

#[derive(Debug)]
struct TimetableRow {
    /// `None`: it is not of the file any more, and goes when its run ends.
    schedule: Option<JobSchedule>,
    /// The last time that a run was begun for.
    last: Option<Timestamp>,
    /// When it was first heard of.
    since: Timestamp,
    stage: RunStage,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum RunStage {
    /// Its schedule has no time left.
    Finished,
    /// It runs for this time of the schedule, and begins then.
    Planned {
        due: Timestamp,
        start: Timestamp,
    },
    /// It is to run, and waits for others to end.
    Waiting {
        due: Timestamp,
    },
    Running,
}

impl Timetable {
    /// An empty one, with so many runs at once.
    pub fn new(max_runs: usize, now: Timestamp) -> Self {
        Self { rows: BTreeMap::new(), max_runs, latest_time: now }
    }

    /// Sets how many runs there are at once. More that are under way go on.
    pub fn set_max_runs(&mut self, max_runs: usize) {
        self.max_runs = max_runs;
    }

    /// Whether a job is in it.
    pub fn contains(&self, job: &str) -> bool {
        self.rows.get(job).is_some_and(|row| row.schedule.is_some())
    }

    /// Adds a job, or changes its schedule. What is planned by the schedule that it has already stays; of
    /// one that is in, `history` is not looked at.
    pub fn set(&mut self, job: &str, schedule: &JobSchedule, history: JobHistory, now: Timestamp) {
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
            // It goes on with what it left, for a later time if one has come.
            let due = match row.stage {
                RunStage::Planned { due, .. } if due <= now => due,
                _ => last,
            };
            row.stage = RunStage::Planned { due, start: now };
        }
        self.rows.insert(job.to_owned(), row);
    }

    /// Takes out the jobs that are not among these. Those that run go on to their end.
    pub fn retain(&mut self, is_kept: impl Fn(&str) -> bool) {
        self.rows.retain(|job, row| {
            if is_kept(job) {
                return true;
            }
            row.schedule = None;
            row.stage == RunStage::Running
        });
    }

    /// The runs that are to begin now, in the order of their times. They count as running from here on.
    pub fn begin(&mut self, now: Timestamp) -> Vec<DueRun> {
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
        let begun = waiting.into_iter().take(self.max_runs.saturating_sub(running));
        begun
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

    /// A run ended. After a failure nothing is caught up with: the next try is at the next time.
    pub fn ended(&mut self, job: &str, has_failed: bool, now: Timestamp) {
        let Some(row) = self.rows.get_mut(job) else { return };
        if row.schedule.is_none() {
            self.rows.remove(job);
        } else if has_failed {
            row.plan_next(job, now);
        } else {
            row.plan(job, now);
        }
    }

    /// When something is to begin, if nothing else happens before; what waits for a run to end is not
    /// counted.
    pub fn next_wake(&self) -> Option<Timestamp> {
        self.rows.values().filter_map(TimetableRow::start).min()
    }

    /// When a job begins next, as far as it is planned.
    pub fn next_of(&self, job: &str) -> Option<Timestamp> {
        self.rows.get(job).and_then(TimetableRow::start)
    }

    /// Puts what is to begin into the queue, and plans anew what cannot be as it was planned.
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

    /// The last time that a run was begun for, if the clock was right then.
    fn trusted_last(&self, now: Timestamp) -> Option<Timestamp> {
        self.last.filter(|last| last.duration_since(now) <= MAX_CLOCK_ERROR)
    }

    /// Plans the next run, at once if a time of the schedule passed without one.
    fn plan(&mut self, job: &str, now: Timestamp) {
        let Some(schedule) = &self.schedule else { return };
        let after = self.trusted_last(now).unwrap_or(self.since.min(now));
        if let Some(due) = schedule.latest(after, now) {
            let start = schedule.start_of(job, due);
            // Its share of the jitter may not be over.
            if start >= now || schedule.catches_up() {
                self.stage = RunStage::Planned { due, start: start.max(now) };
                return;
            }
        }
        self.plan_next(job, now);
    }

    /// Plans a run for the next time that is to come.
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
