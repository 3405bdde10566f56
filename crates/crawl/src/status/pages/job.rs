//! The page of one job.

use std::collections::BTreeMap;

use askama::Template;
use jiff::Timestamp;

use super::charts::VisitChart;
use super::display::{StatusBadge, bytes, group_digits, path_part, safe_link};
use super::overview::{JobWarning, StatusFigure, figure, warnings};
use super::{PageHead, charts, render};
use crate::frontier::{ErrorView, HourlyVisits, JobRun, VisitOutcome};
use crate::status::cache::JobDetails;
use crate::status::job_status::JobStatus;
use crate::status::records::{RecordView, RemovedClass, truncate_chars};
use crate::status::times::{DisplayTime, human_span};
use copydesk_core::report::chart::bar_table;

/// Limits of the page, in entries and characters; the API returns more.
const RUNS_SHOWN: usize = 20;
const ERRORS_SHOWN: usize = 10;
const SEEDS_SHOWN: usize = 10;
const KINDS_SHOWN: usize = 12;
const TEXT_SHOWN: usize = 4_000;
const BLOCKS_SHOWN: usize = 20;
const BLOCK_SHOWN: usize = 400;
const MESSAGE_SHOWN: usize = 600;

#[derive(Template)]
#[template(path = "status/job.html")]
struct JobPage<'a> {
    head: PageHead,
    name: &'a str,
    api: String,
    badge: StatusBadge,
    job: &'a JobStatus,
    seeds: Vec<UrlLink>,
    more_seeds: usize,
    running_since: Option<DisplayTime>,
    next: Option<DisplayTime>,
    last: Option<DisplayTime>,
    next_due: Option<DisplayTime>,
    figures: Vec<StatusFigure>,
    urls: Vec<(&'static str, String)>,
    warnings: Vec<JobWarning>,
    groups: &'static [(&'static str, &'static str, &'static [VisitOutcome])],
    charts: Vec<VisitChart>,
    chart_start: String,
    has_visits: bool,
    runs: Vec<RunRow>,
    kinds: String,
    errors: Vec<ErrorRow>,
    records: Vec<RecordRow>,
}

/// A URL as text, with a link if it is safe to follow.
struct UrlLink {
    text: String,
    link: Option<String>,
}

struct RunRow {
    began: DisplayTime,
    took: Option<String>,
    badge: StatusBadge,
    visits: String,
    new: String,
    changed: String,
    gone: String,
    empty: String,
    failed: String,
    has_failed: bool,
    wire: String,
    notes: Vec<String>,
}

struct ErrorRow {
    url: UrlLink,
    kind: String,
    message: String,
    at: DisplayTime,
    failures: u32,
    next: Option<DisplayTime>,
}

struct RecordRow {
    at: DisplayTime,
    change: &'static str,
    share: Option<String>,
    title: String,
    url: UrlLink,
    confidence: String,
    text: String,
    added: Vec<String>,
    gone: Vec<String>,
    removed_count: usize,
    is_explained: bool,
    removed: Vec<RemovedRow>,
}

struct RemovedRow {
    class: &'static str,
    count: usize,
    blocks: Vec<BlockRow>,
    more: usize,
}

struct BlockRow {
    rule: String,
    score: String,
    text: String,
}

pub(in crate::status) fn job(
    job: &JobStatus,
    hours: &[HourlyVisits],
    details: Option<&JobDetails>,
    records: &[RecordView],
    now: Timestamp,
) -> String {
    let runs = details.map(|details| details.runs.as_slice()).unwrap_or_default();
    let errors = details.map(|details| details.errors.as_slice()).unwrap_or_default();
    let seeds: Vec<UrlLink> = job.card.seeds.iter().take(SEEDS_SHOWN).map(url_link).collect();
    let page = JobPage {
        // No automatic reload: it would close the records that someone opened to read.
        head: PageHead::new(job.name(), None, now),
        name: job.name(),
        api: format!("/api/jobs/{}", path_part(job.name())),
        badge: StatusBadge::for_job(job.standing),
        job,
        more_seeds: job.card.seeds.len() - seeds.len(),
        seeds,
        running_since: DisplayTime::from_option(job.running_since, now),
        next: DisplayTime::from_option(job.next, now),
        last: DisplayTime::from_option(job.last_ended, now),
        next_due: DisplayTime::from_option(job.next_due, now),
        figures: vec![
            figure("new", job.day_count(VisitOutcome::New), "new"),
            figure("changed", job.day_count(VisitOutcome::Changed), "changed"),
            figure("gone", job.day_count(VisitOutcome::Gone), "odd"),
            figure("empty", job.day_count(VisitOutcome::Empty), "odd"),
            figure("failed", job.day_count(VisitOutcome::Failed), "bad"),
            figure("visits", job.day.values().sum(), ""),
            figure("undelivered", job.undelivered, "odd"),
        ],
        urls: job.urls.iter().map(|(state, count)| (state.name(), group_digits(*count))).collect(),
        warnings: warnings(job, now),
        groups: &charts::GROUPS,
        charts: charts::visits(hours, now),
        chart_start: DisplayTime::new(charts::start(now), now).utc,
        has_visits: !hours.is_empty(),
        runs: runs.iter().take(RUNS_SHOWN).map(|run| run_row(run, job, now)).collect(),
        kinds: kinds(runs),
        errors: errors.iter().take(ERRORS_SHOWN).map(|error| error_row(error, now)).collect(),
        records: records.iter().map(|record| record_row(record, now)).collect(),
    };
    render(&page)
}

fn url_link(url: impl AsRef<str>) -> UrlLink {
    let url = url.as_ref();
    UrlLink { text: truncate_chars(url, 300), link: safe_link(url).map(str::to_owned) }
}

/// A chart of failures by kind, in the runs that are shown.
fn kinds(runs: &[JobRun]) -> String {
    let mut kinds: BTreeMap<&str, u64> = BTreeMap::new();
    for (kind, count) in runs.iter().take(RUNS_SHOWN).flat_map(|run| &run.figures.errors) {
        *kinds.entry(kind).or_default() += count;
    }
    let mut kinds: Vec<_> = kinds.into_iter().map(|(kind, count)| (kind, count, "bad")).collect();
    kinds.sort_by_key(|(_, count, _)| std::cmp::Reverse(*count));
    kinds.truncate(KINDS_SHOWN);
    bar_table(kinds)
}

fn run_row(run: &JobRun, job: &JobStatus, now: Timestamp) -> RunRow {
    let count = |outcome| run.figures.outcomes.get(&outcome).copied().unwrap_or_default();
    let took = |ended: Timestamp| {
        human_span(
            u64::try_from(ended.duration_since(run.started_at).as_secs()).unwrap_or_default(),
        )
    };
    let mut notes: Vec<String> =
        run.message.iter().map(|message| truncate_chars(message, MESSAGE_SHOWN)).collect();
    if run.message.is_none()
        && let Some(reasons) = run.figures.reasons()
    {
        notes.push(truncate_chars(&format!("no page from {reasons}"), MESSAGE_SHOWN));
    }
    notes.extend(run.figures.notes.iter().map(|note| truncate_chars(note, MESSAGE_SHOWN)));
    if run.resumed > 0 {
        let times = if run.resumed == 1 { "once".into() } else { format!("{} times", run.resumed) };
        notes.push(format!("resumed after a crash, {times}"));
    }
    if run.figures.found.capped > 0 {
        notes.push(format!(
            "{} URLs skipped: their pattern reached its limit",
            group_digits(run.figures.found.capped)
        ));
    }
    if run.figures.trapped > 0 {
        notes.push(format!(
            "{} links skipped: they look like a trap",
            group_digits(run.figures.trapped)
        ));
    }
    RunRow {
        began: DisplayTime::new(run.started_at, now),
        took: run.ended_at.map(took),
        badge: match job.running_since {
            // Only the latest run can be open.
            Some(_) if run.ended_at.is_none() => StatusBadge::for_job(job.standing),
            _ => StatusBadge::for_run(run.end),
        },
        visits: group_digits(run.figures.outcomes.values().sum()),
        new: group_digits(count(VisitOutcome::New)),
        changed: group_digits(count(VisitOutcome::Changed)),
        gone: group_digits(count(VisitOutcome::Gone)),
        empty: group_digits(count(VisitOutcome::Empty)),
        failed: group_digits(count(VisitOutcome::Failed)),
        has_failed: count(VisitOutcome::Failed) > 0,
        wire: bytes(run.figures.wire_bytes),
        notes,
    }
}

fn error_row(error: &ErrorView, now: Timestamp) -> ErrorRow {
    ErrorRow {
        url: url_link(&error.url),
        kind: truncate_chars(&error.kind, 60),
        message: truncate_chars(&error.message, 300),
        at: DisplayTime::new(error.at, now),
        failures: error.failures,
        next: DisplayTime::from_option(error.next_visit, now),
    }
}

fn record_row(record: &RecordView, now: Timestamp) -> RecordRow {
    let share = record.share.filter(|share| *share < 1.0);
    let blocks = |texts: &[String]| {
        texts.iter().take(BLOCKS_SHOWN).map(|text| truncate_chars(text, BLOCK_SHOWN)).collect()
    };
    RecordRow {
        at: DisplayTime::new(record.at, now),
        change: record.change.name(),
        share: share.map(|share| format!("{:.0}% of the words", share * 100.0)),
        title: record.title.clone().unwrap_or_else(|| "(no title)".to_owned()),
        url: url_link(&record.url),
        confidence: format!("{:.2}", record.confidence),
        text: truncate_chars(&record.text, TEXT_SHOWN),
        added: blocks(&record.added),
        gone: blocks(&record.gone),
        removed_count: record.removed_count(),
        is_explained: record.is_explained(),
        removed: record.removed.iter().map(removed_row).collect(),
    }
}

fn removed_row(removed: &RemovedClass) -> RemovedRow {
    let blocks: Vec<BlockRow> = removed
        .blocks
        .iter()
        .take(BLOCKS_SHOWN)
        .map(|block| BlockRow {
            rule: block.rule.clone(),
            score: format!("{:.2}", block.score),
            text: truncate_chars(&block.text, BLOCK_SHOWN),
        })
        .collect();
    RemovedRow {
        class: removed.class.name(),
        count: removed.count,
        more: removed.count.saturating_sub(blocks.len()),
        blocks,
    }
}
