//! Fetches visits, and keeps each visit with its request until the result arrives.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use copydesk_fetch::{FetchRequest, FetchResult};
use crossbeam_channel::Receiver;

use crate::frontier::{LeaseKey, VisitTask};
use copydesk_core::sources::{BlockingFetcher, FetchResults};

/// A visit that is to be fetched.
#[derive(Debug)]
pub(super) struct VisitRequest {
    pub(super) request: FetchRequest,
    pub(super) lease: LeaseKey,
    pub(super) visit: VisitTask,
}

/// A visit that was fetched, or could not be.
#[derive(Debug)]
pub(super) struct FetchedVisit {
    pub(super) lease: LeaseKey,
    pub(super) visit: VisitTask,
    pub(super) fetched: FetchResult,
}

/// Fetches visits as they come, until the channel is closed. Results come in the order in which they arrive.
pub(super) fn fetch_visits(
    fetcher: &BlockingFetcher,
    requests: Receiver<VisitRequest>,
) -> FetchedVisits<'_> {
    let open = OpenVisits::default();
    let numbered = NumberedRequests { requests, open: open.clone(), next: 0 };
    FetchedVisits { results: fetcher.fetch_all(numbered), open }
}

/// Visits whose requests the fetcher has, by the position of the request in the stream. The fetcher numbers
/// its results in the same way ([`FetchResult::index`]).
#[derive(Clone, Debug, Default)]
struct OpenVisits(Arc<Mutex<HashMap<u64, (LeaseKey, VisitTask)>>>);

impl OpenVisits {
    // Each change is one call on the map, so a poisoned lock is safe to use.
    fn lock(&self) -> MutexGuard<'_, HashMap<u64, (LeaseKey, VisitTask)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

struct NumberedRequests {
    requests: Receiver<VisitRequest>,
    open: OpenVisits,
    next: u64,
}

impl Iterator for NumberedRequests {
    type Item = FetchRequest;

    fn next(&mut self) -> Option<FetchRequest> {
        let VisitRequest { request, lease, visit } = self.requests.recv().ok()?;
        // Before the fetcher has the request, so that the result always finds it.
        self.open.lock().insert(self.next, (lease, visit));
        self.next += 1;
        Some(request)
    }
}

/// See [`fetch_visits`].
pub(super) struct FetchedVisits<'a> {
    results: FetchResults<'a>,
    open: OpenVisits,
}

impl Iterator for FetchedVisits<'_> {
    type Item = FetchedVisit;

    fn next(&mut self) -> Option<FetchedVisit> {
        loop {
            let fetched = self.results.next()?;
            if let Some((lease, visit)) = self.open.lock().remove(&fetched.index) {
                return Some(FetchedVisit { lease, visit, fetched });
            }
        }
    }
}
