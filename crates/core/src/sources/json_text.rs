//! Texts within JSON: strings, and arrays of paragraphs.

use serde_json::value::RawValue;

/// A value as text: a string, or an array of strings as paragraphs with blank lines between. Nulls in an array are
/// skipped.
pub(super) fn text(value: &str) -> Option<String> {
    if !value.starts_with('[') {
        return string(value);
    }
    let elements: Vec<&RawValue> = serde_json::from_str(value).ok()?;
    let paragraphs = elements.into_iter().map(RawValue::get).filter(|element| *element != "null");
    Some(paragraphs.map(string).collect::<Option<Vec<_>>>()?.join("\n\n"))
}

/// A string, with U+FFFD for halves of surrogate pairs.
pub(super) fn string(value: &str) -> Option<String> {
    serde_json::from_str(value).ok().or_else(|| {
        value.starts_with('"').then(|| serde_json::from_str(&repair_surrogates(value)).ok())?
    })
}

/// Replaces each escaped half of a surrogate pair that lacks its other half by U+FFFD. Python writes such halves for
/// bytes that it could not decode (`surrogateescape`), and JSON readers refuse them (RFC 8259, section 8.2).
pub(super) fn repair_surrogates(json: &str) -> String {
    let mut mended = String::with_capacity(json.len());
    let mut rest = json;
    while let Some(at) = rest.find('\\') {
        let (before, escape) = rest.split_at(at);
        mended.push_str(before);
        let length = match (unit(escape), escape.get(6..).and_then(unit)) {
            (Some(0xD800..=0xDBFF), Some(0xDC00..=0xDFFF)) => 12,
            (Some(0xD800..=0xDFFF), _) => {
                mended.push_str("\\ufffd");
                rest = escape.get(6..).unwrap_or_default();
                continue;
            }
            (Some(_), _) => 6,
            // Another escape such as `\\`. The character after the backslash may have any length in UTF-8.
            (None, _) => 1 + escape.chars().nth(1).map_or(0, char::len_utf8),
        };
        let (whole, after) = escape.split_at_checked(length).unwrap_or((escape, ""));
        mended.push_str(whole);
        rest = after;
    }
    mended.push_str(rest);
    mended
}

/// The code unit of the `\uXXXX` at the start of the text.
fn unit(escape: &str) -> Option<u16> {
    let digits = escape.strip_prefix("\\u")?.get(..4)?;
    u16::from_str_radix(digits, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_array_of_strings_is_a_text_of_paragraphs() {
        assert_eq!(text(r#"["One.", null, "Two."]"#).as_deref(), Some("One.\n\nTwo."));
        assert_eq!(text("[]").as_deref(), Some(""));
        assert_eq!(text(r#""One.""#).as_deref(), Some("One."));
        for value in [r#"["One.", 2]"#, r#"[["One."]]"#, "7", "null", "{}"] {
            assert_eq!(text(value), None, "{value}");
        }
    }
}
