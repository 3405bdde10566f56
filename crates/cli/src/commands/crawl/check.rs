//! `copydesk crawl --check`: explains what a jobs file would do.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result};
use copydesk_core::figures::DataSize;
use copydesk_core::page_filters::PageFilters;
use copydesk_core::rules;
use copydesk_core::settings::{Settings, TimeSpan};
use copydesk_core::sinks::FileCompression;
use copydesk_crawl::frontier::{JobRun, JobView, RunEnd, UrlState, store_at};
use copydesk_crawl::jobs::{CrawlJob, JobSchedule, JobsFile, OutputSpec, SeedKind};
use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::describe_end;
use crate::console::Console;
use crate::exit_status::ExitStatus;
use crate::plural::counted;

/// Maximum number of times of a schedule to show.
const NEXT_RUNS_SHOWN: usize = 3;

/// Maximum number of seeds, hosts and patterns to show of each, and of jobs in a warning.
const MAX_VALUES_SHOWN: usize = 5;

/// Explains these jobs.
pub(super) fn run(file: &JobsFile, jobs: &[&CrawlJob], settings: &Settings) -> Result<ExitStatus> {
    let mut checked = BTreeSet::new();
    for job in jobs {
        check_usable(job, &mut checked).with_context(|| format!("job `{}`", job.name))?;
    }
    let now = Timestamp::now();
    let known = load_jobs_with_runs(&file.state)?;
    let mut text = file_summary(file, known.is_some())?;
    for job in jobs {
        let view = known.as_ref().and_then(|known| known.iter().find(|(v, _)| v.name == job.name));
        text.push('\n');
        text.push_str(&job_details(job, view, now));
    }
    io::stdout().write_all(text.as_bytes())?;
    io::stdout().flush()?;
    warn(file, jobs, &Console::new(settings.color));
    Ok(ExitStatus::Clean)
}

/// Folders of rules with model files.
type RulePaths = (PathBuf, PathBuf);

/// Opens every file that a run would read before it starts. Rules that several jobs share are loaded once.
fn check_usable(job: &CrawlJob, checked: &mut BTreeSet<RulePaths>) -> Result<()> {
    let settings = &job.settings;
    settings.fetch_settings()?;
    PageFilters::new(settings)?;
    if checked.insert((settings.config.clone(), settings.model.clone())) {
        rules::load_cleaner(settings.clean_options(), &settings.config, &settings.model)?;
    }
    Ok(())
}

/// What the state knows about a job, with its latest run.
type JobWithLatestRun = (JobView, Option<JobRun>);

/// What the state knows about each job; `None` if there is no state yet.
fn load_jobs_with_runs(state: &Path) -> Result<Option<Vec<JobWithLatestRun>>> {
    let store = store_at(state);
    if !store.exists()? {
        return Ok(None);
    }
    let mut state = store.open_read_only()?;
    let mut known = Vec::new();
    for view in state.jobs()? {
        let latest = state.runs(Some(view.id), 1)?.into_iter().next();
        known.push((view, latest));
    }
    Ok(Some(known))
}

fn file_summary(file: &JobsFile, has_state: bool) -> Result<String> {
    let mut text = String::new();
    let jobs = counted(file.jobs.len() as u64, "job");
    writeln!(text, "{}: {jobs}, up to {} at a time", file.path.display(), file.max_jobs)?;
    let is_there = if has_state { "" } else { " (does not exist yet)" };
    writeln!(text, "  state        {}{is_there}", file.state.display())?;
    match file.listen {
        Some(listen) => writeln!(text, "  status page  http://{listen}/")?,
        None => writeln!(text, "  status page  none")?,
    }
    writeln!(text, "  stops        within {}", TimeSpan(file.stop_timeout))?;
    Ok(text)
}

fn job_details(job: &CrawlJob, known: Option<&JobWithLatestRun>, now: Timestamp) -> String {
    let mut lines = DetailLines::default();
    let seeds = job.seeds.iter().map(|seed| match seed.kind {
        SeedKind::Auto => seed.url.to_string(),
        kind => format!("{} ({kind})", seed.url),
    });
    lines.list("seeds", &seeds.collect::<Vec<_>>());
    let hosts = job.scope.hosts.iter().map(|host| format!("{host} and its subdomains"));
    lines.list("hosts", &hosts.collect::<Vec<_>>());
    lines.list("includes", &job.scope.include.written);
    lines.list("excludes", &job.scope.exclude.written);
    lines.list("delivers", &job.scope.deliver.written);
    lines.add("discovers", discovery_summary(job));
    add_schedule(&mut lines, job, now);
    lines.add("budget", budget_summary(job));
    lines.add("politeness", politeness_summary(&job.settings));
    lines.add("revisits", revisit_summary(job));
    let least = job.change.min_share.get() * 100.0;
    let gone = if job.change.gone { "; pages that are gone are reported" } else { "" };
    lines.add("change", format!("more than {least}% of the words{gone}"));
    for output in &job.outputs {
        lines.add("writes", output_summary(job, output, now));
    }
    lines.add("keeps", retention_summary(job));
    if let Some(folder) = &job.site_profiles {
        lines.add("site profiles", folder.display().to_string());
    }
    let failed = job.max_failed.get() * 100.0;
    lines.add("fails", format!("if more than {failed}% of the visits in a run fail"));
    lines.add("known", known.map_or_else(|| "nothing yet".to_owned(), state_summary));
    format!("{}\n{}", job.name, lines.0)
}

/// Lines with two columns.
#[derive(Default)]
struct DetailLines(String);

impl DetailLines {
    fn add(&mut self, name: &str, value: impl AsRef<str>) {
        // Writing to a string cannot fail.
        let _ = writeln!(self.0, "  {name:<14} {}", value.as_ref());
    }

    /// Adds a line for each value, up to a maximum.
    fn list(&mut self, name: &str, values: &[String]) {
        let more = values.len().saturating_sub(MAX_VALUES_SHOWN);
        for (at, value) in values.iter().take(MAX_VALUES_SHOWN).enumerate() {
            self.add(if at == 0 { name } else { "" }, value);
        }
        if more > 0 {
            self.add("", format!("and {more} more"));
        }
    }
}

fn discovery_summary(job: &CrawlJob) -> String {
    let scope = &job.scope;
    let mut ways = Vec::new();
    if scope.follow_links {
        let links = counted(u64::from(scope.max_depth), "link");
        ways.push(format!("links, up to {links} from a seed"));
    }
    if scope.sitemaps {
        ways.push("the sitemaps of its sites".into());
    }
    if scope.feeds {
        ways.push("the feeds that pages link to".into());
    }
    if ways.is_empty() { "nothing beyond the seeds".into() } else { ways.join("; ") }
}

fn add_schedule(lines: &mut DetailLines, job: &CrawlJob, now: Timestamp) {
    let Some(schedule) = &job.schedule else {
        lines.add("runs", "only with --once");
        return;
    };
    let jitter = match schedule.jitter() {
        Duration::ZERO => String::new(),
        jitter => format!(", each up to {} later", TimeSpan(jitter)),
    };
    let missed = if schedule.catches_up() {
        "missed times are made up for once"
    } else {
        "missed times are skipped"
    };
    lines.add("runs", format!("{schedule}{jitter}; {missed}"));
    for (at, time) in next_times(schedule, now).into_iter().enumerate() {
        lines.add(if at == 0 { "next" } else { "" }, time);
    }
}

/// The next times of a schedule, in its zone and in UTC.
fn next_times(schedule: &JobSchedule, now: Timestamp) -> Vec<String> {
    let times = std::iter::successors(schedule.next_after(now), |time| schedule.next_after(*time));
    let zone = schedule.zone();
    let shown = |time: Timestamp| {
        let utc = time.to_zoned(TimeZone::UTC).strftime("%a %Y-%m-%d %H:%M:%S UTC").to_string();
        if zone == TimeZone::UTC {
            return utc;
        }
        let own = time.to_zoned(zone.clone());
        format!("{} ({utc})", own.strftime("%a %Y-%m-%d %H:%M:%S %Z"))
    };
    times.take(NEXT_RUNS_SHOWN).map(shown).collect()
}

fn budget_summary(job: &CrawlJob) -> String {
    let budget = &job.budget;
    let mut parts = Vec::new();
    if budget.max_visits < u64::MAX {
        parts.push(format!("{} per run", counted(budget.max_visits, "visit")));
    }
    if let Some(visits) = budget.max_visits_per_host {
        parts.push(format!("{visits} per host"));
    }
    if let Some(bytes) = budget.max_bytes {
        parts.push(DataSize(bytes).to_string());
    }
    if let Some(time) = budget.max_time {
        parts.push(TimeSpan(time).to_string());
    }
    let (with_query, others) = budget.max_urls_per_pattern;
    parts.push(format!("{with_query} URLs per pattern with a query, {others} per other pattern"));
    parts.join(", ")
}

fn politeness_summary(settings: &Settings) -> String {
    let robots = if settings.robots { "obeys robots.txt" } else { "ignores robots.txt" };
    let contact = match settings.contact.as_str() {
        "" => "no contact".to_owned(),
        contact => format!("contact {contact}"),
    };
    format!(
        "{} between requests to a host (up to {} if it asks for more), up to {} fetches at a time; {robots}; \
         {contact}",
        TimeSpan(settings.host_delay.0),
        TimeSpan(settings.max_host_delay.0),
        settings.max_concurrent_fetches
    )
}

fn revisit_summary(job: &CrawlJob) -> String {
    let revisit = &job.revisit;
    let hubs = match revisit.hubs {
        Duration::ZERO => "in every run".to_owned(),
        hubs => format!("after {}", TimeSpan(hubs)),
    };
    let pages = if revisit.adaptive {
        format!(
            "after {}, earlier if a page changes and later if it does not ({} to {})",
            TimeSpan(revisit.every),
            TimeSpan(revisit.min),
            TimeSpan(revisit.max)
        )
    } else {
        format!("after {}", TimeSpan(revisit.every))
    };
    format!("pages {pages}; sections, feeds and sitemaps {hubs}")
}

/// An output, with its path as it would be now.
fn output_summary(job: &CrawlJob, output: &OutputSpec, now: Timestamp) -> String {
    let time = now.to_zoned(TimeZone::UTC);
    let path = output.path_with(|name| match name {
        "job" => job.name.clone(),
        "date" => time.strftime("%Y-%m-%d").to_string(),
        "year" => time.strftime("%Y").to_string(),
        "month" => time.strftime("%m").to_string(),
        "day" => time.strftime("%d").to_string(),
        "hour" => time.strftime("%H").to_string(),
        _ => "1".to_owned(),
    });
    let how = match output.compression {
        FileCompression::None => String::new(),
        FileCompression::Gzip => ", gzip".to_owned(),
        FileCompression::Zstd => ", zstd".to_owned(),
    };
    let what = if output.is_folder() { ", one file per page" } else { "" };
    format!("{path} ({}{how}{what})", output.format)
}

fn retention_summary(job: &CrawlJob) -> String {
    let time = |time: Option<Duration>| {
        time.map_or_else(|| "forever".to_owned(), |time| TimeSpan(time).to_string())
    };
    let retention = &job.retention;
    format!(
        "outputs {}, runs {}, URLs that are gone or no longer linked {}",
        time(retention.outputs),
        time(retention.runs),
        time(retention.urls)
    )
}

/// What the state knows about a job.
fn state_summary((view, latest): &(JobView, Option<JobRun>)) -> String {
    let total: u64 = view.urls.values().sum();
    let states = UrlState::ALL.iter().filter_map(|state| {
        let count = view.urls.get(state).copied().unwrap_or_default();
        (count > 0).then(|| format!("{count} {state}"))
    });
    let states = states.collect::<Vec<_>>().join(", ");
    let mut text = counted(total, "URL");
    if !states.is_empty() {
        text = format!("{text} ({states})");
    }
    if view.undelivered > 0 {
        text = format!("{text}, {} not yet delivered", counted(view.undelivered, "record"));
    }
    if let Some(run) = latest {
        let at = run.started_at.to_zoned(TimeZone::UTC);
        let at = at.strftime("%Y-%m-%d %H:%M UTC");
        text = format!("{text}; last run {at}: {}", describe_end(run.end));
        if let Some(why) = run.message.as_ref().filter(|_| run.end == Some(RunEnd::Failed)) {
            text = format!("{text}: {why}");
        }
    }
    text
}

/// Prints warnings about patterns that match nothing, and about settings that site owners or administrators may
/// object to.
fn warn(file: &JobsFile, jobs: &[&CrawlJob], console: &Console) {
    let names_of = |is_affected: &dyn Fn(&Settings) -> bool| {
        let affected = jobs.iter().filter(|job| is_affected(&job.settings));
        let mut names: Vec<String> = affected.map(|job| job.name.clone()).collect();
        let more = names.len().saturating_sub(MAX_VALUES_SHOWN);
        names.truncate(MAX_VALUES_SHOWN);
        if more > 0 {
            names.push(format!("and {more} more"));
        }
        names.join(", ")
    };
    for job in jobs {
        for warning in job.warnings() {
            console.warning(&format!("{}: {warning}", job.name));
        }
    }
    let without = names_of(&|settings| settings.contact.is_empty());
    if !without.is_empty() {
        console.warning(&format!(
            "no contact is set, so site owners cannot reach you ({without}); set `contact` in \
             [job.politeness] or copydesk.toml"
        ));
    }
    let impolite = names_of(&|settings| !settings.robots);
    if !impolite.is_empty() {
        console.warning(&format!("robots.txt is ignored: robots = false ({impolite})"));
    }
    let private = names_of(&|settings| settings.allow_private);
    if !private.is_empty() {
        console.warning(&format!(
            "pages can redirect fetches to machines on your network: allow_private = true ({private})"
        ));
    }
    if let Some(listen) = file.listen.filter(|listen| !listen.ip().is_loopback()) {
        console.warning(&format!(
            "the status page is visible to other machines: {listen} is not a loopback address"
        ));
    }
}
