//! Renders kept blocks as Markdown: `CommonMark`, with the tables, task lists, strikethrough, footnotes, callouts and
//! formulas of GitHub.

mod escape;
mod inline;
mod table;
mod writer;

use std::iter::Peekable;
use std::vec::IntoIter;

use super::containers::{
    Container, ContainerKind, containers, containers_of, doubled_number, is_callout_title,
};
use super::source_lines::source_lines;
use super::{RenderSelection, separator};
use crate::format::push_format;
use crate::segment::{BlockKind, PageBlock, PageImage, SegmentedPage, Tag};
use escape::escape;
pub use escape::escape_markdown;
use inline::{image, inline, longest_backtick_run};
use table::table;
use writer::{MarkdownPiece, MarkdownWriter, is_kind_name};

/// Bytes of the title of a callout. A longer one is its text.
const MAX_TITLE_BYTES: usize = 160;

/// The selected blocks and pictures as Markdown. If the input was Markdown, its own lines are copied: rendering them
/// again from the blocks would lose what the segmenter does not model.
pub(crate) fn markdown(page: &SegmentedPage, selection: &RenderSelection) -> String {
    if page.is_markdown {
        return source_lines(page, &selection.blocks(page));
    }
    let mut renderer = MarkdownRenderer {
        page,
        selection,
        writer: MarkdownWriter::new(),
        last: None,
        writes_notes: false,
        image_rows: selection.image_rows(page).collect::<Vec<_>>().into_iter().peekable(),
    };
    renderer.document();
    // Notes come last, wherever they are on the page: beside their marks they would interrupt the text.
    if page.has_notes() {
        renderer.writes_notes = true;
        renderer.document();
    }
    renderer.writer.finish()
}

struct MarkdownRenderer<'a> {
    page: &'a SegmentedPage,
    selection: &'a RenderSelection,
    writer: MarkdownWriter,
    /// The last block that was written.
    last: Option<usize>,
    /// Whether the notes are written, or all but them.
    writes_notes: bool,
    /// The rows of pictures that were not written yet.
    image_rows: Peekable<IntoIter<(usize, &'a PageBlock)>>,
}

impl<'a> MarkdownRenderer<'a> {
    /// Writes the selected blocks and pictures that are notes, or all others.
    fn document(&mut self) {
        let mut images = self.selection.standing_images(self.page).peekable();
        let mut number = 0;
        while number <= self.page.blocks.len() {
            while let Some((_, image)) = images.next_if(|(before, _)| *before <= number) {
                self.picture(image);
            }
            number += self.block(number).max(1);
        }
    }

    /// Writes the block with this number if it is selected, and the rows after it if it is one. Returns how many
    /// blocks that were.
    fn block(&mut self, number: usize) -> usize {
        let page = self.page;
        let Some(block) = page.blocks.get(number).filter(|_| self.selection.has(number)) else {
            return 1;
        };
        let mut path = containers_of(page, block);
        if self.is_other_pass(&path) {
            return 1;
        }
        if self.lost_its_term(number) {
            path.retain(|container| container.kind != ContainerKind::Definition);
        }
        let previous = self.last.replace(number);
        if let Some(joint) = previous.and_then(|last| separator(page.blocks.get(last)?, block)) {
            let mut text = joint.to_owned();
            escape(page.text_of(block), false, false, &mut text);
            self.writer.append(&text);
            return 1;
        }
        if previous.is_some_and(|last| last + 1 == number) && self.has_rule_before(number) {
            self.writer.write(&[], &MarkdownPiece::block("---".to_owned()));
        }
        match page.shown_kind(block) {
            BlockKind::Row { .. } => {
                let (rows, last) = self.rows_from(number);
                self.writer.write(&path, &MarkdownPiece::block(table(page, self.selection, &rows)));
                self.last = Some(last);
                return last + 1 - number;
            }
            BlockKind::Preformatted => {
                self.writer.write(&path, &MarkdownPiece::block(code(page, block)));
            }
            BlockKind::Heading(level) => {
                let mut heading = "#".repeat(usize::from(level.clamp(1, 6)));
                heading.push(' ');
                let mut text = String::new();
                inline(page, self.selection, block, &mut text);
                let text = text.replace("  \n", " ");
                if self.is_first_title(block, &path, &text) {
                    self.writer.write(&path, &MarkdownPiece::callout_title(text));
                    return 1;
                }
                // Signs at the end would close the heading.
                match text.strip_suffix('#') {
                    Some(text) => push_format(&mut heading, format_args!("{text}\\#")),
                    None => heading.push_str(&text),
                }
                self.writer.write(&path, &MarkdownPiece::block(heading));
            }
            BlockKind::Paragraph | BlockKind::ListItem { .. } => {
                let mut text = String::new();
                let doubled = doubled_number(page, block, &path);
                let own = PageBlock { start: block.start + doubled, ..block.clone() };
                inline(page, self.selection, &own, &mut text);
                let piece = self.paragraph(block, &path, text);
                self.writer.write(&path, &piece);
            }
        }
        1
    }

    /// Whether a heading is the title of a callout that it begins.
    fn is_first_title(&self, block: &PageBlock, path: &[Container], text: &str) -> bool {
        path.last().is_some_and(|last| {
            matches!(last.kind, ContainerKind::Callout(_)) && !self.writer.is_open(last)
        }) && text.len() <= MAX_TITLE_BYTES
            && is_callout_title(self.page, block)
    }

    fn paragraph(&self, block: &PageBlock, path: &[Container], text: String) -> MarkdownPiece {
        if let Some(ContainerKind::Callout(kind)) = path.last().map(|last| &last.kind)
            && (is_kind_name(&text, kind)
                || text.len() <= MAX_TITLE_BYTES && is_callout_title(self.page, block))
        {
            return MarkdownPiece::callout_title(text);
        }
        if is_term(self.page, block) {
            let is_plain = !text.contains(['*', '\n', '`']);
            return MarkdownPiece::term(if is_plain { format!("**{text}**") } else { text });
        }
        MarkdownPiece::paragraph(text)
    }

    /// Whether a block with these containers is written in the other pass.
    fn is_other_pass(&self, path: &[Container]) -> bool {
        path.iter().any(|it| matches!(it.kind, ContainerKind::Note(_))) != self.writes_notes
    }

    /// Whether the term before a definition is left out. At another term, the definition would be wrong.
    fn lost_its_term(&self, number: usize) -> bool {
        number.checked_sub(1).is_some_and(|before| {
            let block = self.page.blocks.get(before);
            block.is_some_and(|block| is_term(self.page, block)) && !self.selection.has(before)
        })
    }

    fn has_rule_before(&self, number: usize) -> bool {
        u32::try_from(number).is_ok_and(|number| self.page.rules.binary_search(&number).is_ok())
    }

    /// The selected rows of the table whose row has this number, with those of pictures, and the number of the last one. A head
    /// in the middle of a table begins another.
    fn rows_from(&mut self, number: usize) -> (Vec<&'a PageBlock>, usize) {
        let page = self.page;
        let table = page.blocks.get(number).and_then(|block| page.table_of(block));
        let is_row = |block: &PageBlock| {
            // A row with a single block in a table that is not of data is none.
            matches!(block.kind, BlockKind::Row { .. }) && page.table_of(block) == table
        };
        let blocks = page.blocks.iter().enumerate().skip(number);
        let blocks: Vec<_> = blocks.take_while(|(_, block)| is_row(block)).collect();
        let (mut rows, mut last) = (Vec::new(), number);
        for (at, block) in blocks {
            if self.selection.has(at) {
                self.push_image_rows(at, table, &mut rows);
                rows.push(block);
                last = at;
            }
        }
        self.push_image_rows(last + 1, table, &mut rows);
        (rows, last)
    }

    /// Adds the rows of pictures of a table that stand before a block.
    fn push_image_rows(
        &mut self,
        number: usize,
        table: Option<u32>,
        rows: &mut Vec<&'a PageBlock>,
    ) {
        while let Some((_, row)) = self.image_rows.next_if(|(before, _)| *before <= number) {
            if self.page.table_of(row) == table {
                rows.push(row);
            }
        }
    }

    /// Writes a picture that stands by itself.
    fn picture(&mut self, picture: &PageImage) {
        let path = containers(self.page, picture.element);
        if self.is_other_pass(&path) {
            return;
        }
        self.writer.write(&path, &MarkdownPiece::block(image(self.page, picture)));
    }
}

/// Whether a block is a term of a definition list.
fn is_term(page: &SegmentedPage, block: &PageBlock) -> bool {
    page.ancestors(block.element).take(3).any(|element| element.tag == Tag::Dt)
}

/// A fenced block of code.
fn code(page: &SegmentedPage, block: &PageBlock) -> String {
    let text = page.text_of(block);
    // A fence must be longer than any run of backticks inside.
    let fence = "`".repeat((longest_backtick_run(text) + 1).max(3));
    let language = page.language_of(block).unwrap_or_default();
    format!("{fence}{language}\n{text}\n{fence}")
}
