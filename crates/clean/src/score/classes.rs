//! Which clutter class a block has if it is clutter.
//!
//! On pages this is learned, on top of the phrases that a block has. In text, and without a model that has learned it,
//! it follows phrases, names and form.

use super::evidence::ScoreEvidence;
use super::measure::{TextEnding, TextMeasures};
use super::sequence::{ClassEmission, FLOOR};
use crate::ClutterClass;
use crate::lexicon::LexiconRule;
use crate::model::ClassScores;
use crate::segment::{BlockKind, ElementContext};

/// Log-odds of a class without evidence, relative to the best class.
const UNLIKELY: f32 = -1.2;
/// The same for [`ClutterClass::Other`].
const OTHER: f32 = -0.5;
/// How much phrases count beside what was learned, and the most that they count. `train/classes.py` has the same
/// numbers, since the trees were fitted on top of the phrases.
const PHRASES: f32 = 0.5;
const MOST_PHRASES: f32 = 5.0;
/// How much it counts that a label such as "5 comments" opened the section. What readers write is like nothing else on
/// the page, and there are few labels to learn it from.
const COMMENTS_SECTION: f32 = 2.0;
/// The same for offers. A line such as "3 months" or "Save 20%" says nothing by itself, and the trees do not see what the
/// lines around it are.
const PAYWALL_SECTION: f32 = 2.0;

/// What elements and class names suggest: context, class, weight, and the name of the rule. In the order of
/// precedence for the rule's name.
const STRUCTURE: &[(ElementContext, ClutterClass, f32, &str)] = &[
    (ElementContext::NAV_TAG, ClutterClass::Navigation, 2.5, "nav"),
    (ElementContext::CONSENT_NAME, ClutterClass::Consent, 2.2, "consent-name"),
    (ElementContext::NEWSLETTER_NAME, ClutterClass::Newsletter, 2.0, "newsletter-name"),
    (ElementContext::COMMENT_NAME, ClutterClass::Comments, 2.0, "comment-name"),
    (ElementContext::SHARE_NAME, ClutterClass::Share, 2.0, "share-name"),
    (ElementContext::ADVERT_NAME, ClutterClass::Advert, 1.8, "advert-name"),
    (ElementContext::FIGCAPTION_TAG, ClutterClass::Caption, 3.0, "figcaption"),
    (ElementContext::CAPTION_NAME, ClutterClass::Caption, 2.0, "caption-name"),
    (ElementContext::RELATED_NAME, ClutterClass::Related, 1.5, "related-name"),
    (ElementContext::PAYWALL_NAME, ClutterClass::Paywall, 1.5, "paywall-name"),
    (ElementContext::BYLINE_NAME, ClutterClass::Byline, 1.5, "byline-name"),
    (ElementContext::TIME_TAG, ClutterClass::Byline, 1.5, "time"),
    (ElementContext::TAGS_NAME, ClutterClass::Navigation, 1.4, "tags-name"),
    (ElementContext::NAV_NAME, ClutterClass::Navigation, 1.4, "nav-name"),
    (ElementContext::LEGAL_NAME, ClutterClass::Legal, 1.2, "legal-name"),
    (ElementContext::TOC_NAME, ClutterClass::Navigation, 1.2, "toc-name"),
    (ElementContext::FOOTER_TAG, ClutterClass::Navigation, 1.0, "footer"),
    (ElementContext::FOOTER_NAME, ClutterClass::Navigation, 0.8, "footer-name"),
    (ElementContext::HEADER_TAG, ClutterClass::Navigation, 0.8, "header"),
    (ElementContext::HEADER_NAME, ClutterClass::Navigation, 0.7, "header-name"),
    (ElementContext::MODAL_NAME, ClutterClass::Notice, 0.9, "modal-name"),
    (ElementContext::DIALOG_TAG, ClutterClass::Notice, 1.0, "dialog"),
    (ElementContext::ASIDE_TAG, ClutterClass::Related, 0.8, "aside"),
    (ElementContext::SIDEBAR_NAME, ClutterClass::Related, 0.7, "sidebar-name"),
    (ElementContext::PROMO_NAME, ClutterClass::Advert, 0.5, "promo-name"),
];

/// For each block, the log-odds of each class relative to the best one. `learned` has what the model says of blocks
/// that may be clutter.
pub(super) fn emissions(
    evidence: &ScoreEvidence<'_>,
    learned: &[Option<ClassScores>],
) -> Vec<ClassEmission> {
    (0..evidence.page.blocks.len())
        .map(|index| {
            if let Some(scores) = learned.get(index).and_then(Option::as_ref) {
                return relative(with_phrases(evidence, index, *scores));
            }
            let mut sums = support(evidence, index);
            let best = sums.iter().copied().fold(0.0, f32::max);
            for (class, sum) in ClutterClass::ALL.into_iter().zip(&mut sums) {
                let base = match class {
                    ClutterClass::Other => OTHER,
                    _ if *sum <= 0.0 => UNLIKELY,
                    _ => 0.0,
                };
                *sum = base + *sum - best;
            }
            // The best class stands for clutter as such, whose cost is in the log-odds of the block already.
            let best = sums.iter().copied().fold(f32::NEG_INFINITY, f32::max);
            sums.map(|sum| sum.max(FLOOR) - best.max(-0.5))
        })
        .collect()
}

/// What the model says, with the phrases of the block and the label of its section.
fn with_phrases(
    evidence: &ScoreEvidence<'_>,
    index: usize,
    mut scores: ClassScores,
) -> ClassEmission {
    if let Some(phrases) = evidence.phrases.get(index) {
        for (score, weight) in scores.iter_mut().zip(phrases.by_class) {
            *score += PHRASES * weight.min(MOST_PHRASES);
        }
    }
    match evidence.sections.get(index).copied().flatten() {
        Some((ClutterClass::Comments, _)) => {
            scores[ClutterClass::Comments.index()] += COMMENTS_SECTION;
        }
        Some((ClutterClass::Paywall, _)) => {
            scores[ClutterClass::Paywall.index()] += PAYWALL_SECTION;
        }
        _ => {}
    }
    scores
}

fn relative(scores: ClassScores) -> ClassEmission {
    let best = scores.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    scores.map(|score| score - best)
}

/// The probability of a class among those of a block.
pub(super) fn confidence(emission: &ClassEmission, class: ClutterClass) -> f32 {
    let total: f32 = emission.iter().map(|odds| odds.exp()).sum();
    let own = emission.get(class.index()).map_or(0.0, |odds| odds.exp());
    own / total.max(f32::MIN_POSITIVE)
}

/// The rule of the strongest phrase in a block, if it is of this class.
pub(super) fn phrase_rule<'a>(
    evidence: &ScoreEvidence<'a>,
    index: usize,
    class: ClutterClass,
) -> Option<&'a LexiconRule> {
    let (rule, _) = evidence.phrases.get(index)?.strongest?;
    (rule.class == class).then_some(rule)
}

/// The rule that weighed most for a class: a phrase, an opened section, the form of the block, an element, or
/// else `reason`, the feature that weighed most against the block.
pub(super) fn rule(
    evidence: &ScoreEvidence<'_>,
    index: usize,
    class: ClutterClass,
    reason: &str,
) -> String {
    if let Some(rule) = phrase_rule(evidence, index, class) {
        return rule.id.clone();
    }
    if let Some((opened, _)) = evidence.sections.get(index).copied().flatten()
        && opened == class
    {
        return format!("section/{class}");
    }
    if class == ClutterClass::Navigation && evidence.is_breadcrumb(index) {
        return "form/breadcrumb".to_owned();
    }
    if evidence.page.is_text && class == ClutterClass::Notice && evidence.is_embed_link(index) {
        return "form/embed-link".to_owned();
    }
    if evidence.page.is_text && class == ClutterClass::Navigation && evidence.is_hashtag_run(index)
    {
        return "form/hashtags".to_owned();
    }
    if let Some(block) = evidence.page.blocks.get(index) {
        let context = evidence.page.element_of(block).context;
        if let Some((_, _, _, name)) = STRUCTURE
            .iter()
            .find(|(fact, suggested, _, _)| *suggested == class && context.has(*fact))
        {
            return format!("structure/{name}");
        }
    }
    format!("evidence/{reason}")
}

/// The log-odds for each class.
fn support(evidence: &ScoreEvidence<'_>, index: usize) -> ClassEmission {
    let mut sums = [0.0; ClutterClass::ALL.len()];
    let (Some(block), Some(phrases), Some(measure)) = (
        evidence.page.blocks.get(index),
        evidence.phrases.get(index),
        evidence.measures.get(index),
    ) else {
        return sums;
    };
    for (sum, weight) in sums.iter_mut().zip(phrases.by_class) {
        *sum += weight;
    }
    if let Some((class, ago)) = evidence.sections.get(index).copied().flatten() {
        sums[class.index()] += 2.0 - (ago as f32).min(20.0) / 20.0;
    }
    let context = evidence.page.element_of(block).context;
    for (fact, class, weight, _) in STRUCTURE {
        if context.has(*fact) {
            sums[class.index()] += weight;
        }
    }
    shape(evidence, index, measure, &mut sums);
    sums
}

/// Adds what the form of a block suggests.
fn shape(
    evidence: &ScoreEvidence<'_>,
    index: usize,
    measure: &TextMeasures,
    sums: &mut ClassEmission,
) {
    let Some(place) = evidence.structure.arrangements.get(index) else { return };
    if evidence.is_breadcrumb(index) {
        sums[ClutterClass::Navigation.index()] += 2.0;
    }
    if evidence.page.is_text && evidence.is_embed_link(index) {
        sums[ClutterClass::Notice.index()] += 2.0;
    }
    if evidence.page.is_text && evidence.is_hashtag_run(index) {
        sums[ClutterClass::Navigation.index()] += 2.0;
    }
    let kind = evidence.page.blocks.get(index).map(|block| block.kind);
    let short = measure.words < 6.0;
    if place.link_density > 0.7 || measure.separators >= 2 {
        let class = if short { ClutterClass::Navigation } else { ClutterClass::Related };
        sums[class.index()] += 0.8;
    }
    let mostly_digits = measure.digits * 3 >= measure.characters && measure.digits > 0;
    if mostly_digits && short {
        sums[ClutterClass::Byline.index()] += 0.3;
    }
    let is_headline = (6.0..30.0).contains(&measure.words)
        && measure.ending != TextEnding::Sentence
        && !measure.starts_with_sign;
    if is_headline && place.since_running > 2.0 {
        sums[ClutterClass::Related.index()] += 0.4;
    }
    if short && matches!(kind, Some(BlockKind::Heading(_))) {
        sums[ClutterClass::Navigation.index()] += 0.3;
    }
}
