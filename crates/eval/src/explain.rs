//! Explains the score of a page: which blocks were judged wrongly.

use std::collections::HashSet;

use copydesk_clean::{BlockReport, CleanInput, Cleaner, SiteRecurrence};
use serde::Serialize;

use super::{BagOfWords, Dataset, DatasetPage, Error, EvalInput, PageScore, words};

/// A block counts as part of the reference if more than this share of it is found there.
const MIN_REFERENCE_SHARE: f64 = 0.5;

/// A block, its verdict, and how much of it the reference contains.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct JudgedBlock {
    /// Its position: a path of elements, or `line N`.
    #[serde(rename = "where")]
    pub place: String,
    /// Whether it is in the text.
    pub kept: bool,
    /// Its class, if it has one.
    pub class: Option<&'static str>,
    /// The rule that weighed most against it; empty for content.
    pub rule: String,
    /// The probability of being main content, in [0, 1].
    pub score: f32,
    /// The number of its words.
    pub words: usize,
    /// The share of it that the reference contains, in [0, 1]; see [`PageDetail`].
    pub in_reference: f64,
    /// Its text.
    pub text: String,
}

/// A page's score and the blocks behind it.
///
/// How much of a block is in the reference is measured in pairs of neighboring words, since nearly every single word of a
/// menu occurs somewhere in a long article. Blocks without words are left out.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PageDetail {
    /// The score.
    #[serde(flatten)]
    pub score: PageScore,
    /// The share of the reference's words that is in no block at all, in [0, 1]: what was lost
    /// before any block was judged.
    pub unreachable: f64,
    /// Kept blocks that are mostly not in the reference, those with the most words first.
    pub wrongly_kept: Vec<JudgedBlock>,
    /// Removed blocks that mostly are in the reference, those with the most words first.
    pub wrongly_dropped: Vec<JudgedBlock>,
    /// Every block with words, in document order.
    #[serde(skip)]
    pub blocks: Vec<JudgedBlock>,
}

/// The words of a reference, singly and in pairs.
struct ReferenceWords<'a> {
    singles: HashSet<&'a str>,
    pairs: HashSet<(&'a str, &'a str)>,
}

impl<'a> ReferenceWords<'a> {
    fn new(lowered: &'a str) -> Self {
        let singles: HashSet<_> = words(lowered).collect();
        let pairs = words(lowered).zip(words(lowered).skip(1)).collect();
        Self { singles, pairs }
    }

    /// The number of words of a text, and the share of its pairs that the reference contains; `None` for a text without
    /// words.
    fn share(&self, text: &str) -> Option<(usize, f64)> {
        let lowered = text.to_lowercase();
        let count = words(&lowered).count();
        if count < 2 {
            let word = words(&lowered).next()?;
            return Some((1, f64::from(u8::from(self.singles.contains(word)))));
        }
        let pairs = words(&lowered).zip(words(&lowered).skip(1));
        let found = pairs.filter(|pair| self.pairs.contains(pair)).count();
        Some((count, found as f64 / (count - 1) as f64))
    }

    fn judge(&self, block: BlockReport) -> Option<JudgedBlock> {
        let (words, in_reference) = self.share(&block.text)?;
        Some(JudgedBlock {
            place: block.place,
            kept: block.kept,
            class: block.class.map(copydesk_clean::ClutterClass::name),
            rule: block.rule,
            score: block.score,
            words,
            in_reference,
            text: block.text,
        })
    }
}

/// Scores a page and finds the blocks that were judged wrongly.
///
/// # Errors
/// When the page's bytes cannot be read.
pub fn explain_page(
    dataset: &Dataset,
    page: &DatasetPage,
    cleaner: &Cleaner,
    feed: &EvalInput,
    recurrence: Option<&dyn SiteRecurrence>,
) -> Result<PageDetail, Error> {
    let score = PageScore::measure(dataset, page, cleaner, feed, recurrence)?;
    let bytes = feed.read(dataset, &page.id)?;
    let reports = cleaner.inspect(&CleanInput { recurrence, ..feed.input(page, &bytes) });

    let mut seen = BagOfWords::default();
    for report in &reports {
        seen.add(&report.text);
    }
    let wanted = BagOfWords::new(&page.truth.main_content);
    let missing = wanted.len() - wanted.overlap(&seen);

    let titles: Vec<bool> = reports.iter().map(|report| report.is_title).collect();
    let lowered = page.truth.main_content.to_lowercase();
    let reference = ReferenceWords::new(&lowered);
    let mut blocks = Vec::with_capacity(reports.len());
    let (mut wrongly_kept, mut wrongly_dropped) = (Vec::new(), Vec::new());
    for (report, is_title) in reports.into_iter().zip(titles) {
        let Some(block) = reference.judge(report) else { continue };
        if block.kept && block.in_reference <= MIN_REFERENCE_SHARE {
            wrongly_kept.push(block.clone());
        } else if !block.kept && !is_title && block.in_reference > MIN_REFERENCE_SHARE {
            wrongly_dropped.push(block.clone());
        }
        blocks.push(block);
    }
    for list in [&mut wrongly_kept, &mut wrongly_dropped] {
        list.sort_by_key(|block: &JudgedBlock| std::cmp::Reverse(block.words));
    }
    let unreachable = if wanted.is_empty() { 0.0 } else { missing as f64 / wanted.len() as f64 };
    Ok(PageDetail { score, unreachable, wrongly_kept, wrongly_dropped, blocks })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn share_goes_by_pairs_of_words() {
        let reference =
            ReferenceWords::new("the ferry sailed again on monday and the crew cheered");
        assert_eq!(reference.share("The ferry sailed again."), Some((4, 1.0)));
        assert_eq!(reference.share("Monday: the again ferry"), Some((4, 0.0)));
        assert_eq!(reference.share("The crew left"), Some((3, 0.5)));
        assert_eq!(reference.share("Monday"), Some((1, 1.0)));
        assert_eq!(reference.share("Home"), Some((1, 0.0)));
        assert_eq!(reference.share("…"), None);
    }
}
