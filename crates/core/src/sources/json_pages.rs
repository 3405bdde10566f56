//! Reads JSON one element at a time.

use copydesk_clean::RecordErrorKind;
use std::io::Read;

use super::json_elements::{JsonElement, JsonElements};
use super::page_numbers::PageNumbers;
use super::page_task::{PageTask, TaskContent};

/// The elements of a JSON input as tasks. An element above the cap is skipped to its end and gives a failed task. A
/// read error gives a failed task too, the last one.
pub(super) struct JsonPages<R> {
    elements: JsonElements<R>,
    numbering: PageNumbers,
    max_line_bytes: usize,
}

impl<R: Read> JsonPages<R> {
    pub(super) fn new(
        elements: JsonElements<R>,
        numbering: PageNumbers,
        max_line_bytes: usize,
    ) -> Self {
        Self { elements, numbering, max_line_bytes }
    }
}

impl<R: Read> Iterator for JsonPages<R> {
    type Item = PageTask;

    fn next(&mut self) -> Option<PageTask> {
        self.numbering.number += 1;
        let (what, number) = (self.numbering.what, self.numbering.number);
        let work = match self.elements.next_element() {
            Ok(None) => return None,
            Ok(Some(JsonElement::Whole(json))) => TaskContent::Object { what, number, json },
            Ok(Some(JsonElement::TooLong)) => self.numbering.too_long(self.max_line_bytes),
            Ok(Some(JsonElement::Truncated)) => self
                .numbering
                .failed(RecordErrorKind::Json, "the input ends within an array or object"),
            Ok(Some(JsonElement::Other)) => self.numbering.failed(
                RecordErrorKind::Json,
                "neither an array nor an object; the rest of the input was not read",
            ),
            Err(error) => self.numbering.unreadable(&error),
        };
        let next = self.elements.resume_offset();
        Some(self.numbering.task(work, next))
    }
}
