//! One page to clean, before and after it was read.

use std::borrow::Cow;
use std::fs::File;
use std::path::PathBuf;
use std::sync::Arc;

use copydesk_clean::{FetchFacts, InputKind, RecordError};
use copydesk_fetch::Fetched;
use copydesk_fetch::inflate::Inflate;
use copydesk_fetch::warc::Record;

use super::fields::{Fields, Parsed};
use super::page_name::without_credentials;
use super::table::{self, Header, Values};
use super::unit::{Unit, read_page};
use super::{Entry, SourceOptions, archive, fetched, object, read_error};

/// A page that is to be read and cleaned.
#[derive(Debug)]
pub struct Job {
    /// The path it comes from, with `#` and the number of the line, element or row, or the offset of
    /// the record in an archive, if there are several pages in it; or the address that was asked for.
    pub source: String,
    /// Stored bytes that were read of the input for this page; for progress.
    pub source_bytes: u64,
    /// Whether its unit holds many pages.
    pub is_line: bool,
    /// Where its unit can be entered to go on with the page after this one.
    pub entry_after: Option<Entry>,
    pub(super) work: Work,
}

/// What is left to be done to have the page's bytes.
#[derive(Debug)]
pub(super) enum Work {
    File(PathBuf, Option<InputKind>),
    Bytes(Vec<u8>, Option<RecordError>),
    /// A JSON object, what it is called in messages, and its number.
    Object {
        what: &'static str,
        number: u64,
        json: Vec<u8>,
    },
    /// A row of a table with divided values.
    Row {
        number: u64,
        header: Arc<Header>,
        row: Vec<u8>,
    },
    /// A row of a table whose values were told apart already, and their bytes.
    Values {
        number: u64,
        values: Values,
        bytes: usize,
    },
    /// A record of an archive.
    Record(Box<Record>),
    Fetched(Box<Fetched>),
    Failed(RecordError),
}

/// A page with its bytes.
#[derive(Debug, Default)]
pub struct Page {
    /// See [`Job::source`].
    pub source: String,
    /// Its bytes as far as they could be read.
    pub bytes: Vec<u8>,
    /// Page or text, where that is known.
    pub kind: Option<InputKind>,
    /// Its address, where that is known.
    pub url: Option<String>,
    /// The charset that is known from elsewhere than the bytes.
    pub charset: Option<Cow<'static, str>>,
    /// Whether bytes had to be replaced to read the line at all.
    pub had_errors: bool,
    /// Other fields of a record or columns of a table, to be handed on.
    pub fields: Fields,
    /// What the download said, where it was one.
    pub fetch: Option<FetchFacts>,
    /// Why the bytes are missing or end early.
    pub error: Option<RecordError>,
}

impl Page {
    /// Takes what a record holds, or the error that it is.
    fn fill(&mut self, parsed: Result<Parsed, String>, kind: &str, what: &str, number: u64) {
        match parsed {
            Ok(parsed) => {
                self.bytes = parsed.content;
                self.kind = parsed.kind;
                self.url = parsed.url.or(self.url.take());
                self.charset = parsed.is_utf8.then(|| "utf-8".into());
                self.had_errors = parsed.had_errors;
                self.fields = parsed.others;
                self.fetch = parsed.fetch;
                self.error = parsed.error;
            }
            Err(message) => {
                let concerns = format!("{what} {number}");
                self.error = Some(RecordError { kind: kind.into(), message, concerns });
            }
        }
    }
}

impl Job {
    pub(super) fn page(unit: &Unit, work: Work) -> Self {
        Self {
            source: unit.source.clone(),
            source_bytes: unit.bytes.unwrap_or(0),
            is_line: false,
            entry_after: None,
            work,
        }
    }

    pub(crate) fn fetched(fetched: Box<Fetched>) -> Self {
        let source_bytes =
            fetched.result.as_ref().map_or(0, |response| response.exchange.wire_bytes);
        Self {
            source: without_credentials(&fetched.request.url),
            source_bytes,
            is_line: false,
            entry_after: None,
            work: Work::Fetched(fetched),
        }
    }

    /// A page that was not fetched.
    pub(crate) fn failed(source: String, error: RecordError) -> Self {
        Self {
            source,
            source_bytes: 0,
            is_line: false,
            entry_after: None,
            work: Work::Failed(error),
        }
    }

    /// Whether its page comes from the web.
    pub(crate) fn is_fetched(&self) -> bool {
        matches!(self.work, Work::Fetched(_))
    }

    /// Bytes that it holds or is about to, as far as known before loading.
    pub fn cost(&self) -> usize {
        match &self.work {
            Work::Bytes(bytes, _)
            | Work::Object { json: bytes, .. }
            | Work::Row { row: bytes, .. } => bytes.len(),
            Work::Values { bytes, .. } => *bytes,
            Work::Record(record) => record.content.len(),
            Work::File(..) => usize::try_from(self.source_bytes).unwrap_or(usize::MAX),
            Work::Fetched(fetched) => {
                fetched.result.as_ref().map_or(0, |response| response.body.len())
            }
            Work::Failed(_) => 0,
        }
    }

    /// Reads the page. Trouble with reading is in [`Page::error`].
    pub fn load(self, options: &SourceOptions) -> Page {
        let source_bytes = self.source_bytes;
        let mut page = Page { source: self.source, url: options.url.clone(), ..Page::default() };
        match self.work {
            Work::Failed(error) => page.error = Some(error),
            Work::Bytes(bytes, error) => (page.bytes, page.error) = (bytes, error),
            Work::Fetched(fetched) => page = fetched::page(*fetched),
            Work::File(path, kind) => {
                page.kind = kind;
                let opened = File::open(path).and_then(|file| Inflate::new(file, options.inflate));
                match opened {
                    Ok(input) => {
                        (page.bytes, page.error) =
                            read_page(input, options.max_input_bytes, source_bytes);
                    }
                    Err(error) => page.error = Some(read_error(&error)),
                }
            }
            Work::Record(record) => {
                page = Page { source: page.source, ..archive::page(*record, options) };
            }
            Work::Object { what, number, json } => {
                page.fill(object::parse(json, options), "json", what, number);
            }
            Work::Row { number, header, row } => {
                let parsed = header.values(&row).and_then(|values| table::parse(values, options));
                page.fill(parsed, "csv", "row", number);
            }
            Work::Values { number, values, .. } => {
                page.fill(table::parse(values, options), "parquet", "row", number);
            }
        }
        page.kind = options.forced_kind().or(page.kind);
        page
    }
}
