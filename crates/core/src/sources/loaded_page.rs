//! A page with its bytes.

use std::borrow::Cow;

use copydesk_clean::{CleanInput, FetchFacts, InputKind, RecordError};

use super::fields::PassThroughFields;
use super::input_row::LoadedRow;

/// A page with its bytes.
#[derive(Debug, Default)]
pub struct LoadedPage {
    /// See [`super::PageTask::source`].
    pub source: String,
    /// Its bytes, as far as they could be read.
    pub bytes: Vec<u8>,
    /// HTML or text, if known. Otherwise the cleaner detects it.
    pub kind: Option<InputKind>,
    /// Its URL, if known.
    pub url: Option<String>,
    /// The charset, if it is known from elsewhere than the bytes, such as a header.
    pub charset: Option<Cow<'static, str>>,
    /// Whether invalid UTF-8 was replaced in order to read the record that holds the page.
    pub had_errors: bool,
    /// The other fields of a record or columns of a table, to be copied to the output.
    pub fields: PassThroughFields,
    /// The row that has the page, if rows are written back with columns added ([`super::AddedColumns`]).
    pub row: Option<Box<LoadedRow>>,
    /// The access facts, if the page was fetched or archived.
    pub fetch: Option<FetchFacts>,
    /// Why the bytes are missing or end early.
    pub error: Option<RecordError>,
}

impl LoadedPage {
    /// What the cleaner reads of the page. `interrupt` stops it early.
    pub fn clean_input<'a>(&'a self, interrupt: &'a (dyn Fn() -> bool + Sync)) -> CleanInput<'a> {
        CleanInput {
            url: self.url.as_deref(),
            charset: self.charset.as_deref(),
            kind: self.kind,
            interrupt: Some(interrupt),
            ..CleanInput::new(&self.source, &self.bytes)
        }
    }
}
