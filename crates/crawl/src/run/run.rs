//! A run of a job.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;
use std::{fs, io};

use copydesk_clean::{CleanInput, Cleaner};
use copydesk_fetch::robots::product_token;
use jiff::Timestamp;
use tracing::{info, warn};

use super::change_detector::ChangeDetector;
use super::commit_buffer::{CommitBuffer, DUPLICATES_NOTE};
use super::coordinator::Coordinator;
use super::job_outputs::JobOutputs;
use super::leased_hosts::LeasedHosts;
use super::robots_store::RunRobotsStore;
use super::seeds::{scope_fingerprint, seed_urls, url_discovery};
use super::worker::VisitWorker;
use super::{metrics, threads};
use crate::clock::Clock;
use crate::error::Error;
use crate::frontier::{Frontier, JobId, JobRun, RunFigures, VisitOutcome};
use crate::jobs::CrawlJob;
use copydesk_core::StopToken;
use copydesk_core::dedupe::{DedupeOptions, DuplicateIndex};
use copydesk_core::page_filters::PageFilters;
use copydesk_core::pipeline::EngineOptions;
use copydesk_core::profiles::{CountLimits, ProfileFolder, SiteRun, today};
use copydesk_core::rules;
use copydesk_core::settings::DedupeChoice;
use copydesk_core::sources::BlockingFetcher;

/// The note that says which scope the URLs were found with.
const SCOPE_NOTE: &str = "scope";

/// A run of a job: everything that is due is visited, within the job's budget.
pub struct CrawlRun<'a> {
    /// The job.
    pub job: &'a CrawlJob,
    /// Its state.
    pub frontier: Box<dyn Frontier>,
    /// The file of the state, beside which there may be others: `STATE.JOB.duplicates`.
    pub state: &'a Path,
    /// What time it is. Pauses of hosts go by the system's clock in any case.
    pub clock: Arc<dyn Clock>,
    /// The time in the schedule that it runs for; `None` if somebody just asked for it.
    pub scheduled_for: Option<Timestamp>,
    /// Ends it early: what is under way is finished, and the rest stays due.
    pub stop: StopToken,
    /// Is told of the run as it goes on, a few times a second at most. Default: nobody.
    pub observe: Option<&'a mut dyn FnMut(&JobRun)>,
}

/// What a run did.
#[derive(Clone, Debug, PartialEq)]
pub struct CrawlSummary {
    /// The run, ended.
    pub run: JobRun,
    /// Whether more of its visits failed than [`CrawlJob::max_failed`] allows, nothing could be visited since every host
    /// was left alone, or an output did not get its records, which are still in the outbox. [`JobRun::message`] says
    /// which.
    pub has_failed: bool,
}

impl CrawlRun<'_> {
    /// Visits what is due.
    ///
    /// # Errors
    /// When the state or an output cannot be read or written, or a setting cannot be used. Pages that
    /// cannot be had are no error. The run then stays open, and the next one goes on with it.
    pub fn start(mut self) -> Result<CrawlSummary, Error> {
        let job = self.job;
        // All that can be wrong with the job is told before anything is written.
        let tools = RunResources::new(job)?;
        let (sites, profiles) = open_sites(job, &tools.cleaner)?;
        let (id, run) = self.begin()?;
        let scope = scope_fingerprint(job);
        let known_scope = self.frontier.note(id, SCOPE_NOTE)?;
        let duplicates = self.duplicates(id)?;
        let printer = duplicates.as_ref().map(DuplicateIndex::signer);
        let finder = url_discovery(job, run.started_at);
        let mut outputs = JobOutputs::new(job, id);

        let figures = run.figures.clone();
        let mut ledger =
            CommitBuffer::new(self.frontier, (id, &job.name), run.id, figures, duplicates);
        ledger.note(SCOPE_NOTE, scope.clone());
        ledger.add_found(seed_urls(job, run.started_at));

        let RunResources { cleaner, screen, fetcher: web, abort, robots } = &tools;
        let settings = &job.settings;
        let worker = VisitWorker {
            clean: &|page: &CleanInput<'_>| match &sites {
                Some(sites) => sites.clean(page),
                None => cleaner.clean(page),
            },
            discovery: &finder,
            filters: screen,
            signer: printer.as_ref(),
            page_timeout: settings.page_timeout.limit(),
            clock: self.clock.as_ref(),
        };
        let fetching = web.settings();
        let coordinator = Coordinator {
            job: id,
            owner: job.name.clone(),
            run: &run,
            budget: &job.budget,
            clock: self.clock.as_ref(),
            stop: &self.stop,
            abort,
            changes: ChangeDetector { job, discovery: &finder },
            discovery: &finder,
            discovers_sitemaps: job.scope.sitemaps,
            robots,
            product_token: product_token(&fetching.user_agent),
            host_delay: fetching.host_delay,
            max_host_delay: fetching.max_host_delay,
            max_hosts: settings.max_concurrent_fetches.saturating_mul(4).clamp(64, 1_000),
            on_cleaned: &|source: &str| {
                if let Some(sites) = &sites {
                    sites.page_written(source);
                }
            },
            commits: ledger,
            hosts: LeasedHosts::default(),
            sitemap_origins: HashSet::new(),
            visits: HashMap::new(),
            exhausted_hosts: BTreeSet::new(),
            is_conditional: known_scope.is_none_or(|known| known == scope),
            requests: 0,
            leased_at: Instant::now(),
        };
        let mut shown = run.clone();
        let observe = &mut |figures: &RunFigures| {
            if let Some(observe) = &mut self.observe {
                shown.figures.clone_from(figures);
                observe(&shown);
            }
        };
        let threads = EngineOptions::new(settings).thread_count();
        let (end, mut ledger) =
            threads::run(coordinator, &worker, (web, abort), threads, &mut outputs, observe)?;

        if let (Some(sites), Some(folder)) = (sites, profiles) {
            note_drifts(job, sites, &folder, &mut ledger)?;
        }
        ledger.flush()?;
        let ended_at = self.clock.now();
        let failure =
            outputs.finish(&mut ledger, ended_at)?.or_else(|| all_hosts_backed_off(&ledger));
        let has_failed = failure.is_some() || failed_share(&ledger.figures) > job.max_failed.get();
        let message = failure.or_else(|| backed_off_hosts(&ledger));
        ledger.frontier.end_run(run.id, ended_at, end, message.as_deref())?;
        metrics::run_ended(&job.name, end);
        info!(job = job.name, run = run.id.0, end = %end, "run ended");
        let (ended_at, end) = (Some(ended_at), Some(end));
        let run = JobRun { ended_at, end, message, figures: ledger.figures, ..run };
        Ok(CrawlSummary { run, has_failed })
    }

    /// Enters the job and its run, or goes on with one that did not end.
    fn begin(&mut self) -> Result<(JobId, JobRun), Error> {
        let name = &self.job.name;
        let outputs: Vec<String> =
            self.job.outputs.iter().map(|output| output.name.clone()).collect();
        let id = self.frontier.register_job(name, &outputs)?;
        self.frontier.reclaim(name)?;
        let run = self.frontier.begin_run(id, self.scheduled_for, self.clock.now())?;
        info!(job = name, run = run.id.0, resumed = run.resumed, "run begins");
        Ok((id, run))
    }

    /// A file beside the state, for what is no business of the state's.
    fn sibling_path(&self, what: &str) -> PathBuf {
        let mut name = OsString::from(self.state);
        name.push(format!(".{}.{what}", self.job.name));
        name.into()
    }

    /// What finds pages that say the same, also over runs, where the job asks for it.
    fn duplicates(&mut self, job: JobId) -> Result<Option<DuplicateIndex>, Error> {
        let settings = &self.job.settings;
        if settings.dedupe == DedupeChoice::Off {
            return Ok(None);
        }
        let options = DedupeOptions::from_settings(settings)?;
        let path = self.sibling_path("duplicates");
        // What follows is of visits that were not written.
        let length = self.frontier.note(job, DUPLICATES_NOTE)?.and_then(|note| note.parse().ok());
        if let Some(length) = length {
            match DuplicateIndex::open_at(&path, &options, length) {
                Ok(duplicates) => return Ok(Some(duplicates)),
                // Without it only copies of pages from before are found no more.
                Err(error) => warn!(job = self.job.name, %error, "duplicates are counted anew"),
            }
        }
        match fs::remove_file(&path) {
            Err(source) if source.kind() != io::ErrorKind::NotFound => {
                Err(copydesk_core::ErrorKind::Write { output: path.display().to_string(), source }
                    .into())
            }
            _ => Ok(Some(DuplicateIndex::open(&path, &options)?.0)),
        }
    }
}

/// What a run works with.
struct RunResources {
    cleaner: Cleaner,
    screen: PageFilters,
    fetcher: BlockingFetcher,
    /// Ends fetching at once.
    abort: StopToken,
    robots: Arc<RunRobotsStore>,
}

impl RunResources {
    fn new(job: &CrawlJob) -> Result<Self, Error> {
        let settings = &job.settings;
        let mut options = settings.clean_options();
        // The state has what was removed of a page, to show it, and goes by the scores of what was not.
        options.explain = true;
        for output in &job.outputs {
            output.format.require(&mut options);
        }
        let (abort, robots) = (StopToken::default(), Arc::new(RunRobotsStore::default()));
        let store = Arc::clone(&robots);
        let web = BlockingFetcher::with_robots(settings.fetch_settings()?, store)?
            .with_stop(abort.clone());
        let cleaner = rules::load_cleaner(options, &settings.config, &settings.model)?;
        Ok(Self { cleaner, screen: PageFilters::new(settings)?, fetcher: web, abort, robots })
    }
}

/// What counts what recurs on the sites of a job, if it has a folder for that.
fn open_sites<'a>(
    job: &CrawlJob,
    cleaner: &'a Cleaner,
) -> Result<(Option<SiteRun<'a>>, Option<ProfileFolder>), Error> {
    let Some(path) = &job.site_profiles else { return Ok((None, None)) };
    let (folder, settings) = (ProfileFolder::new(path), &job.settings);
    let (limits, age) = (CountLimits::from_settings(settings), settings.max_profile_age_days);
    let (known, _) = folder.counter(limits, today(), age)?;
    Ok((Some(SiteRun::one_pass(cleaner, known)), Some(folder)))
}

/// Keeps what was counted, and tells of sites that look otherwise than they did.
fn note_drifts(
    job: &CrawlJob,
    sites: SiteRun<'_>,
    folder: &ProfileFolder,
    ledger: &mut CommitBuffer,
) -> Result<(), Error> {
    let summary = sites.finish(Some(folder), job.settings.max_profile_age_days)?;
    for drift in summary.drifts {
        warn!(job = job.name, "{drift}");
        metrics::drift(&job.name);
        ledger.figures_mut().drifts.push(drift.to_string());
    }
    Ok(())
}

/// That nothing could be visited at all, as all that was to be asked is left alone.
fn all_hosts_backed_off(ledger: &CommitBuffer) -> Option<String> {
    let is_idle = ledger.visits() == 0;
    backed_off_hosts(ledger).filter(|_| is_idle)
}

/// The hosts that were left alone, a few of them with the reason.
fn backed_off_hosts(ledger: &CommitBuffer) -> Option<String> {
    let hosts = &ledger.backed_off;
    let named = hosts.iter().take(3).map(|(host, reason)| format!("{host}: {reason}"));
    let named = named.collect::<Vec<_>>().join("; ");
    match hosts.len() {
        0 => None,
        1 => Some(format!("a host was left alone: {named}")),
        many => Some(format!("{many} hosts were left alone: {named}")),
    }
}

fn failed_share(figures: &RunFigures) -> f64 {
    let visits: u64 = figures.outcomes.values().sum();
    let failed = figures.outcomes.get(&VisitOutcome::Failed).copied().unwrap_or_default();
    failed as f64 / visits.max(1) as f64
}
