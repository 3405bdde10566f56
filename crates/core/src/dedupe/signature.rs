//! The signature of a text, by which it is compared with others.

use copydesk_clean::{Record, RecordOutcome};

use super::banding::Banding;
use super::sketch::{BottomKSketch, distinct};
use crate::tokens::{tokens, words};

/// The fewest words for near duplicates. In a shorter text, one different word changes the similarity too much.
const MIN_WORDS: usize = 20;

/// The signature of a page. It can be computed on any thread; signatures are compared in the order of the pages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextSignature {
    pub(super) fingerprint: u64,
    pub(super) near: Option<NearSignature>,
}

#[cfg(test)]
impl TextSignature {
    /// The signature of a short text, which is compared by its fingerprint alone.
    pub(crate) fn exact(fingerprint: u64) -> Self {
        Self { fingerprint, near: None }
    }
}

/// The part of a signature that finds near duplicates.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct NearSignature {
    /// One key for each band.
    pub(super) keys: Vec<u32>,
    pub(super) sketch: BottomKSketch,
}

/// Computes [`TextSignature`]s for one threshold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextSigner {
    pub(super) banding: Banding,
}

impl TextSigner {
    /// A signer for near duplicates with a similarity of at least `threshold`, which is clamped to [0.5, 1].
    pub fn new(threshold: f64) -> Self {
        Self { banding: Banding::new(threshold) }
    }

    /// The signature of a page. `None` for pages that are not compared: those without text, and those that were read
    /// only in part, because the rest may differ.
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
        let signer = TextSigner::new(0.8);
        let short = signer.sign(&record(19)).unwrap();
        assert_eq!(short, TextSignature { fingerprint: 255, near: None });
        let long = signer.sign(&record(20)).unwrap().near.unwrap();
        assert_eq!((long.keys.len(), long.sketch.hashes.len()), (12, 1));
        assert_eq!(signer.sign(&Record::default()), None);
        let failed = Record { outcome: RecordOutcome::Error, ..record(20) };
        assert_eq!(signer.sign(&failed), None);
    }
}
