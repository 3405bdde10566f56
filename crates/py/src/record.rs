//! The record of a page, as Python sees it.

use pyo3::basic::CompareOp;
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::PyTuple;

use crate::json::{to_json, to_python};

/// Characters of the title that are shown of a record.
const SHOWN_TITLE: usize = 60;

/// One cleaned page.
///
/// Parts that have parts themselves, such as `access` and `removed`, are dictionaries with the keys of the JSON.
#[pyclass(frozen, module = "copydesk")]
pub(crate) struct Record {
    record: copydesk_clean::Record,
}

impl Record {
    /// A record for Python.
    pub(crate) const fn new(record: copydesk_clean::Record) -> Self {
        Self { record }
    }
}

#[pymethods]
impl Record {
    /// Where the page came from: `source=`, otherwise its URL.
    #[getter]
    fn source(&self) -> &str {
        &self.record.source
    }

    /// `ok`, `empty` (the page has no main content) or `error` (it could not be read, or only up to a limit).
    #[getter]
    fn outcome(&self) -> &'static str {
        self.record.outcome.as_str()
    }

    /// What went wrong; a warning if `outcome` is not `error`.
    #[getter]
    fn error<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        to_python(py, &self.record.error)
    }

    /// The URL of the page.
    #[getter]
    fn url(&self) -> Option<&str> {
        self.record.url.as_deref()
    }

    /// The URL that the page declares as canonical.
    #[getter]
    fn canonical_url(&self) -> Option<&str> {
        self.record.canonical_url.as_deref()
    }

    /// The host of `url`, or of `canonical_url`.
    #[getter]
    fn hostname(&self) -> Option<&str> {
        self.record.hostname.as_deref()
    }

    /// The name of the site.
    #[getter]
    fn sitename(&self) -> Option<&str> {
        self.record.sitename.as_deref()
    }

    /// The headline, without the name of the site.
    #[getter]
    fn title(&self) -> Option<&str> {
        self.record.title.as_deref()
    }

    /// The authors, separated by `; `.
    #[getter]
    fn author(&self) -> Option<&str> {
        self.record.author.as_deref()
    }

    /// The summary that the page gives of itself.
    #[getter]
    fn description(&self) -> Option<&str> {
        self.record.description.as_deref()
    }

    /// The URL of the lead image.
    #[getter]
    fn image(&self) -> Option<&str> {
        self.record.image.as_deref()
    }

    /// The license, as a name or a URL.
    #[getter]
    fn license(&self) -> Option<&str> {
        self.record.license.as_deref()
    }

    /// The language of the text, as an ISO 639-1 code.
    #[getter]
    fn language(&self) -> Option<&str> {
        self.record.language.as_deref()
    }

    /// `article`, `product`, `forum` and so on, as the markup names it.
    #[getter]
    fn pagetype(&self) -> Option<&str> {
        self.record.pagetype.as_deref()
    }

    /// The date of publication, `YYYY-MM-DD`.
    #[getter]
    fn date(&self) -> Option<&str> {
        self.record.date.as_deref()
    }

    /// The date of the last change, `YYYY-MM-DD`.
    #[getter]
    fn date_modified(&self) -> Option<&str> {
        self.record.date_modified.as_deref()
    }

    /// The sections that the page is filed under.
    #[getter]
    fn categories(&self) -> Vec<&str> {
        self.record.categories.iter().map(String::as_str).collect()
    }

    /// Its keywords.
    #[getter]
    fn tags(&self) -> Vec<&str> {
        self.record.tags.iter().map(String::as_str).collect()
    }

    /// The main content; blocks are separated by one blank line.
    #[getter]
    fn text(&self) -> &str {
        &self.record.text
    }

    /// The main content as Markdown, with `markdown=True`.
    #[getter]
    fn markdown(&self) -> Option<&str> {
        self.record.markdown.as_deref()
    }

    /// The main content as minimal HTML, with `html=True`.
    #[getter]
    fn html(&self) -> Option<&str> {
        self.record.html.as_deref()
    }

    /// The pictures that belong to the main content, with `images=True`.
    #[getter]
    fn images<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        to_python(py, &self.record.images)
    }

    /// The links in `text`, with `links=True`.
    #[getter]
    fn links<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        to_python(py, &self.record.links)
    }

    /// Where the text was found: `visible`, or one of the last resorts.
    #[getter]
    fn text_source(&self) -> &'static str {
        self.record.text_source.as_str()
    }

    /// Set if the page has no article anywhere, and scripts would load it.
    #[getter]
    fn needs_javascript<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        to_python(py, &self.record.needs_javascript)
    }

    /// Reader comments, with `comments=True`.
    #[getter]
    fn comments(&self) -> Option<&str> {
        self.record.comments.as_deref()
    }

    /// Captions and alternative texts that are not in `text`, in order.
    #[getter]
    fn captions(&self) -> Vec<&str> {
        self.record.captions.iter().map(String::as_str).collect()
    }

    /// Byline lines that are not in `text`, in order.
    #[getter]
    fn bylines(&self) -> Vec<&str> {
        self.record.bylines.iter().map(String::as_str).collect()
    }

    /// Separate facts about payment.
    #[getter]
    fn access<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        to_python(py, &self.record.access)
    }

    /// How bytes became text.
    #[getter]
    fn encoding<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        to_python(py, &self.record.encoding)
    }

    /// How the lines of a text became blocks.
    #[getter]
    fn structure<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        to_python(py, &self.record.structure)
    }

    /// The number of removed blocks by clutter class; with `explain=True` also the blocks.
    #[getter]
    fn removed<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        to_python(py, &self.record.removed)
    }

    /// Every block of the page in order, with `explain=True`.
    #[getter]
    fn blocks<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        to_python(py, &self.record.blocks)
    }

    /// How reliable the text is.
    #[getter]
    fn quality<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        to_python(py, &self.record.quality)
    }

    /// A hash of the text for finding exact duplicates; empty without text.
    #[getter]
    fn fingerprint(&self) -> &str {
        &self.record.fingerprint
    }

    /// All fields as dictionaries and lists.
    fn to_dict<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        to_python(py, &self.record)
    }

    /// All fields as one line of JSON: what the command writes.
    fn to_json(&self) -> PyResult<String> {
        to_json(&self.record)
    }

    /// The record that `to_json` wrote.
    #[staticmethod]
    fn from_json(json: &str) -> PyResult<Self> {
        let record = serde_json::from_str(json);
        record.map(Self::new).map_err(|error| PyValueError::new_err(error.to_string()))
    }

    fn __repr__(&self) -> String {
        let record = &self.record;
        let error = record.error.as_ref().map(|error| format!(" error={}", error.kind.as_str()));
        let title = record.title.as_ref().map(|title| {
            let start: String = title.chars().take(SHOWN_TITLE).collect();
            let rest = if start.len() < title.len() { "…" } else { "" };
            format!(" {:?}", start + rest)
        });
        format!(
            "<Record {}{}{}, {} characters>",
            record.outcome.as_str(),
            error.unwrap_or_default(),
            title.unwrap_or_default(),
            record.text.chars().count()
        )
    }

    fn __richcmp__(&self, other: &Self, operation: CompareOp) -> PyResult<bool> {
        // What JSON does not have, a record that was pickled has lost.
        let same = to_json(&self.record)? == to_json(&other.record)?;
        match operation {
            CompareOp::Eq => Ok(same),
            CompareOp::Ne => Ok(!same),
            _ => Err(PyTypeError::new_err("records have no order")),
        }
    }

    fn __reduce__<'py>(
        &self,
        py: Python<'py>,
    ) -> PyResult<(Bound<'py, PyAny>, Bound<'py, PyTuple>)> {
        let from_json = py.get_type::<Self>().getattr("from_json")?;
        Ok((from_json, PyTuple::new(py, [self.to_json()?])?))
    }
}
