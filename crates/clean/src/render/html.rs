//! Renders kept blocks as minimal HTML: paragraphs, headings, lists, tables, code, quotes, links, emphasis, pictures.

use super::containers::{Container, ContainerKind, containers, containers_of, doubled_number};
use super::{RenderSelection, SpanBoundary, separator, walk_spans};
use crate::escape::escape_html;
use crate::format::push_format;
use crate::page_view::BLOCK_ATTRIBUTE;
use crate::segment::{
    BlockKind, ElementDetail, PageBlock, PageImage, SegmentedPage, SpanKind, Tag,
};

/// The selected blocks and pictures as an HTML fragment. The segmenter has checked the scheme of every target.
pub(crate) fn html(page: &SegmentedPage, selection: &RenderSelection) -> String {
    render(page, selection, false)
}

/// The same, with the number of each block in [`BLOCK_ATTRIBUTE`] around its text.
pub(crate) fn numbered_html(page: &SegmentedPage, selection: &RenderSelection) -> String {
    render(page, selection, true)
}

fn render(page: &SegmentedPage, selection: &RenderSelection, is_numbered: bool) -> String {
    let mut renderer = HtmlRenderer {
        page,
        selection,
        number: None,
        out: String::with_capacity(page.text.len() * 5 / 4),
        open: Vec::new(),
        table: None,
    };
    let mut images = selection.standing_images(page).peekable();
    let mut image_rows = selection.image_rows(page).peekable();
    let mut previous: Option<&PageBlock> = None;
    for (number, block) in page.blocks.iter().enumerate() {
        while let Some((_, row)) = image_rows.next_if(|(before, _)| *before <= number) {
            renderer.block(row);
        }
        while let Some((_, image)) = images.next_if(|(before, _)| *before <= number) {
            renderer.picture(image);
        }
        if !selection.has(number) {
            continue;
        }
        renderer.number = is_numbered.then_some(number);
        let joint = previous.and_then(|previous| separator(previous, block));
        previous = Some(block);
        if let Some(joint) = joint
            && let Some(unclosed) = renderer.out.strip_suffix("</p>\n")
        {
            renderer.out.truncate(unclosed.len());
            renderer.out.push_str(joint);
            renderer.open_number();
            escape(page.text_of(block), &mut renderer.out);
            renderer.close_number();
            renderer.out.push_str("</p>\n");
            continue;
        }
        renderer.block(block);
    }
    image_rows.for_each(|(_, row)| renderer.block(row));
    images.for_each(|(_, image)| renderer.picture(image));
    renderer.close_to(0);
    renderer.out
}

struct HtmlRenderer<'a> {
    page: &'a SegmentedPage,
    selection: &'a RenderSelection,
    /// The number of the block, if it is to be shown.
    number: Option<usize>,
    out: String,
    open: Vec<Container>,
    /// The element of the open table.
    table: Option<u32>,
}

impl HtmlRenderer<'_> {
    /// Opens and closes elements until these are open.
    fn enter(&mut self, path: &[Container], table: Option<u32>) {
        let shared = self.open.iter().zip(path).take_while(|(open, new)| open == new).count();
        if self.table != table || shared < self.open.len() || shared < path.len() {
            if self.table.take().is_some() {
                self.out.push_str("</table>\n");
            }
            self.close_to(shared);
            for container in path.get(shared..).unwrap_or_default() {
                self.open(container);
            }
            if table.is_some() {
                self.out.push_str("<table>\n");
            }
            self.table = table;
        }
    }

    fn open(&mut self, container: &Container) {
        match &container.kind {
            ContainerKind::List { ordered: true } => {
                let start = self.first_number(container.element).filter(|number| *number != 1);
                match start {
                    Some(start) => {
                        push_format(&mut self.out, format_args!("<ol start=\"{start}\">\n"));
                    }
                    None => self.out.push_str("<ol>\n"),
                }
            }
            ContainerKind::List { ordered: false } => self.out.push_str("<ul>\n"),
            ContainerKind::Item { checked, .. } => self.out.push_str(match checked {
                Some(true) => "<li><input type=\"checkbox\" checked disabled> ",
                Some(false) => "<li><input type=\"checkbox\" disabled> ",
                None => "<li>",
            }),
            ContainerKind::Quote | ContainerKind::Callout(_) => self.out.push_str("<blockquote>\n"),
            ContainerKind::Definition => self.out.push_str("<dd>"),
            ContainerKind::Note(_) => self.out.push_str("<aside>\n"),
        }
        self.open.push(container.clone());
    }

    /// The number of the first item of a list.
    fn first_number(&self, list: u32) -> Option<u32> {
        let end = self.page.element(list).end;
        (list + 1..end).find_map(|index| match self.page.detail_of(index) {
            Some(ElementDetail::Item { number, .. }) => *number,
            _ => None,
        })
    }

    fn close_to(&mut self, count: usize) {
        if self.table.take().is_some() {
            self.out.push_str("</table>\n");
        }
        while self.open.len() > count {
            let Some(container) = self.open.pop() else { return };
            self.out.push_str(match container.kind {
                ContainerKind::List { ordered: true } => "</ol>\n",
                ContainerKind::List { ordered: false } => "</ul>\n",
                ContainerKind::Item { .. } => "</li>\n",
                ContainerKind::Quote | ContainerKind::Callout(_) => "</blockquote>\n",
                ContainerKind::Definition => "</dd>\n",
                ContainerKind::Note(_) => "</aside>\n",
            });
        }
    }

    fn open_number(&mut self) {
        if let Some(number) = self.number {
            push_format(&mut self.out, format_args!("<span {BLOCK_ATTRIBUTE}=\"{number}\">"));
        }
    }

    fn close_number(&mut self) {
        if self.number.is_some() {
            self.out.push_str("</span>");
        }
    }

    fn picture(&mut self, picture: &PageImage) {
        let path = containers(self.page, picture.element);
        self.enter(&path, None);
        image(self.page, picture, &mut self.out);
        self.out.push('\n');
    }

    fn block(&mut self, block: &PageBlock) {
        let path = containers_of(self.page, block);
        let is_row = matches!(block.kind, BlockKind::Row { .. });
        let table = is_row.then(|| self.page.table_of(block).unwrap_or(block.element));
        self.enter(&path, table);
        let is_in =
            |kind: fn(&ContainerKind) -> bool| path.last().is_some_and(|last| kind(&last.kind));
        match self.page.shown_kind(block) {
            // An item or a definition needs no paragraph for its first text.
            BlockKind::Paragraph | BlockKind::ListItem { .. }
                if is_in(|kind: &ContainerKind| {
                    matches!(kind, ContainerKind::Item { .. } | ContainerKind::Definition)
                }) && self.out.ends_with(['>', ' ']) =>
            {
                let doubled = doubled_number(self.page, block, &path);
                self.inline(&PageBlock { start: block.start + doubled, ..block.clone() });
            }
            BlockKind::Paragraph | BlockKind::ListItem { .. } => {
                let is_term = self.page.element_of(block).tag == Tag::Dt;
                self.enclose(if is_term { "dt" } else { "p" }, block);
            }
            BlockKind::Heading(level) => {
                let name = ["h1", "h2", "h3", "h4", "h5", "h6"];
                let index = usize::from(level.clamp(1, 6) - 1);
                self.enclose(name.get(index).copied().unwrap_or("h6"), block);
            }
            BlockKind::Row { header } => self.row(block, if header { "th" } else { "td" }),
            BlockKind::Preformatted => self.code(block),
        }
        self.out.push('\n');
    }

    fn row(&mut self, block: &PageBlock, cell: &str) {
        let cells = self.page.cells_of(block);
        self.out.push_str("<tr>");
        if cells.is_empty() {
            // A row of a text: the cells are what stands between the separators.
            for part in self.page.text_of(block).trim_matches('|').split(" | ") {
                tag("<", cell, &mut self.out);
                self.open_number();
                escape(part.trim(), &mut self.out);
                self.close_number();
                tag("</", cell, &mut self.out);
            }
        }
        for range in cells {
            tag("<", cell, &mut self.out);
            let part = PageBlock { start: range.start, end: range.end, ..block.clone() };
            self.inline(&part);
            tag("</", cell, &mut self.out);
        }
        self.out.push_str("</tr>");
    }

    fn code(&mut self, block: &PageBlock) {
        let language = self.page.language_of(block);
        self.out.push_str("<pre>");
        if let Some(name) = language {
            push_format(
                &mut self.out,
                format_args!("<code class=\"language-{}\">", escape_html(name)),
            );
        }
        self.open_number();
        // Inside `<pre>` a line break is a character, and `escape` would write `<br>` for it.
        for (number, line) in self.page.text_of(block).split('\n').enumerate() {
            if number > 0 {
                self.out.push('\n');
            }
            escape(line, &mut self.out);
        }
        self.close_number();
        if language.is_some() {
            self.out.push_str("</code>");
        }
        self.out.push_str("</pre>");
    }

    fn enclose(&mut self, name: &str, block: &PageBlock) {
        tag("<", name, &mut self.out);
        self.inline(block);
        tag("</", name, &mut self.out);
    }

    fn inline(&mut self, block: &PageBlock) {
        let (page, selection) = (self.page, self.selection);
        self.open_number();
        let is_note_mark = std::cell::Cell::new(false);
        walk_spans(
            page,
            block,
            &mut self.out,
            |out, text| {
                let mark = is_note_mark.get().then(|| selection.mark(text));
                escape(mark.as_deref().unwrap_or(text), out);
            },
            |out, boundary| {
                if boundary.span.kind == SpanKind::NoteMark {
                    is_note_mark.set(boundary.opens);
                }
                mark(page, boundary, out);
            },
        );
        self.close_number();
    }
}

fn mark(page: &SegmentedPage, boundary: &SpanBoundary, out: &mut String) {
    let name = match boundary.span.kind {
        SpanKind::Strong => "strong",
        SpanKind::Emphasis => "em",
        SpanKind::Code => "code",
        SpanKind::Strikethrough => "del",
        SpanKind::NoteMark | SpanKind::Formula(_) => return,
        SpanKind::Image(number) => {
            let picture = page.images.get(number as usize);
            let picture = picture.filter(|picture| !picture.stands_alone());
            if boundary.opens
                && let Some(picture) = picture
            {
                image(page, picture, out);
            }
            return;
        }
        SpanKind::Link(number) => {
            let href = page.hrefs.get(number as usize).map_or("", String::as_str);
            if boundary.opens {
                open_link(href, out);
            } else {
                out.push_str("</a>");
            }
            return;
        }
    };
    tag(if boundary.opens { "<" } else { "</" }, name, out);
}

fn open_link(target: &str, out: &mut String) {
    out.push_str("<a href=\"");
    escape(target, out);
    out.push_str("\">");
}

fn image(page: &SegmentedPage, picture: &PageImage, out: &mut String) {
    let target = picture.link.and_then(|link| page.hrefs.get(link as usize));
    if let Some(target) = target {
        open_link(target, out);
    }
    out.push_str("<img src=\"");
    out.push_str(&escape_html(&picture.src));
    out.push_str("\" alt=\"");
    out.push_str(&escape_html(&picture.alt));
    out.push_str("\">");
    if target.is_some() {
        out.push_str("</a>");
    }
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
