//! One thread reads, a pool works, and the caller's thread takes what is done.

use std::any::Any;
use std::collections::BTreeMap;
use std::num::NonZero;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::thread;

use crossbeam_channel::{Receiver, Sender, TryRecvError, bounded, unbounded};

use super::budget::{BudgetPermit, PageBudget};
use crate::error::{Error, ErrorKind};
use crate::settings::{Settings, byte_count};

/// Pages in flight for each thread. A slow page holds up those behind it; with this many, the other
/// threads work on through a page that takes sixty times as long as the rest.
const PAGES_IN_FLIGHT_PER_THREAD: usize = 64;

/// Stack of a working thread. Nothing recurses without bound; this is room for what recurses with.
pub const STACK_BYTES: usize = 8 << 20;

/// How work is spread over threads, and what it may take.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EngineOptions {
    /// Threads that work; 0 is one for each processor.
    pub threads: usize,
    /// Bytes between reading and handing over. Pages that are compressed count in full only when
    /// they are read, so each thread may go over by one page.
    pub max_buffered_bytes: usize,
    /// Whether pages are handed over as they are done. Otherwise in the order of the inputs: what is
    /// done waits for the slow pages before it.
    pub unordered: bool,
}

impl EngineOptions {
    /// The settings that concern it.
    pub fn new(settings: &Settings) -> Self {
        Self {
            threads: settings.threads,
            max_buffered_bytes: byte_count(settings.max_buffered_bytes),
            unordered: settings.unordered,
        }
    }
}

impl EngineOptions {
    /// Threads that work, at least 1.
    pub fn thread_count(&self) -> usize {
        match self.threads {
            0 => thread::available_parallelism().map_or(1, NonZero::get),
            threads => threads,
        }
    }
}

/// What was read, on its way to a thread that works.
struct QueuedTask<'a, I> {
    sequence: u64,
    permit: BudgetPermit<'a>,
    input: I,
}

/// What is done, with the number of what was read for it, from 0 without gaps.
struct TaskOutput<'a, O> {
    sequence: u64,
    // Given back when it was taken.
    permit: BudgetPermit<'a>,
    value: O,
}

/// Where what is read waits for a thread.
pub(super) struct TaskQueue<'a, I> {
    next: u64,
    budget: &'a PageBudget,
    tasks: Sender<QueuedTask<'a, I>>,
}

impl<I> TaskQueue<'_, I> {
    /// Sends what takes so many bytes, waiting for room. `false` if the run is over.
    pub(super) fn send(&mut self, bytes: usize, input: I) -> bool {
        let Some(held) = self.budget.acquire(bytes) else { return false };
        let sequence = self.next;
        self.next += 1;
        self.tasks.send(QueuedTask { sequence, permit: held, input }).is_ok()
    }
}

/// Takes what is done, on the caller's thread.
pub(super) trait OutputConsumer<O> {
    /// Takes the next output. `sequence` counts what was read, from 0.
    fn consume(&mut self, sequence: u64, output: O) -> Result<(), Error>;

    /// There is nothing to take for now.
    fn idle(&mut self) -> Result<(), Error> {
        Ok(())
    }
}

/// Ends the reading in whatever way the consumer ends, a panic too: the reader may wait for room.
struct CloseOnDrop<'a>(&'a PageBudget);

impl Drop for CloseOnDrop<'_> {
    fn drop(&mut self) {
        self.0.close();
    }
}

/// Reads with `read`, works with `work` on a pool, and gives what is done to `consumer`. What is
/// between is bounded, in number and in bytes.
///
/// Ends when all that was read is taken, with what `read` returned; or with the first error of
/// `consumer`.
///
/// # Errors
/// When threads cannot be started, and those of `consumer`.
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
    // Bounded by the budget: it holds no more than what was let in.
    let (to_take, done) = unbounded::<TaskOutput<'_, O>>();

    thread::scope(|scope| {
        let reader = scope.spawn(move || read(&mut TaskQueue { next: 0, budget, tasks: to_work }));
        scope.spawn(move || {
            pool.broadcast(|_| {
                for QueuedTask { sequence, permit: mut held, input } in &tasks {
                    if budget.is_closed() {
                        break;
                    }
                    let output = work(input, &mut held);
                    let _ = to_take.send(TaskOutput { sequence, permit: held, value: output });
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
            let TaskOutput { sequence, permit: held, value: output } = arrived;
            consumer.consume(sequence, output)?;
            drop(held);
            continue;
        }
        waiting.insert(arrived.sequence, arrived);
        while let Some(TaskOutput { sequence, permit: held, value: output }) = waiting.remove(&next)
        {
            next += 1;
            consumer.consume(sequence, output)?;
            drop(held);
        }
    }
}

/// What `work` gives, or what it said when it panicked: a bug that one page in a million meets must
/// not lose the others.
pub fn catch_panic<T>(work: impl FnOnce() -> T) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(work)).map_err(|payload| panic_message(&*payload).to_owned())
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
    fn an_error_of_the_consumer_ends_the_reader() {
        let mut taken = CollectedOutputs(Vec::new(), 3);
        let endless = |queue: &mut TaskQueue<'_, u32>| while queue.send(10, 7) {};
        let error = run(&options(2, false), endless, &|n, _| n, &mut taken).unwrap_err();
        assert!(error.to_string().contains("enough"));
        assert_eq!(taken.0, [(0, 7), (1, 7), (2, 7)]);
    }
}
