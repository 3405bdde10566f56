//! Gives out what is due, takes in what came of it, and knows when to end.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use copydesk_fetch::{Request, Wanted};
use crossbeam_channel::{Receiver, RecvTimeoutError, Sender};
use jiff::{SignedDuration, Timestamp};
use tracing::{debug, info, warn};
use url::Url;

use super::found::Finder;
use super::hosts::{Held, Hosts};
use super::ledger::Ledger;
use super::news::News;
use super::outputs::Outputs;
use super::robots::RobotsMemory;
use super::seen::{Seen, Visited};
use crate::clock::Clock;
use crate::error::Error;
use crate::frontier::{
    HostId, JobId, Kind, Lease, LeaseKey, LeaseRequest, Release, Run, RunEnd, RunFigures, Visit,
    VisitError,
};
use crate::jobs::Budget;
use copydesk_core::Stop;

/// How long a lease lasts that is not renewed: longer than a slow page takes, with its retries.
const LEASE: SignedDuration = SignedDuration::from_mins(10);
/// Hosts are leased so often at most while there are others.
const LEASE_EVERY: Duration = Duration::from_millis(50);
/// How often leases are renewed.
const RENEW_EVERY: Duration = Duration::from_mins(2);
/// Visits of a host that are held at once.
const VISITS_OF_A_HOST: usize = 32;
/// What waits to be written is written after so long.
const FLUSH_EVERY: Duration = Duration::from_millis(20);
/// A host that can be asked only after so long holds no run up: the next one sees to it.
const MAX_IDLE: SignedDuration = SignedDuration::from_mins(2);
/// How long answers are waited for when a run is stopped.
const DRAIN: Duration = Duration::from_secs(20);
/// How often somebody is told how far a run has come.
const OBSERVE_EVERY: Duration = Duration::from_millis(250);
/// How often records are taken to the outputs while a run goes on.
const DELIVER_EVERY: Duration = Duration::from_millis(500);

/// Visits that the fetcher has, by the number of their request.
pub(super) type Asked = Mutex<HashMap<u64, (LeaseKey, Visit)>>;

/// The ends of the channels through which visits go and come back.
pub(super) struct Channels<'a> {
    pub(super) requests: Sender<Request>,
    pub(super) visited: Receiver<Visited>,
    pub(super) asked: &'a Asked,
}

/// See the module.
pub(super) struct Coordinator<'a> {
    pub(super) job: JobId,
    pub(super) owner: String,
    pub(super) run: &'a Run,
    pub(super) budget: &'a Budget,
    pub(super) clock: &'a dyn Clock,
    pub(super) stop: &'a Stop,
    /// Ends fetching at once.
    pub(super) abort: &'a Stop,
    pub(super) news: News<'a>,
    pub(super) finder: &'a Finder,
    pub(super) looks_for_sitemaps: bool,
    pub(super) robots: &'a RobotsMemory,
    pub(super) product_token: &'a str,
    pub(super) host_delay: Duration,
    pub(super) max_host_delay: Duration,
    /// Hosts that are leased at once.
    pub(super) max_hosts: usize,
    /// Is told of every page that was cleaned.
    pub(super) cleaned: &'a dyn Fn(&str),
    pub(super) ledger: Ledger,
    pub(super) hosts: Hosts,
    /// Origins whose sitemaps were looked for in this run.
    pub(super) looked: HashSet<String>,
    /// Visits of each host in this run, where there is a limit on them.
    pub(super) visits: HashMap<String, u64>,
    /// Hosts whose budget is used up.
    pub(super) spent: BTreeSet<HostId>,
    /// Whether pages are asked for only if they changed.
    pub(super) is_conditional: bool,
    pub(super) requests: u64,
    pub(super) leased_at: Instant,
}

/// What a turn of the loop found out.
enum Turn {
    GoOn,
    /// Nothing can be done before this time.
    WaitUntil(Timestamp),
    End(RunEnd),
}

impl Coordinator<'_> {
    /// Runs until there is nothing more to do, a budget is used up, or it is stopped.
    pub(super) fn run(
        mut self,
        channels: &Channels<'_>,
        outputs: &mut Outputs<'_>,
        observe: &mut dyn FnMut(&RunFigures),
    ) -> Result<(RunEnd, Ledger), Error> {
        let began = Instant::now();
        let (mut flushed, mut observed, mut renewed, mut delivered) = (began, began, began, began);
        let end = loop {
            let wait = match self.turn(channels)? {
                Turn::GoOn => FLUSH_EVERY,
                Turn::WaitUntil(at) => until(at, self.clock.now()),
                Turn::End(end) => break end,
            };
            self.take_in(channels, wait)?;
            if self.ledger.is_full() || flushed.elapsed() >= FLUSH_EVERY {
                self.ledger.flush()?;
                flushed = Instant::now();
            }
            if observed.elapsed() >= OBSERVE_EVERY {
                observe(&self.ledger.figures);
                observed = Instant::now();
            }
            if delivered.elapsed() >= DELIVER_EVERY {
                outputs.deliver(&mut self.ledger)?;
                delivered = Instant::now();
            }
            if renewed.elapsed() >= RENEW_EVERY {
                self.renew()?;
                renewed = Instant::now();
            }
        };
        self.drain(channels)?;
        self.ledger.flush()?;
        observe(&self.ledger.figures);
        Ok((end, self.ledger))
    }

    /// Leases hosts, and asks for what is due on them.
    fn turn(&mut self, channels: &Channels<'_>) -> Result<Turn, Error> {
        if self.stop.is_stopped() {
            return Ok(Turn::End(RunEnd::Stopped));
        }
        if self.is_spent() {
            return Ok(Turn::End(RunEnd::Budget));
        }
        let room = self.max_hosts.saturating_sub(self.hosts.len());
        // A lease for each answer would cost more than it brings.
        let is_busy = self.hosts.len() > 0;
        if is_busy && (room < self.max_hosts / 4 || self.leased_at.elapsed() < LEASE_EVERY) {
            return Ok(Turn::GoOn);
        }
        self.leased_at = Instant::now();
        let now = self.clock.now();
        // What is found is due, and what is released may be leased again, once it is written.
        self.ledger.flush()?;
        let leases = self.ledger.frontier.lease(&LeaseRequest {
            job: self.job,
            owner: self.owner.clone(),
            now,
            due_by: self.run.started_at,
            until: now.saturating_add(LEASE).unwrap_or(now),
            max_hosts: room,
            max_visits_per_host: VISITS_OF_A_HOST,
        })?;
        let is_idle = leases.is_empty() && self.hosts.len() == 0;
        for mut lease in leases {
            if let Some(robots) = lease.robots.take() {
                self.robots.remember(robots);
            }
            let host = lease.key.host;
            self.leave_out(&mut lease, now);
            self.cap(host, &lease.host.clone(), &mut lease.visits);
            self.hosts.add(lease);
            self.ask(host, channels);
            self.release_if_done(host);
        }
        if !is_idle {
            return Ok(Turn::GoOn);
        }
        let wake = self.ledger.frontier.next_wake(self.job, now, self.run.started_at)?;
        Ok(match wake {
            Some(at) if at.duration_since(now) <= MAX_IDLE => Turn::WaitUntil(at),
            Some(at) if self.waits_for_others(now)? => Turn::WaitUntil(at),
            _ if self.spent.is_empty() => Turn::End(RunEnd::Complete),
            _ => Turn::End(RunEnd::Budget),
        })
    }

    /// Whether another job has a host just now that this one has something to ask of.
    fn waits_for_others(&mut self, now: Timestamp) -> Result<bool, Error> {
        let due_by = self.run.started_at;
        self.ledger.frontier.waits_for_others(self.job, &self.owner, now, due_by)
    }

    /// Whether a budget is used up. What is under way counts as done.
    fn is_spent(&self) -> bool {
        let Budget { max_bytes, max_time, .. } = *self.budget;
        let figures = &self.ledger.figures;
        let age = self.clock.now().duration_since(self.run.started_at);
        self.visits_left() == 0
            || max_bytes.is_some_and(|max| figures.wire_bytes >= max)
            || max_time.is_some_and(|max| age >= SignedDuration::try_from(max).unwrap_or_default())
    }

    fn visits_left(&self) -> u64 {
        let begun = self.ledger.visits() + self.hosts.asked() as u64;
        self.budget.max_visits.saturating_sub(begun)
    }

    /// Leaves out what belonged to the job when it was found, and does not any more.
    fn leave_out(&mut self, lease: &mut Lease, now: Timestamp) {
        let (wanted, others) = std::mem::take(&mut lease.visits)
            .into_iter()
            .partition(|visit| self.finder.wants(visit));
        lease.visits = wanted;
        for visit in others {
            self.news.leave_out(lease.key, visit, now, &mut self.ledger);
        }
    }

    /// Leaves out what a host has no budget for.
    fn cap(&mut self, host: HostId, name: &str, visits: &mut Vec<Visit>) {
        let Some(max) = self.budget.max_visits_per_host else { return };
        let used = self.visits.entry(name.to_owned()).or_default();
        let room = usize::try_from(max.saturating_sub(*used)).unwrap_or(usize::MAX);
        visits.truncate(room);
        *used += visits.len() as u64;
        if *used >= max {
            self.spent.insert(host);
        }
    }

    /// Hands the next requests of a host to the fetcher.
    fn ask(&mut self, host: HostId, channels: &Channels<'_>) {
        let left = usize::try_from(self.visits_left()).unwrap_or(usize::MAX);
        for (key, visit) in self.hosts.take(host, left) {
            let wanted = match visit.kind {
                Kind::Sitemap => Wanted::Sitemap,
                Kind::Feed | Kind::Unknown => Wanted::Feed,
                Kind::Page | Kind::Hub => Wanted::Page,
            };
            let mut request = Request::new(visit.url.clone()).wanted(wanted);
            if self.is_conditional {
                request = request.if_changed(visit.validators.clone());
            }
            let mut asked = channels.asked.lock().unwrap_or_else(PoisonError::into_inner);
            asked.insert(self.requests, (key, visit));
            drop(asked);
            self.requests += 1;
            // Nobody takes it only when fetching has ended, and then so does the run.
            let _ = channels.requests.send(request);
        }
    }

    /// Takes in what came, waiting for the first of it.
    fn take_in(&mut self, channels: &Channels<'_>, wait: Duration) -> Result<(), Error> {
        let mut next = match channels.visited.recv_timeout(wait) {
            Ok(visited) => Some(visited),
            Err(RecvTimeoutError::Timeout) => None,
            Err(RecvTimeoutError::Disconnected) => {
                return Err(
                    copydesk_core::ErrorKind::Threads("fetching ended by itself".into()).into()
                );
            }
        };
        while let Some(visited) = next {
            self.visited(visited, Some(channels))?;
            next = if self.ledger.is_full() { None } else { channels.visited.try_recv().ok() };
        }
        Ok(())
    }

    /// Takes in one visit, and goes on with its host if there are channels.
    fn visited(
        &mut self,
        mut visited: Visited,
        channels: Option<&Channels<'_>>,
    ) -> Result<(), Error> {
        let key = visited.lease;
        // Where nobody stopped it, it would be due again at once, and for ever.
        if matches!(visited.seen, Seen::Stopped) && channels.is_some() {
            visited.seen = Seen::Failed(VisitError {
                kind: "stopped".into(),
                message: "the fetch ended without an answer".into(),
            });
        }
        let parked = match &visited.seen {
            Seen::HostParked(pause, reason) => Some((*pause, reason.clone())),
            _ => None,
        };
        let was_made = parked.is_none() && !matches!(visited.seen, Seen::Stopped);
        let origin =
            Url::parse(&visited.visit.url).ok().map(|url| url.origin().ascii_serialization());
        if let Some(held) = self.hosts.answered(key) {
            if was_made {
                held.answered_at = Some(visited.at);
            }
            if parked.is_some() {
                held.parked = parked;
            }
            held.origins.extend(origin.clone());
        }
        if let Seen::Page(page) = &visited.seen {
            (self.cleaned)(&page.record.source);
        }
        if let Some(origin) = origin.filter(|_| was_made) {
            self.look_for_sitemaps(origin);
        }
        self.news.enter(visited, &mut self.ledger)?;
        if let Some(channels) = channels {
            if self.visits_left() == 0 {
                self.hosts.drain();
            }
            self.ask(key.host, channels);
        }
        self.release_if_done(key.host);
        Ok(())
    }

    /// Enters the sitemaps of a site, the first time that it answers in a run.
    fn look_for_sitemaps(&mut self, origin: String) {
        if !self.looks_for_sitemaps || self.looked.contains(&origin) {
            return;
        }
        let Ok(base) = Url::parse(&origin) else { return };
        if self.finder.scope.has_host_of(&base) {
            let named = self.robots.sitemaps(&origin).unwrap_or_default();
            let urls = named.iter().filter_map(|named| base.join(named).ok());
            let mut urls: Vec<Url> = urls.collect();
            if urls.is_empty() {
                urls.extend(base.join("/sitemap.xml"));
            }
            for url in urls {
                self.ledger.found(self.finder.sitemap(&url).urls);
            }
        }
        self.looked.insert(origin);
    }

    fn release_if_done(&mut self, host: HostId) {
        if let Some(held) = self.hosts.take_done(host) {
            self.release(held);
        }
    }

    fn release(&mut self, held: Held) {
        let delays = held
            .origins
            .iter()
            .filter_map(|origin| self.robots.crawl_delay(origin, self.product_token));
        let asked = delays.max();
        let delay = asked.unwrap_or_default().max(self.host_delay);
        let delay = delay.min(self.max_host_delay.max(self.host_delay));
        let after = |at: Timestamp, pause: Duration| {
            at.saturating_add(SignedDuration::try_from(pause).unwrap_or_default()).unwrap_or(at)
        };
        let mut robots = None;
        for origin in &held.origins {
            robots = self.robots.forget(origin).or(robots);
        }
        let now = self.clock.now();
        if let Some((pause, reason)) = &held.parked {
            info!(host = %held.name, ?pause, reason, "host left alone");
            self.ledger.left_alone.entry(held.name.clone()).or_insert_with(|| reason.clone());
        }
        self.ledger.release(Release {
            lease: held.key,
            next_at: held.answered_at.map(|at| after(at, delay)),
            delay_millis: held.answered_at.and(u64::try_from(delay.as_millis()).ok()),
            is_done_with: self.spent.contains(&held.key.host),
            back_off: held.parked.map(|(pause, reason)| (after(now, pause), reason)),
            robots,
        });
    }

    fn renew(&mut self) -> Result<(), Error> {
        let now = self.clock.now();
        let keys: Vec<LeaseKey> = self.hosts.keys().collect();
        for lost in self.ledger.renew(&keys, now.saturating_add(LEASE).unwrap_or(now))? {
            warn!(host = lost.host.0, "somebody else has a host that was leased");
            self.hosts.lose(lost);
        }
        Ok(())
    }

    /// Waits for what is under way, and gives every host back.
    fn drain(&mut self, channels: &Channels<'_>) -> Result<(), Error> {
        self.hosts.drain();
        let started = Instant::now();
        while self.hosts.asked() > 0 {
            let left = DRAIN.saturating_sub(started.elapsed());
            let Ok(visited) = channels.visited.recv_timeout(left) else { break };
            self.visited(visited, None)?;
            if self.ledger.is_full() {
                self.ledger.flush()?;
            }
        }
        debug!(unanswered = self.hosts.asked(), "drained");
        self.abort.stop();
        for held in self.hosts.take_all() {
            self.release(held);
        }
        Ok(())
    }
}

/// The time until then, within what a loop may wait.
fn until(at: Timestamp, now: Timestamp) -> Duration {
    let wait = Duration::try_from(at.duration_since(now)).unwrap_or_default();
    wait.clamp(Duration::from_millis(1), Duration::from_millis(500))
}
