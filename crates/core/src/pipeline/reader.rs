//! Lists and reads the inputs of a run.

use std::sync::Arc;

use super::engine::TaskQueue;
use super::run_task::{PageOrigin, RunTask, TaskWork};
use crate::checkpoint::InputDigest;
use crate::error::{Error, ErrorKind};
use crate::page_filters::{ExclusionReason, PageFilters};
use crate::sinks::{OutputNamer, OutputPath};
use crate::sources::{
    EntryPoint, EntrySet, InputPosition, InputUnit, Inputs, ListedUrls, PageTask, SourceOptions,
    UnreadableUrl, UrlDecision, UrlResult,
};
use crate::stop::StopToken;

/// The tasks of a unit after `start`, each with the position right after it.
pub(super) fn tasks(
    unit: &InputUnit,
    options: &SourceOptions,
    start: &InputPosition,
) -> impl Iterator<Item = (PageTask, InputPosition)> + use<> {
    let index = unit.index;
    let (passed, entry) = if index == start.units { (start.pages, start.entry) } else { (0, None) };
    let bytes = unit.bytes;
    let mut offset = entry.map_or(0, |entry| entry.offset);
    unit.tasks_from(options, passed, entry).zip(passed.saturating_add(1)..).map(
        move |(mut task, pages)| {
            // Counted by offsets, not by what was read: readers read ahead, and a resumed run would count those bytes
            // twice or never.
            let end = match task.entry_after {
                Some(EntryPoint { offset: end @ 1.., .. }) => Some(end),
                _ => bytes.filter(|_| offset > 0),
            };
            if let Some(end) = end {
                task.source_bytes = end.saturating_sub(offset);
                offset = end;
            }
            let position = InputPosition { units: index, pages, entry: task.entry_after };
            (task, position)
        },
    )
}

/// How the reading ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ReadingEnd {
    /// All inputs were read.
    Complete,
    /// A stop was requested, or the writing side ended the run.
    Stopped,
}

/// What a run reads, and where it starts.
pub(super) struct RunReader<'a> {
    pub(super) inputs: &'a Inputs,
    pub(super) options: &'a SourceOptions,
    pub(super) namer: OutputNamer,
    pub(super) start: InputPosition,
    /// The files that were listed so far.
    pub(super) inputs_before: InputDigest,
    /// Entries of the list of URLs that are done.
    pub(super) done: EntrySet,
    pub(super) stop: &'a StopToken,
    /// Excludes URLs before they are fetched.
    pub(super) filters: Option<PageFilters>,
}

impl RunReader<'_> {
    /// Sends the pages of files, then those of URLs as they come.
    pub(super) fn read(
        mut self,
        urls: ListedUrls,
        queue: &mut TaskQueue<'_, RunTask>,
    ) -> Result<ReadingEnd, Error> {
        let Some(units) = self.files(queue)? else { return Ok(ReadingEnd::Stopped) };
        self.urls(urls, units, queue)
    }

    /// Lists the files among the inputs and sends their pages. Returns the number of files, or `None` if the run
    /// is over.
    fn files(&mut self, queue: &mut TaskQueue<'_, RunTask>) -> Result<Option<usize>, Error> {
        let mut units = 0;
        for unit in self.inputs.units() {
            units = unit.index + 1;
            self.inputs_before = self.inputs_before.with_unit(&unit);
            // Also for units that are done: the name for one depends on those before it.
            let output_path = Arc::new(self.namer.path_for_unit(&unit)?);
            if unit.index < self.start.units {
                continue;
            }
            if !self.send_unit(unit, &output_path, queue) {
                return Ok(None);
            }
        }
        Ok(Some(units))
    }

    /// Sends the pages of one file. Returns `false` if the run is over.
    fn send_unit(
        &self,
        unit: InputUnit,
        output_path: &Arc<OutputPath>,
        queue: &mut TaskQueue<'_, RunTask>,
    ) -> bool {
        let index = unit.index;
        let mut send_page = |position_after, work| {
            let inputs_before = self.inputs_before;
            let origin = PageOrigin { unit: index, position_after, inputs_before, entry: None };
            let task = RunTask { origin, output_path: Arc::clone(output_path), work };
            send(self.stop, task, queue)
        };
        if matches!(**output_path, OutputPath::Skip(_)) {
            let position_after = InputPosition { units: index + 1, ..InputPosition::default() };
            let source_bytes = unit.bytes.unwrap_or(0);
            return send_page(position_after, TaskWork::Skip { source: unit.source, source_bytes });
        }
        for (task, position_after) in tasks(&unit, self.options, &self.start) {
            if !send_page(position_after, TaskWork::Clean(task)) {
                return false;
            }
        }
        // A unit without pages sends nothing, and must not hide a stop.
        !self.stop.is_stopped()
    }

    /// Fetches the URLs among the inputs and sends their pages as they come. While there is no room for another
    /// page, none is taken from the fetcher.
    fn urls(
        self,
        urls: ListedUrls,
        units: usize,
        queue: &mut TaskQueue<'_, RunTask>,
    ) -> Result<ReadingEnd, Error> {
        let Self { inputs, mut namer, start, inputs_before, done, stop, filters, .. } = self;
        if inputs.urls().is_empty() {
            return Ok(ReadingEnd::Complete);
        }
        let Some(fetcher) = inputs.fetcher() else {
            return Err(ErrorKind::NoFetcher.into());
        };
        let results = fetcher.fetch_list(urls, done, move |url| {
            let excluded = filters.as_ref().and_then(|filters| filters.check_url(Some(url)));
            if let Some(reason) = excluded {
                return Ok(UrlDecision::Skip(Some(reason)));
            }
            let output_path = namer.path_for_url(url)?;
            Ok((!matches!(output_path, OutputPath::Skip(_))).then_some(output_path).into())
        });
        let passed = if start.units == units { start.pages } else { 0 };
        let shared = Arc::new(OutputPath::Shared);
        for (result, pages) in results.zip(passed.saturating_add(1)..) {
            let (entry, result) = result?;
            let (output_path, work) = url_work(result, &shared);
            // A page of a URL is an input of its own. These inputs are numbered after the files, by their
            // position in the list, so that a resumed run gives them the same numbers.
            let number = usize::try_from(entry.number).unwrap_or(usize::MAX);
            let origin = PageOrigin {
                unit: units.saturating_add(number),
                position_after: InputPosition { units, pages, entry: None },
                inputs_before,
                entry: Some(entry),
            };
            if !send(stop, RunTask { origin, output_path, work }, queue) {
                return Ok(ReadingEnd::Stopped);
            }
        }
        let is_stopped = fetcher.stop().is_stopped();
        Ok(if is_stopped { ReadingEnd::Stopped } else { ReadingEnd::Complete })
    }
}

/// Sends a task. Returns `false` if the run is over.
fn send(stop: &StopToken, task: RunTask, queue: &mut TaskQueue<'_, RunTask>) -> bool {
    !stop.is_stopped() && queue.send(task.work.cost(), task)
}

/// The output and the work for a URL. `shared` is one allocation for all pages of a shared output.
fn url_work(
    result: UrlResult<OutputPath, ExclusionReason>,
    shared: &Arc<OutputPath>,
) -> (Arc<OutputPath>, TaskWork) {
    let (output_path, work) = match result {
        UrlResult::Fetched(fetched, output_path) => {
            (Some(output_path), TaskWork::Clean(PageTask::fetched(fetched)))
        }
        UrlResult::Skipped(Some(reason)) => (None, TaskWork::Exclude(reason)),
        UrlResult::Skipped(None) => {
            (None, TaskWork::Skip { source: String::new(), source_bytes: 0 })
        }
        UrlResult::Bad(UnreadableUrl { source, error }) => {
            (None, TaskWork::Clean(PageTask::failed(source, error)))
        }
    };
    let own_path = output_path.filter(|path| *path != OutputPath::Shared);
    (own_path.map_or_else(|| Arc::clone(shared), Arc::new), work)
}
