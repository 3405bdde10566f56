//! The counts of many sites.

use std::collections::BTreeMap;

use copydesk_clean::{
    BlockPosition, Fingerprint, FingerprintSupport, PageFingerprints, SiteRecurrence,
};

use super::counts::SiteCounts;
use super::{Day, SiteProfile};
use crate::settings::{Settings, byte_count};

/// What counting may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CountLimits {
    /// Bytes for the counts of all sites, about. Default 256 MiB. Beyond, prints that stand on the
    /// fewest pages are forgotten, and then no other site is begun.
    pub max_bytes: usize,
    /// Sites. Default 50,000; no other is begun beyond.
    pub max_sites: usize,
}

impl CountLimits {
    /// The caps that the settings ask for.
    pub fn from_settings(settings: &Settings) -> Self {
        Self { max_bytes: byte_count(settings.max_profile_bytes), ..Self::default() }
    }
}

impl Default for CountLimits {
    fn default() -> Self {
        Self { max_bytes: 256 << 20, max_sites: 50_000 }
    }
}

/// Counts by host what recurs on pages. The same pages in the same order give the same counts.
///
/// No count is higher than it is true: where a cap is reached, what stands on the fewest pages goes.
#[derive(Clone, Debug)]
pub struct SiteCounter {
    limits: CountLimits,
    day: Day,
    sites: BTreeMap<String, SiteCounts>,
    bytes: usize,
    uncounted: u64,
}

impl SiteCounter {
    /// A counter of pages that are seen on this day.
    pub fn new(limits: CountLimits, day: Day) -> Self {
        Self { limits, day, sites: BTreeMap::new(), bytes: 0, uncounted: 0 }
    }

    /// Goes on from a profile. `false` if there is no room for it.
    ///
    /// # Errors
    /// In one sentence, what of the profile does not hold together.
    pub fn start_from(&mut self, profile: &SiteProfile) -> Result<bool, String> {
        let counts = profile.counts()?;
        if !self.has_room(counts.bytes()) {
            return Ok(false);
        }
        self.bytes += counts.bytes();
        self.sites.insert(profile.host.clone(), counts);
        Ok(true)
    }

    /// Counts a page. `false` if it was counted before, is of no known host, or of one for which there
    /// is no room.
    pub fn add(&mut self, page: &PageFingerprints) -> bool {
        let Some(host) = &page.host else {
            self.uncounted += 1;
            return false;
        };
        if !self.sites.contains_key(host) && !self.has_room(0) {
            self.uncounted += 1;
            return false;
        }
        let counts = self.sites.entry(host.clone()).or_insert_with(|| SiteCounts::new(self.day));
        let before = counts.bytes();
        let is_new = counts.add(page, self.day);
        self.bytes = self.bytes.saturating_sub(before) + counts.bytes();
        if self.bytes > self.limits.max_bytes {
            self.shrink();
        }
        is_new
    }

    /// The hosts in order, each with its pages.
    pub fn sites(&self) -> impl Iterator<Item = (&str, u32)> {
        self.sites.iter().map(|(host, counts)| (host.as_str(), counts.pages))
    }

    /// Pages that were not counted, since no host was known of them or there was no room.
    pub fn uncounted(&self) -> u64 {
        self.uncounted
    }

    /// The day of the pages.
    pub fn day(&self) -> Day {
        self.day
    }

    pub(super) fn counts(&self, host: &str) -> Option<&SiteCounts> {
        self.sites.get(host)
    }

    fn has_room(&self, bytes: usize) -> bool {
        self.sites.len() < self.limits.max_sites
            && self.bytes.saturating_add(bytes) < self.limits.max_bytes / 16 * 15
    }

    fn shrink(&mut self) {
        self.bytes = 0;
        for counts in self.sites.values_mut() {
            counts.shrink();
            self.bytes += counts.bytes();
        }
    }
}

impl SiteRecurrence for SiteCounter {
    fn pages(&self, host: &str) -> u32 {
        self.counts(host).map_or(0, |counts| counts.pages)
    }

    fn support(
        &self,
        host: &str,
        print: Fingerprint,
        places: &BlockPosition,
    ) -> FingerprintSupport {
        self.counts(host).map(|counts| counts.support(print, *places)).unwrap_or_default()
    }
}
