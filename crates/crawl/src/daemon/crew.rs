//! Runs that are under way, each on a thread of its own.

use std::any::Any;
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Sender, unbounded};
use jiff::Timestamp;
use tracing::{error, info, warn};

use super::Runner;
use crate::clock::Clock;
use crate::error::{Error, ErrorKind};
use crate::frontier::RunEnd;
use crate::jobs::Job;
use crate::run::CrawlFinished;
use crate::status::Live;
use copydesk_core::Stop;

/// How a run ended.
#[derive(Debug)]
pub enum Outcome {
    /// It came to an end.
    Finished(Box<CrawlFinished>),
    /// It could not be run, or could not go on.
    Refused(Error),
    /// It crashed, which is a mistake of the program; what it says of it.
    Crashed(String),
}

/// A run that ended.
#[derive(Debug)]
pub struct Ended {
    /// The job.
    pub job: String,
    /// How.
    pub outcome: Outcome,
}

impl Outcome {
    /// Whether it was not what it should be: refused, crashed, or with more failures than allowed.
    pub fn has_failed(&self) -> bool {
        match self {
            Self::Finished(finished) => {
                finished.has_failed || finished.run.end == Some(RunEnd::Failed)
            }
            Self::Refused(_) | Self::Crashed(_) => true,
        }
    }

    /// Whether another process runs the job.
    pub fn is_busy(&self) -> bool {
        matches!(self, Self::Refused(error) if matches!(error.kind(), ErrorKind::JobBusy { .. }))
    }

    /// Whether there was no run, or none that came to an end.
    pub(super) fn is_without_run(&self) -> bool {
        !matches!(self, Self::Finished(_))
    }
}

/// The runs under way, and word of those that ended.
pub(super) struct Crew {
    runner: Arc<dyn Runner>,
    clock: Arc<dyn Clock>,
    live: Arc<Live>,
    running: BTreeMap<String, Stop>,
    end: Sender<Ended>,
    ends: Receiver<Ended>,
}

impl Crew {
    pub(super) fn new(runner: Arc<dyn Runner>, clock: Arc<dyn Clock>, live: Arc<Live>) -> Self {
        let (end, ends) = unbounded();
        Self { runner, clock, live, running: BTreeMap::new(), end, ends }
    }

    /// Begins a run.
    pub(super) fn begin(&mut self, job: &Arc<Job>, scheduled_for: Option<Timestamp>) {
        let stop = Stop::default();
        let name = job.name.clone();
        let planned = scheduled_for.map(|time| time.to_string());
        info!(job = name, scheduled_for = planned.as_deref(), "run planned for now begins");
        self.live.began(&name, self.clock.now());
        self.running.insert(name.clone(), stop.clone());
        let (runner, job, end) = (Arc::clone(&self.runner), Arc::clone(job), self.end.clone());
        let run = move || {
            let run = AssertUnwindSafe(|| runner.run(&job, scheduled_for, &stop));
            let outcome = match catch_unwind(run) {
                Ok(Ok(finished)) => Outcome::Finished(Box::new(finished)),
                Ok(Err(error)) => Outcome::Refused(error),
                Err(panic) => Outcome::Crashed(words_of(panic.as_ref())),
            };
            // Nobody listens any more when the run was abandoned.
            let _ = end.send(Ended { job: job.name.clone(), outcome });
        };
        let thread = thread::Builder::new().name(format!("run-{name}")).spawn(run);
        if let Err(error) = thread {
            let error = copydesk_core::ErrorKind::Threads(error.to_string()).into();
            let _ = self.end.send(Ended { job: name, outcome: Outcome::Refused(error) });
        }
    }

    /// Word of runs that ended; each is to be given to [`Self::take`].
    pub(super) fn ends(&self) -> &Receiver<Ended> {
        &self.ends
    }

    /// Notes that a run ended.
    pub(super) fn take(&mut self, ended: &Ended) {
        self.running.remove(&ended.job);
        let now = self.clock.now();
        let job = ended.job.as_str();
        let (end, message) = match &ended.outcome {
            Outcome::Finished(finished) => {
                let end = finished.run.end.unwrap_or(RunEnd::Complete);
                if finished.has_failed {
                    let message = finished.run.message.as_deref();
                    warn!(job, %end, message, "run ended with more failures than allowed");
                }
                (end, finished.run.message.clone())
            }
            Outcome::Refused(error) if ended.outcome.is_busy() => {
                warn!(job, %error, "run not begun");
                (RunEnd::Failed, Some(error.to_string()))
            }
            Outcome::Refused(error) => {
                error!(job, %error, "run failed");
                (RunEnd::Failed, Some(error.to_string()))
            }
            Outcome::Crashed(words) => {
                error!(job, error = words, "run crashed");
                (RunEnd::Failed, Some(format!("crashed: {words}")))
            }
        };
        self.live.ended(job, now, end, message);
    }

    pub(super) fn is_running(&self, job: &str) -> bool {
        self.running.contains_key(job)
    }

    pub(super) fn count(&self) -> usize {
        self.running.len()
    }

    /// Stops all runs, and waits for them so long. Those that are then still under way are abandoned, and
    /// named: what they had not written is still due.
    pub(super) fn drain(&mut self, timeout: Duration, tell: &mut dyn FnMut(&Ended)) -> Vec<String> {
        self.running.values().for_each(Stop::stop);
        let deadline = Instant::now().checked_add(timeout);
        while !self.running.is_empty() {
            let ended = match deadline {
                Some(deadline) => self.ends.recv_deadline(deadline).ok(),
                None => self.ends.recv().ok(),
            };
            let Some(ended) = ended else { break };
            self.take(&ended);
            tell(&ended);
        }
        let abandoned: Vec<String> = self.running.keys().cloned().collect();
        for job in &abandoned {
            error!(job, "run abandoned: it did not end in time");
        }
        abandoned
    }
}

/// What a panic says.
fn words_of(panic: &(dyn Any + Send)) -> String {
    let words = panic.downcast_ref::<&str>().map(|words| (*words).to_owned());
    words.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_default()
}
