//! Lists and reads the inputs of a run.

use std::sync::Arc;

use super::engine::TaskQueue;
use super::worker::{PageOrigin, RunTask, TaskWork};
use crate::checkpoint::InputDigest;
use crate::error::{Error, ErrorKind};
use crate::page_filters::PageFilters;
use crate::sinks::{OutputNamer, OutputPath};
use crate::sources::{
    EntryPoint, EntrySet, InputPosition, InputUnit, Inputs, ListedUrls, PageTask, SourceOptions,
    UrlDecision, UrlResult,
};
use crate::stop::StopToken;

/// The jobs of a unit behind `start`, each with the position behind it.
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
        move |(mut job, pages)| {
            // What was read ahead is not counted twice, or never, by a run that goes on from here.
            let end = match job.entry_after {
                Some(EntryPoint { offset: end @ 1.., .. }) => Some(end),
                _ => bytes.filter(|_| offset > 0),
            };
            if let Some(end) = end {
                job.source_bytes = end.saturating_sub(offset);
                offset = end;
            }
            let position = InputPosition { units: index, pages, entry: job.entry_after };
            (job, position)
        },
    )
}

/// How the reading ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ReadingEnd {
    /// All inputs were read.
    Complete,
    /// Somebody asked for an early end, or the run is over for another reason.
    Stopped,
}

/// What a run reads, and from where on.
pub(super) struct RunReader<'a> {
    pub(super) inputs: &'a Inputs,
    pub(super) options: &'a SourceOptions,
    pub(super) namer: OutputNamer,
    pub(super) start: InputPosition,
    /// The inputs that were listed.
    pub(super) inputs_before: InputDigest,
    /// Addresses that are done.
    pub(super) done: EntrySet,
    pub(super) stop: &'a StopToken,
    /// Which addresses are not fetched.
    pub(super) filters: Option<PageFilters>,
}

impl RunReader<'_> {
    /// Sends the pages of files, then those of addresses as they come.
    pub(super) fn read(
        mut self,
        urls: ListedUrls,
        queue: &mut TaskQueue<'_, RunTask>,
    ) -> Result<ReadingEnd, Error> {
        let Some(units) = self.files(queue)? else { return Ok(ReadingEnd::Stopped) };
        self.urls(urls, units, queue)
    }

    /// Lists the files among the inputs and sends their pages; gives the number of files, or nothing if
    /// the run is over.
    fn files(&mut self, queue: &mut TaskQueue<'_, RunTask>) -> Result<Option<usize>, Error> {
        let mut units = 0;
        for unit in self.inputs.units() {
            units = unit.index + 1;
            self.inputs_before = self.inputs_before.with_unit(&unit);
            let behind = self.inputs_before;
            // Asked for every unit, since the name of one depends on those before.
            let place = Arc::new(self.namer.path_for_unit(&unit)?);
            if unit.index < self.start.units {
                continue;
            }
            if matches!(*place, OutputPath::Skip(_)) {
                let work = TaskWork::Skip(unit.source, unit.bytes.unwrap_or(0));
                let position_after = InputPosition { units, ..InputPosition::default() };
                let origin = PageOrigin {
                    unit: unit.index,
                    position_after,
                    inputs_before: behind,
                    entry: None,
                };
                let task = RunTask { origin, output_path: place, work };
                if self.stop.is_stopped() || !queue.send(0, task) {
                    return Ok(None);
                }
                continue;
            }
            for (job, position_after) in tasks(&unit, self.options, &self.start) {
                let (place, cost) = (Arc::clone(&place), job.cost());
                let origin = PageOrigin {
                    unit: unit.index,
                    position_after,
                    inputs_before: behind,
                    entry: None,
                };
                let task = RunTask { origin, output_path: place, work: TaskWork::Clean(job) };
                if self.stop.is_stopped() || !queue.send(cost, task) {
                    return Ok(None);
                }
            }
            if self.stop.is_stopped() {
                return Ok(None);
            }
        }
        Ok(Some(units))
    }

    /// Fetches the addresses among the inputs and sends their pages as they come. While there is no room
    /// for a page, no other is taken from the fetcher.
    fn urls(
        self,
        urls: ListedUrls,
        units: usize,
        queue: &mut TaskQueue<'_, RunTask>,
    ) -> Result<ReadingEnd, Error> {
        if self.inputs.urls().is_empty() {
            return Ok(ReadingEnd::Complete);
        }
        // Beyond the units of files: a page is an input of its own.
        let first_unit = usize::MAX / 2;
        let shared = Arc::new(OutputPath::Shared);
        let Some(web) = self.inputs.fetcher() else {
            return Err(ErrorKind::NoFetcher.into());
        };
        let mut places = self.namer;
        let screen = self.filters;
        let visits = web.fetch_list(urls, self.done, move |url| {
            if let Some(reason) = screen.as_ref().and_then(|screen| screen.check_url(Some(url))) {
                return Ok(UrlDecision::Skip(Some(reason)));
            }
            let place = places.path_for_url(url)?;
            Ok((!matches!(place, OutputPath::Skip(_))).then_some(place).into())
        });
        let passed = if self.start.units == units { self.start.pages } else { 0 };
        for (visit, pages) in visits.zip(passed.saturating_add(1)..) {
            let (entry, visit) = visit?;
            let (place, work) = match visit {
                UrlResult::Skipped(None) => (Arc::clone(&shared), TaskWork::Skip(String::new(), 0)),
                UrlResult::Skipped(Some(reason)) => {
                    (Arc::clone(&shared), TaskWork::Exclude(reason))
                }
                UrlResult::Bad(line) => (
                    Arc::clone(&shared),
                    TaskWork::Clean(PageTask::failed(line.source, line.error)),
                ),
                UrlResult::Fetched(fetched, OutputPath::Shared) => {
                    (Arc::clone(&shared), TaskWork::Clean(PageTask::fetched(fetched)))
                }
                UrlResult::Fetched(fetched, place) => {
                    (Arc::new(place), TaskWork::Clean(PageTask::fetched(fetched)))
                }
            };
            let cost = match &work {
                TaskWork::Clean(job) => job.cost(),
                TaskWork::Skip(..) | TaskWork::Exclude(_) => 0,
            };
            // The same address has the same number in a run that goes on.
            let unit = usize::try_from(entry.number)
                .map_or(usize::MAX, |at| first_unit.saturating_add(at));
            let position_after = InputPosition { units, pages, entry: None };
            let origin = PageOrigin {
                unit,
                position_after,
                inputs_before: self.inputs_before,
                entry: Some(entry),
            };
            let task = RunTask { origin, output_path: place, work };
            if self.stop.is_stopped() || !queue.send(cost, task) {
                return Ok(ReadingEnd::Stopped);
            }
        }
        Ok(if web.stop().is_stopped() { ReadingEnd::Stopped } else { ReadingEnd::Complete })
    }
}
