//! Jobs of an input whose pages have numbers.

use std::io;
use std::sync::Arc;

use copydesk_clean::RecordError;
use copydesk_fetch::inflate::Meter;

use super::job::{Job, Work};
use super::{Entry, read_error};

/// Numbers the pages of an input, and counts what is read for them.
pub(super) struct Numbered {
    source: String,
    /// What a page is called in messages, such as `line`.
    pub(super) what: &'static str,
    /// The number of the page at hand; 0 before the first.
    pub(super) number: u64,
    meter: Arc<Meter>,
    counted: u64,
    is_enterable: bool,
}

impl Numbered {
    /// Pages of an input that is called `source`. Those of one that `is_enterable` say where to go on
    /// after them.
    pub(super) fn new(
        source: &str,
        what: &'static str,
        meter: Arc<Meter>,
        is_enterable: bool,
    ) -> Self {
        Self { source: source.into(), what, number: 0, meter, counted: 0, is_enterable }
    }

    /// The page at hand. `next` is where the one after it begins.
    pub(super) fn job(&mut self, work: Work, next: Option<u64>) -> Job {
        let consumed = self.meter.consumed();
        let source_bytes = consumed - std::mem::replace(&mut self.counted, consumed);
        let next = next.filter(|_| self.is_enterable);
        Job {
            source: format!("{}#{}", self.source, self.number),
            source_bytes,
            is_line: true,
            entry_after: next.map(|offset| Entry { offset, number: self.number + 1 }),
            work,
        }
    }

    /// That the page at hand is longer than `max_line_bytes`.
    pub(super) fn too_long(&self, max_bytes: usize) -> Work {
        Work::Failed(RecordError {
            kind: "limit".into(),
            message: format!("{} {} is longer than {max_bytes} bytes", self.what, self.number),
            concerns: "max_line_bytes".into(),
        })
    }

    /// That the input cannot be read on.
    pub(super) fn unreadable(&self, error: &io::Error) -> Work {
        let mut error = read_error(error);
        if error.concerns.is_empty() {
            error.concerns = format!("{} {} and what follows", self.what, self.number);
        }
        Work::Failed(error)
    }

    /// That the page at hand is none.
    pub(super) fn failed(&self, kind: &str, message: impl Into<String>) -> Work {
        Work::Failed(RecordError {
            kind: kind.into(),
            message: message.into(),
            concerns: format!("{} {}", self.what, self.number),
        })
    }
}
