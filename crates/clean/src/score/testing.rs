//! Small pages with their measures and structure, for the tests of the scorer.

use scraper::Html;

use super::measure::TextMeasures;
use super::structure::PageStructure;
use super::tokens::TokenScore;
use crate::layout::LayoutOptions;
use crate::segment::{
    SegmentOptions, SegmentedPage, WordTable, join_rows, segment_html, segment_text,
};

const MAX_BLOCKS: usize = 100;

/// A page and its structure. All token scores are 0, so that a test does not depend on the model.
pub(super) struct ArrangedPage {
    pub(super) page: SegmentedPage,
    pub(super) measures: Vec<TextMeasures>,
    pub(super) tokens: Vec<TokenScore>,
    pub(super) structure: PageStructure,
}

impl ArrangedPage {
    pub(super) fn html(html: &str) -> Self {
        let words = WordTable::new();
        let options = SegmentOptions {
            words: &words,
            max_blocks: MAX_BLOCKS,
            with_spans: false,
            with_images: false,
            source: html,
            link_base: None,
        };
        let mut page = segment_html(&Html::parse_document(html), &options, None);
        join_rows(&mut page);
        Self::from_page(page)
    }

    /// Every line is a block, so that a test shows what its blocks are.
    pub(super) fn text(text: &str) -> Self {
        let layout = LayoutOptions { kind: None, repairs: false };
        Self::from_page(segment_text(text, layout, MAX_BLOCKS))
    }

    fn from_page(page: SegmentedPage) -> Self {
        let measures: Vec<_> =
            page.blocks.iter().map(|block| TextMeasures::new(page.text_of(block))).collect();
        let tokens = vec![TokenScore::default(); measures.len()];
        let structure = PageStructure::new(&page, &measures, &tokens);
        Self { page, measures, tokens, structure }
    }
}
