//! What is remembered of a page.

use copydesk_clean::{Outcome, Record};

use super::banding::Banding;
use super::sketch::{Sketch, distinct};
use crate::tokens::{tokens, words};

/// Words from which on texts are compared. In shorter ones a word makes too much of a difference.
const MIN_WORDS: usize = 20;

/// What a page is known by: made on any thread, and compared in the order of the pages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Print {
    pub(super) fingerprint: u64,
    pub(super) near: Option<Near>,
}

/// What texts are found by that are nearly the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Near {
    /// One for each band.
    pub(super) keys: Vec<u32>,
    pub(super) sketch: Sketch,
}

/// Makes [`Print`]s for one threshold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Printer {
    pub(super) banding: Banding,
}

impl Printer {
    /// For finding texts of which the share `threshold` is the same; in [0.5, 1], and taken for the nearest
    /// end beyond.
    pub fn new(threshold: f64) -> Self {
        Self { banding: Banding::new(threshold) }
    }

    /// The print of a page. `None` for pages that cannot be duplicates: those without text, and those that
    /// were read in part, since the rest may differ.
    pub fn print(&self, record: &Record) -> Option<Print> {
        if record.outcome != Outcome::Ok {
            return None;
        }
        let fingerprint = u64::from_str_radix(&record.fingerprint, 16).ok()?;
        let tokens = tokens(&record.text);
        let near = (words(&tokens) >= MIN_WORDS).then(|| {
            let shingles = distinct(&tokens);
            let keys = self.banding.keys(&shingles);
            Near { keys, sketch: Sketch::new(shingles) }
        });
        Some(Print { fingerprint, near })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_texts_are_known_by_their_fingerprint_only_and_failures_not_at_all() {
        let record = |words: usize| Record {
            outcome: Outcome::Ok,
            text: "ferry ".repeat(words),
            fingerprint: "00000000000000ff".into(),
            ..Record::default()
        };
        let printer = Printer::new(0.8);
        let short = printer.print(&record(19)).unwrap();
        assert_eq!(short, Print { fingerprint: 255, near: None });
        let long = printer.print(&record(20)).unwrap().near.unwrap();
        assert_eq!((long.keys.len(), long.sketch.hashes.len()), (12, 1));
        assert_eq!(printer.print(&Record::default()), None);
        let failed = Record { outcome: Outcome::Error, ..record(20) };
        assert_eq!(printer.print(&failed), None);
    }
}
