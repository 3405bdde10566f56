//! Turns Markdown into blocks, with a `CommonMark` parser.

mod detect;
mod inline;
mod source;
#[cfg(test)]
mod tests;

use std::ops::Range;

use pulldown_cmark::{
    BrokenLink, CodeBlockKind, CowStr, Event, LinkType, Options, Parser, Tag as MarkdownTag, TagEnd,
};

use super::builder::BlockBuilder;
use super::{BlockKind, MarkdownLines, SegmentedPage, SetAsideText};
use crate::ClutterClass;
use crate::fold::single_spaced;
pub(super) use detect::looks_like_markdown;
use detect::{LineBreaks, line_breaks};
use source::{Chunk, Dedent, LinkDefinitions, MarkdownSource};

/// Bytes that are searched for the ends of links, for each byte of the text.
const SEARCH_FACTOR: usize = 4;

/// Turns lines of Markdown into a page. Each block knows its source lines, and the page has a copy of them.
pub(super) fn segment_markdown(lines: &[&str], max_blocks: usize) -> SegmentedPage {
    let MarkdownSource { chunks, definitions } = MarkdownSource::new(lines);
    let mut builder = BlockBuilder::new(max_blocks);
    builder.page.elements.push(super::element::root_element());
    let mut walk = MarkdownWalk {
        builder,
        lines,
        breaks: line_breaks(lines),
        definitions: &definitions,
        used_definitions: Vec::new(),
        covered: None,
        flushed_to: 0,
        lists: Vec::new(),
        item: None,
        heading: None,
        links_open: 0,
        images_open: 0,
        image_text: String::new(),
        cell_pending: false,
        cells: 0,
        is_code: false,
        after_label: false,
        split_link: None,
        search_budget: 0,
    };
    for chunk in &chunks {
        if walk.builder.is_full() {
            let rest = lines.get(chunk.first_line..).unwrap_or_default();
            walk.builder.page.was_cut |= rest.iter().any(|line| !line.trim().is_empty());
            break;
        }
        walk.chunk(chunk);
    }
    let used = std::mem::take(&mut walk.used_definitions);
    let mut page = walk.builder.page;
    page.is_text = true;
    page.is_markdown = true;
    page.markdown = MarkdownLines {
        lines: lines.iter().map(|line| (*line).to_owned()).collect(),
        definitions: used,
    };
    page
}

/// The state of the walk over the events of the parser.
struct MarkdownWalk<'a> {
    builder: BlockBuilder,
    lines: &'a [&'a str],
    breaks: LineBreaks,
    definitions: &'a LinkDefinitions,
    /// Where in the page's text a link was used that is defined elsewhere, and the line that defines it.
    used_definitions: Vec<(u32, u32)>,
    /// The source lines of the current block.
    covered: Option<Range<usize>>,
    /// One past the last line of the blocks before.
    flushed_to: usize,
    lists: Vec<OpenList>,
    /// The list item whose first block has not come yet.
    item: Option<BlockKind>,
    heading: Option<u8>,
    links_open: u32,
    images_open: u32,
    /// The alternative text of the open image.
    image_text: String,
    /// Whether the next text begins a cell of a table that is not the first.
    cell_pending: bool,
    /// Cells with text in the current row.
    cells: usize,
    is_code: bool,
    /// Whether the current block has only the label of a footnote yet.
    after_label: bool,
    /// Where a link or image ends that goes over several blocks.
    split_link: Option<SplitLink>,
    /// Bytes that may still be searched for the ends of such links. Keeps the time linear.
    search_budget: usize,
}

/// A link or image around several blocks, as converters write it. For the parser it is none.
struct SplitLink {
    is_image: bool,
    /// The offset of its closing bracket in the chunk.
    end: usize,
}

struct OpenList {
    /// The number of the next item, if the list is ordered.
    next: Option<u64>,
    /// Whether the parser takes a paragraph for a list, because it begins with a number: `3. May`.
    is_text: bool,
}

fn options() -> Options {
    Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_FOOTNOTES
}

impl MarkdownWalk<'_> {
    fn chunk(&mut self, chunk: &Chunk) {
        let dedents = indented_text(chunk);
        if dedents.is_empty() {
            self.parse(chunk);
        } else {
            self.parse(&chunk.with_dedented(&dedents));
        }
    }

    fn parse(&mut self, chunk: &Chunk) {
        let definitions = self.definitions;
        self.search_budget = chunk.text.len() * SEARCH_FACTOR;
        let resolve = |link: BrokenLink<'_>| {
            definitions.line_of(&link.reference)?;
            // Nothing reads targets, but a link needs one.
            Some((CowStr::Borrowed("#"), CowStr::Borrowed("")))
        };
        let parser = Parser::new_with_broken_link_callback(&chunk.text, options(), Some(resolve));
        for (event, range) in parser.into_offset_iter() {
            self.event(event, range, chunk);
        }
        self.close_split_link();
        self.flush(BlockKind::Paragraph);
    }

    fn event(&mut self, event: Event<'_>, range: Range<usize>, chunk: &Chunk) {
        match event {
            Event::Start(tag) => self.start(tag, range, chunk),
            Event::End(TagEnd::Link) => {
                self.end_link(chunk.text.get(range.end..).unwrap_or_default());
            }
            Event::End(tag) => self.end(tag),
            Event::Text(text) => {
                self.cover(&range, chunk);
                if self.is_code {
                    self.text(&text);
                } else if !self.split_link(&text, &range, &chunk.text) {
                    self.text(&inline::without_stray_markers(&chunk.text, &range, &text));
                }
            }
            Event::Code(text) | Event::InlineMath(text) | Event::DisplayMath(text) => {
                self.cover(&range, chunk);
                self.text(&text);
            }
            Event::Html(text) | Event::InlineHtml(text) => {
                self.cover(&range, chunk);
                self.html(&text);
            }
            Event::FootnoteReference(label) => {
                self.cover(&range, chunk);
                self.text(&format!("[^{label}]"));
            }
            Event::SoftBreak => self.soft_break(),
            Event::HardBreak => self.hard_break(),
            Event::Rule => self.flush(BlockKind::Paragraph),
            Event::TaskListMarker(_) => {}
        }
    }

    fn start(&mut self, tag: MarkdownTag<'_>, range: Range<usize>, chunk: &Chunk) {
        match tag {
            MarkdownTag::Heading { level, .. } => {
                self.flush(BlockKind::Paragraph);
                self.heading = Some(level as u8);
                self.cover(&range, chunk);
            }
            MarkdownTag::List(first) => {
                self.flush(BlockKind::Paragraph);
                let source = chunk.text.get(range).unwrap_or_default();
                let is_text = first.is_some_and(|first| first > 1) && !inline::is_list(source);
                self.lists.push(OpenList { next: first, is_text });
            }
            MarkdownTag::Item => self.start_item(range, chunk),
            MarkdownTag::CodeBlock(kind) => {
                self.flush(BlockKind::Paragraph);
                self.is_code = true;
                // The text of indented code says where it is.
                if matches!(kind, CodeBlockKind::Fenced(_)) {
                    self.cover(&range, chunk);
                }
            }
            MarkdownTag::TableHead => {
                self.cells = 0;
                self.cover(&range, chunk);
                // The line below the head goes with it.
                if let Some(lines) = &mut self.covered {
                    lines.end += 1;
                }
            }
            MarkdownTag::TableRow => self.cells = 0,
            MarkdownTag::TableCell => self.cell_pending = true,
            MarkdownTag::FootnoteDefinition(label) => {
                self.flush(BlockKind::Paragraph);
                self.cover(&(range.start..range.start + 1), chunk);
                self.text(&format!("[^{label}]:"));
                self.builder.space();
                self.after_label = true;
            }
            MarkdownTag::Link { link_type, id, .. } => {
                self.cover(&range, chunk);
                self.start_link();
                let is_defined = matches!(
                    link_type,
                    LinkType::ReferenceUnknown
                        | LinkType::CollapsedUnknown
                        | LinkType::ShortcutUnknown
                );
                if let Some(line) = self.definitions.line_of(&id).filter(|_| is_defined) {
                    let (at, line) = (offset(self.builder.position()), offset(line));
                    self.used_definitions.push((at, line));
                }
            }
            MarkdownTag::Image { .. } => {
                self.cover(&range, chunk);
                self.images_open += 1;
            }
            MarkdownTag::Paragraph
            | MarkdownTag::BlockQuote(_)
            | MarkdownTag::Table(_)
            | MarkdownTag::HtmlBlock => self.flush_before_paragraph(),
            _ => {}
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::List(_) => {
                self.flush(BlockKind::Paragraph);
                self.lists.pop();
            }
            TagEnd::Item => {
                self.flush(BlockKind::Paragraph);
                self.item = None;
            }
            TagEnd::CodeBlock => {
                self.flush(BlockKind::Preformatted);
                self.is_code = false;
            }
            TagEnd::TableHead | TagEnd::TableRow => {
                let kind = match self.cells {
                    // A table with one cell is there for layout.
                    0 | 1 => BlockKind::Paragraph,
                    _ => BlockKind::Row { header: tag == TagEnd::TableHead },
                };
                self.cell_pending = false;
                self.flush(kind);
            }
            TagEnd::Image => self.end_image(),
            TagEnd::Heading(_)
            | TagEnd::Paragraph
            | TagEnd::BlockQuote(_)
            | TagEnd::Table
            | TagEnd::HtmlBlock
            | TagEnd::FootnoteDefinition => self.flush(BlockKind::Paragraph),
            _ => {}
        }
    }

    /// The label of a footnote and its first paragraph are one block.
    fn flush_before_paragraph(&mut self) {
        if !std::mem::take(&mut self.after_label) {
            self.flush(BlockKind::Paragraph);
        }
    }

    fn start_item(&mut self, range: Range<usize>, chunk: &Chunk) {
        self.flush(BlockKind::Paragraph);
        let depth = u8::try_from(self.lists.len().clamp(1, 255)).unwrap_or(u8::MAX);
        let list = self.lists.last_mut();
        let is_text = list.as_ref().is_some_and(|list| list.is_text);
        let next = list.and_then(|list| list.next.as_mut()).map(|number| {
            let current = *number;
            *number = current.saturating_add(1);
            current
        });
        if is_text {
            self.cover(&(range.start..range.start + 1), chunk);
            self.text(inline::number_marker(chunk.text.get(range).unwrap_or_default()));
            self.builder.space();
            self.after_label = true;
            self.item = None;
            return;
        }
        let number = next.and_then(|number| u32::try_from(number).ok());
        self.item = Some(BlockKind::ListItem { depth, number });
    }

    fn start_link(&mut self) {
        // Adjacent links are separate words, as in pages. Converters also lose the space after a word.
        let is_glued =
            || self.builder.page.text.chars().next_back().is_some_and(inline::is_western_letter);
        if self.links_open == 0 && (self.builder.ends_in_link() || is_glued()) {
            self.builder.space();
        }
        self.links_open += 1;
        self.builder.count_link();
    }

    /// Ends a link. A short run of small letters after it is an ending: `[Ferry](/f)s`.
    fn end_link(&mut self, after: &str) {
        self.links_open = self.links_open.saturating_sub(1);
        let run = || after.chars().take_while(|c| inline::is_western_letter(*c)).take(4);
        if run().count() == 4 || run().next().is_some_and(|c| !c.is_lowercase()) {
            self.builder.space();
        }
    }

    fn end_image(&mut self) {
        self.images_open = self.images_open.saturating_sub(1);
        if self.images_open == 0 {
            let text = std::mem::take(&mut self.image_text);
            self.set_image_text_aside(&text);
        }
    }

    /// Reads the brackets of a link or an image that goes over several blocks. Returns whether the text was such
    /// a bracket.
    fn split_link(&mut self, text: &str, range: &Range<usize>, source: &str) -> bool {
        if let Some(link) = &self.split_link {
            if range.start < link.end {
                return false;
            }
            let is_end = range.start == link.end;
            self.close_split_link();
            if is_end {
                return true;
            }
        }
        if let Some(rest) = text.strip_prefix(source::TARGET)
            && source.get(..range.start).is_some_and(|before| before.ends_with(']'))
        {
            self.text(rest);
            return true;
        }
        if !matches!(text, "[" | "![") {
            return false;
        }
        let end = source::end_of_split_link(source, range.end, &mut self.search_budget);
        let Some(end) = end else { return false };
        let is_image = text == "![";
        self.split_link = Some(SplitLink { is_image, end });
        if is_image {
            self.images_open += 1;
        } else {
            self.start_link();
        }
        true
    }

    fn close_split_link(&mut self) {
        match self.split_link.take() {
            Some(SplitLink { is_image: true, .. }) => self.end_image(),
            Some(_) => self.end_link(""),
            None => return,
        }
        if self.builder.is_at_start() {
            self.discard_start();
        }
    }

    /// Forgets what was noted for a block that has no text yet.
    fn discard_start(&mut self) {
        self.builder.flush(BlockKind::Paragraph, 0..0, 0);
    }

    fn text(&mut self, text: &str) {
        if self.images_open > 0 {
            self.image_text.push_str(text);
            return;
        }
        let in_link = self.links_open > 0;
        if self.is_code {
            self.builder.push_verbatim(text, 0, in_link);
            return;
        }
        if std::mem::take(&mut self.cell_pending) {
            self.cells += 1;
            if !self.builder.is_at_start() {
                self.builder.space();
                self.builder.push_folded("|", 0, false);
                self.builder.space();
            }
        }
        self.builder.push_folded(text, 0, in_link);
    }

    fn soft_break(&mut self) {
        if self.images_open > 0 {
            self.image_text.push(' ');
        } else if self.breaks == LineBreaks::Blocks
            && self.heading.is_none()
            && self.links_open == 0
        {
            self.flush(BlockKind::Paragraph);
        } else {
            self.builder.space();
        }
    }

    fn hard_break(&mut self) {
        // Two in a row end a paragraph, as in pages.
        if self.builder.line_break() {
            self.flush(BlockKind::Paragraph);
        }
    }

    fn set_image_text_aside(&mut self, text: &str) {
        self.builder.space();
        let text = single_spaced(&text.replace('\u{200b}', ""));
        if !text.chars().any(char::is_alphanumeric) || self.builder.is_full() {
            return;
        }
        let lines = self.covered.clone().map_or(0..0, |lines| line_numbers(&lines));
        self.builder.page.set_aside.push(SetAsideText {
            element: None,
            class: ClutterClass::Caption,
            rule: "structure/image-text",
            lines,
            text,
        });
    }

    /// Notes that the current block has this part of the source.
    fn cover(&mut self, range: &Range<usize>, chunk: &Chunk) {
        let first = chunk.line_at(range.start);
        let last = chunk.line_at(range.end.saturating_sub(1).max(range.start));
        self.covered = Some(match self.covered.take() {
            Some(lines) => lines.start.min(first)..lines.end.max(last + 1),
            None => first..last + 1,
        });
    }

    /// Ends the current block. An open heading or list item decides its kind.
    fn flush(&mut self, kind: BlockKind) {
        let lines = self.covered.take();
        if self.builder.is_at_start() {
            self.discard_start();
            if self.links_open > 0 {
                self.builder.count_link();
            }
            self.heading = None;
            return;
        }
        let kind = match (kind, self.heading.take(), self.item) {
            (BlockKind::Paragraph, Some(level), _) => BlockKind::Heading(level),
            (BlockKind::Paragraph, None, Some(item)) => item,
            (kind, ..) => kind,
        };
        if matches!(kind, BlockKind::ListItem { .. }) {
            self.item = None;
        }
        let lines = lines.unwrap_or(self.flushed_to..self.flushed_to + 1);
        let between = self.lines.get(self.flushed_to..lines.start).unwrap_or_default();
        let blank = between.iter().rev().take_while(|line| line.trim().is_empty()).count();
        let before = self.builder.page.blocks.len();
        self.builder.flush(kind, line_numbers(&lines), offset(blank));
        if self.builder.page.blocks.len() > before {
            self.flushed_to = self.flushed_to.max(lines.end);
        }
        // A link around several blocks counts in each of them.
        if self.links_open > 0 {
            self.builder.count_link();
        }
    }
}

/// The lines of a chunk that the parser takes for indented code, and that are not code: lists after a rule,
/// quotes and definitions, as html2text indents them.
fn indented_text(chunk: &Chunk) -> Vec<Dedent> {
    let mut found = Vec::new();
    if !chunk.text.contains("\n    ") && !chunk.text.starts_with("    ") {
        return found;
    }
    let mut block: Option<Vec<Range<usize>>> = None;
    for (event, range) in Parser::new_ext(&chunk.text, options()).into_offset_iter() {
        match event {
            Event::Start(MarkdownTag::CodeBlock(CodeBlockKind::Indented)) => {
                block = Some(Vec::new());
            }
            Event::Text(_) => {
                if let Some(lines) = &mut block {
                    lines.push(range);
                }
            }
            Event::End(TagEnd::CodeBlock) => {
                let lines = block.take().unwrap_or_default();
                let texts: Vec<&str> =
                    lines.iter().filter_map(|line| chunk.text.get(line.clone())).collect();
                if !inline::is_code(&texts) {
                    found.extend(lines.iter().map(|range| dedent(chunk, range)));
                }
            }
            _ => {}
        }
    }
    found
}

fn dedent(chunk: &Chunk, range: &Range<usize>) -> Dedent {
    let before = chunk.text.get(..range.start).unwrap_or_default();
    let line_start = before.rfind('\n').map_or(0, |end| end + 1);
    Dedent { line: chunk.line_at(range.start), column: range.start - line_start }
}

/// Lines counted from 1.
fn line_numbers(lines: &Range<usize>) -> Range<u32> {
    offset(lines.start + 1)..offset(lines.end + 1)
}

fn offset(position: usize) -> u32 {
    u32::try_from(position).unwrap_or(u32::MAX)
}
