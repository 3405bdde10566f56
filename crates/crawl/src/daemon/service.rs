//! The loop that starts runs when they are due.

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

/// Maximum time between two checks of the clock: it may be set, or jump ahead when the machine wakes from
/// sleep, and timers notice neither.
const MAX_WAIT: Duration = Duration::from_secs(10);

/// A command to a daemon.
#[derive(Debug)]
pub enum DaemonCommand {
    /// Stop all runs, and return when they have ended.
    Stop,
    /// Use these jobs from now on. Runs in progress continue as they were started.
    Reload(Box<JobsFile>),
    /// Check the clock now.
    Wake,
}

/// An event that a daemon reports.
#[derive(Debug)]
pub enum DaemonEvent<'a> {
    /// A run started.
    RunBegan {
        /// The job.
        job: &'a str,
        /// Its time in the schedule; `None` for a run on demand.
        scheduled_for: Option<Timestamp>,
    },
    /// A run ended.
    RunEnded(&'a EndedRun),
    /// The jobs file was reloaded; with the number of jobs.
    Reloaded(usize),
}

/// Runs jobs on schedule ([`Daemon::run`]) or once ([`Daemon::run_once`]).
pub struct Daemon<'a> {
    /// Runs single jobs.
    pub runner: Arc<dyn JobRunner>,
    /// The clock of the schedule.
    pub clock: Arc<dyn Clock>,
    /// Updated when runs start and end, for the status page.
    pub live: Arc<LiveStatus>,
    /// Commands to the daemon.
    pub commands: Receiver<DaemonCommand>,
    /// Receives events.
    pub on_event: &'a mut dyn FnMut(&DaemonEvent<'_>),
}

impl Daemon<'_> {
    /// Starts the runs of each job when they are due, until [`DaemonCommand::Stop`]. Returns the jobs whose
    /// runs did not end within [`JobsFile::stop_timeout`] after that. Their threads are abandoned; what they
    /// did not commit is still due.
    ///
    /// # Errors
    /// If the state cannot be read at the start. After that, no error ends the daemon.
    pub fn run(self, file: &JobsFile) -> Result<Vec<String>, Error> {
        let now = self.clock.now();
        let mut daemon = DaemonLoop {
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
            histories.insert(job.name.as_str(), daemon.runner.history(job)?);
        }
        daemon.set_jobs(file, now, |job| {
            histories.get(job.name.as_str()).copied().unwrap_or_default()
        });
        info!(jobs = file.jobs.len(), "running jobs on schedule");
        let mut commands = self.commands;
        loop {
            let now = self.clock.now();
            let due = daemon.timetable.begin(now);
            daemon.begin(due);
            let wait = daemon.timetable.next_wake().map_or(MAX_WAIT, |wake| {
                let wait = wake.duration_since(self.clock.now());
                Duration::try_from(wait).unwrap_or_default().min(MAX_WAIT)
            });
            // Cloned, since the branches below need `daemon` mutably.
            let ends = daemon.running.ended_runs().clone();
            select! {
                recv(commands) -> command => match command {
                    Ok(DaemonCommand::Stop) => return Ok(daemon.stop()),
                    Ok(DaemonCommand::Reload(file)) => daemon.reload(&file, self.clock.now()),
                    Ok(DaemonCommand::Wake) => {}
                    // All senders are gone: keep to the schedule without commands.
                    Err(_) => commands = never(),
                },
                recv(ends) -> ended => if let Ok(ended) = ended {
                    daemon.run_ended(&ended, self.clock.now());
                },
                default(wait) => {}
            }
        }
    }

    /// Runs these jobs once, in the order of the list, at most [`JobsFile::max_jobs`] at a time, whatever
    /// their schedules. On [`DaemonCommand::Stop`] it starts no other job and returns as [`Self::run`] does.
    /// It ignores other commands.
    pub fn run_once(self, file: &JobsFile, jobs: &[&CrawlJob]) -> Vec<String> {
        let mut running =
            RunningJobs::new(self.runner, Arc::clone(&self.clock), Arc::clone(&self.live));
        self.live.set_cards(jobs.iter().map(|job| card(job)));
        let mut waiting: VecDeque<Arc<CrawlJob>> =
            jobs.iter().map(|job| Arc::new((*job).clone())).collect();
        let mut commands = self.commands;
        loop {
            while running.count() < file.max_jobs {
                let Some(job) = waiting.pop_front() else { break };
                (self.on_event)(&DaemonEvent::RunBegan { job: &job.name, scheduled_for: None });
                running.begin(&job, None);
            }
            if running.count() == 0 {
                return Vec::new();
            }
            let ends = running.ended_runs().clone();
            select! {
                recv(commands) -> command => match command {
                    Ok(DaemonCommand::Stop) => {
                        let report = &mut |ended: &EndedRun| (self.on_event)(&DaemonEvent::RunEnded(ended));
                        return running.drain(file.stop_timeout, report);
                    }
                    Ok(_) => {}
                    Err(_) => commands = never(),
                },
                recv(ends) -> ended => if let Ok(ended) = ended {
                    running.remove(&ended);
                    (self.on_event)(&DaemonEvent::RunEnded(&ended));
                },
            }
        }
    }
}

/// A description of a job for the status page.
fn card(job: &CrawlJob) -> JobCard {
    JobCard::new(job, job.schedule.as_ref().map(ToString::to_string))
}

/// The state of the loop.
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
    /// Replaces the jobs.
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
        // A job that was removed from the file is shown until its run ends.
        let gone = self.live.jobs().into_keys().filter(|job| self.running.is_running(job));
        let gone = gone.filter(|job| !self.jobs.contains_key(job));
        let gone = gone.map(|name| JobCard { name, ..JobCard::default() });
        self.live.set_cards(file.jobs.iter().map(card).chain(gone));
        for job in &file.jobs {
            if let Some(schedule) = &job.schedule {
                // The history of a known job is in the timetable, and is newer than the state.
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
                error!(job = job.name, %error, "cannot read the state of a new job; it is treated as one that never ran");
                JobHistory::default()
            })
        });
        info!(jobs = file.jobs.len(), "jobs reloaded");
        (self.on_event)(&DaemonEvent::Reloaded(file.jobs.len()));
    }

    fn begin(&mut self, due: Vec<DueRun>) {
        let is_none = due.is_empty();
        for DueRun { job, scheduled_for } in due {
            // The timetable and the jobs come from the same file, so it is always found.
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

    /// Updates when each job runs next.
    fn update_live_status(&self) {
        for job in self.jobs.keys() {
            self.live.set_next_run(job, self.timetable.next_of(job));
        }
    }

    fn stop(mut self) -> Vec<String> {
        info!(runs = self.running.count(), "stopping");
        let report = self.on_event;
        let abandoned = self
            .running
            .drain(self.stop_timeout, &mut |ended| report(&DaemonEvent::RunEnded(ended)));
        info!("stopped");
        abandoned
    }
}
