//! Groups related blocks of two texts.

use std::collections::HashMap;

use super::blocks::{TextBlock, UnmatchedBlocks, hash_of};

/// The share of shingles, of those of the shorter block, from which two blocks are versions of one, as a
/// fraction. Integers, so that no rounding decides.
const MIN_SHARED: (usize, usize) = (1, 4);

/// Blocks that are versions of each other, by their indexes, in order: a block and its new version, or a block
/// and the two that it was split into.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct RelatedBlocks {
    pub(super) before: Vec<usize>,
    pub(super) after: Vec<usize>,
}

/// Groups of blocks that share shingles, in the order of their first blocks. The last group has all blocks
/// without shared shingles. They may still be versions of each other: a short line can lose all its shingles
/// in one edit.
pub(super) fn groups(left: &UnmatchedBlocks<'_>) -> Vec<RelatedBlocks> {
    let (before, after) = (&left.before.0, &left.after.0);
    let mut sets = DisjointSets::new(before.len() + after.len());
    for (one, other) in nearest(before, after, left.shingle) {
        sets.join(one, before.len() + other);
    }
    for (other, one) in nearest(after, before, left.shingle) {
        sets.join(one, before.len() + other);
    }
    let mut groups: Vec<RelatedBlocks> = Vec::new();
    let mut rest = RelatedBlocks::default();
    let mut index_by_root = HashMap::new();
    for at in 0..before.len() + after.len() {
        let group = if sets.is_alone(at) {
            &mut rest
        } else {
            let next = groups.len();
            let index = *index_by_root.entry(sets.root(at)).or_insert(next);
            if index == next {
                groups.push(RelatedBlocks::default());
            }
            let Some(group) = groups.get_mut(index) else { continue };
            group
        };
        match at.checked_sub(before.len()) {
            None => group.before.push(at),
            Some(at) => group.after.push(at),
        }
    }
    if !rest.before.is_empty() || !rest.after.is_empty() {
        groups.push(rest);
    }
    groups
}

/// For each block of `of`, the block of `among` with which it shares the most shingles, if they are enough.
fn nearest(of: &[TextBlock<'_>], among: &[TextBlock<'_>], shingle: usize) -> Vec<(usize, usize)> {
    let mut owners: HashMap<u64, usize> = HashMap::new();
    for (at, block) in among.iter().enumerate() {
        for words in block.words.windows(shingle) {
            owners.entry(hash_of(words)).or_insert(at);
        }
    }
    let shingles = |block: &TextBlock<'_>| (block.words.len() + 1).saturating_sub(shingle);
    let mut pairs = Vec::new();
    let mut hits = Vec::new();
    for (at, block) in of.iter().enumerate() {
        hits.clear();
        hits.extend(
            block.words.windows(shingle).filter_map(|words| owners.get(&hash_of(words)).copied()),
        );
        hits.sort_unstable();
        let runs = hits.chunk_by(|one, other| one == other);
        // The first of several with the same number.
        let best = runs.max_by_key(|run| (run.len(), std::cmp::Reverse(run.first())));
        let Some((other, shared)) = best.and_then(|run| Some((*run.first()?, run.len()))) else {
            continue;
        };
        let all = among.get(other).map_or(0, shingles).min(shingles(block));
        if shared * MIN_SHARED.1 >= all * MIN_SHARED.0 {
            pairs.push((at, other));
        }
    }
    pairs
}

/// Disjoint sets (union-find). The root of each set is its smallest member, so the order of joins does not
/// matter.
struct DisjointSets {
    parents: Vec<usize>,
    alone: Vec<bool>,
}

impl DisjointSets {
    fn new(len: usize) -> Self {
        Self { parents: (0..len).collect(), alone: vec![true; len] }
    }

    fn root(&mut self, mut at: usize) -> usize {
        while let Some(&parent) = self.parents.get(at) {
            if parent == at {
                break;
            }
            // Path halving keeps the paths short.
            let above = self.parents.get(parent).copied().unwrap_or(parent);
            if let Some(entry) = self.parents.get_mut(at) {
                *entry = above;
            }
            at = above;
        }
        at
    }

    fn join(&mut self, one: usize, other: usize) {
        for at in [one, other] {
            if let Some(alone) = self.alone.get_mut(at) {
                *alone = false;
            }
        }
        let (one, other) = (self.root(one), self.root(other));
        if let Some(entry) = self.parents.get_mut(one.max(other)) {
            *entry = one.min(other);
        }
    }

    fn is_alone(&self, at: usize) -> bool {
        self.alone.get(at).copied().unwrap_or(true)
    }
}

#[cfg(test)]
mod tests {
    use super::super::blocks::TextBlocks;
    use super::*;

    fn groups_of(before: &[&str], after: &[&str]) -> Vec<(Vec<usize>, Vec<usize>)> {
        let (before, after) = (before.join("\n\n"), after.join("\n\n"));
        let left = UnmatchedBlocks {
            before: TextBlocks::from_text(&before),
            after: TextBlocks::from_text(&after),
            shingle: 3,
        };
        groups(&left).into_iter().map(|group| (group.before, group.after)).collect()
    }

    const FERRY: &str = "the ferry sails at nine from the old harbour";
    const TOLL: &str = "the council raised the toll of the northern bridge";

    #[test]
    fn a_moved_block_is_grouped_with_its_new_version() {
        let (ferry, toll) = (
            "the ferry sails at ten from the old harbour",
            "so they raised the toll of the northern bridge",
        );
        assert_eq!(
            groups_of(&[FERRY, TOLL], &[toll, ferry]),
            [(vec![0], vec![1]), (vec![1], vec![0])]
        );
    }

    #[test]
    fn a_split_block_is_grouped_with_its_parts() {
        let whole = format!("{FERRY} {TOLL}");
        assert_eq!(
            groups_of(&[&whole, "it rains"], &[FERRY, TOLL]),
            [(vec![0], vec![0, 1]), (vec![1], vec![])]
        );
        assert_eq!(
            groups_of(&[FERRY, TOLL], &["it rains", &whole]),
            [(vec![0, 1], vec![1]), (vec![], vec![0])]
        );
    }

    #[test]
    fn unrelated_blocks_form_the_last_group() {
        assert_eq!(groups_of(&[FERRY, "rain"], &[TOLL, "snow"]), [(vec![0, 1], vec![0, 1])]);
        assert_eq!(groups_of(&[], &[]), []);
    }
}
