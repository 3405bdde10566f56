//! What is known of one block of a site.

use crate::fingerprints::BlockFingerprints;
use crate::{Fingerprint, FingerprintSupport};

/// What is known by its wording alone counts as much of what its text would.
const WORDING_FACTOR: f32 = 0.85;
/// Standard deviations of the lower bound of a share.
const BOUND: f32 = 1.28;
/// Other pages on which a block must stand to count at all, and to count in full.
const OTHER_PAGES: (f32, f32) = (4.0, 8.0);

/// The share from which a block begins to count as the site's, and at which it does: in its usual place,
/// and elsewhere.
const IN_PLACE: (f32, f32) = (0.005, 0.02);
const ANYWHERE: (f32, f32) = (0.2, 0.35);
/// The same between paragraphs of the page's own.
const IN_PLACE_BETWEEN: (f32, f32) = (0.04, 0.1);
const ANYWHERE_BETWEEN: (f32, f32) = (0.4, 0.6);
/// The same of long passages there.
const IN_PLACE_LONG: (f32, f32) = (0.3, 0.5);
const ANYWHERE_LONG: (f32, f32) = (0.7, 0.85);
/// Words of a long passage.
const LONG_WORDS: f32 = 60.0;

/// The lower bound of the share of a block's pages that have it in its place here, from which it keeps its
/// place.
const KEEPS_PLACE: f32 = 0.55;
/// The same from which it is no stranger to its slot here, and what it counts if it is.
const IN_SLOT: f32 = 0.25;
const UNUSUAL_SLOT_FACTOR: f32 = 0.3;

/// What is known of one block: by its text, its template, its shingles.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct BlockFrequency([SiteFrequency; 3]);

impl BlockFrequency {
    pub(super) fn recurs(&self) -> bool {
        let [text, template, shingles] = &self.0;
        // Phrases of four words recur in any text.
        text.others >= 2.0 || template.others >= 2.0 || shingles.share >= IN_PLACE_BETWEEN.1
    }

    /// Whether no other page has it.
    pub(super) fn is_unique(&self) -> bool {
        let [text, template, _] = &self.0;
        text.others < 1.0 && template.others < 1.0 && !self.recurs()
    }

    /// The print that says most, and how much of what can be said.
    pub(super) fn strongest(&self, is_between: bool, words: f32) -> (SiteFrequency, f32) {
        let weighed = self.0.map(|sight| (sight, sight.strength(is_between, words)));
        let most = weighed.into_iter().max_by(|left, right| left.1.total_cmp(&right.1));
        most.unwrap_or_default()
    }
}

/// What is known of one print.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct SiteFrequency {
    /// Pages with it, this one included.
    pub(super) pages: u32,
    /// Pages with it beside this one.
    others: f32,
    /// The lower bound of their share.
    share: f32,
    keeps_place: bool,
    is_unusual_slot: bool,
    pub(super) by_wording: bool,
}

impl SiteFrequency {
    fn new(found: FingerprintSupport, pages: u32, by_wording: bool) -> Self {
        // This page may be among those that were counted, and where the first page had it is not
        // remembered.
        let others = found.pages.saturating_sub(1) as f32;
        let in_slot = found.in_slot as f32;
        Self {
            pages: found.pages,
            others,
            share: lower_bound(others, pages.saturating_sub(1) as f32),
            keeps_place: lower_bound(found.in_number as f32, others) >= KEEPS_PLACE,
            is_unusual_slot: in_slot > 0.0 && in_slot < others * IN_SLOT,
            by_wording,
        }
    }

    fn strength(&self, is_between: bool, words: f32) -> f32 {
        let is_long = is_between && words >= LONG_WORDS;
        let range = match (self.keeps_place, is_between, is_long) {
            (true, _, true) => IN_PLACE_LONG,
            (false, _, true) => ANYWHERE_LONG,
            (true, true, _) => IN_PLACE_BETWEEN,
            (false, true, _) => ANYWHERE_BETWEEN,
            (true, false, _) => IN_PLACE,
            (false, false, _) => ANYWHERE,
        };
        let stranger = if self.is_unusual_slot { UNUSUAL_SLOT_FACTOR } else { 1.0 };
        let wording = if self.by_wording { WORDING_FACTOR } else { 1.0 };
        ramp(self.share, range) * ramp(self.others, OTHER_PAGES) * stranger * wording
    }
}

/// Looks a block's prints up.
pub(super) fn block_frequency(
    fingerprints: &BlockFingerprints,
    pages: u32,
    support: &dyn Fn(Fingerprint, &BlockFingerprints) -> FingerprintSupport,
) -> BlockFrequency {
    let text = support(fingerprints.text, fingerprints);
    let template =
        fingerprints.template.map(|print| support(print, fingerprints)).unwrap_or_default();
    let shingles = FingerprintSupport {
        pages: shingle_pages(fingerprints, support),
        ..FingerprintSupport::default()
    };
    BlockFrequency([
        SiteFrequency::new(text, pages, false),
        SiteFrequency::new(template, pages, true),
        SiteFrequency::new(shingles, pages, true),
    ])
}

/// Pages that have seven in ten of a block's shingles; 0 of a block with few.
fn shingle_pages(
    fingerprints: &BlockFingerprints,
    support: &dyn Fn(Fingerprint, &BlockFingerprints) -> FingerprintSupport,
) -> u32 {
    if fingerprints.shingles.len() < 4 {
        return 0;
    }
    let mut pages: Vec<u32> =
        fingerprints.shingles.iter().map(|print| support(*print, fingerprints).pages).collect();
    pages.sort_unstable();
    pages.get(pages.len() * 3 / 10).copied().unwrap_or_default()
}

/// The lower bound of a share of which `part` of `whole` were seen.
fn lower_bound(part: f32, whole: f32) -> f32 {
    if whole <= 0.0 {
        return 0.0;
    }
    let (share, square) = ((part / whole).min(1.0), BOUND * BOUND);
    let spread = share * (1.0 - share) / whole + square / (4.0 * whole * whole);
    let bound = share + square / (2.0 * whole) - BOUND * spread.sqrt();
    (bound / (1.0 + square / whole)).max(0.0)
}

pub(super) fn ramp(value: f32, (low, high): (f32, f32)) -> f32 {
    ((value - low) / (high - low)).clamp(0.0, 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_of_few_pages_is_worth_less() {
        let rounded = |part, whole| format!("{:.2}", lower_bound(part, whole));
        let bounds = [(4.0, 4.0), (49.0, 49.0), (10.0, 49.0), (0.0, 0.0)];
        assert_eq!(
            bounds.map(|(part, whole)| rounded(part, whole)),
            ["0.71", "0.97", "0.14", "0.00"]
        );
    }

    #[test]
    fn what_keeps_its_place_needs_a_smaller_share() {
        let quote = SiteFrequency { others: 14.0, share: 0.22, ..SiteFrequency::default() };
        let module = SiteFrequency { keeps_place: true, ..quote };
        let strengths = [(quote, 40.0), (module, 40.0), (module, 80.0)]
            .map(|(sight, words)| format!("{:.1}", sight.strength(true, words)));
        assert_eq!(strengths, ["0.0", "1.0", "0.0"]);
        assert!(quote.strength(false, 40.0) < 0.2);
        let stranger = SiteFrequency { is_unusual_slot: true, ..module };
        assert!(stranger.strength(false, 10.0) < 0.35);
    }
}
