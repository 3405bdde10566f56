//! A line of a text, and how it begins and ends.

use memchr::{memchr2, memmem};

/// Characters that are quotes, whichever way they turn.
const QUOTES: [char; 17] =
    ['"', '\'', '“', '”', '„', '‟', '«', '»', '‘', '’', '‚', '‹', '›', '「', '」', '『', '』'];
/// Those that open a quotation wherever they stand.
const OPENING_QUOTES: [char; 8] = ['“', '„', '«', '‘', '‚', '‹', '「', '『'];
/// Letters of an abbreviation, such as `Dr.`, or an initial.
const MAX_INITIAL: usize = 3;

/// How a line begins or ends. The order is that of the fitted weights.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum EdgeKind {
    Lower,
    Upper,
    Digit,
    /// A letter of a script without case.
    Caseless,
    /// A mark that closes something: a comma, a bracket, a percent sign.
    Closing,
    /// A full stop at the beginning of a line.
    Terminal,
    Quote,
    Opening,
    /// What belongs to the word before: `'s`, `-led`.
    Suffix,
    Dash,
    Currency,
    Slash,
    Bullet,
    OtherMark,
    Comma,
    Colon,
    Hyphen,
    Sentence,
    QuotedSentence,
    /// The full stop of an abbreviation at the end of a line.
    Initial,
}

impl EdgeKind {
    /// The number of kinds.
    pub(super) const COUNT: usize = 20;

    /// How a line begins.
    pub(super) fn of_start(line: &str) -> Self {
        let mut characters = line.chars();
        let Some(first) = characters.next() else { return Self::OtherMark };
        let second = characters.next().unwrap_or(' ');
        match first {
            ',' | ';' | ')' | ']' | '}' | '%' | '…' => Self::Closing,
            '.' | ':' | '!' | '?' => Self::Terminal,
            '\'' | '’'
                if matches!(second, 's' | 'S' | 't' | 'd')
                    && characters.next().is_none_or(char::is_whitespace) =>
            {
                Self::Suffix
            }
            '(' | '[' | '{' | '¿' | '¡' => Self::Opening,
            '-' | '–' if second.is_alphanumeric() && !second.is_numeric() => Self::Suffix,
            '-' | '–' | '—' => Self::Dash,
            _ if is_quote(first) => Self::Quote,
            _ => Self::of_character(first),
        }
    }

    /// How a line ends.
    pub(super) fn of_end(line: &str) -> Self {
        let Some(last) = line.chars().next_back() else { return Self::OtherMark };
        let rest = line.strip_suffix(last).unwrap_or_default();
        match last {
            '.' | '!' | '?' | '…' | '。' | '！' | '？' => {
                let word = rest.rsplit(char::is_whitespace).next().unwrap_or_default();
                let is_initial = last == '.'
                    && word.chars().next().is_some_and(char::is_uppercase)
                    && word.chars().count() <= MAX_INITIAL
                    && word != "I";
                if is_initial { Self::Initial } else { Self::Sentence }
            }
            ',' | ';' => Self::Comma,
            ':' => Self::Colon,
            '(' | '[' | '{' | '¿' | '¡' => Self::Opening,
            '-' => Self::Hyphen,
            '–' | '—' => Self::Dash,
            _ if is_quote(last) || is_closing_bracket(last) => {
                let inner = rest.trim_end_matches(|c| is_quote(c) || is_closing_bracket(c));
                if inner.ends_with(['.', '!', '?', '…', '。', '！', '？']) {
                    Self::QuotedSentence
                } else if OPENING_QUOTES.contains(&last) || is_straight_opening(rest, last) {
                    Self::Opening
                } else if is_quote(last) {
                    Self::Quote
                } else {
                    Self::Closing
                }
            }
            _ => Self::of_character(last),
        }
    }

    fn of_character(character: char) -> Self {
        match character {
            '$' | '€' | '£' | '¥' | '₹' => Self::Currency,
            '/' | '\\' => Self::Slash,
            '•' | '·' | '*' | '►' | '▶' | '■' | '●' | '◦' | '‣' | '|' | '>' | '+' | '#' => {
                Self::Bullet
            }
            c if c.is_lowercase() => Self::Lower,
            c if c.is_uppercase() => Self::Upper,
            c if c.is_numeric() => Self::Digit,
            c if c.is_alphabetic() => Self::Caseless,
            _ => Self::OtherMark,
        }
    }

    /// For the start of a line: 0 can only stand within a sentence, 1 is lower case, 2 another word, 3 a mark.
    pub(super) const fn start_group(self) -> usize {
        match self {
            Self::Closing | Self::Terminal | Self::Suffix => 0,
            Self::Lower => 1,
            Self::Upper | Self::Digit | Self::Caseless | Self::Currency => 2,
            _ => 3,
        }
    }

    /// For the end of a line: 0 can only stand within a sentence, 1 is a word, 2 ends a sentence, 3 is a mark.
    pub(super) const fn end_group(self) -> usize {
        match self {
            Self::Comma | Self::Opening | Self::Hyphen | Self::Currency => 0,
            Self::Lower | Self::Upper | Self::Digit | Self::Caseless => 1,
            Self::Sentence | Self::QuotedSentence => 2,
            _ => 3,
        }
    }
}

/// Whether a straight quote after this text opens a quotation.
fn is_straight_opening(before: &str, quote: char) -> bool {
    matches!(quote, '"' | '\'')
        && before.chars().next_back().is_none_or(|c| c.is_whitespace() || matches!(c, '(' | '['))
}

pub(super) fn is_quote(character: char) -> bool {
    QUOTES.contains(&character)
}

pub(super) fn is_opening_quote(character: char) -> bool {
    OPENING_QUOTES.contains(&character)
}

const fn is_closing_bracket(character: char) -> bool {
    matches!(character, ')' | ']' | '}')
}

/// A line with text.
#[derive(Clone, Copy, Debug)]
pub(super) struct TextLine<'a> {
    /// Without white space at its ends.
    pub(super) text: &'a str,
    /// Its number, from 1.
    pub(super) number: u32,
    /// The number of blank lines before it.
    pub(super) blank_before: u32,
    /// The columns of white space before it.
    pub(super) indent: usize,
    pub(super) start: EdgeKind,
    pub(super) end: EdgeKind,
}

impl<'a> TextLine<'a> {
    fn new(line: &'a str, number: u32, blank_before: u32) -> Self {
        let text = line.trim();
        let lead = line.get(..line.len() - line.trim_start().len()).unwrap_or_default();
        Self {
            text,
            number,
            blank_before,
            indent: lead.chars().map(|c| if c == '\t' { 8 } else { 1 }).sum(),
            start: EdgeKind::of_start(text),
            end: EdgeKind::of_end(text),
        }
    }
}

/// The lines with text.
pub(super) fn text_lines(text: &str) -> Vec<TextLine<'_>> {
    let mut blank_before = 0;
    let mut lines = Vec::new();
    for (index, line) in split_lines(text).enumerate() {
        if line.chars().all(is_invisible) {
            blank_before += 1;
        } else {
            let number = u32::try_from(index + 1).unwrap_or(u32::MAX);
            lines.push(TextLine::new(line, number, blank_before));
            blank_before = 0;
        }
    }
    lines
}

/// Whether a line of nothing else is blank.
fn is_invisible(character: char) -> bool {
    character.is_whitespace()
        || matches!(character, '\0'..='\u{1f}' | '\u{7f}' | '\u{ad}' | '\u{200b}' | '\u{feff}')
        || matches!(character, '\u{2060}' | '\u{200e}' | '\u{200f}')
}

/// Splits at any line end in use: LF, CRLF, CR, NEL, LS, PS, form feed.
pub(crate) fn split_lines(text: &str) -> impl Iterator<Item = &str> {
    let bytes = text.as_bytes();
    let is_plain = memchr2(b'\r', b'\x0c', bytes).is_none()
        && ["\u{85}", "\u{2028}", "\u{2029}"]
            .iter()
            .all(|separator| memmem::find(bytes, separator.as_bytes()).is_none());
    let plain = is_plain.then(|| text.split('\n'));
    let any = (!is_plain).then(|| {
        text.split(['\n', '\u{85}', '\u{2028}', '\u{2029}', '\u{c}']).flat_map(|line| {
            let line = line.strip_suffix('\r').unwrap_or(line);
            line.split('\r')
        })
    });
    plain.into_iter().flatten().chain(any.into_iter().flatten())
}
