//! What is done with one page, on whichever thread.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Instant;

use copydesk_clean::{Input, Outcome, Record};

use super::budget::Budget;
use super::{Clean, PageReport, RunOptions};
use crate::sinks::{Place, Rendered};
use crate::sources::{Fields, Job, Page};

/// A job with its place in the run.
pub(super) struct Task {
    pub(super) sequence: u64,
    pub(super) unit: usize,
    pub(super) place: Arc<Place>,
    /// Bytes that the budget has for it.
    pub(super) held_bytes: usize,
    pub(super) work: TaskWork,
}

pub(super) enum TaskWork {
    Clean(Job),
    /// The source and its stored bytes.
    Skip(String, u64),
}

/// A page that is ready to be written.
pub(super) struct Done {
    pub(super) sequence: u64,
    pub(super) held_bytes: usize,
    /// `None` for what was skipped.
    pub(super) rendered: Option<Rendered>,
    pub(super) report: PageReport,
}

pub(super) fn run(task: Task, clean: Clean<'_>, options: &RunOptions, budget: &Budget) -> Done {
    let Task { sequence, unit, place, mut held_bytes, work } = task;
    let job = match work {
        TaskWork::Clean(job) => job,
        TaskWork::Skip(source, source_bytes) => {
            let report =
                PageReport { source, source_bytes, is_skipped: true, ..PageReport::default() };
            return Done { sequence, held_bytes, rendered: None, report };
        }
    };
    let source = job.source.clone();
    let source_bytes = job.source_bytes;
    let is_fetched = job.is_fetched();
    let separate = job.is_line || (options.many_pages && *place == Place::Shared);
    let mut page_bytes = 0;
    let started = Instant::now();
    // A bug that one page in a million meets must not lose the others.
    let outcome = catch_unwind(AssertUnwindSafe(|| {
        let mut page = job.load(&options.sources);
        page_bytes = page.bytes.len();
        budget.resize(held_bytes, page_bytes);
        held_bytes = page_bytes;
        let record = clean_page(&mut page, clean, options);
        let bytes = options.format.render(&record, &page.fields, separate);
        (record, bytes)
    }));
    let (record, bytes) = outcome.unwrap_or_else(|payload| {
        let message = format!("the cleaner failed on this page: {}", panic_message(&*payload));
        let record = Record::failed(source, "panic", message, "");
        let bytes = options.format.render(&record, &Fields::new(), separate);
        (record, bytes)
    });
    budget.resize(held_bytes, bytes.len());
    Done {
        sequence,
        held_bytes: bytes.len(),
        rendered: Some(Rendered {
            unit,
            place,
            bytes,
            separate,
            is_blank_failure: record.outcome == Outcome::Error && record.text.is_empty(),
        }),
        report: PageReport {
            source: record.source,
            outcome: record.outcome,
            error: record.error,
            excluded: None,
            hostname: record.metadata.hostname,
            language: record.metadata.language,
            quality: record.quality,
            removed: record.removed,
            elapsed: started.elapsed(),
            page_bytes: page_bytes as u64,
            source_bytes,
            is_fetched,
            is_skipped: false,
        },
    }
}

fn clean_page(page: &mut Page, clean: Clean<'_>, options: &RunOptions) -> Record {
    let mut record = match page.error.take() {
        Some(error) if page.bytes.is_empty() => {
            Record::failed(&page.source, error.kind, error.message, error.concerns)
        }
        error => {
            let started = Instant::now();
            let out_of_time = || options.page_timeout.is_some_and(|cap| started.elapsed() > cap);
            let mut record = clean(&Input {
                url: page.url.as_deref(),
                charset: page.charset.as_deref(),
                kind: page.kind,
                interrupt: Some(&out_of_time),
                ..Input::new(&page.source, &page.bytes)
            });
            // What could be read is cleaned, but it is not known to be the whole page.
            if let Some(error) = error {
                record.outcome = Outcome::Error;
                record.error = Some(error);
            }
            record
        }
    };
    record.encoding.had_errors |= page.had_errors;
    if record.metadata.url.is_none() {
        record.metadata.url = page.url.take();
    }
    record.fetch = page.fetch.take();
    // The page is done with, and its record may be as large again.
    page.bytes = Vec::new();
    record
}

fn panic_message(payload: &(dyn Any + Send)) -> &str {
    payload
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| payload.downcast_ref::<&str>().copied())
        .unwrap_or("unknown reason")
}
