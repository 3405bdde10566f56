//! What is reported about the lines of a text.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// The most places that are listed for a kind of repair.
const MAX_PLACES: usize = 20;

/// How the lines of a text make up its paragraphs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum LayoutKind {
    /// A line is a paragraph.
    Lines,
    /// A line is a paragraph, and blank lines stand between.
    Paragraphs,
    /// Markup cut some sentences into several lines.
    Fragments,
    /// Paragraphs are wrapped at a width.
    Wrapped,
    /// All of the text is one line.
    OneLine,
    /// Markdown.
    Markdown,
}

impl LayoutKind {
    /// Every layout, in the order of the documentation.
    pub const ALL: [Self; 6] = [
        Self::Lines,
        Self::Paragraphs,
        Self::Fragments,
        Self::Wrapped,
        Self::OneLine,
        Self::Markdown,
    ];
}

/// What was put together again in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum StructureRepairKind {
    /// Lines that markup had cut out of a sentence: a link, a bold word, a dateline.
    Join,
    /// An initial that stood in a line of its own, and the rest of its word.
    DropCap,
    /// A paragraph that was wrapped at a width.
    Unwrap,
    /// Two paragraphs that stood in a line without a space.
    Split,
    /// A space that markup had left before punctuation, or lost between words.
    Space,
}

impl StructureRepairKind {
    /// Every kind, in the order in which a record lists them.
    pub const ALL: [Self; 5] = [Self::Join, Self::DropCap, Self::Unwrap, Self::Split, Self::Space];
}

/// The repairs of one kind in a text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StructureRepair {
    /// The kind.
    pub kind: StructureRepairKind,
    /// How many there are.
    pub count: usize,
    /// The lines of the first twenty: `line N`, or `lines N-M` for lines that became one paragraph.
    #[serde(rename = "where")]
    pub places: Vec<String>,
}

/// How the lines of a text became blocks.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct StructureReport {
    /// What the text was recognized as, or the layout that [`crate::CleanOptions::layout`] forces; `None`
    /// for pages.
    pub layout: Option<LayoutKind>,
    /// Other forms in which the text was delivered, each with the number of changes that made it plain text:
    /// `json_string`, `written_breaks`, `tags`, `references`, `browser_signs`, `link_numbers`, `drawn_tables`,
    /// `headers`.
    pub unpacked: BTreeMap<String, usize>,
    /// The repairs by kind, in the order of [`StructureRepairKind::ALL`]. Kinds without any are absent.
    pub repairs: Vec<StructureRepair>,
}

/// Collects repairs while a text is read.
#[derive(Debug, Default)]
pub(super) struct RepairLog([(usize, Vec<String>); StructureRepairKind::ALL.len()]);

impl RepairLog {
    /// Notes repairs in these lines, counted from 1.
    pub(super) fn note(&mut self, kind: StructureRepairKind, count: usize, first: u32, last: u32) {
        let index = StructureRepairKind::ALL.iter().position(|one| *one == kind);
        let Some((total, places)) = index.and_then(|index| self.0.get_mut(index)) else { return };
        *total += count;
        if count > 0 && places.len() < MAX_PLACES {
            places.push(if first == last {
                format!("line {first}")
            } else {
                format!("lines {first}-{last}")
            });
        }
    }

    /// The repairs by kind.
    pub(super) fn finish(self) -> Vec<StructureRepair> {
        StructureRepairKind::ALL
            .into_iter()
            .zip(self.0)
            .filter(|(_, (count, _))| *count > 0)
            .map(|(kind, (count, places))| StructureRepair { kind, count, places })
            .collect()
    }
}
