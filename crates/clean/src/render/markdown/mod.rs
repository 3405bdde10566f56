//! Renders kept blocks as Markdown: `CommonMark`, with the tables, task lists, strikethrough, footnotes, callouts and
//! formulas of GitHub.

mod escape;
mod inline;
mod table;
mod writer;

use super::containers::{Container, ContainerKind, containers, containers_of, is_callout_title};
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
}

impl MarkdownRenderer<'_> {
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
        match block.kind {
            BlockKind::Row { .. } => {
                let rows = self.rows_from(number);
                let blocks: Vec<&PageBlock> =
                    rows.iter().filter_map(|number| page.blocks.get(*number)).collect();
                self.writer
                    .write(&path, &MarkdownPiece::block(table(page, self.selection, &blocks)));
                self.last = rows.last().copied();
                return self.last.map_or(1, |last| last + 1 - number);
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
                // Signs at the end would close the heading.
                match text.strip_suffix('#') {
                    Some(text) => push_format(&mut heading, format_args!("{text}\\#")),
                    None => heading.push_str(&text),
                }
                self.writer.write(&path, &MarkdownPiece::block(heading));
            }
            BlockKind::Paragraph | BlockKind::ListItem { .. } => {
                let mut text = String::new();
                inline(page, self.selection, block, &mut text);
                let piece = self.paragraph(block, &path, text);
                self.writer.write(&path, &piece);
            }
        }
        1
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

    /// The selected rows of the table whose row has this number. A head in the middle of a table begins another.
    fn rows_from(&self, number: usize) -> Vec<usize> {
        let blocks = self.page.blocks.iter().enumerate().skip(number);
        let table = self.page.blocks.get(number).and_then(|block| self.page.table_of(block));
        let mut rows = Vec::new();
        for (at, block) in blocks {
            let is_row =
                matches!(block.kind, BlockKind::Row { .. }) && self.page.table_of(block) == table;
            if !is_row {
                // A row with a single block in a table that is not of data.
                break;
            }
            if self.selection.has(at) {
                rows.push(at);
            }
        }
        rows
    }

    /// Writes a picture that stands by itself.
    fn picture(&mut self, picture: &PageImage) {
        let path = containers(self.page, picture.element);
        if self.is_other_pass(&path) {
            return;
        }
        self.writer.write(&path, &MarkdownPiece::block(image(picture)));
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
