//! The report of a run: what became of its pages, as JSON and as a page to look at.
//!
//! [`RunReport::add`] takes pages one by one and keeps figures, not pages: the memory it takes is
//! bounded whatever the run.

mod chart;
mod errors;
mod histogram;
mod html;
mod sites;
mod slowest;
mod timeline;

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

pub use self::errors::{ErrorCount, ErrorCounts, Example};
pub use self::histogram::Histogram;
pub use self::sites::{Site, Sites};
pub use self::slowest::{SlowPage, Slowest};
pub use self::timeline::Timeline;

use crate::pipeline::PageReport;
use crate::stats::Stats;

/// The version of the report's form; another one has other fields.
const VERSION: u32 = 1;

/// Languages that are counted one by one; the others are counted as `other`.
const MAX_LANGUAGES: usize = 200;

/// Figures of a run. Serialises to the JSON report; [`RunReport::html`] shows the same.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RunReport {
    /// The version of this form.
    pub version: u32,
    /// The version of the program.
    pub program: String,
    /// When the run began, RFC 3339; of a run that was resumed, when it first began.
    pub started_at: String,
    /// How long it took, in seconds; of a run that was resumed, the time it was not running left out.
    pub seconds: f64,
    /// Pages by what became of them, and blocks removed by class.
    #[serde(flatten)]
    pub stats: Stats,
    /// Languages of the texts; `und` where it is not known.
    pub languages: BTreeMap<String, u64>,
    /// The share of a page's words that were kept, for pages with main content.
    pub kept_ratio: Histogram,
    /// The confidence of records with main content.
    pub confidence: Histogram,
    /// Errors by kind, the most frequent first.
    pub errors: ErrorCounts,
    /// The pages that took longest to clean, the slowest first.
    pub slowest: Slowest,
    /// The hosts, those with most pages first.
    pub sites: Sites,
    /// Pages over the time of the run.
    pub timeline: Timeline,
}

impl RunReport {
    /// The report of a run that begins now. `started_at` is RFC 3339.
    pub fn new(started_at: impl Into<String>) -> Self {
        Self {
            version: VERSION,
            program: format!("copydesk {}", env!("CARGO_PKG_VERSION")),
            started_at: started_at.into(),
            seconds: 0.0,
            stats: Stats::default(),
            languages: BTreeMap::new(),
            kept_ratio: Histogram::default(),
            confidence: Histogram::default(),
            errors: ErrorCounts::default(),
            slowest: Slowest::default(),
            sites: Sites::default(),
            timeline: Timeline::default(),
        }
    }

    /// Counts a page. `stats` are those of the run with this page, `elapsed` the time that the run has
    /// taken so far.
    pub fn add(&mut self, page: &PageReport, stats: &Stats, elapsed: Duration) {
        self.seconds = elapsed.as_secs_f64();
        self.stats.clone_from(stats);
        if page.is_skipped || page.excluded.is_some() {
            return;
        }
        self.timeline.add(elapsed);
        self.slowest.add(page);
        self.sites.add(page);
        if let Some(error) = &page.error {
            self.errors.add(&page.source, error);
        }
        if page.has_content() {
            self.kept_ratio.add(page.quality.kept_ratio);
            self.confidence.add(page.quality.confidence);
            let language = page.language.as_deref().unwrap_or("und");
            let is_known = self.languages.contains_key(language);
            let name =
                if is_known || self.languages.len() < MAX_LANGUAGES { language } else { "other" };
            *self.languages.entry(name.to_owned()).or_default() += 1;
        }
    }

    /// Millions of page bytes.
    fn megabytes(&self) -> f64 {
        self.stats.bytes as f64 / 1e6
    }

    fn pages_per_second(&self) -> f64 {
        self.stats.pages as f64 / self.seconds.max(1e-9)
    }

    /// The report as JSON.
    pub fn json(&self) -> String {
        // Figures and strings: nothing that JSON could not say.
        serde_json::to_string_pretty(self).unwrap_or_default()
    }

    /// The report as a page that needs no network.
    pub fn html(&self) -> String {
        html::page(self)
    }
}

#[cfg(test)]
mod tests;
