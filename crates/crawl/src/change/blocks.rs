//! The blocks of two texts, and which of them both contain.

use xxhash_rust::xxh3::xxh3_64;

use super::labels;
use copydesk_core::tokens;

/// The most words, of both texts together, that are compared in order. Larger differences are megabytes
/// without anything in common, and are compared by counts of words.
pub(super) const MAX_WORDS: usize = 400_000;

/// The most blocks of a text. The rest of the text becomes one more block.
const MAX_BLOCKS: usize = 100_000;

/// A block and its words.
#[derive(Clone, Debug)]
pub(super) struct TextBlock<'a> {
    pub(super) text: &'a str,
    /// Hashes of its words, in order. Never empty.
    pub(super) words: Vec<u64>,
    /// The number of its words, where a character of a script without spaces counts as a part of a word.
    weight: usize,
}

impl TextBlock<'_> {
    fn hash(&self) -> u64 {
        hash_of(&self.words)
    }
}

/// The blocks of a text, in order.
#[derive(Clone, Debug)]
pub(super) struct TextBlocks<'a>(pub(super) Vec<TextBlock<'a>>);

impl<'a> TextBlocks<'a> {
    /// The blocks of a text that have words.
    pub(super) fn from_text(text: &'a str) -> Self {
        let blocks = text.splitn(MAX_BLOCKS, "\n\n").map(str::trim).filter_map(|text| {
            let tokens = tokens::tokens(text);
            let weight = tokens::words(&tokens);
            let words: Vec<u64> = tokens.into_iter().map(|token| token.hash).collect();
            (!words.is_empty()).then_some(TextBlock { text, words, weight })
        });
        Self(blocks.collect())
    }

    pub(super) fn word_count(&self) -> usize {
        self.0.iter().map(|block| block.words.len()).sum()
    }

    fn weight(&self) -> usize {
        self.0.iter().map(|block| block.weight).sum()
    }

    /// The texts of the blocks with these indexes.
    pub(super) fn texts(&self, which: &[usize]) -> Vec<String> {
        which.iter().filter_map(|&at| Some(self.0.get(at)?.text.to_owned())).collect()
    }

    fn without(self, matched: &[bool]) -> Self {
        let left = self.0.into_iter().zip(matched).filter(|(_, matched)| !**matched);
        Self(left.map(|(block, _)| block).collect())
    }
}

/// What two texts have each for itself.
#[derive(Clone, Debug)]
pub(super) struct UnmatchedBlocks<'a> {
    pub(super) before: TextBlocks<'a>,
    pub(super) after: TextBlocks<'a>,
    /// The length of shingles: so many consecutive words that two blocks hardly share them by chance. Three, and
    /// up to ten where a word is a character.
    pub(super) shingle: usize,
}

/// The blocks without those that are in both texts: with the same words, or as labels that differ in numbers
/// only. A block that is in one text more often stays as often as it is there in excess.
pub(super) fn unmatched<'a>(before: TextBlocks<'a>, after: TextBlocks<'a>) -> UnmatchedBlocks<'a> {
    let words = before.word_count() + after.word_count();
    let weight = (before.weight() + after.weight()).max(1);
    let shingle = (3 * words / weight).clamp(3, 10);
    let left =
        UnmatchedBlocks { before, after, shingle }.without_common(|block| Some(block.hash()));
    if left.word_count() > MAX_WORDS {
        return left;
    }
    left.without_common(|block| labels::label_key(block.text))
}

impl UnmatchedBlocks<'_> {
    pub(super) fn word_count(&self) -> usize {
        self.before.word_count() + self.after.word_count()
    }

    /// Removes the blocks whose key is in both texts.
    fn without_common(self, key: impl Fn(&TextBlock<'_>) -> Option<u64>) -> Self {
        let keyed = |blocks: &TextBlocks<'_>| {
            let blocks = blocks.0.iter().enumerate();
            blocks.filter_map(|(at, block)| Some((key(block)?, at))).collect()
        };
        let (before, after) = (keyed(&self.before), keyed(&self.after));
        let mut in_before = vec![false; self.before.0.len()];
        let mut in_after = vec![false; self.after.0.len()];
        for (one, other) in matching_pairs(before, after) {
            if let (Some(one), Some(other)) = (in_before.get_mut(one), in_after.get_mut(other)) {
                (*one, *other) = (true, true);
            }
        }
        Self {
            before: self.before.without(&in_before),
            after: self.after.without(&in_after),
            ..self
        }
    }
}

/// Pairs with the same key. Each entry is in at most one pair; the first ones are paired first.
pub(super) fn matching_pairs(
    mut before: Vec<(u64, usize)>,
    mut after: Vec<(u64, usize)>,
) -> Vec<(usize, usize)> {
    before.sort_unstable();
    after.sort_unstable();
    let mut pairs = Vec::new();
    let mut after = after.into_iter().peekable();
    for (key, one) in before {
        while after.next_if(|(other, _)| *other < key).is_some() {}
        if let Some((_, other)) = after.next_if(|(other, _)| *other == key) {
            pairs.push((one, other));
        }
    }
    pairs
}

/// A hash of a sequence of hashes.
pub(super) fn hash_of(words: &[u64]) -> u64 {
    let hash = words.iter().fold(words.len() as u64, |hash, word| {
        (hash.rotate_left(23) ^ word).wrapping_mul(0x9E37_79B9_7F4A_7C15)
    });
    xxh3_64(&hash.to_le_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn left(before: &str, after: &str) -> (Vec<String>, Vec<String>) {
        let left = unmatched(TextBlocks::from_text(before), TextBlocks::from_text(after));
        let texts =
            |blocks: &TextBlocks<'_>| blocks.0.iter().map(|block| block.text.to_owned()).collect();
        (texts(&left.before), texts(&left.after))
    }

    #[test]
    fn blocks_without_words_are_skipped() {
        let blocks = TextBlocks::from_text("One.\n\n* * *\n\n\n\n Two \n\n—");
        assert_eq!(blocks.0.iter().map(|block| block.text).collect::<Vec<_>>(), ["One.", "Two"]);
        assert_eq!(TextBlocks::from_text("").word_count(), 0);
    }

    #[test]
    fn the_text_after_the_last_block_is_one_block() {
        let text = "a\n\n".repeat(MAX_BLOCKS + 5);
        let blocks = TextBlocks::from_text(&text);
        assert_eq!((blocks.0.len(), blocks.word_count()), (MAX_BLOCKS, MAX_BLOCKS + 5));
    }

    #[test]
    fn repeated_blocks_are_matched_one_by_one() {
        let one = |text: &str| vec![text.to_owned()];
        assert_eq!(left("a\n\nb\n\na", "b\n\na"), (one("a"), vec![]));
        assert_eq!(left("a\n\nB!", "b\n\na\n\nc"), (vec![], one("c")));
        assert_eq!(
            left("a b\n\nc", "a\n\nb c"),
            (vec!["a b".into(), "c".into()], { vec!["a".into(), "b c".into()] })
        );
    }
}
