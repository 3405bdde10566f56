//! Replaces the reader of Parquet files in a build without the feature `parquet`.

use std::fs::File;
use std::iter::Empty;

use copydesk_clean::{RecordError, RecordErrorKind};

use super::SourceOptions;
use super::page_task::PageTask;

/// Fails: this build cannot read the file.
pub(super) fn open(
    _: File,
    _: &str,
    _: &SourceOptions,
    _: u64,
) -> Result<Empty<PageTask>, RecordError> {
    Err(RecordError {
        kind: RecordErrorKind::Parquet,
        message: "this build does not read Parquet".into(),
        concerns: String::new(),
    })
}
