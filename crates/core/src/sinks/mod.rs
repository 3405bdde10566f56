//! Where records go: the forms they are written in, and the streams, files and folders they are
//! written to.
//!
//! A [`Destination`] says which; [`OutputNamer`] gives each input its output, in input order; [`Sink`]
//! writes.
//!
//! The same pages give the same bytes, whenever the output was committed and however often it was
//! interrupted and gone on with. Of a `SQLite` database that holds of its rows.

mod appending;
mod atomic;
mod byte_writer;
mod columns;
mod csv;
mod database;
mod destination;
mod document;
mod file_sink;
mod file_writer;
mod folder_sink;
mod jsonl;
mod members;
mod output_path;
mod parquet;
mod partial;
mod restored;
mod row;
mod shards;
mod sink;
mod sqlite;
mod state;

use std::path::Path;

use copydesk_clean::Record;

pub use appending::AppendingFile;
pub use atomic::AtomicFile;
pub use database::{AppendingDatabase, database_files};
pub use destination::is_device;
pub use destination::{Destination, ExistingOutput, InputPlan, OutputTarget};
pub use output_path::{OutputNamer, OutputPath};
pub use output_path::{file_suffix, same_file};
pub use partial::{make_folders, partial_path, sync_folder};
pub use restored::{FileImprint, RestoredFile, copy_path, remove, restore_partial};
pub use row::{COLUMNS, CellValue, ColumnKind, FlatRow, TableColumn};
pub use sink::{RenderedBody, RenderedPage, Sink};
pub use state::SinkState;

pub use crate::format::{Format, WarcCompression, compression_from_path, uncompressed};
use crate::sources::PassThroughFields;

impl Format {
    /// Writes a record in this form. `fields` are handed on where the form has room for them;
    /// `separate` tells the page from others in the same stream:
    ///
    /// * text: a line `==> SOURCE <==` before each page, as `head` and `tail` write it;
    /// * Markdown: a comment `<!-- SOURCE -->` before each page;
    /// * HTML: an `<article data-source="SOURCE">` for each page.
    pub fn render(
        self,
        record: &Record,
        fields: &PassThroughFields,
        separate: bool,
    ) -> RenderedBody {
        RenderedBody::Bytes(match self {
            Self::Jsonl => jsonl::render(record, fields),
            Self::Csv => csv::render(record, false),
            Self::Txt => document::text(record, separate),
            Self::Markdown => document::markdown(record, separate),
            Self::Html => document::html(record, separate),
            Self::Parquet | Self::Sqlite => {
                return RenderedBody::Row(Box::new(FlatRow::new(record, fields)));
            }
        })
    }

    /// Writes a record of a page that is watched, told from others in the same stream if `separate`: as
    /// [`Format::render`], and a table in CSV has columns for what is new
    /// ([`Destination::is_watched`]).
    pub fn render_watched(self, record: &Record, separate: bool) -> RenderedBody {
        match self {
            Self::Csv => RenderedBody::Bytes(csv::render(record, true)),
            other => other.render(record, &PassThroughFields::new(), separate),
        }
    }

    /// What stands before the first page of a stream.
    pub(crate) fn prologue(self, separate: bool, is_watched: bool) -> Vec<u8> {
        match self {
            Self::Csv => csv::header(is_watched),
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

/// The folder that a file is in.
pub fn parent_folder(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

#[cfg(all(test, unix))]
mod full_disk_tests;
#[cfg(test)]
pub(crate) mod resume_tests;
