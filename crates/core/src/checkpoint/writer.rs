//! Saves the progress of a run while it goes on.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use super::Checkpoint;
use super::input_digest::InputDigest;
use super::saved_state::SavedRun;
use super::visited_journal::VisitedJournal;
use crate::error::Error;
use crate::sinks::{Destination, OutputTarget, Sink, SinkState};
use crate::sources::{EntrySet, InputPosition, Inputs, ListEntry};
use crate::stats::RunStats;

/// Bytes of output after which a checkpoint is written before its interval is over. Fast runs write much in little
/// time, and this bounds the work that a kill can cost.
const MAX_UNSAVED_BYTES: u64 = 256 << 20;

/// A page that was handed to the output, or skipped.
#[derive(Debug)]
pub(crate) struct PageProgress {
    /// The position of its input among the inputs.
    pub(crate) unit: usize,
    /// The position in the inputs right after it.
    pub(crate) position: InputPosition,
    /// A digest of the inputs up to there.
    pub(crate) inputs: InputDigest,
    /// Its entry in the list of URLs, if it was fetched.
    pub(crate) entry: Option<ListEntry>,
    /// Its bytes in the output; `None` if it was not written.
    pub(crate) written: Option<u64>,
    /// The mark of the run's filter after it.
    pub(crate) filter_mark: u64,
    /// The counts of this page alone.
    pub(crate) stats: RunStats,
}

/// Pages that are done and not covered by a checkpoint yet.
#[derive(Debug)]
struct UnsavedPage {
    progress: PageProgress,
    /// The number of pages in the output, up to and including these.
    written: u64,
    /// How many of them are entries of the list of URLs.
    visited: u64,
}

/// Saves checkpoints. A checkpoint covers only pages that the output has made durable. Later pages wait in a queue,
/// because a checkpoint must refer to exactly the page after which the output can be cut.
#[derive(Debug)]
pub(crate) struct CheckpointWriter {
    checkpoint: Checkpoint,
    saved: Option<SavedRun>,
    visited: Option<VisitedJournal>,
    done: EntrySet,
    unsaved: VecDeque<UnsavedPage>,
    written: u64,
    bytes: u64,
    last_saved: Instant,
    /// Whether the output can be cut only between inputs: a folder has one file for each.
    by_unit: bool,
    started: Instant,
    /// The time that the run took before it was resumed.
    elapsed_before: Duration,
}

impl CheckpointWriter {
    pub(super) fn new(mut checkpoint: Checkpoint, inputs: &Inputs) -> Result<Self, Error> {
        let saved = checkpoint.saved.take();
        let (mut visited, mut done) = (None, EntrySet::default());
        if !inputs.urls().is_empty() {
            let count = saved.as_ref().map_or(0, |saved| saved.visited);
            let path = checkpoint.companion("visited");
            let (journal, entries) = VisitedJournal::open(path, count, inputs.urls())?;
            (visited, done) = (Some(journal), entries);
        }
        let written = saved.as_ref().map_or(0, |saved| saved.output.pages());
        let before = saved.as_ref().map(SavedRun::elapsed).unwrap_or_default();
        Ok(Self {
            checkpoint,
            saved,
            visited,
            done,
            unsaved: VecDeque::new(),
            written,
            bytes: 0,
            last_saved: Instant::now(),
            by_unit: false,
            started: Instant::now(),
            elapsed_before: before,
        })
    }

    /// Opens the output: resumes the one of the checkpoint, or begins one.
    pub(crate) fn sink(&mut self, destination: &Destination) -> Result<Sink<'static>, Error> {
        self.by_unit = matches!(destination.target, OutputTarget::Folder(_));
        let destination = Destination { resumable: true, ..destination.clone() };
        match &self.saved {
            Some(saved) => destination.resume(&saved.output),
            None => destination.open(std::io::sink()),
        }
    }

    /// Where to continue in the inputs.
    pub(crate) fn position(&self) -> InputPosition {
        self.saved.as_ref().map(|saved| saved.position.clone()).unwrap_or_default()
    }

    /// Whether it resumes a run.
    pub(crate) fn is_resuming(&self) -> bool {
        self.saved.is_some()
    }

    /// The mark of the run's filter at the checkpoint.
    pub(crate) fn filter_mark(&self) -> u64 {
        self.saved.as_ref().map_or(0, |saved| saved.filter_mark)
    }

    /// The time that all parts of the run took so far.
    pub(crate) fn elapsed(&self) -> Duration {
        self.elapsed_before.saturating_add(self.started.elapsed())
    }

    /// The counts at the checkpoint.
    pub(crate) fn stats(&self) -> RunStats {
        self.saved.as_ref().map(|saved| saved.stats.clone()).unwrap_or_default()
    }

    /// The entries of the list of URLs that are done. Empty when called again.
    pub(crate) fn take_done(&mut self) -> EntrySet {
        std::mem::take(&mut self.done)
    }

    /// Adds a page that is done.
    pub(crate) fn add(&mut self, page: PageProgress) -> Result<(), Error> {
        if let (Some(entry), Some(visited)) = (page.entry, &mut self.visited) {
            visited.add(entry)?;
        }
        self.written += u64::from(page.written.is_some());
        self.bytes = self.bytes.saturating_add(page.written.unwrap_or(0));
        let (written, visited) = (self.written, u64::from(page.entry.is_some()));
        if let Some(last) = self.unsaved.back_mut().filter(|last| {
            // The file of an input is written again as a whole, so its pages are saved together.
            self.by_unit && last.progress.unit == page.unit
        }) {
            last.written = written;
            last.visited += visited;
            let mut stats = std::mem::take(&mut last.progress.stats);
            stats.add(&page.stats);
            last.progress = PageProgress { stats, ..page };
            return Ok(());
        }
        self.unsaved.push_back(UnsavedPage { progress: page, written, visited });
        Ok(())
    }

    /// Whether there is something to save and the interval is over.
    pub(crate) fn is_due(&self) -> bool {
        !self.unsaved.is_empty()
            && (self.bytes >= MAX_UNSAVED_BYTES
                || self.last_saved.elapsed() >= self.checkpoint.interval)
    }

    /// Makes the output durable as far as it can be cut, and saves that. `commit_filter` makes durable what the
    /// filter of the run needs to return to the marks of these pages.
    ///
    /// The checkpoint is written last: a crash before it leaves the previous one, which is still valid, because the
    /// output and the journals only grow.
    pub(crate) fn save(
        &mut self,
        sink: &mut Sink<'_>,
        commit_filter: impl FnOnce() -> Result<(), Error>,
    ) -> Result<(), Error> {
        let state = sink.commit()?;
        if let Some(visited) = &mut self.visited {
            visited.sync()?;
        }
        commit_filter()?;
        if let Some(state) = state {
            self.mark_saved(state);
            self.write()?;
        }
        (self.bytes, self.last_saved) = (0, Instant::now());
        Ok(())
    }

    /// Marks the run as complete. The output must be complete and have its final name.
    pub(crate) fn finish(mut self, stats: &RunStats) -> Result<(), Error> {
        if let Some(saved) = &mut self.saved {
            saved.is_complete = true;
            saved.stats.clone_from(stats);
        }
        self.write()
    }

    /// Moves the pages that the state of the output covers into the checkpoint.
    fn mark_saved(&mut self, state: SinkState) {
        let pages = state.pages();
        let (config, elapsed) = (&self.checkpoint.config, self.elapsed());
        let saved = self.saved.get_or_insert_with(|| SavedRun::new(config.clone(), state.clone()));
        saved.output = state;
        saved.seconds = elapsed.as_secs_f64();
        while self.unsaved.front().is_some_and(|unsaved| unsaved.written <= pages)
            && let Some(UnsavedPage { progress: page, visited, .. }) = self.unsaved.pop_front()
        {
            saved.position = page.position;
            saved.inputs = page.inputs;
            saved.filter_mark = page.filter_mark;
            saved.visited += visited;
            saved.stats.add(&page.stats);
        }
    }

    fn write(&self) -> Result<(), Error> {
        self.saved.as_ref().map_or(Ok(()), |saved| saved.write(self.checkpoint.path()))
    }
}
