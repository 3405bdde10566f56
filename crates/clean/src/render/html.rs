//! Renders kept blocks as minimal HTML: paragraphs, headings, lists, tables, code, quotes, links, emphasis.

use super::{SpanBoundary, separator, walk_spans};
use crate::escape::escape_html;
use crate::segment::{BlockKind, ElementContext, PageBlock, SegmentedPage, SpanKind};

/// An element that encloses several blocks in a row.
#[derive(Clone, Copy, PartialEq, Eq)]
enum RenderGroup {
    List { ordered: bool },
    Table,
    Quote,
}

/// The kept blocks as an HTML fragment. `href` is the only attribute; the segmenter has checked the
/// scheme of every target.
pub(crate) fn html(page: &SegmentedPage, kept: &[&PageBlock]) -> String {
    let mut out = String::with_capacity(page.text.len() * 5 / 4);
    let mut open: Option<RenderGroup> = None;
    let mut previous: Option<&PageBlock> = None;
    for block in kept {
        let joint = previous.and_then(|previous| separator(previous, block));
        previous = Some(block);
        if let Some(joint) = joint
            && let Some(unclosed) = out.strip_suffix("</p>\n")
        {
            out.truncate(unclosed.len());
            out.push_str(joint);
            escape(page.text_of(block), &mut out);
            out.push_str("</p>\n");
            continue;
        }
        let group = group_of(page, block);
        if group != open {
            close(open, &mut out);
            match group {
                Some(RenderGroup::List { ordered: true }) => out.push_str("<ol>\n"),
                Some(RenderGroup::List { ordered: false }) => out.push_str("<ul>\n"),
                Some(RenderGroup::Table) => out.push_str("<table>\n"),
                Some(RenderGroup::Quote) => out.push_str("<blockquote>\n"),
                None => {}
            }
            open = group;
        }
        block_html(page, block, &mut out);
        out.push('\n');
    }
    close(open, &mut out);
    out
}

fn close(group: Option<RenderGroup>, out: &mut String) {
    match group {
        Some(RenderGroup::List { ordered: true }) => out.push_str("</ol>\n"),
        Some(RenderGroup::List { ordered: false }) => out.push_str("</ul>\n"),
        Some(RenderGroup::Table) => out.push_str("</table>\n"),
        Some(RenderGroup::Quote) => out.push_str("</blockquote>\n"),
        None => {}
    }
}

fn group_of(page: &SegmentedPage, block: &PageBlock) -> Option<RenderGroup> {
    match block.kind {
        BlockKind::ListItem { number, .. } => Some(RenderGroup::List { ordered: number.is_some() }),
        BlockKind::Row { .. } => Some(RenderGroup::Table),
        BlockKind::Paragraph if page.element_of(block).context.has(ElementContext::QUOTE_TAG) => {
            Some(RenderGroup::Quote)
        }
        _ => None,
    }
}

fn block_html(page: &SegmentedPage, block: &PageBlock, out: &mut String) {
    match block.kind {
        BlockKind::Paragraph => enclose("p", page, block, out),
        BlockKind::Heading(level) => {
            let name = ["h1", "h2", "h3", "h4", "h5", "h6"];
            let index = usize::from(level.clamp(1, 6) - 1);
            enclose(name.get(index).copied().unwrap_or("h6"), page, block, out);
        }
        BlockKind::ListItem { .. } => enclose("li", page, block, out),
        BlockKind::Row { header } => {
            let cell = if header { "th" } else { "td" };
            // The segmenter joined the cells with this separator; inline markup within a row is not kept.
            out.push_str("<tr>");
            for part in page.text_of(block).trim_matches('|').split(" | ") {
                tag("<", cell, out);
                escape(part.trim(), out);
                tag("</", cell, out);
            }
            out.push_str("</tr>");
        }
        BlockKind::Preformatted => {
            out.push_str("<pre>");
            // Inside `<pre>` a line break is a character, and `escape` would write `<br>` for it.
            for (number, line) in page.text_of(block).split('\n').enumerate() {
                if number > 0 {
                    out.push('\n');
                }
                escape(line, out);
            }
            out.push_str("</pre>");
        }
    }
}

fn enclose(name: &str, page: &SegmentedPage, block: &PageBlock, out: &mut String) {
    tag("<", name, out);
    walk_spans(
        page,
        block,
        out,
        |out, text| escape(text, out),
        |out, boundary| {
            inline(page, boundary, out);
        },
    );
    tag("</", name, out);
}

fn inline(page: &SegmentedPage, boundary: &SpanBoundary<'_>, out: &mut String) {
    let name = match boundary.span.kind {
        SpanKind::Strong => "strong",
        SpanKind::Emphasis => "em",
        SpanKind::Code => "code",
        SpanKind::Link(number) => {
            let href = page.hrefs.get(number as usize).map_or("", String::as_str);
            if boundary.opens {
                out.push_str("<a href=\"");
                escape(href, out);
                out.push_str("\">");
            } else {
                out.push_str("</a>");
            }
            return;
        }
    };
    tag(if boundary.opens { "<" } else { "</" }, name, out);
}

fn tag(opening: &str, name: &str, out: &mut String) {
    out.push_str(opening);
    out.push_str(name);
    out.push('>');
}

fn escape(text: &str, out: &mut String) {
    // A line break within a block was a `<br>` in the page.
    for (at, line) in text.split('\n').enumerate() {
        if at > 0 {
            out.push_str("<br>");
        }
        out.push_str(&escape_html(line));
    }
}
