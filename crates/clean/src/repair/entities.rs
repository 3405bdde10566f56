//! Character references escaped twice: `&amp;amp;` in text.
//!
//! One that was escaped once (`A&amp;E`, `5 &lt; 6`) may be meant in text, and stays.

use html5ever::data::NAMED_ENTITIES;
use memchr::memmem;

use super::charset::{WINDOWS_LATIN, bytes_of};
use super::edits::TextEdit;
use super::mojibake::plausibility::character_plausibility;
use super::utf8;

/// The longest name of a reference has 31 letters.
const MAX_NAME: usize = 32;

/// Longer tags are not looked for.
const MAX_TAG: usize = 4 << 10;

/// The bit of windows-1252.
const LATIN: u16 = 1 << WINDOWS_LATIN;

/// References of which the ampersand is escaped itself.
pub(super) fn edits(passage: &str) -> Vec<TextEdit> {
    let mut edits = Vec::new();
    let mut end = 0;
    if is_about_references(passage) {
        return edits;
    }
    for at in memmem::find_iter(passage.as_bytes(), "&amp;") {
        if at < end {
            continue;
        }
        let mut name = at + "&amp;".len();
        while passage.get(name..).is_some_and(|rest| rest.starts_with("amp;")) {
            name += "amp;".len();
        }
        let rest = passage.get(name..).unwrap_or_default();
        let found = referenced(rest).filter(|(length, _)| {
            // Texts about references name them by themselves.
            let is_letter = char::is_alphanumeric;
            rest.starts_with('#')
                || passage.get(..at).is_some_and(|before| before.ends_with(is_letter))
                || rest.get(*length..).is_some_and(|after| after.starts_with(is_letter))
        });
        if let Some((length, text)) = found {
            end = name + length;
            edits.push(TextEdit::new(at..end, text, "entity/twice"));
        } else if name > at + "&amp;".len() && !is_named(passage, at, name) {
            end = name;
            edits.push(TextEdit::new(at..end, "&", "entity/twice"));
        }
    }
    edits
}

/// Whether brackets or quotes are around a reference, or end behind it: a text about references names it.
fn is_named(passage: &str, start: usize, end: usize) -> bool {
    let before = passage.get(..start).and_then(|text| text.chars().next_back());
    let after = passage.get(end..).and_then(|text| text.chars().next());
    let is_gap = before.is_none_or(|c| !c.is_alphanumeric());
    is_gap && after.is_some_and(|c| ")]\"'`”’»".contains(c))
}

/// Whether a passage has references to the signs of markup that were escaped once: it is about
/// markup, and those that were escaped twice are meant.
fn is_about_references(passage: &str) -> bool {
    ["&lt;", "&gt;", "&quot;"].iter().any(|name| passage.contains(name))
}

/// Whether a text has tags, so that its references are part of the markup.
pub(super) fn has_tags(text: &str) -> bool {
    memchr::memchr_iter(b'<', text.as_bytes()).any(|at| {
        let rest = text.get(at + 1..).unwrap_or_default();
        let name = rest.strip_prefix('/').unwrap_or(rest);
        name.starts_with(|c: char| c.is_ascii_alphabetic())
            && memchr::memchr(b'>', rest.as_bytes()).is_some_and(|end| end < MAX_TAG)
    })
}

/// References to the bytes of UTF-8 as windows-1252 has them, alone or among such characters:
/// `caf&Atilde;&copy;`.
pub(super) fn misread_edits(passage: &str) -> Vec<TextEdit> {
    let mut edits = Vec::new();
    let mut end = 0;
    for at in memchr::memchr_iter(b'&', passage.as_bytes()) {
        if at < end {
            continue;
        }
        // The first byte may stand before the reference as a character.
        let before = passage.get(end..at).and_then(|text| text.chars().next_back());
        let start = match before.filter(|c| bytes_of(*c).leads & LATIN != 0) {
            Some(lead) => at - lead.len_utf8(),
            None => at,
        };
        if let Some((length, character)) = misread(passage.get(start..).unwrap_or_default()) {
            end = start + length;
            edits.push(TextEdit::new(start..end, character, "entity/misread"));
        }
    }
    edits
}

/// The character whose bytes stand at the beginning of a text as characters and references, and the
/// length of these.
fn misread(text: &str) -> Option<(usize, char)> {
    let mut bytes = [0; 4];
    let mut at = 0;
    let mut has_reference = false;
    let mut count = 1;
    let mut taken = 0;
    while taken < count {
        let rest = text.get(at..)?;
        let (length, character) = match rest.strip_prefix('&') {
            Some(name) => {
                has_reference = true;
                let (length, text) = referenced_byte(name)?;
                (length + 1, text)
            }
            None => rest.chars().next().map(|character| (character.len_utf8(), character))?,
        };
        let byte = bytes_of(character).byte(WINDOWS_LATIN);
        if taken == 0 {
            count = utf8::length_from_lead(byte)?;
        }
        *bytes.get_mut(taken)? = byte;
        taken += 1;
        at += length;
    }
    let read = utf8::decoded(bytes.get(..count)?)?;
    let is_text = !read.is_control() && character_plausibility(read) >= 0.0;
    (has_reference && is_text).then_some((at, read))
}

/// The character of a reference that starts after its ampersand, control characters too, and how long
/// the rest of it is.
fn referenced_byte(text: &str) -> Option<(usize, char)> {
    if text.starts_with('#') {
        return numbered(text);
    }
    let (length, text) = referenced(text)?;
    let mut characters = text.chars();
    let character = characters.next()?;
    characters.next().is_none().then_some((length, character))
}

/// The text of a reference that starts after its ampersand, and how long the rest of it is.
fn referenced(text: &str) -> Option<(usize, String)> {
    if text.starts_with('#') {
        let (length, character) = numbered(text)?;
        let is_text = !character.is_control() || character == '\n';
        return is_text.then(|| (length, character.into()));
    }
    let length = text.bytes().take(MAX_NAME).position(|byte| byte == b';')? + 1;
    let name = text.get(..length)?;
    let (first, second) = NAMED_ENTITIES.get(name)?;
    let characters = [*first, *second].into_iter().filter(|code| *code != 0);
    let text: String = characters.filter_map(char::from_u32).collect();
    (!text.is_empty()).then_some((length, text))
}

/// The character of a reference by its number, from the `#` on, and the length of these.
fn numbered(text: &str) -> Option<(usize, char)> {
    let length = text.bytes().take(MAX_NAME).position(|byte| byte == b';')? + 1;
    let digits = text.get(..length)?.strip_prefix('#')?.strip_suffix(';')?;
    let code = match digits.strip_prefix(['x', 'X']) {
        Some(digits) => u32::from_str_radix(digits, 16).ok()?,
        None => digits.parse().ok()?,
    };
    Some((length, char::from_u32(code)?))
}

#[cfg(test)]
mod tests {
    use super::super::edits::edited;
    use super::*;

    #[test]
    fn references_to_misread_bytes_are_decoded() {
        for (text, read) in [
            ("th&Atilde;&copy; glac&#195;&#169;, th&#xC3;&#xa9;", "thé glacé, thé"),
            ("2 Î&frac14;m", "2 μm"),
            ("don&acirc;&euro;&trade;t", "don’t"),
            ("Ã&oelig;ber", "Über"),
            ("&Atilde; &copy; &eacute;&eacute;", "&Atilde; &copy; &eacute;&eacute;"),
            ("a&b&c; &", "a&b&c; &"),
        ] {
            assert_eq!(edited(text, &misread_edits(text)), read, "{text}");
        }
    }

    #[test]
    fn tags_are_found() {
        for text in ["<p>a", "a</p>", "<br/>", "<a href=x>"] {
            assert!(has_tags(text) == text.contains('>'), "{text}");
        }
        for text in ["a < b > c", "5 <6", "<", "</", "<3 >"] {
            assert!(!has_tags(text), "{text}");
        }
    }

    #[test]
    fn references_escaped_twice_are_decoded() {
        for (text, read) in [
            ("Fish &amp;amp; chips", "Fish & chips"),
            ("Fish &amp;amp;amp; chips", "Fish & chips"),
            ("don&amp;#8217;t, don&amp;#x2019;t, don&amp;rsquo;t", "don’t, don’t, don’t"),
            ("a&amp;lt;2, &amp;quot;word&amp;quot;", "a<2, \"word\""),
            ("written &amp;lsaquo;/&amp;rsaquo; there", "written &amp;lsaquo;/&amp;rsaquo; there"),
            ("caf&amp;amp;eacute;", "café"),
            ("A&amp;E", "A&amp;E"),
            ("5 &lt; 6 &amp; 7", "5 &lt; 6 &amp; 7"),
            ("write &amp;lt;a for &lt;a", "write &amp;lt;a for &lt;a"),
            ("?a=1&amp;b=2&amp;copy=3", "?a=1&amp;b=2&amp;copy=3"),
            (
                "&amp;#0; &amp;#xd800; &amp;nothing; &amp;",
                "&amp;#0; &amp;#xd800; &amp;nothing; &amp;",
            ),
        ] {
            assert_eq!(edited(text, &edits(text)), read, "{text}");
        }
    }
}
