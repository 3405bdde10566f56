//! JSON Feed, <https://www.jsonfeed.org/version/1.1/>.
//!
//! Not by feed-rs: it leaves out `next_url` and `hubs`, compares each author with all before, and
//! gives up the whole feed for an `id` that is a number, which the format tells readers to accept.

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;
use url::Url;

use super::{Feed, FeedEntry, FeedError, MAX_FEED_ENTRIES, MAX_HUBS, resolve, trimmed, url_of_id};
use crate::discover::sitemap::Truncation;

#[derive(Deserialize)]
struct Document {
    version: Option<Text>,
    title: Option<Text>,
    home_page_url: Option<Text>,
    feed_url: Option<Text>,
    next_url: Option<Text>,
    #[serde(default)]
    hubs: Vec<Hub>,
    items: Vec<Item>,
}

#[derive(Deserialize)]
struct Hub {
    url: Option<Text>,
}

#[derive(Deserialize)]
struct Item {
    id: Option<Text>,
    url: Option<Text>,
    external_url: Option<Text>,
    title: Option<Text>,
    date_published: Option<Text>,
    date_modified: Option<Text>,
}

/// A string, or what was written in place of one.
#[derive(Deserialize)]
#[serde(from = "Value")]
struct Text(Option<String>);

impl From<Value> for Text {
    fn from(value: Value) -> Self {
        Self(match value {
            Value::String(text) => trimmed(&text),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        })
    }
}

/// Reads a JSON feed. Nesting is bounded by the JSON parser.
pub(super) fn read(text: &str, base: &Url) -> Result<Feed, FeedError> {
    let document: Document = serde_json::from_str(text).map_err(|error| {
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
    let url = |text: Option<Text>| resolve(base, &text_of(text)?);
    let mut feed = Feed {
        title: text_of(document.title),
        self_url: url(document.feed_url),
        home_url: url(document.home_page_url),
        next_url: url(document.next_url),
        hubs: document.hubs.into_iter().filter_map(|hub| url(hub.url)).take(MAX_HUBS).collect(),
        ..Feed::default()
    };
    if document.items.len() > MAX_FEED_ENTRIES {
        feed.truncated = Some(Truncation::Entries);
    }
    for item in document.items.into_iter().take(MAX_FEED_ENTRIES) {
        let id = text_of(item.id);
        let page = url(item.url).or_else(|| url(item.external_url));
        let moment = |text: Option<Text>| text_of(text)?.parse::<Timestamp>().ok();
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

fn text_of(text: Option<Text>) -> Option<String> {
    text?.0
}
