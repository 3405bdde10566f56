//! Renders kept blocks as Markdown: `CommonMark`, with the table extension of GitHub.

use std::cell::Cell;

use super::source_lines::source_lines;
use super::{SpanBoundary, is_same_group, separator, walk_spans};
use crate::segment::{BlockKind, ElementContext, PageBlock, SegmentedPage, SpanKind};

/// The kept blocks as Markdown. If the input was Markdown, its own lines are copied: rendering them
/// again from the blocks would lose what the segmenter does not model.
pub(crate) fn markdown(page: &SegmentedPage, kept: &[&PageBlock]) -> String {
    if page.is_markdown {
        return source_lines(page, kept);
    }
    let mut out = String::with_capacity(page.text.len() + page.text.len() / 8);
    let mut previous: Option<BlockKind> = None;
    let mut before: Option<&PageBlock> = None;
    for block in kept {
        let joint = before.and_then(|before| separator(before, block));
        before = Some(block);
        if let Some(joint) = joint {
            out.push_str(joint);
            escape(page.text_of(block), false, &mut out);
            continue;
        }
        let is_continued = previous.is_some_and(|previous| is_same_group(previous, block.kind));
        match previous {
            None => {}
            Some(_) if is_continued => out.push('\n'),
            Some(_) => out.push_str("\n\n"),
        }
        block_markdown(page, block, is_continued, &mut out);
        previous = Some(block.kind);
    }
    out
}

fn block_markdown(page: &SegmentedPage, block: &PageBlock, is_continued: bool, out: &mut String) {
    let text = page.text_of(block);
    match block.kind {
        BlockKind::Preformatted => {
            // A fence must be longer than any run of backticks inside.
            let fence = "`".repeat((longest_backtick_run(text) + 1).max(3));
            out.push_str(&fence);
            out.push('\n');
            out.push_str(text);
            out.push('\n');
            out.push_str(&fence);
        }
        BlockKind::Row { .. } => {
            let mut row = String::new();
            inline(page, block, false, &mut row);
            // The segmenter put ` | ` between the cells. A cell that contains the same three characters
            // cannot be told from two cells.
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
                // Without two spaces before it, Markdown reads a line break as a space.
                out.push_str(&paragraph.replace('\n', "  \n"));
            }
        }
    }
}

fn longest_backtick_run(text: &str) -> usize {
    text.split(|character| character != '`').map(str::len).max().unwrap_or_default()
}

/// Writes a block's text with its inline markup. `escape_start` says whether the text begins a line,
/// where `#`, `>` and `-` are markup too.
fn inline(page: &SegmentedPage, block: &PageBlock, escape_start: bool, out: &mut String) {
    let begin = out.len();
    // In a code span neither escapes nor other markup mean anything.
    let in_code = Cell::new(false);
    walk_spans(
        page,
        block,
        out,
        |out, text| {
            if in_code.get() {
                out.push_str(text);
            } else {
                let at_start = escape_start && out.len() == begin;
                escape(text, at_start, out);
            }
        },
        |out, SpanBoundary { span, opens }| match (span.kind, *opens) {
            (SpanKind::Code, _) => {
                let code = page.text.get(span.start as usize..span.end as usize);
                let code = code.unwrap_or_default();
                let backticks = "`".repeat(longest_backtick_run(code) + 1);
                // A backtick at an edge needs a space beside it, and then Markdown strips one space at
                // both edges.
                let padding = if code.starts_with('`') || code.ends_with('`') { " " } else { "" };
                let (first, second) =
                    if *opens { (&*backticks, padding) } else { (padding, &*backticks) };
                out.push_str(first);
                out.push_str(second);
                in_code.set(*opens);
            }
            _ if in_code.get() => {}
            (SpanKind::Strong, _) => out.push_str("**"),
            (SpanKind::Emphasis, _) => out.push('*'),
            (SpanKind::Link(_), true) => {
                // `![` would begin an image.
                if out.len() > begin && out.ends_with('!') {
                    out.insert(out.len() - 1, '\\');
                }
                out.push('[');
            }
            (SpanKind::Link(number), false) => {
                out.push_str("](");
                let target = page.hrefs.get(number as usize).map_or("", String::as_str);
                link_target(target, out);
                out.push(')');
            }
        },
    );
}

/// Writes a link target. Characters that would end the target early are percent-encoded.
fn link_target(target: &str, out: &mut String) {
    for character in target.chars() {
        match character {
            '(' => out.push_str("%28"),
            ')' => out.push_str("%29"),
            '<' => out.push_str("%3C"),
            '>' => out.push_str("%3E"),
            '\\' => out.push_str("%5C"),
            c if c.is_whitespace() => out.push_str("%20"),
            c => out.push(c),
        }
    }
}

/// Escapes characters that Markdown would read as markup. `_` inside a word and a lone `*` between
/// spaces are never markup, so they stay readable. Brackets are always escaped: `[a](b)` in the text of
/// a page would become a link whose target nobody checked, and `[a]` one with a definition elsewhere.
fn escape(text: &str, at_start: bool, out: &mut String) {
    let mut previous = ' ';
    let mut characters = text.chars().peekable();
    let mut is_first = at_start;
    while let Some(character) = characters.next() {
        let next = characters.peek().copied().unwrap_or(' ');
        let is_markup = match character {
            '\\' | '`' | '[' | ']' => true,
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

/// Escapes a plain text for Markdown, line by line. Line breaks, and characters that cannot start markup here, stay as they are.
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
