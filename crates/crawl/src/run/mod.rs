//! Runs crawl jobs: visits what is due, cleans pages, discovers URLs, and decides what is new or changed.
//!
//! A [`CrawlRun`] leases hosts from a frontier and fetches what is due on them. It ends when nothing is left
//! that was due when it began, or when its budget is used up. Responses are processed on several threads
//! (`worker.rs`). All decisions are made on one thread (`coordinator.rs`) and committed in batches
//! (`commit_buffer.rs`), each visit together with everything that follows from it. So a run can be killed at
//! any moment: what was not committed is still due.

mod change_detector;
mod cleaners;
mod commit_buffer;
mod completed_visit;
mod context;
mod coordinator;
mod crawl_run;
mod delivered_text;
mod discovery;
mod duplicates;
mod host_budget;
mod host_delays;
mod job_changes;
mod job_outputs;
mod leased_hosts;
pub mod metrics;
mod page_cleaner;
mod page_identity;
mod page_verdict;
mod resources;
mod revisit;
mod robots_store;
mod run_end;
mod scope;
mod seeds;
mod site_health;
mod sitemap_discovery;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
mod threads;
mod url_patterns;
mod visit_fetches;
mod visit_verdict;
mod worker;

pub use cleaners::CleanerCache;
pub use crawl_run::{CrawlRun, CrawlSummary};
