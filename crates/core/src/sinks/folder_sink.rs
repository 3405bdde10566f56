//! An output folder with one file per input.

use std::collections::BTreeSet;
use std::fs::File;
use std::io;
use std::mem;
use std::path::{Path, PathBuf};

use super::file_writer::{FileWriter, write_error};
use super::partial::sync_folder;
use super::paths::parent_folder;
use super::rendered::RenderedPage;
use super::state::{CutPoint, SinkState};
use super::{Destination, OutputPath};
use crate::error::Error;

/// Files that are synced together: one `fsync` per file at once would make a run wait for the disk after
/// each page. It also bounds the memory for their paths.
const MAX_UNSYNCED: usize = 1024;

/// A folder, and its unfinished file.
pub(super) struct FolderSink {
    destination: Destination,
    /// The unfinished file, and the position of its input among the inputs.
    file: Option<(usize, FileWriter)>,
    /// Pages accepted.
    pages: u64,
    /// The number of them before the unfinished file.
    pages_before: u64,
    /// Files that may not be durable yet; the unfinished one comes last.
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
        // An input that could not be read has no file name, only an error.
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

    /// See [`super::Sink::commit`]. A resumed run writes the unfinished file again from its start.
    pub(super) fn commit(&mut self) -> Result<Option<SinkState>, Error> {
        if !self.destination.resumable {
            return Ok(None);
        }
        let unfinished = self.file.as_ref().and_then(|_| self.unsynced.pop());
        self.sync()?;
        self.unsynced.extend(unfinished);
        let pages = if self.file.is_some() { self.pages_before } else { self.pages };
        Ok(Some(SinkState::new(pages, 1, CutPoint::default())))
    }

    pub(super) fn finish(mut self) -> Result<(), Error> {
        self.end_file()?;
        self.sync()
    }

    /// See [`super::Sink::finish_partial`].
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

    /// Makes whole files durable, then their names: a name that survives a crash must not lead to a file
    /// whose content did not.
    fn sync(&mut self) -> Result<(), Error> {
        let files = mem::take(&mut self.unsynced);
        let folders: BTreeSet<&Path> = files.iter().map(|path| parent_folder(path)).collect();
        for path in &files {
            let synced = match File::open(path) {
                Ok(file) => file.sync_all(),
                // Removed by somebody since it was written; the run does not depend on it.
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
