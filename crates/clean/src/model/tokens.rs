//! Weights of tokens by their hash.

use super::reader::ModelReader;
use crate::ErrorKind;

/// Two weights for each token, each a byte with a common scale. Open addressing, because
/// most lookups find nothing and end at the first slot.
#[derive(Debug)]
pub(crate) struct TokenTable {
    /// A power of two of slots, at least a quarter of them empty, so that every search ends. With more empty ones the table
    /// would be twice as large, and its lines would not stay in the cache.
    slots: Vec<TokenSlot>,
    /// A Bloom filter of one bit per token, with at least eight bits per token. It answers most lookups of
    /// absent tokens, and unlike the slots it fits into the L1 cache.
    filter: Vec<u64>,
    scales: [f32; 2],
}

#[derive(Clone, Copy, Debug, Default)]
struct TokenSlot {
    token: u32,
    is_taken: bool,
    weights: [i8; 2],
}

impl Default for TokenTable {
    fn default() -> Self {
        Self { slots: vec![TokenSlot::default()], filter: vec![0], scales: [0.0; 2] }
    }
}

impl TokenTable {
    pub(super) fn read(reader: &mut ModelReader<'_>) -> Result<Self, ErrorKind> {
        let scales = [reader.f32()?, reader.f32()?];
        let count = reader.count()?;
        let mut table = Self {
            slots: vec![TokenSlot::default(); (count * 4 / 3 + 1).next_power_of_two()],
            filter: vec![0; (count / 8 + 1).next_power_of_two()],
            scales,
        };
        for _ in 0..count {
            let slot = TokenSlot {
                token: reader.u32()?,
                is_taken: true,
                weights: [reader.i8()?, reader.i8()?],
            };
            let at = table.slot(slot.token);
            if let Some(free) = table.slots.get_mut(at) {
                *free = slot;
            }
            let (word, bit) = table.filter_position(slot.token);
            if let Some(word) = table.filter.get_mut(word) {
                *word |= bit;
            }
        }
        Ok(table)
    }

    /// The position of a token in the filter: the word, and the bit in it.
    fn filter_position(&self, token: u32) -> (usize, u64) {
        let hash = token.wrapping_mul(0x85eb_ca6b);
        ((hash >> 12) as usize & (self.filter.len() - 1), 1 << (hash >> 6 & 63))
    }

    /// The slot of a token, or the free slot where it belongs.
    fn slot(&self, token: u32) -> usize {
        let mask = self.slots.len() - 1;
        let mut at = token.wrapping_mul(0x9e37_79b1) as usize >> 7 & mask;
        while self.slots.get(at).is_some_and(|slot| slot.is_taken && slot.token != token) {
            at = (at + 1) & mask;
        }
        at
    }

    /// The two weights of a token, in log-odds of content; 0 for unknown tokens.
    pub(crate) fn weights(&self, token: u32) -> [f32; 2] {
        let (word, bit) = self.filter_position(token);
        if self.filter.get(word).is_none_or(|word| word & bit == 0) {
            return [0.0; 2];
        }
        let [first, second] = self.slots.get(self.slot(token)).map_or([0; 2], |slot| slot.weights);
        [f32::from(first) * self.scales[0], f32::from(second) * self.scales[1]]
    }
}
