//! Whose turn it is: one request at a time to a host, with a pause after each.
//!
//! The schedule has no clock and does no I/O: callers pass it the time and what happened, and
//! says what may be asked for. The pause is counted from the end of a response, so that a slow server
//! is left the more time. A host that fails again and again is parked, and whatever waited for it
//! comes back.

mod host;

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use self::host::HostQueue;
use crate::FetchSettings;

#[cfg(test)]
mod tests;

/// Hosts below which nothing is forgotten.
const MIN_SWEEP: usize = 1024;

/// How hosts are treated; see [`FetchSettings`].
#[derive(Clone, Copy, Debug)]
pub(crate) struct Politeness {
    pub(crate) host_delay: Duration,
    pub(crate) max_host_delay: Duration,
    pub(crate) max_host_failures: u32,
    pub(crate) host_pause: Duration,
}

impl Politeness {
    pub(crate) fn new(settings: &FetchSettings) -> Self {
        Self {
            host_delay: settings.host_delay,
            max_host_delay: settings.max_host_delay.max(settings.host_delay),
            max_host_failures: settings.max_host_failures.max(1),
            host_pause: settings.host_pause,
        }
    }
}

/// What waits for its turn, by host.
#[derive(Debug)]
pub(crate) struct RequestSchedule<J> {
    politeness: Politeness,
    hosts: HashMap<Arc<str>, HostQueue<J>>,
    /// When each host with something to do can be asked next. Entries that no longer hold stay until
    /// they come up.
    turns: BinaryHeap<Reverse<(Instant, u64, Arc<str>)>>,
    /// Hosts whose next job was not let in, by its lane.
    stalled: HashMap<LaneId, VecDeque<Arc<str>>>,
    sequence: u64,
    sweep_at: usize,
}

/// A group of jobs that share a limit on how many are under way.
pub(crate) type LaneId = u64;

/// A job, as far as the schedule looks at it.
pub(crate) trait ScheduledTask {
    /// The lane that it counts for; `None` for one that somebody waits for: it goes first, and is
    /// never held up.
    fn lane(&self) -> Option<LaneId>;
}

/// What may be done now.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum NextTurn<J> {
    /// Ask this host for this. It is busy until [`RequestSchedule::release`].
    Now(Arc<str>, J),
    /// Nothing before this time, unless something else happens.
    At(Instant),
    /// Nothing, unless something else happens.
    Never,
}

/// Why a host is in back-off.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct HostBackoff {
    /// For how long yet.
    pub(crate) pause: Duration,
    /// What happened last.
    pub(crate) reason: String,
}

/// How a turn ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum TurnOutcome {
    /// Nothing was asked of the host.
    Unused,
    /// It was asked, and the answer not waited for.
    Cancelled,
    /// It answered.
    Responded,
    /// It asked to be asked less (429, 503), perhaps for how long.
    Slowed { retry_after: Option<Duration>, reason: String },
    /// It did not answer, or only to say that it is out of order.
    Failed { reason: String },
}

impl<J: ScheduledTask> RequestSchedule<J> {
    pub(crate) fn new(politeness: Politeness) -> Self {
        Self {
            politeness,
            hosts: HashMap::new(),
            turns: BinaryHeap::new(),
            stalled: HashMap::new(),
            sequence: 0,
            sweep_at: MIN_SWEEP,
        }
    }

    /// Adds a job that was begun nowhere yet.
    ///
    /// # Errors
    /// The job, if the host is parked.
    pub(crate) fn push(
        &mut self,
        host: &str,
        job: J,
        now: Instant,
    ) -> Result<(), (J, HostBackoff)> {
        self.add(host, job, now, HostQueue::push)
    }

    /// Adds a job that was begun, and goes before those that were not.
    ///
    /// # Errors
    /// The job, if the host is parked.
    pub(crate) fn push_first(
        &mut self,
        host: &str,
        job: J,
        now: Instant,
    ) -> Result<(), (J, HostBackoff)> {
        self.add(host, job, now, HostQueue::push_first)
    }

    /// Adds a job that was begun, and may go on at `due`.
    ///
    /// # Errors
    /// The job, if the host is parked.
    pub(crate) fn push_later(
        &mut self,
        host: &str,
        job: J,
        due: Instant,
        now: Instant,
    ) -> Result<(), (J, HostBackoff)> {
        self.add(host, job, now, |host, job| host.push_later(job, due))
    }

    fn add(
        &mut self,
        name: &str,
        job: J,
        now: Instant,
        push: impl FnOnce(&mut HostQueue<J>, J),
    ) -> Result<(), (J, HostBackoff)> {
        self.sweep(now);
        let (name, host) = self.host(name, now);
        if let Some(parked) = host.backoff(now) {
            return Err((job, parked));
        }
        push(host, job);
        self.list(&name);
        Ok(())
    }

    /// The next thing to do. `may_enter` says whether a job's lane has room; a host whose next job may
    /// not enter waits for [`RequestSchedule::unstall`].
    pub(crate) fn next(
        &mut self,
        now: Instant,
        mut may_enter: impl FnMut(&J) -> bool,
    ) -> NextTurn<J> {
        while let Some(Reverse((at, sequence, name))) = self.turns.pop() {
            let Some(host) = self.hosts.get_mut(&name) else { continue };
            if host.listed != Some((at, sequence)) {
                continue;
            }
            if at > now {
                self.turns.push(Reverse((at, sequence, name)));
                return NextTurn::At(at);
            }
            host.listed = None;
            let Some(job) = host.next(now) else {
                self.list(&name);
                continue;
            };
            if let Some(lane) = job.lane()
                && !may_enter(job)
            {
                host.stalled = Some(lane);
                self.stalled.entry(lane).or_default().push_back(name);
                continue;
            }
            if let Some(job) = host.take() {
                return NextTurn::Now(name, job);
            }
        }
        NextTurn::Never
    }

    /// The lanes that hosts wait for.
    pub(crate) fn stalled_lanes(&self) -> impl Iterator<Item = LaneId> {
        self.stalled.keys().copied()
    }

    /// Says that `places` more jobs of a lane may enter.
    pub(crate) fn unstall(&mut self, lane: LaneId, places: usize) {
        let Some(mut waiting) = self.stalled.remove(&lane) else { return };
        let names: Vec<_> = waiting.drain(..places.min(waiting.len())).collect();
        if !waiting.is_empty() {
            self.stalled.insert(lane, waiting);
        }
        for name in names {
            // A host that was parked since then waits for nothing.
            if let Some(host) = self.hosts.get_mut(&name)
                && host.stalled == Some(lane)
            {
                host.stalled = None;
                self.list(&name);
            }
        }
    }

    /// Ends a host's turn.
    ///
    /// Returns the jobs that waited for the host, if it is parked from now on.
    pub(crate) fn release(
        &mut self,
        name: &str,
        end: TurnOutcome,
        now: Instant,
    ) -> Option<(HostBackoff, Vec<J>)> {
        let manners = self.politeness;
        let (name, host) = self.host(name, now);
        host.release(end, &manners, now);
        let parked = host.backoff(now).map(|parked| (parked, host.drain()));
        if parked.is_none() {
            self.list(&name);
        }
        parked
    }

    /// Sets the pause after each response of a host, as its `robots.txt` asks for. Of several such
    /// files (one for each port) the longest pause holds.
    pub(crate) fn set_delay(&mut self, name: &str, crawl_delay: Duration, now: Instant) {
        let max = self.politeness.max_host_delay;
        let (_, host) = self.host(name, now);
        host.delay = host.delay.max(crawl_delay.min(max));
    }

    fn host(&mut self, name: &str, now: Instant) -> (Arc<str>, &mut HostQueue<J>) {
        let name = match self.hosts.get_key_value(name) {
            Some((name, _)) => Arc::clone(name),
            None => Arc::from(name),
        };
        let delay = self.politeness.host_delay;
        let host =
            self.hosts.entry(Arc::clone(&name)).or_insert_with(|| HostQueue::new(delay, now));
        (name, host)
    }

    /// Enters the host's next turn, if it has one and is not waiting for something else.
    fn list(&mut self, name: &Arc<str>) {
        let Some(host) = self.hosts.get_mut(name) else { return };
        let Some(at) = host.ready_at() else { return };
        if host.listed.is_none_or(|(listed, _)| at < listed) {
            self.sequence += 1;
            host.listed = Some((at, self.sequence));
            self.turns.push(Reverse((at, self.sequence, Arc::clone(name))));
        }
    }

    /// Forgets hosts about which there is nothing to remember.
    fn sweep(&mut self, now: Instant) {
        if self.hosts.len() < self.sweep_at {
            return;
        }
        let manners = self.politeness;
        self.hosts.retain(|_, host| !host.is_disposable(&manners, now));
        self.sweep_at = MIN_SWEEP.max(self.hosts.len() * 2);
    }
}
