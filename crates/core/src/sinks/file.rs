//! One output file, in any form.

use std::io;
use std::path::{Path, PathBuf};

use super::bytes::ByteWriter;
use super::parquet::ParquetFile;
use super::partial::{LastingFile, Partial};
use super::sqlite::SqliteFile;
use super::state::Cut;
use super::{Body, Destination, Existing, Format, Rendered};
use crate::error::{Error, ErrorKind};

/// A file of pages that is being written.
pub(super) struct FileWriter {
    place: PathBuf,
    overwrite: bool,
    form: Form,
}

enum Form {
    Bytes(Box<ByteWriter<Partial>>),
    Parquet(Box<ParquetFile>),
    Sqlite(Box<SqliteFile>),
}

impl FileWriter {
    /// Starts a file at `place`.
    pub(super) fn create(place: &Path, destination: &Destination) -> Result<Self, Error> {
        let Destination { format, resumable, row_group_bytes, .. } = *destination;
        let overwrite = destination.existing == Existing::Overwrite;
        let partial = || Partial::create(place, overwrite, resumable);
        let form = match format {
            Format::Sqlite => Form::Sqlite(Box::new(SqliteFile::create(place, resumable)?)),
            Format::Parquet => {
                let created = ParquetFile::create(partial()?, row_group_bytes);
                Form::Parquet(Box::new(created.map_err(|source| write_error(place, source))?))
            }
            _ => Form::Bytes(Box::new(ByteWriter::new(partial()?, destination))),
        };
        Ok(Self { place: place.into(), overwrite, form })
    }

    /// Goes on with a file from `cut`.
    pub(super) fn resume(place: &Path, cut: Cut, destination: &Destination) -> Result<Self, Error> {
        if cut.rows == 0 {
            // What is in its place was written after the point that the run goes on from.
            let existing = Existing::Overwrite;
            return Self::create(place, &Destination { existing, ..destination.clone() });
        }
        let overwrite = destination.existing == Existing::Overwrite;
        let partial = || {
            let file = LastingFile::resume(place, cut.stored, cut.tail, overwrite)?;
            Ok::<_, Error>(Partial::Lasting(file))
        };
        let form = match destination.format {
            Format::Sqlite => Form::Sqlite(Box::new(SqliteFile::resume(place, cut)?)),
            Format::Parquet => {
                let resumed = ParquetFile::resume(partial()?, cut, destination.row_group_bytes);
                Form::Parquet(Box::new(resumed.map_err(|source| write_error(place, source))?))
            }
            _ => Form::Bytes(Box::new(ByteWriter::new(partial()?, destination).resumed(cut))),
        };
        Ok(Self { place: place.into(), overwrite, form })
    }

    pub(super) fn page(&mut self, page: &Rendered) -> Result<(), Error> {
        match (&mut self.form, &page.body) {
            (Form::Bytes(file), _) => file.page(page),
            (Form::Parquet(file), Body::Row(row)) => file.row(row),
            (Form::Sqlite(file), Body::Row(row)) => file.row(row),
            (_, Body::Bytes(_)) => {
                Err(io::Error::new(io::ErrorKind::InvalidInput, "a text is no row"))
            }
        }
        .map_err(|source| write_error(&self.place, source))
    }

    /// What was taken so far, written or not.
    pub(super) fn taken(&self) -> Cut {
        match &self.form {
            Form::Bytes(file) => *file.taken(),
            Form::Parquet(file) => *file.taken(),
            Form::Sqlite(file) => *file.taken(),
        }
    }

    /// Makes durable what was written, and gives the last point at which the file can be cut.
    pub(super) fn sync(&mut self) -> Result<Cut, Error> {
        match &mut self.form {
            Form::Bytes(file) => {
                let cut = file.cut();
                file.output().sync(cut.stored).map(|tail| Cut { tail, ..cut })
            }
            Form::Parquet(file) => file.sync(),
            Form::Sqlite(file) => file.sync(),
        }
        .map_err(|source| write_error(&self.place, source))
    }

    /// Puts the file beside its place, as one that is not whole; an earlier one is replaced.
    pub(super) fn finish_aside(self) -> Result<PathBuf, Error> {
        let mut name = self.place.file_name().unwrap_or_default().to_owned();
        name.push(".partial");
        let aside = self.place.with_file_name(name);
        let put = |mut partial: Partial| {
            partial.set_place(&aside);
            partial.finish(false)
        };
        let finished = match self.form {
            Form::Bytes(file) => file.finish().and_then(put),
            Form::Parquet(file) => file.finish().and_then(put),
            Form::Sqlite(file) => file.finish(&aside, true, false),
        };
        finished.map(|()| aside).map_err(|source| write_error(&self.place, source))
    }

    /// Puts the file in its place, where it is durable if `is_durable`.
    pub(super) fn finish(self, is_durable: bool) -> Result<(), Error> {
        let place = self.place;
        let finished = match self.form {
            Form::Bytes(file) => file.finish().and_then(|partial| partial.finish(is_durable)),
            Form::Parquet(file) => file.finish().and_then(|partial| partial.finish(is_durable)),
            Form::Sqlite(file) => file.finish(&place, self.overwrite, is_durable),
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
