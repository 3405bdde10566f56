//! Runs crawl jobs: visits what is due, cleans it, finds more, and decides what is news.

pub mod metrics;
mod run;

pub use run::{CrawlFinished, CrawlRun};
