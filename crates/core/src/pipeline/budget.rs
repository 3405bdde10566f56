//! Bounds the pages that are in memory at the same time.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// A budget for the pages between reading and writing, in number and in bytes. The reader waits while it is used
/// up.
#[derive(Debug)]
pub(super) struct PageBudget {
    state: Mutex<BudgetState>,
    changed: Condvar,
    max_pages: usize,
    max_bytes: usize,
}

#[derive(Debug, Default)]
struct BudgetState {
    pages: usize,
    bytes: usize,
    closed: bool,
}

impl PageBudget {
    pub(super) fn new(max_pages: usize, max_bytes: usize) -> Self {
        Self { state: Mutex::default(), changed: Condvar::new(), max_pages, max_bytes }
    }

    /// Waits until there is room for another page of `bytes`. One page always has room, however large: otherwise a
    /// page above the limit would wait forever. Returns `None` if the run is over.
    pub(super) fn acquire(&self, bytes: usize) -> Option<BudgetPermit<'_>> {
        let mut state = self.lock();
        while !state.closed
            && state.pages > 0
            && (state.pages >= self.max_pages || state.bytes.saturating_add(bytes) > self.max_bytes)
        {
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        if state.closed {
            return None;
        }
        state.pages += 1;
        state.bytes = state.bytes.saturating_add(bytes);
        Some(BudgetPermit { budget: self, bytes })
    }

    fn resize(&self, from: usize, to: usize) {
        let mut state = self.lock();
        state.bytes = state.bytes.saturating_sub(from).saturating_add(to);
        if to < from {
            self.changed.notify_all();
        }
    }

    fn release(&self, bytes: usize) {
        let mut state = self.lock();
        state.pages = state.pages.saturating_sub(1);
        state.bytes = state.bytes.saturating_sub(bytes);
        self.changed.notify_all();
    }

    /// Ends the run: the reader stops waiting.
    pub(super) fn close(&self) {
        self.lock().closed = true;
        self.changed.notify_all();
    }

    pub(super) fn is_closed(&self) -> bool {
        self.lock().closed
    }

    // The counts are consistent after every statement, so a panic elsewhere does not make them wrong.
    fn lock(&self) -> MutexGuard<'_, BudgetState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The part of the budget that one page uses. It is released when it is dropped.
#[derive(Debug)]
pub(super) struct BudgetPermit<'a> {
    budget: &'a PageBudget,
    bytes: usize,
}

impl BudgetPermit<'_> {
    /// Sets the bytes that the page uses now: a compressed page was inflated, or a record replaced its page. Never
    /// waits, since the page is in memory already.
    pub(super) fn resize(&mut self, bytes: usize) {
        self.budget.resize(std::mem::replace(&mut self.bytes, bytes), bytes);
    }
}

impl Drop for BudgetPermit<'_> {
    fn drop(&mut self) {
        self.budget.release(self.bytes);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_larger_than_the_budget_goes_alone() {
        let budget = PageBudget::new(10, 100);
        let mut large = budget.acquire(1_000).unwrap();
        large.resize(5);
        let small = budget.acquire(95).unwrap();
        budget.close();
        assert!(budget.acquire(1).is_none());
        drop((large, small));
        let BudgetState { pages, bytes, closed } = *budget.lock();
        assert_eq!((pages, bytes, closed), (0, 0, true));
    }

    #[test]
    fn a_waiting_reader_goes_on_when_a_page_was_written() {
        let budget = PageBudget::new(1, 100);
        let written = budget.acquire(1).unwrap();
        std::thread::scope(|scope| {
            let reader = scope.spawn(|| budget.acquire(1).is_some());
            drop(written);
            assert!(reader.join().unwrap());
        });
    }
}
