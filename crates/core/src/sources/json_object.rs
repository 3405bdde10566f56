//! Reads a JSON object as a record that holds a page.

use std::borrow::Cow;
use std::fmt;

use copydesk_clean::{FetchFacts, InputKind, RecordError, RecordErrorKind};
use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::fields::{
    ContentField, FieldNames, NoPageField, ParsedRecord, PassThroughFields, RowFault, find,
    find_group, find_url, listed,
};
use super::input_row::{AddedColumns, InputRow, ParsedRow};
use super::{SourceOptions, json_mending, json_text};

/// Reads an object. The error is a message that says what is wrong.
pub(super) fn parse(json: Vec<u8>, options: &SourceOptions) -> Result<ParsedRecord, RowFault> {
    let (json, had_errors) = decoded(json);
    let mut mended = None;
    let object = JsonObject::parse_or_mend(&json, &mut mended)?;
    let mut parsed = record(&object, &options.fields, options)?;
    parsed.had_errors = had_errors;
    Ok(parsed)
}

/// Reads an object as a row to which columns are added.
pub(super) fn parse_row(json: Vec<u8>, added: &AddedColumns, options: &SourceOptions) -> ParsedRow {
    let (json, had_errors) = decoded(json);
    let mut mended = None;
    let object = match JsonObject::parse_or_mend(&json, &mut mended) {
        Ok(object) => object,
        Err(message) => return ParsedRow::lost(added, &message),
    };
    let cell = |fields: &FieldNames| {
        let mut parsed = match record(&object, fields, options) {
            // A text that is null is no failure, other than one that is not there.
            Err(_) if fields.content_names().any(|name| object.is_null(name)) => {
                ParsedRecord { kind: Some(InputKind::Text), ..ParsedRecord::default() }
            }
            parsed => parsed?,
        };
        parsed.had_errors = had_errors;
        Ok(parsed)
    };
    let collision = added.collision(object.0.iter().map(|(name, _)| name.as_ref()));
    let cells = added.cells.iter().map(cell).collect();
    ParsedRow { row: InputRow::Object(mended.unwrap_or(json)), cells, collision }
}

/// The text of an object. Invalid UTF-8 in one field must not lose the record.
fn decoded(json: Vec<u8>) -> (String, bool) {
    let (mut json, had_errors) = match String::from_utf8(json) {
        Ok(json) => (json, false),
        Err(error) => (String::from_utf8_lossy(error.as_bytes()).into_owned(), true),
    };
    if json.starts_with('\u{feff}') {
        json = json.trim_start_matches('\u{feff}').to_owned();
    }
    (json, had_errors)
}

fn record(
    object: &JsonObject<'_>,
    fields: &FieldNames,
    options: &SourceOptions,
) -> Result<ParsedRecord, RowFault> {
    let text = |name: &str| object.text(name);
    let found = find(fields, options.forced_kind(), |name| {
        let (name, value) = object.at(name)?;
        Some((name, json_text::text(value)?))
    });
    let (error, found) = match (found, object.error()) {
        (Ok(found), _) => (None, found),
        (Err(NoPageField), Some(error)) => (Some(error), ContentField::default()),
        (Err(NoPageField), None) => {
            let names = listed(object.0.iter().map(|(name, _)| name.as_ref()));
            let message = format!("the record has {}; its fields are {names}", fields.missing());
            return Err(RowFault::NoPage(message));
        }
    };
    let fetch = object.fetch_facts();
    let (url_field, url) = find_url(fields, text).unzip();
    let group = find_group(fields, text);
    let others = if options.pass_through {
        let is_other = |name: &str| name != found.field && Some(name) != url_field.as_deref();
        let others = object.0.iter().filter(|(name, _)| is_other(name));
        others.map(|(name, value)| (name.to_string(), (*value).to_owned())).collect()
    } else {
        PassThroughFields::new()
    };
    Ok(ParsedRecord {
        content: found.content.into_bytes(),
        is_utf8: true,
        kind: found.kind,
        url,
        group,
        others,
        had_errors: false,
        fetch,
        error,
    })
}

/// The value at a path such as `article.body` or `items.0.text`, within an object or an array.
pub(super) fn value_at<'a>(json: &'a str, path: &str) -> Option<&'a str> {
    match json.as_bytes().first()? {
        b'{' => JsonObject::parse(json).ok()?.at(path).map(|(_, value)| value),
        b'[' => {
            let (index, rest) = match path.split_once('.') {
                Some((index, rest)) => (index, Some(rest)),
                None => (path, None),
            };
            let elements: Vec<&'a RawValue> = serde_json::from_str(json).ok()?;
            let element = elements.get(index.parse::<usize>().ok()?)?.get();
            rest.map_or(Some(element), |rest| value_at(element, rest))
        }
        _ => None,
    }
}

/// The fields of an object, in order, with values that are not parsed yet.
pub(super) struct JsonObject<'a>(Vec<(Cow<'a, str>, &'a RawValue)>);

impl<'a> JsonObject<'a> {
    /// Reads an object. The error is a message that says what is wrong.
    pub(super) fn parse(json: &'a str) -> Result<Self, String> {
        serde_json::from_str(json).map_err(|error| {
            // The parser counts lines from the start of the object. On its first line the number would mislead, since
            // people count from the start of the file.
            let message = error.to_string();
            let message = message.split(" at line ").next().unwrap_or_default();
            let line =
                if error.line() > 1 { format!("line {}, ", error.line()) } else { String::new() };
            format!("there is no JSON object: {message} ({line}column {})", error.column())
        })
    }

    /// Reads an object, also one with faults of which the meaning is clear. The text of such an object is in `mended`.
    fn parse_or_mend(json: &'a str, mended: &'a mut Option<String>) -> Result<Self, String> {
        Self::parse(json).or_else(|message| match json_mending::mend(json) {
            Some(text) => Self::parse(mended.insert(text)).map_err(|_| message),
            None => Err(message),
        })
    }

    /// The name and the value of a field: one of this name, as it is written, or one within others, with its path. Names
    /// with a dot come before paths.
    pub(super) fn at(&self, path: &str) -> Option<(String, &'a str)> {
        if let Some((name, value)) = self.field(path) {
            return Some((name.to_owned(), value));
        }
        path.rmatch_indices('.').find_map(|(dot, _)| {
            let (name, rest) = (path.get(..dot)?, path.get(dot + 1..)?);
            let (_, value) = self.field(name)?;
            Some((path.to_owned(), value_at(value, rest)?))
        })
    }

    fn is_null(&self, path: &str) -> bool {
        self.at(path).is_some_and(|(_, value)| value == "null")
    }

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

    fn field(&self, name: &str) -> Option<(&str, &'a str)> {
        let last = self.0.iter().rev().find(|(key, _)| key.eq_ignore_ascii_case(name));
        last.map(|(key, value)| (key.as_ref(), value.get()))
    }

    /// The name and the value of a field, if it is a string.
    fn text(&self, name: &str) -> Option<(String, String)> {
        let (name, value) = self.at(name)?;
        Some((name, json_text::string(value)?))
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::InputChoice;

    fn text(parsed: &ParsedRecord) -> &str {
        std::str::from_utf8(&parsed.content).unwrap()
    }

    fn read(line: &str) -> Result<ParsedRecord, RowFault> {
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
    fn an_object_that_a_strict_reader_refuses_is_read_where_its_meaning_is_clear() {
        let parsed = read("\u{feff}{\"score\":NaN,\"text\":\"One\ttwo.\",}\r").unwrap();
        assert_eq!(text(&parsed), "One\ttwo.");
        assert_eq!(parsed.others[0].1.get(), "null");
        let parsed = read(r#"{"\ud83d": 1, "text": "half \ud83d of it"}, "#).unwrap();
        assert_eq!(text(&parsed), "half \u{fffd} of it");
        assert_eq!(parsed.others[0].0, "\u{fffd}");
    }

    #[test]
    fn what_is_no_record_says_why() {
        for (line, message) in [
            ("[1, 2]", "no JSON object: invalid type: sequence"),
            ("{\"text\": \"t\"", "no JSON object: EOF while parsing an object (column 12)"),
            ("{\"title\": \"t\"}", "the record has no `html`"),
            ("{\"text\": 7, \"id\": 1}", "with text in it; its fields are `text`, `id`"),
        ] {
            let fault = read(line).err().unwrap();
            let error = fault.into_error(RecordErrorKind::Json, String::new());
            let is_damaged = message.contains("JSON");
            assert_eq!(error.kind == RecordErrorKind::Json, is_damaged, "{line}");
            assert!(error.message.contains(message), "{line}: {}", error.message);
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

    #[test]
    fn a_path_leads_through_objects_and_arrays() {
        let json =
            r#"{"data": {"items": [{"t": 1}, {"t": 2}], "a.b": {"c": 3}, "a": {"b": {"d": 4}}}}"#;
        for (path, value) in [
            ("data.items.1.t", Some("2")),
            ("DATA.Items.0", Some(r#"{"t": 1}"#)),
            // A name with a dot comes first, and what it lacks is looked for in objects.
            ("data.a.b.c", Some("3")),
            ("data.a.b.d", Some("4")),
            ("data.items.2.t", None),
            ("data.items.x", None),
            ("data..t", None),
            ("data.items.0.t.u", None),
        ] {
            assert_eq!(value_at(json, path), value, "{path}");
        }
    }
}
