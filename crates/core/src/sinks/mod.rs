//! Where records go: the forms they are written in, and the streams, files and folders they are
//! written to.
//!
//! A [`Destination`] says which; [`Places`] gives each input its output, in input order; [`Sink`]
//! writes.

mod atomic;
mod csv;
mod destination;
mod document;
mod jsonl;
mod places;
mod sink;

use std::path::Path;

use copydesk_clean::{Options, Record};

pub(crate) use atomic::AtomicFile;
pub(crate) use destination::is_device;
pub use destination::{Destination, Existing, Plan, Target};
pub(crate) use places::same_file;
pub use places::{Place, Places};
pub use sink::{Rendered, Sink};

use crate::sources::Fields;
use crate::words::words;

words! {
    /// The form of an output.
    pub enum Format {
        /// The record as one JSON object a line.
        Jsonl = "jsonl",
        /// The title, if the text does not begin with it, and the text.
        Txt = "txt",
        /// The same as Markdown.
        Markdown = "markdown",
        /// The same as minimal HTML.
        Html = "html",
        /// A table with one row a page (RFC 4180).
        Csv = "csv",
    }
}

impl Format {
    /// The suffix of files in this form, without the dot.
    pub const fn suffix(self) -> &'static str {
        match self {
            Self::Markdown => "md",
            other => other.name(),
        }
    }

    /// The format that a file's suffix asks for.
    pub fn of_path(path: &Path) -> Option<Self> {
        match path.extension()?.to_str()?.to_ascii_lowercase().as_str() {
            "jsonl" | "ndjson" => Some(Self::Jsonl),
            "txt" => Some(Self::Txt),
            "md" | "markdown" => Some(Self::Markdown),
            "html" | "htm" => Some(Self::Html),
            "csv" => Some(Self::Csv),
            _ => None,
        }
    }

    /// Whether one file is made for many pages.
    pub const fn is_tabular(self) -> bool {
        matches!(self, Self::Jsonl | Self::Csv)
    }

    /// Asks the cleaner for what this form shows.
    pub fn require(self, options: &mut Options) {
        options.markdown |= self == Self::Markdown;
        options.html |= self == Self::Html;
    }

    /// Writes a record in this form. `fields` are handed on where the form has room for them;
    /// `separate` tells the page from others in the same stream:
    ///
    /// * text: a line `==> SOURCE <==` before each page, as `head` and `tail` write it;
    /// * Markdown: a comment `<!-- SOURCE -->` before each page;
    /// * HTML: an `<article data-source="SOURCE">` for each page.
    pub fn render(self, record: &Record, fields: &Fields, separate: bool) -> Vec<u8> {
        match self {
            Self::Jsonl => jsonl::render(record, fields),
            Self::Csv => csv::render(record),
            Self::Txt => document::text(record, separate),
            Self::Markdown => document::markdown(record, separate),
            Self::Html => document::html(record, separate),
        }
    }

    /// What stands before the first page of a stream.
    pub(crate) fn prologue(self, separate: bool) -> Vec<u8> {
        match self {
            Self::Csv => csv::header(),
            Self::Html if separate => document::HTML_PROLOGUE.into(),
            _ => Vec::new(),
        }
    }

    /// What stands after the last page of a stream.
    pub(crate) fn epilogue(self, separate: bool) -> Vec<u8> {
        match self {
            Self::Html if separate => document::HTML_EPILOGUE.into(),
            _ => Vec::new(),
        }
    }
}
