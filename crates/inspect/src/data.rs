//! What the script of the inspector knows of each block.

use copydesk_clean::{BlockReport, ClutterClass, PageView, RemovedBlock};
use serde::Serialize;

/// A block. The names are short, since a page can have thousands.
#[derive(Debug, Serialize)]
pub(crate) struct InspectedBlock<'a> {
    text: &'a str,
    kept: bool,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    title: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    class: Option<ClutterClass>,
    /// The probability that it is content, in hundredths.
    score: u32,
    /// The probability of its class, in hundredths.
    #[serde(skip_serializing_if = "Option::is_none")]
    sure: Option<u32>,
    #[serde(skip_serializing_if = "str::is_empty")]
    rule: &'a str,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    evidence: &'a [String],
    place: &'a str,
    /// What would decide otherwise.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    otherwise: Vec<String>,
}

/// The blocks of a page, and what was removed beside them.
pub(crate) struct InspectedBlocks<'a> {
    /// In order.
    pub(crate) blocks: Vec<InspectedBlock<'a>>,
    /// What is no part of the text and of no block.
    pub(crate) aside: Vec<&'a RemovedBlock>,
}

/// Puts together what a record says of each block, in one pass: its removed blocks come in the order of its blocks, with
/// the texts that were set aside between them.
pub(crate) fn inspect(view: &PageView) -> InspectedBlocks<'_> {
    let mut removed = view.record.removed.blocks.iter();
    let mut aside = Vec::new();
    let mut own = |block: &BlockReport| {
        if block.kept || block.is_title || block.class.is_none() {
            return None;
        }
        for other in removed.by_ref() {
            if other.text == block.text && other.place == block.place {
                return Some(other);
            }
            aside.push(other);
        }
        None
    };
    let blocks = view.record.blocks.iter().enumerate();
    let blocks = blocks
        .map(|(number, block)| InspectedBlock {
            text: &block.text,
            kept: block.kept,
            title: block.is_title,
            class: block.class,
            score: hundredths(block.score),
            sure: own(block).map(|removed| hundredths(removed.class_confidence)),
            rule: &block.rule,
            evidence: &block.evidence,
            place: &block.place,
            otherwise: otherwise(view, number, block),
        })
        .collect();
    aside.extend(removed);
    InspectedBlocks { blocks, aside }
}

/// The flags with which the verdict on a block would be another.
fn otherwise(view: &PageView, number: usize, block: &BlockReport) -> Vec<String> {
    let is_kept = |flags: &[bool]| flags.get(number).copied().unwrap_or(block.kept);
    let mut flags = Vec::new();
    if is_kept(&view.kept_favoring_recall) != block.kept {
        flags.push("--favor recall".to_owned());
    }
    if is_kept(&view.kept_favoring_precision) != block.kept {
        flags.push("--favor precision".to_owned());
    }
    if let Some(class) = block.class.filter(|_| !block.kept && !block.is_title) {
        flags.push(format!("--keep {class}"));
    }
    flags
}

/// A share in hundredths.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a share of 1")]
pub(crate) fn hundredths(share: f32) -> u32 {
    (share.clamp(0.0, 1.0) * 100.0).round() as u32
}
