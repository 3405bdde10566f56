//! Reads JSONL one line at a time.

use std::io::Read;

use super::job::{Job, Work};
use super::numbered::Numbered;
use crate::capped_lines::{CappedLines, Line};

/// The lines of a JSONL input as jobs. Blank lines are passed over; a line over the cap is skipped
/// to its end and gives a job that failed; trouble with reading gives one too, the last.
pub(super) struct Lines<R> {
    input: CappedLines<R>,
    pages: Numbered,
    max_line_bytes: usize,
    /// Where the first of these lines begins.
    start: u64,
}

impl<R: Read> Lines<R> {
    /// Lines of an input that begins at `start` of the file.
    pub(super) fn new(input: R, pages: Numbered, max_line_bytes: usize, start: u64) -> Self {
        Self { input: CappedLines::new(input, max_line_bytes), pages, max_line_bytes, start }
    }
}

impl<R: Read> Iterator for Lines<R> {
    type Item = Job;

    fn next(&mut self) -> Option<Job> {
        loop {
            self.pages.number += 1;
            let line = self.input.next_line();
            let next = line.is_ok().then(|| self.start + self.input.consumed());
            let work = match line {
                Ok(None) => return None,
                Ok(Some(Line::Whole(line) | Line::Unended(line))) => {
                    if line.trim_ascii().is_empty() {
                        continue;
                    }
                    Work::Object { what: self.pages.what, number: self.pages.number, json: line }
                }
                Ok(Some(Line::TooLong)) => self.pages.too_long(self.max_line_bytes),
                Err(error) => self.pages.unreadable(&error),
            };
            return Some(self.pages.job(work, next));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io;

    use super::*;
    use copydesk_fetch::inflate::{Inflate, InflateLimits};

    fn jobs(data: &[u8], max_line_bytes: usize) -> Vec<Job> {
        let input = Inflate::new(io::Cursor::new(data.to_vec()), InflateLimits::default()).unwrap();
        let pages = Numbered::new("-", "line", input.meter(), true);
        Lines::new(input, pages, max_line_bytes, 0).collect()
    }

    #[test]
    fn lines_keep_their_numbers_across_blank_ones() {
        let jobs = jobs(b"{\"a\":1}\n\r\n  \n{\"b\":2}", 100);
        let sources: Vec<&str> = jobs.iter().map(|job| job.source.as_str()).collect();
        assert_eq!(sources, ["-#1", "-#4"]);
        assert_eq!(jobs.iter().map(|job| job.source_bytes).sum::<u64>(), 20);
        let entries: Vec<_> = jobs.iter().filter_map(|job| job.entry_after).collect();
        assert_eq!(entries.iter().map(|entry| entry.offset).collect::<Vec<_>>(), [8, 20]);
        assert_eq!(entries.iter().map(|entry| entry.number).collect::<Vec<_>>(), [2, 5]);
    }

    #[test]
    fn a_line_over_the_cap_fails_and_the_next_is_read() {
        let data = format!("{}\nshort\n{}", "x".repeat(200_000), "y".repeat(101));
        let jobs = jobs(data.as_bytes(), 100);
        assert_eq!(jobs.len(), 3);
        for at in [0, 2] {
            let Work::Failed(error) = &jobs[at].work else { panic!("{:?}", jobs[at]) };
            assert_eq!((error.kind.as_str(), error.concerns.as_str()), ("limit", "max_line_bytes"));
        }
        assert!(matches!(&jobs[1].work, Work::Object { number: 2, json, .. } if json == b"short"));
    }
}
