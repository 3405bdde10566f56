//! Watches sites on a schedule: discovers their pages, fetches and cleans what is due, and delivers only what is
//! new or changed.
//!
//! A jobs file describes the jobs. A run of a job visits every URL that is due, within the job's budget. The
//! state remembers all URLs between runs, and every record reaches every output exactly once, even after a
//! crash.
//!
//! # Modules
//!
//! In the direction of the data:
//!
//! - [`jobs`] reads and checks jobs files, and computes when each job runs.
//! - [`daemon`] starts runs on their schedules, catches up after missed times, drains and reloads.
//! - [`frontier`] is the state: known URLs, when each is due, host leases, the outbox. It has a trait for
//!   backends, and tests that each must pass.
//! - [`run`] leases hosts, visits what is due, and commits the results in batches.
//! - [`change`] compares two versions of a text.
//! - [`delivery`] moves records from the outbox to the outputs.
//! - [`status`] serves a status page, an API and metrics.
//! - [`clock`] is the time, which tests control.
//!
//! # Example
//!
//! Runs a job once, as `copydesk crawl jobs.toml --once` does:
//!
//! ```no_run
//! use std::path::Path;
//! use std::sync::Arc;
//!
//! use copydesk_core::StopToken;
//! use copydesk_core::settings::Settings;
//! use copydesk_crawl::clock::SystemClock;
//! use copydesk_crawl::daemon::{CrawlRunner, JobRunner as _};
//! use copydesk_crawl::frontier::store_at;
//! use copydesk_crawl::jobs::JobsFile;
//!
//! # fn main() -> Result<(), copydesk_crawl::Error> {
//! let text = r#"
//!     [[job]]
//!     name = "news"
//!     seeds = ["https://news.example/"]
//!     [[job.output]]
//!     path = "news-{date}.jsonl"
//! "#;
//! let file = JobsFile::parse(text, Path::new("jobs.toml"), &Settings::default())?;
//! let runner = CrawlRunner::new(store_at(&file.state), Arc::new(SystemClock));
//! let summary = runner.run(file.require_job("news")?, None, &StopToken::default())?;
//! println!("{:?}", summary.run.figures.outcomes);
//! # Ok(())
//! # }
//! ```

#![deny(missing_docs)]

pub mod change;
pub mod clock;
pub mod daemon;
pub mod delivery;
mod error;
pub mod frontier;
pub mod jobs;
mod limits;
pub mod run;
pub mod status;

pub use error::{Error, ErrorKind};
