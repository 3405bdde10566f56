//! The cost of letters after each other, by language, from `models.bin`.
//!
//! The file has the magic `CDCM`, a version, and two lists, each with its length first. Integers
//! are little-endian, costs are in sixteenths of a nat.
//!
//! A table has the language (two bytes), the number n of its letters (one byte), the letters (lower
//! case, UTF-16 units, sorted), and (n + 2)² costs by row: of each symbol after each symbol. Symbol
//! 0 is a character that is not a letter, 1 a letter of another alphabet, 2 the first letter.
//!
//! A ranking has the language, the number of its characters (two bytes), and for each character a
//! UTF-16 unit and its cost, the cheapest first.

use std::sync::LazyLock;

/// The number of steps of a stored cost per nat.
pub(super) const STEPS_PER_NAT: f32 = 16.0;

/// The symbol of characters that are not letters, in [`LetterCosts`].
pub(super) const BOUNDARY: u8 = 0;

/// The symbol of letters of other alphabets.
pub(super) const FOREIGN: u8 = 1;

/// Which letter follows which in a language.
pub(super) struct LetterCosts {
    letters: Vec<char>,
    costs: &'static [u8],
}

impl LetterCosts {
    /// The symbol of a lower-case letter, if the language has it.
    pub(super) fn symbol(&self, letter: char) -> Option<u8> {
        self.letters.binary_search(&letter).ok().and_then(|index| u8::try_from(index + 2).ok())
    }

    /// The cost of a symbol after another one, in steps.
    pub(super) fn cost(&self, before: u8, symbol: u8) -> u8 {
        let index = usize::from(before) * (self.letters.len() + 2) + usize::from(symbol);
        self.costs.get(index).copied().unwrap_or(u8::MAX)
    }
}

/// The frequent characters of a language that has thousands.
pub(super) struct CharacterCosts {
    /// Sorted by character.
    costs: Vec<(char, u8)>,
}

impl CharacterCosts {
    /// The cost of a character in steps, if it is one of the frequent ones.
    pub(super) fn cost(&self, char: char) -> Option<u8> {
        let index = self.costs.binary_search_by_key(&char, |(char, _)| *char).ok()?;
        self.costs.get(index).map(|(_, cost)| *cost)
    }
}

/// The table of a language.
pub(super) fn letter_costs(language: &str) -> Option<&'static LetterCosts> {
    MODELS.tables.iter().find(|(name, _)| *name == language).map(|(_, table)| table)
}

/// The ranking of a language: `ja`, `ko`, `zh` (simplified) or `zt` (traditional).
pub(super) fn character_costs(language: &str) -> Option<&'static CharacterCosts> {
    MODELS.rankings.iter().find(|(name, _)| *name == language).map(|(_, ranking)| ranking)
}

struct CharsetModels {
    tables: Vec<(&'static str, LetterCosts)>,
    rankings: Vec<(&'static str, CharacterCosts)>,
}

static MODELS: LazyLock<CharsetModels> = LazyLock::new(|| {
    CharsetModelReader(include_bytes!("models.bin")).models().unwrap_or_else(CharsetModels::empty)
});

impl CharsetModels {
    fn empty() -> Self {
        Self { tables: Vec::new(), rankings: Vec::new() }
    }
}

struct CharsetModelReader(&'static [u8]);

impl CharsetModelReader {
    fn models(&mut self) -> Option<CharsetModels> {
        self.0 = self.0.strip_prefix(b"CDCM\x01")?;
        let mut models = CharsetModels::empty();
        for _ in 0..self.byte()? {
            let name = self.name()?;
            let count = usize::from(self.byte()?);
            let letters = (0..count).map(|_| self.char()).collect::<Option<Vec<char>>>()?;
            let costs = self.take((count + 2) * (count + 2))?;
            models.tables.push((name, LetterCosts { letters, costs }));
        }
        for _ in 0..self.byte()? {
            let name = self.name()?;
            let count = u16::from_le_bytes([self.byte()?, self.byte()?]);
            let costs = (0..count).map(|_| Some((self.char()?, self.byte()?)));
            let mut costs = costs.collect::<Option<Vec<(char, u8)>>>()?;
            costs.sort_unstable();
            models.rankings.push((name, CharacterCosts { costs }));
        }
        self.0.is_empty().then_some(models)
    }

    fn take(&mut self, count: usize) -> Option<&'static [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    fn byte(&mut self) -> Option<u8> {
        self.take(1)?.first().copied()
    }

    fn name(&mut self) -> Option<&'static str> {
        str::from_utf8(self.take(2)?).ok()
    }

    fn char(&mut self) -> Option<char> {
        char::from_u32(u32::from(u16::from_le_bytes([self.byte()?, self.byte()?])))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_is_read_to_its_end() {
        assert_eq!(MODELS.tables.len(), 38);
        assert_eq!(MODELS.rankings.len(), 4);
    }

    #[test]
    fn a_frequent_pair_costs_less_than_a_rare_one() {
        let table = letter_costs("ru").unwrap();
        let symbol = |char| table.symbol(char).unwrap();
        assert!(table.cost(symbol('с'), symbol('т')) < table.cost(symbol('т'), symbol('щ')));
        assert!(table.symbol('ґ').is_none());
        let ranking = character_costs("ja").unwrap();
        assert!(ranking.cost('の') < ranking.cost('日'));
        assert!(ranking.cost('龍').is_none());
    }
}
