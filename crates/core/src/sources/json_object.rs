//! Reads a JSON object as a record that holds a page.

use std::borrow::Cow;
use std::fmt;

use copydesk_clean::{FetchFacts, RecordError, RecordErrorKind};
use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::SourceOptions;
use super::fields::{ContentField, ParsedRecord, PassThroughFields, find, find_url};

/// Reads an object. The error is a message that says what is wrong.
pub(super) fn parse(json: Vec<u8>, options: &SourceOptions) -> Result<ParsedRecord, String> {
    // Invalid UTF-8 in one field must not lose the record.
    let (json, had_errors) = match String::from_utf8(json) {
        Ok(json) => (json, false),
        Err(error) => (String::from_utf8_lossy(error.as_bytes()).into_owned(), true),
    };
    let json = json.trim_start_matches('\u{feff}');
    let object: JsonObject<'_> = serde_json::from_str(json).map_err(|error| {
        // The parser counts lines from the start of the object. On its first line the number would mislead, since
        // people count from the start of the file.
        let message = error.to_string();
        let message = message.split(" at line ").next().unwrap_or_default();
        let line =
            if error.line() > 1 { format!("line {}, ", error.line()) } else { String::new() };
        format!("there is no JSON object: {message} ({line}column {})", error.column())
    })?;
    let text = |name: &str| object.text(name);
    let (error, found) = match (find(options, text), object.error()) {
        (Ok(found), _) => (None, found),
        (Err(_), Some(error)) => (Some(error), ContentField::default()),
        (Err(message), None) => return Err(message),
    };
    let fetch = object.fetch_facts();
    let (url_field, url) = find_url(options, text).unzip();
    let others = if options.pass_through {
        object
            .0
            .into_iter()
            .filter(|(name, _)| *name != found.field && Some(name.as_ref()) != url_field.as_deref())
            .map(|(name, value)| (name.into_owned(), value.to_owned()))
            .collect()
    } else {
        PassThroughFields::new()
    };
    Ok(ParsedRecord {
        content: found.content.into_bytes(),
        is_utf8: true,
        kind: found.kind,
        url,
        others,
        had_errors,
        fetch,
        error,
    })
}

/// The fields of an object, in order, with values that are not parsed yet.
struct JsonObject<'a>(Vec<(Cow<'a, str>, &'a RawValue)>);

impl JsonObject<'_> {
    /// The access facts that `copydesk fetch` writes.
    fn fetch_facts(&self) -> Option<FetchFacts> {
        let text = |name| self.text(name).map(|(_, text)| text);
        let fetched_at = Some(text("fetched_at")?);
        let status = self.value("status").and_then(|status| serde_json::from_str(status).ok());
        let [final_url, etag, last_modified] = ["final_url", "etag", "last_modified"].map(text);
        Some(FetchFacts { status, final_url, fetched_at, etag, last_modified })
    }

    /// The error of a page that could not be fetched, as `copydesk fetch` and records write it.
    fn error(&self) -> Option<RecordError> {
        #[derive(Deserialize)]
        struct ErrorField {
            kind: RecordErrorKind,
            message: String,
        }
        let ErrorField { kind, message } = serde_json::from_str(self.value("error")?).ok()?;
        Some(RecordError { kind, message, concerns: String::new() })
    }

    fn value(&self, name: &str) -> Option<&str> {
        self.field(name).map(|(_, value)| value)
    }

    fn field(&self, name: &str) -> Option<(&str, &str)> {
        let last = self.0.iter().rev().find(|(key, _)| key.eq_ignore_ascii_case(name));
        last.map(|(key, value)| (key.as_ref(), value.get()))
    }

    /// The name as written and the value of a field, if it is a string.
    fn text(&self, name: &str) -> Option<(String, String)> {
        let (key, value) = self.field(name)?;
        let text = serde_json::from_str(value).ok().or_else(|| {
            value.starts_with('"').then(|| serde_json::from_str(&repair_surrogates(value)).ok())?
        });
        text.map(|text| (key.to_owned(), text))
    }
}

impl<'de> Deserialize<'de> for JsonObject<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct JsonObjectVisitor;
        impl<'de> Visitor<'de> for JsonObjectVisitor {
            type Value = JsonObject<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a JSON object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<JsonObject<'de>, A::Error> {
                let mut pairs = Vec::new();
                while let Some(pair) = map.next_entry::<ObjectKey<'de>, &'de RawValue>()? {
                    pairs.push((pair.0.0, pair.1));
                }
                Ok(JsonObject(pairs))
            }
        }
        deserializer.deserialize_map(JsonObjectVisitor)
    }
}

#[derive(Deserialize)]
struct ObjectKey<'a>(#[serde(borrow)] Cow<'a, str>);

/// Replaces each escaped half of a surrogate pair that lacks its other half by U+FFFD. Python writes such halves for
/// bytes that it could not decode (`surrogateescape`), and JSON readers refuse them (RFC 8259, section 8.2).
fn repair_surrogates(json: &str) -> String {
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
            // Another escape such as `\\`. The character after the backslash may have any length in UTF-8.
            (None, _) => 1 + escape.chars().nth(1).map_or(0, char::len_utf8),
        };
        let (whole, after) = escape.split_at_checked(length).unwrap_or((escape, ""));
        mended.push_str(whole);
        rest = after;
    }
    mended.push_str(rest);
    mended
}

/// The code unit of the `\uXXXX` at the start of the text.
fn unit(escape: &str) -> Option<u16> {
    let digits = escape.strip_prefix("\\u")?.get(..4)?;
    u16::from_str_radix(digits, 16).ok()
}

#[cfg(test)]
mod tests {
    use copydesk_clean::InputKind;

    use super::*;
    use crate::settings::InputChoice;

    fn text(parsed: &ParsedRecord) -> &str {
        std::str::from_utf8(&parsed.content).unwrap()
    }

    fn read(line: &str) -> Result<ParsedRecord, String> {
        parse(line.into(), &SourceOptions { pass_through: true, ..SourceOptions::default() })
    }

    #[test]
    fn html_comes_before_text_and_an_empty_field_is_passed_over() {
        let parsed = read(r#"{"text": "t", "html": "<p>h"}"#).unwrap();
        assert_eq!((text(&parsed), parsed.kind), ("<p>h", Some(InputKind::Html)));
        let parsed = read(r#"{"html": null, "raw_content": " ", "text": "t"}"#).unwrap();
        assert_eq!((text(&parsed), parsed.kind), ("t", Some(InputKind::Text)));
        let parsed = read(r#"{"raw_content": "r"}"#).unwrap();
        assert_eq!((text(&parsed), parsed.kind), ("r", None));
        assert_eq!(text(&read(r#"{"text": ""}"#).unwrap()), "");
        let options = SourceOptions { input: InputChoice::Text, ..SourceOptions::default() };
        let parsed = parse(br#"{"text": "t", "html": "<p>h"}"#.to_vec(), &options).unwrap();
        assert_eq!(text(&parsed), "t");
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
    fn the_url_is_found_and_other_fields_are_kept_as_written() {
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
        assert_eq!(parsed.error.unwrap().kind, RecordErrorKind::Robots);
        assert!(read(r#"{"url": "https://a.example/", "error": null}"#).is_err());
    }

    #[test]
    fn damaged_text_does_not_lose_the_record() {
        let parsed = read(r#"{"text": "a\ud83d b \\ud83d \ud83d\ude00 é\udc80"}"#).unwrap();
        assert_eq!(text(&parsed), "a\u{fffd} b \\ud83d \u{1f600} é\u{fffd}");
        let mut line = br#"{"text": "caf"#.to_vec();
        line.extend(b"\xe9\"}");
        let parsed = parse(line, &SourceOptions::default()).unwrap();
        assert_eq!(text(&parsed), "caf\u{fffd}");
        assert!(parsed.had_errors);
    }
}
