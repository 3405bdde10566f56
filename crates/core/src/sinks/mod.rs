//! Writes records: to streams, files and folders, in any [`Format`].
//!
//! A [`Destination`] says where the output goes, and [`OutputNamer`] names the output of each input.
//! [`Format::render`] turns a record into a [`RenderedPage`], and a [`Sink`] writes it.
//!
//! The same pages give the same bytes, whenever the output was committed and however often it was interrupted
//! and resumed. For a `SQLite` database this holds for its rows.
//!
//! ```text
//! destination -> preflight, output_path            what is written, whether it may be, and under which names
//! render -> jsonl, csv, document, row               a record in a format
//! document -> front_matter                          the metadata of a Markdown document
//! added_row -> csv, row                             a row of an input with columns added
//! sink -> file_sink, folder_sink -> file_writer     streams, files, shards, folders
//!         -> byte_writer, parquet, parquet_rows, sqlite -> partial, atomic
//! appending, database, restored                     outputs that grow from run to run
//! ```

mod added_row;
mod appending;
mod atomic;
mod byte_writer;
mod csv;
#[cfg(feature = "sqlite")]
mod database;
mod destination;
mod document;
mod file_sink;
mod file_writer;
mod folder_sink;
mod front_matter;
mod jsonl;
mod members;
#[cfg(not(all(feature = "parquet", feature = "sqlite")))]
mod not_built;
mod output_path;
#[cfg(feature = "parquet")]
mod parquet;
#[cfg(feature = "parquet")]
mod parquet_columns;
#[cfg(feature = "parquet")]
mod parquet_rows;
mod partial;
mod paths;
mod preflight;
mod render;
mod rendered;
mod restored;
mod row;
mod row_header;
mod shards;
mod sink;
#[cfg(feature = "sqlite")]
mod sqlite;
mod state;

pub(crate) use added_row::{check_row, render_row};
pub use appending::AppendingFile;
pub use atomic::{AtomicFile, write_file};
#[cfg(feature = "sqlite")]
pub use database::{AppendingDatabase, database_files};
pub use destination::{Destination, ExistingOutput, OutputTarget};
pub use output_path::{OutputNamer, OutputPath, file_suffix};
pub use partial::{make_folders, partial_path, sync_folder};
pub use paths::{is_device, parent_folder, same_file};
pub use preflight::InputPlan;
pub use rendered::{PageFrame, RenderedBody, RenderedPage};
pub use restored::{FileImprint, RestoredFile, copy_path, remove, restore_partial};
pub use row::{CellValue, ColumnKind, FlatRow, TableColumn, columns};
#[cfg(feature = "parquet")]
pub use row_header::AddedRow;
pub use row_header::RowHeader;
pub use sink::Sink;
pub use state::SinkState;

pub use crate::format::{
    FileCompletion, FileCompression, Format, FormatFacts, FormatLayout, compression_from_path,
    uncompressed,
};

#[cfg(all(test, unix))]
mod full_disk_tests;
#[cfg(test)]
pub(crate) mod resume_tests;
