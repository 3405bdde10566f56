//! What is remembered of a page.

use copydesk_clean::{Record, RecordOutcome};

use super::banding::Banding;
use super::sketch::{BottomKSketch, distinct};
use crate::tokens::{tokens, words};

/// Words from which on texts are compared. In shorter ones a word makes too much of a difference.
const MIN_WORDS: usize = 20;

/// What a page is known by: made on any thread, and compared in the order of the pages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextSignature {
    pub(super) fingerprint: u64,
    pub(super) near: Option<NearSignature>,
}

/// What texts are found by that are nearly the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct NearSignature {
    /// One for each band.
    pub(super) keys: Vec<u32>,
    pub(super) sketch: BottomKSketch,
}

/// Makes [`TextSignature`]s for one threshold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextSigner {
    pub(super) banding: Banding,
}

impl TextSigner {
    /// For finding texts of which the share `threshold` is the same; in [0.5, 1], and taken for the nearest
    /// end beyond.
    pub fn new(threshold: f64) -> Self {
        Self { banding: Banding::new(threshold) }
    }

    /// The print of a page. `None` for pages that cannot be duplicates: those without text, and those that
    /// were read in part, since the rest may differ.
    pub fn sign(&self, record: &Record) -> Option<TextSignature> {
        if record.outcome != RecordOutcome::Ok {
            return None;
        }
        let fingerprint = u64::from_str_radix(&record.fingerprint, 16).ok()?;
        let tokens = tokens(&record.text);
        let near = (words(&tokens) >= MIN_WORDS).then(|| {
            let shingles = distinct(&tokens);
            let keys = self.banding.keys(&shingles);
            NearSignature { keys, sketch: BottomKSketch::new(shingles) }
        });
        Some(TextSignature { fingerprint, near })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_texts_are_known_by_their_fingerprint_only_and_failures_not_at_all() {
        let record = |words: usize| Record {
            outcome: RecordOutcome::Ok,
            text: "ferry ".repeat(words),
            fingerprint: "00000000000000ff".into(),
            ..Record::default()
        };
        let printer = TextSigner::new(0.8);
        let short = printer.sign(&record(19)).unwrap();
        assert_eq!(short, TextSignature { fingerprint: 255, near: None });
        let long = printer.sign(&record(20)).unwrap().near.unwrap();
        assert_eq!((long.keys.len(), long.sketch.hashes.len()), (12, 1));
        assert_eq!(printer.sign(&Record::default()), None);
        let failed = Record { outcome: RecordOutcome::Error, ..record(20) };
        assert_eq!(printer.sign(&failed), None);
    }
}
