//! Puts together what several outlets have on one story.
//!
//! Three steps. [`StoryGrouper::add`] takes page after page; [`StoryGrouper::groups`] compares and groups them;
//! [`StoryGrouper::group`] reads the pages of a group again for what they share, and who had it first.
//!
//! * Two pages are compared by the words they share, weighted by how rare those are (`terms`): among the
//!   pages themselves, and by their shape, since among few pages everything is rare. Names and numbers
//!   weigh most. The similarity is the cosine of the two; or the share of passages in common, where a short
//!   text is taken out of a long one.
//! * Which pages are compared: those with two of their rarest words in common and dates no more than a few
//!   days apart. Never all with all.
//! * Pages are grouped by average link (`clusters`): two groups become one if their pages are alike on
//!   average, the most alike first. A page that touches two stories does not make them one.
//! * Passages (`passages`) are sentences that are the same in several pages, small edits aside.
//!
//! Nothing is translated: pages in two languages are alike as far as names and numbers go, which is seldom
//! enough.
//!
//! In memory are some three kilobytes a page and forty bytes for each different word; texts are in a temporary
//! file. [`GroupOptions::max_pages`] is the bound.

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
