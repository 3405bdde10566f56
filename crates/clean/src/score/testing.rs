//! Pages with what the evidence is gathered from, for the tests of this module.

use scraper::Html;

use super::measure::Measures;
use super::structure::Structure;
use super::tokens::TokenScore;
use crate::segment::{Page, Segmenter, WordTable, segment_html, segment_text};

const MAX_BLOCKS: usize = 100;

/// A page and its arrangement; tokens say nothing.
pub(super) struct Arranged {
    pub(super) page: Page,
    pub(super) measures: Vec<Measures>,
    pub(super) tokens: Vec<TokenScore>,
    pub(super) structure: Structure,
}

impl Arranged {
    pub(super) fn html(html: &str) -> Self {
        let words = WordTable::new();
        let segmenter = Segmenter { words: &words, max_blocks: MAX_BLOCKS, with_spans: false };
        Self::of(segment_html(&Html::parse_document(html), &segmenter, None))
    }

    pub(super) fn text(text: &str) -> Self {
        Self::of(segment_text(text, MAX_BLOCKS))
    }

    fn of(page: Page) -> Self {
        let measures: Vec<_> =
            page.blocks.iter().map(|block| Measures::of(page.text_of(block))).collect();
        let tokens = vec![TokenScore::default(); measures.len()];
        let structure = Structure::of(&page, &measures, &tokens);
        Self { page, measures, tokens, structure }
    }
}
