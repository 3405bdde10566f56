//! The sentences of a line of text, so that a promotion is recognized as a line of its own and at the end of a
//! paragraph alike.

use std::ops::Range;

use xxhash_rust::xxh3::xxh3_64;

use super::{Fingerprint, FingerprintKind, SentenceFingerprint, TEXT_EDGE};
use crate::fold::folded;
use crate::lexicon::is_unspaced;

/// Sentences of one line that are found. The rest of the line is the last one.
const MAX_SENTENCES: usize = 512;
/// Bytes of a line that are split.
const MAX_BYTES: usize = 256 << 10;
/// Words from which a sentence has a fingerprint. Shorter ones ("He agreed.") are shared by chance.
const MIN_WORDS: f32 = 6.0;
/// Characters of a sample.
const SAMPLE_CHARS: usize = 120;

/// The sentences of a line in order, without the white space around them. Copies of a passage are split alike,
/// whatever stands before them.
pub(crate) fn sentences(line: &str) -> Vec<Range<usize>> {
    let line = line.get(..line.floor_char_boundary(MAX_BYTES)).unwrap_or_default();
    let mut ends = Vec::new();
    let mut characters = line.char_indices().peekable();
    let mut before = ' ';
    let mut two_before = ' ';
    while ends.len() + 1 < MAX_SENTENCES
        && let Some((at, character)) = characters.next()
    {
        let word_end = std::mem::replace(&mut before, character);
        let word_before = std::mem::replace(&mut two_before, word_end);
        if word_end.is_whitespace()
            && is_box_sign(character)
            && opens_box(word_before, line.get(at + character.len_utf8()..).unwrap_or_default())
        {
            ends.push(at);
        }
        let is_wide = matches!(character, '。' | '！' | '？');
        if !is_wide && !matches!(character, '.' | '!' | '?' | '…' | '؟' | '۔' | '।') {
            continue;
        }
        let mut end = at + character.len_utf8();
        while let Some((at, closing)) = characters.next_if(|(_, next)| is_closing(*next)) {
            end = at + closing.len_utf8();
        }
        let rest = line.get(end..).unwrap_or_default();
        if is_wide || rest.starts_with(char::is_whitespace) || is_glued(word_end, rest) {
            ends.push(end);
        }
    }
    ends.push(line.len());
    let mut start = 0;
    let mut sentences = Vec::with_capacity(ends.len());
    for end in ends {
        let text = line.get(start..end).unwrap_or_default();
        let first = start + (text.len() - text.trim_start().len());
        start = end;
        if !text.trim().is_empty() {
            sentences.push(first..first + text.trim().len());
        }
    }
    sentences
}

/// Whether a sign by itself opens a box that a scraper glued to the text before it. "3 × 4" is a product.
fn opens_box(word_before: char, rest: &str) -> bool {
    let next = rest.trim_start();
    let is_product = word_before.is_numeric() && next.starts_with(char::is_numeric);
    next.len() < rest.len() && !is_product
}

/// Signs that close a box, stand before its items or part them.
fn is_box_sign(character: char) -> bool {
    matches!(character, '×' | '✕' | '•' | '·' | '|' | '►' | '▶' | '■' | '★')
}

/// Whether a sentence follows without a space, as some scrapers glue paragraphs: "said.The ferry".
fn is_glued(word_end: char, rest: &str) -> bool {
    let mut rest = rest.chars();
    (word_end.is_lowercase() || word_end.is_numeric())
        && rest.next().is_some_and(char::is_uppercase)
        && rest.next().is_some_and(char::is_lowercase)
}

fn is_closing(character: char) -> bool {
    matches!(
        character,
        '"' | '\'' | '”' | '’' | '»' | ')' | ']' | '」' | '』' | '.' | '!' | '?' | '…'
    )
}

/// The fingerprints of the sentences of a line that have enough words.
pub(crate) fn sentence_fingerprints(line: &str) -> Vec<SentenceFingerprint> {
    let with_text = sentences(line).into_iter().filter_map(|range| {
        let text = line.get(range.clone())?;
        Some((range, text, word_count(text)))
    });
    with_text
        .filter(|(.., words)| *words >= MIN_WORDS)
        .map(|(range, text, words)| SentenceFingerprint {
            text: Fingerprint {
                kind: FingerprintKind::Sentence,
                hash: xxh3_64(folded(text).as_bytes()),
            },
            words,
            neighbors: [TEXT_EDGE; 2],
            sample: text.chars().take(SAMPLE_CHARS).collect(),
            range,
        })
        .collect()
}

/// The words of a text that have letters. Two characters of a script without spaces count as one.
pub(crate) fn word_count(text: &str) -> f32 {
    let (mut words, mut unspaced) = (0_u32, 0_u32);
    for word in text.split_whitespace() {
        let characters = word.chars().filter(|character| is_unspaced(*character)).count();
        if characters > 0 {
            unspaced += u32::try_from(characters).unwrap_or(u32::MAX);
        } else if word.contains(char::is_alphabetic) {
            words += 1;
        }
    }
    words as f32 + unspaced as f32 / 2.0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(line: &str) -> Vec<&str> {
        sentences(line).into_iter().map(|range| line.get(range).unwrap()).collect()
    }

    #[test]
    fn sentences_end_at_stops_also_where_a_space_is_missing() {
        assert_eq!(
            split(" The ferry sailed. “It was late!” she said.Read our guide to the coast …  Now "),
            [
                "The ferry sailed.",
                "“It was late!”",
                "she said.",
                "Read our guide to the coast …",
                "Now"
            ]
        );
        assert_eq!(
            split("At 7.15 a.m. on quay.example it rained"),
            ["At 7.15 a.m.", "on quay.example it rained"]
        );
        assert_eq!(split("船が出た。雨だった。"), ["船が出た。", "雨だった。"]);
        assert_eq!(split("  "), [""; 0]);
    }

    #[test]
    fn a_passage_has_the_same_fingerprint_as_a_line_and_within_one() {
        let passage = "Our handbook of knots is filled with tricks for every sailor.";
        let glued = format!("The boat sank before noon, he said. {passage} Buy now");
        let alone = sentence_fingerprints(passage);
        let within = sentence_fingerprints(&glued);
        assert_eq!(alone[0].text, within[1].text);
        assert_eq!(glued.get(within[1].range.clone()), Some(passage));
        assert_eq!(within.len(), 2, "two words identify nothing");
    }

    #[test]
    fn a_sign_by_itself_opens_a_box() {
        assert_eq!(
            split("A film of the storm pic.quay.example/7 × The knots of the coast Buy it now."),
            ["A film of the storm pic.quay.example/7", "× The knots of the coast Buy it now."]
        );
        assert_eq!(split("It measures 3 × 4 metres"), ["It measures 3 × 4 metres"]);
    }

    #[test]
    fn a_line_without_end_is_bounded() {
        assert_eq!(sentences(&"It rains. ".repeat(5_000)).len(), MAX_SENTENCES);
        assert_eq!(sentences(&"It × ".repeat(5_000)).len(), MAX_SENTENCES);
    }
}
