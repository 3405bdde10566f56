//! The readings of the words of a line, and their probabilities among their neighbors.

use super::Glyph;
use super::context::TokenKinds;
use super::copies::UndamagedCopies;
use super::letters::WordPattern;
use super::lexicon::WordCasing;
use super::table::LanguageTable;

/// The probability that a word also occurs elsewhere on the page, if its copies are searched.
const COPIED_SHARE: f32 = 0.3;
/// Maximum number of readings of a word.
const MAX_READINGS: usize = 16;
/// How much less likely than the best reading another one may be without its neighbors, in nats.
const MAX_DISTANCE: f32 = 12.0;

/// A word that a damaged word may have been.
#[derive(Clone, Debug)]
pub(super) struct WordReading {
    pub(super) codes: Vec<u8>,
    pub(super) first_upper: bool,
    pub(super) kinds: TokenKinds,
    /// The log-probability without its neighbors.
    pub(super) score: f32,
    /// The logarithm of its count in the lexicon, if it is there.
    pub(super) log_count: Option<f32>,
    /// The log-probability of its letters.
    pub(super) log_spelled: f32,
}

/// All words that a damaged word may have been.
#[derive(Clone, Debug, Default)]
pub(super) struct WordReadings {
    pub(super) all: Vec<WordReading>,
    /// The log-probability by letters of all words that fit.
    pub(super) log_spelled: f32,
    pub(super) begins_sentence: bool,
}

/// A column of the lattice: one token of the line.
#[derive(Clone, Debug)]
pub(super) enum LatticeColumn {
    /// The kinds of an undamaged token.
    Known(TokenKinds),
    Damaged(WordReadings),
}

/// The readings of a damaged word, the most likely first.
pub(super) fn readings(
    table: &LanguageTable,
    pattern: &WordPattern,
    word: &[Glyph],
    copies: &UndamagedCopies,
    begins_sentence: bool,
) -> WordReadings {
    let (listed, _) = table.lexicon.search(&pattern.slots);
    let (spelled, log_spelled) = table.letter_model.search(&pattern.slots);
    let cases = possible_cases(pattern);
    let case_cost = |casing: WordCasing, first_upper: bool| match cases {
        // A case that the word itself shows says nothing about the reading.
        [_] => 0.0,
        _ => casing_cost(casing, first_upper, begins_sentence),
    };
    let mut all: Vec<WordReading> = Vec::new();
    for entry in &listed {
        let log_spelled = table.letter_model.word(&entry.codes);
        all.extend(cases.iter().map(|&first_upper| WordReading {
            first_upper,
            kinds: table.transitions.of_word(&entry.codes),
            score: entry.weight() - table.log_total + case_cost(entry.casing, first_upper),
            log_count: Some(entry.log_count),
            log_spelled,
            codes: entry.codes.clone(),
        }));
    }
    for spelling in &spelled {
        // The lexicon knows better how frequent its own words are.
        if listed.iter().any(|entry| entry.codes == spelling.codes) {
            continue;
        }
        all.extend(cases.iter().map(|&first_upper| WordReading {
            first_upper,
            kinds: table.transitions.of_word(&spelling.codes),
            score: spelling.log_p
                + table.weights.unlisted
                + case_cost(WordCasing::Both, first_upper),
            log_count: None,
            log_spelled: spelling.log_p,
            codes: spelling.codes.clone(),
        }));
    }
    add_copies(table, word, copies, &mut all);
    // Ties are broken by the codes, so the order does not depend on the search.
    all.sort_by(|a, b| b.score.total_cmp(&a.score).then_with(|| a.codes.cmp(&b.codes)));
    all.truncate(MAX_READINGS);
    if let Some(best) = all.first().map(|best| best.score) {
        all.retain(|reading| reading.score >= best - MAX_DISTANCE);
    }
    WordReadings { all, log_spelled, begins_sentence }
}

/// Whether the first letter may be a capital: the values that the pattern allows.
const fn possible_cases(pattern: &WordPattern) -> &'static [bool] {
    match pattern.first_upper {
        Some(true) => &[true],
        Some(false) => &[false],
        None if pattern.rest_upper => &[true],
        None => &[false, true],
    }
}

/// Undamaged copies of a word make that reading more likely.
fn add_copies(
    table: &LanguageTable,
    word: &[Glyph],
    copies: &UndamagedCopies,
    all: &mut Vec<WordReading>,
) {
    let found = copies.copies_of(word);
    if found.is_empty() {
        return;
    }
    let total = copies.words.max(100) as f32;
    for copy in found {
        let letters: Option<Vec<_>> =
            copy.characters.iter().map(|&character| table.letters.letter(character)).collect();
        let Some(letters) = letters else { continue };
        let first_upper = letters.first().is_some_and(|letter| letter.is_upper);
        let codes: Vec<u8> = letters.iter().map(|letter| letter.code).collect();
        let p = COPIED_SHARE * copy.count as f32 / total;
        let known = all
            .iter_mut()
            .find(|reading| reading.codes == codes && reading.first_upper == first_upper);
        if let Some(reading) = known {
            reading.score = (reading.score.exp() + p).ln();
        } else {
            all.push(WordReading {
                first_upper,
                kinds: table.transitions.of_word(&codes),
                score: p.ln(),
                log_count: None,
                log_spelled: table.letter_model.word(&codes),
                codes,
            });
        }
    }
}

/// The log-probability that a word is written in this case.
fn casing_cost(casing: WordCasing, first_upper: bool, begins_sentence: bool) -> f32 {
    let upper_share: f32 = match (casing, begins_sentence) {
        (WordCasing::Lower, false) => 0.005,
        (WordCasing::Lower | WordCasing::Both, true) => 0.93,
        (WordCasing::Both, false) => 0.3,
        (WordCasing::Capital | WordCasing::Upper, _) => 0.98,
    };
    if first_upper { upper_share.ln() } else { (1.0 - upper_share).ln() }
}

/// The posterior of each reading in each damaged column, by the forward-backward algorithm.
pub(super) fn posteriors(table: &LanguageTable, columns: &[LatticeColumn]) -> Vec<Vec<f32>> {
    let link = |first, second| table.weights.link * table.transitions.link(first, second);
    let states: Vec<Vec<(TokenKinds, f32)>> = columns.iter().map(states).collect();
    let mut forward: Vec<Vec<f32>> = Vec::with_capacity(states.len());
    let edge = vec![(TokenKinds::EDGE, 0.0)];
    for (at, column) in states.iter().enumerate() {
        let (before, sums): (&[(TokenKinds, f32)], &[f32]) = match at.checked_sub(1) {
            Some(last) => (&states[last], &forward[last]),
            None => (&edge, &[0.0]),
        };
        let sums = column
            .iter()
            .map(|&(kind, score)| {
                score
                    + log_sum(
                        before.iter().zip(sums).map(|(&(first, _), sum)| sum + link(first, kind)),
                    )
            })
            .collect();
        forward.push(sums);
    }
    let mut backward: Vec<Vec<f32>> = vec![Vec::new(); states.len()];
    for at in (0..states.len()).rev() {
        let (after, sums): (&[(TokenKinds, f32)], &[f32]) = match states.get(at + 1) {
            Some(next) => (next, &backward[at + 1]),
            None => (&edge, &[0.0]),
        };
        backward[at] = states[at]
            .iter()
            .map(|&(kind, _)| {
                log_sum(
                    after
                        .iter()
                        .zip(sums)
                        .map(|(&(second, score), sum)| sum + score + link(kind, second)),
                )
            })
            .collect();
    }
    forward
        .iter()
        .zip(&backward)
        .map(|(forward, backward)| {
            let sums: Vec<f32> = forward.iter().zip(backward).map(|(a, b)| a + b).collect();
            let total = log_sum(sums.iter().copied());
            sums.iter().map(|sum| (sum - total).exp()).collect()
        })
        .collect()
}

fn states(column: &LatticeColumn) -> Vec<(TokenKinds, f32)> {
    match column {
        LatticeColumn::Known(kind) => vec![(*kind, 0.0)],
        LatticeColumn::Damaged(readings) if readings.all.is_empty() => {
            vec![(TokenKinds::OTHER, 0.0)]
        }
        LatticeColumn::Damaged(readings) => {
            readings.all.iter().map(|reading| (reading.kinds, reading.score)).collect()
        }
    }
}

pub(super) fn log_sum(values: impl Iterator<Item = f32> + Clone) -> f32 {
    let most = values.clone().fold(f32::NEG_INFINITY, f32::max);
    // Otherwise the difference below would be NaN.
    if most == f32::NEG_INFINITY {
        return most;
    }
    most + values.map(|value| (value - most).exp()).sum::<f32>().ln()
}

/// The kinds of an undamaged word.
pub(super) fn kinds_of(table: &LanguageTable, word: &[Glyph]) -> TokenKinds {
    table.letters.codes(word).map_or(TokenKinds::OTHER, |codes| table.transitions.of_word(&codes))
}
