//! A model of the letter sequences of a language: how likely a word is that no list has.

use super::letters::EDGE;
use super::lexicon::{SOFT_COST, Slot};
use super::reader::Reader;
use super::sparse::Sparse;

/// How many beginnings of a word are followed at a time.
const BEAM: usize = 24;
/// How many words a search hands on.
pub(super) const MAX_WORDS: usize = 6;
/// A step of the stored logarithms.
const STEP: f32 = 1.0 / 16.0;

/// Probabilities of a letter after up to four others.
#[derive(Debug)]
pub(super) struct Chars {
    letters: usize,
    /// After each two letters: minus the logarithm, in steps.
    dense: Vec<u8>,
    /// After three or four, where that makes a difference.
    longer: Sparse,
}

/// A word made of letter sequences.
#[derive(Clone, Debug)]
pub(super) struct Spelling {
    pub(super) codes: Vec<u8>,
    pub(super) log_p: f32,
}

impl Chars {
    pub(super) fn read(reader: &mut Reader<'_>, letters: usize) -> Option<Self> {
        let dense = reader.block()?.to_vec();
        let longer = Sparse::read(reader)?;
        (dense.len() == (letters + 1).pow(3)).then_some(Self { letters, dense, longer })
    }

    /// Logarithm of the probability of a letter (or the edge) after others of the word.
    fn log_p(&self, before: &[u8], code: u8) -> f32 {
        // The word's edge stands before its first letter; nothing before that.
        let back =
            |steps: usize| before.len().checked_sub(steps).and_then(|at| before.get(at)).copied();
        for order in [5, 4] {
            if before.len() + 2 < order {
                continue;
            }
            let key = (1..order)
                .rev()
                .fold(1_u64, |key, steps| key << 6 | u64::from(back(steps).unwrap_or(EDGE)));
            if let Some(value) = self.longer.get(key << 6 | u64::from(code)) {
                return -STEP * f32::from(value);
            }
        }
        let width = self.letters + 1;
        let place = |steps| usize::from(back(steps).unwrap_or(EDGE));
        let at = (place(2) * width + place(1)) * width + usize::from(code);
        self.dense.get(at).map_or(-16.0, |&value| -STEP * f32::from(value))
    }

    /// Logarithm of the probability of a whole word.
    pub(super) fn word(&self, codes: &[u8]) -> f32 {
        let letters: f32 =
            codes.iter().enumerate().map(|(at, &code)| self.log_p(&codes[..at], code)).sum();
        letters + self.log_p(codes, EDGE)
    }

    /// The likeliest words that fit the slots, and the logarithm of the probability of all that were found.
    pub(super) fn search(&self, slots: &[Slot]) -> (Vec<Spelling>, f32) {
        let mut beam = vec![Spelling { codes: Vec::new(), log_p: 0.0 }];
        let mut next = Vec::new();
        for slot in slots {
            for spelling in &beam {
                let mut choices = slot.likely | slot.soft;
                while choices != 0 {
                    let code = choices.trailing_zeros() as u8;
                    choices &= choices - 1;
                    let cost = if slot.likely >> code & 1 == 0 { SOFT_COST } else { 0.0 };
                    let log_p = spelling.log_p + self.log_p(&spelling.codes, code) - cost;
                    let mut codes = Vec::with_capacity(slots.len());
                    codes.extend_from_slice(&spelling.codes);
                    codes.push(code);
                    next.push(Spelling { codes, log_p });
                }
            }
            std::mem::swap(&mut beam, &mut next);
            next.clear();
            best_first(&mut beam);
            beam.truncate(BEAM);
        }
        for spelling in &mut beam {
            spelling.log_p += self.log_p(&spelling.codes, EDGE);
        }
        best_first(&mut beam);
        let mass: f32 = beam.iter().map(|spelling| spelling.log_p.exp()).sum();
        beam.truncate(MAX_WORDS);
        (beam, mass.ln())
    }
}

fn best_first(beam: &mut [Spelling]) {
    beam.sort_by(|a, b| b.log_p.total_cmp(&a.log_p).then_with(|| a.codes.cmp(&b.codes)));
}
