//! Whether a line continues the one before it: a log-linear model over how the two end and begin, how long they
//! are, and what is common in the text.
//!
//! `train/layout/pairs.py` computes the same features, and `train/layout/fit.py` fits the weights.

use super::line::{EdgeKind, TextLine, is_quote};
use super::weights;

/// The log-odds from which lines are joined. A false join is worse than a missed one.
const THRESHOLD: i32 = 65;
/// More than the words at the break can add.
const MAX_WORDS_WEIGHT: i32 = 800;
/// What a name with a comma after it adds within a sentence.
const NAME_WEIGHT: i32 = 80;
/// What two labels that follow one another take away.
const LABEL_WEIGHT: i32 = 120;
/// Classes of lengths, by words.
const LENGTHS: usize = 6;
/// Words of a line that are looked at.
const MAX_WORDS: usize = 25;
/// Words from which a line is long.
const LONG: usize = 12;

/// What the pairs of a text have in common: shares of its lines, in five steps.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct TextTraits {
    /// Lines that begin with what can only stand within a sentence.
    within: usize,
    /// Lines that begin in lower case.
    lower: usize,
    /// Long lines that do not end as a sentence does.
    open: usize,
}

impl TextTraits {
    pub(super) fn new(lines: &[TextLine<'_>]) -> Self {
        let begin = |group: usize| lines.iter().filter(|l| l.start.start_group() == group).count();
        let is_long = |line: &&TextLine<'_>| line.text.split_whitespace().nth(LONG).is_some();
        let (mut long, mut open) = (0, 0);
        for line in lines.iter().filter(is_long) {
            long += 1;
            open += usize::from(line.end.end_group() < 2);
        }
        Self {
            within: share(begin(0), lines.len()),
            lower: share(begin(1), lines.len()),
            open: share(open, long),
        }
    }

    /// Whether this line may continue another at all: in a text where every line begins with a capital, none
    /// that does continues another.
    pub(super) const fn may_continue(&self, line: &TextLine<'_>) -> bool {
        self.within > 0 || self.lower > 0 || line.start.start_group() != 2
    }
}

fn share(part: usize, whole: usize) -> usize {
    if part == 0 {
        return 0;
    }
    let step = [1, 4, 12].iter().position(|percent| part * 100 <= whole * percent);
    step.map_or(4, |step| step + 1)
}

/// The paragraph so far, up to and with the left line of a pair.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct OpenParagraph {
    words: usize,
    lines: usize,
    has_open_bracket: bool,
    long_words: usize,
    capitals: usize,
}

impl OpenParagraph {
    /// The paragraph with one more line.
    pub(super) fn push(&mut self, line: &str) {
        self.words += word_count(line);
        self.lines += 1;
        if let Some(bracket) = line.rfind(['(', ')']) {
            self.has_open_bracket = line.as_bytes().get(bracket) == Some(&b'(');
        }
        let (long_words, capitals) = long_words(line);
        self.long_words += long_words;
        self.capitals += capitals;
    }
}

/// Whether `right` continues the paragraph that ends with `left`; `after` is the line after it.
pub(super) fn continues(
    traits: &TextTraits,
    before: &OpenParagraph,
    left: &TextLine<'_>,
    right: &TextLine<'_>,
    after: Option<&TextLine<'_>>,
) -> bool {
    let (start, end) = (right.start.start_group(), left.end.end_group());
    let next = after.map_or(3, |after| after.start.start_group());
    let last = left.text.split_whitespace().next_back().unwrap_or_default();
    let first = right.text.split_whitespace().next().unwrap_or_default();
    if !traits.may_continue(right) {
        return false;
    }
    // The name of a city before a date begins an article: `TORONTO`, `, Aug. 16, 2024`.
    if is_loud(right.text) && next == 0 && end != 0 && right.text.len() > 3 && before.words > 3 {
        return false;
    }
    // The text and the picture of a link.
    if left.text == right.text && right.text.contains(char::is_alphanumeric) {
        return false;
    }
    // Items of a list that begin alike: `- one`, `- two`.
    let is_parallel = folded(first) == folded(last_start(left.text));
    if is_parallel && !first.contains(char::is_alphanumeric) && first.len() < right.text.len() {
        return false;
    }
    if is_code(left.text) || is_code(right.text) {
        return false;
    }
    if left.end == EdgeKind::Currency && left.text.len() <= 3 && right.start == EdgeKind::Digit {
        return true;
    }
    let left_words = length(word_count(left.text));
    let right_words = length(word_count(right.text));
    let brackets =
        usize::from(before.has_open_bracket) * 2 + usize::from(closes_bracket(right.text));
    let (right_long, right_capitals) = long_words(right.text);
    let case = capital_class(before.long_words, before.capitals) * 3
        + capital_class(right_long, right_capitals);
    let short = usize::from(is_short_lower(last));
    let loud = usize::from(is_loud(left.text)) * 2 + usize::from(is_loud(right.text));
    let edges = start * 4 + end;
    let cells = [
        (&weights::END_START[..], left.end as usize * EdgeKind::COUNT + right.start as usize),
        (&weights::LENGTHS[..], (length(before.words) * LENGTHS + right_words) * 16 + edges),
        (&weights::LEFT[..], (left_words * 2 + usize::from(before.lines > 1)) * 4 + end),
        (&weights::NEXT[..], next * 16 + edges),
        (&weights::NEXT_LENGTH[..], (next * LENGTHS + right_words) * 4 + start),
        (&weights::WITHIN[..], traits.within * 16 + edges),
        (&weights::LOWER[..], traits.lower * 16 + edges),
        (&weights::OPEN[..], traits.open * 16 + edges),
        (&weights::BRACKETS[..], brackets * 4 + start),
        (&weights::SHORT[..], short * 4 + start),
        (&weights::LOUD[..], loud * 4 + start),
        (&weights::PARALLEL[..], usize::from(is_parallel) * 4 + start),
        (&weights::CAPITALS[..], case * 4 + start),
    ];
    let weigh = |(table, cell): &(&[i16], usize)| i32::from(table.get(*cell).copied().unwrap_or(0));
    let mut score = i32::from(weights::INTERCEPT) + cells.iter().map(weigh).sum::<i32>();
    // A name within a sentence: `she said`, `Ada Lund`, `, the mayor`. A headline before a name has no marks.
    if start == 2
        && next == 0
        && left.end == EdgeKind::Lower
        && capital_class(before.long_words, before.capitals) == 0
        && left.text.contains([',', '"', '”', '»', '.'])
    {
        score += NAME_WEIGHT;
    }
    // Two labels: entries of a menu, tags, names in a list.
    if start == 2 && end == 1 && before.words <= 4 && right_words <= 2 && short == 0 {
        score -= LABEL_WEIGHT;
    }
    if (score - THRESHOLD).abs() < MAX_WORDS_WEIGHT {
        score += word_weight(&weights::FIRST, &folded(first));
        let mut word = folded(last);
        if end >= 2 {
            word.push_str(" .");
        }
        score += word_weight(&weights::LAST, &word);
    }
    score > THRESHOLD
}

/// Signs of programs.
const CODE_SIGNS: [&str; 10] = ["();", "=>", "->", "==", ":=", "</", "/>", "&&", "||", "//"];

/// Whether a line is one of a program.
fn is_code(line: &str) -> bool {
    // Each of the signs has one of these characters.
    let may_have_sign =
        || line.bytes().any(|b| matches!(b, b';' | b'=' | b'>' | b'/' | b'&' | b'|'));
    line.ends_with(['{', '}', ';']) && line.len() > 1 && line.contains(['(', '=', '{', '}'])
        || line.starts_with(['{', '}', '`'])
        || may_have_sign()
            && !line.contains("://")
            && CODE_SIGNS.iter().any(|sign| line.contains(sign))
}

/// The first word of a line.
fn last_start(line: &str) -> &str {
    line.split_whitespace().next().unwrap_or_default()
}

fn word_weight(table: &[(&str, i16)], word: &str) -> i32 {
    let found = table.binary_search_by(|(one, _)| (*one).cmp(word));
    found.ok().and_then(|index| table.get(index)).map_or(0, |(_, weight)| i32::from(*weight))
}

/// A word in lower case, without quotes and brackets.
fn folded(word: &str) -> String {
    word.trim_matches(|c| is_quote(c) || matches!(c, '(' | '[' | ')' | ']')).to_lowercase()
}

/// The words of a line, up to one more than any class of lengths needs.
fn word_count(line: &str) -> usize {
    line.split_whitespace().take(MAX_WORDS).count()
}

fn length(words: usize) -> usize {
    [1, 3, 6, 12, 24].iter().position(|most| words <= *most).unwrap_or(LENGTHS - 1)
}

/// Whether a closing bracket stands before any opening one.
fn closes_bracket(line: &str) -> bool {
    line.find(['(', ')']).is_some_and(|bracket| line.as_bytes().get(bracket) == Some(&b')'))
}

/// The words of four letters or more, and how many of them have a capital.
fn long_words(line: &str) -> (usize, usize) {
    let mut counts = (0, 0);
    for word in line.split_whitespace().take(MAX_WORDS) {
        let mut letters = word.chars();
        let Some(first) = letters.next().filter(|first| first.is_alphabetic()) else { continue };
        if letters.nth(2).is_some() {
            counts.0 += 1;
            counts.1 += usize::from(first.is_uppercase());
        }
    }
    counts
}

/// 0 for a sentence, 1 for a headline or a name, 2 if there are too few words to tell.
const fn capital_class(words: usize, capitals: usize) -> usize {
    if words < 2 { 2 } else { (capitals * 3 >= words * 2) as usize }
}

/// Whether a word has at most three letters, all in lower case, as articles and prepositions do.
fn is_short_lower(word: &str) -> bool {
    word.chars().count() <= 3 && word.chars().all(char::is_lowercase)
}

/// Whether a line is in capitals.
fn is_loud(line: &str) -> bool {
    !line.chars().any(char::is_lowercase) && line.chars().any(char::is_uppercase)
}
