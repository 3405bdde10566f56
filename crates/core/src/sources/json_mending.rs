//! Mends JSON that a strict reader refuses although its meaning is clear.

use std::fmt::Write;

use memchr::memchr2;

use super::json_text;

/// JSON that a strict reader accepts, if the faults are of these kinds: numbers that JSON does not have, and literals
/// of Python and JavaScript; commas after the last element; line breaks, tabs and other control characters within
/// strings; halves of surrogate pairs; white space, byte order marks and control characters between values that JSON
/// does not allow. `None` if there is nothing to mend. Other faults are left for the reader to find.
///
/// Takes time linear in the length, and keeps nesting on no stack.
pub(super) fn mend(json: &str) -> Option<String> {
    let mut mended = String::with_capacity(json.len() + 16);
    let mut rest = json;
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '"' => string_length(rest),
            _ if is_of_word(first) => rest.find(|c| !is_of_word(c)).unwrap_or(rest.len()),
            _ => first.len_utf8(),
        };
        let (token, after) = rest.split_at_checked(length)?;
        match first {
            '"' => mend_string(token, &mut mended),
            ',' if is_last(after) => {}
            _ if is_strange_space(first) => mended.push(' '),
            _ => mended.push_str(literal(token)),
        }
        rest = after;
    }
    (mended != json).then_some(mended)
}

/// The length of the string at the start of this text, with its quotation marks.
fn string_length(text: &str) -> usize {
    let bytes = text.as_bytes();
    let mut position = 1;
    while let Some(offset) = bytes.get(position..).and_then(|rest| memchr2(b'"', b'\\', rest)) {
        position += offset + 1;
        if bytes.get(position - 1) == Some(&b'"') {
            return position;
        }
        // The character after the backslash may have any length in UTF-8.
        position +=
            text.get(position..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
    }
    text.len()
}

fn mend_string(string: &str, mended: &mut String) {
    let string = if memchr::memmem::find(string.as_bytes(), b"\\u").is_some() {
        &json_text::repair_surrogates(string)
    } else {
        string
    };
    for piece in string.split_inclusive(|c| c < ' ') {
        match piece.chars().next_back().filter(|last| *last < ' ') {
            Some(control) => {
                mended.push_str(piece.strip_suffix(control).unwrap_or(piece));
                let _ = write!(mended, "\\u{:04x}", u32::from(control));
            }
            None => mended.push_str(piece),
        }
    }
}

/// Whether a character can be in a number or a literal.
fn is_of_word(char: char) -> bool {
    char.is_ascii_alphanumeric() || matches!(char, '-' | '+' | '.' | '_')
}

/// White space between values, other than that of JSON, and control characters that are no part of any value.
fn is_strange_space(char: char) -> bool {
    char == '\u{feff}'
        || (char.is_whitespace() || char.is_control()) && !matches!(char, ' ' | '\t' | '\n' | '\r')
}

/// Whether no element follows a comma.
fn is_last(after: &str) -> bool {
    let next = after.chars().find(|c| !c.is_whitespace() && !is_strange_space(*c));
    matches!(next, None | Some('}' | ']'))
}

/// What JSON has in place of a literal. Numbers that are none become null, as in a browser.
fn literal(word: &str) -> &str {
    match word {
        "NaN" | "nan" | "Infinity" | "-Infinity" | "+Infinity" | "inf" | "-inf" | "None"
        | "undefined" => "null",
        "True" => "true",
        "False" => "false",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_with_a_clear_meaning_are_mended() {
        for (json, mended) in [
            (r#"{"a":NaN,"b":[Infinity, -Infinity]}"#, r#"{"a":null,"b":[null, null]}"#),
            (r#"{"a":None, "b":True}"#, r#"{"a":null, "b":true}"#),
            (r#"{"a":[1,2,],}"#, r#"{"a":[1,2]}"#),
            ("{\"a\":1,\n}, \n", "{\"a\":1\n} \n"),
            ("{\"a\":\"one\n\ttwo\"}", r#"{"a":"one\u000a\u0009two"}"#),
            (r#"{"\ud83d":"a\ud83d b\ude00"}"#, r#"{"\ufffd":"a\ufffd b\ufffd"}"#),
            ("\u{1e}{\"a\":\u{a0}1}\u{feff}\0", " {\"a\": 1}  "),
        ] {
            assert_eq!(mend(json).as_deref(), Some(mended), "{json}");
            serde_json::from_str::<serde_json::Value>(mended).unwrap();
        }
    }

    #[test]
    fn nothing_within_a_string_is_taken_for_a_fault() {
        for json in [
            r#"{"a":"NaN, ] \" ,} None \\"}"#,
            r#"{"a":"\ud83d\ude00 \\ud83d é\é","b":-1.5e+3}"#,
            r#"{"a":"no end NaN,"#,
            "[1",
            "",
        ] {
            assert_eq!(mend(json), None, "{json}");
        }
    }
}
