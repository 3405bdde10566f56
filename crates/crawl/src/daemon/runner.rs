//! Runs single jobs, for the daemon.

use std::sync::Arc;

use jiff::Timestamp;
use tracing::warn;

use super::JobHistory;
use crate::clock::Clock;
use crate::error::Error;
use crate::frontier::{JobRun, RunEnd, StateStore};
use crate::jobs::CrawlJob;
use crate::run::{CleanerCache, CrawlRun, CrawlSummary};
use copydesk_core::StopToken;

/// Runs jobs. The daemon calls it from one thread per run.
pub trait JobRunner: Send + Sync {
    /// What the state knows about the runs of a job.
    ///
    /// # Errors
    /// If the state cannot be read.
    fn history(&self, job: &CrawlJob) -> Result<JobHistory, Error>;

    /// Runs a job until it ends or is stopped. `scheduled_for` is its time in the schedule; `None` for a run
    /// on demand.
    ///
    /// # Errors
    /// If the job cannot run or continue; [`ErrorKind::JobBusy`](crate::ErrorKind::JobBusy) if another
    /// process runs it.
    fn run(
        &self,
        job: &CrawlJob,
        scheduled_for: Option<Timestamp>,
        stop: &StopToken,
    ) -> Result<CrawlSummary, Error>;
}

/// Receives the figures of runs while they go on, on their threads.
pub type RunObserver = dyn Fn(&JobRun) + Send + Sync;

/// Runs jobs with the state of one store. A lock ensures that a job runs once at a time, over all processes.
pub struct CrawlRunner {
    store: Arc<dyn StateStore>,
    clock: Arc<dyn Clock>,
    observe: Option<Box<RunObserver>>,
    cleaners: Arc<CleanerCache>,
}

impl CrawlRunner {
    /// Runs jobs with the state of this store, which is created if it does not exist.
    pub fn new(store: Arc<dyn StateStore>, clock: Arc<dyn Clock>) -> Self {
        Self { store, clock, observe: None, cleaners: Arc::default() }
    }

    /// Calls `observe` with the figures of each run, at most four times a second.
    #[must_use]
    pub fn with_observer(mut self, observe: Box<RunObserver>) -> Self {
        self.observe = Some(observe);
        self
    }

    /// Creates the state if it does not exist, so that the status page can read it before the first run.
    ///
    /// # Errors
    /// If it cannot be created, or is not a state.
    pub fn prepare(&self) -> Result<(), Error> {
        self.store.open().map(drop)
    }

    /// Removes what is older than the job keeps it, after its run. The lock is still held.
    fn prune(&self, job: &CrawlJob) -> Result<(), Error> {
        let mut state = self.store.open()?;
        if let Some(known) = state.jobs()?.into_iter().find(|known| known.name == job.name) {
            state.prune(known.id, &job.retention, self.clock.now())?;
        }
        Ok(())
    }
}

impl JobRunner for CrawlRunner {
    fn history(&self, job: &CrawlJob) -> Result<JobHistory, Error> {
        let mut state = self.store.open()?;
        let Some(known) = state.jobs()?.into_iter().find(|known| known.name == job.name) else {
            return Ok(JobHistory::default());
        };
        let last_scheduled = state.last_scheduled(known.id)?;
        let latest = state.runs(Some(known.id), 1)?.into_iter().next();
        Ok(JobHistory {
            last_scheduled,
            is_unfinished: latest
                .is_some_and(|run| matches!(run.end, None | Some(RunEnd::Stopped))),
        })
    }

    fn run(
        &self,
        job: &CrawlJob,
        scheduled_for: Option<Timestamp>,
        stop: &StopToken,
    ) -> Result<CrawlSummary, Error> {
        // Held until the state is pruned, so that no other process sees the job between its run and that.
        let _lock = self.store.lock_job(&job.name)?;
        let mut observe = self.observe.as_ref().map(|observe| |run: &JobRun| observe(run));
        let clock = Arc::clone(&self.clock);
        let mut run = CrawlRun::new(job, self.store.open()?, self.store.file_prefix(), clock)
            .scheduled_for(scheduled_for)
            .with_stop(stop.clone())
            .with_cleaners(Arc::clone(&self.cleaners));
        if let Some(observe) = &mut observe {
            run = run.with_observer(observe);
        }
        let finished = run.start()?;
        if let Err(error) = self.prune(job) {
            warn!(job = job.name, %error, "could not remove old entries from the state");
        }
        Ok(finished)
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::ErrorKind;
    use crate::clock::SystemClock;
    use crate::frontier::conformance::MemoryStore;
    use crate::jobs::JobsFile;
    use copydesk_core::settings::Settings;

    #[test]
    fn a_runner_works_with_any_store() {
        let text = "[[job]]\nname = \"ferries\"\nseeds = [\"https://ferries.example/\"]\n\
                    [[job.output]]\npath = \"ferries.jsonl\"\n";
        let file = JobsFile::parse(text, Path::new("jobs.toml"), &Settings::default()).unwrap();
        let job = file.job("ferries").unwrap();
        let store = MemoryStore::new("crawl");
        let runner = CrawlRunner::new(Arc::new(store.clone()), Arc::new(SystemClock));
        runner.prepare().unwrap();
        assert!(store.exists().unwrap());
        assert_eq!(runner.history(job).unwrap().last_scheduled, None);
        let mut state = store.open().unwrap();
        let id = state.register_job("ferries", &["ferries.jsonl".into()]).unwrap();
        let time: Timestamp = "2026-03-28T12:00:00Z".parse().unwrap();
        state.begin_run(id, Some(time), time).unwrap();
        let history = runner.history(job).unwrap();
        assert_eq!((history.last_scheduled, history.is_unfinished), (Some(time), true));
        let _guard = store.lock_job("ferries").unwrap();
        let busy = runner.run(job, None, &StopToken::default()).unwrap_err();
        assert!(matches!(busy.kind(), ErrorKind::JobBusy { .. }), "{busy}");
    }
}
