//! Which words follow each other.
//!
//! A table stores for two tokens how much more often the second follows the first than it occurs
//! anywhere. What is known of the two words themselves counts first, then what is known of their
//! kinds. A kind is a frequent word itself, a common ending, or a mark; there are three levels of
//! kinds, from the coarsest to the finest.

use std::collections::HashMap;

use super::reader::TableReader;
use super::sparse::SparseMap;

/// The kind of a token at one level.
pub(super) type TokenKindId = u16;

/// The number of levels of kinds.
pub(super) const LEVELS: usize = 3;

/// Kinds that every table has at every level, before its own kinds.
mod fixed {
    use super::TokenKindId;
    /// Before the first token and after the last.
    pub(super) const EDGE: TokenKindId = 0;
    pub(super) const NUMBER: TokenKindId = 1;
    /// A mark without a kind of its own, or a word in another script.
    pub(super) const OTHER: TokenKindId = 2;
    /// A word with an uncommon ending.
    pub(super) const WORD: TokenKindId = 3;
    /// The kinds of marks begin here, in the order of `MARKS`.
    pub(super) const MARKS_FROM: TokenKindId = 4;
    pub(super) const MARKS: &str = ",.:;!?-()\"«»“”„–—'’";
}

const STEP: f32 = 0.05;
/// The stored number for 0.
const MIDDLE: u8 = 127;

/// What is known of a token when its neighbors are weighed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct TokenKinds {
    levels: [TokenKindId; LEVELS],
    /// A hash of the word's letters; 0 for a token that is no word of the language.
    word: u32,
}

impl TokenKinds {
    pub(super) const EDGE: Self = Self::all(fixed::EDGE);
    pub(super) const NUMBER: Self = Self::all(fixed::NUMBER);
    pub(super) const OTHER: Self = Self::all(fixed::OTHER);

    const fn all(kind: TokenKindId) -> Self {
        Self { levels: [kind; LEVELS], word: 0 }
    }

    /// The kinds of a mark.
    pub(super) fn of_mark(character: char) -> Self {
        fixed::MARKS
            .chars()
            .position(|mark| mark == character)
            .and_then(|at| TokenKindId::try_from(at).ok())
            .map_or(Self::OTHER, |at| Self::all(fixed::MARKS_FROM + at))
    }
}

/// The kinds of one level.
#[derive(Debug)]
struct KindLevel {
    /// How many of the frequent words are kinds of their own.
    words: TokenKindId,
    endings: HashMap<Vec<u8>, TokenKindId>,
    longest_ending: usize,
}

/// The kinds of words, and how words follow each other.
#[derive(Debug)]
pub(super) struct WordTransitions {
    /// Frequent words, numbered from the most frequent.
    frequent: HashMap<Vec<u8>, TokenKindId>,
    levels: Vec<KindLevel>,
    /// The number of kinds of the coarsest level.
    size: usize,
    /// For each two kinds of the coarsest level.
    dense: Vec<u8>,
    /// For two kinds of a finer level, if they differ from the coarser ones.
    kinds: SparseMap,
    /// For two words, if they differ from their kinds.
    words: SparseMap,
}

impl WordTransitions {
    pub(super) fn read(reader: &mut TableReader<'_>) -> Option<Self> {
        let own_from =
            fixed::MARKS_FROM + TokenKindId::try_from(fixed::MARKS.chars().count()).ok()?;
        let mut frequent = HashMap::new();
        for number in 0..reader.u16()? {
            frequent.insert(word(reader)?, own_from.checked_add(number)?);
        }
        let mut levels = Vec::with_capacity(LEVELS);
        let mut size = 0;
        for level in 0..LEVELS {
            let words = own_from.checked_add(reader.u16()?)?;
            let mut endings = HashMap::new();
            let mut kind = words;
            for _ in 0..reader.u16()? {
                endings.insert(word(reader)?, kind);
                kind = kind.checked_add(1)?;
            }
            if level == 0 {
                size = usize::from(kind);
            }
            let longest_ending = endings.keys().map(Vec::len).max().unwrap_or(0);
            levels.push(KindLevel { words, endings, longest_ending });
        }
        let dense = reader.block()?.to_vec();
        let kinds = SparseMap::read(reader)?;
        let words = SparseMap::read(reader)?;
        (dense.len() == size * size).then_some(Self { frequent, levels, size, dense, kinds, words })
    }

    /// The kinds of a word.
    pub(super) fn of_word(&self, codes: &[u8]) -> TokenKinds {
        let frequent = self.frequent.get(codes).copied();
        let mut levels = [fixed::WORD; LEVELS];
        for (kind, level) in levels.iter_mut().zip(&self.levels) {
            *kind = match frequent {
                Some(number) if number < level.words => number,
                _ => (1..=level.longest_ending.min(codes.len()))
                    .rev()
                    .find_map(|length| level.endings.get(&codes[codes.len() - length..]).copied())
                    .unwrap_or(fixed::WORD),
            };
        }
        TokenKinds { levels, word: hash(codes) }
    }

    /// The logarithm of how much likelier the second token is after the first.
    pub(super) fn link(&self, first: TokenKinds, second: TokenKinds) -> f32 {
        let of_words = || {
            let key = u64::from(first.word) << 32 | u64::from(second.word);
            if first.word == 0 || second.word == 0 { None } else { self.words.get(key) }
        };
        let of_kinds = |level: usize| {
            let pair = u64::from(first.levels[level]) << 16 | u64::from(second.levels[level]);
            self.kinds.get((level as u64) << 32 | pair)
        };
        let coarsest = || {
            let at = usize::from(first.levels[0]) * self.size + usize::from(second.levels[0]);
            self.dense.get(at).copied()
        };
        let value = of_words()
            .or_else(|| of_kinds(2))
            .or_else(|| of_kinds(1))
            .or_else(coarsest)
            .unwrap_or(MIDDLE);
        (f32::from(value) - f32::from(MIDDLE)) * STEP
    }
}

/// The codes of a word in a table.
fn word(reader: &mut TableReader<'_>) -> Option<Vec<u8>> {
    let length = usize::from(reader.u8()?);
    Some(reader.bytes(length)?.to_vec())
}

/// FNV-1a (Fowler, Noll & Vo), 32 bits.
fn hash(codes: &[u8]) -> u32 {
    codes.iter().fold(0x811C_9DC5, |hash, &code| (hash ^ u32::from(code)).wrapping_mul(0x0100_0193))
}
