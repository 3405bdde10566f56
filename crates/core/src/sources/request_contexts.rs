//! Fetches requests that carry a context, and hands each context back with its result.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use copydesk_fetch::{FetchRequest, FetchResult};

use super::blocking_fetcher::{BlockingFetcher, FetchResults};

impl BlockingFetcher {
    /// As [`BlockingFetcher::fetch_all`], for requests with a context: whatever the caller needs again when the
    /// result arrives.
    pub fn fetch_with_context<I, C>(&self, requests: I) -> ContextResults<'_, C>
    where
        I: Iterator<Item = (FetchRequest, C)> + Send + 'static,
        C: Send + 'static,
    {
        let open = OpenContexts::default();
        let numbered = NumberedRequests { requests, open: open.clone(), next: 0 };
        ContextResults { results: self.fetch_all(numbered), open }
    }
}

/// The results of [`BlockingFetcher::fetch_with_context`], in the order in which they arrive.
pub struct ContextResults<'a, C> {
    results: FetchResults<'a>,
    open: OpenContexts<C>,
}

impl<C> Iterator for ContextResults<'_, C> {
    type Item = (FetchResult, C);

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let fetched = self.results.next()?;
            // Every request has a context, so this never repeats.
            if let Some(context) = self.open.lock().remove(&fetched.index) {
                return Some((fetched, context));
            }
        }
    }
}

/// The contexts of requests in progress, by the index of the request. The fetcher numbers the results of a stream in
/// the same way ([`FetchResult::index`]).
struct OpenContexts<C>(Arc<Mutex<HashMap<u64, C>>>);

impl<C> OpenContexts<C> {
    // Each change is a single call on the map, so a panic elsewhere does not make it wrong.
    fn lock(&self) -> MutexGuard<'_, HashMap<u64, C>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<C> Clone for OpenContexts<C> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<C> Default for OpenContexts<C> {
    fn default() -> Self {
        Self(Arc::default())
    }
}

/// The requests as the fetcher takes them.
struct NumberedRequests<I, C> {
    requests: I,
    open: OpenContexts<C>,
    next: u64,
}

impl<I, C> Iterator for NumberedRequests<I, C>
where
    I: Iterator<Item = (FetchRequest, C)>,
{
    type Item = FetchRequest;

    fn next(&mut self) -> Option<FetchRequest> {
        let (request, context) = self.requests.next()?;
        // Before the fetcher has the request, so that the result always finds it.
        self.open.lock().insert(self.next, context);
        self.next += 1;
        Some(request)
    }
}
