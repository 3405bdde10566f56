//! A frontier in memory, for tests. It has no indexes and reads everything for every query, so that it is easy
//! to see that its results are right.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "for tests, which are also compiled for the tests of other backends"
)]

mod overview;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard};

use copydesk_fetch::Validators;
use jiff::Timestamp;

use super::rules::{FailureStreaks, KnownUrl, LONGEST_HOST_WAIT, MILLIS_PER_HOUR, is_selected};
use super::{
    CheckFinding, ClockCorrection, CommitBatch, CommitOutcome, DiscoveryCounts, DueSelection,
    ErrorView, Frontier, FrontierOverview, HostId, HostLease, HostView, HourlyVisits, JobGuard,
    JobId, JobRun, JobView, LeaseKey, LeaseRelease, LeaseRequest, MAX_URL_BYTES, NewUrl,
    OutboxEntry, OutputMark, PruneCounts, RunEnd, RunFigures, RunId, StateStore, StateView,
    StoredRobots, UrlEntry, UrlId, UrlState, VisitCommit, VisitError, VisitOutcome, VisitTask,
    WritableState,
};
use crate::error::{Error, ErrorKind};
use crate::jobs::RetentionPolicy;

/// Delivered records of a job that are kept.
const KEPT_RECORDS: usize = 50;

/// A store in memory, for tests. Clones share one state, which is lost when the last one is dropped. Pruning
/// keeps everything.
#[derive(Clone)]
pub struct MemoryStore {
    file_prefix: PathBuf,
    shared: Arc<Mutex<SharedMemory>>,
}

#[derive(Default)]
struct SharedMemory {
    /// `None` until the state is opened for writing.
    state: Option<MemoryFrontier>,
    locked_jobs: BTreeSet<String>,
}

impl MemoryStore {
    /// A store without a state. Runs write their other files beside `file_prefix`; see
    /// [`StateStore::file_prefix`].
    pub fn new(file_prefix: impl Into<PathBuf>) -> Self {
        Self { file_prefix: file_prefix.into(), shared: Arc::default() }
    }

    fn lock(&self) -> MutexGuard<'_, SharedMemory> {
        self.shared.lock().unwrap()
    }
}

impl StateStore for MemoryStore {
    fn exists(&self) -> Result<bool, Error> {
        Ok(self.lock().state.is_some())
    }

    fn open(&self) -> Result<Box<dyn WritableState>, Error> {
        self.lock().state.get_or_insert_default();
        Ok(Box::new(MemoryHandle(self.clone())))
    }

    fn open_read_only(&self) -> Result<Box<dyn StateView>, Error> {
        if !self.exists()? {
            let what = "there is no state".to_owned();
            return Err(ErrorKind::State { path: self.file_prefix.clone(), what }.into());
        }
        Ok(Box::new(MemoryHandle(self.clone())))
    }

    fn lock_job(&self, job: &str) -> Result<Box<dyn JobGuard>, Error> {
        if !self.lock().locked_jobs.insert(job.to_owned()) {
            let lock = self.file_prefix.clone();
            return Err(ErrorKind::JobBusy { job: job.into(), lock }.into());
        }
        Ok(Box::new(MemoryJobGuard { store: self.clone(), job: job.into() }))
    }

    fn file_prefix(&self) -> &Path {
        &self.file_prefix
    }
}

struct MemoryJobGuard {
    store: MemoryStore,
    job: String,
}

impl JobGuard for MemoryJobGuard {}

impl Drop for MemoryJobGuard {
    fn drop(&mut self) {
        self.store.lock().locked_jobs.remove(&self.job);
    }
}

/// An opened store: every call locks the shared state.
struct MemoryHandle(MemoryStore);

/// Implements methods of a trait by calling them on the shared state.
macro_rules! forward {
    ($(fn $name:ident($($argument:ident: $type:ty),*) -> $output:ty;)+) => {$(
        fn $name(&mut self, $($argument: $type),*) -> Result<$output, Error> {
            self.0.lock().state.get_or_insert_default().$name($($argument),*)
        }
    )+};
}

impl Frontier for MemoryHandle {
    forward! {
        fn register_job(name: &str, outputs: &[String]) -> JobId;
        fn begin_run(job: JobId, scheduled_for: Option<Timestamp>, now: Timestamp) -> JobRun;
        fn end_run(run: RunId, now: Timestamp, end: RunEnd, message: Option<&str>) -> ();
        fn last_scheduled(job: JobId) -> Option<Timestamp>;
        fn reclaim(owner: &str) -> ();
        fn lease(request: &LeaseRequest) -> Vec<HostLease>;
        fn renew(leases: &[LeaseKey], until: Timestamp) -> Vec<LeaseKey>;
        fn next_wake(job: JobId, now: Timestamp, due_by: Timestamp) -> Option<Timestamp>;
        fn waits_for_others(job: JobId, owner: &str, now: Timestamp, due_by: Timestamp) -> bool;
        fn next_due(job: JobId) -> Option<Timestamp>;
        fn commit(job: JobId, run: RunId, batch: CommitBatch) -> CommitOutcome;
        fn delivered_text(url: UrlId) -> Option<String>;
        fn find(job: JobId, url: &str) -> Option<(VisitTask, UrlState)>;
        fn make_due(job: JobId, which: &DueSelection<'_>, due: Timestamp) -> u64;
        fn correct_clock(job: JobId, correction: ClockCorrection) -> u64;
        fn note(job: JobId, name: &str) -> Option<String>;
        fn outbox_after(job: JobId, after: u64, max_bytes: usize) -> Vec<OutboxEntry>;
        fn output_mark(job: JobId, output: &str) -> OutputMark;
        fn set_output_mark(job: JobId, output: &str, mark: &OutputMark) -> ();
    }
}

impl FrontierOverview for MemoryHandle {
    forward! {
        fn jobs() -> Vec<JobView>;
        fn runs(job: Option<JobId>, limit: usize) -> Vec<JobRun>;
        fn hosts(limit: usize) -> Vec<HostView>;
        fn errors(job: JobId, limit: usize) -> Vec<ErrorView>;
        fn latest_records(job: JobId, limit: usize) -> Vec<OutboxEntry>;
        fn hours(job: JobId, since: Timestamp) -> Vec<HourlyVisits>;
    }
}

impl StateView for MemoryHandle {
    forward! {
        fn urls_after(job: JobId, state: Option<UrlState>, after: Option<UrlId>, limit: usize)
            -> Vec<UrlEntry>;
        fn check() -> Vec<CheckFinding>;
    }
}

impl WritableState for MemoryHandle {
    forward! {
        fn prune(job: JobId, retention: &RetentionPolicy, now: Timestamp) -> PruneCounts;
        fn repair() -> ();
        fn compact() -> ();
    }
}

#[derive(Clone, Default)]
pub(crate) struct MemoryFrontier {
    jobs: Vec<MemoryJob>,
    runs: Vec<(JobId, JobRun)>,
    hosts: Vec<MemoryHost>,
    /// Hosts that a job does not visit again in its run.
    done_for_run: Vec<(JobId, HostId)>,
    urls: Vec<MemoryUrl>,
    outbox: Vec<(JobId, OutboxEntry)>,
    last_sequence: u64,
}

#[derive(Clone, Default)]
struct MemoryJob {
    name: String,
    last_scheduled: Option<Timestamp>,
    outputs: BTreeMap<String, OutputMark>,
    notes: BTreeMap<String, String>,
    hours: BTreeMap<Timestamp, BTreeMap<VisitOutcome, u64>>,
}

#[derive(Clone, Default)]
struct MemoryHost {
    name: String,
    token: u64,
    leased: Option<(String, Timestamp)>,
    next_at: Option<Timestamp>,
    delay_millis: Option<u64>,
    back_off: Option<(Timestamp, String)>,
    robots: Option<StoredRobots>,
}

#[derive(Clone)]
struct MemoryUrl {
    job: JobId,
    host: HostId,
    name: String,
    entry: KnownUrl,
    pattern: Option<u64>,
    first_seen: Timestamp,
    streaks: FailureStreaks,
    outcome: Option<VisitOutcome>,
    error: Option<(String, String)>,
    status: Option<u16>,
    wire_bytes: Option<u64>,
    last_visit: Option<Timestamp>,
    last_change: Option<Timestamp>,
    validators: Validators,
    fingerprint: Option<u64>,
    interval_seconds: Option<u64>,
    text: Option<String>,
}

fn millis(time: Timestamp) -> Timestamp {
    Timestamp::from_millisecond(time.as_millisecond()).unwrap()
}

fn index(id: i64) -> usize {
    usize::try_from(id - 1).unwrap_or(usize::MAX)
}

fn id(index: usize) -> i64 {
    i64::try_from(index).unwrap() + 1
}

impl MemoryHost {
    fn ready_at(&self) -> Option<Timestamp> {
        let leased = self.leased.as_ref().map(|(_, until)| *until);
        let back_off = self.back_off.as_ref().map(|(until, _)| *until);
        [leased, back_off, self.next_at].into_iter().flatten().max()
    }
}

impl MemoryUrl {
    fn visit(&self, index: usize) -> VisitTask {
        VisitTask {
            id: UrlId(id(index)),
            url: self.name.clone(),
            kind: self.entry.kind,
            via: self.entry.via,
            priority: self.entry.priority,
            depth: self.entry.depth,
            due: self.entry.next_visit.unwrap_or(Timestamp::MAX),
            first_seen: self.first_seen,
            last_visit: self.last_visit,
            last_change: self.last_change,
            validators: self.validators.clone(),
            fingerprint: self.fingerprint,
            interval_seconds: self.interval_seconds,
            failures: self.streaks.failures,
            missing: self.streaks.missing,
        }
    }
}

impl MemoryUrl {
    fn listed(&self, at: usize, host: &str) -> UrlEntry {
        let error = self.error.clone();
        UrlEntry {
            url: self.name.clone(),
            host: host.into(),
            kind: self.entry.kind,
            via: self.entry.via,
            state: self.entry.state,
            priority: self.entry.priority,
            depth: self.entry.depth,
            first_seen: self.first_seen,
            last_seen: self.entry.last_seen,
            visited_at: self.entry.visited_at,
            outcome: self.outcome,
            status: self.status,
            wire_bytes: self.wire_bytes,
            error: error.map(|(kind, message)| VisitError { kind, message }),
            failures: self.streaks.failures,
            missing: self.streaks.missing,
            last_visit: self.last_visit,
            last_change: self.last_change,
            next_visit: self.entry.next_visit,
            interval_seconds: self.interval_seconds,
            etag: self.validators.etag.clone(),
            last_modified: self.validators.last_modified.clone(),
            fingerprint: self.fingerprint.map(|fingerprint| format!("{fingerprint:016x}")),
            id: UrlId(id(at)),
        }
    }
}

impl MemoryFrontier {
    fn host(&mut self, key: LeaseKey) -> Option<&mut MemoryHost> {
        self.hosts.get_mut(index(key.host.0)).filter(|host| host.token == key.token)
    }

    /// When the first URL of the job at this host is due.
    fn due(&self, job: JobId, host: HostId) -> Option<Timestamp> {
        self.urls
            .iter()
            .filter(|url| url.job == job && url.host == host)
            .filter_map(|url| url.entry.next_visit)
            .min()
    }

    fn newest(&self, job: JobId) -> u64 {
        let of_job = self.outbox.iter().filter(|(owner, _)| *owner == job);
        of_job.map(|(_, delivery)| delivery.sequence).max().unwrap_or(0)
    }

    fn delivered(&self, job: JobId) -> u64 {
        let outputs = self.jobs.get(index(job.0)).map(|job| job.outputs.values());
        let marks = outputs.into_iter().flatten();
        marks.map(|mark| mark.covered.max(mark.delivered)).min().unwrap_or(u64::MAX)
    }

    fn covered(&self, job: JobId) -> u64 {
        let outputs = self.jobs.get(index(job.0)).map(|job| job.outputs.values());
        outputs.into_iter().flatten().map(|mark| mark.covered).min().unwrap_or(u64::MAX)
    }

    fn trim(&mut self, job: JobId) {
        let covered = self.covered(job);
        let shown: BTreeSet<u64> = self
            .latest_records(job, KEPT_RECORDS)
            .unwrap()
            .iter()
            .map(|delivery| delivery.sequence)
            .collect();
        self.outbox.retain(|(owner, delivery)| {
            *owner != job || delivery.sequence > covered || shown.contains(&delivery.sequence)
        });
    }

    fn add(&mut self, job: JobId, new: &NewUrl, seen: Timestamp, added: &mut DiscoveryCounts) {
        let mut new = new.clone();
        (new.due, new.modified) = (millis(new.due), new.modified.map(millis));
        let known = self.urls.iter_mut().find(|url| url.job == job && url.name == new.url);
        if let Some(known) = known {
            added.known += 1;
            known.entry = known.entry.rediscovered(&new, seen);
            return;
        }
        let is_capped = new.pattern.is_some_and(|(pattern, limit)| {
            let alike = |url: &&MemoryUrl| url.job == job && url.pattern == Some(pattern);
            self.urls.iter().filter(alike).count() >= limit as usize
        });
        if is_capped || new.url.len() > MAX_URL_BYTES {
            added.capped += 1;
            return;
        }
        let host = self.hosts.iter().position(|host| host.name == new.host).unwrap_or_else(|| {
            self.hosts.push(MemoryHost { name: new.host.clone(), ..MemoryHost::default() });
            self.hosts.len() - 1
        });
        added.new += 1;
        self.urls.push(MemoryUrl {
            job,
            host: HostId(id(host)),
            name: new.url.clone(),
            entry: KnownUrl::new(&new, seen),
            pattern: new.pattern.map(|(pattern, _)| pattern),
            first_seen: seen,
            streaks: FailureStreaks::default(),
            outcome: None,
            error: None,
            status: None,
            wire_bytes: None,
            last_visit: None,
            last_change: None,
            validators: Validators::default(),
            fingerprint: None,
            interval_seconds: None,
            text: None,
        });
    }

    fn finish(&mut self, job: JobId, finish: &VisitCommit) -> bool {
        let holds = self.host(finish.lease).is_some();
        let url = self.urls.get_mut(index(finish.url.0));
        let Some(url) = url.filter(|url| holds && url.job == job && url.host == finish.lease.host)
        else {
            return false;
        };
        let at = millis(finish.at);
        url.entry.state = finish.state;
        url.entry.kind = finish.kind.unwrap_or(url.entry.kind);
        url.entry.next_visit = finish.next_visit.map(millis);
        url.entry.visited_at = Some(at);
        url.interval_seconds = finish.interval_seconds;
        url.streaks = url.streaks.after(finish.outcome);
        url.outcome = Some(finish.outcome);
        url.error = finish.error.clone().map(|error| (error.kind, error.message));
        (url.status, url.wire_bytes) = (finish.status, Some(finish.wire_bytes));
        if finish.outcome.is_success() {
            url.last_visit = Some(at);
        }
        if finish.has_changed() {
            url.last_change = Some(at);
        }
        if let Some(validators) = &finish.validators {
            url.validators = validators.clone();
        }
        url.fingerprint = finish.fingerprint.or(url.fingerprint);
        if let Some(text) = &finish.text {
            url.text = Some(text.clone());
        }
        true
    }

    fn release(&mut self, job: JobId, release: &LeaseRelease) {
        if let Some(host) = self.host(release.lease) {
            host.leased = None;
            host.next_at = release.next_at.map(millis).or(host.next_at);
            host.delay_millis = release.delay_millis.or(host.delay_millis);
            host.back_off = release.back_off.clone().map(|(until, why)| (millis(until), why));
            if let Some(robots) = &release.robots {
                let fetched_at = millis(robots.fetched_at);
                host.robots = Some(StoredRobots { fetched_at, ..robots.clone() });
            }
            if release.is_done_for_run {
                self.done_for_run.push((job, release.lease.host));
            }
        }
    }
}

impl Frontier for MemoryFrontier {
    fn register_job(&mut self, name: &str, outputs: &[String]) -> Result<JobId, Error> {
        let index = self.jobs.iter().position(|job| job.name == name).unwrap_or_else(|| {
            self.jobs.push(MemoryJob { name: name.into(), ..MemoryJob::default() });
            self.jobs.len() - 1
        });
        let job = JobId(id(index));
        let newest = self.newest(job);
        let marks = &mut self.jobs[index].outputs;
        marks.retain(|name, _| outputs.contains(name));
        for output in outputs {
            let mark =
                OutputMark { covered: newest, cursor: String::new(), ..OutputMark::default() };
            marks.entry(output.clone()).or_insert(mark);
        }
        self.trim(job);
        Ok(job)
    }

    fn begin_run(
        &mut self,
        job: JobId,
        scheduled_for: Option<Timestamp>,
        now: Timestamp,
    ) -> Result<JobRun, Error> {
        let scheduled_for = scheduled_for.map(millis);
        let known = &mut self.jobs[index(job.0)];
        known.last_scheduled = known.last_scheduled.max(scheduled_for);
        let name = known.name.clone();
        self.done_for_run.retain(|(owner, _)| *owner != job);
        let open =
            self.runs.iter_mut().rfind(|(owner, run)| *owner == job && run.ended_at.is_none());
        if let Some((_, run)) = open {
            run.resumed += 1;
            run.started_at = run.started_at.min(millis(now));
            return Ok(run.clone());
        }
        let run = JobRun {
            id: RunId(id(self.runs.len())),
            job: name,
            scheduled_for,
            started_at: millis(now),
            ended_at: None,
            end: None,
            message: None,
            figures: RunFigures::default(),
            resumed: 0,
        };
        self.runs.push((job, run.clone()));
        Ok(run)
    }

    fn end_run(
        &mut self,
        run: RunId,
        now: Timestamp,
        end: RunEnd,
        message: Option<&str>,
    ) -> Result<(), Error> {
        if let Some((_, run)) = self.runs.get_mut(index(run.0)) {
            run.ended_at = Some(millis(now));
            run.end = Some(end);
            run.message = message.map(Into::into);
        }
        Ok(())
    }

    fn last_scheduled(&mut self, job: JobId) -> Result<Option<Timestamp>, Error> {
        Ok(self.jobs.get(index(job.0)).and_then(|job| job.last_scheduled))
    }

    fn reclaim(&mut self, owner: &str) -> Result<(), Error> {
        for host in &mut self.hosts {
            if host.leased.as_ref().is_some_and(|(holder, _)| holder == owner) {
                host.leased = None;
                host.token += 1;
            }
        }
        Ok(())
    }

    fn lease(&mut self, request: &LeaseRequest) -> Result<Vec<HostLease>, Error> {
        let now = millis(request.now);
        let due_by = millis(request.due_by);
        let mut free: Vec<(Timestamp, usize)> = (0..self.hosts.len())
            .filter(|host| self.hosts[*host].ready_at().is_none_or(|ready| ready <= now))
            .filter_map(|host| Some((self.due(request.job, HostId(id(host)))?, host)))
            .filter(|(due, _)| *due <= due_by && request.max_visits_per_host > 0)
            .filter(|(_, host)| !self.done_for_run.contains(&(request.job, HostId(id(*host)))))
            .collect();
        free.sort_unstable();
        free.truncate(request.max_hosts);
        let mut leases = Vec::new();
        for (_, host) in free {
            let host_id = HostId(id(host));
            let mut visits: Vec<VisitTask> = self
                .urls
                .iter()
                .enumerate()
                .filter(|(_, url)| url.job == request.job && url.host == host_id)
                .map(|(index, url)| url.visit(index))
                .filter(|visit| visit.due <= due_by)
                .collect();
            visits.sort_by_key(|visit| (std::cmp::Reverse(visit.priority), visit.due, visit.id));
            visits.truncate(request.max_visits_per_host);
            let host = &mut self.hosts[host];
            host.token += 1;
            host.leased = Some((request.owner.clone(), millis(request.until)));
            leases.push(HostLease {
                key: LeaseKey { host: host_id, token: host.token },
                host: host.name.clone(),
                robots: host.robots.clone(),
                visits,
            });
        }
        Ok(leases)
    }

    fn renew(&mut self, leases: &[LeaseKey], until: Timestamp) -> Result<Vec<LeaseKey>, Error> {
        let mut lost = Vec::new();
        for key in leases {
            match self.host(*key).and_then(|host| host.leased.as_mut()) {
                Some((_, ends)) => *ends = millis(until),
                None => lost.push(*key),
            }
        }
        Ok(lost)
    }

    fn next_wake(
        &mut self,
        job: JobId,
        now: Timestamp,
        due_by: Timestamp,
    ) -> Result<Option<Timestamp>, Error> {
        let is_due = |due: Timestamp| due <= millis(due_by);
        let hosts = self.hosts.iter().enumerate();
        Ok(hosts
            .filter(|(host, _)| self.due(job, HostId(id(*host))).is_some_and(is_due))
            .filter(|(host, _)| !self.done_for_run.contains(&(job, HostId(id(*host)))))
            .map(|(_, host)| host.ready_at().unwrap_or(now).max(now))
            .min())
    }

    fn waits_for_others(
        &mut self,
        job: JobId,
        owner: &str,
        now: Timestamp,
        due_by: Timestamp,
    ) -> Result<bool, Error> {
        let is_others = |host: &MemoryHost| {
            let lease = host.leased.as_ref();
            lease.is_some_and(|(other, until)| other != owner && *until > millis(now))
        };
        Ok(self.hosts.iter().enumerate().any(|(at, host)| {
            let due = self.due(job, HostId(id(at)));
            is_others(host) && due.is_some_and(|due| due <= millis(due_by))
        }))
    }

    fn next_due(&mut self, job: JobId) -> Result<Option<Timestamp>, Error> {
        Ok((0..self.hosts.len()).filter_map(|host| self.due(job, HostId(id(host)))).min())
    }

    fn commit(
        &mut self,
        job: JobId,
        run: RunId,
        batch: CommitBatch,
    ) -> Result<CommitOutcome, Error> {
        let mut committed = CommitOutcome::default();
        let mut figures = RunFigures { outcomes: BTreeMap::new(), ..batch.figures };
        for finish in &batch.finished {
            if !self.finish(job, finish) {
                committed.fenced.push(finish.url);
                continue;
            }
            let at = millis(finish.at);
            let into_hour = at.as_millisecond().rem_euclid(MILLIS_PER_HOUR);
            let hour = Timestamp::from_millisecond(at.as_millisecond() - into_hour).unwrap();
            let hours = &mut self.jobs[index(job.0)].hours;
            *hours.entry(hour).or_default().entry(finish.outcome).or_default() += 1;
            *figures.outcomes.entry(finish.outcome).or_default() += 1;
            if let Some(delivery) = &finish.delivery {
                self.last_sequence += 1;
                committed.last_sequence = Some(self.last_sequence);
                let (change, record) = (delivery.change, delivery.record.clone());
                let sequence = self.last_sequence;
                self.outbox.push((job, OutboxEntry { sequence, run, at, change, record }));
            }
            for new in &finish.found {
                self.add(job, new, at, &mut committed.added);
            }
        }
        for new in &batch.found {
            self.add(job, new, millis(new.due), &mut committed.added);
        }
        for release in &batch.released {
            self.release(job, release);
        }
        self.jobs[index(job.0)].notes.extend(batch.notes);
        figures.found = committed.added;
        if let Some((_, run)) = self.runs.get_mut(index(run.0)).filter(|(owner, _)| *owner == job) {
            run.figures.add(&figures);
        }
        self.trim(job);
        Ok(committed)
    }

    fn delivered_text(&mut self, url: UrlId) -> Result<Option<String>, Error> {
        Ok(self.urls.get(index(url.0)).and_then(|url| url.text.clone()))
    }

    fn find(&mut self, job: JobId, url: &str) -> Result<Option<(VisitTask, UrlState)>, Error> {
        let mut urls = self.urls.iter().enumerate();
        let found = urls.find(|(_, known)| known.job == job && known.name == url);
        Ok(found.map(|(index, url)| (url.visit(index), url.entry.state)))
    }

    fn make_due(
        &mut self,
        job: JobId,
        which: &DueSelection<'_>,
        due: Timestamp,
    ) -> Result<u64, Error> {
        let due = millis(due);
        let mut found = 0;
        for url in self.urls.iter_mut().filter(|url| url.job == job) {
            let is_due = url.entry.next_visit.is_some_and(|at| at <= due);
            let was_delivered = url.last_change.is_some();
            if is_due || !is_selected(which, &url.name, url.entry.state, url.outcome, was_delivered)
            {
                continue;
            }
            (url.entry.state, url.entry.next_visit) = (UrlState::Active, Some(due));
            (url.validators, url.fingerprint) = (Validators::default(), None);
            found += 1;
        }
        Ok(found)
    }

    fn correct_clock(&mut self, job: JobId, correction: ClockCorrection) -> Result<u64, Error> {
        let (now, latest) = (millis(correction.now), millis(correction.latest_due));
        let mut found = 0;
        for url in self.urls.iter_mut().filter(|url| url.job == job) {
            let was_ahead = url.entry.visited_at.is_some_and(|at| at > now);
            if url.entry.next_visit.is_some_and(|at| at > now && (was_ahead || at > latest)) {
                url.entry.next_visit = Some(now);
                found += 1;
            }
            for time in [&mut url.entry.last_seen, &mut url.first_seen] {
                *time = (*time).min(now);
            }
            for time in [&mut url.entry.visited_at, &mut url.last_visit, &mut url.last_change] {
                *time = time.map(|time| time.min(now));
            }
        }
        let longest = now + LONGEST_HOST_WAIT;
        for host in &mut self.hosts {
            host.next_at = host.next_at.filter(|at| *at <= longest);
            host.back_off = host.back_off.take().filter(|(until, _)| *until <= longest);
            host.robots = host.robots.take().filter(|robots| robots.fetched_at <= now);
            if host.leased.as_ref().is_some_and(|(_, until)| *until > longest) {
                host.leased = None;
                host.token += 1;
            }
        }
        Ok(found)
    }

    fn note(&mut self, job: JobId, name: &str) -> Result<Option<String>, Error> {
        Ok(self.jobs.get(index(job.0)).and_then(|job| job.notes.get(name).cloned()))
    }

    fn outbox_after(
        &mut self,
        job: JobId,
        after: u64,
        max_bytes: usize,
    ) -> Result<Vec<OutboxEntry>, Error> {
        let mut found: Vec<OutboxEntry> = Vec::new();
        for (owner, delivery) in &self.outbox {
            if *owner == job && delivery.sequence > after {
                let bytes: usize = found.iter().map(|found| found.record.len()).sum();
                if !found.is_empty() && bytes + delivery.record.len() > max_bytes {
                    break;
                }
                found.push(delivery.clone());
            }
        }
        Ok(found)
    }

    fn output_mark(&mut self, job: JobId, output: &str) -> Result<OutputMark, Error> {
        let mark = self.jobs.get(index(job.0)).and_then(|job| job.outputs.get(output).cloned());
        Ok(mark.unwrap_or_default())
    }

    fn set_output_mark(
        &mut self,
        job: JobId,
        output: &str,
        mark: &OutputMark,
    ) -> Result<(), Error> {
        self.jobs[index(job.0)].outputs.insert(output.into(), mark.clone());
        self.trim(job);
        Ok(())
    }
}

impl WritableState for MemoryFrontier {
    /// Keeps everything: a state in memory does not live long enough.
    fn prune(
        &mut self,
        _job: JobId,
        _retention: &RetentionPolicy,
        _now: Timestamp,
    ) -> Result<PruneCounts, Error> {
        Ok(PruneCounts::default())
    }

    fn repair(&mut self) -> Result<(), Error> {
        Ok(())
    }

    fn compact(&mut self) -> Result<(), Error> {
        Ok(())
    }
}
