//! The words of blocks, as hashes, for the model's word table and for comparing blocks.

use xxhash_rust::xxh3::xxh3_64;

use crate::fold::is_alphanumeric;
use crate::lexicon::NormalizedText;

/// Words of a block that are used: the first ones show what it is.
const MAX_WORDS: usize = 32;
/// Blocks with fewer words are lines. In a line a word such as "share" has another meaning than in a
/// paragraph.
const LINE_WORDS: usize = 10;
/// Letters from which a word is likely to say what a text is about.
const LONG_WORD: usize = 4;
/// The bit that is set in the hashes of long words.
pub(super) const LONG: u32 = 1;

/// The words of all blocks.
#[derive(Debug, Default)]
pub(crate) struct BlockWords {
    hashes: Vec<u32>,
    /// The start of each block's words in `hashes`, and the end of the last block's.
    starts: Vec<usize>,
}

/// The role of a word in a block. The numbers are part of the hashes in the model file, so they must not change
/// without fitting a new model.
#[derive(Clone, Copy)]
enum WordRole {
    InLine = 1,
    InParagraph = 2,
    First = 3,
    Last = 4,
    Pair = 5,
}

impl BlockWords {
    pub(crate) fn new(texts: &[NormalizedText]) -> Self {
        let mut words = Self { hashes: Vec::new(), starts: vec![0] };
        for text in texts {
            let start = words.hashes.len();
            for_each_word(text.as_str(), &mut |word| {
                words.hashes.push(hash(word));
                words.hashes.len() < start + MAX_WORDS
            });
            words.starts.push(words.hashes.len());
        }
        words
    }

    /// The words of some of the blocks.
    pub(super) fn of_blocks(&self, indices: &[usize]) -> Self {
        let mut words = Self { hashes: Vec::new(), starts: vec![0] };
        for index in indices {
            words.hashes.extend(self.of_block(*index));
            words.starts.push(words.hashes.len());
        }
        words
    }

    pub(super) fn of_block(&self, index: usize) -> &[u32] {
        let range = self.starts.get(index).zip(self.starts.get(index + 1));
        range.and_then(|(start, end)| self.hashes.get(*start..*end)).unwrap_or_default()
    }

    /// Calls `visit` with the tokens of a block: each word, the first and the last word, and in a line each
    /// pair of adjacent words.
    pub(crate) fn for_each_token(&self, index: usize, mut visit: impl FnMut(u32)) {
        let words = self.of_block(index);
        let is_line = words.len() < LINE_WORDS;
        let role = if is_line { WordRole::InLine } else { WordRole::InParagraph };
        for word in words {
            visit(token(*word, role));
        }
        if let (Some(first), Some(last)) = (words.first(), words.last()) {
            visit(token(*first, WordRole::First));
            visit(token(*last, WordRole::Last));
        }
        if is_line {
            for pair in words.windows(2) {
                if let [first, second] = pair {
                    visit(token(first.rotate_left(13) ^ second, WordRole::Pair));
                }
            }
        }
    }
}

pub(super) fn hash(word: &str) -> u32 {
    // Any half of an xxh3 hash is a good hash.
    #[expect(clippy::cast_possible_truncation, reason = "a hash of 32 bits is wanted")]
    let hash = xxh3_64(word.as_bytes()) as u32;
    let is_long = word.chars().nth(LONG_WORD - 1).is_some();
    hash & !LONG | u32::from(is_long)
}

fn token(hash: u32, role: WordRole) -> u32 {
    (hash ^ (role as u32).wrapping_mul(0x9e37_79b9)).wrapping_mul(0x85eb_ca6b).rotate_left(15)
}

/// Calls `visit` with each word of a normalized text, until it returns false: runs of letters and digits, and single
/// characters in scripts without spaces. `#` is a number and `¤` a currency.
pub(super) fn for_each_word(text: &str, visit: &mut dyn FnMut(&str) -> bool) {
    let bytes = text.as_bytes();
    let mut start = None;
    let mut next = 0;
    loop {
        let mut at = next;
        while bytes.get(at).is_some_and(u8::is_ascii_lowercase) {
            at += 1;
        }
        if at > next {
            start.get_or_insert(next);
        }
        let Some(character) = text.get(at..).and_then(|rest| rest.chars().next()) else { break };
        next = at + character.len_utf8();
        let is_single = matches!(character, '#' | '¤') || super::measure::is_cjk(character);
        if is_alphanumeric(character) && !is_single {
            start.get_or_insert(at);
            continue;
        }
        if let Some(start) = start.take()
            && !visit(text.get(start..at).unwrap_or_default())
        {
            return;
        }
        if is_single && !visit(text.get(at..next).unwrap_or_default()) {
            return;
        }
    }
    if let Some(start) = start {
        visit(text.get(start..).unwrap_or_default());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens(text: &str) -> Vec<u32> {
        let words = BlockWords::new(&[NormalizedText::new(text)]);
        let mut tokens = Vec::new();
        words.for_each_token(0, |token| tokens.push(token));
        tokens
    }

    #[test]
    fn words_are_folded_before_they_are_hashed() {
        assert_eq!(tokens("Share THIS 12"), tokens("share this 4711"));
        assert_ne!(tokens("share this"), tokens("this share"));
    }

    #[test]
    fn a_line_has_pairs_and_a_paragraph_has_none() {
        assert_eq!(tokens("one two three").len(), 3 + 2 + 2);
        assert_eq!(tokens("a b c d e f g h i j").len(), 10 + 2);
        assert_eq!(tokens("").len(), 0);
    }
}
