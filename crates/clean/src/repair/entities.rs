//! Character references escaped twice: `&amp;amp;` in text.
//!
//! One that was escaped once (`A&amp;E`, `5 &lt; 6`) may be meant in text, and stays.

use html5ever::data::NAMED_ENTITIES;
use memchr::memmem;

use super::edits::TextEdit;

/// The longest name of a reference has 31 letters.
const MAX_NAME: usize = 32;

/// References of which the ampersand is escaped itself.
pub(super) fn edits(passage: &str) -> Vec<TextEdit> {
    let mut edits = Vec::new();
    let mut end = 0;
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
        } else if name > at + "&amp;".len() {
            end = name;
            edits.push(TextEdit::new(at..end, "&", "entity/twice"));
        }
    }
    edits
}

/// The text of a reference that starts after its ampersand, and how long the rest of it is.
fn referenced(text: &str) -> Option<(usize, String)> {
    let length = text.bytes().take(MAX_NAME).position(|byte| byte == b';')? + 1;
    let name = text.get(..length)?;
    if let Some(number) = name.strip_prefix('#') {
        let digits = number.strip_suffix(';')?;
        let code = match digits.strip_prefix(['x', 'X']) {
            Some(digits) => u32::from_str_radix(digits, 16).ok()?,
            None => digits.parse().ok()?,
        };
        let character = char::from_u32(code).filter(|c| !c.is_control() || *c == '\n')?;
        return Some((length, character.into()));
    }
    let (first, second) = NAMED_ENTITIES.get(name)?;
    let characters = [*first, *second].into_iter().filter(|code| *code != 0);
    let text: String = characters.filter_map(char::from_u32).collect();
    (!text.is_empty()).then_some((length, text))
}

#[cfg(test)]
mod tests {
    use super::super::edits::edited;
    use super::*;

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
