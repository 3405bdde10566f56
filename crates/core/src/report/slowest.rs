//! The pages that took longest to clean.

use serde::{Deserialize, Serialize};

use crate::pipeline::PageReport;

/// The number of pages kept.
const MAX_PAGES: usize = 20;

/// The pages that took longest to clean, the slowest first; twenty at most.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SlowestPages(Vec<SlowPage>);

/// A page with the time it took.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SlowPage {
    /// The source of the record.
    pub source: String,
    /// The time to read and clean it, in seconds.
    pub seconds: f64,
    /// Its bytes, after decompression.
    pub bytes: u64,
}

impl SlowestPages {
    /// The pages, the slowest first.
    pub fn pages(&self) -> &[SlowPage] {
        &self.0
    }

    pub(super) fn add(&mut self, page: &PageReport) {
        let seconds = page.elapsed.as_secs_f64();
        let at = self.0.partition_point(|other| other.seconds >= seconds);
        if at < MAX_PAGES {
            let (source, bytes) = (page.source.clone(), page.page_bytes);
            self.0.insert(at, SlowPage { source, seconds, bytes });
            self.0.truncate(MAX_PAGES);
        }
    }
}
