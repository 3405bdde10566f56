//! Repairs broken characters in texts.

use copydesk_clean::{RepairOptions, Repairer};
use pyo3::prelude::*;
use serde::Serialize;

use crate::json::to_python;

/// A change of the text. Positions are in characters, as Python counts.
#[derive(Serialize)]
struct Change {
    start: usize,
    end: usize,
    before: String,
    after: String,
    rules: Vec<&'static str>,
    posterior: Option<f32>,
}

/// A repaired text and what was changed in it.
#[pyclass(frozen, module = "copydesk")]
pub(crate) struct RepairedText {
    text: String,
    changes: Vec<Change>,
    unrepaired: usize,
}

/// The repaired text alone.
pub(crate) fn repair_text(text: &str, options: RepairOptions) -> String {
    Repairer::new(options).repair(text).text.into_owned()
}

impl RepairedText {
    /// Repairs a text.
    pub(crate) fn new(text: &str, options: RepairOptions) -> Self {
        let repaired = Repairer::new(options).repair(text);
        let (mut bytes, mut characters) = (0, 0);
        let mut position = |byte: usize| {
            characters += text.get(bytes..byte).unwrap_or_default().chars().count();
            bytes = byte;
            characters
        };
        let changes = repaired.changes.into_iter().map(|change| Change {
            start: position(change.span.start),
            end: position(change.span.end),
            before: text.get(change.span).unwrap_or_default().to_owned(),
            after: change.after,
            rules: change.rules,
            posterior: change.posterior,
        });
        let changes = changes.collect();
        Self { changes, text: repaired.text.into_owned(), unrepaired: repaired.unrepaired }
    }
}

#[pymethods]
impl RepairedText {
    /// The repaired text.
    #[getter]
    fn text(&self) -> &str {
        &self.text
    }

    /// The changes in order, without overlap.
    #[getter]
    fn changes<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        to_python(py, &self.changes)
    }

    /// The number of characters that are lost: U+FFFD in `text`.
    #[getter]
    fn unrepaired(&self) -> usize {
        self.unrepaired
    }

    fn __str__(&self) -> &str {
        &self.text
    }

    fn __repr__(&self) -> String {
        let (changes, characters) = (self.changes.len(), self.text.chars().count());
        format!("<RepairedText {changes} changes, {characters} characters>")
    }
}
