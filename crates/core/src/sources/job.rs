//! One page to clean, before and after it was read.

use std::borrow::Cow;
use std::fs::File;
use std::path::PathBuf;

use copydesk_clean::{FetchFacts, InputKind, RecordError};
use copydesk_fetch::Fetched;

use super::fetched;
use super::fields::{self, Fields};
use super::page_name::without_credentials;
use super::unit::{Unit, read_page};
use super::{Entry, SourceOptions, read_error};
use copydesk_fetch::inflate::Inflate;

/// A page that is to be read and cleaned.
#[derive(Debug)]
pub struct Job {
    /// The path it comes from, for a line of JSONL with `#` and the number of the line; or the
    /// address that was asked for.
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
    Line(u64, Vec<u8>),
    Fetched(Box<Fetched>),
    Failed(RecordError),
}

/// A page with its bytes.
#[derive(Debug, Default)]
pub struct Page {
    /// The path it comes from, for a line of JSONL with `#` and the number of the line; or the
    /// address that was asked for.
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
    /// Other fields of a JSONL input, to be handed on.
    pub fields: Fields,
    /// What the download said, where it was one.
    pub fetch: Option<FetchFacts>,
    /// Why the bytes are missing or end early.
    pub error: Option<RecordError>,
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
            Work::Bytes(bytes, _) | Work::Line(_, bytes) => bytes.len(),
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
            Work::Line(number, line) => match fields::parse(line, options) {
                Ok(parsed) => {
                    page.bytes = parsed.content.into_bytes();
                    page.kind = parsed.kind;
                    page.url = parsed.url.or(page.url);
                    page.charset = Some("utf-8".into());
                    page.had_errors = parsed.had_errors;
                    page.fields = parsed.others;
                    page.fetch = parsed.fetch;
                    page.error = parsed.error;
                }
                Err(message) => {
                    page.error = Some(RecordError {
                        kind: "json".into(),
                        message,
                        concerns: format!("line {number}"),
                    });
                }
            },
        }
        page.kind = options.forced_kind().or(page.kind);
        page
    }
}
