//! Features of the position on the page: subtrees, lists, branches, the page as a whole.

use super::{FeatureRow, bit};
use crate::feature_schema::Feature;
use crate::score::evidence::ScoreEvidence;
use crate::score::structure::BlockArrangement;

impl ScoreEvidence<'_> {
    pub(super) fn arrangement_features(
        &self,
        index: usize,
        place: &BlockArrangement,
        row: &mut FeatureRow<'_>,
    ) {
        row.set(Feature::in_cluster, bit(place.in_cluster));
        row.set(Feature::cluster_distance, place.cluster_distance);
        row.set(Feature::near_link_density, place.near.link_density());
        row.set(Feature::near_running_share, place.near.running_share());
        row.set(Feature::token_near, place.near.token_mean());
        row.set(Feature::token_wide, place.wide.token_mean());
        row.set(Feature::token_twins, place.twins.token_mean());
        row.set(Feature::near_blocks, place.near.blocks);
        row.set(Feature::near_words, place.near.words_per_block());
        row.set(Feature::near_media, place.near.media);
        row.set(Feature::wide_link_density, place.wide.link_density());
        row.set(Feature::wide_running_share, place.wide.running_share());
        row.set(Feature::wide_blocks, place.wide.blocks);
        row.set(Feature::wide_media, place.wide.media);
        row.set(Feature::wide_controls, place.wide.controls);
        let twins = &place.twins;
        row.set(Feature::twins, twins.blocks);
        row.set(Feature::twins_words, twins.words_per_block());
        row.set(Feature::twins_link_density, twins.link_density());
        row.set(Feature::twins_running_share, twins.running_share());
        row.set(Feature::repeats, place.repeats);
        row.set(Feature::since_running, place.since_running);
        row.set(Feature::until_running, place.until_running);
        row.set(Feature::position, place.position);
        row.set(Feature::running_position, place.running_position);
        row.set(Feature::equals_title, bit(self.titles.get(index).copied().unwrap_or_default()));
        if let Some(article) = self.articles.get(index) {
            row.set(Feature::article_number, article.number);
            row.set(Feature::article_share, article.share);
            row.set(Feature::article_has_title, article.has_title);
            row.set(Feature::article_headlines, article.headlines);
        }
        let after_title =
            self.page_evidence.title.map_or(-1.0, |title| index as f32 - title as f32);
        row.set(Feature::after_title, after_title.clamp(-50.0, 50.0));
    }

    pub(super) fn branch_features(&self, index: usize, row: &mut FeatureRow<'_>) {
        let Some(block) = self.page.blocks.get(index) else { return };
        let Some(branch) = self.branches.get(block.element as usize) else { return };
        let parent = &branch.parent;
        row.set(Feature::token_parent, parent.token_mean());
        row.set(Feature::token_list, branch.list.sums.token_mean());
        row.set(Feature::token_branch, branch.side.token_mean());
        row.set(Feature::parent_blocks, parent.blocks);
        row.set(Feature::parent_words, parent.words_per_block());
        row.set(Feature::parent_link_density, parent.link_density());
        row.set(Feature::parent_running_share, parent.running_share());
        row.set(Feature::parent_media, parent.media);
        row.set(Feature::parent_controls, parent.controls);
        row.set(Feature::parent_twins, branch.parent_twins);
        row.set(Feature::grandparent_twins, branch.grandparent_twins);
        let list = &branch.list;
        row.set(Feature::list_items, list.items);
        row.set(Feature::list_words, list.sums.words / list.items.max(1.0));
        row.set(Feature::list_link_density, list.sums.link_density());
        row.set(Feature::list_running_share, list.sums.running_share());
        row.set(Feature::list_media, list.sums.media / list.items.max(1.0));
        let own = &branch.side;
        row.set(Feature::branch_words, own.words);
        row.set(Feature::branch_blocks, own.blocks);
        row.set(Feature::branch_link_density, own.link_density());
        row.set(Feature::branch_running_share, own.running_share());
        row.set(Feature::branch_media, own.media);
        row.set(Feature::branch_controls, own.controls);
        row.set(Feature::branch_page_share, own.words / self.structure.page.words.max(1.0));
    }

    pub(super) fn page_features(&self, row: &mut FeatureRow<'_>) {
        let page = &self.structure.page;
        row.set(Feature::page_running_share, page.running_share());
        row.set(Feature::page_link_density, page.link_density());
        row.set(Feature::token_page, page.token_mean());
        row.set(Feature::page_words, page.words);
        row.set(Feature::page_blocks, page.blocks);
        row.set(
            Feature::page_is_article,
            bit(self.facts.metadata.pagetype.as_deref() == Some("article")),
        );
        row.set(Feature::page_cluster_share, self.page_evidence.cluster_share);
        row.set(Feature::page_sentence_share, self.structure.sentence_share);
        row.set(Feature::page_articles, self.page_evidence.articles);
        row.set(Feature::page_headings, self.page_evidence.headings);
        row.set(Feature::page_media, page.media);
        row.set(Feature::page_path_depth, self.page_evidence.path_depth);
        row.set(Feature::page_slug_words, self.page_evidence.slug_words);
        row.set(Feature::page_has_date, bit(self.facts.metadata.date.is_some()));
    }
}
