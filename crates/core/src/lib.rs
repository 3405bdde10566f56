//! Cleans pages in batches: reads inputs, runs [`copydesk_clean`] over many pages in parallel, and writes outputs.
//!
//! A run takes [`sources::Inputs`] to a [`sinks::Destination`] through a [`pipeline::CleaningRun`]:
//!
//! ```
//! use copydesk_clean::{CleanInput, Cleaner};
//! use copydesk_core::pipeline::{CleaningRun, PageReport, RunOptions};
//! use copydesk_core::settings::Settings;
//! use copydesk_core::sinks::{Destination, Format, OutputTarget};
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
//! let destination = Destination::new(OutputTarget::Stream, format);
//! let cleaner = Cleaner::default();
//! let mut output = Vec::new();
//! let options = RunOptions::new(&settings, format, &inputs);
//! let clean = |page: &CleanInput<'_>| cleaner.clean(page);
//! let mut observe = |page: &PageReport, _: &_| assert!(page.error.is_none());
//! let run = CleaningRun {
//!     observe: Some(&mut observe),
//!     ..CleaningRun::new(&clean, &inputs, &destination, &options)
//! };
//! let finished = run.start(&mut output)?;
//! assert_eq!(finished.stats.pages, 1);
//! assert!(output.ends_with(b",\"id\":7}\n"));
//! # Ok(())
//! # }
//! ```
//!
//! # Modules
//!
//! | module | what it does |
//! | --- | --- |
//! | [`settings`] | settings, and the layers that they come from |
//! | [`rules`] | loads lexicons, site rules and models for a cleaner |
//! | [`sources`] | lists inputs and reads pages from files, records, archives and URLs |
//! | [`page_filters`] | excludes pages by URL, language, length and confidence |
//! | [`pipeline`] | the threads of a run, from reading to writing |
//! | [`dedupe`] | finds pages with the same text as an earlier one |
//! | [`profiles`] | counts what recurs on the pages of a site, as evidence for cleaning |
//! | [`checkpoint`] | saves the progress of a run, so that it can be resumed |
//! | [`sinks`] | renders records in a format and writes them |
//! | [`report`] | a report on a run, as HTML or JSON |
//! | [`download`] | fetches a list of URLs without cleaning |
//! | [`repair`] | repairs broken characters in text files |
//! | [`group`] | groups pages that tell the same story |
//! | [`tokens`] | words and shingles, for comparing texts |
//! | [`mod@string_enum`] | enums with names for settings and flags |
//!
//! The crate prints nothing, and uses no settings but those that it is given.

#![deny(missing_docs)]

mod capped_lines;
pub mod checkpoint;
pub mod dedupe;
pub mod download;
mod error;
pub mod figures;
mod format;
pub mod group;
pub mod page_filters;
mod page_report;
pub mod panics;
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
pub use figures::counted;
pub use stats::{RunStats, RunSummary};
pub use stop::StopToken;
pub use string_enum::UnknownName;
