//! The extension module of the Python package `copydesk`, which `python/copydesk/` completes.
//!
//! Cleaning runs without the GIL, and all classes are frozen. `docs/python.md` describes the package.

mod cleaner;
mod engine;
mod errors;
mod inspector;
mod json;
mod page;
mod record;
mod repair;
mod settings;
mod stream;
mod values;

use pyo3::prelude::*;

/// The compiled part of the package.
#[pymodule(gil_used = false)]
mod _copydesk {
    use pyo3::prelude::*;
    use pyo3::types::{PyDict, PyString};

    #[pymodule_export]
    use crate::cleaner::Cleaner;
    #[pymodule_export]
    use crate::inspector::Inspector;
    #[pymodule_export]
    use crate::record::Record;
    #[pymodule_export]
    use crate::repair::RepairedText;
    #[pymodule_export]
    use crate::stream::RecordIterator;

    use crate::page::text_of;
    use crate::repair::repair_text;
    use crate::settings::repair_options;

    /// The version of the package.
    #[expect(non_upper_case_globals, reason = "the name that Python packages give it")]
    #[pymodule_export]
    const __version__: &str = env!("CARGO_PKG_VERSION");

    /// A text with its broken characters repaired; with `explain`, and what was changed.
    #[pyfunction]
    #[pyo3(signature = (text, *, explain=false, **settings))]
    fn repair<'py>(
        py: Python<'py>,
        text: &Bound<'py, PyString>,
        explain: bool,
        settings: Option<&Bound<'py, PyDict>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let (text, options) = (text_of(text)?, repair_options(settings)?);
        if explain {
            let repaired = py.detach(|| RepairedText::new(&text, options));
            return Ok(Bound::new(py, repaired)?.into_any());
        }
        let repaired = py.detach(|| repair_text(&text, options));
        Ok(PyString::new(py, &repaired).into_any())
    }
}
