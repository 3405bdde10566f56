//! Bounds what is in memory at a time.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// Pages and bytes between reading and writing. The reader waits while there are too many.
#[derive(Debug)]
pub(super) struct Budget {
    state: Mutex<State>,
    changed: Condvar,
    max_pages: usize,
    max_bytes: usize,
}

#[derive(Debug, Default)]
struct State {
    pages: usize,
    bytes: usize,
    closed: bool,
}

impl Budget {
    pub(super) fn new(max_pages: usize, max_bytes: usize) -> Self {
        Self { state: Mutex::default(), changed: Condvar::new(), max_pages, max_bytes }
    }

    /// Waits until there is room for another page of `bytes`; one page always has room, however
    /// large. `false` if the run is over.
    pub(super) fn acquire(&self, bytes: usize) -> bool {
        let mut state = self.lock();
        while !state.closed
            && state.pages > 0
            && (state.pages >= self.max_pages || state.bytes.saturating_add(bytes) > self.max_bytes)
        {
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        state.pages += 1;
        state.bytes = state.bytes.saturating_add(bytes);
        !state.closed
    }

    /// A page turned out to take other than it was let in with: a compressed one inflated, or a
    /// record took the place of its page. Never waits, since the page is in memory already.
    pub(super) fn resize(&self, from: usize, to: usize) {
        let mut state = self.lock();
        state.bytes = state.bytes.saturating_sub(from).saturating_add(to);
        if to < from {
            self.changed.notify_all();
        }
    }

    /// A page was written.
    pub(super) fn release(&self, bytes: usize) {
        let mut state = self.lock();
        state.pages = state.pages.saturating_sub(1);
        state.bytes = state.bytes.saturating_sub(bytes);
        self.changed.notify_all();
    }

    /// Ends the run: nobody waits any more.
    pub(super) fn close(&self) {
        self.lock().closed = true;
        self.changed.notify_all();
    }

    pub(super) fn is_closed(&self) -> bool {
        self.lock().closed
    }

    // The counts are whole after every statement, so a panic elsewhere does not make them wrong.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_larger_than_the_budget_goes_alone() {
        let budget = Budget::new(10, 100);
        assert!(budget.acquire(1_000));
        budget.resize(1_000, 5);
        assert!(budget.acquire(95));
        budget.close();
        assert!(!budget.acquire(1));
    }

    #[test]
    fn a_waiting_reader_goes_on_when_a_page_was_written() {
        let budget = Budget::new(1, 100);
        assert!(budget.acquire(1));
        std::thread::scope(|scope| {
            let reader = scope.spawn(|| budget.acquire(1));
            budget.release(1);
            assert!(reader.join().unwrap());
        });
    }
}
