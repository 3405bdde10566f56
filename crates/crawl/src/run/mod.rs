//! Runs crawl jobs: visits what is due, cleans it, finds more, and decides what is news.
//!
//! A [`CrawlRun`] leases hosts from a frontier, asks for what is due on them, and ends when nothing is left
//! that was due when it began, or when its budget is used up. Pages are fetched by one fetcher and looked at
//! by threads (`worker.rs`); everything that is decided is decided on one thread (`coordinator.rs`), and
//! written in batches (`ledger.rs`), each visit with all that follows from it. So a run can be killed at any
//! moment: what was not written is still due.

mod change_detector;
mod commit_buffer;
mod completed_visit;
mod coordinator;
mod delivered_text;
mod discovery;
mod job_outputs;
mod leased_hosts;
pub mod metrics;
mod revisit;
mod robots_store;
mod run;
mod scope;
mod seeds;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
mod threads;
mod url_patterns;
mod worker;

pub use run::{CrawlRun, CrawlSummary};
