//! Converts values of Parquet rows to values of records.

use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};
use parquet::record::{Field, Row};
use serde_json::value::to_raw_value;
use serde_json::{Map, Value as Json};

use super::table_values::{TableValue, TableValues};

/// The values of a row, and their approximate size in bytes. Null values are left out.
pub(super) fn values(row: Row) -> (TableValues, usize) {
    let mut bytes = 0;
    let mut values = TableValues::new();
    for (name, field) in row.into_columns() {
        let value = match field {
            Field::Null => continue,
            Field::Str(text) => TableValue::Bytes(text.into_bytes()),
            Field::Bytes(data) => TableValue::Bytes(data.data().to_vec()),
            other => match to_raw_value(&json(&other)) {
                Ok(json) => TableValue::Json(json),
                Err(_) => continue,
            },
        };
        bytes += value.bytes();
        values.push((name, value));
    }
    (values, bytes)
}

/// A value as JSON: times in RFC 3339 and UTC; decimals as strings, since JSON readers would round numbers with that
/// many digits.
fn json(field: &Field) -> Json {
    match field {
        Field::Null => Json::Null,
        Field::Bool(value) => (*value).into(),
        Field::Byte(value) => (*value).into(),
        Field::Short(value) => (*value).into(),
        Field::Int(value) => (*value).into(),
        Field::Long(value) => (*value).into(),
        Field::UByte(value) => (*value).into(),
        Field::UShort(value) => (*value).into(),
        Field::UInt(value) => (*value).into(),
        Field::ULong(value) => (*value).into(),
        Field::Float16(value) => f32::from(*value).into(),
        Field::Float(value) => (*value).into(),
        Field::Double(value) => (*value).into(),
        Field::Str(text) => text.as_str().into(),
        Field::Bytes(data) => String::from_utf8_lossy(data.data()).into(),
        Field::Date(days) => date(*days),
        Field::TimestampMillis(time) => time_text(Timestamp::from_millisecond(*time).ok()),
        Field::TimestampMicros(time) => time_text(Timestamp::from_microsecond(*time).ok()),
        Field::Group(row) => {
            let fields = row.get_column_iter().map(|(name, field)| (name.clone(), json(field)));
            Json::Object(fields.collect::<Map<_, _>>())
        }
        Field::ListInternal(list) => list.elements().iter().map(json).collect(),
        Field::MapInternal(map) => {
            let entries = map.entries().iter().map(|(key, value)| {
                let key = match json(key) {
                    Json::String(text) => text,
                    other => other.to_string(),
                };
                (key, json(value))
            });
            Json::Object(entries.collect::<Map<_, _>>())
        }
        other => other.to_string().into(),
    }
}

fn date(days: i32) -> Json {
    let epoch = Date::constant(1970, 1, 1);
    epoch.checked_add(i64::from(days).days()).map_or(Json::Null, |date| date.to_string().into())
}

fn time_text(time: Option<Timestamp>) -> Json {
    time.map_or(Json::Null, |time| time.to_string().into())
}
