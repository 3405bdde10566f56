//! Finds the width at which a text was wrapped, and joins the lines of its paragraphs.
//!
//! A tool that wraps puts a word in the next line if it does not fit. So a line break comes from wrapping if
//! the first word of the next line had no room, and from the text if it had.

use super::StructureRepairKind::Unwrap;
use super::TextParagraph;
use super::line::{EdgeKind, TextLine};
use super::paragraph::ParagraphDraft;
use super::report::RepairLog;
use super::script::{columns, is_unspaced, is_wide};
use super::vocabulary::{Vocabulary, words_of};

/// Widths that texts are wrapped at.
const WIDTHS: std::ops::RangeInclusive<usize> = 30..=200;
/// Bytes of a line above the largest width.
const MAX_BYTES: usize = 4 * 200;
/// Lines with fewer words say nothing about the width.
const MIN_WORDS: usize = 3;
/// Line breaks that must come from wrapping.
const MIN_BREAKS: usize = 3;
/// What a ragged right margin may lack of the width, in percent.
const RAGGED: usize = 15;
/// Columns of the second part of a number with a space in it.
const TWO_PIECES: usize = 4;
/// Certain hyphens from which the others count as certain too.
const MIN_HYPHENS: usize = 3;

/// How a text was wrapped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct WrapWidth {
    /// The columns of a full line.
    columns: usize,
    /// Columns that a line may lack although the next word had room: the margin is ragged, as in text of a
    /// proportional font.
    slack: usize,
}

/// The measures of a line.
#[derive(Clone, Copy, Debug)]
struct LineWidth {
    /// With its indent.
    width: usize,
    /// The first word.
    first: usize,
    has_words: bool,
    is_row: bool,
}

impl LineWidth {
    fn new(line: &TextLine<'_>) -> Self {
        // A line that is too long for any width is not measured.
        if line.text.len() > MAX_BYTES {
            return Self { width: usize::MAX, first: 0, has_words: true, is_row: false };
        }
        let has_words = line.text.split_whitespace().nth(MIN_WORDS - 1).is_some();
        Self {
            width: line.indent + columns(line.text),
            first: columns(first_piece(line.text)),
            has_words: has_words || line.text.chars().filter(|c| is_wide(*c)).count() > MIN_WORDS,
            is_row: has_gap(line.text) || !line.text.contains(char::is_alphanumeric),
        }
    }
}

/// What cannot be broken at the start of a line: a word, or one character of a script without spaces.
fn first_piece(text: &str) -> &str {
    let end = text
        .char_indices()
        .find(|(at, c)| c.is_whitespace() || *at > 0 && is_unspaced(*c))
        .map_or(text.len(), |(at, _)| at);
    text.get(..end).unwrap_or_default()
}

/// Whether a line has columns: two spaces or more within it, not after a full stop or a marker of a list.
fn has_gap(text: &str) -> bool {
    text.contains("   ") || text.contains('\t')
}

/// The width at which a text was wrapped, if it was. With `force`, the best guess.
pub(super) fn width(lines: &[TextLine<'_>], force: bool) -> Option<WrapWidth> {
    let neighbors = lines.iter().skip(1).filter(|line| line.blank_before == 0);
    if neighbors.take(MIN_BREAKS).count() < MIN_BREAKS && !force {
        return None;
    }
    let measured: Vec<LineWidth> = lines.iter().map(LineWidth::new).collect();
    // The line breaks between neighbors, as widths of the left line and the first word of the right one.
    let mut breaks: Vec<(usize, usize, bool)> = lines
        .windows(2)
        .zip(measured.windows(2))
        .filter_map(|(pair, widths)| match (pair, widths) {
            ([left, right], [one, two])
                if right.blank_before == 0 && one.has_words && !one.is_row && !two.is_row =>
            {
                // Only a word in lower case, or of a script without case, can be told from a new line.
                let is_open = match right.start {
                    EdgeKind::Lower => true,
                    EdgeKind::Caseless => left.end.end_group() != 2,
                    _ => false,
                };
                Some((one.width, two.first, is_open))
            }
            _ => None,
        })
        .filter(|(width, ..)| *width <= *WIDTHS.end())
        .collect();
    breaks.sort_unstable();
    let mut counts = [0_usize; 201];
    let mut longer = 0;
    for line in measured.iter().filter(|line| line.has_words && !line.is_row) {
        match counts.get_mut(line.width) {
            Some(count) => *count += 1,
            None => longer += 1,
        }
    }
    let mut best = None;
    for columns in WIDTHS.rev() {
        let here = counts.get(columns).copied().unwrap_or_default();
        if here > 0 {
            let found = evidence(&breaks, columns, 0);
            let score = found.full.saturating_sub(3 * longer);
            if best.is_none_or(|(most, _)| score > most) {
                best = Some((score, columns));
            }
        }
        longer += here;
    }
    let (_, columns) = best.filter(|(score, _)| *score > 0 || force)?;
    for slack in [0, columns * RAGGED / 100] {
        let found = evidence(&breaks, columns, slack);
        if found.is_wrapped(slack > 0) {
            return Some(WrapWidth { columns, slack });
        }
    }
    force.then_some(WrapWidth { columns, slack: columns * RAGGED / 100 })
}

/// What the line breaks say about a width.
struct BreakEvidence {
    /// Breaks before a word that had no room.
    full: usize,
    /// Those of them that are within a sentence for sure.
    open: usize,
    /// Breaks after a line that is not short.
    wide: usize,
}

fn evidence(breaks: &[(usize, usize, bool)], columns: usize, slack: usize) -> BreakEvidence {
    let from = breaks.partition_point(|(width, ..)| width * 5 <= columns * 3);
    let to = breaks.partition_point(|(width, ..)| *width <= columns);
    let mut found = BreakEvidence { full: 0, open: 0, wide: 0 };
    for (width, first, is_open) in breaks.get(from..to).unwrap_or_default() {
        found.wide += 1;
        if width + 1 + first + slack > columns {
            found.full += 1;
            found.open += usize::from(*is_open);
        }
    }
    found
}

impl BreakEvidence {
    fn is_wrapped(&self, is_ragged: bool) -> bool {
        // By chance, a line of a list is full at most in one case of six. Prose has a word in lower case at
        // half of its line breaks or more, in German at a third.
        let (least, share) = match (is_ragged, self.full >= 4 * MIN_BREAKS) {
            (true, _) => (2 * MIN_BREAKS, 8),
            (false, true) => (4 * MIN_BREAKS, 3),
            (false, false) => (MIN_BREAKS, 6),
        };
        self.full >= least && self.full * 10 >= self.wide * share && self.open * 4 >= self.full
    }
}

/// Makes paragraphs of wrapped lines. A blank line, an indent and the marker of a list begin one.
pub(super) fn paragraphs(
    lines: &[TextLine<'_>],
    wrap: WrapWidth,
    vocabulary: &mut Vocabulary<'_>,
    log: &mut RepairLog,
) -> Vec<TextParagraph> {
    let drops_hyphens = drops_hyphens(lines, wrap, vocabulary);
    let mut paragraphs = Vec::new();
    let mut rest = lines;
    while let Some((first, mut following)) = rest.split_first() {
        let mut draft = ParagraphDraft::new(first);
        let mut left = first;
        let mut unwraps = 0;
        while let Some((right, after)) = following.split_first() {
            if !wrap.continues(first, left, right) {
                break;
            }
            match hyphen(left, right, vocabulary, drops_hyphens) {
                LineHyphen::Wrapping(character) => {
                    draft.strip_end(character);
                    draft.push("", right);
                }
                LineHyphen::Word => draft.push("", right),
                LineHyphen::Hanging => draft.push(" ", right),
                LineHyphen::None => {
                    let is_unspaced_break =
                        left.text.ends_with(is_unspaced) && right.text.starts_with(is_unspaced);
                    draft.push(if is_unspaced_break { "" } else { " " }, right);
                }
            }
            unwraps += 1;
            (left, following) = (right, after);
        }
        let (from, to) = draft.lines();
        log.note(Unwrap, usize::from(unwraps > 0), from, to);
        paragraphs.push(draft.finish());
        rest = following;
    }
    paragraphs
}

impl WrapWidth {
    /// Whether `right` continues the paragraph that begins with `first` and ends with `left`.
    fn continues(self, first: &TextLine<'_>, left: &TextLine<'_>, right: &TextLine<'_>) -> bool {
        if right.blank_before > 0 || has_gap(left.text) || has_gap(right.text) {
            return false;
        }
        let has_text = |line: &TextLine<'_>| line.text.contains(char::is_alphanumeric);
        if !has_text(left) || !has_text(right) {
            return false;
        }
        let width = left.indent + columns(left.text);
        let needed = 1 + columns(first_piece(right.text));
        // A line that is longer than the width could not be broken.
        let is_full = width + needed > self.columns;
        // Spaces that allow no break have become spaces, so two words may have been one piece.
        let slack = match right.start {
            EdgeKind::Lower if left.end.end_group() != 2 => self.columns * RAGGED / 100,
            EdgeKind::Digit if left.end.end_group() != 2 => self.slack + TWO_PIECES,
            EdgeKind::Lower => self.slack,
            _ if left.end.end_group() != 2 => self.slack,
            _ => 0,
        };
        if !is_full && width + needed + slack <= self.columns {
            return false;
        }
        let item = marker(first.text);
        if let Some(other) = marker(right.text)
            && (other.is_bullet || item.is_some() || right.indent > left.indent)
        {
            return false;
        }
        if right.indent == left.indent {
            return true;
        }
        let is_second = left.number == first.number;
        let hang = item.map_or(0, |item| item.width);
        // The second line may hang under the text of an item, or stand left of an indented first line.
        is_second
            && (right.indent < left.indent
                || right.indent.abs_diff(left.indent + hang) <= 2 && hang > 0)
    }
}

/// The marker of a list item.
struct ListMarker {
    /// Its columns, with the space after it.
    width: usize,
    /// Whether it is a sign that does not begin a word.
    is_bullet: bool,
}

fn marker(text: &str) -> Option<ListMarker> {
    let word = text.split_whitespace().next()?;
    let rest = text.get(word.len()..)?;
    let space = rest.len() - rest.trim_start().len();
    let is_bullet = matches!(word, "*" | "•" | "+" | "o" | "·" | "▪" | "■" | "●" | "◦" | "‣" | "►");
    let number =
        word.strip_suffix(['.', ')']).or_else(|| word.strip_prefix('[')?.strip_suffix(']'));
    let is_number = number.is_some_and(|number| {
        (1..=3).contains(&number.len()) && number.bytes().all(|byte| byte.is_ascii_digit())
    });
    (is_bullet || is_number || matches!(word, "-" | "–"))
        .then(|| ListMarker { width: columns(word) + space, is_bullet })
}

/// What a hyphen at the end of a line is.
enum LineHyphen {
    /// There is none.
    None,
    /// It was put there by wrapping, and goes.
    Wrapping(char),
    /// It belongs to a compound.
    Word,
    /// It stands for the rest of a word: `Nord- und`.
    Hanging,
}

fn hyphen(
    left: &TextLine<'_>,
    right: &TextLine<'_>,
    vocabulary: &mut Vocabulary<'_>,
    drops_hyphens: bool,
) -> LineHyphen {
    if left.text.ends_with('\u{ad}') {
        return LineHyphen::Wrapping('\u{ad}');
    }
    let Some((head, tail)) = broken_word(left.text, right.text) else { return LineHyphen::None };
    if matches!(
        tail,
        "und"
            | "oder"
            | "bzw"
            | "sowie"
            | "and"
            | "or"
            | "to"
            | "y"
            | "o"
            | "e"
            | "ou"
            | "en"
            | "och"
            | "og"
    ) {
        return LineHyphen::Hanging;
    }
    match is_wrapping_hyphen(head, tail, vocabulary) {
        Some(true) => LineHyphen::Wrapping('-'),
        None if drops_hyphens => LineHyphen::Wrapping('-'),
        _ => LineHyphen::Word,
    }
}

/// The two parts of a word with a hyphen at the end of a line.
fn broken_word<'a>(left: &'a str, right: &'a str) -> Option<(&'a str, &'a str)> {
    let head = left.strip_suffix('-')?;
    let head = head.rsplit(|c: char| !c.is_alphabetic()).next().filter(|head| !head.is_empty())?;
    let tail = words_of(right).next().filter(|tail| right.starts_with(tail))?;
    Some((head, tail))
}

/// Whether the rest of the text has the word without the hyphen, or with it; `None` if it has neither.
fn is_wrapping_hyphen(head: &str, tail: &str, vocabulary: &mut Vocabulary<'_>) -> Option<bool> {
    if !tail.starts_with(char::is_lowercase) || vocabulary.contains(&format!("{head}-{tail}")) {
        return Some(false);
    }
    vocabulary.contains(&format!("{head}{tail}")).then_some(true)
}

/// Whether the hyphens at the ends of lines that the text can decide on are nearly all from wrapping. Then the
/// others are too.
fn drops_hyphens(lines: &[TextLine<'_>], wrap: WrapWidth, vocabulary: &mut Vocabulary<'_>) -> bool {
    let (mut dropped, mut kept) = (0, 0);
    for pair in lines.windows(2) {
        let [left, right] = pair else { continue };
        if left.text.ends_with('-')
            && wrap.continues(left, left, right)
            && let Some((head, tail)) = broken_word(left.text, right.text)
        {
            match is_wrapping_hyphen(head, tail, vocabulary) {
                Some(true) => dropped += 1,
                Some(false) => kept += usize::from(tail.starts_with(char::is_lowercase)),
                None => {}
            }
        }
    }
    dropped >= MIN_HYPHENS && dropped >= 4 * kept
}
