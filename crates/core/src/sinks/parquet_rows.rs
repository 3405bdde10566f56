//! A Parquet table with the columns of Parquet inputs, copied as they are stored, and further columns.
//!
//! Each row group of an input becomes one of the output. So nothing of the columns that are copied is decoded, and they
//! keep their types, encodings and bytes.

use std::io;
use std::sync::Arc;

use ::parquet::column::writer::ColumnCloseResult;
use ::parquet::errors::Result;
use ::parquet::file::metadata::{ColumnChunkMetaData, RowGroupMetaData};
use ::parquet::file::properties::{EnabledStatistics, WriterProperties};
use ::parquet::file::writer::SerializedFileWriter;
use ::parquet::schema::types::{Type, TypePtr};

use super::parquet::{
    SkippingWriter, as_written, footer, group_properties, groups, invalid, io_error, replay,
};
use super::parquet_columns::{self, ColumnBuffer};
use super::partial::PartialFile;
use super::row::{CellValue, ColumnKind};
use super::row_header::AddedRow;
use super::state::CutPoint;
use crate::sources::RowGroup;

/// The types of the columns that are added for a text, in their order.
const KINDS: [ColumnKind; 4] =
    [ColumnKind::Text, ColumnKind::Text, ColumnKind::Json, ColumnKind::Text];

/// A table that is being written. The values of the added columns are in memory until their row group ends.
pub(super) struct ParquetRows {
    /// The file, until the first row says which columns it has.
    partial: Option<PartialFile>,
    writer: Option<SerializedFileWriter<SkippingWriter>>,
    buffers: Vec<ColumnBuffer>,
    /// The row group of the input, and how many of its rows are done.
    group: Option<Arc<RowGroup>>,
    rows: u64,
    /// The end of what was accepted, written or not.
    accepted: CutPoint,
    /// The end of the last row group.
    cut: CutPoint,
}

impl ParquetRows {
    pub(super) fn create(partial: PartialFile) -> Self {
        Self {
            partial: Some(partial),
            writer: None,
            buffers: Vec::new(),
            group: None,
            rows: 0,
            accepted: CutPoint::default(),
            cut: CutPoint::default(),
        }
    }

    /// Resumes from `cut`, where the file ends, as [`super::parquet::ParquetFile::resume`] does.
    pub(super) fn resume(partial: PartialFile, cut: CutPoint) -> io::Result<Self> {
        let mut file = partial.reader()?;
        let (groups, schema) = groups(&mut file, cut.stored)?;
        let schema = schema.ok_or_else(|| invalid("it has no columns"))?;
        let to = SkippingWriter { skip: cut.stored, to: Some(partial) };
        let mut writer = writer(to, schema).map_err(io_error)?;
        for group in &groups {
            replay(&mut writer, group).map_err(io_error)?;
        }
        writer.flush()?;
        if writer.bytes_written() as u64 != cut.stored {
            return Err(invalid("its row groups do not add up"));
        }
        Ok(Self {
            partial: None,
            writer: Some(writer),
            buffers: Vec::new(),
            group: None,
            rows: 0,
            accepted: cut,
            cut,
        })
    }

    pub(super) fn write_row(&mut self, row: &AddedRow) -> io::Result<()> {
        self.begin_row(row)?;
        for _ in 0..row.count {
            for (buffer, value) in self.buffers.iter_mut().zip(&row.values) {
                buffer.push(value);
            }
        }
        self.rows = self.rows.saturating_add(row.count);
        self.accepted.content += row.cost() as u64;
        self.accepted.rows += 1;
        if self.rows >= row.group.rows() {
            self.end_group(true).map_err(io_error)?;
            self.accepted.stored =
                self.writer.as_ref().map_or(0, |writer| writer.bytes_written() as u64);
            self.cut = self.accepted;
        }
        Ok(())
    }

    /// Makes room for a row: starts the file if it is the first one, and the group if it is the first one of that.
    fn begin_row(&mut self, row: &AddedRow) -> io::Result<()> {
        if let Some(partial) = self.partial.take() {
            let to = SkippingWriter { skip: 0, to: Some(partial) };
            let schema = schema(row.group.schema(), &row.names).map_err(io_error)?;
            self.writer = Some(writer(to, schema).map_err(io_error)?);
        }
        if self.group.as_ref().is_some_and(|group| group.is(&row.group)) {
            return Ok(());
        }
        if self.rows > 0 {
            self.end_group(true).map_err(io_error)?;
        }
        let expected = schema(row.group.schema(), &row.names).map_err(io_error)?;
        let columns = |schema: &Type| schema.get_fields().to_vec();
        let is_same = self.writer.as_ref().is_some_and(|writer| {
            columns(writer.schema_descr().root_schema()) == columns(&expected)
        });
        if !is_same {
            return Err(invalid("the inputs have other columns than those before"));
        }
        self.buffers = row
            .names
            .iter()
            .zip(KINDS.iter().cycle())
            .map(|(_, kind)| ColumnBuffer::new(*kind, false))
            .collect();
        self.group = Some(Arc::clone(&row.group));
        Ok(())
    }

    fn end_group(&mut self, with_footer: bool) -> Result<()> {
        let (Some(group), Some(writer)) = (self.group.take(), &mut self.writer) else {
            return Ok(());
        };
        // Rows that were not read, because the run was stopped, have no values.
        for _ in self.rows..group.rows() {
            self.buffers.iter_mut().for_each(|buffer| buffer.push(&CellValue::Null));
        }
        self.rows = 0;
        let (chunks, mut out) = (group.chunks(), writer.next_row_group()?);
        for column in group.metadata().map(RowGroupMetaData::columns).unwrap_or_default() {
            check_place(column)?;
            let result = ColumnCloseResult {
                bytes_written: u64::try_from(column.compressed_size())?,
                rows_written: group.rows(),
                metadata: as_written(column)?,
                bloom_filter: None,
                column_index: None,
                offset_index: None,
            };
            out.append_column(&chunks, result)?;
        }
        for buffer in &mut self.buffers {
            let Some(mut column) = out.next_column()? else { break };
            buffer.write(column.untyped())?;
            column.close()?;
        }
        out.close()?;
        if with_footer {
            let footer = footer(writer)?;
            writer.write_all(&footer)?;
        }
        Ok(())
    }

    pub(super) fn accepted(&self) -> &CutPoint {
        &self.accepted
    }

    /// Makes the full row groups durable.
    pub(super) fn sync(&mut self) -> io::Result<CutPoint> {
        let partial = match (&mut self.writer, &mut self.partial) {
            (Some(writer), _) => {
                writer.flush()?;
                writer.inner_mut().to.as_mut()
            }
            (None, partial) => partial.as_mut(),
        };
        let tail = partial.map_or(Ok(0), |partial| partial.sync(self.cut.stored))?;
        Ok(CutPoint { tail, ..self.cut })
    }

    /// Ends the file. Without a row, no columns are known, and the file is a table without any.
    pub(super) fn finish(mut self) -> io::Result<PartialFile> {
        if let Some(partial) = self.partial.take() {
            let to = SkippingWriter { skip: 0, to: Some(partial) };
            let none = Type::group_type_builder("schema").build().map_err(io_error)?;
            self.writer = Some(writer(to, Arc::new(none)).map_err(io_error)?);
        }
        self.end_group(false).map_err(io_error)?;
        let mut writer = self.writer.ok_or_else(|| invalid("it is closed"))?;
        writer.finish().map_err(io_error)?;
        writer.inner_mut().to.take().ok_or_else(|| invalid("it is closed"))
    }
}

/// The columns of an input, and those that are added.
fn schema(input: &Type, names: &[String]) -> Result<TypePtr> {
    let mut fields = input.get_fields().to_vec();
    for (name, kind) in names.iter().zip(KINDS.iter().cycle()) {
        fields.push(parquet_columns::field(name, *kind, false)?);
    }
    Ok(Arc::new(Type::group_type_builder(input.name()).with_fields(fields).build()?))
}

fn writer(to: SkippingWriter, schema: TypePtr) -> Result<SerializedFileWriter<SkippingWriter>> {
    let properties: WriterProperties = group_properties()?
        .set_dictionary_enabled(false)
        .set_statistics_enabled(EnabledStatistics::None)
        .build();
    SerializedFileWriter::new(to, schema, Arc::new(properties))
}

/// Refuses a chunk that a damaged file puts at an impossible place.
fn check_place(column: &ColumnChunkMetaData) -> Result<()> {
    let data = column.data_page_offset();
    let first = column.dictionary_page_offset().unwrap_or(data);
    if first < 0 || data < first || column.compressed_size() < 0 {
        return Err(io_to_parquet(invalid("a column lies outside of the input")));
    }
    Ok(())
}

fn io_to_parquet(error: io::Error) -> ::parquet::errors::ParquetError {
    ::parquet::errors::ParquetError::External(Box::new(error))
}
