//! The report on one page of a run.

use std::time::Duration;

use copydesk_clean::{RecordError, RecordOutcome, RemovedContent, TextQuality};

use crate::page_filters::ExclusionReason;

/// What became of one page, reported when the page is written.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
#[expect(clippy::struct_excessive_bools, reason = "facts that are independent of one another")]
pub struct PageReport {
    /// The `source` of its record; empty for a URL that was not fetched.
    pub source: String,
    /// The outcome of its record.
    pub outcome: RecordOutcome,
    /// The error of its record.
    pub error: Option<RecordError>,
    /// Why it was excluded from the output, if it was.
    pub excluded: Option<ExclusionReason>,
    /// Whether its record is marked as a duplicate of an earlier page.
    pub is_duplicate: bool,
    /// The host of its URL, if the URL is known.
    pub hostname: Option<String>,
    /// The language of its text, ISO 639-1.
    pub language: Option<String>,
    /// The confidence of the record, and how much of the page is in it.
    pub quality: TextQuality,
    /// The blocks that were removed from it.
    pub removed: RemovedContent,
    /// Whether it asks for JavaScript.
    pub needs_javascript: bool,
    /// The texts that were read for it: one, or those of a row whose texts are cleaned one by one.
    pub texts: usize,
    /// The time it took to read and clean it.
    pub elapsed: Duration,
    /// Bytes of the page, inflated.
    pub page_bytes: u64,
    /// Bytes of the input that were read for it, as stored (compressed).
    pub source_bytes: u64,
    /// Whether it was fetched. Also true for a failed fetch.
    pub is_fetched: bool,
    /// Whether it was skipped because its output exists already.
    pub is_skipped: bool,
}

impl PageReport {
    /// Whether its record has main content.
    pub fn has_content(&self) -> bool {
        self.outcome == RecordOutcome::Ok
    }
}
