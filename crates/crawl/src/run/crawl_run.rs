//! A run of a job.

use std::path::Path;
use std::sync::Arc;

use jiff::Timestamp;
use tracing::{info, warn};

use super::cleaners::CleanerCache;
use super::commit_buffer::CommitBuffer;
use super::context::RunContext;
use super::coordinator::Coordinator;
use super::duplicates::open_duplicates;
use super::job_changes::apply_changes;
use super::job_outputs::JobOutputs;
use super::page_cleaner::PageCleaner;
use super::resources::RunResources;
use super::run_end::RunVerdict;
use super::seeds::{seed_urls, url_discovery};
use super::site_health::TEXTS_NOTE;
use super::worker::VisitWorker;
use super::{metrics, threads};
use crate::clock::Clock;
use crate::error::Error;
use crate::frontier::{Frontier, JobId, JobRun, RunEnd, RunFigures};
use crate::jobs::CrawlJob;
use copydesk_core::StopToken;
use copydesk_core::dedupe::DuplicateIndex;
use copydesk_core::pipeline::EngineOptions;

/// A run of a job: visits everything that is due, within the job's budget.
pub struct CrawlRun<'a> {
    job: &'a CrawlJob,
    frontier: Box<dyn Frontier>,
    state: &'a Path,
    clock: Arc<dyn Clock>,
    scheduled_for: Option<Timestamp>,
    stop: StopToken,
    observer: Option<&'a mut dyn FnMut(&JobRun)>,
    cleaners: Arc<CleanerCache>,
}

/// What a run did.
#[derive(Clone, Debug, PartialEq)]
pub struct CrawlSummary {
    /// The run, ended.
    pub run: JobRun,
    /// Whether more of its visits failed than [`CrawlJob::max_failed`] allows, no start page was reached,
    /// pages came back without text, every host was in back-off so that nothing could be visited, or an output
    /// did not receive its records, which then stay in the outbox. [`JobRun::message`] has the reason.
    pub has_failed: bool,
}

impl<'a> CrawlRun<'a> {
    /// A run of `job`. `state` is the path of the state that `frontier` stores; a job that looks for
    /// duplicates keeps its journal beside it, as `STATE.JOB.duplicates`. Crawl delays and back-off are timed
    /// by the system's clock, everything else by `clock`.
    pub fn new(
        job: &'a CrawlJob,
        frontier: Box<dyn Frontier>,
        state: &'a Path,
        clock: Arc<dyn Clock>,
    ) -> Self {
        let (scheduled_for, stop, observer) = (None, StopToken::default(), None);
        let cleaners = Arc::default();
        Self { job, frontier, state, clock, scheduled_for, stop, observer, cleaners }
    }

    /// The time of the job's schedule for which it runs. Default: none, a run on demand.
    #[must_use]
    pub fn scheduled_for(mut self, time: Option<Timestamp>) -> Self {
        self.scheduled_for = time;
        self
    }

    /// A token that ends the run early: open visits are finished, everything else stays due. Default: none.
    #[must_use]
    pub fn with_stop(mut self, stop: StopToken) -> Self {
        self.stop = stop;
        self
    }

    /// Cleaners that runs share. Default: the run loads its own.
    #[must_use]
    pub fn with_cleaners(mut self, cleaners: Arc<CleanerCache>) -> Self {
        self.cleaners = cleaners;
        self
    }

    /// A function that receives the run's figures while it goes on, at most four times a second. Default:
    /// none.
    #[must_use]
    pub fn with_observer(mut self, observer: &'a mut dyn FnMut(&JobRun)) -> Self {
        self.observer = Some(observer);
        self
    }

    /// Visits what is due, and returns when the run has ended.
    ///
    /// # Errors
    /// If the state cannot be read or written, if threads cannot be started, or if a setting of the job
    /// cannot be used. Pages that cannot be fetched and outputs that cannot be written are no errors. After
    /// an error the run stays open in the state, and the next run of the job resumes it.
    pub fn start(mut self) -> Result<CrawlSummary, Error> {
        let job = self.job;
        // A job that cannot run must fail here, before anything is written to the state.
        let resources = RunResources::new(job, &self.cleaners)?;
        let cleaner = PageCleaner::new(job, &resources.cleaner)?;
        let (id, run) = self.begin()?;
        let times = (self.clock.now(), run.started_at);
        let changes = apply_changes(job, self.frontier.as_mut(), id, times)?;
        let known_texts = self.frontier.note(id, TEXTS_NOTE)?;
        let duplicates = open_duplicates(job, self.state, self.frontier.as_mut(), id)?;
        let signer = duplicates.as_ref().map(DuplicateIndex::signer);
        let discovery = url_discovery(job, run.started_at);
        let mut outputs = JobOutputs::new(job, id);

        let figures = run.figures.clone();
        let mut commits =
            CommitBuffer::new(self.frontier, (id, &job.name), run.id, figures, duplicates);
        for (note, value) in changes.notes {
            commits.note(note, value);
        }
        let warnings = job.warnings();
        for warning in &warnings {
            warn!(job = job.name, "{warning}");
        }
        commits.figures_mut().notes = [warnings, changes.sentences].concat();
        commits.add_found(seed_urls(job, run.started_at));

        let context = RunContext {
            job,
            id,
            run: &run,
            clock: self.clock.as_ref(),
            stop: &self.stop,
            discovery: &discovery,
            resources: &resources,
            cleaner: &cleaner,
            // With another scope, a page that did not change may lead to URLs that were out of scope before.
            is_conditional: !changes.has_new_scope,
        };
        let worker = VisitWorker::new(&context, signer.as_ref());
        let coordinator = Coordinator::new(&context, commits);
        let mut observed = run.clone();
        let observe = &mut |figures: &RunFigures| {
            if let Some(observer) = &mut self.observer {
                observed.figures.clone_from(figures);
                observer(&observed);
            }
        };
        let thread_count = EngineOptions::new(&job.settings).thread_count();
        let (end, mut commits) =
            threads::run(coordinator, &worker, &resources, thread_count, &mut outputs, observe)?;

        // Figures of drift belong to the run, so they are added before its last commit.
        cleaner.finish(job, &mut commits)?;
        if let Some(texts) = commits.health.texts_note(known_texts.as_deref()) {
            commits.note(TEXTS_NOTE, texts.to_owned());
        }
        let note = commits.health.note();
        commits.figures_mut().notes.extend(note);
        commits.flush()?;
        let ended_at = self.clock.now();
        let output_failures = outputs.finish(&mut commits, ended_at)?;
        let RunVerdict { has_failed, message } =
            RunVerdict::new(job, &commits, known_texts.as_deref(), output_failures, ended_at);
        // A run that was stopped is resumed, whatever it visited before.
        let end = if has_failed && end != RunEnd::Stopped { RunEnd::Failed } else { end };
        commits.frontier.end_run(run.id, ended_at, end, message.as_deref())?;
        metrics::run_ended(&job.name, end);
        let reasons = commits.figures.reasons();
        // Not called `message`, which is the key of the text itself.
        info!(job = job.name, run = run.id.0, end = %end, why = message, errors = reasons, "run ended");
        let (ended_at, end) = (Some(ended_at), Some(end));
        let run = JobRun { ended_at, end, message, figures: commits.figures, ..run };
        Ok(CrawlSummary { run, has_failed })
    }

    /// Registers the job and starts a run in the state, or resumes one that did not end.
    fn begin(&mut self) -> Result<(JobId, JobRun), Error> {
        let name = &self.job.name;
        let outputs: Vec<String> =
            self.job.outputs.iter().map(|output| output.name.clone()).collect();
        let id = self.frontier.register_job(name, &outputs)?;
        // The caller has locked the job, so leases in its name are those of a run that was killed. Without
        // this, their hosts would be blocked until the leases expire.
        self.frontier.reclaim(name)?;
        let run = self.frontier.begin_run(id, self.scheduled_for, self.clock.now())?;
        info!(job = name, run = run.id.0, resumed = run.resumed, "run started");
        Ok((id, run))
    }
}
