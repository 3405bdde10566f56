//! Turns a tree or a text into blocks: flat arrays in document order, on which all later stages work.

mod attribute;
mod builder;
mod callouts;
mod class_names;
mod code;
mod context;
mod element;
mod html;
mod images;
mod links;
mod markdown;
mod math;
mod name_marks;
mod notes;
mod prompts;
mod raised;
mod structure;
mod tables;
mod tag;
mod text;
mod typeset;

use std::ops::Range;

use ego_tree::NodeId;

use crate::{ClutterClass, StructureReport};

pub(crate) use class_names::WordTable;
pub(crate) use code::is_language;
pub(crate) use context::ElementContext;
pub(crate) use html::{SegmentOptions, segment_html};
pub(crate) use images::PageImage;
pub(crate) use prompts::PromptParts;
pub(crate) use structure::ElementDetail;
pub(crate) use tables::{RowCell, join_rows};
pub(crate) use tag::Tag;
pub(crate) use text::{is_markdown, segment_text};

/// Levels from a row to its table: the row, a `<tbody>`, the table, and one more.
const MAX_LEVELS_TO_TABLE: usize = 4;
/// Levels above a block that are searched for the role of a heading.
const MAX_LEVELS_TO_HEADING: usize = 3;
/// Levels above a block of code that are searched for its language.
const MAX_LEVELS_TO_CODE: usize = 12;

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
    /// The cells of rows, row by row.
    pub(crate) cells: Vec<RowCell>,
    /// What elements are in the structure of the page ([`PageElement::detail`]). The first stands for nothing.
    pub(crate) details: Vec<ElementDetail>,
    /// The TeX of formulas ([`SpanKind::Formula`]), and whether each stands in a line of its own.
    pub(crate) formulas: Vec<(String, bool)>,
    /// In document order. Empty unless [`SegmentOptions::with_images`] is set.
    pub(crate) images: Vec<PageImage>,
    /// Rows of tables that have pictures and no text, with the number of the block that each stands before. They are no blocks,
    /// since only renderers know of pictures.
    pub(crate) image_rows: Vec<(u32, PageBlock)>,
    /// The numbers of blocks that have a thematic break (`<hr>`) before them.
    pub(crate) rules: Vec<u32>,
    /// What folding left out and repair may need, by block and in order.
    pub(crate) folded: Vec<FoldedRun>,
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
    /// How the lines of a text became blocks.
    pub(crate) structure: StructureReport,
    /// The source of an input in Markdown.
    pub(crate) markdown: MarkdownLines,
    /// Texts that stand beside the blocks: what the segmenter itself knows not to be content.
    pub(crate) set_aside: Vec<SetAsideText>,
}

/// The source of an input in Markdown.
#[derive(Clone, Debug, Default)]
pub(crate) struct MarkdownLines {
    /// All lines, unchanged.
    pub(crate) lines: Vec<String>,
    /// Where a link stands that is defined elsewhere, as an offset in [`SegmentedPage::text`], and the line of
    /// its definition, from 0. In the order of the links.
    pub(crate) definitions: Vec<(u32, u32)>,
}

/// A text that is no block and is not lost: it is reported among what was removed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SetAsideText {
    pub(crate) class: ClutterClass,
    /// The structural rule that set it aside.
    pub(crate) rule: &'static str,
    /// Lines covered, counted from 1; empty for pages.
    pub(crate) lines: Range<u32>,
    /// The element that it stood in, for pages.
    pub(crate) element: Option<u32>,
    pub(crate) text: String,
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

    /// The parts of a block of text: one for each range of bytes in its text, and one for each rest before, between
    /// and after them, with the number of its range. The ranges are in order and do not overlap.
    pub(crate) fn parts_of(
        &self,
        block: &PageBlock,
        ranges: &[Range<usize>],
    ) -> Vec<(PageBlock, Option<usize>)> {
        let text = self.text_of(block);
        let mut pieces: Vec<(Range<usize>, Option<usize>)> = Vec::new();
        let mut position = 0;
        for (number, range) in ranges.iter().enumerate() {
            pieces.push((position..range.start, None));
            pieces.push((range.clone(), Some(number)));
            position = range.end;
        }
        pieces.push((position..text.len(), None));
        // What the part of a long line covers is counted from the beginning of the line.
        let (paragraph, mut characters) = match &block.part {
            Some(part) => (part.paragraph, part.characters.start),
            None => (block.start, 0),
        };
        let mut spaced = block.part.as_ref().is_some_and(|part| part.spaced);
        let mut parts = Vec::new();
        let offset = |at: usize| block.start.saturating_add(u32::try_from(at).unwrap_or(u32::MAX));
        for (range, number) in pieces {
            let piece = text.get(range.clone()).unwrap_or_default();
            let body = piece.trim();
            let lead = piece.len() - piece.trim_start().len();
            let start = characters.saturating_add(count_chars(piece.get(..lead)));
            let end = start.saturating_add(count_chars(Some(body)));
            characters = characters.saturating_add(count_chars(Some(piece)));
            if body.is_empty() {
                spaced |= !piece.is_empty();
                continue;
            }
            let first = range.start + lead;
            parts.push((
                PageBlock {
                    start: offset(first),
                    end: offset(first + body.len()),
                    part: Some(ParagraphPart {
                        paragraph,
                        characters: start..end,
                        spaced: spaced || lead > 0,
                    }),
                    ..block.clone()
                },
                number,
            ));
            spaced = piece.ends_with(char::is_whitespace);
        }
        parts
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

    /// What an element is in the structure of the page, if its tag does not say it.
    pub(crate) fn detail_of(&self, element: u32) -> Option<&ElementDetail> {
        let number = self.elements.get(element as usize)?.detail.checked_sub(1)?;
        self.details.get(number as usize)
    }

    /// What a block is to renderers. A paragraph is a heading if the role of its element says so.
    pub(crate) fn shown_kind(&self, block: &PageBlock) -> BlockKind {
        let level = || {
            let mut around = self.ancestor_numbers(block.element).take(MAX_LEVELS_TO_HEADING);
            around.find_map(|index| match self.detail_of(index) {
                Some(ElementDetail::Heading { level }) => Some(*level),
                _ => None,
            })
        };
        match block.kind {
            BlockKind::Paragraph => level().map_or(block.kind, BlockKind::Heading),
            kind => kind,
        }
    }

    /// The TeX of a block that is one formula in a line of its own.
    pub(crate) fn display_formula(&self, block: &PageBlock) -> Option<&str> {
        self.spans_of(block).iter().find_map(|span| match span.kind {
            SpanKind::Formula(number) if span.start == block.start && span.end == block.end => {
                let (tex, is_display) = self.formulas.get(number as usize)?;
                is_display.then_some(tex.as_str())
            }
            _ => None,
        })
    }

    /// Says what an element is in the structure of the page.
    pub(crate) fn set_detail(&mut self, element: u32, detail: ElementDetail) {
        let Ok(number) = u32::try_from(self.details.len() + 1) else { return };
        if let Some(element) = self.elements.get_mut(element as usize) {
            self.details.push(detail);
            element.detail = number;
        }
    }

    /// Renumbers what stands between blocks. `moved` has the new number of each block, and of the end.
    fn move_places(&mut self, moved: &[usize]) {
        let place = |number: &mut u32| {
            let new = moved.get(*number as usize).or(moved.last()).copied().unwrap_or_default();
            *number = u32::try_from(new).unwrap_or(u32::MAX);
        };
        self.rules.iter_mut().for_each(place);
        self.images.iter_mut().filter_map(|image| image.before_block.as_mut()).for_each(place);
        self.image_rows.iter_mut().map(|(before, _)| before).for_each(place);
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
        self.ancestor_numbers(index).map(|index| self.element(index))
    }

    /// The numbers of an element and its ancestors, innermost first.
    pub(crate) fn ancestor_numbers(&self, index: u32) -> impl Iterator<Item = u32> {
        std::iter::successors(Some(index), |index| {
            Some(self.element(*index).parent).filter(|parent| parent != index)
        })
    }

    /// The element of the table that a block is a row of.
    pub(crate) fn table_of(&self, block: &PageBlock) -> Option<u32> {
        let mut around = self.ancestor_numbers(block.element).take(MAX_LEVELS_TO_TABLE);
        around.find(|index| self.element(*index).tag == Tag::Table)
    }

    /// Whether an element of the page is a footnote.
    pub(crate) fn has_notes(&self) -> bool {
        self.details.iter().any(|detail| matches!(detail, ElementDetail::Note { .. }))
    }

    /// The language that a block of code names.
    pub(crate) fn language_of(&self, block: &PageBlock) -> Option<&str> {
        let around = self.ancestor_numbers(block.element).take(MAX_LEVELS_TO_CODE);
        around.filter_map(|index| self.detail_of(index)).find_map(|detail| match detail {
            ElementDetail::Code { language } => Some(&**language),
            _ => None,
        })
    }

    /// The inline markup of a block, in the order in which it ended.
    pub(crate) fn spans_of(&self, block: &PageBlock) -> &[InlineSpan] {
        let range = block.spans.start as usize..block.spans.end as usize;
        self.spans.get(range).unwrap_or_default()
    }

    /// The cells of a row of a page.
    pub(crate) fn cells_of(&self, row: &PageBlock) -> &[RowCell] {
        let range = row.cells.start as usize..row.cells.end as usize;
        self.cells.get(range).unwrap_or_default()
    }

    /// The position of a block for people: `body > article > p`, `line 7`, or `line 7, characters 80-120`.
    pub(crate) fn place_of(&self, block: &PageBlock) -> String {
        if self.is_text {
            let lines = line_place(&block.lines);
            return match &block.part {
                Some(ParagraphPart { characters, .. }) => {
                    format!("{lines}, characters {}-{}", characters.start + 1, characters.end)
                }
                None => lines,
            };
        }
        self.path_of(block.element)
    }

    /// The position of a text that was set aside, for people.
    pub(crate) fn place_of_aside(&self, aside: &SetAsideText) -> String {
        aside.element.map_or_else(|| line_place(&aside.lines), |element| self.path_of(element))
    }

    /// The tags from the body of a page to an element.
    fn path_of(&self, element: u32) -> String {
        let mut names: Vec<&str> = self
            .ancestors(element)
            .filter(|element| element.node.is_some())
            .map(|element| element.tag.name())
            .filter(|name| *name != "html")
            .collect();
        names.reverse();
        names.join(" > ")
    }
}

/// The number of characters of a text.
pub(crate) fn count_chars(text: Option<&str>) -> u32 {
    u32::try_from(text.unwrap_or_default().chars().count()).unwrap_or(u32::MAX)
}

/// The position of lines for people: `line 7`, `lines 7-9`.
pub(crate) fn line_place(lines: &Range<u32>) -> String {
    let (first, last) = (lines.start, lines.end.saturating_sub(1));
    if first == last { format!("line {first}") } else { format!("lines {first}-{last}") }
}

/// A run of text between block-level boundaries.
#[derive(Clone, Debug, PartialEq)]
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
    /// The range in [`SegmentedPage::cells`], for the row of a page.
    pub(crate) cells: Range<u32>,
    /// Lines covered, counted from 1; empty for pages.
    pub(crate) lines: Range<u32>,
    /// Blank lines before it; 0 for pages.
    pub(crate) blank_before: u32,
    /// Its place in its paragraph, if it is only a part of one.
    pub(crate) part: Option<ParagraphPart>,
}

/// The place of a block that is a part of a paragraph: a sentence, a label. The parts of a paragraph are blocks
/// next to each other, so that clutter can be cut out of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ParagraphPart {
    /// A number that only the parts of one paragraph share.
    pub(crate) paragraph: u32,
    /// The characters of the paragraph that it covers, counted from 0.
    pub(crate) characters: Range<u32>,
    /// Whether white space separates it from the part before.
    pub(crate) spaced: bool,
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
    /// A row of a table, cells joined by ` | `; `header` if all cells are `<th>`. A line break is one in a cell.
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
    /// What it says by its tag, its role and its classes. An id is more often the slug of a heading.
    pub(crate) named: ElementContext,
    /// What it asks the reader to do: by itself, and by the fields among its children.
    pub(crate) prompts: PromptParts,
    /// 0, or one more than its index in [`SegmentedPage::details`].
    pub(crate) detail: u32,
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

/// White space and invisible characters that folding replaced by a space or by nothing, next to characters
/// outside ASCII: if these were misread, no-break spaces and soft hyphens are bytes of theirs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FoldedRun {
    /// The index in [`SegmentedPage::blocks`] of the block that it was in.
    pub(crate) block: u32,
    /// Where it was, as an offset in [`SegmentedPage::text`].
    pub(crate) at: u32,
    /// Its place among the white space that is there now.
    pub(crate) place: RunPlace,
    /// The characters: byte marks, and a space for any other white space.
    pub(crate) characters: Box<str>,
}

/// Where folded characters were, seen from the white space that the folded text has there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RunPlace {
    /// Before it, or there is none.
    Before,
    /// It is the white space that these characters became.
    Instead,
    /// After it.
    After,
}

/// Kinds of inline markup that are rendered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SpanKind {
    /// With the index of its target in [`SegmentedPage::hrefs`].
    Link(u32),
    Strong,
    Emphasis,
    Code,
    /// `<del>` and `<s>`.
    Strikethrough,
    /// The mark of a footnote, as it is written in every output: `[^1]`.
    NoteMark,
    /// With the index of its TeX in [`SegmentedPage::formulas`].
    Formula(u32),
    /// A picture, with its index in [`SegmentedPage::images`]. The range is empty.
    Image(u32),
}
