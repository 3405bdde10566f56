//! Keeps the schedule of crawl jobs, or runs them once.
//!
//! [`Timetable`] plans and does nothing else. [`Daemon`] goes by it: each run is on a thread of its own, some
//! at once, and whatever becomes of one never ends the others. What it is told comes by a channel
//! ([`Command`]).

mod crew;
mod runner;
mod stay;
mod timetable;

pub use crew::{Ended, Outcome};
pub use runner::{CrawlRunner, Observe, Runner};
pub use stay::{Command, Daemon, Told};
pub use timetable::{Due, History, Timetable};

#[cfg(test)]
mod tests;
