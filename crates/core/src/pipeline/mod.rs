//! Works on many pages at a time.
//!
//! One thread lists and reads inputs, a pool cleans, and the caller's thread writes, in the order of
//! the inputs unless told otherwise. What is between reading and writing is bounded, in pages and in
//! bytes. In order, the output is the same, byte for byte, whatever the number of threads.
//!
//! Pages of the web follow the others, in the order in which they come: to put them in that of their
//! list, all that a slow host holds up would have to be held in memory.
//!
//! [`CleaningRun`] cleans into an output; [`each_page`] does something else with every page.

mod budget;
mod cleaning_run;
mod dedupe_filter;
mod each_page;
mod engine;
mod options;
mod reader;
mod run_filter;
mod worker;

pub use cleaning_run::{CleanPage, CleaningRun, FinishedRun, PageObserver};
pub use dedupe_filter::{DedupeFilter, JOURNAL_FILE, JournalLocation};
pub use each_page::{ProcessedPage, each_page};
pub use engine::EngineOptions;
pub use engine::{STACK_BYTES, catch_panic};
pub use options::RunOptions;
pub use run_filter::{FilterDecision, FinishedPage, RetainedRecord, RunFilter};

pub use crate::page_report::PageReport;

#[cfg(test)]
mod tests;
