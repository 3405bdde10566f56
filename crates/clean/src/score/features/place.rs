//! What the block's place in the page says: subtrees, lists, branches, the page as a whole.

use super::{F, FeatureRow, ScoreEvidence, bit};
use crate::score::structure::BlockArrangement;

impl ScoreEvidence<'_> {
    pub(super) fn arrangement_features(
        &self,
        index: usize,
        place: &BlockArrangement,
        row: &mut FeatureRow<'_>,
    ) {
        row.set(F::in_cluster, bit(place.in_cluster));
        row.set(F::cluster_distance, place.cluster_distance);
        row.set(F::near_link_density, place.near.link_density());
        row.set(F::near_running_share, place.near.running_share());
        row.set(F::token_near, place.near.token_mean());
        row.set(F::token_wide, place.wide.token_mean());
        row.set(F::token_twins, place.twins.token_mean());
        row.set(F::near_blocks, place.near.blocks);
        row.set(F::near_words, place.near.words_per_block());
        row.set(F::near_media, place.near.media);
        row.set(F::wide_link_density, place.wide.link_density());
        row.set(F::wide_running_share, place.wide.running_share());
        row.set(F::wide_blocks, place.wide.blocks);
        row.set(F::wide_media, place.wide.media);
        row.set(F::wide_controls, place.wide.controls);
        let twins = &place.twins;
        row.set(F::twins, twins.blocks);
        row.set(F::twins_words, twins.words_per_block());
        row.set(F::twins_link_density, twins.link_density());
        row.set(F::twins_running_share, twins.running_share());
        row.set(F::repeats, place.repeats);
        row.set(F::since_running, place.since_running);
        row.set(F::until_running, place.until_running);
        row.set(F::position, place.position);
        row.set(F::running_position, place.running_position);
        row.set(F::equals_title, bit(self.titles.get(index).copied().unwrap_or_default()));
        if let Some(article) = self.articles.get(index) {
            row.set(F::article_number, article.number);
            row.set(F::article_share, article.share);
            row.set(F::article_has_title, article.has_title);
            row.set(F::article_headlines, article.headlines);
        }
        let after_title =
            self.page_evidence.title.map_or(-1.0, |title| index as f32 - title as f32);
        row.set(F::after_title, after_title.clamp(-50.0, 50.0));
    }

    pub(super) fn branch_features(&self, index: usize, row: &mut FeatureRow<'_>) {
        let Some(block) = self.page.blocks.get(index) else { return };
        let Some(branch) = self.branches.get(block.element as usize) else { return };
        let parent = &branch.parent;
        row.set(F::token_parent, parent.token_mean());
        row.set(F::token_list, branch.list.sums.token_mean());
        row.set(F::token_branch, branch.side.token_mean());
        row.set(F::parent_blocks, parent.blocks);
        row.set(F::parent_words, parent.words_per_block());
        row.set(F::parent_link_density, parent.link_density());
        row.set(F::parent_running_share, parent.running_share());
        row.set(F::parent_media, parent.media);
        row.set(F::parent_controls, parent.controls);
        row.set(F::parent_twins, branch.parent_twins);
        row.set(F::grandparent_twins, branch.grandparent_twins);
        let list = &branch.list;
        row.set(F::list_items, list.items);
        row.set(F::list_words, list.sums.words / list.items.max(1.0));
        row.set(F::list_link_density, list.sums.link_density());
        row.set(F::list_running_share, list.sums.running_share());
        row.set(F::list_media, list.sums.media / list.items.max(1.0));
        let own = &branch.side;
        row.set(F::branch_words, own.words);
        row.set(F::branch_blocks, own.blocks);
        row.set(F::branch_link_density, own.link_density());
        row.set(F::branch_running_share, own.running_share());
        row.set(F::branch_media, own.media);
        row.set(F::branch_controls, own.controls);
        row.set(F::branch_page_share, own.words / self.structure.page.words.max(1.0));
    }

    pub(super) fn page_features(&self, row: &mut FeatureRow<'_>) {
        let page = &self.structure.page;
        row.set(F::page_running_share, page.running_share());
        row.set(F::page_link_density, page.link_density());
        row.set(F::token_page, page.token_mean());
        row.set(F::page_words, page.words);
        row.set(F::page_blocks, page.blocks);
        row.set(
            F::page_is_article,
            bit(self.facts.metadata.pagetype.as_deref() == Some("article")),
        );
        row.set(F::page_cluster_share, self.page_evidence.cluster_share);
        row.set(F::page_sentence_share, self.structure.sentence_share);
        row.set(F::page_articles, self.page_evidence.articles);
        row.set(F::page_headings, self.page_evidence.headings);
        row.set(F::page_media, page.media);
        row.set(F::page_path_depth, self.page_evidence.path_depth);
        row.set(F::page_slug_words, self.page_evidence.slug_words);
        row.set(F::page_has_date, bit(self.facts.metadata.date.is_some()));
    }
}
