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

use copydesk_clean::{CleanOptions, Record};

pub use appending::AppendingFile;
pub use atomic::AtomicFile;
pub use database::{AppendingDatabase, database_files};
pub use destination::is_device;
pub use destination::{Destination, ExistingOutput, InputPlan, OutputTarget};
pub use members::{WarcCompression, compression_from_path};
pub use output_path::{OutputNamer, OutputPath};
pub use output_path::{file_suffix, same_file};
pub use partial::{make_folders, partial_path, sync_folder};
pub use restored::{FileImprint, RestoredFile, copy_path, remove, restore_partial};
pub use row::{COLUMNS, CellValue, ColumnKind, FlatRow, TableColumn};
pub use sink::{RenderedBody, RenderedPage, Sink};
pub use state::SinkState;

use crate::sources::{PassThroughFields, uncompressed};
use crate::string_enum;

string_enum! {
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
        /// A table with one row a page, in Apache Parquet, compressed with zstd; its columns are
        /// [`COLUMNS`].
        Parquet = "parquet",
        /// The same as table `pages` of a `SQLite` database, lists as JSON, with the position of the page
        /// from 1 as `id` before them, and indexes on `url` and `fingerprint`.
        Sqlite = "sqlite",
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

    /// The format that a file's suffix asks for, that of its compression left out.
    pub fn from_path(path: &Path) -> Option<Self> {
        let name = path.file_name()?.to_str()?.to_ascii_lowercase();
        let plain = uncompressed(&name);
        let format = match Path::new(plain).extension()?.to_str()? {
            "jsonl" | "ndjson" => Self::Jsonl,
            "txt" => Self::Txt,
            "md" | "markdown" => Self::Markdown,
            "html" | "htm" => Self::Html,
            "csv" => Self::Csv,
            "parquet" => Self::Parquet,
            "sqlite" | "sqlite3" | "db" => Self::Sqlite,
            _ => return None,
        };
        (format.is_text() || plain == name).then_some(format)
    }

    /// Whether one file is made for many pages.
    pub const fn is_tabular(self) -> bool {
        matches!(self, Self::Jsonl | Self::Csv | Self::Parquet | Self::Sqlite)
    }

    /// Whether it is text, so that it can be compressed and written to a stream.
    pub const fn is_text(self) -> bool {
        !self.needs_file()
    }

    /// Whether it cannot be written to a stream.
    pub(crate) const fn needs_file(self) -> bool {
        matches!(self, Self::Parquet | Self::Sqlite)
    }

    /// Asks the cleaner for what this form shows.
    pub fn require(self, options: &mut CleanOptions) {
        options.markdown |= self == Self::Markdown;
        options.html |= self == Self::Html;
    }

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_suffix_tells_the_form_under_its_compression() {
        for (name, format) in [
            ("a.jsonl", Some(Format::Jsonl)),
            ("b/A.CSV.GZ", Some(Format::Csv)),
            ("a.txt.zst", Some(Format::Txt)),
            ("a.parquet", Some(Format::Parquet)),
            ("a.db", Some(Format::Sqlite)),
            ("a.parquet.gz", None),
            ("a.gz", None),
            ("jsonl", None),
        ] {
            assert_eq!(Format::from_path(Path::new(name)), format, "{name}");
        }
    }
}
