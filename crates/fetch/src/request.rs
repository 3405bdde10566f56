//! Requests to a fetcher.

use crate::Validators;

/// A page to fetch.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct FetchRequest {
    /// Its URL. Text that does not parse as one makes a failed fetch: no panic, and no lost request.
    pub url: String,
    /// What it may be. Default [`WantedContent::Page`].
    pub wanted: WantedContent,
    /// Validators of an earlier response, for a conditional request: the server may answer 304.
    /// Default: nothing.
    pub validators: Validators,
}

/// What a body may be. Anything else is refused before it is read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum WantedContent {
    /// HTML, XHTML, plain text, XML feeds.
    #[default]
    Page,
    /// What a page can be, and JSON feeds.
    Feed,
    /// XML, plain text, and either of them in a gzip file.
    Sitemap,
    /// Anything. A body beyond the size limit is cut, not refused.
    Robots,
}

impl FetchRequest {
    /// A page at `url`.
    pub fn new(url: impl Into<String>) -> Self {
        Self { url: url.into(), ..Self::default() }
    }

    /// Sets what the body may be.
    #[must_use]
    pub fn wanted(mut self, wanted: WantedContent) -> Self {
        self.wanted = wanted;
        self
    }

    /// Makes the request conditional: fetch only what changed since the response with these validators.
    #[must_use]
    pub fn if_changed(mut self, validators: Validators) -> Self {
        self.validators = validators;
        self
    }
}

impl<T: Into<String>> From<T> for FetchRequest {
    fn from(url: T) -> Self {
        Self::new(url)
    }
}
