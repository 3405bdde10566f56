//! One host's queue and what is known of its temper.

use std::cmp::Ordering;
use std::collections::{BinaryHeap, VecDeque};
use std::time::Duration;

use tokio::time::Instant;

use super::{HostBackoff, LaneId, Politeness, ScheduledTask, TurnOutcome};

/// The least pause of a host that asked to be asked less, where none is set.
const MIN_SLOW_DELAY: Duration = Duration::from_secs(1);

/// The longest back-off that a host can ask for with `Retry-After`.
const MAX_RETRY_AFTER: Duration = Duration::from_hours(24);

#[derive(Debug)]
pub(super) struct HostQueue<J> {
    /// The pause after a response, without what the host's slowness adds.
    pub(super) delay: Duration,
    /// Time and number of the entry among the turns that holds.
    pub(super) listed: Option<(Instant, u64)>,
    /// The lane that must have room before others than those that somebody waits for have a turn.
    pub(super) stalled: Option<LaneId>,
    is_busy: bool,
    /// Jobs that somebody waits for.
    awaited: VecDeque<J>,
    /// Jobs that were begun.
    started: VecDeque<J>,
    fresh: VecDeque<J>,
    delayed: BinaryHeap<DelayedTask<J>>,
    sequence: u64,
    /// Not asked before this time.
    next_at: Instant,
    /// What 429 and 503 added to the pause; fades with every answer.
    slowdown: Duration,
    /// Failures since the last answer.
    failures: u32,
    backoff_until: Option<Instant>,
    backoff_reason: String,
}

impl<J: ScheduledTask> HostQueue<J> {
    pub(super) fn new(delay: Duration, now: Instant) -> Self {
        Self {
            delay,
            listed: None,
            stalled: None,
            is_busy: false,
            awaited: VecDeque::new(),
            started: VecDeque::new(),
            fresh: VecDeque::new(),
            delayed: BinaryHeap::new(),
            sequence: 0,
            next_at: now,
            slowdown: Duration::ZERO,
            failures: 0,
            backoff_until: None,
            backoff_reason: String::new(),
        }
    }

    pub(super) fn push(&mut self, job: J) {
        self.queue(&job, false).push_back(job);
    }

    pub(super) fn push_first(&mut self, job: J) {
        self.queue(&job, true).push_back(job);
    }

    pub(super) fn push_later(&mut self, job: J, due: Instant) {
        self.sequence += 1;
        self.delayed.push(DelayedTask { due, sequence: self.sequence, job });
    }

    fn queue(&mut self, job: &J, is_begun: bool) -> &mut VecDeque<J> {
        match job.lane() {
            None => &mut self.awaited,
            Some(_) if is_begun => &mut self.started,
            Some(_) => &mut self.fresh,
        }
    }

    /// When the host can be asked next; `None` while it is busy, and if there is nothing to ask.
    pub(super) fn ready_at(&self) -> Option<Instant> {
        if self.is_busy {
            return None;
        }
        if !self.awaited.is_empty() {
            return Some(self.next_at);
        }
        let due = if self.stalled.is_some() {
            self.delayed
                .iter()
                .filter(|later| later.job.lane().is_none())
                .map(|later| later.due)
                .min()?
        } else if self.started.is_empty() && self.fresh.is_empty() {
            self.delayed.peek()?.due
        } else {
            self.next_at
        };
        Some(due.max(self.next_at))
    }

    /// The job whose turn it is.
    pub(super) fn next(&mut self, now: Instant) -> Option<&J> {
        while self.delayed.peek().is_some_and(|later| later.due <= now) {
            if let Some(later) = self.delayed.pop() {
                self.push_first(later.job);
            }
        }
        if self.stalled.is_some() {
            return self.awaited.front();
        }
        self.awaited.front().or_else(|| self.started.front()).or_else(|| self.fresh.front())
    }

    /// Takes the job whose turn it is, and is busy with it.
    pub(super) fn take(&mut self) -> Option<J> {
        let job = self
            .awaited
            .pop_front()
            .or_else(|| self.started.pop_front())
            .or_else(|| self.fresh.pop_front())?;
        self.is_busy = true;
        Some(job)
    }

    pub(super) fn release(&mut self, end: TurnOutcome, manners: &Politeness, now: Instant) {
        self.is_busy = false;
        let mut wait = Duration::ZERO;
        match end {
            TurnOutcome::Unused => return,
            TurnOutcome::Cancelled => {}
            TurnOutcome::Responded => {
                self.failures = 0;
                self.slowdown = self.slowdown.mul_f64(0.9);
            }
            TurnOutcome::Slowed { retry_after, reason } => {
                let base = self.delay.max(MIN_SLOW_DELAY);
                self.slowdown = (self.slowdown * 2).max(base);
                wait = retry_after.unwrap_or_default().min(MAX_RETRY_AFTER);
                self.fail(reason, manners, now);
            }
            TurnOutcome::Failed { reason } => self.fail(reason, manners, now),
        }
        let max_slowness = manners.max_host_delay.saturating_sub(self.delay);
        self.slowdown = self.slowdown.min(max_slowness);
        self.next_at = now + wait.max(self.delay + self.slowdown);
        if wait > manners.host_pause {
            self.backoff_until = Some(now + wait);
        }
    }

    fn fail(&mut self, reason: String, manners: &Politeness, now: Instant) {
        self.failures = self.failures.saturating_add(1);
        self.backoff_reason = reason;
        if self.failures >= manners.max_host_failures {
            self.backoff_until = Some(now + manners.host_pause);
            // One more failure after the pause parks it again.
            self.failures = manners.max_host_failures - 1;
        }
    }

    pub(super) fn backoff(&mut self, now: Instant) -> Option<HostBackoff> {
        let pause = self.backoff_until?.saturating_duration_since(now);
        if pause.is_zero() {
            self.backoff_until = None;
            return None;
        }
        Some(HostBackoff { pause, reason: self.backoff_reason.clone() })
    }

    /// Gives up everything that waits.
    pub(super) fn drain(&mut self) -> Vec<J> {
        (self.listed, self.stalled) = (None, None);
        let later = std::mem::take(&mut self.delayed).into_sorted_vec().into_iter().rev();
        let queues = [&mut self.awaited, &mut self.started, &mut self.fresh];
        let waiting = queues.into_iter().flat_map(std::mem::take);
        waiting.chain(later.map(|later| later.job)).collect()
    }

    /// Whether a new host would be treated the same.
    pub(super) fn is_disposable(&self, manners: &Politeness, now: Instant) -> bool {
        let is_idle = !self.is_busy
            && self.stalled.is_none()
            && self.awaited.is_empty()
            && self.started.is_empty()
            && self.fresh.is_empty()
            && self.delayed.is_empty();
        let was_bad = self.failures > 0 || self.slowdown > Duration::from_millis(100);
        let quiet_since = self.next_at.max(self.backoff_until.unwrap_or(self.next_at));
        let memory = if was_bad { manners.host_pause } else { Duration::ZERO };
        is_idle && quiet_since + memory <= now
    }
}

#[derive(Debug)]
struct DelayedTask<J> {
    due: Instant,
    sequence: u64,
    job: J,
}

impl<J> Ord for DelayedTask<J> {
    /// The greatest is due first.
    fn cmp(&self, other: &Self) -> Ordering {
        (other.due, other.sequence).cmp(&(self.due, self.sequence))
    }
}

impl<J> PartialOrd for DelayedTask<J> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<J> PartialEq for DelayedTask<J> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl<J> Eq for DelayedTask<J> {}
