//! Removes clutter from web pages and from text that another tool extracted.
//!
//! Bytes go in, a [`Record`] comes out: the text of the article, and what is known about the page. The
//! crate is pure: no I/O, no async, no clock. The same bytes always give the same record.
//!
//! ```
//! use copydesk_clean::{CleanInput, CleanOptions, Cleaner, ClutterClass, RecordOutcome};
//!
//! let page = "<nav><a href=/>Home</a></nav>\
//!     <article><h1>Ferry returns</h1>\
//!     <p>The ferry sailed again on Monday after nine weeks in dock, the harbour master said.</p>\
//!     <p>Sign up for our newsletter and never miss a story.</p></article>";
//! let input = CleanInput::new("ferry.html", page.as_bytes());
//!
//! let record = Cleaner::default().clean(&input);
//! assert_eq!(record.outcome, RecordOutcome::Ok);
//! assert_eq!(
//!     record.text,
//!     "The ferry sailed again on Monday after nine weeks in dock, the harbour master said."
//! );
//!
//! let options = CleanOptions::default().keep([ClutterClass::Newsletter]).markdown(true);
//! let record = Cleaner::with_options(options).clean(&input);
//! assert!(record.markdown.unwrap().ends_with("never miss a story."));
//! ```
//!
//! # Modules
//!
//! The stages, in the order in which a page passes through them:
//!
//! | module | what it does |
//! | --- | --- |
//! | `page_reader` | runs the stages up to `page_repair` |
//! | `decode`, `charset` | bytes to text |
//! | `sniff` | page or text, if the caller did not say |
//! | `parse` | text to a tree |
//! | `metadata` | what the page says about itself |
//! | `layout` | the lines of a text to paragraphs |
//! | `segment` | a tree or paragraphs to blocks |
//! | `page_repair`, `repair` | repairs broken characters |
//! | `score` | blocks to verdicts |
//! | `site` | site rules, which override verdicts |
//! | `embedded_text` | text in the data of a page whose blocks have no article |
//! | `judged_page` | verdicts to a record |
//! | `render` | kept blocks to text, Markdown and HTML |
//! | `access`, `language`, `record` | the rest of the record |
//!
//! What several of them use:
//!
//! | module | what it has |
//! | --- | --- |
//! | `cleaner` | the entry point |
//! | `options`, `limits`, `class`, `error` | options, caps, clutter classes, errors |
//! | `lexicon`, `model` | clutter phrases, and the fitted model |
//! | `feature_schema` | the names of the features that the scorer computes and the model weighs |
//! | `fingerprints` | fingerprints of blocks that recur on a site |
//! | `fold`, `hashing` | comparing texts, and a fast map |

mod access;
mod charset;
mod class;
mod cleaner;
mod common_words;
mod decode;
mod embedded_text;
mod error;
mod escape;
mod feature_schema;
mod fingerprints;
mod fold;
mod format;
mod hashing;
mod judged_page;
mod kept_images;
mod kept_structure;
mod language;
mod layout;
mod lexicon;
mod limits;
mod metadata;
mod model;
mod options;
mod page_reader;
mod page_repair;
mod page_view;
mod parse;
mod record;
mod record_error;
mod record_fields;
mod record_schema;
mod references;
mod removal;
mod render;
mod repair;
mod score;
mod segment;
mod site;
mod sniff;
mod units;
mod unpack;

pub use class::{ClassSet, ClutterClass};
pub use cleaner::Cleaner;
pub use decode::{DecodedText, decode, is_binary};
pub use error::{Error, ErrorKind};
pub use escape::escape_html;
pub use fingerprints::{
    BlockFingerprints, BlockPosition, Fingerprint, FingerprintKind, FingerprintSupport,
    PageFingerprints, SentenceFingerprint, SiteRecurrence, TEXT_EDGE, TextGroup, is_text_group,
    site_host,
};
pub use layout::{LayoutKind, StructureRepair, StructureRepairKind, StructureReport};
pub use lexicon::{Lexicon, PhraseMatch};
pub use limits::CleanLimits;
pub use model::Model;
pub use options::{CleanInput, CleanOptions, Favor, InputKind};
pub use page_view::PageView;
pub use record::{
    AccessFacts, AccessPrompt, BlockReport, ChangeKind, DeclaredAccess, EncodingReport, FetchFacts,
    PageChange, Record, RecordOutcome, RemovedBlock, RemovedContent, ScriptNeed, TextQuality,
    TextSource,
};
pub use record_error::{RecordError, RecordErrorKind};
pub use record_fields::{FieldType, RECORD_FIELDS, RecordField};
pub use record_schema::record_schema;
pub use references::{TextImage, TextLink};
pub use render::escape_markdown;
pub use repair::{LossyMode, RepairChange, RepairOptions, RepairedText, Repairer};
pub use score::{BlockEvidence, MIN_SITE_PAGES};
pub use site::SiteRules;

pub(crate) use limits::LimitReached;
