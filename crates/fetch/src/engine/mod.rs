//! What runs the fetches: a task that gives each host its turns, and one task for each request.
//!
//! A fetch is a number of requests: `robots.txt`, redirects, attempts. Each has its own turn at its
//! own host, and between them a fetch waits in the schedule, not on a connection.

mod lane;
mod robots;
mod task;

use std::collections::HashMap;
use std::sync::{Arc, Weak};
use std::time::{Duration, SystemTime};

use tokio::sync::{Notify, mpsc};
use tokio::task::{Id, JoinError, JoinSet};
use tokio::time::{Instant, sleep_until};
use tracing::{Instrument, debug, debug_span};

pub(crate) use self::lane::{FetchLane, LanePermit};
use self::robots::{RobotsCache, RobotsLookup};
use self::task::FetchPurpose;
pub(crate) use self::task::{FetchTask, PendingReply};
use crate::error::without_credentials;
use crate::exchange::{ExchangeRequest, ExchangeResponse, HttpTransport, deadline_after};
use crate::redirect::RedirectChain;
use crate::retry_after::retry_after;
use crate::robots::RobotsStore;
use crate::schedule::{HostBackoff, LaneId, NextTurn, Politeness, RequestSchedule, TurnOutcome};
use crate::{Error, ErrorKind, FetchResponse, FetchSettings, metrics, retry};

/// Requests that are taken in before anything else is looked at.
const MAX_INTAKE: usize = 256;

/// See the module.
#[derive(Debug)]
pub(crate) struct FetchEngine {
    transport: Arc<HttpTransport>,
    settings: Arc<FetchSettings>,
    schedule: RequestSchedule<Box<FetchTask>>,
    robots: RobotsCache,
    tasks: JoinSet<CompletedRequest>,
    /// The hosts that the tasks have, and the origins whose `robots.txt` they are after.
    turns: HashMap<Id, (Arc<str>, Option<String>)>,
    lanes: HashMap<LaneId, Weak<FetchLane>>,
    incoming: mpsc::UnboundedReceiver<PendingReply>,
    slot_freed: Arc<Notify>,
}

/// A request that was made.
#[derive(Debug)]
struct CompletedRequest {
    job: Box<FetchTask>,
    permit: Option<LanePermit>,
    result: Result<ExchangeResponse, ErrorKind>,
}

impl FetchEngine {
    /// Starts an engine on the runtime of the caller. It ends when the last sender is gone. `freed` is
    /// what its lanes notify.
    pub(crate) fn start(
        exchanger: Arc<HttpTransport>,
        settings: Arc<FetchSettings>,
        robots: Option<Arc<dyn RobotsStore>>,
        freed: Arc<Notify>,
    ) -> mpsc::UnboundedSender<PendingReply> {
        let (sender, incoming) = mpsc::unbounded_channel();
        let engine = Self {
            transport: exchanger,
            schedule: RequestSchedule::new(Politeness::new(&settings)),
            robots: RobotsCache::new(&settings, robots),
            settings,
            tasks: JoinSet::new(),
            turns: HashMap::new(),
            lanes: HashMap::new(),
            incoming,
            slot_freed: freed,
        };
        tokio::spawn(engine.run());
        sender
    }

    async fn run(mut self) {
        let mut replies = Vec::with_capacity(MAX_INTAKE);
        loop {
            let next = self.dispatch();
            let wake = sleep_until(next.unwrap_or_else(Instant::now));
            tokio::select! {
                taken = self.incoming.recv_many(&mut replies, MAX_INTAKE) => {
                    if taken == 0 {
                        return;
                    }
                    replies.drain(..).for_each(|reply| self.admit(reply));
                }
                Some(done) = self.tasks.join_next_with_id() => self.on_task_finished(done),
                () = self.slot_freed.notified() => {}
                () = wake, if next.is_some() => {}
            }
            while let Some(done) = self.tasks.try_join_next_with_id() {
                self.on_task_finished(done);
            }
        }
    }

    /// Takes a request in.
    fn admit(&mut self, reply: PendingReply) {
        if let Some(lane) = reply.lane()
            && !self.lanes.contains_key(&lane.id)
        {
            self.lanes.retain(|_, lane| lane.strong_count() > 0);
            self.lanes.insert(lane.id, Arc::downgrade(lane));
        }
        let Some(job) = FetchTask::for_page(reply, &self.settings) else { return };
        let host = job.host().to_owned();
        let pushed = self.schedule.push(&host, job, Instant::now());
        self.refuse_if_in_backoff(pushed);
    }

    /// Begins whatever may begin now; returns when the next turn comes.
    fn dispatch(&mut self) -> Option<Instant> {
        for id in self.schedule.stalled_lanes().collect::<Vec<_>>() {
            let lane = self.lanes.get(&id).and_then(Weak::upgrade);
            // Of a lane that is gone, nobody waits for the jobs: they end at their turn.
            let room = lane.map_or(usize::MAX, |lane| lane.free_slots());
            if room > 0 {
                self.schedule.unstall(id, room);
            }
        }
        let next = loop {
            let now = Instant::now();
            match self.schedule.next(now, |job| job.may_start()) {
                NextTurn::Now(host, job) => self.begin(host, job, now),
                NextTurn::At(at) => break Some(at),
                NextTurn::Never => break None,
            }
        };
        metrics::in_flight(self.tasks.len());
        next
    }

    /// Uses a host's turn for a job, or for the `robots.txt` that it needs.
    fn begin(&mut self, host: Arc<str>, job: Box<FetchTask>, now: Instant) {
        if job.is_abandoned() {
            self.release(&host, TurnOutcome::Unused, now);
            return;
        }
        let Some(mut job) = self.check_robots(job, now) else {
            self.release(&host, TurnOutcome::Unused, now);
            return;
        };
        let seat = job.acquire_slot();
        let left = self.settings.total_timeout.saturating_sub(job.attempt_time);
        job.attempts = job.attempts.max(1);
        job.started_at.get_or_insert(now);
        let origin = match &job.purpose {
            FetchPurpose::Robots(origin) => Some(origin.clone()),
            FetchPurpose::Page(_) => None,
        };
        let span = debug_span!(
            "request",
            url = %without_credentials(job.route.current()),
            attempt = job.attempts
        );
        let request = request(Arc::clone(&self.transport), job, seat, deadline_after(now, left));
        let task = self.tasks.spawn(request.instrument(span));
        self.turns.insert(task.id(), (host, origin));
    }

    /// The job, if `robots.txt` allows it; the fetch of `robots.txt`, if nobody did that yet.
    fn check_robots(&mut self, job: Box<FetchTask>, now: Instant) -> Option<Box<FetchTask>> {
        if !self.settings.robots || !matches!(job.purpose, FetchPurpose::Page(_)) {
            return Some(job);
        }
        let origin = job.route.current().origin().ascii_serialization();
        let refusal = match self.robots.get(&origin, job.route.current(), now) {
            RobotsLookup::Allowed => return Some(job),
            RobotsLookup::Refused(kind) => kind,
            RobotsLookup::Pending => {
                self.robots.wait(&origin, *job);
                return None;
            }
            RobotsLookup::Loaded(crawl_delay) => {
                if let Some(delay) = crawl_delay {
                    self.schedule.set_delay(job.host(), delay, now);
                }
                return self.check_robots(job, now);
            }
            RobotsLookup::Unknown => match RedirectChain::for_robots(job.route.current()) {
                Some(route) => {
                    self.robots.wait(&origin, *job);
                    return Some(Box::new(FetchTask::new(FetchPurpose::Robots(origin), route)));
                }
                None => ErrorKind::RobotsUnreachable { reason: "it has no URL".to_owned() },
            },
        };
        let error = Error::at(job.route.current(), refusal);
        self.complete(job, Err(error), None);
        None
    }

    fn on_task_finished(&mut self, joined: Result<(Id, CompletedRequest), JoinError>) {
        match joined {
            Ok((id, done)) => {
                if let Some((host, _)) = self.turns.remove(&id) {
                    self.finish(&host, done);
                }
            }
            // The request was dropped with its task, which reported that to the caller.
            Err(error) => {
                let Some((host, origin)) = self.turns.remove(&error.id()) else { return };
                self.release(&host, TurnOutcome::Cancelled, Instant::now());
                if let Some(origin) = origin {
                    self.on_robots_fetched(origin, Err(Error::without_url(ErrorKind::Stopped)));
                }
            }
        }
    }

    /// Draws the consequences of a request.
    fn finish(&mut self, host: &str, done: CompletedRequest) {
        let CompletedRequest { mut job, permit: mut seat, result } = done;
        let now = Instant::now();
        metrics::request(&result);
        let retry_after = result.as_ref().ok().and_then(|answer| {
            retry_after(&answer.exchange.headers, SystemTime::now())
                .filter(|_| retry::is_transient(answer.exchange.status))
        });
        let is_parked = self.release(host, turn_outcome(&result, retry_after), now);
        if !is_parked
            && let Some(reason) = retry_reason(&result)
            && let Some(wait) = self.retry_wait(&job, now, retry_after)
        {
            debug!(url = %without_credentials(job.route.current()), reason, ?wait, "again later");
            metrics::retry(reason);
            (job.attempts, job.attempt_time) = (job.attempts + 1, Duration::ZERO);
            let pushed = self.schedule.push_later(host, job, now + wait, now);
            return self.refuse_if_in_backoff(pushed);
        }
        let answer = match result {
            Ok(answer) => answer,
            Err(kind) => {
                let error = Error::at(job.route.current(), kind);
                return self.complete(job, Err(error), seat);
            }
        };
        if let Some(location) = answer.location {
            job.attempt_time += answer.exchange.timings.total();
            return match job.route.follow(answer.exchange, &location, &self.settings) {
                Ok(()) => {
                    let host = job.host().to_owned();
                    let pushed = self.schedule.push_first(&host, job, now);
                    self.refuse_if_in_backoff(pushed);
                }
                Err(error) => self.complete(job, Err(error), seat),
            };
        }
        if let Some(seat) = &mut seat {
            seat.hold(answer.permit);
        }
        let response = FetchResponse {
            exchange: answer.exchange,
            chain: job.route.take_hops(),
            content_type: answer.content_type,
            body: answer.body,
        };
        self.complete(job, Ok(response), seat);
    }

    fn retry_wait(
        &self,
        job: &FetchTask,
        now: Instant,
        retry_after: Option<Duration>,
    ) -> Option<Duration> {
        let began_at = job.started_at.unwrap_or(now);
        retry::wait(&self.settings, job.attempts, began_at, now, retry_after, fastrand::f64())
    }

    /// Hands a result to its caller.
    fn complete(
        &mut self,
        job: Box<FetchTask>,
        result: Result<FetchResponse, Error>,
        seat: Option<LanePermit>,
    ) {
        let job = *job;
        match job.purpose {
            FetchPurpose::Page(reply) => {
                metrics::page(&result);
                if let Err(error) = &result {
                    debug!(%error, "failed");
                }
                reply.send(result, job.attempts, seat);
            }
            FetchPurpose::Robots(origin) => self.on_robots_fetched(origin, result),
        }
    }

    /// Takes note of a `robots.txt`, and lets those go on that waited for it.
    fn on_robots_fetched(&mut self, origin: String, result: Result<FetchResponse, Error>) {
        let now = Instant::now();
        let waiting = self.robots.take_waiting(&origin);
        if let Err(error) = &result
            && let ErrorKind::HostParked { pause, reason } = error.kind()
        {
            let parked = HostBackoff { pause: *pause, reason: reason.clone() };
            for job in waiting {
                self.refuse(Box::new(job), &parked);
            }
            return;
        }
        let crawl_delay = self.robots.update(origin, result, now);
        for job in waiting {
            let host = job.host().to_owned();
            if let Some(delay) = crawl_delay {
                self.schedule.set_delay(&host, delay, now);
            }
            let pushed = self.schedule.push_first(&host, Box::new(job), now);
            self.refuse_if_in_backoff(pushed);
        }
    }

    /// Ends a host's turn. Returns whether the host is parked.
    fn release(&mut self, host: &str, end: TurnOutcome, now: Instant) -> bool {
        let Some((parked, jobs)) = self.schedule.release(host, end, now) else { return false };
        debug!(host, pause = ?parked.pause, reason = parked.reason, "host parked");
        for job in jobs {
            self.refuse(job, &parked);
        }
        true
    }

    fn refuse_if_in_backoff(&mut self, pushed: Result<(), (Box<FetchTask>, HostBackoff)>) {
        if let Err((job, parked)) = pushed {
            self.refuse(job, &parked);
        }
    }

    fn refuse(&mut self, job: Box<FetchTask>, parked: &HostBackoff) {
        let HostBackoff { pause, reason } = parked.clone();
        let error = Error::at(job.route.current(), ErrorKind::HostParked { pause, reason });
        self.complete(job, Err(error), None);
    }
}

/// Makes one request; gives it up if nobody waits for it any more.
async fn request(
    exchanger: Arc<HttpTransport>,
    mut job: Box<FetchTask>,
    seat: Option<LanePermit>,
    end: Instant,
) -> CompletedRequest {
    let url = job.route.current().clone();
    let (wanted, validators) = (job.wanted(), job.validators());
    let ask =
        ExchangeRequest { url: &url, wanted, validators: &validators, may_wait: seat.is_some() };
    let send = exchanger.send(ask, end);
    let result = match &mut job.purpose {
        FetchPurpose::Robots(_) => send.await,
        FetchPurpose::Page(reply) => tokio::select! {
            result = send => result,
            () = reply.closed() => Err(ErrorKind::Stopped),
        },
    };
    CompletedRequest { job, permit: seat, result }
}

/// What a request says of its host.
fn turn_outcome(
    result: &Result<ExchangeResponse, ErrorKind>,
    retry_after: Option<Duration>,
) -> TurnOutcome {
    match result {
        Ok(answer) => match answer.exchange.status {
            status if retry::requires_slowdown(status) => {
                TurnOutcome::Slowed { retry_after, reason: status_reason(status) }
            }
            status @ 500.. => TurnOutcome::Failed { reason: status_reason(status) },
            _ => TurnOutcome::Responded,
        },
        Err(ErrorKind::Stopped) => TurnOutcome::Cancelled,
        Err(ErrorKind::Address { .. }) => TurnOutcome::Unused,
        Err(kind) if kind.is_transient() => TurnOutcome::Failed { reason: kind.to_string() },
        Err(_) => TurnOutcome::Responded,
    }
}

/// Why a request is worth making again.
fn retry_reason(result: &Result<ExchangeResponse, ErrorKind>) -> Option<&'static str> {
    match result {
        Ok(answer) => {
            let status = answer.exchange.status;
            retry::is_transient(status).then(|| metrics::outcome(status))
        }
        Err(kind) => kind.is_transient().then(|| kind.name()),
    }
}

fn status_reason(status: u16) -> String {
    format!("the server answered {status}")
}

#[cfg(test)]
mod tests;
