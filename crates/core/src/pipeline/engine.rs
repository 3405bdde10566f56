//! The threads of a run: one reads, a pool works, and the calling thread consumes results.

use std::any::Any;
use std::collections::BTreeMap;
use std::num::NonZero;
use std::panic::resume_unwind;
use std::thread;

use crossbeam_channel::{Receiver, Sender, TryRecvError, bounded, unbounded};

use super::budget::{BudgetPermit, PageBudget};
use crate::error::{Error, ErrorKind};
use crate::panics;
use crate::settings::{Settings, byte_count};

/// Pages between reading and writing, per thread. In an ordered run a slow page holds back those after it. With
/// this many, the other threads stay busy during a page that takes sixty times as long as the rest.
const PAGES_IN_FLIGHT_PER_THREAD: usize = 64;

/// The most working threads per processor. Further ones clean nothing faster, and each takes memory and a queue:
/// thousands of them stall a machine.
const MAX_THREADS_PER_PROCESSOR: usize = 4;

/// The number of threads that are started if so many are asked for; 0 means one per processor.
pub fn capped_threads(wanted: usize) -> usize {
    wanted.min(processors().saturating_mul(MAX_THREADS_PER_PROCESSOR))
}

fn processors() -> usize {
    thread::available_parallelism().map_or(1, NonZero::get)
}

/// The stack of a working thread, in bytes. All recursion is bounded; this is room for the deepest of it.
pub const STACK_BYTES: usize = 8 << 20;

/// How many threads work, and how much memory pages may take.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EngineOptions {
    /// The number of working threads; 0 means one per processor.
    pub threads: usize,
    /// Bytes of pages that are read and not written yet. A compressed page counts in full only once it is read, so
    /// each thread may exceed the limit by one page.
    pub max_buffered_bytes: usize,
    /// Whether pages are written as they are done. Otherwise they are written in the order of the inputs, and wait
    /// for slow pages before them.
    pub unordered: bool,
}

impl EngineOptions {
    /// The options that the settings ask for.
    pub fn new(settings: &Settings) -> Self {
        Self {
            threads: capped_threads(settings.threads),
            max_buffered_bytes: byte_count(settings.max_buffered_bytes),
            unordered: settings.unordered,
        }
    }
}

impl EngineOptions {
    /// The number of working threads, at least 1.
    pub fn thread_count(&self) -> usize {
        match self.threads {
            0 => processors(),
            threads => threads,
        }
    }
}

/// An input that waits for a working thread.
struct QueuedTask<'a, I> {
    sequence: u64,
    permit: BudgetPermit<'a>,
    input: I,
}

/// A result, with the number of its input, from 0 without gaps.
struct TaskOutput<'a, O> {
    sequence: u64,
    // Released when the result is consumed.
    permit: BudgetPermit<'a>,
    value: O,
}

/// Sends inputs to the working threads.
pub(super) struct TaskQueue<'a, I> {
    next: u64,
    budget: &'a PageBudget,
    tasks: Sender<QueuedTask<'a, I>>,
}

impl<I> TaskQueue<'_, I> {
    /// Sends an input that takes so many bytes. Waits until there is room. Returns `false` if the run is over.
    pub(super) fn send(&mut self, bytes: usize, input: I) -> bool {
        let Some(permit) = self.budget.acquire(bytes) else { return false };
        let sequence = self.next;
        self.next += 1;
        self.tasks.send(QueuedTask { sequence, permit, input }).is_ok()
    }
}

/// Consumes results on the calling thread.
pub(super) trait OutputConsumer<O> {
    /// Consumes the next result. `sequence` is the number of its input, from 0.
    fn consume(&mut self, sequence: u64, output: O) -> Result<(), Error>;

    /// Called when there is no result to consume at the moment.
    fn idle(&mut self) -> Result<(), Error> {
        Ok(())
    }
}

/// Ends the reading however the consumer ends, by a panic too: the reader may be waiting for room, and the scope
/// would never end.
struct CloseOnDrop<'a>(&'a PageBudget);

impl Drop for CloseOnDrop<'_> {
    fn drop(&mut self) {
        self.0.close();
    }
}

/// Reads inputs with `read`, processes them with `work` on a pool, and passes the results to `consumer`. What is
/// in between is bounded, in number and in bytes.
///
/// Returns what `read` returned, once every result is consumed; or the first error of `consumer`.
///
/// # Errors
/// If threads cannot be started, and the errors of `consumer`.
pub(super) fn run<I: Send, O: Send, R: Send>(
    options: &EngineOptions,
    read: impl FnOnce(&mut TaskQueue<'_, I>) -> R + Send,
    work: &(impl Fn(I, &mut BudgetPermit<'_>) -> O + Sync),
    consumer: &mut impl OutputConsumer<O>,
) -> Result<R, Error> {
    let threads = options.thread_count();
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .thread_name(|at| format!("clean-{at}"))
        .stack_size(STACK_BYTES)
        .build()
        .map_err(|error| ErrorKind::Threads(error.to_string()))?;
    let max_pages = threads.saturating_mul(PAGES_IN_FLIGHT_PER_THREAD);
    let budget = &PageBudget::new(max_pages, options.max_buffered_bytes);
    let (to_work, tasks) = bounded::<QueuedTask<'_, I>>(max_pages);
    // Unbounded, but the budget bounds it: it holds only inputs that were let in.
    let (to_take, done) = unbounded::<TaskOutput<'_, O>>();

    thread::scope(|scope| {
        let reader = scope.spawn(move || read(&mut TaskQueue { next: 0, budget, tasks: to_work }));
        scope.spawn(move || {
            pool.broadcast(|_| {
                for QueuedTask { sequence, mut permit, input } in &tasks {
                    if budget.is_closed() {
                        break;
                    }
                    let value = work(input, &mut permit);
                    // Fails only if the consumer is gone, and then nobody needs the result.
                    let _ = to_take.send(TaskOutput { sequence, permit, value });
                }
            });
        });
        let closing = CloseOnDrop(budget);
        deliver(&done, options.unordered, consumer)?;
        drop(closing);
        Ok(reader.join().unwrap_or_else(|panic| resume_unwind(panic)))
    })
}

fn deliver<O>(
    done: &Receiver<TaskOutput<'_, O>>,
    unordered: bool,
    consumer: &mut impl OutputConsumer<O>,
) -> Result<(), Error> {
    let mut waiting = BTreeMap::new();
    let mut next = 0;
    loop {
        let arrived = match done.try_recv() {
            Ok(arrived) => arrived,
            Err(TryRecvError::Disconnected) => return Ok(()),
            Err(TryRecvError::Empty) => {
                consumer.idle()?;
                match done.recv() {
                    Ok(arrived) => arrived,
                    Err(_) => return Ok(()),
                }
            }
        };
        if unordered {
            let TaskOutput { sequence, permit, value } = arrived;
            consumer.consume(sequence, value)?;
            drop(permit);
            continue;
        }
        waiting.insert(arrived.sequence, arrived);
        while let Some(TaskOutput { sequence, permit, value }) = waiting.remove(&next) {
            next += 1;
            consumer.consume(sequence, value)?;
            drop(permit);
        }
    }
}

/// Returns what `work` returns, or the message of its panic: a bug that one page in a million triggers must not lose
/// the other pages.
pub fn catch_panic<T>(work: impl FnOnce() -> T) -> Result<T, String> {
    panics::catch(work).map_err(|payload| panic_message(&*payload).to_owned())
}

fn panic_message(payload: &(dyn Any + Send)) -> &str {
    payload
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| payload.downcast_ref::<&str>().copied())
        .unwrap_or("unknown reason")
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;
    use std::sync::mpsc;

    use super::*;

    struct CollectedOutputs(Vec<(u64, u32)>, usize);

    impl OutputConsumer<u32> for CollectedOutputs {
        fn consume(&mut self, sequence: u64, output: u32) -> Result<(), Error> {
            self.0.push((sequence, output));
            if self.0.len() == self.1 {
                return Err(ErrorKind::Threads("enough".into()).into());
            }
            Ok(())
        }
    }

    struct NotifyingConsumer(Vec<u32>, mpsc::Sender<()>);

    impl OutputConsumer<u32> for NotifyingConsumer {
        fn consume(&mut self, _: u64, output: u32) -> Result<(), Error> {
            self.0.push(output);
            self.1.send(()).unwrap();
            Ok(())
        }
    }

    fn options(threads: usize, unordered: bool) -> EngineOptions {
        EngineOptions { threads, max_buffered_bytes: 1 << 20, unordered }
    }

    fn read(count: u32) -> impl FnOnce(&mut TaskQueue<'_, u32>) + Send {
        move |queue| assert!((0..count).all(|n| queue.send(10, n)))
    }

    #[test]
    fn order_is_kept_unless_it_is_not_wanted() {
        let mut ordered = CollectedOutputs(Vec::new(), usize::MAX);
        run(&options(4, false), read(500), &|n, _| n * 2, &mut ordered).unwrap();
        assert_eq!(ordered.0, (0..500).map(|n| (u64::from(n), n * 2)).collect::<Vec<_>>());

        // The first cannot end before the second was taken.
        let (sender, receiver) = mpsc::channel();
        let receiver = Mutex::new(receiver);
        let work = |n: u32, _: &mut BudgetPermit<'_>| {
            if n == 0 {
                receiver.lock().unwrap().recv().unwrap();
            }
            n
        };
        let mut unordered = NotifyingConsumer(Vec::new(), sender);
        run(&options(2, true), read(2), &work, &mut unordered).unwrap();
        assert_eq!(unordered.0, [1, 0]);
    }

    #[test]
    fn no_more_threads_are_started_than_help() {
        assert_eq!(capped_threads(0), 0);
        assert_eq!(capped_threads(2), 2);
        let most = 4 * thread::available_parallelism().unwrap().get();
        assert_eq!(capped_threads(100_000), most);
        let settings = Settings { threads: usize::MAX, ..Settings::default() };
        assert_eq!(EngineOptions::new(&settings).thread_count(), most);
    }

    #[test]
    fn an_error_of_the_consumer_ends_the_reader() {
        let mut taken = CollectedOutputs(Vec::new(), 3);
        let endless = |queue: &mut TaskQueue<'_, u32>| while queue.send(10, 7) {};
        let error = run(&options(2, false), endless, &|n, _| n, &mut taken).unwrap_err();
        assert!(error.to_string().contains("enough"));
        assert_eq!(taken.0, [(0, 7), (1, 7), (2, 7)]);
    }
}
