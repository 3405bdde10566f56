//! RSS, Atom and JSON feeds.

mod guard;
mod json;

use jiff::Timestamp;
use url::Url;

use super::truncation::TruncationLimit;
use super::xml::{MalformedXml, decode};
use super::{absolute_url, resolve_url};

/// What follows in a feed is not read; of a JSON feed, which cannot be read in part, nothing is.
pub const MAX_FEED_BYTES: usize = 16 << 20;
/// Entries that follow are not read. Feeds have ten to some hundred.
pub const MAX_FEED_ENTRIES: usize = 10_000;

/// A feed, as far as it could be read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Feed {
    /// Its title, as written: some hold markup.
    pub title: Option<String>,
    /// The entries in the order of the feed, newest first as a rule.
    pub entries: Vec<FeedEntry>,
    /// How many entries name no page: no `http` or `https` URL, or one longer than
    /// [`MAX_URL_BYTES`](super::MAX_URL_BYTES). They are in `entries` with what they have.
    pub rejected: usize,
    /// Where the feed itself says that it is.
    pub self_url: Option<Url>,
    /// The page that the feed is of.
    pub home_url: Option<Url>,
    /// Older entries (RFC 5005, section 3; `next_url` of a JSON feed).
    pub next_url: Option<Url>,
    /// Hubs (`WebSub`), at most 16, which tell of new entries.
    pub hubs: Vec<Url>,
    /// Why not all was read.
    pub truncated: Option<TruncationLimit>,
    /// Where the XML is malformed, if it is. What stands before was read.
    pub malformed: Option<MalformedXml>,
}

/// An entry of a feed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FeedEntry {
    /// The page, not normalized: the entry's link, or its id where that is a URL.
    pub url: Option<Url>,
    /// What tells it from other entries, as written; none if the feed gives it none.
    pub id: Option<String>,
    /// Its title, as written: some hold markup.
    pub title: Option<String>,
    /// When it was published.
    pub published: Option<Timestamp>,
    /// When it was last changed. RSS has no such date, so there it is mostly that of publishing.
    pub updated: Option<Timestamp>,
}

/// Why a document could not be read as a feed at all.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FeedError {
    /// It is neither RSS nor Atom nor a JSON feed.
    #[error("no feed: neither RSS nor Atom nor JSON Feed")]
    NotAFeed,
    /// It is longer than [`MAX_FEED_BYTES`], and in JSON.
    #[error("a JSON feed of more than {limit} bytes")]
    TooLarge {
        /// The limit in bytes.
        limit: usize,
    },
    /// It is JSON that cannot be read.
    #[error("a JSON feed that cannot be read: {reason}")]
    Json {
        /// What is wrong, and in which line and column.
        reason: String,
    },
    /// What was left of it could not be read as its format.
    #[error("a feed that cannot be read: {reason}")]
    Format {
        /// What is wrong.
        reason: String,
    },
}

impl Feed {
    /// Reads a feed, inflated, that came from `base`. Relative URLs are resolved against the
    /// `xml:base` of the feed's root, else against `base`.
    ///
    /// RSS 0.9x, 1.0 and 2.0, Atom 1.0, JSON Feed 1 and 1.1. Time and memory are linear in the input.
    ///
    /// # Errors
    /// When the document is not a feed, or nothing of it can be read.
    pub fn parse(bytes: &[u8], base: &Url) -> Result<Self, FeedError> {
        let is_too_large = bytes.len() > MAX_FEED_BYTES;
        let text = decode(bytes, MAX_FEED_BYTES);
        let start = text.trim_start();
        if start.starts_with('{') {
            if is_too_large {
                return Err(FeedError::TooLarge { limit: MAX_FEED_BYTES });
            }
            return json::read(start, base);
        }
        if !start.starts_with('<') {
            return Err(FeedError::NotAFeed);
        }
        let guarded = guard::reduce(&text).ok_or(FeedError::NotAFeed)?;
        let base =
            guarded.base.and_then(|own| resolve_url(base, &own)).unwrap_or_else(|| base.clone());
        let parser = feed_rs::parser::Builder::new().id_generator(|_, _, _| String::new()).build();
        let parsed = parser
            .parse(guarded.xml.as_bytes())
            .map_err(|error| FeedError::Format { reason: error.to_string() })?;
        let mut feed = Self::from_model(parsed, &base);
        feed.malformed = guarded.malformed.filter(|_| !is_too_large);
        if is_too_large {
            feed.truncated = Some(TruncationLimit::Bytes);
        } else if guarded.has_more_entries {
            feed.truncated = Some(TruncationLimit::Entries);
        }
        Ok(feed)
    }

    fn from_model(model: feed_rs::model::Feed, base: &Url) -> Self {
        let link = |rel: &str| {
            let mut found = model.links.iter().filter(|link| link.rel.as_deref() == Some(rel));
            found.find_map(|link| resolve_url(base, &link.href))
        };
        let plain = model.links.iter().find(|link| link.rel.is_none());
        let home_url = link("alternate").or_else(|| resolve_url(base, &plain?.href));
        let hubs = model.links.iter().filter(|link| link.rel.as_deref() == Some("hub"));
        let mut feed = Self {
            title: model.title.as_ref().and_then(|title| trimmed(&title.content)),
            self_url: link("self"),
            home_url,
            next_url: link("next"),
            hubs: hubs.filter_map(|link| resolve_url(base, &link.href)).take(MAX_HUBS).collect(),
            ..Self::default()
        };
        for entry in model.entries {
            let by_rel = |rel: Option<&str>| {
                let mut links = entry.links.iter().filter(|link| link.rel.as_deref() == rel);
                links.find_map(|link| resolve_url(base, &link.href))
            };
            let url = by_rel(Some("alternate")).or_else(|| by_rel(None));
            feed.push(FeedEntry {
                url: url.or_else(|| url_of_id(&entry.id)),
                id: trimmed(&entry.id),
                title: entry.title.and_then(|title| trimmed(&title.content)),
                published: timestamp(entry.published.map(|moment| moment.timestamp())),
                updated: timestamp(entry.updated.map(|moment| moment.timestamp())),
            });
        }
        feed
    }

    fn push(&mut self, entry: FeedEntry) {
        self.rejected += usize::from(entry.url.is_none());
        self.entries.push(entry);
    }
}

const MAX_HUBS: usize = 16;

/// RSS: a `guid` is the page unless it says otherwise, and where an entry has no link, it is the only
/// hint in any case.
fn url_of_id(id: &str) -> Option<Url> {
    absolute_url(id)
}

fn trimmed(text: &str) -> Option<String> {
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

/// To the second, as feeds are.
fn timestamp(seconds: Option<i64>) -> Option<Timestamp> {
    Timestamp::from_second(seconds?).ok()
}

#[cfg(test)]
mod tests;
