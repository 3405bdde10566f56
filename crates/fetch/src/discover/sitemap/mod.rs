//! Sitemaps by <https://www.sitemaps.org/protocol.html>, with the extensions for news, images and
//! languages.

mod date;
mod reader;
mod text;

pub use date::W3cDate;

use url::Url;

use super::feeds::Feed;
use super::truncation::TruncationLimit;
use super::xml::{MalformedXml, decode};
use super::{AlternateLink, resolve_url};

/// The protocol's limit of a file, inflated. What follows is not read.
pub const MAX_SITEMAP_BYTES: usize = 50 << 20;
/// The protocol's limit of URLs in a file. What follows is not read.
pub const MAX_SITEMAP_ENTRIES: usize = 50_000;
/// How deep a caller should follow indexes. By the protocol an index names sitemaps and no further
/// index (1); sites with both nest them once more. Following more, or the same file twice, is a way
/// to go in circles.
pub const MAX_INDEX_DEPTH: usize = 3;

/// What a sitemap says, as far as it could be read.
///
/// What is wrong never hides what is right: entries without a usable URL are counted and left out, and
/// malformed XML ends the reading with what was read so far.
///
/// Whether a sitemap may speak for the hosts it names (the protocol: only for its own, unless that
/// host's robots.txt points to it) is the caller's to decide.
#[derive(Clone, Debug, PartialEq)]
pub struct Sitemap {
    /// What it is.
    pub kind: SitemapKind,
    /// The pages, or for an index the sitemaps, in the order of the file. The same URL may come
    /// more than once.
    pub entries: Vec<SitemapEntry>,
    /// How many entries have no usable URL: none at all, no `http` or `https`, or one longer than
    /// [`MAX_URL_BYTES`](super::MAX_URL_BYTES).
    pub rejected: usize,
    /// Why not all was read.
    pub truncated: Option<TruncationLimit>,
    /// Where the XML is malformed, if it is.
    pub malformed: Option<MalformedXml>,
}

/// What a file that was given as a sitemap is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SitemapKind {
    /// A list of sitemaps.
    Index,
    /// A list of pages in XML.
    Urls,
    /// A URL a line.
    Text,
    /// An RSS, Atom or JSON feed, which the protocol allows in place of a sitemap.
    Feed,
    /// None of these: a page of HTML as a rule.
    Unknown,
}

/// A page, or for an index a sitemap.
#[derive(Clone, Debug, PartialEq)]
pub struct SitemapEntry {
    /// Where it is, not normalized.
    pub url: Url,
    /// When it was last changed, as its site says.
    pub modified: Option<W3cDate>,
    /// How often it changes, as its site says.
    pub change_frequency: Option<ChangeFrequency>,
    /// How much it matters beside the site's other pages, 0 to 1; the protocol's default is 0.5.
    pub priority: Option<f32>,
    /// That it is a news article.
    pub news: Option<NewsItem>,
    /// The images on it, at most 1,000.
    pub images: Vec<Url>,
    /// The page in other languages, at most 1,000. The page itself is often one of them.
    pub alternates: Vec<AlternateLink>,
}

impl SitemapEntry {
    fn new(url: Url) -> Self {
        Self {
            url,
            modified: None,
            change_frequency: None,
            priority: None,
            news: None,
            images: Vec::new(),
            alternates: Vec::new(),
        }
    }
}

/// The values of `changefreq`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the protocol's words")]
pub enum ChangeFrequency {
    Always,
    Hourly,
    Daily,
    Weekly,
    Monthly,
    Yearly,
    Never,
}

impl ChangeFrequency {
    fn parse(text: &str) -> Option<Self> {
        Some(match text.to_ascii_lowercase().as_str() {
            "always" => Self::Always,
            "hourly" => Self::Hourly,
            "daily" => Self::Daily,
            "weekly" => Self::Weekly,
            "monthly" => Self::Monthly,
            "yearly" => Self::Yearly,
            "never" => Self::Never,
            _ => return None,
        })
    }
}

/// What <http://www.google.com/schemas/sitemap-news/0.9> says of an article. Values are as written,
/// none longer than 2,048 bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NewsItem {
    /// The article's title.
    pub title: Option<String>,
    /// The publication's name.
    pub publication: Option<String>,
    /// The publication's language, ISO 639, or `zh-cn` or `zh-tw`.
    pub language: Option<String>,
    /// When it was published.
    pub published: Option<W3cDate>,
}

impl Sitemap {
    /// Reads a sitemap, inflated, that came from `base`. A relative `loc`, which the protocol does not
    /// have, is resolved against it.
    ///
    /// Encodings: by the byte order mark, as UTF-8 if it is that, or as the XML declares. Time is
    /// linear in the file's size, and so is memory.
    pub fn parse(bytes: &[u8], base: &Url) -> Self {
        let mut sitemap = Self::empty(SitemapKind::Unknown);
        if bytes.len() > MAX_SITEMAP_BYTES {
            sitemap.truncated = Some(TruncationLimit::Bytes);
        }
        let text = decode(bytes, MAX_SITEMAP_BYTES);
        let start = text.trim_start();
        if !start.starts_with(['<', '{']) {
            text::read(start, &mut sitemap);
            return sitemap;
        }
        if start.starts_with('{')
            || reader::read(&text, base, &mut sitemap) == reader::RootElement::Feed
        {
            sitemap.read_feed(bytes, base);
        }
        sitemap
    }

    fn empty(kind: SitemapKind) -> Self {
        Self { kind, entries: Vec::new(), rejected: 0, truncated: None, malformed: None }
    }

    fn read_feed(&mut self, bytes: &[u8], base: &Url) {
        let Ok(feed) = Feed::parse(bytes, base) else { return };
        self.kind = SitemapKind::Feed;
        self.rejected = feed.rejected;
        self.malformed = feed.malformed;
        self.truncated = feed.truncated;
        self.entries.extend(feed.entries.into_iter().filter_map(|entry| {
            let modified = entry.updated.or(entry.published).map(W3cDate::instant);
            Some(SitemapEntry { modified, ..SitemapEntry::new(entry.url?) })
        }));
    }

    /// Adds an entry, if there is still room.
    fn push(&mut self, entry: SitemapEntry) -> bool {
        if self.entries.len() >= MAX_SITEMAP_ENTRIES {
            self.truncated.get_or_insert(TruncationLimit::Entries);
            return false;
        }
        self.entries.push(entry);
        true
    }
}

#[cfg(test)]
mod tests;
