//! Splits CSV and TSV into rows as it is read.

use std::io::{self, BufRead, BufReader, Read};

/// The state of the row at the next byte.
#[derive(Clone, Copy, PartialEq, Eq)]
enum RowState {
    /// At the start of a value.
    Start,
    /// In a value without quotes, or after its closing quote.
    Bare,
    /// Within quotes.
    Quoted,
    /// After a quote within quotes. It closes them, unless another quote follows.
    Closing,
}

/// The result of reading a row.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum CsvRow {
    /// A row without its line ending.
    Whole(Vec<u8>),
    /// A row that was longer than the cap, and was skipped.
    TooLong,
    /// The input ends within quotes.
    Unclosed,
}

/// Rows as the `csv` crate reads them (RFC 4180, but more lenient). A row above the cap is skipped without being held
/// in memory, for which that crate has no option. Blank lines are ignored.
pub(super) struct CsvRows<R> {
    input: BufReader<R>,
    delimiter: u8,
    max_bytes: usize,
    offset: u64,
    done: bool,
}

impl<R: Read> CsvRows<R> {
    /// Reads an input that begins at `offset` of the table.
    pub(super) fn new(input: R, delimiter: u8, max_bytes: usize, offset: u64) -> Self {
        let input = BufReader::with_capacity(64 << 10, input);
        Self { input, delimiter, max_bytes, offset, done: false }
    }

    /// Changes what separates values, for the rows that follow.
    pub(super) fn set_delimiter(&mut self, delimiter: u8) {
        self.delimiter = delimiter;
    }

    /// The number of bytes consumed, from the start of the table.
    pub(super) fn offset(&self) -> u64 {
        self.offset
    }

    /// The next row; `None` at the end, and after an error.
    pub(super) fn next_row(&mut self) -> io::Result<Option<CsvRow>> {
        loop {
            match self.read()? {
                Some(CsvRow::Whole(row))
                    if row.trim_ascii().is_empty() && !row.contains(&self.delimiter) => {}
                other => return Ok(other),
            }
        }
    }

    fn read(&mut self) -> io::Result<Option<CsvRow>> {
        if self.done {
            return Ok(None);
        }
        let mut stand = RowState::Start;
        let mut row = Vec::new();
        let mut too_long = false;
        loop {
            let chunk = match self.input.fill_buf() {
                Ok(chunk) => chunk,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => {
                    self.done = true;
                    return Err(error);
                }
            };
            if chunk.is_empty() {
                self.done = true;
                return Ok(match (too_long, row.is_empty()) {
                    (true, _) => Some(CsvRow::TooLong),
                    (false, true) => None,
                    (false, false) if stand == RowState::Quoted => Some(CsvRow::Unclosed),
                    (false, false) => Some(whole(row)),
                });
            }
            let (end, next) = scan(chunk, stand, self.delimiter);
            stand = next;
            let part = chunk.get(..end.unwrap_or(chunk.len())).unwrap_or_default();
            let used = part.len() + usize::from(end.is_some());
            too_long |= row.len() + part.len() > self.max_bytes;
            if too_long {
                row = Vec::new();
            } else {
                row.extend_from_slice(part);
            }
            self.input.consume(used);
            self.offset += used as u64;
            if end.is_some() {
                return Ok(Some(if too_long { CsvRow::TooLong } else { whole(row) }));
            }
        }
    }
}

fn whole(mut row: Vec<u8>) -> CsvRow {
    if row.last() == Some(&b'\r') {
        row.pop();
    }
    CsvRow::Whole(row)
}

/// Where the row ends in the chunk, and the state after the chunk.
fn scan(chunk: &[u8], mut stand: RowState, divider: u8) -> (Option<usize>, RowState) {
    let mut at = 0;
    while let Some(byte) = chunk.get(at) {
        let rest = chunk.get(at..).unwrap_or_default();
        match stand {
            RowState::Quoted => match memchr::memchr(b'"', rest) {
                Some(skip) => {
                    at += skip;
                    stand = RowState::Closing;
                }
                None => return (None, stand),
            },
            RowState::Bare => match memchr::memchr2(divider, b'\n', rest) {
                Some(skip) => {
                    at += skip;
                    if rest.get(skip) == Some(&b'\n') {
                        return (Some(at), RowState::Start);
                    }
                    stand = RowState::Start;
                }
                None => return (None, stand),
            },
            RowState::Start | RowState::Closing => match byte {
                b'"' => stand = RowState::Quoted,
                b'\n' => return (Some(at), RowState::Start),
                _ if *byte == divider => stand = RowState::Start,
                _ => stand = RowState::Bare,
            },
        }
        at += 1;
    }
    (None, stand)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(table: &str, max_bytes: usize) -> Vec<CsvRow> {
        let mut rows = CsvRows::new(table.as_bytes(), b',', max_bytes, 0);
        let mut found = Vec::new();
        while let Some(row) = rows.next_row().unwrap() {
            found.push(row);
        }
        assert_eq!(rows.offset(), table.len() as u64);
        found
    }

    fn whole(row: &str) -> CsvRow {
        CsvRow::Whole(row.into())
    }

    #[test]
    fn line_ends_within_quotes_belong_to_the_row() {
        let table = "a,b\r\n1,\"x\n\"\"y\"\"\r\nz\"\r\n\r\n5\" disk,\"c\"d\n,\n\"\"\n\"\",\"e\"";
        let expected = [
            whole("a,b"),
            whole("1,\"x\n\"\"y\"\"\r\nz\""),
            whole("5\" disk,\"c\"d"),
            whole(","),
            whole("\"\""),
            whole("\"\",\"e\""),
        ];
        assert_eq!(rows(table, 100), expected);
    }

    #[test]
    fn a_quote_that_is_not_closed_is_told_and_costs_no_memory() {
        let table = format!("a,b\n1,\"{}", "x\n".repeat(100));
        assert_eq!(rows(&table, 1000), [whole("a,b"), CsvRow::Unclosed]);
        assert_eq!(rows(&table, 50), [whole("a,b"), CsvRow::TooLong]);
        let table = format!("a\n{}\nb\n", "x".repeat(51));
        assert_eq!(rows(&table, 50), [whole("a"), CsvRow::TooLong, whole("b")]);
    }
}
