//! Writes pages to where they go.

use std::fs::OpenOptions;
use std::io::{self, BufWriter, Write};
use std::sync::Arc;

use super::atomic::AtomicFile;
use super::destination::is_device;
use super::{Destination, Existing, Format, Place, Target};
use crate::error::{Error, ErrorKind};

/// A page in the form of the output.
#[derive(Debug)]
pub struct Rendered {
    /// The position of its input among the inputs.
    pub unit: usize,
    /// Where it goes.
    pub place: Arc<Place>,
    /// What is written.
    pub bytes: Vec<u8>,
    /// Whether it is told from others in the same output.
    pub separate: bool,
    /// Whether it failed and left nothing to show, so that a document of its own would be an empty
    /// file that looks like a result.
    pub is_blank_failure: bool,
}

/// An output being written. Files appear under their names when they are whole.
pub struct Sink<'a> {
    shared: Option<Writer<'a>>,
    own: Option<(usize, Writer<'a>)>,
    format: Format,
    overwrite: bool,
}

/// One stream or file, with what stands before and after its pages.
struct Writer<'a> {
    to: To<'a>,
    name: String,
    format: Format,
    /// Whether the pages are told apart; `None` before the first one.
    started: Option<bool>,
}

enum To<'a> {
    Stream(BufWriter<Box<dyn Write + 'a>>),
    File(AtomicFile),
}

impl<'a> Sink<'a> {
    pub(super) fn open(
        destination: &Destination,
        stream: Box<dyn Write + 'a>,
    ) -> Result<Self, Error> {
        let Destination { format, existing, .. } = *destination;
        let overwrite = existing == Existing::Overwrite;
        let writer = |to, name| Some(Writer { to, name, format, started: None });
        let shared = match &destination.target {
            Target::Stream => writer(To::Stream(BufWriter::new(stream)), "standard output".into()),
            Target::File(path) => {
                let name = path.display().to_string();
                let opened = if is_device(path) {
                    OpenOptions::new()
                        .write(true)
                        .open(path)
                        .map(|file| To::Stream(BufWriter::new(Box::new(file))))
                } else {
                    AtomicFile::create(path, overwrite).map(To::File)
                };
                writer(opened.map_err(|source| write_error(&name, source))?, name)
            }
            Target::Folder(_) => None,
        };
        Ok(Self { shared, own: None, format, overwrite })
    }

    /// Writes a page. Pages come in input order, those of one input together.
    ///
    /// # Errors
    /// When the output cannot be written; [`Error::is_broken_pipe`] tells whether its reader left.
    pub fn write(&mut self, page: &Rendered) -> Result<(), Error> {
        if let Place::File(path) = &*page.place {
            if self.own.as_ref().is_none_or(|(unit, _)| *unit != page.unit) {
                self.close_own()?;
                if page.is_blank_failure && !self.format.is_tabular() {
                    return Ok(());
                }
                let name = path.display().to_string();
                let file = AtomicFile::create(path, self.overwrite)
                    .map_err(|source| write_error(&name, source))?;
                let to = To::File(file);
                let writer = Writer { to, name, format: self.format, started: None };
                self.own = Some((page.unit, writer));
            }
            if let Some((_, writer)) = &mut self.own {
                return writer.page(page);
            }
        }
        match &mut self.shared {
            Some(writer) => writer.page(page),
            None => Ok(()),
        }
    }

    /// Hands on what a stream holds back, for when there is nothing else to do. Files can wait.
    ///
    /// # Errors
    /// When the output cannot be written.
    pub fn flush(&mut self) -> Result<(), Error> {
        match &mut self.shared {
            Some(Writer { to: To::Stream(stream), name, .. }) => {
                stream.flush().map_err(|source| write_error(name, source))
            }
            _ => Ok(()),
        }
    }

    /// Ends the output: what is written to files appears under their names.
    ///
    /// # Errors
    /// When the output cannot be written, or a file came to stand in its place.
    pub fn finish(mut self) -> Result<(), Error> {
        self.close_own()?;
        self.shared.map_or(Ok(()), Writer::finish)
    }

    fn close_own(&mut self) -> Result<(), Error> {
        self.own.take().map_or(Ok(()), |(_, writer)| writer.finish())
    }
}

impl Writer<'_> {
    fn page(&mut self, page: &Rendered) -> Result<(), Error> {
        if self.started.is_none() {
            self.started = Some(page.separate);
            self.put(&self.format.prologue(page.separate))?;
        }
        self.put(&page.bytes)
    }

    fn put(&mut self, bytes: &[u8]) -> Result<(), Error> {
        match &mut self.to {
            To::Stream(stream) => stream.write_all(bytes),
            To::File(file) => file.write_all(bytes),
        }
        .map_err(|source| write_error(&self.name, source))
    }

    fn finish(mut self) -> Result<(), Error> {
        // A table of no pages still has its columns.
        if self.started.is_none() {
            self.put(&self.format.prologue(true))?;
        }
        self.put(&self.format.epilogue(self.started.unwrap_or(true)))?;
        let name = self.name;
        match self.to {
            To::Stream(mut stream) => stream.flush().map_err(|source| write_error(&name, source)),
            To::File(file) => {
                let path = file.path().to_owned();
                file.finish().map_err(|source| match source.kind() {
                    io::ErrorKind::AlreadyExists => {
                        ErrorKind::OutputExists { path, folder: true }.into()
                    }
                    _ => write_error(&name, source),
                })
            }
        }
    }
}

fn write_error(output: &str, source: io::Error) -> Error {
    ErrorKind::Write { output: output.into(), source }.into()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn page(unit: usize, place: Place, text: &str) -> Rendered {
        Rendered {
            unit,
            place: Arc::new(place),
            bytes: text.into(),
            separate: true,
            is_blank_failure: text.is_empty(),
        }
    }

    #[test]
    fn a_folder_gets_one_file_an_input() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| Place::File(folder.path().join(name));
        let target = Target::Folder(folder.path().into());
        let destination = Destination { target, format: Format::Txt, existing: Existing::Refuse };
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
        let destination =
            Destination { target: Target::Stream, format: Format::Csv, existing: Existing::Refuse };
        destination.open(&mut out).unwrap().finish().unwrap();
        assert!(out.starts_with(b"source,url,outcome,"));
    }
}
