//! Reads JSONL one line at a time.

use std::io::Read;

use super::page_numbers::PageNumbers;
use super::page_task::{PageTask, TaskContent};
use crate::capped_lines::{CappedLine, CappedLines};

/// The lines of a JSONL input as tasks. Blank lines are ignored. A line above the cap is skipped to its end and gives
/// a failed task. A read error gives a failed task too, the last one.
pub(super) struct JsonlPages<R> {
    input: CappedLines<R>,
    numbering: PageNumbers,
    max_line_bytes: usize,
    /// The offset in the file at which the first of these lines begins.
    start: u64,
}

impl<R: Read> JsonlPages<R> {
    /// Reads lines of an input that begins at the offset `start` of the file.
    pub(super) fn new(input: R, numbering: PageNumbers, max_line_bytes: usize, start: u64) -> Self {
        Self { input: CappedLines::new(input, max_line_bytes), numbering, max_line_bytes, start }
    }
}

impl<R: Read> Iterator for JsonlPages<R> {
    type Item = PageTask;

    fn next(&mut self) -> Option<PageTask> {
        loop {
            self.numbering.number += 1;
            let line = self.input.next_line();
            let next = line.is_ok().then(|| self.start + self.input.consumed());
            let work = match line {
                Ok(None) => return None,
                Ok(Some(CappedLine::Whole(line) | CappedLine::Unended(line))) => {
                    if is_blank(&line) {
                        continue;
                    }
                    TaskContent::Object {
                        what: self.numbering.what,
                        number: self.numbering.number,
                        json: line,
                    }
                }
                Ok(Some(CappedLine::TooLong)) => self.numbering.too_long(self.max_line_bytes),
                Err(error) => self.numbering.unreadable(&error),
            };
            return Some(self.numbering.task(work, next));
        }
    }
}

/// Whether a line has nothing in it. A file that was put together of several has byte order marks within.
fn is_blank(line: &[u8]) -> bool {
    line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line).trim_ascii().is_empty()
}

#[cfg(test)]
mod tests {
    use std::io;

    use super::*;
    use copydesk_fetch::inflate::{InflateLimits, InflateReader};

    fn tasks(data: &[u8], max_line_bytes: usize) -> Vec<PageTask> {
        let input =
            InflateReader::new(io::Cursor::new(data.to_vec()), InflateLimits::default()).unwrap();
        let pages = PageNumbers::new("-", "line", input.meter(), true);
        JsonlPages::new(input, pages, max_line_bytes, 0).collect()
    }

    #[test]
    fn lines_keep_their_numbers_across_blank_ones() {
        let tasks = tasks(b"{\"a\":1}\n\r\n  \n{\"b\":2}", 100);
        let sources: Vec<&str> = tasks.iter().map(|task| task.source.as_str()).collect();
        assert_eq!(sources, ["-#1", "-#4"]);
        assert_eq!(tasks.iter().map(|task| task.source_bytes).sum::<u64>(), 20);
        let entries: Vec<_> = tasks.iter().filter_map(|task| task.entry_after).collect();
        assert_eq!(entries.iter().map(|entry| entry.offset).collect::<Vec<_>>(), [8, 20]);
        assert_eq!(entries.iter().map(|entry| entry.number).collect::<Vec<_>>(), [2, 5]);
    }

    #[test]
    fn a_line_with_a_byte_order_mark_alone_is_blank() {
        let tasks = tasks(b"\xef\xbb\xbf\r\n\xef\xbb\xbf{\"a\":1}\n", 100);
        assert_eq!(tasks.len(), 1);
        assert_eq!(tasks[0].source, "-#2");
    }

    #[test]
    fn a_line_above_the_cap_fails_and_the_next_is_read() {
        let data = format!("{}\nshort\n{}", "x".repeat(200_000), "y".repeat(101));
        let tasks = tasks(data.as_bytes(), 100);
        assert_eq!(tasks.len(), 3);
        for at in [0, 2] {
            let TaskContent::Failed(error) = &tasks[at].content else { panic!("{:?}", tasks[at]) };
            assert_eq!((error.kind.as_str(), error.concerns.as_str()), ("limit", "max_line_bytes"));
        }
        assert!(
            matches!(&tasks[1].content, TaskContent::Object { number: 2, json, .. } if json == b"short")
        );
    }
}
