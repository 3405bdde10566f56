//! The text of a page that was last delivered, for comparison with the current text.

use std::collections::HashSet;

use copydesk_clean::Record;

use crate::change::{TextDifference, difference};

/// Blocks with a lower score are doubtful: they may be an advert or a counter. Paragraphs of articles have
/// 0.95 and more.
const MIN_SURE_SCORE: f32 = 0.85;

/// Words that a text must have outside doubtful blocks. With fewer, leaving the doubtful ones out would
/// decide about a page by its headline.
const MIN_SURE_WORDS: usize = 40;

/// Marks a doubtful block in the state. Cleaned text has no control characters, so it cannot occur otherwise.
const DOUBT_MARK: char = '\u{1}';

/// Title and text of a page, as blocks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct DeliveredText(Vec<DeliveredBlock>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct DeliveredBlock {
    text: String,
    is_doubtful: bool,
}

/// The doubtful blocks of a record's text. The record must still list its blocks.
pub(super) fn doubtful(record: &Record) -> HashSet<String> {
    let kept = record.blocks.iter().filter(|block| block.kept);
    kept.filter(|block| block.score < MIN_SURE_SCORE).map(|block| block.text.clone()).collect()
}

impl DeliveredText {
    pub(super) fn from_record(record: &Record, doubtful: &HashSet<String>) -> Self {
        let title = record.title.iter();
        // Most texts begin with the title; counting it twice would give it too much weight.
        let title = title.filter(|title| !record.text.starts_with(title.as_str()));
        let title = title.map(|title| DeliveredBlock { text: title.clone(), is_doubtful: false });
        let text = record.text.split("\n\n").map(|text| DeliveredBlock {
            text: text.to_owned(),
            is_doubtful: doubtful.contains(text),
        });
        Self(title.chain(text).collect())
    }

    /// The form in which it is stored in the state.
    pub(super) fn to_stored(&self) -> String {
        let block = |block: &DeliveredBlock| {
            if block.is_doubtful {
                format!("{DOUBT_MARK}{}", block.text)
            } else {
                block.text.clone()
            }
        };
        self.0.iter().map(block).collect::<Vec<_>>().join("\n\n")
    }

    pub(super) fn from_stored(written: &str) -> Self {
        let block = |text: &str| match text.strip_prefix(DOUBT_MARK) {
            Some(text) => DeliveredBlock { text: text.to_owned(), is_doubtful: true },
            None => DeliveredBlock { text: text.to_owned(), is_doubtful: false },
        };
        Self(written.split("\n\n").map(block).collect())
    }

    pub(super) fn into_texts(self) -> Vec<String> {
        self.0.into_iter().map(|block| block.text).collect()
    }

    /// Compares with a later text. Doubtful blocks do not count as long as there is enough other text. A
    /// block that becomes doubtful, or stops being so, is no difference either; this is why both comparisons
    /// must agree.
    pub(super) fn difference(&self, later: &Self) -> TextDifference {
        let all = difference(&self.text(true), &later.text(true));
        let (before, after) = (self.text(false), later.text(false));
        if words(&before) < MIN_SURE_WORDS || words(&after) < MIN_SURE_WORDS {
            return all;
        }
        let sure = difference(&before, &after);
        let both = |all: Vec<String>, sure: &[String]| {
            all.into_iter().filter(|block| sure.contains(block)).collect()
        };
        TextDifference {
            share: all.share.min(sure.share),
            added: both(all.added, &sure.added),
            removed: both(all.removed, &sure.removed),
        }
    }

    fn text(&self, with_doubtful: bool) -> String {
        let blocks = self.0.iter().filter(|block| with_doubtful || !block.is_doubtful);
        blocks.map(|block| block.text.as_str()).collect::<Vec<_>>().join("\n\n")
    }
}

fn words(text: &str) -> usize {
    text.split_whitespace().count()
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONG: &str = "The ferry sailed again on Monday after nine weeks in the dry dock, and the harbour master \
        said that every place on the upper deck had been sold for more than a month before the first crossing, \
        which nobody on the island could remember to have happened in any spring since the war.";

    fn delivered(blocks: &[&str]) -> DeliveredText {
        DeliveredText::from_stored(&blocks.join("\n\n"))
    }

    #[test]
    fn doubtful_blocks_are_no_change() {
        let before = delivered(&[LONG, "\u{1}Ten pairs of socks for the price of eight."]);
        let after = delivered(&[LONG, "\u{1}Fly to the islands and bring a friend along."]);
        assert_eq!(before.difference(&after), TextDifference::default());
        // Nor is a block that becomes doubtful.
        let sure = delivered(&[LONG, "Ten pairs of socks for the price of eight."]);
        assert!(sure.difference(&before).share < 1e-9);
        // A sentence of the article counts.
        let after = delivered(&[
            LONG,
            "It sank at noon.",
            "\u{1}Fly to the islands and bring a friend along.",
        ]);
        let difference = before.difference(&after);
        assert!(difference.share > 0.02, "{}", difference.share);
        assert_eq!(difference.added, ["It sank at noon."]);
        assert_eq!(difference.removed, Vec::<String>::new());
    }

    #[test]
    fn a_text_with_only_doubtful_blocks_is_compared_as_a_whole() {
        let difference =
            delivered(&["\u{1}One harbour."]).difference(&delivered(&["\u{1}Two ferries."]));
        assert!(difference.share > 0.5);
    }

    #[test]
    fn a_stored_text_is_read_back_unchanged() {
        let mut record = Record { text: format!("{LONG}\n\nSocks."), ..Record::default() };
        record.title = Some("Ferry returns".into());
        let delivered = DeliveredText::from_record(&record, &HashSet::from(["Socks.".to_owned()]));
        assert_eq!(DeliveredText::from_stored(&delivered.to_stored()), delivered);
        assert_eq!(delivered.into_texts(), ["Ferry returns", LONG, "Socks."]);
    }
}
