//! Runs in progress, each on a thread of its own.

use std::any::Any;
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Sender, unbounded};
use jiff::Timestamp;
use tracing::{error, info, warn};

use super::JobRunner;
use crate::clock::Clock;
use crate::error::{Error, ErrorKind};
use crate::frontier::RunEnd;
use crate::jobs::CrawlJob;
use crate::run::CrawlSummary;
use crate::status::LiveStatus;
use copydesk_core::StopToken;

/// How a run ended.
#[derive(Debug)]
pub enum RunOutcome {
    /// It ended.
    Finished(Box<CrawlSummary>),
    /// It could not start, or could not continue.
    Refused(Error),
    /// It panicked, which is a bug; with the message of the panic.
    Crashed(String),
}

/// A run that ended.
#[derive(Debug)]
pub struct EndedRun {
    /// The job.
    pub job: String,
    /// How it ended.
    pub outcome: RunOutcome,
}

impl RunOutcome {
    /// Whether it failed: it could not run, crashed, or had more failures than allowed.
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

    /// Whether there was no run, or one that did not end by itself.
    pub(super) fn has_no_run(&self) -> bool {
        !matches!(self, Self::Finished(_))
    }
}

/// The runs in progress, and a channel of those that ended.
pub(super) struct RunningJobs {
    runner: Arc<dyn JobRunner>,
    clock: Arc<dyn Clock>,
    live: Arc<LiveStatus>,
    running: BTreeMap<String, StopToken>,
    end_sender: Sender<EndedRun>,
    end_receiver: Receiver<EndedRun>,
}

impl RunningJobs {
    pub(super) fn new(
        runner: Arc<dyn JobRunner>,
        clock: Arc<dyn Clock>,
        live: Arc<LiveStatus>,
    ) -> Self {
        let (end_sender, end_receiver) = unbounded();
        Self { runner, clock, live, running: BTreeMap::new(), end_sender, end_receiver }
    }

    /// Starts a run.
    pub(super) fn begin(&mut self, job: &Arc<CrawlJob>, scheduled_for: Option<Timestamp>) {
        let stop = StopToken::default();
        let name = job.name.clone();
        let planned = scheduled_for.map(|time| time.to_string());
        info!(job = name, scheduled_for = planned.as_deref(), "starting a run");
        self.live.run_began(&name, self.clock.now());
        self.running.insert(name.clone(), stop.clone());
        let (runner, job, end) =
            (Arc::clone(&self.runner), Arc::clone(job), self.end_sender.clone());
        let run = move || {
            // A panic in one run must not end the daemon. Runs share the runner, but keep nothing in it that could be
            // half done.
            let run = AssertUnwindSafe(|| runner.run(&job, scheduled_for, &stop));
            let outcome = match catch_unwind(run) {
                Ok(Ok(finished)) => RunOutcome::Finished(Box::new(finished)),
                Ok(Err(error)) => RunOutcome::Refused(error),
                Err(panic) => RunOutcome::Crashed(panic_message(panic.as_ref())),
            };
            // The receiver is gone if the run was abandoned.
            let _ = end.send(EndedRun { job: job.name.clone(), outcome });
        };
        let thread = thread::Builder::new().name(format!("run-{name}")).spawn(run);
        if let Err(error) = thread {
            let error = copydesk_core::ErrorKind::Threads(error.to_string()).into();
            let _ =
                self.end_sender.send(EndedRun { job: name, outcome: RunOutcome::Refused(error) });
        }
    }

    /// Runs that ended. Pass each one to [`Self::remove`].
    pub(super) fn ended_runs(&self) -> &Receiver<EndedRun> {
        &self.end_receiver
    }

    /// Records that a run ended.
    pub(super) fn remove(&mut self, ended: &EndedRun) {
        self.running.remove(&ended.job);
        let now = self.clock.now();
        let job = ended.job.as_str();
        let (end, message) = match &ended.outcome {
            RunOutcome::Finished(finished) => {
                let end = finished.run.end.unwrap_or(RunEnd::Complete);
                if finished.has_failed {
                    warn!(job, %end, why = finished.run.message, "run failed");
                }
                (end, finished.run.message.clone())
            }
            RunOutcome::Refused(error) if ended.outcome.is_busy() => {
                warn!(job, %error, "run not started");
                (RunEnd::Failed, Some(error.to_string()))
            }
            RunOutcome::Refused(error) => {
                error!(job, %error, "run failed");
                (RunEnd::Failed, Some(error.to_string()))
            }
            RunOutcome::Crashed(message) => {
                error!(job, error = message, "run crashed");
                (RunEnd::Failed, Some(format!("crashed: {message}")))
            }
        };
        self.live.run_ended(job, now, end, message);
    }

    pub(super) fn is_running(&self, job: &str) -> bool {
        self.running.contains_key(job)
    }

    pub(super) fn count(&self) -> usize {
        self.running.len()
    }

    /// Stops all runs, and waits for them up to `timeout`. Those still running then are abandoned and
    /// returned: what they did not commit is still due.
    pub(super) fn drain(
        &mut self,
        timeout: Duration,
        on_ended: &mut dyn FnMut(&EndedRun),
    ) -> Vec<String> {
        self.running.values().for_each(StopToken::stop);
        let deadline = Instant::now().checked_add(timeout);
        while !self.running.is_empty() {
            let ended = match deadline {
                Some(deadline) => self.end_receiver.recv_deadline(deadline).ok(),
                None => self.end_receiver.recv().ok(),
            };
            let Some(ended) = ended else { break };
            self.remove(&ended);
            on_ended(&ended);
        }
        let abandoned: Vec<String> = self.running.keys().cloned().collect();
        for job in &abandoned {
            error!(job, "run abandoned: it did not end in time");
        }
        abandoned
    }
}

/// The message of a panic.
fn panic_message(panic: &(dyn Any + Send)) -> String {
    let message = panic.downcast_ref::<&str>().map(|message| (*message).to_owned());
    message.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_default()
}
