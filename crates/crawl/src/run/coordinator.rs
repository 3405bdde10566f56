//! Gives out what is due, takes in what came of it, and knows when to end.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use copydesk_fetch::{FetchRequest, WantedContent};
use crossbeam_channel::{Receiver, RecvTimeoutError, Sender};
use jiff::{SignedDuration, Timestamp};
use tracing::{debug, info, warn};
use url::Url;

use super::change_detector::ChangeDetector;
use super::commit_buffer::CommitBuffer;
use super::completed_visit::{CompletedVisit, FetchOutcome};
use super::discovery::UrlDiscovery;
use super::job_outputs::JobOutputs;
use super::leased_hosts::{LeasedHost, LeasedHosts};
use super::robots_store::RunRobotsStore;
use crate::clock::Clock;
use crate::error::Error;
use crate::frontier::{
    HostId, HostLease, JobId, JobRun, LeaseKey, LeaseRelease, LeaseRequest, RunEnd, RunFigures,
    UrlKind, VisitError, VisitTask,
};
use crate::jobs::CrawlBudget;
use copydesk_core::StopToken;

/// How long a lease lasts that is not renewed: longer than a slow page takes, with its retries.
const LEASE_DURATION: SignedDuration = SignedDuration::from_mins(10);
/// Hosts are leased so often at most while there are others.
const LEASE_INTERVAL: Duration = Duration::from_millis(50);
/// How often leases are renewed.
const RENEW_INTERVAL: Duration = Duration::from_mins(2);
/// Visits of a host that are held at once.
const MAX_LEASED_VISITS: usize = 32;
/// What waits to be written is written after so long.
const FLUSH_INTERVAL: Duration = Duration::from_millis(20);
/// A host that can be asked only after so long holds no run up: the next one sees to it.
const MAX_IDLE: SignedDuration = SignedDuration::from_mins(2);
/// How long answers are waited for when a run is stopped.
const DRAIN_TIMEOUT: Duration = Duration::from_secs(20);
/// How often somebody is told how far a run has come.
const OBSERVE_INTERVAL: Duration = Duration::from_millis(250);
/// How often records are taken to the outputs while a run goes on.
const DELIVER_INTERVAL: Duration = Duration::from_millis(500);

/// Visits that the fetcher has, by the number of their request.
pub(super) type InFlightVisits = Mutex<HashMap<u64, (LeaseKey, VisitTask)>>;

/// The ends of the channels through which visits go and come back.
pub(super) struct CrawlChannels<'a> {
    pub(super) requests: Sender<FetchRequest>,
    pub(super) completed: Receiver<CompletedVisit>,
    pub(super) in_flight: &'a InFlightVisits,
}

/// See the module.
pub(super) struct Coordinator<'a> {
    pub(super) job: JobId,
    pub(super) owner: String,
    pub(super) run: &'a JobRun,
    pub(super) budget: &'a CrawlBudget,
    pub(super) clock: &'a dyn Clock,
    pub(super) stop: &'a StopToken,
    /// Ends fetching at once.
    pub(super) abort: &'a StopToken,
    pub(super) changes: ChangeDetector<'a>,
    pub(super) discovery: &'a UrlDiscovery,
    pub(super) discovers_sitemaps: bool,
    pub(super) robots: &'a RunRobotsStore,
    pub(super) product_token: &'a str,
    pub(super) host_delay: Duration,
    pub(super) max_host_delay: Duration,
    /// Hosts that are leased at once.
    pub(super) max_hosts: usize,
    /// Is told of every page that was cleaned.
    pub(super) on_cleaned: &'a dyn Fn(&str),
    pub(super) commits: CommitBuffer,
    pub(super) hosts: LeasedHosts,
    /// Origins whose sitemaps were looked for in this run.
    pub(super) sitemap_origins: HashSet<String>,
    /// Visits of each host in this run, where there is a limit on them.
    pub(super) visits: HashMap<String, u64>,
    /// Hosts whose budget is used up.
    pub(super) exhausted_hosts: BTreeSet<HostId>,
    /// Whether pages are asked for only if they changed.
    pub(super) is_conditional: bool,
    pub(super) requests: u64,
    pub(super) leased_at: Instant,
}

/// What a turn of the loop found out.
enum NextAction {
    Continue,
    /// Nothing can be done before this time.
    WaitUntil(Timestamp),
    End(RunEnd),
}

impl Coordinator<'_> {
    /// Runs until there is nothing more to do, a budget is used up, or it is stopped.
    pub(super) fn run(
        mut self,
        channels: &CrawlChannels<'_>,
        outputs: &mut JobOutputs<'_>,
        observe: &mut dyn FnMut(&RunFigures),
    ) -> Result<(RunEnd, CommitBuffer), Error> {
        let began = Instant::now();
        let (mut flushed, mut observed, mut renewed, mut delivered) = (began, began, began, began);
        let end = loop {
            let wait = match self.turn(channels)? {
                NextAction::Continue => FLUSH_INTERVAL,
                NextAction::WaitUntil(at) => wait_duration(at, self.clock.now()),
                NextAction::End(end) => break end,
            };
            self.receive_visits(channels, wait)?;
            if self.commits.is_full() || flushed.elapsed() >= FLUSH_INTERVAL {
                self.commits.flush()?;
                flushed = Instant::now();
            }
            if observed.elapsed() >= OBSERVE_INTERVAL {
                observe(&self.commits.figures);
                observed = Instant::now();
            }
            if delivered.elapsed() >= DELIVER_INTERVAL {
                outputs.deliver(&mut self.commits)?;
                delivered = Instant::now();
            }
            if renewed.elapsed() >= RENEW_INTERVAL {
                self.renew()?;
                renewed = Instant::now();
            }
        };
        self.drain(channels)?;
        self.commits.flush()?;
        observe(&self.commits.figures);
        Ok((end, self.commits))
    }

    /// Leases hosts, and asks for what is due on them.
    fn turn(&mut self, channels: &CrawlChannels<'_>) -> Result<NextAction, Error> {
        if self.stop.is_stopped() {
            return Ok(NextAction::End(RunEnd::Stopped));
        }
        if self.is_budget_exhausted() {
            return Ok(NextAction::End(RunEnd::Budget));
        }
        let room = self.max_hosts.saturating_sub(self.hosts.len());
        // A lease for each answer would cost more than it brings.
        let is_busy = self.hosts.len() > 0;
        if is_busy && (room < self.max_hosts / 4 || self.leased_at.elapsed() < LEASE_INTERVAL) {
            return Ok(NextAction::Continue);
        }
        self.leased_at = Instant::now();
        let now = self.clock.now();
        // What is found is due, and what is released may be leased again, once it is written.
        self.commits.flush()?;
        let leases = self.commits.frontier.lease(&LeaseRequest {
            job: self.job,
            owner: self.owner.clone(),
            now,
            due_by: self.run.started_at,
            until: now.saturating_add(LEASE_DURATION).unwrap_or(now),
            max_hosts: room,
            max_visits_per_host: MAX_LEASED_VISITS,
        })?;
        let is_idle = leases.is_empty() && self.hosts.len() == 0;
        for mut lease in leases {
            if let Some(robots) = lease.robots.take() {
                self.robots.insert_stored(robots);
            }
            let host = lease.key.host;
            self.exclude_unwanted(&mut lease, now);
            self.apply_host_budget(host, &lease.host.clone(), &mut lease.visits);
            self.hosts.add(lease);
            self.send_requests(host, channels);
            self.release_if_done(host);
        }
        if !is_idle {
            return Ok(NextAction::Continue);
        }
        let wake = self.commits.frontier.next_wake(self.job, now, self.run.started_at)?;
        Ok(match wake {
            Some(at) if at.duration_since(now) <= MAX_IDLE => NextAction::WaitUntil(at),
            Some(at) if self.waits_for_others(now)? => NextAction::WaitUntil(at),
            _ if self.exhausted_hosts.is_empty() => NextAction::End(RunEnd::Complete),
            _ => NextAction::End(RunEnd::Budget),
        })
    }

    /// Whether another job has a host just now that this one has something to ask of.
    fn waits_for_others(&mut self, now: Timestamp) -> Result<bool, Error> {
        let due_by = self.run.started_at;
        self.commits.frontier.waits_for_others(self.job, &self.owner, now, due_by)
    }

    /// Whether a budget is used up. What is under way counts as done.
    fn is_budget_exhausted(&self) -> bool {
        let CrawlBudget { max_bytes, max_time, .. } = *self.budget;
        let figures = &self.commits.figures;
        let age = self.clock.now().duration_since(self.run.started_at);
        self.visits_left() == 0
            || max_bytes.is_some_and(|max| figures.wire_bytes >= max)
            || max_time.is_some_and(|max| age >= SignedDuration::try_from(max).unwrap_or_default())
    }

    fn visits_left(&self) -> u64 {
        let begun = self.commits.visits() + self.hosts.in_flight() as u64;
        self.budget.max_visits.saturating_sub(begun)
    }

    /// Leaves out what belonged to the job when it was found, and does not any more.
    fn exclude_unwanted(&mut self, lease: &mut HostLease, now: Timestamp) {
        let (wanted, others) = std::mem::take(&mut lease.visits)
            .into_iter()
            .partition(|visit| self.discovery.is_wanted(visit));
        lease.visits = wanted;
        for visit in others {
            self.changes.exclude(lease.key, visit, now, &mut self.commits);
        }
    }

    /// Leaves out what a host has no budget for.
    fn apply_host_budget(&mut self, host: HostId, name: &str, visits: &mut Vec<VisitTask>) {
        let Some(max) = self.budget.max_visits_per_host else { return };
        let used = self.visits.entry(name.to_owned()).or_default();
        let room = usize::try_from(max.saturating_sub(*used)).unwrap_or(usize::MAX);
        visits.truncate(room);
        *used += visits.len() as u64;
        if *used >= max {
            self.exhausted_hosts.insert(host);
        }
    }

    /// Hands the next requests of a host to the fetcher.
    fn send_requests(&mut self, host: HostId, channels: &CrawlChannels<'_>) {
        let left = usize::try_from(self.visits_left()).unwrap_or(usize::MAX);
        for (key, visit) in self.hosts.take(host, left) {
            let wanted = match visit.kind {
                UrlKind::Sitemap => WantedContent::Sitemap,
                UrlKind::Feed | UrlKind::Unknown => WantedContent::Feed,
                UrlKind::Page | UrlKind::Hub => WantedContent::Page,
            };
            let mut request = FetchRequest::new(visit.url.clone()).wanted(wanted);
            if self.is_conditional {
                request = request.if_changed(visit.validators.clone());
            }
            let mut asked = channels.in_flight.lock().unwrap_or_else(PoisonError::into_inner);
            asked.insert(self.requests, (key, visit));
            drop(asked);
            self.requests += 1;
            // Nobody takes it only when fetching has ended, and then so does the run.
            let _ = channels.requests.send(request);
        }
    }

    /// Takes in what came, waiting for the first of it.
    fn receive_visits(
        &mut self,
        channels: &CrawlChannels<'_>,
        wait: Duration,
    ) -> Result<(), Error> {
        let mut next = match channels.completed.recv_timeout(wait) {
            Ok(visited) => Some(visited),
            Err(RecvTimeoutError::Timeout) => None,
            Err(RecvTimeoutError::Disconnected) => {
                return Err(
                    copydesk_core::ErrorKind::Threads("fetching ended by itself".into()).into()
                );
            }
        };
        while let Some(visited) = next {
            self.handle_visit(visited, Some(channels))?;
            next = if self.commits.is_full() { None } else { channels.completed.try_recv().ok() };
        }
        Ok(())
    }

    /// Takes in one visit, and goes on with its host if there are channels.
    fn handle_visit(
        &mut self,
        mut visited: CompletedVisit,
        channels: Option<&CrawlChannels<'_>>,
    ) -> Result<(), Error> {
        let key = visited.lease;
        // Where nobody stopped it, it would be due again at once, and for ever.
        if matches!(visited.outcome, FetchOutcome::Stopped) && channels.is_some() {
            visited.outcome = FetchOutcome::Failed(VisitError {
                kind: "stopped".into(),
                message: "the fetch ended without an answer".into(),
            });
        }
        let parked = match &visited.outcome {
            FetchOutcome::HostBackedOff(pause, reason) => Some((*pause, reason.clone())),
            _ => None,
        };
        let was_made = parked.is_none() && !matches!(visited.outcome, FetchOutcome::Stopped);
        let origin =
            Url::parse(&visited.visit.url).ok().map(|url| url.origin().ascii_serialization());
        if let Some(held) = self.hosts.request_done(key) {
            if was_made {
                held.responded_at = Some(visited.at);
            }
            if parked.is_some() {
                held.back_off = parked;
            }
            held.origins.extend(origin.clone());
        }
        if let FetchOutcome::Page(page) = &visited.outcome {
            (self.on_cleaned)(&page.record.source);
        }
        if let Some(origin) = origin.filter(|_| was_made) {
            self.discover_sitemaps(origin);
        }
        self.changes.process(visited, &mut self.commits)?;
        if let Some(channels) = channels {
            if self.visits_left() == 0 {
                self.hosts.drain();
            }
            self.send_requests(key.host, channels);
        }
        self.release_if_done(key.host);
        Ok(())
    }

    /// Enters the sitemaps of a site, the first time that it answers in a run.
    fn discover_sitemaps(&mut self, origin: String) {
        if !self.discovers_sitemaps || self.sitemap_origins.contains(&origin) {
            return;
        }
        let Ok(base) = Url::parse(&origin) else { return };
        if self.discovery.scope.has_host_of(&base) {
            let named = self.robots.sitemaps(&origin).unwrap_or_default();
            let urls = named.iter().filter_map(|named| base.join(named).ok());
            let mut urls: Vec<Url> = urls.collect();
            if urls.is_empty() {
                urls.extend(base.join("/sitemap.xml"));
            }
            for url in urls {
                self.commits.add_found(self.discovery.sitemap(&url).urls);
            }
        }
        self.sitemap_origins.insert(origin);
    }

    fn release_if_done(&mut self, host: HostId) {
        if let Some(held) = self.hosts.take_done(host) {
            self.release(held);
        }
    }

    fn release(&mut self, held: LeasedHost) {
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
            robots = self.robots.remove(origin).or(robots);
        }
        let now = self.clock.now();
        if let Some((pause, reason)) = &held.back_off {
            info!(host = %held.name, ?pause, reason, "host left alone");
            self.commits.backed_off.entry(held.name.clone()).or_insert_with(|| reason.clone());
        }
        self.commits.release(LeaseRelease {
            lease: held.key,
            next_at: held.responded_at.map(|at| after(at, delay)),
            delay_millis: held.responded_at.and(u64::try_from(delay.as_millis()).ok()),
            is_done_for_run: self.exhausted_hosts.contains(&held.key.host),
            back_off: held.back_off.map(|(pause, reason)| (after(now, pause), reason)),
            robots,
        });
    }

    fn renew(&mut self) -> Result<(), Error> {
        let now = self.clock.now();
        let keys: Vec<LeaseKey> = self.hosts.keys().collect();
        for lost in self.commits.renew(&keys, now.saturating_add(LEASE_DURATION).unwrap_or(now))? {
            warn!(host = lost.host.0, "somebody else has a host that was leased");
            self.hosts.remove_lost(lost);
        }
        Ok(())
    }

    /// Waits for what is under way, and gives every host back.
    fn drain(&mut self, channels: &CrawlChannels<'_>) -> Result<(), Error> {
        self.hosts.drain();
        let started = Instant::now();
        while self.hosts.in_flight() > 0 {
            let left = DRAIN_TIMEOUT.saturating_sub(started.elapsed());
            let Ok(visited) = channels.completed.recv_timeout(left) else { break };
            self.handle_visit(visited, None)?;
            if self.commits.is_full() {
                self.commits.flush()?;
            }
        }
        debug!(unanswered = self.hosts.in_flight(), "drained");
        self.abort.stop();
        for held in self.hosts.take_all() {
            self.release(held);
        }
        Ok(())
    }
}

/// The time until then, within what a loop may wait.
fn wait_duration(at: Timestamp, now: Timestamp) -> Duration {
    let wait = Duration::try_from(at.duration_since(now)).unwrap_or_default();
    wait.clamp(Duration::from_millis(1), Duration::from_millis(500))
}
