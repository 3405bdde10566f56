//! A paragraph while its lines are put together.

use super::TextParagraph;
use super::line::{EdgeKind, TextLine};
use super::script::is_unspaced;

/// A paragraph and what decides about the space before its next line.
#[derive(Debug)]
pub(super) struct ParagraphDraft {
    text: String,
    first: u32,
    last: u32,
    blank_before: u32,
    /// Bytes of the text whose quotes were counted. Only joining asks for them.
    read: usize,
    /// Straight double quotes in it.
    quotes: usize,
    /// Whether it has a `„`, which `“` closes.
    has_low_quote: bool,
}

impl ParagraphDraft {
    pub(super) fn new(line: &TextLine<'_>) -> Self {
        let mut draft = Self {
            text: String::with_capacity(line.text.len()),
            first: line.number,
            last: line.number,
            blank_before: line.blank_before,
            read: 0,
            quotes: 0,
            has_low_quote: false,
        };
        draft.push("", line);
        draft
    }

    /// Adds a line after this separator.
    pub(super) fn push(&mut self, separator: &str, line: &TextLine<'_>) {
        self.text.push_str(separator);
        self.text.push_str(line.text);
        self.last = line.number;
    }

    /// Counts the quotes of what was added since the last time.
    fn read_quotes(&mut self) {
        let added = self.text.get(self.read..).unwrap_or_default();
        self.quotes += added.matches('"').count();
        self.has_low_quote |= added.contains('„');
        self.read = self.text.len();
    }

    /// Takes the last character away if it is this one.
    pub(super) fn strip_end(&mut self, character: char) {
        if self.text.ends_with(character) {
            self.text.pop();
        }
    }

    /// Its lines, counted from 1: the first and the last.
    pub(super) const fn lines(&self) -> (u32, u32) {
        (self.first, self.last)
    }

    pub(super) fn finish(self) -> TextParagraph {
        TextParagraph {
            text: self.text,
            lines: self.first..self.last.saturating_add(1),
            blank_before: self.blank_before,
        }
    }

    /// The space between the text so far and a line that continues it. `spaced_marks` is the French use of
    /// a space before `:`, `;`, `!`, `?` and within `« »`.
    pub(super) fn gap(&mut self, right: &TextLine<'_>, spaced_marks: bool) -> &'static str {
        self.read_quotes();
        let mut right_characters = right.text.chars();
        let mut left_characters = self.text.chars().rev();
        let (Some(first), Some(last)) = (right_characters.next(), left_characters.next()) else {
            return "";
        };
        let second = right_characters.next();
        let before_last = left_characters.next();
        let is_glued = match first {
            ':' | ';' | '!' | '?' | '»' if spaced_marks => false,
            '.' => second.is_none_or(|c| !c.is_alphanumeric()),
            ',' | ';' | ':' | '!' | '?' | ')' | ']' | '}' | '%' | '…' | '”' | '»' => true,
            '’' => second.is_none_or(|c| !c.is_uppercase()),
            '“' => self.has_low_quote,
            '"' => self.quotes % 2 == 1,
            _ => right.start == EdgeKind::Suffix,
        };
        let is_open = match last {
            '«' => !spaced_marks,
            '(' | '[' | '{' | '¿' | '¡' | '„' | '‘' | '‚' | '‹' => true,
            '“' => !self.has_low_quote,
            '"' => self.quotes % 2 == 1,
            '$' | '€' | '£' | '¥' | '₹' => first.is_ascii_digit(),
            '-' => before_last.is_some_and(char::is_alphanumeric),
            '–' | '/' => {
                before_last.is_some_and(char::is_alphanumeric) && first.is_alphanumeric()
            }
            _ => false,
        };
        if is_glued || is_open || is_unspaced(last) && is_unspaced(first) { "" } else { " " }
    }
}
