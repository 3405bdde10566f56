//! What is done with one page, on whichever thread.

use std::sync::Arc;
use std::time::Instant;

use copydesk_clean::{CleanInput, PageMetadata, Record, RecordOutcome};

use super::budget::BudgetPermit;
use super::engine::catch_panic;
use super::run_filter::{FinishedPage, RetainedRecord};
use super::{CleanPage, PageReport, RunOptions};
use crate::checkpoint::InputDigest;
use crate::dedupe::TextSigner;
use crate::page_filters::{ExclusionReason, PageFilters};
use crate::sinks::{OutputPath, RenderedBody, RenderedPage};
use crate::sources::{InputPosition, ListEntry, LoadedPage, PageTask, PassThroughFields};

/// A job with its place in the run.
pub(super) struct RunTask {
    pub(super) origin: PageOrigin,
    pub(super) output_path: Arc<OutputPath>,
    pub(super) work: TaskWork,
}

/// Where a page is from.
#[derive(Clone, Debug)]
pub(super) struct PageOrigin {
    /// The position of its input among the inputs.
    pub(super) unit: usize,
    /// The place in the inputs behind it.
    pub(super) position_after: InputPosition,
    /// The inputs up to there.
    pub(super) inputs_before: InputDigest,
    /// Its entry in the list of addresses, where it is of that.
    pub(super) entry: Option<ListEntry>,
}

pub(super) enum TaskWork {
    Clean(PageTask),
    /// The source and its stored bytes.
    Skip(String, u64),
    /// It was not fetched, for its address.
    Exclude(ExclusionReason),
}

/// What all pages of a run have in common.
pub(super) struct PageWorker<'a> {
    pub(super) clean: CleanPage<'a>,
    pub(super) filters: Option<&'a PageFilters>,
    pub(super) signer: Option<&'a TextSigner>,
    pub(super) options: &'a RunOptions,
    pub(super) keeps_records: bool,
}

impl PageWorker<'_> {
    pub(super) fn run(&self, task: RunTask, held: &mut BudgetPermit<'_>) -> FinishedPage {
        let RunTask { origin, output_path: place, work } = task;
        let job = match work {
            TaskWork::Clean(job) => job,
            TaskWork::Skip(source, source_bytes) => {
                let report =
                    PageReport { source, source_bytes, is_skipped: true, ..PageReport::default() };
                return FinishedPage::unread(report, origin);
            }
            TaskWork::Exclude(reason) => {
                let report = PageReport { excluded: Some(reason), ..PageReport::default() };
                return FinishedPage::unread(report, origin);
            }
        };
        let options = self.options;
        let source = job.source.clone();
        let source_bytes = job.source_bytes;
        let is_fetched = job.is_fetched();
        let separate = job.is_line || (options.many_pages && *place == OutputPath::Shared);
        let mut page_bytes = 0;
        let started = Instant::now();
        let outcome = catch_panic(|| {
            let mut page = job.load(&options.sources);
            page_bytes = page.bytes.len();
            held.resize(page_bytes);
            let (record, excluded) = self.clean_filtered(&mut page);
            let body = match excluded {
                Some(_) => RenderedBody::Bytes(Vec::new()),
                None => options.format.render(&record, &page.fields, separate),
            };
            let printer = self.signer.filter(|_| excluded.is_none());
            let print = printer.and_then(|printer| printer.sign(&record));
            (record, page.fields, excluded, print, body)
        });
        let (record, fields, excluded, print, body) = outcome.unwrap_or_else(|message| {
            let message = format!("the cleaner failed on this page: {message}");
            let record = Record::failed(source, "panic", message, "");
            let body = options.format.render(&record, &PassThroughFields::new(), separate);
            (record, PassThroughFields::new(), None, None, body)
        });
        let mut report = PageReport {
            outcome: record.outcome,
            excluded,
            quality: record.quality,
            elapsed: started.elapsed(),
            page_bytes: page_bytes as u64,
            source_bytes,
            is_fetched,
            ..PageReport::default()
        };
        let is_blank_failure = record.outcome == RecordOutcome::Error && record.text.is_empty();
        let mut cost = body.cost();
        let kept = if self.keeps_records && excluded.is_none() {
            // About as much again as what it is rendered to.
            cost = cost.saturating_mul(2);
            report.source.clone_from(&record.source);
            report.error.clone_from(&record.error);
            report.hostname.clone_from(&record.metadata.hostname);
            report.language.clone_from(&record.metadata.language);
            report.removed = record.removed.clone();
            Some(Box::new(RetainedRecord { record, fields }))
        } else {
            report.source = record.source;
            report.error = record.error;
            report.hostname = record.metadata.hostname;
            report.language = record.metadata.language;
            report.removed = record.removed;
            None
        };
        held.resize(cost);
        let rendered =
            RenderedPage { unit: origin.unit, path: place, body, separate, is_blank_failure };
        let rendered = excluded.is_none().then_some(rendered);
        FinishedPage { report, rendered, signature: print, retained: kept, origin }
    }

    /// Cleans the page, unless its address says that it is not wanted; and looks whether its record is.
    fn clean_filtered(&self, page: &mut LoadedPage) -> (Record, Option<ExclusionReason>) {
        let Some(screen) = self.filters else { return (self.clean_page(page), None) };
        // What could not be read says why, rather than that it has no address.
        let has_address = page.url.is_some() || page.error.is_none();
        if let Some(excluded) = screen.check_url(page.url.as_deref()).filter(|_| has_address) {
            let (source, url) = (std::mem::take(&mut page.source), page.url.take());
            let metadata = PageMetadata { url, ..PageMetadata::default() };
            return (Record { source, metadata, ..Record::default() }, Some(excluded));
        }
        let record = self.clean_page(page);
        let excluded = screen.check_record(&record);
        (record, excluded)
    }

    fn clean_page(&self, page: &mut LoadedPage) -> Record {
        let mut record = match page.error.take() {
            Some(error) if page.bytes.is_empty() => {
                Record::failed(&page.source, error.kind, error.message, error.concerns)
            }
            error => {
                let started = Instant::now();
                let page_timeout = self.options.page_timeout;
                let out_of_time = || page_timeout.is_some_and(|cap| started.elapsed() > cap);
                let mut record = (self.clean)(&CleanInput {
                    url: page.url.as_deref(),
                    charset: page.charset.as_deref(),
                    kind: page.kind,
                    interrupt: Some(&out_of_time),
                    ..CleanInput::new(&page.source, &page.bytes)
                });
                // What could be read is cleaned, but it is not known to be the whole page.
                if let Some(error) = error {
                    record.outcome = RecordOutcome::Error;
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
}
