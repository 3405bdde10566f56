//! Writes pages to where they go.

use std::fs::OpenOptions;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::byte_writer::ByteWriter;
use super::destination::is_device;
use super::file_sink::FileSink;
use super::file_writer::write_error;
use super::folder_sink::FolderSink;
use super::partial::not_resumable;
use super::state::{CutPoint, SinkState};
use super::{Destination, ExistingOutput, FlatRow, OutputPath, OutputTarget};
use crate::error::Error;

const STANDARD_OUTPUT: &str = "standard output";

/// A page in the form of the output.
#[derive(Debug)]
pub struct RenderedPage {
    /// The position of its input among the inputs.
    pub unit: usize,
    /// Where it goes.
    pub path: Arc<OutputPath>,
    /// What is written.
    pub body: RenderedBody,
    /// Whether it is told from others in the same output.
    pub separate: bool,
    /// Whether it failed and left nothing to show, so that a document of its own would be an empty
    /// file that looks like a result.
    pub is_blank_failure: bool,
}

/// What is written of a page.
#[derive(Clone, Debug, PartialEq)]
pub enum RenderedBody {
    /// Text in UTF-8, for the forms that are text.
    Bytes(Vec<u8>),
    /// A row, for tables that are none.
    Row(Box<FlatRow>),
}

impl RenderedBody {
    /// Its size in bytes.
    pub fn cost(&self) -> usize {
        match self {
            Self::Bytes(bytes) => bytes.len(),
            Self::Row(row) => row.cost(),
        }
    }
}

/// An output being written. Files appear under their names when they are whole.
pub struct Sink<'a> {
    kind: SinkKind<'a>,
}

enum SinkKind<'a> {
    Stream(StreamSink<'a>),
    Files(Box<FileSink>),
    Folder(Box<FolderSink>),
}

/// Standard output, a device, a pipe.
struct StreamSink<'a> {
    writer: ByteWriter<BufWriter<Box<dyn Write + 'a>>>,
    name: String,
}

impl<'a> Sink<'a> {
    pub(super) fn open(
        destination: &Destination,
        stream: Box<dyn Write + 'a>,
    ) -> Result<Self, Error> {
        let to = match &destination.target {
            OutputTarget::Stream => {
                SinkKind::Stream(StreamSink::new(destination, stream, STANDARD_OUTPUT.into()))
            }
            OutputTarget::File(path) if is_device(path) => {
                let opened = OpenOptions::new().write(true).open(path);
                let device = opened.map_err(|source| write_error(path, source))?;
                let name = path.display().to_string();
                SinkKind::Stream(StreamSink::new(destination, Box::new(device), name))
            }
            OutputTarget::File(path) => {
                SinkKind::Files(Box::new(FileSink::create(destination, path.clone())?))
            }
            OutputTarget::Folder(_) => SinkKind::Folder(Box::new(FolderSink::new(destination, 0))),
        };
        Ok(Self { kind: to })
    }

    pub(super) fn resume(destination: &Destination, state: &SinkState) -> Result<Self, Error> {
        let existing = ExistingOutput::Overwrite;
        let to = match &destination.target {
            OutputTarget::Stream => {
                let why = "what went to a stream cannot be gone on with";
                return Err(not_resumable(Path::new(STANDARD_OUTPUT), why));
            }
            OutputTarget::File(path) if is_device(path) => {
                return Err(not_resumable(path, "it is no file"));
            }
            OutputTarget::File(path) => {
                SinkKind::Files(Box::new(FileSink::resume(destination, path.clone(), state)?))
            }
            OutputTarget::Folder(path) if *state.cut() != CutPoint::default() => {
                return Err(not_resumable(path, "it was another kind of output"));
            }
            OutputTarget::Folder(_) => {
                let destination = Destination { existing, ..destination.clone() };
                SinkKind::Folder(Box::new(FolderSink::new(&destination, state.pages())))
            }
        };
        Ok(Self { kind: to })
    }

    /// Writes a page. Pages come in input order, those of one input together.
    ///
    /// # Errors
    /// When the output cannot be written; [`Error::is_broken_pipe`] tells whether its reader left. What
    /// was committed before, whole shards and whole files of a folder stay as they are. The sink is of
    /// no more use then.
    pub fn write(&mut self, page: &RenderedPage) -> Result<(), Error> {
        match &mut self.kind {
            SinkKind::Stream(StreamSink { writer, name }) => {
                writer.write_page(page).map_err(|source| write_error(Path::new(name), source))
            }
            SinkKind::Files(files) => files.write_page(page),
            SinkKind::Folder(folder) => folder.write_page(page),
        }
    }

    /// Makes durable what can be cut, and says how to come back to there: after the last page written,
    /// after the last whole member where the output is compressed, after the last row group of a Parquet
    /// table, before the file under way of a folder. [`SinkState::pages`] tells which pages that covers;
    /// those after them are to be written again.
    ///
    /// Right after the output was opened this gives a state of no pages, to begin again from.
    ///
    /// `None` where the output cannot be gone on with: a stream, or files that vanish when they are
    /// interrupted ([`Destination::resumable`]).
    ///
    /// # Errors
    /// When the output cannot be written. States that were given before still hold.
    pub fn commit(&mut self) -> Result<Option<SinkState>, Error> {
        match &mut self.kind {
            SinkKind::Stream(_) => self.flush().map(|()| None),
            SinkKind::Files(files) => files.commit(),
            SinkKind::Folder(folder) => folder.commit(),
        }
    }

    /// Hands on what a stream holds back, for when there is nothing else to do. Files can wait, and so
    /// does the content of a compressed member that is not whole: flushing would change the bytes.
    ///
    /// # Errors
    /// When the output cannot be written.
    pub fn flush(&mut self) -> Result<(), Error> {
        match &mut self.kind {
            SinkKind::Stream(StreamSink { writer, name }) => {
                writer.output().flush().map_err(|source| write_error(Path::new(name), source))
            }
            SinkKind::Files(_) | SinkKind::Folder(_) => Ok(()),
        }
    }

    /// Ends an output that is not whole, so that nothing is lost and nobody takes it for a whole one: the
    /// file that is being written appears as `NAME.partial` beside its place, which is returned. Whole shards
    /// and the whole files of a folder stay where they are; the file under way of a folder is left out.
    ///
    /// # Errors
    /// When the output cannot be written.
    pub fn finish_partial(self) -> Result<Option<PathBuf>, Error> {
        match self.kind {
            SinkKind::Stream(_) => self.finish().map(|()| None),
            SinkKind::Files(files) => files.finish_partial(),
            SinkKind::Folder(folder) => folder.finish_without_file().map(|()| None),
        }
    }

    /// Ends the output: what is written to files appears under their names.
    ///
    /// # Errors
    /// When the output cannot be written, or a file came to stand in its place.
    pub fn finish(self) -> Result<(), Error> {
        match self.kind {
            SinkKind::Stream(StreamSink { writer, name }) => {
                let finished = writer.finish().map(drop);
                finished.map_err(|source| write_error(Path::new(&name), source))
            }
            SinkKind::Files(files) => files.finish(),
            SinkKind::Folder(folder) => folder.finish(),
        }
    }
}

impl<'a> StreamSink<'a> {
    fn new(destination: &Destination, to: Box<dyn Write + 'a>, name: String) -> Self {
        let writer = ByteWriter::new(BufWriter::new(to), destination);
        Self { writer, name }
    }
}

#[cfg(test)]
mod tests {
    use std::{fs, io};

    use super::*;
    use crate::sinks::Format;

    fn page(unit: usize, place: OutputPath, text: &str) -> RenderedPage {
        RenderedPage {
            unit,
            path: Arc::new(place),
            body: RenderedBody::Bytes(text.into()),
            separate: true,
            is_blank_failure: text.is_empty(),
        }
    }

    #[test]
    fn a_folder_gets_one_file_an_input() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| OutputPath::File(folder.path().join(name));
        let target = OutputTarget::Folder(folder.path().into());
        let destination = Destination::new(target, Format::Txt);
        let mut sink = destination.open(io::sink()).unwrap();
        sink.write(&page(0, at("a.txt"), "one ")).unwrap();
        sink.write(&page(0, at("a.txt"), "two")).unwrap();
        sink.write(&page(1, at("b/b.txt"), "three")).unwrap();
        sink.write(&page(2, at("c.txt"), "")).unwrap();
        sink.finish().unwrap();
        assert_eq!(fs::read_to_string(folder.path().join("a.txt")).unwrap(), "one two");
        assert_eq!(fs::read_to_string(folder.path().join("b/b.txt")).unwrap(), "three");
        assert!(!folder.path().join("c.txt").exists());
    }

    #[test]
    fn a_table_of_no_pages_has_its_columns() {
        let mut out = Vec::new();
        let destination = Destination::new(OutputTarget::Stream, Format::Csv);
        destination.open(&mut out).unwrap().finish().unwrap();
        assert!(out.starts_with(b"source,url,outcome,"));
    }
}
