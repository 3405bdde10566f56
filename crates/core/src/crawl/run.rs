//! A run of a job.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError};
use std::time::Instant;
use std::{fs, io, thread};

use copydesk_clean::{Cleaner, Input};
use copydesk_fetch::robots::product_token;
use copydesk_fetch::urls::Normalizer;
use crossbeam_channel::{bounded, unbounded};
use jiff::Timestamp;
use tracing::{info, warn};
use xxhash_rust::xxh3::xxh3_64;

use super::coordinator::{Asked, Channels, Coordinator};
use super::found::{Finder, host_key};
use super::hosts::Hosts;
use super::ledger::{DUPLICATES_NOTE, Ledger};
use super::metrics;
use super::news::News;
use super::robots::RobotsMemory;
use super::scope::Scope;
use super::worker::Worker;
use crate::clock::Clock;
use crate::dedupe::{DedupeOptions, Duplicates};
use crate::delivery::{Delivered, Deliverer};
use crate::error::{Error, ErrorKind};
use crate::frontier::{Frontier, JobId, Kind, NewUrl, Run, RunFigures, Via, VisitOutcome};
use crate::jobs::{Job, Seed, SeedKind};
use crate::pipeline::{EngineOptions, STACK_BYTES};
use crate::profiles::{ProfileFolder, SiteRun, today};
use crate::rules;
use crate::screen::Screen;
use crate::settings::DedupeChoice;
use crate::sources::Web;
use crate::stop::Stop;

/// The priority of seeds: before all else, since they lead to it.
const SEED_PRIORITY: u8 = 9;

/// The note that says which scope the URLs were found with.
const SCOPE_NOTE: &str = "scope";

/// A run of a job: everything that is due is visited, within the job's budget.
pub struct CrawlRun<'a> {
    /// The job.
    pub job: &'a Job,
    /// Its state.
    pub frontier: Box<dyn Frontier>,
    /// The file of the state, beside which there may be others: `STATE.JOB.duplicates`.
    pub state: &'a Path,
    /// What time it is. Pauses of hosts go by the system's clock in any case.
    pub clock: Arc<dyn Clock>,
    /// The time in the schedule that it runs for; `None` if somebody just asked for it.
    pub scheduled_for: Option<Timestamp>,
    /// Ends it early: what is under way is finished, and the rest stays due.
    pub stop: Stop,
    /// Is told of the run as it goes on, a few times a second at most. Default: nobody.
    pub observe: Option<&'a mut dyn FnMut(&Run)>,
}

/// What a run did.
#[derive(Clone, Debug, PartialEq)]
pub struct CrawlFinished {
    /// The run, ended.
    pub run: Run,
    /// Whether more of its visits failed than [`Job::max_failed`] allows, or an output did not get its records;
    /// [`Run::message`] says which. They are still in the outbox.
    pub has_failed: bool,
}

impl CrawlRun<'_> {
    /// Visits what is due.
    ///
    /// # Errors
    /// When the state or an output cannot be read or written, or a setting cannot be used. Pages that
    /// cannot be had are no error. The run then stays open, and the next one goes on with it.
    pub fn start(mut self) -> Result<CrawlFinished, Error> {
        let job = self.job;
        let settings = &job.settings;
        // All that can be wrong with the job is told before anything is written.
        let mut options = settings.clean_options();
        options.explain = true;
        for output in &job.outputs {
            output.format.require(&mut options);
        }
        let cleaner = rules::cleaner(options, &settings.config, &settings.model)?;
        let screen = Screen::new(settings)?;
        let (abort, robots) = (Stop::default(), Arc::new(RobotsMemory::default()));
        let store = Arc::clone(&robots);
        let web = Web::with_robots(settings.fetch_settings()?, store)?.stopped_by(abort.clone());

        let names: Vec<String> = job.outputs.iter().map(|output| output.name.clone()).collect();
        let id = self.frontier.job(&job.name, &names)?;
        let mut deliverer = Deliverer::new(id, &job.name, &job.outputs, settings);
        let mut failures = Failures::default();
        self.frontier.reclaim(&job.name)?;
        let now = self.clock.now();
        let run = self.frontier.begin_run(id, self.scheduled_for, now)?;
        info!(job = job.name, run = run.id.0, resumed = run.resumed, "run begins");
        let scope = scope_print(job);
        let is_conditional = match self.frontier.note(id, SCOPE_NOTE)? {
            Some(before) => before == scope,
            None => true,
        };
        let duplicates = self.duplicates(id)?;
        let finder = finder(job, run.started_at);
        let (sites, profiles) = Sites::open(job, &cleaner)?;
        let printer = duplicates.as_ref().map(Duplicates::printer);

        let figures = run.figures.clone();
        let mut ledger = Ledger::new(self.frontier, (id, &job.name), run.id, figures, duplicates);
        ledger.note(SCOPE_NOTE, scope);
        ledger.found(seeds(job, run.started_at));

        let clean = |page: &Input<'_>| match &sites {
            Some(sites) => sites.clean(page),
            None => cleaner.clean(page),
        };
        let cleaned = |source: &str| {
            if let Some(sites) = &sites {
                sites.written(source);
            }
        };
        let worker = Worker {
            clean: &clean,
            finder: &finder,
            screen: &screen,
            printer: printer.as_ref(),
            page_timeout: settings.page_timeout.limit(),
            clock: self.clock.as_ref(),
        };
        let product = web.settings().user_agent.clone();
        let asked = Asked::default();
        let threads = EngineOptions::new(settings).thread_count();
        let mut shown = run.clone();
        let observe = &mut |figures: &RunFigures| {
            if let Some(observe) = &mut self.observe {
                shown.figures.clone_from(figures);
                observe(&shown);
            }
        };
        let coordinator = Coordinator {
            job: id,
            owner: job.name.clone(),
            run: &run,
            budget: &job.budget,
            clock: self.clock.as_ref(),
            stop: &self.stop,
            abort: &abort,
            news: News { job, finder: &finder },
            finder: &finder,
            looks_for_sitemaps: job.scope.sitemaps,
            robots: &robots,
            product_token: product_token(&product),
            host_delay: web.settings().host_delay,
            max_host_delay: web.settings().max_host_delay,
            max_hosts: settings.in_flight.saturating_mul(4).clamp(64, 1_000),
            cleaned: &cleaned,
            ledger,
            hosts: Hosts::default(),
            looked: HashSet::new(),
            visits: HashMap::new(),
            spent: BTreeSet::new(),
            is_conditional,
            requests: 0,
            leased_at: Instant::now(),
        };
        let deliver = &mut |ledger: &mut Ledger| {
            failures.take(deliverer.deliver(ledger.frontier.as_mut())?);
            Ok(())
        };
        let (end, mut ledger) = thread::scope(|scope| {
            let (requests, wanted) = unbounded();
            let (fetched, to_look) = bounded(threads * 2);
            let (done, visited) = bounded(1_024);
            let (asked, worker, web) = (&asked, &worker, &web);
            let spawn = |name: String| thread::Builder::new().name(name).stack_size(STACK_BYTES);
            spawn("fetch-results".into())
                .spawn_scoped(scope, move || {
                    for result in web.fetch_all(wanted.into_iter()) {
                        if fetched.send(result).is_err() {
                            return;
                        }
                    }
                })
                .map_err(threads_error)?;
            for number in 0..threads {
                let (to_look, done) = (to_look.clone(), done.clone());
                spawn(format!("clean-{number}"))
                    .spawn_scoped(scope, move || {
                        for fetched in to_look {
                            let mut asked = asked.lock().unwrap_or_else(PoisonError::into_inner);
                            let visit = asked.remove(&fetched.index);
                            drop(asked);
                            let Some((lease, visit)) = visit else { continue };
                            if done.send(worker.look(lease, visit, fetched)).is_err() {
                                return;
                            }
                        }
                    })
                    .map_err(threads_error)?;
            }
            drop((to_look, done));
            let ended = coordinator.run(Channels { requests, visited, asked }, deliver, observe);
            // Whatever ended it, nothing more is fetched.
            abort.stop();
            ended
        })?;

        if let (Some(sites), Some(folder)) = (sites, profiles) {
            let summary = sites.finish(Some(&folder), settings.max_profile_age_days)?;
            for drift in summary.drifts {
                warn!(job = job.name, "{drift}");
                metrics::drift(&job.name);
                ledger.figures_mut().drifts.push(drift.to_string());
            }
        }
        ledger.flush()?;
        let ended_at = self.clock.now();
        if let Some(keep) = job.retention.outputs {
            deliverer.prune(keep, ended_at)?;
        }
        failures.last(deliverer.finish(ledger.frontier.as_mut())?);
        let message = failures.message();
        ledger.frontier.end_run(run.id, ended_at, end, message.as_deref())?;
        let run = Run {
            ended_at: Some(ended_at),
            end: Some(end),
            message,
            figures: ledger.figures,
            ..run
        };
        metrics::run_ended(&job.name, end);
        info!(job = job.name, run = run.id.0, end = %end, "run ended");
        let is_missing = run.message.is_some();
        let has_failed = is_missing || failed_share(&run.figures) > job.max_failed.get();
        Ok(CrawlFinished { run, has_failed })
    }

    /// A file beside the state, for what is no business of the state's.
    fn beside(&self, what: &str) -> PathBuf {
        let mut name = OsString::from(self.state);
        name.push(format!(".{}.{what}", self.job.name));
        name.into()
    }

    /// What finds pages that say the same, also over runs, where the job asks for it.
    fn duplicates(&mut self, job: JobId) -> Result<Option<Duplicates>, Error> {
        let settings = &self.job.settings;
        if settings.dedupe == DedupeChoice::Off {
            return Ok(None);
        }
        let options = DedupeOptions::of(settings)?;
        let path = self.beside("duplicates");
        // What follows is of visits that were not written.
        let length = self.frontier.note(job, DUPLICATES_NOTE)?.and_then(|note| note.parse().ok());
        if let Some(length) = length {
            match Duplicates::open_at(&path, &options, length) {
                Ok(duplicates) => return Ok(Some(duplicates)),
                // Without it only copies of pages from before are found no more.
                Err(error) => warn!(job = self.job.name, %error, "duplicates are counted anew"),
            }
        }
        match fs::remove_file(&path) {
            Err(source) if source.kind() != io::ErrorKind::NotFound => {
                Err(ErrorKind::Write { output: path.display().to_string(), source }.into())
            }
            _ => Ok(Some(Duplicates::open(&path, &options)?.0)),
        }
    }
}

/// Outputs that failed, and why.
#[derive(Debug, Default)]
struct Failures(BTreeMap<String, String>);

impl Failures {
    /// One that gets its records the next time has not failed in the end.
    fn take(&mut self, delivered: Delivered) {
        for (output, error) in delivered.failures {
            self.0.insert(output, error.to_string());
        }
    }

    /// What failed the last time is what failed.
    fn last(&mut self, delivered: Delivered) {
        self.0.clear();
        self.take(delivered);
    }

    fn message(&self) -> Option<String> {
        let each = self.0.iter().map(|(output, error)| format!("the output {output}: {error}"));
        let all = each.collect::<Vec<_>>().join("; ");
        (!all.is_empty()).then_some(all)
    }
}

/// What recurs on the sites of a job, if it has a folder for that.
struct Sites;

impl Sites {
    fn open<'a>(
        job: &Job,
        cleaner: &'a Cleaner,
    ) -> Result<(Option<SiteRun<'a>>, Option<ProfileFolder>), Error> {
        let Some(path) = &job.site_profiles else { return Ok((None, None)) };
        let (folder, settings) = (ProfileFolder::new(path), &job.settings);
        let (limits, age) = (settings.count_limits(), settings.max_profile_age_days);
        let (known, _) = folder.counter(limits, today(), age)?;
        Ok((Some(SiteRun::counting(cleaner, known)), Some(folder)))
    }
}

fn finder(job: &Job, due: Timestamp) -> Finder {
    Finder {
        scope: Scope::new(&job.scope, &job.seeds),
        normalizer: Normalizer::new().without_sessions(),
        follow_links: job.scope.follow_links,
        feeds: job.scope.feeds,
        max_depth: job.scope.max_depth,
        max_urls_per_pattern: job.budget.max_urls_per_pattern,
        due,
    }
}

fn seeds(job: &Job, due: Timestamp) -> Vec<NewUrl> {
    let entry = |seed: &Seed| {
        let kind = match seed.kind {
            SeedKind::Auto => Kind::Unknown,
            SeedKind::Site => Kind::Hub,
            SeedKind::Page => Kind::Page,
            SeedKind::Feed => Kind::Feed,
            SeedKind::Sitemap => Kind::Sitemap,
        };
        Some(NewUrl {
            url: seed.url.to_string(),
            host: host_key(&seed.url)?,
            kind,
            via: Via::Seed,
            priority: SEED_PRIORITY,
            depth: 0,
            due,
            modified: None,
            pattern: None,
        })
    };
    job.seeds.iter().filter_map(entry).collect()
}

/// Tells one scope from another: what was not wanted of a page may be wanted now, though it has not changed.
fn scope_print(job: &Job) -> String {
    let rules = &job.scope;
    let patterns = [&rules.include, &rules.exclude, &rules.deliver].map(|list| &list.written);
    let print = format!(
        "{:?} {patterns:?} {} {} {} {}",
        rules.hosts, rules.max_depth, rules.follow_links, rules.sitemaps, rules.feeds
    );
    format!("{:016x}", xxh3_64(print.as_bytes()))
}

fn failed_share(figures: &RunFigures) -> f64 {
    let visits: u64 = figures.outcomes.values().sum();
    let failed = figures.outcomes.get(&VisitOutcome::Failed).copied().unwrap_or_default();
    failed as f64 / visits.max(1) as f64
}

fn threads_error(error: std::io::Error) -> Error {
    ErrorKind::Threads(error.to_string()).into()
}
