//! Runs crawl jobs on schedule, or once.
//!
//! [`Daemon`] follows a timetable (`timetable.rs`), which plans runs and does nothing else. Each run has a
//! thread of its own, several may run at once, and a failure or panic of one never ends the others. Commands
//! arrive through a channel ([`DaemonCommand`]).

mod runner;
mod running_jobs;
mod service;
mod timetable;

pub use runner::{CrawlRunner, JobRunner, RunObserver};
pub use running_jobs::{EndedRun, RunOutcome};
pub use service::{Daemon, DaemonCommand, DaemonEvent};
pub use timetable::JobHistory;
pub(crate) use timetable::{DueRun, Timetable};

#[cfg(test)]
mod tests;
