//! The words that a block shares with the main text, the title and the description.

use super::measure::TextMeasures;
use super::structure::PageStructure;
use super::words::{BlockWords, LONG, for_each_word, hash};
use crate::lexicon::NormalizedText;
use crate::metadata::PageFacts;

/// The shares of a block's long words that are found elsewhere on the page, in [0, 1].
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct WordOverlap {
    /// Found in other blocks of the main text.
    pub(crate) main: f32,
    /// Found in the title.
    pub(crate) title: f32,
    /// Found in the page's description of itself.
    pub(crate) description: f32,
}

/// Buckets of a page's vocabulary. Words in one bucket count as the same word. A few such errors hardly change
/// a share.
const BUCKETS: usize = 1 << 13;

/// Measures the overlap of each block.
pub(crate) fn overlaps(
    words: &BlockWords,
    facts: &PageFacts,
    structure: &PageStructure,
    measures: &[TextMeasures],
) -> Vec<WordOverlap> {
    let is_main = |index: usize| {
        structure.arrangements.get(index).is_some_and(|place| place.is_running && place.in_cluster)
    };
    // How many blocks of the main text hold a word, and which fields.
    let mut blocks = vec![0_u8; BUCKETS];
    let mut fields = vec![0_u8; BUCKETS];
    let bucket = |word: u32| (word >> 1) as usize % BUCKETS;
    let mut last = vec![u32::MAX; BUCKETS];
    for index in (0..measures.len()).filter(|index| is_main(*index)) {
        for word in words.of_block(index).iter().filter(|word| **word & LONG != 0) {
            let at = bucket(*word);
            // Count each block once.
            let number = u32::try_from(index).unwrap_or(u32::MAX);
            if last[at] != number {
                last[at] = number;
                blocks[at] = blocks[at].saturating_add(1);
            }
        }
    }
    let metadata = &facts.metadata;
    for (field, mark) in [(&metadata.title, 1), (&metadata.description, 2)] {
        let text = field.as_deref().unwrap_or_default();
        let head = text.get(..text.floor_char_boundary(600)).unwrap_or_default();
        for_each_word(NormalizedText::new(head).as_str(), &mut |word| {
            fields[bucket(hash(word))] |= mark;
            true
        });
    }
    (0..measures.len())
        .map(|index| {
            let own = u8::from(is_main(index));
            let (mut long, mut main, mut title, mut description) = (0_u32, 0_u32, 0_u32, 0_u32);
            for word in words.of_block(index).iter().filter(|word| **word & LONG != 0) {
                let at = bucket(*word);
                long += 1;
                main += u32::from(blocks[at] > own);
                title += u32::from(fields[at] & 1 != 0);
                description += u32::from(fields[at] & 2 != 0);
            }
            let share = |count: u32| count as f32 / long.max(1) as f32;
            WordOverlap { main: share(main), title: share(title), description: share(description) }
        })
        .collect()
}
