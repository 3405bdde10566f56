//! JSON Feed, <https://www.jsonfeed.org/version/1.1/>.
//!
//! Not by feed-rs: it leaves out `next_url` and `hubs`, compares each author with all before, and
//! gives up the whole feed for an `id` that is a number, which the format tells readers to accept.

use std::fmt;
use std::marker::PhantomData;

use jiff::Timestamp;
use serde::de::{Deserialize, Deserializer, IgnoredAny, SeqAccess, Visitor};
use serde_json::value::RawValue;
use url::Url;

use super::{Feed, FeedEntry, FeedError, MAX_FEED_ENTRIES, MAX_HUBS, resolve, trimmed, url_of_id};
use crate::discover::sitemap::Truncation;

/// A value as it stands in the document: what it is, is asked where it is used.
type Raw<'a> = Option<&'a RawValue>;

#[derive(serde::Deserialize)]
struct Document<'a> {
    #[serde(borrow)]
    version: Raw<'a>,
    title: Raw<'a>,
    home_page_url: Raw<'a>,
    feed_url: Raw<'a>,
    next_url: Raw<'a>,
    hubs: Raw<'a>,
    items: First<Item<'a>, MAX_FEED_ENTRIES>,
}

#[derive(serde::Deserialize)]
struct Hub<'a> {
    #[serde(borrow)]
    url: Raw<'a>,
}

#[derive(serde::Deserialize)]
struct Item<'a> {
    #[serde(borrow)]
    id: Raw<'a>,
    url: Raw<'a>,
    external_url: Raw<'a>,
    title: Raw<'a>,
    date_published: Raw<'a>,
    date_modified: Raw<'a>,
}

/// The first elements of a list: the empty objects of a long one would take fifty times its space.
struct First<T, const MAX: usize> {
    kept: Vec<T>,
    has_more: bool,
}

impl<'de, T: Deserialize<'de>, const MAX: usize> Deserialize<'de> for First<T, MAX> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(FirstVisitor::<T, MAX>(PhantomData))
    }
}

struct FirstVisitor<T, const MAX: usize>(PhantomData<T>);

impl<'de, T: Deserialize<'de>, const MAX: usize> Visitor<'de> for FirstVisitor<T, MAX> {
    type Value = First<T, MAX>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        let mut kept = Vec::new();
        while kept.len() < MAX {
            match list.next_element()? {
                Some(element) => kept.push(element),
                None => return Ok(First { kept, has_more: false }),
            }
        }
        let mut has_more = false;
        while list.next_element::<IgnoredAny>()?.is_some() {
            has_more = true;
        }
        Ok(First { kept, has_more })
    }
}

/// Reads a JSON feed. Nesting is bounded by the JSON parser.
pub(super) fn read(text: &str, base: &Url) -> Result<Feed, FeedError> {
    let document: Document<'_> = serde_json::from_str(text).map_err(|error| {
        // JSON of another kind is no broken feed.
        if text.contains("jsonfeed.org/version/") {
            FeedError::Json { reason: error.to_string() }
        } else {
            FeedError::NotAFeed
        }
    })?;
    if !text_of(document.version).is_some_and(|own| own.contains("jsonfeed.org/version/")) {
        return Err(FeedError::NotAFeed);
    }
    let url = |text: Raw<'_>| resolve(base, &text_of(text)?);
    let hubs =
        document.hubs.map(|hubs| serde_json::from_str::<First<Hub<'_>, MAX_HUBS>>(hubs.get()));
    let hubs = hubs.and_then(Result::ok).map(|hubs| hubs.kept).unwrap_or_default();
    let mut feed = Feed {
        title: text_of(document.title),
        self_url: url(document.feed_url),
        home_url: url(document.home_page_url),
        next_url: url(document.next_url),
        hubs: hubs.into_iter().filter_map(|hub| url(hub.url)).collect(),
        ..Feed::default()
    };
    if document.items.has_more {
        feed.truncated = Some(Truncation::Entries);
    }
    for item in document.items.kept {
        let id = text_of(item.id);
        let page = url(item.url).or_else(|| url(item.external_url));
        let moment = |text: Raw<'_>| text_of(text)?.parse::<Timestamp>().ok();
        feed.push(FeedEntry {
            url: page.or_else(|| url_of_id(id.as_deref()?)),
            id,
            title: text_of(item.title),
            published: moment(item.date_published),
            updated: moment(item.date_modified),
        });
    }
    Ok(feed)
}

/// A string, or a number that stands in place of one.
fn text_of(value: Raw<'_>) -> Option<String> {
    let written = value?.get();
    match written.chars().next()? {
        '"' => trimmed(&serde_json::from_str::<String>(written).ok()?),
        '-' | '0'..='9' => Some(written.to_owned()),
        _ => None,
    }
}
