//! A page beside its cleaned text, for notebooks and files.

use std::fs;
use std::path::PathBuf;

use copydesk_clean::escape_html;
use pyo3::prelude::*;

/// A page beside its cleaned text, as one HTML file that needs no network. Notebooks show it.
#[pyclass(frozen, module = "copydesk")]
pub(crate) struct Inspector {
    html: String,
}

impl Inspector {
    /// An inspector with this HTML.
    pub(crate) const fn new(html: String) -> Self {
        Self { html }
    }
}

#[pymethods]
impl Inspector {
    /// The HTML file.
    #[getter]
    fn html(&self) -> &str {
        &self.html
    }

    /// Writes the HTML file.
    fn save(&self, path: PathBuf) -> PyResult<()> {
        Ok(fs::write(path, &self.html)?)
    }

    /// A frame, since the styles of a whole HTML file would change the notebook.
    fn _repr_html_(&self) -> String {
        let html = escape_html(&self.html);
        format!(
            "<iframe srcdoc=\"{html}\" style=\"width: 100%; height: 40em; border: 0\"></iframe>"
        )
    }

    fn __repr__(&self) -> String {
        format!("<Inspector {} bytes of HTML>", self.html.len())
    }
}
