//! The columns of a Parquet table: their types, and the values of one row group.

use std::mem;
use std::sync::Arc;

use ::parquet::basic::{ConvertedType, LogicalType, Repetition, Type as Physical};
use ::parquet::column::writer::{ColumnWriter, ColumnWriterImpl};
use ::parquet::data_type::{ByteArray, DataType};
use ::parquet::errors::{ParquetError, Result};
use ::parquet::schema::types::{Type, TypePtr};

use super::{COLUMNS, CellValue, ColumnKind, TableColumn};

/// The schema of the table.
pub(super) fn schema() -> Result<TypePtr> {
    let fields = COLUMNS.iter().map(field).collect::<Result<Vec<_>>>()?;
    Ok(Arc::new(Type::group_type_builder("page").with_fields(fields).build()?))
}

fn field(column: &TableColumn) -> Result<TypePtr> {
    let repetition = if column.is_required { Repetition::REQUIRED } else { Repetition::OPTIONAL };
    let field = match column.kind {
        ColumnKind::Text => text(column.name, repetition)?,
        ColumnKind::Json => Type::primitive_type_builder(column.name, Physical::BYTE_ARRAY)
            .with_repetition(repetition)
            .with_logical_type(Some(LogicalType::Json))
            .with_converted_type(ConvertedType::JSON)
            .build()?,
        ColumnKind::Integer => plain(column.name, Physical::INT64, repetition)?,
        ColumnKind::Real => plain(column.name, Physical::DOUBLE, repetition)?,
        ColumnKind::Flag => plain(column.name, Physical::BOOLEAN, repetition)?,
        // The three levels that the format's specification of lists asks for.
        ColumnKind::List => {
            let element = Arc::new(text("element", Repetition::REQUIRED)?);
            let list = Type::group_type_builder("list")
                .with_repetition(Repetition::REPEATED)
                .with_fields(vec![element])
                .build()?;
            Type::group_type_builder(column.name)
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

/// The values of one column that wait for their row group to be full.
pub(super) struct ColumnBuffer {
    values: ColumnValues,
    /// Whether each value is there: of a column that may be null, for each row; of a list, for each
    /// element, and once for a list of none.
    definitions: Option<Vec<i16>>,
    /// Of a list: 0 where a row begins, 1 for its other elements.
    repetitions: Option<Vec<i16>>,
}

enum ColumnValues {
    Texts(Vec<ByteArray>),
    Integers(Vec<i64>),
    Reals(Vec<f64>),
    Flags(Vec<bool>),
}

/// A buffer for each column.
pub(super) fn buffers() -> Vec<ColumnBuffer> {
    COLUMNS.iter().map(ColumnBuffer::new).collect()
}

impl ColumnBuffer {
    fn new(column: &TableColumn) -> Self {
        let is_list = column.kind == ColumnKind::List;
        Self {
            values: match column.kind {
                ColumnKind::Text | ColumnKind::Json | ColumnKind::List => {
                    ColumnValues::Texts(Vec::new())
                }
                ColumnKind::Integer => ColumnValues::Integers(Vec::new()),
                ColumnKind::Real => ColumnValues::Reals(Vec::new()),
                ColumnKind::Flag => ColumnValues::Flags(Vec::new()),
            },
            definitions: (is_list || !column.is_required).then(Vec::new),
            repetitions: is_list.then(Vec::new),
        }
    }

    pub(super) fn push(&mut self, value: &CellValue) {
        match (&mut self.values, value) {
            (ColumnValues::Texts(texts), CellValue::List(list)) => {
                texts.extend(list.iter().map(|text| bytes(text)));
                if let Some(definitions) = &mut self.definitions {
                    definitions.extend(list.iter().map(|_| 1));
                    definitions.extend(list.is_empty().then_some(0));
                }
                if let Some(repetitions) = &mut self.repetitions {
                    repetitions.push(0);
                    repetitions.extend(list.iter().skip(1).map(|_| 1));
                }
                return;
            }
            (ColumnValues::Texts(texts), CellValue::Text(text)) => texts.push(bytes(text)),
            (ColumnValues::Integers(integers), CellValue::Integer(integer)) => {
                integers.push(*integer)
            }
            (ColumnValues::Reals(reals), CellValue::Real(real)) => reals.push(*real),
            (ColumnValues::Flags(flags), CellValue::Flag(flag)) => flags.push(*flag),
            _ => {
                self.definitions.iter_mut().for_each(|definitions| definitions.push(0));
                return;
            }
        }
        self.definitions.iter_mut().for_each(|definitions| definitions.push(1));
    }

    /// Writes the values, and is empty afterwards.
    pub(super) fn write(&mut self, column: &mut ColumnWriter<'_>) -> Result<()> {
        let definitions = self.definitions.as_mut().map(mem::take);
        let repetitions = self.repetitions.as_mut().map(mem::take);
        let (definitions, repetitions) = (definitions.as_deref(), repetitions.as_deref());
        match (&mut self.values, column) {
            (ColumnValues::Texts(texts), ColumnWriter::ByteArrayColumnWriter(to)) => {
                put(to, &mem::take(texts), definitions, repetitions)
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
            _ => Err(ParquetError::General("a column is of another type".into())),
        }
    }
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
