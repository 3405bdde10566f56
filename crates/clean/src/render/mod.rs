//! Renders kept blocks as text, Markdown and minimal HTML.

mod containers;
mod html;
mod markdown;
mod source_lines;

use std::borrow::Cow;
use std::collections::HashSet;

use crate::segment::{BlockKind, InlineSpan, PageBlock, PageImage, SegmentedPage, SpanKind};

pub(crate) use html::{html, numbered_html};
pub use markdown::escape_markdown;
pub(crate) use markdown::markdown;

/// What of a page is rendered.
#[derive(Debug, Default)]
pub(crate) struct RenderSelection {
    /// For each block, whether it is in the text.
    pub(crate) kept: Vec<bool>,
    /// For each picture, whether it belongs to the text.
    pub(crate) images: Vec<bool>,
    /// For each block, whether it is left out of the text and is the caption of something that is kept. Markdown and HTML
    /// have such captions beside what they belong to.
    pub(crate) captions: Vec<bool>,
    /// The labels of the notes that are kept. The marks of others refer to nothing.
    pub(crate) notes: HashSet<String>,
}

impl RenderSelection {
    fn has(&self, block: usize) -> bool {
        let is_in = |flags: &[bool]| flags.get(block).copied().unwrap_or_default();
        is_in(&self.kept) || is_in(&self.captions)
    }

    /// Finds the notes among the kept blocks.
    pub(crate) fn find_notes(&mut self, page: &SegmentedPage) {
        let blocks = self.blocks(page);
        let labels = blocks.iter().filter_map(|block| {
            let (label, _) = page.text_of(block).strip_prefix("[^")?.split_once("]:")?;
            Some(label.to_owned())
        });
        self.notes = labels.collect();
    }

    /// A mark of a note as it is written: `[^1]`, or `[1]` if the note is not kept.
    fn mark<'a>(&self, mark: &'a str) -> Cow<'a, str> {
        let label =
            mark.strip_prefix("[^").and_then(|rest| rest.split_once(']')).map(|(label, _)| label);
        match label {
            Some(label) if !self.notes.contains(label) => Cow::Owned(format!("[{label}]")),
            _ => Cow::Borrowed(mark),
        }
    }

    /// The pictures that stand by themselves and belong to the text, with the numbers of the blocks that they stand
    /// before, in order.
    fn standing_images<'a>(
        &self,
        page: &'a SegmentedPage,
    ) -> impl Iterator<Item = (usize, &'a PageImage)> {
        let images = page.images.iter().zip(&self.images).filter(|(_, is_kept)| **is_kept);
        let images = images.filter(|(image, _)| image.stands_alone());
        images.filter_map(|(image, _)| Some((image.before_block? as usize, image)))
    }

    /// The rows of pictures that belong to the text, with the numbers of the blocks that they stand before, in order.
    fn image_rows<'a>(
        &self,
        page: &'a SegmentedPage,
    ) -> impl Iterator<Item = (usize, &'a PageBlock)> {
        let is_kept = |row: &PageBlock| {
            page.spans_of(row).iter().any(|span| match span.kind {
                SpanKind::Image(number) => self.images.get(number as usize) == Some(&true),
                _ => false,
            })
        };
        let rows = page.image_rows.iter().filter(move |(_, row)| is_kept(row));
        rows.map(|(before, row)| (*before as usize, row))
    }

    /// The kept blocks.
    pub(crate) fn blocks<'a>(&self, page: &'a SegmentedPage) -> Vec<&'a PageBlock> {
        let blocks = page.blocks.iter().zip(&self.kept);
        blocks.filter(|(_, is_kept)| **is_kept).map(|(block, _)| block).collect()
    }
}

/// The kept blocks as plain text, separated by one blank line. The parts of a paragraph stay together, and a row
/// stays in one line.
pub(crate) fn text(page: &SegmentedPage, selection: &RenderSelection) -> String {
    let mut out = String::with_capacity(page.text.len());
    let mut previous: Option<&PageBlock> = None;
    for block in selection.blocks(page) {
        if let Some(previous) = previous {
            out.push_str(separator(previous, block).unwrap_or("\n\n"));
        }
        push_text(page, block, selection, &mut out);
        previous = Some(block);
    }
    out
}

/// Writes the text of a block.
fn push_text(
    page: &SegmentedPage,
    block: &PageBlock,
    selection: &RenderSelection,
    out: &mut String,
) {
    let marks = page.spans_of(block).iter().filter(|span| {
        span.kind == SpanKind::NoteMark && span.start >= block.start && span.end <= block.end
    });
    let start = out.len();
    let mut position = block.start;
    let piece = |from: u32, to: u32| page.text.get(from as usize..to as usize).unwrap_or_default();
    for span in marks.filter(|span| span.start < span.end) {
        if span.start < position {
            continue;
        }
        out.push_str(piece(position, span.start));
        out.push_str(&selection.mark(piece(span.start, span.end)));
        position = span.end;
    }
    out.push_str(piece(position, block.end));
    if matches!(block.kind, BlockKind::Row { .. })
        && let Some(row) = out.get(start..).filter(|row| row.contains('\n'))
    {
        let row = row.replace('\n', " ");
        out.truncate(start);
        out.push_str(&row);
    }
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
struct SpanBoundary {
    span: InlineSpan,
    opens: bool,
}

/// Walks a block's text and inline markup in order. Calls `text` with each piece of plain text, and
/// `mark` where markup begins or ends. Every call of `mark` that opens a span is followed by one that
/// closes it: spans that overlap others only partly, and spans inside another of the same kind, are left
/// out, since neither Markdown nor HTML can express them.
fn walk_spans(
    page: &SegmentedPage,
    block: &PageBlock,
    out: &mut String,
    mut text: impl FnMut(&mut String, &str),
    mut mark: impl FnMut(&mut String, &SpanBoundary),
) {
    let mut open: Vec<InlineSpan> = Vec::new();
    let mut position = block.start;
    let piece = |from: u32, to: u32| page.text.get(from as usize..to as usize).unwrap_or_default();
    let mut pending = spans_in(page, block).into_iter().peekable();
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
                mark(out, &SpanBoundary { span: span.clone(), opens: true });
                open.push(span);
            }
        }
    }
    text(out, piece(position, block.end));
}

/// Spans of a block up to which those that follow each other are joined, which takes time with their square.
const MAX_JOINED_SPANS: usize = 500;

/// The inline markup in the range of a block, in order. Where two spans begin at the same place, the longer one
/// contains the other. Spans of emphasis that follow each other at once are one.
fn spans_in(page: &SegmentedPage, block: &PageBlock) -> Vec<InlineSpan> {
    let is_inside = |span: &&InlineSpan| {
        let is_visible = span.start < span.end || matches!(span.kind, SpanKind::Image(_));
        span.start >= block.start && span.end <= block.end && is_visible
    };
    let mut spans: Vec<InlineSpan> =
        page.spans_of(block).iter().filter(is_inside).cloned().collect();
    let rank = |span: &InlineSpan| match span.kind {
        SpanKind::Link(_) => 0,
        SpanKind::Code | SpanKind::Formula(_) | SpanKind::NoteMark => 2,
        _ => 1,
    };
    spans.sort_by_key(|span| (span.start, std::cmp::Reverse(span.end), rank(span)));
    if spans.len() > MAX_JOINED_SPANS {
        return spans;
    }
    // A link around one of two spans and not the other keeps them apart.
    let is_apart = |left: &InlineSpan, right: &InlineSpan| {
        let holds = |outer: &InlineSpan, inner: &InlineSpan| {
            outer.kind != inner.kind && outer.start <= inner.start && inner.end <= outer.end
        };
        spans.iter().any(|outer| holds(outer, left) != holds(outer, right))
    };
    let mut joined: Vec<InlineSpan> = Vec::with_capacity(spans.len());
    for span in &spans {
        let is_emphasis = matches!(
            span.kind,
            SpanKind::Strong | SpanKind::Emphasis | SpanKind::Strikethrough | SpanKind::Code
        );
        match joined.last_mut() {
            Some(last)
                if is_emphasis
                    && last.kind == span.kind
                    && last.end == span.start
                    && !is_apart(last, span) =>
            {
                last.end = span.end;
            }
            _ => joined.push(span.clone()),
        }
    }
    joined
}
