//! Reads lines of an input, none longer than a cap.

use std::io::{self, BufRead, BufReader, Read};

/// The longest line, in bytes, of a list that people write or generate: of URLs, of paths, of URL patterns. Servers
/// and file systems accept a few thousand bytes, so a longer line means that the file is not such a list.
pub(crate) const MAX_LIST_LINE_BYTES: usize = 64 << 10;

/// Reads an input line by line. A line above the cap is skipped without being held in memory.
pub(crate) struct CappedLines<R> {
    input: BufReader<R>,
    max_line_bytes: usize,
    consumed: u64,
    done: bool,
}

/// A line without its line ending.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum CappedLine {
    /// A complete line.
    Whole(Vec<u8>),
    /// The last line, without a line ending.
    Unended(Vec<u8>),
    /// A line that was longer than the cap, and was skipped.
    TooLong,
}

impl<R: Read> CappedLines<R> {
    pub(crate) fn new(input: R, max_line_bytes: usize) -> Self {
        let input = BufReader::with_capacity(64 << 10, input);
        Self { input, max_line_bytes, consumed: 0, done: false }
    }

    /// Bytes of the lines that were read, with their line endings.
    pub(crate) fn consumed(&self) -> u64 {
        self.consumed
    }

    /// The next line; `None` at the end, and after an error.
    pub(crate) fn next_line(&mut self) -> io::Result<Option<CappedLine>> {
        if self.done {
            return Ok(None);
        }
        let mut line = Vec::new();
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
                return Ok(match (too_long, line.is_empty()) {
                    (true, _) => Some(CappedLine::TooLong),
                    (false, true) => None,
                    (false, false) => Some(CappedLine::Unended(line)),
                });
            }
            let end = chunk.iter().position(|byte| *byte == b'\n');
            let part = chunk.get(..end.unwrap_or(chunk.len())).unwrap_or_default();
            let used = part.len() + usize::from(end.is_some());
            too_long |= line.len() + part.len() > self.max_line_bytes;
            if too_long {
                // What is skipped must not take memory either.
                line = Vec::new();
            } else {
                line.extend_from_slice(part);
            }
            self.input.consume(used);
            self.consumed += used as u64;
            if end.is_some() {
                return Ok(Some(if too_long {
                    CappedLine::TooLong
                } else {
                    CappedLine::Whole(line)
                }));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_whole_too_long_or_unended() {
        let mut lines = CappedLines::new(&b"one\n\nlonger than ten\ntwo"[..], 10);
        let mut read = Vec::new();
        while let Some(line) = lines.next_line().unwrap() {
            read.push(line);
        }
        let whole = |text: &str| CappedLine::Whole(text.into());
        assert_eq!(
            read,
            [whole("one"), whole(""), CappedLine::TooLong, CappedLine::Unended("two".into())]
        );
    }
}
