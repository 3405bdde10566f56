//! Lists and reads the inputs of a run.

use std::sync::Arc;

use super::engine::Queue;
use super::worker::{Origin, Task, TaskWork};
use crate::checkpoint::Behind;
use crate::error::{Error, ErrorKind};
use crate::sinks::{Place, Places};
use crate::sources::{Entries, Entry, Inputs, Job, Position, SourceOptions, Unit, Urls, Visit};
use crate::stop::Stop;

/// The jobs of a unit behind `start`, each with the position behind it.
pub(super) fn jobs(
    unit: &Unit,
    options: &SourceOptions,
    start: &Position,
) -> impl Iterator<Item = (Job, Position)> + use<> {
    let index = unit.index;
    let (passed, entry) = match index == start.units {
        true => (start.pages, start.entry),
        false => (0, None),
    };
    let bytes = unit.bytes;
    let mut offset = entry.map_or(0, |entry| entry.offset);
    unit.jobs_from(options, passed, entry).zip(passed.saturating_add(1)..).map(
        move |(mut job, pages)| {
            // What was read ahead is not counted twice, or never, by a run that goes on from here.
            let end = match job.entry_after {
                Some(Entry { offset: end @ 1.., .. }) => Some(end),
                _ => bytes.filter(|_| offset > 0),
            };
            if let Some(end) = end {
                job.source_bytes = end.saturating_sub(offset);
                offset = end;
            }
            let position = Position { units: index, pages, entry: job.entry_after };
            (job, position)
        },
    )
}

/// How the reading ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// All inputs were read.
    Whole,
    /// Somebody asked for an early end, or the run is over for another reason.
    Early,
}

/// What a run reads, and from where on.
pub(super) struct Reader<'a> {
    pub(super) inputs: &'a Inputs,
    pub(super) options: &'a SourceOptions,
    pub(super) places: Places,
    pub(super) start: Position,
    /// The inputs that were listed.
    pub(super) behind: Behind,
    /// Addresses that are done.
    pub(super) done: Entries,
    pub(super) stop: &'a Stop,
}

impl Reader<'_> {
    /// Sends the pages of files, then those of addresses as they come.
    pub(super) fn read(mut self, urls: Urls, queue: &mut Queue<'_, Task>) -> Result<End, Error> {
        let Some(units) = self.files(queue)? else { return Ok(End::Early) };
        self.addresses(urls, units, queue)
    }

    /// Lists the files among the inputs and sends their pages; gives the number of files, or nothing if
    /// the run is over.
    fn files(&mut self, queue: &mut Queue<'_, Task>) -> Result<Option<usize>, Error> {
        let mut units = 0;
        for unit in self.inputs.units() {
            units = unit.index + 1;
            self.behind = self.behind.with(&unit);
            let behind = self.behind;
            // Asked for every unit, since the name of one depends on those before.
            let place = Arc::new(self.places.place(&unit)?);
            if unit.index < self.start.units {
                continue;
            }
            if matches!(*place, Place::Skip(_)) {
                let work = TaskWork::Skip(unit.source, unit.bytes.unwrap_or(0));
                let position_after = Position { units, ..Position::default() };
                let origin = Origin { unit: unit.index, position_after, behind, entry: None };
                let task = Task { origin, place, work };
                if self.stop.is_stopped() || !queue.send(0, task) {
                    return Ok(None);
                }
                continue;
            }
            for (job, position_after) in jobs(&unit, self.options, &self.start) {
                let (place, cost) = (Arc::clone(&place), job.cost());
                let origin = Origin { unit: unit.index, position_after, behind, entry: None };
                let task = Task { origin, place, work: TaskWork::Clean(job) };
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
    fn addresses(
        self,
        urls: Urls,
        units: usize,
        queue: &mut Queue<'_, Task>,
    ) -> Result<End, Error> {
        if self.inputs.urls().is_empty() {
            return Ok(End::Whole);
        }
        // Beyond the units of files: a page is an input of its own.
        let first_unit = usize::MAX / 2;
        let shared = Arc::new(Place::Shared);
        let Some(web) = self.inputs.web() else {
            return Err(ErrorKind::NoFetcher.into());
        };
        let mut places = self.places;
        let visits = web.visit(urls, self.done, move |url| {
            let place = places.page(url)?;
            Ok((!matches!(place, Place::Skip(_))).then_some(place))
        });
        let passed = if self.start.units == units { self.start.pages } else { 0 };
        for (visit, pages) in visits.zip(passed.saturating_add(1)..) {
            let (entry, visit) = visit?;
            let (place, work) = match visit {
                Visit::Skipped => (Arc::clone(&shared), TaskWork::Skip(String::new(), 0)),
                Visit::Bad(line) => {
                    (Arc::clone(&shared), TaskWork::Clean(Job::failed(line.source, line.error)))
                }
                Visit::Fetched(fetched, Place::Shared) => {
                    (Arc::clone(&shared), TaskWork::Clean(Job::fetched(fetched)))
                }
                Visit::Fetched(fetched, place) => {
                    (Arc::new(place), TaskWork::Clean(Job::fetched(fetched)))
                }
            };
            let cost = match &work {
                TaskWork::Clean(job) => job.cost(),
                TaskWork::Skip(..) => 0,
            };
            // The same address has the same number in a run that goes on.
            let unit = usize::try_from(entry.number)
                .map_or(usize::MAX, |at| first_unit.saturating_add(at));
            let position_after = Position { units, pages, entry: None };
            let origin = Origin { unit, position_after, behind: self.behind, entry: Some(entry) };
            let task = Task { origin, place, work };
            if self.stop.is_stopped() || !queue.send(cost, task) {
                return Ok(End::Early);
            }
        }
        Ok(if web.stop().is_stopped() { End::Early } else { End::Whole })
    }
}
