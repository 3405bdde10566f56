//! Computes the features of a block from the evidence.
//!
//! [`crate::feature_schema`] has their names.

mod block;
mod order;
mod place;

use super::evidence::ScoreEvidence;
use super::rules;
use crate::feature_schema::{CONTEXTS, FEATURES, Feature, FeatureVector, SINGLE};

fn bit(condition: bool) -> f32 {
    f32::from(u8::from(condition))
}

/// Features that grow with the page count up to here. Among the pages that the model was fitted on, those with more
/// are mostly lists and shops, so that the trees took the length itself for a sign of clutter.
const CAPS: &[(Feature, f32)] = &[
    (Feature::page_words, 3500.0),
    (Feature::page_blocks, 500.0),
    (Feature::page_headings, 40.0),
    (Feature::branch_words, 3000.0),
    (Feature::branch_blocks, 300.0),
    (Feature::section_words, 1200.0),
    (Feature::section_blocks, 100.0),
    (Feature::list_words, 500.0),
    (Feature::list_items, 60.0),
    (Feature::parent_blocks, 60.0),
    (Feature::near_blocks, 100.0),
    (Feature::wide_blocks, 150.0),
    (Feature::twins, 80.0),
    (Feature::parent_twins, 80.0),
    (Feature::grandparent_twins, 60.0),
    (Feature::parent_media, 20.0),
    (Feature::near_media, 20.0),
    (Feature::wide_media, 60.0),
    (Feature::branch_media, 100.0),
];

/// A vector that is being filled. Indices come from [`Feature`] or count on from one, so `at` ignores those
/// out of range instead of panicking.
struct FeatureRow<'a>(&'a mut FeatureVector);

impl FeatureRow<'_> {
    fn set(&mut self, feature: Feature, value: f32) {
        self.at(feature as usize, value);
    }

    fn at(&mut self, place: usize, value: f32) {
        if let Some(slot) = self.0.get_mut(place) {
            *slot = value;
        }
    }
}

impl ScoreEvidence<'_> {
    /// The features of one block.
    pub(crate) fn vector(&self, index: usize) -> FeatureVector {
        let mut vector = [0.0; FEATURES];
        let (Some(block), Some(measure), Some(place), Some(phrases)) = (
            self.page.blocks.get(index),
            self.measures.get(index),
            self.structure.arrangements.get(index),
            self.phrases.get(index),
        ) else {
            return vector;
        };
        let mut row = FeatureRow(&mut vector);
        row.set(Feature::rules, rules::log_odds(self, index));
        row.set(Feature::is_text, bit(self.page.is_text));
        self.text_features(index, measure, place, &mut row);
        row.set(Feature::links, block.links as f32);
        self.element_features(index, &mut row);
        self.token_features(index, &mut row);
        self.arrangement_features(index, place, &mut row);
        self.branch_features(index, &mut row);
        self.sequence_features(index, &mut row);
        self.page_features(&mut row);
        self.neighbour_features(index, &mut row);
        self.phrase_features(index, &mut row);
        self.foreign_features(index, &mut row);
        row.set(Feature::blank_lines_before, block.blank_before as f32);
        self.part_features(index, block, &mut row);
        for (feature, cap) in CAPS {
            let value = &mut row.0[*feature as usize];
            *value = value.min(*cap);
        }
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
