//! Where pages come from: files, folders, records of many forms, standard input, the web.
//!
//! [`Inputs`] lists [`Unit`]s, one for each file; a unit gives [`Job`]s, one for each page; a job
//! is loaded to a [`Page`] by whichever thread cleans it. Nothing is read before it is needed, and
//! a file with many pages never whole. Pages of the web are jobs too, in the order in which they come: the
//! fetcher of a [`Web`] reads their [`UrlList`] as it has room.

mod archive;
mod elements;
mod entries;
mod fetched;
mod fields;
mod form;
mod guarded;
mod input_list;
mod job;
mod lines;
mod list;
mod numbered;
mod object;
mod objects;
mod page_name;
mod parquet;
mod position;
mod row_values;
mod rows;
mod shape;
mod stream;
mod table;
mod table_rows;
#[cfg(test)]
mod tests;
mod thrift;
mod unit;
mod url_list;
mod visits;
mod walk;
mod web;

pub use entries::Entries;
pub use fetched::{facts, is_html, record_error, status_error, timestamp};
pub use fields::{FieldNames, Fields};
pub use input_list::read_list;
pub use job::{Job, Page};
pub use list::Inputs;
pub use page_name::{PageName, address_hash, without_credentials};
pub use position::{Entry, Position};
pub use shape::uncompressed;
pub use unit::{Jobs, Unit};
pub use url_list::UrlList;
pub use url_list::{BadLine, ListEntry, Urls};
pub use visits::{Ask, Visit};
pub use web::{Results, Web};

use std::io;

use copydesk_clean::{InputKind, RecordError};

use crate::settings::{InputChoice, Settings, bytes};
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
            max_input_bytes: bytes(settings.max_input_bytes),
            max_line_bytes: bytes(settings.max_line_bytes),
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
    let inflate = InflateError::inside(error);
    RecordError {
        kind: if inflate.is_some() { "decompress" } else { "read" }.into(),
        message: error.to_string(),
        concerns: inflate.map_or("", InflateError::setting).into(),
    }
}
