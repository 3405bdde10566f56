//! Renders kept blocks as text, Markdown and minimal HTML.

mod html;
mod markdown;
mod source_lines;

use crate::segment::{BlockKind, InlineSpan, PageBlock, SegmentedPage};

pub(crate) use html::html;
pub use markdown::escape_markdown;
pub(crate) use markdown::markdown;

/// The kept blocks as plain text, separated by one blank line. The parts of a paragraph stay together.
pub(crate) fn text(page: &SegmentedPage, kept: &[&PageBlock]) -> String {
    let mut out = String::with_capacity(page.text.len());
    let mut previous: Option<&PageBlock> = None;
    for block in kept {
        if let Some(previous) = previous {
            out.push_str(separator(previous, block).unwrap_or("\n\n"));
        }
        out.push_str(page.text_of(block));
        previous = Some(block);
    }
    out
}

/// What separates two kept parts of one paragraph; `None` for blocks of two paragraphs. Where a part between
/// them was cut out, a space keeps their words apart.
fn separator(previous: &PageBlock, block: &PageBlock) -> Option<&'static str> {
    let (before, part) = (previous.part.as_ref()?, block.part.as_ref()?);
    let is_same = before.paragraph == part.paragraph;
    let is_next = before.characters.end == part.characters.start;
    is_same.then_some(if is_next && !part.spaced { "" } else { " " })
}

/// The beginning or the end of inline markup.
struct SpanBoundary<'a> {
    span: &'a InlineSpan,
    opens: bool,
}

/// Walks a block's text and inline markup in order. Calls `text` with each piece of plain text, and
/// `mark` where markup begins or ends. Every call of `mark` that opens a span is followed by one that
/// closes it: spans that overlap others only partly, and spans inside another of the same kind, are left
/// out, since neither Markdown nor HTML can express them.
fn walk_spans<'a>(
    page: &'a SegmentedPage,
    block: &PageBlock,
    out: &mut String,
    mut text: impl FnMut(&mut String, &str),
    mut mark: impl FnMut(&mut String, &SpanBoundary<'a>),
) {
    let spans =
        page.spans.get(block.spans.start as usize..block.spans.end as usize).unwrap_or_default();
    let mut spans: Vec<&InlineSpan> = spans
        .iter()
        .filter(|span| span.start >= block.start && span.end <= block.end && span.start < span.end)
        .collect();
    // Where two spans begin at the same place, the longer one contains the other.
    spans.sort_by_key(|span| (span.start, std::cmp::Reverse(span.end)));
    let mut open: Vec<&'a InlineSpan> = Vec::new();
    let mut position = block.start;
    let piece = |from: u32, to: u32| page.text.get(from as usize..to as usize).unwrap_or_default();
    let mut pending = spans.into_iter().peekable();
    loop {
        let next_open = pending.peek().map(|span| span.start);
        let next_close = open.last().map(|span| span.end);
        match (next_open, next_close) {
            (None, None) => break,
            (start, Some(end)) if start.is_none_or(|start| end <= start) => {
                text(out, piece(position, end));
                position = end;
                if let Some(span) = open.pop() {
                    mark(out, &SpanBoundary { span, opens: false });
                }
            }
            _ => {
                let Some(span) = pending.next() else { break };
                let crosses = open.last().is_some_and(|outer| span.end > outer.end);
                if crosses || open.iter().any(|outer| outer.kind == span.kind) {
                    continue;
                }
                text(out, piece(position, span.start));
                position = span.start;
                mark(out, &SpanBoundary { span, opens: true });
                open.push(span);
            }
        }
    }
    text(out, piece(position, block.end));
}

/// Whether two blocks belong to one list or table. In Markdown a blank line between them would end it.
/// A header row begins a new table.
fn is_same_group(left: BlockKind, right: BlockKind) -> bool {
    matches!(
        (left, right),
        (BlockKind::ListItem { .. }, BlockKind::ListItem { .. })
            | (BlockKind::Row { .. }, BlockKind::Row { header: false })
    )
}
