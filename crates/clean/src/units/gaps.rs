//! Estimates whether a block of a page ended between two words of a line.
//!
//! A logistic regression on the form of the words around the gap, on the words next to it, and on how far the next
//! sentence end is. `train/gaps/` fits it on the blocks of labelled pages.

use std::sync::LazyLock;

use crate::hashing::FastMap;

/// What `train/gaps/fit.py` writes: the hashes of features in ascending order, four bytes each, then their
/// weights as signed bytes, in multiples of [`UNIT`].
const WEIGHTS: &[u8] = include_bytes!("gaps.bin");
const UNIT: f32 = 1.0 / 24.0;
/// Features of a gap.
const FEATURES: usize = 19;
/// The farthest that a sentence end is looked for, in words.
const FAR: u32 = 40;

/// What stands before the first and after the last word.
const NOTHING: &str = "^";

pub(super) struct GapModel {
    weights: FastMap<u32, f32>,
}

/// A word with what the features say about it.
struct Word {
    /// The end of the word in the line.
    end: usize,
    /// The range of its letters and digits in lower case in [`Words::lower`].
    lower: std::ops::Range<usize>,
    /// How it is written: see [`shape`].
    shape: &'static str,
    /// How it ends and how it begins: the signs around its letters.
    ending: &'static str,
    beginning: &'static str,
}

struct Words {
    words: Vec<Word>,
    lower: String,
}

impl GapModel {
    pub(super) fn embedded() -> &'static Self {
        static MODEL: LazyLock<GapModel> = LazyLock::new(|| {
            let (hashes, weights) = WEIGHTS.split_at(WEIGHTS.len() / 5 * 4);
            let hashes = hashes
                .chunks_exact(4)
                .map(|four| four.iter().rev().fold(0, |hash, byte| hash << 8 | u32::from(*byte)));
            let weights = weights.iter().map(|byte| f32::from(byte.cast_signed()) * UNIT);
            GapModel { weights: hashes.zip(weights).collect() }
        });
        &MODEL
    }

    /// The offsets after which a block ends, where the log-odds are above `least`. The end of the line is not
    /// among them.
    pub(super) fn ends(&self, line: &str, least: f32) -> Vec<usize> {
        let words = Words::new(line);
        let runs = WordRuns::new(&words);
        let gaps = 0..words.words.len().saturating_sub(1);
        let is_end = |gap: &usize| self.log_odds(&words, &runs, *gap) > least;
        gaps.filter(is_end).map(|gap| words.words[gap].end).collect()
    }

    /// The offset after which a block ends most likely, after one of the first words but not the first.
    pub(super) fn most_likely_end(&self, line: &str, most_words: usize) -> Option<usize> {
        let words = Words::new(line);
        let runs = WordRuns::new(&words);
        let gaps = 1..words.words.len().saturating_sub(1).min(most_words);
        let best = gaps
            .map(|gap| (gap, self.log_odds(&words, &runs, gap)))
            .max_by(|left, right| left.1.total_cmp(&right.1))?;
        Some(words.words[best.0].end)
    }

    fn log_odds(&self, words: &Words, runs: &WordRuns, gap: usize) -> f32 {
        features(words, runs, gap).into_iter().map(|hash| self.weight(hash)).sum()
    }

    fn weight(&self, hash: FeatureHash) -> f32 {
        self.weights.get(&hash.0).copied().unwrap_or_default()
    }
}

/// FNV-1a.
#[derive(Clone, Copy)]
struct FeatureHash(u32);

impl FeatureHash {
    fn of(name: char) -> Self {
        Self(0x811c_9dc5).byte(u8::try_from(name).unwrap_or_default())
    }

    fn byte(self, byte: u8) -> Self {
        Self((self.0 ^ u32::from(byte)).wrapping_mul(0x0100_0193))
    }

    fn text(self, text: &str) -> Self {
        text.bytes().fold(self, Self::byte)
    }

    fn number(self, number: u32) -> Self {
        let tens = if number >= 10 { self.byte(b'0' + (number / 10 % 10) as u8) } else { self };
        tens.byte(b'0' + (number % 10) as u8)
    }
}

impl Words {
    fn new(line: &str) -> Self {
        let mut words = Self { words: Vec::new(), lower: String::with_capacity(line.len()) };
        let mut at = 0;
        for token in line.split(char::is_whitespace) {
            let end = at + token.len();
            if !token.is_empty() {
                words.push(token, end);
            }
            // White space has one character between two tokens.
            at = end
                + line.get(end..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
        }
        words
    }

    fn push(&mut self, token: &str, end: usize) {
        let is_sign = |c: char| !c.is_alphanumeric();
        let tail = token.trim_start_matches(is_sign);
        let core = tail.trim_end_matches(is_sign);
        let before = token.get(..token.len() - tail.len()).unwrap_or_default();
        let after = tail.get(core.len()..).unwrap_or_default();
        let from = self.lower.len();
        self.lower.push_str(if core.is_empty() { token } else { "" });
        self.lower.push_str(&core.to_lowercase());
        let ending = match core.is_empty() {
            true if matches!(token, "-" | "–" | "—" | "-–" | "–—" | "-–—") => "-",
            true => "s",
            false => ending(after),
        };
        self.words.push(Word {
            end,
            lower: from..self.lower.len(),
            shape: shape(core),
            ending,
            beginning: beginning(if core.is_empty() { token } else { before }),
        });
    }

    fn get(&self, index: Option<usize>) -> Option<&Word> {
        self.words.get(index?)
    }

    fn lower(&self, word: &Word) -> &str {
        self.lower.get(word.lower.clone()).unwrap_or_default()
    }
}

/// How a word is written: signs only, a number, digits and letters, a script without spaces, one capital, all
/// capitals, capitalized, capitals within, small letters, or a script without capitals.
fn shape(core: &str) -> &'static str {
    let mut characters = core.chars();
    let Some(first) = characters.next() else { return "p" };
    let rest = characters.as_str();
    if first.is_numeric() {
        let is_number = core.chars().all(|c| c.is_numeric() || matches!(c, '.' | ','));
        return if is_number { "d" } else { "D" };
    }
    if is_unspaced(first) {
        return "c";
    }
    if first.is_uppercase() {
        return if rest.is_empty() {
            "I"
        } else if !core.chars().any(char::is_lowercase) {
            "A"
        } else if rest.chars().any(char::is_uppercase) {
            "M"
        } else {
            "X"
        };
    }
    if first.is_lowercase() { "x" } else { "o" }
}

fn is_unspaced(c: char) -> bool {
    matches!(c, '\u{e00}'..='\u{e7f}' | '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{ac00}'..='\u{d7a3}')
}

/// The signs after a word: the end of a sentence, an ellipsis, a colon, a comma, a dash, others; with `q` if a
/// quotation mark or a bracket closes after it.
fn ending(after: &str) -> &'static str {
    let signs = after.trim_end_matches(['"', '”', '’', '\'', '»', ')', ']', '」', '』']);
    let is_closed = signs.len() < after.len();
    match signs.chars().next_back() {
        None if is_closed => "q",
        None => "w",
        Some('.') if signs.ends_with("..") => {
            if is_closed {
                "Eq"
            } else {
                "E"
            }
        }
        Some('…') => {
            if is_closed {
                "Eq"
            } else {
                "E"
            }
        }
        Some('.') => {
            if is_closed {
                ".q"
            } else {
                "."
            }
        }
        Some('!' | '?' | '。' | '！' | '？' | '؟' | '۔' | '।') => {
            if is_closed {
                "!q"
            } else {
                "!"
            }
        }
        Some(':' | '：') => ":",
        Some(',' | ';' | '،' | '、' | '；' | '，') => ",",
        Some('-' | '–' | '—') => "-",
        Some(_) => "s",
    }
}

/// The signs before a word: none, opening quotation marks and brackets, others.
fn beginning(before: &str) -> &'static str {
    let is_opening =
        |c: char| matches!(c, '"' | '“' | '‘' | '\'' | '«' | '(' | '[' | '„' | '「' | '『');
    if before.is_empty() {
        "w"
    } else if before.chars().all(is_opening) {
        "o"
    } else {
        "s"
    }
}

/// Counts around each word.
struct WordRuns {
    /// Words in a row without a small first letter, up to and from each word.
    capitals_before: Vec<u32>,
    capitals_from: Vec<u32>,
    /// Words since the last sentence end, and until the next one.
    since_stop: Vec<u32>,
    until_stop: Vec<u32>,
    /// Words with a small first letter before each word.
    small: Vec<u32>,
}

impl WordRuns {
    fn new(words: &Words) -> Self {
        let words = &words.words;
        let is_small = |word: &Word| word.shape == "x";
        let is_stop = |word: &Word| word.ending.starts_with(['.', '!']);
        let mut runs = Self {
            capitals_before: Vec::with_capacity(words.len()),
            capitals_from: vec![0; words.len() + 1],
            since_stop: Vec::with_capacity(words.len()),
            until_stop: vec![FAR; words.len() + 1],
            small: vec![0],
        };
        let (mut capitals, mut since, mut small, mut stopped) = (0, 0, 0, true);
        for word in words {
            capitals = if is_small(word) { 0 } else { capitals + 1 };
            since = if stopped { 0 } else { since + 1 };
            stopped = is_stop(word);
            small += u32::from(is_small(word));
            runs.capitals_before.push(capitals);
            runs.since_stop.push(since);
            runs.small.push(small);
        }
        for (index, word) in words.iter().enumerate().rev() {
            runs.capitals_from[index] =
                if is_small(word) { 0 } else { runs.capitals_from[index + 1] + 1 };
            runs.until_stop[index] =
                if is_stop(word) { 1 } else { (runs.until_stop[index + 1] + 1).min(FAR) };
        }
        runs
    }

    /// Words with a small first letter among those from `from` up to `to`.
    fn small_between(&self, from: usize, to: usize) -> u32 {
        let to = to.min(self.small.len() - 1);
        self.small[to].saturating_sub(self.small[from.min(to)])
    }
}

/// Rounds a count down, so that the features of long runs are not rare.
const fn bucket(count: u32) -> u32 {
    match count {
        0..4 => count,
        4..6 => 4,
        6..10 => 6,
        10..16 => 10,
        16..30 => 16,
        _ => 30,
    }
}

/// The features of the gap after a word. `train/gaps/gaps.py` computes the same.
fn features(words: &Words, runs: &WordRuns, gap: usize) -> [FeatureHash; FEATURES] {
    let (left, right) = (&words.words[gap], &words.words[gap + 1]);
    let before = words.get(gap.checked_sub(1));
    let after = words.get(Some(gap + 2));
    let later = words.get(Some(gap + 3));
    let shape = |word: Option<&Word>| word.map_or(NOTHING, |word| word.shape);
    let ending = |word: Option<&Word>| word.map_or(NOTHING, |word| word.ending);
    let (left_lower, right_lower) = (words.lower(left), words.lower(right));
    let joint = |hash: FeatureHash| hash.text(left.ending).text(right.shape);
    let named = FeatureHash::of;
    let (before_run, from_run) =
        (bucket(runs.capitals_before[gap]), bucket(runs.capitals_from[gap + 1]));
    let small_after = runs.small_between(gap + 1, gap + 9);
    let small_before = runs.small_between(gap.saturating_sub(7), gap + 1);
    let both = named('p').text(right_lower);
    let previous = before.map_or(named('q'), |word| named('q').text(words.lower(word)).byte(b' '));
    [
        named('1'),
        named('a').text(left.ending).text(right.beginning).text(right.shape),
        named('b').text(left.shape).text(left.ending).text(right.shape),
        named('c')
            .text(shape(before))
            .text(left.shape)
            .text(left.ending)
            .text(right.beginning)
            .text(right.shape)
            .text(shape(after)),
        named('d')
            .text(left.ending)
            .text(right.shape)
            .text(right.ending)
            .text(shape(after))
            .text(ending(after))
            .text(shape(later)),
        named('e').text(left_lower).byte(b'|').text(left.ending),
        named('f').text(right_lower).byte(b'|').text(right.shape),
        named('g').text(left_lower).byte(b' ').text(right_lower),
        joint(named('h').number(before_run)),
        joint(named('i').number(from_run)),
        joint(named('j').number(before_run).byte(b'|').number(from_run)),
        joint(named('k').number(bucket(runs.since_stop[gap]))),
        joint(named('l').number(bucket(runs.until_stop[gap + 1]))),
        joint(named('m').number(small_after)),
        joint(named('n').number(small_before)),
        joint(named('o').number(small_after / 2).byte(b'|').number(small_before / 2)),
        after.map_or(both, |word| both.byte(b' ').text(words.lower(word))),
        previous.text(left_lower).text(left.ending),
        named('r')
            .text(shape(before))
            .text(ending(before))
            .text(left.shape)
            .text(left.ending)
            .text(right.shape)
            .text(right.ending)
            .text(shape(after)),
    ]
}
