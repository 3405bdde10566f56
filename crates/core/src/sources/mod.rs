//! Where pages come from: files, folders, records of many forms, standard input, the web.
//!
//! [`Inputs`] lists [`InputUnit`]s, one for each file; a unit gives [`PageTask`]s, one for each page; a job
//! is loaded to a [`LoadedPage`] by whichever thread cleans it. Nothing is read before it is needed, and
//! a file with many pages never whole. Pages of the web are jobs too, in the order in which they come: the
//! fetcher of a [`BlockingFetcher`] reads their [`UrlList`] as it has room.

mod archive;
mod blocking_fetcher;
mod csv_rows;
mod entry_set;
mod fetched;
mod fields;
mod guarded_file;
mod input_list;
mod inputs;
mod json_elements;
mod json_object;
mod json_pages;
mod jsonl_pages;
mod name_hint;
mod page_name;
mod page_numbers;
mod page_task;
mod pages_format;
mod parquet;
mod position;
mod row_values;
mod stream;
mod table;
mod table_pages;
#[cfg(test)]
mod tests;
mod thrift;
mod unit;
mod url_list;
mod url_results;
mod walk;

pub use blocking_fetcher::{BlockingFetcher, FetchResults};
pub use entry_set::EntrySet;
pub use fetched::{facts, is_html, record_error, status_error, timestamp};
pub use fields::{FieldNames, PassThroughFields};
pub use input_list::read_list;
pub use inputs::Inputs;
pub use page_name::{PageName, url_hash, without_credentials};
pub use page_task::{LoadedPage, PageTask};
pub use position::{EntryPoint, InputPosition};
pub use unit::{InputUnit, PageTasks};
pub use url_list::UrlList;
pub use url_list::{ListEntry, ListedUrls, UnreadableUrl};
pub use url_results::{UrlDecision, UrlResult};

use std::io;

use copydesk_clean::{InputKind, RecordError};

use crate::settings::{InputChoice, Settings, byte_count};
use copydesk_fetch::inflate::{InflateError, InflateLimits};

/// How inputs are read.
#[derive(Clone, Debug, PartialEq)]
pub struct SourceOptions {
    /// What the inputs are. Default: told by the name, then by the content.
    pub input: InputChoice,
    /// The address of the page, for a single input. Default none.
    pub url: Option<String>,
    /// Keep the other fields of records and columns of tables for the output. Default false.
    pub pass_through: bool,
    /// The fields of records, or columns of tables, with the page and its address.
    pub fields: FieldNames,
    /// Bytes of a page, inflated. One byte more is read, so that the cleaner sees that it was too
    /// large. Default 32 MiB.
    pub max_input_bytes: usize,
    /// Bytes of one record of an input that holds many: a line of JSONL, an element of JSON, a row of a
    /// table, a record of an archive. Default 64 MiB.
    pub max_line_bytes: usize,
    /// Caps on compressed inputs.
    pub inflate: InflateLimits,
}

impl SourceOptions {
    /// The part of the settings that concerns reading.
    pub fn new(settings: &Settings) -> Self {
        Self {
            input: settings.input,
            url: None,
            pass_through: settings.pass_through,
            fields: FieldNames::new(settings),
            max_input_bytes: byte_count(settings.max_input_bytes),
            max_line_bytes: byte_count(settings.max_line_bytes),
            inflate: settings.inflate_limits(),
        }
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

/// What a record says of trouble with reading.
fn read_error(error: &io::Error) -> RecordError {
    let inflate = InflateError::find_in(error);
    RecordError {
        kind: if inflate.is_some() { "decompress" } else { "read" }.into(),
        message: error.to_string(),
        concerns: inflate.map_or("", InflateError::setting).into(),
    }
}
