//! What phrases and forms say by themselves, before anything was fitted: a lexicon says how surely a
//! line is clutter, while labelled pages hold too few of most phrases to learn it from.

use super::classes;
use super::features::Evidence;
use super::measure::Ending;
use crate::Class;
use crate::segment::BlockKind;

/// The log-odds that rules speak against a block.
pub(super) fn log_odds(evidence: &Evidence<'_>, index: usize) -> f32 {
    let (Some(phrases), Some(block)) =
        (evidence.phrases.get(index), evidence.page.blocks.get(index))
    else {
        return 0.0;
    };
    let breadcrumb = if classes::is_breadcrumb(evidence, index) { BREADCRUMB } else { 0.0 };
    let total = phrases.total();
    if total < STRONG_PHRASES {
        return breadcrumb - sentence_after_text(evidence, index, total);
    }
    let runs_on = evidence.structure.places.get(index + 1).is_some_and(|next| next.is_running);
    let is_topic = phrases.strongest.is_some_and(|(rule, _)| {
        matches!(rule.class, Class::Related | Class::Navigation | Class::Other)
    });
    // "Related" above running text is a heading like others.
    if runs_on && is_topic && matches!(block.kind, BlockKind::Heading(_)) {
        return 0.0;
    }
    let Some(measure) = evidence.measures.get(index) else { return 0.0 };
    // A paragraph that quotes a prompt is none.
    if measure.words >= 22.0 && phrases.coverage < 0.3 && total < LONG_STRONG_PHRASES {
        return 0.0;
    }
    let is_line = measure.words < 20.0 && measure.ending == Ending::Open;
    let factor = match phrases.coverage {
        coverage if coverage > 0.9 => WHOLE_FACTOR,
        _ if is_line => LINE_FACTOR,
        _ => PART_FACTOR,
    };
    factor * total.min(6.0) + breadcrumb
}

/// What speaks for a short sentence right after running text, in text: the last paragraph of an
/// article is often one.
fn sentence_after_text(evidence: &Evidence<'_>, index: usize, phrases: f32) -> f32 {
    let Some(measure) = evidence.measures.get(index) else { return 0.0 };
    let follows_text = index
        .checked_sub(1)
        .and_then(|before| evidence.structure.places.get(before))
        .is_some_and(|place| place.is_running);
    let is_free = evidence.sections.get(index).is_none_or(Option::is_none);
    let is_sentence = measure.ending == Ending::Sentence && measure.words >= 5.0;
    if evidence.page.is_text && is_sentence && follows_text && is_free && phrases < 1.0 {
        SENTENCE_AFTER_TEXT
    } else {
        0.0
    }
}

/// How much that speaks.
const SENTENCE_AFTER_TEXT: f32 = 1.5;

/// From here on, phrases decide unless much speaks against them.
const STRONG_PHRASES: f32 = 2.0;
/// The same in a paragraph of running text.
const LONG_STRONG_PHRASES: f32 = 3.5;
/// How much a phrase counts that is the whole block, one in a line that is no sentence, and one that
/// is a part of running text.
const WHOLE_FACTOR: f32 = 2.0;
const LINE_FACTOR: f32 = 1.7;
const PART_FACTOR: f32 = 1.3;
/// What the form of a breadcrumb says.
const BREADCRUMB: f32 = 4.0;
