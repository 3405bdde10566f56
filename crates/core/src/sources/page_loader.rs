//! Loads the page of a task.
//!
//! A page file is opened here, on the thread that cleans it, and not when it is listed: otherwise a run would
//! hold one open file for each page that waits.

use std::fs::File;
use std::io::Read;

use copydesk_clean::{RecordError, RecordErrorKind};
use copydesk_fetch::inflate::InflateReader;

use super::fields::ParsedRecord;
use super::loaded_page::LoadedPage;
use super::page_task::{PageTask, TaskContent};
use super::{SourceOptions, archive, fetched, json_object, read_error, table};

impl PageTask {
    /// Reads the page. Read errors are in [`LoadedPage::error`].
    pub fn load(self, options: &SourceOptions) -> LoadedPage {
        let source_bytes = self.source_bytes;
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
                page.fill(json_object::parse(json, options), RecordErrorKind::Json, what, number);
            }
            TaskContent::Row { number, header, row } => {
                let parsed = header.values(&row).and_then(|values| table::parse(values, options));
                page.fill(parsed, RecordErrorKind::Csv, "row", number);
            }
            TaskContent::Values { number, values, .. } => {
                page.fill(table::parse(values, options), RecordErrorKind::Parquet, "row", number);
            }
        }
        page.kind = options.forced_kind().or(page.kind);
        page
    }
}

impl LoadedPage {
    /// Takes the content of a record, or why it has none.
    fn fill(
        &mut self,
        parsed: Result<ParsedRecord, String>,
        kind: RecordErrorKind,
        what: &str,
        number: u64,
    ) {
        match parsed {
            Ok(parsed) => {
                self.bytes = parsed.content;
                self.kind = parsed.kind;
                self.url = parsed.url.or(self.url.take());
                self.charset = parsed.is_utf8.then(|| "utf-8".into());
                self.had_errors = parsed.had_errors;
                self.fields = parsed.others;
                self.fetch = parsed.fetch;
                self.error = parsed.error;
            }
            Err(message) => {
                let concerns = format!("{what} {number}");
                self.error = Some(RecordError { kind, message, concerns });
            }
        }
    }
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
