//! What phrases and forms say by themselves, before anything was fitted: a lexicon says how surely a
//! line is clutter, while labelled pages hold too few of most phrases to learn it from.

use super::evidence::ScoreEvidence;
use super::measure::TextEnding;
use crate::ClutterClass;
use crate::segment::{BlockKind, ElementContext};

/// The most that is added of what the rules say. The trees see it too, as a feature, and were fitted on
/// top: train/forest.py has the same figures.
const MOST_AGAINST: f32 = 10.0;
const MOST_FOR: f32 = 1.5;

/// The share of a page's running words that an article has at least, before its readers' comments.
const ARTICLE_SHARE: f32 = 0.75;
/// How much `<figcaption>` speaks against its text.
const CAPTION: f32 = 2.0;
/// How much a headline of another story speaks against itself.
const FOREIGN_LINE: f32 = 6.0;
/// How much a sentence after text speaks for itself.
const SENTENCE_AFTER_TEXT: f32 = 1.5;

/// From here on, phrases decide unless much speaks against them.
const STRONG_PHRASES: f32 = 2.0;
/// The same of a label in text.
const LABEL_PHRASES: f32 = 1.0;
/// The same in a paragraph of running text.
const LONG_STRONG_PHRASES: f32 = 3.5;
/// The weight of phrases that hardly stand anywhere else than in clutter.
const UNMISTAKABLE: f32 = 4.5;
/// How much a phrase counts that is the whole block, one in a line that is no sentence, and one that
/// is a part of running text.
const WHOLE_FACTOR: f32 = 2.0;
const LINE_FACTOR: f32 = 1.7;
const PART_FACTOR: f32 = 1.3;
/// What the form of a breadcrumb says.
const BREADCRUMB: f32 = 4.0;

/// The log-odds that rules speak against a block.
pub(super) fn log_odds(evidence: &ScoreEvidence<'_>, index: usize) -> f32 {
    phrases(evidence, index)
        + section(evidence, index)
        + foreign_line(evidence, index)
        + caption(evidence, index)
}

/// What the label says that opened the section in which a block stands. The references of labelled
/// pages take some comments, teasers and prompts for content.
fn section(evidence: &ScoreEvidence<'_>, index: usize) -> f32 {
    let Some((class, ago)) = evidence.sections.get(index).copied().flatten() else { return 0.0 };
    let label = index.checked_sub(ago).and_then(|label| evidence.structure.arrangements.get(label));
    match (class, evidence.page.is_text) {
        // On a forum the answers are the page; under an article most of the text stands before them.
        (ClutterClass::Comments, false) => {
            let follows_text = label.is_some_and(|label| label.running_position > ARTICLE_SHARE);
            if follows_text { 6.0 } else { 1.0 }
        }
        (ClutterClass::Paywall, false) => 4.0,
        (ClutterClass::Comments, true) | (ClutterClass::Advert, false) => 2.5,
        (
            ClutterClass::Newsletter
            | ClutterClass::Share
            | ClutterClass::Consent
            | ClutterClass::Related,
            false,
        ) => 1.5,
        (ClutterClass::Paywall | ClutterClass::Newsletter, true) => 1.0,
        (ClutterClass::Related, true) => 0.5,
        _ => 0.0,
    }
}

/// A picture's caption is a field of the record, and no part of the text.
fn caption(evidence: &ScoreEvidence<'_>, index: usize) -> f32 {
    let Some(block) = evidence.page.blocks.get(index) else { return 0.0 };
    let context = evidence.page.element_of(block).context;
    let is_caption =
        context.has(ElementContext::FIGCAPTION_TAG) && !context.has(ElementContext::TABLE_TAG);
    if is_caption { CAPTION } else { 0.0 }
}

/// In text, another story's headline, and the short line after it.
fn foreign_line(evidence: &ScoreEvidence<'_>, index: usize) -> f32 {
    let is_foreign = || evidence.is_foreign_line(index) || evidence.is_after_foreign_line(index);
    if evidence.page.is_text && is_foreign() { FOREIGN_LINE } else { 0.0 }
}

fn phrases(evidence: &ScoreEvidence<'_>, index: usize) -> f32 {
    let (Some(phrases), Some(block)) =
        (evidence.phrases.get(index), evidence.page.blocks.get(index))
    else {
        return 0.0;
    };
    let breadcrumb = if evidence.is_breadcrumb(index) { BREADCRUMB } else { 0.0 };
    let total = phrases.total();
    let is_prompt =
        evidence.phrases.get(index + 1).is_some_and(|next| next.total() >= STRONG_PHRASES);
    let runs_on = !is_prompt
        && evidence.structure.arrangements.get(index + 1).is_some_and(|next| next.is_running);
    // A label of a line of its own is a heading if text follows it, and else a button or menu word.
    let is_label = evidence.page.is_text && phrases.coverage > 0.9 && !runs_on;
    if total < if is_label { LABEL_PHRASES } else { STRONG_PHRASES } {
        return breadcrumb - sentence_after_text(evidence, index, total);
    }
    let is_topic = phrases.strongest.is_some_and(|(rule, _)| {
        matches!(rule.class, ClutterClass::Related | ClutterClass::Navigation | ClutterClass::Other)
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
    let is_unmistakable = phrases.strongest.is_some_and(|(rule, _)| rule.weight >= UNMISTAKABLE);
    let is_line = measure.words < 20.0 && measure.ending == TextEnding::Open;
    let factor = match phrases.coverage {
        coverage if coverage > 0.9 => WHOLE_FACTOR,
        _ if is_line || is_unmistakable => LINE_FACTOR,
        _ => PART_FACTOR,
    };
    factor * total.min(6.0) + breadcrumb
}

/// What the rules add to the learned log-odds.
pub(super) fn offset(against: f32) -> f32 {
    (-against).clamp(-MOST_AGAINST, MOST_FOR)
}

/// What speaks for a short sentence right after running text, in text: the last paragraph of an
/// article is often one.
fn sentence_after_text(evidence: &ScoreEvidence<'_>, index: usize, phrases: f32) -> f32 {
    let Some(measure) = evidence.measures.get(index) else { return 0.0 };
    let follows_text = index
        .checked_sub(1)
        .and_then(|before| evidence.structure.arrangements.get(before))
        .is_some_and(|place| place.is_running);
    let is_free = evidence.sections.get(index).is_none_or(Option::is_none);
    let is_sentence = measure.ending == TextEnding::Sentence && measure.words >= 5.0;
    if evidence.page.is_text && is_sentence && follows_text && is_free && phrases < 1.0 {
        SENTENCE_AFTER_TEXT
    } else {
        0.0
    }
}
