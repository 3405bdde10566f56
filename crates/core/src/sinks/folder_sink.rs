//! An output folder with one file an input.

use std::collections::BTreeSet;
use std::fs::File;
use std::io;
use std::mem;
use std::path::{Path, PathBuf};

use super::file_writer::{FileWriter, write_error};
use super::partial::sync_folder;
use super::state::{CutPoint, SinkState};
use super::{Destination, OutputPath, RenderedPage, parent_folder};
use crate::error::Error;

/// Files that wait to be made durable together, which is faster than one by one.
const MAX_UNSYNCED: usize = 1024;

/// A folder, and the file in it that is being written.
pub(super) struct FolderSink {
    destination: Destination,
    /// The file and the position of its input among the inputs.
    file: Option<(usize, FileWriter)>,
    /// Pages taken.
    pages: u64,
    /// Those of them before the file that is being written.
    pages_before: u64,
    /// Files that are whole and not known to be durable.
    unsynced: Vec<PathBuf>,
}

impl FolderSink {
    pub(super) fn new(destination: &Destination, pages: u64) -> Self {
        let destination = destination.clone();
        Self { destination, file: None, pages, pages_before: pages, unsynced: Vec::new() }
    }

    pub(super) fn write_page(&mut self, page: &RenderedPage) -> Result<(), Error> {
        let at = self.pages;
        self.pages += 1;
        // A page without a place of its own is one that nothing is known of but an error.
        let OutputPath::File(path) = &*page.path else { return Ok(()) };
        if self.file.as_ref().is_none_or(|(unit, _)| *unit != page.unit) {
            self.end_file()?;
            self.pages_before = at;
            if page.is_blank_failure && !self.destination.format.is_tabular() {
                return Ok(());
            }
            if self.destination.resumable {
                self.unsynced.push(path.clone());
            }
            self.file = Some((page.unit, FileWriter::create(path, &self.destination)?));
        }
        match &mut self.file {
            Some((_, file)) => file.write_page(page),
            None => Ok(()),
        }
    }

    /// See [`super::Sink::commit`]. The file under way is written again from its beginning.
    pub(super) fn commit(&mut self) -> Result<Option<SinkState>, Error> {
        if !self.destination.resumable {
            return Ok(None);
        }
        let under_way = self.file.as_ref().and_then(|_| self.unsynced.pop());
        self.sync()?;
        self.unsynced.extend(under_way);
        let pages = if self.file.is_some() { self.pages_before } else { self.pages };
        Ok(Some(SinkState::new(pages, 1, CutPoint::default())))
    }

    pub(super) fn finish(mut self) -> Result<(), Error> {
        self.end_file()?;
        self.sync()
    }

    /// See [`super::Sink::finish_aside`].
    pub(super) fn finish_without_file(mut self) -> Result<(), Error> {
        if self.file.take().is_some() {
            self.unsynced.pop();
        }
        self.sync()
    }

    fn end_file(&mut self) -> Result<(), Error> {
        if let Some((_, file)) = self.file.take() {
            file.finish(false)?;
        }
        if self.unsynced.len() >= MAX_UNSYNCED { self.sync() } else { Ok(()) }
    }

    /// Makes whole files durable, and then their names.
    fn sync(&mut self) -> Result<(), Error> {
        let files = mem::take(&mut self.unsynced);
        let folders: BTreeSet<&Path> = files.iter().map(|path| parent_folder(path)).collect();
        for path in &files {
            let synced = match File::open(path) {
                Ok(file) => file.sync_all(),
                // Whoever took it away needs it no more.
                Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
                Err(error) => Err(error),
            };
            synced.map_err(|source| write_error(path, source))?;
        }
        for folder in folders {
            sync_folder(folder).map_err(|source| write_error(folder, source))?;
        }
        Ok(())
    }
}
