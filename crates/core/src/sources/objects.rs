//! Reads JSON one element at a time.

use std::io::Read;

use super::elements::{Element, Elements};
use super::job::{Job, Work};
use super::numbered::Numbered;

/// The elements of a JSON input as jobs. One over the cap is skipped to its end and gives a job that
/// failed; trouble with reading gives one too, the last.
pub(super) struct Objects<R> {
    elements: Elements<R>,
    pages: Numbered,
    max_line_bytes: usize,
}

impl<R: Read> Objects<R> {
    pub(super) fn new(elements: Elements<R>, pages: Numbered, max_line_bytes: usize) -> Self {
        Self { elements, pages, max_line_bytes }
    }
}

impl<R: Read> Iterator for Objects<R> {
    type Item = Job;

    fn next(&mut self) -> Option<Job> {
        self.pages.number += 1;
        let (what, number) = (self.pages.what, self.pages.number);
        let work = match self.elements.next_element() {
            Ok(None) => return None,
            Ok(Some(Element::Whole(json))) => Work::Object { what, number, json },
            Ok(Some(Element::TooLong)) => self.pages.too_long(self.max_line_bytes),
            Ok(Some(Element::Cut)) => {
                self.pages.failed("json", "the input ends before its last array or object does")
            }
            Ok(Some(Element::Other)) => self.pages.failed(
                "json",
                "there is neither an array nor an object, and nothing after it was read",
            ),
            Err(error) => self.pages.unreadable(&error),
        };
        let next = self.elements.entry();
        Some(self.pages.job(work, next))
    }
}
