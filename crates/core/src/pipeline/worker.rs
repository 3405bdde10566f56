//! Cleans and renders one page, on a thread of the pool.

use std::sync::Arc;
use std::time::Instant;

use copydesk_clean::{Record, RecordErrorKind, RecordOutcome};

use super::budget::BudgetPermit;
use super::clean_page::{CleanPage, clean_page};
use super::engine::catch_panic;
use super::run_filter::{FinishedPage, RetainedRecord};
use super::run_task::{PageOrigin, RunTask, TaskWork};
use super::{PageReport, RunOptions};
use crate::dedupe::{TextSignature, TextSigner};
use crate::error::{Error, ErrorKind};
use crate::page_filters::{ExclusionReason, PageFilters};
use crate::sinks::{
    OutputPath, PageFrame, RenderedBody, RenderedPage, RowHeader, check_row, render_row,
};
use crate::sources::{AddedColumns, LoadedPage, LoadedRow, PageTask, PassThroughFields};

/// What all pages of a run have in common.
pub(super) struct PageWorker<'a> {
    pub(super) clean: CleanPage<'a>,
    pub(super) filters: Option<&'a PageFilters>,
    pub(super) signer: Option<TextSigner>,
    pub(super) options: &'a RunOptions,
    pub(super) keeps_records: bool,
}

/// A page that is cleaned and rendered.
struct CleanedPage {
    record: Record,
    fields: PassThroughFields,
    excluded: Option<ExclusionReason>,
    signature: Option<TextSignature>,
    /// What is written; `None` if nothing is.
    body: Option<RenderedBody>,
    header: Option<RowHeader>,
    fatal: Option<Error>,
}

impl PageWorker<'_> {
    pub(super) fn run(&self, task: RunTask, permit: &mut BudgetPermit<'_>) -> FinishedPage {
        let RunTask { origin, output_path, work } = task;
        match work {
            TaskWork::Clean(task) => self.finish_page(task, origin, &output_path, permit),
            TaskWork::Skip { source, source_bytes } => {
                let report =
                    PageReport { source, source_bytes, is_skipped: true, ..PageReport::default() };
                FinishedPage::unread(report, origin)
            }
            TaskWork::Exclude(reason) => {
                let report = PageReport { excluded: Some(reason), ..PageReport::default() };
                FinishedPage::unread(report, origin)
            }
        }
    }

    fn finish_page(
        &self,
        task: PageTask,
        origin: PageOrigin,
        output_path: &Arc<OutputPath>,
        permit: &mut BudgetPermit<'_>,
    ) -> FinishedPage {
        let (source, source_bytes) = (task.source.clone(), task.source_bytes);
        let is_fetched = task.is_fetched();
        let is_separate =
            task.is_line || (self.options.many_pages && **output_path == OutputPath::Shared);
        let frame = match (is_separate, self.options.front_matter) {
            (true, _) => PageFrame::Separate,
            (false, true) => PageFrame::FrontMatter,
            (false, false) => PageFrame::Alone,
        };
        let (mut page_bytes, mut texts) = (0, 1);
        let started = Instant::now();
        // A bug that one page in a million meets must not lose the others.
        let cleaned = catch_panic(|| {
            let page = task.load(&self.options.sources);
            page_bytes = page.text_bytes();
            texts = page.texts().count();
            permit.resize(page.held_bytes());
            match &self.options.sources.added_columns {
                Some(added) => self.clean_row(page, added),
                None => self.clean_and_render(page, frame),
            }
        });
        let cleaned = cleaned.unwrap_or_else(|message| self.failed_page(source, &message, frame));
        let is_blank_failure =
            cleaned.record.outcome == RecordOutcome::Error && cleaned.record.text.is_empty();
        let CleanedPage { record, fields, excluded, signature, body, header, fatal } = cleaned;
        let fatal = fatal.or_else(|| self.refuse_front_matter(&record.source, frame));
        let mut report = PageReport {
            outcome: record.outcome,
            excluded,
            quality: record.quality,
            needs_javascript: record.needs_javascript.is_some(),
            texts,
            elapsed: started.elapsed(),
            page_bytes: page_bytes as u64,
            source_bytes,
            is_fetched,
            ..PageReport::default()
        };
        let mut cost = body.as_ref().map_or(0, RenderedBody::cost);
        let retained = if self.keeps_records && excluded.is_none() {
            // A record takes about as much memory as what it is rendered to.
            cost = cost.saturating_mul(2);
            report.source.clone_from(&record.source);
            report.error.clone_from(&record.error);
            report.hostname.clone_from(&record.hostname);
            report.language.clone_from(&record.language);
            report.removed = record.removed.clone();
            Some(Box::new(RetainedRecord { record, fields }))
        } else {
            report.source = record.source;
            report.error = record.error;
            report.hostname = record.hostname;
            report.language = record.language;
            report.removed = record.removed;
            None
        };
        permit.resize(cost);
        let rendered = body.map(|body| RenderedPage {
            unit: origin.unit,
            path: Arc::clone(output_path),
            body,
            header,
            frame,
            is_blank_failure,
        });
        FinishedPage { report, rendered, signature, retained, fatal, origin }
    }

    /// Front matter stands at the beginning of a file, so that a file with several pages has no place for it.
    fn refuse_front_matter(&self, source: &str, frame: PageFrame) -> Option<Error> {
        let is_refused = self.options.front_matter && frame.is_separate();
        is_refused.then(|| ErrorKind::SharedFrontMatter { page: source.to_owned() }.into())
    }

    fn clean_and_render(&self, mut page: LoadedPage, frame: PageFrame) -> CleanedPage {
        let (record, excluded) = self.clean_filtered(&mut page);
        let body = match excluded {
            Some(_) => None,
            None => Some(self.options.format.render(&record, &page.fields, frame)),
        };
        // Signing is the slow part of finding duplicates, so it is done here, on the pool; an excluded page is
        // not compared with others.
        let signer = self.signer.as_ref().filter(|_| excluded.is_none());
        let signature = signer.and_then(|signer| signer.sign(&record));
        let fields = page.fields;
        CleanedPage { record, fields, excluded, signature, body, header: None, fatal: None }
    }

    /// Cleans the texts of a row and renders it with the columns added. The record is that of the whole row.
    fn clean_row(&self, mut page: LoadedPage, added: &AddedColumns) -> CleanedPage {
        let fatal = check_row(&page, self.options.format).err();
        let row = page.row.take();
        let mut records = vec![self.clean_cell(page)];
        let (mut body, mut header) = (None, None);
        if let Some(LoadedRow { row, more, .. }) = row.map(|row| *row).filter(|_| fatal.is_none()) {
            records.extend(more.into_iter().map(|page| self.clean_cell(page)));
            let records: Vec<&Record> = records.iter().collect();
            let rendered = render_row(self.options.format, row, added, &records);
            (body, header) = rendered.unzip();
        }
        CleanedPage {
            record: merged(records),
            fields: PassThroughFields::new(),
            excluded: None,
            signature: None,
            body,
            header: header.flatten(),
            fatal,
        }
    }

    /// Cleans a text of a row. A panic must not lose the other columns.
    fn clean_cell(&self, mut page: LoadedPage) -> Record {
        let source = page.source.clone();
        catch_panic(|| clean_page(self.clean, &mut page, self.options.page_timeout))
            .unwrap_or_else(|message| failed_record(source, &message))
    }

    /// The record of a page on which the cleaner panicked.
    fn failed_page(&self, source: String, message: &str, frame: PageFrame) -> CleanedPage {
        let record = failed_record(source, message);
        let fields = PassThroughFields::new();
        // Rows are written with their own columns or not at all.
        let is_record = self.options.sources.added_columns.is_none();
        let body = is_record.then(|| self.options.format.render(&record, &fields, frame));
        let (excluded, signature) = (None, None);
        CleanedPage { record, fields, excluded, signature, body, header: None, fatal: None }
    }

    /// Cleans the page unless its URL excludes it, and then checks its record.
    fn clean_filtered(&self, page: &mut LoadedPage) -> (Record, Option<ExclusionReason>) {
        let page_timeout = self.options.page_timeout;
        let Some(filters) = self.filters else {
            return (clean_page(self.clean, page, page_timeout), None);
        };
        // A page that could not be read has no URL either, and its error must be reported.
        let is_checked = page.url.is_some() || page.error.is_none();
        if let Some(excluded) = filters.check_url(page.url.as_deref()).filter(|_| is_checked) {
            let (source, url) = (std::mem::take(&mut page.source), page.url.take());
            return (Record { source, url, ..Record::default() }, Some(excluded));
        }
        let record = clean_page(self.clean, page, page_timeout);
        let excluded = filters.check_record(&record);
        (record, excluded)
    }
}

/// The record of a page on which the cleaner panicked.
fn failed_record(source: String, message: &str) -> Record {
    let message = format!("the cleaner failed on this page: {message}");
    Record::failed(source, RecordErrorKind::Panic, message, "")
}

/// The record that stands for a row in the counts of the run: failed if one of its texts is, with what was removed from
/// all.
fn merged(records: Vec<Record>) -> Record {
    let rank = |outcome: RecordOutcome| match outcome {
        RecordOutcome::Empty => 0,
        RecordOutcome::Ok => 1,
        _ => 2,
    };
    let merge = |mut row: Record, other: Record| {
        if rank(other.outcome) > rank(row.outcome) {
            row.outcome = other.outcome;
        }
        row.error = row.error.or(other.error);
        for (class, count) in other.removed.counts {
            *row.removed.counts.entry(class).or_default() += count;
        }
        row.removed.blocks.extend(other.removed.blocks);
        row
    };
    records.into_iter().reduce(merge).unwrap_or_default()
}
