//! One page to clean, before and after it was read.

use std::borrow::Cow;
use std::fs::File;
use std::path::PathBuf;
use std::sync::Arc;

use copydesk_clean::{FetchFacts, InputKind, RecordError};
use copydesk_fetch::FetchResult;
use copydesk_fetch::inflate::InflateReader;
use copydesk_fetch::warc::WarcRecord;

use super::fields::{ParsedRecord, PassThroughFields};
use super::page_name::without_credentials;
use super::table::{self, TableHeader, TableValues};
use super::unit::{InputUnit, read_page};
use super::{EntryPoint, SourceOptions, archive, fetched, json_object, read_error};

/// A page that is to be read and cleaned.
#[derive(Debug)]
pub struct PageTask {
    /// The path it comes from, with `#` and the number of the line, element or row, or the offset of
    /// the record in an archive, if there are several pages in it; or the address that was asked for.
    pub source: String,
    /// Stored bytes that were read of the input for this page; for progress.
    pub source_bytes: u64,
    /// Whether its unit holds many pages.
    pub is_line: bool,
    /// Where its unit can be entered to go on with the page after this one.
    pub entry_after: Option<EntryPoint>,
    pub(super) content: TaskContent,
}

/// What is left to be done to have the page's bytes.
#[derive(Debug)]
pub(super) enum TaskContent {
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
        header: Arc<TableHeader>,
        row: Vec<u8>,
    },
    /// A row of a table whose values were told apart already, and their bytes.
    Values {
        number: u64,
        values: TableValues,
        bytes: usize,
    },
    /// A record of an archive.
    Record(Box<WarcRecord>),
    Fetched(Box<FetchResult>),
    Failed(RecordError),
}

/// A page with its bytes.
#[derive(Debug, Default)]
pub struct LoadedPage {
    /// See [`PageTask::source`].
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
    pub fields: PassThroughFields,
    /// What the download said, where it was one.
    pub fetch: Option<FetchFacts>,
    /// Why the bytes are missing or end early.
    pub error: Option<RecordError>,
}

impl LoadedPage {
    /// Takes what a record holds, or the error that it is.
    fn fill(&mut self, parsed: Result<ParsedRecord, String>, kind: &str, what: &str, number: u64) {
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

impl PageTask {
    pub(super) fn page(unit: &InputUnit, content: TaskContent) -> Self {
        Self {
            source: unit.source.clone(),
            source_bytes: unit.bytes.unwrap_or(0),
            is_line: false,
            entry_after: None,
            content,
        }
    }

    pub(crate) fn fetched(fetched: Box<FetchResult>) -> Self {
        let source_bytes =
            fetched.result.as_ref().map_or(0, |response| response.exchange.wire_bytes);
        Self {
            source: without_credentials(&fetched.request.url),
            source_bytes,
            is_line: false,
            entry_after: None,
            content: TaskContent::Fetched(fetched),
        }
    }

    /// A page that was not fetched.
    pub(crate) fn failed(source: String, error: RecordError) -> Self {
        Self {
            source,
            source_bytes: 0,
            is_line: false,
            entry_after: None,
            content: TaskContent::Failed(error),
        }
    }

    /// Whether its page comes from the web.
    pub(crate) fn is_fetched(&self) -> bool {
        matches!(self.content, TaskContent::Fetched(_))
    }

    /// Bytes that it holds or is about to, as far as known before loading.
    pub fn cost(&self) -> usize {
        match &self.content {
            TaskContent::Bytes(bytes, _)
            | TaskContent::Object { json: bytes, .. }
            | TaskContent::Row { row: bytes, .. } => bytes.len(),
            TaskContent::Values { bytes, .. } => *bytes,
            TaskContent::Record(record) => record.content.len(),
            TaskContent::File(..) => usize::try_from(self.source_bytes).unwrap_or(usize::MAX),
            TaskContent::Fetched(fetched) => {
                fetched.result.as_ref().map_or(0, |response| response.body.len())
            }
            TaskContent::Failed(_) => 0,
        }
    }

    /// Reads the page. Trouble with reading is in [`LoadedPage::error`].
    pub fn load(self, options: &SourceOptions) -> LoadedPage {
        let source_bytes = self.source_bytes;
        let mut page =
            LoadedPage { source: self.source, url: options.url.clone(), ..LoadedPage::default() };
        match self.content {
            TaskContent::Failed(error) => page.error = Some(error),
            TaskContent::Bytes(bytes, error) => (page.bytes, page.error) = (bytes, error),
            TaskContent::Fetched(fetched) => page = fetched::page(*fetched),
            TaskContent::File(path, kind) => {
                page.kind = kind;
                let opened =
                    File::open(path).and_then(|file| InflateReader::new(file, options.inflate));
                match opened {
                    Ok(input) => {
                        (page.bytes, page.error) =
                            read_page(input, options.max_input_bytes, source_bytes);
                    }
                    Err(error) => page.error = Some(read_error(&error)),
                }
            }
            TaskContent::Record(record) => {
                page = LoadedPage { source: page.source, ..archive::page(*record, options) };
            }
            TaskContent::Object { what, number, json } => {
                page.fill(json_object::parse(json, options), "json", what, number);
            }
            TaskContent::Row { number, header, row } => {
                let parsed = header.values(&row).and_then(|values| table::parse(values, options));
                page.fill(parsed, "csv", "row", number);
            }
            TaskContent::Values { number, values, .. } => {
                page.fill(table::parse(values, options), "parquet", "row", number);
            }
        }
        page.kind = options.forced_kind().or(page.kind);
        page
    }
}
