//! Removes what is not the article from web pages and from text that another tool extracted.
//!
//! Bytes or text go in, a [`Record`] comes out. The crate is pure: no I/O, no async, no clock, and
//! the same bytes always give the same record.
//!
//! ```
//! use copydesk_clean::{Cleaner, Input, Outcome};
//!
//! let page = "<nav><a href=/>Home</a></nav>\
//!     <article><h1>Ferry returns</h1>\
//!     <p>The ferry sailed again on Monday after nine weeks in dock, the harbour master said.</p>\
//!     <p>Sign up for our newsletter and never miss a story.</p></article>";
//! let record = Cleaner::default().clean(&Input::new("ferry.html", page.as_bytes()));
//! assert_eq!(record.outcome, Outcome::Ok);
//! assert_eq!(
//!     record.text,
//!     "The ferry sailed again on Monday after nine weeks in dock, the harbour master said."
//! );
//! ```
//!
//! The stages, each in its own module, in the order in which data passes through them: `decode`,
//! `parse`, `segment`, `score`, `render`; `metadata` reads the tree beside them.

mod access;
mod charset;
mod class;
mod cleaner;
mod decode;
mod error;
mod escape;
mod feature_schema;
mod fingerprints;
mod fold;
mod hashing;
mod judged_page;
mod language;
mod lexicon;
mod limits;
mod metadata;
mod model;
mod options;
mod page_reader;
mod page_repair;
mod parse;
mod record;
mod record_fields;
mod render;
mod repair;
mod score;
mod segment;
mod site;
mod sniff;

pub use class::{ClassSet, ClutterClass};
pub use cleaner::Cleaner;
pub use decode::{DecodedText, decode};
pub use error::{Error, ErrorKind};
pub use escape::escape_html;
pub use fingerprints::{
    BlockFingerprints, BlockPosition, Fingerprint, FingerprintKind, FingerprintSupport,
    PageFingerprints, SiteRecurrence, site_host,
};
pub use lexicon::Lexicon;
pub use limits::{CleanLimits, LimitReached};
pub use model::Model;
pub use options::{CleanInput, CleanOptions, Favor, InputKind};
pub use record::{
    AccessFacts, BlockReport, ChangeKind, DeclaredAccess, EncodingReport, FetchFacts, PageChange,
    PageMetadata, Record, RecordError, RecordOutcome, RemovedBlock, RemovedContent, TextQuality,
};
pub use record_fields::{FieldType, RECORD_FIELDS, RecordField};
pub use render::escape_markdown;
pub use repair::{LossyMode, RepairChange, RepairOptions, RepairedText, Repairer};
pub use score::{BlockEvidence, MIN_SITE_PAGES};
pub use site::SiteRules;
