//! The loop that begins runs when they are due.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use crossbeam_channel::{Receiver, never, select};
use jiff::Timestamp;
use tracing::{error, info};

use super::crew::{Crew, Ended};
use super::{Due, History, Runner, Timetable};
use crate::clock::Clock;
use crate::error::Error;
use crate::jobs::{Job, JobsFile};
use crate::status::{JobCard, Live};

/// The longest time between two looks at the clock, which may be set while one waits, or have gone on
/// while the machine was asleep.
const LONGEST_WAIT: Duration = Duration::from_secs(10);

/// What a daemon is told.
#[derive(Debug)]
pub enum Command {
    /// Stop all runs, and end when they have.
    Stop,
    /// Go by these jobs from here on. Runs under way go on as they were begun.
    Reload(Box<JobsFile>),
    /// Look at the clock.
    Wake,
}

/// What a daemon tells while it is there.
#[derive(Debug)]
pub enum Told<'a> {
    /// A run begins.
    Began {
        /// The job.
        job: &'a str,
        /// The time in its schedule.
        scheduled_for: Option<Timestamp>,
    },
    /// A run ended.
    Ended(&'a Ended),
    /// Other jobs are in force; how many there are.
    Reloaded(usize),
}

/// Runs jobs.
pub struct Daemon<'a> {
    /// Who runs them.
    pub runner: Arc<dyn Runner>,
    /// What time it is.
    pub clock: Arc<dyn Clock>,
    /// Where it is written what goes on.
    pub live: Arc<Live>,
    /// What it is told.
    pub commands: Receiver<Command>,
    /// Who is told of runs.
    pub tell: &'a mut dyn FnMut(&Told<'_>),
}

impl Daemon<'_> {
    /// Stays, and begins each job's runs when they are due, until it is told to stop. The jobs whose runs did
    /// not end within [`JobsFile::stop_timeout`] then are returned; their threads are left to themselves, and
    /// what they had not written is still due.
    ///
    /// # Errors
    /// When the state cannot be read at the beginning. Later nothing ends it.
    pub fn stay(self, file: &JobsFile) -> Result<Vec<String>, Error> {
        let now = self.clock.now();
        let mut keeper = Keeper {
            crew: Crew::new(
                Arc::clone(&self.runner),
                Arc::clone(&self.clock),
                Arc::clone(&self.live),
            ),
            table: Timetable::new(file.max_jobs, now),
            jobs: BTreeMap::new(),
            stop_timeout: file.stop_timeout,
            runner: self.runner,
            live: self.live,
            tell: self.tell,
        };
        let mut histories = BTreeMap::new();
        for job in file.jobs.iter().filter(|job| job.schedule.is_some()) {
            histories.insert(job.name.as_str(), keeper.runner.history(job)?);
        }
        keeper.set(file, now, |job| histories.get(job.name.as_str()).copied().unwrap_or_default());
        info!(jobs = file.jobs.len(), "keeping the schedule");
        let mut commands = self.commands;
        loop {
            let now = self.clock.now();
            let due = keeper.table.begin(now);
            keeper.begin(due);
            let wait = keeper.table.next_wake().map_or(LONGEST_WAIT, |wake| {
                let wait = wake.duration_since(self.clock.now());
                Duration::try_from(wait).unwrap_or_default().min(LONGEST_WAIT)
            });
            let ends = keeper.crew.ends().clone();
            select! {
                recv(commands) -> command => match command {
                    Ok(Command::Stop) => return Ok(keeper.stop()),
                    Ok(Command::Reload(file)) => keeper.reload(&file, self.clock.now()),
                    Ok(Command::Wake) => {}
                    // Nobody is left to tell it anything.
                    Err(_) => commands = never(),
                },
                recv(ends) -> ended => if let Ok(ended) = ended {
                    keeper.ended(&ended, self.clock.now());
                },
                default(wait) => {}
            }
        }
    }

    /// Runs these jobs once, so many at a time in the order of the list, whatever their schedules say. Told to
    /// stop, it begins no other and returns as [`Self::stay`] does; to all else it does not listen.
    pub fn once(self, file: &JobsFile, jobs: &[&Job]) -> Vec<String> {
        let mut crew = Crew::new(self.runner, Arc::clone(&self.clock), Arc::clone(&self.live));
        self.live.set_cards(jobs.iter().map(|job| card(job)));
        let mut waiting: VecDeque<Arc<Job>> =
            jobs.iter().map(|job| Arc::new((*job).clone())).collect();
        let mut commands = self.commands;
        loop {
            while crew.count() < file.max_jobs {
                let Some(job) = waiting.pop_front() else { break };
                (self.tell)(&Told::Began { job: &job.name, scheduled_for: None });
                crew.begin(&job, None);
            }
            if crew.count() == 0 {
                return Vec::new();
            }
            let ends = crew.ends().clone();
            select! {
                recv(commands) -> command => match command {
                    Ok(Command::Stop) => {
                        let tell = &mut |ended: &Ended| (self.tell)(&Told::Ended(ended));
                        return crew.drain(file.stop_timeout, tell);
                    }
                    Ok(_) => {}
                    Err(_) => commands = never(),
                },
                recv(ends) -> ended => if let Ok(ended) = ended {
                    crew.take(&ended);
                    (self.tell)(&Told::Ended(&ended));
                },
            }
        }
    }
}

/// What a job is, in words.
fn card(job: &Job) -> JobCard {
    JobCard::new(job, job.schedule.as_ref().map(ToString::to_string))
}

/// What the loop goes by.
struct Keeper<'a> {
    crew: Crew,
    table: Timetable,
    jobs: BTreeMap<String, Arc<Job>>,
    stop_timeout: Duration,
    runner: Arc<dyn Runner>,
    live: Arc<Live>,
    tell: &'a mut dyn FnMut(&Told<'_>),
}

impl Keeper<'_> {
    /// Goes by these jobs from here on.
    fn set(&mut self, file: &JobsFile, now: Timestamp, history: impl Fn(&Job) -> History) {
        self.stop_timeout = file.stop_timeout;
        self.table.set_max_runs(file.max_jobs);
        self.jobs = file.jobs.iter().map(|j| (j.name.clone(), Arc::new(j.clone()))).collect();
        self.table.retain(|job| self.jobs.get(job).is_some_and(|job| job.schedule.is_some()));
        // A job that runs is shown until it ends.
        let gone = self.live.jobs().into_keys().filter(|job| self.crew.is_running(job));
        let gone = gone.filter(|job| !self.jobs.contains_key(job));
        let gone = gone.map(|name| JobCard { name, ..JobCard::default() });
        self.live.set_cards(file.jobs.iter().map(card).chain(gone));
        for job in &file.jobs {
            if let Some(schedule) = &job.schedule {
                let is_new = !self.table.contains(&job.name);
                let history = if is_new { history(job) } else { History::default() };
                self.table.set(&job.name, schedule, history, now);
            }
        }
        self.show();
    }

    fn reload(&mut self, file: &JobsFile, now: Timestamp) {
        let runner = Arc::clone(&self.runner);
        self.set(file, now, |job| {
            runner.history(job).unwrap_or_else(|error| {
                error!(job = job.name, %error, "the state of a new job cannot be read");
                History::default()
            })
        });
        info!(jobs = file.jobs.len(), "jobs reloaded");
        (self.tell)(&Told::Reloaded(file.jobs.len()));
    }

    fn begin(&mut self, due: Vec<Due>) {
        let is_none = due.is_empty();
        for Due { job, scheduled_for } in due {
            // Both are of the same file.
            let Some(job) = self.jobs.get(&job) else { continue };
            let scheduled_for = Some(scheduled_for);
            (self.tell)(&Told::Began { job: &job.name, scheduled_for });
            self.crew.begin(job, scheduled_for);
        }
        if !is_none {
            self.show();
        }
    }

    fn ended(&mut self, ended: &Ended, now: Timestamp) {
        self.crew.take(ended);
        self.table.ended(&ended.job, ended.outcome.is_without_run(), now);
        (self.tell)(&Told::Ended(ended));
        if !self.jobs.contains_key(&ended.job) {
            self.live.set_cards(self.jobs.values().map(|job| card(job)));
        }
        self.show();
    }

    /// Writes on the board when each job runs next.
    fn show(&self) {
        for job in self.jobs.keys() {
            self.live.planned(job, self.table.next_of(job));
        }
    }

    fn stop(mut self) -> Vec<String> {
        info!(runs = self.crew.count(), "stopping");
        let tell = self.tell;
        let abandoned = self.crew.drain(self.stop_timeout, &mut |ended| tell(&Told::Ended(ended)));
        info!("stopped");
        abandoned
    }
}
