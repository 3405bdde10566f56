//! Who runs a job.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::Timestamp;
use tracing::warn;

use super::JobHistory;
use crate::clock::Clock;
use crate::error::Error;
use crate::frontier::{Frontier, FrontierOverview, JobRun, RunEnd, SqliteFrontier};
use crate::jobs::{CrawlJob, JobLock};
use crate::run::{CrawlRun, CrawlSummary};
use copydesk_core::StopToken;

/// Runs jobs, each on a thread of its own.
pub trait JobRunner: Send + Sync {
    /// What is known of a job.
    ///
    /// # Errors
    /// When the state cannot be read.
    fn history(&self, job: &CrawlJob) -> Result<JobHistory, Error>;

    /// Runs a job to its end, or until it is stopped. `scheduled_for` is the time in its schedule, if it is
    /// by that.
    ///
    /// # Errors
    /// When it cannot be run, or cannot go on; [`ErrorKind::JobBusy`] when another process runs it.
    fn run(
        &self,
        job: &CrawlJob,
        scheduled_for: Option<Timestamp>,
        stop: &StopToken,
    ) -> Result<CrawlSummary, Error>;
}

/// Is told of runs as they go on, on the threads that they are on.
pub type RunObserver = dyn Fn(&JobRun) + Send + Sync;

/// Runs jobs with a state in a file: one run of a job at a time, over all processes.
pub struct CrawlRunner {
    state: PathBuf,
    clock: Arc<dyn Clock>,
    observe: Option<Box<RunObserver>>,
}

impl CrawlRunner {
    /// Runs jobs with this state, which is made with its folder if it is not there.
    pub fn new(state: &Path, clock: Arc<dyn Clock>) -> Self {
        Self { state: state.to_owned(), clock, observe: None }
    }

    /// Tells somebody of the runs, a few times a second at most.
    #[must_use]
    pub fn with_observer(mut self, observe: Box<RunObserver>) -> Self {
        self.observe = Some(observe);
        self
    }

    /// Makes the state if it is not there, so that others can look at it.
    ///
    /// # Errors
    /// When it cannot be made, or is none.
    pub fn prepare(&self) -> Result<(), Error> {
        self.make_folder()?;
        SqliteFrontier::open(&self.state).map(drop)
    }

    /// Removes what is kept for long enough, while nobody needs the job.
    fn prune(&self, job: &CrawlJob) -> Result<(), Error> {
        let mut frontier = SqliteFrontier::open(&self.state)?;
        if let Some(known) = frontier.jobs()?.into_iter().find(|known| known.name == job.name) {
            frontier.prune(known.id, &job.retention, self.clock.now())?;
        }
        Ok(())
    }

    fn make_folder(&self) -> Result<(), Error> {
        let Some(folder) = self.state.parent().filter(|folder| !folder.as_os_str().is_empty())
        else {
            return Ok(());
        };
        let unwritable = |source| copydesk_core::ErrorKind::Write {
            output: folder.display().to_string(),
            source,
        };
        Ok(fs::create_dir_all(folder).map_err(unwritable)?)
    }
}

impl JobRunner for CrawlRunner {
    fn history(&self, job: &CrawlJob) -> Result<JobHistory, Error> {
        self.make_folder()?;
        let mut frontier = SqliteFrontier::open(&self.state)?;
        let Some(known) = frontier.jobs()?.into_iter().find(|known| known.name == job.name) else {
            return Ok(JobHistory::default());
        };
        let last_scheduled = frontier.last_scheduled(known.id)?;
        let latest = frontier.runs(Some(known.id), 1)?.into_iter().next();
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
        self.make_folder()?;
        let _lock = JobLock::acquire(&self.state, &job.name)?;
        let mut observe = self.observe.as_ref().map(|observe| |run: &JobRun| observe(run));
        let run = CrawlRun {
            job,
            frontier: Box::new(SqliteFrontier::open(&self.state)?),
            state: &self.state,
            clock: Arc::clone(&self.clock),
            scheduled_for,
            stop: stop.clone(),
            observe: observe.as_mut().map(|observe| observe as &mut dyn FnMut(&JobRun)),
        };
        let finished = run.start()?;
        if let Err(error) = self.prune(job) {
            warn!(job = job.name, %error, "what was kept for long enough is still there");
        }
        Ok(finished)
    }
}
