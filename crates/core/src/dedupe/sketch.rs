//! A sample of the shingles of a text, from which the similarity of two texts is computed.

use crate::tokens::{TextToken, shingles};

/// The most hashes of a sketch. Up to this many shingles, the similarity of two texts is exact. For longer texts it is
/// estimated from a sample, with a standard error below 0.012: at most 0.5 / sqrt(2048).
pub(super) const MAX_HASHES: usize = 2048;

/// The lowest hashes of a text's shingles (Broder's bottom-k sketch, 1997).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct BottomKSketch {
    /// Ascending, without repetition, [`MAX_HASHES`] at most.
    pub(super) hashes: Vec<u32>,
    /// Whether these are all hashes of the text.
    pub(super) is_whole: bool,
}

impl BottomKSketch {
    pub(super) fn new(mut hashes: Vec<u32>) -> Self {
        let is_whole = hashes.len() <= MAX_HASHES;
        hashes.truncate(MAX_HASHES);
        Self { hashes, is_whole }
    }

    /// The number of shingles in both texts divided by the number in either, in [0, 1] (Jaccard's coefficient).
    pub(super) fn similarity(&self, other: &Self) -> f64 {
        // A sample says nothing about hashes above its last one, so they are not compared.
        let known = |sketch: &Self| match sketch.hashes.last() {
            Some(last) if !sketch.is_whole => *last,
            _ => u32::MAX,
        };
        let known = known(self).min(known(other));
        let mut ours = self.hashes.iter().take_while(|hash| **hash <= known).peekable();
        let mut theirs = other.hashes.iter().take_while(|hash| **hash <= known).peekable();
        let (mut both, mut either) = (0u32, 0u32);
        loop {
            let order = match (ours.peek(), theirs.peek()) {
                (None, None) => break,
                (Some(_), None) => std::cmp::Ordering::Less,
                (None, Some(_)) => std::cmp::Ordering::Greater,
                (Some(ours), Some(theirs)) => ours.cmp(theirs),
            };
            either += 1;
            both += u32::from(order.is_eq());
            if order.is_le() {
                ours.next();
            }
            if order.is_ge() {
                theirs.next();
            }
        }
        f64::from(both) / f64::from(either.max(1))
    }
}

/// The hashes of all shingles, ascending and without repetition.
pub(super) fn distinct(tokens: &[TextToken]) -> Vec<u32> {
    // The low half of the hash is enough: `shingles` folds the high half into it.
    #[expect(clippy::cast_possible_truncation, reason = "half of a hash")]
    let mut hashes: Vec<u32> = shingles(tokens).map(|hash| hash as u32).collect();
    hashes.sort_unstable();
    hashes.dedup();
    hashes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sketch(hashes: impl IntoIterator<Item = u32>) -> BottomKSketch {
        BottomKSketch::new(hashes.into_iter().collect())
    }

    #[test]
    fn short_texts_are_compared_exactly() {
        let like = |ours: &[u32], theirs: &[u32]| {
            sketch(ours.iter().copied()).similarity(&sketch(theirs.iter().copied()))
        };
        assert_eq!(like(&[1, 2, 3, 4], &[1, 2, 3, 4]).to_string(), "1");
        assert_eq!(like(&[1, 2, 3], &[2, 3, 4]).to_string(), "0.5");
        assert_eq!(like(&[1, 2], &[3]).to_string(), "0");
        assert_eq!(like(&[], &[]).to_string(), "0");
    }

    #[test]
    fn long_texts_are_compared_as_far_as_both_are_known() {
        let long = sketch(0..10_000);
        assert!(!long.is_whole && long.hashes.len() == 2048);
        assert_eq!(long.similarity(&sketch(0..20_000)).to_string(), "1");
        // Every other one of the hashes is in the other text, up to where that one is known too.
        assert_eq!(long.similarity(&sketch((0..20_000).step_by(2))).to_string(), "0.5");
    }
}
