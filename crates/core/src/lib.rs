//! Runs the clean crate over many pages: inputs, outputs, settings.
//!
//! ```
//! use copydesk_clean::{Cleaner, Input};
//! use copydesk_core::pipeline::{PageReport, Run, RunOptions};
//! use copydesk_core::settings::Settings;
//! use copydesk_core::sinks::{Destination, Format, Target};
//! use copydesk_core::sources::Inputs;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let folder = tempfile::tempdir()?;
//! # let path = folder.path().join("pages.jsonl");
//! std::fs::write(&path, "{\"text\": \"The ferry sailed again on Monday.\", \"id\": 7}\n")?;
//!
//! let settings = Settings { pass_through: true, ..Settings::default() };
//! let inputs = Inputs::new([path]);
//! let format = Format::Jsonl;
//! let destination = Destination::new(Target::Stream, format);
//! let cleaner = Cleaner::default();
//! let mut output = Vec::new();
//! let options = RunOptions::new(&settings, format, &inputs);
//! let clean = |page: &Input<'_>| cleaner.clean(page);
//! let mut observe = |page: &PageReport, _: &_| assert!(page.error.is_none());
//! let run = Run {
//!     observe: Some(&mut observe),
//!     ..Run::new(&clean, &inputs, &destination, &options)
//! };
//! let finished = run.start(&mut output)?;
//! assert_eq!(finished.stats.pages, 1);
//! assert!(output.ends_with(b",\"id\":7}\n"));
//! # Ok(())
//! # }
//! ```
//!
//! The library does not print, and reads no settings but those it is given.

#![deny(missing_docs)]

mod capped_lines;
pub mod checkpoint;
pub mod dedupe;
pub mod download;
mod error;
mod format;
pub mod group;
pub mod page_filters;
mod page_report;
pub mod pipeline;
pub mod profiles;
pub mod repair;
pub mod report;
pub mod rules;
pub mod settings;
pub mod sinks;
pub mod sources;
mod stats;
mod stop;
pub mod string_enum;
pub mod tokens;

pub use copydesk_fetch::inflate::InflateLimits;
pub use error::{Error, ErrorKind};
pub use stats::{RunStats, RunSummary};
pub use stop::StopToken;
pub use string_enum::UnknownName;
