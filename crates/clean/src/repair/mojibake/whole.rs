//! Lines that were misread as windows-1252 as a whole: all their non-ASCII characters are UTF-8.
//!
//! One pass decides about them, without weighing how odd each character is in its context. This is
//! the fast path for the most common damage.

use super::super::charset::latin_byte;
use super::super::edits::TextEdit;
use super::super::utf8;
use super::plausibility::{character_plausibility, is_doubtful};
use super::word_ends::{is_closing, is_letter};

/// A line with this many sequences that no text has by chance was misread as a whole.
const MIN_ODD: usize = 3;

/// Maximum number of ASCII bytes between two sequences of one edit.
const MAX_GAP: usize = 8;

/// A line that was misread as windows-1252, reversed by one layer; `None` if that is not certain.
pub(in crate::repair) fn edits(line: &str, rule: &'static str) -> Option<Vec<TextEdit>> {
    let bytes = line.as_bytes();
    let mut edits: Vec<TextEdit> = Vec::new();
    let (mut odd, mut all, mut in_words) = (0, 0, 0);
    let mut at = 0;
    while let Some(offset) = bytes.get(at..)?.iter().position(|byte| *byte >= 0x80) {
        at += offset;
        let sequence = MisreadSequence::at(line, at)?;
        let end = at + sequence.length;
        let is_late_mark = sequence.character == '\u{feff}' && at > 0;
        if is_late_mark || is_rare(sequence.character) || is_quoted(bytes, at, end) {
            return None;
        }
        all += 1;
        in_words += usize::from(sequence.length > 4 || touches_word(bytes, at, end));
        odd += sequence.oddness;
        match edits.last_mut() {
            Some(last) if at - last.span.end <= MAX_GAP => {
                last.after.push_str(line.get(last.span.end..at)?);
                last.after.push(sequence.character);
                last.span.end = end;
            }
            _ => {
                let mut after = String::with_capacity(sequence.length * 4);
                after.push(sequence.character);
                edits.push(TextEdit::new(at..end, after, rule));
            }
        }
        at = end;
    }
    // Texts about mojibake list the letters.
    (odd >= MIN_ODD && odd * 3 >= all && in_words > 0).then_some(edits)
}

/// Whether hardly any text has a character, so that the sequence may be UTF-8 in another charset. The characters of
/// windows-1252 are those of another layer.
fn is_rare(character: char) -> bool {
    is_doubtful(character) || character_plausibility(character) < 0.0 && latin_byte(character) == 0
}

/// Whether a sequence is beside a letter, a digit or another sequence.
fn touches_word(line: &[u8], start: usize, end: usize) -> bool {
    let is_word =
        |byte: Option<&u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte >= 0x80);
    is_word(line.get(end)) || start.checked_sub(1).is_some_and(|at| is_word(line.get(at)))
}

/// Texts about mojibake have it in quotes.
fn is_quoted(line: &[u8], start: usize, end: usize) -> bool {
    let is_quote = |byte: Option<&u8>| matches!(byte, Some(b'"' | b'\''));
    is_quote(line.get(end)) && start.checked_sub(1).is_some_and(|at| is_quote(line.get(at)))
}

/// The windows-1252 characters of the bytes of one UTF-8 character.
struct MisreadSequence {
    /// In bytes of the line.
    length: usize,
    character: char,
    /// How many of its characters do not occur in clean text. Those that may end a word do not
    /// count.
    oddness: usize,
}

impl MisreadSequence {
    fn at(line: &str, at: usize) -> Option<Self> {
        let mut characters = line.get(at..)?.chars();
        let first = characters.next()?;
        let lead = latin_byte(first);
        let count = utf8::length_from_lead(lead)?;
        let mut bytes = [lead, 0, 0, 0];
        let mut length = first.len_utf8();
        let mut oddness = 0;
        for byte in bytes.get_mut(1..count)? {
            let character = characters.next()?;
            *byte = latin_byte(character);
            length += character.len_utf8();
            oddness += usize::from(!is_closing(character) && !is_letter(character));
        }
        let character = utf8::decoded(bytes.get(..count)?)?;
        // Longer sequences are rarer by chance.
        oddness *= if count > 2 { 3 } else { 1 };
        Some(Self { length, character, oddness })
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::edits::edited;
    use super::*;

    #[test]
    fn lines_misread_as_a_whole_are_reversed() {
        for (line, text) in [
            ("Ð¡ÐµÐº Ð¸ Ð¼Ð¸Ñ€, plain", "Сек и мир, plain"),
            ("he said â€œitâ€™s", "he said “it’s"),
            ("crÃ¨me brÃ»lÃ©e, mÃ¼de BÃ¤r", "crème brûlée, müde Bär"),
        ] {
            let edits = edits(line, "test/whole").unwrap_or_default();
            assert_eq!(edited(line, &edits), text, "{line}");
        }
    }

    #[test]
    fn lines_with_other_characters_are_not_reversed() {
        for line in [
            "cafÃ©",
            "cafÃ© crÃ¨me brÃ»lÃ©e é",
            "PÅ… GÅ… SÅ… LÅ…",
            "\"Ã©\" ou \"Ã¨\" ou \"Ã§\"",
            "plain",
            "",
        ] {
            assert_eq!(edits(line, "test/whole"), None, "{line}");
        }
    }
}
