//! Cleans many pages in several threads, and hands out their records in order.

use std::collections::VecDeque;
use std::num::NonZero;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::available_parallelism;
use std::time::Duration;

use copydesk_clean::RecordErrorKind;
use crossbeam_channel::{Receiver, RecvTimeoutError, bounded};
use pyo3::exceptions::{PyException, PyRuntimeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::PyIterator;
use rayon::{ThreadPool, ThreadPoolBuilder};

use crate::engine::Engine;
use crate::page::Page;
use crate::record::Record;

/// Pages that are being cleaned or wait for it, for each thread. One page that takes long should not let the other
/// threads run dry.
const PAGES_PER_THREAD: usize = 32;
/// Bytes of such pages from which no further page is taken.
const MAX_BYTES: usize = 64 << 20;
/// How often a wait is interrupted to look for signals, such as that of Ctrl-C.
const SIGNAL_INTERVAL: Duration = Duration::from_millis(50);
/// The most threads per processor. Further ones clean nothing faster, and each takes memory.
const MAX_THREADS_PER_PROCESSOR: usize = 4;
/// The stack of a thread.
const STACK_BYTES: usize = 8 << 20;

/// The records of `clean_many`, in the order of the pages.
#[pyclass(frozen, module = "copydesk")]
pub(crate) struct RecordIterator {
    state: Mutex<State>,
    stop: Arc<AtomicBool>,
}

struct State {
    engine: Arc<Engine>,
    pool: ThreadPool,
    /// None after its end.
    pages: Option<Py<PyIterator>>,
    /// What the iterator of the pages raised: raised again once the records before it were handed out.
    failure: Option<PyErr>,
    waiting: VecDeque<Job>,
    bytes: usize,
}

struct Job {
    source: String,
    bytes: usize,
    result: Receiver<copydesk_clean::Record>,
    record: Option<copydesk_clean::Record>,
}

impl RecordIterator {
    /// Takes pages from an iterator as they are needed.
    pub(crate) fn new(
        engine: Arc<Engine>,
        pages: Bound<'_, PyIterator>,
        threads: Option<usize>,
    ) -> PyResult<Self> {
        if threads == Some(0) {
            return Err(PyValueError::new_err("threads: at least 1 is needed"));
        }
        let processors = available_parallelism().map_or(1, NonZero::get);
        let most = processors.saturating_mul(MAX_THREADS_PER_PROCESSOR);
        // A pool of its own, since the threads of a shared one do not survive a fork.
        let pool = ThreadPoolBuilder::new()
            .num_threads(threads.map_or(processors, |threads| threads.min(most)))
            .stack_size(STACK_BYTES)
            .thread_name(|number| format!("copydesk-{number}"))
            .build()
            .map_err(|error| PyRuntimeError::new_err(error.to_string()))?;
        let pages = Some(pages.unbind());
        let waiting = VecDeque::new();
        let state = State { engine, pool, pages, failure: None, waiting, bytes: 0 };
        Ok(Self { state: Mutex::new(state), stop: Arc::new(AtomicBool::new(false)) })
    }
}

#[pymethods]
impl RecordIterator {
    fn __iter__(this: PyRef<'_, Self>) -> PyRef<'_, Self> {
        this
    }

    fn __next__(&self, py: Python<'_>) -> PyResult<Option<Record>> {
        // Like a generator, which two threads cannot run at once either.
        let Ok(mut state) = self.state.try_lock() else {
            return Err(PyValueError::new_err("the iterator is already running"));
        };
        // Where a loop in C asks for records that are ready, nothing else looks for signals.
        py.check_signals()?;
        state.fill(py, &self.stop);
        let Some(job) = state.waiting.front_mut() else {
            return state.failure.take().map_or(Ok(None), Err);
        };
        let (record, bytes) = (job.wait(py)?, job.bytes);
        state.bytes -= bytes;
        state.waiting.pop_front();
        Ok(Some(Record::new(record)))
    }
}

impl Drop for RecordIterator {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
    }
}

impl State {
    /// Takes one page, and then others until there are enough or the next record is ready: where pages come slowly, it
    /// need not wait for all of them.
    fn fill(&mut self, py: Python<'_>, stop: &Arc<AtomicBool>) {
        let most = self.pool.current_num_threads() * PAGES_PER_THREAD;
        while let Some(pages) = &self.pages
            && self.waiting.len() < most
            && self.bytes < MAX_BYTES
        {
            match pages.bind(py).clone().next() {
                Some(item) => match item.and_then(|item| Page::from_item(&item)) {
                    Ok(page) => self.submit(page, stop),
                    Err(error) => self.fail(py, error),
                },
                None => self.pages = None,
            }
            if self.waiting.front_mut().is_some_and(Job::is_done) {
                return;
            }
        }
    }

    fn fail(&mut self, py: Python<'_>, error: PyErr) {
        self.pages = None;
        // Ctrl-C and the like do not wait.
        if !error.is_instance_of::<PyException>(py) {
            self.waiting.clear();
        }
        self.failure = Some(error);
    }

    fn submit(&mut self, page: Page, stop: &Arc<AtomicBool>) {
        let (send, result) = bounded(1);
        let bytes = page.bytes().len();
        self.bytes += bytes;
        self.waiting.push_back(Job {
            source: page.source().to_owned(),
            bytes,
            result,
            record: None,
        });
        let (engine, stop) = (Arc::clone(&self.engine), Arc::clone(stop));
        self.pool.spawn(move || {
            if !stop.load(Ordering::Relaxed) {
                // If nobody waits any more, the record is of no use.
                let _ = send.send(engine.clean(&page, &stop));
            }
        });
    }
}

impl Job {
    fn is_done(&mut self) -> bool {
        if self.record.is_none() {
            self.record = self.result.try_recv().ok();
        }
        self.record.is_some()
    }

    /// Waits for the record, and lets other Python threads run meanwhile.
    fn wait(&mut self, py: Python<'_>) -> PyResult<copydesk_clean::Record> {
        if let Some(record) = self.record.take() {
            return Ok(record);
        }
        loop {
            match py.detach(|| self.result.recv_timeout(SIGNAL_INTERVAL)) {
                Ok(record) => return Ok(record),
                Err(RecvTimeoutError::Timeout) => py.check_signals()?,
                Err(RecvTimeoutError::Disconnected) => {
                    let message = "the thread that cleaned this page has ended";
                    let kind = RecordErrorKind::Panic;
                    return Ok(copydesk_clean::Record::failed(&self.source, kind, message, ""));
                }
            }
        }
    }
}
