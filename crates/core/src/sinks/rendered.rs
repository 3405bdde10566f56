//! Pages as the output's format has them, ready to be written.

use std::sync::Arc;

#[cfg(feature = "parquet")]
use super::AddedRow;
use super::{FlatRow, OutputPath, RowHeader};

/// A page in the format of the output.
#[derive(Debug)]
pub struct RenderedPage {
    /// The position of its input among the inputs, from 0. Pages of one input share a file in a folder.
    pub unit: usize,
    /// Where it goes.
    pub path: Arc<OutputPath>,
    /// What is written.
    pub body: RenderedBody,
    /// The columns of the table, if they depend on the input. All rows of a table must have the same.
    pub header: Option<RowHeader>,
    /// Whether the output may hold other pages too, so that the format marks where this one begins.
    pub separate: bool,
    /// Whether the page failed and has no content. A document for it would be an empty file that looks
    /// like a result.
    pub is_blank_failure: bool,
}

/// What is written of a page.
#[derive(Clone, Debug, PartialEq)]
pub enum RenderedBody {
    /// UTF-8, for formats that are text.
    Bytes(Vec<u8>),
    /// A row, for Parquet and `SQLite`.
    Row(Box<FlatRow>),
    /// The row of an input with columns added, for Parquet.
    #[cfg(feature = "parquet")]
    AddedRow(Box<AddedRow>),
}

impl RenderedBody {
    /// Its size in bytes.
    pub fn cost(&self) -> usize {
        match self {
            Self::Bytes(bytes) => bytes.len(),
            Self::Row(row) => row.cost(),
            #[cfg(feature = "parquet")]
            Self::AddedRow(row) => row.cost(),
        }
    }
}
