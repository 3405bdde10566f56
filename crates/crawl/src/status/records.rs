//! Records, with what was removed from their pages.

use copydesk_clean::{ClutterClass, PageChange, Record, RemovedBlock};
use jiff::Timestamp;
use serde::Serialize;

use crate::frontier::{ChangeKind, OutboxEntry, RunId};

/// Limits on what is kept of a record, in characters and blocks: 50 records are held per job, and a page may
/// be megabytes.
const MAX_TEXT: usize = 20_000;
const MAX_BLOCK: usize = 1_000;
const MAX_BLOCKS: usize = 200;
const MAX_LINE: usize = 500;

/// A record, as the page and the API show it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(super) struct RecordView {
    pub(super) sequence: u64,
    pub(super) run: RunId,
    pub(super) at: Timestamp,
    pub(super) change: ChangeKind,
    /// The share of words that differ from the last delivered text.
    pub(super) share: Option<f32>,
    pub(super) url: String,
    pub(super) title: Option<String>,
    pub(super) confidence: f32,
    /// The first [`MAX_TEXT`] characters.
    pub(super) text: String,
    /// The blocks that were added and removed, if the page changed.
    pub(super) added: Vec<String>,
    pub(super) gone: Vec<String>,
    /// Clutter that was removed, by class.
    pub(super) removed: Vec<RemovedClass>,
}

/// The removed blocks of a class.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(super) struct RemovedClass {
    pub(super) class: ClutterClass,
    pub(super) count: usize,
    /// The first blocks; empty if the record was stored without its blocks.
    pub(super) blocks: Vec<BlockView>,
}

/// A removed block.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(super) struct BlockView {
    pub(super) rule: String,
    pub(super) score: f32,
    pub(super) text: String,
}

impl RecordView {
    pub(super) fn new(delivery: OutboxEntry) -> Self {
        let OutboxEntry { sequence, run, at, change, record } = delivery;
        let view = Self {
            sequence,
            run,
            at,
            change,
            share: None,
            url: String::new(),
            title: None,
            confidence: 0.0,
            text: String::new(),
            added: Vec::new(),
            gone: Vec::new(),
            removed: Vec::new(),
        };
        match serde_json::from_slice::<Record>(&record) {
            Ok(record) => view.with_record(record),
            // One unreadable record must not make the page of the job unavailable.
            Err(error) => Self {
                title: Some(truncate_chars(
                    &format!("the record cannot be read: {error}"),
                    MAX_LINE,
                )),
                ..view
            },
        }
    }

    fn with_record(self, record: Record) -> Self {
        let removed = removed(&record.removed.counts, &record.removed.blocks);
        let (share, added, gone) = match record.change {
            Some(PageChange { kind: ChangeKind::New, share, .. }) => {
                (Some(share), Vec::new(), Vec::new())
            }
            Some(change) => (Some(change.share), blocks(&change.added), blocks(&change.removed)),
            None => (None, Vec::new(), Vec::new()),
        };
        let url = record.url.unwrap_or(record.source);
        Self {
            share,
            url: truncate_chars(&url, MAX_LINE * 4),
            title: record.title.map(|title| truncate_chars(&title, MAX_LINE)),
            confidence: record.quality.confidence,
            text: truncate_chars(&record.text, MAX_TEXT),
            added,
            gone,
            removed,
            ..self
        }
    }

    /// The number of removed blocks.
    pub(super) fn removed_count(&self) -> usize {
        self.removed.iter().map(|removed| removed.count).sum()
    }

    /// Whether the blocks are known, and not only their number.
    pub(super) fn is_explained(&self) -> bool {
        self.removed.iter().any(|removed| !removed.blocks.is_empty())
    }
}

fn removed(
    counts: &std::collections::BTreeMap<ClutterClass, usize>,
    removed: &[RemovedBlock],
) -> Vec<RemovedClass> {
    let mut left = MAX_BLOCKS;
    let class_view = |(class, count): (&ClutterClass, &usize)| {
        let shown = removed.iter().filter(|block| block.class == *class).take(left);
        let blocks: Vec<_> = shown
            .map(|block| BlockView {
                rule: truncate_chars(&block.rule, MAX_LINE),
                score: block.score,
                text: truncate_chars(&block.text, MAX_BLOCK),
            })
            .collect();
        left -= blocks.len();
        RemovedClass { class: *class, count: *count, blocks }
    };
    counts.iter().filter(|(_, count)| **count > 0).map(class_view).collect()
}

fn blocks(texts: &[String]) -> Vec<String> {
    texts.iter().take(MAX_BLOCKS).map(|text| truncate_chars(text, MAX_BLOCK)).collect()
}

/// The first characters of a text, with an ellipsis if there are more.
pub(super) fn truncate_chars(text: &str, chars: usize) -> String {
    match text.char_indices().nth(chars) {
        None => text.to_owned(),
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
    }
}

#[cfg(test)]
mod tests {
    use copydesk_clean::RemovedContent;

    use super::*;

    fn delivery(record: Vec<u8>) -> OutboxEntry {
        let at = "2026-03-29T06:00:00Z".parse().unwrap();
        OutboxEntry { sequence: 7, run: RunId(3), at, change: ChangeKind::Changed, record }
    }

    #[test]
    fn blocks_stand_with_their_class() {
        let block = |class, text: &str| RemovedBlock {
            class,
            rule: "en/newsletter-signup".into(),
            evidence: Vec::new(),
            score: 0.97,
            class_confidence: 0.9,
            place: "line 4".into(),
            text: text.into(),
        };
        let record = Record {
            source: "https://news.example/ferry".into(),
            title: Some("The ferry".into()),
            removed: RemovedContent {
                counts: [(ClutterClass::Newsletter, 2), (ClutterClass::Share, 1)].into(),
                blocks: vec![
                    block(ClutterClass::Newsletter, "Sign up"),
                    block(ClutterClass::Share, "Follow us"),
                    block(ClutterClass::Newsletter, &"x".repeat(2_000)),
                ],
            },
            ..Record::default()
        };
        let view = RecordView::new(delivery(serde_json::to_vec(&record).unwrap()));
        assert_eq!(view.url, "https://news.example/ferry");
        assert_eq!((view.removed_count(), view.is_explained()), (3, true));
        let texts: Vec<Vec<usize>> = view
            .removed
            .iter()
            .map(|removed| removed.blocks.iter().map(|block| block.text.chars().count()).collect())
            .collect();
        assert_eq!(texts, [vec![7, 1_001], vec![9]]);
    }

    #[test]
    fn what_is_no_record_says_so() {
        let view = RecordView::new(delivery(b"{\"source\": 7}".to_vec()));
        let title = view.title.unwrap();
        assert!(title.starts_with("the record cannot be read: "), "{title}");
    }

    #[test]
    fn a_text_is_cut_between_characters() {
        assert_eq!(truncate_chars("Fähre", 2), "Fä…");
        assert_eq!(truncate_chars("Fähre", 5), "Fähre");
    }
}
