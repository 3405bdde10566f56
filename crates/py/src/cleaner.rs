//! The cleaner, as Python sees it.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString, PyTuple};

use crate::engine::Engine;
use crate::inspector::Inspector;
use crate::page::Page;
use crate::record::Record;
use crate::settings::{CleanerSettings, with_lists};
use crate::stream::RecordIterator;

/// Cleans pages. Its settings are keyword arguments: the keys of `copydesk.CleanerSettings`.
///
/// One cleaner can be used by many threads, which run in parallel.
#[pyclass(frozen, module = "copydesk")]
pub(crate) struct Cleaner {
    engine: Arc<Engine>,
    settings: Py<PyDict>,
}

#[pymethods]
impl Cleaner {
    #[new]
    #[pyo3(signature = (**settings))]
    fn new(py: Python<'_>, settings: Option<&Bound<'_, PyDict>>) -> PyResult<Self> {
        let settings = settings.map_or_else(|| Ok(PyDict::new(py)), with_lists)?;
        let read = CleanerSettings::from_keywords(&settings)?;
        let engine = Arc::new(py.detach(|| Engine::new(read)));
        Ok(Self { engine, settings: settings.unbind() })
    }

    /// The record of a page. A page that cannot be read has `error` set in its record.
    #[pyo3(signature = (page, *, url=None, source=None, charset=None, kind="auto"))]
    fn clean(
        &self,
        py: Python<'_>,
        page: &Bound<'_, PyAny>,
        url: Option<String>,
        source: Option<String>,
        charset: Option<String>,
        kind: &str,
    ) -> PyResult<Record> {
        let page = Page::new(page, url, source, charset, kind)?;
        Ok(Record::new(py.detach(|| self.engine.clean(&page, &AtomicBool::new(false)))))
    }

    /// The records of many pages, in order. Pages are str, bytes, or pairs of a page and its URL. They are taken as they
    /// are needed, so memory stays bounded.
    #[pyo3(signature = (pages, *, threads=None))]
    fn clean_many(
        &self,
        pages: &Bound<'_, PyAny>,
        threads: Option<usize>,
    ) -> PyResult<RecordIterator> {
        RecordIterator::new(Arc::clone(&self.engine), pages.try_iter()?, threads)
    }

    /// A text that another scraper extracted, without its clutter.
    fn clean_text(&self, py: Python<'_>, text: &Bound<'_, PyString>) -> PyResult<String> {
        let page = Page::new(text, None, None, None, "text")?;
        Ok(py.detach(|| self.engine.clean(&page, &AtomicBool::new(false)).text))
    }

    /// A page beside its cleaned text: what was kept, what was removed, and why.
    #[pyo3(signature = (page, *, url=None, source=None, charset=None, kind="auto"))]
    fn inspect(
        &self,
        py: Python<'_>,
        page: &Bound<'_, PyAny>,
        url: Option<String>,
        source: Option<String>,
        charset: Option<String>,
        kind: &str,
    ) -> PyResult<Inspector> {
        let page = Page::new(page, url, source, charset, kind)?;
        Ok(Inspector::new(py.detach(|| self.engine.inspect(&page))))
    }

    /// The settings that were given.
    #[getter]
    fn settings<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        self.settings.bind(py).copy()
    }

    fn __getnewargs_ex__<'py>(
        &self,
        py: Python<'py>,
    ) -> PyResult<(Bound<'py, PyTuple>, Bound<'py, PyDict>)> {
        Ok((PyTuple::empty(py), self.settings(py)?))
    }

    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        let mut shown = Vec::new();
        for (name, value) in self.settings.bind(py) {
            shown.push(format!("{name}={}", value.repr()?));
        }
        Ok(format!("Cleaner({})", shown.join(", ")))
    }
}
