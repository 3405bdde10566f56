//! Takes records from a frontier's outbox to where they go, each once.
//!
//! A [`Deliverer`] has the outputs of a job. Each is written in one of four ways:
//!
//! * JSONL, CSV, text and Markdown are appended to the file under its own name, so that it can be followed.
//! * A `SQLite` database grows in its place, by transactions; readers see what is committed.
//! * Parquet and HTML need something at their end. A file of these is written beside its place and put there,
//!   whole, at the end of each run; the next run of its period goes on in a copy. So what is in place can be
//!   read at any time. Rows of a Parquet table that do not make a row group yet stay in the outbox until
//!   they do, or their period is over.
//! * A path that ends with a slash is a folder: the file of a page holds what was last told of it, and is
//!   removed when the page is gone.
//!
//! Of a page that is gone, forms without room to say so (text, Markdown, HTML) have nothing.
//!
//! Which file a record goes to is decided by its own time and run, so that it is the same after a crash.
//!
//! The state is the authority. For each output it has a mark: which records are durable there, and where it is
//! to be cut. What follows was written by a run that died; it is cut off, and written again from the
//! outbox. A mark is only set when what it says is durable. So output and state agree even when a loss of
//! power sets the state back; a small hidden journal beside the outputs (`.copydesk-*.json`) says which files
//! were begun since then, and they are undone. It goes back 64 files or runs: a state that is put back from a
//! copy takes the outputs back with it as far as that. Of a state that is older than that, and of one that is
//! begun anew, files that it does not know are somebody else's.
//!
//! What is somebody else's is not touched. A file that was changed, shortened or replaced is left, and the
//! output goes on in another beside it (`news.1.jsonl`); one that was taken away or emptied is begun anew.
//! Of Parquet and HTML, what is in place is the output's own from its first run on.

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

/// Tells tests how far something has come.
#[cfg(not(test))]
fn step(_: &str) {}

#[cfg(test)]
use testing::step;
