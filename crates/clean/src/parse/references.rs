//! Resolves character references, line ends and NULs.

use html5ever::data::{C1_REPLACEMENTS, NAMED_ENTITIES};
use memchr::memchr3;

/// Where a text is. References end differently in attributes, and raw text has none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ReferenceContext {
    Text,
    Attribute,
    /// In `<script>`, `<xmp>` and the like.
    Raw,
}

/// Whether a text needs no resolving.
pub(super) fn is_plain(text: &str) -> bool {
    memchr3(b'&', b'\r', 0, text.as_bytes()).is_none()
}

/// Adds a text to `out`: its references resolved, each line end one line feed, NUL as U+FFFD.
///
/// <https://html.spec.whatwg.org/multipage/parsing.html#character-reference-state>
pub(super) fn resolve(text: &str, within: ReferenceContext, out: &mut String) {
    let mut rest = text;
    while let Some(at) = memchr3(b'&', b'\r', 0, rest.as_bytes()) {
        let (plain, sign) = rest.split_at_checked(at).unwrap_or((rest, ""));
        out.push_str(plain);
        let mut after = sign.get(1..).unwrap_or_default();
        match sign.as_bytes().first() {
            Some(b'\r') => {
                out.push('\n');
                after = after.strip_prefix('\n').unwrap_or(after);
            }
            Some(b'&') => match reference(after, within) {
                Some((length, characters)) => {
                    out.extend(characters.into_iter().filter(|character| *character != '\0'));
                    after = after.get(length..).unwrap_or_default();
                }
                None => out.push('&'),
            },
            _ => out.push(char::REPLACEMENT_CHARACTER),
        }
        rest = after;
    }
    out.push_str(rest);
}

/// The bytes of a reference after its `&`, and its one or two characters. NUL stands for no character.
fn reference(text: &str, within: ReferenceContext) -> Option<(usize, [char; 2])> {
    if within == ReferenceContext::Raw {
        return None;
    }
    match text.strip_prefix('#') {
        Some(number) => numeric(number).map(|(length, character)| (length + 1, [character, '\0'])),
        None => named(text, within),
    }
}

fn named(text: &str, within: ReferenceContext) -> Option<(usize, [char; 2])> {
    // Nearly all references are one of these.
    for (name, character) in
        [("amp;", '&'), ("nbsp;", '\u{a0}'), ("quot;", '"'), ("lt;", '<'), ("gt;", '>')]
    {
        if text.starts_with(name) {
            return Some((name.len(), [character, '\0']));
        }
    }
    let mut found = None;
    // The longest name counts. The table also contains every prefix of a name, so the search can stop at
    // the first miss.
    for (end, character) in text.char_indices().map(|(at, c)| (at + c.len_utf8(), c)) {
        match NAMED_ENTITIES.get(text.get(..end)?) {
            Some((0, _)) => {}
            Some(characters) => found = Some((end, *characters, character == ';')),
            None => break,
        }
    }
    let (length, (first, second), is_closed) = found?;
    let goes_on = |next: &u8| *next == b'=' || next.is_ascii_alphanumeric();
    // In a URL, `&copy=1` is a parameter.
    if within == ReferenceContext::Attribute
        && !is_closed
        && text.as_bytes().get(length).is_some_and(goes_on)
    {
        return None;
    }
    Some((length, [char::from_u32(first)?, char::from_u32(second)?]))
}

/// <https://html.spec.whatwg.org/multipage/parsing.html#numeric-character-reference-end-state>
fn numeric(text: &str) -> Option<(usize, char)> {
    let (digits, base) = match text.strip_prefix(['x', 'X']) {
        Some(digits) => (digits, 16),
        None => (text, 10),
    };
    let count = digits.bytes().take_while(|digit| char::from(*digit).is_digit(base)).count();
    let (number, after) =
        digits.split_at_checked(count).filter(|(number, _)| !number.is_empty())?;
    let code = number
        .chars()
        .filter_map(|digit| digit.to_digit(base))
        .fold(0_u32, |code, digit| code.saturating_mul(base).saturating_add(digit));
    let character = match code {
        // NUL, and C1 controls, which the specification reads as windows-1252.
        0 => None,
        0x80..=0x9f => {
            let replaced = C1_REPLACEMENTS.get((code - 0x80) as usize).copied().flatten();
            replaced.or(char::from_u32(code))
        }
        _ => char::from_u32(code),
    };
    let length = text.len() - after.len() + usize::from(after.starts_with(';'));
    Some((length, character.unwrap_or(char::REPLACEMENT_CHARACTER)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resolved(text: &str, within: ReferenceContext) -> String {
        let mut out = String::new();
        resolve(text, within, &mut out);
        out
    }

    #[test]
    fn references_are_resolved() {
        for (text, expected) in [
            ("a &amp; b&nbsp;c", "a & b\u{a0}c"),
            ("&lt&gt;&AMP", "<>&"),
            ("&notit; &notin; &NotEqualTilde;", "¬it; ∉ \u{2242}\u{338}"),
            ("AT&T &; & &unknown; &", "AT&T &; & &unknown; &"),
            ("&copy=1 &copyright", "©=1 ©right"),
            ("&#65;&#x42;&#X43 &#8217s", "ABC ’s"),
            ("&#146;&#x80;&#129;", "’€\u{81}"),
            ("&#0;&#xD800;&#x110000;&#99999999999;", "\u{fffd}\u{fffd}\u{fffd}\u{fffd}"),
            ("&#; &#x; &#xg", "&#; &#x; &#xg"),
            ("a\r\nb\rc\r\r\n\0", "a\nb\nc\n\n\u{fffd}"),
        ] {
            assert_eq!(resolved(text, ReferenceContext::Text), expected, "{text}");
        }
    }

    #[test]
    fn in_attributes_a_name_without_a_semicolon_is_a_part_of_a_url() {
        let text = "?a=1&copy=2&copyright=3&copy;&amp=4&lt";
        assert_eq!(resolved(text, ReferenceContext::Attribute), "?a=1&copy=2&copyright=3©&amp=4<");
    }

    #[test]
    fn raw_text_has_no_references() {
        assert_eq!(resolved("a &amp;\r\n\0", ReferenceContext::Raw), "a &amp;\n\u{fffd}");
    }
}
