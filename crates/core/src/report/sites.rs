//! Pages by host.

use std::collections::BTreeMap;

use copydesk_clean::RecordOutcome;
use serde::{Deserialize, Serialize};

use crate::pipeline::PageReport;

/// The most hosts that are counted one by one. Bounds the memory for a crawl of many sites.
const MAX_SITES: usize = 10_000;

/// Figures of the hosts of a run: of the first 10,000 one by one, and of all others together.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct SiteTable {
    /// By host.
    pub by_host: BTreeMap<String, SiteFigures>,
    /// The figures of all other hosts.
    pub others: SiteFigures,
    /// Pages whose host is unknown.
    pub unknown: u64,
}

/// Figures of a host's pages.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct SiteFigures {
    /// Its pages.
    pub pages: u64,
    /// Pages with main content.
    pub ok: u64,
    /// Pages without main content.
    pub empty: u64,
    /// Pages that could not be read.
    pub failed: u64,
    /// The mean share of words kept, over pages with main content.
    pub kept_ratio: f64,
    /// The mean confidence, over pages with main content.
    pub confidence: f64,
}

impl SiteTable {
    /// The hosts with the most pages, in descending order.
    pub fn largest(&self, count: usize) -> Vec<(&str, &SiteFigures)> {
        let mut sites: Vec<_> = self.by_host.iter().map(|(host, s)| (host.as_str(), s)).collect();
        sites.sort_by_key(|(_, site)| std::cmp::Reverse(site.pages));
        sites.truncate(count);
        sites
    }

    pub(super) fn add(&mut self, page: &PageReport) {
        let Some(host) = &page.hostname else {
            self.unknown += 1;
            return;
        };
        let has_room = self.by_host.len() < MAX_SITES || self.by_host.contains_key(host);
        let site =
            if has_room { self.by_host.entry(host.clone()).or_default() } else { &mut self.others };
        site.add(page);
    }
}

impl SiteFigures {
    fn add(&mut self, page: &PageReport) {
        self.pages += 1;
        match page.outcome {
            RecordOutcome::Ok => {
                self.ok += 1;
                let count = self.ok as f64;
                self.kept_ratio += (f64::from(page.quality.kept_ratio) - self.kept_ratio) / count;
                self.confidence += (f64::from(page.quality.confidence) - self.confidence) / count;
            }
            RecordOutcome::Empty => self.empty += 1,
            _ => self.failed += 1,
        }
    }
}
