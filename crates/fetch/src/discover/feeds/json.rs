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

use super::{
    Feed, FeedEntry, FeedError, MAX_FEED_ENTRIES, MAX_HUBS, resolve_url, trimmed, url_of_id,
};
use crate::discover::truncation::TruncationLimit;

/// A value as it stands in the document: what it is, is asked where it is used.
type RawField<'a> = Option<&'a RawValue>;

#[derive(serde::Deserialize)]
struct JsonFeed<'a> {
    #[serde(borrow)]
    version: RawField<'a>,
    title: RawField<'a>,
    home_page_url: RawField<'a>,
    feed_url: RawField<'a>,
    next_url: RawField<'a>,
    hubs: RawField<'a>,
    items: CappedList<JsonFeedItem<'a>, MAX_FEED_ENTRIES>,
}

#[derive(serde::Deserialize)]
struct JsonFeedHub<'a> {
    #[serde(borrow)]
    url: RawField<'a>,
}

#[derive(serde::Deserialize)]
struct JsonFeedItem<'a> {
    #[serde(borrow)]
    id: RawField<'a>,
    url: RawField<'a>,
    external_url: RawField<'a>,
    title: RawField<'a>,
    date_published: RawField<'a>,
    date_modified: RawField<'a>,
}

/// The first elements of a list: the empty objects of a long one would take fifty times its space.
struct CappedList<T, const MAX: usize> {
    items: Vec<T>,
    has_more: bool,
}

impl<'de, T: Deserialize<'de>, const MAX: usize> Deserialize<'de> for CappedList<T, MAX> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(CappedListVisitor::<T, MAX>(PhantomData))
    }
}

struct CappedListVisitor<T, const MAX: usize>(PhantomData<T>);

impl<'de, T: Deserialize<'de>, const MAX: usize> Visitor<'de> for CappedListVisitor<T, MAX> {
    type Value = CappedList<T, MAX>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        let mut kept = Vec::new();
        while kept.len() < MAX {
            match list.next_element()? {
                Some(element) => kept.push(element),
                None => return Ok(CappedList { items: kept, has_more: false }),
            }
        }
        let mut has_more = false;
        while list.next_element::<IgnoredAny>()?.is_some() {
            has_more = true;
        }
        Ok(CappedList { items: kept, has_more })
    }
}

/// Reads a JSON feed. Nesting is bounded by the JSON parser.
pub(super) fn read(text: &str, base: &Url) -> Result<Feed, FeedError> {
    let document: JsonFeed<'_> = serde_json::from_str(text).map_err(|error| {
        // JSON of another kind is not a broken feed.
        if text.contains("jsonfeed.org/version/") {
            FeedError::Json { reason: error.to_string() }
        } else {
            FeedError::NotAFeed
        }
    })?;
    if !text_value(document.version).is_some_and(|own| own.contains("jsonfeed.org/version/")) {
        return Err(FeedError::NotAFeed);
    }
    let url = |text: RawField<'_>| resolve_url(base, &text_value(text)?);
    let hubs = document
        .hubs
        .map(|hubs| serde_json::from_str::<CappedList<JsonFeedHub<'_>, MAX_HUBS>>(hubs.get()));
    let hubs = hubs.and_then(Result::ok).map(|hubs| hubs.items).unwrap_or_default();
    let mut feed = Feed {
        title: text_value(document.title),
        self_url: url(document.feed_url),
        home_url: url(document.home_page_url),
        next_url: url(document.next_url),
        hubs: hubs.into_iter().filter_map(|hub| url(hub.url)).collect(),
        ..Feed::default()
    };
    if document.items.has_more {
        feed.truncated = Some(TruncationLimit::Entries);
    }
    for item in document.items.items {
        let id = text_value(item.id);
        let page = url(item.url).or_else(|| url(item.external_url));
        let moment = |text: RawField<'_>| text_value(text)?.parse::<Timestamp>().ok();
        feed.push(FeedEntry {
            url: page.or_else(|| url_of_id(id.as_deref()?)),
            id,
            title: text_value(item.title),
            published: moment(item.date_published),
            updated: moment(item.date_modified),
        });
    }
    Ok(feed)
}

/// A string, or a number that stands in place of one.
fn text_value(value: RawField<'_>) -> Option<String> {
    let written = value?.get();
    match written.chars().next()? {
        '"' => trimmed(&serde_json::from_str::<String>(written).ok()?),
        '-' | '0'..='9' => Some(written.to_owned()),
        _ => None,
    }
}
