//! The columns of a Parquet table: their types, and the values of one row group.

use std::mem;
use std::sync::Arc;

use ::parquet::basic::{ConvertedType, LogicalType, Repetition, Type as Physical};
use ::parquet::column::writer::{ColumnWriter, ColumnWriterImpl};
use ::parquet::data_type::{ByteArray, DataType};
use ::parquet::errors::{ParquetError, Result};
use ::parquet::schema::types::{Type, TypePtr};

use jiff::civil::Date;

use super::{CellValue, ColumnKind, TableColumn, columns};

/// The schema of the table.
pub(super) fn schema() -> Result<TypePtr> {
    let field = |column: &TableColumn| field(column.name, column.kind, column.is_required);
    let fields = columns().iter().map(field).collect::<Result<Vec<_>>>()?;
    Ok(Arc::new(Type::group_type_builder("page").with_fields(fields).build()?))
}

/// A column of this type.
pub(super) fn field(name: &str, kind: ColumnKind, is_required: bool) -> Result<TypePtr> {
    let repetition = if is_required { Repetition::REQUIRED } else { Repetition::OPTIONAL };
    let field = match kind {
        ColumnKind::Text => text(name, repetition)?,
        ColumnKind::Json => Type::primitive_type_builder(name, Physical::BYTE_ARRAY)
            .with_repetition(repetition)
            .with_logical_type(Some(LogicalType::Json))
            .with_converted_type(ConvertedType::JSON)
            .build()?,
        ColumnKind::Date => Type::primitive_type_builder(name, Physical::INT32)
            .with_repetition(repetition)
            .with_logical_type(Some(LogicalType::Date))
            .with_converted_type(ConvertedType::DATE)
            .build()?,
        ColumnKind::Integer => plain(name, Physical::INT64, repetition)?,
        ColumnKind::Real => plain(name, Physical::DOUBLE, repetition)?,
        ColumnKind::Flag => plain(name, Physical::BOOLEAN, repetition)?,
        // The three levels of nesting that the Parquet specification requires for LIST.
        ColumnKind::List => {
            let element = Arc::new(text("element", Repetition::REQUIRED)?);
            let list = Type::group_type_builder("list")
                .with_repetition(Repetition::REPEATED)
                .with_fields(vec![element])
                .build()?;
            Type::group_type_builder(name)
                .with_repetition(repetition)
                .with_logical_type(Some(LogicalType::List))
                .with_converted_type(ConvertedType::LIST)
                .with_fields(vec![Arc::new(list)])
                .build()?
        }
    };
    Ok(Arc::new(field))
}

fn text(name: &str, repetition: Repetition) -> Result<Type> {
    Type::primitive_type_builder(name, Physical::BYTE_ARRAY)
        .with_repetition(repetition)
        .with_logical_type(Some(LogicalType::String))
        .with_converted_type(ConvertedType::UTF8)
        .build()
}

fn plain(name: &str, physical: Physical, repetition: Repetition) -> Result<Type> {
    Type::primitive_type_builder(name, physical).with_repetition(repetition).build()
}

/// The values of one column, until their row group is full.
pub(super) struct ColumnBuffer {
    values: ColumnValues,
    /// Definition levels: how much of the path to a value is present. For a column that may be null, one level per
    /// row; for a list, one per element, and one for a list without elements. `None` if the column is required.
    definitions: Option<Vec<i16>>,
    /// Repetition levels of a list: 0 for the first element of a row, 1 for the others.
    repetitions: Option<Vec<i16>>,
    /// The definition level of a list without elements: 1 if the list itself may be null, which is 0 then.
    empty_list: i16,
}

enum ColumnValues {
    Texts(Vec<ByteArray>),
    Days(Vec<i32>),
    Integers(Vec<i64>),
    Reals(Vec<f64>),
    Flags(Vec<bool>),
}

/// A buffer for each column.
pub(super) fn buffers() -> Vec<ColumnBuffer> {
    columns().iter().map(|column| ColumnBuffer::new(column.kind, column.is_required)).collect()
}

impl ColumnBuffer {
    /// A buffer for a column of this type.
    pub(super) fn new(kind: ColumnKind, is_required: bool) -> Self {
        let is_list = kind == ColumnKind::List;
        Self {
            values: match kind {
                ColumnKind::Text | ColumnKind::Json | ColumnKind::List => {
                    ColumnValues::Texts(Vec::new())
                }
                ColumnKind::Date => ColumnValues::Days(Vec::new()),
                ColumnKind::Integer => ColumnValues::Integers(Vec::new()),
                ColumnKind::Real => ColumnValues::Reals(Vec::new()),
                ColumnKind::Flag => ColumnValues::Flags(Vec::new()),
            },
            definitions: (is_list || !is_required).then(Vec::new),
            repetitions: is_list.then(Vec::new),
            empty_list: i16::from(!is_required),
        }
    }

    pub(super) fn push(&mut self, value: &CellValue) {
        match (&mut self.values, value) {
            (ColumnValues::Texts(texts), CellValue::List(list)) => {
                texts.extend(list.iter().map(|text| bytes(text)));
                if let Some(definitions) = &mut self.definitions {
                    definitions.extend(list.iter().map(|_| self.empty_list + 1));
                    definitions.extend(list.is_empty().then_some(self.empty_list));
                }
                if let Some(repetitions) = &mut self.repetitions {
                    repetitions.push(0);
                    repetitions.extend(list.iter().skip(1).map(|_| 1));
                }
                return;
            }
            (ColumnValues::Texts(texts), CellValue::Text(text)) => texts.push(bytes(text)),
            (ColumnValues::Integers(integers), CellValue::Integer(integer)) => {
                integers.push(*integer);
            }
            (ColumnValues::Reals(reals), CellValue::Real(real)) => reals.push(*real),
            (ColumnValues::Flags(flags), CellValue::Flag(flag)) => flags.push(*flag),
            (ColumnValues::Days(days), CellValue::Text(date)) if day(date).is_some() => {
                days.extend(day(date));
            }
            // Null, or a date that is none, as a record from elsewhere may have it.
            _ => {
                self.definitions.iter_mut().for_each(|definitions| definitions.push(0));
                self.repetitions.iter_mut().for_each(|repetitions| repetitions.push(0));
                return;
            }
        }
        self.definitions.iter_mut().for_each(|definitions| definitions.push(1));
    }

    /// Writes the values and empties the buffer.
    pub(super) fn write(&mut self, column: &mut ColumnWriter<'_>) -> Result<()> {
        let definitions = self.definitions.as_mut().map(mem::take);
        let repetitions = self.repetitions.as_mut().map(mem::take);
        let (definitions, repetitions) = (definitions.as_deref(), repetitions.as_deref());
        match (&mut self.values, column) {
            (ColumnValues::Texts(texts), ColumnWriter::ByteArrayColumnWriter(to)) => {
                put(to, &mem::take(texts), definitions, repetitions)
            }
            (ColumnValues::Days(days), ColumnWriter::Int32ColumnWriter(to)) => {
                put(to, &mem::take(days), definitions, repetitions)
            }
            (ColumnValues::Integers(integers), ColumnWriter::Int64ColumnWriter(to)) => {
                put(to, &mem::take(integers), definitions, repetitions)
            }
            (ColumnValues::Reals(reals), ColumnWriter::DoubleColumnWriter(to)) => {
                put(to, &mem::take(reals), definitions, repetitions)
            }
            (ColumnValues::Flags(flags), ColumnWriter::BoolColumnWriter(to)) => {
                put(to, &mem::take(flags), definitions, repetitions)
            }
            _ => Err(ParquetError::General("a column has another type".into())),
        }
    }
}

/// The days from 1970-01-01 to a date, as `DATE` counts them; `None` if the text is not a date.
fn day(text: &str) -> Option<i32> {
    let epoch = Date::constant(1970, 1, 1);
    let date: Date = text.parse().ok()?;
    i32::try_from(date.duration_since(epoch).as_hours() / 24).ok()
}

fn bytes(text: &str) -> ByteArray {
    text.as_bytes().to_vec().into()
}

fn put<T: DataType>(
    to: &mut ColumnWriterImpl<'_, T>,
    values: &[T::T],
    definitions: Option<&[i16]>,
    repetitions: Option<&[i16]>,
) -> Result<()> {
    to.write_batch(values, definitions, repetitions).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_days_since_the_epoch() {
        for (text, days) in [
            ("1970-01-01", Some(0)),
            ("1969-12-31", Some(-1)),
            ("2026-03-29", Some(20_541)),
            ("2026-02-30", None),
            ("2026", None),
            ("", None),
        ] {
            assert_eq!(day(text), days, "{text}");
        }
    }
}
