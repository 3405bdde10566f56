//! The letters of a language, and the letters that a lost character may have been.

use std::collections::HashMap;

use super::Glyph;
use super::lexicon::LetterSlot;
use super::reader::TableReader;

/// Letters are numbered from 1; 0 is the edge of a word.
pub(super) const EDGE: u8 = 0;
/// The longest word that is restored, in letters. Searches keep word beginnings in arrays of this
/// length.
pub(super) const LONGEST_WORD: usize = 32;
const MAX_LETTERS: usize = 62;

/// The letters of a language.
#[derive(Debug)]
pub(super) struct Alphabet {
    lower: Vec<char>,
    codes: HashMap<char, CasedLetter>,
    /// All letters that a character stands for, one bit per code: `Σ` is the capital of `σ` and `ς`.
    sets: HashMap<char, u64>,
    /// The letters that a lost character may have been, by its first byte.
    lost: HashMap<u8, Vec<LetterReading>>,
}

/// A letter in upper or lower case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct CasedLetter {
    pub(super) code: u8,
    pub(super) is_upper: bool,
}

/// A letter that a lost character may have been.
#[derive(Clone, Copy, Debug)]
struct LetterReading {
    letter: CasedLetter,
    character: char,
    /// Its second byte is that of a soft hyphen, which some tools drop too.
    is_soft: bool,
}

/// The case of the letters of a word after its first, as far as it is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum RestCase {
    Lower,
    Upper,
    Unknown,
}

/// A damaged word in the letters of a language.
#[derive(Clone, Debug)]
pub(super) struct WordPattern {
    pub(super) slots: Vec<LetterSlot>,
    /// Whether the first letter is a capital, if that is known.
    pub(super) first_upper: Option<bool>,
    pub(super) rest_upper: bool,
}

impl Alphabet {
    pub(super) fn read(reader: &mut TableReader<'_>) -> Option<Self> {
        let count = usize::from(reader.u8()?);
        if count > MAX_LETTERS {
            return None;
        }
        let mut letters = Self {
            lower: vec!['\0'],
            codes: HashMap::new(),
            sets: HashMap::new(),
            lost: HashMap::new(),
        };
        for code in 1..=u8::try_from(count).ok()? {
            let lower = char::from_u32(reader.u16()?.into())?;
            let upper = char::from_u32(reader.u16()?.into())?;
            letters.lower.push(lower);
            letters.add(code, lower, upper);
        }
        // Other characters for the same letters: Romanian has a comma or a cedilla below.
        for _ in 0..reader.u8()? {
            let lower = char::from_u32(reader.u16()?.into())?;
            let upper = char::from_u32(reader.u16()?.into())?;
            let code = reader.u8()?;
            if usize::from(code) > count {
                return None;
            }
            letters.add(code, lower, upper);
        }
        Some(letters)
    }

    /// Adds the characters of a letter.
    fn add(&mut self, code: u8, lower: char, upper: char) {
        for (character, is_upper) in [(upper, true), (lower, false)] {
            let letter = CasedLetter { code, is_upper };
            self.codes.entry(character).or_insert(letter);
            *self.sets.entry(character).or_default() |= 1 << code;
            if let &[lead, last @ (0x80..=0x9F | 0xAD)] =
                character.encode_utf8(&mut [0; 4]).as_bytes()
            {
                let reading = LetterReading { letter, character, is_soft: last == 0xAD };
                self.lost.entry(lead).or_default().push(reading);
            }
        }
    }

    /// The number of letters.
    pub(super) fn count(&self) -> usize {
        self.lower.len() - 1
    }

    /// The first letter, which shows the script.
    pub(super) fn first(&self) -> char {
        self.lower.get(1).copied().unwrap_or('a')
    }

    pub(super) fn letter(&self, character: char) -> Option<CasedLetter> {
        self.codes.get(&character).copied()
    }

    /// The codes of an undamaged word.
    pub(super) fn codes(&self, word: &[Glyph]) -> Option<Vec<u8>> {
        word.iter()
            .map(|&glyph| match glyph {
                Glyph::Kept(character) => self.letter(character).map(|letter| letter.code),
                Glyph::Lost(_) => None,
            })
            .collect()
    }

    fn readings(&self, lead: u8) -> &[LetterReading] {
        self.lost.get(&lead).map_or(&[], Vec::as_slice)
    }

    /// A damaged word as a pattern; `None` if it has a letter of another language.
    pub(super) fn pattern(&self, word: &[Glyph]) -> Option<WordPattern> {
        let mut rest = RestCase::Unknown;
        for &glyph in word.iter().skip(1) {
            let known = match glyph {
                Glyph::Kept(character) => Some(self.letter(character)?.is_upper),
                Glyph::Lost(lead) => {
                    only(self.readings(lead).iter().map(|one| one.letter.is_upper))
                }
            };
            // In a word in mixed case, the first letter with a known case decides.
            rest = match (rest, known) {
                (RestCase::Unknown, Some(true)) => RestCase::Upper,
                (RestCase::Unknown, Some(false)) => RestCase::Lower,
                (known, _) => known,
            };
        }
        let mut slots = Vec::with_capacity(word.len());
        let mut first_upper = None;
        for (at, &glyph) in word.iter().enumerate() {
            let mut slot = LetterSlot::default();
            match glyph {
                Glyph::Kept(character) => {
                    let letter = self.letter(character)?;
                    slot.likely = self.sets.get(&character).copied().unwrap_or(1 << letter.code);
                    if at == 0 {
                        first_upper = Some(letter.is_upper);
                    }
                }
                Glyph::Lost(lead) => {
                    let readings = self.readings(lead);
                    if at == 0 {
                        first_upper = only(readings.iter().map(|one| one.letter.is_upper));
                    }
                    let fits = |upper: bool| {
                        at == 0 || rest == RestCase::Unknown || upper == (rest == RestCase::Upper)
                    };
                    let any = readings.iter().any(|one| fits(one.letter.is_upper));
                    for one in readings.iter().filter(|one| !any || fits(one.letter.is_upper)) {
                        let set = if one.is_soft { &mut slot.soft } else { &mut slot.likely };
                        *set |= 1 << one.letter.code;
                    }
                    if slot.likely | slot.soft == 0 {
                        return None;
                    }
                }
            }
            slots.push(slot);
        }
        Some(WordPattern { slots, first_upper, rest_upper: rest == RestCase::Upper })
    }

    /// The character at a place whose letter is known now.
    pub(super) fn restored(&self, lead: u8, code: u8, prefer_upper: bool) -> Option<char> {
        let mut found: Option<&LetterReading> = None;
        for one in self.readings(lead).iter().filter(|one| one.letter.code == code) {
            if found.is_none() || one.letter.is_upper == prefer_upper {
                found = Some(one);
            }
        }
        found.map(|one| one.character)
    }
}

/// The common value, if all are equal.
fn only(mut values: impl Iterator<Item = bool>) -> Option<bool> {
    let first = values.next()?;
    values.all(|value| value == first).then_some(first)
}
