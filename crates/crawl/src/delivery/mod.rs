//! Moves records from the outbox of a frontier to the outputs of a job, each record once.
//!
//! A [`Deliverer`] has the outputs of a job. An output is written in one of four ways:
//!
//! * JSONL, CSV, text and Markdown are appended to the file under its own name, so that readers can follow
//!   it.
//! * A `SQLite` database grows in place, by transactions; readers see what is committed.
//! * Parquet and HTML need an ending. Such a file is written beside its place, and moved there when a run
//!   ends. The next run of its period continues a copy. So the file in place is complete at any time. Rows of
//!   a Parquet table that do not fill a row group stay in the outbox until they do, or until their period is
//!   over.
//! * A path that ends with a slash is a folder. The file of a page has the latest text that was delivered,
//!   and it is removed when the page is gone.
//!
//! Formats without room for it (text, Markdown, HTML) have nothing about pages that are gone.
//!
//! Time and run of a record decide which file it goes to, so that it is the same one after a crash.
//!
//! The state is authoritative. For each output it has a mark: which records are durable there, and where to
//! truncate the file. What follows that point was written by a run that died; it is cut off and written again
//! from the outbox. A mark is set only after what it says is durable. A loss of power may set the state back.
//! So a small hidden journal beside the outputs (`.copydesk-*.json`) lists the files that were started since,
//! and they are undone. It goes back 64 files or runs: restoring an older state from a copy takes the outputs
//! back with it that far. Beyond that, and for a new state, files that the state does not know belong to
//! somebody else.
//!
//! Files of others are never touched. A file that was changed, truncated or replaced is left, and the output
//! continues in another one beside it (`news.1.jsonl`). A file that was removed or emptied is started again.
//! Parquet and HTML files in place belong to the output from its first run on.

mod cursor;
mod deliverer;
mod files_output;
mod journal;
mod open_output;
mod outbox;
mod output_writer;
mod page_folder_output;
mod retention;
mod selection;
mod template;

pub use deliverer::{Deliverer, DeliveryReport};

#[cfg(test)]
mod crash_tests;
#[cfg(test)]
#[cfg(unix)]
mod full_disk_tests;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;

/// Lets tests interrupt a delivery at this point.
#[cfg(not(test))]
fn step(_: &str) {}

#[cfg(test)]
use testing::step;
