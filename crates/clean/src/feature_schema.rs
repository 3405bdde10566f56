//! The names and the number of the features that describe a block.
//!
//! The scorer fills in their values, and the model's trees refer to them by name. Both depend on this
//! module, and not on each other.

use crate::ClutterClass;
use crate::segment::ElementContext;

macro_rules! features {
    ($($name:ident),* $(,)?) => {
        #[allow(
            non_camel_case_types,
            dead_code,
            reason = "the model file has these names; the features of windows are set by their number"
        )]
        /// A feature that has a name of its own in the list below. Its number is its position in a
        /// [`FeatureVector`].
        #[derive(Clone, Copy)]
        pub(crate) enum Feature { $($name),* }
        /// The names of [`Feature`], in order.
        pub(crate) const SINGLE: &[&str] = &[$(stringify!($name)),*];
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
    own_name_body, own_name_byline, own_name_share, own_control,
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
    sentence_lines, sentence_words, sentence_closed,
    section_since, section_level, section_phrases, section_words, section_blocks, section_running,
    section_links, section_tokens,
    // the page
    page_running_share, page_link_density, page_words, page_blocks, page_is_article,
    page_cluster_share, page_sentence_share, page_articles, page_headings, page_media,
    page_path_depth, page_slug_words, page_has_date,
    article_number, article_share, article_has_title, article_headlines,
    // neighbours
    heading_before_running, equals_title, after_title,
    previous_running, next_running, previous_link_density, next_link_density, previous_words,
    next_words, previous_ends_colon, same_as_next, gap_before, gap_after,
    // phrases
    foreign_line, after_foreign_line,
    phrase_next, phrase_previous, phrase_total, phrase_coverage, phrase_near, opened_far,
    opens_section,
    // text inputs
    blank_lines_before, blocks_before, blocks_after, is_part, part_words_before, part_words_after, page_part_share,
}

/// Contexts that become one feature each, with their names. They follow the features of [`SINGLE`], and
/// hold for the element of a block and its ancestors.
pub(crate) const CONTEXTS: &[(&str, ElementContext)] = &[
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

/// The number of features. After [`CONTEXTS`] come two for each clutter class: its phrases in the block,
/// and whether its label opened the section.
pub(crate) const FEATURES: usize = SINGLE.len() + CONTEXTS.len() + ClutterClass::ALL.len() * 2;

/// The features of one block.
pub(crate) type FeatureVector = [f32; FEATURES];

/// The names of the features, in the order of a [`FeatureVector`]. A model file lists the names that its
/// trees use, so features may be added and reordered here without a new version of the file format.
pub(crate) fn feature_names() -> Vec<String> {
    let mut names: Vec<String> = SINGLE.iter().map(|name| (*name).to_owned()).collect();
    names.extend(CONTEXTS.iter().map(|(name, _)| format!("in_{name}")));
    names.extend(ClutterClass::ALL.iter().map(|class| format!("phrase_{class}")));
    names.extend(ClutterClass::ALL.iter().map(|class| format!("section_{class}")));
    names
}

/// How strongly rules speak against the block that a vector describes, in log-odds.
pub(crate) fn rules_against(vector: &FeatureVector) -> f32 {
    vector[Feature::rules as usize]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_feature_has_a_name_of_its_own() {
        let names = feature_names();
        assert_eq!(names.len(), FEATURES);
        let distinct: std::collections::HashSet<&String> = names.iter().collect();
        assert_eq!(distinct.len(), FEATURES);
    }
}
