//! Repairs near-JSON: text that templates and editors broke on the way.

use std::borrow::Cow;
use std::iter::Peekable;
use std::str::CharIndices;

use super::text::decode_once;

/// How many objects and lists may be open at once. JSON parsers have such a limit too.
const MAX_OPEN: usize = 120;
/// Maximum length of a bare word or a number, in bytes.
const MAX_WORD: usize = 64;

/// The same text as JSON, as far as it can be understood. It accepts comments, tags, trailing and
/// missing commas, raw line breaks and unescaped quotation marks in strings, single or typographic
/// quotation marks, bare keys, values that are missing or no JSON, and closing signs that are
/// missing at the end. One pass, in linear time.
pub(super) fn repair(script: &str) -> String {
    let script = unescaped(script);
    let mut repair = NearJson {
        text: &script,
        chars: script.char_indices().peekable(),
        out: String::with_capacity(script.len() + 16),
        open: Vec::new(),
        last: LastToken::Nothing,
    };
    repair.run();
    repair.out
}

/// The script without the character references that a template wrote instead of its quotation
/// marks.
fn unescaped(script: &str) -> Cow<'_, str> {
    let reference = ["&quot;", "&#34;", "&#034;"].iter().filter_map(|name| script.find(name)).min();
    match (reference, script.find('"')) {
        (Some(reference), Some(quote)) if quote < reference => Cow::Borrowed(script),
        (Some(_), _) => decode_once(script),
        _ => Cow::Borrowed(script),
    }
}

/// What was written last, apart from white space.
#[derive(Clone, Copy, PartialEq, Eq)]
enum LastToken {
    /// Nothing, or the opening sign of an object or list.
    Nothing,
    /// A comma: where it is in the output.
    Comma(usize),
    /// The colon after a key.
    Colon,
    /// A complete value, or a key.
    Value,
}

struct NearJson<'a> {
    text: &'a str,
    chars: Peekable<CharIndices<'a>>,
    out: String,
    /// The signs that close what is open.
    open: Vec<char>,
    last: LastToken,
}

impl NearJson<'_> {
    fn run(&mut self) {
        while let Some((at, c)) = self.chars.next() {
            match c {
                _ if c.is_whitespace() => self.out.push(c),
                '"' | '\'' | '“' | '”' | '„' => self.string(c),
                '{' | '[' => {
                    if self.open.len() >= MAX_OPEN {
                        // No description of a page is so deep.
                        self.out.clear();
                        self.open.clear();
                        break;
                    }
                    self.begin_value();
                    self.out.push(c);
                    self.open.push(if c == '{' { '}' } else { ']' });
                    self.last = LastToken::Nothing;
                }
                '}' | ']' => self.close(c),
                ',' => self.comma(),
                ':' if self.last == LastToken::Value => {
                    self.out.push(c);
                    self.last = LastToken::Colon;
                }
                '/' => self.comment(at),
                '<' => {
                    // A comment mark, or a tag that an editor put in.
                    self.chars.by_ref().find(|(_, c)| matches!(c, '>' | '\n'));
                }
                _ if is_word(c) => self.word(at),
                _ => {}
            }
        }
        while let Some(sign) = self.open.pop() {
            self.end_value();
            self.out.push(sign);
            self.last = LastToken::Value;
        }
    }

    /// Puts in the comma that is missing before a value.
    fn begin_value(&mut self) {
        if self.last == LastToken::Value && !self.open.is_empty() {
            self.out.push(',');
        }
    }

    /// Completes what is written before a comma or a closing sign.
    fn end_value(&mut self) {
        match self.last {
            LastToken::Comma(at) => self.out.truncate(at),
            LastToken::Colon => self.out.push_str("null"),
            LastToken::Nothing | LastToken::Value => {}
        }
    }

    fn comma(&mut self) {
        match self.last {
            LastToken::Nothing | LastToken::Comma(_) => return,
            _ if self.open.is_empty() => return,
            LastToken::Colon => self.out.push_str("null"),
            LastToken::Value => {}
        }
        self.last = LastToken::Comma(self.out.len());
        self.out.push(',');
    }

    fn close(&mut self, sign: char) {
        // A sign that closes nothing is one too many.
        if !self.open.iter().rev().take(2).any(|open| *open == sign) {
            return;
        }
        while let Some(open) = self.open.pop() {
            self.end_value();
            self.out.push(open);
            self.last = LastToken::Value;
            if open == sign {
                break;
            }
        }
    }

    /// A comment in the way of JavaScript.
    fn comment(&mut self, at: usize) {
        let rest = self.text.get(at..).unwrap_or_default();
        let end = if rest.starts_with("//") {
            rest.find('\n')
        } else if rest.starts_with("/*") {
            rest.find("*/").map(|end| end + 1)
        } else {
            return;
        };
        let end = at + end.unwrap_or(rest.len());
        while self.chars.next_if(|(at, _)| *at <= end).is_some() {}
    }

    /// A number, `true`, `false`, `null`, a bare key, or something that is no JSON.
    fn word(&mut self, at: usize) {
        let mut end = self.text.len();
        while let Some((next, c)) = self.chars.peek() {
            if !is_word(*c) {
                end = *next;
                break;
            }
            self.chars.next();
        }
        let word = self.text.get(at..end).unwrap_or_default();
        self.begin_value();
        let is_key = self.last != LastToken::Colon
            && self.open.last() == Some(&'}')
            && self.text.get(end..).unwrap_or_default().trim_start().starts_with(':');
        if is_key && word.len() <= MAX_WORD {
            self.out.push('"');
            self.out.push_str(word);
            self.out.push('"');
        } else if word.len() <= MAX_WORD && serde_json::from_str::<serde_json::Value>(word).is_ok()
        {
            self.out.push_str(word);
        } else {
            self.out.push_str("null");
        }
        self.last = LastToken::Value;
    }

    fn string(&mut self, mark: char) {
        self.begin_value();
        self.out.push('"');
        while let Some((at, c)) = self.chars.next() {
            match c {
                '\\' => self.escape(),
                _ if is_end_mark(c, mark) => {
                    if ends_here(self.text.get(at + c.len_utf8()..).unwrap_or_default()) {
                        break;
                    }
                    self.out.push_str(if c == '"' { "\\\"" } else { "" });
                    if c != '"' {
                        self.out.push(c);
                    }
                }
                '"' => self.out.push_str("\\\""),
                _ if c.is_control() => self.out.push(' '),
                _ => self.out.push(c),
            }
        }
        self.out.push('"');
        self.last = LastToken::Value;
    }

    /// Before a character that needs none, as in `\'`, a backslash is not valid JSON.
    fn escape(&mut self) {
        let known = ['"', '\\', '/', 'b', 'f', 'n', 'r', 't'];
        if let Some((_, next)) = self.chars.next_if(|(_, next)| known.contains(next)) {
            self.out.push('\\');
            self.out.push(next);
        } else if let Some((at, _)) = self.chars.next_if(|(_, next)| *next == 'u') {
            let digits = self.text.get(at + 1..at + 5).unwrap_or_default();
            if digits.len() == 4 && digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
                self.out.push_str("\\u");
            }
        }
    }
}

fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '@' | '$' | '+' | '-' | '.')
}

fn is_end_mark(c: char, begin: char) -> bool {
    match begin {
        '"' | '\'' => c == begin,
        _ => matches!(c, '“' | '”'),
    }
}

/// Whether a quotation mark before this text ends a string. Otherwise it is part of the string, and
/// the page forgot to escape it.
fn ends_here(rest: &str) -> bool {
    let tail = rest.trim_start();
    let Some(next) = tail.chars().next() else { return true };
    match next {
        ':' | '}' | ']' | ';' => true,
        // `"yes", she said` goes on.
        ',' => begins_value(tail.get(1..).unwrap_or_default().trim_start()),
        // The comma between two lines is missing.
        '"' | '/' | '<' => {
            rest.get(..rest.len() - tail.len()).is_some_and(|gap| gap.contains('\n'))
        }
        _ => false,
    }
}

/// Whether a text after a comma begins a value or a key.
fn begins_value(text: &str) -> bool {
    let Some(first) = text.chars().next() else { return true };
    let word = text.bytes().take(MAX_WORD).take_while(u8::is_ascii_alphanumeric).count();
    let is_key =
        word > 0 && text.get(word..).is_some_and(|rest| rest.trim_start().starts_with(':'));
    is_key || first.is_ascii_digit() || "\"'“{[}],/<-".contains(first)
}

#[cfg(test)]
mod tests {
    use super::repair;

    #[track_caller]
    fn is_repaired(script: &str, expected: serde_json::Value) {
        let repaired = repair(script);
        let value: Result<serde_json::Value, _> = serde_json::from_str(&repaired);
        assert_eq!(value.ok(), Some(expected), "{script} became {repaired}");
    }

    #[test]
    fn what_is_missing_at_the_end_is_closed() {
        let quay = serde_json::json!({"a": {"b": ["Quay"]}});
        for script in [
            r#"{"a": {"b": ["Quay"]}"#,
            r#"{"a": {"b": ["Quay"#,
            r#"{"a": {"b": ["Quay", "#,
            r#"{"a": {"b": ["Quay"}}"#,
            r#"{"a": {"b": ["Quay"]}}}"#,
        ] {
            is_repaired(script, quay.clone());
        }
        is_repaired(r#"{"a": "#, serde_json::json!({"a": null}));
    }

    #[test]
    fn comments_and_tags_are_left_out() {
        let quay = serde_json::json!({"a": "http://quay.example/*1*/", "b": 2});
        for script in [
            "{ // the address\n \"a\": \"http://quay.example/*1*/\", \"b\": 2 }",
            "{ /* one, \"two\" */ \"a\": \"http://quay.example/*1*/\", \"b\": 2 }",
            "{<br />\n\"a\": \"http://quay.example/*1*/\",<br />\n\"b\": 2 <!-- end -->}",
            "{\"a\": \"http://quay.example/*1*/\"\n\"b\": 2}",
        ] {
            is_repaired(script, quay.clone());
        }
    }

    #[test]
    fn quotation_marks_of_other_kinds() {
        let quay = serde_json::json!({"a": "The \"old\" quay", "b": "x"});
        for script in [
            r"{&quot;a&quot;: &quot;The \&quot;old\&quot; quay&quot;, &quot;b&quot;: &quot;x&quot;}",
            r#"{"a": "The "old" quay", "b": "x"}"#,
            r#"{'a': 'The "old" quay', 'b': 'x'}"#,
            r#"{a: "The \"old\" quay", b: "x"}"#,
            r#"{“a”: “The "old" quay”, “b”: “x”}"#,
        ] {
            is_repaired(script, quay.clone());
        }
        is_repaired(
            r#"{"a": "She said "no", and left", "b": undefined, "c": , "d": NaN}"#,
            serde_json::json!({"a": "She said \"no\", and left", "b": null, "c": null, "d": null}),
        );
    }

    #[test]
    fn escapes_that_json_does_not_know() {
        is_repaired(r#"{"a": "it\'s \u00e9\uZ"}"#, serde_json::json!({"a": "it's éZ"}));
    }

    proptest::proptest! {
        #[test]
        fn the_output_is_not_much_longer(script in r#"[\[\]{}:,"'\\/*<>&;a-z0-9 \n]{0,200}"#) {
            let repaired = repair(&script);
            proptest::prop_assert!(repaired.len() <= 6 * script.len() + 16);
        }
    }
}
