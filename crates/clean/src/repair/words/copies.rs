//! Undamaged words of the page that may be copies of damaged ones.

use std::collections::HashMap;

use super::Glyph;
use super::tokens::{LineToken, tokens};

/// Maximum number of words that are collected as copies.
const MAX_WORDS: usize = 50_000;
/// Shorter words are too frequent for a copy to be evidence.
const SHORTEST_WORD: usize = 4;
const LONGEST_WORD: usize = 60;
/// Maximum number of words that damage makes equal.
const MAX_COPIES: usize = 16;

/// The undamaged words of a page, by what damage makes of them.
#[derive(Debug, Default)]
pub(super) struct UndamagedCopies {
    by_damage: HashMap<Vec<Glyph>, Vec<UndamagedCopy>>,
    pub(super) words: u32,
}

/// An undamaged word that a damaged one may have been.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct UndamagedCopy {
    pub(super) characters: Vec<char>,
    pub(super) count: u32,
}

impl UndamagedCopies {
    pub(super) fn new(lines: &[Vec<Glyph>], clean: &[&str]) -> Self {
        let mut copies = Self::default();
        for text in clean {
            for line in text.lines() {
                let line: Vec<Glyph> = line.chars().map(Glyph::Kept).collect();
                copies.add_line(&line, |_| true);
            }
        }
        // In a damaged line, a word that damage cannot change is not evidence: the words that it
        // competes with never occur undamaged there.
        let is_spared = |word: &[char]| {
            word.iter().any(|&character| damaged_glyph(character, false) != Glyph::Kept(character))
        };
        for line in lines {
            copies.add_line(line, is_spared);
        }
        copies
    }

    /// The undamaged words that a damaged word may have been.
    pub(super) fn copies_of(&self, word: &[Glyph]) -> &[UndamagedCopy] {
        self.by_damage.get(word).map_or(&[], Vec::as_slice)
    }

    fn add_line(&mut self, line: &[Glyph], counts: impl Fn(&[char]) -> bool) {
        if self.words as usize >= MAX_WORDS {
            return;
        }
        for token in tokens(line) {
            if let LineToken::Word { at, is_damaged: false } = token
                && (SHORTEST_WORD..=LONGEST_WORD).contains(&at.len())
            {
                let word: Vec<char> = line
                    .get(at)
                    .unwrap_or_default()
                    .iter()
                    .filter_map(|&glyph| match glyph {
                        Glyph::Kept(character) => Some(character),
                        Glyph::Lost(_) => None,
                    })
                    .collect();
                if counts(&word) {
                    self.words += 1;
                    self.add_word(&word);
                }
            }
        }
    }

    fn add_word(&mut self, word: &[char]) {
        let lower: Vec<char> =
            word.iter().map(|&character| one(character.to_lowercase(), character)).collect();
        let upper: Vec<char> =
            word.iter().map(|&character| one(character.to_uppercase(), character)).collect();
        let mut capital = lower.clone();
        if let (Some(first), Some(&large)) = (capital.first_mut(), upper.first()) {
            *first = large;
        }
        let mut forms = vec![word.to_vec(), lower, capital];
        if word.len() > 1 {
            forms.push(upper);
        }
        forms.sort();
        forms.dedup();
        for form in forms {
            let damaged: Vec<Glyph> =
                form.iter().map(|&character| damaged_glyph(character, false)).collect();
            let softly: Vec<Glyph> =
                form.iter().map(|&character| damaged_glyph(character, true)).collect();
            if softly != damaged {
                self.add(softly, &form);
            }
            if damaged.iter().any(|glyph| matches!(glyph, Glyph::Lost(_))) {
                self.add(damaged, &form);
            }
        }
    }

    fn add(&mut self, damaged: Vec<Glyph>, form: &[char]) {
        let copies = self.by_damage.entry(damaged).or_default();
        if let Some(copy) = copies.iter_mut().find(|copy| copy.characters == form) {
            copy.count += 1;
        } else if copies.len() < MAX_COPIES {
            copies.push(UndamagedCopy { characters: form.to_vec(), count: 1 });
        }
    }
}

/// What damage makes of a character. With `softly`, soft hyphens were dropped too.
pub(super) fn damaged_glyph(character: char, softly: bool) -> Glyph {
    match character.encode_utf8(&mut [0; 4]).as_bytes() {
        [lead, 0x80..=0x9F] => Glyph::Lost(*lead),
        [lead, 0xAD] if softly => Glyph::Lost(*lead),
        _ => Glyph::Kept(character),
    }
}

/// The character that a mapping has, or `other` if it has several.
fn one(mut mapped: impl Iterator<Item = char>, other: char) -> char {
    match (mapped.next(), mapped.next()) {
        (Some(character), None) => character,
        _ => other,
    }
}
