//! Turns a tree into elements and blocks, in one walk.

use ego_tree::iter::Edge;
use html5ever::{LocalName, local_name};
use memchr::memmem;
use scraper::{Html, Node, node};
use url::Url;
use xxhash_rust::xxh3::xxh3_64_with_seed;

use super::builder::BlockBuilder;
use super::class_names::{ClassNames, WordTable};
use super::links::LinkResolver;
use super::{BlockKind, ElementContext, PageBlock, PageElement, SegmentedPage, SpanKind, Tag};

/// Settings of [`segment_html`].
pub(crate) struct SegmentOptions<'a> {
    pub(crate) words: &'a WordTable,
    /// See [`crate::CleanLimits::max_blocks`].
    pub(crate) max_blocks: usize,
    /// Whether to record inline markup. Only Markdown and HTML output need it.
    pub(crate) with_spans: bool,
    /// What relative links are resolved against.
    pub(crate) link_base: Option<&'a Url>,
}

/// The root of the element array.
pub(super) fn root_element() -> PageElement {
    PageElement {
        tag: Tag::Unknown,
        parent: 0,
        end: 1,
        depth: 0,
        own: ElementContext::default(),
        context: ElementContext::default(),
        signature: 0,
        names: [0; 2],
        media: 0,
        controls: 0,
        node: None,
    }
}

/// Turns a tree into a page, in which each cell of a table is still a block ([`join_rows`]). The walk ends early when `interrupt` returns true.
pub(crate) fn segment_html(
    html: &Html,
    options: &SegmentOptions<'_>,
    interrupt: Option<&dyn Fn() -> bool>,
) -> SegmentedPage {
    let mut walk = TreeWalk {
        builder: BlockBuilder::new(options.max_blocks),
        names: ClassNames::new(options.words),
        tags: TagCache::new(),
        with_spans: options.with_spans,
        links: LinkResolver::new(options.link_base),
        stack: vec![0],
        lists: Vec::new(),
        open_spans: Vec::new(),
        links_open: 0,
        code_open: 0,
        pre_open: 0,
        item_pending: None,
    };
    walk.builder.page.elements.push(root_element());
    // The node whose subtree is being skipped.
    let mut skipping = None;
    for (step, edge) in html.tree.root().traverse().enumerate() {
        // Often enough to stop in time, and rare enough to cost nothing.
        if step % 4096 == 4095
            && (walk.builder.is_full() || interrupt.is_some_and(|interrupt| interrupt()))
        {
            walk.builder.page.was_cut = true;
            break;
        }
        match edge {
            Edge::Open(node) => match node.value() {
                _ if skipping.is_some() => {}
                Node::Text(text) => walk.text(text),
                Node::Element(element) => {
                    let tag = walk.tags.look_up(&element.name.local);
                    if tag.is_skipped() {
                        walk.skipped(tag);
                        skipping = Some(node.id());
                    } else {
                        walk.open(tag, element, node.id());
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
                    walk.close();
                }
            }
        }
    }
    walk.finish()
}

struct TreeWalk<'a> {
    builder: BlockBuilder,
    names: ClassNames<'a>,
    tags: TagCache,
    with_spans: bool,
    links: LinkResolver<'a>,
    /// The open elements, by number.
    stack: Vec<u32>,
    /// Open lists: whether each is ordered, and the number of its last item.
    lists: Vec<(bool, u32)>,
    /// Open inline markup: its element, where it began in the text, and its kind.
    open_spans: Vec<(u32, usize, SpanKind)>,
    links_open: u32,
    code_open: u32,
    pre_open: u32,
    /// The list item whose first block has not come yet.
    item_pending: Option<BlockKind>,
}

impl TreeWalk<'_> {
    fn current(&self) -> u32 {
        self.stack.last().copied().unwrap_or_default()
    }

    fn text(&mut self, text: &str) {
        let (element, in_link) = (self.current(), self.links_open > 0);
        if self.pre_open > 0 {
            self.builder.push_verbatim(text, element, in_link);
        } else {
            self.builder.push_folded(text, element, in_link);
        }
    }

    fn skipped(&mut self, tag: Tag) {
        // An image, a field or a script between two words separates them.
        if !matches!(tag, Tag::Rp | Tag::Rt | Tag::Template) {
            self.builder.space();
        }
        let current = self.current() as usize;
        let Some(element) = self.builder.page.elements.get_mut(current) else { return };
        match tag {
            Tag::Img | Tag::Picture | Tag::Video | Tag::Audio | Tag::Iframe | Tag::Svg => {
                element.media = element.media.saturating_add(1);
            }
            Tag::Input | Tag::Select | Tag::Textarea => {
                element.controls = element.controls.saturating_add(1);
            }
            _ => {}
        }
    }

    fn open(&mut self, tag: Tag, element: &node::Element, id: ego_tree::NodeId) {
        if tag == Tag::Br {
            if self.builder.line_break() && self.pre_open == 0 {
                self.flush();
            }
        } else if tag.is_block() {
            self.flush();
        }
        let parent = self.current();
        let OwnFacts { context: own, class, names } = self.own(tag, element);
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
            node: Some(id),
        });
        self.stack.push(index);
        self.open_content(tag, element, index);
    }

    /// Notes what the content of an element is part of: a link, a list, inline markup.
    fn open_content(&mut self, tag: Tag, element: &node::Element, index: u32) {
        match tag {
            Tag::A => {
                // Adjacent links are separate words. Style sheets put the space between them, which a tree does
                // not show.
                if self.links_open == 0 && self.builder.ends_in_link() {
                    self.builder.space();
                }
                self.links_open += 1;
                self.builder.count_link();
                if self.with_spans
                    && let Some(href) = element.attr("href")
                    && let Some(target) = self.links.resolve(href)
                    && let Ok(number) = u32::try_from(self.builder.page.hrefs.len())
                {
                    self.builder.page.hrefs.push(target);
                    self.open_span(index, SpanKind::Link(number));
                }
            }
            Tag::Ul | Tag::Menu => self.lists.push((false, 0)),
            Tag::Ol => {
                let start = element.attr("start").and_then(|start| start.trim().parse().ok());
                self.lists.push((true, start.unwrap_or(1_u32).saturating_sub(1)));
            }
            Tag::Li => {
                let depth = u8::try_from(self.lists.len().clamp(1, 255)).unwrap_or(u8::MAX);
                let number = self.lists.last_mut().and_then(|(ordered, number)| {
                    *number = number.saturating_add(1);
                    ordered.then_some(*number)
                });
                self.item_pending = Some(BlockKind::ListItem { depth, number });
            }
            Tag::Pre => self.pre_open += 1,
            Tag::B | Tag::Strong => self.open_span(index, SpanKind::Strong),
            Tag::I | Tag::Em => self.open_span(index, SpanKind::Emphasis),
            Tag::Code | Tag::Kbd | Tag::Samp | Tag::Tt => {
                self.code_open += 1;
                if self.code_open == 1 && self.pre_open == 0 {
                    self.open_span(index, SpanKind::Code);
                }
            }
            _ => {}
        }
    }

    fn open_span(&mut self, element: u32, kind: SpanKind) {
        if self.with_spans {
            self.open_spans.push((element, self.builder.position(), kind));
        }
    }

    fn close(&mut self) {
        let tag = self.builder.page.element(self.current()).tag;
        if tag.is_block() {
            self.flush();
        }
        let Some(index) = self.stack.pop() else { return };
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
        match tag {
            Tag::A => {
                self.links_open = self.links_open.saturating_sub(1);
            }
            Tag::Ul | Tag::Menu | Tag::Ol => {
                self.lists.pop();
            }
            Tag::Li => self.item_pending = None,
            Tag::Pre => self.pre_open = self.pre_open.saturating_sub(1),
            Tag::Code | Tag::Kbd | Tag::Samp | Tag::Tt => {
                self.code_open = self.code_open.saturating_sub(1);
            }
            _ => {}
        }
    }

    /// Ends the current block.
    fn flush(&mut self) {
        if self.builder.is_at_start() {
            self.builder.flush(BlockKind::Paragraph, 0..0, 0);
            return;
        }
        // Inline markup that continues in the next block gets a span in each.
        for index in 0..self.open_spans.len() {
            if let Some((_, start, kind)) = self.open_spans.get(index).copied() {
                self.builder.span(start, kind);
            }
        }
        let kind = self.kind();
        if matches!(kind, BlockKind::ListItem { .. }) {
            self.item_pending = None;
        }
        self.builder.flush(kind, 0..0, 0);
        let position = self.builder.position();
        for (_, start, _) in &mut self.open_spans {
            *start = position;
        }
        // A link around several blocks counts in each of them.
        if self.links_open > 0 {
            self.builder.count_link();
        }
    }

    fn kind(&self) -> BlockKind {
        if self.pre_open > 0 {
            return BlockKind::Preformatted;
        }
        let page = &self.builder.page;
        let heading =
            page.ancestors(self.current()).take(6).find_map(|element| element.tag.heading_level());
        match (heading, self.item_pending) {
            (Some(level), _) => BlockKind::Heading(level),
            (None, Some(item)) => item,
            (None, None) => BlockKind::Paragraph,
        }
    }

    /// What an element says about its contents.
    fn own<'e>(&mut self, tag: Tag, element: &'e node::Element) -> OwnFacts<'e> {
        let mut own = OwnFacts { context: tag_context(tag), class: "", names: [0; 2] };
        for (name, value) in &element.attrs {
            match name.local {
                local_name!("class") => {
                    let names = self.names.look_up(value);
                    own.class = value;
                    own.context.add(names.context);
                    own.names[0] = names.set;
                }
                local_name!("id") => {
                    let names = self.names.look_up(value);
                    own.context.add(names.context);
                    own.names[1] = names.set;
                }
                local_name!("role") => own.context.add(role_context(value)),
                local_name!("hidden") => own.context.add(ElementContext::HIDDEN),
                local_name!("aria-hidden") if value.eq_ignore_ascii_case("true") => {
                    own.context.add(ElementContext::HIDDEN);
                }
                local_name!("style") if is_hiding(value) => own.context.add(ElementContext::HIDDEN),
                local_name!("itemprop")
                    if matches!(&**value, "articleBody" | "text" | "reviewBody") =>
                {
                    own.context.add(ElementContext::BODY_PROP);
                }
                _ => {}
            }
        }
        // Themes name the whole page after its parts ("single-post with-sidebar"), which says nothing about a
        // block.
        if matches!(tag, Tag::Html | Tag::Body) {
            (own.context, own.names) = (tag_context(tag), [0; 2]);
        }
        own
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

/// The tags of the names that were looked up last. A page uses few names, and comparing one with a hundred
/// others takes longer than this lookup.
struct TagCache([Option<(LocalName, Tag)>; 64]);

impl TagCache {
    fn new() -> Self {
        Self([const { None }; 64])
    }

    fn look_up(&mut self, name: &LocalName) -> Tag {
        let Some(slot) = self.0.get_mut((name.get_hash() % 64) as usize) else {
            return Tag::from_name(name);
        };
        match slot {
            Some((known, tag)) if known == name => *tag,
            _ => {
                let tag = Tag::from_name(name);
                *slot = Some((name.clone(), tag));
                tag
            }
        }
    }
}

/// What an element says by itself.
struct OwnFacts<'e> {
    context: ElementContext,
    /// The class attribute.
    class: &'e str,
    /// The numbers of the token sets of class and id.
    names: [u32; 2],
}

fn tag_context(tag: Tag) -> ElementContext {
    match tag {
        Tag::Nav => ElementContext::NAV_TAG,
        Tag::Header => ElementContext::HEADER_TAG,
        Tag::Footer => ElementContext::FOOTER_TAG,
        Tag::Aside => ElementContext::ASIDE_TAG,
        Tag::Main => ElementContext::MAIN_TAG,
        Tag::Article => ElementContext::ARTICLE_TAG,
        Tag::Dialog => ElementContext::DIALOG_TAG,
        Tag::Form | Tag::Search => ElementContext::FORM_TAG,
        Tag::Button | Tag::Label | Tag::Legend => ElementContext::CONTROL_TAG,
        Tag::Figure => ElementContext::FIGURE_TAG,
        Tag::Figcaption | Tag::Caption => ElementContext::FIGCAPTION_TAG,
        Tag::Blockquote => ElementContext::QUOTE_TAG,
        Tag::Table => ElementContext::TABLE_TAG,
        Tag::Ul | Tag::Ol | Tag::Menu | Tag::Dl => ElementContext::LIST_TAG,
        Tag::Pre | Tag::Code => ElementContext::CODE_TAG,
        Tag::Details => ElementContext::DETAILS_TAG,
        Tag::A => ElementContext::LINK_TAG,
        Tag::Time => ElementContext::TIME_TAG,
        Tag::Address => ElementContext::ADDRESS_TAG,
        _ => ElementContext::default(),
    }
}

fn role_context(role: &str) -> ElementContext {
    match role.trim().to_ascii_lowercase().as_str() {
        "navigation" | "menu" | "menubar" | "tablist" => ElementContext::NAV_TAG,
        "banner" => ElementContext::HEADER_TAG,
        "contentinfo" => ElementContext::FOOTER_TAG,
        "complementary" => ElementContext::ASIDE_TAG,
        "main" => ElementContext::MAIN_TAG,
        "article" => ElementContext::ARTICLE_TAG,
        "dialog" | "alertdialog" => ElementContext::DIALOG_TAG,
        "search" | "form" => ElementContext::FORM_TAG,
        "button" => ElementContext::CONTROL_TAG,
        _ => ElementContext::default(),
    }
}

fn is_hiding(style: &str) -> bool {
    let mut folded = [0; 400];
    let mut length = 0;
    let characters = style.chars().filter(|c| !c.is_whitespace());
    for (slot, character) in folded.iter_mut().zip(characters) {
        // Other characters become 0, which is not in the strings below.
        *slot = u8::try_from(character).unwrap_or_default().to_ascii_lowercase();
        length += 1;
    }
    let folded = folded.get(..length).unwrap_or_default();
    memmem::find(folded, b"display:none").is_some()
        || memmem::find(folded, b"visibility:hidden").is_some()
}

/// A hash of the path of tags and class names. Digits are left out, so that numbered names (`post-4711`)
/// are the same.
fn signature(parent: u64, tag: Tag, class: &str) -> u64 {
    let seed = parent.rotate_left(9) ^ (tag as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let class = class.get(..class.floor_char_boundary(256)).unwrap_or_default();
    if class.bytes().any(|byte| byte.is_ascii_digit()) {
        let mut kept = [0; 256];
        let mut length = 0;
        let without_digits = class.bytes().filter(|byte| !byte.is_ascii_digit());
        for (slot, byte) in kept.iter_mut().zip(without_digits) {
            *slot = byte;
            length += 1;
        }
        xxh3_64_with_seed(kept.get(..length).unwrap_or_default(), seed)
    } else {
        xxh3_64_with_seed(class.as_bytes(), seed)
    }
}

/// Joins the cells of each table row into one block, if every cell has at most one block. That is so in
/// tables of data, and not in tables that are used for layout.
///
/// It comes after repair, which goes through the blocks.
pub(crate) fn join_rows(page: &mut SegmentedPage) {
    let row_of = |page: &SegmentedPage, block: &PageBlock| -> Option<(u32, u32)> {
        let mut cell = None;
        let mut index = block.element;
        for _ in 0..6 {
            let element = page.element(index);
            match element.tag {
                Tag::Td | Tag::Th => cell = Some(index),
                Tag::Tr => return cell.map(|cell| (index, cell)),
                Tag::Table => return None,
                _ => {}
            }
            if element.parent == index {
                return None;
            }
            index = element.parent;
        }
        None
    };
    if !page.elements.iter().any(|element| element.tag == Tag::Tr) {
        return;
    }
    let rows: Vec<Option<(u32, u32)>> =
        page.blocks.iter().map(|block| row_of(page, block)).collect();
    let blocks = std::mem::take(&mut page.blocks);
    let old_text = std::mem::take(&mut page.text);
    let mut text = String::with_capacity(old_text.len() + 64);
    let mut index = 0;
    while let Some(block) = blocks.get(index) {
        let row = rows.get(index).copied().flatten();
        let mut end = index + 1;
        if let Some((tr, _)) = row {
            while rows.get(end).copied().flatten().is_some_and(|(other, _)| other == tr) {
                end += 1;
            }
        }
        let cells = rows.get(index..end).unwrap_or_default();
        let is_data = end - index > 1 && cells.windows(2).all(|pair| pair.first() != pair.last());
        let parts = blocks.get(index..if is_data { end } else { index + 1 }).unwrap_or_default();
        let start = text.len();
        let mut joined = PageBlock { start: offset(start), ..block.clone() };
        joined.spans.end = joined.spans.start;
        joined.link_bytes = 0;
        joined.links = 0;
        for (number, part) in parts.iter().enumerate() {
            if number > 0 {
                text.push_str(" | ");
            }
            let shift = i64::try_from(text.len()).unwrap_or_default() - i64::from(part.start);
            for span in part.spans.clone() {
                if let Some(span) = page.spans.get_mut(span as usize) {
                    span.start = offset_by(span.start, shift);
                    span.end = offset_by(span.end, shift);
                }
            }
            text.push_str(old_text.get(part.start as usize..part.end as usize).unwrap_or_default());
            joined.spans.end = part.spans.end;
            joined.link_bytes += part.link_bytes;
            joined.links += part.links;
        }
        joined.end = offset(text.len());
        if is_data && let Some((tr, _)) = row {
            joined.element = tr;
            joined.kind = BlockKind::Row {
                header: cells.iter().flatten().all(|(_, cell)| page.element(*cell).tag == Tag::Th),
            };
        }
        page.blocks.push(joined);
        index += parts.len().max(1);
    }
    page.text = text;
}

fn offset(position: usize) -> u32 {
    u32::try_from(position).unwrap_or(u32::MAX)
}

fn offset_by(position: u32, shift: i64) -> u32 {
    u32::try_from(i64::from(position) + shift).unwrap_or_default()
}
