//! Restores line by line.

use std::collections::HashMap;
use std::ops::Range;

use super::confidence::{BestAmongNeighbors, evidence};
use super::context::TokenKinds;
use super::copies::UndamagedCopies;
use super::language::TextLanguages;
use super::lattice::{self, LatticeColumn, WordReading, WordReadings};
use super::letters::LONGEST_WORD;
use super::table::LanguageTable;
use super::tokens::{LineToken, tokens};
#[cfg(test)]
use super::trees::EVIDENCE;
use super::{Glyph, RestoredCharacter};

/// Maximum number of tokens that are weighed together.
const WINDOW: usize = 200;
/// Maximum number of different damaged words of a text that are restored; the rest is not changed.
const MAX_LOST: usize = 100_000;

/// Restores the lines of one text.
pub(super) struct WordRestorer<'a> {
    tables: &'a [LanguageTable],
    copies: UndamagedCopies,
    languages: TextLanguages,
    lost_left: usize,
    read: HashMap<(usize, Vec<Glyph>, bool), LatticeColumn>,
}

/// The best reading of a damaged word.
pub(super) struct BestReading {
    pub(super) characters: Vec<char>,
    pub(super) posterior: f32,
    /// Only used for measuring.
    #[cfg(test)]
    pub(super) evidence: [f32; EVIDENCE],
}

impl<'a> WordRestorer<'a> {
    pub(super) fn new(tables: &'a [LanguageTable], lines: &[Vec<Glyph>], clean: &[&str]) -> Self {
        let all: Vec<&[Glyph]> = lines.iter().map(Vec::as_slice).collect();
        Self {
            tables,
            copies: UndamagedCopies::new(lines, clean),
            languages: TextLanguages::new(tables, &all),
            read: HashMap::new(),
            lost_left: MAX_LOST,
        }
    }

    pub(super) fn restore(mut self, lines: &[Vec<Glyph>]) -> Vec<Vec<Option<RestoredCharacter>>> {
        lines.iter().map(|line| self.line(line)).collect()
    }

    fn line(&mut self, line: &[Glyph]) -> Vec<Option<RestoredCharacter>> {
        let mut found: Vec<Option<RestoredCharacter>> = vec![None; line.len()];
        let table = self.language(line);
        // Without a table, only a copy on the page can restore a word; its posterior is 1.
        let threshold = table.map_or(1.0, |table| self.tables[table].weights.threshold);
        for (at, best) in self.words(line, table) {
            let Some(best) = best.filter(|best| best.posterior >= threshold) else { continue };
            for (slot, &character) in found.iter_mut().skip(at.start).zip(&best.characters) {
                *slot = Some(RestoredCharacter { character, posterior: best.posterior });
            }
        }
        line.iter()
            .zip(found)
            .filter(|(glyph, _)| matches!(glyph, Glyph::Lost(_)))
            .map(|(_, found)| found)
            .collect()
    }

    /// The index of the table for a line.
    pub(super) fn language(&mut self, line: &[Glyph]) -> Option<usize> {
        self.languages.for_line(self.tables, line)
    }

    /// The fit of each table to the text, for measuring.
    #[cfg(test)]
    pub(super) fn fits(&self, _line: &[Glyph]) -> String {
        self.languages.describe()
    }

    /// The damaged words of a line with their best readings.
    pub(super) fn words(
        &mut self,
        line: &[Glyph],
        table: Option<usize>,
    ) -> Vec<(Range<usize>, Option<BestReading>)> {
        let tokens = tokens(line);
        let Some(number) = table else {
            return tokens
                .iter()
                .filter_map(|token| match token {
                    LineToken::Word { at, is_damaged: true } => {
                        Some((at.clone(), self.copied(&line[at.clone()])))
                    }
                    _ => None,
                })
                .collect();
        };
        let mut found = Vec::new();
        let mut begins_sentence = true;
        for window in tokens.chunks(WINDOW) {
            let columns: Vec<LatticeColumn> = window
                .iter()
                .map(|token| self.column(line, token, number, &mut begins_sentence))
                .collect();
            let table = &self.tables[number];
            let posteriors = lattice::posteriors(table, &columns);
            let chosen: Vec<ChosenToken> =
                columns.iter().zip(&posteriors).map(|(column, all)| chosen(column, all)).collect();
            for (number, (token, column)) in window.iter().zip(&columns).enumerate() {
                let LineToken::Word { at, is_damaged: true } = token else { continue };
                let word = &line[at.clone()];
                let best = match column {
                    LatticeColumn::Damaged(readings) => {
                        best(table, word, readings, &posteriors[number], &chosen, number)
                    }
                    LatticeColumn::Known(_) => self.copied(word),
                };
                found.push((at.clone(), best));
            }
        }
        found
    }

    fn column(
        &mut self,
        line: &[Glyph],
        token: &LineToken,
        number: usize,
        begins_sentence: &mut bool,
    ) -> LatticeColumn {
        let table = &self.tables[number];
        match token {
            LineToken::Number => LatticeColumn::Known(TokenKinds::NUMBER),
            LineToken::Mark(mark) => {
                if ".!?:«“„\"".contains(*mark) {
                    *begins_sentence = true;
                }
                LatticeColumn::Known(TokenKinds::of_mark(*mark))
            }
            LineToken::Word { at, is_damaged } => {
                let begins = std::mem::replace(begins_sentence, false);
                let word = &line[at.clone()];
                if !is_damaged {
                    return LatticeColumn::Known(lattice::kinds_of(table, word));
                }
                if word.len() > LONGEST_WORD {
                    return LatticeColumn::Known(TokenKinds::OTHER);
                }
                let key = (number, word.to_vec(), begins);
                if let Some(column) = self.read.get(&key) {
                    return column.clone();
                }
                if self.lost_left == 0 {
                    return LatticeColumn::Known(TokenKinds::OTHER);
                }
                self.lost_left = self.lost_left.saturating_sub(lost(word));
                let pattern = table.letters.pattern(word);
                let column = pattern.map_or(LatticeColumn::Known(TokenKinds::OTHER), |pattern| {
                    let copies = &self.copies;
                    LatticeColumn::Damaged(lattice::readings(table, &pattern, word, copies, begins))
                });
                self.read.insert(key, column.clone());
                column
            }
        }
    }

    /// A word that no table can read, if the page has exactly one undamaged copy of it.
    fn copied(&self, word: &[Glyph]) -> Option<BestReading> {
        let kept = word.len() - lost(word);
        match self.copies.copies_of(word) {
            [copy] if kept >= 3 && 2 * kept >= word.len() => Some(BestReading {
                characters: copy.characters.clone(),
                posterior: 1.0,
                #[cfg(test)]
                evidence: [0.0; EVIDENCE],
            }),
            _ => None,
        }
    }
}

fn lost(word: &[Glyph]) -> usize {
    word.iter().filter(|glyph| matches!(glyph, Glyph::Lost(_))).count()
}

/// The best reading of a token, for its neighbors.
#[derive(Clone, Copy)]
struct ChosenToken {
    kinds: TokenKinds,
    posterior: f32,
}

impl ChosenToken {
    const EDGE: Self = Self { kinds: TokenKinds::EDGE, posterior: 1.0 };
}

fn chosen(column: &LatticeColumn, posteriors: &[f32]) -> ChosenToken {
    match column {
        LatticeColumn::Known(kinds) => ChosenToken { kinds: *kinds, posterior: 1.0 },
        LatticeColumn::Damaged(readings) => {
            readings.all.iter().zip(posteriors).max_by(|(_, a), (_, b)| a.total_cmp(b)).map_or(
                ChosenToken { kinds: TokenKinds::OTHER, posterior: 0.0 },
                |(reading, &posterior)| ChosenToken { kinds: reading.kinds, posterior },
            )
        }
    }
}

fn best(
    table: &LanguageTable,
    word: &[Glyph],
    readings: &WordReadings,
    posteriors: &[f32],
    chosen: &[ChosenToken],
    number: usize,
) -> Option<BestReading> {
    let pattern = table.letters.pattern(word)?;
    let mut ranked: Vec<(&WordReading, f32)> =
        readings.all.iter().zip(posteriors.iter().copied()).collect();
    ranked.sort_by(|(_, a), (_, b)| b.total_cmp(a));
    let &(reading, posterior) = ranked.first()?;
    let second = ranked.get(1).map(|&(reading, _)| reading);
    let characters: Option<Vec<char>> = word
        .iter()
        .zip(&reading.codes)
        .enumerate()
        .map(|(at, (&glyph, &code))| match glyph {
            Glyph::Kept(character) => Some(character),
            Glyph::Lost(lead) => {
                let upper = if at == 0 { reading.first_upper } else { pattern.rest_upper };
                table.letters.restored(lead, code, upper)
            }
        })
        .collect();
    let neighbor =
        |at: Option<usize>| at.and_then(|at| chosen.get(at)).copied().unwrap_or(ChosenToken::EDGE);
    let (before, after) = (neighbor(number.checked_sub(1)), neighbor(Some(number + 1)));
    let both = |link: &dyn Fn(TokenKinds) -> f32| {
        let own = link(reading.kinds);
        [own, second.map_or(own, |second| link(second.kinds))]
    };
    let best = BestAmongNeighbors {
        reading,
        second,
        posterior,
        before: both(&|kinds| table.transitions.link(before.kinds, kinds)),
        after: both(&|kinds| table.transitions.link(kinds, after.kinds)),
        sureness_before: before.posterior,
        sureness_after: after.posterior,
    };
    let evidence = evidence(table, &pattern, lost(word), readings, &best);
    Some(BestReading {
        characters: characters?,
        posterior: table.confidence.confidence(&evidence),
        #[cfg(test)]
        evidence,
    })
}
