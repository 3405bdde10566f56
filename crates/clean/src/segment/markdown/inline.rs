//! What stands inside the blocks of Markdown: tags that a converter left, stray markers, numbers and code.

use std::borrow::Cow;
use std::ops::Range;

use super::MarkdownWalk;
use crate::segment::{BlockKind, Tag};

/// How far before a marker the one that opens its emphasis is searched, in bytes.
const MAX_EMPHASIS: usize = 300;

/// A text without runs of `**` and `__` that begin or end nothing. Converters leave them where a page had empty
/// or misplaced emphasis. `range` is where the text stands in the source.
pub(super) fn without_stray_markers<'a>(
    source: &str,
    range: &Range<usize>,
    text: &'a str,
) -> Cow<'a, str> {
    let is_verbatim = source.get(range.clone()) == Some(text);
    if !is_verbatim || !text.contains("**") && !text.contains("__") {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(['*', '_']) {
        let (before, run) = rest.split_at(at);
        let sign = if run.starts_with('*') { '*' } else { '_' };
        let length = run.len() - run.trim_start_matches(sign).len();
        let (run, after) = run.split_at(length);
        let place = range.start + text.len() - rest.len() + at;
        out.push_str(before);
        if !is_stray_marker(source, place, run) {
            out.push_str(run);
        }
        rest = after;
    }
    out.push_str(rest);
    Cow::Owned(out)
}

/// Whether the run of signs at `place` marks nothing.
fn is_stray_marker(source: &str, place: usize, run: &str) -> bool {
    if !matches!(run, "**" | "__" | "****" | "____") {
        return false;
    }
    let before = source.get(..place).and_then(|before| before.chars().next_back());
    let after = source.get(place + run.len()..).and_then(|after| after.chars().next());
    let is_word = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    let sign = run.chars().next();
    if before == Some('\\') || before == sign || after == sign {
        return false;
    }
    // Censored words: `f**k`, `f****`.
    !is_word(before) || !is_word(after) && run.len() == 2 && opens_before(source, place, run)
}

/// Whether the same marker stands before a word, not far before on the line.
fn opens_before(source: &str, place: usize, marker: &str) -> bool {
    let from = source.floor_char_boundary(place.saturating_sub(MAX_EMPHASIS));
    let before = source.get(from..place).unwrap_or_default();
    let line = before.rsplit('\n').next().unwrap_or_default();
    line.match_indices(marker).any(|(at, _)| {
        let after = line.get(at + marker.len()..).and_then(|after| after.chars().next());
        let before = line.get(..at).and_then(|before| before.chars().next_back());
        after.is_some_and(char::is_alphanumeric) && !before.is_some_and(char::is_alphanumeric)
    })
}

/// Whether a character is part of a word in a script that separates words by spaces and has no particles
/// that are written together with them.
pub(super) fn is_western_letter(c: char) -> bool {
    c < '\u{590}' && c.is_alphanumeric()
}

/// The marker of an ordered list at the beginning of a text: `3.`
pub(super) fn number_marker(text: &str) -> &str {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    text.get(..=digits).unwrap_or_default()
}

/// Whether the source of an ordered list has more than one item.
pub(super) fn is_list(source: &str) -> bool {
    let is_item = |line: &&str| {
        let line = line.trim_start();
        let marker = number_marker(line);
        marker.len() > 1 && marker.ends_with(['.', ')'])
    };
    source.lines().filter(is_item).nth(1).is_some()
}

/// Whether lines are code: most have signs that prose has not.
pub(super) fn is_code(lines: &[&str]) -> bool {
    const ENDS: [&str; 6] = [";", "{", "}", "=", "\\", "()"];
    const PARTS: [&str; 8] = ["();", ") {", " = ", "->", "=>", "</", "::", "=="];
    let filled = || lines.iter().map(|line| line.trim()).filter(|line| !line.is_empty());
    let is_code = |line: &&str| {
        ENDS.iter().any(|end| line.ends_with(end))
            || PARTS.iter().any(|part| line.contains(part))
            || ["$ ", "//", "#include", "import ", "sudo ", "def "]
                .iter()
                .any(|start| line.starts_with(start))
    };
    // Links are code neither in a menu nor in a list.
    let code = filled().filter(|line| !line.contains("](") && is_code(line)).count();
    code > 0 && code * 3 >= filled().count()
}

impl MarkdownWalk<'_> {
    /// Reads HTML inside of Markdown: text and tags in turn.
    pub(super) fn html(&mut self, html: &str) {
        let mut rest = html;
        while let Some((before, after)) = rest.split_once('<') {
            self.text(before);
            let Some((tag, after)) = after.split_once('>') else {
                self.text("<");
                rest = after;
                break;
            };
            self.html_tag(tag);
            rest = after;
        }
        self.text(rest);
    }

    /// Reads what stands between `<` and `>`. What is no tag of HTML is text.
    fn html_tag(&mut self, tag: &str) {
        if tag.starts_with(['!', '?']) {
            return;
        }
        let is_end = tag.starts_with('/');
        let inside = tag.trim_start_matches('/');
        let name = inside.split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or_default();
        let name = name.to_ascii_lowercase();
        match Tag::from_name(&name) {
            Tag::Unknown
                if !matches!(&*name, "font" | "strike" | "s" | "mark" | "ins" | "big" | "q") =>
            {
                self.text("<");
                self.text(tag);
                self.text(">");
            }
            Tag::Br => self.hard_break(),
            Tag::A if is_end => self.links_open = self.links_open.saturating_sub(1),
            Tag::A if inside.contains("href") => self.start_link(),
            Tag::Img => {
                let text = attribute(inside, "alt=").unwrap_or_default().to_owned();
                self.set_image_text_aside(&text);
            }
            Tag::Td | Tag::Th => self.builder.space(),
            tag if tag.is_block() => self.flush(BlockKind::Paragraph),
            _ => {}
        }
    }
}

/// The value of an attribute, without its quotes.
fn attribute<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    let (_, value) = tag.split_once(name)?;
    let quote = value.chars().next().filter(|quote| matches!(quote, '"' | '\''))?;
    value.get(1..)?.split(quote).next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_is_told_from_indented_text() {
        assert!(is_code(&["let a = 1;", "", "print(a)"]));
        assert!(!is_code(&["* [ News ](/n)", "* [ Sport ](/s?a=>b)", "* [ Weather ](/w)"]));
        assert!(is_code(&["$ cargo build"]));
        assert!(!is_code(&["Senator", "**Posts:** 4032", "**Founded:** Dec 11"]));
        assert!(!is_code(&["* Teardowns", "* FixBot"]));
    }

    #[test]
    fn stray_markers_go_and_censored_words_stay() {
        for (source, expected) in [
            ("Log in __", "Log in "),
            ("__ __Menu __ 5", " Menu  5"),
            ("__Die** x", "Die** x"),
            ("**Die** x", "Die x"),
            ("Ann , **mayor", "Ann , mayor"),
            ("a f** b", "a f** b"),
            ("f**k f****** ***", "f**k f****** ***"),
            ("2 * 3_4", "2 * 3_4"),
        ] {
            assert_eq!(without_stray_markers(source, &(0..source.len()), source), expected);
        }
    }
}
