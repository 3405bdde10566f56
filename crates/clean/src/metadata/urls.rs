//! The URLs of a page, made absolute.

use url::Url;

use super::names::MetadataField;
use super::sources::MetadataSources;

/// The URLs of a page.
#[derive(Debug)]
pub(super) struct PageUrls {
    /// The URL of the page, or its canonical URL if that is unknown.
    pub page: Option<Url>,
    base: Option<Url>,
    /// The URL that the page declares as canonical.
    pub canonical: Option<Url>,
    /// The host of the page's URL, or of the canonical one.
    pub hostname: Option<String>,
}

impl PageUrls {
    /// Resolves them against `<base>` and the URL of the page.
    pub(super) fn new(found: &MetadataSources<'_>, url: Option<&str>) -> Self {
        let page = url.and_then(web_url);
        // `<base>` may be relative to the URL of the page.
        let base = match (found.base, &page) {
            (Some(base), Some(page)) => page.join(base.trim()).ok(),
            (Some(base), None) => web_url(base),
            (None, page) => page.clone(),
        };
        let resolve = |href: &str| match &base {
            Some(base) => base.join(href.trim()).ok().filter(is_web),
            None => web_url(href),
        };
        let canonical = found
            .canonical
            .and_then(resolve)
            .or_else(|| found.first(MetadataField::Url).and_then(resolve));
        let host = |url: &Url| url.host_str().map(str::to_owned);
        let hostname = page.as_ref().and_then(host).or_else(|| canonical.as_ref().and_then(host));
        let base = base.or_else(|| canonical.clone());
        let page = page.or_else(|| canonical.clone());
        Self { page, base, canonical, hostname }
    }

    /// An absolute http or https URL; `None` for others such as `data:`.
    pub(super) fn absolute(&self, href: &str) -> Option<String> {
        let href = href.trim();
        let url = match &self.base {
            Some(base) => base.join(href).ok()?,
            None => Url::parse(href).ok()?,
        };
        // An inline image (`data:`) is not a URL that a reader of the record could use.
        is_web(&url).then(|| url.to_string())
    }

    /// What the page's links are resolved against. A `<base>` that is no web URL does not count:
    /// <https://html.spec.whatwg.org/multipage/semantics.html#set-the-frozen-base-url>
    pub(super) fn into_link_base(self) -> Option<Url> {
        self.base.filter(is_web).or(self.page)
    }
}

fn web_url(text: &str) -> Option<Url> {
    Url::parse(text.trim()).ok().filter(is_web)
}

fn is_web(url: &Url) -> bool {
    matches!(url.scheme(), "http" | "https")
}
