//! The table in Apache Parquet.
//!
//! Each full row group is followed by a footer of its own. Readers skip these: they start from the footer at the
//! end of the file. With them, an interrupted file can be resumed.

use std::fs::File;
use std::io::{self, Read, Repeat, Seek, SeekFrom, Write};
use std::sync::Arc;

use ::parquet::basic::{Compression, ZstdLevel};
use ::parquet::column::writer::ColumnCloseResult;
use ::parquet::errors::{ParquetError, Result};
use ::parquet::file::metadata::{
    ColumnChunkMetaData, FileMetaData, ParquetMetaData, ParquetMetaDataOptions,
    ParquetMetaDataReader, ParquetMetaDataWriter, RowGroupMetaData,
};
use ::parquet::file::properties::{EnabledStatistics, WriterProperties, WriterPropertiesBuilder};
use ::parquet::file::reader::{ChunkReader, Length};
use ::parquet::file::statistics::Statistics;
use ::parquet::file::writer::SerializedFileWriter;
use ::parquet::schema::types::{ColumnPath, TypePtr};
use bytes::Bytes;

use super::parquet_columns::{self, ColumnBuffer};
use super::partial::PartialFile;
use super::state::CutPoint;
use super::{FlatRow, columns};

/// The default level of zstd.
const ZSTD_LEVEL: i32 = 3;

/// The bytes before the first row group: the magic number `PAR1`.
const HEADER_BYTES: u64 = 4;

/// The bytes after a footer: its length, and `PAR1` again.
const FOOTER_TAIL: usize = 8;

/// Columns with long values that all differ: a dictionary would only repeat them, and no reader selects rows by
/// their least and greatest value.
const LONG_COLUMNS: [&str; 7] =
    ["text", "markdown", "html", "comments", "blocks", "input", "error_message"];

/// A table that is being written: the current row group is in memory, earlier ones are in the file.
pub(super) struct ParquetFile {
    writer: SerializedFileWriter<SkippingWriter>,
    buffers: Vec<ColumnBuffer>,
    /// Bytes in the buffers.
    group_bytes: u64,
    row_group_bytes: u64,
    /// The end of what was accepted, written or not.
    accepted: CutPoint,
    /// The end of the last row group.
    cut: CutPoint,
}

impl ParquetFile {
    pub(super) fn create(partial: PartialFile, row_group_bytes: u64) -> io::Result<Self> {
        Self::new(SkippingWriter { skip: 0, to: Some(partial) }, row_group_bytes).map_err(io_error)
    }

    /// Resumes from `cut`, where the file ends. The writer gets the metadata of the existing row groups once
    /// more, without their data: it needs them for the footer at the end.
    pub(super) fn resume(
        partial: PartialFile,
        cut: CutPoint,
        row_group_bytes: u64,
    ) -> io::Result<Self> {
        let mut file = partial.reader()?;
        let (groups, _) = groups(&mut file, cut.stored)?;
        let to = SkippingWriter { skip: cut.stored, to: Some(partial) };
        let mut resumed = Self::new(to, row_group_bytes).map_err(io_error)?;
        for group in &groups {
            replay(&mut resumed.writer, group).map_err(io_error)?;
        }
        resumed.writer.flush()?;
        if resumed.writer.bytes_written() as u64 != cut.stored {
            return Err(invalid("its row groups do not add up"));
        }
        (resumed.accepted, resumed.cut) = (cut, cut);
        Ok(resumed)
    }

    fn new(to: SkippingWriter, row_group_bytes: u64) -> Result<Self> {
        let writer =
            SerializedFileWriter::new(to, parquet_columns::schema()?, Arc::new(properties()?))?;
        let (accepted, cut) = (CutPoint::default(), CutPoint::default());
        Ok(Self {
            writer,
            buffers: parquet_columns::buffers(),
            group_bytes: 0,
            row_group_bytes,
            accepted,
            cut,
        })
    }

    pub(super) fn write_row(&mut self, row: &FlatRow) -> io::Result<()> {
        for (buffer, value) in self.buffers.iter_mut().zip(row.values()) {
            buffer.push(value);
        }
        let bytes = row.cost() as u64;
        self.group_bytes += bytes;
        self.accepted.content += bytes;
        self.accepted.rows += 1;
        if self.group_bytes >= self.row_group_bytes {
            self.end_group(true).map_err(io_error)?;
            self.accepted.stored = self.writer.bytes_written() as u64;
            self.cut = self.accepted;
        }
        Ok(())
    }

    fn end_group(&mut self, with_footer: bool) -> Result<()> {
        self.group_bytes = 0;
        let mut group = self.writer.next_row_group()?;
        for buffer in &mut self.buffers {
            let Some(mut column) = group.next_column()? else { break };
            buffer.write(column.untyped())?;
            column.close()?;
        }
        group.close()?;
        if with_footer {
            let footer = footer(&self.writer)?;
            self.writer.write_all(&footer)?;
        }
        Ok(())
    }

    pub(super) fn accepted(&self) -> &CutPoint {
        &self.accepted
    }

    /// Makes the full row groups durable.
    pub(super) fn sync(&mut self) -> io::Result<CutPoint> {
        self.writer.flush()?;
        let tail = match &mut self.writer.inner_mut().to {
            Some(partial) => partial.sync(self.cut.stored)?,
            None => 0,
        };
        Ok(CutPoint { tail, ..self.cut })
    }

    pub(super) fn finish(mut self) -> io::Result<PartialFile> {
        if self.group_bytes > 0 {
            self.end_group(false).map_err(io_error)?;
        }
        self.writer.finish().map_err(io_error)?;
        self.writer.inner_mut().to.take().ok_or_else(|| invalid("it is closed"))
    }
}

/// The footer for the last row group alone.
pub(super) fn footer(writer: &SerializedFileWriter<SkippingWriter>) -> Result<Vec<u8>> {
    let last = writer.flushed_row_groups().last().cloned();
    let schema = Arc::new(writer.schema_descr().clone());
    let rows = last.as_ref().map_or(0, RowGroupMetaData::num_rows);
    let file = FileMetaData::new(1, rows, None, None, schema, None);
    let metadata = ParquetMetaData::new(file, last.into_iter().collect());
    let mut footer = Vec::new();
    ParquetMetaDataWriter::new(&mut footer, &metadata).finish()?;
    Ok(footer)
}

/// Tells the writer of a row group that the file has already.
pub(super) fn replay(
    writer: &mut SerializedFileWriter<SkippingWriter>,
    group: &RowGroupMetaData,
) -> Result<()> {
    let mut replayed = writer.next_row_group()?;
    for column in group.columns() {
        let result = ColumnCloseResult {
            bytes_written: u64::try_from(column.compressed_size())?,
            rows_written: u64::try_from(group.num_rows())?,
            metadata: as_written(column)?,
            bloom_filter: None,
            column_index: None,
            offset_index: None,
        };
        replayed.append_column(&UnreadChunks, result)?;
    }
    replayed.close()?;
    let footer = footer(writer)?;
    Ok(writer.write_all(&footer)?)
}

/// The properties that all tables share.
pub(super) fn group_properties() -> Result<WriterPropertiesBuilder> {
    Ok(WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::try_new(ZSTD_LEVEL)?))
        .set_statistics_enabled(EnabledStatistics::Chunk)
        .set_offset_index_disabled(true))
}

fn properties() -> Result<WriterProperties> {
    let mut properties = group_properties()?;
    for column in columns().iter().filter(|column| LONG_COLUMNS.contains(&column.name)) {
        let path = || ColumnPath::from(column.name);
        properties = properties
            .set_column_dictionary_enabled(path(), false)
            .set_column_statistics_enabled(path(), EnabledStatistics::None);
    }
    Ok(properties.build())
}

/// The row groups of a file that ends at `end` with the footer of the last one, found from footer to footer, and its
/// columns, if it has a group.
pub(super) fn groups(
    file: &mut File,
    mut end: u64,
) -> io::Result<(Vec<RowGroupMetaData>, Option<TypePtr>)> {
    let options = ParquetMetaDataOptions::new().with_encoding_stats_as_mask(false);
    let (mut groups, mut schema) = (Vec::new(), None);
    while end > HEADER_BYTES {
        let mut tail = [0; FOOTER_TAIL];
        let tail_at =
            end.checked_sub(FOOTER_TAIL as u64).ok_or_else(|| invalid("it is too short"))?;
        file.seek(SeekFrom::Start(tail_at))?;
        file.read_exact(&mut tail)?;
        let [a, b, c, d, ..] = tail;
        let length = u64::from(u32::from_le_bytes([a, b, c, d]));
        let at = tail_at.checked_sub(length).ok_or_else(|| invalid("it has no row group there"))?;
        file.seek(SeekFrom::Start(at))?;
        let mut footer = Vec::new();
        Read::take(&mut *file, length).read_to_end(&mut footer)?;
        let metadata = ParquetMetaDataReader::decode_metadata_with_options(&footer, Some(&options))
            .map_err(io_error)?;
        let group = metadata.row_groups().first().ok_or_else(|| invalid("a group is missing"))?;
        let begin = group.file_offset().and_then(|offset| u64::try_from(offset).ok());
        end = begin.filter(|begin| *begin < end).ok_or_else(|| invalid("its groups overlap"))?;
        groups.push(group.clone());
        schema = Some(metadata.file_metadata().schema_descr().root_schema_ptr());
    }
    if end != HEADER_BYTES {
        return Err(invalid("it is too short"));
    }
    groups.reverse();
    Ok((groups, schema))
}

/// The metadata of a column as it was written. The reader drops that the least and greatest number were also
/// stored in the deprecated statistics fields, and without them the resumed file would differ.
pub(super) fn as_written(column: &ColumnChunkMetaData) -> Result<ColumnChunkMetaData> {
    let is_signed = column.column_descr().sort_order().is_signed();
    let statistics = match column.statistics() {
        Some(Statistics::Int32(numbers)) if is_signed => {
            Statistics::Int32(numbers.clone().with_backwards_compatible_min_max(true))
        }
        Some(Statistics::Int64(numbers)) if is_signed => {
            Statistics::Int64(numbers.clone().with_backwards_compatible_min_max(true))
        }
        _ => return Ok(column.clone()),
    };
    column.clone().into_builder().set_statistics(statistics).build()
}

pub(super) fn invalid(message: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, message)
}

pub(super) fn io_error(error: ParquetError) -> io::Error {
    match error {
        ParquetError::External(source) => match source.downcast::<io::Error>() {
            Ok(error) => *error,
            Err(source) => io::Error::other(source),
        },
        other => io::Error::other(other),
    }
}

/// Skips the bytes that the file has already.
pub(super) struct SkippingWriter {
    pub(super) skip: u64,
    /// `None` once the file is whole.
    pub(super) to: Option<PartialFile>,
}

impl Write for SkippingWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.skip > 0 {
            let skipped = bytes.len().min(usize::try_from(self.skip).unwrap_or(usize::MAX));
            self.skip -= skipped as u64;
            return Ok(skipped);
        }
        match &mut self.to {
            Some(partial) => partial.write(bytes),
            None => Err(invalid("it is closed")),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.to.as_mut().map_or(Ok(()), Write::flush)
    }
}

/// Stands for the data of existing row groups, which is never read.
struct UnreadChunks;

impl Length for UnreadChunks {
    fn len(&self) -> u64 {
        u64::MAX
    }
}

impl ChunkReader for UnreadChunks {
    type T = Repeat;

    fn get_read(&self, _: u64) -> Result<Repeat> {
        Ok(io::repeat(0))
    }

    fn get_bytes(&self, _: u64, _: usize) -> Result<Bytes> {
        Ok(Bytes::new())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use ::parquet::file::reader::{FileReader, SerializedFileReader};
    use copydesk_clean::Record;

    use super::super::row::sample;
    use super::super::{Destination, OutputTarget};
    use super::*;
    use crate::format::Format;
    use crate::sources::PassThroughFields;

    #[test]
    fn a_reader_finds_the_rows_in_groups_of_the_given_size() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("out.parquet");
        let partial = PartialFile::create(&path, false, false).unwrap();
        let mut file = ParquetFile::create(partial, 20_000).unwrap();
        let long = Record { text: "word ".repeat(2000), ..sample() };
        for record in [&sample(), &Record::default(), &long, &long, &sample()] {
            file.write_row(&FlatRow::new(record, &PassThroughFields::new())).unwrap();
        }
        file.finish().unwrap().finish(false).unwrap();

        let reader = SerializedFileReader::new(File::open(&path).unwrap()).unwrap();
        let groups = reader.metadata().row_groups();
        assert_eq!(groups.iter().map(RowGroupMetaData::num_rows).collect::<Vec<_>>(), [4, 1]);
        let rows: Vec<BTreeMap<String, String>> = reader
            .get_row_iter(None)
            .unwrap()
            .map(|row| {
                let row = row.unwrap();
                row.get_column_iter()
                    .map(|(name, value)| (name.clone(), value.to_string()))
                    .collect()
            })
            .collect();
        assert_eq!(rows.len(), 5);
        for (name, value) in [
            ("source", "\"a.jsonl#1\""),
            ("text", "\"It sailed.\n\nAgain.\""),
            ("tags", r#"["sea", "", "ferries"]"#),
            ("categories", "[]"),
            ("date", "2026-03-29"),
            ("change_added", "null"),
            ("confidence", "0.87"),
            ("fetch_status", "200"),
            ("access_prompt_seen", "true"),
        ] {
            assert_eq!(rows[0][name], value, "{name}");
        }
        assert_eq!(rows[1]["url"], "null");
        assert_eq!(rows[1]["outcome"], "\"empty\"");
        assert_eq!(rows[3]["text"].len(), 10_002);
    }

    #[test]
    fn a_table_without_pages_has_its_columns() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("out.parquet");
        let target = OutputTarget::File(path.clone());
        Destination::new(target, Format::Parquet).open(io::sink()).unwrap().finish().unwrap();
        let reader = SerializedFileReader::new(File::open(&path).unwrap()).unwrap();
        let metadata = reader.metadata().file_metadata();
        assert_eq!(metadata.num_rows(), 0);
        assert_eq!(metadata.schema().get_fields().len(), columns().len());
    }

    #[test]
    fn a_file_that_is_not_a_table_is_not_resumed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        for content in ["", "PAR1", "PAR1 and more", "PAR1\u{0}\u{0}\u{0}\u{0}PAR1"] {
            std::fs::write(&path, content).unwrap();
            let length = content.len() as u64 + 1;
            assert!(groups(&mut File::open(&path).unwrap(), length).is_err(), "{content}");
        }
    }
}
