//! Cleans many pages at a time.
//!
//! One thread lists and reads inputs, a pool cleans, and the caller's thread writes in input order.
//! What is between reading and writing is bounded, in pages and in bytes. The output is the same,
//! byte for byte, whatever the number of threads.
//!
//! Pages of the web follow the others, in the order in which they come: to put them in that of their
//! list, all that a slow host holds up would have to be held in memory.

mod budget;
mod worker;

use std::collections::BTreeMap;
use std::num::NonZero;
use std::panic::resume_unwind;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use copydesk_clean::{Input, Outcome, Quality, Record, RecordError, Removed};
use crossbeam_channel::{Receiver, Sender, TryRecvError, bounded, unbounded};

use self::budget::Budget;
use self::worker::{Done, Task, TaskWork};
use crate::error::{Error, ErrorKind};
use crate::screen::Excluded;
use crate::settings::{Settings, bytes};
use crate::sinks::{Format, Place, Places, Sink};
use crate::sources::{Inputs, Job, SourceOptions, Urls, Visit};
use crate::stats::Stats;

/// What cleans a page; [`copydesk_clean::Cleaner::clean`] unless a test wants otherwise.
pub type Clean<'a> = &'a (dyn Fn(&Input<'_>) -> Record + Sync);

/// Pages in flight for each thread. A slow page holds up those behind it; with this many, the other
/// threads work on through a page that takes sixty times as long as the rest.
const PAGES_IN_FLIGHT_PER_THREAD: usize = 64;

/// Stack of a cleaning thread. Nothing recurses without bound; this is room for what recurses with.
const STACK_BYTES: usize = 8 << 20;

/// How a run goes about its pages.
#[derive(Clone, Debug, PartialEq)]
pub struct RunOptions {
    /// How inputs are read.
    pub sources: SourceOptions,
    /// The form of the output.
    pub format: Format,
    /// Whether a shared output may get more than one page, so that they must be told apart.
    pub many_pages: bool,
    /// Threads that clean; 0 is one for each processor.
    pub threads: usize,
    /// Time to clean one page; `None` is no limit.
    pub page_timeout: Option<Duration>,
    /// Bytes between reading and writing. Pages that are compressed count in full only when they
    /// are read, so each thread may go over by one page.
    pub max_in_flight_bytes: usize,
}

impl RunOptions {
    /// The settings that concern a run over `inputs`.
    pub fn new(settings: &Settings, format: Format, inputs: &Inputs) -> Self {
        Self {
            sources: SourceOptions::new(settings),
            format,
            many_pages: !inputs.is_single(),
            threads: settings.threads,
            page_timeout: settings.page_timeout.limit(),
            max_in_flight_bytes: bytes(settings.max_in_flight_bytes),
        }
    }
}

/// What became of one page, told when it was written.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PageReport {
    /// The source of the record.
    pub source: String,
    /// Its outcome.
    pub outcome: Outcome,
    /// Its error.
    pub error: Option<RecordError>,
    /// Why it was not written, if it was left out.
    pub excluded: Option<Excluded>,
    /// The host of its address, where that is known.
    pub hostname: Option<String>,
    /// The language of its text, ISO 639-1.
    pub language: Option<String>,
    /// How sure the record is, and how much of the page is in it.
    pub quality: Quality,
    /// The blocks left out of it.
    pub removed: Removed,
    /// The time to read and clean it.
    pub elapsed: Duration,
    /// Bytes of the page, inflated.
    pub page_bytes: u64,
    /// Bytes of the input that were read for it, as stored.
    pub source_bytes: u64,
    /// Whether it was fetched, or was to be.
    pub is_fetched: bool,
    /// Whether it was not cleaned because its output is there already.
    pub is_skipped: bool,
}

impl PageReport {
    /// Whether there is main content in its record.
    pub fn has_content(&self) -> bool {
        self.outcome == Outcome::Ok
    }
}

/// Cleans all pages of `inputs` into `sink`, and tells `observe` of each page in input order.
///
/// # Errors
/// When the output cannot be written, or an output came to exist that may not be replaced. A page
/// that cannot be read is no error but a record.
pub fn run(
    clean: Clean<'_>,
    inputs: &Inputs,
    mut places: Places,
    mut sink: Sink<'_>,
    options: &RunOptions,
    observe: &mut dyn FnMut(&PageReport, &Stats),
) -> Result<Stats, Error> {
    let threads = match options.threads {
        0 => thread::available_parallelism().map_or(1, NonZero::get),
        threads => threads,
    };
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .thread_name(|at| format!("clean-{at}"))
        .stack_size(STACK_BYTES)
        .build()
        .map_err(|error| ErrorKind::Threads(error.to_string()))?;
    let max_pages = threads.saturating_mul(PAGES_IN_FLIGHT_PER_THREAD);
    let urls = inputs.urls().open()?;
    let budget = &Budget::new(max_pages, options.max_in_flight_bytes);
    let (to_clean, tasks) = bounded::<Task>(max_pages);
    // Bounded by the budget: it holds no more than what was let in.
    let (to_write, done) = unbounded::<Done>();

    thread::scope(|scope| {
        let reader = scope.spawn(move || {
            let mut queue = Queue { sequence: 0, budget, tasks: to_clean };
            read(inputs, &mut places, &options.sources, &mut queue)?;
            fetch(inputs, urls, places, &mut queue)
        });
        scope.spawn(move || {
            pool.broadcast(|_| {
                for task in &tasks {
                    if budget.is_closed() {
                        break;
                    }
                    let _ = to_write.send(worker::run(task, clean, options, budget));
                }
            });
        });
        let written = write(&done, &mut sink, budget, observe);
        budget.close();
        if let (Err(_), Some(web)) = (&written, inputs.web()) {
            // The reader may be waiting for a slow host.
            web.stop().stop();
        }
        drop(done);
        let read = reader.join().unwrap_or_else(|panic| resume_unwind(panic));
        let stats = written?;
        sink.finish()?;
        read.map(|()| stats)
    })
}

/// Where pages that are read wait to be cleaned.
struct Queue<'a> {
    sequence: u64,
    budget: &'a Budget,
    tasks: Sender<Task>,
}

impl Queue<'_> {
    /// Sends a page, waiting for room. `false` if the run is over.
    fn send(&mut self, unit: usize, place: &Arc<Place>, work: TaskWork) -> bool {
        let held_bytes = match &work {
            TaskWork::Clean(job) => job.cost(),
            TaskWork::Skip(..) => 0,
        };
        let (sequence, place) = (self.sequence, Arc::clone(place));
        self.sequence += 1;
        self.budget.acquire(held_bytes)
            && self.tasks.send(Task { sequence, unit, place, held_bytes, work }).is_ok()
    }
}

/// Lists the files among the inputs and sends their pages.
fn read(
    inputs: &Inputs,
    places: &mut Places,
    options: &SourceOptions,
    queue: &mut Queue<'_>,
) -> Result<(), Error> {
    for unit in inputs.units() {
        if inputs.is_stopped() {
            return Ok(());
        }
        let place = Arc::new(places.place(&unit)?);
        if matches!(*place, Place::Skip(_)) {
            let work = TaskWork::Skip(unit.source, unit.bytes.unwrap_or(0));
            if !queue.send(unit.index, &place, work) {
                return Ok(());
            }
            continue;
        }
        for job in unit.jobs(options) {
            if !queue.send(unit.index, &place, TaskWork::Clean(job)) {
                return Ok(());
            }
        }
    }
    Ok(())
}

/// Fetches the addresses among the inputs and sends their pages as they come. While there is no room
/// for a page, no other is taken from the fetcher.
fn fetch(
    inputs: &Inputs,
    urls: Urls,
    mut places: Places,
    queue: &mut Queue<'_>,
) -> Result<(), Error> {
    if inputs.urls().is_empty() || queue.budget.is_closed() {
        return Ok(());
    }
    // Beyond the units of files: a page is an input of its own.
    let first_unit = usize::MAX / 2;
    let shared = Arc::new(Place::Shared);
    let Some(web) = inputs.web() else {
        return Err(ErrorKind::NoFetcher.into());
    };
    let visits = web.visit(urls, move |url| {
        let place = places.page(url)?;
        Ok((!matches!(place, Place::Skip(_))).then_some(place))
    });
    for (at, visit) in visits.enumerate() {
        let (place, work) = match visit? {
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
        if !queue.send(first_unit.saturating_add(at), &place, work) {
            return Ok(());
        }
    }
    Ok(())
}

/// Writes what is done in the order in which it was read.
fn write(
    done: &Receiver<Done>,
    sink: &mut Sink<'_>,
    budget: &Budget,
    observe: &mut dyn FnMut(&PageReport, &Stats),
) -> Result<Stats, Error> {
    let mut stats = Stats::default();
    let mut waiting = BTreeMap::new();
    let mut next = 0;
    loop {
        let page = match done.try_recv() {
            Ok(page) => page,
            Err(TryRecvError::Disconnected) => return Ok(stats),
            Err(TryRecvError::Empty) => {
                // Whoever reads the stream should not wait for pages that are done.
                sink.flush()?;
                match done.recv() {
                    Ok(page) => page,
                    Err(_) => return Ok(stats),
                }
            }
        };
        waiting.insert(page.sequence, page);
        while let Some(page) = waiting.remove(&next) {
            next += 1;
            if let Some(rendered) = &page.rendered {
                sink.write(rendered)?;
            }
            budget.release(page.held_bytes);
            stats.count(&page.report);
            observe(&page.report, &stats);
        }
    }
}

#[cfg(test)]
mod tests;
