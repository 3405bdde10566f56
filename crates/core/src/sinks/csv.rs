//! Records as CSV (RFC 4180).

use super::row::{CellValue, FlatRow, columns};

/// The names of the columns.
pub(super) fn header() -> Vec<u8> {
    line(columns().iter().map(|column| column.name))
}

pub(super) fn render(row: &FlatRow) -> Vec<u8> {
    line(row.values().iter().map(cell))
}

/// The same with values that no spreadsheet takes for formulas.
pub(super) fn render_for_spreadsheets(row: &FlatRow) -> Vec<u8> {
    line(row.values().iter().map(|value| inert(cell(value).into_bytes())))
}

/// Begins files for spreadsheet programs, some of which read UTF-8 in another charset without it.
pub(super) const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// A value with `'` before it if a spreadsheet program would take it for a formula, which may read other cells or start
/// programs (OWASP, "CSV Injection"). Numbers are no formulas.
pub(super) fn inert(value: Vec<u8>) -> Vec<u8> {
    let is_number = || std::str::from_utf8(&value).is_ok_and(|text| text.parse::<f64>().is_ok());
    match value.first() {
        Some(b'=' | b'+' | b'-' | b'@' | b'\t' | b'\r') if !is_number() => {
            [b"'", value.as_slice()].concat()
        }
        _ => value,
    }
}

fn cell(value: &CellValue) -> String {
    match value {
        CellValue::Null => String::new(),
        CellValue::Text(text) => text.clone(),
        CellValue::Integer(integer) => integer.to_string(),
        CellValue::Real(real) => real.to_string(),
        CellValue::Flag(flag) => flag.to_string(),
        // CSV has no lists, and no separator is safe in texts.
        CellValue::List(texts) => serde_json::to_string(texts).unwrap_or_default(),
    }
}

/// A line with these values.
pub(super) fn line(values: impl IntoIterator<Item = impl AsRef<[u8]>>) -> Vec<u8> {
    let mut writer = ::csv::Writer::from_writer(Vec::new());
    // Neither can fail: there is one row, and the writer is memory.
    let _ = writer.write_record(values);
    writer.into_inner().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use copydesk_clean::{ChangeKind, PageChange, Record};

    use super::super::row::sample;
    use super::*;
    use crate::sources::PassThroughFields;

    /// The row that a reader reads, by the names of its columns.
    fn read(record: &Record, fields: &PassThroughFields) -> HashMap<String, String> {
        let table = [header(), render(&FlatRow::new(record, fields))].concat();
        let mut reader = ::csv::Reader::from_reader(table.as_slice());
        let names = reader.headers().unwrap().clone();
        let rows: Vec<_> = reader.records().map(Result::unwrap).collect();
        assert_eq!(rows.len(), 1);
        let owned = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
        names.iter().zip(&rows[0]).map(owned).collect()
    }

    #[test]
    fn a_text_of_many_lines_is_one_value() {
        let record = Record { text: "One, \"two\"\n\nthree".into(), ..Record::default() };
        let row = read(&record, &PassThroughFields::new());
        assert_eq!(row["text"], "One, \"two\"\n\nthree");
        assert_eq!(row["outcome"], "empty");
    }

    #[test]
    fn a_row_has_the_columns_of_the_other_tables() {
        let fields = serde_json::from_str(r#"[["id", 1.0], ["title", "Old"]]"#).unwrap();
        let row = read(&sample(), &fields);
        assert_eq!(row.len(), columns().len());
        for (name, value) in [
            ("error_kind", "limit"),
            ("date", "2026-03-29"),
            ("tags", r#"["sea","","ferries"]"#),
            ("captions", "[]"),
            ("access_prompt_seen", "true"),
            ("removed", r#"{"paywall":3}"#),
            ("confidence", "0.87"),
            ("fetch_status", "200"),
            ("markdown", ""),
            ("change", ""),
            ("input", r#"{"id":1.0,"title":"Old"}"#),
        ] {
            assert_eq!(row[name], value, "{name}");
        }
    }

    #[test]
    fn spreadsheets_get_no_formulas() {
        for (value, shown) in [
            ("=1+1", "'=1+1"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("-2+3", "'-2+3"),
            ("+cmd", "'+cmd"),
            ("\t=1", "'\t=1"),
            ("-0.5", "-0.5"),
            ("+7", "+7"),
            ("2 = 1 + 1", "2 = 1 + 1"),
            ("", ""),
        ] {
            assert_eq!(inert(value.into()), shown.as_bytes(), "{value}");
        }
    }

    #[test]
    fn pages_of_a_crawl_say_what_is_new() {
        let change = PageChange {
            kind: ChangeKind::Gone,
            share: 1.0,
            added: Vec::new(),
            removed: vec!["It sailed.".into()],
            first_seen: "2026-03-29T06:00:00Z".into(),
            last_change: None,
        };
        let record = Record { change: Some(change), ..Record::default() };
        let row = read(&record, &PassThroughFields::new());
        assert_eq!(row["change"], "gone");
        assert_eq!(row["change_share"], "1");
        assert_eq!(row["change_removed"], r#"["It sailed."]"#);
        assert_eq!(row["first_seen"], "2026-03-29T06:00:00Z");
        assert_eq!(row["last_change"], "");
    }
}
