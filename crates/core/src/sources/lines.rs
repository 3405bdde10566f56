//! Reads JSONL one line at a time.

use std::io::Read;
use std::sync::Arc;

use copydesk_clean::RecordError;
use copydesk_fetch::inflate::Meter;

use super::job::{Job, Work};
use super::read_error;
use super::unit::Unit;
use crate::capped_lines::{CappedLines, Line};

/// The lines of a JSONL input as jobs. Blank lines are passed over; a line over the cap is skipped
/// to its end and gives a job that failed; trouble with reading gives one too, the last.
pub(super) struct Lines<R> {
    input: CappedLines<R>,
    meter: Arc<Meter>,
    source: String,
    max_line_bytes: usize,
    number: u64,
    counted: u64,
}

impl<R: Read> Lines<R> {
    pub(super) fn new(unit: &Unit, input: R, meter: Arc<Meter>, max_line_bytes: usize) -> Self {
        Self {
            input: CappedLines::new(input, max_line_bytes),
            meter,
            source: unit.source.clone(),
            max_line_bytes,
            number: 0,
            counted: 0,
        }
    }

    fn job(&mut self, work: Work) -> Job {
        let consumed = self.meter.consumed();
        let source_bytes = consumed - std::mem::replace(&mut self.counted, consumed);
        Job {
            source: format!("{}#{}", self.source, self.number),
            source_bytes,
            is_line: true,
            entry_after: None,
            work,
        }
    }
}

impl<R: Read> Iterator for Lines<R> {
    type Item = Job;

    fn next(&mut self) -> Option<Job> {
        loop {
            self.number += 1;
            let work = match self.input.next_line() {
                Ok(None) => return None,
                Ok(Some(Line::Whole(line) | Line::Unended(line))) => {
                    if line.trim_ascii().is_empty() {
                        continue;
                    }
                    Work::Line(self.number, line)
                }
                Ok(Some(Line::TooLong)) => Work::Failed(RecordError {
                    kind: "limit".into(),
                    message: format!(
                        "line {} is longer than {} bytes",
                        self.number, self.max_line_bytes
                    ),
                    concerns: "max_line_bytes".into(),
                }),
                Err(error) => {
                    let mut error = read_error(&error);
                    if error.concerns.is_empty() {
                        error.concerns = format!("line {} and what follows", self.number);
                    }
                    Work::Failed(error)
                }
            };
            return Some(self.job(work));
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
        let meter = input.meter();
        Lines::new(&Unit::stdin(), input, meter, max_line_bytes).collect()
    }

    #[test]
    fn lines_keep_their_numbers_across_blank_ones() {
        let jobs = jobs(b"{\"a\":1}\n\r\n  \n{\"b\":2}", 100);
        let sources: Vec<&str> = jobs.iter().map(|job| job.source.as_str()).collect();
        assert_eq!(sources, ["-#1", "-#4"]);
        assert_eq!(jobs.iter().map(|job| job.source_bytes).sum::<u64>(), 20);
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
        assert!(matches!(&jobs[1].work, Work::Line(2, line) if line == b"short"));
    }
}
