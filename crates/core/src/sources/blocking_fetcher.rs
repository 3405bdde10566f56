//! A fetcher for code that is not async.

use std::fmt;
use std::pin::pin;
use std::sync::Arc;

use copydesk_fetch::robots::RobotsStore;
use copydesk_fetch::{FetchRequest, FetchResult, FetchSettings, FetchStream, Fetcher};
use futures_util::StreamExt;
use futures_util::future::{Either, select};
use futures_util::stream::poll_fn;
use tokio::runtime::{self, Runtime};
use tokio::sync::mpsc;

use crate::error::{Error, ErrorKind};
use crate::stop::StopToken;

/// Threads for connections. They mostly wait; pages are cleaned on other threads.
const THREADS: usize = 2;

/// Requests that are read from a list before the fetcher takes them.
const REQUESTS_AHEAD: usize = 64;

/// A [`Fetcher`] with threads of its own, for code that is not async.
pub struct BlockingFetcher {
    fetcher: Fetcher,
    // `None` only while it is dropped.
    runtime: Option<Runtime>,
    stop: StopToken,
}

impl BlockingFetcher {
    /// Starts a fetcher and its threads.
    ///
    /// # Errors
    /// If a setting is invalid, or threads cannot be started.
    pub fn new(settings: FetchSettings) -> Result<Self, Error> {
        Self::start(|| Fetcher::new(settings))
    }

    /// As [`Self::new`], with a store of `robots.txt` files of earlier runs.
    ///
    /// # Errors
    /// As [`Self::new`].
    pub fn with_robots(
        settings: FetchSettings,
        store: Arc<dyn RobotsStore>,
    ) -> Result<Self, Error> {
        Self::start(|| Fetcher::with_robots(settings, store))
    }

    fn start(
        fetcher: impl FnOnce() -> Result<Fetcher, copydesk_fetch::Error>,
    ) -> Result<Self, Error> {
        let runtime = runtime::Builder::new_multi_thread()
            .worker_threads(THREADS)
            .thread_name("fetch")
            .enable_all()
            .build()
            .map_err(|error| ErrorKind::Threads(error.to_string()))?;
        let guard = runtime.enter();
        let fetcher = fetcher().map_err(|source| ErrorKind::Fetcher { source })?;
        drop(guard);
        Ok(Self { fetcher, runtime: Some(runtime), stop: StopToken::default() })
    }

    /// The fetcher's settings.
    pub fn settings(&self) -> &FetchSettings {
        self.fetcher.settings()
    }

    /// Uses this token to stop, so that one token stops the fetcher and the rest of the run.
    #[must_use]
    pub fn with_stop(mut self, stop: StopToken) -> Self {
        self.stop = stop;
        self
    }

    /// The token that ends fetches in progress.
    pub fn stop(&self) -> StopToken {
        self.stop.clone()
    }

    /// Fetches these requests, and returns results as they arrive. Requests are read on a thread of their own,
    /// because a list may come from a pipe, and waiting for its next line must not hold back results.
    pub fn fetch_all<I>(&self, requests: I) -> FetchResults<'_>
    where
        I: Iterator<Item = FetchRequest> + Send + 'static,
    {
        let runtime = self.runtime.as_ref();
        let stream = runtime.map(|runtime| {
            let _guard = runtime.enter();
            let (sender, mut receiver) = mpsc::channel(REQUESTS_AHEAD);
            runtime.spawn_blocking(move || {
                for request in requests {
                    if sender.blocking_send(request).is_err() {
                        break;
                    }
                }
            });
            self.fetcher.fetch_stream(poll_fn(move |context| receiver.poll_recv(context)))
        });
        FetchResults { stream, fetcher: self }
    }
}

impl Drop for BlockingFetcher {
    fn drop(&mut self) {
        // Without waiting: a DNS lookup that blocks must not hold up the end of a run.
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

impl fmt::Debug for BlockingFetcher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BlockingFetcher").field("fetcher", &self.fetcher).finish_non_exhaustive()
    }
}

/// The results of fetching. Taking the next one blocks the calling thread. Dropping it cancels fetches in progress.
pub struct FetchResults<'a> {
    stream: Option<FetchStream>,
    fetcher: &'a BlockingFetcher,
}

impl Iterator for FetchResults<'_> {
    type Item = FetchResult;

    fn next(&mut self) -> Option<FetchResult> {
        let stream = self.stream.as_mut()?;
        let runtime = self.fetcher.runtime.as_ref()?;
        runtime.block_on(async {
            let stopped = pin!(self.fetcher.stop.stopped());
            match select(stopped, stream.next()).await {
                Either::Left(_) => None,
                Either::Right((fetched, _)) => fetched,
            }
        })
    }
}

impl Drop for FetchResults<'_> {
    fn drop(&mut self) {
        // Connections and timers that are dropped here need the context of their runtime.
        let _guard = self.fetcher.runtime.as_ref().map(Runtime::enter);
        self.stream = None;
    }
}
