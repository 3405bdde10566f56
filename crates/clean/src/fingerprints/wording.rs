//! The wording of a block: its words, without the parts that change from page to page.

use xxhash_rust::xxh3::xxh3_64_with_seed;

use crate::lexicon::is_unspaced;

/// Hashes of the words of a block, in order. A run of numbers, or of names as far as capital letters show
/// them, becomes one mask, so that "3 May" and "12 October 2026", or one name and two, are the same.
pub(super) struct MaskedWording {
    pub(super) words: Vec<u64>,
    /// How many of the words are masks.
    pub(super) masks: usize,
}

/// The hash of a mask. Words get `max(1)`, so none has it.
const MASK: u64 = 0;
// The seeds keep the hash of a word from being that of a run of one word.
const WORD_SEED: u64 = 0x776f_7264;
const RUN_SEED: u64 = 0x7275_6e73;

/// Words in a shingle.
const SHINGLE_WORDS: usize = 4;
/// Of this many shingles in a row at least one is chosen (the window of winnowing).
const WINDOW: usize = 4;
/// Words from which a block has shingles. The few shingles of a shorter one would be found by chance.
const MIN_WORDS: usize = 10;
/// Shingles of one block. Profiles store all of them.
const MAX_SHINGLES: usize = 16;
/// Words of a block that are used.
const MAX_WORDS: usize = 400;

#[derive(Clone, Copy, PartialEq)]
enum WordCase {
    Digits,
    Capital,
    Other,
}

impl MaskedWording {
    pub(super) fn new(text: &str) -> Self {
        let mut found: Vec<(WordCase, u64)> = Vec::new();
        let mut begins = true;
        // Whether the previous word has a capital letter that may only be due to the start of a sentence.
        let mut is_doubtful = false;
        let mut lowered = String::new();
        for (word, gap) in words(text) {
            if found.len() == MAX_WORDS {
                break;
            }
            begins |= gap.contains(['.', '!', '?', ':', '…', '\n', '“', '"', '«', '„', '|', '·']);
            lowered.clear();
            lowered.extend(word.chars().flat_map(char::to_lowercase));
            let hash = xxh3_64_with_seed(lowered.as_bytes(), WORD_SEED).max(1);
            let is_capital = word.chars().next().is_some_and(char::is_uppercase);
            let case = if word.contains(|c: char| c.is_numeric()) {
                WordCase::Digits
            } else if is_capital && !begins {
                // "Anna Lee" at the start of a sentence: the second word shows that the first is a name too.
                if is_doubtful && let Some(before) = found.last_mut() {
                    before.0 = WordCase::Capital;
                }
                WordCase::Capital
            } else {
                WordCase::Other
            };
            is_doubtful = is_capital && begins;
            found.push((case, hash));
            begins = false;
        }
        let mut wording = Self { words: Vec::with_capacity(found.len()), masks: 0 };
        for (case, hash) in found {
            if case == WordCase::Other {
                wording.words.push(hash);
            } else if wording.words.last() != Some(&MASK) {
                wording.words.push(MASK);
                wording.masks += 1;
            }
        }
        wording
    }

    /// The number of words that are not masked.
    pub(super) fn plain_words(&self) -> usize {
        self.words.len() - self.masks
    }

    /// The hash of all words.
    pub(super) fn hash(&self) -> u64 {
        hash_of(&self.words)
    }

    /// Hashes of shingles, chosen by winnowing (Schleimer, Wilkerson & Aiken, 2003): the lowest hash of each
    /// window. The same passage gives the same shingles, whatever comes before it.
    pub(super) fn shingles(&self) -> Vec<u64> {
        if self.words.len() < MIN_WORDS {
            return Vec::new();
        }
        let hashes: Vec<u64> = self.words.windows(SHINGLE_WORDS).map(hash_of).collect();
        let mut chosen = Vec::with_capacity(MAX_SHINGLES);
        let mut last = None;
        for (start, window) in hashes.windows(WINDOW).enumerate() {
            let lowest = window.iter().enumerate().min_by_key(|(_, hash)| **hash);
            let place = lowest.map(|(offset, _)| start + offset);
            if let Some((_, hash)) = lowest.filter(|_| last != place) {
                last = place;
                if !chosen.contains(hash) {
                    chosen.push(*hash);
                }
            }
            if chosen.len() == MAX_SHINGLES {
                break;
            }
        }
        chosen
    }
}

fn hash_of(words: &[u64]) -> u64 {
    words
        .iter()
        .fold(RUN_SEED, |seed, word| xxh3_64_with_seed(&word.to_le_bytes(), seed.rotate_left(7)))
}

/// The words of a text, each with the characters before it. In scripts without spaces every character is a
/// word.
fn words(text: &str) -> impl Iterator<Item = (&str, &str)> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let start = rest.find(char::is_alphanumeric)?;
        let (gap, word) = rest.split_at_checked(start)?;
        let first = word.chars().next()?;
        let end = if is_unspaced(first) {
            first.len_utf8()
        } else {
            word.char_indices()
                .find(|(at, c)| {
                    !c.is_alphanumeric() && !is_inside(word, *at, *c) || is_unspaced(*c)
                })
                .map_or(word.len(), |(at, _)| at)
        };
        let (word, after) = word.split_at_checked(end)?;
        rest = after;
        Some((word, gap))
    })
}

/// Whether a character is part of a word: an apostrophe, or a separator between digits.
fn is_inside(word: &str, at: usize, sign: char) -> bool {
    let after = word.get(at + sign.len_utf8()..).and_then(|rest| rest.chars().next());
    match sign {
        '\'' | '’' | '-' | '\u{301}' => after.is_some_and(char::is_alphanumeric),
        '.' | ',' | ':' | '/' => {
            let before = word.get(..at).and_then(|head| head.chars().next_back());
            let is_digit = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit());
            is_digit(before) && is_digit(after)
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hash(text: &str) -> u64 {
        MaskedWording::new(text).hash()
    }

    #[test]
    fn numbers_dates_and_names_make_no_difference() {
        let one = "The desk has filed 214 notes since 3 May 2026, says Anna Lee at the counter.";
        let two = "The desk has filed 9,120 notes since 12 October 2026, says Bo at the counter.";
        assert_eq!(hash(one), hash(two));
        assert_ne!(
            hash(one),
            hash("The desk has lost 214 notes since May, says Bo at the counter.")
        );
        assert_eq!(hash("Anna Lee wrote to the desk"), hash("Per Olav Moe wrote to the desk"));
    }

    #[test]
    fn a_passage_has_the_same_shingles_in_any_context() {
        let passage =
            "the long table by the window holds every notebook that was filled on the coast";
        let alone = MaskedWording::new(passage).shingles();
        let within = MaskedWording::new(&format!("rain fell on a few of them and still {passage}"))
            .shingles();
        let common = alone.iter().filter(|hash| within.contains(hash)).count();
        assert!(alone.len() >= 4 && common + 1 >= alone.len(), "{common} of {}", alone.len());
        assert!(MaskedWording::new("too short for any").shingles().is_empty());
    }

    #[test]
    fn characters_of_scripts_without_spaces_are_words() {
        assert_eq!(MaskedWording::new("新しい橋が2本").words.len(), 7);
        assert_eq!(
            words("it's 7.15, 新橋").map(|(word, _)| word).collect::<Vec<_>>(),
            ["it's", "7.15", "新", "橋"]
        );
    }
}
