//! Hands out visits that are due, takes in their results, and decides when the run ends.

use std::time::{Duration, Instant};

use copydesk_fetch::{FetchRequest, WantedContent};
use crossbeam_channel::{Receiver, RecvTimeoutError, Sender};
use jiff::{SignedDuration, Timestamp};
use tracing::{debug, info, warn};
use url::Url;

use super::change_detector::ChangeDetector;
use super::commit_buffer::CommitBuffer;
use super::completed_visit::{CompletedVisit, FetchOutcome};
use super::context::RunContext;
use super::host_budget::HostBudget;
use super::host_delays::HostDelays;
use super::job_changes::CLOCK_TOLERANCE;
use super::job_outputs::JobOutputs;
use super::leased_hosts::{LeasedHost, LeasedHosts};
use super::sitemap_discovery::SitemapDiscovery;
use super::visit_fetches::VisitRequest;
use crate::error::Error;
use crate::frontier::{
    HostId, HostLease, LeaseKey, LeaseRelease, LeaseRequest, RunEnd, RunFigures, UrlKind,
    VisitError,
};
use crate::jobs::CrawlBudget;

/// How long a lease lasts unless it is renewed. Longer than a slow page takes with all its retries, since
/// what an expired owner fetched cannot be committed. It is also how long a host is blocked if this process
/// is killed and the job does not run again.
const LEASE_DURATION: SignedDuration = SignedDuration::from_mins(10);
/// Minimum time between two requests for leases while hosts are leased. Each one is a transaction.
const LEASE_INTERVAL: Duration = Duration::from_millis(50);
/// How often leases are renewed: five times within [`LEASE_DURATION`], so that a slow commit does not lose
/// them.
const RENEW_INTERVAL: Duration = Duration::from_mins(2);
/// Visits that a lease brings along. What a host does not finish of them is still due.
const MAX_LEASED_VISITS: usize = 32;
/// How long results wait before they are committed: a few share one transaction, and little is lost by a
/// kill.
const FLUSH_INTERVAL: Duration = Duration::from_millis(20);
/// A run waits this long at most for the next host that may be sent a request. Later hosts are left to the
/// next run.
const MAX_IDLE: SignedDuration = SignedDuration::from_mins(2);
/// How long a stopped run waits for open requests. Below the default `stop_timeout` of 30 s, which also has
/// to cover the last commit and delivery.
const DRAIN_TIMEOUT: Duration = Duration::from_secs(20);
/// How often the observer is called.
const OBSERVE_INTERVAL: Duration = Duration::from_millis(250);
/// How often records are delivered while the run goes on. Each delivery syncs its files to disk.
const DELIVER_INTERVAL: Duration = Duration::from_millis(500);
/// Hosts leased at once for each concurrent fetch. Most leased hosts wait for their crawl delay, so it takes
/// several of them to keep one fetch busy.
const HOSTS_PER_FETCH: usize = 4;
/// Least and greatest number of hosts leased at once, whatever the settings.
const LEASED_HOSTS: (usize, usize) = (64, 1_000);

/// The ends of the channels through which visits leave and return.
pub(super) struct CrawlChannels {
    pub(super) requests: Sender<VisitRequest>,
    pub(super) completed: Receiver<CompletedVisit>,
}

/// Coordinates a run, on one thread.
pub(super) struct Coordinator<'a> {
    context: RunContext<'a>,
    changes: ChangeDetector<'a>,
    commits: CommitBuffer,
    hosts: LeasedHosts,
    /// Maximum number of hosts leased at once.
    max_hosts: usize,
    host_budget: HostBudget,
    host_delays: HostDelays<'a>,
    sitemaps: SitemapDiscovery<'a>,
    leased_at: Instant,
}

/// What the loop does next.
enum NextAction {
    Continue,
    /// No host may be sent a request before this time.
    WaitUntil(Timestamp),
    End(RunEnd),
}

impl<'a> Coordinator<'a> {
    pub(super) fn new(context: &RunContext<'a>, commits: CommitBuffer) -> Self {
        let RunContext { job, discovery, resources, .. } = *context;
        let (min, max) = LEASED_HOSTS;
        Self {
            context: *context,
            changes: ChangeDetector { job, discovery },
            commits,
            hosts: LeasedHosts::default(),
            max_hosts: job
                .settings
                .max_concurrent_fetches
                .saturating_mul(HOSTS_PER_FETCH)
                .clamp(min, max),
            host_budget: HostBudget::new(job.budget.max_visits_per_host),
            host_delays: HostDelays::new(resources.fetcher.settings()),
            sitemaps: SitemapDiscovery::new(discovery, &resources.robots, job.scope.sitemaps),
            leased_at: Instant::now(),
        }
    }

    /// Runs until nothing is due, a budget is used up, or the run is stopped.
    pub(super) fn run(
        mut self,
        channels: &CrawlChannels,
        outputs: &mut JobOutputs<'_>,
        observe: &mut dyn FnMut(&RunFigures),
    ) -> Result<(RunEnd, CommitBuffer), Error> {
        let began = Instant::now();
        let (mut flushed, mut observed, mut renewed, mut delivered) = (began, began, began, began);
        let end = loop {
            let wait = match self.turn(channels)? {
                NextAction::Continue => FLUSH_INTERVAL,
                NextAction::WaitUntil(at) => wait_duration(at, self.context.clock.now()),
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

    /// Leases hosts, and sends requests for what is due on them.
    fn turn(&mut self, channels: &CrawlChannels) -> Result<NextAction, Error> {
        if self.context.stop.is_stopped() {
            return Ok(NextAction::End(RunEnd::Stopped));
        }
        if self.is_budget_exhausted() {
            return Ok(NextAction::End(RunEnd::Budget));
        }
        let room = self.max_hosts.saturating_sub(self.hosts.len());
        // A transaction for every host that becomes free would cost more than it brings. So wait until a
        // quarter of the hosts can be leased at once, unless nothing is left to do.
        let is_busy = self.hosts.len() > 0;
        if is_busy && (room < self.max_hosts / 4 || self.leased_at.elapsed() < LEASE_INTERVAL) {
            return Ok(NextAction::Continue);
        }
        self.leased_at = Instant::now();
        let now = self.context.clock.now();
        // Everything that is visited now would be due again before the start of this run, and so on without end. The
        // next run corrects what this one wrote.
        if self.context.run.started_at.duration_since(now) > CLOCK_TOLERANCE {
            let note = "the clock went back during the run, which ended early";
            warn!(job = self.context.job.name, "{note}");
            self.commits.figures_mut().notes.push(note.to_owned());
            return Ok(NextAction::End(RunEnd::Stopped));
        }
        // Discovered URLs become due, and released hosts can be leased again, only once they are committed.
        self.commits.flush()?;
        let leases = self.commits.frontier.lease(&LeaseRequest {
            job: self.context.id,
            owner: self.context.job.name.clone(),
            now,
            // Only what was due when the run began. Hubs with a short interval would otherwise keep it going forever.
            due_by: self.context.run.started_at,
            until: now.saturating_add(LEASE_DURATION).unwrap_or(now),
            max_hosts: room,
            max_visits_per_host: MAX_LEASED_VISITS,
        })?;
        let is_idle = leases.is_empty() && self.hosts.len() == 0;
        for mut lease in leases {
            if let Some(robots) = lease.robots.take() {
                self.context.resources.robots.insert_stored(robots);
            }
            let host = lease.key.host;
            self.exclude_unwanted(&mut lease, now);
            // After the exclusion: URLs out of scope must not use up the budget.
            self.host_budget.apply(host, &lease.host, &mut lease.visits);
            self.hosts.add(lease);
            self.send_requests(host, channels);
            self.release_if_done(host);
        }
        if !is_idle {
            return Ok(NextAction::Continue);
        }
        let wake =
            self.commits.frontier.next_wake(self.context.id, now, self.context.run.started_at)?;
        self.commits.waits_until = wake;
        Ok(match wake {
            Some(at) if at.duration_since(now) <= MAX_IDLE => NextAction::WaitUntil(at),
            // Another job of this state has leased the host. It will release it, so it is worth waiting for.
            Some(at) if self.waits_for_others(now)? => NextAction::WaitUntil(at),
            _ if self.host_budget.has_exhausted_hosts() => NextAction::End(RunEnd::Budget),
            _ => NextAction::End(RunEnd::Complete),
        })
    }

    /// Whether another job has leased a host on which this job has something due.
    fn waits_for_others(&mut self, now: Timestamp) -> Result<bool, Error> {
        let RunContext { job, id, run, .. } = self.context;
        self.commits.frontier.waits_for_others(id, &job.name, now, run.started_at)
    }

    /// Whether a budget of the run is used up. Open visits count as done, so that the budget is not exceeded.
    fn is_budget_exhausted(&self) -> bool {
        let CrawlBudget { max_bytes, max_time, .. } = self.context.job.budget;
        let figures = &self.commits.figures;
        let age = self.context.clock.now().duration_since(self.context.run.started_at);
        self.visits_left() == 0
            || max_bytes.is_some_and(|max| figures.wire_bytes >= max)
            || max_time.is_some_and(|max| age >= SignedDuration::try_from(max).unwrap_or_default())
    }

    fn visits_left(&self) -> u64 {
        let started = self.commits.visits() + self.hosts.in_flight() as u64;
        self.context.job.budget.max_visits.saturating_sub(started)
    }

    /// Excludes URLs that were in scope when they were discovered and are not any more.
    fn exclude_unwanted(&mut self, lease: &mut HostLease, now: Timestamp) {
        let (wanted, others) = std::mem::take(&mut lease.visits)
            .into_iter()
            .partition(|visit| self.context.discovery.is_wanted(visit));
        lease.visits = wanted;
        for visit in others {
            self.changes.exclude(lease.key, visit, now, &mut self.commits);
        }
    }

    /// Hands the next requests of a host to the fetcher.
    fn send_requests(&mut self, host: HostId, channels: &CrawlChannels) {
        let left = usize::try_from(self.visits_left()).unwrap_or(usize::MAX);
        for (lease, visit) in self.hosts.take(host, left) {
            let wanted = match visit.kind {
                UrlKind::Sitemap => WantedContent::Sitemap,
                UrlKind::Feed | UrlKind::Unknown => WantedContent::Feed,
                UrlKind::Page | UrlKind::Hub => WantedContent::Page,
            };
            let mut request = FetchRequest::new(visit.url.clone()).wanted(wanted);
            if self.context.is_conditional {
                request = request.if_changed(visit.validators.clone());
            }
            // Fails only if the thread that fetches has ended; `receive_visits` reports that.
            let _ = channels.requests.send(VisitRequest { request, lease, visit });
        }
    }

    /// Takes in completed visits: waits for the first one, then takes what is there.
    fn receive_visits(&mut self, channels: &CrawlChannels, wait: Duration) -> Result<(), Error> {
        let mut next = match channels.completed.recv_timeout(wait) {
            Ok(visited) => Some(visited),
            Err(RecvTimeoutError::Timeout) => None,
            Err(RecvTimeoutError::Disconnected) => {
                return Err(copydesk_core::ErrorKind::Threads(
                    "the fetcher ended unexpectedly".into(),
                )
                .into());
            }
        };
        while let Some(visited) = next {
            self.handle_visit(visited, Some(channels))?;
            // A full batch is committed before more results are taken in.
            next = if self.commits.is_full() { None } else { channels.completed.try_recv().ok() };
        }
        Ok(())
    }

    /// Takes in one visit, and continues with its host if there are channels.
    fn handle_visit(
        &mut self,
        mut visited: CompletedVisit,
        channels: Option<&CrawlChannels>,
    ) -> Result<(), Error> {
        let key = visited.lease;
        // A fetch that was stopped although the run was not: left as it is, the URL would stay due and be
        // requested again and again in this run.
        if matches!(visited.outcome, FetchOutcome::Stopped) && channels.is_some() {
            visited.outcome = FetchOutcome::Failed(VisitError {
                kind: "stopped".into(),
                message: "the fetch ended without a response".into(),
            });
        }
        let back_off = match &visited.outcome {
            FetchOutcome::HostBackedOff(pause, reason) => Some((*pause, reason.clone())),
            _ => None,
        };
        // A visit that was not made says nothing about when the host responded last.
        let was_made = back_off.is_none() && !matches!(visited.outcome, FetchOutcome::Stopped);
        let origin =
            Url::parse(&visited.visit.url).ok().map(|url| url.origin().ascii_serialization());
        if let Some(host) = self.hosts.request_done(key) {
            if was_made {
                host.responded_at = Some(visited.at);
            }
            if back_off.is_some() {
                host.back_off = back_off;
                if self.context.discovery.scope.is_seed(&visited.visit.url) {
                    self.commits.health.missed(&visited.visit.url);
                }
            }
            host.origins.extend(origin.clone());
        }
        if let FetchOutcome::Page(page) = &visited.outcome {
            self.context.cleaner.count_page(&page.record.source);
        }
        if let Some(origin) = origin.filter(|_| was_made) {
            self.commits.add_found(self.sitemaps.find(origin));
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

    fn release_if_done(&mut self, host: HostId) {
        if let Some(host) = self.hosts.take_done(host) {
            self.release(host);
        }
    }

    /// Returns a host to the frontier, with the time of its next request and its `robots.txt` for the next
    /// run.
    fn release(&mut self, host: LeasedHost) {
        let robots = &self.context.resources.robots;
        let delay = self.host_delays.delay(&host.origins, robots);
        let after = |at: Timestamp, pause: Duration| {
            at.saturating_add(SignedDuration::try_from(pause).unwrap_or_default()).unwrap_or(at)
        };
        let mut stored_robots = None;
        for origin in &host.origins {
            // The state stores one file per host, although http and https may differ.
            stored_robots = robots.remove(origin).or(stored_robots);
        }
        let now = self.context.clock.now();
        if let Some((pause, reason)) = &host.back_off {
            info!(host = %host.name, ?pause, reason, "host in back-off");
            self.commits.backed_off.entry(host.name.clone()).or_insert_with(|| reason.clone());
        }
        self.commits.release(LeaseRelease {
            lease: host.key,
            next_at: host.responded_at.map(|at| after(at, delay)),
            delay_millis: host.responded_at.and(u64::try_from(delay.as_millis()).ok()),
            is_done_for_run: self.host_budget.is_exhausted(host.key.host),
            back_off: host.back_off.map(|(pause, reason)| (after(now, pause), reason)),
            robots: stored_robots,
        });
    }

    fn renew(&mut self) -> Result<(), Error> {
        let now = self.context.clock.now();
        let keys: Vec<LeaseKey> = self.hosts.keys().collect();
        for lost in self.commits.renew(&keys, now.saturating_add(LEASE_DURATION).unwrap_or(now))? {
            warn!(host = lost.host.0, "lost the lease of a host");
            self.hosts.remove_lost(lost);
        }
        Ok(())
    }

    /// Waits for open visits, and releases every host.
    fn drain(&mut self, channels: &CrawlChannels) -> Result<(), Error> {
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
        debug!(unfinished = self.hosts.in_flight(), "drained");
        self.context.resources.abort.stop();
        for host in self.hosts.take_all() {
            self.release(host);
        }
        Ok(())
    }
}

/// The time until `at`, limited: below by a millisecond, so that the loop does not spin; above by half a
/// second, so that it notices a stop, a delivery or a budget that is due.
fn wait_duration(at: Timestamp, now: Timestamp) -> Duration {
    let wait = Duration::try_from(at.duration_since(now)).unwrap_or_default();
    wait.clamp(Duration::from_millis(1), Duration::from_millis(500))
}
