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
    /// What was written around it.
    pub frame: PageFrame,
    /// Whether the page failed and has no content. A document for it would be an empty file that looks
    /// like a result.
    pub is_blank_failure: bool,
}

/// What a document has around a page. Tables have nothing around a row.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PageFrame {
    /// Nothing that names the page: it is alone in its file. The default.
    #[default]
    Alone,
    /// A mark where it begins, since the output may hold other pages too.
    Separate,
    /// In Markdown, its metadata as YAML before the content, instead of a heading with the title. The other formats
    /// write it like [`PageFrame::Alone`].
    FrontMatter,
}

impl PageFrame {
    /// Whether the output may hold other pages too.
    pub const fn is_separate(self) -> bool {
        matches!(self, Self::Separate)
    }
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
