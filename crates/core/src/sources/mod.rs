//! Where pages come from: files, folders, records in many formats, standard input, and URLs.
//!
//! [`Inputs`] lists [`InputUnit`]s, one for each file. A unit gives [`PageTask`]s, one for each page, and the thread
//! that cleans a task loads it to a [`LoadedPage`]. Nothing is read before it is needed, and a file with many pages
//! is never held in memory as a whole. Fetched pages are tasks too, in the order in which they arrive: a
//! [`BlockingFetcher`] reads its [`UrlList`] as it has room.

mod archive;
mod blocking_fetcher;
mod csv_rows;
mod entry_set;
mod fetched;
mod fields;
mod file_kind;
mod folder_file;
#[cfg(feature = "parquet")]
mod guarded_file;
mod input_list;
mod input_row;
mod inputs;
mod json_elements;
mod json_mending;
mod json_object;
mod json_pages;
mod json_text;
mod jsonl_pages;
mod loaded_page;
mod name_hint;
mod page_loader;
mod page_name;
mod page_numbers;
mod page_task;
mod pages_format;
#[cfg(not(feature = "parquet"))]
#[path = "no_parquet.rs"]
mod parquet;
#[cfg(feature = "parquet")]
mod parquet;
mod passed_over;
mod position;
mod request_contexts;
#[cfg(feature = "parquet")]
mod row_group;
#[cfg(feature = "parquet")]
mod row_values;
mod single_page;
mod skipped_records;
mod stream;
mod table;
mod table_pages;
mod table_values;
#[cfg(test)]
mod tests;
#[cfg(feature = "parquet")]
mod thrift;
mod unit;
mod unit_pages;
mod url_list;
mod url_results;
mod utf8_input;
mod walk;

pub use blocking_fetcher::{BlockingFetcher, FetchResults};
pub(crate) use entry_set::EntrySet;
pub use fetched::{facts, is_html, record_error, status_error, timestamp};
pub use fields::{FieldNames, PassThroughFields};
pub use file_kind::FileKind;
pub use input_list::read_list;
pub use input_row::AddedColumns;
pub(crate) use input_row::{InputRow, TableRow};
pub use inputs::Inputs;
pub use loaded_page::{LoadedPage, LoadedRow};
pub use page_name::PageName;
pub(crate) use page_name::{url_hash, without_credentials};
pub use page_task::{PageTask, PageTasks};
pub use passed_over::{PassedOverFiles, PassedOverKind};
pub use position::{EntryPoint, InputPosition};
pub use request_contexts::ContextResults;
#[cfg(feature = "parquet")]
pub(crate) use row_group::RowGroup;
pub(crate) use table_values::TableValue;
pub use unit::InputUnit;
pub use url_list::UrlList;
pub(crate) use url_list::{ListEntry, ListedUrls, UnreadableUrl};
pub(crate) use url_results::{UrlDecision, UrlResult};

use std::io;

use copydesk_clean::{InputKind, RecordError, RecordErrorKind};

use crate::settings::{InputChoice, Settings, byte_count};
use copydesk_fetch::inflate::{InflateError, InflateLimits};

/// How inputs are read.
#[derive(Clone, Debug, PartialEq)]
pub struct SourceOptions {
    /// The format of the inputs. Default: detected from the name, then from the content.
    pub input: InputChoice,
    /// The URL of the page, for a single input. Default none.
    pub url: Option<String>,
    /// Whether to copy the other fields of records and columns of tables to the output. Default false.
    pub pass_through: bool,
    /// The fields of records, or columns of tables, that hold the page and its URL.
    pub fields: FieldNames,
    /// The columns that are added to rows, for an output with the rows of the inputs. Then every record and row gives
    /// a [`LoadedRow`]. Default none.
    pub added_columns: Option<AddedColumns>,
    /// The largest page, in bytes after decompression. One byte more is read, so that the cleaner can report that
    /// the page is too large. Default 32 MiB.
    pub max_input_bytes: usize,
    /// The largest record of an input that holds many, in bytes: a line of JSONL, an element of JSON, a row of a
    /// table, a record of an archive. Default 64 MiB.
    pub max_line_bytes: usize,
    /// Caps on compressed inputs.
    pub inflate: InflateLimits,
}

impl SourceOptions {
    /// The options that the settings ask for, without columns to add.
    pub fn new(settings: &Settings) -> Self {
        Self {
            input: settings.input,
            url: None,
            pass_through: settings.pass_through,
            fields: FieldNames::new(settings),
            added_columns: None,
            max_input_bytes: byte_count(settings.max_input_bytes),
            max_line_bytes: byte_count(settings.max_line_bytes),
            inflate: settings.inflate_limits(),
        }
    }

    /// Where the pages of a record or row are: one page, or each text that is cleaned.
    fn page_fields(&self) -> impl Iterator<Item = &FieldNames> {
        let one = self.added_columns.is_none().then_some(&self.fields);
        let cells = self.added_columns.iter().flat_map(|added| &added.cells);
        one.into_iter().chain(cells)
    }

    fn forced_kind(&self) -> Option<InputKind> {
        match self.input {
            InputChoice::Html => Some(InputKind::Html),
            InputChoice::Text => Some(InputKind::Text),
            _ => None,
        }
    }
}

impl Default for SourceOptions {
    fn default() -> Self {
        Self::new(&Settings::default())
    }
}

/// The error in the record of an input that cannot be read.
fn read_error(error: &io::Error) -> RecordError {
    let inflate = InflateError::find_in(error);
    RecordError {
        kind: if inflate.is_some() { RecordErrorKind::Decompress } else { RecordErrorKind::Read },
        message: error.to_string(),
        concerns: inflate.map_or("", InflateError::setting).into(),
    }
}
