//! Passages within a line that other texts have too, such as a promotion glued to the end of a paragraph.

use std::ops::Range;

use super::verbatim::{DISTINCT_WORDS, LONG_WORDS, is_quoted, runs, strength, texts_needed};
use super::{MIN_SITE_PAGES, RUNNING, reason, rule};
use crate::fingerprints::{SentenceFingerprint, is_text_group, sentence_fingerprints};
use crate::score::KnownSite;
use crate::{BlockPosition, Fingerprint, FingerprintKind, FingerprintSupport};

/// A passage of one or more whole sentences that recurs.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct RecurringPassage {
    /// Its position in the line, in bytes.
    pub(crate) range: Range<usize>,
    /// Texts that have each of its sentences.
    pub(crate) texts: u32,
    /// Texts that were counted.
    of: u32,
    /// Whether they were counted by a group.
    is_group: bool,
    /// How much that weighs, in [0, 1].
    strength: f32,
}

impl RecurringPassage {
    /// The log-odds that it is clutter.
    pub(crate) fn log_odds(&self) -> f32 {
        RUNNING * self.strength
    }

    /// The rule that it goes by.
    pub(crate) fn rule(&self) -> &'static str {
        rule(self.is_group)
    }

    /// How often it was counted, in words.
    pub(crate) fn reason(&self) -> String {
        reason("stands", self.texts, self.of, self.is_group)
    }
}

impl KnownSite<'_> {
    /// How often a sentence was counted, as a line and within lines.
    pub(crate) fn sentence(&self, sentence: &SentenceFingerprint) -> FingerprintSupport {
        self.counts.support(self.site, sentence.text, &BlockPosition::default())
    }

    /// The passages of a line that recur in other texts, in order. A line that recurs as a whole is one passage.
    pub(crate) fn passages(&self, line: &str) -> Vec<RecurringPassage> {
        let of = self.counts.pages(self.site);
        if of < MIN_SITE_PAGES {
            return Vec::new();
        }
        let sentences = sentence_fingerprints(line);
        let found: Vec<FingerprintSupport> =
            sentences.iter().map(|sentence| self.sentence(sentence)).collect();
        let recurs = |at: usize| {
            let (Some(sentence), Some(found)) = (sentences.get(at), found.get(at)) else {
                return false;
            };
            self.is_distinct(sentence) && found.pages >= texts_needed(sentence.words, of)
        };
        let is_group = is_text_group(self.site);
        let recurring = runs(sentences.len(), recurs).into_iter();
        recurring
            .filter_map(|run| {
                let (sentences, found) = (sentences.get(run.clone())?, found.get(run)?);
                let range = sentences.first()?.range.start..sentences.last()?.range.end;
                let words: f32 = sentences.iter().map(|sentence| sentence.words).sum();
                let texts = found.iter().map(|found| found.pages).min()?;
                let [before, after] =
                    [found.first()?.surroundings[0], found.last()?.surroundings[1]];
                let strength = strength(texts.min(before).min(after), words, of);
                let is_promotion =
                    strength > 0.0 && words < LONG_WORDS && !is_quoted(line.get(range.clone())?);
                is_promotion.then_some(RecurringPassage { range, texts, of, is_group, strength })
            })
            .collect()
    }

    /// Whether a sentence within a line can be recognized as clutter: it is long, or a line of its own in two texts or
    /// more. Reporters end paragraphs with the same short sentences.
    pub(super) fn is_distinct(&self, sentence: &SentenceFingerprint) -> bool {
        let line = Fingerprint { kind: FingerprintKind::Text, ..sentence.text };
        sentence.words >= DISTINCT_WORDS
            || self.counts.support(self.site, line, &BlockPosition::default()).pages >= 2
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::SiteRecurrence;

    const PROMOTION: &str =
        "Our handbook of knots is filled with tricks that every sailor on this coast should know.";
    const FORMULA: &str = "The harbor office did not answer our questions.";
    const LABEL: &str = "Read more of our coverage of the new ferry.";

    /// Counts of twenty texts.
    #[derive(Debug)]
    struct TwentyTexts;

    impl SiteRecurrence for TwentyTexts {
        fn pages(&self, site: &str) -> u32 {
            if site == "group:quay" { 20 } else { 0 }
        }

        fn support(&self, _: &str, print: Fingerprint, _: &BlockPosition) -> FingerprintSupport {
            let is = |text: &str| sentence_fingerprints(text)[0].text.hash == print.hash;
            let is_sentence = print.kind == FingerprintKind::Sentence;
            let pages = match () {
                () if is(PROMOTION) && is_sentence => 5,
                () if is(FORMULA) && is_sentence => 9,
                () if is(LABEL) => 9,
                () => 0,
            };
            FingerprintSupport { pages, surroundings: [pages; 2], ..FingerprintSupport::default() }
        }
    }

    fn passages(line: &str) -> Vec<(&str, u32)> {
        let known = KnownSite { counts: &TwentyTexts, site: "group:quay" };
        known
            .passages(line)
            .into_iter()
            .map(|found| (line.get(found.range).unwrap(), found.texts))
            .collect()
    }

    #[test]
    fn a_promotion_is_found_wherever_it_stands_in_a_line() {
        let own = "The boat sank before noon, said the man who had seen it from the pier.";
        assert_eq!(passages(PROMOTION), [(PROMOTION, 5)]);
        assert_eq!(passages(&format!("{own} {PROMOTION} Buy now")), [(PROMOTION, 5)]);
        assert_eq!(passages(&format!("{own}{PROMOTION}")), [(PROMOTION, 5)]);
        let both = format!("{PROMOTION} {LABEL}");
        assert_eq!(passages(&format!("{both} {own}")), [(&*both, 5)]);
    }

    #[test]
    fn short_sentences_within_lines_and_quotations_are_no_promotions() {
        assert_eq!(passages(&format!("The ferry was late again. {FORMULA}")), []);
        assert_eq!(passages(&format!("“{PROMOTION}”")), []);
        assert_eq!(passages(&[PROMOTION; 6].join(" ")), [], "a long passage is syndicated");
        let unknown = KnownSite { counts: &TwentyTexts, site: "group:other" };
        assert_eq!(unknown.passages(PROMOTION), []);
    }
}
