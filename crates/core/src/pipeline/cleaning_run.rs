//! Cleans many pages into one output.

use std::io::Write;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use copydesk_clean::{CleanInput, Record};

use super::engine::{self, OutputConsumer};
use super::reader::{ReadingEnd, RunReader};
use super::run_filter::{FilterDecision, FinishedPage, RunFilter};
use super::worker::{PageOrigin, PageWorker};
use super::{PageReport, RunOptions};
use crate::checkpoint::{Checkpoint, CheckpointWriter, InputDigest, PageProgress};
use crate::dedupe::TextSigner;
use crate::error::Error;
use crate::page_filters::PageFilters;
use crate::sinks::{Destination, OutputTarget, Sink};
use crate::sources::{BlockingFetcher, Inputs};
use crate::stats::RunStats;
use crate::stop::StopToken;

/// What cleans a page; [`copydesk_clean::Cleaner::clean`] unless a test wants otherwise.
pub type CleanPage<'a> = &'a (dyn Fn(&CleanInput<'_>) -> Record + Sync);

/// What is told of each page, with the counts of the run up to it.
pub type PageObserver<'a> = &'a mut dyn FnMut(&PageReport, &RunStats);

/// A run over many pages: what cleans them, where they come from and go to.
pub struct CleaningRun<'a> {
    /// What cleans a page.
    pub clean: CleanPage<'a>,
    /// Where pages come from.
    pub inputs: &'a Inputs,
    /// Where they go.
    pub destination: &'a Destination,
    /// How.
    pub options: &'a RunOptions,
    /// Which pages are left out for what they are. Default: none.
    pub filters: Option<&'a PageFilters>,
    /// What makes the prints of pages, for a gate that compares them. Default: none are made.
    pub signer: Option<&'a TextSigner>,
    /// What decides on pages with a view to those before. Default: nothing.
    pub run_filter: Option<&'a mut dyn RunFilter>,
    /// Where it is kept how far the run has come, so that it can be gone on with. Default: nowhere.
    pub checkpoint: Option<Checkpoint>,
    /// Ends the run early. That of [`Inputs::fetching`] should be the same; see [`BlockingFetcher::stopped_by`].
    pub stop: StopToken,
    /// Is told of each page as it is handed to the output. Default: nobody.
    pub observe: Option<PageObserver<'a>>,
}

/// What a run did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FinishedRun {
    /// Its pages, counted; with a checkpoint, those of all parts of the run.
    pub stats: RunStats,
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

impl<'a> CleaningRun<'a> {
    /// A run that does nothing else.
    pub fn new(
        clean: CleanPage<'a>,
        inputs: &'a Inputs,
        destination: &'a Destination,
        options: &'a RunOptions,
    ) -> Self {
        let stop = inputs.fetcher().map(BlockingFetcher::stop).unwrap_or_default();
        Self {
            clean,
            inputs,
            destination,
            options,
            filters: None,
            signer: None,
            run_filter: None,
            checkpoint: None,
            stop,
            observe: None,
        }
    }

    /// Cleans all pages. `stream` is used where the target is [`OutputTarget::Stream`].
    ///
    /// # Errors
    /// When the output cannot be written, or an output came to exist that may not be replaced; when the
    /// checkpoint is not of these inputs. A page that cannot be read is no error but a record.
    pub fn start(self, stream: impl Write + 'a) -> Result<FinishedRun, Error> {
        let Self { inputs, destination, options, run_filter: mut gate, stop, checkpoint, .. } =
            self;
        if let Some(checkpoint) = &checkpoint
            && let Some((stats, elapsed)) = checkpoint.completed_run(destination)?
        {
            let was_complete = true;
            return Ok(FinishedRun { stats, elapsed, was_complete, ..FinishedRun::default() });
        }
        let started = Instant::now();
        let mut keeper = checkpoint.map(|checkpoint| checkpoint.into_writer(inputs)).transpose()?;
        if let (Some(keeper), Some(gate)) = (&keeper, &mut gate) {
            gate.resume(keeper.filter_mark())?;
        }
        let urls = inputs.urls().open()?;
        let is_resuming = keeper.as_ref().is_some_and(CheckpointWriter::is_resuming);
        let reader = RunReader {
            inputs,
            options: &options.sources,
            namer: if is_resuming {
                destination.resumed_output_namer()
            } else {
                destination.output_namer()
            },
            start: keeper.as_ref().map(CheckpointWriter::position).unwrap_or_default(),
            inputs_before: InputDigest::default(),
            done: keeper.as_mut().map(CheckpointWriter::take_done).unwrap_or_default(),
            stop: &stop,
            filters: self.filters.cloned(),
        };
        let mut engine = options.engine.clone();
        engine.unordered &= !matches!(destination.target, OutputTarget::Folder(_));
        let keeps_records = gate.as_ref().is_some_and(|gate| gate.needs_records());
        let Self { clean, filters: screen, signer: printer, .. } = self;
        let worker = PageWorker { clean, filters: screen, signer: printer, options, keeps_records };
        let mut writer = RunWriter {
            sink: match &mut keeper {
                Some(keeper) => keeper.sink(destination)?,
                None => destination.open(stream)?,
            },
            run_filter: gate,
            stats: keeper.as_ref().map(CheckpointWriter::stats).unwrap_or_default(),
            checkpoint: keeper,
            observe: self.observe,
            fetcher: inputs.fetcher(),
        };
        writer.begin()?;
        let read = engine::run(
            &engine,
            move |queue| reader.read(urls, queue),
            &|task, held| worker.run(task, held),
            &mut writer,
        )?;
        let finished = writer.end(!matches!(read, Ok(ReadingEnd::Stopped)), started.elapsed())?;
        read.map(|_| finished)
    }
}

/// Takes pages that are done to the output.
struct RunWriter<'a> {
    sink: Sink<'a>,
    run_filter: Option<&'a mut dyn RunFilter>,
    checkpoint: Option<CheckpointWriter>,
    stats: RunStats,
    observe: Option<PageObserver<'a>>,
    fetcher: Option<&'a BlockingFetcher>,
}

impl OutputConsumer<FinishedPage> for RunWriter<'_> {
    fn consume(&mut self, _: u64, page: FinishedPage) -> Result<(), Error> {
        self.page(page).inspect_err(|_| self.stop_fetching())
    }

    fn idle(&mut self) -> Result<(), Error> {
        // Whoever reads the stream should not wait for pages that are done.
        self.sink.flush().and_then(|()| self.save_if_due()).inspect_err(|_| self.stop_fetching())
    }
}

impl RunWriter<'_> {
    fn page(&mut self, mut page: FinishedPage) -> Result<(), Error> {
        if page.rendered.is_some()
            && let Some(gate) = &mut self.run_filter
            && let FilterDecision::Exclude(reason) = gate.decide(&mut page)?
        {
            page.report.excluded = Some(reason);
            page.rendered = None;
        }
        let FinishedPage { report, rendered, origin, .. } = page;
        if let Some(rendered) = &rendered {
            self.sink.write(rendered)?;
        }
        self.stats.count(&report);
        if let Some(keeper) = &mut self.checkpoint {
            let mut stats = RunStats::default();
            stats.count(&report);
            let PageOrigin { unit, position_after: position, inputs_before: inputs, entry } =
                origin;
            let written = rendered.map(|rendered| rendered.body.cost() as u64);
            let gate = self.run_filter.as_ref().map_or(0, |gate| gate.mark());
            keeper.add(PageProgress {
                unit,
                position,
                inputs,
                entry,
                written,
                filter_mark: gate,
                stats,
            })?;
        }
        if let Some(observe) = &mut self.observe {
            observe(&report, &self.stats);
        }
        self.save_if_due()
    }

    fn save_if_due(&mut self) -> Result<(), Error> {
        match &mut self.checkpoint {
            Some(keeper) if keeper.is_due() => {
                keeper.save(&mut self.sink, || commit(&mut self.run_filter))
            }
            _ => Ok(()),
        }
    }

    /// Saves that there is a run, before anything stands in the output that would be taken for another's.
    fn begin(&mut self) -> Result<(), Error> {
        match &mut self.checkpoint {
            Some(keeper) if !keeper.is_resuming() => {
                keeper.save(&mut self.sink, || commit(&mut self.run_filter))
            }
            _ => Ok(()),
        }
    }

    /// Ends the output, or leaves it such that it can be gone on with.
    fn end(mut self, is_whole: bool, elapsed: Duration) -> Result<FinishedRun, Error> {
        let mut finished = FinishedRun {
            stats: self.stats,
            is_stopped: !is_whole,
            elapsed,
            ..FinishedRun::default()
        };
        let Some(mut keeper) = self.checkpoint else {
            if is_whole {
                self.sink.finish()?;
            } else {
                finished.partial = self.sink.finish_partial()?;
            }
            return Ok(finished);
        };
        keeper.save(&mut self.sink, || commit(&mut self.run_filter))?;
        finished.elapsed = keeper.elapsed();
        if is_whole {
            self.sink.finish()?;
            keeper.finish(&finished.stats)?;
        }
        Ok(finished)
    }

    /// The run is over; the reader may be waiting for a slow host.
    fn stop_fetching(&self) {
        if let Some(web) = self.fetcher {
            web.stop().stop();
        }
    }
}

/// Makes durable what the filter needs to come back to its marks.
fn commit(filter: &mut Option<&mut dyn RunFilter>) -> Result<(), Error> {
    filter.as_mut().map_or(Ok(()), |filter| filter.commit())
}
