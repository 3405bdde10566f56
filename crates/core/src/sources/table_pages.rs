//! Reads CSV and TSV one row at a time.

use std::io::{self, Read};
use std::sync::Arc;

use copydesk_clean::RecordErrorKind;

use super::SourceOptions;
use super::csv_rows::{CsvRow, CsvRows};
use super::fields::RowFault;
use super::page_numbers::PageNumbers;
use super::page_task::{PageTask, TaskContent};
use super::table::{self, TableHeader};
use super::table_values::TableValues;

/// The rows of a table as tasks, numbered from 1 after the header. A row above the cap is skipped to its end and
/// gives a failed task. A read error gives a failed task too, the last one, as does a header without a column of
/// pages.
pub(super) struct TablePages<R> {
    rows: CsvRows<R>,
    header: Result<Arc<TableHeader>, Option<TaskContent>>,
    numbering: PageNumbers,
    max_line_bytes: usize,
}

impl<R: Read> TablePages<R> {
    pub(super) fn new(
        rows: CsvRows<R>,
        header: Result<Arc<TableHeader>, Option<TaskContent>>,
        numbering: PageNumbers,
        max_line_bytes: usize,
    ) -> Self {
        Self { rows, header, numbering, max_line_bytes }
    }
}

/// Reads the header of a table. The error is the failed task to report, or `None` for an empty table, which has no
/// pages and is no error.
pub(super) fn read_header<R: Read>(
    rows: &mut CsvRows<R>,
    divider: u8,
    options: &SourceOptions,
    pages: &PageNumbers,
) -> Result<Arc<TableHeader>, Option<TaskContent>> {
    match rows.next_row() {
        Ok(None) => Err(None),
        Ok(Some(CsvRow::Whole(row))) => table::header(&row, divider, options)
            .inspect(|header| rows.set_delimiter(header.delimiter))
            .map_err(|fault| Some(header_error(fault))),
        Ok(Some(CsvRow::TooLong)) => Err(Some(pages.too_long(options.max_line_bytes))),
        Ok(Some(CsvRow::Unclosed)) => Err(Some(header_error(UNCLOSED.to_owned().into()))),
        Err(error) => Err(Some(pages.unreadable(&error))),
    }
}

const UNCLOSED: &str = "the input ends within a quoted value";

fn header_error(fault: RowFault) -> TaskContent {
    TaskContent::Failed(fault.into_error(RecordErrorKind::Csv, "the header".into()))
}

/// A failed row of the table.
fn lost(header: &TableHeader, failed: TaskContent) -> TaskContent {
    match failed {
        TaskContent::Failed(error) => {
            TaskContent::LostRow(Box::new(header.row_of(TableValues::new())), error)
        }
        other => other,
    }
}

impl<R: Read> TablePages<R> {
    fn row(&mut self, header: &Arc<TableHeader>) -> io::Result<Option<TaskContent>> {
        Ok(self.rows.next_row()?.map(|row| match row {
            CsvRow::Whole(row) => {
                TaskContent::Row { number: self.numbering.number, header: Arc::clone(header), row }
            }
            CsvRow::TooLong => lost(header, self.numbering.too_long(self.max_line_bytes)),
            CsvRow::Unclosed => lost(header, self.numbering.failed(RecordErrorKind::Csv, UNCLOSED)),
        }))
    }
}

impl<R: Read> Iterator for TablePages<R> {
    type Item = PageTask;

    fn next(&mut self) -> Option<PageTask> {
        let header = match &mut self.header {
            Ok(header) => Arc::clone(header),
            Err(trouble) => {
                let work = trouble.take()?;
                return Some(self.numbering.task(work, None));
            }
        };
        self.numbering.number += 1;
        let (work, next) = match self.row(&header) {
            Ok(work) => (work?, Some(self.rows.offset())),
            Err(error) => (self.numbering.unreadable(&error), None),
        };
        Some(self.numbering.task(work, next))
    }
}
