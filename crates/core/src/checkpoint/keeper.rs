//! Keeps saving how far a run has come.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use super::Checkpoint;
use super::inputs::Behind;
use super::saved::Saved;
use super::visited::Visited;
use crate::error::Error;
use crate::pipeline::Gate;
use crate::sinks::{Destination, Sink, SinkState, Target};
use crate::sources::{Entries, Inputs, ListEntry, Position};
use crate::stats::Stats;

/// Bytes written after which it is saved, however short the time: what a kill costs is bounded by work
/// as well.
const MAX_BYTES_BETWEEN: u64 = 256 << 20;

/// A page that was handed to the output, or passed over.
#[derive(Debug)]
pub struct Step {
    /// The position of its input among the inputs.
    pub(crate) unit: usize,
    /// The place in the inputs behind it.
    pub(crate) position: Position,
    /// The inputs up to there.
    pub(crate) inputs: Behind,
    /// What it is in the list of addresses.
    pub(crate) entry: Option<ListEntry>,
    /// Whether it was handed to the output, and its bytes there.
    pub(crate) written: Option<u64>,
    /// How far the gate has come with it.
    pub(crate) gate: u64,
    /// It alone, counted.
    pub(crate) stats: Stats,
}

/// Steps that are done and not saved yet.
#[derive(Debug)]
struct Unsaved {
    step: Step,
    /// Pages in the output with the last of them.
    written: u64,
    /// Their entries of the list.
    visited: u64,
}

/// Saves what is durable: that of which the output says that it is. Pages after that wait in a queue, for
/// the checkpoint must be of exactly the page that the output can be cut behind.
#[derive(Debug)]
pub struct Keeper {
    checkpoint: Checkpoint,
    saved: Option<Saved>,
    visited: Option<Visited>,
    done: Entries,
    unsaved: VecDeque<Unsaved>,
    written: u64,
    bytes: u64,
    since: Instant,
    /// Whether the output can be cut only between inputs.
    by_unit: bool,
    started: Instant,
    /// The time that earlier parts of the run took.
    before: Duration,
}

impl Keeper {
    pub(super) fn new(mut checkpoint: Checkpoint, inputs: &Inputs) -> Result<Self, Error> {
        let saved = checkpoint.saved.take();
        let (mut visited, mut done) = (None, Entries::default());
        if !inputs.urls().is_empty() {
            let count = saved.as_ref().map_or(0, |saved| saved.visited);
            let path = checkpoint.companion("visited");
            let (journal, entries) = Visited::open(path, count, inputs.urls())?;
            (visited, done) = (Some(journal), entries);
        }
        let written = saved.as_ref().map_or(0, |saved| saved.output.pages());
        let before = saved.as_ref().map(Saved::elapsed).unwrap_or_default();
        Ok(Self {
            checkpoint,
            saved,
            visited,
            done,
            unsaved: VecDeque::new(),
            written,
            bytes: 0,
            since: Instant::now(),
            by_unit: false,
            started: Instant::now(),
            before,
        })
    }

    /// Opens the output: goes on with it, or begins it.
    pub(crate) fn sink(&mut self, destination: &Destination) -> Result<Sink<'static>, Error> {
        self.by_unit = matches!(destination.target, Target::Folder(_));
        let destination = Destination { resumable: true, ..destination.clone() };
        match &self.saved {
            Some(saved) => destination.resume(&saved.output),
            None => destination.open(std::io::sink()),
        }
    }

    /// Where the inputs are read on from.
    pub(crate) fn position(&self) -> Position {
        self.saved.as_ref().map(|saved| saved.position.clone()).unwrap_or_default()
    }

    /// Whether it goes on with a run.
    pub(crate) fn is_resuming(&self) -> bool {
        self.saved.is_some()
    }

    /// How far the gate had come.
    pub(crate) fn gate(&self) -> u64 {
        self.saved.as_ref().map_or(0, |saved| saved.gate)
    }

    /// The time that all parts of the run took.
    pub(crate) fn elapsed(&self) -> Duration {
        self.before.saturating_add(self.started.elapsed())
    }

    /// What was counted so far.
    pub(crate) fn stats(&self) -> Stats {
        self.saved.as_ref().map(|saved| saved.stats.clone()).unwrap_or_default()
    }

    /// Entries of the list that are done.
    pub(crate) fn take_done(&mut self) -> Entries {
        std::mem::take(&mut self.done)
    }

    /// A page is done.
    pub(crate) fn add(&mut self, step: Step) -> Result<(), Error> {
        if let (Some(entry), Some(visited)) = (step.entry, &mut self.visited) {
            visited.add(entry)?;
        }
        self.written += u64::from(step.written.is_some());
        self.bytes = self.bytes.saturating_add(step.written.unwrap_or(0));
        let (written, visited) = (self.written, u64::from(step.entry.is_some()));
        if let Some(last) = self.unsaved.back_mut().filter(|last| {
            // What an input's file holds is written again as a whole, so its pages are one.
            self.by_unit && last.step.unit == step.unit
        }) {
            last.written = written;
            last.visited += visited;
            let mut stats = std::mem::take(&mut last.step.stats);
            stats.add(&step.stats);
            last.step = Step { stats, ..step };
            return Ok(());
        }
        self.unsaved.push_back(Unsaved { step, written, visited });
        Ok(())
    }

    /// Whether there is something to save, and it is time.
    pub(crate) fn is_due(&self) -> bool {
        !self.unsaved.is_empty()
            && (self.bytes >= MAX_BYTES_BETWEEN || self.since.elapsed() >= self.checkpoint.every)
    }

    /// Makes durable what the output can be cut behind, and saves that.
    pub(crate) fn save(
        &mut self,
        sink: &mut Sink<'_>,
        gate: Option<&mut (dyn Gate + '_)>,
    ) -> Result<(), Error> {
        let state = sink.commit()?;
        if let Some(visited) = &mut self.visited {
            visited.sync()?;
        }
        if let Some(gate) = gate {
            gate.commit()?;
        }
        if let Some(state) = state {
            self.settle(state);
            self.write()?;
        }
        (self.bytes, self.since) = (0, Instant::now());
        Ok(())
    }

    /// The output is whole and in its place.
    pub(crate) fn finish(mut self, stats: &Stats) -> Result<(), Error> {
        if let Some(saved) = &mut self.saved {
            saved.is_complete = true;
            saved.stats.clone_from(stats);
        }
        self.write()
    }

    /// Takes over the steps that the state of the output covers.
    fn settle(&mut self, state: SinkState) {
        let pages = state.pages();
        let (shape, elapsed) = (&self.checkpoint.shape, self.elapsed());
        let saved = self.saved.get_or_insert_with(|| Saved::new(shape.clone(), state.clone()));
        saved.output = state;
        saved.seconds = elapsed.as_secs_f64();
        while self.unsaved.front().is_some_and(|unsaved| unsaved.written <= pages)
            && let Some(Unsaved { step, visited, .. }) = self.unsaved.pop_front()
        {
            saved.position = step.position;
            saved.inputs = step.inputs;
            saved.gate = step.gate;
            saved.visited += visited;
            saved.stats.add(&step.stats);
        }
    }

    fn write(&self) -> Result<(), Error> {
        self.saved.as_ref().map_or(Ok(()), |saved| saved.write(self.checkpoint.path()))
    }
}
