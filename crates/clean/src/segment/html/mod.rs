//! Turns a tree into elements and blocks, in one walk.

mod handled;
mod inline;
mod structure;

use html5ever::local_name;
use std::collections::VecDeque;

use ego_tree::iter::Edge;
use ego_tree::{NodeId, NodeRef};
use scraper::{Html, Node, node};
use url::Url;

use super::attribute::attribute;
use super::builder::BlockBuilder;
use super::class_names::{ClassNames, WordTable};
use super::element::{OwnFacts, TagCache, root_element, signature, tag_context};
use super::links::LinkResolver;
use super::name_marks::NameMarks;
use super::notes::{PageNotes, may_have_notes};
use super::raised::Shift;
use super::structure::ElementDetail;
use super::{BlockKind, PageElement, SegmentedPage, SpanKind, Tag};

/// Settings of [`segment_html`].
pub(crate) struct SegmentOptions<'a> {
    pub(crate) words: &'a WordTable,
    /// See [`crate::CleanLimits::max_blocks`].
    pub(crate) max_blocks: usize,
    /// Whether to record inline markup. Only Markdown and HTML output need it.
    pub(crate) with_spans: bool,
    /// Whether to record pictures.
    pub(crate) with_images: bool,
    /// What relative links are resolved against.
    pub(crate) link_base: Option<&'a Url>,
    /// The source of the page, which shows at once what it cannot have.
    pub(crate) source: &'a str,
}

/// Turns a tree into a page, in which each cell of a table is still a block ([`super::join_rows`]). The walk ends
/// early when `interrupt` returns true.
pub(crate) fn segment_html(
    html: &Html,
    options: &SegmentOptions<'_>,
    interrupt: Option<&dyn Fn() -> bool>,
) -> SegmentedPage {
    let notes = if may_have_notes(options.source) {
        PageNotes::find(html, options.link_base.map(Url::as_str))
    } else {
        PageNotes::default()
    };
    let mut walk = TreeWalk {
        builder: BlockBuilder::new(options.max_blocks),
        names: ClassNames::new(options.words),
        tags: TagCache::new(),
        wanted: WantedMarkup { spans: options.with_spans, images: options.with_images },
        source: options.source,
        renders_tex: None,
        links: LinkResolver::new(options.link_base),
        interrupt,
        steps: 0,
        stack: vec![0],
        lists: Vec::new(),
        open_spans: Vec::new(),
        shifts: Vec::new(),
        links_open: 0,
        code_open: 0,
        pre_open: 0,
        code: None,
        refused_box: None,
        code_lines: Vec::new(),
        has_prose: false,
        item_pending: None,
        notes,
        note_pending: None,
        inline_notes: VecDeque::new(),
        inline_note: None,
        images_pending: Vec::new(),
        closed_list: None,
        closes_bracket: false,
    };
    // About half of the nodes are texts.
    walk.builder.page.elements.reserve(html.tree.values().len() / 2);
    walk.builder.page.elements.push(root_element());
    walk.walk(html.tree.root());
    walk.finish()
}

/// What is recorded beside the blocks.
struct WantedMarkup {
    spans: bool,
    images: bool,
}

/// A footnote whose first text has not come yet.
struct PendingNote {
    element: u32,
    label: String,
    /// What its text may begin with.
    mark: String,
}

struct TreeWalk<'t, 'a> {
    builder: BlockBuilder,
    names: ClassNames<'a>,
    tags: TagCache,
    wanted: WantedMarkup,
    source: &'a str,
    /// Whether the page loads a script that renders TeX in its text, once that is known.
    renders_tex: Option<bool>,
    links: LinkResolver<'a>,
    interrupt: Option<&'a dyn Fn() -> bool>,
    steps: usize,
    /// The open elements, by number.
    stack: Vec<u32>,
    /// Open lists.
    lists: Vec<OpenList>,
    /// Open inline markup: its element, where it began in the text, and its kind.
    open_spans: Vec<(u32, usize, SpanKind)>,
    /// Open raised or lowered text: its element, and where it began.
    shifts: Vec<(u32, usize, Shift)>,
    links_open: u32,
    code_open: u32,
    pre_open: u32,
    /// The element of the open block of code.
    code: Option<u32>,
    /// The outermost open element that only looks like a box of code.
    refused_box: Option<u32>,
    /// The open lines of code that are elements, and where each began.
    code_lines: Vec<(u32, usize)>,
    /// Whether the current block has text that is not code.
    has_prose: bool,
    /// The list item whose first block has not come yet.
    item_pending: Option<BlockKind>,
    notes: PageNotes,
    note_pending: Option<PendingNote>,
    /// Notes that stand in the current block, and become blocks after it.
    inline_notes: VecDeque<(NodeRef<'t, Node>, String)>,
    /// The one of them that is being walked.
    inline_note: Option<(NodeId, String)>,
    /// Pictures since the last block.
    images_pending: Vec<u32>,
    /// The list that was closed last, and the first of the lists that it continues.
    closed_list: Option<(NodeId, u32)>,
    /// Whether a `]` follows that belongs to the mark of a note.
    closes_bracket: bool,
}

/// A list whose items are numbered while it is open.
struct OpenList {
    ordered: bool,
    /// The number of the next item.
    next: i64,
    step: i64,
}

impl<'t> TreeWalk<'t, '_> {
    /// Walks a node and everything in it.
    fn walk(&mut self, root: NodeRef<'t, Node>) {
        // The node whose subtree is being skipped.
        let mut skipping = None;
        for edge in root.traverse() {
            self.steps += 1;
            // Often enough to stop in time, and rare enough to cost nothing.
            if self.steps % 4096 == 4095
                && (self.builder.is_full() || self.interrupt.is_some_and(|interrupt| interrupt()))
            {
                self.builder.page.was_cut = true;
                break;
            }
            match edge {
                Edge::Open(node) => match node.value() {
                    _ if skipping.is_some() => {}
                    Node::Text(text) => self.text(text),
                    Node::Element(element) => {
                        let tag = self.tags.look_up(&element.name.local);
                        if self.is_skipped(node, tag, element) {
                            skipping = Some(node.id());
                            continue;
                        }
                        let mut facts = OwnFacts::new(tag, element, &mut self.names);
                        let parent = self.builder.page.element(self.current()).tag;
                        let tag = facts.shown_tag(node, tag, parent);
                        facts.context.add(tag_context(tag));
                        if self.is_handled(node, tag, element, facts.marks) {
                            skipping = Some(node.id());
                        } else {
                            self.open(node, tag, element, &facts);
                        }
                    }
                    Node::Fragment => skipping = Some(node.id()),
                    _ => {}
                },
                Edge::Close(node) => {
                    if skipping.is_some() {
                        if skipping == Some(node.id()) {
                            skipping = None;
                        }
                    } else if node.value().is_element() {
                        self.close();
                    }
                }
            }
        }
    }

    fn current(&self) -> u32 {
        self.stack.last().copied().unwrap_or_default()
    }

    fn text(&mut self, text: &str) {
        let (element, in_link) = (self.current(), self.links_open > 0);
        let closes_bracket = std::mem::take(&mut self.closes_bracket);
        let text = text.strip_prefix(']').filter(|_| closes_bracket).unwrap_or(text);
        if self.code.is_some() || self.pre_open > 0 && !self.is_prose_in_pre() {
            if self.pre_open > 0 || !self.is_between_cells(text) {
                self.builder.push_verbatim(text, element, in_link);
            }
            return;
        }
        let is_blank = || text.chars().all(char::is_whitespace);
        if self.note_pending.is_some() && !is_blank() {
            self.note_text(text);
            return;
        }
        if self.code_open == 0 && !self.has_prose {
            self.has_prose = !is_blank();
        }
        self.builder.push_folded(text, element, in_link);
    }

    /// Whether a text is the white space between the rows and cells of a table of code.
    fn is_between_cells(&self, text: &str) -> bool {
        let tag = self.builder.page.element(self.current()).tag;
        let is_table = matches!(tag, Tag::Table | Tag::Tbody | Tag::Thead | Tag::Tr);
        let is_row_start =
            || self.code_lines.last().is_some_and(|(_, start)| *start == self.builder.position());
        let is_block =
            is_table || tag.is_block() && text.contains('\n') && (tag != Tag::Td || is_row_start());
        is_block && text.chars().all(char::is_whitespace)
    }

    fn open(
        &mut self,
        node: NodeRef<'t, Node>,
        tag: Tag,
        element: &node::Element,
        facts: &OwnFacts<'_>,
    ) {
        let is_line = facts.marks.has(NameMarks::CODE_LINE);
        let begins_code = self.begins_code(node, tag, element, facts.marks);
        if self.code.is_some() {
            match tag {
                Tag::Br => self.builder.end_line(),
                Tag::Td | Tag::Th => {}
                _ if tag.is_block() || is_line => self.builder.begin_line(),
                _ => {}
            }
        } else if tag == Tag::Br {
            if self.builder.line_break() && self.pre_open == 0 {
                self.flush();
            }
        } else if tag.is_block() {
            let is_structure = matches!(
                tag,
                Tag::Ul | Tag::Ol | Tag::Menu | Tag::Dl | Tag::Blockquote | Tag::Table | Tag::Pre
            );
            if is_structure {
                self.begin_note_alone();
            }
            self.flush();
        } else if begins_code {
            self.flush();
        }
        let parent = self.current();
        let OwnFacts { context: own, named, class, names, prompts, .. } = *facts;
        let (parent_context, parent_depth, parent_signature) = {
            let parent = self.builder.page.element(parent);
            (parent.context, parent.depth, parent.signature)
        };
        let Ok(index) = u32::try_from(self.builder.page.elements.len()) else { return };
        self.builder.page.elements.push(PageElement {
            tag,
            parent,
            end: index + 1,
            depth: parent_depth.saturating_add(1),
            own,
            context: parent_context.and(own),
            signature: signature(parent_signature, tag, class),
            names,
            media: 0,
            controls: 0,
            named,
            prompts,
            detail: 0,
            node: Some(node.id()),
        });
        self.stack.push(index);
        self.open_code(node, tag, element, facts.marks, index);
        if begins_code {
            self.begin_code(node, index);
        }
        if let Some(level) = facts.heading_level(tag) {
            self.builder.page.set_detail(index, ElementDetail::Heading { level });
        }
        self.open_content(node, tag, element, index);
        self.open_structure(node, tag, element, index, facts.marks);
        self.open_note(node, index);
    }

    fn close(&mut self) {
        let index = self.current();
        let tag = self.builder.page.element(index).tag;
        if self.code == Some(index) {
            self.flush();
            self.code = None;
        } else if self.code.is_some() {
            self.close_code_line(tag, index);
        } else if tag.is_block() {
            self.flush();
        }
        if self.refused_box == Some(index) {
            self.refused_box = None;
        }
        self.close_content(tag, index);
        if tag == Tag::Cite && self.is_head_of_quote(index) {
            self.flush();
        }
        if self.stack.pop().is_none() {
            return;
        }
        if let Some((element, start, kind)) = self.open_spans.last().copied()
            && element == index
        {
            self.open_spans.pop();
            self.builder.span(start, kind);
        }
        let end = u32::try_from(self.builder.page.elements.len()).unwrap_or(u32::MAX);
        if let Some(element) = self.builder.page.elements.get_mut(index as usize) {
            element.end = end;
        }
        if self.note_pending.as_ref().is_some_and(|note| note.element == index) {
            self.note_pending = None;
        }
    }

    /// Ends the current block, and makes blocks of the notes in it.
    fn flush(&mut self) {
        self.flush_block();
        // Notes in a note follow after it.
        if self.inline_note.is_some() {
            return;
        }
        while let Some((node, label)) = self.inline_notes.pop_front() {
            self.inline_note = Some((node.id(), label));
            let links_open = std::mem::take(&mut self.links_open);
            self.walk(node);
            self.flush_block();
            self.links_open = links_open;
            self.inline_note = None;
        }
    }

    fn flush_block(&mut self) {
        if self.builder.is_at_start() {
            self.builder.flush(BlockKind::Paragraph, 0..0, 0);
            self.stand_images_alone();
            return;
        }
        // Inline markup that continues in the next block gets a span in each.
        for index in 0..self.open_spans.len() {
            if let Some((_, start, kind)) = self.open_spans.get(index).copied() {
                self.builder.span(start, kind);
            }
        }
        if self.code.is_none() {
            self.mark_delimited_tex();
        }
        let kind = self.kind();
        if matches!(kind, BlockKind::ListItem { .. }) {
            self.item_pending = None;
        }
        let before = self.builder.page.blocks.len();
        self.builder.flush(kind, 0..0, 0);
        if self.builder.page.blocks.len() > before {
            self.move_images_out();
        } else {
            self.stand_images_alone();
        }
        self.has_prose = false;
        let position = self.builder.position();
        for (_, start, _) in &mut self.open_spans {
            *start = position;
        }
        for (_, start, _) in &mut self.shifts {
            *start = position;
        }
        // A link around several blocks counts in each of them.
        if self.links_open > 0 {
            self.builder.count_link();
        }
    }

    /// Pictures at the ends of a block stand before and after it.
    fn move_images_out(&mut self) {
        let page = &mut self.builder.page;
        let Some(block) = page.blocks.last() else { return };
        let spans = block.spans.start as usize..block.spans.end as usize;
        let after = u32::try_from(page.blocks.len()).unwrap_or(u32::MAX);
        for span in page.spans.get(spans).unwrap_or_default() {
            let SpanKind::Image(number) = span.kind else { continue };
            let before_block = match span.start {
                at if at <= block.start => Some(after - 1),
                at if at >= block.end => Some(after),
                _ => None,
            };
            if let Some(image) = page.images.get_mut(number as usize) {
                image.before_block = before_block;
            }
        }
        self.images_pending.clear();
    }

    /// Pictures without text around them stand between blocks.
    fn stand_images_alone(&mut self) {
        let page = &mut self.builder.page;
        let before = u32::try_from(page.blocks.len()).unwrap_or(u32::MAX);
        for number in self.images_pending.drain(..) {
            if let Some(image) = page.images.get_mut(number as usize) {
                image.before_block = Some(before);
            }
        }
    }

    /// Whether an element says at the head of a quote whose it is, in a line of its own.
    fn is_head_of_quote(&self, index: u32) -> bool {
        let page = &self.builder.page;
        let parent = page.element(index).parent;
        let mut around = page.ancestors(parent).take(2);
        self.code.is_none()
            && index <= parent + 1
            && around.any(|element| element.tag == Tag::Blockquote)
    }

    /// Whether the current element is a paragraph, an item or a heading in a `<pre>` that was never closed.
    fn is_prose_in_pre(&self) -> bool {
        let page = &self.builder.page;
        let around = page.ancestors(self.current()).take_while(|element| element.tag != Tag::Pre);
        around.take(6).any(|element| {
            matches!(element.tag, Tag::P | Tag::Li | Tag::Blockquote)
                || element.tag.heading_level().is_some()
        })
    }

    fn kind(&self) -> BlockKind {
        if self.code.is_some() || self.pre_open > 0 && !self.is_prose_in_pre() {
            return BlockKind::Preformatted;
        }
        // Lines of code with `<br>` between them need no `<pre>`.
        if !self.has_prose && self.builder.current_text().contains('\n') {
            return BlockKind::Preformatted;
        }
        let page = &self.builder.page;
        let heading =
            page.ancestors(self.current()).take(6).find_map(|element| element.tag.heading_level());
        match (heading, self.item_pending) {
            _ if self.inline_note.is_some() => BlockKind::Paragraph,
            (Some(level), _) => BlockKind::Heading(level),
            (None, Some(item)) => item,
            (None, None) => BlockKind::Paragraph,
        }
    }

    fn finish(mut self) -> SegmentedPage {
        self.flush();
        let end = u32::try_from(self.builder.page.elements.len()).unwrap_or(u32::MAX);
        while let Some(index) = self.stack.pop() {
            if let Some(element) = self.builder.page.elements.get_mut(index as usize) {
                element.end = end;
            }
        }
        let mut page = self.builder.page;
        (page.name_tokens, page.name_sets) = self.names.into_sets();
        page
    }
}

/// Whether an element has a class name.
fn is_named(element: &node::Element, name: &str) -> bool {
    attribute(element, &local_name!("class"))
        .is_some_and(|class| class.split_ascii_whitespace().any(|it| it == name))
}
