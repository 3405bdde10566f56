//! What is asked for.

use crate::Validators;

/// A page to fetch.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct FetchRequest {
    /// Its address. One that is no URL is a failed fetch, not a panic and not lost.
    pub url: String,
    /// What it may be. Default [`WantedContent::Page`].
    pub wanted: WantedContent,
    /// What is known of an earlier fetch, so that the server may answer that nothing changed.
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
    /// Anything, up to a size, beyond which it is cut and not refused.
    Robots,
}

impl FetchRequest {
    /// A page at `url`.
    pub fn new(url: impl Into<String>) -> Self {
        Self { url: url.into(), ..Self::default() }
    }

    /// The same, for what a body of this kind may be.
    #[must_use]
    pub fn wanted(mut self, wanted: WantedContent) -> Self {
        self.wanted = wanted;
        self
    }

    /// The same, only if it changed since the response that these validators are of.
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
