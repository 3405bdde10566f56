//! The report of a run: what became of its pages, as JSON and as HTML.
//!
//! [`RunReport::add`] takes pages one by one and keeps figures only, so memory is bounded for runs of any length.

pub mod chart;
mod errors;
mod histogram;
mod html;
mod sites;
mod slowest;
mod timeline;
mod unused;

use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};

pub use self::errors::{ErrorCount, ErrorCounts, ErrorExample};
pub use self::histogram::Histogram;
pub use self::sites::{SiteFigures, SiteTable};
pub use self::slowest::{SlowPage, SlowestPages};
pub use self::timeline::Timeline;
pub use self::unused::{EmptyPage, EmptyReason, UnusedPages};

use crate::error::{Error, ErrorKind};
use crate::pipeline::PageReport;
use crate::sinks::write_file;
use crate::sources::{PassedOverFiles, timestamp};
use crate::stats::RunStats;

/// The version of the report's fields. Raised when a field is removed or changes its meaning.
const VERSION: u32 = 1;

/// The style sheet of reports, also used by other pages.
pub const STYLE: &str = include_str!("../../templates/style.css");

/// The most languages that are counted one by one; further ones are counted as `other`. Records that are read may name
/// any language.
const MAX_LANGUAGES: usize = 200;

/// Figures of a run. It serializes to the JSON report; [`RunReport::html`] shows the same.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RunReport {
    /// The version of these fields.
    pub version: u32,
    /// The version of the program.
    pub program: String,
    /// When the run started or was resumed, RFC 3339.
    pub started_at: String,
    /// How long it took since then, in seconds.
    pub seconds: f64,
    /// Pages that were finished before the run was resumed. Only the counts of pages and blocks include them.
    pub pages_before: u64,
    /// Pages by outcome, and removed blocks by class.
    #[serde(flatten)]
    pub stats: RunStats,
    /// Pages by the language of their text; `und` if it is unknown.
    pub languages: BTreeMap<String, u64>,
    /// The share of a page's words that were kept, for pages with main content.
    pub kept_ratio: Histogram,
    /// The confidence of records with main content.
    pub confidence: Histogram,
    /// Errors by kind, the most frequent first.
    pub errors: ErrorCounts,
    /// The pages that took longest to clean, the slowest first.
    pub slowest: SlowestPages,
    /// Figures by host.
    pub sites: SiteTable,
    /// Pages over the time of the run.
    pub timeline: Timeline,
    /// Pages without text, and pages that were left out.
    #[serde(flatten)]
    pub unused: UnusedPages,
    /// Files in input folders that hold no page, by kind.
    pub passed_over: PassedOverFiles,
}

impl RunReport {
    /// The report of a run that starts at this time.
    pub fn new(started_at: SystemTime) -> Self {
        Self {
            version: VERSION,
            program: format!("copydesk {}", env!("CARGO_PKG_VERSION")),
            started_at: timestamp(started_at).unwrap_or_default(),
            seconds: 0.0,
            pages_before: 0,
            stats: RunStats::default(),
            languages: BTreeMap::new(),
            kept_ratio: Histogram::default(),
            confidence: Histogram::default(),
            errors: ErrorCounts::default(),
            slowest: SlowestPages::default(),
            sites: SiteTable::default(),
            timeline: Timeline::default(),
            unused: UnusedPages::default(),
            passed_over: PassedOverFiles::default(),
        }
    }

    /// Counts a page. `stats` are those of the run including this page, `elapsed` is the duration of the run so far.
    pub fn add(&mut self, page: &PageReport, stats: &RunStats, elapsed: Duration) {
        self.seconds = elapsed.as_secs_f64();
        if self.stats == RunStats::default() {
            let own = u64::from(page.excluded.is_none() && !page.is_skipped);
            self.pages_before = stats.pages.saturating_sub(own);
        }
        self.stats.clone_from(stats);
        self.unused.add(page);
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
        (self.stats.pages - self.pages_before.min(self.stats.pages)) as f64 / self.seconds.max(1e-9)
    }

    /// Writes the report to a file, in the format of its suffix. An existing file is replaced.
    ///
    /// # Errors
    /// When the suffix is neither `.html` nor `.json`, or the file cannot be written.
    pub fn write(&self, path: &Path) -> Result<(), Error> {
        let text = match ReportFormat::from_path(path)? {
            ReportFormat::Html => self.html(),
            ReportFormat::Json => self.json(),
        };
        write_file(path, text.as_bytes(), true)
    }

    /// The report as JSON.
    pub fn json(&self) -> String {
        // Cannot fail: figures and strings only.
        serde_json::to_string_pretty(self).unwrap_or_default()
    }

    /// The report as an HTML page without external resources.
    pub fn html(&self) -> String {
        html::page(self)
    }
}

/// The format of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReportFormat {
    /// For people.
    Html,
    /// For programs.
    Json,
}

impl ReportFormat {
    /// The format that a file's suffix asks for.
    ///
    /// # Errors
    /// When the suffix is neither `.html`, `.htm` nor `.json`.
    pub fn from_path(path: &Path) -> Result<Self, Error> {
        match path.extension().and_then(|suffix| suffix.to_str()) {
            Some("html" | "htm") => Ok(Self::Html),
            Some("json") => Ok(Self::Json),
            _ => Err(ErrorKind::ReportFormat { path: path.into() }.into()),
        }
    }
}

#[cfg(test)]
mod tests;
