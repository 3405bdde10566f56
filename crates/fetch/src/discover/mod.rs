//! Finding pages: sitemaps, feeds, and what a page links to.
//!
//! Everything here reads what a server sent, so all of it is bounded: in what is read, in what is
//! given back, and in time, which is linear in the input. Nothing here fetches.

mod feeds;
mod links;
mod sitemap;
mod truncation;
mod xml;

pub use feeds::{Feed, FeedEntry, FeedError, MAX_FEED_BYTES, MAX_FEED_ENTRIES};
pub use links::{FeedLink, MAX_LINKS, PageLink, PageLinks};
pub use sitemap::{
    ChangeFrequency, MAX_INDEX_DEPTH, MAX_SITEMAP_BYTES, MAX_SITEMAP_ENTRIES, NewsItem, Sitemap,
    SitemapEntry, SitemapKind, W3cDate,
};
pub use truncation::TruncationLimit;
pub use xml::MalformedXml;

use url::Url;

/// URLs longer than this are left out everywhere: the limit of the sitemaps protocol, and about that
/// of search engines.
pub const MAX_URL_BYTES: usize = 2_048;

/// The same page for other readers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AlternateLink {
    /// The language, and region if any, as written: a tag by BCP 47, or `x-default`.
    pub hreflang: String,
    /// Where it is.
    pub url: Url,
}

/// What a URL as written points to, if that can be fetched: `http` or `https` and not too long,
/// neither as written nor absolute.
fn resolve_url(base: &Url, written: &str) -> Option<Url> {
    accept_url(written, |written| base.join(written))
}

/// Likewise, of URLs that have to be absolute.
fn absolute_url(written: &str) -> Option<Url> {
    accept_url(written, Url::parse)
}

fn accept_url(written: &str, parse: impl Fn(&str) -> Result<Url, url::ParseError>) -> Option<Url> {
    let written = written.trim();
    if written.is_empty() || written.len() > MAX_URL_BYTES {
        return None;
    }
    let url = parse(written).ok()?;
    let is_usable = matches!(url.scheme(), "http" | "https") && url.as_str().len() <= MAX_URL_BYTES;
    is_usable.then_some(url)
}
