//! The evidence on each block, as numbers with names.
//!
//! A scorer weighs them; `config/weights.toml` holds the weights by name.

use super::measure::{Ending, Measures};
use super::phrases::PhraseEvidence;
use super::rules;
use super::structure::{Place, Structure};
use crate::segment::{BlockKind, Context, Page};
use crate::{Class, metadata::PageFacts};

macro_rules! features {
    ($($name:ident),* $(,)?) => {
        #[allow(non_camel_case_types, clippy::upper_case_acronyms, reason = "the names are those of the weights file")]
        #[derive(Clone, Copy)]
        enum F { $($name),* }
        /// Names of the single features, in order.
        const SINGLE: &[&str] = &[$(stringify!($name)),*];
    };
}

features! {
    bias, rules,
    // the text of the block
    log_words, words_1, words_2_3, words_4_7, words_8_15, words_16_31, words_32_63, words_64_up,
    ends_sentence, ends_colon, ends_ellipsis, ends_sign, sentences, comma_rate, digit_share, no_letters,
    all_capitals, capitalized_share, starts_with_sign, starts_lower, has_quote, separators, is_running,
    // links
    no_links, link_density, all_link, link_density_squared, many_links,
    // the kind of the block
    heading_1, heading_2_3, heading_4_up, list_item, row, preformatted,
    // the element
    long_in_list, short_in_list, in_cell, own_name_body, own_name_byline, own_name_related, own_name_share,
    own_link_tag, own_control, own_hidden, depth,
    // the arrangement
    in_cluster, cluster_distance, cluster_far, near_link_density, near_running_share, near_blocks,
    wide_link_density, wide_running_share, wide_blocks, twins_log, twins_words, twins_link_density,
    twins_running_share, repeats, since_running, until_running, between_running, before_running,
    after_running, window_running, window_links, position, position_end, running_position, tail, head,
    page_running_share, page_link_density, page_words_log, page_is_article,
    heading_before_running, heading_before_short, follows_heading, equals_title, short_after_link,
    previous_running, next_running, previous_link_density, next_link_density, previous_words, next_words,
    same_as_previous, same_as_next, prior_article_tag,
    // phrases
    foreign_line, after_foreign_line,
    phrase_next, phrase_previous, phrase_total, phrase_strong, phrase_coverage, phrase_whole, phrase_near, in_opened_section, opened_far,
    opens_section,
    // text inputs
    blank_lines_before,
}

/// Contexts that become a feature each, with their names; those on the block's own path.
const CONTEXTS: &[(&str, Context)] = &[
    ("nav_tag", Context::NAV_TAG),
    ("header_tag", Context::HEADER_TAG),
    ("footer_tag", Context::FOOTER_TAG),
    ("aside_tag", Context::ASIDE_TAG),
    ("main_tag", Context::MAIN_TAG),
    ("article_tag", Context::ARTICLE_TAG),
    ("dialog_tag", Context::DIALOG_TAG),
    ("form_tag", Context::FORM_TAG),
    ("control_tag", Context::CONTROL_TAG),
    ("figure_tag", Context::FIGURE_TAG),
    ("figcaption_tag", Context::FIGCAPTION_TAG),
    ("quote_tag", Context::QUOTE_TAG),
    ("table_tag", Context::TABLE_TAG),
    ("list_tag", Context::LIST_TAG),
    ("code_tag", Context::CODE_TAG),
    ("details_tag", Context::DETAILS_TAG),
    ("link_tag", Context::LINK_TAG),
    ("time_tag", Context::TIME_TAG),
    ("address_tag", Context::ADDRESS_TAG),
    ("hidden", Context::HIDDEN),
    ("body_prop", Context::BODY_PROP),
    ("nav_name", Context::NAV_NAME),
    ("header_name", Context::HEADER_NAME),
    ("footer_name", Context::FOOTER_NAME),
    ("sidebar_name", Context::SIDEBAR_NAME),
    ("related_name", Context::RELATED_NAME),
    ("share_name", Context::SHARE_NAME),
    ("comment_name", Context::COMMENT_NAME),
    ("newsletter_name", Context::NEWSLETTER_NAME),
    ("paywall_name", Context::PAYWALL_NAME),
    ("consent_name", Context::CONSENT_NAME),
    ("advert_name", Context::ADVERT_NAME),
    ("byline_name", Context::BYLINE_NAME),
    ("caption_name", Context::CAPTION_NAME),
    ("tags_name", Context::TAGS_NAME),
    ("modal_name", Context::MODAL_NAME),
    ("promo_name", Context::PROMO_NAME),
    ("form_name", Context::FORM_NAME),
    ("body_name", Context::BODY_NAME),
    ("content_name", Context::CONTENT_NAME),
    ("post_name", Context::POST_NAME),
    ("legal_name", Context::LEGAL_NAME),
    ("toc_name", Context::TOC_NAME),
];

/// How many classes of length and of links the grid features have.
const GRID_WORDS: usize = 5;
const GRID_LINKS: usize = 3;
const GRID_PLACES: usize = 4;
const GRID_ENDINGS: usize = 3;

/// The number of features.
pub(crate) const COUNT: usize = SINGLE.len()
    + CONTEXTS.len()
    + Class::ALL.len() * 2
    + GRID_WORDS * GRID_LINKS
    + GRID_WORDS * GRID_PLACES
    + GRID_WORDS * GRID_PLACES
    + GRID_WORDS * GRID_ENDINGS;

/// The evidence on one block.
pub(crate) type Vector = [f32; COUNT];

/// The names of the features, in the order of a [`Vector`].
pub(crate) fn names() -> Vec<String> {
    let mut names: Vec<String> = SINGLE.iter().map(|name| (*name).to_owned()).collect();
    names.extend(CONTEXTS.iter().map(|(name, _)| format!("in_{name}")));
    names.extend(Class::ALL.iter().map(|class| format!("phrase_{class}")));
    names.extend(Class::ALL.iter().map(|class| format!("section_{class}")));
    for (grid, columns) in [
        ("links", GRID_LINKS),
        ("cluster", GRID_PLACES),
        ("window", GRID_PLACES),
        ("ending", GRID_ENDINGS),
    ] {
        for words in 0..GRID_WORDS {
            for column in 0..columns {
                names.push(format!("length_{words}_{grid}_{column}"));
            }
        }
    }
    names
}

fn bit(condition: bool) -> f32 {
    f32::from(u8::from(condition))
}

/// Everything the features are made of.
pub(crate) struct Evidence<'a> {
    pub(crate) page: &'a Page,
    pub(crate) facts: &'a PageFacts,
    pub(crate) measures: &'a [Measures],
    pub(crate) structure: &'a Structure,
    pub(crate) phrases: &'a [PhraseEvidence<'a>],
    /// For each block, the class of the opened section in which it stands, and how many blocks ago
    /// that was opened.
    pub(crate) sections: &'a [Option<(Class, usize)>],
    pub(crate) titles: &'a [bool],
}

impl Evidence<'_> {
    /// The evidence on one block.
    pub(crate) fn vector(&self, index: usize) -> Vector {
        let mut vector = [0.0; COUNT];
        let (Some(block), Some(measure), Some(place), Some(phrases)) = (
            self.page.blocks.get(index),
            self.measures.get(index),
            self.structure.places.get(index),
            self.phrases.get(index),
        ) else {
            return vector;
        };
        let mut set = |feature: F, value: f32| vector[feature as usize] = value;
        set(F::bias, 1.0);
        set(F::rules, rules::log_odds(self, index));
        Self::text_features(measure, place, &mut set);
        set(F::no_links, bit(block.links == 0));
        set(F::many_links, bit(block.links >= 4));
        self.element_features(index, &mut set);
        self.arrangement_features(index, &mut set);
        self.phrase_features(index, &mut set);
        self.foreign_features(index, &mut set);
        set(F::blank_lines_before, (block.blank_before as f32).min(4.0));
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
        next += Class::ALL.len();
        let length = match measure.words {
            words if words < 3.0 => 0,
            words if words < 9.0 => 1,
            words if words < 20.0 => 2,
            words if words < 45.0 => 3,
            _ => 4,
        };
        let links = match place.link_density {
            density if density < 0.05 => 0,
            density if density < 0.6 => 1,
            _ => 2,
        };
        let cluster = match (place.in_cluster, place.cluster_distance) {
            (true, _) => 0,
            (false, distance) if distance <= 1.0 => 1,
            (false, distance) if distance <= 3.0 => 2,
            _ => 3,
        };
        let window = match place.window_running {
            share if share < 0.05 => 0,
            share if share < 0.4 => 1,
            share if share < 0.75 => 2,
            _ => 3,
        };
        vector[next + length * GRID_LINKS + links] = 1.0;
        next += GRID_WORDS * GRID_LINKS;
        vector[next + length * GRID_PLACES + cluster] = 1.0;
        next += GRID_WORDS * GRID_PLACES;
        vector[next + length * GRID_PLACES + window] = 1.0;
        next += GRID_WORDS * GRID_PLACES;
        let ending = match measure.ending {
            Ending::Open => 0,
            Ending::Sentence => 1,
            _ => 2,
        };
        vector[next + length * GRID_ENDINGS + ending] = 1.0;
        vector
    }

    fn text_features(measure: &Measures, place: &Place, set: &mut impl FnMut(F, f32)) {
        let words = measure.words;
        let characters = (measure.characters.max(1)) as f32;
        set(F::log_words, words.ln_1p().min(6.0));
        let bucket = match words {
            words if words < 2.0 => F::words_1,
            words if words < 4.0 => F::words_2_3,
            words if words < 8.0 => F::words_4_7,
            words if words < 16.0 => F::words_8_15,
            words if words < 32.0 => F::words_16_31,
            words if words < 64.0 => F::words_32_63,
            _ => F::words_64_up,
        };
        set(bucket, 1.0);
        set(F::ends_sentence, bit(measure.ending == Ending::Sentence));
        set(F::ends_colon, bit(measure.ending == Ending::Colon));
        set(F::ends_ellipsis, bit(measure.ending == Ending::Ellipsis));
        set(F::ends_sign, bit(measure.ending == Ending::Sign));
        set(F::sentences, (measure.sentences.min(4)) as f32 / 4.0);
        set(F::comma_rate, (measure.commas as f32 * 8.0 / words.max(4.0)).min(1.0));
        set(F::digit_share, measure.digits as f32 / characters);
        set(F::no_letters, bit(measure.letters == 0));
        set(
            F::all_capitals,
            bit(measure.letters > 3 && measure.upper_letters * 10 > measure.letters * 9),
        );
        set(F::capitalized_share, measure.capitalized as f32 / words.max(1.0));
        set(F::starts_with_sign, bit(measure.starts_with_sign));
        set(F::starts_lower, bit(measure.starts_lower));
        set(F::has_quote, bit(measure.has_quote));
        set(F::separators, (measure.separators.min(4)) as f32 / 4.0);
        set(F::is_running, bit(place.is_running));
        set(F::link_density, place.link_density);
        set(F::link_density_squared, place.link_density * place.link_density);
        set(F::all_link, bit(place.link_density > 0.95));
    }

    fn element_features(&self, index: usize, set: &mut impl FnMut(F, f32)) {
        let Some(block) = self.page.blocks.get(index) else { return };
        let words = self.measures.get(index).map_or(0.0, |measure| measure.words);
        match block.kind {
            BlockKind::Paragraph => {}
            BlockKind::Heading(1) => set(F::heading_1, 1.0),
            BlockKind::Heading(2 | 3) => set(F::heading_2_3, 1.0),
            BlockKind::Heading(_) => set(F::heading_4_up, 1.0),
            BlockKind::ListItem { .. } => set(F::list_item, 1.0),
            BlockKind::Row { .. } => set(F::row, 1.0),
            BlockKind::Preformatted => set(F::preformatted, 1.0),
        }
        let element = self.page.element_of(block);
        let context = element.context;
        let in_list = context.has(Context::LIST_TAG);
        set(F::long_in_list, bit(in_list && words >= 12.0));
        set(F::short_in_list, bit(in_list && words < 6.0));
        set(F::in_cell, bit(context.has(Context::TABLE_TAG) && block.kind == BlockKind::Paragraph));
        let mut own = element.own;
        own.add(self.page.element(element.parent).own);
        set(F::own_name_body, bit(own.has(Context::BODY_NAME)));
        set(F::own_name_byline, bit(own.has(Context::BYLINE_NAME)));
        set(F::own_name_related, bit(own.has(Context::RELATED_NAME)));
        set(F::own_name_share, bit(own.has(Context::SHARE_NAME)));
        set(F::own_link_tag, bit(own.has(Context::LINK_TAG)));
        set(F::own_control, bit(own.has(Context::CONTROL_TAG)));
        set(F::own_hidden, bit(own.has(Context::HIDDEN)));
        set(F::depth, f32::from(element.depth.min(40)) / 40.0);
        set(
            F::prior_article_tag,
            bit(context.has(Context::ARTICLE_TAG.and(Context::MAIN_TAG)) && words >= 9.0),
        );
    }

    fn arrangement_features(&self, index: usize, set: &mut impl FnMut(F, f32)) {
        let (Some(place), Some(measure)) =
            (self.structure.places.get(index), self.measures.get(index))
        else {
            return;
        };
        set(F::in_cluster, bit(place.in_cluster));
        set(F::cluster_distance, place.cluster_distance.min(8.0) / 8.0);
        set(F::cluster_far, bit(place.cluster_distance > 4.0));
        set(F::near_link_density, place.near.link_density());
        set(F::near_running_share, place.near.running_share());
        set(F::near_blocks, (place.near.blocks.ln_1p() / 6.0).min(1.0));
        set(F::wide_link_density, place.wide.link_density());
        set(F::wide_running_share, place.wide.running_share());
        set(F::wide_blocks, (place.wide.blocks.ln_1p() / 6.0).min(1.0));
        let twins = &place.twins;
        set(F::twins_log, (twins.blocks.ln_1p() / 5.0).min(1.0));
        set(F::twins_words, ((twins.words / twins.blocks.max(1.0)).ln_1p() / 5.0).min(1.0));
        set(F::twins_link_density, twins.link_density());
        set(F::twins_running_share, twins.running_share());
        set(F::repeats, place.repeats.min(3.0) / 3.0);
        set(F::since_running, place.since_running.ln_1p() / 4.0);
        set(F::until_running, place.until_running.ln_1p() / 4.0);
        let (before, after) = (place.since_running >= 50.0, place.until_running >= 50.0);
        set(F::between_running, bit(place.since_running <= 3.0 && place.until_running <= 3.0));
        set(F::before_running, bit(before && !place.is_running));
        set(F::after_running, bit(after && !place.is_running));
        set(F::window_running, place.window_running);
        set(F::window_links, place.window_links);
        set(F::position, place.position);
        set(F::position_end, place.position * place.position);
        set(F::running_position, place.running_position);
        set(F::tail, bit(place.running_position > 0.97 && !place.is_running));
        set(F::head, bit(place.running_position < 0.03 && !place.is_running));
        let page = &self.structure.page;
        set(F::page_running_share, page.running_share());
        set(F::page_link_density, page.link_density());
        set(F::page_words_log, (page.words.ln_1p() / 10.0).min(1.0));
        set(F::page_is_article, bit(self.facts.metadata.pagetype.as_deref() == Some("article")));
        set(F::equals_title, bit(self.titles.get(index).copied().unwrap_or_default()));
        self.neighbour_features(index, measure, set);
    }

    fn neighbour_features(&self, index: usize, measure: &Measures, set: &mut impl FnMut(F, f32)) {
        let is_heading = |index: usize| {
            matches!(
                self.page.blocks.get(index).map(|block| block.kind),
                Some(BlockKind::Heading(_))
            )
        };
        let before = index.checked_sub(1);
        let signature = |index: usize| {
            self.page.blocks.get(index).map(|block| self.page.element_of(block).signature)
        };
        let places = &self.structure.places;
        let next = places.get(index + 1);
        let previous = before.and_then(|before| places.get(before));
        if is_heading(index) {
            let runs_on =
                (1..=2).any(|step| places.get(index + step).is_some_and(|p| p.is_running));
            set(F::heading_before_running, bit(runs_on));
            set(F::heading_before_short, bit(!runs_on));
        }
        set(F::follows_heading, bit(before.is_some_and(is_heading)));
        set(
            F::short_after_link,
            bit(measure.words < 6.0 && previous.is_some_and(|place| place.link_density > 0.9)),
        );
        set(F::previous_running, bit(previous.is_some_and(|place| place.is_running)));
        set(F::next_running, bit(next.is_some_and(|place| place.is_running)));
        set(F::previous_link_density, previous.map_or(0.0, |place| place.link_density));
        set(F::next_link_density, next.map_or(0.0, |place| place.link_density));
        let words = |index: Option<usize>| {
            index.and_then(|index| self.measures.get(index)).map_or(0.0, |m| m.words)
        };
        set(F::previous_words, (words(before).ln_1p() / 5.0).min(1.0));
        set(F::next_words, (words(Some(index + 1)).ln_1p() / 5.0).min(1.0));
        set(
            F::same_as_previous,
            bit(before.is_some_and(|before| signature(before) == signature(index))),
        );
        set(F::same_as_next, bit(signature(index + 1) == signature(index)));
    }

    /// A long line that is no sentence, near the end of a page whose paragraphs are: the headline of
    /// another story, mostly. A line that is broken off and goes on in the next one is none.
    fn is_foreign_line(&self, index: usize) -> bool {
        let (Some(measure), Some(block)) = (self.measures.get(index), self.page.blocks.get(index))
        else {
            return false;
        };
        let goes_on = self.measures.get(index + 1).is_some_and(|next| next.starts_lower);
        (12.0..32.0).contains(&measure.words)
            && measure.ending == Ending::Open
            && !measure.starts_with_sign
            && !measure.starts_lower
            && measure.upper_letters * 2 < measure.letters
            && !goes_on
            && !self.page.text_of(block).contains(['/', '@', '|', '#'])
            && !matches!(block.kind, BlockKind::Heading(_))
            && !self.titles.get(index).copied().unwrap_or_default()
            && self.structure.sentence_share > 0.85
            && self.structure.places.get(index).is_some_and(|p| p.running_position > 0.8)
    }

    fn foreign_features(&self, index: usize, set: &mut impl FnMut(F, f32)) {
        set(F::foreign_line, bit(self.is_foreign_line(index)));
        let runs = |index: usize| self.structure.places.get(index).is_some_and(|p| p.is_running);
        let follows = index.checked_sub(1).is_some_and(|before| self.is_foreign_line(before));
        set(F::after_foreign_line, bit(follows && !runs(index + 1)));
    }

    fn phrase_features(&self, index: usize, set: &mut impl FnMut(F, f32)) {
        let Some(phrases) = self.phrases.get(index) else { return };
        let total = phrases.total();
        set(F::phrase_total, total.min(10.0));
        set(F::phrase_strong, bit(total >= 3.0));
        set(F::phrase_coverage, phrases.coverage);
        set(F::phrase_whole, bit(phrases.coverage > 0.95));
        set(F::opens_section, bit(phrases.opens.is_some()));
        let near: f32 = (index.saturating_sub(3)..index + 4)
            .filter(|other| *other != index)
            .filter_map(|other| self.phrases.get(other))
            .map(|phrases| phrases.total().min(4.0))
            .sum();
        set(F::phrase_near, near.min(12.0));
        let of = |other: Option<usize>| {
            other
                .and_then(|other| self.phrases.get(other))
                .map_or(0.0, |phrases| phrases.total().min(5.0))
        };
        set(F::phrase_next, of(Some(index + 1)));
        set(F::phrase_previous, of(index.checked_sub(1)));
        if let Some((_, ago)) = self.sections.get(index).copied().flatten() {
            set(F::in_opened_section, 1.0);
            set(F::opened_far, (ago as f32).ln_1p() / 4.0);
        }
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
