//! Turns text into blocks: one per line, or one per hard-wrapped paragraph.

use super::builder::BlockBuilder;
use super::{BlockKind, ParagraphPart, SegmentedPage, count_chars};
use crate::units;

/// Turns text into a page. The blocks of Markdown have no markers; its lines are kept unchanged beside them.
pub(crate) fn segment_text(text: &str, max_blocks: usize) -> SegmentedPage {
    let lines: Vec<&str> = split_lines(text).collect();
    let is_markdown = looks_like_markdown(&lines);
    let is_wrapped = !is_markdown && looks_hard_wrapped(&lines);
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
        let mut kind = BlockKind::Paragraph;
        if is_markdown && is_fence(line) {
            kind = BlockKind::Preformatted;
            let close = lines.iter().skip(index).position(|line| is_fence(line));
            index = close.map_or(lines.len(), |offset| index + offset + 1);
        } else if is_markdown {
            kind = markdown_kind(line);
        } else if is_wrapped {
            let rest = lines.get(index..).unwrap_or_default();
            index += rest.iter().take_while(|line| !line.trim().is_empty()).count();
        }
        let own = lines.get(first..index).unwrap_or_default();
        let number = |index: usize| u32::try_from(index + 1).unwrap_or(u32::MAX);
        if let ([line], false) = (own, is_markdown)
            && let Some(units) = units::split_long_line(line)
        {
            push_units(&mut builder, line, &units, number(first), blank_before);
            blank_before = 0;
            continue;
        }
        for (number, line) in own.iter().enumerate() {
            if kind == BlockKind::Preformatted {
                if is_fence(line) {
                    continue;
                }
                let separator = if number <= 1 { "" } else { "\n" };
                builder.push_verbatim(separator, 0, false);
                builder.push_verbatim(line, 0, false);
            } else if is_markdown {
                push_markdown(&mut builder, without_marker(kind, line));
            } else {
                builder.space();
                builder.push_folded(line, 0, false);
            }
        }
        builder.flush(kind, number(first)..number(index), blank_before);
        blank_before = 0;
    }
    let mut page = builder.page;
    page.is_text = true;
    page.is_markdown = is_markdown;
    if is_markdown {
        page.markdown_lines = lines.into_iter().map(str::to_owned).collect();
    }
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

fn is_fence(line: &str) -> bool {
    let line = line.trim_start();
    line.starts_with("```") || line.starts_with("~~~")
}

fn heading_level(line: &str) -> Option<u8> {
    let level = line.bytes().take_while(|byte| *byte == b'#').count();
    (matches!(level, 1..=6) && line.as_bytes().get(level) == Some(&b' '))
        .then(|| u8::try_from(level).unwrap_or(6))
}

fn markdown_kind(line: &str) -> BlockKind {
    let indent = line.len() - line.trim_start().len();
    let line = line.trim_start();
    if let Some(level) = heading_level(line) {
        return BlockKind::Heading(level);
    }
    let depth = u8::try_from(indent / 2 + 1).unwrap_or(u8::MAX);
    if ["- ", "* ", "+ "].iter().any(|marker| line.starts_with(marker)) {
        return BlockKind::ListItem { depth, number: None };
    }
    let digits = line.bytes().take_while(u8::is_ascii_digit).count();
    if matches!(digits, 1..=4)
        && line.get(digits..).is_some_and(|rest| rest.starts_with(". ") || rest.starts_with(") "))
    {
        let number = line.get(..digits).and_then(|number| number.parse().ok());
        return BlockKind::ListItem { depth, number };
    }
    if line.starts_with('|') && line.trim_end().ends_with('|') && line.len() > 2 {
        return BlockKind::Row { header: false };
    }
    BlockKind::Paragraph
}

/// Whether text is Markdown: it has a heading or a fence, or two links. One link may be a quotation of
/// Markdown in plain text.
fn looks_like_markdown(all: &[&str]) -> bool {
    let has_marker = |line: &&str| heading_level(line).is_some() || is_fence(line);
    all.iter().any(has_marker)
        || all.iter().map(|line| line.matches("](").count()).sum::<usize>() >= 2
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

/// Adds a line of Markdown without inline markers. Labels of links count as link text; images are left out.
fn push_markdown(builder: &mut BlockBuilder, line: &str) {
    if is_table_rule(line) {
        return;
    }
    let mut rest = line;
    while let Some((before, label, after)) = next_link(rest) {
        let is_picture = before.ends_with('!');
        push_plain(builder, before.strip_suffix('!').unwrap_or(before), false);
        if !is_picture {
            builder.count_link();
            if before.ends_with(char::is_alphanumeric) {
                builder.space();
            }
            push_plain(builder, label, true);
        }
        if after.starts_with(char::is_alphanumeric) {
            builder.space();
        }
        rest = after;
    }
    push_plain(builder, rest, false);
}

/// Adds a piece of a line without the markers of emphasis and code. Between two letters (`a_b`) or two
/// spaces (`2 * 3`) such a character is text.
fn push_plain(builder: &mut BlockBuilder, piece: &str, in_link: bool) {
    let mut plain = String::with_capacity(piece.len());
    let mut before = ' ';
    let mut rest = piece;
    while let Some(character) = rest.chars().next() {
        let run = match character {
            '*' | '_' | '`' => rest.len() - rest.trim_start_matches(character).len(),
            '\\' if rest.chars().nth(1).is_some_and(|c| c.is_ascii_punctuation()) => 1,
            _ => 0,
        };
        let (sign, after) = rest.split_at(run);
        let next = after.chars().next().unwrap_or(' ');
        let is_text = before.is_alphanumeric() && next.is_alphanumeric()
            || before.is_whitespace() && next.is_whitespace() && piece.len() > run;
        if run > 0 && is_text {
            plain.push_str(sign);
        }
        rest = after;
        if run == 0 || character == '\\' {
            plain.extend(rest.chars().next());
            before = rest.chars().next().unwrap_or(' ');
            rest = rest.get(before.len_utf8()..).unwrap_or_default();
        }
    }
    builder.push_folded(&plain, 0, in_link);
}

/// Whether a line separates the head of a table from its body: `| --- | :-: |`.
fn is_table_rule(line: &str) -> bool {
    line.contains("--") && line.chars().all(|c| matches!(c, '|' | '-' | ':' | ' '))
}

/// A line of Markdown without the marker of its block.
fn without_marker(kind: BlockKind, line: &str) -> &str {
    let text = line.trim();
    match kind {
        BlockKind::Heading(_) => text.trim_start_matches('#').trim_end_matches('#').trim(),
        BlockKind::ListItem { number, .. } => {
            let digits = if number.is_some() { "0123456789" } else { "" };
            text.trim_start_matches(|c| digits.contains(c))
                .trim_start_matches(['-', '*', '+', '.', ')'])
                .trim_start()
        }
        BlockKind::Row { .. } => text.trim_matches('|').trim(),
        BlockKind::Paragraph => text.trim_start_matches('>').trim_start(),
        BlockKind::Preformatted => text,
    }
}

/// Splits a line at its first `[label](target)` into the text before, the label, and the text after.
fn next_link(line: &str) -> Option<(&str, &str, &str)> {
    let (head, tail) = line.split_once("](")?;
    let (before, label) = head.rsplit_once('[')?;
    let (_target, after) = tail.split_once(')')?;
    Some((before, label, after))
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
    fn markdown_loses_its_markers_and_shows_its_kinds() {
        let text = "# Head\n\nText *with* a [**link**](https://a.example/b) and a_name.\n- item\n1. first\n\n```\nlet a  = 1;\n\nlet b;\n```\n| a | b |\n| --- | --- |\n> ![alt](x.png) said";
        let page = segment_text(text, 100);
        assert!(page.is_markdown);
        let blocks: Vec<(BlockKind, &str)> =
            page.blocks.iter().map(|block| (block.kind, page.text_of(block))).collect();
        assert_eq!(
            blocks,
            [
                (BlockKind::Heading(1), "Head"),
                (BlockKind::Paragraph, "Text with a link and a_name."),
                (BlockKind::ListItem { depth: 1, number: None }, "item"),
                (BlockKind::ListItem { depth: 1, number: Some(1) }, "first"),
                (BlockKind::Preformatted, "let a  = 1;\n\nlet b;"),
                (BlockKind::Row { header: false }, "a | b"),
                (BlockKind::Paragraph, "said"),
            ]
        );
        assert_eq!(page.blocks[1].links, 1);
    }

    #[test]
    fn blocks_are_capped() {
        let page = segment_text(&"line\n".repeat(200), 100);
        assert!(page.was_cut);
        assert_eq!(page.blocks.len(), 100);
    }
}
