//! Which pages are compared, and how alike they are.

use std::collections::HashMap;

use super::terms::TermVector;

/// Rarest words of a page by which others are found.
const RAREST_WORDS: usize = 24;

/// Words that two pages must have among these.
const MIN_WORDS_IN_COMMON: u32 = 2;

/// Pages with a word beyond which it says nothing of a story.
const MAX_PAGES: usize = 500;

/// Shingles of a page that are compared: the lowest of its hashes, which are a sample.
pub(super) const MAX_SHINGLES: usize = 256;

/// Shingles from which on a sample says something.
const MIN_SAMPLE: usize = 24;

/// What a text that is wholly in another one counts: less than one that is the same.
const CONTAINMENT_WEIGHT: f64 = 0.7;

/// What a page is compared by.
#[derive(Clone, Debug, Default)]
pub(super) struct StoryFeatures {
    pub(super) vector: TermVector,
    /// The lowest hashes of its shingles, ascending.
    pub(super) shingles: Vec<u32>,
    /// The day it is of.
    pub(super) day: Option<i64>,
}

impl StoryFeatures {
    /// How alike two pages are, in [0, 1].
    pub(super) fn similarity(&self, other: &Self) -> f64 {
        self.vector.cosine(&other.vector).max(CONTAINMENT_WEIGHT * self.containment(other))
    }

    /// The share of the shorter text that is in the longer one too, estimated.
    fn containment(&self, other: &Self) -> f64 {
        let (few, many) = if self.shingles.len() <= other.shingles.len() {
            (&self.shingles, &other.shingles)
        } else {
            (&other.shingles, &self.shingles)
        };
        // Where both are samples, they are comparable up to the lower of their ends.
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

    /// Whether the two can be of one story, going by their days.
    pub(super) fn is_near(&self, other: &Self, max_days: u32) -> bool {
        match (self.day, other.day) {
            (Some(one), Some(other)) => one.abs_diff(other) <= u64::from(max_days),
            _ => true,
        }
    }
}

/// Pairs of pages that may be of one story, with how alike they are: those of at least `threshold`.
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
