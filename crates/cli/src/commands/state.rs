//! `copydesk state`: what crawl jobs know about their sites.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Result;
use clap::Subcommand;
use copydesk_core::settings::{ColorChoice, Settings, TimeSpan};
use copydesk_crawl::frontier::{
    DueSelection, JobRun, JobView, PruneCounts, StateStore, StateView, UrlEntries, UrlEntry,
    UrlState, store_at,
};
use copydesk_crawl::jobs::{JobsFile, RetentionPolicy, UrlPatterns};
use jiff::Timestamp;
use serde::Serialize;

use crate::console::Console;
use crate::exit_status::ExitStatus;
use crate::failure::HintedError;
use crate::plural::counted;

/// Default of `--limit`.
const URLS_SHOWN: usize = 40;

/// List, export, prune and check the state of crawl jobs
///
/// A state is a file that `copydesk crawl` writes. It can be read and pruned while a crawl is running.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  copydesk state list jobs.toml                      jobs, with their URLs and last run
  copydesk state list crawl.sqlite --job news        the URLs of a job
  copydesk state export crawl.sqlite > urls.jsonl    everything known about every URL
  copydesk state due jobs.toml --job news            visit everything in the next run
  copydesk state due jobs.toml --job news 'news.example/2026/*'   only these URLs
  copydesk state prune jobs.toml                     remove what is older than the jobs keep it
  copydesk state check crawl.sqlite                  whether the state is consistent

Exit status: 0 success; 1 a check found something, or no URL matches; 2 the command could not run.")]
pub(crate) struct StateArgs {
    #[command(subcommand)]
    action: StateAction,
}

#[derive(Debug, Subcommand)]
enum StateAction {
    /// List the jobs, or the URLs of one job
    List {
        #[command(flatten)]
        selection: JobSelection,
        /// Only URLs in this state: active, gone, alias, excluded [default: all]
        #[arg(long, value_name = "STATE", requires = "job")]
        state: Option<UrlState>,
        /// Maximum number of URLs to show; 0 is all
        #[arg(long, value_name = "N", default_value_t = URLS_SHOWN)]
        limit: usize,
    },
    /// Print everything that is known about URLs, as one JSON object per line
    Export {
        #[command(flatten)]
        selection: JobSelection,
        /// Only URLs in this state: active, gone, alias, excluded [default: all]
        #[arg(long, value_name = "STATE")]
        state: Option<UrlState>,
    },
    /// Make URLs of a job due, so that its next run visits them
    ///
    /// The next run requests the pages in full, also if they have not changed. URLs that the site or the job
    /// excluded become active again; pages that are gone stay gone.
    Due {
        /// State file, or the jobs file that names it
        #[arg(value_name = "STATE|JOBS.toml")]
        path: PathBuf,
        /// The job
        #[arg(long, value_name = "NAME")]
        job: String,
        /// Only URLs that match one of these patterns, written as in a jobs file: a host, the beginning of a URL,
        /// or a URL with * [default: all URLs]
        #[arg(value_name = "PATTERN")]
        patterns: Vec<String>,
    },
    /// Remove old runs, and URLs that are gone or no longer linked
    Prune {
        #[command(flatten)]
        selection: JobSelection,
        /// How long to keep runs and their figures, such as 90d; 0d is forever [default: as in the jobs file,
        /// or 365d]
        #[arg(long, value_name = "TIME")]
        runs: Option<TimeSpan>,
        /// How long to keep URLs that are gone or no longer linked [default: as in the jobs file, or 180d]
        #[arg(long, value_name = "TIME")]
        urls: Option<TimeSpan>,
        /// Also shrink the file; no crawl can run meanwhile
        #[arg(long)]
        compact: bool,
    },
    /// Check that a state is consistent
    Check {
        /// State file, or the jobs file that names it
        #[arg(value_name = "STATE|JOBS.toml")]
        path: PathBuf,
        /// Rebuild counts and queues from the other tables
        #[arg(long)]
        repair: bool,
    },
}

#[derive(Debug, clap::Args)]
struct JobSelection {
    /// State file, or the jobs file that names it
    #[arg(value_name = "STATE|JOBS.toml")]
    path: PathBuf,
    /// Only this job [default: all jobs]
    #[arg(long, value_name = "NAME")]
    job: Option<String>,
}

/// Runs the command.
pub(crate) fn run(args: &StateArgs) -> Result<ExitStatus> {
    match &args.action {
        StateAction::List { selection, state, limit } => {
            let (mut overview, jobs) = selection.open()?;
            match &selection.job {
                None => list_jobs(&mut *overview, &jobs),
                Some(_) => list_urls(&mut *overview, &jobs, *state, *limit),
            }
        }
        StateAction::Export { selection, state } => {
            let (mut overview, jobs) = selection.open()?;
            export(&mut *overview, &jobs, *state)
        }
        StateAction::Due { path, job, patterns } => make_due(path, job, patterns),
        StateAction::Prune { selection, runs, urls, compact } => {
            prune(selection, *runs, *urls, *compact)
        }
        StateAction::Check { path, repair } => check(&StateFile::from_path(path)?.state, *repair),
    }
}

impl JobSelection {
    /// Opens the state, and selects the jobs.
    fn open(&self) -> Result<(Box<dyn StateView>, Vec<JobView>)> {
        let state = StateFile::from_path(&self.path)?.state;
        let mut view = existing_store(&state)?.open_read_only()?;
        let jobs = self.select_jobs(&state, view.jobs()?)?;
        Ok((view, jobs))
    }

    fn select_jobs(&self, state: &Path, mut jobs: Vec<JobView>) -> Result<Vec<JobView>> {
        if let Some(name) = &self.job {
            jobs.retain(|job| job.name == *name);
            if jobs.is_empty() {
                let message = format!("no job `{name}` in {}", state.display());
                let hint = format!("`copydesk state list {}` lists the jobs", state.display());
                return Err(HintedError::new(message, hint).into());
            }
        }
        Ok(jobs)
    }
}

/// The store of a state. These commands never create one.
fn existing_store(state: &Path) -> Result<Arc<dyn StateStore>> {
    let store = store_at(state);
    if store.exists()? {
        return Ok(store);
    }
    let message = format!("{}: no such state", state.display());
    Err(HintedError::new(message, "`copydesk crawl JOBS.toml` creates one").into())
}

/// A state, and the retention of its jobs if a jobs file was named.
#[derive(Debug)]
struct StateFile {
    state: PathBuf,
    retention: BTreeMap<String, RetentionPolicy>,
}

impl StateFile {
    /// Reads a jobs file (`.toml`), or takes the path as that of a state.
    fn from_path(path: &Path) -> Result<Self> {
        if path.extension().is_none_or(|suffix| suffix != "toml") {
            return Ok(Self { state: path.into(), retention: BTreeMap::new() });
        }
        let file = JobsFile::read(path, &Settings::default())?;
        let retention = file.jobs.into_iter().map(|job| (job.name, job.retention)).collect();
        Ok(Self { state: file.state, retention })
    }
}

fn list_jobs(view: &mut dyn StateView, jobs: &[JobView]) -> Result<ExitStatus> {
    let mut out = format!(
        "{:>9} {:>9} {:>7} {:>7}  {:<20}  {:<20} {:<9}  job\n",
        "urls", "active", "gone", "waiting", "next due", "last run", "ended"
    );
    for job in jobs {
        let last = view.runs(Some(job.id), 1)?.into_iter().next();
        let count = |state| job.urls.get(&state).copied().unwrap_or(0);
        let _ = writeln!(
            out,
            "{:>9} {:>9} {:>7} {:>7}  {:<20}  {:<20} {:<9}  {}",
            job.urls.values().sum::<u64>(),
            count(UrlState::Active),
            count(UrlState::Gone),
            job.undelivered,
            time(job.next_due),
            time(last.as_ref().map(|run| run.started_at)),
            last.as_ref().map_or("-", end_name),
            job.name
        );
    }
    write_out(&out)
}

fn end_name(run: &JobRun) -> &'static str {
    run.end.map_or("not yet", |end| end.name())
}

fn list_urls(
    view: &mut dyn StateView,
    jobs: &[JobView],
    state: Option<UrlState>,
    limit: usize,
) -> Result<ExitStatus> {
    let mut out = BufWriter::new(io::stdout().lock());
    writeln!(
        out,
        "{:<8} {:<20}  {:<20} {:<12} {:>6} {:>5}  url",
        "state", "next visit", "last visit", "outcome", "status", "fails"
    )?;
    for job in jobs {
        let total = job.urls.iter().filter(|(of, _)| state.is_none_or(|state| state == **of));
        let total = total.map(|(_, urls)| *urls).sum::<u64>();
        let count = if limit == 0 { usize::MAX } else { limit };
        for entry in UrlEntries::new(view, job.id, state).take(count) {
            let entry = entry?;
            let status = entry.status.map_or_else(|| "-".to_owned(), |status| status.to_string());
            writeln!(
                out,
                "{:<8} {:<20}  {:<20} {:<12} {status:>6} {:>5}  {}",
                entry.state,
                time(entry.next_visit),
                time(entry.visited_at),
                entry.outcome.map_or("-", |outcome| outcome.name()),
                entry.failures,
                entry.url
            )?;
        }
        if total > count as u64 {
            writeln!(out, "{} more; --limit 0 shows all", total - count as u64)?;
        }
    }
    out.flush()?;
    Ok(ExitStatus::Clean)
}

/// A line of an export.
#[derive(Serialize)]
struct UrlExportLine<'a> {
    job: &'a str,
    #[serde(flatten)]
    entry: UrlEntry,
}

fn export(
    view: &mut dyn StateView,
    jobs: &[JobView],
    state: Option<UrlState>,
) -> Result<ExitStatus> {
    let mut out = BufWriter::new(io::stdout().lock());
    for job in jobs {
        for entry in UrlEntries::new(view, job.id, state) {
            let line = UrlExportLine { job: &job.name, entry: entry? };
            out.write_all(&serde_json::to_vec(&line)?)?;
            out.write_all(b"\n")?;
        }
    }
    out.flush()?;
    Ok(ExitStatus::Clean)
}

fn make_due(path: &Path, job: &str, patterns: &[String]) -> Result<ExitStatus> {
    let patterns = UrlPatterns::new(patterns).map_err(|why| {
        let hint = "a pattern is a host, the beginning of a URL, or a URL with *";
        HintedError::new(why, hint)
    })?;
    let file = StateFile::from_path(path)?;
    let mut state = existing_store(&file.state)?.open()?;
    let selection = JobSelection { path: path.into(), job: Some(job.to_owned()) };
    let now = Timestamp::now();
    let is_wanted = |url: &str| patterns.is_empty() || patterns.matches_text(url);
    let (mut due, mut matching) = (0, 0);
    for job in selection.select_jobs(&file.state, state.jobs()?)? {
        for entry in UrlEntries::new(&mut *state, job.id, None) {
            matching += u64::from(is_wanted(&entry?.url));
        }
        due += state.make_due(job.id, &DueSelection::Matching(&is_wanted), now)?;
    }
    let console = Console::new(ColorChoice::Auto);
    if matching == 0 {
        console.warning(&format!("{job}: no URL matches"));
        return Ok(ExitStatus::SomeFailed);
    }
    let verb = if due == 1 { "is" } else { "are" };
    console.line(format_args!(
        "{job}: {} {verb} due now, of {} that match",
        counted(due, "more URL"),
        counted(matching, "URL")
    ));
    Ok(ExitStatus::Clean)
}

fn prune(
    selection: &JobSelection,
    runs: Option<TimeSpan>,
    urls: Option<TimeSpan>,
    compact: bool,
) -> Result<ExitStatus> {
    let file = StateFile::from_path(&selection.path)?;
    let mut state = existing_store(&file.state)?.open()?;
    let jobs = selection.select_jobs(&file.state, state.jobs()?)?;
    let console = Console::new(ColorChoice::Auto);
    for job in jobs {
        let mut retention = file.retention.get(&job.name).cloned().unwrap_or_default();
        retention.runs = runs.map_or(retention.runs, TimeSpan::limit);
        retention.urls = urls.map_or(retention.urls, TimeSpan::limit);
        let PruneCounts { urls, hosts, runs, hours, .. } =
            state.prune(job.id, &retention, Timestamp::now())?;
        console.line(format_args!(
            "{}: removed {}, {}, {} and the counts of {}",
            job.name,
            counted(urls, "URL"),
            counted(hosts, "host"),
            counted(runs, "run"),
            counted(hours, "hour"),
        ));
    }
    if compact {
        state.compact()?;
    }
    Ok(ExitStatus::Clean)
}

fn check(state: &Path, repair: bool) -> Result<ExitStatus> {
    let store = existing_store(state)?;
    let findings = if repair {
        let mut state = store.open()?;
        state.repair()?;
        state.check()?
    } else {
        store.open_read_only()?.check()?
    };
    let mut out = String::new();
    for finding in &findings {
        let _ = writeln!(out, "{}", finding.message);
    }
    write_out(&out)?;
    let console = Console::new(ColorChoice::Auto);
    if findings.is_empty() {
        console.line("the state is consistent");
        return Ok(ExitStatus::Clean);
    }
    if !repair && findings.iter().any(|finding| finding.can_be_repaired) {
        console.note("`copydesk state check --repair` rebuilds counts and queues");
    }
    Ok(ExitStatus::WouldChange)
}

fn time(at: Option<Timestamp>) -> String {
    at.map_or_else(|| "-".to_owned(), |at| at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string())
}

fn write_out(text: &str) -> Result<ExitStatus> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())?;
    out.flush()?;
    Ok(ExitStatus::Clean)
}
