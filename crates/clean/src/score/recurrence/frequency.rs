//! How often one block was counted on a site, and how much that weighs.

use crate::fingerprints::BlockFingerprints;
use crate::{Fingerprint, FingerprintSupport};

/// How much a match of the wording counts, relative to a match of the text.
const WORDING_FACTOR: f32 = 0.85;
/// Standard deviations between a share and its lower bound: 1.28 is a one-sided bound of 90%.
const BOUND: f32 = 1.28;
/// Other pages with the block, from which it begins to count and counts in full.
const OTHER_PAGES: (f32, f32) = (4.0, 8.0);

/// The share of pages from which a block begins to count and counts in full: at a fixed position, and
/// elsewhere.
const IN_PLACE: (f32, f32) = (0.005, 0.02);
const ANYWHERE: (f32, f32) = (0.2, 0.35);
/// The same between paragraphs of the page's own, where quotations are.
const IN_PLACE_BETWEEN: (f32, f32) = (0.04, 0.1);
const ANYWHERE_BETWEEN: (f32, f32) = (0.4, 0.6);
/// The same for long passages there, which are more often syndicated than modules.
const IN_PLACE_LONG: (f32, f32) = (0.3, 0.5);
const ANYWHERE_LONG: (f32, f32) = (0.7, 0.85);
/// Words of a long passage.
const LONG_WORDS: f32 = 60.0;

/// Among the pages with a block, the lower bound of the share that has it at this position from which the
/// position counts as fixed.
const KEEPS_PLACE: f32 = 0.55;
/// The share that has it in this slot below which the slot is unusual, and how much it then counts.
const IN_SLOT: f32 = 0.25;
const UNUSUAL_SLOT_FACTOR: f32 = 0.3;

/// The frequencies of one block: of its text, its template and its shingles.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct BlockFrequency([SiteFrequency; 3]);

impl BlockFrequency {
    pub(super) fn recurs(&self) -> bool {
        let [text, template, shingles] = &self.0;
        // Two pages may share four words by chance, so shingles need a larger share.
        text.others >= 2.0 || template.others >= 2.0 || shingles.share >= IN_PLACE_BETWEEN.1
    }

    /// Whether no other page has the block.
    pub(super) fn is_unique(&self) -> bool {
        let [text, template, _] = &self.0;
        text.others < 1.0 && template.others < 1.0 && !self.recurs()
    }

    /// The frequency that counts most, and its strength in [0, 1].
    pub(super) fn strongest(&self, is_between: bool, words: f32) -> (SiteFrequency, f32) {
        let weighed = self.0.map(|frequency| (frequency, frequency.strength(is_between, words)));
        let most = weighed.into_iter().max_by(|left, right| left.1.total_cmp(&right.1));
        most.unwrap_or_default()
    }
}

/// The frequency of one fingerprint.
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
    pub(super) counted: CountedPart,
}

/// The part of a block that was counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum CountedPart {
    /// Its text.
    #[default]
    Text,
    /// Its text with numbers, dates and names masked, or its shingles.
    Wording,
    /// Its sentences.
    Sentences,
}

impl SiteFrequency {
    fn new(found: FingerprintSupport, pages: u32, counted: CountedPart) -> Self {
        // This page may be among those that were counted, so one is subtracted. Profiles do not store the
        // position on the first page, so `in_number` and `in_slot` are out of the other pages.
        let others = found.pages.saturating_sub(1) as f32;
        let in_slot = found.in_slot as f32;
        Self {
            pages: found.pages,
            others,
            share: lower_bound(others, pages.saturating_sub(1) as f32),
            keeps_place: lower_bound(found.in_number as f32, others) >= KEEPS_PLACE,
            is_unusual_slot: in_slot > 0.0 && in_slot < others * IN_SLOT,
            counted,
        }
    }

    /// The frequency of a line that was counted word for word, or of its sentences.
    pub(super) fn of_line(pages: u32, counted: CountedPart) -> Self {
        Self { pages, counted, ..Self::default() }
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
        let unusual = if self.is_unusual_slot { UNUSUAL_SLOT_FACTOR } else { 1.0 };
        let is_wording = self.counted == CountedPart::Wording;
        let wording = if is_wording { WORDING_FACTOR } else { 1.0 };
        ramp(self.share, range) * ramp(self.others, OTHER_PAGES) * unusual * wording
    }
}

/// Looks up how often a block was counted.
pub(super) fn block_frequency(
    fingerprints: &BlockFingerprints,
    pages: u32,
    support: &dyn Fn(Fingerprint, &BlockFingerprints) -> FingerprintSupport,
) -> BlockFrequency {
    let text = support(fingerprints.text, fingerprints);
    let template = fingerprints
        .template
        .map(|fingerprint| support(fingerprint, fingerprints))
        .unwrap_or_default();
    let shingles = FingerprintSupport {
        pages: shingle_pages(fingerprints, support),
        ..FingerprintSupport::default()
    };
    BlockFrequency([
        SiteFrequency::new(text, pages, CountedPart::Text),
        SiteFrequency::new(template, pages, CountedPart::Wording),
        SiteFrequency::new(shingles, pages, CountedPart::Wording),
    ])
}

/// The number of pages that have at least 70% of a block's shingles; 0 for blocks with fewer than four.
fn shingle_pages(
    fingerprints: &BlockFingerprints,
    support: &dyn Fn(Fingerprint, &BlockFingerprints) -> FingerprintSupport,
) -> u32 {
    if fingerprints.shingles.len() < 4 {
        return 0;
    }
    let mut pages: Vec<u32> = fingerprints
        .shingles
        .iter()
        .map(|fingerprint| support(*fingerprint, fingerprints).pages)
        .collect();
    pages.sort_unstable();
    pages.get(pages.len() * 3 / 10).copied().unwrap_or_default()
}

/// The lower bound of the share `part / whole` (Wilson's score interval).
fn lower_bound(part: f32, whole: f32) -> f32 {
    if whole <= 0.0 {
        return 0.0;
    }
    let (share, square) = ((part / whole).min(1.0), BOUND * BOUND);
    let spread = share * (1.0 - share) / whole + square / (4.0 * whole * whole);
    let bound = share + square / (2.0 * whole) - BOUND * spread.sqrt();
    (bound / (1.0 + square / whole)).max(0.0)
}

/// 0 up to `low`, 1 from `high`, linear between them.
pub(in crate::score) fn ramp(value: f32, (low, high): (f32, f32)) -> f32 {
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
            .map(|(frequency, words)| format!("{:.1}", frequency.strength(true, words)));
        assert_eq!(strengths, ["0.0", "1.0", "0.0"]);
        assert!(quote.strength(false, 40.0) < 0.2);
        let unusual = SiteFrequency { is_unusual_slot: true, ..module };
        assert!(unusual.strength(false, 10.0) < 0.35);
    }
}
