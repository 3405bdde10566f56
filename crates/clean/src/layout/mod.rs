//! Reconstructs the paragraphs of a text, before anything in it is judged.
//!
//! Scraped text seldom has a paragraph a line. Tools that write every text node to a line of its own cut
//! sentences at links and bold words (`fragments`), others wrap at a width (`wrap`), and all of them leave or
//! lose spaces where markup was (`spacing`). Only white space changes, and hyphens of wrapping.
//!
//! A blank line ends a paragraph in every layout, and cleaned text has one between all of its paragraphs. So
//! cleaning it again joins nothing.

mod drop_cap;
mod fragments;
mod initial_words;
mod line;
mod pair;
mod paragraph;
mod report;
mod script;
mod spacing;
mod vocabulary;
mod weights;
mod wrap;

use std::ops::Range;

use crate::fold::single_spaced;
pub(crate) use line::split_lines;
use line::{TextLine, text_lines};
use memchr::{memchr3_iter, memmem};
use paragraph::ParagraphDraft;
use report::RepairLog;
pub use report::{LayoutKind, StructureRepair, StructureRepairKind, StructureReport};
use vocabulary::Vocabulary;
use wrap::WrapWidth;

/// Bytes that are sampled to learn how a text is punctuated.
const MAX_SAMPLE: usize = 1 << 16;

/// The most passes over the spaces of a text. Two are usually enough.
const MAX_ROUNDS: usize = 4;

/// The settings of a layout.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LayoutOptions {
    /// Forces a layout.
    pub(crate) kind: Option<LayoutKind>,
    /// Whether anything is put together again.
    pub(crate) repairs: bool,
}

impl Default for LayoutOptions {
    fn default() -> Self {
        Self { kind: None, repairs: true }
    }
}

/// The paragraphs of a text.
#[derive(Debug)]
pub(crate) struct TextLayout {
    pub(crate) kind: LayoutKind,
    /// In order, none of them empty.
    pub(crate) paragraphs: Vec<TextParagraph>,
    /// By kind.
    pub(crate) repairs: Vec<StructureRepair>,
}

/// A paragraph of a text.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct TextParagraph {
    /// Its text: no white space at its ends, single spaces within.
    pub(crate) text: String,
    /// The lines that it covers, counted from 1.
    pub(crate) lines: Range<u32>,
    /// The number of blank lines before it.
    pub(crate) blank_before: u32,
}

/// Puts a text's paragraphs together again. The text is not Markdown.
///
/// Takes time linear in the length of the text.
pub(crate) fn arrange(text: &str, options: LayoutOptions) -> TextLayout {
    let lines = text_lines(text);
    let mut vocabulary = Vocabulary::new(text);
    let mut log = RepairLog::default();
    let wrap = match options.kind {
        None => wrap::width(&lines, false),
        Some(LayoutKind::Wrapped) => wrap::width(&lines, true),
        Some(_) => None,
    };
    let may_join = matches!(options.kind, None | Some(LayoutKind::Fragments));
    let mut paragraphs = match wrap {
        _ if !options.repairs => unchanged(&lines),
        Some(width) => wrap::paragraphs(&lines, width, &mut vocabulary, &mut log),
        None if may_join => {
            fragments::paragraphs(&lines, &mut vocabulary, has_spaced_marks(text), &mut log)
        }
        None => unchanged(&lines),
    };
    let is_joined = paragraphs.len() < lines.len();
    for paragraph in &mut paragraphs {
        fold(&mut paragraph.text);
    }
    // What was mended is evidence for the rest. So the paragraphs are looked at until nothing changes, as
    // cleaning them again would do.
    for _ in 0..MAX_ROUNDS {
        if !options.repairs || !mend_spaces(&mut paragraphs, &mut log) {
            break;
        }
    }
    let kind = options.kind.unwrap_or_else(|| recognized(&lines, wrap, is_joined));
    TextLayout { kind, paragraphs, repairs: log.finish() }
}

/// What a text without Markdown is.
fn recognized(lines: &[TextLine<'_>], wrap: Option<WrapWidth>, is_joined: bool) -> LayoutKind {
    if wrap.is_some() {
        LayoutKind::Wrapped
    } else if is_joined {
        LayoutKind::Fragments
    } else if lines.len() == 1 {
        LayoutKind::OneLine
    } else if lines.len() > 1 && lines.iter().skip(1).all(|line| line.blank_before > 0) {
        LayoutKind::Paragraphs
    } else {
        LayoutKind::Lines
    }
}

/// Every line as a paragraph.
fn unchanged(lines: &[TextLine<'_>]) -> Vec<TextParagraph> {
    lines.iter().map(|line| ParagraphDraft::new(line).finish()).collect()
}

/// Mends the spaces of all paragraphs. Returns whether any was wrong.
fn mend_spaces(paragraphs: &mut [TextParagraph], log: &mut RepairLog) -> bool {
    let mut vocabulary = Vocabulary::of_paragraphs(paragraphs);
    let mend = |(index, paragraph): (usize, &TextParagraph)| {
        let (text, counts) = spacing::mended(&paragraph.text, &mut vocabulary)?;
        Some((index, text, counts))
    };
    let mended: Vec<_> = paragraphs.iter().enumerate().filter_map(mend).collect();
    let has_changed = !mended.is_empty();
    for (index, text, counts) in mended {
        let Some(paragraph) = paragraphs.get_mut(index) else { continue };
        paragraph.text = text;
        let Range { start, end } = paragraph.lines;
        let last = end.saturating_sub(1);
        log.note(StructureRepairKind::Split, counts.split, start, last);
        log.note(StructureRepairKind::Space, counts.space, start, last);
    }
    has_changed
}

/// Turns every run of white space into one space.
fn fold(text: &mut String) {
    let bytes = text.as_bytes();
    let has_odd_space = bytes.iter().min().is_some_and(|least| *least < b' ')
        || memmem::find(bytes, b"  ").is_some()
        // The first bytes of the white space that is not ASCII.
        || memchr3_iter(0xc2, 0xe2, 0xe3, bytes).any(|at| {
            text.get(at..).is_some_and(|rest| rest.starts_with(char::is_whitespace))
        });
    if has_odd_space {
        *text = single_spaced(text);
    }
}

/// Whether a text has spaces before `:`, `;` and `?`, as French has, more often than not.
fn has_spaced_marks(text: &str) -> bool {
    let bytes = text.as_bytes();
    let bytes = bytes.get(..MAX_SAMPLE).unwrap_or(bytes);
    let (mut spaced, mut attached) = (0_usize, 0_usize);
    for at in memchr3_iter(b':', b';', b'?', bytes) {
        let before = at.checked_sub(1).and_then(|before| bytes.get(before));
        if matches!(bytes.get(at + 1), Some(b' ' | b'\n')) {
            // The last bytes of the spaces that allow no line break.
            if matches!(before, Some(b' ' | 0xa0 | 0xaf)) {
                spaced += 1;
            } else {
                attached += 1;
            }
        }
    }
    spaced > 1 && spaced > attached
}

#[cfg(test)]
mod tests;
