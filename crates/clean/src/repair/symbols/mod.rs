//! Symbols that lost some of their bytes: UTF-8 was decoded as Latin-1, and U+0080 to U+009F were
//! dropped.
//!
//! `residue` reads remains that have only one reading. A lone `â` may be any quote or dash; `chain`
//! decides which, by the `context` of the line.

mod chain;
mod context;
mod emoji;
mod english;
mod residue;
mod scan;

use super::edits::TextEdit;
use chain::SignGuess;
use context::{LineContext, LineItem, SignShape};
use english::{CircumflexReading, LanguageGuess, LineConventions};
use residue::MARK;
use scan::LineScan;

/// A guess with a lower probability of being this quote, or of being a dash, is marked instead.
const THRESHOLD: f32 = 0.4;

/// The probability that a dash between spaces is the usual one of the language, in other languages
/// than English.
const FOREIGN_DASH: f32 = 0.6;

/// Whether the words of a line are mostly those of English.
pub(super) fn is_english(line: &str) -> bool {
    english::language(line) == LanguageGuess::English
}

/// Whether a word in lower case is a common one of English.
pub(super) fn is_common(word: &str) -> bool {
    english::is_common(word)
}

/// Whether a line has damage of this kind that clean text never has.
pub(super) fn is_damaged(line: &str) -> bool {
    has_candidate(line) && shows_damage(&LineScan::new(line))
}

/// Edits for the damaged symbols of a line: restored if one reading is likely enough, otherwise
/// marked, with one U+FFFD for each lost character.
///
/// `damaged`: the text has damage elsewhere. An edit without a guess has no posterior.
pub(super) fn edits(line: &str, damaged: bool) -> Vec<TextEdit> {
    if !has_candidate(line) {
        return Vec::new();
    }
    let scan = LineScan::new(line);
    let is_shown = shows_damage(&scan);
    if !damaged && !is_shown {
        return Vec::new();
    }
    let mut edits = SymbolReader::new(line, &scan, is_shown).edits();
    if !is_shown && edits.iter().all(|edit| is_lone(line, edit)) {
        // Damage elsewhere says nothing of letters by themselves.
        edits.clear();
    }
    // Texts about characters name them in quotes; those are not damage.
    edits.retain(|edit| !is_named(line, edit));
    edits
}

/// Whether an edit is of a single `â`, `ð` or `Â` that touches no ASCII letter and no digit, as
/// where letters are listed, and sounds are transcribed.
fn is_lone(line: &str, edit: &TextEdit) -> bool {
    let read = line.get(edit.span.clone()).unwrap_or_default().trim_end();
    let before = line.get(..edit.span.start).unwrap_or_default();
    let after = line.get(edit.span.end..).unwrap_or_default();
    matches!(read, "â" | "ð" | "Â")
        && !before.ends_with(|c: char| c.is_ascii_alphanumeric())
        && !after.starts_with(|c: char| c.is_ascii_alphanumeric() && !read.is_empty())
}

/// Whether an edit is of something in straight quotes alone: text about letters names them like
/// this.
fn is_named(line: &str, edit: &TextEdit) -> bool {
    let before = line.get(..edit.span.start).unwrap_or_default();
    let after = line.get(edit.span.end..).unwrap_or_default();
    before.ends_with('"') && after.starts_with('"')
}

/// Whether a line has a character that this damage leaves.
fn has_candidate(line: &str) -> bool {
    let bytes = line.as_bytes();
    memchr::memchr2_iter(0xc3, 0xe2, bytes).any(|at| {
        let next = bytes.get(at + 1).copied();
        match bytes.get(at) {
            // Â â ï ð
            Some(0xc3) => matches!(next, Some(0x82 | 0xa2 | 0xaf | 0xb0)),
            // U+2980 to U+29BF, U+2880 to U+28BF, U+2B00 to U+2B3F
            _ => matches!(next, Some(0xa6 | 0xa2 | 0xac)),
        }
    })
}

fn shows_damage(line: &LineScan<'_>) -> bool {
    (0..line.len()).any(|at| match line.char(at) {
        Some('â') => is_damaged_sign(line, at),
        Some('ð') => is_damaged_emoji(line, at),
        Some('ï') => residue::is_selector(line, at),
        Some('Â') => is_damaged_space(line, at),
        _ => false,
    })
}

fn is_damaged_sign(line: &LineScan<'_>, at: usize) -> bool {
    let follows_letter = at > 0 && line.is_letter(at - 1);
    match line.char(at + 1) {
        Some('¦' | '¢' | '¬' | '¤' | '¯') => true,
        Some('¥' | '§' | '¨' | '©' | '®' | '±' | '¶' | '¼' | '½' | '¾') => {
            !follows_letter
        }
        // The first one of a run decides for all, so a long run is scanned once.
        Some('â') if line.before(at) == Some('â') => false,
        Some('â') => {
            // The last quotes of a sentence, or a quote in a quote. Words of doubled letters have
            // spaces around them.
            let end = (at..line.len()).find(|&at| line.char(at) != Some('â'));
            let is_gap = |char: Option<char>| char.is_none_or(char::is_whitespace);
            let is_letter = end.is_some_and(|end| line.is_letter(end));
            let follows_gap = is_gap(line.before(at));
            !(follows_letter && (is_letter || line.word_before(at).len() == 1))
                && follows_gap != end.is_none_or(|end| is_gap(line.char(end)))
                && !(follows_gap && is_letter)
        }
        Some('0'..='9') => at > 0 && line.is_digit(at - 1),
        Some('ï') => residue::is_selector(line, at + 1),
        _ => english::is_contraction(line, at),
    }
}

fn is_damaged_emoji(line: &LineScan<'_>, at: usize) -> bool {
    let follows_letter = at > 0 && line.is_letter(at - 1) && line.before(at) != Some('ð');
    match line.char(at + 1) {
        Some('ð') => !follows_letter && !line.is_letter(at + 2),
        Some('¡'..='§' | '©' | '¬' | '®' | '¯' | '±' | '¶' | '¼'..='¾') => {
            !follows_letter
        }
        Some('¨'..='¿') => line.char(at + 2) == Some('ð'),
        _ => false,
    }
}

/// Whether a `Â` was a no-break space that became a space: it ends a word in lower case, or a
/// sentence.
fn is_damaged_space(line: &LineScan<'_>, at: usize) -> bool {
    let is_lower =
        |at: Option<usize>| at.and_then(|at| line.char(at)).is_some_and(char::is_lowercase);
    let ends_word = is_lower(at.checked_sub(1)) && is_lower(at.checked_sub(2));
    let ends_sentence = matches!(line.before(at), Some('.' | ',' | ';' | ':' | '!' | '?'));
    (ends_word || ends_sentence) && line.char(at + 1).is_none_or(|char| char == ' ')
}

/// Processes a line of a damaged text.
struct SymbolReader<'a> {
    line: &'a LineScan<'a>,
    conventions: LineConventions,
    is_nordic: bool,
    items: Vec<LineItem>,
    /// The lone signs of the line and their positions, in order, for the edits that are guesses.
    signs: Vec<(usize, CircumflexReading)>,
    edits: Vec<TextEdit>,
}

impl<'a> SymbolReader<'a> {
    fn new(text: &str, line: &'a LineScan<'a>, is_shown: bool) -> Self {
        Self {
            line,
            conventions: LineConventions::new(text, is_shown),
            is_nordic: is_nordic(line),
            items: Vec::with_capacity(line.len()),
            signs: Vec::new(),
            edits: Vec::new(),
        }
    }

    fn edits(mut self) -> Vec<TextEdit> {
        let mut at = 0;
        while let Some(char) = self.line.char(at) {
            at += self.take(at, char);
        }
        self.guess();
        self.edits.sort_by_key(|edit| edit.span.start);
        self.edits
    }

    /// Processes what begins at a position. Returns the number of characters.
    fn take(&mut self, at: usize, char: char) -> usize {
        let line = self.line;
        let found = match char {
            'â' => return self.take_sign(at),
            'ð' => {
                let found = residue::emoji(line, at, self.conventions.language, self.is_nordic);
                if !found.is_empty() {
                    return found.into_iter().fold(0, |done, found| {
                        let length = found.length;
                        self.put(at + done, found);
                        done + length
                    });
                }
                None
            }
            'ï' => residue::presentation(line, at),
            'Â' => return self.take_space(at),
            _ => residue::fused(line, at),
        };
        let Some(found) = found else {
            self.items.push(LineItem::Char(char));
            return 1;
        };
        let length = found.length;
        self.put(at, found);
        length
    }

    fn put(&mut self, at: usize, found: residue::Residue) {
        let is_ellipsis = found.rule == "lossy/ellipsis";
        self.items.push(if is_ellipsis { LineItem::Ellipsis } else { LineItem::Symbol });
        let span = self.line.bytes(at..at + found.length);
        self.edits.push(found.edit(span));
    }

    fn take_sign(&mut self, at: usize) -> usize {
        if let Some(found) = residue::symbol(self.line, at) {
            let length = found.length;
            self.put(at, found);
            return length;
        }
        let reading = english::reading(self.line, at, self.conventions);
        if reading == CircumflexReading::Letter {
            self.items.push(LineItem::Char('â'));
        } else {
            self.items.push(LineItem::Sign);
            self.signs.push((at, reading));
        }
        1
    }

    /// `Â`: the remains of a no-break space, unless it ends a word in capitals.
    fn take_space(&mut self, at: usize) -> usize {
        let line = self.line;
        // As a letter it ends words in capitals, and is a word.
        let follows_capital =
            line.before(at).is_none_or(|before| before.is_uppercase() || before == ' ');
        let (length, after) = match line.char(at + 1) {
            None => (1, ""),
            Some(' ') => (2, "\u{a0}"),
            _ => (0, ""),
        };
        if follows_capital || length == 0 {
            self.items.push(LineItem::Char('Â'));
            return 1;
        }
        self.items.push(LineItem::Char(' '));
        self.edits.push(TextEdit::new(line.bytes(at..at + length), after, "lossy/space"));
        length
    }

    /// Decides what the lone signs were, by their context.
    fn guess(&mut self) {
        if self.signs.is_empty() {
            return;
        }
        let context = LineContext::new(&self.items);
        let guesses = chain::guesses(&context);
        for (order, (&(at, reading), guess)) in self.signs.iter().zip(guesses).enumerate() {
            let span = self.line.bytes(at..at + 1);
            let shape = context.shape(order);
            let sign = if reading == CircumflexReading::Apostrophe {
                Some(('’', None))
            } else if guess.kind_posterior < THRESHOLD {
                None
            } else {
                self.sign(at, guess, shape).map(|(sign, posterior)| (sign, Some(posterior)))
            };
            self.edits.push(match sign {
                Some((sign, posterior)) => {
                    TextEdit { posterior, ..TextEdit::new(span, sign, rule(sign, shape)) }
                }
                None => TextEdit::new(span, MARK, "lossy/marked"),
            });
        }
    }

    /// The sign of a guess in the language of the line.
    fn sign(&self, at: usize, guess: SignGuess, shape: SignShape) -> Option<(char, f32)> {
        let is_dash = matches!(guess.sign, '–' | '—');
        let is_inside = at > 1 && at + 2 < self.line.len();
        let is_foreign = self.conventions.language == LanguageGuess::Foreign;
        match guess.sign {
            _ if !is_foreign || self.is_range(at) => Some((guess.sign, guess.posterior)),
            _ if is_dash && shape == SignShape::Spaced && is_inside => {
                Some((self.conventions.dash, FOREIGN_DASH))
            }
            '“' | '”' if self.conventions.has_english_quotes => {
                Some((guess.sign, guess.posterior))
            }
            _ => None,
        }
    }

    fn is_range(&self, at: usize) -> bool {
        at > 0 && self.line.is_digit(at - 1) && self.line.is_digit(at + 1)
    }
}

/// Whether `ð` or `þ` is a letter of a word.
fn is_nordic(line: &LineScan<'_>) -> bool {
    (0..line.len()).any(|at| match line.char(at) {
        Some('þ' | 'Þ') => true,
        Some('ð') => {
            at > 0 && line.is_letter(at - 1) && line.before(at) != Some('ð') && {
                line.is_letter(at + 1) && line.char(at + 1) != Some('ð')
            }
        }
        _ => false,
    })
}

fn rule(sign: char, shape: SignShape) -> &'static str {
    match sign {
        '–' | '—' => "lossy/dash",
        '’' if shape == SignShape::Middle => "lossy/apostrophe",
        _ => "lossy/quote",
    }
}

#[cfg(test)]
mod tests;
