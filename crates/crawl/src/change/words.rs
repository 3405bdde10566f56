//! Compares the words of related blocks.

use std::collections::BTreeMap;
use std::convert::Infallible;

use similar::algorithms::{DiffHook, myers};

use super::blocks::{MAX_WORDS, TextBlock, UnmatchedBlocks, hash_of, matching_pairs};
use super::pairs::{RelatedBlocks, groups};

/// The budget for Myers' algorithm: the squares of the words of all groups, since its time grows with the
/// product of length and difference. One group of 4,000 words uses it up.
const MAX_SQUARED_WORDS: usize = 16_000_000;

/// The difference of the unmatched blocks of two texts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct WordDifference {
    /// The number of words that only one side has.
    pub(super) words: usize,
    /// Indexes of blocks with such words, and of their counterparts.
    pub(super) added: Vec<usize>,
    pub(super) removed: Vec<usize>,
}

/// Compares unmatched blocks by words.
pub(super) fn compare(left: &UnmatchedBlocks<'_>) -> WordDifference {
    if left.word_count() > MAX_WORDS {
        return by_counts(left);
    }
    let mut found = WordDifference::default();
    let mut budget = MAX_SQUARED_WORDS;
    for group in groups(left) {
        let mut comparison = GroupComparison::new(left, &group);
        let cost = comparison.middle_words().saturating_pow(2);
        if let Some(rest) = budget.checked_sub(cost) {
            budget = rest;
            comparison.align();
        } else {
            comparison.mark_shared_runs(left.shingle);
        }
        comparison.add_to(&mut found);
    }
    found.added.sort_unstable();
    found.removed.sort_unstable();
    found
}

/// Compares by how often each word occurs. Every unmatched block then counts as different.
fn by_counts(left: &UnmatchedBlocks<'_>) -> WordDifference {
    let (before, after) = (&left.before, &left.after);
    let words = |blocks: &[TextBlock<'_>]| {
        blocks.iter().flat_map(|block| &block.words).map(|word| (*word, 0)).collect()
    };
    let both = matching_pairs(words(&before.0), words(&after.0)).len();
    WordDifference {
        words: left.word_count() - 2 * both,
        added: (0..after.0.len()).collect(),
        removed: (0..before.0.len()).collect(),
    }
}

/// The words of one side of a group, and the block of each.
#[derive(Debug, Default)]
struct GroupSide {
    words: Vec<u64>,
    /// For each word, the index of its block in the group.
    block: Vec<usize>,
    /// The number of words of each block.
    lengths: Vec<usize>,
    /// The indexes of the blocks in their text.
    indexes: Vec<usize>,
    /// For each word, whether the other side has it too.
    matched: Vec<bool>,
}

impl GroupSide {
    fn new(blocks: &[TextBlock<'_>], indexes: &[usize]) -> Self {
        let mut side = Self::default();
        for &index in indexes {
            let Some(block) = blocks.get(index) else { continue };
            side.block.resize(side.words.len() + block.words.len(), side.indexes.len());
            side.words.extend(&block.words);
            side.lengths.push(block.words.len());
            side.indexes.push(index);
        }
        side.matched = vec![false; side.words.len()];
        side
    }

    /// The shingles that lie within one block, with their positions.
    fn shingles(&self, length: usize) -> Vec<(u64, usize)> {
        let runs = self.words.windows(length).zip(self.block.windows(length)).enumerate();
        runs.filter(|(_, (_, block))| block.first() == block.last())
            .map(|(at, (words, _))| (hash_of(words), at))
            .collect()
    }

    /// For each block, the number of words that the other side does not have.
    fn unmatched(&self) -> Vec<usize> {
        let mut unmatched = vec![0; self.lengths.len()];
        for (block, _) in self.block.iter().zip(&self.matched).filter(|(_, matched)| !**matched) {
            if let Some(count) = unmatched.get_mut(*block) {
                *count += 1;
            }
        }
        unmatched
    }
}

/// A run of words that both sides have: its position on each side, and its length.
type WordRun = (usize, usize, usize);

struct GroupComparison {
    before: GroupSide,
    after: GroupSide,
    prefix: usize,
    suffix: usize,
    /// The number of words that two blocks have in common.
    links: BTreeMap<(usize, usize), usize>,
}

impl GroupComparison {
    fn new(left: &UnmatchedBlocks<'_>, group: &RelatedBlocks) -> Self {
        let before = GroupSide::new(&left.before.0, &group.before);
        let after = GroupSide::new(&left.after.0, &group.after);
        let same = |(one, other): &(&u64, &u64)| one == other;
        let prefix = before.words.iter().zip(&after.words).take_while(same).count();
        let room = before.words.len().min(after.words.len()) - prefix;
        let ends = before.words.iter().rev().zip(after.words.iter().rev());
        let suffix = ends.take(room).take_while(same).count();
        Self { before, after, prefix, suffix, links: BTreeMap::new() }
    }

    /// The number of words between the common prefix and the common suffix.
    fn middle_words(&self) -> usize {
        self.before.words.len() + self.after.words.len() - 2 * (self.prefix + self.suffix)
    }

    fn ends(&self) -> [WordRun; 2] {
        let (before, after) = (self.before.words.len(), self.after.words.len());
        [(0, 0, self.prefix), (before - self.suffix, after - self.suffix, self.suffix)]
    }

    /// Finds the longest common subsequence of words. Two blocks that have fewer than half of the words of the
    /// shorter one in common are unrelated: any two texts share words such as "the".
    fn align(&mut self) {
        let mut runs = WordRuns(self.ends().into());
        let middle = |words: &[u64]| self.prefix..words.len() - self.suffix;
        let (before, after) = (&self.before.words, &self.after.words);
        // The hook never returns an error.
        let _ = myers::diff(&mut runs, &before[..], middle(before), &after[..], middle(after));
        let mut words = Vec::new();
        for (one, other, length) in runs.0 {
            for (one, other) in (one..one + length).zip(other..other + length) {
                if let Some(link) = self.link(one, other) {
                    *self.links.entry(link).or_default() += 1;
                    words.push((one, other, link));
                }
            }
        }
        let (before, after) = (&self.before.lengths, &self.after.lengths);
        self.links.retain(|(one, other), count| {
            let lengths = before.get(*one).copied().zip(after.get(*other).copied());
            lengths.is_some_and(|(one, other)| *count * 2 >= one.min(other))
        });
        for (one, other, link) in words {
            if self.links.contains_key(&link) {
                self.mark((one, other, 1));
            }
        }
    }

    /// Marks the words of shingles that both sides have, in any order.
    fn mark_shared_runs(&mut self, shingle: usize) {
        let shingles = matching_pairs(self.before.shingles(shingle), self.after.shingles(shingle));
        for (one, other) in shingles {
            if let Some(link) = self.link(one, other) {
                *self.links.entry(link).or_default() += 1;
                self.mark((one, other, shingle));
            }
        }
        for run in self.ends() {
            self.mark(run);
        }
    }

    fn link(&self, one: usize, other: usize) -> Option<(usize, usize)> {
        Some((*self.before.block.get(one)?, *self.after.block.get(other)?))
    }

    fn mark(&mut self, (one, other, length): WordRun) {
        for (side, at) in [(&mut self.before, one), (&mut self.after, other)] {
            if let Some(words) = side.matched.get_mut(at..at + length) {
                words.fill(true);
            }
        }
    }

    /// Adds the blocks that have words of their own. For each, its counterpart on the other side is added too:
    /// the block with which it has the most words in common.
    fn add_to(&self, found: &mut WordDifference) {
        let (before, after) = (self.before.unmatched(), self.after.unmatched());
        let mut removed: Vec<bool> = before.iter().map(|count| *count > 0).collect();
        let mut added: Vec<bool> = after.iter().map(|count| *count > 0).collect();
        let mut made_of: Vec<Option<(usize, usize)>> = vec![None; after.len()];
        let mut made_into: Vec<Option<(usize, usize)>> = vec![None; before.len()];
        for (&(one, other), &count) in &self.links {
            keep_most(&mut made_into, one, (count, other));
            keep_most(&mut made_of, other, (count, one));
        }
        let (is_removed, is_added) = (removed.clone(), added.clone());
        for (is_changed, partners, changed) in
            [(&is_removed, &made_into, &mut added), (&is_added, &made_of, &mut removed)]
        {
            for (is_changed, partner) in is_changed.iter().zip(partners) {
                if let (true, Some((_, partner))) = (is_changed, partner)
                    && let Some(entry) = changed.get_mut(*partner)
                {
                    *entry = true;
                }
            }
        }
        let block_indexes = |side: &GroupSide, which: &[bool]| -> Vec<usize> {
            let which = side.indexes.iter().zip(which).filter(|(_, is)| **is);
            which.map(|(index, _)| *index).collect()
        };
        found.words += before.iter().chain(&after).sum::<usize>();
        found.removed.extend(block_indexes(&self.before, &removed));
        found.added.extend(block_indexes(&self.after, &added));
    }
}

fn keep_most(best: &mut [Option<(usize, usize)>], at: usize, candidate: (usize, usize)) {
    if let Some(entry) = best.get_mut(at)
        && entry.is_none_or(|(most, _)| candidate.0 > most)
    {
        *entry = Some(candidate);
    }
}

/// Collects the runs that Myers' algorithm finds.
struct WordRuns(Vec<WordRun>);

impl DiffHook for WordRuns {
    type Error = Infallible;

    fn equal(&mut self, before: usize, after: usize, length: usize) -> Result<(), Infallible> {
        self.0.push((before, after, length));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::blocks::TextBlocks;
    use super::*;

    fn left<'a>(before: &'a str, after: &'a str) -> UnmatchedBlocks<'a> {
        UnmatchedBlocks {
            before: TextBlocks::from_text(before),
            after: TextBlocks::from_text(after),
            shingle: 3,
        }
    }

    fn words(from: usize, to: usize) -> String {
        let words: Vec<String> = (from..to).map(|n| format!("w{n}")).collect();
        words.join(" ")
    }

    #[test]
    fn long_texts_with_scattered_changes_have_the_same_difference() {
        // Four changes, far from each other.
        let before = words(0, 6_000);
        let mut after = before.clone();
        for n in [17, 1_000, 3_000, 5_900] {
            after = after.replace(&format!(" w{n} "), &format!(" x{n} "));
        }
        let left = left(&before, &after);
        let group = groups(&left).remove(0);
        let mut found = [WordDifference::default(), WordDifference::default()];
        let mut aligned = GroupComparison::new(&left, &group);
        aligned.align();
        aligned.add_to(&mut found[0]);
        let mut covered = GroupComparison::new(&left, &group);
        assert!(covered.middle_words().pow(2) > MAX_SQUARED_WORDS);
        covered.mark_shared_runs(3);
        covered.add_to(&mut found[1]);
        assert_eq!(found[0], WordDifference { words: 8, added: vec![0], removed: vec![0] });
        assert_eq!(found[1], found[0]);
        assert_eq!(compare(&left), found[0]);
    }

    #[test]
    fn large_unrelated_texts_are_compared_by_counts() {
        let (before, after) = (words(0, 250_000), words(240_000, 500_000));
        let found = compare(&left(&before, &after));
        assert_eq!(found, WordDifference { words: 490_000, added: vec![0], removed: vec![0] });
    }

    #[test]
    fn common_function_words_do_not_relate_blocks() {
        let found = compare(&left(
            "The ferry of the northern line sailed at nine for the islands.",
            "The council will raise the toll of a bridge for buses.",
        ));
        assert_eq!(found, WordDifference { words: 23, added: vec![0], removed: vec![0] });
    }
}
