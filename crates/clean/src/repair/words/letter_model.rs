//! A model of the letter sequences of a language. It gives the probability of words that no list
//! has.

use std::cmp::Ordering;

use super::letters::{EDGE, LONGEST_WORD};
use super::lexicon::{LetterSlot, SOFT_COST};
use super::reader::TableReader;
use super::sparse::SparseMap;

/// The beam width of the search: how many prefixes are continued.
const BEAM: usize = 24;
/// Maximum number of words from a search.
pub(super) const MAX_WORDS: usize = 6;
/// The step of the stored logarithms.
const STEP: f32 = 1.0 / 16.0;

/// The probabilities of a letter after up to four others.
#[derive(Debug)]
pub(super) struct LetterModel {
    letters: usize,
    /// After each two letters: the negative logarithm, in steps.
    dense: Vec<u8>,
    /// After three or four letters, stored only if it differs from the shorter context.
    longer: SparseMap,
}

/// A word made of letter sequences.
#[derive(Clone, Debug)]
pub(super) struct Spelling {
    pub(super) codes: Vec<u8>,
    pub(super) log_p: f32,
}

impl LetterModel {
    pub(super) fn read(reader: &mut TableReader<'_>, letters: usize) -> Option<Self> {
        let dense = reader.block()?.to_vec();
        let longer = SparseMap::read(reader)?;
        (dense.len() == (letters + 1).pow(3)).then_some(Self { letters, dense, longer })
    }

    /// The log-probability of a letter (or the edge) after the previous letters of the word.
    fn log_p(&self, before: &[u8], code: u8) -> f32 {
        // Before the first letter is the edge of the word. The context ends there.
        let back =
            |steps: usize| before.len().checked_sub(steps).and_then(|at| before.get(at)).copied();
        // The longest stored context wins; shorter ones are the fallback (backoff).
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

    /// The log-probability of a whole word.
    pub(super) fn word(&self, codes: &[u8]) -> f32 {
        let letters: f32 =
            codes.iter().enumerate().map(|(at, &code)| self.log_p(&codes[..at], code)).sum();
        letters + self.log_p(codes, EDGE)
    }

    /// The most likely words that fit the slots, and the log-probability of all words that were
    /// found.
    pub(super) fn search(&self, slots: &[LetterSlot]) -> (Vec<Spelling>, f32) {
        if slots.len() > LONGEST_WORD {
            return (Vec::new(), f32::NEG_INFINITY);
        }
        let mut beam = vec![WordPrefix { codes: [0; LONGEST_WORD], log_p: 0.0 }];
        let mut next = Vec::new();
        for (at, slot) in slots.iter().enumerate() {
            for beginning in &beam {
                let mut choices = slot.likely | slot.soft;
                while choices != 0 {
                    let code = u8::try_from(choices.trailing_zeros()).unwrap_or(EDGE);
                    choices &= choices - 1;
                    let cost = if slot.likely >> code & 1 == 0 { SOFT_COST } else { 0.0 };
                    let mut longer = *beginning;
                    longer.log_p += self.log_p(&beginning.codes[..at], code) - cost;
                    longer.codes[at] = code;
                    next.push(longer);
                }
            }
            std::mem::swap(&mut beam, &mut next);
            next.clear();
            // Ties are broken by the codes, so the same input always keeps the same prefixes.
            if beam.len() > BEAM {
                beam.select_nth_unstable_by(BEAM, best_first);
                beam.truncate(BEAM);
            }
        }
        for beginning in &mut beam {
            beginning.log_p += self.log_p(&beginning.codes[..slots.len()], EDGE);
        }
        beam.sort_by(best_first);
        let mass: f32 = beam.iter().map(|beginning| beginning.log_p.exp()).sum();
        let words = beam.iter().take(MAX_WORDS).map(|beginning| Spelling {
            codes: beginning.codes[..slots.len()].to_vec(),
            log_p: beginning.log_p,
        });
        (words.collect(), mass.ln())
    }
}

/// The first letters of a word.
#[derive(Clone, Copy)]
struct WordPrefix {
    codes: [u8; LONGEST_WORD],
    log_p: f32,
}

fn best_first(a: &WordPrefix, b: &WordPrefix) -> Ordering {
    b.log_p.total_cmp(&a.log_p).then_with(|| a.codes.cmp(&b.codes))
}
