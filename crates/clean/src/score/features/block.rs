//! Features of the block itself: its text, its kind, its words.

use super::{FeatureRow, bit};
use crate::feature_schema::Feature;
use crate::lexicon::NormalizedText;
use crate::score::evidence::ScoreEvidence;
use crate::score::measure::{TextEnding, TextMeasures};
use crate::score::structure::BlockArrangement;
use crate::score::tokens::TokenScore;
use crate::segment::{BlockKind, ElementContext};

impl ScoreEvidence<'_> {
    pub(super) fn text_features(
        &self,
        index: usize,
        measure: &TextMeasures,
        place: &BlockArrangement,
        row: &mut FeatureRow<'_>,
    ) {
        let words = measure.words;
        let characters = (measure.characters.max(1)) as f32;
        row.set(Feature::words, words);
        row.set(Feature::characters_per_word, characters / words.max(1.0));
        row.set(Feature::ends_open, bit(measure.ending == TextEnding::Open));
        row.set(Feature::ends_sentence, bit(measure.ending == TextEnding::Sentence));
        row.set(Feature::ends_colon, bit(measure.ending == TextEnding::Colon));
        row.set(Feature::ends_ellipsis, bit(measure.ending == TextEnding::Ellipsis));
        row.set(Feature::ends_sign, bit(measure.ending == TextEnding::Sign));
        row.set(Feature::sentences, measure.sentences as f32);
        row.set(Feature::comma_rate, measure.commas as f32 / words.max(1.0));
        row.set(Feature::digit_share, measure.digits as f32 / characters);
        row.set(Feature::no_letters, bit(measure.letters == 0));
        row.set(Feature::upper_share, measure.upper_letters as f32 / measure.letters.max(1) as f32);
        row.set(Feature::capitalized_share, measure.capitalized as f32 / words.max(1.0));
        row.set(Feature::starts_with_sign, bit(measure.starts_with_sign));
        row.set(Feature::starts_lower, bit(measure.starts_lower));
        row.set(Feature::has_quote, bit(measure.has_quote));
        row.set(Feature::separators, measure.separators as f32);
        row.set(Feature::is_running, bit(place.is_running));
        row.set(Feature::link_density, place.link_density);
        let text = self.texts.get(index).map_or("", NormalizedText::as_str);
        // One pass over the bytes tells what most texts have none of.
        let mut seen = [false; 256];
        for byte in text.bytes() {
            seen[usize::from(byte)] = true;
        }
        let has = |byte: u8| seen[usize::from(byte)];
        row.set(Feature::has_currency, bit(has(0xc2) && text.contains('¤')));
        row.set(Feature::has_address, bit(has(b'@') || has(b':') && text.contains("://")));
        let has_hour = || has(b'#') && (text.contains("# am") || text.contains("# pm"));
        let has_time = has_hour() || text.contains(" ago");
        row.set(Feature::has_time, bit(has_time));
    }

    pub(super) fn element_features(&self, index: usize, row: &mut FeatureRow<'_>) {
        let Some(block) = self.page.blocks.get(index) else { return };
        match block.kind {
            BlockKind::Paragraph => {}
            BlockKind::Heading(level) => row.set(Feature::heading_level, f32::from(level)),
            BlockKind::ListItem { depth, .. } => {
                row.set(Feature::list_item, 1.0);
                row.set(Feature::list_depth, f32::from(depth));
            }
            BlockKind::Row { .. } => row.set(Feature::row, 1.0),
            BlockKind::Preformatted => row.set(Feature::preformatted, 1.0),
        }
        let element = self.page.element_of(block);
        let mut own = element.own;
        own.add(self.page.element(element.parent).own);
        row.set(Feature::own_name_body, bit(own.has(ElementContext::BODY_NAME)));
        row.set(Feature::own_name_byline, bit(own.has(ElementContext::BYLINE_NAME)));
        row.set(Feature::own_name_share, bit(own.has(ElementContext::SHARE_NAME)));
        row.set(Feature::own_control, bit(own.has(ElementContext::CONTROL_TAG)));
        row.set(Feature::own_hidden, bit(own.has(ElementContext::HIDDEN)));
        row.set(Feature::depth, f32::from(element.depth));
        let cluster = self.page.element(self.structure.cluster);
        row.set(Feature::depth_below_cluster, f32::from(element.depth) - f32::from(cluster.depth));
    }

    pub(super) fn token_features(&self, index: usize, row: &mut FeatureRow<'_>) {
        let total = |index: usize| self.tokens.get(index).map_or(0.0, TokenScore::total);
        if let Some(tokens) = self.tokens.get(index) {
            row.set(Feature::token_words, tokens.words);
            row.set(Feature::token_names_near, tokens.names_near);
            row.set(Feature::token_names_far, tokens.names_far);
        }
        row.set(Feature::token_previous, index.checked_sub(1).map_or(0.0, total));
        row.set(Feature::token_next, total(index + 1));
        if let Some(overlap) = self.overlaps.get(index) {
            row.set(Feature::main_overlap, overlap.main);
            row.set(Feature::title_overlap, overlap.title);
            row.set(Feature::description_overlap, overlap.description);
        }
        row.set(Feature::declared_body, self.declared.get(index).copied().unwrap_or_default());
    }
}
