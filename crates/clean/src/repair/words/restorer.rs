//! Restores line by line.

use std::collections::HashMap;
use std::ops::Range;

use super::confidence::{confidence, evidence};
use super::context::fixed;
use super::copies::Copies;
use super::language::Languages;
use super::lattice::{self, Column, LONGEST_WORD, Reading, Readings};
#[cfg(test)]
use super::table::EVIDENCE;
use super::table::Table;
use super::tokens::{Token, tokens};
use super::{Found, Glyph};

/// How many tokens are weighed against each other at a time.
const WINDOW: usize = 200;
/// How many lost characters of different words of a text are read; the rest stays as it is.
const MAX_LOST: usize = 100_000;

/// Restores the lines of one text.
pub(super) struct Restorer<'a> {
    tables: &'a [Table],
    copies: Copies,
    languages: Languages,
    lost_left: usize,
    read: HashMap<(usize, Vec<Glyph>, bool), Column>,
}

/// The best reading of a damaged word.
pub(super) struct Best {
    pub(super) characters: Vec<char>,
    pub(super) posterior: f32,
    /// For measuring.
    #[cfg(test)]
    pub(super) evidence: [f32; EVIDENCE],
}

impl<'a> Restorer<'a> {
    pub(super) fn new(tables: &'a [Table], lines: &[Vec<Glyph>], clean: &[&str]) -> Self {
        let all: Vec<&[Glyph]> = lines.iter().map(Vec::as_slice).collect();
        Self {
            tables,
            copies: Copies::of(lines, clean),
            languages: Languages::of(tables, &all),
            read: HashMap::new(),
            lost_left: MAX_LOST,
        }
    }

    pub(super) fn restore(mut self, lines: &[Vec<Glyph>]) -> Vec<Vec<Option<Found>>> {
        lines.iter().map(|line| self.line(line)).collect()
    }

    fn line(&mut self, line: &[Glyph]) -> Vec<Option<Found>> {
        let mut found: Vec<Option<Found>> = vec![None; line.len()];
        let table = self.language(line);
        let threshold = table.map_or(1.0, |table| self.tables[table].weights.threshold);
        for (at, best) in self.words(line, table) {
            let Some(best) = best.filter(|best| best.posterior >= threshold) else { continue };
            for (slot, &character) in found.iter_mut().skip(at.start).zip(&best.characters) {
                *slot = Some(Found { character, posterior: best.posterior });
            }
        }
        line.iter()
            .zip(found)
            .filter(|(glyph, _)| matches!(glyph, Glyph::Lost(_)))
            .map(|(_, found)| found)
            .collect()
    }

    /// The language of a line, by its table's number.
    pub(super) fn language(&mut self, line: &[Glyph]) -> Option<usize> {
        self.languages.of_line(self.tables, line)
    }

    /// How well each table explains the text, as text.
    #[cfg(test)]
    pub(super) fn fits(&self, _line: &[Glyph]) -> String {
        self.languages.describe()
    }

    /// The damaged words of a line with their best readings.
    pub(super) fn words(
        &mut self,
        line: &[Glyph],
        table: Option<usize>,
    ) -> Vec<(Range<usize>, Option<Best>)> {
        let tokens = tokens(line);
        let Some(number) = table else {
            return tokens
                .iter()
                .filter_map(|token| match token {
                    Token::Word { at, is_damaged: true } => {
                        Some((at.clone(), self.copied(&line[at.clone()])))
                    }
                    _ => None,
                })
                .collect();
        };
        let mut found = Vec::new();
        let mut begins_sentence = true;
        for window in tokens.chunks(WINDOW) {
            let columns: Vec<Column> = window
                .iter()
                .map(|token| self.column(line, token, number, &mut begins_sentence))
                .collect();
            let table = &self.tables[number];
            let posteriors = lattice::posteriors(table, &columns);
            for ((token, column), posteriors) in window.iter().zip(&columns).zip(&posteriors) {
                let Token::Word { at, is_damaged: true } = token else { continue };
                let word = &line[at.clone()];
                let best = match column {
                    Column::Damaged(readings) => best(table, word, readings, posteriors),
                    Column::Known(_) => self.copied(word),
                };
                found.push((at.clone(), best));
            }
        }
        found
    }

    fn column(
        &mut self,
        line: &[Glyph],
        token: &Token,
        number: usize,
        begins_sentence: &mut bool,
    ) -> Column {
        let table = &self.tables[number];
        match token {
            Token::Number => Column::Known(fixed::NUMBER),
            Token::Mark(mark) => {
                if ".!?:«“„\"".contains(*mark) {
                    *begins_sentence = true;
                }
                Column::Known(lattice::kind_of_mark(*mark))
            }
            Token::Word { at, is_damaged } => {
                let begins = std::mem::replace(begins_sentence, false);
                let word = &line[at.clone()];
                if !is_damaged {
                    return Column::Known(lattice::kind_of(table, word));
                }
                if word.len() > LONGEST_WORD {
                    return Column::Known(fixed::OTHER);
                }
                let key = (number, word.to_vec(), begins);
                if let Some(column) = self.read.get(&key) {
                    return column.clone();
                }
                if self.lost_left == 0 {
                    return Column::Known(fixed::OTHER);
                }
                self.lost_left = self.lost_left.saturating_sub(lost(word));
                let pattern = table.letters.pattern(word);
                let column = pattern.map_or(Column::Known(fixed::OTHER), |pattern| {
                    let copies = &self.copies;
                    Column::Damaged(lattice::readings(table, &pattern, word, copies, begins))
                });
                self.read.insert(key, column.clone());
                column
            }
        }
    }

    /// A word that no table can read, of which there is one undamaged copy on the page.
    fn copied(&self, word: &[Glyph]) -> Option<Best> {
        let kept = word.len() - lost(word);
        match self.copies.of_word(word) {
            [copy] if kept >= 3 && 2 * kept >= word.len() => Some(Best {
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

fn best(table: &Table, word: &[Glyph], readings: &Readings, posteriors: &[f32]) -> Option<Best> {
    let pattern = table.letters.pattern(word)?;
    let (reading, &posterior): (&Reading, &f32) =
        readings.all.iter().zip(posteriors).max_by(|(_, a), (_, b)| a.total_cmp(b))?;
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
    let evidence = evidence(table, &pattern, lost(word), readings, reading, posterior);
    Some(Best {
        characters: characters?,
        posterior: confidence(table, &evidence),
        #[cfg(test)]
        evidence,
    })
}
