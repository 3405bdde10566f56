//! Values of keyword arguments, and the exceptions for wrong ones.

use pyo3::prelude::*;
use pyo3::types::PyString;

use crate::errors::error;

/// Similarity from which a name is offered for another. Below, names are that merely share letters.
const MIN_LIKENESS: f64 = 0.8;

/// A value of a Rust type; an error names the argument.
pub(crate) fn typed<'py, T: FromPyObjectOwned<'py>>(
    name: &str,
    value: &Bound<'py, PyAny>,
) -> PyResult<T> {
    value.extract().map_err(|error: <T as FromPyObject<'_, 'py>>::Error| {
        let error: PyErr = error.into();
        let message = format!("{name}: {}", error.value(value.py()));
        PyErr::from_type(error.get_type(value.py()), message)
    })
}

/// A list of strings. One string stands for a list of it.
pub(crate) fn words(name: &str, value: &Bound<'_, PyAny>) -> PyResult<Vec<String>> {
    if value.is_instance_of::<PyString>() {
        return Ok(vec![typed(name, value)?]);
    }
    value.try_iter()?.map(|word| typed(name, &word?)).collect()
}

/// One of several names.
pub(crate) fn choice<T: Copy>(
    py: Python<'_>,
    name: &str,
    given: &str,
    known: &[(&str, T)],
) -> PyResult<T> {
    if let Some((_, found)) = known.iter().find(|(known, _)| *known == given) {
        return Ok(*found);
    }
    let known: Vec<&str> = known.iter().map(|(name, _)| *name).collect();
    Err(unknown_value(py, name, given, &known))
}

/// The exception for a name that is not one of several.
pub(crate) fn unknown_value(py: Python<'_>, name: &str, given: &str, known: &[&str]) -> PyErr {
    let hint = nearest(given, known.iter().copied()).map(|near| format!("did you mean `{near}`?"));
    let message = format!("{name}: `{given}` is not one of {}", known.join(", "));
    error(py, "unknown_value", &message, hint.as_deref(), known)
}

/// The name that is most likely meant, if one is similar.
pub(crate) fn nearest<'a>(given: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    known
        .map(|name| (strsim::jaro_winkler(given, name), name))
        .filter(|(likeness, _)| *likeness > MIN_LIKENESS)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, name)| name)
}
