//! Records as flat rows: the columns that CSV, Parquet and `SQLite` share.
//!
//! The columns derive from [`RECORD_FIELDS`], and the values from the record's JSON. So a field has the same name,
//! type and value in every format, and a new field needs no line here.

use std::collections::HashMap;
use std::fmt::Write;
use std::sync::LazyLock;

use copydesk_clean::{FieldType, RECORD_FIELDS, Record, RecordField};
use serde_json::value::RawValue;

use crate::sources::PassThroughFields;

/// The bytes that a value costs in a buffer of rows, beside those of its text.
const VALUE_COST: usize = 8;

/// The column of the input's own fields, which are not part of [`Record`].
const INPUT: &str = "input";

/// Columns that are never null, since every record has a value; an empty text stays one.
const REQUIRED: [&str; 3] = ["source", "outcome", "text"];

/// Columns in which an empty text means that nothing is known, so that queries can ask for null.
const NULL_IF_EMPTY: [&str; 3] = ["encoding_charset", "encoding_decided_by", "fingerprint"];

/// The type of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ColumnKind {
    /// Text.
    Text,
    /// A date: `DATE` in Parquet, elsewhere text as `YYYY-MM-DD`.
    Date,
    /// JSON, as text.
    Json,
    /// A 64-bit integer.
    Integer,
    /// A 64-bit floating-point number.
    Real,
    /// True or false.
    Flag,
    /// A list of texts: `LIST` in Parquet, elsewhere JSON as text.
    List,
}

/// A column of the table.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct TableColumn {
    /// Its name.
    pub name: &'static str,
    /// Its type.
    pub kind: ColumnKind,
    /// Whether it is never null.
    pub is_required: bool,
    field: &'static RecordField,
}

/// A value of a row.
#[derive(Clone, Debug, PartialEq)]
pub enum CellValue {
    /// No value.
    Null,
    /// For [`ColumnKind::Text`], [`ColumnKind::Date`] and [`ColumnKind::Json`].
    Text(String),
    /// For [`ColumnKind::Integer`].
    Integer(i64),
    /// For [`ColumnKind::Real`].
    Real(f64),
    /// For [`ColumnKind::Flag`].
    Flag(bool),
    /// For [`ColumnKind::List`].
    List(Vec<String>),
}

/// A record as a flat row: a value for each of [`columns`], in their order.
#[derive(Clone, Debug, PartialEq)]
pub struct FlatRow {
    values: Vec<CellValue>,
}

/// The columns of every table, in the order of the record's fields. Fields that a record does not always have are
/// null then. `input` is an object with the fields of the input that were copied.
pub fn columns() -> &'static [TableColumn] {
    static COLUMNS: LazyLock<Vec<TableColumn>> =
        LazyLock::new(|| RECORD_FIELDS.iter().filter_map(TableColumn::new).collect());
    &COLUMNS
}

impl TableColumn {
    fn new(field: &'static RecordField) -> Option<Self> {
        let name = field.column?;
        let kind = match field.field_type {
            FieldType::String | FieldType::DateTime => ColumnKind::Text,
            FieldType::Date => ColumnKind::Date,
            FieldType::Boolean => ColumnKind::Flag,
            FieldType::Integer => ColumnKind::Integer,
            FieldType::Number => ColumnKind::Real,
            FieldType::Strings => ColumnKind::List,
            // Objects have names of their own; a table cannot have a column for each.
            _ => ColumnKind::Json,
        };
        let is_required = match kind {
            ColumnKind::Flag | ColumnKind::List => is_always_present(field),
            _ => REQUIRED.contains(&name),
        };
        Some(Self { name, kind, is_required, field })
    }

    /// The value of the column, from the record's JSON.
    fn value(&self, json: Option<&RawValue>) -> CellValue {
        let json = json.map_or("null", RawValue::get);
        if json == "null" {
            return self.missing();
        }
        let value = match self.kind {
            ColumnKind::Text | ColumnKind::Date => {
                serde_json::from_str(json).ok().map(CellValue::Text)
            }
            ColumnKind::Json => Some(CellValue::Text(json.to_owned())),
            // Counts above the range of SQLite and Parquet do not occur.
            ColumnKind::Integer => Some(CellValue::Integer(json.parse().unwrap_or(i64::MAX))),
            // The decimal that JSON shows: 0.87 for a single float, not 0.8700000047683716.
            ColumnKind::Real => json.parse().ok().map(CellValue::Real),
            ColumnKind::Flag => json.parse().ok().map(CellValue::Flag),
            ColumnKind::List => serde_json::from_str(json).ok().map(CellValue::List),
        };
        match value {
            Some(CellValue::Text(text))
                if text.is_empty() && NULL_IF_EMPTY.contains(&self.name) =>
            {
                CellValue::Null
            }
            Some(value) => value,
            None => self.missing(),
        }
    }

    fn missing(&self) -> CellValue {
        match self.kind {
            _ if !self.is_required => CellValue::Null,
            ColumnKind::Flag => CellValue::Flag(false),
            ColumnKind::List => CellValue::List(Vec::new()),
            _ => CellValue::Text(String::new()),
        }
    }
}

/// Whether every record has the field, and a value for it.
fn is_always_present(field: &RecordField) -> bool {
    let is_present = !field.nullable && field.optional.is_none();
    let parent = || RECORD_FIELDS.iter().find(|parent| parent.path == field.parent());
    is_present && (field.parent().is_empty() || parent().is_some_and(is_always_present))
}

/// The members of an object, unparsed.
type JsonMembers<'a> = HashMap<&'a str, &'a RawValue>;

fn members(json: &str) -> JsonMembers<'_> {
    serde_json::from_str(json).unwrap_or_default()
}

impl CellValue {
    /// The size of the value in a buffer of rows, in bytes.
    pub(super) fn cost(&self) -> usize {
        match self {
            Self::Null | Self::Integer(_) | Self::Real(_) | Self::Flag(_) => VALUE_COST,
            Self::Text(text) => text.len() + VALUE_COST,
            Self::List(texts) => texts.iter().map(|text| text.len() + VALUE_COST).sum(),
        }
    }
}

impl FlatRow {
    /// The row of a record, with the fields of its input to copy.
    pub(super) fn new(record: &Record, fields: &PassThroughFields) -> Self {
        // Through JSON rather than by a function for each column: it costs little beside cleaning, and no column
        // can have another value than the field.
        let json = serde_json::to_string(record).unwrap_or_default();
        let record = members(&json);
        // The fields of an object follow one another, so it is taken apart once.
        let mut object = ("", JsonMembers::new());
        let value = |column: &TableColumn| {
            let (parent, name) = (column.field.parent(), column.field.name());
            if column.name == INPUT {
                return input(fields);
            }
            if parent.is_empty() {
                return column.value(record.get(name).copied());
            }
            if object.0 != parent {
                let json = record.get(parent).map_or("null", |json| json.get());
                object = (parent, members(json));
            }
            column.value(object.1.get(name).copied())
        };
        Self { values: columns().iter().map(value).collect() }
    }

    /// Its values, in the order of [`columns`].
    pub fn values(&self) -> &[CellValue] {
        &self.values
    }

    /// Its size in bytes: that of its texts and a little for each value.
    pub fn cost(&self) -> usize {
        self.values.iter().map(CellValue::cost).sum()
    }
}

/// The copied fields as an object, with values as they were written.
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
        AccessFacts, AccessPrompt, ClutterClass, DeclaredAccess, EncodingReport, FetchFacts,
        RecordError, RecordErrorKind, RecordOutcome, RemovedContent, TextQuality,
    };

    Record {
        source: "a.jsonl#1".into(),
        outcome: RecordOutcome::Error,
        error: Some(RecordError {
            kind: RecordErrorKind::Limit,
            message: "too long".into(),
            concerns: "max_input_bytes".into(),
        }),
        url: Some("https://a.example/1".into()),
        title: Some("Ferry \"returns\"".into()),
        date: Some("2026-03-29".into()),
        tags: vec!["sea".into(), String::new(), "ferries".into()],
        text: "It sailed.\n\nAgain.".into(),
        access: AccessFacts {
            declared: DeclaredAccess::Paid,
            prompt: AccessPrompt::Wall,
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
        quality: TextQuality { confidence: 0.87, kept_ratio: 0.5, ..TextQuality::default() },
        fingerprint: "00ff00ff00ff00ff".into(),
        fetch: Some(FetchFacts { status: Some(200), ..FetchFacts::default() }),
        ..Record::default()
    }
}

#[cfg(test)]
mod tests {
    use copydesk_clean::{ChangeKind, PageChange};

    use super::*;

    fn value(row: &FlatRow, name: &str) -> CellValue {
        let at = columns().iter().position(|column| column.name == name).unwrap();
        row.values()[at].clone()
    }

    #[test]
    fn every_field_of_the_record_has_a_column() {
        let json = serde_json::to_value(sample()).unwrap();
        for name in json.as_object().unwrap().keys() {
            let is_in = |column: &TableColumn| {
                [column.field.path, column.field.parent()].contains(&name.as_str())
            };
            assert!(columns().iter().any(is_in), "{name}");
        }
    }

    #[test]
    fn columns_are_of_the_record_or_of_an_object_in_it() {
        for column in columns() {
            // Deeper ones would be null: a row takes objects apart one level deep.
            assert!(column.field.path.matches('.').count() <= 1, "{}", column.name);
        }
    }

    #[test]
    fn values_have_the_type_of_their_column() {
        for record in [sample(), Record::default()] {
            let row = FlatRow::new(&record, &PassThroughFields::new());
            for (column, value) in columns().iter().zip(row.values()) {
                let fits = match value {
                    CellValue::Null => !column.is_required,
                    CellValue::Text(_) => {
                        use ColumnKind::{Date, Json, Text};
                        matches!(column.kind, Text | Date | Json)
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
    fn objects_of_the_record_are_flat_or_json() {
        let fields = serde_json::from_str(r#"[["id", 1.0], ["ta\"g", [1, 2]]]"#).unwrap();
        let row = FlatRow::new(&sample(), &fields);
        let text = |text: &str| CellValue::Text(text.into());
        assert_eq!(value(&row, "error_kind"), text("limit"));
        assert_eq!(value(&row, "removed"), text(r#"{"paywall":3}"#));
        assert_eq!(value(&row, "encoding_repairs"), text(r#"{"mojibake":2}"#));
        assert_eq!(value(&row, "confidence"), CellValue::Real(0.87));
        assert_eq!(value(&row, "fetch_status"), CellValue::Integer(200));
        assert_eq!(value(&row, "access_declared"), text("paid"));
        assert_eq!(value(&row, "access_prompt"), text("wall"));
        assert_eq!(value(&row, "input"), text(r#"{"id":1.0,"ta\"g":[1, 2]}"#));
        assert_eq!(value(&row, "markdown"), CellValue::Null);
        assert_eq!(value(&row, "change"), CellValue::Null);
        assert_eq!(value(&row, "change_added"), CellValue::Null);
    }

    #[test]
    fn pictures_and_links_are_columns_with_json() {
        use copydesk_clean::{TextImage, TextLink};
        let image = TextImage { url: "https://a.example/q.jpg".into(), ..TextImage::default() };
        let link = TextLink { url: "https://a.example/b".into(), text: "the quay".into() };
        let record = Record { images: vec![image], links: vec![link], ..sample() };
        let row = FlatRow::new(&record, &PassThroughFields::new());
        let text = |text: &str| CellValue::Text(text.into());
        let images = r#"[{"url":"https://a.example/q.jpg","alt":"","caption":null}]"#;
        assert_eq!(value(&row, "images"), text(images));
        let links = r#"[{"url":"https://a.example/b","text":"the quay"}]"#;
        assert_eq!(value(&row, "links"), text(links));
        let row = FlatRow::new(&sample(), &PassThroughFields::new());
        assert_eq!(
            (value(&row, "images"), value(&row, "links")),
            (CellValue::Null, CellValue::Null)
        );
    }

    #[test]
    fn the_change_of_a_page_has_columns() {
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
        let list = |texts: &[&str]| CellValue::List(texts.iter().map(|&t| t.into()).collect());
        assert_eq!(value(&row, "change_added"), list(&["It sailed \"again\"."]));
        assert_eq!(value(&row, "change_removed"), list(&[]));
        assert_eq!(value(&row, "first_seen"), text("2026-03-29T06:00:00Z"));
        assert_eq!(value(&row, "last_change"), text("2026-03-30T06:00:00Z"));
    }
}
