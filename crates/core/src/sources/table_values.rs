//! The values of the row of a table.

use serde_json::value::RawValue;

/// A value of a row.
#[derive(Debug)]
pub(crate) enum TableValue {
    /// Text in any encoding, or any other bytes.
    Bytes(Vec<u8>),
    /// Anything else.
    #[cfg_attr(
        not(feature = "parquet"),
        expect(dead_code, reason = "only the Parquet reader makes it")
    )]
    Json(Box<RawValue>),
}

/// The values of a row, with the names of their columns.
pub(super) type TableValues = Vec<(String, TableValue)>;
