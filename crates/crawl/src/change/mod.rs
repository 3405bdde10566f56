//! Compares two versions of a text.
//!
//! Blocks that both texts contain are matched first, in any order, and the remaining blocks are compared by
//! words. Case, punctuation and white space are ignored. So a moved block is not a difference, and a rewritten
//! sentence in a long block counts only its own words. A short block with a number or a time ("1,204 readers",
//! "Updated 5 minutes ago") is a label, whose number is ignored. A number in a sentence is not.
//!
//! The result depends on the texts only, never on elapsed time. The time is linear in their length plus a fixed
//! maximum: words of related blocks are compared by Myers' algorithm (1986) up to a budget, beyond it by common
//! runs of words, and texts with megabytes of differences by how often each word occurs.

mod blocks;
mod labels;
mod pairs;
mod times;
mod words;

/// How one text differs from an earlier one.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct TextDifference {
    /// The share of differing words, of the words of both texts, in [0, 1].
    pub share: f64,
    /// New and changed blocks as they are in the later text, in its order.
    pub added: Vec<String>,
    /// Removed and changed blocks as they were in the earlier text, in its order.
    pub removed: Vec<String>,
}

/// Compares two cleaned texts, whose blocks are separated by blank lines.
///
/// In scripts without spaces, each character counts as a word. A changed block is in both lists.
///
/// ```
/// let difference = copydesk_crawl::change::difference(
///     "The ferry sails at nine from the old harbour.\n\n12 comments",
///     "15 comments\n\nThe ferry sails at ten from the old harbour.",
/// );
/// assert_eq!(difference.added, ["The ferry sails at ten from the old harbour."]);
/// assert_eq!(difference.removed, ["The ferry sails at nine from the old harbour."]);
/// assert_eq!(difference.share, 2.0 / 22.0);
/// ```
pub fn difference(before: &str, after: &str) -> TextDifference {
    if before == after {
        return TextDifference::default();
    }
    let (before, after) =
        (blocks::TextBlocks::from_text(before), blocks::TextBlocks::from_text(after));
    let total = before.word_count() + after.word_count();
    if total == 0 {
        return TextDifference::default();
    }
    let left = blocks::unmatched(before, after);
    let found = words::compare(&left);
    TextDifference {
        share: found.words as f64 / total as f64,
        added: left.after.texts(&found.added),
        removed: left.before.texts(&found.removed),
    }
}

#[cfg(test)]
mod tests;
