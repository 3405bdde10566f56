//! Reads the fields of one JSONL record.

use std::borrow::Cow;
use std::fmt;

use copydesk_clean::{FetchFacts, InputKind, RecordError};
use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::SourceOptions;

/// Fields of an input that are handed on, in their order and byte for byte.
pub type Fields = Vec<(String, Box<RawValue>)>;

/// Fields that may hold the page, the likeliest to be complete first.
const CONTENT: [(&str, Option<InputKind>); 3] =
    [("html", Some(InputKind::Html)), ("raw_content", None), ("text", Some(InputKind::Text))];

/// Fields that may hold the page's address: where it was found in the end, then where it was asked for.
/// Only `url` is trusted to be one whatever it looks like.
const ADDRESS: [&str; 7] =
    ["final_url", "url", "source_url", "uri", "link", "source", "warc_target_uri"];

/// What a record holds.
pub(super) struct Parsed {
    pub(super) content: String,
    pub(super) kind: Option<InputKind>,
    pub(super) url: Option<String>,
    pub(super) others: Fields,
    pub(super) had_errors: bool,
    /// What the download said, where the record is one of `copydesk fetch`.
    pub(super) fetch: Option<FetchFacts>,
    /// Why there is no content, where the record itself says so.
    pub(super) error: Option<RecordError>,
}

/// Reads a line. The message says what is wrong with it.
pub(super) fn parse(line: Vec<u8>, options: &SourceOptions) -> Result<Parsed, String> {
    // Damaged bytes in one field are no reason to lose the record.
    let (line, had_errors) = match String::from_utf8(line) {
        Ok(line) => (line, false),
        Err(error) => (String::from_utf8_lossy(error.as_bytes()).into_owned(), true),
    };
    let line = line.trim_start_matches('\u{feff}');
    let object: Object<'_> = serde_json::from_str(line).map_err(|error| {
        // The parser counts from the start of this line, and people from the start of the file.
        let message = error.to_string();
        let message = message.split(" at line 1 column ").next().unwrap_or_default();
        format!("the line is no JSON object: {message} (column {})", error.column())
    })?;
    let mut candidates = CONTENT;
    if options.forced_kind() == Some(InputKind::Text) {
        candidates.reverse();
    }
    let found = candidates
        .iter()
        .filter_map(|(name, kind)| object.text(name).map(|content| (*name, *kind, content)));
    // An empty field beside a full one is a scraper's placeholder.
    let found: Vec<_> = found.collect();
    let full = found.iter().position(|(_, _, content)| !content.trim().is_empty()).unwrap_or(0);
    let fetch = object.fetch_facts();
    let mut found = found.into_iter();
    let (error, (content_field, kind, content)) = match (found.nth(full), object.error()) {
        (Some(found), _) => (None, found),
        (None, Some(error)) => (Some(error), ("", None, String::new())),
        (None, None) => {
            return Err("the record has no `html`, `raw_content` or `text` with text in it".into());
        }
    };
    let address = ADDRESS.into_iter().find_map(|name| {
        let value = object.text(name)?;
        let trusted =
            name == "url" || value.starts_with("http://") || value.starts_with("https://");
        (trusted && !value.is_empty()).then_some((name, value))
    });
    let address_field = address.as_ref().map(|(name, _)| *name);
    let others = if options.pass_through {
        object
            .0
            .into_iter()
            .filter(|(name, _)| *name != content_field && Some(name.as_ref()) != address_field)
            .map(|(name, value)| (name.into_owned(), value.to_owned()))
            .collect()
    } else {
        Fields::new()
    };
    let url = address.map(|(_, value)| value);
    Ok(Parsed { content, kind, url, others, had_errors, fetch, error })
}

/// The fields of an object in their order, values not looked at yet.
struct Object<'a>(Vec<(Cow<'a, str>, &'a RawValue)>);

impl Object<'_> {
    /// What `copydesk fetch` says of the download.
    fn fetch_facts(&self) -> Option<FetchFacts> {
        let fetched_at = Some(self.text("fetched_at")?);
        let status = self.value("status").and_then(|status| serde_json::from_str(status).ok());
        let [final_url, etag, last_modified] =
            ["final_url", "etag", "last_modified"].map(|name| self.text(name));
        Some(FetchFacts { status, final_url, fetched_at, etag, last_modified })
    }

    /// Why the page could not be had, as `copydesk fetch` and records say it.
    fn error(&self) -> Option<RecordError> {
        #[derive(Deserialize)]
        struct Said {
            kind: String,
            message: String,
        }
        let Said { kind, message } = serde_json::from_str(self.value("error")?).ok()?;
        Some(RecordError { kind, message, concerns: String::new() })
    }

    fn value(&self, name: &str) -> Option<&str> {
        self.0.iter().rev().find(|(key, _)| key == name).map(|(_, value)| value.get())
    }

    /// The value of a field that is a string.
    fn text(&self, name: &str) -> Option<String> {
        let value = self.value(name)?;
        serde_json::from_str(value).ok().or_else(|| {
            value.starts_with('"').then(|| serde_json::from_str(&mend_surrogates(value)).ok())?
        })
    }
}

impl<'de> Deserialize<'de> for Object<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Pairs;
        impl<'de> Visitor<'de> for Pairs {
            type Value = Object<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a JSON object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Object<'de>, A::Error> {
                let mut pairs = Vec::new();
                while let Some(pair) = map.next_entry::<Key<'de>, &'de RawValue>()? {
                    pairs.push((pair.0.0, pair.1));
                }
                Ok(Object(pairs))
            }
        }
        deserializer.deserialize_map(Pairs)
    }
}

#[derive(Deserialize)]
struct Key<'a>(#[serde(borrow)] Cow<'a, str>);

/// Puts U+FFFD for each escaped half of a surrogate pair that lacks the other half. Python writes
/// them for text that was damaged before (`surrogateescape`), and no JSON reader takes them
/// (RFC 8259, section 8.2).
fn mend_surrogates(json: &str) -> String {
    let mut mended = String::with_capacity(json.len());
    let mut rest = json;
    while let Some(at) = rest.find('\\') {
        let (before, escape) = rest.split_at(at);
        mended.push_str(before);
        let length = match (unit(escape), escape.get(6..).and_then(unit)) {
            (Some(0xD800..=0xDBFF), Some(0xDC00..=0xDFFF)) => 12,
            (Some(0xD800..=0xDFFF), _) => {
                mended.push_str("\\ufffd");
                rest = escape.get(6..).unwrap_or_default();
                continue;
            }
            (Some(_), _) => 6,
            // `\\` and the like; a character after the backslash may be of any length.
            (None, _) => 1 + escape.chars().nth(1).map_or(0, char::len_utf8),
        };
        let (whole, after) = escape.split_at_checked(length).unwrap_or((escape, ""));
        mended.push_str(whole);
        rest = after;
    }
    mended.push_str(rest);
    mended
}

/// The code unit of the `\uXXXX` that the text begins with.
fn unit(escape: &str) -> Option<u16> {
    let digits = escape.strip_prefix("\\u")?.get(..4)?;
    u16::from_str_radix(digits, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::InputChoice;

    fn read(line: &str) -> Result<Parsed, String> {
        parse(line.into(), &SourceOptions { pass_through: true, ..SourceOptions::default() })
    }

    #[test]
    fn html_comes_before_text_and_an_empty_field_is_passed_over() {
        let parsed = read(r#"{"text": "t", "html": "<p>h"}"#).unwrap();
        assert_eq!((parsed.content.as_str(), parsed.kind), ("<p>h", Some(InputKind::Html)));
        let parsed = read(r#"{"html": null, "raw_content": " ", "text": "t"}"#).unwrap();
        assert_eq!((parsed.content.as_str(), parsed.kind), ("t", Some(InputKind::Text)));
        let parsed = read(r#"{"raw_content": "r"}"#).unwrap();
        assert_eq!((parsed.content.as_str(), parsed.kind), ("r", None));
        assert_eq!(read(r#"{"text": ""}"#).unwrap().content, "");
        let text = SourceOptions { input: InputChoice::Text, ..SourceOptions::default() };
        let parsed = parse(br#"{"text": "t", "html": "<p>h"}"#.to_vec(), &text).unwrap();
        assert_eq!(parsed.content, "t");
    }

    #[test]
    fn what_is_no_record_says_why() {
        for (line, message) in [
            ("[1, 2]", "no JSON object: invalid type: sequence"),
            ("{\"text\": \"t\"", "no JSON object: EOF while parsing an object (column 12)"),
            ("{\"title\": \"t\"}", "no `html`"),
            ("{\"text\": 7}", "no `html`"),
        ] {
            let error = read(line).err().unwrap();
            assert!(error.contains(message), "{line}: {error}");
        }
    }

    #[test]
    fn the_address_is_found_and_other_fields_are_kept_as_written() {
        let parsed =
            read(r#"{"id": 1.0, "source": "https://a.example/1", "text": "t", "big": 12345678901234567890123}"#)
                .unwrap();
        assert_eq!(parsed.url.as_deref(), Some("https://a.example/1"));
        let others: Vec<_> = parsed.others.iter().map(|(k, v)| (k.as_str(), v.get())).collect();
        assert_eq!(others, [("id", "1.0"), ("big", "12345678901234567890123")]);
        let parsed = read(r#"{"source": "crawl-7", "text": "t"}"#).unwrap();
        assert_eq!(parsed.url, None);
        assert_eq!(parsed.others.len(), 1);
    }

    #[test]
    fn what_was_fetched_says_so() {
        let parsed = read(
            r#"{"url": "https://a.example/", "final_url": "https://a.example/1", "status": 200, "fetched_at": "2024-06-01T12:00:00Z", "etag": null, "html": "<p>h"}"#,
        )
        .unwrap();
        assert_eq!(parsed.url.as_deref(), Some("https://a.example/1"));
        let fetch = parsed.fetch.unwrap();
        assert_eq!((fetch.status, fetch.etag), (Some(200), None));
        assert_eq!(fetch.fetched_at.as_deref(), Some("2024-06-01T12:00:00Z"));
        let parsed = read(
            r#"{"url": "https://a.example/", "error": {"kind": "robots", "message": "not allowed"}}"#,
        )
        .unwrap();
        assert_eq!(parsed.url.as_deref(), Some("https://a.example/"));
        assert_eq!(parsed.error.unwrap().kind, "robots");
        assert!(read(r#"{"url": "https://a.example/", "error": null}"#).is_err());
    }

    #[test]
    fn damaged_text_does_not_lose_the_record() {
        let parsed = read(r#"{"text": "a\ud83d b \\ud83d \ud83d\ude00 é\udc80"}"#).unwrap();
        assert_eq!(parsed.content, "a\u{fffd} b \\ud83d \u{1f600} é\u{fffd}");
        let mut line = br#"{"text": "caf"#.to_vec();
        line.extend(b"\xe9\"}");
        let parsed = parse(line, &SourceOptions::default()).unwrap();
        assert_eq!(parsed.content, "caf\u{fffd}");
        assert!(parsed.had_errors);
    }
}
