//! Creates the tasks of an input with numbered pages.

use std::io;
use std::sync::Arc;

use copydesk_clean::{RecordError, RecordErrorKind};
use copydesk_fetch::inflate::InputMeter;

use super::page_task::{PageTask, TaskContent};
use super::{EntryPoint, read_error};

/// Numbers the pages of an input, and counts the bytes that are read for them.
pub(super) struct PageNumbers {
    source: String,
    /// The word for a page in messages, such as `line`.
    pub(super) what: &'static str,
    /// The number of the current page, from 1; 0 before the first.
    pub(super) number: u64,
    meter: Arc<InputMeter>,
    counted: u64,
    is_enterable: bool,
}

impl PageNumbers {
    /// The numbering for an input with this `source`. If it `is_enterable`, each task says where to enter the input
    /// after it.
    pub(super) fn new(
        source: &str,
        what: &'static str,
        meter: Arc<InputMeter>,
        is_enterable: bool,
    ) -> Self {
        Self { source: source.into(), what, number: 0, meter, counted: 0, is_enterable }
    }

    /// The task of the current page. `next` is the offset of the page after it.
    pub(super) fn task(&mut self, work: TaskContent, next: Option<u64>) -> PageTask {
        let consumed = self.meter.consumed();
        let source_bytes = consumed - std::mem::replace(&mut self.counted, consumed);
        let next = next.filter(|_| self.is_enterable);
        PageTask {
            source: format!("{}#{}", self.source, self.number),
            source_bytes,
            is_line: true,
            entry_after: next.map(|offset| EntryPoint { offset, number: self.number + 1 }),
            content: work,
        }
    }

    /// The failure of a page that is longer than `max_line_bytes`.
    pub(super) fn too_long(&self, max_bytes: usize) -> TaskContent {
        TaskContent::Failed(RecordError {
            kind: RecordErrorKind::Limit,
            message: format!("{} {} is longer than {max_bytes} bytes", self.what, self.number),
            concerns: "max_line_bytes".into(),
        })
    }

    /// The failure of an input that cannot be read from the current page on.
    pub(super) fn unreadable(&self, error: &io::Error) -> TaskContent {
        let mut error = read_error(error);
        if error.concerns.is_empty() {
            error.concerns = format!("{} {} and what follows", self.what, self.number);
        }
        TaskContent::Failed(error)
    }

    /// Another failure of the current page.
    pub(super) fn failed(&self, kind: RecordErrorKind, message: impl Into<String>) -> TaskContent {
        TaskContent::Failed(RecordError {
            kind,
            message: message.into(),
            concerns: format!("{} {}", self.what, self.number),
        })
    }
}
