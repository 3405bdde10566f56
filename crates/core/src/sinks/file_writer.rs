//! One output file, in any form.

use std::io;
use std::path::{Path, PathBuf};

use super::byte_writer::ByteWriter;
use super::parquet::ParquetFile;
use super::partial::{PartialFile, ResumableFile};
use super::sqlite::SqliteFile;
use super::state::CutPoint;
use super::{Destination, ExistingOutput, Format, RenderedBody, RenderedPage};
use crate::error::{Error, ErrorKind};

/// A file of pages that is being written.
pub(super) struct FileWriter {
    path: PathBuf,
    overwrite: bool,
    writer: FormatWriter,
}

enum FormatWriter {
    Bytes(Box<ByteWriter<PartialFile>>),
    Parquet(Box<ParquetFile>),
    Sqlite(Box<SqliteFile>),
}

impl FileWriter {
    /// Starts a file at `place`.
    pub(super) fn create(place: &Path, destination: &Destination) -> Result<Self, Error> {
        let Destination { format, resumable, row_group_bytes, .. } = *destination;
        let overwrite = destination.existing == ExistingOutput::Overwrite;
        let partial = || PartialFile::create(place, overwrite, resumable);
        let form = match format {
            Format::Sqlite => FormatWriter::Sqlite(Box::new(SqliteFile::create(place, resumable)?)),
            Format::Parquet => {
                let created = ParquetFile::create(partial()?, row_group_bytes);
                FormatWriter::Parquet(Box::new(
                    created.map_err(|source| write_error(place, source))?,
                ))
            }
            _ => FormatWriter::Bytes(Box::new(ByteWriter::new(partial()?, destination))),
        };
        Ok(Self { path: place.into(), overwrite, writer: form })
    }

    /// Goes on with a file from `cut`.
    pub(super) fn resume(
        place: &Path,
        cut: CutPoint,
        destination: &Destination,
    ) -> Result<Self, Error> {
        if cut.rows == 0 {
            // What is in its place was written after the point that the run goes on from.
            let existing = ExistingOutput::Overwrite;
            return Self::create(place, &Destination { existing, ..destination.clone() });
        }
        let overwrite = destination.existing == ExistingOutput::Overwrite;
        let partial = || {
            let file = ResumableFile::resume(place, cut.stored, cut.tail, overwrite)?;
            Ok::<_, Error>(PartialFile::Resumable(file))
        };
        let form = match destination.format {
            Format::Sqlite => FormatWriter::Sqlite(Box::new(SqliteFile::resume(place, cut)?)),
            Format::Parquet => {
                let resumed = ParquetFile::resume(partial()?, cut, destination.row_group_bytes);
                FormatWriter::Parquet(Box::new(
                    resumed.map_err(|source| write_error(place, source))?,
                ))
            }
            _ => {
                FormatWriter::Bytes(Box::new(ByteWriter::new(partial()?, destination).resumed(cut)))
            }
        };
        Ok(Self { path: place.into(), overwrite, writer: form })
    }

    pub(super) fn write_page(&mut self, page: &RenderedPage) -> Result<(), Error> {
        match (&mut self.writer, &page.body) {
            (FormatWriter::Bytes(file), _) => file.write_page(page),
            (FormatWriter::Parquet(file), RenderedBody::Row(row)) => file.write_row(row),
            (FormatWriter::Sqlite(file), RenderedBody::Row(row)) => file.write_row(row),
            (_, RenderedBody::Bytes(_)) => {
                Err(io::Error::new(io::ErrorKind::InvalidInput, "a text is no row"))
            }
        }
        .map_err(|source| write_error(&self.path, source))
    }

    /// What was taken so far, written or not.
    pub(super) fn accepted(&self) -> CutPoint {
        match &self.writer {
            FormatWriter::Bytes(file) => *file.accepted(),
            FormatWriter::Parquet(file) => *file.accepted(),
            FormatWriter::Sqlite(file) => *file.accepted(),
        }
    }

    /// Makes durable what was written, and gives the last point at which the file can be cut.
    pub(super) fn sync(&mut self) -> Result<CutPoint, Error> {
        match &mut self.writer {
            FormatWriter::Bytes(file) => {
                let cut = file.cut();
                file.output().sync(cut.stored).map(|tail| CutPoint { tail, ..cut })
            }
            FormatWriter::Parquet(file) => file.sync(),
            FormatWriter::Sqlite(file) => file.sync(),
        }
        .map_err(|source| write_error(&self.path, source))
    }

    /// Puts the file beside its place, as one that is not whole; an earlier one is replaced.
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
            FormatWriter::Sqlite(file) => file.finish(&aside, true, false),
        };
        finished.map(|()| aside).map_err(|source| write_error(&self.path, source))
    }

    /// Puts the file in its place, where it is durable if `is_durable`.
    pub(super) fn finish(self, is_durable: bool) -> Result<(), Error> {
        let place = self.path;
        let finished = match self.writer {
            FormatWriter::Bytes(file) => {
                file.finish().and_then(|partial| partial.finish(is_durable))
            }
            FormatWriter::Parquet(file) => {
                file.finish().and_then(|partial| partial.finish(is_durable))
            }
            FormatWriter::Sqlite(file) => file.finish(&place, self.overwrite, is_durable),
        };
        finished.map_err(|source| match source.kind() {
            io::ErrorKind::AlreadyExists => {
                ErrorKind::OutputExists { path: place, folder: true }.into()
            }
            _ => write_error(&place, source),
        })
    }
}

pub(super) fn write_error(output: &Path, source: io::Error) -> Error {
    ErrorKind::Write { output: output.display().to_string(), source }.into()
}
