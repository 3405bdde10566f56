//! Watches sites on a schedule: discovers, downloads, cleans, and delivers only what is new or changed.

#![deny(missing_docs)]

pub mod change;
pub mod clock;
pub mod daemon;
pub mod delivery;
mod error;
pub mod frontier;
pub mod jobs;
pub mod run;
pub mod status;

pub use error::{Error, ErrorKind};
