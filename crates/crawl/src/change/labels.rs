//! Labels: short blocks that contain a count or a time.

use std::fmt::Write as _;

use xxhash_rust::xxh3::xxh3_64;

use super::times;
use copydesk_core::tokens;

/// The most bytes of a label.
const MAX_LABEL_BYTES: usize = 160;
/// The most words of a label besides numbers and times.
const MAX_PLAIN_WORDS: usize = 8;
/// The letters of a word after a number that are compared, because its ending depends on the number: "comment"
/// and "comments".
const STEM_LETTERS: usize = 3;

#[derive(Clone, Copy, PartialEq)]
enum LabelPart {
    Number,
    Time,
    Plain,
}

/// A hash of a label without its numbers and times; `None` if the block is not a label.
///
/// A label is short, contains a number or a time, and is not a sentence.
pub(super) fn label_key(text: &str) -> Option<u64> {
    if text.len() > MAX_LABEL_BYTES || is_sentence(text) {
        return None;
    }
    let tokens = tokens::tokens(text);
    let words: Vec<String> = tokens
        .into_iter()
        .map(|token| text.get(token.range).unwrap_or_default().to_lowercase())
        .collect();
    let next = words.iter().skip(1).map(|word| times::is_time(word)).chain([false]);
    let parts: Vec<LabelPart> = words
        .iter()
        .zip(next)
        .map(|(word, is_time_next)| match part(word) {
            // "an hour ago"
            LabelPart::Plain if is_time_next && times::is_before_time(word) => LabelPart::Time,
            part => part,
        })
        .collect();
    if parts.iter().all(|part| *part == LabelPart::Plain) {
        return None;
    }
    let plain = parts.iter().filter(|part| **part == LabelPart::Plain).count();
    if plain > MAX_PLAIN_WORDS {
        return None;
    }
    let mut key = String::new();
    let mut before = LabelPart::Plain;
    for (word, part) in words.iter().zip(parts) {
        match part {
            // Consecutive numbers and times count as one: "5 minutes" may become "an hour".
            LabelPart::Number | LabelPart::Time => {
                if before == LabelPart::Plain {
                    key.push('#');
                }
            }
            // Writing to a string never fails.
            LabelPart::Plain if before == LabelPart::Number => {
                let _ = write!(key, "{} ", word.chars().take(STEM_LETTERS).collect::<String>());
            }
            LabelPart::Plain => {
                let _ = write!(key, "{word} ");
            }
        }
        before = part;
    }
    Some(xxh3_64(key.as_bytes()))
}

fn part(word: &str) -> LabelPart {
    if word.contains(char::is_numeric) {
        LabelPart::Number
    } else if times::is_time(word) {
        LabelPart::Time
    } else {
        LabelPart::Plain
    }
}

/// Whether a block ends like a sentence. "9.30 p.m." does not.
fn is_sentence(text: &str) -> bool {
    let text = text.trim_end_matches(['"', '\'', '”', '“', '»', '’', '」', ')', ']']);
    let Some(rest) = text.strip_suffix('.') else {
        return text.ends_with(['!', '?', '。', '！', '？', '…', '।', '؟']);
    };
    let last = rest.rsplit(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
    last.chars().count() > 1 && !times::is_time(&last.to_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_with_different_numbers_are_equal() {
        for (one, other) in [
            ("1,204 readers", "998 readers"),
            ("1 comment", "17 comments"),
            ("1 Kommentar", "17 Kommentare"),
            ("Updated 5 minutes ago", "Updated 59 minutes ago"),
            ("Updated 5 minutes ago", "Updated an hour ago"),
            ("Updated 5 minutes ago", "updated: just now"),
            ("Updated today", "Updated yesterday"),
            ("Last updated on 5 March 2026, 10:42 a.m.", "Last updated on 12 Apr 2026, 9:05 p.m."),
            ("vor 5 Minuten", "vor einer Stunde"),
            ("il y a 5 minutes", "il y a une heure"),
            ("Обновлено 5 минут назад", "Обновлено 2 часа назад"),
            ("10:42", "9:05"),
            ("1.2k shares", "999 shares"),
            ("3件", "12件"),
            ("Viewed 17 times | Shared 4 times", "Viewed 1,017 times | Shared 11 times"),
        ] {
            assert!(label_key(one).is_some(), "{one}");
            assert_eq!(label_key(one), label_key(other), "{one} {other}");
        }
    }

    #[test]
    fn labels_of_different_things_differ() {
        for (one, other) in
            [("17 comments", "17 shares"), ("5 dead", "6 hurt"), ("Gate 5", "Track 5")]
        {
            assert_ne!(label_key(one), label_key(other), "{one} {other}");
        }
    }

    #[test]
    fn other_blocks_have_no_key() {
        for text in [
            "",
            "The old harbour",
            "The toll rises to 5 euros.",
            "Did 5 people see it?",
            "«Es waren 5 Boote.»",
            "渡し船は3日に出た。",
            "The council voted 5 to 4 to move the ferry to the new pier in spring",
        ] {
            assert_eq!(label_key(text), None, "{text}");
        }
        assert_eq!(label_key(&format!("5 {}", "a".repeat(160))), None);
    }
}
