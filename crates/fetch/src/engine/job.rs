//! A fetch on its way through the engine.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, oneshot};
use tokio::time::Instant;

use super::lane::{Lane, Seat};
use crate::redirect::Route;
use crate::schedule::{LaneId, Scheduled};
use crate::{Error, ErrorKind, Fetched, Request, Response, Settings, Validators, Wanted};

/// One fetch: where it is, and what it cost so far.
#[derive(Debug)]
pub(crate) struct Job {
    pub(super) purpose: Purpose,
    pub(super) route: Route,
    /// Requests made for the page that was asked for, redirects not counted.
    pub(super) attempts: u32,
    /// When the first of them was made.
    pub(super) began_at: Option<Instant>,
    /// Time that the present attempt took, without waiting for its turns.
    pub(super) spent: Duration,
}

/// What a fetch is for.
#[derive(Debug)]
pub(super) enum Purpose {
    /// A page that a caller asked for.
    Page(Reply),
    /// The `robots.txt` of this origin. Pages wait for it, so it waits for none.
    Robots(String),
}

impl Job {
    /// A fetch of the page that was asked for; or its answer is that it cannot be one.
    pub(crate) fn page(reply: Reply, settings: &Settings) -> Option<Box<Self>> {
        match Route::start(&reply.request().url, settings) {
            Ok(route) => Some(Box::new(Self::new(Purpose::Page(reply), route))),
            Err(error) => {
                reply.send(Err(error), 0, None);
                None
            }
        }
    }

    pub(super) fn new(purpose: Purpose, route: Route) -> Self {
        Self { purpose, route, attempts: 0, began_at: None, spent: Duration::ZERO }
    }

    /// The host to ask next.
    pub(super) fn host(&self) -> &str {
        self.route.current().host_str().unwrap_or_default()
    }

    pub(super) fn wanted(&self) -> Wanted {
        match &self.purpose {
            Purpose::Page(reply) => reply.request().wanted,
            Purpose::Robots(_) => Wanted::Robots,
        }
    }

    pub(super) fn validators(&self) -> Validators {
        match &self.purpose {
            Purpose::Page(reply) => reply.request().validators.clone(),
            Purpose::Robots(_) => Validators::default(),
        }
    }

    /// Whether nobody waits for the result any more.
    pub(super) fn is_abandoned(&self) -> bool {
        matches!(&self.purpose, Purpose::Page(reply) if reply.is_closed())
    }

    /// Whether it may begin or go on, as far as its lane goes.
    pub(super) fn may_enter(&self) -> bool {
        match &self.purpose {
            Purpose::Page(reply) => {
                reply.is_closed() || reply.lane().is_none_or(|lane| lane.room() > 0)
            }
            Purpose::Robots(_) => true,
        }
    }

    pub(super) fn enter(&self) -> Option<Seat> {
        match &self.purpose {
            Purpose::Page(reply) => reply.lane().map(Lane::enter),
            Purpose::Robots(_) => None,
        }
    }
}

impl Scheduled for Box<Job> {
    fn lane(&self) -> Option<LaneId> {
        match &self.purpose {
            Purpose::Page(reply) => reply.lane().map(|lane| lane.id),
            Purpose::Robots(_) => None,
        }
    }
}

/// Where a result goes. Dropped without one, it says that the fetcher was stopped: no request is lost.
#[derive(Debug)]
pub(crate) struct Reply {
    index: u64,
    request: Request,
    /// `None` once it was sent.
    to: Option<To>,
}

#[derive(Debug)]
enum To {
    /// To one who waits for just this.
    One(oneshot::Sender<Fetched>),
    /// To a stream, with the seat that is free when the result was taken.
    Stream(Arc<Lane>, mpsc::UnboundedSender<(Fetched, Option<Seat>)>),
}

impl Reply {
    pub(crate) fn one(request: Request, to: oneshot::Sender<Fetched>) -> Self {
        Self { index: 0, request, to: Some(To::One(to)) }
    }

    pub(crate) fn stream(
        index: u64,
        request: Request,
        lane: Arc<Lane>,
        to: mpsc::UnboundedSender<(Fetched, Option<Seat>)>,
    ) -> Self {
        Self { index, request, to: Some(To::Stream(lane, to)) }
    }

    pub(super) fn request(&self) -> &Request {
        &self.request
    }

    pub(super) fn lane(&self) -> Option<&Arc<Lane>> {
        match &self.to {
            Some(To::Stream(lane, _)) => Some(lane),
            Some(To::One(_)) | None => None,
        }
    }

    pub(super) fn is_closed(&self) -> bool {
        match &self.to {
            Some(To::One(to)) => to.is_closed(),
            Some(To::Stream(_, to)) => to.is_closed(),
            None => true,
        }
    }

    /// Waits until nobody waits for the result any more.
    pub(super) async fn closed(&mut self) {
        match &mut self.to {
            Some(To::One(to)) => to.closed().await,
            Some(To::Stream(_, to)) => to.closed().await,
            None => {}
        }
    }

    pub(super) fn send(
        mut self,
        result: Result<Response, Error>,
        attempts: u32,
        seat: Option<Seat>,
    ) {
        self.deliver(result, attempts, seat);
    }

    fn deliver(&mut self, result: Result<Response, Error>, attempts: u32, seat: Option<Seat>) {
        let Some(to) = self.to.take() else { return };
        let request = std::mem::take(&mut self.request);
        let fetched = Fetched { index: self.index, request, result, attempts };
        // Nobody may be there to take it; then nobody wants it.
        match to {
            To::One(to) => drop(to.send(fetched)),
            To::Stream(_, to) => drop(to.send((fetched, seat))),
        }
    }
}

impl Drop for Reply {
    fn drop(&mut self) {
        self.deliver(Err(Error::nowhere(ErrorKind::Stopped)), 0, None);
    }
}
