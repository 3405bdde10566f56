//! The record as a flat row of a table: the schema that Parquet and `SQLite` share.

use std::fmt::Write;

use copydesk_clean::{DeclaredAccess, FetchFacts, PageChange, Record, RecordOutcome};
use serde::Serialize;

use crate::sources::PassThroughFields;

/// What each value costs beside its bytes, in a buffer of rows.
const VALUE_COST: usize = 8;

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ColumnKind {
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
pub struct TableColumn {
    /// Its name: that of the record's field, after that of the object that the field is in.
    pub name: &'static str,
    /// What it holds.
    pub kind: ColumnKind,
    /// Whether it is never null.
    pub is_required: bool,
    value: fn(&Record, &PassThroughFields) -> CellValue,
}

/// A value of a row.
#[derive(Clone, Debug, PartialEq)]
pub enum CellValue {
    /// There is none.
    Null,
    /// Of [`ColumnKind::Text`] and [`ColumnKind::Json`].
    Text(String),
    /// Of [`ColumnKind::Integer`].
    Integer(i64),
    /// Of [`ColumnKind::Real`].
    Real(f64),
    /// Of [`ColumnKind::Flag`].
    Flag(bool),
    /// Of [`ColumnKind::List`].
    List(Vec<String>),
}

/// A record as a flat row: a value for each of [`COLUMNS`], in their order.
#[derive(Clone, Debug, PartialEq)]
pub struct FlatRow {
    values: Vec<CellValue>,
}

const fn column(
    name: &'static str,
    kind: ColumnKind,
    value: fn(&Record, &PassThroughFields) -> CellValue,
) -> TableColumn {
    let is_required = matches!(kind, ColumnKind::Flag | ColumnKind::List);
    TableColumn { name, kind, is_required, value }
}

const fn required(
    name: &'static str,
    value: fn(&Record, &PassThroughFields) -> CellValue,
) -> TableColumn {
    TableColumn { name, kind: ColumnKind::Text, is_required: true, value }
}

/// The columns of every table, in their order. `fingerprint` is null where the record's is empty;
/// `markdown`, `html`, `comments` and `blocks` are null unless they were asked for; what says how a page
/// changed is null unless it is watched; `input` has the fields of the input that are handed on, as an
/// object.
pub const COLUMNS: [TableColumn; 53] = [
    required("source", |r, _| CellValue::Text(r.source.clone())),
    column("url", ColumnKind::Text, |r, _| text(r.metadata.url.as_ref())),
    column("canonical_url", ColumnKind::Text, |r, _| text(r.metadata.canonical_url.as_ref())),
    column("hostname", ColumnKind::Text, |r, _| text(r.metadata.hostname.as_ref())),
    column("sitename", ColumnKind::Text, |r, _| text(r.metadata.sitename.as_ref())),
    required("outcome", |r, _| CellValue::Text(outcome(r.outcome).into())),
    column("error_kind", ColumnKind::Text, |r, _| text(r.error.as_ref().map(|e| &e.kind))),
    column("error_message", ColumnKind::Text, |r, _| text(r.error.as_ref().map(|e| &e.message))),
    column("error_concerns", ColumnKind::Text, |r, _| text(r.error.as_ref().map(|e| &e.concerns))),
    column("title", ColumnKind::Text, |r, _| text(r.metadata.title.as_ref())),
    column("author", ColumnKind::Text, |r, _| text(r.metadata.author.as_ref())),
    column("description", ColumnKind::Text, |r, _| text(r.metadata.description.as_ref())),
    column("image", ColumnKind::Text, |r, _| text(r.metadata.image.as_ref())),
    column("license", ColumnKind::Text, |r, _| text(r.metadata.license.as_ref())),
    column("language", ColumnKind::Text, |r, _| text(r.metadata.language.as_ref())),
    column("pagetype", ColumnKind::Text, |r, _| text(r.metadata.pagetype.as_ref())),
    column("date", ColumnKind::Text, |r, _| text(r.metadata.date.as_ref())),
    column("date_modified", ColumnKind::Text, |r, _| text(r.metadata.date_modified.as_ref())),
    column("categories", ColumnKind::List, |r, _| CellValue::List(r.metadata.categories.clone())),
    column("tags", ColumnKind::List, |r, _| CellValue::List(r.metadata.tags.clone())),
    required("text", |r, _| CellValue::Text(r.text.clone())),
    column("markdown", ColumnKind::Text, |r, _| text(r.markdown.as_ref())),
    column("html", ColumnKind::Text, |r, _| text(r.html.as_ref())),
    column("comments", ColumnKind::Text, |r, _| text(r.comments.as_ref())),
    column("captions", ColumnKind::List, |r, _| CellValue::List(r.captions.clone())),
    column("bylines", ColumnKind::List, |r, _| CellValue::List(r.bylines.clone())),
    column("access_declared", ColumnKind::Text, |r, _| {
        CellValue::Text(declared(r.access.declared).into())
    }),
    column("access_prompt_seen", ColumnKind::Flag, |r, _| CellValue::Flag(r.access.prompt_seen)),
    column("access_appears_truncated", ColumnKind::Flag, |r, _| {
        CellValue::Flag(r.access.appears_truncated)
    }),
    column("access_evidence", ColumnKind::List, |r, _| CellValue::List(r.access.evidence.clone())),
    column("encoding_charset", ColumnKind::Text, |r, _| some(&r.encoding.charset)),
    column("encoding_decided_by", ColumnKind::Text, |r, _| some(&r.encoding.decided_by)),
    column("encoding_had_errors", ColumnKind::Flag, |r, _| CellValue::Flag(r.encoding.had_errors)),
    column("encoding_repairs", ColumnKind::Json, |r, _| json(&r.encoding.repairs)),
    column("encoding_unrepaired", ColumnKind::Integer, |r, _| count(r.encoding.unrepaired)),
    column("removed", ColumnKind::Json, |r, _| json(&r.removed)),
    column("blocks", ColumnKind::Json, |r, _| match r.blocks.as_slice() {
        [] => CellValue::Null,
        blocks => json(blocks),
    }),
    column("confidence", ColumnKind::Real, |r, _| real(r.quality.confidence)),
    column("kept_ratio", ColumnKind::Real, |r, _| real(r.quality.kept_ratio)),
    column("fingerprint", ColumnKind::Text, |r, _| some(&r.fingerprint)),
    column("duplicate_of", ColumnKind::Text, |r, _| text(r.duplicate_of.as_ref())),
    column("fetch_status", ColumnKind::Integer, |r, _| {
        let status = r.fetch.as_ref().and_then(|fetch| fetch.status);
        status.map_or(CellValue::Null, |status| CellValue::Integer(status.into()))
    }),
    column("fetch_final_url", ColumnKind::Text, |r, _| {
        fetched(r, |fetch| fetch.final_url.as_ref())
    }),
    column("fetch_fetched_at", ColumnKind::Text, |r, _| {
        fetched(r, |fetch| fetch.fetched_at.as_ref())
    }),
    column("fetch_etag", ColumnKind::Text, |r, _| fetched(r, |fetch| fetch.etag.as_ref())),
    column("fetch_last_modified", ColumnKind::Text, |r, _| {
        fetched(r, |fetch| fetch.last_modified.as_ref())
    }),
    column("change", ColumnKind::Text, |r, _| {
        changed(r, |change| CellValue::Text(change.kind.name().into()))
    }),
    column("change_share", ColumnKind::Real, |r, _| changed(r, |change| real(change.share))),
    column("change_added", ColumnKind::Json, |r, _| changed(r, |change| json(&change.added))),
    column("change_removed", ColumnKind::Json, |r, _| changed(r, |change| json(&change.removed))),
    column("first_seen", ColumnKind::Text, |r, _| changed(r, |change| some(&change.first_seen))),
    column("last_change", ColumnKind::Text, |r, _| {
        changed(r, |change| text(change.last_change.as_ref()))
    }),
    column("input", ColumnKind::Json, |_, fields| input(fields)),
];

impl FlatRow {
    pub(super) fn new(record: &Record, fields: &PassThroughFields) -> Self {
        Self { values: COLUMNS.iter().map(|column| (column.value)(record, fields)).collect() }
    }

    /// Its values, in the order of [`COLUMNS`].
    pub fn values(&self) -> &[CellValue] {
        &self.values
    }

    /// Its size in bytes: that of its values and a little for each.
    pub fn cost(&self) -> usize {
        let value = |value: &CellValue| match value {
            CellValue::Null | CellValue::Integer(_) | CellValue::Real(_) | CellValue::Flag(_) => {
                VALUE_COST
            }
            CellValue::Text(text) => text.len() + VALUE_COST,
            CellValue::List(texts) => texts.iter().map(|text| text.len() + VALUE_COST).sum(),
        };
        self.values.iter().map(value).sum()
    }
}

pub(super) fn outcome(outcome: RecordOutcome) -> &'static str {
    match outcome {
        RecordOutcome::Ok => "ok",
        RecordOutcome::Empty => "empty",
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

fn text(value: Option<&String>) -> CellValue {
    value.map_or(CellValue::Null, |value| CellValue::Text(value.clone()))
}

fn some(value: &str) -> CellValue {
    if value.is_empty() { CellValue::Null } else { CellValue::Text(value.into()) }
}

fn fetched(record: &Record, value: fn(&FetchFacts) -> Option<&String>) -> CellValue {
    text(record.fetch.as_ref().and_then(value))
}

fn changed(record: &Record, value: fn(&PageChange) -> CellValue) -> CellValue {
    record.change.as_ref().map_or(CellValue::Null, value)
}

fn count(count: usize) -> CellValue {
    CellValue::Integer(i64::try_from(count).unwrap_or(i64::MAX))
}

/// The number that people read: 0.87 of a single float, not 0.8700000047683716.
fn real(value: f32) -> CellValue {
    match value.to_string().parse::<f64>() {
        Ok(value) if value.is_finite() => CellValue::Real(value),
        _ => CellValue::Null,
    }
}

fn json(value: &(impl Serialize + ?Sized)) -> CellValue {
    serde_json::to_string(value).map_or(CellValue::Null, CellValue::Text)
}

/// The handed-on fields as an object, values as they were written.
fn input(fields: &PassThroughFields) -> CellValue {
    if fields.is_empty() {
        return CellValue::Null;
    }
    let mut object = String::from("{");
    for (at, (name, value)) in fields.iter().enumerate() {
        let comma = if at == 0 { "" } else { "," };
        let _ = write!(object, "{comma}{}:{value}", serde_json::Value::from(name.as_str()));
    }
    object.push('}');
    CellValue::Text(object)
}

#[cfg(test)]
pub(super) fn sample() -> Record {
    use copydesk_clean::{
        AccessFacts, ClutterClass, EncodingReport, PageMetadata, RecordError, RemovedContent,
        TextQuality,
    };

    Record {
        source: "a.jsonl#1".into(),
        outcome: RecordOutcome::Error,
        error: Some(RecordError {
            kind: "limit".into(),
            message: "too long".into(),
            concerns: "max_input_bytes".into(),
        }),
        metadata: PageMetadata {
            url: Some("https://a.example/1".into()),
            title: Some("Ferry \"returns\"".into()),
            tags: vec!["sea".into(), String::new(), "ferries".into()],
            ..PageMetadata::default()
        },
        text: "It sailed.\n\nAgain.".into(),
        access: AccessFacts {
            declared: DeclaredAccess::Paid,
            prompt_seen: true,
            ..AccessFacts::default()
        },
        encoding: EncodingReport {
            charset: "UTF-8".into(),
            repairs: [("mojibake".to_owned(), 2)].into(),
            ..EncodingReport::default()
        },
        removed: RemovedContent {
            counts: [(ClutterClass::Paywall, 3)].into(),
            ..RemovedContent::default()
        },
        quality: TextQuality { confidence: 0.87, kept_ratio: 0.5 },
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

    fn value(row: &FlatRow, name: &str) -> CellValue {
        let at = COLUMNS.iter().position(|column| column.name == name).unwrap();
        row.values()[at].clone()
    }

    #[test]
    fn every_field_of_the_record_has_a_column() {
        for name in RECORD_NAMES {
            let has = |column: &TableColumn| {
                column.name == name || column.name.starts_with(&format!("{name}_"))
            };
            let stands_flat = name == "quality";
            assert!(stands_flat || COLUMNS.iter().any(has), "{name}");
        }
    }

    #[test]
    fn values_are_of_the_kind_of_their_column() {
        for record in [sample(), Record::default()] {
            let row = FlatRow::new(&record, &PassThroughFields::new());
            for (column, value) in COLUMNS.iter().zip(row.values()) {
                let fits = match value {
                    CellValue::Null => !column.is_required,
                    CellValue::Text(_) => {
                        matches!(column.kind, ColumnKind::Text | ColumnKind::Json)
                    }
                    CellValue::Integer(_) => column.kind == ColumnKind::Integer,
                    CellValue::Real(_) => column.kind == ColumnKind::Real,
                    CellValue::Flag(_) => column.kind == ColumnKind::Flag,
                    CellValue::List(_) => column.kind == ColumnKind::List,
                };
                assert!(fits, "{} {value:?}", column.name);
            }
        }
    }

    #[test]
    fn what_is_structured_in_the_record_is_flat_or_json() {
        let fields = serde_json::from_str(r#"[["id", 1.0], ["ta\"g", [1, 2]]]"#).unwrap();
        let row = FlatRow::new(&sample(), &fields);
        let text = |text: &str| CellValue::Text(text.into());
        assert_eq!(value(&row, "error_kind"), text("limit"));
        assert_eq!(value(&row, "removed"), text(r#"{"paywall":3}"#));
        assert_eq!(value(&row, "encoding_repairs"), text(r#"{"mojibake":2}"#));
        assert_eq!(value(&row, "confidence"), CellValue::Real(0.87));
        assert_eq!(value(&row, "fetch_status"), CellValue::Integer(200));
        assert_eq!(value(&row, "access_declared"), text("paid"));
        assert_eq!(value(&row, "input"), text(r#"{"id":1.0,"ta\"g":[1, 2]}"#));
        assert_eq!(value(&row, "markdown"), CellValue::Null);
        assert_eq!(value(&row, "change"), CellValue::Null);
        assert_eq!(value(&row, "change_added"), CellValue::Null);
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
        let row =
            FlatRow::new(&Record { change: Some(change), ..sample() }, &PassThroughFields::new());
        let text = |text: &str| CellValue::Text(text.into());
        assert_eq!(value(&row, "change"), text("changed"));
        assert_eq!(value(&row, "change_share"), CellValue::Real(0.25));
        assert_eq!(value(&row, "change_added"), text(r#"["It sailed \"again\"."]"#));
        assert_eq!(value(&row, "change_removed"), text("[]"));
        assert_eq!(value(&row, "first_seen"), text("2026-03-29T06:00:00Z"));
        assert_eq!(value(&row, "last_change"), text("2026-03-30T06:00:00Z"));
    }
}
