//! Loads the page of a task.
//!
//! A page file is opened here, on the thread that cleans it, and not when it is listed: otherwise a run would
//! hold one open file for each page that waits.

use std::fs::File;
use std::io::Read;

use copydesk_clean::{InputKind, RecordError, RecordErrorKind};
use copydesk_fetch::inflate::InflateReader;

use super::fields::{ParsedRecord, RowFault};
use super::input_row::InputRow;
use super::loaded_page::LoadedPage;
use super::loaded_page::LoadedRow;
use super::page_task::{PageTask, TaskContent};
use super::{SourceOptions, archive, fetched, json_object, read_error, table};

impl PageTask {
    /// Reads the page. Read errors are in [`LoadedPage::error`].
    pub fn load(self, options: &SourceOptions) -> LoadedPage {
        let (source_bytes, is_line) = (self.source_bytes, self.is_line);
        let mut page =
            LoadedPage { source: self.source, url: options.url.clone(), ..LoadedPage::default() };
        match self.content {
            TaskContent::Failed(error) => page.error = Some(error),
            TaskContent::Bytes(bytes, error) => (page.bytes, page.error) = (bytes, error),
            TaskContent::Fetched(fetched) => page = fetched::page(*fetched),
            TaskContent::File(path, kind) => {
                page.kind = kind;
                let opened =
                    File::open(path).and_then(|file| InflateReader::new(file, options.inflate));
                match opened {
                    Ok(input) => {
                        (page.bytes, page.error) =
                            read_page(input, options.max_input_bytes, source_bytes);
                    }
                    Err(error) => page.error = Some(read_error(&error)),
                }
            }
            TaskContent::Record(record) => {
                page = LoadedPage { source: page.source, ..archive::page(*record, options) };
            }
            TaskContent::Object { what, number, json } => {
                let kind = RecordErrorKind::Json;
                if let Some(added) = &options.added_columns {
                    let parsed = json_object::parse_row(json, added, options);
                    page.fill_row(parsed, &kind, what, number);
                } else {
                    page.fill(json_object::parse(json, options), kind, what, number);
                }
            }
            TaskContent::Row { number, header, row } => {
                let kind = RecordErrorKind::Csv;
                if let Some(added) = &options.added_columns {
                    let parsed = match header.row(&row) {
                        Ok(row) => table::parse_row(row, added, options),
                        Err((row, message)) => table::parse_lost_row(row, added, &message),
                    };
                    page.fill_row(parsed, &kind, "row", number);
                } else {
                    let values = header.values(&row);
                    let parsed = values
                        .map_err(RowFault::from)
                        .and_then(|values| table::parse(values, options));
                    page.fill(parsed, kind, "row", number);
                }
            }
            TaskContent::Values { number, row, .. } => {
                let kind = RecordErrorKind::Parquet;
                if let Some(added) = &options.added_columns {
                    page.fill_row(table::parse_row(row, added, options), &kind, "row", number);
                } else {
                    page.fill(table::parse(row.values, options), kind, "row", number);
                }
            }
            TaskContent::LostRow(row, error) => {
                page.error = Some(error);
                if options.added_columns.is_some() {
                    page.lose_row(InputRow::Table(*row), options);
                }
            }
        }
        // The line or element of an input that cannot be read is a row too.
        if page.row.is_none() && page.error.is_some() && is_line && options.added_columns.is_some()
        {
            page.lose_row(InputRow::Lost, options);
        }
        page.kind = options.forced_kind().or(page.kind);
        for more in page.row.iter_mut().flat_map(|row| &mut row.more) {
            more.kind = options.forced_kind().or(more.kind);
        }
        page
    }
}

impl LoadedPage {
    /// Becomes the first text of a row of which none can be read, for the error that it has.
    fn lose_row(&mut self, row: InputRow, options: &SourceOptions) {
        let cells = options.added_columns.as_ref().map_or(0, |added| added.cells.len());
        let more = (1..cells).map(|_| Self {
            source: self.source.clone(),
            error: self.error.clone(),
            ..Self::default()
        });
        let more = more.collect();
        self.row = Some(Box::new(LoadedRow { row, more, collision: None }));
    }

    /// Takes the content of a record, or why it has none.
    pub(super) fn fill(
        &mut self,
        parsed: Result<ParsedRecord, RowFault>,
        kind: RecordErrorKind,
        what: &str,
        number: u64,
    ) {
        match parsed {
            Ok(parsed) => {
                self.kind = kind_of(&parsed);
                self.bytes = parsed.content;
                self.url = parsed.url.or(self.url.take());
                self.group = parsed.group;
                self.charset = parsed.is_utf8.then(|| "utf-8".into());
                self.had_errors = parsed.had_errors;
                self.fields = parsed.others;
                self.fetch = parsed.fetch;
                self.error = parsed.error;
            }
            Err(fault) => {
                self.error = Some(fault.into_error(kind, format!("{what} {number}")));
            }
        }
    }
}

/// The kind of a page in a field. Scrapers store markup in fields for text too, and whole documents are not text.
fn kind_of(parsed: &ParsedRecord) -> Option<InputKind> {
    let is_markup = || {
        let text = std::str::from_utf8(&parsed.content).unwrap_or_default();
        text.trim_start().starts_with('<') && InputKind::detect("", text) == InputKind::Html
    };
    let is_html = parsed.kind == Some(InputKind::Text) && is_markup();
    if is_html { Some(InputKind::Html) } else { parsed.kind }
}

/// Reads a page up to one byte above the cap, so that the cleaner can report that it is too large. Returns what was
/// read before an error together with the error.
pub(super) fn read_page(
    input: impl Read,
    max_bytes: usize,
    expected_bytes: u64,
) -> (Vec<u8>, Option<RecordError>) {
    let cap = (max_bytes as u64).saturating_add(1);
    let mut bytes = Vec::with_capacity(usize::try_from(expected_bytes.min(cap)).unwrap_or(0));
    let error = input.take(cap).read_to_end(&mut bytes).err();
    (bytes, error.as_ref().map(read_error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_read_up_to_one_byte_above_the_cap() {
        let (bytes, error) = read_page(&b"0123456789"[..], 4, 10);
        assert_eq!((bytes.as_slice(), error), (&b"01234"[..], None));
    }
}
