//! The passages of a text that may need repair.

use std::ops::Range;

use memchr::{memchr, memrchr};

use super::scan;

/// Maximum length of a passage in bytes; a longer line is several passages.
const MAX_BYTES: usize = 16 << 10;

/// The passages with something suspect in them; all passages if `all`.
pub(super) fn passages(text: &str, all: bool) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut from = 0;
    while from < text.len() {
        let Some(next) = (if all { Some(from) } else { scan::first_suspect(text, from) }) else {
            break;
        };
        let passage = around(text, from, next);
        from = passage.end;
        found.push(passage);
    }
    found
}

/// The passage that contains a byte. Passages begin at the start of a line after `from`.
fn around(text: &str, from: usize, at: usize) -> Range<usize> {
    let before = text.as_bytes().get(from..at).unwrap_or_default();
    let mut start = memrchr(b'\n', before).map_or(from, |newline| from + newline + 1);
    loop {
        let end = end_of(text, start);
        if at < end || end <= start {
            return start..end.max(start + 1).min(text.len());
        }
        start = end;
    }
}

/// The end of the passage that begins here: at the end of the line, or at white space before it
/// gets too long.
fn end_of(text: &str, start: usize) -> usize {
    let rest = text.as_bytes().get(start..).unwrap_or_default();
    let head = rest.get(..rest.len().min(MAX_BYTES)).unwrap_or_default();
    if let Some(newline) = memchr(b'\n', head) {
        return start + newline + 1;
    }
    if head.len() == rest.len() {
        return text.len();
    }
    if let Some(space) = memrchr(b' ', head) {
        return start + space + 1;
    }
    let mut end = start + head.len();
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    end
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passages_are_the_suspect_lines() {
        let text = "plain\ncafÃ©\nplain again\n\u{a0}x";
        let lines = |all| -> Vec<&str> {
            let passages = passages(text, all);
            passages.into_iter().map(|passage| text.get(passage).unwrap_or_default()).collect()
        };
        assert_eq!(lines(false), ["cafÃ©\n", "\u{a0}x"]);
        assert_eq!(lines(true).concat(), text);
    }

    #[test]
    fn long_lines_are_cut_at_white_space() {
        let text = format!("{} {}Ã©{}", "a".repeat(20_000), "ж ".repeat(9_000), "ж".repeat(9_000));
        let all = passages(&text, true);
        assert!(all.iter().all(|passage| passage.len() <= MAX_BYTES));
        let joined: Vec<&str> = all.into_iter().filter_map(|passage| text.get(passage)).collect();
        assert_eq!(joined.concat(), text);
        assert_eq!(passages(&text, false).len(), 1);
    }
}
