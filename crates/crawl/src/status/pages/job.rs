//! A job.

use std::collections::BTreeMap;

use askama::Template;
use jiff::Timestamp;

use super::charts::Chart;
use super::overview::{Figure, Warning, figure, warnings};
use super::words::{Badge, bytes, followed, grouped, path_part};
use super::{Head, charts, render};
use crate::frontier::{ErrorView, Hour, Run, VisitOutcome};
use crate::status::job::JobStatus;
use crate::status::records::{RecordView, RemovedClass, cut};
use crate::status::state::Details;
use crate::status::times::{Moment, span};
use copydesk_core::report::chart::bar_table;

/// What is on the page at most; the API has more.
const RUNS_SHOWN: usize = 20;
const ERRORS_SHOWN: usize = 10;
const SEEDS_SHOWN: usize = 10;
const KINDS_SHOWN: usize = 12;
const TEXT_SHOWN: usize = 4_000;
const BLOCKS_SHOWN: usize = 20;
const BLOCK_SHOWN: usize = 400;

#[derive(Template)]
#[template(path = "status/job.html")]
struct Page<'a> {
    head: Head,
    name: &'a str,
    api: String,
    badge: Badge,
    job: &'a JobStatus,
    seeds: Vec<Address>,
    more_seeds: usize,
    running_since: Option<Moment>,
    next: Option<Moment>,
    last: Option<Moment>,
    next_due: Option<Moment>,
    figures: Vec<Figure>,
    urls: Vec<(&'static str, String)>,
    warnings: Vec<Warning>,
    groups: &'static [(&'static str, &'static str, &'static [VisitOutcome])],
    charts: Vec<Chart>,
    chart_start: String,
    has_visits: bool,
    runs: Vec<RunRow>,
    kinds: String,
    errors: Vec<ErrorRow>,
    records: Vec<RecordRow>,
}

/// An address, which may be followed.
struct Address {
    text: String,
    link: Option<String>,
}

struct RunRow {
    began: Moment,
    took: Option<String>,
    badge: Badge,
    visits: String,
    new: String,
    changed: String,
    gone: String,
    failed: String,
    has_failed: bool,
    wire: String,
    notes: Vec<String>,
}

struct ErrorRow {
    address: Address,
    kind: String,
    message: String,
    at: Moment,
    failures: u32,
    next: Option<Moment>,
}

struct RecordRow {
    at: Moment,
    change: &'static str,
    share: Option<String>,
    title: String,
    address: Address,
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
    hours: &[Hour],
    details: Option<&Details>,
    records: &[RecordView],
    now: Timestamp,
) -> String {
    let runs = details.map(|details| details.runs.as_slice()).unwrap_or_default();
    let errors = details.map(|details| details.errors.as_slice()).unwrap_or_default();
    let seeds: Vec<Address> = job.card.seeds.iter().take(SEEDS_SHOWN).map(address).collect();
    let page = Page {
        // A page that is asked for again closes what somebody opened to read.
        head: Head::new(job.name(), None, now),
        name: job.name(),
        api: format!("/api/jobs/{}", path_part(job.name())),
        badge: Badge::of_job(job.standing),
        job,
        more_seeds: job.card.seeds.len() - seeds.len(),
        seeds,
        running_since: Moment::maybe(job.running_since, now),
        next: Moment::maybe(job.next, now),
        last: Moment::maybe(job.last_ended, now),
        next_due: Moment::maybe(job.next_due, now),
        figures: vec![
            figure("new", job.day_count(VisitOutcome::New), "new"),
            figure("changed", job.day_count(VisitOutcome::Changed), "changed"),
            figure("gone", job.day_count(VisitOutcome::Gone), "odd"),
            figure("failed", job.day_count(VisitOutcome::Failed), "bad"),
            figure("visits", job.day.values().sum(), ""),
            figure("undelivered", job.undelivered, "odd"),
        ],
        urls: job.urls.iter().map(|(state, count)| (state.name(), grouped(*count))).collect(),
        warnings: warnings(job, now),
        groups: &charts::GROUPS,
        charts: charts::visits(hours, now),
        chart_start: Moment::new(charts::start(now), now).utc,
        has_visits: !hours.is_empty(),
        runs: runs.iter().take(RUNS_SHOWN).map(|run| run_row(run, job, now)).collect(),
        kinds: kinds(runs),
        errors: errors.iter().take(ERRORS_SHOWN).map(|error| error_row(error, now)).collect(),
        records: records.iter().map(|record| record_row(record, now)).collect(),
    };
    render(&page)
}

fn address(written: impl AsRef<str>) -> Address {
    let written = written.as_ref();
    Address { text: cut(written, 300), link: followed(written).map(str::to_owned) }
}

/// Failures by kind, in the runs that are shown.
fn kinds(runs: &[Run]) -> String {
    let mut kinds: BTreeMap<&str, u64> = BTreeMap::new();
    for (kind, count) in runs.iter().take(RUNS_SHOWN).flat_map(|run| &run.figures.errors) {
        *kinds.entry(kind).or_default() += count;
    }
    let mut kinds: Vec<_> = kinds.into_iter().map(|(kind, count)| (kind, count, "bad")).collect();
    kinds.sort_by_key(|(_, count, _)| std::cmp::Reverse(*count));
    kinds.truncate(KINDS_SHOWN);
    bar_table(kinds)
}

fn run_row(run: &Run, job: &JobStatus, now: Timestamp) -> RunRow {
    let count = |outcome| run.figures.outcomes.get(&outcome).copied().unwrap_or_default();
    let took = |ended: Timestamp| {
        span(u64::try_from(ended.duration_since(run.started_at).as_secs()).unwrap_or_default())
    };
    let mut notes: Vec<String> = run.message.iter().map(|message| cut(message, 300)).collect();
    if run.resumed > 0 {
        let times = if run.resumed == 1 { "once".into() } else { format!("{} times", run.resumed) };
        notes.push(format!("gone on with after a crash, {times}"));
    }
    if run.figures.found.capped > 0 {
        notes.push(format!("{} URLs of full patterns left out", grouped(run.figures.found.capped)));
    }
    if run.figures.trapped > 0 {
        notes.push(format!("{} links looked like a trap", grouped(run.figures.trapped)));
    }
    RunRow {
        began: Moment::new(run.started_at, now),
        took: run.ended_at.map(took),
        badge: match job.running_since {
            // The latest one that has not ended, of which there is one at most.
            Some(_) if run.ended_at.is_none() => Badge::of_job(job.standing),
            _ => Badge::of_run(run.end),
        },
        visits: grouped(run.figures.outcomes.values().sum()),
        new: grouped(count(VisitOutcome::New)),
        changed: grouped(count(VisitOutcome::Changed)),
        gone: grouped(count(VisitOutcome::Gone)),
        failed: grouped(count(VisitOutcome::Failed)),
        has_failed: count(VisitOutcome::Failed) > 0,
        wire: bytes(run.figures.wire_bytes),
        notes,
    }
}

fn error_row(error: &ErrorView, now: Timestamp) -> ErrorRow {
    ErrorRow {
        address: address(&error.url),
        kind: cut(&error.kind, 60),
        message: cut(&error.message, 300),
        at: Moment::new(error.at, now),
        failures: error.failures,
        next: Moment::maybe(error.next_visit, now),
    }
}

fn record_row(record: &RecordView, now: Timestamp) -> RecordRow {
    let share = record.share.filter(|share| *share < 1.0);
    let blocks = |texts: &[String]| {
        texts.iter().take(BLOCKS_SHOWN).map(|text| cut(text, BLOCK_SHOWN)).collect()
    };
    RecordRow {
        at: Moment::new(record.at, now),
        change: record.change.name(),
        share: share.map(|share| format!("{:.0}% of the words", share * 100.0)),
        title: record.title.clone().unwrap_or_else(|| "(no title)".to_owned()),
        address: address(&record.url),
        confidence: format!("{:.2}", record.confidence),
        text: cut(&record.text, TEXT_SHOWN),
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
            text: cut(&block.text, BLOCK_SHOWN),
        })
        .collect();
    RemovedRow {
        class: removed.class.name(),
        count: removed.count,
        more: removed.count.saturating_sub(blocks.len()),
        blocks,
    }
}
