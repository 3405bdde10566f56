//! The columns of an input's rows in the output, and a row whose columns are copied as they are stored.

use std::sync::Arc;

use super::csv;
#[cfg(feature = "parquet")]
use super::row::CellValue;
use crate::format::Format;

/// The names of the columns of a table with the rows of an input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowHeader {
    /// The columns of the input.
    pub(super) columns: Arc<[String]>,
    /// The columns that are added.
    pub(super) added: Arc<[String]>,
}

impl RowHeader {
    /// The header as a line of CSV, in the variety of the format.
    pub(super) fn line(&self, format: Format) -> Vec<u8> {
        let names = self.columns.iter().chain(&*self.added).map(String::as_bytes);
        match format {
            Format::Spreadsheet => {
                let names = names.map(|name| csv::inert(name.to_vec()));
                [csv::BYTE_ORDER_MARK, &csv::line(names)].concat()
            }
            _ => csv::line(names),
        }
    }
}

/// A row of a Parquet input, of which the output copies the columns as they are stored.
#[cfg(feature = "parquet")]
#[derive(Clone, Debug)]
pub struct AddedRow {
    pub(super) group: Arc<crate::sources::RowGroup>,
    pub(super) names: Arc<[String]>,
    /// The values of the added columns.
    pub(super) values: Vec<CellValue>,
    /// How many rows have these values.
    pub(super) count: u64,
}

#[cfg(feature = "parquet")]
impl PartialEq for AddedRow {
    fn eq(&self, other: &Self) -> bool {
        self.group.is(&other.group) && self.values == other.values && self.count == other.count
    }
}

#[cfg(feature = "parquet")]
impl AddedRow {
    /// Its size in bytes, as for other rows.
    pub(super) fn cost(&self) -> usize {
        self.values.iter().map(CellValue::cost).sum()
    }
}
