//! Turns a tree or a text into blocks: flat arrays in document order, on which all later stages work.

mod builder;
mod class_names;
mod context;
mod html;
mod links;
mod tag;
mod text;

use std::ops::Range;

use ego_tree::NodeId;

pub(crate) use class_names::WordTable;
pub(crate) use context::ElementContext;
pub(crate) use html::{SegmentOptions, segment_html};
pub(crate) use tag::Tag;
pub(crate) use text::segment_text;

/// A page as flat arrays.
#[derive(Debug, Default)]
pub(crate) struct SegmentedPage {
    /// The text of all blocks, one after another.
    pub(crate) text: String,
    /// In document order.
    pub(crate) blocks: Vec<PageBlock>,
    /// In preorder, so that a subtree is the range from an element to its `end`. The first is the root.
    pub(crate) elements: Vec<PageElement>,
    /// Inline markup, by block. Empty unless [`SegmentOptions::with_spans`] is set.
    pub(crate) spans: Vec<InlineSpan>,
    /// Link targets, resolved and checked by `links.rs`: renderers may link to all of them.
    pub(crate) hrefs: Vec<String>,
    /// The tokens of class names and ids, one set after another.
    pub(crate) name_tokens: Vec<u32>,
    /// The range of each set of tokens in `name_tokens`. The first set is empty.
    pub(crate) name_sets: Vec<Range<u32>>,
    /// Whether `max_blocks` was reached.
    pub(crate) was_cut: bool,
    /// Whether the input was text.
    pub(crate) is_text: bool,
    /// Whether the input was text in Markdown.
    pub(crate) is_markdown: bool,
    /// The lines of an input in Markdown, unchanged.
    pub(crate) markdown_lines: Vec<String>,
}

impl SegmentedPage {
    /// The text of a block: no white space at its ends, one space or newline within.
    pub(crate) fn text_of(&self, block: &PageBlock) -> &str {
        self.text.get(block.start as usize..block.end as usize).unwrap_or_default()
    }

    /// The same page with only these blocks, for judging again what was kept of a text. Inline markup is not
    /// copied, since judging does not read it.
    pub(crate) fn with_blocks(&self, indices: &[usize]) -> Self {
        Self {
            text: self.text.clone(),
            blocks: indices.iter().filter_map(|index| self.blocks.get(*index).cloned()).collect(),
            elements: self.elements.clone(),
            name_tokens: self.name_tokens.clone(),
            name_sets: self.name_sets.clone(),
            is_text: self.is_text,
            is_markdown: self.is_markdown,
            ..Self::default()
        }
    }

    /// The name tokens of an element: those of its class, then those of its id.
    pub(crate) fn names_of(&self, element: &PageElement) -> impl Iterator<Item = u32> {
        let sets = element.names.into_iter().filter_map(|set| self.name_sets.get(set as usize));
        sets.flat_map(|set| self.names_in(set)).copied()
    }

    /// The name tokens of one of [`SegmentedPage::name_sets`].
    pub(crate) fn names_in(&self, set: &Range<u32>) -> &[u32] {
        self.name_tokens.get(set.start as usize..set.end as usize).unwrap_or_default()
    }

    /// The element of a block.
    pub(crate) fn element_of(&self, block: &PageBlock) -> &PageElement {
        self.element(block.element)
    }

    /// An element by its number.
    pub(crate) fn element(&self, index: u32) -> &PageElement {
        // Only the segmenter creates these numbers, and it always creates a root.
        &self.elements[index as usize]
    }

    /// Whether `inner` is in the subtree of `outer`, or is the same element.
    pub(crate) fn contains(&self, outer: u32, inner: u32) -> bool {
        inner >= outer && inner < self.element(outer).end
    }

    /// The element and its ancestors, innermost first.
    pub(crate) fn ancestors(&self, index: u32) -> impl Iterator<Item = &PageElement> {
        let mut next = Some(index);
        std::iter::from_fn(move || {
            let element = self.element(next?);
            let here = next;
            next = Some(element.parent).filter(|parent| Some(*parent) != here);
            Some(element)
        })
    }

    /// The position of a block for people: `body > article > p`, or `line 7`.
    pub(crate) fn place_of(&self, block: &PageBlock) -> String {
        if self.is_text {
            let (first, last) = (block.lines.start, block.lines.end.saturating_sub(1));
            return if first == last {
                format!("line {first}")
            } else {
                format!("lines {first}-{last}")
            };
        }
        let mut names: Vec<&str> = self
            .ancestors(block.element)
            .filter(|element| element.node.is_some())
            .map(|element| element.tag.name())
            .filter(|name| *name != "html")
            .collect();
        names.reverse();
        names.join(" > ")
    }
}

/// A run of text between block-level boundaries.
#[derive(Clone, Debug)]
pub(crate) struct PageBlock {
    /// The range in [`SegmentedPage::text`].
    pub(crate) start: u32,
    pub(crate) end: u32,
    /// The innermost element with all of the text in it.
    pub(crate) element: u32,
    pub(crate) kind: BlockKind,
    /// Bytes of the text that are in links.
    pub(crate) link_bytes: u32,
    /// How many links there are.
    pub(crate) links: u32,
    /// The range in [`SegmentedPage::spans`].
    pub(crate) spans: Range<u32>,
    /// Lines covered, counted from 1; empty for pages.
    pub(crate) lines: Range<u32>,
    /// Blank lines before it; 0 for pages.
    pub(crate) blank_before: u32,
}

/// What a block is in the structure of the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BlockKind {
    Paragraph,
    /// With its level, 1 to 6.
    Heading(u8),
    /// With the depth of nesting (1 is outermost) and, in an ordered list, its number.
    ListItem {
        depth: u8,
        number: Option<u32>,
    },
    /// A row of a table, cells joined by ` | `; `header` if all cells are `<th>`.
    Row {
        header: bool,
    },
    Preformatted,
}

/// An element that holds text.
#[derive(Clone, Debug)]
pub(crate) struct PageElement {
    pub(crate) tag: Tag,
    /// The root is its own parent.
    pub(crate) parent: u32,
    /// One past its last descendant.
    pub(crate) end: u32,
    pub(crate) depth: u16,
    /// What the element itself says about its contents, by its tag, role and names.
    pub(crate) own: ElementContext,
    /// What it and all of its ancestors say.
    pub(crate) context: ElementContext,
    /// A hash of the path of tags and class names. Elements that one template made share it.
    pub(crate) signature: u64,
    /// The numbers of its sets of name tokens: of the class, and of the id.
    pub(crate) names: [u32; 2],
    /// Images, videos and frames among its children.
    pub(crate) media: u16,
    /// Input fields and menus of forms among its children.
    pub(crate) controls: u16,
    /// The node in the tree; `None` for text.
    pub(crate) node: Option<NodeId>,
}

/// Inline markup.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct InlineSpan {
    /// The range in [`SegmentedPage::text`].
    pub(crate) start: u32,
    pub(crate) end: u32,
    pub(crate) kind: SpanKind,
}

/// Kinds of inline markup that are rendered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SpanKind {
    /// With the index of its target in [`SegmentedPage::hrefs`].
    Link(u32),
    Strong,
    Emphasis,
    Code,
}
