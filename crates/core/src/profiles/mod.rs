//! What recurs on the pages of a site: counted during a run, kept in files, used as evidence.
//!
//! ```
//! use copydesk_clean::{CleanInput, Cleaner};
//! use copydesk_core::profiles::{CountLimits, SiteCounter, parse_day};
//!
//! let cleaner = Cleaner::default();
//! let page = |number: usize| {
//!     format!(
//!         "<p>Report {number} of the harbour: {} boats came in and none left before noon.</p>\
//!          <p>Whoever walks the long quay will find our table under the old clock.</p>",
//!         number * 7
//!     )
//! };
//! let mut counter = SiteCounter::new(CountLimits::default(), parse_day("2026-05-03").unwrap());
//! for number in 0..12 {
//!     let (url, page) = (format!("https://a.example/{number}"), page(number));
//!     let input = CleanInput { url: Some(&url), ..CleanInput::new("page.html", page.as_bytes()) };
//!     counter.add(&cleaner.fingerprints(&input));
//! }
//! let profile = counter.profile("a.example").unwrap();
//! assert_eq!(profile.pages, 12);
//! assert!(profile.blocks.iter().any(|block| block.sample.starts_with("Whoever walks")));
//! ```
//!
//! A batch is read twice: [`count`] counts, then a cleaning run uses the counter as
//! [`copydesk_clean::CleanInput::recurrence`]. A crawl is read once: the counts of earlier runs are the evidence,
//! and its own counts are for the next run. Both give the same bytes with every number of threads.

mod cleaning_figures;
mod counter;
mod counts;
mod day;
mod drift;
mod folder;
#[cfg(test)]
mod group_tests;
mod host_name;
mod profile;
mod recent_hashes;
mod run;
#[cfg(test)]
mod tests;

pub use cleaning_figures::{CleaningFigures, MeanOverPages};
pub use counter::{CountLimits, SiteCounter};
pub use day::{Day, parse_day, today};
pub use drift::{DriftShift, SiteDrift, detect_drift};
pub use folder::{ProfileFolder, StartingProfiles};
pub use profile::{BlockProfile, ShingleProfile, SiteProfile};
pub use run::{SiteRun, SiteSummary, count};
