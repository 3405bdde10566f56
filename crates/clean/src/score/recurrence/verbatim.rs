//! Lines and sentences that many texts share word for word.
//!
//! Texts of several origins may come in one folder, so a share of all texts says little: an advert in eight of
//! ninety texts may be in all texts of its newspaper. But articles do not share whole lines by chance. So a line
//! counts if a few texts have it, whatever their share. The texts that have it are its group, found by what
//! their frames have in common.
//!
//! What articles do share is left alone: a passage that comes with its surroundings, since it was copied with
//! them; a passage of [`LONG_WORDS`] or more, which is syndicated, quoted or a legal note; a line in quotation
//! marks; a short line, which may be a heading, a dateline or a name; a line that looks like a headline; the first
//! line, which other texts may link to. Copies of one text were counted once.

use std::cmp::Reverse;
use std::ops::Range;

use super::frequency::{CountedPart, ramp};
use crate::fingerprints::BlockFingerprints;
use crate::score::KnownSite;
use crate::score::evidence::ScoreEvidence;
use crate::score::measure::{TextEnding, TextMeasures};
use crate::{FingerprintKind, FingerprintSupport};

/// Words from which a line can be recognized word for word, and from which it is not a formula that reporters use
/// ("The police are investigating the case.").
const MIN_WORDS: f32 = 6.0;
pub(super) const DISTINCT_WORDS: f32 = 12.0;
/// The texts with a line from which it recurs: at least, and one of this many texts of the run. In more texts, more
/// sentences are the same by chance.
const FORMULA: (u32, u32) = (4, 200);
const DISTINCT: (u32, u32) = (3, 5_000);
/// Texts above this number at which a line counts in full.
const MORE_TEXTS: f32 = 2.0;
/// The share of the words of a line that must be in recurring sentences.
const SENTENCE_SHARE: f32 = 0.8;
/// Words of a passage that is too long for a promotion.
pub(super) const LONG_WORDS: f32 = 80.0;

/// How often a line was counted word for word.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct VerbatimLine {
    /// Texts that have the line, or most of its sentences.
    pub(super) texts: u32,
    /// How much that weighs, in [0, 1].
    pub(super) strength: f32,
    /// Whether the line was counted or its sentences.
    pub(super) counted: CountedPart,
    /// Words of the recurring lines in a row that it is one of; 0 if it does not recur.
    pub(super) run_words: f32,
    surroundings: [u32; 2],
    /// Whether it is more than a sentence that reporters use within their paragraphs.
    is_distinct: bool,
}

/// How often each line of a text was counted word for word.
pub(super) fn verbatim_lines(
    site: KnownSite<'_>,
    evidence: &ScoreEvidence<'_>,
    fingerprints: &[Option<BlockFingerprints>],
) -> Vec<VerbatimLine> {
    let of = site.counts.pages(site.site);
    let first = fingerprints.iter().position(Option::is_some);
    let counted = |block: &Option<BlockFingerprints>| {
        block.as_ref().map(|block| line(site, block)).unwrap_or_default()
    };
    let mut lines: Vec<VerbatimLine> = fingerprints.iter().map(counted).collect();
    let measures = evidence.measures;
    let recurs = |at: usize| {
        let (Some(line), Some(measure)) = (lines.get(at), measures.get(at)) else { return false };
        line.is_distinct && line.texts >= texts_needed(measure.words, of)
    };
    for run in runs(lines.len(), recurs) {
        let run_words: f32 =
            measures.get(run.clone()).into_iter().flatten().map(|measure| measure.words).sum();
        let Some([before, after]) = lines.get(run.clone()).and_then(|lines| {
            Some([lines.first()?.surroundings[0], lines.last()?.surroundings[1]])
        }) else {
            continue;
        };
        for at in run {
            let (Some(line), Some(measure), Some(block)) =
                (lines.get_mut(at), measures.get(at), evidence.page.blocks.get(at))
            else {
                continue;
            };
            line.run_words = run_words;
            let is_promotion = measure.words >= MIN_WORDS
                && run_words < LONG_WORDS
                && Some(at) != first
                && !is_name(measure)
                && !is_quoted(evidence.page.text_of(block));
            if is_promotion {
                line.strength = strength(line.texts.min(before).min(after), measure.words, of);
            }
        }
    }
    lines
}

/// The count of one line: of its text, or of the sentences that make most of it, if they are in more texts.
fn line(site: KnownSite<'_>, block: &BlockFingerprints) -> VerbatimLine {
    let whole = site.counts.support(site.site, block.text, &block.position);
    let is_distinct = block.text.kind == FingerprintKind::Text
        || block.sentences.iter().any(|sentence| site.is_distinct(sentence));
    let whole = VerbatimLine {
        texts: whole.pages,
        surroundings: whole.surroundings,
        is_distinct,
        ..VerbatimLine::default()
    };
    let found: Vec<(f32, FingerprintSupport)> =
        block.sentences.iter().map(|sentence| (sentence.words, site.sentence(sentence))).collect();
    let ([(_, first), ..], [.., (_, last)]) = (&*found, &*found) else { return whole };
    let mut counts: Vec<(u32, f32)> =
        found.iter().map(|(words, found)| (found.pages, *words)).collect();
    counts.sort_unstable_by_key(|(texts, _)| Reverse(*texts));
    let all: f32 = counts.iter().map(|(_, words)| words).sum();
    let mut covered = 0.0;
    let most = counts.into_iter().find_map(|(texts, words)| {
        covered += words;
        (covered >= all * SENTENCE_SHARE).then_some(texts)
    });
    let texts = most.unwrap_or_default();
    if texts <= whole.texts {
        return whole;
    }
    let surroundings = [first.surroundings[0], last.surroundings[1]];
    let counted = CountedPart::Sentences;
    VerbatimLine { texts, counted, surroundings, is_distinct, ..VerbatimLine::default() }
}

/// The number of texts from which a passage of this many words recurs.
pub(super) fn texts_needed(words: f32, of: u32) -> u32 {
    let (least, one_of) = if words < DISTINCT_WORDS { FORMULA } else { DISTINCT };
    least.max(of / one_of)
}

/// How much a passage in this many texts weighs. One text fewer than needed is nothing.
pub(super) fn strength(texts: u32, words: f32, of: u32) -> f32 {
    let needed = texts_needed(words, of) as f32;
    ramp(texts as f32, (needed - 1.0, needed + MORE_TEXTS))
}

/// Whether a line is a headline or the name of a product.
fn is_name(measure: &TextMeasures) -> bool {
    measure.capitalized as f32 * 2.0 > measure.words && measure.ending != TextEnding::Sentence
}

pub(super) fn is_quoted(text: &str) -> bool {
    let is_mark =
        |c: char| matches!(c, '"' | '“' | '”' | '„' | '«' | '»' | '‘' | '「' | '」' | '『' | '』');
    text.starts_with(is_mark) || text.trim_end_matches(['.', ',']).ends_with(is_mark)
}

/// Maximal runs of numbers below `count` for which a condition holds.
pub(super) fn runs(count: usize, holds: impl Fn(usize) -> bool) -> Vec<Range<usize>> {
    let mut runs: Vec<Range<usize>> = Vec::new();
    for at in (0..count).filter(|at| holds(*at)) {
        match runs.last_mut() {
            Some(run) if run.end == at => run.end = at + 1,
            _ => runs.push(at..at + 1),
        }
    }
    runs
}
