//! Turns text into blocks: one per line, or one per hard-wrapped paragraph.

use super::builder::BlockBuilder;
use super::markdown::{looks_like_markdown, segment_markdown};
use super::{BlockKind, ParagraphPart, SegmentedPage, count_chars};
use crate::units;

/// Turns text into a page.
pub(crate) fn segment_text(text: &str, max_blocks: usize) -> SegmentedPage {
    let lines: Vec<&str> = split_lines(text).collect();
    if looks_like_markdown(&lines) {
        return segment_markdown(&lines, max_blocks);
    }
    let is_wrapped = looks_hard_wrapped(&lines);
    let mut builder = BlockBuilder::new(max_blocks);
    builder.page.elements.push(super::html::root_element());
    let mut blank_before = 0;
    let mut index = 0;
    while let Some(line) = lines.get(index) {
        if builder.is_full() {
            builder.page.was_cut = lines.iter().skip(index).any(|line| !line.trim().is_empty());
            break;
        }
        let first = index;
        index += 1;
        if line.trim().is_empty() {
            blank_before += 1;
            continue;
        }
        if is_wrapped {
            let rest = lines.get(index..).unwrap_or_default();
            index += rest.iter().take_while(|line| !line.trim().is_empty()).count();
        }
        let own = lines.get(first..index).unwrap_or_default();
        let number = |index: usize| u32::try_from(index + 1).unwrap_or(u32::MAX);
        if let [line] = own
            && let Some(units) = units::split_long_line(line)
        {
            push_units(&mut builder, line, &units, number(first), blank_before);
            blank_before = 0;
            continue;
        }
        for line in own {
            builder.space();
            builder.push_folded(line, 0, false);
        }
        builder.flush(BlockKind::Paragraph, number(first)..number(index), blank_before);
        blank_before = 0;
    }
    let mut page = builder.page;
    page.is_text = true;
    page
}

/// Adds the units of a long line, each as a block.
fn push_units(
    builder: &mut BlockBuilder,
    line: &str,
    units: &[std::ops::Range<usize>],
    number: u32,
    blank_before: u32,
) {
    let paragraph = u32::try_from(builder.position()).unwrap_or(u32::MAX);
    let count = |range: std::ops::Range<usize>| count_chars(line.get(range));
    let (mut position, mut end) = (0_u32, 0);
    for (index, unit) in units.iter().enumerate() {
        let gap = count(end..unit.start);
        let start = if index == 0 { 0 } else { position.saturating_add(gap) };
        position = start.saturating_add(count(unit.clone()));
        end = unit.end;
        builder.push_folded(line.get(unit.clone()).unwrap_or_default(), 0, false);
        let part = ParagraphPart { paragraph, characters: start..position, spaced: gap > 0 };
        let blank_before = if index == 0 { blank_before } else { 0 };
        builder.flush_part(part, number..number.saturating_add(1), blank_before);
    }
}

/// Splits at any line end in use: LF, CRLF, CR, NEL, LS, PS, form feed.
fn split_lines(text: &str) -> impl Iterator<Item = &str> {
    text.split(['\n', '\u{85}', '\u{2028}', '\u{2029}', '\u{c}']).flat_map(|line| {
        let line = line.strip_suffix('\r').unwrap_or(line);
        line.split('\r')
    })
}

/// Whether text is hard-wrapped: its paragraphs have several lines, and nearly all lines except the last of
/// each paragraph have about the same length, between 50 and 100 characters.
fn looks_hard_wrapped(lines: &[&str]) -> bool {
    let inner: Vec<usize> = lines
        .windows(2)
        .filter(|pair| pair.iter().all(|line| !line.trim().is_empty()))
        .filter_map(|pair| pair.first().map(|line| line.chars().count()))
        .collect();
    let filled = lines.iter().filter(|line| !line.trim().is_empty()).count();
    if inner.len() < 4 || inner.len() * 2 < filled {
        return false;
    }
    let longest = inner.iter().copied().max().unwrap_or_default();
    let full = inner.iter().filter(|length| **length + 16 >= longest).count();
    (50..=100).contains(&longest) && full * 10 >= inner.len() * 9
}

#[cfg(test)]
mod tests {
    use super::*;

    fn blocks(text: &str) -> Vec<(String, std::ops::Range<u32>)> {
        let page = segment_text(text, 100);
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
        let page = segment_text(&"line\n".repeat(200), 100);
        assert!(page.was_cut);
        assert_eq!(page.blocks.len(), 100);
    }
}
