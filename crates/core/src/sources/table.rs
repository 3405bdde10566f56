//! Reads rows of tables as records that hold pages.

use std::sync::Arc;

use std::borrow::Cow;

use csv::{ByteRecord, ReaderBuilder, Terminator};
use serde_json::value::{RawValue, to_raw_value};

use super::fields::{
    ContentField, FieldNames, ParsedRecord, PassThroughFields, RowFault, find, find_group,
    find_url, listed, lossy, within,
};
use super::input_row::{AddedColumns, InputRow, ParsedRow, TableRow};
use super::table_values::{TableValue, TableValues};
use super::{SourceOptions, json_object, json_text};

/// The columns of a table.
#[derive(Debug)]
pub(super) struct TableHeader {
    pub(super) names: Arc<[String]>,
    /// The separator between values.
    pub(super) delimiter: u8,
}

impl TableHeader {
    /// Reads the first row.
    pub(super) fn read(row: &[u8], divider: u8) -> Result<Self, String> {
        let row = row.strip_prefix(b"\xef\xbb\xbf").unwrap_or(row);
        let record = split(row, divider)?;
        let names = record.iter().map(|name| lossy(name).trim().to_owned()).collect();
        Ok(Self { names, delimiter: divider })
    }

    /// Reads another row.
    pub(super) fn values(&self, row: &[u8]) -> Result<TableValues, String> {
        let record = split(row, self.delimiter)?;
        if record.len() > self.names.len() {
            return Err(format!(
                "the row has {} values and the header {} names: a quote or what divides values may be \
                 out of place",
                record.len(),
                self.names.len()
            ));
        }
        let values = record.iter().map(|value| TableValue::Bytes(value.to_vec()));
        Ok(self.names.iter().cloned().zip(values).collect())
    }

    /// Reads another row, to write it back. One that is damaged comes with a message, and with the values that have a
    /// column.
    pub(super) fn row(&self, row: &[u8]) -> Result<TableRow, (TableRow, String)> {
        match self.values(row) {
            Ok(values) => Ok(self.row_of(values)),
            Err(message) => {
                let record = split(row, self.delimiter).unwrap_or_default();
                let values = record.iter().map(|value| TableValue::Bytes(value.to_vec()));
                Err((self.row_of(self.names.iter().cloned().zip(values).collect()), message))
            }
        }
    }

    /// A row with these values.
    pub(super) fn row_of(&self, values: TableValues) -> TableRow {
        TableRow::new(Arc::clone(&self.names), values)
    }
}

fn split(row: &[u8], divider: u8) -> Result<ByteRecord, String> {
    let mut record = ByteRecord::new();
    ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(divider)
        .terminator(Terminator::Any(b'\n'))
        .from_reader(row)
        .read_byte_record(&mut record)
        .map_err(|error| error.to_string())?;
    Ok(record)
}

/// Reads a row as a record. The error is a message that says what is wrong.
pub(super) fn parse(
    mut values: TableValues,
    options: &SourceOptions,
) -> Result<ParsedRecord, RowFault> {
    let found = find(&options.fields, options.forced_kind(), |name| text_at(&values, name));
    let Ok(found) = found else {
        let message = format!("the row has {}", options.fields.missing());
        return Err(RowFault::NoPage(message));
    };
    let ContentField { field: column, content, kind } = found;
    let own = match content {
        Cow::Owned(content) => Some(content),
        Cow::Borrowed(_) => None,
    };
    let (url_column, url) = url_of(&values, &options.fields).unzip();
    let group = group_of(&values, &options.fields);
    let mut content = Vec::new();
    let mut others = PassThroughFields::new();
    for (name, value) in &mut values {
        match value {
            TableValue::Bytes(bytes) if *name == column => content = std::mem::take(bytes),
            _ if *name == column => {}
            value if options.pass_through && Some(&*name) != url_column.as_ref() => {
                others.extend(value.to_json().map(|json| (std::mem::take(name), json)));
            }
            _ => {}
        }
    }
    let content = own.unwrap_or(content);
    let is_utf8 = std::str::from_utf8(&content).is_ok();
    Ok(ParsedRecord { content, is_utf8, kind, url, group, others, ..ParsedRecord::default() })
}

/// Reads a row to which columns are added.
pub(super) fn parse_row(row: TableRow, added: &AddedColumns, options: &SourceOptions) -> ParsedRow {
    let cell = |fields: &FieldNames| {
        // The table has the column, so that no text means null.
        let found = find(fields, options.forced_kind(), |name| text_at(&row.values, name));
        let ContentField { content, kind, .. } = found.unwrap_or_default();
        let content = content.into_owned();
        let is_utf8 = std::str::from_utf8(&content).is_ok();
        let url = url_of(&row.values, fields).map(|(_, url)| url);
        let group = group_of(&row.values, fields);
        Ok(ParsedRecord { content, is_utf8, kind, url, group, ..ParsedRecord::default() })
    };
    let cells = added.cells.iter().map(cell).collect();
    let collision = added.collision(row.columns.iter().map(String::as_str));
    ParsedRow { row: InputRow::Table(row), cells, collision }
}

/// A row that is damaged, for the reason in the message.
pub(super) fn parse_lost_row(row: TableRow, added: &AddedColumns, message: &str) -> ParsedRow {
    let collision = added.collision(row.columns.iter().map(String::as_str));
    ParsedRow { row: InputRow::Table(row), collision, ..ParsedRow::lost(added, message) }
}

/// The text in a column, or in a field within the objects of one.
fn text_at<'a>(values: &'a TableValues, name: &str) -> Option<(String, Cow<'a, [u8]>)> {
    let json = |json: &RawValue| Some(Cow::Owned(json_text::text(json.get())?.into_bytes()));
    let whole = |(column, value): &'a (String, TableValue)| {
        if !column.eq_ignore_ascii_case(name) {
            return None;
        }
        let text = match value {
            TableValue::Bytes(bytes) => Cow::Borrowed(bytes.as_slice()),
            TableValue::Json(value) => json(value)?,
        };
        Some((column.clone(), text))
    };
    let part = |(column, value): &'a (String, TableValue)| {
        let (TableValue::Json(value), Some(path)) = (value, within(name, column)) else {
            return None;
        };
        let value = json_object::value_at(value.get(), path)?;
        Some((name.to_owned(), Cow::Owned(json_text::text(value)?.into_bytes())))
    };
    values.iter().find_map(whole).or_else(|| values.iter().find_map(part))
}

/// The column with the URL, and the URL.
fn url_of(values: &TableValues, fields: &FieldNames) -> Option<(String, String)> {
    find_url(fields, |name| string_at(values, name))
}

/// The name of the group.
fn group_of(values: &TableValues, fields: &FieldNames) -> Option<String> {
    find_group(fields, |name| string_at(values, name))
}

fn string_at(values: &TableValues, name: &str) -> Option<(String, String)> {
    text_at(values, name).map(|(column, bytes)| (column, lossy(&bytes).into_owned()))
}

impl TableValue {
    /// Its size in bytes.
    pub(super) fn bytes(&self) -> usize {
        match self {
            Self::Bytes(bytes) => bytes.len(),
            Self::Json(json) => json.get().len(),
        }
    }

    /// The value as JSON.
    pub(crate) fn to_json(&self) -> Option<Box<RawValue>> {
        match self {
            Self::Bytes(bytes) => to_raw_value(&lossy(bytes)).ok(),
            Self::Json(json) => Some(json.clone()),
        }
    }
}

/// The separators of tables that are tried beside the one that is expected: spreadsheets of many languages write
/// semicolons.
const OTHER_DELIMITERS: &[u8] = b";\t|,";

/// Reads the first row of a table. The values may have another separator than the expected one, if the row is no header
/// with pages otherwise. The error says why it is not a header.
pub(super) fn header(
    row: &[u8],
    divider: u8,
    options: &SourceOptions,
) -> Result<Arc<TableHeader>, RowFault> {
    let read = |delimiter: u8| {
        let header = TableHeader::read(row, delimiter)?;
        check_columns(options, &header.names, false)?;
        Ok(Arc::new(header))
    };
    read(divider)
        .or_else(|fault| OTHER_DELIMITERS.iter().find_map(|other| read(*other).ok()).ok_or(fault))
}

/// Checks that the table has a column for each page of a row. The error is a message.
pub(super) fn check_columns(
    options: &SourceOptions,
    columns: &[String],
    has_objects: bool,
) -> Result<(), RowFault> {
    let names = || columns.iter().map(String::as_str);
    let lacks = |fields: &&FieldNames| !fields.is_among(names(), has_objects);
    options
        .page_fields()
        .find(lacks)
        .map_or(Ok(()), |fields| Err(RowFault::NoPage(no_column(fields, names()))))
}

/// The message for a table in which no column holds pages. It lists the columns, because the user will have to name
/// one of them.
fn no_column<'a>(fields: &FieldNames, columns: impl Iterator<Item = &'a str>) -> String {
    let columns = listed(columns);
    let missing = fields.missing().replace(" with text in it", "");
    format!("the table has {missing}; its columns are {columns}")
}

#[cfg(test)]
mod tests {
    use copydesk_clean::InputKind;

    use super::*;

    fn options() -> SourceOptions {
        SourceOptions { pass_through: true, ..SourceOptions::default() }
    }

    fn row(header: &[u8], row: &[u8]) -> Result<ParsedRecord, RowFault> {
        parse(super::header(header, b',', &options())?.values(row)?, &options())
    }

    #[test]
    fn columns_are_fields() {
        let header = b"\xef\xbb\xbfID, HTML ,url,note";
        let parsed = row(header, b"7,\"<p>\"\"x\"\"\n</p>\",https://a.example/,\"a,b\"").unwrap();
        assert_eq!(parsed.content, b"<p>\"x\"\n</p>");
        assert_eq!((parsed.kind, parsed.is_utf8), (Some(InputKind::Html), true));
        assert_eq!(parsed.url.as_deref(), Some("https://a.example/"));
        let others: Vec<_> = parsed.others.iter().map(|(k, v)| (k.as_str(), v.get())).collect();
        assert_eq!(others, [("ID", "\"7\""), ("note", "\"a,b\"")]);
        let parsed = row(b"text,html", b"caf\xe9").unwrap();
        assert_eq!((&*parsed.content, parsed.is_utf8), (&b"caf\xe9"[..], false));
    }

    #[test]
    fn a_table_without_pages_and_a_row_too_long_say_so() {
        let RowFault::NoPage(error) = row(b"id,score", b"1,2").err().unwrap() else { panic!() };
        assert!(error.starts_with("the table has no `html`, "), "{error}");
        assert!(error.ends_with("; its columns are `id`, `score`"), "{error}");
        let RowFault::Damaged(error) = row(b"id,text", b"1,a,b").err().unwrap() else { panic!() };
        assert!(error.starts_with("the row has 3 values and the header 2 names"), "{error}");
    }
}
