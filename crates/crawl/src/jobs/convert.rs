//! Makes a job of its table and that of the defaults.

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
use super::schedule::{DurationText, ScheduleError};
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
use copydesk_core::settings::{
    Fraction, ResolvedSettings, SettingOrigin, Settings, SettingsLayer, TimeSpan,
};

const MAX_NAME_BYTES: usize = 64;

/// Bytes of an address.
const MAX_URL_BYTES: usize = 8 << 10;

const MAX_FAILED: Fraction = Fraction::new(0.1);

/// The job that a table describes; `at` is its place.
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
    let form = JobTable::deserialize(deserializer).map_err(|error| source.toml_error(&error))?;
    let name = name(source, form.name, at)?;
    let seeds = seeds(source, form.seeds, &name, at)?;
    let outputs = form.output.unwrap_or_default().into_iter();
    let outputs = outputs.map(|form| {
        let at = form.span();
        output(source, form.into_inner(), &at)
    });
    let outputs = outputs.collect::<Result<Vec<_>, _>>()?;
    if outputs.is_empty() {
        let hint = "write [[job.output]] with path = \"NAME-{date}.jsonl\"".to_owned();
        return Err(source.error_with_hint(
            at,
            format!("the job `{name}` has no output"),
            Some(hint),
        ));
    }
    let mut names = BTreeSet::new();
    if let Some(output) = outputs.iter().find(|output| !names.insert(output.name.as_str())) {
        let message = format!("two outputs of the job `{name}` are called `{}`", output.name);
        return Err(source.error_at(at, message));
    }
    Ok(CrawlJob {
        scope: scope(source, form.scope.unwrap_or_default(), &seeds)?,
        seeds,
        schedule: match form.schedule {
            Some(form) => schedule(source, form, own.contains_key("schedule"))?,
            None => None,
        },
        budget: budget(&form.budget.unwrap_or_default()),
        revisit: form.revisit.map_or_else(
            || Ok(RevisitPolicy::default()),
            |form| revisit(source, &form.span(), form.get_ref()),
        )?,
        change: change(&form.change.unwrap_or_default()),
        settings,
        outputs,
        retention: retention(&form.retention.unwrap_or_default()),
        site_profiles: form
            .site_profiles
            .filter(|folder| !folder.is_empty())
            .map(|folder| source.folder().join(folder)),
        max_failed: form.max_failed.unwrap_or(MAX_FAILED),
        name,
    })
}

/// Adds the defaults that a job does not set itself, table by table.
fn overlay<'a>(own: &mut DeTable<'a>, defaults: &DeTable<'a>) {
    for (name, default) in defaults {
        let Some(set) = own.get_mut(name.get_ref().as_ref()) else {
            own.insert(name.clone(), default.clone());
            continue;
        };
        if let (DeValue::Table(set), DeValue::Table(default)) = (set.get_mut(), default.get_ref()) {
            // Of the two kinds of schedule, a job has the one that it names.
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

/// The settings of a job: those of the command, and those of its tables on top.
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
    let Some(name) = name else { return Err(source.error_at(at, "a job has no name")) };
    let written = name.get_ref();
    let is_letter = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    let is_name = (1..=MAX_NAME_BYTES).contains(&written.len())
        && written.bytes().all(is_letter)
        && !written.starts_with('-');
    if !is_name {
        let message = format!(
            "`{}` is no name of a job: it has letters of ASCII, digits, - and _, {MAX_NAME_BYTES} at most, \
             and does not begin with a -",
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
            format!("the job `{name}` has no seeds"),
            Some(hint),
        ));
    }
    let normalizer = UrlNormalizer::new();
    let mut seen = BTreeSet::new();
    let mut seeds = Vec::with_capacity(written.len());
    for seed in written {
        let (at, SeedEntry { url: address, kind }) = (seed.span(), seed.into_inner());
        let url = parse_seed_url(&address).map_err(|why| {
            let hint = Url::parse(&format!("https://{address}"))
                .ok()
                .filter(|url| !address.contains("://") && url.host_str().is_some())
                .map(|url| format!("an address begins with its scheme: `{url}`"));
            source.error_with_hint(&at, why, hint)
        })?;
        let url = normalizer.normalize(&url);
        if !seen.insert(url.clone()) {
            return Err(source.error_at(&at, format!("the seed {url} is there twice")));
        }
        seeds.push(SeedUrl { url, kind });
    }
    Ok(seeds)
}

fn parse_seed_url(written: &str) -> Result<Url, String> {
    if written.len() > MAX_URL_BYTES {
        return Err(format!("a seed is longer than {MAX_URL_BYTES} bytes"));
    }
    let url = Url::parse(written).map_err(|error| format!("`{written}` is no address: {error}"))?;
    if matches!(url.scheme(), "http" | "https") {
        return Ok(url);
    }
    Err(format!("`{written}` begins neither with http:// nor with https://"))
}

fn scope(
    source: &JobsFileSource<'_>,
    form: ScopeTable,
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
    let named = form.hosts.unwrap_or_default().into_iter().map(|written| {
        host(written.get_ref()).map_err(|why| source.error_at(&written.span(), why))
    });
    let mut hosts = named.collect::<Result<Vec<_>, _>>()?;
    if hosts.is_empty() {
        let of_seed = |seed: &SeedUrl| {
            let host = seed.url.host_str()?;
            // A domain of a country may be `www` itself.
            let bare = host.strip_prefix("www.").filter(|bare| bare.contains('.'));
            Some(bare.unwrap_or(host).to_owned())
        };
        let of_seeds: BTreeSet<_> = seeds.iter().filter_map(of_seed).collect();
        hosts.extend(of_seeds);
    }
    let usual = ScopeRules::default();
    Ok(ScopeRules {
        hosts,
        include: patterns(form.include)?,
        exclude: patterns(form.exclude)?,
        deliver: patterns(form.deliver)?,
        max_depth: form.max_depth.unwrap_or(usual.max_depth),
        follow_links: form.follow_links.unwrap_or(usual.follow_links),
        sitemaps: form.sitemaps.unwrap_or(usual.sitemaps),
        feeds: form.feeds.unwrap_or(usual.feeds),
    })
}

/// `None` for defaults alone that only say how a schedule would be kept.
fn schedule(
    source: &JobsFileSource<'_>,
    form: Spanned<ScheduleTable>,
    is_own: bool,
) -> Result<Option<JobSchedule>, Error> {
    let at = form.span();
    let form = form.into_inner();
    let wrong = |at: &Range<usize>, error: ScheduleError| {
        let hint = match &error {
            ScheduleError::Zone { nearest, .. } => Some(nearest.as_ref().map_or_else(
                || "zones have the names of the IANA database, such as Europe/Berlin".into(),
                |near| format!("did you mean `{near}`?"),
            )),
            ScheduleError::Cron { .. } => Some(
                "`0 6 * * *` is every day at 6:00, `*/15 * * * *` every quarter of an hour".into(),
            ),
            _ => None,
        };
        source.error_with_hint(at, error.to_string(), hint)
    };
    let schedule = match (&form.cron, &form.every) {
        (Some(cron), None) => {
            let zone = form.zone.as_ref();
            let named = zone.map_or("UTC", |zone| zone.get_ref());
            JobSchedule::cron(cron.get_ref(), named).map_err(|error| match (&error, zone) {
                (ScheduleError::Zone { .. }, Some(zone)) => wrong(&zone.span(), error),
                _ => wrong(&cron.span(), error),
            })?
        }
        (None, Some(every)) => {
            if let Some(zone) = &form.zone {
                let message = "`zone` is for `cron`: `every` is counted in UTC";
                return Err(source.error_at(&zone.span(), message));
            }
            JobSchedule::every(every.get_ref().0).map_err(|error| wrong(&every.span(), error))?
        }
        (Some(_), Some(every)) => {
            return Err(source.error_at(&every.span(), "a schedule has either `cron` or `every`"));
        }
        (None, None) if !is_own => return Ok(None),
        (None, None) => {
            let hint = "write cron = \"0 6 * * *\" or every = \"15m\"".to_owned();
            let message = "a schedule has neither `cron` nor `every`";
            return Err(source.error_with_hint(&at, message, Some(hint)));
        }
    };
    let jittered = match &form.jitter {
        Some(jitter) => schedule
            .with_jitter(jitter.get_ref().0)
            .map_err(|error| wrong(&jitter.span(), error))?,
        None => schedule,
    };
    Ok(Some(jittered.with_catch_up(form.catch_up.unwrap_or(true))))
}

/// What stands for none where there is a limit by default, or in the defaults of the file.
fn nonzero(number: u64) -> Option<u64> {
    (number > 0).then_some(number)
}

fn budget(form: &BudgetTable) -> CrawlBudget {
    let usual = CrawlBudget::default();
    let (with_query, others) = usual.max_urls_per_pattern;
    CrawlBudget {
        max_visits: form
            .visits
            .map_or(usual.max_visits, |visits| nonzero(visits).unwrap_or(u64::MAX)),
        max_visits_per_host: form.visits_per_host.and_then(nonzero),
        max_bytes: form.bytes.and_then(|bytes| nonzero(bytes.0)),
        max_time: form.time.and_then(TimeSpan::limit),
        max_urls_per_pattern: (
            form.urls_per_query_pattern.unwrap_or(with_query),
            form.urls_per_pattern.unwrap_or(others),
        ),
    }
}

fn revisit(
    source: &JobsFileSource<'_>,
    at: &Range<usize>,
    form: &RevisitTable,
) -> Result<RevisitPolicy, Error> {
    let usual = RevisitPolicy::default();
    let time = |span: Option<TimeSpan>, usual: Duration| span.map_or(usual, |span| span.0);
    let every = time(form.every, usual.every);
    let policy = RevisitPolicy {
        adaptive: form.adaptive.unwrap_or(usual.adaptive),
        every,
        // What is not set gives way to what is.
        min: time(form.min, usual.min.min(every)),
        max: time(form.max, usual.max.max(every)),
        hubs: time(form.hubs, usual.hubs),
    };
    let RevisitPolicy { min, max, .. } = policy;
    if !(min..=max).contains(&every) {
        let message = format!(
            "`every` ({}) does not lie between `min` ({}) and `max` ({})",
            DurationText(every),
            DurationText(min),
            DurationText(max)
        );
        return Err(source.error_at(at, message));
    }
    Ok(policy)
}

fn change(form: &ChangeTable) -> ChangePolicy {
    let usual = ChangePolicy::default();
    ChangePolicy {
        min_share: form.min_share.unwrap_or(usual.min_share),
        gone: form.gone.unwrap_or(usual.gone),
    }
}

fn retention(form: &RetentionTable) -> RetentionPolicy {
    let usual = RetentionPolicy::default();
    let time = |span: Option<TimeSpan>, usual| span.map_or(usual, TimeSpan::limit);
    RetentionPolicy {
        outputs: time(form.outputs, usual.outputs),
        runs: time(form.runs, usual.runs),
        urls: time(form.urls, usual.urls),
    }
}
