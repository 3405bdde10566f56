//! Kept blocks to Markdown: `CommonMark`, with the table extension of GitHub.

use super::{SpanBoundary, is_same_group, walk_spans};
use crate::segment::{BlockKind, ElementContext, PageBlock, SegmentedPage, SpanKind};

/// The kept blocks as Markdown. Text that came as Markdown goes out as it came.
pub(crate) fn markdown(page: &SegmentedPage, kept: &[&PageBlock]) -> String {
    let mut out = String::with_capacity(page.text.len() + page.text.len() / 8);
    let mut previous: Option<BlockKind> = None;
    for block in kept {
        let is_continued = previous.is_some_and(|previous| is_same_group(previous, block.kind));
        match previous {
            None => {}
            Some(_) if is_continued => out.push('\n'),
            Some(_) => out.push_str("\n\n"),
        }
        if page.is_markdown {
            let lines = (block.lines.start as usize).saturating_sub(1)
                ..(block.lines.end as usize).saturating_sub(1);
            out.push_str(&page.markdown_lines.get(lines).unwrap_or_default().join("\n"));
        } else {
            block_markdown(page, block, is_continued, &mut out);
        }
        previous = Some(block.kind);
    }
    out
}

fn block_markdown(page: &SegmentedPage, block: &PageBlock, is_continued: bool, out: &mut String) {
    let text = page.text_of(block);
    match block.kind {
        BlockKind::Preformatted => {
            // The fence is longer than any run of backticks inside.
            let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or_default();
            let fence = "`".repeat((longest + 1).max(3));
            out.push_str(&fence);
            out.push('\n');
            out.push_str(text);
            out.push('\n');
            out.push_str(&fence);
        }
        BlockKind::Row { .. } => {
            let mut row = String::new();
            inline(page, block, false, &mut row);
            // The bars between cells are the segmenter's own; those within cells stay ambiguous.
            out.push_str("| ");
            out.push_str(&row.replace('\n', " "));
            out.push_str(" |");
            if !is_continued {
                let columns = row.matches(" | ").count() + 1;
                out.push_str("\n|");
                out.push_str(&" --- |".repeat(columns));
            }
        }
        BlockKind::Heading(level) => {
            out.push_str(&"#".repeat(usize::from(level)));
            out.push(' ');
            let mut heading = String::new();
            inline(page, block, true, &mut heading);
            out.push_str(&heading.replace('\n', " "));
        }
        BlockKind::ListItem { depth, number } => {
            let indent = "    ".repeat(usize::from(depth.saturating_sub(1).min(8)));
            let marker = number.map_or_else(|| "- ".to_owned(), |number| format!("{number}. "));
            let mut item = String::new();
            inline(page, block, true, &mut item);
            out.push_str(&indent);
            out.push_str(&marker);
            out.push_str(&item.replace('\n', &format!("\n{indent}    ")));
        }
        BlockKind::Paragraph => {
            let mut paragraph = String::new();
            inline(page, block, true, &mut paragraph);
            let is_quote =
                !page.is_text && page.element_of(block).context.has(ElementContext::QUOTE_TAG);
            if is_quote {
                out.push_str("> ");
                out.push_str(&paragraph.replace('\n', "\n> "));
            } else {
                // Two spaces keep a line break a line break.
                out.push_str(&paragraph.replace('\n', "  \n"));
            }
        }
    }
}

fn inline(page: &SegmentedPage, block: &PageBlock, escape_start: bool, out: &mut String) {
    let begin = out.len();
    walk_spans(
        page,
        block,
        out,
        |out, text| {
            let at_start = escape_start && out.len() == begin;
            escape(text, at_start, out);
        },
        |out, SpanBoundary { span, opens }| match (span.kind, opens) {
            (SpanKind::Strong, _) => out.push_str("**"),
            (SpanKind::Emphasis, _) => out.push('*'),
            (SpanKind::Code, _) => out.push('`'),
            (SpanKind::Link(_), true) => out.push('['),
            (SpanKind::Link(number), false) => {
                out.push_str("](");
                let href = page.hrefs.get(number as usize).map_or("", String::as_str);
                for character in href.chars() {
                    match character {
                        '(' => out.push_str("%28"),
                        ')' => out.push_str("%29"),
                        ' ' | '\n' | '\t' => out.push_str("%20"),
                        c if c.is_control() => {}
                        c => out.push(c),
                    }
                }
                out.push(')');
            }
        },
    );
}

/// Escapes what Markdown would take for markup. Signs inside of words and lone signs between spaces
/// are no markup, and stay readable.
fn escape(text: &str, at_start: bool, out: &mut String) {
    let mut previous = ' ';
    let mut characters = text.chars().peekable();
    let mut is_first = at_start;
    while let Some(character) = characters.next() {
        let next = characters.peek().copied().unwrap_or(' ');
        let is_markup = match character {
            '\\' | '`' => true,
            '*' => !(previous == ' ' && next == ' '),
            '_' => !(previous.is_alphanumeric() && next.is_alphanumeric()) && next != ' ',
            '<' => next.is_ascii_alphabetic() || matches!(next, '/' | '!' | '?'),
            '#' | '>' => is_first,
            '-' | '+' => is_first && next == ' ',
            _ => false,
        };
        if is_markup {
            out.push('\\');
        }
        out.push(character);
        previous = character;
        is_first = false;
    }
}

/// Escapes a plain text for Markdown, line by line. Line breaks and what cannot be taken for markup stay as they are.
///
/// ```
/// assert_eq!(copydesk_clean::escape_markdown("# 1 * 2 <b>"), "\\# 1 * 2 \\<b>");
/// ```
pub fn escape_markdown(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len() + text.len() / 8);
    for (at, line) in text.split('\n').enumerate() {
        if at > 0 {
            escaped.push('\n');
        }
        escape(line, true, &mut escaped);
    }
    escaped
}
