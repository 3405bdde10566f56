//! Finds sentences of clutter inside of paragraphs that are kept: promotions, link sentences, credits.
//!
//! The model judges whole blocks, and a paragraph with a promotion at its end is content. So each sentence of a kept
//! paragraph is judged by its phrases alone, as if it were a line.

use std::ops::Range;

use super::BlockVerdict;
use super::measure::{TextEnding, TextMeasures};
use super::phrases::{self, PhraseEvidence};
use crate::ClutterClass;
use crate::lexicon::{Lexicon, NormalizedText};
use crate::units;

/// Log-odds from which a sentence is cut out. Higher than for lines, since a sentence in the middle of a paragraph is
/// likely to belong to it.
const CUT: f32 = 4.0;
/// Bytes of a sentence from which it is not judged: its phrases say little about it.
const MAX_SENTENCE_BYTES: usize = 600;
/// Bytes of a paragraph below which it is a line, not several sentences.
const MIN_PARAGRAPH_BYTES: usize = 40;

/// A sentence to cut out of a block.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ClutterSentence {
    /// Its bytes in the text of the block.
    pub(crate) range: Range<usize>,
    pub(crate) class: ClutterClass,
    /// The rule of the lexicon that weighed most.
    pub(crate) rule: String,
    /// The log-odds that it is clutter.
    pub(crate) log_odds: f32,
}

impl ClutterSentence {
    /// The verdict on it; with `explain` it names the rule.
    pub(crate) fn verdict(&self, explain: bool) -> BlockVerdict {
        BlockVerdict {
            class: Some(self.class),
            score: 1.0 / (1.0 + self.log_odds.exp()),
            rule: if explain { self.rule.clone() } else { String::new() },
            ..BlockVerdict::default()
        }
    }
}

/// The clutter sentences of a kept paragraph, in order. Empty if nothing would be left.
pub(super) fn clutter_sentences(text: &str, lexicon: &Lexicon) -> Vec<ClutterSentence> {
    if text.len() < MIN_PARAGRAPH_BYTES {
        return Vec::new();
    }
    let mut found = Vec::new();
    let mut others = 0;
    let mut quotations = QuotationDepth::default();
    for range in units::sentences(text) {
        let sentence = text.get(range.clone()).unwrap_or_default();
        let is_quoted = quotations.is_open();
        quotations.read(sentence);
        let clutter = if is_quoted { None } else { judged(sentence, lexicon) };
        match clutter {
            Some((class, rule, log_odds)) => {
                found.push(ClutterSentence { range, class, rule, log_odds });
            }
            None => others += 1,
        }
    }
    if others == 0 { Vec::new() } else { found }
}

fn judged(sentence: &str, lexicon: &Lexicon) -> Option<(ClutterClass, String, f32)> {
    if sentence.len() > MAX_SENTENCE_BYTES {
        return None;
    }
    let measure = TextMeasures::new(sentence);
    let evidence =
        phrases::evidence(lexicon, &NormalizedText::new(sentence), sentence.len(), &measure);
    let (rule, _) = evidence.strongest?;
    let log_odds = log_odds(&evidence, &measure);
    (log_odds >= CUT).then(|| (rule.class, rule.id.clone(), log_odds))
}

fn log_odds(evidence: &PhraseEvidence<'_>, measure: &TextMeasures) -> f32 {
    let is_line = measure.words < 20.0 && measure.ending == TextEnding::Open;
    let factor = match evidence.coverage {
        coverage if coverage > 0.9 => 2.0,
        _ if is_line => 1.7,
        _ => 1.3,
    };
    factor * evidence.total()
}

/// Whether a text is inside of a quotation, which may quote a prompt.
#[derive(Default)]
struct QuotationDepth {
    depth: u32,
    is_straight: bool,
}

impl QuotationDepth {
    fn is_open(&self) -> bool {
        self.depth > 0 || self.is_straight
    }

    fn read(&mut self, text: &str) {
        for character in text.chars() {
            match character {
                '“' | '«' | '「' => self.depth += 1,
                '”' | '»' | '」' => self.depth = self.depth.saturating_sub(1),
                '"' => self.is_straight = !self.is_straight,
                _ => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(text: &str) -> Vec<&str> {
        let found = clutter_sentences(text, &Lexicon::default());
        found.into_iter().map(|sentence| &text[sentence.range]).collect()
    }

    #[test]
    fn promotions_in_a_paragraph_are_found() {
        assert_eq!(
            cut("The ferry sailed again on Monday. Sign up for our newsletter. It was late."),
            ["Sign up for our newsletter."]
        );
        assert_eq!(cut("The ferry sailed again on Monday. It was late."), [""; 0]);
    }

    #[test]
    fn a_quoted_promotion_is_text() {
        assert_eq!(
            cut("The card said: “It is free. Sign up for our newsletter. Thank you.” She laughed."),
            [""; 0]
        );
    }

    #[test]
    fn a_paragraph_of_promotions_is_left_to_its_own_verdict() {
        assert_eq!(cut("Sign up for our newsletter. Sign up for our newsletter."), [""; 0]);
    }
}
