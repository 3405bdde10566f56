//! The record as a flat row of a table: the schema that Parquet and `SQLite` share.

use std::fmt::Write;

use copydesk_clean::{DeclaredAccess, FetchFacts, Outcome, PageChange, Record};
use serde::Serialize;

use crate::sources::Fields;

/// What each value costs beside its bytes, in a buffer of rows.
const VALUE_COST: usize = 8;

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Text.
    Text,
    /// JSON, as text.
    Json,
    /// Whole numbers.
    Integer,
    /// Numbers.
    Real,
    /// True or false; never null.
    Flag,
    /// Texts, none or more; never null.
    List,
}

/// A column of the table.
#[derive(Clone, Copy, Debug)]
pub struct Column {
    /// Its name: that of the record's field, after that of the object that the field is in.
    pub name: &'static str,
    /// What it holds.
    pub kind: Kind,
    /// Whether it is never null.
    pub is_required: bool,
    value: fn(&Record, &Fields) -> Value,
}

/// A value of a row.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// There is none.
    Null,
    /// Of [`Kind::Text`] and [`Kind::Json`].
    Text(String),
    /// Of [`Kind::Integer`].
    Integer(i64),
    /// Of [`Kind::Real`].
    Real(f64),
    /// Of [`Kind::Flag`].
    Flag(bool),
    /// Of [`Kind::List`].
    List(Vec<String>),
}

/// A record as a flat row: a value for each of [`COLUMNS`], in their order.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    values: Vec<Value>,
}

const fn column(name: &'static str, kind: Kind, value: fn(&Record, &Fields) -> Value) -> Column {
    let is_required = matches!(kind, Kind::Flag | Kind::List);
    Column { name, kind, is_required, value }
}

const fn required(name: &'static str, value: fn(&Record, &Fields) -> Value) -> Column {
    Column { name, kind: Kind::Text, is_required: true, value }
}

/// The columns of every table, in their order. `fingerprint` is null where the record's is empty;
/// `markdown`, `html`, `comments` and `blocks` are null unless they were asked for; what says how a page
/// changed is null unless it is watched; `input` has the fields of the input that are handed on, as an
/// object.
pub const COLUMNS: [Column; 53] = [
    required("source", |r, _| Value::Text(r.source.clone())),
    column("url", Kind::Text, |r, _| text(r.metadata.url.as_ref())),
    column("canonical_url", Kind::Text, |r, _| text(r.metadata.canonical_url.as_ref())),
    column("hostname", Kind::Text, |r, _| text(r.metadata.hostname.as_ref())),
    column("sitename", Kind::Text, |r, _| text(r.metadata.sitename.as_ref())),
    required("outcome", |r, _| Value::Text(outcome(r.outcome).into())),
    column("error_kind", Kind::Text, |r, _| text(r.error.as_ref().map(|e| &e.kind))),
    column("error_message", Kind::Text, |r, _| text(r.error.as_ref().map(|e| &e.message))),
    column("error_concerns", Kind::Text, |r, _| text(r.error.as_ref().map(|e| &e.concerns))),
    column("title", Kind::Text, |r, _| text(r.metadata.title.as_ref())),
    column("author", Kind::Text, |r, _| text(r.metadata.author.as_ref())),
    column("description", Kind::Text, |r, _| text(r.metadata.description.as_ref())),
    column("image", Kind::Text, |r, _| text(r.metadata.image.as_ref())),
    column("license", Kind::Text, |r, _| text(r.metadata.license.as_ref())),
    column("language", Kind::Text, |r, _| text(r.metadata.language.as_ref())),
    column("pagetype", Kind::Text, |r, _| text(r.metadata.pagetype.as_ref())),
    column("date", Kind::Text, |r, _| text(r.metadata.date.as_ref())),
    column("date_modified", Kind::Text, |r, _| text(r.metadata.date_modified.as_ref())),
    column("categories", Kind::List, |r, _| Value::List(r.metadata.categories.clone())),
    column("tags", Kind::List, |r, _| Value::List(r.metadata.tags.clone())),
    required("text", |r, _| Value::Text(r.text.clone())),
    column("markdown", Kind::Text, |r, _| text(r.markdown.as_ref())),
    column("html", Kind::Text, |r, _| text(r.html.as_ref())),
    column("comments", Kind::Text, |r, _| text(r.comments.as_ref())),
    column("captions", Kind::List, |r, _| Value::List(r.captions.clone())),
    column("bylines", Kind::List, |r, _| Value::List(r.bylines.clone())),
    column("access_declared", Kind::Text, |r, _| Value::Text(declared(r.access.declared).into())),
    column("access_prompt_seen", Kind::Flag, |r, _| Value::Flag(r.access.prompt_seen)),
    column("access_appears_truncated", Kind::Flag, |r, _| Value::Flag(r.access.appears_truncated)),
    column("access_evidence", Kind::List, |r, _| Value::List(r.access.evidence.clone())),
    column("encoding_charset", Kind::Text, |r, _| some(&r.encoding.charset)),
    column("encoding_decided_by", Kind::Text, |r, _| some(&r.encoding.decided_by)),
    column("encoding_had_errors", Kind::Flag, |r, _| Value::Flag(r.encoding.had_errors)),
    column("encoding_repairs", Kind::Json, |r, _| json(&r.encoding.repairs)),
    column("encoding_unrepaired", Kind::Integer, |r, _| count(r.encoding.unrepaired)),
    column("removed", Kind::Json, |r, _| json(&r.removed)),
    column("blocks", Kind::Json, |r, _| match r.blocks.as_slice() {
        [] => Value::Null,
        blocks => json(blocks),
    }),
    column("confidence", Kind::Real, |r, _| real(r.quality.confidence)),
    column("kept_ratio", Kind::Real, |r, _| real(r.quality.kept_ratio)),
    column("fingerprint", Kind::Text, |r, _| some(&r.fingerprint)),
    column("duplicate_of", Kind::Text, |r, _| text(r.duplicate_of.as_ref())),
    column("fetch_status", Kind::Integer, |r, _| {
        let status = r.fetch.as_ref().and_then(|fetch| fetch.status);
        status.map_or(Value::Null, |status| Value::Integer(status.into()))
    }),
    column("fetch_final_url", Kind::Text, |r, _| fetched(r, |fetch| fetch.final_url.as_ref())),
    column("fetch_fetched_at", Kind::Text, |r, _| fetched(r, |fetch| fetch.fetched_at.as_ref())),
    column("fetch_etag", Kind::Text, |r, _| fetched(r, |fetch| fetch.etag.as_ref())),
    column("fetch_last_modified", Kind::Text, |r, _| {
        fetched(r, |fetch| fetch.last_modified.as_ref())
    }),
    column("change", Kind::Text, |r, _| {
        changed(r, |change| Value::Text(change.kind.name().into()))
    }),
    column("change_share", Kind::Real, |r, _| changed(r, |change| real(change.share))),
    column("change_added", Kind::Json, |r, _| changed(r, |change| json(&change.added))),
    column("change_removed", Kind::Json, |r, _| changed(r, |change| json(&change.removed))),
    column("first_seen", Kind::Text, |r, _| changed(r, |change| some(&change.first_seen))),
    column("last_change", Kind::Text, |r, _| {
        changed(r, |change| text(change.last_change.as_ref()))
    }),
    column("input", Kind::Json, |_, fields| input(fields)),
];

impl Row {
    pub(super) fn new(record: &Record, fields: &Fields) -> Self {
        Self { values: COLUMNS.iter().map(|column| (column.value)(record, fields)).collect() }
    }

    /// Its values, in the order of [`COLUMNS`].
    pub fn values(&self) -> &[Value] {
        &self.values
    }

    /// Its size in bytes: that of its values and a little for each.
    pub fn cost(&self) -> usize {
        let value = |value: &Value| match value {
            Value::Null | Value::Integer(_) | Value::Real(_) | Value::Flag(_) => VALUE_COST,
            Value::Text(text) => text.len() + VALUE_COST,
            Value::List(texts) => texts.iter().map(|text| text.len() + VALUE_COST).sum(),
        };
        self.values.iter().map(value).sum()
    }
}

pub(super) fn outcome(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Ok => "ok",
        Outcome::Empty => "empty",
        _ => "error",
    }
}

fn declared(access: DeclaredAccess) -> &'static str {
    match access {
        DeclaredAccess::Free => "free",
        DeclaredAccess::Paid => "paid",
        _ => "unknown",
    }
}

fn text(value: Option<&String>) -> Value {
    value.map_or(Value::Null, |value| Value::Text(value.clone()))
}

fn some(value: &str) -> Value {
    if value.is_empty() { Value::Null } else { Value::Text(value.into()) }
}

fn fetched(record: &Record, value: fn(&FetchFacts) -> Option<&String>) -> Value {
    text(record.fetch.as_ref().and_then(value))
}

fn changed(record: &Record, value: fn(&PageChange) -> Value) -> Value {
    record.change.as_ref().map_or(Value::Null, value)
}

fn count(count: usize) -> Value {
    Value::Integer(i64::try_from(count).unwrap_or(i64::MAX))
}

/// The number that people read: 0.87 of a single float, not 0.8700000047683716.
fn real(value: f32) -> Value {
    match value.to_string().parse::<f64>() {
        Ok(value) if value.is_finite() => Value::Real(value),
        _ => Value::Null,
    }
}

fn json(value: &(impl Serialize + ?Sized)) -> Value {
    serde_json::to_string(value).map_or(Value::Null, Value::Text)
}

/// The handed-on fields as an object, values as they were written.
fn input(fields: &Fields) -> Value {
    if fields.is_empty() {
        return Value::Null;
    }
    let mut object = String::from("{");
    for (at, (name, value)) in fields.iter().enumerate() {
        let comma = if at == 0 { "" } else { "," };
        let _ = write!(object, "{comma}{}:{value}", serde_json::Value::from(name.as_str()));
    }
    object.push('}');
    Value::Text(object)
}

#[cfg(test)]
pub(super) fn sample() -> Record {
    use copydesk_clean::{Access, Class, EncodingReport, Metadata, Quality, RecordError, Removed};

    Record {
        source: "a.jsonl#1".into(),
        outcome: Outcome::Error,
        error: Some(RecordError {
            kind: "limit".into(),
            message: "too long".into(),
            concerns: "max_input_bytes".into(),
        }),
        metadata: Metadata {
            url: Some("https://a.example/1".into()),
            title: Some("Ferry \"returns\"".into()),
            tags: vec!["sea".into(), String::new(), "ferries".into()],
            ..Metadata::default()
        },
        text: "It sailed.\n\nAgain.".into(),
        access: Access { declared: DeclaredAccess::Paid, prompt_seen: true, ..Access::default() },
        encoding: EncodingReport {
            charset: "UTF-8".into(),
            repairs: [("mojibake".to_owned(), 2)].into(),
            ..EncodingReport::default()
        },
        removed: Removed { counts: [(Class::Paywall, 3)].into(), ..Removed::default() },
        quality: Quality { confidence: 0.87, kept_ratio: 0.5 },
        fingerprint: "00ff00ff00ff00ff".into(),
        fetch: Some(FetchFacts { status: Some(200), ..FetchFacts::default() }),
        ..Record::default()
    }
}

#[cfg(test)]
mod tests {
    use copydesk_clean::ChangeKind;

    use super::super::jsonl::RECORD_NAMES;
    use super::*;

    fn value(row: &Row, name: &str) -> Value {
        let at = COLUMNS.iter().position(|column| column.name == name).unwrap();
        row.values()[at].clone()
    }

    #[test]
    fn every_field_of_the_record_has_a_column() {
        for name in RECORD_NAMES {
            let has = |column: &Column| {
                column.name == name || column.name.starts_with(&format!("{name}_"))
            };
            let stands_flat = name == "quality";
            assert!(stands_flat || COLUMNS.iter().any(has), "{name}");
        }
    }

    #[test]
    fn values_are_of_the_kind_of_their_column() {
        for record in [sample(), Record::default()] {
            let row = Row::new(&record, &Fields::new());
            for (column, value) in COLUMNS.iter().zip(row.values()) {
                let fits = match value {
                    Value::Null => !column.is_required,
                    Value::Text(_) => matches!(column.kind, Kind::Text | Kind::Json),
                    Value::Integer(_) => column.kind == Kind::Integer,
                    Value::Real(_) => column.kind == Kind::Real,
                    Value::Flag(_) => column.kind == Kind::Flag,
                    Value::List(_) => column.kind == Kind::List,
                };
                assert!(fits, "{} {value:?}", column.name);
            }
        }
    }

    #[test]
    fn what_is_structured_in_the_record_is_flat_or_json() {
        let fields = serde_json::from_str(r#"[["id", 1.0], ["ta\"g", [1, 2]]]"#).unwrap();
        let row = Row::new(&sample(), &fields);
        let text = |text: &str| Value::Text(text.into());
        assert_eq!(value(&row, "error_kind"), text("limit"));
        assert_eq!(value(&row, "removed"), text(r#"{"paywall":3}"#));
        assert_eq!(value(&row, "encoding_repairs"), text(r#"{"mojibake":2}"#));
        assert_eq!(value(&row, "confidence"), Value::Real(0.87));
        assert_eq!(value(&row, "fetch_status"), Value::Integer(200));
        assert_eq!(value(&row, "access_declared"), text("paid"));
        assert_eq!(value(&row, "input"), text(r#"{"id":1.0,"ta\"g":[1, 2]}"#));
        assert_eq!(value(&row, "markdown"), Value::Null);
        assert_eq!(value(&row, "change"), Value::Null);
        assert_eq!(value(&row, "change_added"), Value::Null);
    }

    #[test]
    fn how_a_watched_page_changed_has_columns() {
        let change = PageChange {
            kind: ChangeKind::Changed,
            share: 0.25,
            added: vec!["It sailed \"again\".".into()],
            removed: Vec::new(),
            first_seen: "2026-03-29T06:00:00Z".into(),
            last_change: Some("2026-03-30T06:00:00Z".into()),
        };
        let row = Row::new(&Record { change: Some(change), ..sample() }, &Fields::new());
        let text = |text: &str| Value::Text(text.into());
        assert_eq!(value(&row, "change"), text("changed"));
        assert_eq!(value(&row, "change_share"), Value::Real(0.25));
        assert_eq!(value(&row, "change_added"), text(r#"["It sailed \"again\"."]"#));
        assert_eq!(value(&row, "change_removed"), text("[]"));
        assert_eq!(value(&row, "first_seen"), text("2026-03-29T06:00:00Z"));
        assert_eq!(value(&row, "last_change"), text("2026-03-30T06:00:00Z"));
    }
}
