//! The evidence on each block, as numbers with names.
//!
//! The model's trees ask for them by name.

mod block;
mod order;
mod place;

use super::articles::ArticlePosition;
use super::branches::TreeBranch;
use super::measure::TextMeasures;
use super::phrases::PhraseEvidence;
use super::rules;
use super::stretch::BlockSurroundings;
use super::structure::PageStructure;
use super::tokens::TokenScore;
use super::words::WordOverlap;
use crate::ClutterClass;
use crate::lexicon::NormalizedText;
use crate::metadata::PageFacts;
use crate::segment::{BlockKind, ElementContext, SegmentedPage};

macro_rules! features {
    ($($name:ident),* $(,)?) => {
        #[allow(
            non_camel_case_types,
            dead_code,
            reason = "the names are those of the model file; windows are set by place"
        )]
        #[derive(Clone, Copy)]
        enum F { $($name),* }
        /// Names of the single features, in order.
        const SINGLE: &[&str] = &[$(stringify!($name)),*];
    };
}

features! {
    rules, is_text,
    // the text of the block
    words, characters_per_word, ends_open, ends_sentence, ends_colon, ends_ellipsis, ends_sign,
    sentences, comma_rate, digit_share, no_letters, upper_share, capitalized_share,
    starts_with_sign, starts_lower, has_quote, separators, is_running, has_currency, has_address,
    has_time,
    // links
    links, link_density,
    // the kind of the block
    heading_level, list_item, list_depth, row, preformatted,
    // the element
    own_name_body, own_name_byline, own_name_related, own_name_share, own_link_tag, own_control,
    own_hidden, depth, depth_below_cluster,
    // learned words and names
    token_words, token_names_near, token_names_far, token_previous, token_next,
    token_near, token_wide, token_twins, token_parent, token_list, token_branch, token_page,
    // words in common
    main_overlap, title_overlap, description_overlap, declared_body,
    // the arrangement
    in_cluster, cluster_distance, near_link_density, near_running_share, near_blocks, near_words,
    near_media, wide_link_density, wide_running_share, wide_blocks, wide_media, wide_controls,
    twins, twins_words, twins_link_density, twins_running_share, repeats,
    parent_blocks, parent_words, parent_link_density, parent_running_share, parent_media,
    parent_controls, parent_twins, grandparent_twins,
    list_items, list_words, list_link_density, list_running_share, list_media,
    branch_words, branch_blocks, branch_link_density, branch_running_share, branch_media,
    branch_controls, branch_page_share,
    since_running, until_running, position, running_position,
    // windows
    window_2_running, window_2_links, window_2_sentences, window_2_words, window_2_phrases,
    window_2_capitalized, window_2_tokens,
    window_2_token_mean,
    window_5_running, window_5_links, window_5_sentences, window_5_words, window_5_phrases,
    window_5_capitalized, window_5_tokens,
    window_5_token_mean,
    window_12_running, window_12_links, window_12_sentences, window_12_words, window_12_phrases,
    window_12_capitalized, window_12_tokens,
    window_12_token_mean,
    window_30_running, window_30_links, window_30_sentences, window_30_words, window_30_phrases,
    window_30_capitalized, window_30_tokens,
    window_30_token_mean,
    from_stretch, in_stretch, shape_run, shape_alike,
    sentence_lines, sentence_words, sentence_closed, sentence_place,
    section_since, section_level, section_phrases, section_words, section_blocks, section_running,
    section_links, section_tokens,
    // the page
    page_running_share, page_link_density, page_words, page_blocks, page_is_article,
    page_cluster_share, page_sentence_share, page_articles, page_headings, page_media,
    page_path_depth, page_slug_words, page_has_date,
    article_number, article_share, article_has_title, article_headlines,
    // neighbours
    heading_before_running, follows_heading, equals_title, after_title, short_after_link,
    previous_running, next_running, previous_link_density, next_link_density, previous_words,
    next_words, previous_ends_colon, same_as_previous, same_as_next, gap_before, gap_after,
    // phrases
    foreign_line, after_foreign_line,
    phrase_next, phrase_previous, phrase_total, phrase_coverage, phrase_near, opened_far,
    opens_section,
    // text inputs
    blank_lines_before,
}

/// Contexts that become a feature each, with their names; those on the block's own path.
const CONTEXTS: &[(&str, ElementContext)] = &[
    ("nav_tag", ElementContext::NAV_TAG),
    ("header_tag", ElementContext::HEADER_TAG),
    ("footer_tag", ElementContext::FOOTER_TAG),
    ("aside_tag", ElementContext::ASIDE_TAG),
    ("main_tag", ElementContext::MAIN_TAG),
    ("article_tag", ElementContext::ARTICLE_TAG),
    ("dialog_tag", ElementContext::DIALOG_TAG),
    ("form_tag", ElementContext::FORM_TAG),
    ("control_tag", ElementContext::CONTROL_TAG),
    ("figure_tag", ElementContext::FIGURE_TAG),
    ("figcaption_tag", ElementContext::FIGCAPTION_TAG),
    ("quote_tag", ElementContext::QUOTE_TAG),
    ("table_tag", ElementContext::TABLE_TAG),
    ("list_tag", ElementContext::LIST_TAG),
    ("code_tag", ElementContext::CODE_TAG),
    ("details_tag", ElementContext::DETAILS_TAG),
    ("link_tag", ElementContext::LINK_TAG),
    ("time_tag", ElementContext::TIME_TAG),
    ("address_tag", ElementContext::ADDRESS_TAG),
    ("hidden", ElementContext::HIDDEN),
    ("body_prop", ElementContext::BODY_PROP),
    ("nav_name", ElementContext::NAV_NAME),
    ("header_name", ElementContext::HEADER_NAME),
    ("footer_name", ElementContext::FOOTER_NAME),
    ("sidebar_name", ElementContext::SIDEBAR_NAME),
    ("related_name", ElementContext::RELATED_NAME),
    ("share_name", ElementContext::SHARE_NAME),
    ("comment_name", ElementContext::COMMENT_NAME),
    ("newsletter_name", ElementContext::NEWSLETTER_NAME),
    ("paywall_name", ElementContext::PAYWALL_NAME),
    ("consent_name", ElementContext::CONSENT_NAME),
    ("advert_name", ElementContext::ADVERT_NAME),
    ("byline_name", ElementContext::BYLINE_NAME),
    ("caption_name", ElementContext::CAPTION_NAME),
    ("tags_name", ElementContext::TAGS_NAME),
    ("modal_name", ElementContext::MODAL_NAME),
    ("promo_name", ElementContext::PROMO_NAME),
    ("form_name", ElementContext::FORM_NAME),
    ("body_name", ElementContext::BODY_NAME),
    ("content_name", ElementContext::CONTENT_NAME),
    ("post_name", ElementContext::POST_NAME),
    ("legal_name", ElementContext::LEGAL_NAME),
    ("toc_name", ElementContext::TOC_NAME),
];

/// The number of features.
pub(crate) const COUNT: usize = SINGLE.len() + CONTEXTS.len() + ClutterClass::ALL.len() * 2;

/// The evidence on one block.
pub(crate) type FeatureVector = [f32; COUNT];

/// The names of the features, in the order of a [`FeatureVector`].
pub(crate) fn names() -> Vec<String> {
    let mut names: Vec<String> = SINGLE.iter().map(|name| (*name).to_owned()).collect();
    names.extend(CONTEXTS.iter().map(|(name, _)| format!("in_{name}")));
    names.extend(ClutterClass::ALL.iter().map(|class| format!("phrase_{class}")));
    names.extend(ClutterClass::ALL.iter().map(|class| format!("section_{class}")));
    names
}

/// What rules say against the block of a vector.
pub(crate) fn against(vector: &FeatureVector) -> f32 {
    vector[F::rules as usize]
}

fn bit(condition: bool) -> f32 {
    f32::from(u8::from(condition))
}

/// A vector that is being filled.
struct FeatureRow<'a>(&'a mut FeatureVector);

impl FeatureRow<'_> {
    fn set(&mut self, feature: F, value: f32) {
        self.at(feature as usize, value);
    }

    fn at(&mut self, place: usize, value: f32) {
        if let Some(slot) = self.0.get_mut(place) {
            *slot = value;
        }
    }
}

/// What is the same for all blocks of a page.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct PageEvidence {
    articles: f32,
    headings: f32,
    path_depth: f32,
    slug_words: f32,
    cluster_share: f32,
    title: Option<usize>,
}

impl PageEvidence {
    pub(crate) fn new(
        page: &SegmentedPage,
        facts: &PageFacts,
        structure: &PageStructure,
        titles: &[bool],
    ) -> Self {
        let address = facts.metadata.url.as_deref().or(facts.metadata.canonical_url.as_deref());
        let path = address.and_then(|address| address.split_once("://")).map_or("", |(_, rest)| {
            let rest = rest.split(['?', '#']).next().unwrap_or_default();
            rest.split_once('/').map_or("", |(_, path)| path).trim_end_matches('/')
        });
        let slug = path.rsplit('/').next().unwrap_or_default();
        let of = |is: &dyn Fn(&crate::segment::PageElement) -> bool| {
            page.elements.iter().filter(|element| is(element)).count() as f32
        };
        let main = structure.subtree.get(structure.cluster as usize).copied().unwrap_or_default();
        Self {
            articles: of(&|element| element.own.has(ElementContext::ARTICLE_TAG)),
            headings: page
                .blocks
                .iter()
                .filter(|block| matches!(block.kind, BlockKind::Heading(_)))
                .count() as f32,
            path_depth: path.split('/').filter(|part| !part.is_empty()).count() as f32,
            slug_words: slug.split(['-', '_']).filter(|word| word.len() > 1).count() as f32,
            cluster_share: main.running_words / structure.page.running_words.max(1.0),
            title: titles.iter().position(|is| *is),
        }
    }
}

/// Everything the features are made of.
pub(crate) struct ScoreEvidence<'a> {
    pub(crate) page: &'a SegmentedPage,
    pub(crate) facts: &'a PageFacts,
    pub(crate) texts: &'a [NormalizedText],
    pub(crate) measures: &'a [TextMeasures],
    pub(crate) structure: &'a PageStructure,
    pub(crate) phrases: &'a [PhraseEvidence<'a>],
    /// For each block, the class of the opened section in which it stands, and how many blocks ago
    /// that was opened.
    pub(crate) sections: &'a [Option<(ClutterClass, usize)>],
    pub(crate) titles: &'a [bool],
    pub(crate) page_evidence: PageEvidence,
    /// By block.
    pub(crate) around: &'a [BlockSurroundings],
    pub(crate) overlaps: &'a [WordOverlap],
    pub(crate) tokens: &'a [TokenScore],
    /// Whether the block stands in the text that the markup declares: 1 if so, -1 if not, 0 where
    /// none is declared.
    pub(crate) declared: &'a [f32],
    pub(crate) articles: &'a [ArticlePosition],
    /// By element.
    pub(crate) branches: &'a [TreeBranch],
}

impl ScoreEvidence<'_> {
    /// The evidence on one block.
    pub(crate) fn vector(&self, index: usize) -> FeatureVector {
        let mut vector = [0.0; COUNT];
        let (Some(block), Some(measure), Some(place), Some(phrases)) = (
            self.page.blocks.get(index),
            self.measures.get(index),
            self.structure.arrangements.get(index),
            self.phrases.get(index),
        ) else {
            return vector;
        };
        let mut row = FeatureRow(&mut vector);
        row.set(F::rules, rules::log_odds(self, index));
        row.set(F::is_text, bit(self.page.is_text));
        self.text_features(index, measure, place, &mut row);
        row.set(F::links, block.links as f32);
        self.element_features(index, &mut row);
        self.token_features(index, &mut row);
        self.arrangement_features(index, place, &mut row);
        self.branch_features(index, &mut row);
        self.sequence_features(index, &mut row);
        self.page_features(&mut row);
        self.neighbour_features(index, measure, &mut row);
        self.phrase_features(index, &mut row);
        self.foreign_features(index, &mut row);
        row.set(F::blank_lines_before, block.blank_before as f32);
        let mut next = SINGLE.len();
        let context = self.page.element_of(block).context;
        for (_, fact) in CONTEXTS {
            vector[next] = bit(context.has(*fact));
            next += 1;
        }
        for weight in phrases.by_class {
            vector[next] = weight.min(8.0);
            next += 1;
        }
        if let Some((class, _)) = self.sections.get(index).copied().flatten() {
            vector[next + class.index()] = 1.0;
        }
        vector
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_feature_has_a_name_of_its_own() {
        let names = names();
        assert_eq!(names.len(), COUNT);
        let distinct: std::collections::HashSet<&String> = names.iter().collect();
        assert_eq!(distinct.len(), COUNT);
    }
}
