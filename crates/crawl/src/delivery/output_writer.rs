//! Writes the file of an output, in the way that its format allows.

use std::io;
use std::path::{Path, PathBuf};

use super::journal::FileSegment;
use copydesk_core::Error;
use copydesk_core::sinks::{
    AppendingDatabase, AppendingFile, Destination, ExistingOutput, FileCompletion, Format,
    OutputTarget, RenderedBody, RenderedPage, RestoredFile, Sink, SinkState, copy_path,
    database_files, make_folders, parent_folder, partial_path, remove, restore_partial,
};

/// How files of a format are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum WriteMode {
    /// To the file under its own name, which ends with a complete record at any time.
    Appending,
    /// By transactions in the database under its own name.
    Database,
    /// To a file beside it, which is moved into place when a run ends: the format needs an ending.
    Whole,
}

/// A file that is being written.
pub(super) enum OutputWriter {
    Appending(Box<AppendingFile>),
    Database(Box<AppendingDatabase>),
    Whole(Box<Sink<'static>>),
}

impl WriteMode {
    pub(super) fn for_format(format: Format) -> Self {
        match format.facts().completion {
            FileCompletion::EveryPage => Self::Appending,
            FileCompletion::EveryCommit => Self::Database,
            _ => Self::Whole,
        }
    }

    /// Creates a file; `None` if there is one already that must not be replaced.
    pub(super) fn create(
        self,
        path: &Path,
        destination: &Destination,
    ) -> Result<Option<OutputWriter>, Error> {
        Ok(match self {
            Self::Appending => AppendingFile::create(path, destination)?
                .map(|file| OutputWriter::Appending(Box::new(file))),
            Self::Database => {
                AppendingDatabase::create(path)?.map(|file| OutputWriter::Database(Box::new(file)))
            }
            Self::Whole if path.exists() => None,
            Self::Whole => {
                let failed = |source| copydesk_core::ErrorKind::Write {
                    output: path.display().to_string(),
                    source,
                };
                // The template may have folders with dates, which nobody created yet.
                make_folders(parent_folder(path)).map_err(failed)?;
                let sink = whole(path, destination).open(io::sink())?;
                Some(OutputWriter::Whole(Box::new(sink)))
            }
        })
    }

    /// Continues a file from `state`. What follows is cut off; with `exactly`, the file must end there.
    pub(super) fn resume(
        self,
        path: &Path,
        destination: &Destination,
        state: &SinkState,
        exactly: bool,
    ) -> Result<RestoredFile<OutputWriter>, Error> {
        match self {
            Self::Appending => AppendingFile::resume(path, destination, state, exactly)
                .map(|found| found.map(|file| OutputWriter::Appending(Box::new(file)))),
            Self::Database => AppendingDatabase::resume(path, state, exactly)
                .map(|found| found.map(|file| OutputWriter::Database(Box::new(file)))),
            Self::Whole => {
                let destination = whole(path, destination);
                if state.pages() == 0 {
                    let sink = destination.open(io::sink())?;
                    return Ok(RestoredFile::Found(OutputWriter::Whole(Box::new(sink))));
                }
                match restore_partial(path, state)?.map(|()| destination.resume(state)) {
                    RestoredFile::Found(Err(error)) if is_of_other_version(&error) => {
                        Ok(RestoredFile::Foreign("it was written by another version"))
                    }
                    RestoredFile::Found(sink) => {
                        Ok(RestoredFile::Found(OutputWriter::Whole(Box::new(sink?))))
                    }
                    RestoredFile::Missing => Ok(RestoredFile::Missing),
                    RestoredFile::Foreign(why) => Ok(RestoredFile::Foreign(why)),
                }
            }
        }
    }

    /// Undoes a segment: truncates its file to where the segment started.
    pub(super) fn undo(
        self,
        segment: &FileSegment,
        destination: &Destination,
    ) -> Result<(), Error> {
        let path = Path::new(&segment.path);
        if let Some(from) = &segment.from {
            // If somebody else changed the file meanwhile, it is left alone.
            return self.resume(path, destination, from, false).map(drop);
        }
        self.files(path).iter().try_for_each(|path| remove(path))
    }

    /// The file, and the files beside it that are part of it.
    pub(super) fn files(self, path: &Path) -> Vec<PathBuf> {
        match self {
            Self::Appending => vec![path.into()],
            Self::Database => database_files(path).into(),
            Self::Whole => {
                let partial = partial_path(path);
                vec![path.into(), copy_path(&partial), partial]
            }
        }
    }
}

/// The destination of a file that is replaced at the end of each run.
fn whole(path: &Path, destination: &Destination) -> Destination {
    Destination {
        target: OutputTarget::File(path.into()),
        existing: ExistingOutput::Overwrite,
        resumable: true,
        ..destination.clone()
    }
}

/// Whether the error says that the existing rows do not have the columns that would be written now.
fn is_of_other_version(error: &Error) -> bool {
    matches!(
        error.kind(),
        copydesk_core::ErrorKind::Write { source, .. } if matches!(source.kind(), io::ErrorKind::InvalidData | io::ErrorKind::Other)
    )
}

impl OutputWriter {
    /// Whether the file is as the last commit left it.
    pub(super) fn is_untouched(&self) -> bool {
        match self {
            Self::Appending(file) => file.is_untouched(),
            Self::Database(file) => file.is_untouched(),
            Self::Whole(_) => true,
        }
    }

    pub(super) fn write(&mut self, page: &RenderedPage) -> Result<(), Error> {
        match (self, &page.body) {
            (Self::Appending(file), _) => file.write_page(page),
            (Self::Database(file), RenderedBody::Row(row)) => file.write_row(row),
            // Pages for a database are always rendered as rows.
            (Self::Database(_), _) => Ok(()),
            (Self::Whole(sink), _) => sink.write(page),
        }
    }

    /// Makes durable what can be truncated behind, and returns that point.
    pub(super) fn commit(&mut self) -> Result<SinkState, Error> {
        match self {
            Self::Appending(file) => file.commit(),
            Self::Database(file) => file.commit(),
            Self::Whole(sink) => Ok(sink.commit()?.unwrap_or_default()),
        }
    }

    /// Closes the file for now, so that readers see everything that was written.
    pub(super) fn finish(self) -> Result<(), Error> {
        match self {
            Self::Appending(mut file) => file.commit().map(drop),
            Self::Database(mut file) => file.commit().map(drop),
            Self::Whole(sink) => sink.finish(),
        }
    }
}
