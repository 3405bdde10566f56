//! Turns text into blocks: one per paragraph, and one per unit of a long one.

use super::builder::BlockBuilder;
use super::markdown::{looks_like_markdown, segment_markdown};
use super::{BlockKind, ParagraphPart, SegmentedPage, count_chars};
use crate::layout::{self, LayoutKind, LayoutOptions, TextLayout, TextParagraph, split_lines};
use crate::{StructureReport, units};

/// Turns text into a page.
pub(crate) fn segment_text(text: &str, options: LayoutOptions, max_blocks: usize) -> SegmentedPage {
    let lines: Vec<&str> = split_lines(text).collect();
    let is_markdown = options
        .kind
        .map_or_else(|| looks_like_markdown(&lines), |kind| kind == LayoutKind::Markdown);
    if is_markdown {
        let mut page = segment_markdown(&lines, max_blocks);
        page.structure =
            StructureReport { layout: Some(LayoutKind::Markdown), ..StructureReport::default() };
        return page;
    }
    let mut builder = BlockBuilder::new(max_blocks);
    builder.page.elements.push(super::element::root_element());
    let structure = push_paragraphs(&mut builder, layout::arrange(text, options));
    let mut page = builder.page;
    page.structure = structure;
    page.is_text = true;
    page
}

/// Makes a block of each paragraph, and of each unit of a long one.
fn push_paragraphs(builder: &mut BlockBuilder, layout: TextLayout) -> StructureReport {
    for paragraph in layout.paragraphs {
        if builder.is_full() {
            builder.page.was_cut = true;
            break;
        }
        if let Some(units) = units::split_long_line(&paragraph.text) {
            push_units(builder, &paragraph, &units);
        } else {
            builder.push_folded(&paragraph.text, 0, false);
            builder.flush(BlockKind::Paragraph, paragraph.lines, paragraph.blank_before);
        }
    }
    StructureReport {
        layout: Some(layout.kind),
        repairs: layout.repairs,
        ..StructureReport::default()
    }
}

/// Whether [`segment_text`] reads a text as Markdown.
pub(crate) fn is_markdown(text: &str) -> bool {
    looks_like_markdown(&split_lines(text).collect::<Vec<_>>())
}

/// Adds the units of a long paragraph, each as a block.
fn push_units(
    builder: &mut BlockBuilder,
    paragraph: &TextParagraph,
    units: &[std::ops::Range<usize>],
) {
    let number = u32::try_from(builder.position()).unwrap_or(u32::MAX);
    let count = |range: std::ops::Range<usize>| count_chars(paragraph.text.get(range));
    let (mut position, mut end) = (0_u32, 0);
    for (index, unit) in units.iter().enumerate() {
        let gap = count(end..unit.start);
        let start = if index == 0 { 0 } else { position.saturating_add(gap) };
        position = start.saturating_add(count(unit.clone()));
        end = unit.end;
        builder.push_folded(paragraph.text.get(unit.clone()).unwrap_or_default(), 0, false);
        let part =
            ParagraphPart { paragraph: number, characters: start..position, spaced: gap > 0 };
        let blank_before = if index == 0 { paragraph.blank_before } else { 0 };
        builder.flush_part(part, paragraph.lines.clone(), blank_before);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn blocks(text: &str) -> Vec<(String, std::ops::Range<u32>)> {
        let page = segment_text(text, LayoutOptions::default(), 100);
        page.blocks
            .iter()
            .map(|block| (page.text_of(block).to_owned(), block.lines.clone()))
            .collect()
    }

    #[test]
    fn a_line_is_a_block() {
        assert_eq!(
            blocks("One line.\n\n  Two  lines. \r\nThree\n"),
            [("One line.".into(), 1..2), ("Two lines.".into(), 3..4), ("Three".into(), 4..5)]
        );
    }

    #[test]
    fn hard_wrapped_paragraphs_are_blocks() {
        let paragraph = "The committee met on the second floor of the old customs house and\n\
            talked about the drains until the lamps were lit, which is when the\n\
            treasurer found that nobody had brought the minutes of the meeting\n\
            before, and that all of it would have to be said again in spring.";
        let text = format!("{paragraph}\n\n{paragraph}\n");
        let found = blocks(&text);
        assert_eq!(found.len(), 2);
        assert_eq!(found[1].1, 6..10);
        assert!(found[0].0.contains("house and talked"));
    }

    #[test]
    fn blocks_are_capped() {
        let page = segment_text(&"line\n".repeat(200), LayoutOptions::default(), 100);
        assert!(page.was_cut);
        assert_eq!(page.blocks.len(), 100);
    }
}
