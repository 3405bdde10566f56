//! Cleans many pages at a time.
//!
//! One thread lists and reads inputs, a pool cleans, and the caller's thread writes in input order.
//! What is between reading and writing is bounded, in pages and in bytes. The output is the same,
//! byte for byte, whatever the number of threads.

mod budget;
mod worker;

use std::collections::BTreeMap;
use std::num::NonZero;
use std::panic::resume_unwind;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use copydesk_clean::{Input, Outcome, Record, RecordError, Removed};
use crossbeam_channel::{Receiver, Sender, TryRecvError, bounded, unbounded};

use self::budget::Budget;
use self::worker::{Done, Task, TaskWork};
use crate::error::{Error, ErrorKind};
use crate::settings::{Settings, bytes};
use crate::sinks::{Format, Place, Places, Sink};
use crate::sources::{Inputs, SourceOptions};
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
    /// The blocks left out of it.
    pub removed: Removed,
    /// Bytes of the page, inflated.
    pub page_bytes: u64,
    /// Bytes of the input that were read for it, as stored.
    pub source_bytes: u64,
    /// Whether it was not cleaned because its output is there already.
    pub is_skipped: bool,
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
    let budget = &Budget::new(max_pages, options.max_in_flight_bytes);
    let (to_clean, tasks) = bounded::<Task>(max_pages);
    // Bounded by the budget: it holds no more than what was let in.
    let (to_write, done) = unbounded::<Done>();

    thread::scope(|scope| {
        let reader = scope.spawn(move || {
            let result = read(inputs, &mut places, &options.sources, budget, &to_clean);
            drop(to_clean);
            result
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
        drop(done);
        let read = reader.join().unwrap_or_else(|panic| resume_unwind(panic));
        let stats = written?;
        sink.finish()?;
        read.map(|()| stats)
    })
}

/// Lists the inputs and sends their pages, waiting for room.
fn read(
    inputs: &Inputs,
    places: &mut Places,
    options: &SourceOptions,
    budget: &Budget,
    tasks: &Sender<Task>,
) -> Result<(), Error> {
    let mut sequence = 0;
    let mut send = |unit, place: &Arc<Place>, held_bytes, work| {
        let task = Task { sequence, unit, place: Arc::clone(place), held_bytes, work };
        sequence += 1;
        budget.acquire(held_bytes) && tasks.send(task).is_ok()
    };
    for unit in inputs.units() {
        let place = Arc::new(places.place(&unit)?);
        if matches!(*place, Place::Skip(_)) {
            let work = TaskWork::Skip(unit.source, unit.bytes.unwrap_or(0));
            if !send(unit.index, &place, 0, work) {
                return Ok(());
            }
            continue;
        }
        for job in unit.jobs(options) {
            if !send(unit.index, &place, job.cost(), TaskWork::Clean(job)) {
                return Ok(());
            }
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
