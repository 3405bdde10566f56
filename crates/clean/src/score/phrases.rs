//! The clutter phrases in each block of a page.

use std::ops::Range;

use super::measure::{TextEnding, TextMeasures};
use crate::ClutterClass;
use crate::lexicon::{Lexicon, LexiconRule, NormalizedText, PhrasePosition};
use crate::segment::SegmentedPage;

/// Bytes of a block that are searched. A phrase further down a long paragraph says little.
const MAX_BYTES: usize = 280;

/// The log-odds that a byline phrase gains in a line of little but names.
const NAME_LINE: f32 = 2.5;

/// The phrases of one block as evidence.
#[derive(Clone, Debug, Default)]
pub(crate) struct PhraseEvidence<'a> {
    /// Log-odds by class.
    pub(crate) by_class: [f32; ClutterClass::ALL.len()],
    /// The rule with the largest weight, and that weight.
    pub(crate) strongest: Option<(&'a LexiconRule, f32)>,
    /// The class of the section that the block opens.
    pub(crate) opens: Option<ClutterClass>,
    /// The sum over the classes.
    total: f32,
    /// The share of the block that phrases cover, at most 1.
    pub(crate) coverage: f32,
}

impl PhraseEvidence<'_> {
    /// The log-odds of all classes together.
    pub(crate) fn total(&self) -> f32 {
        self.total
    }
}

/// The normalized texts of blocks, as far as they are searched.
pub(crate) fn normalized(page: &SegmentedPage) -> Vec<NormalizedText> {
    let head = |text: &str| {
        let end = text.floor_char_boundary(MAX_BYTES);
        NormalizedText::new(text.get(..end).unwrap_or_default())
    };
    page.blocks.iter().map(|block| head(page.text_of(block))).collect()
}

/// Finds the phrases of every block.
pub(crate) fn find<'a>(
    page: &SegmentedPage,
    texts: &[NormalizedText],
    measures: &[TextMeasures],
    lexicon: &'a Lexicon,
) -> Vec<PhraseEvidence<'a>> {
    page.blocks
        .iter()
        .zip(texts)
        .zip(measures)
        .map(|((block, text), measure)| {
            evidence(lexicon, text, (block.end - block.start) as usize, measure)
        })
        .collect()
}

/// The phrases of a text of so many bytes, whose beginning is `block`.
pub(super) fn evidence<'a>(
    lexicon: &'a Lexicon,
    block: &NormalizedText,
    bytes: usize,
    measure: &TextMeasures,
) -> PhraseEvidence<'a> {
    let mut found = PhraseEvidence::default();
    let mut weights: Vec<(&'a LexiconRule, f32)> = Vec::new();
    let mut parts: Vec<(Range<usize>, &'a LexiconRule)> = Vec::new();
    // Hits borrow the block. Only their rules, which borrow the lexicon, are kept.
    lexicon.for_each_hit(block, &mut |hit| {
        if !hit.is_in_place {
            parts.push((hit.range, hit.rule));
            return;
        }
        found.coverage = (found.coverage + hit.coverage).min(1.0);
        if hit.rule.at == PhrasePosition::Opens {
            found.opens = Some(hit.rule.class);
        }
        add(&mut weights, hit.rule, diluted(hit.rule, hit.coverage, bytes, measure));
    });
    if found.coverage < 1.0 && is_made_of(&parts, block) {
        found.coverage = 1.0;
        for (_, rule) in &parts {
            add(&mut weights, rule, rule.weight);
        }
    }
    weights.sort_by(|left, right| right.1.total_cmp(&left.1));
    for (rule, weight) in &weights {
        let sum = &mut found.by_class[rule.class.index()];
        // Rules of one class are not independent, so all but the first add half.
        *sum += if *sum > 0.0 { weight / 2.0 } else { *weight };
    }
    let byline = &mut found.by_class[ClutterClass::Byline.index()];
    if *byline > 0.0 && is_name_line(measure) {
        *byline += NAME_LINE;
    }
    found.total = found.by_class.iter().sum();
    found.strongest = weights.first().copied();
    found
}

fn add<'a>(weights: &mut Vec<(&'a LexiconRule, f32)>, rule: &'a LexiconRule, weight: f32) {
    match weights.iter_mut().find(|(known, _)| std::ptr::eq(*known, rule)) {
        Some((_, best)) => *best = best.max(weight),
        None => weights.push((rule, weight)),
    }
}

/// The weight of a phrase in a block of this length: full in a short line, little in a long paragraph of
/// several sentences, unless the phrase hardly occurs outside of clutter.
fn diluted(rule: &LexiconRule, coverage: f32, bytes: usize, measure: &TextMeasures) -> f32 {
    let spread = (bytes as f32 / 160.0).max(1.0);
    // Quotation marks in a paragraph may mean that it quotes a prompt.
    let share = if measure.words >= 22.0 && measure.has_quote { 1.0 } else { 0.7 };
    let sentences = (measure.sentences as f32 * share).max(1.0);
    match rule.at {
        PhrasePosition::Whole | PhrasePosition::Opens => rule.weight,
        _ if rule.weight >= 4.5 => rule.weight / spread.sqrt().max(sentences),
        // A phrase at the start or the end of a line shows what the line is.
        PhrasePosition::Start | PhrasePosition::End => rule.weight / spread.max(sentences),
        PhrasePosition::Anywhere => {
            // A line that is not a sentence is likely to be what its phrases say.
            let is_line = measure.words < 16.0 && measure.ending == TextEnding::Open;
            let least = if is_line { 0.8 } else { 0.5 };
            rule.weight * (coverage * 2.0).clamp(least, 1.0) / spread.max(sentences)
        }
    }
}

/// Whether a block consists of whole phrases: buttons, menu words, share links.
fn is_made_of(parts: &[(Range<usize>, &LexiconRule)], block: &NormalizedText) -> bool {
    let core = block.core();
    if parts.len() < 2 || core.len() > 200 {
        return false;
    }
    let start = block.core_range().start;
    let is_covered =
        |offset: usize| parts.iter().any(|(range, _)| range.contains(&(start + offset)));
    core.contains(char::is_alphabetic)
        && core.char_indices().all(|(offset, c)| !c.is_alphanumeric() || is_covered(offset))
}

/// Whether a line looks like a byline: short, not a sentence, and made of capitalized words (names) or of parts
/// with bars or dots between them and a number (a date).
fn is_name_line(measure: &TextMeasures) -> bool {
    if measure.separators >= 1 && measure.words < 20.0 && measure.digits > 0 {
        return measure.ending != TextEnding::Sentence || measure.sentences <= 1;
    }
    (2.0..9.0).contains(&measure.words)
        && measure.ending == TextEnding::Open
        && measure.capitalized as f32 >= measure.words * 0.7
}
