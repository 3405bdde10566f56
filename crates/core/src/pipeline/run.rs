//! Cleans many pages into one output.

use std::io::Write;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use copydesk_clean::{Input, Record};

use super::done::{Decision, Done, Gate};
use super::engine::{self, Consume};
use super::reader::{End, Reader};
use super::worker::{Origin, Worker};
use super::{PageReport, RunOptions};
use crate::checkpoint::{Behind, Checkpoint, Keeper, Step};
use crate::dedupe::Printer;
use crate::error::Error;
use crate::screen::Screen;
use crate::sinks::{Destination, Sink, Target};
use crate::sources::{Inputs, Web};
use crate::stats::Stats;
use crate::stop::Stop;

/// What cleans a page; [`copydesk_clean::Cleaner::clean`] unless a test wants otherwise.
pub type Clean<'a> = &'a (dyn Fn(&Input<'_>) -> Record + Sync);

/// What is told of each page, with the counts of the run up to it.
pub type Observe<'a> = &'a mut dyn FnMut(&PageReport, &Stats);

/// A run over many pages: what cleans them, where they come from and go to.
pub struct Run<'a> {
    /// What cleans a page.
    pub clean: Clean<'a>,
    /// Where pages come from.
    pub inputs: &'a Inputs,
    /// Where they go.
    pub destination: &'a Destination,
    /// How.
    pub options: &'a RunOptions,
    /// Which pages are left out for what they are. Default: none.
    pub screen: Option<&'a Screen>,
    /// What makes the prints of pages, for a gate that compares them. Default: none are made.
    pub printer: Option<&'a Printer>,
    /// What decides on pages with a view to those before. Default: nothing.
    pub gate: Option<&'a mut dyn Gate>,
    /// Where it is kept how far the run has come, so that it can be gone on with. Default: nowhere.
    pub checkpoint: Option<Checkpoint>,
    /// Ends the run early. That of [`Inputs::fetching`] should be the same; see [`Web::stopped_by`].
    pub stop: Stop,
    /// Is told of each page as it is handed to the output. Default: nobody.
    pub observe: Option<Observe<'a>>,
}

/// What a run did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Finished {
    /// Its pages, counted; with a checkpoint, those of all parts of the run.
    pub stats: Stats,
    /// Whether it was ended early, so that the output has only the first part of the pages.
    pub is_stopped: bool,
    /// The time that it took; with a checkpoint, that of all parts of the run.
    pub elapsed: Duration,
    /// Where the pages are, if the run was ended early and its output is a file: beside its place, under
    /// `NAME.partial`, since it is not whole.
    pub partial: Option<PathBuf>,
    /// Whether nothing was done, since the run of the checkpoint had come to its end before.
    pub was_complete: bool,
}

impl<'a> Run<'a> {
    /// A run that does nothing else.
    pub fn new(
        clean: Clean<'a>,
        inputs: &'a Inputs,
        destination: &'a Destination,
        options: &'a RunOptions,
    ) -> Self {
        let stop = inputs.web().map(Web::stop).unwrap_or_default();
        Self {
            clean,
            inputs,
            destination,
            options,
            screen: None,
            printer: None,
            gate: None,
            checkpoint: None,
            stop,
            observe: None,
        }
    }

    /// Cleans all pages. `stream` is used where the target is [`Target::Stream`].
    ///
    /// # Errors
    /// When the output cannot be written, or an output came to exist that may not be replaced; when the
    /// checkpoint is not of these inputs. A page that cannot be read is no error but a record.
    pub fn start(self, stream: impl Write + 'a) -> Result<Finished, Error> {
        let Self { inputs, destination, options, mut gate, stop, checkpoint, .. } = self;
        if let Some(checkpoint) = &checkpoint
            && let Some((stats, elapsed)) = checkpoint.finished(destination)?
        {
            let was_complete = true;
            return Ok(Finished { stats, elapsed, was_complete, ..Finished::default() });
        }
        let started = Instant::now();
        let mut keeper = checkpoint.map(|checkpoint| checkpoint.keeper(inputs)).transpose()?;
        if let (Some(keeper), Some(gate)) = (&keeper, &mut gate) {
            gate.resume(keeper.gate())?;
        }
        let urls = inputs.urls().open()?;
        let is_resuming = keeper.as_ref().is_some_and(Keeper::is_resuming);
        let reader = Reader {
            inputs,
            options: &options.sources,
            places: if is_resuming { destination.resumed_places() } else { destination.places() },
            start: keeper.as_ref().map(Keeper::position).unwrap_or_default(),
            behind: Behind::default(),
            done: keeper.as_mut().map(Keeper::take_done).unwrap_or_default(),
            stop: &stop,
            screen: self.screen.cloned(),
        };
        let mut engine = options.engine.clone();
        engine.unordered &= !matches!(destination.target, Target::Folder(_));
        let keeps_records = gate.as_ref().is_some_and(|gate| gate.wants_records());
        let Self { clean, screen, printer, .. } = self;
        let worker = Worker { clean, screen, printer, options, keeps_records };
        let mut writer = Writer {
            sink: match &mut keeper {
                Some(keeper) => keeper.sink(destination)?,
                None => destination.open(stream)?,
            },
            gate,
            stats: keeper.as_ref().map(Keeper::stats).unwrap_or_default(),
            keeper,
            observe: self.observe,
            web: inputs.web(),
        };
        writer.begin()?;
        let read = engine::run(
            &engine,
            move |queue| reader.read(urls, queue),
            &|task, held| worker.run(task, held),
            &mut writer,
        )?;
        let finished = writer.end(!matches!(read, Ok(End::Early)), started.elapsed())?;
        read.map(|_| finished)
    }
}

/// Takes pages that are done to the output.
struct Writer<'a> {
    sink: Sink<'a>,
    gate: Option<&'a mut dyn Gate>,
    keeper: Option<Keeper>,
    stats: Stats,
    observe: Option<Observe<'a>>,
    web: Option<&'a Web>,
}

impl Consume<Done> for Writer<'_> {
    fn take(&mut self, _: u64, page: Done) -> Result<(), Error> {
        self.page(page).inspect_err(|_| self.leave())
    }

    fn idle(&mut self) -> Result<(), Error> {
        // Whoever reads the stream should not wait for pages that are done.
        self.sink.flush().and_then(|()| self.save_if_due()).inspect_err(|_| self.leave())
    }
}

impl Writer<'_> {
    fn page(&mut self, mut page: Done) -> Result<(), Error> {
        if page.rendered.is_some()
            && let Some(gate) = &mut self.gate
            && let Decision::LeaveOut(reason) = gate.decide(&mut page)?
        {
            page.report.excluded = Some(reason);
            page.rendered = None;
        }
        let Done { report, rendered, origin, .. } = page;
        if let Some(rendered) = &rendered {
            self.sink.write(rendered)?;
        }
        self.stats.count(&report);
        if let Some(keeper) = &mut self.keeper {
            let mut stats = Stats::default();
            stats.count(&report);
            let Origin { unit, position_after: position, behind: inputs, entry } = origin;
            let written = rendered.map(|rendered| rendered.body.cost() as u64);
            let gate = self.gate.as_ref().map_or(0, |gate| gate.mark());
            keeper.add(Step { unit, position, inputs, entry, written, gate, stats })?;
        }
        if let Some(observe) = &mut self.observe {
            observe(&report, &self.stats);
        }
        self.save_if_due()
    }

    fn save_if_due(&mut self) -> Result<(), Error> {
        match &mut self.keeper {
            Some(keeper) if keeper.is_due() => {
                keeper.save(&mut self.sink, self.gate.as_deref_mut())
            }
            _ => Ok(()),
        }
    }

    /// Saves that there is a run, before anything stands in the output that would be taken for another's.
    fn begin(&mut self) -> Result<(), Error> {
        match &mut self.keeper {
            Some(keeper) if !keeper.is_resuming() => {
                keeper.save(&mut self.sink, self.gate.as_deref_mut())
            }
            _ => Ok(()),
        }
    }

    /// Ends the output, or leaves it such that it can be gone on with.
    fn end(mut self, is_whole: bool, elapsed: Duration) -> Result<Finished, Error> {
        let mut finished =
            Finished { stats: self.stats, is_stopped: !is_whole, elapsed, ..Finished::default() };
        let Some(mut keeper) = self.keeper else {
            if is_whole {
                self.sink.finish()?;
            } else {
                finished.partial = self.sink.finish_aside()?;
            }
            return Ok(finished);
        };
        keeper.save(&mut self.sink, self.gate.as_deref_mut())?;
        finished.elapsed = keeper.elapsed();
        if is_whole {
            self.sink.finish()?;
            keeper.finish(&finished.stats)?;
        }
        Ok(finished)
    }

    /// The run is over; the reader may be waiting for a slow host.
    fn leave(&self) {
        if let Some(web) = self.web {
            web.stop().stop();
        }
    }
}
