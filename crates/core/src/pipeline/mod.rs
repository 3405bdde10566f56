//! Processes many pages in parallel.
//!
//! One thread lists and reads inputs, a pool of threads cleans, and the calling thread writes, in the order of
//! the inputs unless [`EngineOptions::unordered`] is set. The pages between reading and writing are bounded, in
//! number and in bytes. An ordered output has the same bytes for every number of threads.
//!
//! Fetched pages follow the files, in the order in which they arrive. Writing them in the order of their list would
//! mean holding every page behind a slow host in memory.
//!
//! [`CleaningRun`] cleans pages into an output; [`each_page`] passes every page to a function of the caller.

mod budget;
mod clean_page;
mod cleaning_run;
mod dedupe_filter;
mod each_page;
mod engine;
mod options;
mod reader;
mod row_check;
mod run_filter;
mod run_task;
mod worker;

pub use clean_page::{CleanPage, clean_page};
pub use cleaning_run::{CleaningRun, FinishedRun, PageObserver};
pub use dedupe_filter::{DedupeFilter, JournalLocation};
pub use each_page::{ProcessedPage, each_page};
pub use engine::{EngineOptions, STACK_BYTES, capped_threads, catch_panic};
pub use options::RunOptions;
pub use run_filter::{FilterDecision, FinishedPage, RetainedRecord, RunFilter};

pub use crate::page_report::PageReport;

#[cfg(test)]
mod row_tests;
#[cfg(test)]
mod tests;
