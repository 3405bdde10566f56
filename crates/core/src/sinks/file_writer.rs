//! One output file, in any format.

use std::io;
use std::path::{Path, PathBuf};

use super::byte_writer::ByteWriter;
#[cfg(not(feature = "parquet"))]
use super::not_built::ParquetFile;
#[cfg(not(feature = "sqlite"))]
use super::not_built::SqliteFile;
#[cfg(feature = "parquet")]
use super::parquet::ParquetFile;
#[cfg(feature = "parquet")]
use super::parquet_rows::ParquetRows;
use super::partial::{PartialFile, ResumableFile};
use super::paths::link_target;
use super::rendered::{RenderedBody, RenderedPage};
#[cfg(feature = "sqlite")]
use super::sqlite::SqliteFile;
use super::state::CutPoint;
use super::{Destination, ExistingOutput};
use crate::error::{Error, ErrorKind};
use crate::format::Format;

/// A file of pages that is being written.
pub(super) struct FileWriter {
    path: PathBuf,
    overwrite: bool,
    writer: FormatWriter,
}

enum FormatWriter {
    Bytes(Box<ByteWriter<PartialFile>>),
    Parquet(Box<ParquetFile>),
    #[cfg(feature = "parquet")]
    ParquetRows(Box<ParquetRows>),
    Sqlite(Box<SqliteFile>),
}

impl FileWriter {
    /// Starts the file that is to be at `path`, or where a symbolic link of that name leads.
    pub(super) fn create(path: &Path, destination: &Destination) -> Result<Self, Error> {
        let path = &*link_target(path);
        let Destination { format, resumable, row_group_bytes, .. } = *destination;
        let overwrite = destination.existing == ExistingOutput::Overwrite;
        let partial = || PartialFile::create(path, overwrite, resumable);
        let writer = match format {
            Format::Sqlite => FormatWriter::Sqlite(Box::new(SqliteFile::create(path, resumable)?)),
            #[cfg(feature = "parquet")]
            Format::Parquet if destination.adds_columns => {
                FormatWriter::ParquetRows(Box::new(ParquetRows::create(partial()?)))
            }
            Format::Parquet => {
                let created = ParquetFile::create(partial()?, row_group_bytes);
                FormatWriter::Parquet(Box::new(
                    created.map_err(|source| write_error(path, source))?,
                ))
            }
            _ => FormatWriter::Bytes(Box::new(ByteWriter::new(partial()?, destination))),
        };
        Ok(Self { path: path.into(), overwrite, writer })
    }

    /// Resumes the file that is to be at `path`, from `cut`.
    pub(super) fn resume(
        path: &Path,
        cut: CutPoint,
        destination: &Destination,
    ) -> Result<Self, Error> {
        if cut.rows == 0 {
            // Whatever is there was written after the point at which the run is resumed.
            let existing = ExistingOutput::Overwrite;
            return Self::create(path, &Destination { existing, ..destination.clone() });
        }
        let path = &*link_target(path);
        let overwrite = destination.existing == ExistingOutput::Overwrite;
        let partial = || {
            let file = ResumableFile::resume(path, cut.stored, cut.tail, overwrite)?;
            Ok::<_, Error>(PartialFile::Resumable(file))
        };
        let writer = match destination.format {
            Format::Sqlite => FormatWriter::Sqlite(Box::new(SqliteFile::resume(path, cut)?)),
            #[cfg(feature = "parquet")]
            Format::Parquet if destination.adds_columns => {
                let resumed = ParquetRows::resume(partial()?, cut);
                FormatWriter::ParquetRows(Box::new(
                    resumed.map_err(|source| write_error(path, source))?,
                ))
            }
            Format::Parquet => {
                let resumed = ParquetFile::resume(partial()?, cut, destination.row_group_bytes);
                FormatWriter::Parquet(Box::new(
                    resumed.map_err(|source| write_error(path, source))?,
                ))
            }
            _ => {
                FormatWriter::Bytes(Box::new(ByteWriter::new(partial()?, destination).resumed(cut)))
            }
        };
        Ok(Self { path: path.into(), overwrite, writer })
    }

    pub(super) fn write_page(&mut self, page: &RenderedPage) -> Result<(), Error> {
        match (&mut self.writer, &page.body) {
            (FormatWriter::Bytes(file), _) => file.write_page(page),
            (FormatWriter::Parquet(file), RenderedBody::Row(row)) => file.write_row(row),
            (FormatWriter::Sqlite(file), RenderedBody::Row(row)) => file.write_row(row),
            #[cfg(feature = "parquet")]
            (FormatWriter::ParquetRows(file), RenderedBody::AddedRow(row)) => file.write_row(row),
            (_, _) => Err(io::Error::new(
                io::ErrorKind::InvalidInput,
                "the page is not a row of this table",
            )),
        }
        .map_err(|source| write_error(&self.path, source))
    }

    /// The end of what was accepted so far, written or not.
    pub(super) fn accepted(&self) -> CutPoint {
        match &self.writer {
            FormatWriter::Bytes(file) => *file.accepted(),
            FormatWriter::Parquet(file) => *file.accepted(),
            #[cfg(feature = "parquet")]
            FormatWriter::ParquetRows(file) => *file.accepted(),
            FormatWriter::Sqlite(file) => *file.accepted(),
        }
    }

    /// Makes durable what was written, and returns the last point at which the file can be cut.
    pub(super) fn sync(&mut self) -> Result<CutPoint, Error> {
        match &mut self.writer {
            FormatWriter::Bytes(file) => {
                let cut = file.cut();
                file.output().sync(cut.stored).map(|tail| CutPoint { tail, ..cut })
            }
            FormatWriter::Parquet(file) => file.sync(),
            #[cfg(feature = "parquet")]
            FormatWriter::ParquetRows(file) => file.sync(),
            FormatWriter::Sqlite(file) => file.sync(),
        }
        .map_err(|source| write_error(&self.path, source))
    }

    /// Renames the file to `NAME.partial`, since it is incomplete. An earlier one is replaced.
    pub(super) fn finish_partial(self) -> Result<PathBuf, Error> {
        let mut name = self.path.file_name().unwrap_or_default().to_owned();
        name.push(".partial");
        let aside = self.path.with_file_name(name);
        let put = |mut partial: PartialFile| {
            partial.set_path(&aside);
            partial.finish(false)
        };
        let finished = match self.writer {
            FormatWriter::Bytes(file) => file.finish().and_then(put),
            FormatWriter::Parquet(file) => file.finish().and_then(put),
            #[cfg(feature = "parquet")]
            FormatWriter::ParquetRows(file) => file.finish().and_then(put),
            FormatWriter::Sqlite(file) => file.finish(&aside, true, false),
        };
        finished.map(|()| aside).map_err(|source| write_error(&self.path, source))
    }

    /// Gives the file its final name, and makes it durable if `is_durable`.
    pub(super) fn finish(self, is_durable: bool) -> Result<(), Error> {
        let path = self.path;
        let finished = match self.writer {
            FormatWriter::Bytes(file) => {
                file.finish().and_then(|partial| partial.finish(is_durable))
            }
            FormatWriter::Parquet(file) => {
                file.finish().and_then(|partial| partial.finish(is_durable))
            }
            #[cfg(feature = "parquet")]
            FormatWriter::ParquetRows(file) => {
                file.finish().and_then(|partial| partial.finish(is_durable))
            }
            FormatWriter::Sqlite(file) => file.finish(&path, self.overwrite, is_durable),
        };
        finished.map_err(|source| match source.kind() {
            io::ErrorKind::AlreadyExists => ErrorKind::OutputExists { path, folder: true }.into(),
            _ => write_error(&path, source),
        })
    }
}

pub(super) fn write_error(output: &Path, source: io::Error) -> Error {
    ErrorKind::Write { output: output.display().to_string(), source }.into()
}
