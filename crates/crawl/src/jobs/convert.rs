//! Builds a job from its table and the table of defaults.

use std::collections::BTreeSet;
use std::ops::Range;
use std::time::Duration;

use copydesk_fetch::urls::UrlNormalizer;
use serde::Deserialize;
use toml::Spanned;
use toml::de::{DeTable, DeValue};
use url::Url;

use super::outputs::output;
use super::patterns::host;
use super::schedule::ScheduleError;
use super::source::JobsFileSource;
use super::tables::{
    BudgetTable, ChangeTable, JobTable, RetentionTable, RevisitTable, SETTINGS_TABLES,
    ScheduleTable, ScopeTable, SeedEntry,
};
use super::{
    ChangePolicy, CrawlBudget, CrawlJob, JobSchedule, RetentionPolicy, RevisitPolicy, ScopeRules,
    SeedUrl, UrlPatterns,
};
use crate::error::Error;
use crate::limits::MAX_URL_BYTES;
use copydesk_core::settings::{
    Fraction, ResolvedSettings, SettingOrigin, Settings, SettingsLayer, TimeSpan,
};

/// The most bytes of a name. It becomes part of file names, next to a date and suffixes.
const MAX_NAME_BYTES: usize = 64;

/// The default of [`CrawlJob::max_failed`].
const MAX_FAILED: Fraction = Fraction::new(0.1);

/// The job that a table describes. `at` is its position.
pub(super) fn job(
    source: &JobsFileSource<'_>,
    own: &DeTable<'_>,
    defaults: Option<&DeTable<'_>>,
    at: &Range<usize>,
    base: &Settings,
) -> Result<CrawlJob, Error> {
    let mut table = own.clone();
    if let Some(defaults) = defaults {
        overlay(&mut table, defaults);
    }
    let settings = settings(source, &mut table, base)?;
    let deserializer = toml::Deserializer::from(Spanned::new(at.clone(), table));
    let table = JobTable::deserialize(deserializer).map_err(|error| source.toml_error(&error))?;
    let name = name(source, table.name, at)?;
    let seeds = seeds(source, table.seeds, &name, at)?;
    let outputs = table.output.unwrap_or_default().into_iter();
    let outputs = outputs.map(|table| {
        let at = table.span();
        output(source, table.into_inner(), &at)
    });
    let outputs = outputs.collect::<Result<Vec<_>, _>>()?;
    if outputs.is_empty() {
        let hint = "write [[job.output]] with path = \"NAME-{date}.jsonl\"".to_owned();
        return Err(source.error_with_hint(
            at,
            format!("the job `{name}` needs an output"),
            Some(hint),
        ));
    }
    let mut names = BTreeSet::new();
    if let Some(output) = outputs.iter().find(|output| !names.insert(output.name.as_str())) {
        let message = format!("two outputs of the job `{name}` are called `{}`", output.name);
        return Err(source.error_at(at, message));
    }
    Ok(CrawlJob {
        scope: scope(source, table.scope.unwrap_or_default(), &seeds)?,
        seeds,
        schedule: match table.schedule {
            Some(table) => schedule(source, table, own.contains_key("schedule"))?,
            None => None,
        },
        budget: budget(&table.budget.unwrap_or_default()),
        revisit: table.revisit.map_or_else(
            || Ok(RevisitPolicy::default()),
            |table| revisit(source, &table.span(), table.get_ref()),
        )?,
        change: change(&table.change.unwrap_or_default()),
        settings,
        outputs,
        retention: retention(&table.retention.unwrap_or_default()),
        site_profiles: table
            .site_profiles
            .filter(|folder| !folder.is_empty())
            .map(|folder| source.folder().join(folder)),
        max_failed: table.max_failed.unwrap_or(MAX_FAILED),
        name,
    })
}

/// Adds the defaults that a job does not set, table by table.
fn overlay<'a>(own: &mut DeTable<'a>, defaults: &DeTable<'a>) {
    for (name, default) in defaults {
        let Some(set) = own.get_mut(name.get_ref().as_ref()) else {
            own.insert(name.clone(), default.clone());
            continue;
        };
        if let (DeValue::Table(set), DeValue::Table(default)) = (set.get_mut(), default.get_ref()) {
            // A job with one kind of schedule must not inherit the other kind, which would be an error.
            let passed_over: &[&str] = match name.get_ref().as_ref() {
                "schedule" if set.contains_key("cron") => &["every"],
                "schedule" if set.contains_key("every") => &["cron", "zone"],
                _ => &[],
            };
            for (name, default) in default {
                let plain = name.get_ref().as_ref();
                if !set.contains_key(plain) && !passed_over.contains(&plain) {
                    set.insert(name.clone(), default.clone());
                }
            }
        }
    }
}

/// The settings of a job: those of the command, overridden by its own tables.
fn settings(
    source: &JobsFileSource<'_>,
    table: &mut DeTable<'_>,
    base: &Settings,
) -> Result<Settings, Error> {
    let mut resolved = ResolvedSettings::from_settings(base.clone());
    for name in SETTINGS_TABLES {
        let Some(value) = table.remove(name) else { continue };
        let at = value.span();
        let DeValue::Table(inner) = value.into_inner() else { continue };
        let deserializer = toml::Deserializer::from(Spanned::new(at, inner));
        let layer =
            SettingsLayer::deserialize(deserializer).map_err(|error| source.toml_error(&error))?;
        resolved
            .apply(layer.relative_to(source.folder()), &SettingOrigin::File(source.path.into()));
    }
    Ok(resolved.settings)
}

fn name(
    source: &JobsFileSource<'_>,
    name: Option<Spanned<String>>,
    at: &Range<usize>,
) -> Result<String, Error> {
    let Some(name) = name else { return Err(source.error_at(at, "a job needs a `name`")) };
    let written = name.get_ref();
    // Names become names of files, metrics labels and arguments of commands.
    let is_letter = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    let is_name = (1..=MAX_NAME_BYTES).contains(&written.len())
        && written.bytes().all(is_letter)
        && !written.starts_with('-');
    if !is_name {
        let message = format!(
            "`{}` is not a valid name: use up to {MAX_NAME_BYTES} ASCII letters, digits, - and _, and do not \
             begin with -",
            written.chars().take(80).collect::<String>()
        );
        return Err(source.error_at(&name.span(), message));
    }
    Ok(name.into_inner())
}

fn seeds(
    source: &JobsFileSource<'_>,
    written: Option<Vec<Spanned<SeedEntry>>>,
    name: &str,
    at: &Range<usize>,
) -> Result<Vec<SeedUrl>, Error> {
    let written = written.unwrap_or_default();
    if written.is_empty() {
        let hint = "write seeds = [\"https://news.example/\"]".to_owned();
        return Err(source.error_with_hint(
            at,
            format!("the job `{name}` needs seeds"),
            Some(hint),
        ));
    }
    let normalizer = UrlNormalizer::new();
    let mut seen = BTreeSet::new();
    let mut seeds = Vec::with_capacity(written.len());
    for seed in written {
        let (at, SeedEntry { url: written, kind }) = (seed.span(), seed.into_inner());
        let url = parse_seed_url(&written).map_err(|why| {
            let hint = Url::parse(&format!("https://{written}"))
                .ok()
                .filter(|url| !written.contains("://") && url.host_str().is_some())
                .map(|url| format!("add the scheme: `{url}`"));
            source.error_with_hint(&at, why, hint)
        })?;
        let url = normalizer.normalize(&url);
        if !seen.insert(url.clone()) {
            return Err(source.error_at(&at, format!("the seed {url} is listed twice")));
        }
        seeds.push(SeedUrl { url, kind });
    }
    Ok(seeds)
}

fn parse_seed_url(written: &str) -> Result<Url, String> {
    if written.len() > MAX_URL_BYTES {
        return Err(format!("a seed is longer than {MAX_URL_BYTES} bytes"));
    }
    let url = Url::parse(written).map_err(|error| format!("`{written}` is not a URL: {error}"))?;
    if matches!(url.scheme(), "http" | "https") {
        return Ok(url);
    }
    Err(format!("`{written}` is not an http or https URL"))
}

fn scope(
    source: &JobsFileSource<'_>,
    table: ScopeTable,
    seeds: &[SeedUrl],
) -> Result<ScopeRules, Error> {
    let patterns = |written: Option<Vec<Spanned<String>>>| {
        let written = written.unwrap_or_default();
        for pattern in &written {
            UrlPatterns::new(&[pattern.get_ref()])
                .map_err(|why| source.error_at(&pattern.span(), why))?;
        }
        let end = written.first().map_or(0..0, Spanned::span);
        let written: Vec<_> = written.into_iter().map(Spanned::into_inner).collect();
        UrlPatterns::new(&written).map_err(|why| source.error_at(&end, why))
    };
    let named = table.hosts.unwrap_or_default().into_iter().map(|written| {
        host(written.get_ref()).map_err(|why| source.error_at(&written.span(), why))
    });
    let mut hosts = named.collect::<Result<Vec<_>, _>>()?;
    if hosts.is_empty() {
        let of_seed = |seed: &SeedUrl| {
            let host = seed.url.host_str()?;
            // `www.example` without its `www.` would be a whole top-level domain.
            let bare = host.strip_prefix("www.").filter(|bare| bare.contains('.'));
            Some(bare.unwrap_or(host).to_owned())
        };
        let of_seeds: BTreeSet<_> = seeds.iter().filter_map(of_seed).collect();
        hosts.extend(of_seeds);
    }
    let default = ScopeRules::default();
    Ok(ScopeRules {
        hosts,
        include: patterns(table.include)?,
        exclude: patterns(table.exclude)?,
        deliver: patterns(table.deliver)?,
        max_depth: table.max_depth.unwrap_or(default.max_depth),
        follow_links: table.follow_links.unwrap_or(default.follow_links),
        sitemaps: table.sitemaps.unwrap_or(default.sitemaps),
        feeds: table.feeds.unwrap_or(default.feeds),
    })
}

/// `None` if only the defaults have a schedule table, and it has neither `cron` nor `every`: then it only says
/// how schedules of jobs are kept.
fn schedule(
    source: &JobsFileSource<'_>,
    table: Spanned<ScheduleTable>,
    is_own: bool,
) -> Result<Option<JobSchedule>, Error> {
    let at = table.span();
    let table = table.into_inner();
    let wrong = |at: &Range<usize>, error: ScheduleError| {
        let hint = match &error {
            ScheduleError::Zone { nearest, .. } => Some(nearest.as_ref().map_or_else(
                || "use a name of the IANA database, such as Europe/Berlin".into(),
                |near| format!("did you mean `{near}`?"),
            )),
            ScheduleError::Cron { .. } => {
                Some("`0 6 * * *` is every day at 6:00, `*/15 * * * *` every 15 minutes".into())
            }
            _ => None,
        };
        source.error_with_hint(at, error.to_string(), hint)
    };
    let schedule = match (&table.cron, &table.every) {
        (Some(cron), None) => {
            let zone = table.zone.as_ref();
            let named = zone.map_or("UTC", |zone| zone.get_ref());
            JobSchedule::cron(cron.get_ref(), named).map_err(|error| match (&error, zone) {
                (ScheduleError::Zone { .. }, Some(zone)) => wrong(&zone.span(), error),
                _ => wrong(&cron.span(), error),
            })?
        }
        (None, Some(every)) => {
            if let Some(zone) = &table.zone {
                let message = "`zone` applies to `cron` only: `every` is counted in UTC";
                return Err(source.error_at(&zone.span(), message));
            }
            JobSchedule::every(every.get_ref().0).map_err(|error| wrong(&every.span(), error))?
        }
        (Some(_), Some(every)) => {
            return Err(
                source.error_at(&every.span(), "a schedule cannot have both `cron` and `every`")
            );
        }
        (None, None) if !is_own => return Ok(None),
        (None, None) => {
            let hint = "write cron = \"0 6 * * *\" or every = \"15m\"".to_owned();
            let message = "a schedule needs `cron` or `every`";
            return Err(source.error_with_hint(&at, message, Some(hint)));
        }
    };
    let jittered = match &table.jitter {
        Some(jitter) => schedule
            .with_jitter(jitter.get_ref().0)
            .map_err(|error| wrong(&jitter.span(), error))?,
        None => schedule,
    };
    Ok(Some(jittered.with_catch_up(table.catch_up.unwrap_or(true))))
}

/// A limit, where 0 means none. It removes a default limit.
fn nonzero(number: u64) -> Option<u64> {
    (number > 0).then_some(number)
}

fn budget(table: &BudgetTable) -> CrawlBudget {
    let default = CrawlBudget::default();
    let (with_query, others) = default.max_urls_per_pattern;
    CrawlBudget {
        max_visits: table
            .visits
            .map_or(default.max_visits, |visits| nonzero(visits).unwrap_or(u64::MAX)),
        max_visits_per_host: table.visits_per_host.and_then(nonzero),
        max_bytes: table.bytes.and_then(|bytes| nonzero(bytes.0)),
        max_time: table.time.and_then(TimeSpan::limit),
        max_urls_per_pattern: (
            table.urls_per_query_pattern.unwrap_or(with_query),
            table.urls_per_pattern.unwrap_or(others),
        ),
    }
}

fn revisit(
    source: &JobsFileSource<'_>,
    at: &Range<usize>,
    table: &RevisitTable,
) -> Result<RevisitPolicy, Error> {
    let default = RevisitPolicy::default();
    let time = |span: Option<TimeSpan>, default: Duration| span.map_or(default, |span| span.0);
    let every = time(table.every, default.every);
    let policy = RevisitPolicy {
        adaptive: table.adaptive.unwrap_or(default.adaptive),
        every,
        // Defaults adapt to `every`, so that `every = "15m"` needs no `min`.
        min: time(table.min, default.min.min(every)),
        max: time(table.max, default.max.max(every)),
        hubs: time(table.hubs, default.hubs),
    };
    let RevisitPolicy { min, max, .. } = policy;
    if !(min..=max).contains(&every) {
        let message = format!(
            "`every` ({}) is not between `min` ({}) and `max` ({})",
            TimeSpan(every),
            TimeSpan(min),
            TimeSpan(max)
        );
        return Err(source.error_at(at, message));
    }
    Ok(policy)
}

fn change(table: &ChangeTable) -> ChangePolicy {
    let default = ChangePolicy::default();
    ChangePolicy {
        min_share: table.min_share.unwrap_or(default.min_share),
        gone: table.gone.unwrap_or(default.gone),
    }
}

fn retention(table: &RetentionTable) -> RetentionPolicy {
    let default = RetentionPolicy::default();
    let time = |span: Option<TimeSpan>, default| span.map_or(default, TimeSpan::limit);
    RetentionPolicy {
        outputs: time(table.outputs, default.outputs),
        runs: time(table.runs, default.runs),
        urls: time(table.urls, default.urls),
    }
}
