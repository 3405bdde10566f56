//! What is known of a page for grouping.

use copydesk_clean::Record;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// What is known of one page: its text, source and dates.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoryPage {
    /// Where the record came from.
    pub source: String,
    /// Its URL.
    pub url: Option<String>,
    /// The host of the URL.
    pub hostname: Option<String>,
    /// Its headline.
    pub title: Option<String>,
    /// The date of publication, `YYYY-MM-DD`.
    pub date: Option<String>,
    /// When it was fetched, RFC 3339.
    pub fetched_at: Option<String>,
    /// The text.
    pub text: String,
}

impl StoryPage {
    /// The day of publication, or else of fetching, in days since 1970.
    pub(super) fn day(&self) -> Option<i64> {
        let day = |written: &String| {
            let date: Date = written.get(..10)?.parse().ok()?;
            Some(Date::constant(1970, 1, 1).duration_until(date).as_hours() / 24)
        };
        self.date.as_ref().and_then(day).or_else(|| self.fetched_at.as_ref().and_then(day))
    }

    /// The sort key of pages: the date, then the time of fetching. Unknown ones come last.
    pub(super) fn sort_key(&self) -> impl Ord + use<> {
        let last = "\u{10FFFF}";
        let fetched_at = self.fetched_at.clone();
        let date = self.date.clone().or_else(|| Some(fetched_at.as_ref()?.get(..10)?.to_owned()));
        (date.unwrap_or_else(|| last.into()), fetched_at.unwrap_or_else(|| last.into()))
    }
}

impl From<Record> for StoryPage {
    fn from(record: Record) -> Self {
        let Record { source, url, canonical_url, hostname, title, date, text, fetch, .. } = record;
        Self {
            source,
            url: url.or(canonical_url),
            hostname,
            title,
            date,
            fetched_at: fetch.and_then(|fetch| fetch.fetched_at),
            text,
        }
    }
}
