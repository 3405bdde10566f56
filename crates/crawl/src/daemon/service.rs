//! The loop that begins runs when they are due.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use crossbeam_channel::{Receiver, never, select};
use jiff::Timestamp;
use tracing::{error, info};

use super::running_jobs::{EndedRun, RunningJobs};
use super::{DueRun, JobHistory, JobRunner, Timetable};
use crate::clock::Clock;
use crate::error::Error;
use crate::jobs::{CrawlJob, JobsFile};
use crate::status::{JobCard, LiveStatus};

/// The longest time between two looks at the clock, which may be set while one waits, or have gone on
/// while the machine was asleep.
const MAX_WAIT: Duration = Duration::from_secs(10);

/// What a daemon is told.
#[derive(Debug)]
pub enum DaemonCommand {
    /// Stop all runs, and end when they have.
    Stop,
    /// Go by these jobs from here on. Runs under way go on as they were begun.
    Reload(Box<JobsFile>),
    /// Look at the clock.
    Wake,
}

/// What a daemon tells while it is there.
#[derive(Debug)]
pub enum DaemonEvent<'a> {
    /// A run begins.
    RunBegan {
        /// The job.
        job: &'a str,
        /// The time in its schedule.
        scheduled_for: Option<Timestamp>,
    },
    /// A run ended.
    RunEnded(&'a EndedRun),
    /// Other jobs are in force; how many there are.
    Reloaded(usize),
}

/// Runs jobs.
pub struct Daemon<'a> {
    /// Who runs them.
    pub runner: Arc<dyn JobRunner>,
    /// What time it is.
    pub clock: Arc<dyn Clock>,
    /// Where it is written what goes on.
    pub live: Arc<LiveStatus>,
    /// What it is told.
    pub commands: Receiver<DaemonCommand>,
    /// Who is told of runs.
    pub on_event: &'a mut dyn FnMut(&DaemonEvent<'_>),
}

impl Daemon<'_> {
    /// Stays, and begins each job's runs when they are due, until it is told to stop. The jobs whose runs did
    /// not end within [`JobsFile::stop_timeout`] then are returned; their threads are left to themselves, and
    /// what they had not written is still due.
    ///
    /// # Errors
    /// When the state cannot be read at the beginning. Later nothing ends it.
    pub fn run(self, file: &JobsFile) -> Result<Vec<String>, Error> {
        let now = self.clock.now();
        let mut keeper = DaemonLoop {
            running: RunningJobs::new(
                Arc::clone(&self.runner),
                Arc::clone(&self.clock),
                Arc::clone(&self.live),
            ),
            timetable: Timetable::new(file.max_jobs, now),
            jobs: BTreeMap::new(),
            stop_timeout: file.stop_timeout,
            runner: self.runner,
            live: self.live,
            on_event: self.on_event,
        };
        let mut histories = BTreeMap::new();
        for job in file.jobs.iter().filter(|job| job.schedule.is_some()) {
            histories.insert(job.name.as_str(), keeper.runner.history(job)?);
        }
        keeper.set_jobs(file, now, |job| {
            histories.get(job.name.as_str()).copied().unwrap_or_default()
        });
        info!(jobs = file.jobs.len(), "keeping the schedule");
        let mut commands = self.commands;
        loop {
            let now = self.clock.now();
            let due = keeper.timetable.begin(now);
            keeper.begin(due);
            let wait = keeper.timetable.next_wake().map_or(MAX_WAIT, |wake| {
                let wait = wake.duration_since(self.clock.now());
                Duration::try_from(wait).unwrap_or_default().min(MAX_WAIT)
            });
            let ends = keeper.running.ended_runs().clone();
            select! {
                recv(commands) -> command => match command {
                    Ok(DaemonCommand::Stop) => return Ok(keeper.stop()),
                    Ok(DaemonCommand::Reload(file)) => keeper.reload(&file, self.clock.now()),
                    Ok(DaemonCommand::Wake) => {}
                    // Nobody is left to tell it anything.
                    Err(_) => commands = never(),
                },
                recv(ends) -> ended => if let Ok(ended) = ended {
                    keeper.run_ended(&ended, self.clock.now());
                },
                default(wait) => {}
            }
        }
    }

    /// Runs these jobs once, so many at a time in the order of the list, whatever their schedules say. Told to
    /// stop, it begins no other and returns as [`Self::run`] does; to all else it does not listen.
    pub fn run_once(self, file: &JobsFile, jobs: &[&CrawlJob]) -> Vec<String> {
        let mut crew =
            RunningJobs::new(self.runner, Arc::clone(&self.clock), Arc::clone(&self.live));
        self.live.set_cards(jobs.iter().map(|job| card(job)));
        let mut waiting: VecDeque<Arc<CrawlJob>> =
            jobs.iter().map(|job| Arc::new((*job).clone())).collect();
        let mut commands = self.commands;
        loop {
            while crew.count() < file.max_jobs {
                let Some(job) = waiting.pop_front() else { break };
                (self.on_event)(&DaemonEvent::RunBegan { job: &job.name, scheduled_for: None });
                crew.begin(&job, None);
            }
            if crew.count() == 0 {
                return Vec::new();
            }
            let ends = crew.ended_runs().clone();
            select! {
                recv(commands) -> command => match command {
                    Ok(DaemonCommand::Stop) => {
                        let tell = &mut |ended: &EndedRun| (self.on_event)(&DaemonEvent::RunEnded(ended));
                        return crew.drain(file.stop_timeout, tell);
                    }
                    Ok(_) => {}
                    Err(_) => commands = never(),
                },
                recv(ends) -> ended => if let Ok(ended) = ended {
                    crew.remove(&ended);
                    (self.on_event)(&DaemonEvent::RunEnded(&ended));
                },
            }
        }
    }
}

/// What a job is, in words.
fn card(job: &CrawlJob) -> JobCard {
    JobCard::new(job, job.schedule.as_ref().map(ToString::to_string))
}

/// What the loop goes by.
struct DaemonLoop<'a> {
    running: RunningJobs,
    timetable: Timetable,
    jobs: BTreeMap<String, Arc<CrawlJob>>,
    stop_timeout: Duration,
    runner: Arc<dyn JobRunner>,
    live: Arc<LiveStatus>,
    on_event: &'a mut dyn FnMut(&DaemonEvent<'_>),
}

impl DaemonLoop<'_> {
    /// Goes by these jobs from here on.
    fn set_jobs(
        &mut self,
        file: &JobsFile,
        now: Timestamp,
        history: impl Fn(&CrawlJob) -> JobHistory,
    ) {
        self.stop_timeout = file.stop_timeout;
        self.timetable.set_max_runs(file.max_jobs);
        self.jobs = file.jobs.iter().map(|j| (j.name.clone(), Arc::new(j.clone()))).collect();
        self.timetable.retain(|job| self.jobs.get(job).is_some_and(|job| job.schedule.is_some()));
        // A job that runs is shown until it ends.
        let gone = self.live.jobs().into_keys().filter(|job| self.running.is_running(job));
        let gone = gone.filter(|job| !self.jobs.contains_key(job));
        let gone = gone.map(|name| JobCard { name, ..JobCard::default() });
        self.live.set_cards(file.jobs.iter().map(card).chain(gone));
        for job in &file.jobs {
            if let Some(schedule) = &job.schedule {
                let is_new = !self.timetable.contains(&job.name);
                let history = if is_new { history(job) } else { JobHistory::default() };
                self.timetable.set(&job.name, schedule, history, now);
            }
        }
        self.update_live_status();
    }

    fn reload(&mut self, file: &JobsFile, now: Timestamp) {
        let runner = Arc::clone(&self.runner);
        self.set_jobs(file, now, |job| {
            runner.history(job).unwrap_or_else(|error| {
                error!(job = job.name, %error, "the state of a new job cannot be read");
                JobHistory::default()
            })
        });
        info!(jobs = file.jobs.len(), "jobs reloaded");
        (self.on_event)(&DaemonEvent::Reloaded(file.jobs.len()));
    }

    fn begin(&mut self, due: Vec<DueRun>) {
        let is_none = due.is_empty();
        for DueRun { job, scheduled_for } in due {
            // Both are of the same file.
            let Some(job) = self.jobs.get(&job) else { continue };
            let scheduled_for = Some(scheduled_for);
            (self.on_event)(&DaemonEvent::RunBegan { job: &job.name, scheduled_for });
            self.running.begin(job, scheduled_for);
        }
        if !is_none {
            self.update_live_status();
        }
    }

    fn run_ended(&mut self, ended: &EndedRun, now: Timestamp) {
        self.running.remove(ended);
        self.timetable.ended(&ended.job, ended.outcome.has_no_run(), now);
        (self.on_event)(&DaemonEvent::RunEnded(ended));
        if !self.jobs.contains_key(&ended.job) {
            self.live.set_cards(self.jobs.values().map(|job| card(job)));
        }
        self.update_live_status();
    }

    /// Writes on the board when each job runs next.
    fn update_live_status(&self) {
        for job in self.jobs.keys() {
            self.live.set_next_run(job, self.timetable.next_of(job));
        }
    }

    fn stop(mut self) -> Vec<String> {
        info!(runs = self.running.count(), "stopping");
        let tell = self.on_event;
        let abandoned =
            self.running.drain(self.stop_timeout, &mut |ended| tell(&DaemonEvent::RunEnded(ended)));
        info!("stopped");
        abandoned
    }
}
