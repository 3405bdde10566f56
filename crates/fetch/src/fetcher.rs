//! The fetcher, which callers talk to.

use std::fmt;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};

use futures_util::{Stream, stream};
use tokio::sync::{Notify, mpsc, oneshot};

use crate::engine::{FetchEngine, FetchLane, LanePermit, PendingReply};
use crate::exchange::HttpTransport;
use crate::robots::RobotsStore;
use crate::{Error, ErrorKind, FetchRequest, FetchResponse, FetchResult, FetchSettings};

#[cfg(test)]
mod tests;

/// Requests that a stream reads in one go, so that results are not held up by reading.
const MAX_REQUESTS_PER_POLL: usize = 256;

/// Fetches pages, politely. Cheap to clone; clones share connections, the turns of hosts, and what is
/// known of them.
///
/// The work is done by tasks on the tokio runtime of the first caller. When that runtime ends, open
/// fetches end with it, and the next fetch starts with no memory of hosts.
#[derive(Clone)]
pub struct Fetcher {
    inner: Arc<FetcherInner>,
}

struct FetcherInner {
    transport: Arc<HttpTransport>,
    settings: Arc<FetchSettings>,
    robots: Option<Arc<dyn RobotsStore>>,
    slot_freed: Arc<Notify>,
    lanes: AtomicU64,
    engine: Mutex<Option<mpsc::UnboundedSender<PendingReply>>>,
}

impl Fetcher {
    /// A fetcher with these settings.
    ///
    /// # Errors
    /// When the user agent or the contact cannot stand in a header, or a certificate does not
    /// parse.
    pub fn new(settings: FetchSettings) -> Result<Self, Error> {
        Self::start(settings, None)
    }

    /// Likewise, with a store of `robots.txt` files from earlier runs; each file that is fetched is handed to it.
    ///
    /// # Errors
    /// As [`Self::new`].
    pub fn with_robots(
        settings: FetchSettings,
        store: Arc<dyn RobotsStore>,
    ) -> Result<Self, Error> {
        Self::start(settings, Some(store))
    }

    fn start(settings: FetchSettings, robots: Option<Arc<dyn RobotsStore>>) -> Result<Self, Error> {
        let settings = Arc::new(settings);
        let transport = Arc::new(HttpTransport::new(Arc::clone(&settings))?);
        if !settings.robots {
            tracing::warn!("robots.txt is ignored");
        }
        Ok(Self {
            inner: Arc::new(FetcherInner {
                transport,
                settings,
                robots,
                slot_freed: Arc::new(Notify::new()),
                lanes: AtomicU64::new(0),
                engine: Mutex::new(None),
            }),
        })
    }

    /// The settings in force.
    pub fn settings(&self) -> &FetchSettings {
        &self.inner.settings
    }

    /// Fetches one page. It goes before those of streams that wait for the same host.
    ///
    /// Dropping the future ends the fetch.
    ///
    /// # Errors
    /// When the URL or a redirect is refused, `robots.txt` disallows it, there is no response, a limit
    /// is reached, or the body has an unsupported type. A status such as 404 is not an error.
    ///
    /// # Panics
    /// Outside of a tokio runtime.
    pub async fn fetch(&self, request: impl Into<FetchRequest>) -> Result<FetchResponse, Error> {
        let (sender, receiver) = oneshot::channel();
        self.submit(PendingReply::one(request.into(), sender));
        let fetched = receiver.await;
        fetched.map_err(|_| Error::without_url(ErrorKind::Stopped))?.result
    }

    /// Fetches many pages, and gives the results as they come.
    ///
    /// Every request gets a result. Requests are read when there is room for them
    /// ([`FetchSettings::max_pending`]), so that there may be more of them than fit into memory. Open
    /// fetches continue while nobody takes results, up to [`FetchSettings::max_concurrent_fetches`] fetches;
    /// dropping the stream ends all of it.
    pub fn fetch_all<I>(&self, requests: I) -> FetchStream
    where
        I: IntoIterator<Item = FetchRequest>,
        I::IntoIter: Send + 'static,
    {
        self.fetch_stream(stream::iter(requests))
    }

    /// Fetches the pages of a stream, as [`Self::fetch_all`] does. Results come also while no request
    /// does.
    pub fn fetch_stream<S>(&self, requests: S) -> FetchStream
    where
        S: Stream<Item = FetchRequest> + Send + 'static,
    {
        let settings = self.settings();
        let id = self.inner.lanes.fetch_add(1, Ordering::Relaxed);
        let slots = settings.max_concurrent_fetches.max(1);
        let (sender, results) = mpsc::unbounded_channel();
        FetchStream {
            fetcher: self.clone(),
            requests: Some(Box::pin(requests)),
            lane: FetchLane::new(id, slots, Arc::clone(&self.inner.slot_freed)),
            sender,
            results,
            next_index: 0,
            pending: 0,
            max_pending: settings.max_pending.max(1).saturating_add(slots),
        }
    }

    /// Hands a request to the engine, and starts one if there is none.
    fn submit(&self, reply: PendingReply) {
        let shared = &self.inner;
        let mut engine = shared.engine.lock().unwrap_or_else(PoisonError::into_inner);
        let reply = match engine.as_ref() {
            Some(sender) => match sender.send(reply) {
                Ok(()) => return,
                // Its runtime has ended.
                Err(mpsc::error::SendError(reply)) => reply,
            },
            None => reply,
        };
        let (transport, settings) = (Arc::clone(&shared.transport), Arc::clone(&shared.settings));
        let (robots, freed) = (shared.robots.clone(), Arc::clone(&shared.slot_freed));
        let sender = FetchEngine::start(transport, settings, robots, freed);
        // It cannot fail: the engine has just been started, and nothing ran since.
        let _ = sender.send(reply);
        *engine = Some(sender);
    }
}

impl fmt::Debug for Fetcher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Fetcher").field("settings", self.settings()).finish_non_exhaustive()
    }
}

/// The results of [`Fetcher::fetch_all`], in the order in which they come. Ends after the last.
///
/// Must be polled on a tokio runtime.
pub struct FetchStream {
    fetcher: Fetcher,
    requests: Option<Pin<Box<dyn Stream<Item = FetchRequest> + Send>>>,
    lane: Arc<FetchLane>,
    sender: mpsc::UnboundedSender<(FetchResult, Option<LanePermit>)>,
    results: mpsc::UnboundedReceiver<(FetchResult, Option<LanePermit>)>,
    next_index: u64,
    /// Requests that were read and have no result yet.
    pending: usize,
    max_pending: usize,
}

impl FetchStream {
    /// Reads requests while there is room for them.
    fn read(&mut self, context: &mut Context<'_>) {
        for _ in 0..MAX_REQUESTS_PER_POLL {
            if self.pending >= self.max_pending {
                return;
            }
            let Some(requests) = &mut self.requests else { return };
            match requests.as_mut().poll_next(context) {
                Poll::Pending => return,
                Poll::Ready(None) => self.requests = None,
                Poll::Ready(Some(request)) => {
                    let (lane, to) = (Arc::clone(&self.lane), self.sender.clone());
                    self.fetcher.submit(PendingReply::stream(self.next_index, request, lane, to));
                    self.next_index += 1;
                    self.pending += 1;
                }
            }
        }
        // There is more, but the results that are there come first.
        context.waker().wake_by_ref();
    }
}

impl Stream for FetchStream {
    type Item = FetchResult;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<FetchResult>> {
        self.read(context);
        if self.pending == 0 && self.requests.is_none() {
            return Poll::Ready(None);
        }
        // Dropping the permit frees the slot of this result.
        let Some((fetched, _)) = ready!(self.results.poll_recv(context)) else {
            return Poll::Ready(None);
        };
        self.pending -= 1;
        Poll::Ready(Some(fetched))
    }
}

impl fmt::Debug for FetchStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FetchStream").field("outstanding", &self.pending).finish_non_exhaustive()
    }
}
