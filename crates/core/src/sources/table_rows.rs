//! Reads tables with divided values one row at a time.

use std::io::{self, Read};
use std::sync::Arc;

use super::SourceOptions;
use super::job::{Job, Work};
use super::numbered::Numbered;
use super::rows::{Row, Rows};
use super::table::{self, Header};

/// The rows of a table as jobs, numbered from 1 after the header. A row over the cap is skipped to its
/// end and gives a job that failed; trouble with reading gives one too, the last, as does a header
/// that names no column with pages.
pub(super) struct TableRows<R> {
    rows: Rows<R>,
    header: Result<Arc<Header>, Option<Work>>,
    pages: Numbered,
    max_line_bytes: usize,
}

impl<R: Read> TableRows<R> {
    pub(super) fn new(
        rows: Rows<R>,
        header: Result<Arc<Header>, Option<Work>>,
        pages: Numbered,
        max_line_bytes: usize,
    ) -> Self {
        Self { rows, header, pages, max_line_bytes }
    }
}

/// Reads the header off a table, or says why there is none; nothing at all of an empty table.
pub(super) fn read_header<R: Read>(
    rows: &mut Rows<R>,
    divider: u8,
    options: &SourceOptions,
    pages: &Numbered,
) -> Result<Arc<Header>, Option<Work>> {
    match rows.next_row() {
        Ok(None) => Err(None),
        Ok(Some(Row::Whole(row))) => table::header(&row, divider, options)
            .map_err(|message| Some(header_error(pages, &message))),
        Ok(Some(Row::TooLong)) => Err(Some(pages.too_long(options.max_line_bytes))),
        Ok(Some(Row::Unclosed)) => Err(Some(header_error(pages, UNCLOSED))),
        Err(error) => Err(Some(pages.unreadable(&error))),
    }
}

const UNCLOSED: &str = "the input ends within a quoted value";

fn header_error(pages: &Numbered, message: &str) -> Work {
    match pages.failed("csv", message) {
        Work::Failed(mut error) => {
            error.concerns = "the header".into();
            Work::Failed(error)
        }
        other => other,
    }
}

impl<R: Read> TableRows<R> {
    fn row(&mut self, header: &Arc<Header>) -> io::Result<Option<Work>> {
        Ok(self.rows.next_row()?.map(|row| match row {
            Row::Whole(row) => {
                Work::Row { number: self.pages.number, header: Arc::clone(header), row }
            }
            Row::TooLong => self.pages.too_long(self.max_line_bytes),
            Row::Unclosed => self.pages.failed("csv", UNCLOSED),
        }))
    }
}

impl<R: Read> Iterator for TableRows<R> {
    type Item = Job;

    fn next(&mut self) -> Option<Job> {
        let header = match &mut self.header {
            Ok(header) => Arc::clone(header),
            Err(trouble) => {
                let work = trouble.take()?;
                return Some(self.pages.job(work, None));
            }
        };
        self.pages.number += 1;
        let (work, next) = match self.row(&header) {
            Ok(work) => (work?, Some(self.rows.offset())),
            Err(error) => (self.pages.unreadable(&error), None),
        };
        Some(self.pages.job(work, next))
    }
}
