//! What runs the fetches: a task that gives each host its turns, and one task for each request.
//!
//! A fetch is a number of requests: `robots.txt`, redirects, attempts. Each has its own turn at its
//! own host, and between them a fetch waits in the schedule, not on a connection.

mod job;
mod lane;
mod robots;

use std::collections::HashMap;
use std::sync::{Arc, Weak};
use std::time::{Duration, SystemTime};

use tokio::sync::{Notify, mpsc};
use tokio::task::{Id, JoinError, JoinSet};
use tokio::time::{Instant, sleep_until};
use tracing::{Instrument, debug, debug_span};

use self::job::Purpose;
pub(crate) use self::job::{Job, Reply};
pub(crate) use self::lane::{Lane, Seat};
use self::robots::{Known, RobotsCache};
use crate::error::without_credentials;
use crate::exchange::{Answer, Ask, Exchanger, after};
use crate::redirect::Route;
use crate::retry_after::retry_after;
use crate::robots::RobotsStore;
use crate::schedule::{End, LaneId, Manners, Parked, Schedule, Turn};
use crate::{Error, ErrorKind, Response, Settings, metrics, retry};

/// Requests that are taken in before anything else is looked at.
const INTAKE: usize = 256;

/// See the module.
#[derive(Debug)]
pub(crate) struct Engine {
    exchanger: Arc<Exchanger>,
    settings: Arc<Settings>,
    schedule: Schedule<Box<Job>>,
    robots: RobotsCache,
    tasks: JoinSet<Done>,
    /// The hosts that the tasks have, and the origins whose `robots.txt` they are after.
    turns: HashMap<Id, (Arc<str>, Option<String>)>,
    lanes: HashMap<LaneId, Weak<Lane>>,
    incoming: mpsc::UnboundedReceiver<Reply>,
    freed: Arc<Notify>,
}

/// A request that was made.
#[derive(Debug)]
struct Done {
    job: Box<Job>,
    seat: Option<Seat>,
    result: Result<Answer, ErrorKind>,
}

impl Engine {
    /// Starts an engine on the runtime of the caller. It ends when the last sender is gone. `freed` is
    /// what its lanes notify.
    pub(crate) fn start(
        exchanger: Arc<Exchanger>,
        settings: Arc<Settings>,
        robots: Option<Arc<dyn RobotsStore>>,
        freed: Arc<Notify>,
    ) -> mpsc::UnboundedSender<Reply> {
        let (sender, incoming) = mpsc::unbounded_channel();
        let engine = Self {
            exchanger,
            schedule: Schedule::new(Manners::new(&settings)),
            robots: RobotsCache::new(&settings, robots),
            settings,
            tasks: JoinSet::new(),
            turns: HashMap::new(),
            lanes: HashMap::new(),
            incoming,
            freed,
        };
        tokio::spawn(engine.run());
        sender
    }

    async fn run(mut self) {
        let mut replies = Vec::with_capacity(INTAKE);
        loop {
            let next = self.dispatch();
            let wake = sleep_until(next.unwrap_or_else(Instant::now));
            tokio::select! {
                taken = self.incoming.recv_many(&mut replies, INTAKE) => {
                    if taken == 0 {
                        return;
                    }
                    replies.drain(..).for_each(|reply| self.admit(reply));
                }
                Some(done) = self.tasks.join_next_with_id() => self.joined(done),
                () = self.freed.notified() => {}
                () = wake, if next.is_some() => {}
            }
            while let Some(done) = self.tasks.try_join_next_with_id() {
                self.joined(done);
            }
        }
    }

    /// Takes a request in.
    fn admit(&mut self, reply: Reply) {
        if let Some(lane) = reply.lane()
            && !self.lanes.contains_key(&lane.id)
        {
            self.lanes.retain(|_, lane| lane.strong_count() > 0);
            self.lanes.insert(lane.id, Arc::downgrade(lane));
        }
        let Some(job) = Job::page(reply, &self.settings) else { return };
        let host = job.host().to_owned();
        let pushed = self.schedule.push(&host, job, Instant::now());
        self.or_refuse(pushed);
    }

    /// Begins whatever may begin now; returns when the next turn comes.
    fn dispatch(&mut self) -> Option<Instant> {
        for id in self.schedule.stalled_lanes().collect::<Vec<_>>() {
            let lane = self.lanes.get(&id).and_then(Weak::upgrade);
            // Of a lane that is gone, nobody waits for the jobs: they end at their turn.
            let room = lane.map_or(usize::MAX, |lane| lane.room());
            if room > 0 {
                self.schedule.made_room(id, room);
            }
        }
        let next = loop {
            let now = Instant::now();
            match self.schedule.next(now, |job| job.may_enter()) {
                Turn::Now(host, job) => self.begin(host, job, now),
                Turn::At(at) => break Some(at),
                Turn::Never => break None,
            }
        };
        metrics::in_flight(self.tasks.len());
        next
    }

    /// Uses a host's turn for a job, or for the `robots.txt` that it needs.
    fn begin(&mut self, host: Arc<str>, job: Box<Job>, now: Instant) {
        if job.is_abandoned() {
            self.release(&host, End::Unused, now);
            return;
        }
        let Some(mut job) = self.permitted(job, now) else {
            self.release(&host, End::Unused, now);
            return;
        };
        let seat = job.enter();
        let left = self.settings.total_timeout.saturating_sub(job.spent);
        job.attempts = job.attempts.max(1);
        job.began_at.get_or_insert(now);
        let origin = match &job.purpose {
            Purpose::Robots(origin) => Some(origin.clone()),
            Purpose::Page(_) => None,
        };
        let span = debug_span!(
            "request",
            url = %without_credentials(job.route.current()),
            attempt = job.attempts
        );
        let request = request(Arc::clone(&self.exchanger), job, seat, after(now, left));
        let task = self.tasks.spawn(request.instrument(span));
        self.turns.insert(task.id(), (host, origin));
    }

    /// The job, if `robots.txt` allows it; the fetch of `robots.txt`, if nobody did that yet.
    fn permitted(&mut self, job: Box<Job>, now: Instant) -> Option<Box<Job>> {
        if !self.settings.robots || !matches!(job.purpose, Purpose::Page(_)) {
            return Some(job);
        }
        let origin = job.route.current().origin().ascii_serialization();
        let refusal = match self.robots.get(&origin, job.route.current(), now) {
            Known::Allowed => return Some(job),
            Known::Refused(kind) => kind,
            Known::Asked => {
                self.robots.wait(&origin, *job);
                return None;
            }
            Known::Stored(crawl_delay) => {
                if let Some(delay) = crawl_delay {
                    self.schedule.set_delay(job.host(), delay, now);
                }
                return self.permitted(job, now);
            }
            Known::No => match Route::to_robots(job.route.current()) {
                Some(route) => {
                    self.robots.wait(&origin, *job);
                    return Some(Box::new(Job::new(Purpose::Robots(origin), route)));
                }
                None => ErrorKind::RobotsUnreachable { reason: "it has no URL".to_owned() },
            },
        };
        let error = Error::at(job.route.current(), refusal);
        self.complete(job, Err(error), None);
        None
    }

    fn joined(&mut self, joined: Result<(Id, Done), JoinError>) {
        match joined {
            Ok((id, done)) => {
                if let Some((host, _)) = self.turns.remove(&id) {
                    self.finish(&host, done);
                }
            }
            // The job went with the task, and said so to whoever waited.
            Err(error) => {
                let Some((host, origin)) = self.turns.remove(&error.id()) else { return };
                self.release(&host, End::Cancelled, Instant::now());
                if let Some(origin) = origin {
                    self.learn(origin, Err(Error::nowhere(ErrorKind::Stopped)));
                }
            }
        }
    }

    /// Draws the consequences of a request.
    fn finish(&mut self, host: &str, done: Done) {
        let Done { mut job, mut seat, result } = done;
        let now = Instant::now();
        metrics::request(&result);
        let retry_after = result.as_ref().ok().and_then(|answer| {
            retry_after(&answer.exchange.headers, SystemTime::now())
                .filter(|_| retry::is_transient(answer.exchange.status))
        });
        let is_parked = self.release(host, end(&result, retry_after), now);
        if !is_parked
            && let Some(reason) = transient(&result)
            && let Some(wait) = self.retry_wait(&job, now, retry_after)
        {
            debug!(url = %without_credentials(job.route.current()), reason, ?wait, "again later");
            metrics::retry(reason);
            (job.attempts, job.spent) = (job.attempts + 1, Duration::ZERO);
            let pushed = self.schedule.push_later(host, job, now + wait, now);
            return self.or_refuse(pushed);
        }
        let answer = match result {
            Ok(answer) => answer,
            Err(kind) => {
                let error = Error::at(job.route.current(), kind);
                return self.complete(job, Err(error), seat);
            }
        };
        if let Some(location) = answer.location {
            job.spent += answer.exchange.timings.total();
            return match job.route.follow(answer.exchange, &location, &self.settings) {
                Ok(()) => {
                    let host = job.host().to_owned();
                    let pushed = self.schedule.push_first(&host, job, now);
                    self.or_refuse(pushed);
                }
                Err(error) => self.complete(job, Err(error), seat),
            };
        }
        if let Some(seat) = &mut seat {
            seat.hold(answer.permit);
        }
        let response = Response {
            exchange: answer.exchange,
            chain: job.route.take_hops(),
            content_type: answer.content_type,
            body: answer.body,
        };
        self.complete(job, Ok(response), seat);
    }

    fn retry_wait(
        &self,
        job: &Job,
        now: Instant,
        retry_after: Option<Duration>,
    ) -> Option<Duration> {
        let began_at = job.began_at.unwrap_or(now);
        retry::wait(&self.settings, job.attempts, began_at, now, retry_after, fastrand::f64())
    }

    /// Hands a result to whoever waits for it.
    fn complete(&mut self, job: Box<Job>, result: Result<Response, Error>, seat: Option<Seat>) {
        let job = *job;
        match job.purpose {
            Purpose::Page(reply) => {
                metrics::page(&result);
                if let Err(error) = &result {
                    debug!(%error, "failed");
                }
                reply.send(result, job.attempts, seat);
            }
            Purpose::Robots(origin) => self.learn(origin, result),
        }
    }

    /// Takes note of a `robots.txt`, and lets those go on that waited for it.
    fn learn(&mut self, origin: String, result: Result<Response, Error>) {
        let now = Instant::now();
        let waiting = self.robots.waiting(&origin);
        if let Err(error) = &result
            && let ErrorKind::HostParked { pause, reason } = error.kind()
        {
            let parked = Parked { pause: *pause, reason: reason.clone() };
            for job in waiting {
                self.refuse(Box::new(job), &parked);
            }
            return;
        }
        let crawl_delay = self.robots.learn(origin, result, now);
        for job in waiting {
            let host = job.host().to_owned();
            if let Some(delay) = crawl_delay {
                self.schedule.set_delay(&host, delay, now);
            }
            let pushed = self.schedule.push_first(&host, Box::new(job), now);
            self.or_refuse(pushed);
        }
    }

    /// Ends a host's turn. Returns whether the host is parked.
    fn release(&mut self, host: &str, end: End, now: Instant) -> bool {
        let Some((parked, jobs)) = self.schedule.release(host, end, now) else { return false };
        debug!(host, pause = ?parked.pause, reason = parked.reason, "host parked");
        for job in jobs {
            self.refuse(job, &parked);
        }
        true
    }

    fn or_refuse(&mut self, pushed: Result<(), (Box<Job>, Parked)>) {
        if let Err((job, parked)) = pushed {
            self.refuse(job, &parked);
        }
    }

    fn refuse(&mut self, job: Box<Job>, parked: &Parked) {
        let Parked { pause, reason } = parked.clone();
        let error = Error::at(job.route.current(), ErrorKind::HostParked { pause, reason });
        self.complete(job, Err(error), None);
    }
}

/// Makes one request; gives it up if nobody waits for it any more.
async fn request(
    exchanger: Arc<Exchanger>,
    mut job: Box<Job>,
    seat: Option<Seat>,
    end: Instant,
) -> Done {
    let url = job.route.current().clone();
    let (wanted, validators) = (job.wanted(), job.validators());
    let ask = Ask { url: &url, wanted, validators: &validators, may_wait: seat.is_some() };
    let send = exchanger.send(ask, end);
    let result = match &mut job.purpose {
        Purpose::Robots(_) => send.await,
        Purpose::Page(reply) => tokio::select! {
            result = send => result,
            () = reply.closed() => Err(ErrorKind::Stopped),
        },
    };
    Done { job, seat, result }
}

/// What a request says of its host.
fn end(result: &Result<Answer, ErrorKind>, retry_after: Option<Duration>) -> End {
    match result {
        Ok(answer) => match answer.exchange.status {
            status if retry::asks_for_less(status) => {
                End::Slowed { retry_after, reason: answered(status) }
            }
            status @ 500.. => End::Failed { reason: answered(status) },
            _ => End::Answered,
        },
        Err(ErrorKind::Stopped) => End::Cancelled,
        Err(ErrorKind::Address { .. }) => End::Unused,
        Err(kind) if kind.is_transient() => End::Failed { reason: kind.to_string() },
        Err(_) => End::Answered,
    }
}

/// Why a request is worth making again.
fn transient(result: &Result<Answer, ErrorKind>) -> Option<&'static str> {
    match result {
        Ok(answer) => {
            let status = answer.exchange.status;
            retry::is_transient(status).then(|| metrics::outcome(status))
        }
        Err(kind) => kind.is_transient().then(|| kind.name()),
    }
}

fn answered(status: u16) -> String {
    format!("the server answered {status}")
}

#[cfg(test)]
mod tests;
