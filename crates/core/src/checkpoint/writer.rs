//! Keeps saving how far a run has come.

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

/// Bytes written after which it is saved, however short the time: what a kill costs is bounded by work
/// as well.
const MAX_UNSAVED_BYTES: u64 = 256 << 20;

/// A page that was handed to the output, or passed over.
#[derive(Debug)]
pub struct PageProgress {
    /// The position of its input among the inputs.
    pub(crate) unit: usize,
    /// The place in the inputs behind it.
    pub(crate) position: InputPosition,
    /// The inputs up to there.
    pub(crate) inputs: InputDigest,
    /// What it is in the list of addresses.
    pub(crate) entry: Option<ListEntry>,
    /// Whether it was handed to the output, and its bytes there.
    pub(crate) written: Option<u64>,
    /// How far the gate has come with it.
    pub(crate) filter_mark: u64,
    /// It alone, counted.
    pub(crate) stats: RunStats,
}

/// Steps that are done and not saved yet.
#[derive(Debug)]
struct UnsavedPage {
    progress: PageProgress,
    /// Pages in the output with the last of them.
    written: u64,
    /// Their entries of the list.
    visited: u64,
}

/// Saves what is durable: that of which the output says that it is. Pages after that wait in a queue, for
/// the checkpoint must be of exactly the page that the output can be cut behind.
#[derive(Debug)]
pub struct CheckpointWriter {
    checkpoint: Checkpoint,
    saved: Option<SavedRun>,
    visited: Option<VisitedJournal>,
    done: EntrySet,
    unsaved: VecDeque<UnsavedPage>,
    written: u64,
    bytes: u64,
    last_saved: Instant,
    /// Whether the output can be cut only between inputs.
    by_unit: bool,
    started: Instant,
    /// The time that earlier parts of the run took.
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

    /// Opens the output: goes on with it, or begins it.
    pub(crate) fn sink(&mut self, destination: &Destination) -> Result<Sink<'static>, Error> {
        self.by_unit = matches!(destination.target, OutputTarget::Folder(_));
        let destination = Destination { resumable: true, ..destination.clone() };
        match &self.saved {
            Some(saved) => destination.resume(&saved.output),
            None => destination.open(std::io::sink()),
        }
    }

    /// Where the inputs are read on from.
    pub(crate) fn position(&self) -> InputPosition {
        self.saved.as_ref().map(|saved| saved.position.clone()).unwrap_or_default()
    }

    /// Whether it goes on with a run.
    pub(crate) fn is_resuming(&self) -> bool {
        self.saved.is_some()
    }

    /// How far the gate had come.
    pub(crate) fn filter_mark(&self) -> u64 {
        self.saved.as_ref().map_or(0, |saved| saved.gate)
    }

    /// The time that all parts of the run took.
    pub(crate) fn elapsed(&self) -> Duration {
        self.elapsed_before.saturating_add(self.started.elapsed())
    }

    /// What was counted so far.
    pub(crate) fn stats(&self) -> RunStats {
        self.saved.as_ref().map(|saved| saved.stats.clone()).unwrap_or_default()
    }

    /// Entries of the list that are done.
    pub(crate) fn take_done(&mut self) -> EntrySet {
        std::mem::take(&mut self.done)
    }

    /// A page is done.
    pub(crate) fn add(&mut self, step: PageProgress) -> Result<(), Error> {
        if let (Some(entry), Some(visited)) = (step.entry, &mut self.visited) {
            visited.add(entry)?;
        }
        self.written += u64::from(step.written.is_some());
        self.bytes = self.bytes.saturating_add(step.written.unwrap_or(0));
        let (written, visited) = (self.written, u64::from(step.entry.is_some()));
        if let Some(last) = self.unsaved.back_mut().filter(|last| {
            // What an input's file holds is written again as a whole, so its pages are one.
            self.by_unit && last.progress.unit == step.unit
        }) {
            last.written = written;
            last.visited += visited;
            let mut stats = std::mem::take(&mut last.progress.stats);
            stats.add(&step.stats);
            last.progress = PageProgress { stats, ..step };
            return Ok(());
        }
        self.unsaved.push_back(UnsavedPage { progress: step, written, visited });
        Ok(())
    }

    /// Whether there is something to save, and it is time.
    pub(crate) fn is_due(&self) -> bool {
        !self.unsaved.is_empty()
            && (self.bytes >= MAX_UNSAVED_BYTES
                || self.last_saved.elapsed() >= self.checkpoint.interval)
    }

    /// Makes durable what the output can be cut behind, and saves that. `commit_filter` makes durable what
    /// the filter of the run needs to come back to the marks of the pages so far.
    ///
    /// The checkpoint is written last: a crash before it leaves the one before, which is still true, since
    /// the output and the journals only grow.
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

    /// The output is whole and in its place.
    pub(crate) fn finish(mut self, stats: &RunStats) -> Result<(), Error> {
        if let Some(saved) = &mut self.saved {
            saved.is_complete = true;
            saved.stats.clone_from(stats);
        }
        self.write()
    }

    /// Takes over the steps that the state of the output covers.
    fn mark_saved(&mut self, state: SinkState) {
        let pages = state.pages();
        let (shape, elapsed) = (&self.checkpoint.config, self.elapsed());
        let saved = self.saved.get_or_insert_with(|| SavedRun::new(shape.clone(), state.clone()));
        saved.output = state;
        saved.seconds = elapsed.as_secs_f64();
        while self.unsaved.front().is_some_and(|unsaved| unsaved.written <= pages)
            && let Some(UnsavedPage { progress: step, visited, .. }) = self.unsaved.pop_front()
        {
            saved.position = step.position;
            saved.inputs = step.inputs;
            saved.gate = step.filter_mark;
            saved.visited += visited;
            saved.stats.add(&step.stats);
        }
    }

    fn write(&self) -> Result<(), Error> {
        self.saved.as_ref().map_or(Ok(()), |saved| saved.write(self.checkpoint.path()))
    }
}
