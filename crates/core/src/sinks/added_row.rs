//! Rows of the inputs with columns added, in the formats that have rows.

use std::borrow::Cow;
use std::sync::Arc;

use copydesk_clean::{Record, RecordOutcome};
use serde_json::Value;

use super::csv;
use super::rendered::RenderedBody;
#[cfg(feature = "parquet")]
use super::row::CellValue;
#[cfg(feature = "parquet")]
use super::row_header::AddedRow;
use super::row_header::RowHeader;
use crate::error::{Error, ErrorKind};
use crate::format::Format;
use crate::sources::{AddedColumns, InputRow, LoadedPage, TableRow, TableValue};

/// A value that is added to a row.
enum AddedValue<'a> {
    Null,
    Text(Cow<'a, str>),
    Json(String),
}

impl AddedValue<'_> {
    fn into_text(self) -> Option<String> {
        match self {
            Self::Null => None,
            Self::Text(text) => Some(text.into_owned()),
            Self::Json(json) => Some(json),
        }
    }

    fn into_json(self) -> String {
        match self {
            Self::Null => Value::Null.to_string(),
            Self::Text(text) => Value::from(text).to_string(),
            Self::Json(json) => json,
        }
    }
}

/// What is added to a row for one text, in the order of [`AddedColumns::names`]: the cleaned text, unless there is none
/// because of an error; the outcome; the number of removed blocks by class; the error.
fn added_values(record: &Record) -> [AddedValue<'_>; 4] {
    let is_failed = record.outcome == RecordOutcome::Error && record.text.is_empty();
    let text = |text| AddedValue::Text(text);
    let error = record.error.as_ref();
    let error = error.map(|error| format!("{}: {}", error.kind.as_str(), error.message));
    [
        if is_failed { AddedValue::Null } else { text(Cow::from(&record.text)) },
        text(Cow::from(record.outcome.as_str())),
        AddedValue::Json(serde_json::to_string(&record.removed.counts).unwrap_or_default()),
        error.map_or(AddedValue::Null, |error| text(Cow::from(error))),
    ]
}

/// Checks that a page is a row that can be written in the format with the columns added.
///
/// # Errors
/// If it is no row, has one of the columns already, or is of an input whose columns the format cannot hold.
pub(crate) fn check_row(page: &LoadedPage, format: Format) -> Result<(), Error> {
    let input = || input_of(&page.source).to_owned();
    let Some(row) = &page.row else {
        return match page.error {
            Some(_) => Ok(()),
            None => Err(ErrorKind::NotRows { input: input() }.into()),
        };
    };
    if let Some(column) = &row.collision {
        let (row, column) = (page.source.clone(), column.clone());
        return Err(ErrorKind::ColumnExists { row, column }.into());
    }
    let fits = match (format, &row.row) {
        (Format::Jsonl, _)
        | (_, InputRow::Lost)
        | (Format::Csv | Format::Spreadsheet, InputRow::Table(_)) => true,
        #[cfg(feature = "parquet")]
        (Format::Parquet, InputRow::Table(row)) => row.group.is_some(),
        _ => false,
    };
    if fits {
        return Ok(());
    }
    Err(ErrorKind::RowsOfOtherFormat { input: input(), format }.into())
}

/// The input of a page: `a.jsonl#7` is of `a.jsonl`. A name such as `no#1.html` has a `#` of its own.
fn input_of(source: &str) -> &str {
    match source.rsplit_once('#') {
        Some((input, record)) if record.bytes().all(|byte| byte.is_ascii_digit()) => input,
        _ => source,
    }
}

/// Renders a row with the records of its texts. `None` if the format has no room for a row of which nothing is known.
pub(crate) fn render_row(
    format: Format,
    row: InputRow,
    added: &AddedColumns,
    records: &[&Record],
) -> Option<(RenderedBody, Option<RowHeader>)> {
    let values = || records.iter().flat_map(|record| added_values(record));
    let names = &added.names;
    match (format, row) {
        (Format::Jsonl, row) => Some((RenderedBody::Bytes(object(&row, names, values())), None)),
        (Format::Csv | Format::Spreadsheet, InputRow::Table(row)) => {
            let header = RowHeader { columns: Arc::clone(&row.columns), added: Arc::clone(names) };
            let values = csv_values(&row, values());
            let line = match format {
                Format::Spreadsheet => csv::line(values.map(csv::inert)),
                _ => csv::line(values),
            };
            Some((RenderedBody::Bytes(line), Some(header)))
        }
        #[cfg(feature = "parquet")]
        (Format::Parquet, InputRow::Table(TableRow { group: Some(group), count, .. })) => {
            let value =
                |value: AddedValue<'_>| value.into_text().map_or(CellValue::Null, CellValue::Text);
            let values = values().map(value);
            let (names, values) = (Arc::clone(names), values.collect());
            let row = AddedRow { group, names, values, count };
            Some((RenderedBody::AddedRow(Box::new(row)), None))
        }
        _ => None,
    }
}

/// The row as a JSON object in one line, with its own fields as they were written.
fn object<'a>(
    row: &InputRow,
    names: &[String],
    values: impl Iterator<Item = AddedValue<'a>>,
) -> Vec<u8> {
    let mut line = match row {
        InputRow::Object(json) => {
            // Within strings, JSON has no line ends.
            let json = json.trim().replace(['\r', '\n'], " ");
            json.strip_suffix('}').unwrap_or("{").trim_end().to_owned()
        }
        InputRow::Table(row) => {
            let mut object = String::from("{");
            for (name, value) in row.cells() {
                let value = value.and_then(TableValue::to_json);
                member(&mut object, name, value.as_ref().map_or("null", |value| value.get()));
            }
            object
        }
        InputRow::Lost => String::from("{"),
    };
    for (name, value) in names.iter().zip(values) {
        member(&mut line, name, &value.into_json());
    }
    line.push_str("}\n");
    line.into_bytes()
}

/// Appends a member to an object that is not closed.
fn member(object: &mut String, name: &str, value: &str) {
    if !object.ends_with('{') {
        object.push(',');
    }
    object.push_str(&Value::from(name).to_string());
    object.push(':');
    object.push_str(value);
}

/// The values of the row in CSV. Its own values keep their bytes.
fn csv_values<'a>(
    row: &TableRow,
    values: impl Iterator<Item = AddedValue<'a>>,
) -> impl Iterator<Item = Vec<u8>> {
    let own = row.cells().map(|(_, value)| match value {
        None => Vec::new(),
        Some(TableValue::Bytes(bytes)) => bytes.clone(),
        Some(TableValue::Json(json)) => match serde_json::from_str::<String>(json.get()) {
            Ok(text) => text.into_bytes(),
            Err(_) => json.get().as_bytes().to_vec(),
        },
    });
    let added = values.map(|value| value.into_text().unwrap_or_default().into_bytes());
    own.chain(added)
}

#[cfg(test)]
mod tests {
    use copydesk_clean::{ClutterClass, RecordErrorKind, RemovedContent};

    use super::*;
    use crate::settings::Settings;

    #[test]
    fn the_input_of_a_row_is_named_in_full() {
        assert_eq!(input_of("rows/a.jsonl#7"), "rows/a.jsonl");
        assert_eq!(input_of("rows/no#1.html"), "rows/no#1.html");
        assert_eq!(input_of("rows/no#1.csv#12"), "rows/no#1.csv");
    }

    fn rendered(format: Format, row: InputRow, record: &Record) -> Option<String> {
        let settings = Settings { add_columns: "clean".into(), ..Settings::default() };
        let added = AddedColumns::new(&settings, format).unwrap();
        match render_row(format, row, &added, &[record])?.0 {
            RenderedBody::Bytes(bytes) => Some(String::from_utf8(bytes).unwrap()),
            other => panic!("{other:?}"),
        }
    }

    fn record() -> Record {
        Record {
            outcome: RecordOutcome::Ok,
            text: "It \"sailed\".".into(),
            removed: RemovedContent {
                counts: [(ClutterClass::Share, 2)].into(),
                ..RemovedContent::default()
            },
            ..Record::default()
        }
    }

    #[test]
    fn an_object_keeps_its_fields_as_written() {
        let object =
            |json: &str| rendered(Format::Jsonl, InputRow::Object(json.into()), &record()).unwrap();
        let added = r#""clean_text":"It \"sailed\".","clean_outcome":"ok","clean_removed":{"share":2},"clean_error":null}"#;
        assert_eq!(
            object("{\"id\": 1.0,\n \"a\" : [\"b\"] }"),
            format!("{{\"id\": 1.0,  \"a\" : [\"b\"],{added}\n")
        );
        assert_eq!(object(" {} "), format!("{{{added}\n"));
        assert_eq!(object("{ }"), format!("{{{added}\n"));
    }

    #[test]
    fn a_lost_row_has_its_error() {
        let record = Record::failed("a#1", RecordErrorKind::Json, "no object", "line 1");
        assert_eq!(
            rendered(Format::Jsonl, InputRow::Lost, &record).unwrap(),
            "{\"clean_text\":null,\"clean_outcome\":\"error\",\"clean_removed\":{},\
             \"clean_error\":\"json: no object\"}\n"
        );
        assert_eq!(rendered(Format::Csv, InputRow::Lost, &record), None);
    }
}
