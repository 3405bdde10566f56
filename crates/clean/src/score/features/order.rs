//! Features of the blocks before and after: windows, sections, neighbors, phrases nearby.

use super::{FeatureRow, bit};
use crate::feature_schema::Feature;
use crate::score::evidence::ScoreEvidence;
use crate::score::measure::TextEnding;
use crate::score::stretch::FAR;
use crate::segment::{BlockKind, PageBlock};

/// Parts of a paragraph to each side whose words are counted.
const NEAR_PARTS: usize = 3;

impl ScoreEvidence<'_> {
    pub(super) fn sequence_features(&self, index: usize, row: &mut FeatureRow<'_>) {
        let Some(around) = self.around.get(index) else { return };
        let firsts = [
            Feature::window_2_running,
            Feature::window_5_running,
            Feature::window_12_running,
            Feature::window_30_running,
        ];
        for (first, window) in firsts.into_iter().zip(&around.windows) {
            let values = [
                window.running,
                window.links,
                window.sentences,
                window.words,
                window.phrases,
                window.capitalized,
                window.tokens,
                window.token_mean,
            ];
            for (offset, value) in values.into_iter().enumerate() {
                row.at(first as usize + offset, value);
            }
        }
        row.set(Feature::from_stretch, around.from_stretch);
        row.set(Feature::in_stretch, around.in_stretch);
        let sentence = &around.sentence;
        row.set(Feature::sentence_lines, sentence.lines);
        row.set(Feature::sentence_words, sentence.words);
        row.set(Feature::sentence_closed, bit(sentence.is_closed));
        row.set(Feature::shape_run, around.run);
        row.set(Feature::shape_alike, around.alike);
        let section = &around.section;
        row.set(Feature::section_since, section.since);
        row.set(Feature::section_level, section.level);
        row.set(Feature::section_phrases, section.phrases);
        row.set(Feature::section_words, section.words);
        row.set(Feature::section_blocks, section.blocks);
        row.set(Feature::section_running, section.running);
        row.set(Feature::section_links, section.links);
        row.set(Feature::section_tokens, section.tokens);
    }

    pub(super) fn neighbour_features(&self, index: usize, row: &mut FeatureRow<'_>) {
        let kind = |index: usize| self.page.blocks.get(index).map(|block| block.kind);
        let is_heading = |index: usize| matches!(kind(index), Some(BlockKind::Heading(_)));
        let before = index.checked_sub(1);
        let element = |index: usize| self.page.blocks.get(index).map(|block| block.element);
        let signature =
            |index: usize| element(index).map(|element| self.page.element(element).signature);
        let places = &self.structure.arrangements;
        let next = places.get(index + 1);
        let previous = before.and_then(|before| places.get(before));
        if is_heading(index) {
            let runs_on =
                (1..=2).any(|step| places.get(index + step).is_some_and(|p| p.is_running));
            row.set(Feature::heading_before_running, if runs_on { 1.0 } else { -1.0 });
        }
        row.set(Feature::previous_running, bit(previous.is_some_and(|place| place.is_running)));
        row.set(Feature::next_running, bit(next.is_some_and(|place| place.is_running)));
        row.set(Feature::previous_link_density, previous.map_or(0.0, |place| place.link_density));
        row.set(Feature::next_link_density, next.map_or(0.0, |place| place.link_density));
        let of = |index: Option<usize>| index.and_then(|index| self.measures.get(index));
        row.set(Feature::previous_words, of(before).map_or(0.0, |measure| measure.words));
        row.set(Feature::next_words, of(Some(index + 1)).map_or(0.0, |measure| measure.words));
        let colon = of(before).is_some_and(|measure| measure.ending == TextEnding::Colon);
        row.set(Feature::previous_ends_colon, bit(colon));
        row.set(Feature::same_as_next, bit(signature(index + 1) == signature(index)));
        // The distance in the tree: elements between the two.
        let gap = |left: Option<u32>, right: Option<u32>| match (left, right) {
            (Some(left), Some(right)) => right.saturating_sub(left) as f32,
            _ => 100.0,
        };
        row.set(Feature::gap_before, gap(before.and_then(element), element(index)).min(100.0));
        row.set(Feature::gap_after, gap(element(index), element(index + 1)).min(100.0));
    }

    /// Where a block of a text is: from its ends, and within the paragraph of which it is a part.
    pub(super) fn part_features(&self, index: usize, block: &PageBlock, row: &mut FeatureRow<'_>) {
        if !self.page.is_text {
            return;
        }
        let after = self.page.blocks.len().saturating_sub(index + 1);
        row.set(Feature::blocks_before, (index as f32).min(FAR));
        row.set(Feature::blocks_after, (after as f32).min(FAR));
        row.set(Feature::page_part_share, self.page_evidence.part_share);
        let Some(part) = &block.part else { return };
        row.set(Feature::is_part, 1.0);
        // Words of the same paragraph nearby: a sentence among sentences is rarely clutter.
        let is_same = |other: usize| {
            let part_of = |block: &PageBlock| block.part.as_ref().map(|part| part.paragraph);
            self.page.blocks.get(other).and_then(part_of) == Some(part.paragraph)
        };
        let words = |indices: &mut dyn Iterator<Item = usize>| -> f32 {
            let near = indices.take(NEAR_PARTS).take_while(|other| is_same(*other));
            near.filter_map(|other| self.measures.get(other)).map(|measure| measure.words).sum()
        };
        row.set(Feature::part_words_before, words(&mut (0..index).rev()));
        row.set(Feature::part_words_after, words(&mut (index + 1..self.page.blocks.len())));
    }

    pub(super) fn foreign_features(&self, index: usize, row: &mut FeatureRow<'_>) {
        row.set(Feature::foreign_line, bit(self.is_foreign_line(index)));
        row.set(Feature::after_foreign_line, bit(self.is_after_foreign_line(index)));
    }

    pub(super) fn phrase_features(&self, index: usize, row: &mut FeatureRow<'_>) {
        let Some(phrases) = self.phrases.get(index) else { return };
        let total = phrases.total();
        row.set(Feature::phrase_total, total.min(10.0));
        row.set(Feature::phrase_coverage, phrases.coverage);
        row.set(Feature::opens_section, bit(phrases.opens.is_some()));
        let near: f32 = (index.saturating_sub(3)..index + 4)
            .filter(|other| *other != index)
            .filter_map(|other| self.phrases.get(other))
            .map(|phrases| phrases.total().min(4.0))
            .sum();
        row.set(Feature::phrase_near, near.min(12.0));
        let of = |other: Option<usize>| {
            other
                .and_then(|other| self.phrases.get(other))
                .map_or(0.0, |phrases| phrases.total().min(5.0))
        };
        row.set(Feature::phrase_next, of(Some(index + 1)));
        row.set(Feature::phrase_previous, of(index.checked_sub(1)));
        if let Some((_, ago)) = self.sections.get(index).copied().flatten() {
            row.set(Feature::opened_far, ago as f32 + 1.0);
        }
    }
}
