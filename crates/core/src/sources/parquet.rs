//! Reads Parquet files one row group at a time.

use std::fs::File;
use std::sync::Arc;

use copydesk_clean::{RecordError, RecordErrorKind};
use copydesk_fetch::inflate::InflateLimits;
use parquet::errors::ParquetError;
use parquet::file::metadata::{ParquetMetaData, ParquetMetaDataOptions, ParquetMetaDataReader};
use parquet::file::properties::ReaderProperties;
use parquet::file::reader::Length;
use parquet::file::serialized_reader::SerializedRowGroupReader;
use parquet::record::reader::{ReaderIter, TreeBuilder};
use parquet::schema::types::{SchemaDescriptor, Type, TypePtr};

use super::fields::RowFault;
use super::guarded_file::{GuardedFile, RefusedRead};
use super::input_row::TableRow;
use super::page_task::{PageTask, TaskContent};
use super::row_group::RowGroup;
use super::row_values::values;
use super::table::check_columns;
use super::table_values::TableValues;
use super::{EntryPoint, SourceOptions};
use crate::panics;

/// Rows that are read ahead from each column. Few, because each may hold a long page.
const BATCH_ROWS: usize = 8;

/// How many rows of the largest allowed size a Parquet page may have, which is held in memory as a whole. More than
/// one, because writers check the size of a page only every thousand rows or so.
const MAX_ROWS_PER_PAGE: usize = 4;

/// Bytes of values below which the inflate ratio is not checked: a small table of repeated values reaches a high
/// ratio harmlessly.
const RATIO_GRACE_BYTES: u64 = 1 << 20;

/// The rows of a file as tasks, numbered from 1. Only the pages of the chosen columns are read, one after another. A
/// damaged row group gives one failed task in place of the rest of its rows, and the next group is read.
pub(super) struct ParquetPages {
    file: Arc<GuardedFile>,
    metadata: Arc<ParquetMetaData>,
    /// The columns that are read.
    schema: Arc<SchemaDescriptor>,
    /// The names of all columns.
    columns: Arc<[String]>,
    /// How rows are written back, if they are.
    rewrite: Option<Rewrite>,
    /// The current row group, if its columns are copied.
    copied: Option<Arc<RowGroup>>,
    source: String,
    /// The number of the next row group, and the rows of the current one.
    group: usize,
    rows: Option<ReaderIter>,
    /// The number of the current row, and of the first row after its group.
    number: u64,
    end: u64,
    /// Rows of the group that are done already, and are skipped.
    skip: u64,
    stored_bytes: u64,
    /// Bytes of values so far. A value that repeats in every row is stored once, so they may far exceed the file.
    given: u64,
    limits: InflateLimits,
}

/// How rows are written back with columns added.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Rewrite {
    /// Value by value.
    Values,
    /// The columns of the input are copied as they are stored.
    Copy,
}

/// Opens a file at its row `first`, from 1.
///
/// # Errors
/// If no row of it can be read.
pub(super) fn open(
    file: File,
    source: &str,
    options: &SourceOptions,
    first: u64,
) -> Result<ParquetPages, RecordError> {
    let max_page_bytes = options.max_line_bytes.saturating_mul(MAX_ROWS_PER_PAGE);
    let mut file = catch_parquet(|| GuardedFile::new(file, max_page_bytes))?;
    let rewrite = options
        .added_columns
        .as_ref()
        .map(|added| if added.copies_columns { Rewrite::Copy } else { Rewrite::Values });
    // What is copied must be known in full.
    let decoding =
        ParquetMetaDataOptions::new().with_encoding_stats_as_mask(rewrite != Some(Rewrite::Copy));
    let metadata = catch_parquet(|| {
        let metadata = file.metadata_bytes()?;
        ParquetMetaDataReader::decode_metadata_with_options(&metadata, Some(&decoding))
    })?;
    let columns = metadata.file_metadata().schema().get_fields().iter();
    let columns: Arc<[String]> = columns.map(|column| column.name().to_owned()).collect();
    let schema = catch_parquet(|| projection(&metadata, &columns, options))?
        .map_err(|fault| fault.into_error(RecordErrorKind::Parquet, String::new()))?;
    let counted = metadata
        .row_groups()
        .iter()
        .try_fold(0u64, |rows, group| rows.checked_add(u64::try_from(group.num_rows()).ok()?));
    if counted.is_none() {
        return Err(failed(&RefusedRead::Damaged("its rows cannot be counted").into()));
    }
    file.register_codings(&metadata);
    let mut rows = ParquetPages {
        file: Arc::new(file),
        metadata: Arc::new(metadata),
        schema: Arc::new(schema),
        columns,
        rewrite,
        copied: None,
        source: source.into(),
        group: 0,
        rows: None,
        number: 0,
        end: 1,
        skip: 0,
        stored_bytes: 0,
        given: 0,
        limits: options.inflate,
    };
    rows.seek_row(first);
    Ok(rows)
}

/// The columns that are read: those with pages and URLs, or all with `pass_through`, or to write them back value by
/// value.
fn projection(
    metadata: &ParquetMetaData,
    columns: &[String],
    options: &SourceOptions,
) -> Result<Result<SchemaDescriptor, RowFault>, ParquetError> {
    let root = metadata.file_metadata().schema();
    if let Err(fault) = check_columns(options, columns, true) {
        return Ok(Err(fault));
    }
    let all = match &options.added_columns {
        Some(added) => !added.copies_columns,
        None => options.pass_through,
    };
    let is_read = |column: &&TypePtr| {
        all || options.page_fields().any(|fields| fields.is_relevant(column.name()))
    };
    let chosen: Vec<TypePtr> = root.get_fields().iter().filter(is_read).cloned().collect();
    let chosen = Type::group_type_builder(root.name()).with_fields(chosen).build()?;
    Ok(Ok(SchemaDescriptor::new(Arc::new(chosen))))
}

impl ParquetPages {
    /// Moves to a row: skips the groups before it, and then the rows of its group.
    fn seek_row(&mut self, first: u64) {
        let mut begin = 1;
        for group in self.metadata.row_groups() {
            let rows = u64::try_from(group.num_rows()).unwrap_or(0);
            if begin + rows > first {
                break;
            }
            begin += rows;
            self.group += 1;
        }
        self.number = begin - 1;
        self.end = begin;
        self.skip = first.saturating_sub(begin);
    }

    /// Opens a group, and skips the rows that are done.
    fn open_group(&mut self, at: usize) -> Result<ReaderIter, RecordError> {
        // The deprecated LZ4 framing does not bound the inflated length.
        let properties = ReaderProperties::builder().set_backward_compatible_lz4(false).build();
        let mut rows = catch_parquet(|| {
            let group = SerializedRowGroupReader::new(
                Arc::clone(&self.file),
                self.metadata.row_group(at),
                self.metadata.page_index_for_row_group(at),
                Arc::new(properties),
            )?;
            TreeBuilder::new().with_batch_size(BATCH_ROWS).as_iter(Arc::clone(&self.schema), &group)
        })?;
        for _ in 0..std::mem::take(&mut self.skip) {
            self.number += 1;
            catch_parquet(|| rows.next().transpose())?;
        }
        Ok(rows)
    }

    /// Checks the bytes of values so far against the caps on compressed inputs.
    fn check_limits(&self, bytes: u64) -> Result<(), RecordError> {
        let given = self.given.saturating_add(bytes);
        let most = self.file.len().saturating_mul(self.limits.max_inflate_ratio);
        let (limit, setting) = if given > self.limits.max_inflated_bytes {
            (self.limits.max_inflated_bytes, "max_inflated_bytes")
        } else if given > most.max(RATIO_GRACE_BYTES) {
            (most, "max_inflate_ratio")
        } else {
            return Ok(());
        };
        Err(RecordError {
            kind: RecordErrorKind::Limit,
            message: format!("the values of the file have more than {limit} bytes ({setting})"),
            concerns: setting.into(),
        })
    }

    fn task(&mut self, number: u64, work: TaskContent) -> PageTask {
        let is_last = self.number + 1 == self.end;
        PageTask {
            source: format!("{}#{number}", self.source),
            source_bytes: if is_last { std::mem::take(&mut self.stored_bytes) } else { 0 },
            is_line: true,
            entry_after: Some(EntryPoint { offset: 0, number: self.number + 1 }),
            content: work,
        }
    }

    /// A row with these values.
    fn row(&self, values: TableValues) -> TableRow {
        let mut row = TableRow::new(Arc::clone(&self.columns), values);
        row.group.clone_from(&self.copied);
        row
    }

    /// The failed task of a group of which no further row can be read.
    fn lost_group(&mut self, mut error: RecordError) -> PageTask {
        let number = self.number.max(1);
        let count = self.end.saturating_sub(number);
        if error.concerns.is_empty() {
            error.concerns = format!("row {number} to {}", self.end.saturating_sub(1));
        }
        self.rows = None;
        self.number = self.end.saturating_sub(1);
        let content = match self.rewrite {
            None => TaskContent::Failed(error),
            Some(rewrite) => {
                let mut row = self.row(TableValues::new());
                // What is copied has all rows of the group.
                row.count = if rewrite == Rewrite::Copy { count } else { 1 };
                TaskContent::LostRow(Box::new(row), error)
            }
        };
        self.task(number, content)
    }
}

impl Iterator for ParquetPages {
    type Item = PageTask;

    fn next(&mut self) -> Option<PageTask> {
        loop {
            let Some(rows) = &mut self.rows else {
                let at = self.group;
                let group = self.metadata.row_groups().get(at)?;
                let stored_bytes = u64::try_from(group.compressed_size()).unwrap_or(0);
                let length = u64::try_from(group.num_rows()).unwrap_or(0);
                if self.rewrite == Some(Rewrite::Copy) {
                    let (file, metadata) = (Arc::clone(&self.file), Arc::clone(&self.metadata));
                    self.copied = Some(Arc::new(RowGroup::new(file, metadata, at)));
                }
                self.group += 1;
                self.stored_bytes = self.stored_bytes.saturating_add(stored_bytes);
                self.end = self.end.saturating_add(length);
                if length == 0 {
                    continue;
                }
                // Each row counts as at least one byte, so that a group of countless empty rows hits the cap.
                let opened = self.check_limits(length).and_then(|()| self.open_group(at));
                match opened {
                    Ok(rows) => self.rows = Some(rows),
                    Err(error) => {
                        self.number += 1;
                        return Some(self.lost_group(error));
                    }
                }
                continue;
            };
            match catch_parquet(|| rows.next().map(|row| row.map(values)).transpose()) {
                Ok(None) => self.rows = None,
                Ok(Some((values, bytes))) => {
                    self.number += 1;
                    if let Err(error) = self.check_limits(bytes as u64) {
                        self.group = usize::MAX;
                        return Some(self.lost_group(error));
                    }
                    self.given = self.given.saturating_add(bytes as u64);
                    let number = self.number;
                    let row = self.row(values);
                    return Some(self.task(number, TaskContent::Values { number, row, bytes }));
                }
                Err(error) => {
                    self.number += 1;
                    return Some(self.lost_group(error));
                }
            }
        }
    }
}

/// Calls the Parquet library. It validates most of a file, but panics on some damage that it does not expect.
fn catch_parquet<T>(read: impl FnOnce() -> Result<T, ParquetError>) -> Result<T, RecordError> {
    match panics::catch(read) {
        Ok(result) => result.map_err(|error| failed(&error)),
        Err(_) => Err(RecordError {
            kind: RecordErrorKind::Parquet,
            message: "the file is damaged: its parts contradict each other".into(),
            concerns: String::new(),
        }),
    }
}

fn failed(error: &ParquetError) -> RecordError {
    let refused = match error {
        ParquetError::External(error) => error.downcast_ref::<RefusedRead>(),
        _ => None,
    };
    let (kind, concerns) = match refused {
        Some(RefusedRead::TooLong { .. }) => (RecordErrorKind::Limit, "max_line_bytes"),
        _ => (RecordErrorKind::Parquet, ""),
    };
    let message = refused.map_or_else(|| error.to_string(), ToString::to_string);
    RecordError { kind, message, concerns: concerns.into() }
}
