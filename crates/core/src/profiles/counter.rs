//! Counts for many sites.

use std::collections::BTreeMap;

use copydesk_clean::{
    BlockPosition, Fingerprint, FingerprintSupport, PageFingerprints, SiteRecurrence,
};

use super::counts::SiteCounts;
use super::{CleaningFigures, Day, SiteProfile};
use crate::settings::{Settings, byte_count};

/// Limits on counting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CountLimits {
    /// Approximate memory for the counts of all sites, in bytes. Default 256 MiB. Beyond it, fingerprints on the
    /// fewest pages are forgotten, and after that no further site is counted.
    pub max_bytes: usize,
    /// Maximum number of sites. Default 50,000. Further sites are not counted.
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

/// Counts what recurs on the pages of each host. The same pages in the same order give the same counts.
///
/// Counts are lower bounds: when a limit is reached, what is on the fewest pages is forgotten.
#[derive(Clone, Debug)]
pub struct SiteCounter {
    limits: CountLimits,
    day: Day,
    sites: BTreeMap<String, SiteCounts>,
    bytes: usize,
    uncounted: u64,
}

impl SiteCounter {
    /// A counter for pages that are read on this day.
    pub fn new(limits: CountLimits, day: Day) -> Self {
        Self { limits, day, sites: BTreeMap::new(), bytes: 0, uncounted: 0 }
    }

    /// Continues from a profile. Returns `false` if there is no memory left for it.
    ///
    /// # Errors
    /// If the profile is inconsistent.
    pub fn start_from(&mut self, profile: &SiteProfile) -> Result<bool, String> {
        let counts = profile.counts()?;
        if !self.has_room(counts.bytes()) {
            return Ok(false);
        }
        self.bytes += counts.bytes();
        self.sites.insert(profile.host.clone(), counts);
        Ok(true)
    }

    /// Counts a page. Returns `false` if it was counted before, its host is unknown, or there is no memory left
    /// for its host.
    pub fn add(&mut self, page: &PageFingerprints) -> bool {
        let Some(host) = &page.site else {
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

    /// The hosts in order, each with its number of pages.
    pub fn sites(&self) -> impl Iterator<Item = (&str, u32)> {
        self.sites.iter().map(|(host, counts)| (host.as_str(), counts.pages))
    }

    /// Number of pages that were not counted, because their host is unknown or there was no memory left.
    pub fn uncounted(&self) -> u64 {
        self.uncounted
    }

    /// The day on which the pages are read.
    pub fn day(&self) -> Day {
        self.day
    }

    /// The profile of a host with what was counted so far; `None` if nothing was. It has no figures about
    /// cleaning: the run that cleans the pages adds them.
    pub fn profile(&self, host: &str) -> Option<SiteProfile> {
        self.counts(host).map(|counts| SiteProfile::new(host, counts, CleaningFigures::default()))
    }

    pub(super) fn counts(&self, host: &str) -> Option<&SiteCounts> {
        self.sites.get(host)
    }

    // The last sixteenth is left for the sites that are counted already, which still grow.
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
