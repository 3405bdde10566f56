//! Puts the paragraphs of a text together again, before anything in it is judged.
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

pub(crate) use line::split_lines;
use line::{TextLine, text_lines};
use paragraph::ParagraphDraft;
use report::RepairLog;
pub use report::{LayoutKind, StructureRepair, StructureRepairKind, StructureReport};
use vocabulary::Vocabulary;
use wrap::WrapWidth;

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
pub(crate) fn arrange(text: &str, options: &LayoutOptions) -> TextLayout {
    let lines = text_lines(text);
    let mut vocabulary = Vocabulary::new(text);
    let mut log = RepairLog::default();
    let wrap = match options.kind {
        None => wrap::width(&lines, false),
        Some(LayoutKind::Wrapped) => wrap::width(&lines, true),
        Some(_) => None,
    };
    let may_join = matches!(options.kind, None | Some(LayoutKind::Fragments));
    let spaced_marks = has_spaced_marks(text);
    let mut paragraphs = match wrap {
        _ if !options.repairs => unchanged(&lines),
        Some(width) => wrap::paragraphs(&lines, width, &mut vocabulary, spaced_marks, &mut log),
        None if may_join => fragments::paragraphs(&lines, &mut vocabulary, spaced_marks, &mut log),
        None => unchanged(&lines),
    };
    let is_joined = paragraphs.len() < lines.len();
    for paragraph in &mut paragraphs {
        fold(&mut paragraph.text);
        if options.repairs {
            mend_spaces(paragraph, &mut vocabulary, &mut log);
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

fn mend_spaces(
    paragraph: &mut TextParagraph,
    vocabulary: &mut Vocabulary<'_>,
    log: &mut RepairLog,
) {
    let Some((text, counts)) = spacing::mended(&paragraph.text, vocabulary) else { return };
    paragraph.text = text;
    let Range { start, end } = paragraph.lines;
    let last = end.saturating_sub(1);
    log.note(StructureRepairKind::Split, counts.split, start, last);
    log.note(StructureRepairKind::Space, counts.space, start, last);
}

/// Turns every run of white space into one space.
fn fold(text: &mut String) {
    let mut was_space = false;
    let is_folded = text.chars().all(|c| {
        let is_space = c.is_whitespace();
        let is_right = !is_space || c == ' ' && !was_space;
        was_space = is_space;
        is_right
    });
    if !is_folded {
        *text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    }
}

/// Whether a text has spaces before `:`, `;`, `!` and `?`, as French has, more often than not.
fn has_spaced_marks(text: &str) -> bool {
    let (mut spaced, mut attached) = (0_usize, 0_usize);
    for triple in text.as_bytes().windows(3) {
        if let [before, b':' | b';' | b'!' | b'?', b' ' | b'\n'] = triple {
            if *before == b' ' || *before == 0xa0 || *before == 0xaf {
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
