//! Where the sentences of a text end.

use std::ops::Range;

use super::trimmed;

/// Abbreviations before names and numbers that end with a full stop.
const ABBREVIATIONS: &[&str] = &[
    "mr", "mrs", "ms", "dr", "prof", "st", "sr", "jr", "gen", "col", "lt", "sgt", "capt", "rev",
    "hon", "sen", "rep", "gov", "no", "nos", "vs", "jan", "feb", "mar", "apr", "jun", "jul", "aug",
    "sep", "sept", "oct", "nov", "dec", "inc", "ltd", "co", "corp", "fig", "vol", "pp", "art",
    "núm", "nr", "sra", "dra", "mme", "mlle",
];

/// The sentences of a text, as ranges of bytes without the white space between them.
pub(crate) fn sentences(text: &str) -> impl Iterator<Item = Range<usize>> {
    let mut start = 0;
    let mut read = 0;
    std::iter::from_fn(move || {
        loop {
            let rest = text.get(read..).unwrap_or_default();
            let stop = rest.bytes().position(may_be_stop).and_then(|offset| {
                rest.get(offset..)?.chars().next().map(|character| (read + offset, character))
            });
            let Some((at, character)) = stop else {
                let last = trimmed(text, start..text.len());
                (start, read) = (text.len(), text.len());
                return last;
            };
            let mut end = at + character.len_utf8();
            read = end;
            if !is_stop(character) {
                continue;
            }
            // Further stops, quotation marks and brackets close the same sentence.
            let after = text.get(end..).unwrap_or_default();
            let further = after.trim_start_matches(|next| is_stop(next) || is_closing(next));
            end += after.len() - further.len();
            read = end;
            if is_end(text, start, at, end, character)
                && let Some(sentence) = trimmed(text, start..end)
            {
                start = end;
                return Some(sentence);
            }
        }
    })
}

/// Whether a stop may begin with this byte.
fn may_be_stop(byte: u8) -> bool {
    !byte.is_ascii() || matches!(byte, b'.' | b'!' | b'?')
}

fn is_stop(character: char) -> bool {
    matches!(character, '.' | '!' | '?' | '…' | '。' | '！' | '？' | '؟' | '۔' | '।')
}

fn is_closing(character: char) -> bool {
    matches!(character, '"' | '”' | '’' | '\'' | '»' | ')' | ']' | '」' | '』' | '）')
}

/// Whether a stop at `at` ends the sentence that began at `start`; `end` is just past the marks that close it.
fn is_end(text: &str, start: usize, at: usize, end: usize, stop: char) -> bool {
    let after = text.get(end..).unwrap_or_default();
    // In scripts without spaces the next sentence follows at once.
    if matches!(stop, '。' | '！' | '？') {
        return true;
    }
    let next = after.trim_start();
    if next.len() == after.len() && !next.is_empty() {
        return false;
    }
    let begins = next.trim_start_matches(|c: char| !c.is_alphanumeric()).chars().next();
    if begins.is_some_and(char::is_lowercase) {
        return false;
    }
    if stop != '.' {
        return true;
    }
    let before = text.get(start..at).unwrap_or_default();
    let word = before.rsplit(|c: char| c.is_whitespace()).next().unwrap_or_default();
    let core = word.trim_matches(|c: char| !c.is_alphanumeric());
    // "5. Juni" is a date.
    let is_ordinal =
        core.len() <= 2 && !core.is_empty() && core.chars().all(|c| c.is_ascii_digit());
    let is_initial = core.chars().count() == 1 && core.chars().all(char::is_uppercase);
    let is_initials = core.contains('.') && core.split('.').all(|part| part.chars().count() == 1);
    let is_before_name = is_initials && next.chars().next().is_some_and(char::is_uppercase);
    let is_abbreviation = ABBREVIATIONS.contains(&core.to_lowercase().as_str());
    !(is_ordinal || is_initial || is_before_name || is_abbreviation)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(text: &str) -> Vec<&str> {
        sentences(text).map(|range| text.get(range).unwrap_or_default()).collect()
    }

    #[test]
    fn sentences_end_at_stops_before_a_new_one() {
        assert_eq!(
            split(
                "It sailed. “Was it late?” asked Ms Ono. She (and Mr. J. Berg) smiled!  No. 7 left at 7.15 a.m. today."
            ),
            [
                "It sailed.",
                "“Was it late?” asked Ms Ono.",
                "She (and Mr. J. Berg) smiled!",
                "No. 7 left at 7.15 a.m. today.",
            ]
        );
        assert_eq!(
            split("Wait... and see. Node.js 3.0 is out.[4] Yes"),
            ["Wait... and see.", "Node.js 3.0 is out.[4] Yes"]
        );
        assert_eq!(
            split("Am 5. Juni fuhr sie ab. Um 7 Uhr."),
            ["Am 5. Juni fuhr sie ab.", "Um 7 Uhr."]
        );
        assert_eq!(
            split("橋が開通した。市長は「嬉しい。」と言った"),
            ["橋が開通した。", "市長は「嬉しい。」", "と言った"]
        );
        assert_eq!(split(" "), [""; 0]);
    }
}
