//! JSON strings, and escaped line breaks.

use memchr::memmem;

use super::{TextForm, Unpacked};

/// Written breaks from which a text has them throughout.
const MIN_BREAKS: usize = 3;

/// Reads a text that is one JSON string. A quotation without an escape does not count as one.
pub(super) fn unquote(text: &str) -> Option<Unpacked> {
    let trimmed = text.trim();
    if trimmed.len() < 2 || !trimmed.starts_with('"') || !trimmed.ends_with('"') {
        return None;
    }
    if !trimmed.contains('\\') {
        return None;
    }
    let text = serde_json::from_str::<String>(trimmed).ok()?;
    Some(Unpacked { text, form: TextForm::JsonString, changes: 1 })
}

/// Breaks lines at `\n`, if the text has it instead of line ends.
pub(super) fn break_lines(text: &str) -> Option<Unpacked> {
    let written = memmem::find_iter(text.as_bytes(), b"\\n").count();
    if written < MIN_BREAKS || text.matches('\n').count() * 2 > written {
        return None;
    }
    // After a sentence, and before another break or a word, it is no path such as `C:\new`.
    let breaks = text.match_indices("\\n").filter(|(at, _)| {
        let before = text.get(..*at).and_then(|before| before.chars().next_back());
        before.is_none_or(|c| ".!?\"”’)n。！？".contains(c))
    });
    if breaks.count() * 2 < written {
        return None;
    }
    let mut out = String::with_capacity(text.len());
    let mut changes = 0;
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('\\') {
        out.push_str(before);
        let (replacement, length) = match after.as_bytes() {
            [b'r', b'\\', b'n', ..] => ("\n", 3),
            [b'n', ..] => ("\n", 1),
            [b'r', ..] if !after.starts_with(|c: char| c.is_alphabetic() && c != 'r') => ("\n", 1),
            [b't', ..] => ("\t", 1),
            [b'"', ..] => ("\"", 1),
            [b'\'', ..] => ("'", 1),
            _ => ("\\", 0),
        };
        changes += usize::from(length > 0);
        out.push_str(replacement);
        rest = after.get(length..).unwrap_or_default();
    }
    out.push_str(rest);
    Some(Unpacked { text: out, form: TextForm::WrittenBreaks, changes })
}
