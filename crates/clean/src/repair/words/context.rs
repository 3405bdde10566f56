//! Which kinds of words follow each other.
//!
//! A kind is a frequent word itself, a common ending, or a mark. A table stores for two kinds how
//! much more often the second follows the first than it occurs anywhere.

use std::collections::HashMap;

use super::reader::TableReader;
use super::sparse::SparseMap;

/// The kind of a token.
pub(super) type TokenKindId = u16;

/// Kinds that every table has, before its own kinds.
pub(super) mod fixed {
    use super::TokenKindId;
    /// Before the first token and after the last.
    pub(in super::super) const EDGE: TokenKindId = 0;
    pub(in super::super) const NUMBER: TokenKindId = 1;
    /// A mark without a kind of its own, or a word in another script.
    pub(in super::super) const OTHER: TokenKindId = 2;
    /// A word with an uncommon ending.
    pub(in super::super) const WORD: TokenKindId = 3;
    /// The kinds of marks begin here, in the order of `MARKS`.
    pub(in super::super) const MARKS_FROM: TokenKindId = 4;
    pub(in super::super) const MARKS: &str = ",.:;!?-()\"«»“”„–—'’";
}

const STEP: f32 = 0.05;
/// The stored number for 0.
const MIDDLE: u8 = 127;
const LONGEST_ENDING: usize = 3;

/// The kinds of words, and how they follow each other.
#[derive(Debug)]
pub(super) struct KindTransitions {
    words: HashMap<Vec<u8>, TokenKindId>,
    endings: HashMap<Vec<u8>, TokenKindId>,
    /// By kind: the value for a successor that was never seen after it.
    unseen: Vec<u8>,
    pairs: SparseMap,
}

impl KindTransitions {
    pub(super) fn read(reader: &mut TableReader<'_>) -> Option<Self> {
        let (mut words, mut endings) = (HashMap::new(), HashMap::new());
        let mut kind =
            fixed::MARKS_FROM + TokenKindId::try_from(fixed::MARKS.chars().count()).ok()?;
        for is_words in [true, false] {
            for _ in 0..reader.u16()? {
                let length = usize::from(reader.u8()?);
                let codes = reader.bytes(length)?.to_vec();
                let map = if is_words { &mut words } else { &mut endings };
                map.insert(codes, kind);
                kind = kind.checked_add(1)?;
            }
        }
        let unseen = reader.block()?.to_vec();
        let pairs = SparseMap::read(reader)?;
        (unseen.len() == usize::from(kind)).then_some(Self { words, endings, unseen, pairs })
    }

    /// The kind of a word.
    pub(super) fn word_kind(&self, codes: &[u8]) -> TokenKindId {
        if let Some(&kind) = self.words.get(codes) {
            return kind;
        }
        (1..=LONGEST_ENDING.min(codes.len()))
            .rev()
            .find_map(|length| self.endings.get(&codes[codes.len() - length..]).copied())
            .unwrap_or(fixed::WORD)
    }

    /// The kind of a mark.
    pub(super) fn mark_kind(character: char) -> TokenKindId {
        fixed::MARKS
            .chars()
            .position(|mark| mark == character)
            .and_then(|at| TokenKindId::try_from(at).ok())
            .map_or(fixed::OTHER, |at| fixed::MARKS_FROM + at)
    }

    /// The logarithm of how much likelier the second kind is after the first.
    pub(super) fn link(&self, first: TokenKindId, second: TokenKindId) -> f32 {
        let key = u64::from(first) << 16 | u64::from(second);
        let value = self
            .pairs
            .get(key)
            .or_else(|| self.unseen.get(usize::from(first)).copied())
            .unwrap_or(MIDDLE);
        (f32::from(value) - f32::from(MIDDLE)) * STEP
    }
}
