//! One page to clean, before it is read.

use std::path::PathBuf;
use std::sync::Arc;

use copydesk_clean::{InputKind, RecordError};
use copydesk_fetch::FetchResult;
use copydesk_fetch::warc::WarcRecord;

use super::EntryPoint;
use super::input_row::TableRow;
use super::page_name::without_credentials;
use super::table::TableHeader;

/// The pages of an input, in order.
pub type PageTasks = Box<dyn Iterator<Item = PageTask> + Send>;

/// A page that is to be read and cleaned.
#[derive(Debug)]
pub struct PageTask {
    /// The path of the input. If the input holds many pages, followed by `#` and the number of the line, element or
    /// row, or the offset of the record in an archive. For a fetched page, the URL that was requested.
    pub source: String,
    /// Bytes of the input that were read for this page, as stored (compressed); for progress.
    pub source_bytes: u64,
    /// Whether its input holds many pages.
    pub is_line: bool,
    /// Where its input can be entered to continue with the page after this one.
    pub entry_after: Option<EntryPoint>,
    pub(super) content: TaskContent,
}

/// What a task holds of its page, and how to get the rest.
#[derive(Debug)]
pub(super) enum TaskContent {
    /// A file that is one page, and its kind, if the name says it.
    File(PathBuf, Option<InputKind>),
    /// The bytes of the page, and why they end early, if they do.
    Bytes(Vec<u8>, Option<RecordError>),
    /// A JSON object, the word for it in messages, and its number.
    Object { what: &'static str, number: u64, json: Vec<u8> },
    /// A row of a CSV or TSV table, not split yet.
    Row { number: u64, header: Arc<TableHeader>, row: Vec<u8> },
    /// The values of a Parquet row, and their size in bytes.
    #[cfg_attr(
        not(feature = "parquet"),
        expect(dead_code, reason = "only the Parquet reader makes it")
    )]
    Values { number: u64, row: TableRow, bytes: usize },
    /// The row of a table that cannot be read, and why.
    LostRow(Box<TableRow>, RecordError),
    /// A record of an archive.
    Record(Box<WarcRecord>),
    /// A fetched page, or a failed fetch.
    Fetched(Box<FetchResult>),
    /// A page that cannot be read.
    Failed(RecordError),
}

impl PageTask {
    /// The task of an input that is one page.
    pub(super) fn single(source: &str, source_bytes: u64, content: TaskContent) -> Self {
        Self { source: source.into(), source_bytes, is_line: false, entry_after: None, content }
    }

    /// The task of a fetched page, or of a failed fetch.
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

    /// The task of a page that is not fetched because of this error.
    pub(crate) fn failed(source: String, error: RecordError) -> Self {
        Self {
            source,
            source_bytes: 0,
            is_line: false,
            entry_after: None,
            content: TaskContent::Failed(error),
        }
    }

    /// Whether its page was fetched.
    pub(crate) fn is_fetched(&self) -> bool {
        matches!(self.content, TaskContent::Fetched(_))
    }

    /// The bytes that it holds, or will hold once it is loaded, as far as that is known before.
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
            TaskContent::Failed(_) | TaskContent::LostRow(..) => 0,
        }
    }
}
