//! Whether a page says something else than before.
//!
//! Two texts are compared by their blocks, wherever these stand, and what is left by words. Words are
//! compared without case, punctuation and white space. So a block that moved is no difference, and a
//! sentence that was rewritten in a long block counts its words alone. A short block with a number or a
//! time in it ("1,204 readers", "Updated 5 minutes ago") is a label, and what its number is makes no
//! difference; a number in a sentence does.
//!
//! The same texts give the same difference, whatever the machine is doing. Time is linear in their
//! length but for a fixed amount: words of blocks that belong together are compared by Myers' algorithm
//! (1986) up to that amount, beyond it by the runs of words that both have, and where megabytes have nothing to do
//! with each other, by how often each word occurs.

mod blocks;
mod labels;
mod pairs;
mod times;
mod words;

/// How one text differs from an earlier one.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TextDifference {
    /// The share of words that differ, of those of both texts, in [0, 1].
    pub share: f64,
    /// Blocks that are new or were changed, as they are now, in order.
    pub added: Vec<String>,
    /// Blocks that are gone or were changed, as they were, in order.
    pub removed: Vec<String>,
}

/// How `after` differs from `before`. Both are cleaned texts: blocks with a blank line between them.
///
/// A character of a script without spaces counts as a word. A block that was changed is in both lists,
/// as it was and as it is.
///
/// ```
/// let difference = copydesk_core::change::difference(
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
