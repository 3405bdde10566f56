//! Raises the exceptions of the package, which `python/copydesk/_errors.py` defines.

use pyo3::prelude::*;
use pyo3::types::PyDict;

/// A `copydesk.Error` with these attributes.
pub(crate) fn error(
    py: Python<'_>,
    kind: &str,
    message: &str,
    hint: Option<&str>,
    allowed: &[&str],
) -> PyErr {
    let raise = || -> PyResult<PyErr> {
        let attributes = PyDict::new(py);
        attributes.set_item("kind", kind)?;
        attributes.set_item("hint", hint)?;
        attributes.set_item("allowed", allowed)?;
        let class = py.import("copydesk._errors")?.getattr("Error")?;
        Ok(PyErr::from_value(class.call((message,), Some(&attributes))?))
    };
    raise().unwrap_or_else(|error| error)
}
