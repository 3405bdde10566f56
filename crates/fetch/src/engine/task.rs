//! A fetch on its way through the engine.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, oneshot};
use tokio::time::Instant;

use super::lane::{FetchLane, LanePermit};
use crate::redirect::RedirectChain;
use crate::schedule::{LaneId, ScheduledTask};
use crate::{
    Error, ErrorKind, FetchRequest, FetchResponse, FetchResult, FetchSettings, Validators,
    WantedContent,
};

/// One fetch: where it is, and what it cost so far.
#[derive(Debug)]
pub(crate) struct FetchTask {
    pub(super) purpose: FetchPurpose,
    pub(super) route: RedirectChain,
    /// Requests made for the page that was asked for, redirects not counted.
    pub(super) attempts: u32,
    /// When the first of them was made.
    pub(super) started_at: Option<Instant>,
    /// Time that the present attempt took, without waiting for its turns.
    pub(super) attempt_time: Duration,
}

/// What a fetch is for.
#[derive(Debug)]
pub(super) enum FetchPurpose {
    /// A page that a caller asked for.
    Page(PendingReply),
    /// The `robots.txt` of this origin. Pages wait for it, so it waits for none.
    Robots(String),
}

impl FetchTask {
    /// A fetch of the page that was asked for; or its answer is that it cannot be one.
    pub(crate) fn for_page(reply: PendingReply, settings: &FetchSettings) -> Option<Box<Self>> {
        match RedirectChain::start(&reply.request().url, settings) {
            Ok(route) => Some(Box::new(Self::new(FetchPurpose::Page(reply), route))),
            Err(error) => {
                reply.send(Err(error), 0, None);
                None
            }
        }
    }

    pub(super) fn new(purpose: FetchPurpose, route: RedirectChain) -> Self {
        Self { purpose, route, attempts: 0, started_at: None, attempt_time: Duration::ZERO }
    }

    /// The host to ask next.
    pub(super) fn host(&self) -> &str {
        self.route.current().host_str().unwrap_or_default()
    }

    pub(super) fn wanted(&self) -> WantedContent {
        match &self.purpose {
            FetchPurpose::Page(reply) => reply.request().wanted,
            FetchPurpose::Robots(_) => WantedContent::Robots,
        }
    }

    pub(super) fn validators(&self) -> Validators {
        match &self.purpose {
            FetchPurpose::Page(reply) => reply.request().validators.clone(),
            FetchPurpose::Robots(_) => Validators::default(),
        }
    }

    /// Whether nobody waits for the result any more.
    pub(super) fn is_abandoned(&self) -> bool {
        matches!(&self.purpose, FetchPurpose::Page(reply) if reply.is_closed())
    }

    /// Whether it may begin or go on, as far as its lane goes.
    pub(super) fn may_start(&self) -> bool {
        match &self.purpose {
            FetchPurpose::Page(reply) => {
                reply.is_closed() || reply.lane().is_none_or(|lane| lane.free_slots() > 0)
            }
            FetchPurpose::Robots(_) => true,
        }
    }

    pub(super) fn acquire_slot(&self) -> Option<LanePermit> {
        match &self.purpose {
            FetchPurpose::Page(reply) => reply.lane().map(FetchLane::acquire),
            FetchPurpose::Robots(_) => None,
        }
    }
}

impl ScheduledTask for Box<FetchTask> {
    fn lane(&self) -> Option<LaneId> {
        match &self.purpose {
            FetchPurpose::Page(reply) => reply.lane().map(|lane| lane.id),
            FetchPurpose::Robots(_) => None,
        }
    }
}

/// Where a result goes. Dropped without one, it says that the fetcher was stopped: no request is lost.
#[derive(Debug)]
pub(crate) struct PendingReply {
    index: u64,
    request: FetchRequest,
    /// `None` once it was sent.
    channel: Option<ReplyChannel>,
}

#[derive(Debug)]
enum ReplyChannel {
    /// To one who waits for just this.
    One(oneshot::Sender<FetchResult>),
    /// To a stream, with the seat that is free when the result was taken.
    Stream(Arc<FetchLane>, mpsc::UnboundedSender<(FetchResult, Option<LanePermit>)>),
}

impl PendingReply {
    pub(crate) fn one(request: FetchRequest, to: oneshot::Sender<FetchResult>) -> Self {
        Self { index: 0, request, channel: Some(ReplyChannel::One(to)) }
    }

    pub(crate) fn stream(
        index: u64,
        request: FetchRequest,
        lane: Arc<FetchLane>,
        to: mpsc::UnboundedSender<(FetchResult, Option<LanePermit>)>,
    ) -> Self {
        Self { index, request, channel: Some(ReplyChannel::Stream(lane, to)) }
    }

    pub(super) fn request(&self) -> &FetchRequest {
        &self.request
    }

    pub(super) fn lane(&self) -> Option<&Arc<FetchLane>> {
        match &self.channel {
            Some(ReplyChannel::Stream(lane, _)) => Some(lane),
            Some(ReplyChannel::One(_)) | None => None,
        }
    }

    pub(super) fn is_closed(&self) -> bool {
        match &self.channel {
            Some(ReplyChannel::One(to)) => to.is_closed(),
            Some(ReplyChannel::Stream(_, to)) => to.is_closed(),
            None => true,
        }
    }

    /// Waits until nobody waits for the result any more.
    pub(super) async fn closed(&mut self) {
        match &mut self.channel {
            Some(ReplyChannel::One(to)) => to.closed().await,
            Some(ReplyChannel::Stream(_, to)) => to.closed().await,
            None => {}
        }
    }

    pub(super) fn send(
        mut self,
        result: Result<FetchResponse, Error>,
        attempts: u32,
        seat: Option<LanePermit>,
    ) {
        self.deliver(result, attempts, seat);
    }

    fn deliver(
        &mut self,
        result: Result<FetchResponse, Error>,
        attempts: u32,
        seat: Option<LanePermit>,
    ) {
        let Some(to) = self.channel.take() else { return };
        let request = std::mem::take(&mut self.request);
        let fetched = FetchResult { index: self.index, request, result, attempts };
        // Nobody may be there to take it; then nobody wants it.
        match to {
            ReplyChannel::One(to) => drop(to.send(fetched)),
            ReplyChannel::Stream(_, to) => drop(to.send((fetched, seat))),
        }
    }
}

impl Drop for PendingReply {
    fn drop(&mut self) {
        self.deliver(Err(Error::without_url(ErrorKind::Stopped)), 0, None);
    }
}
