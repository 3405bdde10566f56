//! What became of a page.

use copydesk_clean::{Outcome, RecordError, Removed};

/// What became of one page, told when it was written.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PageReport {
    /// The source of the record.
    pub source: String,
    /// Its outcome.
    pub outcome: Outcome,
    /// Its error.
    pub error: Option<RecordError>,
    /// The blocks left out of it.
    pub removed: Removed,
    /// Bytes of the page, inflated.
    pub page_bytes: u64,
    /// Bytes of the input that were read for it, as stored.
    pub source_bytes: u64,
    /// Whether it was fetched, or was to be.
    pub is_fetched: bool,
    /// Whether it was not cleaned because its output is there already.
    pub is_skipped: bool,
    /// Why its record was not written, in a word or two. `None` if it was written.
    pub left_out: Option<&'static str>,
}
