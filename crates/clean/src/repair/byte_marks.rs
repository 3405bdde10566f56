//! White space and invisible characters that may be bytes of misread characters.
//!
//! A no-break space is the second byte of `à` in UTF-8 and a letter in IBM866, a soft hyphen is that of `í`. A
//! page is folded before it is repaired, and folding removes such characters. So folding asks here which of
//! them repair may still need.

use std::ops::Range;

use super::charset::{CHARSETS, COUNT, bytes_of};
use super::legacy;

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
            let length = match byte(lead) {
                0xC2..=0xDF => 2,
                0xE0..=0xEF => 3,
                0xF0..=0xF4 => 4,
                _ => return false,
            };
            let end = lead + length;
            let marks = characters.get(lead.max(first)..end.min(last));
            marks.is_some_and(|marks| marks.iter().any(|character| is_byte_mark(*character)))
                && is_usual_character([0, 1, 2, 3].map(|offset| byte(lead + offset)), length)
                && (!has_script(charset) || is_between_sequences(byte, lead..end))
        })
    })
}

/// Whether the letters of a charset are those of another script than Latin. They are first bytes, so that nearly
/// every letter and the space behind it would be a sequence.
fn has_script(charset: usize) -> bool {
    CHARSETS.get(charset).is_some_and(|charset| charset.script().is_some())
}

/// Whether what is next to a sequence can be sequences too: there is no first byte without a later one.
fn is_between_sequences(byte: impl Fn(usize) -> u8, sequence: Range<usize>) -> bool {
    let is_first = |at: usize| byte(at) >= 0xC0;
    let before = sequence.start.checked_sub(1);
    !before.is_some_and(is_first) && !(is_first(sequence.end) && is_first(sequence.end + 1))
}

/// Whether the first `length` bytes are a character of UTF-8, and none that hardly any text has: phonetic signs and
/// modifiers, which capitals with accents and a no-break space behind them would be, and characters for private use.
fn is_usual_character(bytes: [u8; 4], length: usize) -> bool {
    let text = bytes.get(..length).and_then(|bytes| std::str::from_utf8(bytes).ok());
    text.and_then(|text| text.chars().next()).is_some_and(|character| {
        !matches!(character, '\u{1b6}'..='\u{217}' | '\u{21c}'..='\u{36f}' | '\u{e000}'..='\u{f8ff}')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holds_bytes(text: &str) -> bool {
        let is_mark = |c: char| is_byte_mark(c);
        let start = text.find(is_mark).unwrap();
        let rest = text.get(start..).unwrap().trim_start_matches(is_mark);
        is_likely_legacy(text) || complete_a_sequence(text, start..text.len() - rest.len())
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
            "в\u{a0}Москве я\u{a0}«был»",
            "Η πόλη\u{a0}— εδώ",
            "漢\u{a0}字",
            "Où va l’été\u{a0}?",
            "À côté\u{a0}!",
            "plain\u{a0}words",
        ] {
            assert!(!holds_bytes(text), "{text:?}");
        }
    }
}
