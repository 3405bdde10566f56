//! An output that is one file for all pages, or a sequence of shards.

use std::path::PathBuf;

use super::file_writer::{FileWriter, write_error};
use super::partial::not_resumable;
use super::rendered::RenderedPage;
use super::shards::ShardNames;
use super::state::SinkState;
use super::{Destination, ExistingOutput};
use crate::error::Error;

/// One file, or one shard after another.
pub(super) struct FileSink {
    destination: Destination,
    path: PathBuf,
    /// The names and the size of shards.
    shards: Option<(ShardNames, u64)>,
    /// The number of the current file, from 1.
    number: u64,
    /// Pages in the files before it.
    pages_before: u64,
    /// The current file; `None` only between two files.
    file: Option<FileWriter>,
    /// Whether there may be shards with higher numbers: from an earlier run, or from after the point at which
    /// this run was resumed.
    has_stale: bool,
}

impl FileSink {
    pub(super) fn create(destination: &Destination, path: PathBuf) -> Result<Self, Error> {
        let has_stale = destination.existing == ExistingOutput::Overwrite;
        let mut sink = Self::new(destination, path, has_stale);
        sink.file = Some(FileWriter::create(&sink.path_of_shard(), destination)?);
        Ok(sink)
    }

    pub(super) fn resume(
        destination: &Destination,
        path: PathBuf,
        state: &SinkState,
    ) -> Result<Self, Error> {
        let cut = *state.cut();
        let mut sink = Self::new(destination, path, true);
        let has_shards = state.shard() > 1;
        // The cut counts the rows of the current file, the state those of all: only shards may differ.
        if state.pages() < cut.rows
            || (state.pages() > cut.rows && !has_shards)
            || (has_shards && sink.shards.is_none())
        {
            return Err(not_resumable(&sink.path, "it was another kind of output"));
        }
        sink.number = state.shard();
        sink.pages_before = state.pages().saturating_sub(cut.rows);
        sink.file = Some(FileWriter::resume(&sink.path_of_shard(), cut, destination)?);
        Ok(sink)
    }

    fn new(destination: &Destination, path: PathBuf, has_stale: bool) -> Self {
        let shards = destination.shards(&path);
        let (destination, file) = (destination.clone(), None);
        Self { destination, path, shards, number: 1, pages_before: 0, file, has_stale }
    }

    fn path_of_shard(&self) -> PathBuf {
        match &self.shards {
            Some((names, _)) => names.path(self.number),
            None => self.path.clone(),
        }
    }

    /// Writes a page, to the next shard if this one would become too large. A page larger than a shard gets
    /// one of its own.
    pub(super) fn write_page(&mut self, page: &RenderedPage) -> Result<(), Error> {
        if let (Some((_, shard_bytes)), Some(file)) = (&self.shards, &self.file) {
            let accepted = file.accepted();
            let with_page = accepted.content.saturating_add(page.body.cost() as u64);
            if accepted.rows > 0 && with_page > *shard_bytes {
                self.pages_before += accepted.rows;
                self.end_file()?;
                self.number += 1;
            }
        }
        let path = self.path_of_shard();
        let file = match &mut self.file {
            Some(file) => file,
            none => none.insert(FileWriter::create(&path, &self.destination)?),
        };
        file.write_page(page)
    }

    /// See [`super::Sink::commit`].
    pub(super) fn commit(&mut self) -> Result<Option<SinkState>, Error> {
        let Some(file) = self.file.as_mut().filter(|_| self.destination.resumable) else {
            return Ok(None);
        };
        let cut = file.sync()?;
        Ok(Some(SinkState::new(self.pages_before + cut.rows, self.number, cut)))
    }

    pub(super) fn finish(mut self) -> Result<(), Error> {
        self.end_file()
    }

    /// See [`super::Sink::finish_partial`].
    pub(super) fn finish_partial(mut self) -> Result<Option<PathBuf>, Error> {
        self.file.take().map(FileWriter::finish_partial).transpose()
    }

    fn end_file(&mut self) -> Result<(), Error> {
        let Some(file) = self.file.take() else { return Ok(()) };
        if let Some((names, _)) = self.shards.as_ref().filter(|_| self.has_stale) {
            // Only now, so that a run that fails early does not remove the shards of an earlier run.
            names.remove_after(self.number).map_err(|source| write_error(&self.path, source))?;
            self.has_stale = false;
        }
        file.finish(self.destination.resumable)
    }
}
