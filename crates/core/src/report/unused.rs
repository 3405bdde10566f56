//! Pages that gave no text, and pages that were left out of the output.

use std::collections::BTreeMap;

use copydesk_clean::RecordOutcome;
use serde::{Deserialize, Serialize};

use crate::page_filters::ExclusionReason;
use crate::page_report::PageReport;
use crate::string_enum;

/// The most pages of a kind that are named.
const MAX_NAMED: usize = 100;

string_enum! {
    /// Why a page has no main content.
    pub enum EmptyReason {
        /// There was no text in it.
        NoText = "no_text",
        /// All its text was removed as clutter.
        Removed = "removed",
        /// It asks for JavaScript, so its text is elsewhere.
        NeedsJavascript = "needs_javascript",
    }
}

/// A page without main content.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EmptyPage {
    /// The source of its record.
    pub source: String,
    /// Why it is empty.
    pub reason: EmptyReason,
}

/// Pages that gave no text, and pages that were left out of the output. [`RunStats`](crate::RunStats) has their numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnusedPages {
    /// The first hundred pages without main content.
    pub empty_pages: Vec<EmptyPage>,
    /// The sources of the first hundred pages that were excluded for each reason. A URL that was not fetched has none.
    pub excluded_pages: BTreeMap<ExclusionReason, Vec<String>>,
}

impl UnusedPages {
    /// Adds a page, if it is one of them.
    pub fn add(&mut self, page: &PageReport) {
        if page.is_skipped || page.source.is_empty() {
            return;
        }
        if let Some(reason) = page.excluded {
            let pages = self.excluded_pages.entry(reason).or_default();
            if pages.len() < MAX_NAMED {
                pages.push(page.source.clone());
            }
        } else if page.outcome == RecordOutcome::Empty && self.empty_pages.len() < MAX_NAMED {
            let reason = if page.needs_javascript {
                EmptyReason::NeedsJavascript
            } else if page.removed.counts.is_empty() {
                EmptyReason::NoText
            } else {
                EmptyReason::Removed
            };
            self.empty_pages.push(EmptyPage { source: page.source.clone(), reason });
        }
    }
}
