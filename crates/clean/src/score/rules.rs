//! Rules that are not fitted: phrases and the form of blocks.
//!
//! A lexicon says how certainly a line is clutter. Labelled pages contain too few examples of most phrases to
//! learn that.

use super::evidence::ScoreEvidence;
use super::measure::TextEnding;
use crate::ClutterClass;
use crate::lexicon::PhrasePosition;
use crate::segment::{BlockKind, ElementContext};

/// Caps on what the rules add. The trees were fitted on top of the rules and see them as a feature, so
/// `train/forest.py` must have the same numbers.
const MOST_AGAINST: f32 = 10.0;
const MOST_FOR: f32 = 1.5;

/// The share of the running words of a page that must come before its comments for it to be an article.
const ARTICLE_SHARE: f32 = 0.75;
/// Log-odds against the text of `<figcaption>`.
const CAPTION: f32 = 3.5;
/// Log-odds against the headline of another story.
const FOREIGN_LINE: f32 = 6.0;
/// Log-odds against a headline in a list of related stories, in text.
const LISTED_STORY: f32 = 3.0;
/// Stories in such a list, at most.
const MAX_STORIES: usize = 10;
/// Log-odds against the link of an embedded post, and against a run of hashtags.
const FORM: f32 = 4.0;
/// Words of a line that begins with the button that closes a layer, at least.
const LAYER_WORDS: usize = 4;
/// Log-odds in favor of a sentence after text.
const SENTENCE_AFTER_TEXT: f32 = 1.5;

/// Words of a paragraph that is no part of a section of clutter.
const PROSE_WORDS: f32 = 20.0;

/// Log-odds from which phrases decide, unless much speaks against them.
const STRONG_PHRASES: f32 = 2.0;
/// The same for a label in text.
const LABEL_PHRASES: f32 = 1.0;
/// The same in a paragraph of running text.
const LONG_STRONG_PHRASES: f32 = 3.5;
/// The weight of phrases that hardly occur outside of clutter.
const UNMISTAKABLE: f32 = 4.5;
/// Log-odds against a breadcrumb.
const BREADCRUMB: f32 = 4.0;

/// The log-odds of all rules that a block is clutter.
pub(super) fn log_odds(evidence: &ScoreEvidence<'_>, index: usize) -> f32 {
    phrases(evidence, index)
        + section(evidence, index)
        + foreign_line(evidence, index)
        + caption(evidence, index)
        + form(evidence, index)
}

/// The log-odds from the label that opened a block's section. It must be a rule, since the references of
/// labelled pages take some comments, teasers and prompts for content.
fn section(evidence: &ScoreEvidence<'_>, index: usize) -> f32 {
    let Some((class, ago)) = evidence.sections.get(index).copied().flatten() else { return 0.0 };
    let label = index.checked_sub(ago).and_then(|label| evidence.structure.arrangements.get(label));
    // The article goes on after a box without an element of its own.
    let is_prose = !evidence.page.is_text
        && class != ClutterClass::Comments
        && evidence.measures.get(index).is_some_and(|measure| {
            measure.words >= PROSE_WORDS && measure.ending == TextEnding::Sentence
        })
        && evidence.phrases.get(index).is_some_and(|phrases| phrases.total() < 0.5)
        && evidence.structure.arrangements.get(index).is_some_and(|place| place.in_cluster);
    if is_prose {
        return 0.0;
    }
    match (class, evidence.page.is_text) {
        // On a forum the answers are the content. Under an article, most of the text comes before them.
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
        (ClutterClass::Related, true) if is_listed_story(evidence, index, ago) => LISTED_STORY,
        (ClutterClass::Related, true) => 0.5,
        _ => 0.0,
    }
}

/// Whether a line in a section of related stories is one of them: a headline, right after the label or another
/// line that is not a sentence. A button such as "Continue reading" is not a label of a list.
fn is_listed_story(evidence: &ScoreEvidence<'_>, index: usize, ago: usize) -> bool {
    let asks = |index: usize| {
        let block = evidence.page.blocks.get(index);
        block.is_some_and(|block| evidence.page.text_of(block).ends_with(['?', '？', '؟']))
    };
    let is_headline = |index: usize| {
        evidence.measures.get(index).is_some_and(|measure| {
            (3.0..25.0).contains(&measure.words)
                && (measure.ending != TextEnding::Sentence || asks(index))
                && !measure.starts_lower
        })
    };
    let is_heading = evidence
        .page
        .blocks
        .get(index)
        .is_some_and(|block| matches!(block.kind, BlockKind::Heading(_)));
    let Some(label) = index.checked_sub(ago) else { return false };
    let has_colon =
        evidence.measures.get(label).is_some_and(|measure| measure.ending == TextEnding::Colon);
    let is_label = has_colon
        || evidence.phrases.get(label).and_then(|phrases| phrases.strongest).is_some_and(
            |(rule, weight)| rule.at == PhrasePosition::Opens && weight >= STRONG_PHRASES,
        );
    let follows_story = || index.checked_sub(1).is_some_and(is_headline);
    is_label
        && ago <= MAX_STORIES
        && !is_heading
        && is_headline(index)
        && (ago == 1 || follows_story())
}

/// In text, lines that their form gives away.
fn form(evidence: &ScoreEvidence<'_>, index: usize) -> f32 {
    let has_form = || {
        evidence.is_embed_link(index)
            || evidence.is_hashtag_run(index)
            || is_closable_layer(evidence, index)
    };
    if evidence.page.is_text && has_form() { FORM } else { 0.0 }
}

/// Whether a line begins with the button that closes a layer over the page.
fn is_closable_layer(evidence: &ScoreEvidence<'_>, index: usize) -> bool {
    let text = evidence.page.blocks.get(index).map(|block| evidence.page.text_of(block));
    let after = text.and_then(|text| text.strip_prefix('×'));
    // A multiplication is shorter.
    after.is_some_and(|after| after.split_whitespace().nth(LAYER_WORDS).is_some())
}

/// Captions are a field of the record, and not part of the text.
fn caption(evidence: &ScoreEvidence<'_>, index: usize) -> f32 {
    let Some(block) = evidence.page.blocks.get(index) else { return 0.0 };
    let context = evidence.page.element_of(block).context;
    let is_caption =
        context.has(ElementContext::FIGCAPTION_TAG) && !context.has(ElementContext::TABLE_TAG);
    if is_caption { CAPTION } else { 0.0 }
}

/// In text, the headline of another story, and the short line after it.
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
    // A phrase that is a whole line is a heading if text follows it, else a button or a menu word.
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
    // A paragraph that quotes a prompt is not a prompt.
    if measure.words >= 22.0 && phrases.coverage < 0.3 && total < LONG_STRONG_PHRASES {
        return 0.0;
    }
    let is_unmistakable = phrases.strongest.is_some_and(|(rule, _)| rule.weight >= UNMISTAKABLE);
    phrases.factor(measure, is_unmistakable) * total.min(6.0) + breadcrumb
}

/// The log-odds that the rules add to those of the model.
pub(super) fn offset(against: f32) -> f32 {
    (-against).clamp(-MOST_AGAINST, MOST_FOR)
}

/// The log-odds in favor of a short sentence right after running text, in text. The last paragraph of an
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
