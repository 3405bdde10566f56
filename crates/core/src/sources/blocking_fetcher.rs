//! Fetches pages for a run.

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

/// Threads for connections. They wait more than they work; what is worked is done elsewhere.
const THREADS: usize = 2;

/// Requests read before the fetcher asks for them.
const REQUESTS_AHEAD: usize = 64;

/// A fetcher with the threads that it works on.
pub struct BlockingFetcher {
    fetcher: Fetcher,
    // Taken when it goes.
    runtime: Option<Runtime>,
    stop: StopToken,
}

impl BlockingFetcher {
    /// Starts the threads.
    ///
    /// # Errors
    /// When a setting cannot be used, or threads cannot be started.
    pub fn new(settings: FetchSettings) -> Result<Self, Error> {
        Self::start(|| Fetcher::new(settings))
    }

    /// Likewise, with a store of `robots.txt` files from before.
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

    /// Ends what is under way when `stop` does, as other parts of the run do.
    #[must_use]
    pub fn with_stop(mut self, stop: StopToken) -> Self {
        self.stop = stop;
        self
    }

    /// Ends what is under way when somebody asks for it.
    pub fn stop(&self) -> StopToken {
        self.stop.clone()
    }

    /// The results for these requests, as they come. Requests are read on a thread of their own: a
    /// list that somebody is still writing must not hold up the results.
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
        // A name that is being looked up must not hold up the end of a run.
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

impl fmt::Debug for BlockingFetcher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Web").field("fetcher", &self.fetcher).finish_non_exhaustive()
    }
}

/// Results of fetching. The thread that takes the next one waits for it. Dropped, it ends what is
/// under way.
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
        // What it stops may want to be told from within the runtime.
        let _guard = self.fetcher.runtime.as_ref().map(Runtime::enter);
        self.stream = None;
    }
}
