//! The numbers and words of a short text, for finding dates in it.

use super::months;

/// A run of digits or of letters.
#[derive(Clone, Copy, Debug)]
pub(super) struct DateToken<'a> {
    /// The run itself.
    pub text: &'a str,
    /// Its number of digits; 0 for a word.
    pub digits: usize,
    /// Its byte offset.
    pub start: usize,
    /// The byte offset of its end.
    pub end: usize,
    /// The text between the previous token and this one.
    pub gap: &'a str,
}

impl DateToken<'_> {
    /// Its value; `None` for words, and for numbers that are too large for a year.
    pub(super) fn number(&self) -> Option<i16> {
        self.text.parse().ok()
    }

    /// The number of the month that the word names.
    pub(super) fn month(&self) -> Option<i8> {
        (self.digits == 0).then(|| months::month(&self.lower())).flatten()
    }

    /// The word in lower case.
    pub(super) fn lower(&self) -> String {
        self.text.to_lowercase()
    }

    /// Whether the mark between the previous token and this number occurs inside dates.
    pub(super) fn joins_date(&self, before: &DateToken<'_>) -> bool {
        debug_assert!(before.end <= self.start, "tokens come in order");
        let marks = self.gap.trim();
        matches!(marks, "-" | "/" | "." | "年" | "月" | "년" | "월")
    }
}

/// The tokens in the first `max_chars` characters of a text.
pub(super) fn tokens(text: &str, max_chars: usize) -> Vec<DateToken<'_>> {
    let mut tokens: Vec<DateToken<'_>> = Vec::new();
    let mut open: Option<(usize, DateCharKind)> = None;
    let mut last_end = 0;
    let limit = text.char_indices().nth(max_chars).map_or(text.len(), |(at, _)| at);
    let text = text.get(..limit).unwrap_or_default();
    let ends =
        text.char_indices().map(|(at, c)| (at, kind(c))).chain([(text.len(), DateCharKind::Mark)]);
    for (at, kind) in ends {
        match open {
            Some((_, current)) if current == kind => {}
            _ => {
                if let Some((start, current)) = open.take() {
                    push(&mut tokens, text, last_end, start..at, current);
                    last_end = at;
                }
                if kind != DateCharKind::Mark {
                    open = Some((at, kind));
                }
            }
        }
    }
    tokens
}

fn push<'a>(
    tokens: &mut Vec<DateToken<'a>>,
    text: &'a str,
    gap_start: usize,
    range: std::ops::Range<usize>,
    kind: DateCharKind,
) {
    let (start, end) = (range.start, range.end);
    if let (Some(run), Some(gap)) = (text.get(range), text.get(gap_start..start)) {
        let digits = if kind == DateCharKind::Digit { run.len() } else { 0 };
        tokens.push(DateToken { text: run, digits, start, end, gap });
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum DateCharKind {
    Digit,
    Letter,
    Mark,
}

fn kind(c: char) -> DateCharKind {
    match c {
        '0'..='9' => DateCharKind::Digit,
        // The counters of East Asian dates separate numbers like marks do; they are not words.
        '年' | '月' | '日' | '년' | '월' | '일' => DateCharKind::Mark,
        // The virama joins letters of Devanagari.
        'º' | 'ª' | '\u{94d}' => DateCharKind::Letter,
        _ if c.is_alphabetic() => DateCharKind::Letter,
        _ => DateCharKind::Mark,
    }
}
