//! What became of a page.

use std::time::Duration;

use copydesk_clean::{RecordError, RecordOutcome, RemovedContent, TextQuality};

use crate::page_filters::ExclusionReason;

/// What became of one page, told when it was written.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PageReport {
    /// The source of the record.
    pub source: String,
    /// Its outcome.
    pub outcome: RecordOutcome,
    /// Its error.
    pub error: Option<RecordError>,
    /// Why it was not written, if it was left out.
    pub excluded: Option<ExclusionReason>,
    /// Whether it says the same as an earlier page, and is marked as saying so.
    pub is_duplicate: bool,
    /// The host of its address, where that is known.
    pub hostname: Option<String>,
    /// The language of its text, ISO 639-1.
    pub language: Option<String>,
    /// How sure the record is, and how much of the page is in it.
    pub quality: TextQuality,
    /// The blocks left out of it.
    pub removed: RemovedContent,
    /// The time to read and clean it.
    pub elapsed: Duration,
    /// Bytes of the page, inflated.
    pub page_bytes: u64,
    /// Bytes of the input that were read for it, as stored.
    pub source_bytes: u64,
    /// Whether it was fetched, or was to be.
    pub is_fetched: bool,
    /// Whether it was not cleaned because its output is there already.
    pub is_skipped: bool,
}

impl PageReport {
    /// Whether there is main content in its record.
    pub fn has_content(&self) -> bool {
        self.outcome == RecordOutcome::Ok
    }
}
