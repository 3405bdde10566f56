//! Which clutter class a block would be, if it is clutter.

use super::features::Evidence;
use super::measure::{Ending, Measures};
use super::sequence::Emission;
use crate::Class;
use crate::segment::{BlockKind, Context};

/// How much less probable a class is for which nothing speaks than the best one.
const UNLIKELY: f32 = -1.2;
/// The same for the class of what no class describes.
const OTHER: f32 = -0.5;
/// No class is further behind the best one: context may outweigh a phrase.
const FLOOR: f32 = -2.5;

/// What elements and class names suggest: context, class, weight, and the rule's name.
const STRUCTURE: &[(Context, Class, f32, &str)] = &[
    (Context::NAV_TAG, Class::Navigation, 2.5, "nav"),
    (Context::CONSENT_NAME, Class::Consent, 2.2, "consent-name"),
    (Context::NEWSLETTER_NAME, Class::Newsletter, 2.0, "newsletter-name"),
    (Context::COMMENT_NAME, Class::Comments, 2.0, "comment-name"),
    (Context::SHARE_NAME, Class::Share, 2.0, "share-name"),
    (Context::ADVERT_NAME, Class::Advert, 1.8, "advert-name"),
    (Context::FIGCAPTION_TAG, Class::Caption, 3.0, "figcaption"),
    (Context::CAPTION_NAME, Class::Caption, 2.0, "caption-name"),
    (Context::RELATED_NAME, Class::Related, 1.5, "related-name"),
    (Context::PAYWALL_NAME, Class::Paywall, 1.5, "paywall-name"),
    (Context::BYLINE_NAME, Class::Byline, 1.5, "byline-name"),
    (Context::TIME_TAG, Class::Byline, 1.5, "time"),
    (Context::TAGS_NAME, Class::Navigation, 1.4, "tags-name"),
    (Context::NAV_NAME, Class::Navigation, 1.4, "nav-name"),
    (Context::LEGAL_NAME, Class::Legal, 1.2, "legal-name"),
    (Context::TOC_NAME, Class::Navigation, 1.2, "toc-name"),
    (Context::FOOTER_TAG, Class::Navigation, 1.0, "footer"),
    (Context::FOOTER_NAME, Class::Navigation, 0.8, "footer-name"),
    (Context::HEADER_TAG, Class::Navigation, 0.8, "header"),
    (Context::HEADER_NAME, Class::Navigation, 0.7, "header-name"),
    (Context::MODAL_NAME, Class::Notice, 0.9, "modal-name"),
    (Context::DIALOG_TAG, Class::Notice, 1.0, "dialog"),
    (Context::ASIDE_TAG, Class::Related, 0.8, "aside"),
    (Context::SIDEBAR_NAME, Class::Related, 0.7, "sidebar-name"),
    (Context::PROMO_NAME, Class::Advert, 0.5, "promo-name"),
];

/// For each block, how probable each class is against the best one.
pub(super) fn emissions(evidence: &Evidence<'_>) -> Vec<Emission> {
    (0..evidence.page.blocks.len())
        .map(|index| {
            let mut sums = support(evidence, index);
            let best = sums.iter().copied().fold(0.0, f32::max);
            for (class, sum) in Class::ALL.into_iter().zip(&mut sums) {
                let base = match class {
                    Class::Other => OTHER,
                    _ if *sum <= 0.0 => UNLIKELY,
                    _ => 0.0,
                };
                *sum = (base + *sum - best).max(FLOOR);
            }
            // The best class stands for "clutter" as such: its cost is in the log-odds already.
            let best = sums.iter().copied().fold(f32::NEG_INFINITY, f32::max);
            sums.map(|sum| sum - best.max(-0.5))
        })
        .collect()
}

/// The rule that weighed most for a class: a phrase, an opened section, an element, or the feature
/// that spoke most against the block.
pub(super) fn rule(evidence: &Evidence<'_>, index: usize, class: Class, reason: &str) -> String {
    let phrases = evidence.phrases.get(index);
    if let Some((rule, _)) = phrases.and_then(|phrases| phrases.strongest)
        && rule.class == class
    {
        return rule.id.clone();
    }
    if let Some((opened, _)) = evidence.sections.get(index).copied().flatten()
        && opened == class
    {
        return format!("section/{class}");
    }
    if class == Class::Navigation && is_breadcrumb(evidence, index) {
        return "form/breadcrumb".to_owned();
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

/// How much speaks for each class.
fn support(evidence: &Evidence<'_>, index: usize) -> Emission {
    let mut sums = [0.0; Class::ALL.len()];
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

/// Whether a block is a trail of short names with arrows or slashes between them.
pub(super) fn is_breadcrumb(evidence: &Evidence<'_>, index: usize) -> bool {
    let (Some(block), Some(measure)) =
        (evidence.page.blocks.get(index), evidence.measures.get(index))
    else {
        return false;
    };
    if measure.separators < 2 {
        return false;
    }
    let text = evidence.page.text_of(block);
    let arrows = [" › ", " » ", " > ", " → ", " / "];
    measure.words < 16.0
        && measure.ending == Ending::Open
        && !matches!(block.kind, BlockKind::Row { .. } | BlockKind::Preformatted)
        && arrows.iter().any(|arrow| text.matches(arrow).count() >= 2)
}

/// What the form of a block suggests.
fn shape(evidence: &Evidence<'_>, index: usize, measure: &Measures, sums: &mut Emission) {
    let Some(place) = evidence.structure.places.get(index) else { return };
    if is_breadcrumb(evidence, index) {
        sums[Class::Navigation.index()] += 2.0;
    }
    let kind = evidence.page.blocks.get(index).map(|block| block.kind);
    let short = measure.words < 6.0;
    if place.link_density > 0.7 || measure.separators >= 2 {
        let class = if short { Class::Navigation } else { Class::Related };
        sums[class.index()] += 0.8;
    }
    let mostly_digits = measure.digits * 3 >= measure.characters && measure.digits > 0;
    if mostly_digits && short {
        sums[Class::Byline.index()] += 0.3;
    }
    let is_headline = (6.0..30.0).contains(&measure.words)
        && measure.ending != Ending::Sentence
        && !measure.starts_with_sign;
    if is_headline && place.since_running > 2.0 {
        sums[Class::Related.index()] += 0.4;
    }
    if short && matches!(kind, Some(BlockKind::Heading(_))) {
        sums[Class::Navigation.index()] += 0.3;
    }
}
