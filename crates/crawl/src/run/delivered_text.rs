//! What was told of a page, to compare the next text with.

use std::collections::HashSet;

use copydesk_clean::Record;

use crate::change::{TextDifference, difference};

/// The score below which a block that was kept is doubtful: it may well be an advert or a counter. Paragraphs of
/// articles have 0.95 and more.
const MIN_SURE_SCORE: f32 = 0.85;

/// Words that a text must have in blocks without doubt for those to be compared by themselves.
const MIN_SURE_WORDS: usize = 40;

/// Stands before a doubtful block in the state. Cleaned text has no control characters.
const DOUBT_MARK: char = '\u{1}';

/// Title and text of a page, as blocks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct DeliveredText(Vec<DeliveredBlock>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct DeliveredBlock {
    text: String,
    is_doubtful: bool,
}

/// The blocks of a record's text that are doubtful. The record must list its blocks.
pub(super) fn doubtful(record: &Record) -> HashSet<String> {
    let kept = record.blocks.iter().filter(|block| block.kept);
    kept.filter(|block| block.score < MIN_SURE_SCORE).map(|block| block.text.clone()).collect()
}

impl DeliveredText {
    pub(super) fn from_record(record: &Record, doubtful: &HashSet<String>) -> Self {
        let title = record.title.iter();
        let title = title.filter(|title| !record.text.starts_with(title.as_str()));
        let title = title.map(|title| DeliveredBlock { text: title.clone(), is_doubtful: false });
        let text = record.text.split("\n\n").map(|text| DeliveredBlock {
            text: text.to_owned(),
            is_doubtful: doubtful.contains(text),
        });
        Self(title.chain(text).collect())
    }

    /// As it stands in the state.
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

    /// How a later text differs. What is doubtful counts for nothing, as long as there is enough of what is not;
    /// what came to be doubtful, or is so no more, is no difference either.
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
    fn what_is_doubtful_is_no_change() {
        let before = delivered(&[LONG, "\u{1}Ten pairs of socks for the price of eight."]);
        let after = delivered(&[LONG, "\u{1}Fly to the islands and bring a friend along."]);
        assert_eq!(before.difference(&after), TextDifference::default());
        // Nor is it what came to be so.
        let sure = delivered(&[LONG, "Ten pairs of socks for the price of eight."]);
        assert!(sure.difference(&before).share < 1e-9);
        // A sentence of the article is.
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
    fn a_text_that_is_all_doubtful_is_compared_as_it_is() {
        let difference =
            delivered(&["\u{1}One harbour."]).difference(&delivered(&["\u{1}Two ferries."]));
        assert!(difference.share > 0.5);
    }

    #[test]
    fn it_comes_back_from_the_state_as_it_was() {
        let mut record = Record { text: format!("{LONG}\n\nSocks."), ..Record::default() };
        record.title = Some("Ferry returns".into());
        let told = DeliveredText::from_record(&record, &HashSet::from(["Socks.".to_owned()]));
        assert_eq!(DeliveredText::from_stored(&told.to_stored()), told);
        assert_eq!(told.into_texts(), ["Ferry returns", LONG, "Socks."]);
    }
}
