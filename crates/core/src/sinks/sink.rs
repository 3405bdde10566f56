//! Opens an output and writes pages to it.

use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use crossbeam_channel::{RecvTimeoutError, bounded};

use super::byte_writer::ByteWriter;
use super::file_sink::FileSink;
use super::file_writer::write_error;
use super::folder_sink::FolderSink;
use super::partial::not_resumable;
use super::paths::is_device;
use super::rendered::RenderedPage;
use super::state::{CutPoint, SinkState};
use super::{Destination, ExistingOutput, OutputTarget};
use crate::error::Error;
use crate::stop::StopToken;

const STANDARD_OUTPUT: &str = "standard output";

/// How often a run that waits for the reader of a pipe looks whether it is to stop.
const BETWEEN_STOP_CHECKS: Duration = Duration::from_millis(50);

/// An output that is being written. Files get their final names when they are whole.
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

impl Destination {
    /// Opens the output. `stream` is used if the target is [`OutputTarget::Stream`]. What an interrupted run
    /// left is discarded.
    ///
    /// # Errors
    /// When the output file cannot be created, another run is writing it, this build does not have the format,
    /// or the format needs a file and the target is a stream.
    pub fn open<'a>(&self, stream: impl Write + 'a) -> Result<Sink<'a>, Error> {
        self.check_format()?;
        Sink::open(self, Box::new(stream), open_device)
    }

    /// Opens the output, and gives up if a stop is requested meanwhile: to open a pipe means to wait for its reader. `None`
    /// after a stop.
    ///
    /// # Errors
    /// As [`Destination::open`].
    pub fn open_unless_stopped<'a>(
        &self,
        stream: impl Write + 'a,
        stop: &StopToken,
    ) -> Result<Option<Sink<'a>>, Error> {
        self.check_format()?;
        let sink = Sink::open(self, Box::new(stream), |path| wait_for_device(path, stop));
        match sink {
            Err(_) if stop.is_stopped() => Ok(None),
            sink => sink.map(Some),
        }
    }

    /// Resumes an interrupted output from a state that [`Sink::commit`] returned: what was written after it
    /// is removed, and the page after the first [`SinkState::pages`] comes next. The destination must be the
    /// same, with [`Destination::resumable`]. Shards that were whole at the state are not checked.
    ///
    /// Existing files of an output folder are replaced, whatever [`Destination::existing`] says: this run
    /// wrote them. Their names come from [`Destination::resumed_output_namer`].
    ///
    /// # Errors
    /// When the partial output is missing, shorter than it was at the state, or another file; when another
    /// run is writing it; when the output was a stream.
    pub fn resume(&self, state: &SinkState) -> Result<Sink<'static>, Error> {
        self.check_format()?;
        Sink::resume(self, state)
    }
}

impl<'a> Sink<'a> {
    fn open(
        destination: &Destination,
        stream: Box<dyn Write + 'a>,
        open_device: impl FnOnce(&Path) -> io::Result<File>,
    ) -> Result<Self, Error> {
        let kind = match &destination.target {
            OutputTarget::Stream => {
                SinkKind::Stream(StreamSink::new(destination, stream, STANDARD_OUTPUT.into()))
            }
            OutputTarget::File(path) if is_device(path) => {
                let device = open_device(path).map_err(|source| write_error(path, source))?;
                let name = path.display().to_string();
                SinkKind::Stream(StreamSink::new(destination, Box::new(device), name))
            }
            OutputTarget::File(path) => {
                SinkKind::Files(Box::new(FileSink::create(destination, path.clone())?))
            }
            OutputTarget::Folder(_) => SinkKind::Folder(Box::new(FolderSink::new(destination, 0))),
        };
        Ok(Self { kind })
    }

    fn resume(destination: &Destination, state: &SinkState) -> Result<Self, Error> {
        let existing = ExistingOutput::Overwrite;
        let kind = match &destination.target {
            OutputTarget::Stream => {
                return Err(not_resumable(Path::new(STANDARD_OUTPUT), "it is a stream"));
            }
            OutputTarget::File(path) if is_device(path) => {
                return Err(not_resumable(path, "it is not a file"));
            }
            OutputTarget::File(path) => {
                SinkKind::Files(Box::new(FileSink::resume(destination, path.clone(), state)?))
            }
            // A folder never has a cut: its files are whole, or written again from the start.
            OutputTarget::Folder(path) if *state.cut() != CutPoint::default() => {
                return Err(not_resumable(path, "it was another kind of output"));
            }
            OutputTarget::Folder(_) => {
                let destination = Destination { existing, ..destination.clone() };
                SinkKind::Folder(Box::new(FolderSink::new(&destination, state.pages())))
            }
        };
        Ok(Self { kind })
    }

    /// Writes a page. Pages come in input order, and those of one input follow one another.
    ///
    /// # Errors
    /// When the output cannot be written; [`Error::is_broken_pipe`] says whether its reader left. What was
    /// committed, whole shards and whole files of a folder stay as they are. The sink must not be used
    /// afterwards.
    pub fn write(&mut self, page: &RenderedPage) -> Result<(), Error> {
        match &mut self.kind {
            SinkKind::Stream(StreamSink { writer, name }) => {
                writer.write_page(page).map_err(|source| write_error(Path::new(name), source))
            }
            SinkKind::Files(files) => files.write_page(page),
            SinkKind::Folder(folder) => folder.write_page(page),
        }
    }

    /// Makes the output durable up to a point at which it can be cut, and returns that point: after the last
    /// page; in compressed output after the last whole member; in a Parquet table after the last row group;
    /// in a folder before the unfinished file. [`SinkState::pages`] is the number of pages it covers; the
    /// pages after them must be written again.
    ///
    /// Directly after the output was opened, this returns a state without pages, to start again from.
    ///
    /// `None` if the output cannot be resumed: a stream, or files that are removed when they are interrupted
    /// ([`Destination::resumable`]).
    ///
    /// # Errors
    /// When the output cannot be written. States that were returned before remain valid.
    pub fn commit(&mut self) -> Result<Option<SinkState>, Error> {
        match &mut self.kind {
            SinkKind::Stream(_) => self.flush().map(|()| None),
            SinkKind::Files(files) => files.commit(),
            SinkKind::Folder(folder) => folder.commit(),
        }
    }

    /// Writes out what a stream buffers, for moments without other work. Does nothing for files, nor for an
    /// unfinished compressed member: flushing that would change the bytes of the output.
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

    /// Ends an incomplete output so that nothing is lost and nobody mistakes it for a complete one: the
    /// unfinished file is renamed to `NAME.partial`, and its path is returned. Whole shards and whole files of
    /// a folder stay; the unfinished file of a folder is removed.
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

    /// Ends the output: files get their final names.
    ///
    /// # Errors
    /// When the output cannot be written, or another file has appeared under its name.
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

fn open_device(path: &Path) -> io::Result<File> {
    OpenOptions::new().write(true).open(path)
}

/// Opens a device or pipe on a thread of its own, since nothing interrupts the opening of a pipe. After a stop, that
/// thread waits until the program ends.
fn wait_for_device(path: &Path, stop: &StopToken) -> io::Result<File> {
    let (sender, opened) = bounded(1);
    let path = path.to_owned();
    let open = move || {
        let _ = sender.send(open_device(&path));
    };
    thread::Builder::new().name("open-output".into()).spawn(open)?;
    loop {
        match opened.recv_timeout(BETWEEN_STOP_CHECKS) {
            Ok(opened) => return opened,
            Err(RecvTimeoutError::Timeout) if !stop.is_stopped() => {}
            Err(_) => return Err(io::ErrorKind::Interrupted.into()),
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
    use std::fs;

    use super::super::{OutputPath, RenderedBody};
    use super::*;
    use crate::format::Format;

    fn page(unit: usize, path: OutputPath, text: &str) -> RenderedPage {
        RenderedPage {
            unit,
            path: std::sync::Arc::new(path),
            body: RenderedBody::Bytes(text.into()),
            header: None,
            frame: super::super::PageFrame::Separate,
            is_blank_failure: text.is_empty(),
        }
    }

    #[test]
    fn a_folder_gets_one_file_per_input() {
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
    fn a_table_without_pages_has_its_columns() {
        let mut out = Vec::new();
        let destination = Destination::new(OutputTarget::Stream, Format::Csv);
        destination.open(&mut out).unwrap().finish().unwrap();
        assert!(out.starts_with(b"source,outcome,error_kind,"));
    }
}
