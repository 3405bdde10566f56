//! Pages as Python hands them over.

use copydesk_clean::{CleanInput, InputKind};
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::pybacked::{PyBackedBytes, PyBackedStr};
use pyo3::types::{PyByteArray, PyBytes, PyMemoryView, PyString, PyTuple};

use crate::values::choice;

/// The bytes of a page, readable without the GIL.
enum Content {
    Text(PyBackedStr),
    Bytes(PyBackedBytes),
}

/// A page to clean, with what is known about it.
pub(crate) struct Page {
    content: Content,
    url: Option<String>,
    source: String,
    charset: Option<String>,
    kind: Option<InputKind>,
}

/// What a page is, by the names of the setting `input`.
const KINDS: [(&str, Option<InputKind>); 3] =
    [("auto", None), ("html", Some(InputKind::Html)), ("text", Some(InputKind::Text))];

impl Page {
    /// A page as `str` or bytes. Strings are already decoded, so that no `<meta>` of theirs is asked for a charset.
    pub(crate) fn new(
        content: &Bound<'_, PyAny>,
        url: Option<String>,
        source: Option<String>,
        charset: Option<String>,
        kind: &str,
    ) -> PyResult<Self> {
        let kind = choice(content.py(), "kind", kind, &KINDS)?;
        let source = source.or_else(|| url.clone()).unwrap_or_default();
        let content = content_of(content)?;
        let charset = match content {
            Content::Text(_) => Some("utf-8".to_owned()),
            Content::Bytes(_) => charset,
        };
        Ok(Self { content, url, source, charset, kind })
    }

    /// An item of `clean_many`: a page, or a pair of a page and its URL.
    pub(crate) fn from_item(item: &Bound<'_, PyAny>) -> PyResult<Self> {
        let Ok(pair) = item.cast::<PyTuple>() else {
            return Self::new(item, None, None, None, "auto");
        };
        let (content, url): (Bound<'_, PyAny>, Option<String>) = pair.extract()?;
        Self::new(&content, url, None, None, "auto")
    }

    /// Its bytes.
    pub(crate) fn bytes(&self) -> &[u8] {
        match &self.content {
            Content::Text(text) => text.as_bytes(),
            Content::Bytes(bytes) => bytes,
        }
    }

    /// Where it came from.
    pub(crate) fn source(&self) -> &str {
        &self.source
    }

    /// It as the cleaner takes it.
    pub(crate) fn input<'a>(&'a self, interrupt: &'a (dyn Fn() -> bool + Sync)) -> CleanInput<'a> {
        let mut input = CleanInput::new(&self.source, self.bytes()).interrupt(interrupt);
        input.url = self.url.as_deref();
        input.charset = self.charset.as_deref();
        input.kind = self.kind;
        input
    }
}

fn content_of(page: &Bound<'_, PyAny>) -> PyResult<Content> {
    if let Ok(text) = page.cast::<PyString>() {
        return Ok(Content::Text(text_of(text)?));
    }
    if let Ok(bytes) = page.cast::<PyBytes>() {
        return Ok(Content::Bytes(bytes.clone().into()));
    }
    if page.is_instance_of::<PyByteArray>() || page.is_instance_of::<PyMemoryView>() {
        // They can change while the page is cleaned, so they are copied.
        let bytes = page.py().get_type::<PyBytes>().call1((page,))?.cast_into::<PyBytes>()?;
        return Ok(Content::Bytes(bytes.into()));
    }
    let given = page.get_type().name()?;
    Err(PyTypeError::new_err(format!("a page is str or bytes, not {given}")))
}

/// A string as UTF-8. A Python string can have halves of surrogate pairs, which UTF-8 cannot: two that belong together
/// become their character, others U+FFFD.
pub(crate) fn text_of(text: &Bound<'_, PyString>) -> PyResult<PyBackedStr> {
    if let Ok(backed) = PyBackedStr::try_from(text.clone()) {
        return Ok(backed);
    }
    let bytes = text.call_method1("encode", ("utf-16-le", "surrogatepass"))?;
    let repaired = bytes.call_method1("decode", ("utf-16-le", "replace"))?;
    PyBackedStr::try_from(repaired.cast_into::<PyString>()?)
}
