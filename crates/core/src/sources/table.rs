//! Reads rows of tables as records that hold pages.

use std::sync::Arc;

use csv::{ByteRecord, ReaderBuilder, Terminator};
use serde_json::value::{RawValue, to_raw_value};

use super::SourceOptions;
use super::fields::{ParsedRecord, PassThroughFields, find, find_url, lossy};

/// The columns of a table.
#[derive(Debug)]
pub(super) struct TableHeader {
    pub(super) names: Vec<String>,
    /// The separator between values.
    pub(super) delimiter: u8,
}

/// A value of a row.
#[derive(Debug)]
pub(super) enum TableValue {
    /// Text in any encoding, or any other bytes.
    Bytes(Vec<u8>),
    /// Anything else.
    #[cfg_attr(
        not(feature = "parquet"),
        expect(dead_code, reason = "only the Parquet reader makes it")
    )]
    Json(Box<RawValue>),
}

/// The values of a row, with the names of their columns.
pub(super) type TableValues = Vec<(String, TableValue)>;

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
) -> Result<ParsedRecord, String> {
    let bytes = |name: &str| {
        values.iter().find_map(|(column, value)| match value {
            TableValue::Bytes(bytes) if column.eq_ignore_ascii_case(name) => {
                Some((column.clone(), bytes.as_slice()))
            }
            _ => None,
        })
    };
    let found = find(options, bytes)?;
    let url = find_url(options, |name| {
        bytes(name).map(|(column, bytes)| (column, lossy(bytes).into_owned()))
    });
    let (url_column, url) = url.unzip();
    let (column, kind) = (found.field, found.kind);
    let mut content = Vec::new();
    let mut others = PassThroughFields::new();
    for (name, value) in &mut values {
        match value {
            TableValue::Bytes(bytes) if *name == column => content = std::mem::take(bytes),
            value if options.pass_through && Some(&*name) != url_column.as_ref() => {
                others.extend(value.to_json().map(|json| (std::mem::take(name), json)));
            }
            _ => {}
        }
    }
    let is_utf8 = std::str::from_utf8(&content).is_ok();
    Ok(ParsedRecord { content, is_utf8, kind, url, others, ..ParsedRecord::default() })
}

impl TableValue {
    fn to_json(&self) -> Option<Box<RawValue>> {
        match self {
            Self::Bytes(bytes) => to_raw_value(&lossy(bytes)).ok(),
            Self::Json(json) => Some(json.clone()),
        }
    }
}

/// Reads the first row of a table. The error says why it is not a header.
pub(super) fn header(
    row: &[u8],
    divider: u8,
    options: &SourceOptions,
) -> Result<Arc<TableHeader>, String> {
    let header = TableHeader::read(row, divider)?;
    if options.fields.is_among(header.names.iter().map(String::as_str)) {
        return Ok(Arc::new(header));
    }
    Err(no_column(options, header.names.iter().map(String::as_str)))
}

/// The message for a table in which no column holds pages. It lists the columns, because the user will have to name
/// one of them.
pub(super) fn no_column<'a>(
    options: &SourceOptions,
    columns: impl Iterator<Item = &'a str>,
) -> String {
    const SHOWN_COLUMNS: usize = 20;
    const SHOWN_CHARACTERS: usize = 40;
    let columns: Vec<String> = columns
        .take(SHOWN_COLUMNS)
        .map(|name| format!("`{}`", name.chars().take(SHOWN_CHARACTERS).collect::<String>()))
        .collect();
    let missing = options.fields.missing().replace(" with text in it", "");
    format!("the table has {missing}; its columns are {}", columns.join(", "))
}

#[cfg(test)]
mod tests {
    use copydesk_clean::InputKind;

    use super::*;

    fn options() -> SourceOptions {
        SourceOptions { pass_through: true, ..SourceOptions::default() }
    }

    fn row(header: &[u8], row: &[u8]) -> Result<ParsedRecord, String> {
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
        let error = row(b"id,score", b"1,2").err().unwrap();
        assert!(error.starts_with("the table has no `html`, "), "{error}");
        assert!(error.ends_with("; its columns are `id`, `score`"), "{error}");
        let error = row(b"id,text", b"1,a,b").err().unwrap();
        assert!(error.starts_with("the row has 3 values and the header 2 names"), "{error}");
    }
}
