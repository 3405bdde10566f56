//! White space and invisible characters that may be bytes of misread characters.
//!
//! A no-break space is the second byte of `à` in UTF-8 and a letter in IBM866, a soft hyphen is that of `í`. A
//! page is folded before it is repaired, and folding removes such characters. So folding asks here which of
//! them repair may still need.

use std::ops::Range;

use super::charset::{CHARSETS, COUNT, MisreadCharset, bytes_of};
use super::mojibake::plausibility;
use super::{legacy, utf8};

/// How many characters of the longest sequence in UTF-8 stand before or after one of them.
const NEIGHBORS: usize = 3;

/// How many characters outside ASCII, byte marks aside, a text in a legacy charset has at least.
const MIN_LEGACY: usize = 6;

/// Whether a character is white space or invisible, and a byte in the charsets that text was misread in:
/// no-break space, soft hyphen and the C1 control characters, one of which ends lines.
pub(crate) const fn is_byte_mark(character: char) -> bool {
    matches!(character, '\u{80}'..='\u{a0}' | '\u{ad}')
}

/// Whether a text may be in a legacy charset that was misread, in which byte marks are letters.
pub(crate) fn may_be_legacy(text: &str) -> bool {
    legacy::may_be_misread(text)
}

/// Whether a text by itself is likely to be in a legacy charset that was misread. Short ones with many accents,
/// and spaces between them that do not break, are not.
pub(crate) fn is_likely_legacy(text: &str) -> bool {
    let letters = text.bytes().filter(u8::is_ascii_alphabetic).count();
    let is_byte = |c: &char| !c.is_ascii() && !matches!(c, '\u{85}' | '\u{a0}' | '\u{ad}');
    let high = text.chars().filter(is_byte).count();
    high >= MIN_LEGACY.max(letters) && may_be_legacy(text)
}

/// Whether one of the byte marks in a range is part of a character of UTF-8 that was misread in one of the charsets.
pub(crate) fn complete_a_sequence(text: &str, marks: Range<usize>) -> bool {
    let (head, rest) = text.split_at_checked(marks.start).unwrap_or_default();
    let (run, rest) = rest.split_at_checked(marks.len()).unwrap_or_default();
    let mut characters = Vec::with_capacity(2 * NEIGHBORS + run.len());
    characters.extend(head.chars().rev().take(NEIGHBORS));
    characters.reverse();
    let first = characters.len();
    characters.extend(run.chars());
    let last = characters.len();
    characters.extend(rest.chars().take(NEIGHBORS));
    let rows: Vec<_> = characters.iter().map(|character| bytes_of(*character)).collect();
    let charsets = rows.iter().fold(0, |set, row| set | row.leads)
        & rows.iter().fold(0, |set, row| set | row.follows);
    (0..COUNT).filter(|charset| charsets & (1 << charset) != 0).any(|charset| {
        let byte = |at: usize| rows.get(at).map_or(0, |row| row.byte(charset));
        (0..last).any(|lead| {
            let Some(length) = utf8::length_from_lead(byte(lead)) else { return false };
            let end = lead + length;
            let marks = characters.get(lead.max(first)..end.min(last));
            marks.is_some_and(|marks| marks.iter().any(|character| is_byte_mark(*character)))
                && character_of([0, 1, 2, 3].map(|offset| byte(lead + offset)), length)
                    .is_some_and(|c| is_usual(c, has_small_first_bytes(charset)))
                && (!has_script(charset) || is_between_sequences(byte, lead..end))
        })
    })
}

/// Whether the letters of a charset are those of another script than Latin. They are first bytes, so that nearly
/// every letter and the space behind it would be a sequence.
fn has_script(charset: usize) -> bool {
    CHARSETS.get(charset).is_some_and(|charset| charset.script().is_some())
}

/// Whether a charset has small letters where UTF-8 has the first bytes of two, as KOI8 does. Many words end in one,
/// and few of the sequences that these would begin are letters of languages whose text was misread in it.
fn has_small_first_bytes(charset: usize) -> bool {
    has_script(charset) && CHARSETS.get(charset).is_some_and(MisreadCharset::has_boxes)
}

/// Whether what is next to a sequence can be sequences too: there is no first byte without a later one.
fn is_between_sequences(byte: impl Fn(usize) -> u8, sequence: Range<usize>) -> bool {
    let is_first = |at: usize| byte(at) >= 0xC0;
    let before = sequence.start.checked_sub(1);
    !(before.is_some_and(is_first) || is_first(sequence.end) && is_first(sequence.end + 1))
}

/// The character of UTF-8 that the first `length` bytes are.
fn character_of(bytes: [u8; 4], length: usize) -> Option<char> {
    utf8::decoded(bytes.get(..length)?)
}

/// Whether texts have a character. With `is_european`, no letter of the scripts after Cyrillic.
const fn is_usual(character: char, is_european: bool) -> bool {
    plausibility::is_usual(character)
        && !(is_european && matches!(character, '\u{460}'..='\u{1fff}'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holds_bytes(text: &str) -> bool {
        let mut marks = text.match_indices(is_byte_mark);
        is_likely_legacy(text)
            || marks.any(|(at, mark)| complete_a_sequence(text, at..at + mark.len()))
    }

    #[test]
    fn marks_in_misread_characters_are_told_from_marks_in_text() {
        for text in [
            "voilÃ\u{a0} tout",
            "AsÃ\u{ad} es",
            "ä½\u{a0}å¥½",
            "Ð\u{a0}Ð¾Ñ\u{81}Ñ\u{81}Ð¸Ñ\u{8f}",
            "Рњ Р\u{a0}РѕСЃСЃРёСЏ",
            "п\u{a0}п╬п╣",
            "Ã\u{83}Â\u{ad}",
            // In IBM866 they are letters.
            "\u{8f}\u{ae}\u{a3}\u{ae}\u{a4}\u{a0} \u{ad}\u{a0} \u{a7}\u{a0}\u{a2}\u{e2}\u{e0}\u{a0}",
        ] {
            assert!(holds_bytes(text), "{text:?}");
        }
        for text in [
            "L’été\u{a0}: le café\u{a0}!",
            "«\u{a0}Déjà\u{a0}» dit-elle",
            "É\u{a0}o fim",
            "Fä\u{ad}den und Knö\u{ad}pfe",
            "10\u{a0}°C",
            "Это\u{a0}— слово",
            "СССР\u{a0}— страна",
            "в\u{a0}Москве",
            "Η πόλη\u{a0}— εδώ",
            "с\u{a0}40 до\u{a0}50, у\u{a0}“них”",
            "漢\u{a0}字",
            "Où va l’été\u{a0}?",
            "À côté\u{a0}!",
            "plain\u{a0}words",
        ] {
            assert!(!holds_bytes(text), "{text:?}");
        }
    }
}
