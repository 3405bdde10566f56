//! Fetches visits: each request carries its visit, which comes back with the result.

use copydesk_fetch::{FetchRequest, FetchResult};
use crossbeam_channel::Receiver;

use crate::frontier::{LeaseKey, VisitTask};
use copydesk_core::sources::BlockingFetcher;

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
) -> impl Iterator<Item = FetchedVisit> + '_ {
    let requests = requests
        .into_iter()
        .map(|VisitRequest { request, lease, visit }| (request, (lease, visit)));
    fetcher.fetch_with_context(requests).map(|(fetched, (lease, visit))| FetchedVisit {
        lease,
        visit,
        fetched,
    })
}
