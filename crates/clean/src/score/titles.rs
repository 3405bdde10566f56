//! Finds the block that is the title of the page.

use super::measure::TextMeasures;
use super::phrases::PhraseEvidence;
use crate::fold::folded;
use crate::metadata::PageFacts;
use crate::segment::{BlockKind, SegmentedPage};

/// Marks the first heading (level 1 or 2) that equals the title in the metadata. In text without metadata,
/// marks the first line that reads like a headline: before any running text, among the first eight blocks, a
/// first-level heading in Markdown or a line that is not a sentence.
pub(super) fn find(
    page: &SegmentedPage,
    facts: &PageFacts,
    measures: &[TextMeasures],
    phrases: &[PhraseEvidence<'_>],
) -> Vec<bool> {
    let mut marks = vec![false; page.blocks.len()];
    let title = facts.metadata.title.as_deref().map(folded).filter(|title| !title.is_empty());
    let found = match &title {
        Some(title) => {
            let same = |index: &usize| {
                page.blocks.get(*index).is_some_and(|block| folded(page.text_of(block)) == *title)
            };
            let headings = (0..page.blocks.len())
                .filter(|index| matches!(page.blocks[*index].kind, BlockKind::Heading(1 | 2)));
            headings.into_iter().find(same)
        }
        None if page.is_text => title_line(page, measures, phrases),
        None => None,
    };
    if let Some(mark) = found.and_then(|index| marks.get_mut(index)) {
        *mark = true;
    }
    marks
}

fn title_line(
    page: &SegmentedPage,
    measures: &[TextMeasures],
    phrases: &[PhraseEvidence<'_>],
) -> Option<usize> {
    let early = page.blocks.iter().zip(measures).enumerate().take(8);
    for (index, (block, measure)) in early {
        if matches!(block.kind, BlockKind::Heading(1)) {
            return Some(index);
        }
        if measure.is_running_text() {
            return None;
        }
        let is_headline = (4.0..26.0).contains(&measure.words)
            && measure.sentences == 0
            && measure.separators == 0
            && phrases.get(index).is_none_or(|phrases| phrases.total() < 1.0)
            && measure.digits * 4 < measure.characters;
        if is_headline && !page.is_markdown {
            return Some(index);
        }
    }
    None
}
