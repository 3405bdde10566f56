//! Tells prose from other text in strings of data.

use std::borrow::Cow;

use crate::parse::resolve_references;

/// Words from which a line counts as prose without a sign that ends a sentence.
const MIN_UNENDED_WORDS: usize = 15;
/// Words from which it counts with one.
const MIN_ENDED_WORDS: usize = 5;
/// The mean length of words in bytes from which a line is code or data.
const MAX_WORD_BYTES: usize = 24;

/// The form of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TextForm {
    Html,
    Plain,
}

/// The form of a string, and the string with references resolved that hide its tags.
pub(super) fn form_of(text: &str) -> (TextForm, Cow<'_, str>) {
    if has_tags(text) {
        return (TextForm::Html, Cow::Borrowed(text));
    }
    if text.contains("&lt;/") || text.contains("&lt;br") {
        let resolved = resolve_references(text);
        if has_tags(&resolved) {
            return (TextForm::Html, resolved);
        }
    }
    (TextForm::Plain, Cow::Borrowed(text))
}

/// Whether a text has tags of HTML that make paragraphs or stand within them.
fn has_tags(text: &str) -> bool {
    let names = [
        "p",
        "br",
        "div",
        "h1",
        "h2",
        "h3",
        "h4",
        "ul",
        "ol",
        "li",
        "blockquote",
        "figure",
        "section",
        "article",
        "span",
        "a",
        "strong",
        "b",
        "em",
        "i",
        "table",
    ];
    memchr::memchr_iter(b'<', text.as_bytes()).any(|at| {
        let tag = text.get(at + 1..).unwrap_or_default();
        let tag = tag.strip_prefix('/').unwrap_or(tag);
        let end = tag.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(tag.len());
        let is_closed = tag.get(end..).is_some_and(|rest| rest.starts_with(['>', ' ', '/', '\n']));
        is_closed
            && names
                .iter()
                .any(|name| tag.get(..end).is_some_and(|tag| tag.eq_ignore_ascii_case(name)))
    })
}

/// The words of a string that are in sentences.
pub(crate) fn prose_words(text: &str, form: TextForm) -> usize {
    let lines = match form {
        TextForm::Html => Cow::Owned(without_tags(text)),
        TextForm::Plain => Cow::Borrowed(text),
    };
    lines.lines().map(line_words).sum()
}

/// The words of a line, if it is prose.
fn line_words(line: &str) -> usize {
    let line = line.trim();
    let (mut letters, mut signs, mut code) = (0_usize, 0_usize, 0_usize);
    for char in line.chars() {
        if char.is_alphabetic() {
            letters += 1;
        } else if !char.is_whitespace() {
            signs += 1;
            code += usize::from(matches!(
                char,
                '{' | '}' | '=' | '<' | '>' | '\\' | '|' | '_' | '#' | '~'
            ));
        }
    }
    let words = count_words(line);
    let is_long = line.len() / words.max(1) > MAX_WORD_BYTES && count_ideographs(line) == 0;
    if letters < 3 * signs || code * 25 > letters || is_long {
        return 0;
    }
    let is_sentence = words >= MIN_UNENDED_WORDS || words >= MIN_ENDED_WORDS && ends_sentence(line);
    if is_sentence { words } else { 0 }
}

/// Whether a line has the end of a sentence in it.
fn ends_sentence(line: &str) -> bool {
    let mut previous = ' ';
    let is_end = |sign: char| {
        matches!(sign, '.' | '!' | '?' | '…' | '。' | '！' | '？' | '।' | '؟' | '۔' | '։')
    };
    let closes =
        |sign: char| matches!(sign, '"' | '”' | '“' | '»' | '\'' | '’' | ')' | '」' | '』');
    for char in line.chars() {
        if is_end(previous) && (char.is_whitespace() || is_ideograph(char)) {
            return true;
        }
        if !closes(char) {
            previous = char;
        }
    }
    is_end(previous)
}

/// The words of a text. Scripts without spaces count two characters as a word.
pub(crate) fn count_words(text: &str) -> usize {
    let words = text.split_whitespace().filter(|word| word.chars().any(char::is_alphanumeric));
    words.count() + count_ideographs(text) / 2
}

fn count_ideographs(text: &str) -> usize {
    if text.is_ascii() { 0 } else { text.chars().filter(|c| is_ideograph(*c)).count() }
}

/// Whether a character is of a script without spaces between words.
fn is_ideograph(char: char) -> bool {
    matches!(char, '\u{e00}'..='\u{eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}'
        | '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}')
}

/// A text without its tags; those that end lines leave a line break.
pub(super) fn without_tags(text: &str) -> String {
    let inline = [
        "a", "abbr", "b", "cite", "code", "em", "font", "i", "mark", "q", "s", "small", "span",
        "strong", "sub", "sup", "time", "u",
    ];
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('<') {
        let (before, tag) = rest.split_at_checked(at).unwrap_or((rest, ""));
        plain.push_str(before);
        let Some(end) = tag.find('>') else {
            rest = tag;
            break;
        };
        let name = tag.get(1..end).unwrap_or_default();
        let name = name.strip_prefix('/').unwrap_or(name);
        let name = name.split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or_default();
        if !inline.iter().any(|other| name.eq_ignore_ascii_case(other)) {
            plain.push('\n');
        }
        rest = tag.get(end + 1..).unwrap_or_default();
    }
    plain.push_str(rest);
    resolve_references(&plain).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_are_prose() {
        for (text, words) in [
            ("The ferry sailed again on Monday, the harbour master said.", 10),
            ("<p>It <b>sailed</b> again on Monday.</p><p>Share</p>", 5),
            ("渡轮每二十分钟开一班。到目前为止，渡轮一小时只有一班。", 13),
            ("Home News Sport Contact", 0),
            (".card { margin: 0 auto; padding: 2px } .card > a { color: #fff } p { top: 1px }", 0),
            ("https://cdn.example/a/b/c.jpg", 0),
            (
                "iVBORw0KGgoAAAANSUhEUgAAAAUA AAAFCAYAAACNbyblAAAAHElEQVQI12P4 //8/w38GIAXDIBKE0DHxgljNBAAO9TXL0Y4OHwAAAABJRU5ErkJggg==.",
                0,
            ),
            ("function (a, b) { return a.map(x => x + 1) || b; } if (c === d) { e = f; }", 0),
        ] {
            assert_eq!(prose_words(text, form_of(text).0), words, "{text}");
        }
    }

    #[test]
    fn tags_are_found_also_behind_references() {
        assert_eq!(form_of("a < b and c > d").0, TextForm::Plain);
        assert_eq!(form_of("It <em>sailed</em>.").0, TextForm::Html);
        assert_eq!(
            form_of("&lt;p&gt;It sailed.&lt;/p&gt;"),
            (TextForm::Html, "<p>It sailed.</p>".into())
        );
        assert_eq!(form_of("Vec<u8> and List<String>").0, TextForm::Plain);
    }
}
