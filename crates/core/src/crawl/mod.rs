//! Runs crawl jobs: visits what is due, cleans it, finds more, and decides what is news.

pub mod patterns;
pub mod revisit;
mod run;
pub mod scope;

pub use run::{CrawlFinished, CrawlRun};
