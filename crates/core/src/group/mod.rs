//! Groups the pages of several outlets that cover one story.
//!
//! Three steps. [`StoryGrouper::add`] takes pages one by one; [`StoryGrouper::groups`] compares and groups them;
//! [`StoryGrouper::group`] reads the pages of a group again, to find what they share and which page had it first.
//!
//! * Two pages are compared by the words they share, weighted by rarity (`terms`): among the pages, and as far as the
//!   shape of a word suggests it, since among few pages everything is rare. Names and numbers weigh most. The similarity
//!   is the cosine of the two pages, or the share of common passages if a short text is part of a long one.
//! * Only pages that share two of their rarest words, and whose dates are a few days apart at most, are compared: the
//!   time for all pairs would be quadratic.
//! * Pages are grouped by average linkage (`clusters`): two groups merge if their pages are similar on average, the most
//!   similar groups first. So a page about two stories does not merge them.
//! * Passages (`passages`) are sentences that occur on several pages, with small edits at most.
//!
//! Nothing is translated: pages in two languages share only names and numbers, which is rarely enough.
//!
//! Memory holds about three kilobytes per page and forty bytes per distinct word; texts are in a temporary file.
//! [`GroupOptions::max_pages`] is the limit.

mod clusters;
mod output;
mod page;
mod passages;
mod read;
mod report;
mod sentences;
mod similar;
mod stories;
mod terms;

pub use output::{GroupCounts, GroupFormat, write, write_to_file};
pub use page::StoryPage;
pub use read::{StoryPageResult, read};
pub use report::{GroupMember, GroupPassage, StoryGroup};
pub use stories::{GroupOptions, StoryGrouper};

#[cfg(test)]
mod tests;
