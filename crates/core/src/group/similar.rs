//! Selects the pages to compare, and measures their similarity.

use std::collections::HashMap;

use super::terms::TermVector;

/// The number of rarest words of a page by which similar pages are found.
const RAREST_WORDS: usize = 24;

/// The number of these words that two pages must share: one may be chance.
const MIN_WORDS_IN_COMMON: u32 = 2;

/// A word on more pages than this does not identify a story.
const MAX_PAGES: usize = 500;

/// The shingles of a page that are compared: those with the lowest hashes, which are a random sample.
pub(super) const MAX_SHINGLES: usize = 256;

/// The fewest shingles from which a share can be estimated.
const MIN_SAMPLE: usize = 24;

/// The similarity of a text that is fully contained in another: lower than that of an equal text.
const CONTAINMENT_WEIGHT: f64 = 0.7;

/// The features by which a page is compared.
#[derive(Clone, Debug, Default)]
pub(super) struct StoryFeatures {
    pub(super) vector: TermVector,
    /// The lowest hashes of its shingles, in ascending order.
    pub(super) shingles: Vec<u32>,
    /// Its day.
    pub(super) day: Option<i64>,
}

impl StoryFeatures {
    /// The similarity of two pages, in [0, 1].
    pub(super) fn similarity(&self, other: &Self) -> f64 {
        self.vector.cosine(&other.vector).max(CONTAINMENT_WEIGHT * self.containment(other))
    }

    /// An estimate of the share of the shorter text that the longer one contains.
    fn containment(&self, other: &Self) -> f64 {
        let (few, many) = if self.shingles.len() <= other.shingles.len() {
            (&self.shingles, &other.shingles)
        } else {
            (&other.shingles, &self.shingles)
        };
        // Two samples of lowest hashes are complete only up to the smaller of their maxima.
        let sampled = |hashes: &Vec<u32>| hashes.len() == MAX_SHINGLES;
        let end = [few, many].into_iter().filter(|hashes| sampled(hashes));
        let end = end.filter_map(|hashes| hashes.last().copied()).min().unwrap_or(u32::MAX);
        let of = few.iter().take_while(|hash| **hash <= end).count();
        let both = few
            .iter()
            .take_while(|hash| **hash <= end)
            .filter(|hash| many.binary_search(hash).is_ok())
            .count();
        if of < MIN_SAMPLE { 0.0 } else { both as f64 / of as f64 }
    }

    /// Whether the days of both pages allow that they cover one story.
    pub(super) fn is_near(&self, other: &Self, max_days: u32) -> bool {
        match (self.day, other.day) {
            (Some(one), Some(other)) => one.abs_diff(other) <= u64::from(max_days),
            _ => true,
        }
    }
}

/// Pairs of pages with a similarity of at least `threshold`.
pub(super) fn pairs(
    pages: &[StoryFeatures],
    threshold: f64,
    max_days: u32,
) -> Vec<(f64, usize, usize)> {
    let mut by_term: HashMap<u32, Vec<usize>> = HashMap::new();
    let mut pairs = Vec::new();
    for (at, page) in pages.iter().enumerate() {
        let mut common: HashMap<usize, u32> = HashMap::new();
        for term in page.vector.heaviest(RAREST_WORDS) {
            let earlier = by_term.entry(term).or_default();
            if earlier.len() >= MAX_PAGES {
                continue;
            }
            for other in &*earlier {
                *common.entry(*other).or_default() += 1;
            }
            earlier.push(at);
        }
        let mut candidates: Vec<usize> = common
            .into_iter()
            .filter(|(_, terms)| *terms >= MIN_WORDS_IN_COMMON)
            .map(|(at, _)| at)
            .collect();
        candidates.sort_unstable();
        for other in candidates {
            let Some(earlier) = pages.get(other) else { continue };
            if page.is_near(earlier, max_days) {
                let similarity = page.similarity(earlier);
                if similarity >= threshold {
                    pairs.push((similarity, other, at));
                }
            }
        }
    }
    pairs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_within_a_longer_one_is_alike_though_their_words_differ() {
        let features = |shingles: Vec<u32>| StoryFeatures { shingles, ..StoryFeatures::default() };
        let spread = |shingle: u32| shingle.wrapping_mul(2_654_435_761);
        let lowest = |shingles: std::ops::Range<u32>| {
            let mut hashes: Vec<u32> = shingles.map(spread).collect();
            hashes.sort_unstable();
            hashes.truncate(MAX_SHINGLES);
            features(hashes)
        };
        let long = lowest(0..700);
        assert_eq!(lowest(0..90).similarity(&long).to_string(), "0.7");
        assert_eq!(lowest(1000..1090).similarity(&long).to_string(), "0");
        assert_eq!(lowest(0..20).similarity(&long).to_string(), "0");
    }
}
