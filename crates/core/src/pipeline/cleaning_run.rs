//! Cleans many pages into one output.

use std::io::Write;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use super::clean_page::CleanPage;
use super::engine::{self, OutputConsumer};
use super::reader::{ReadingEnd, RunReader};
use super::run_filter::{FilterDecision, FinishedPage, RunFilter};
use super::run_task::PageOrigin;
use super::worker::PageWorker;
use super::{PageReport, RunOptions, row_check};
use crate::checkpoint::{Checkpoint, CheckpointWriter, InputDigest, PageProgress};
use crate::error::Error;
use crate::page_filters::PageFilters;
use crate::sinks::{Destination, Format, OutputTarget, Sink};
use crate::sources::{BlockingFetcher, Inputs};
use crate::stats::RunStats;
use crate::stop::StopToken;

/// Called with the report on each page and the counts of the run up to it.
pub type PageObserver<'a> = &'a mut dyn FnMut(&PageReport, &RunStats);

/// A run that cleans many pages into one output.
pub struct CleaningRun<'a> {
    /// Cleans a page.
    pub clean: CleanPage<'a>,
    /// Where pages come from.
    pub inputs: &'a Inputs,
    /// Where records go.
    pub destination: &'a Destination,
    /// How pages are read, cleaned and written.
    pub options: &'a RunOptions,
    /// Excludes pages by their URL and their record. Does not apply to rows with columns added, each of which is written.
    /// Default: none.
    pub filters: Option<&'a PageFilters>,
    /// Excludes or changes pages with knowledge of the pages before them, such as duplicates. Default: none.
    pub run_filter: Option<&'a mut dyn RunFilter>,
    /// Where progress is saved, so that the run can be resumed. Default: nowhere.
    pub checkpoint: Option<Checkpoint>,
    /// Stops the run early. The fetcher of the inputs should have the same token
    /// ([`BlockingFetcher::with_stop`]), so that a stop also ends fetches in progress. Default: the fetcher's
    /// token, if there is one.
    pub stop: StopToken,
    /// Called for each page as it is handed to the output. Default: none.
    pub observe: Option<PageObserver<'a>>,
}

/// What a run did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct FinishedRun {
    /// The counts of its pages. With a checkpoint, over all parts of the run.
    pub stats: RunStats,
    /// Whether it was stopped early, so that the output has only the first pages.
    pub is_stopped: bool,
    /// The time that it took. With a checkpoint, over all parts of the run.
    pub elapsed: Duration,
    /// The file with the pages, if the run was stopped early and its output is a file: `.NAME.partial` beside the
    /// output, so that nothing takes an incomplete file for the output.
    pub partial: Option<PathBuf>,
    /// Whether there was nothing to do, because the run of the checkpoint was complete.
    pub was_complete: bool,
}

impl<'a> CleaningRun<'a> {
    /// A run with everything else at its default.
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
            run_filter: None,
            checkpoint: None,
            stop,
            observe: None,
        }
    }

    /// Cleans all pages. `stream` is used only if the target is [`OutputTarget::Stream`].
    ///
    /// # Errors
    /// If the output cannot be written or exists and may not be replaced, or if the checkpoint belongs to other
    /// inputs. A page that cannot be read is not an error: it gives a record with `error`.
    pub fn start(self, stream: impl Write + 'a) -> Result<FinishedRun, Error> {
        let Self { inputs, options, mut run_filter, stop, checkpoint, .. } = self;
        let adds_columns = options.sources.added_columns.is_some();
        let destination = &destination(self.destination, adds_columns);
        if let Some(checkpoint) = &checkpoint
            && let Some((stats, elapsed)) = checkpoint.completed_run(destination)?
        {
            let was_complete = true;
            return Ok(FinishedRun { stats, elapsed, was_complete, ..FinishedRun::default() });
        }
        let started = Instant::now();
        if adds_columns {
            row_check::check_inputs(inputs, options, destination)?;
        }
        let mut saver = checkpoint.map(|checkpoint| checkpoint.into_writer(inputs)).transpose()?;
        if let (Some(saver), Some(filter)) = (&saver, &mut run_filter) {
            filter.resume(saver.filter_mark())?;
        }
        let urls = inputs.urls().open()?;
        let is_resuming = saver.as_ref().is_some_and(CheckpointWriter::is_resuming);
        let reader = RunReader {
            inputs,
            options: &options.sources,
            namer: if is_resuming {
                destination.resumed_output_namer()
            } else {
                destination.output_namer()
            },
            start: saver.as_ref().map(CheckpointWriter::position).unwrap_or_default(),
            inputs_before: InputDigest::default(),
            done: saver.as_mut().map(CheckpointWriter::take_done).unwrap_or_default(),
            stop: &stop,
            filters: self.filters.cloned(),
        };
        let mut engine = options.engine.clone();
        let is_folder = matches!(destination.target, OutputTarget::Folder(_));
        engine.unordered &= !is_folder && !adds_columns;
        let keeps_records = run_filter.as_ref().is_some_and(|filter| filter.needs_records());
        let signer = run_filter.as_ref().and_then(|filter| filter.signer());
        let Self { clean, filters, .. } = self;
        let worker = PageWorker { clean, filters, signer, options, keeps_records };
        let sink = match &mut saver {
            Some(saver) => Some(saver.sink(destination)?),
            None => destination.open_unless_stopped(stream, &stop)?,
        };
        let Some(sink) = sink else {
            return Ok(FinishedRun { is_stopped: true, ..FinishedRun::default() });
        };
        let mut writer = RunWriter {
            sink,
            run_filter,
            stats: saver.as_ref().map(CheckpointWriter::stats).unwrap_or_default(),
            checkpoint: saver,
            observe: self.observe,
            fetcher: inputs.fetcher(),
        };
        writer.begin()?;
        let read = engine::run(
            &engine,
            move |queue| reader.read(urls, queue),
            &|task, permit| worker.run(task, permit),
            &mut writer,
        )?;
        let finished = writer.end(!matches!(read, Ok(ReadingEnd::Stopped)), started.elapsed())?;
        read.map(|_| finished)
    }
}

/// Writes cleaned pages to the output, on the calling thread.
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
        // A reader of the stream should not wait for pages that are done.
        self.sink.flush().and_then(|()| self.save_if_due()).inspect_err(|_| self.stop_fetching())
    }
}

impl RunWriter<'_> {
    fn page(&mut self, mut page: FinishedPage) -> Result<(), Error> {
        if let Some(error) = page.fatal.take() {
            return Err(error);
        }
        if page.rendered.is_some()
            && let Some(filter) = &mut self.run_filter
            && let FilterDecision::Exclude(reason) = filter.decide(&mut page)?
        {
            page.report.excluded = Some(reason);
            page.rendered = None;
        }
        let FinishedPage { report, rendered, origin, .. } = page;
        if let Some(rendered) = &rendered {
            self.sink.write(rendered)?;
        }
        self.stats.count(&report);
        if let Some(saver) = &mut self.checkpoint {
            let mut stats = RunStats::default();
            stats.count(&report);
            let PageOrigin { unit, position_after: position, inputs_before: inputs, entry } =
                origin;
            let written = rendered.map(|rendered| rendered.body.cost() as u64);
            let filter_mark = self.run_filter.as_ref().map_or(0, |filter| filter.mark());
            saver.add(PageProgress {
                unit,
                position,
                inputs,
                entry,
                written,
                filter_mark,
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
            Some(saver) if saver.is_due() => {
                saver.save(&mut self.sink, || commit(&mut self.run_filter))
            }
            _ => Ok(()),
        }
    }

    /// Saves a checkpoint before the first page: without it, a crash would leave an output of which no checkpoint
    /// knows, and the next run would refuse to replace it.
    fn begin(&mut self) -> Result<(), Error> {
        match &mut self.checkpoint {
            Some(saver) if !saver.is_resuming() => {
                saver.save(&mut self.sink, || commit(&mut self.run_filter))
            }
            _ => Ok(()),
        }
    }

    /// Completes the output, or leaves it so that it can be resumed.
    fn end(mut self, is_whole: bool, elapsed: Duration) -> Result<FinishedRun, Error> {
        let mut finished = FinishedRun {
            stats: self.stats,
            is_stopped: !is_whole,
            elapsed,
            ..FinishedRun::default()
        };
        let Some(mut saver) = self.checkpoint else {
            if is_whole {
                self.sink.finish()?;
            } else {
                finished.partial = self.sink.finish_partial()?;
            }
            return Ok(finished);
        };
        saver.save(&mut self.sink, || commit(&mut self.run_filter))?;
        finished.elapsed = saver.elapsed();
        if is_whole {
            self.sink.finish()?;
            // Last: until the output has its final name, the run must be resumable.
            saver.finish(&finished.stats)?;
        }
        Ok(finished)
    }

    /// Stops the fetcher after an error: otherwise the reader, and with it the run, would wait for a slow host.
    fn stop_fetching(&self) {
        if let Some(fetcher) = self.fetcher {
            fetcher.stop().stop();
        }
    }
}

/// The output of a run. A Parquet table with the columns of its inputs has their row groups too, which no shard can
/// split.
fn destination(destination: &Destination, adds_columns: bool) -> Destination {
    let mut destination = destination.clone();
    destination.adds_columns = adds_columns;
    if adds_columns && destination.format == Format::Parquet {
        destination.shard_bytes = None;
    }
    destination
}

/// Makes durable what the filter needs to come back to its marks.
fn commit(filter: &mut Option<&mut dyn RunFilter>) -> Result<(), Error> {
    filter.as_mut().map_or(Ok(()), |filter| filter.commit())
}
