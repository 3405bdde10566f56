//! Keeps the schedule of crawl jobs, or runs them once.
//!
//! [`Timetable`] plans and does nothing else. [`Daemon`] goes by it: each run is on a thread of its own, some
//! at once, and whatever becomes of one never ends the others. What it is told comes by a channel
//! ([`DaemonCommand`]).

mod runner;
mod running_jobs;
mod service;
mod timetable;

pub use runner::{CrawlRunner, JobRunner, RunObserver};
pub use running_jobs::{EndedRun, RunOutcome};
pub use service::{Daemon, DaemonCommand, DaemonEvent};
pub use timetable::{DueRun, JobHistory, Timetable};

#[cfg(test)]
mod tests;
