//! What the texts of blocks say by themselves. It stays the same when other blocks leave the page.

use std::borrow::Cow;
use std::cell::OnceCell;

use super::measure::TextMeasures;
use super::phrases::{self, BlockPhrases, PhraseEvidence};
use super::words::BlockWords;
use crate::lexicon::{Lexicon, NormalizedText};
use crate::segment::SegmentedPage;

/// What is computed from the text of each block alone, in the order of the blocks. `'a` is the life of the lexicon.
#[derive(Debug)]
pub(crate) struct BlockTexts<'a> {
    pub(super) measures: Vec<TextMeasures>,
    pub(super) normalized: Vec<NormalizedText>,
    pub(super) words: BlockWords,
    /// Found when the blocks are judged.
    phrases: OnceCell<BlockPhrases<'a>>,
}

impl<'a> BlockTexts<'a> {
    pub(crate) fn new(page: &SegmentedPage) -> Self {
        let measures =
            page.blocks.iter().map(|block| TextMeasures::new(page.text_of(block))).collect();
        let normalized = phrases::normalized(page);
        let words = BlockWords::new(&normalized);
        Self { measures, normalized, words, phrases: OnceCell::new() }
    }

    /// The same for some of the blocks.
    pub(crate) fn of_blocks(&self, indices: &[usize]) -> Self {
        let phrases = self.phrases.get().and_then(|phrases| phrases.of_blocks(indices));
        Self {
            measures: selected(&self.measures, indices),
            normalized: selected(&self.normalized, indices),
            words: self.words.of_blocks(indices),
            phrases: phrases.map(OnceCell::from).unwrap_or_default(),
        }
    }

    /// The words of a block; a character of a script without spaces counts as half a word.
    pub(crate) fn words_of(&self, index: usize) -> f32 {
        self.measures.get(index).map_or(0.0, |measures| measures.words)
    }

    /// The letters of all blocks, and their characters.
    pub(crate) fn letters(&self) -> (usize, usize) {
        self.measures.iter().fold((0, 0), |(letters, characters), measures| {
            (letters + measures.letters as usize, characters + measures.characters as usize)
        })
    }

    /// A block's text, normalized to its end.
    pub(crate) fn normalized_line(&self, index: usize, text: &str) -> Cow<'_, NormalizedText> {
        match self.normalized.get(index) {
            Some(normalized) if text.len() <= phrases::MAX_BYTES => Cow::Borrowed(normalized),
            _ => Cow::Owned(NormalizedText::new(text)),
        }
    }

    /// Whether sentences of a block may have clutter phrases by themselves. Known of short blocks that were judged.
    pub(super) fn has_sentence_phrases(&self, index: usize) -> Option<bool> {
        self.phrases.get()?.in_sentences(index)
    }

    /// The clutter phrases in the blocks, which are those of `page`.
    pub(super) fn phrases(
        &self,
        page: &SegmentedPage,
        lexicon: &'a Lexicon,
        declared_language: Option<&str>,
    ) -> Vec<PhraseEvidence<'a>> {
        let Self { measures, normalized, .. } = self;
        let find = || phrases::find(page, normalized, measures, lexicon, declared_language);
        self.phrases.get_or_init(find).of_page(page, measures)
    }
}

fn selected<T: Clone>(all: &[T], indices: &[usize]) -> Vec<T> {
    indices.iter().filter_map(|index| all.get(*index).cloned()).collect()
}
