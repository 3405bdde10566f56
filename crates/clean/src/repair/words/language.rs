//! The language of a text: the one whose table explains its words best.

use super::Glyph;
use super::lattice::log_sum;
use super::letters::LONGEST_WORD;
use super::table::LanguageTable;
use super::tokens::{LineToken, tokens};

/// Maximum number of words of a text that are judged.
const MAX_WORDS: usize = 600;
/// How many words of a text are judged by every table, the rest only by those that explain these
/// well.
const FIRST_WORDS: usize = 60;
/// How much worse per letter than the best table another one may explain the first words.
const FIRST_MARGIN: f32 = 0.5;
/// Maximum number of words that are judged in single lines, in the whole text.
const MAX_LINE_WORDS: usize = 6_000;
/// How many words a line needs for a decision of its own.
const MIN_LINE_WORDS: usize = 6;
/// How much better per letter another language must explain a line than that of the text.
const LINE_MARGIN: f32 = 0.25;
/// A line that its text's language explains almost as well as the whole text is in that language.
const USUAL_DIFFERENCE: f32 = 0.3;
/// What the score per letter loses if there is only one word; less with more words.
const FEW_WORDS: f32 = 1.2;

/// How well a language explains a text.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct LanguageFit {
    log_p: f32,
    letters: f32,
    words: usize,
}

impl LanguageFit {
    /// The mean log-probability per letter.
    pub(super) fn mean(&self) -> f32 {
        if self.letters > 0.0 { self.log_p / self.letters } else { f32::NEG_INFINITY }
    }

    /// The mean, reduced for the uncertainty of few words.
    fn cautious(&self) -> f32 {
        self.mean() - FEW_WORDS / (self.words.max(1) as f32)
    }

    fn add(&mut self, other: Self) {
        self.log_p += other.log_p;
        self.letters += other.letters;
        self.words += other.words;
    }
}

/// How well a table explains the first `max_words` words of a line.
pub(super) fn fit(table: &LanguageTable, line: &[Glyph], max_words: usize) -> LanguageFit {
    let mut fit = LanguageFit::default();
    for token in tokens(line) {
        let LineToken::Word { at, .. } = token else { continue };
        if at.len() > LONGEST_WORD || fit.words >= max_words {
            continue;
        }
        let word = line.get(at).unwrap_or_default();
        // Words in another script say nothing about the language.
        if !word.iter().any(|&glyph| is_of_script(table, glyph)) {
            continue;
        }
        fit.words += 1;
        fit.letters += word.len() as f32 + 1.0;
        fit.log_p += word_log_p(table, word).max(-6.0 * (word.len() as f32 + 1.0));
    }
    fit
}

/// How well a table explains the first `max_words` words of a text.
fn fit_of_text(table: &LanguageTable, lines: &[&[Glyph]], max_words: usize) -> LanguageFit {
    let mut sum = LanguageFit::default();
    for line in lines {
        sum.add(fit(table, line, max_words.saturating_sub(sum.words)));
        if sum.words >= max_words {
            break;
        }
    }
    sum
}

fn is_of_script(table: &LanguageTable, glyph: Glyph) -> bool {
    match glyph {
        Glyph::Kept(character) => {
            let own = table.letters.first();
            script(character) == script(own)
        }
        Glyph::Lost(lead) => script_of_lead(lead) == script(table.letters.first()),
    }
}

#[derive(PartialEq, Eq)]
enum TableScript {
    Latin,
    Greek,
    Cyrillic,
    Other,
}

fn script(character: char) -> TableScript {
    match character {
        'A'..='Z' | 'a'..='z' | '\u{C0}'..='\u{24F}' => TableScript::Latin,
        '\u{370}'..='\u{3FF}' => TableScript::Greek,
        '\u{400}'..='\u{52F}' => TableScript::Cyrillic,
        _ => TableScript::Other,
    }
}

fn script_of_lead(lead: u8) -> TableScript {
    match lead {
        0xC3..=0xC9 => TableScript::Latin,
        0xCD..=0xCF => TableScript::Greek,
        0xD0..=0xD4 => TableScript::Cyrillic,
        _ => TableScript::Other,
    }
}

/// The log-probability of all words of the language that fit.
fn word_log_p(table: &LanguageTable, word: &[Glyph]) -> f32 {
    let Some(pattern) = table.letters.pattern(word) else { return f32::NEG_INFINITY };
    let (_, listed) = table.lexicon.search(&pattern.slots);
    let (_, spelled) = table.letter_model.search(&pattern.slots);
    log_sum([listed - table.log_total, spelled + table.weights.unlisted].into_iter())
}

/// The language of a text: the one that explains it best, if it explains it well enough.
pub(super) struct TextLanguages {
    /// The fit of each table to all lines.
    whole: Vec<LanguageFit>,
    /// The number of words judged in single lines so far.
    line_words: usize,
}

impl TextLanguages {
    pub(super) fn new(tables: &[LanguageTable], lines: &[&[Glyph]]) -> Self {
        let mut whole: Vec<LanguageFit> =
            tables.iter().map(|table| fit_of_text(table, lines, FIRST_WORDS)).collect();
        let best = whole.iter().map(LanguageFit::mean).fold(f32::NEG_INFINITY, f32::max);
        for (table, fit) in tables.iter().zip(&mut whole) {
            if fit.words >= FIRST_WORDS && fit.mean() >= best - FIRST_MARGIN {
                *fit = fit_of_text(table, lines, MAX_WORDS);
            }
        }
        Self { whole, line_words: 0 }
    }

    /// The fit of each table to the text: mean log-probability per letter, and words.
    #[cfg(test)]
    pub(super) fn describe(&self) -> String {
        let fits: Vec<String> =
            self.whole.iter().map(|fit| format!("{:.3}/{}", fit.mean(), fit.words)).collect();
        fits.join(" ")
    }

    /// The index of the table for a line.
    pub(super) fn for_line(&mut self, tables: &[LanguageTable], line: &[Glyph]) -> Option<usize> {
        let has_lost_of = |table: &LanguageTable| {
            line.iter().any(|&glyph| matches!(glyph, Glyph::Lost(_)) && is_of_script(table, glyph))
        };
        let candidates: Vec<usize> =
            (0..tables.len()).filter(|&at| has_lost_of(&tables[at])).collect();
        let best = |score: &dyn Fn(usize) -> f32| {
            candidates.iter().copied().max_by(|&a, &b| score(a).total_cmp(&score(b)))
        };
        let fits = self.whole.clone();
        let whole = |at: usize| fits.get(at).copied().unwrap_or_default();
        let text = best(&|at| whole(at).mean())?;
        if candidates.len() > 1 && self.line_words < MAX_LINE_WORDS {
            let usual = fit(&tables[text], line, MAX_WORDS);
            self.line_words += usual.words;
            if usual.mean() >= whole(text).mean() - USUAL_DIFFERENCE {
                return (whole(text).cautious() >= tables[text].weights.fit).then_some(text);
            }
            let alone: Vec<LanguageFit> =
                candidates.iter().map(|&at| fit(&tables[at], line, MAX_WORDS)).collect();
            self.line_words += alone.iter().map(|fit| fit.words).sum::<usize>();
            let of = |at: usize| {
                candidates.iter().position(|&one| one == at).map(|at| alone[at]).unwrap_or_default()
            };
            let own = best(&|at| of(at).mean())?;
            if own != text
                && of(own).words >= MIN_LINE_WORDS
                && of(own).mean() > of(text).mean() + LINE_MARGIN
            {
                return (of(own).cautious() >= tables[own].weights.fit).then_some(own);
            }
        }
        (whole(text).cautious() >= tables[text].weights.fit).then_some(text)
    }
}
