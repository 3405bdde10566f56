//! What the pages are made of, read from the state at most once in a while however many look at it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::task::spawn_blocking;
use tokio::time::timeout;

use super::StatusSources;
use super::records::RecordView;
use crate::error::Error;
use crate::frontier::{
    ErrorView, FrontierOverview, HostView, HourlyVisits, JobId, JobRun, JobView,
};

/// How long what was read is shown.
const CACHE_TTL: SignedDuration = SignedDuration::from_secs(2);

/// How long an answer waits for the state.
const READ_TIMEOUT: Duration = Duration::from_secs(10);

/// How far back visits by the hour are shown.
pub(super) const SHOWN_HOURS: u16 = 7 * 24;

/// Runs of each job by which it is judged.
const RUNS_JUDGED: usize = 40;

/// What is read of a job at most: runs, errors, records for the page and for the API.
pub(super) const MAX_RUNS: usize = 200;
pub(super) const MAX_ERRORS: usize = 200;
pub(super) const RECORDS_SHOWN: usize = 10;
pub(super) const MAX_RECORDS: usize = 50;

/// Hosts at most.
pub(super) const MAX_HOSTS: usize = 1000;

/// A job as the state has it.
pub(super) struct JobState {
    pub(super) view: JobView,
    /// The latest first.
    pub(super) runs: Vec<JobRun>,
    /// Of the last days.
    pub(super) hours: Vec<HourlyVisits>,
}

/// What a job's own page has on top.
pub(super) struct JobDetails {
    pub(super) runs: Vec<JobRun>,
    pub(super) errors: Vec<ErrorView>,
}

/// Why there is nothing to show, in a sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct StateUnreadable(pub(super) String);

/// The state, and what was read of it.
pub(super) struct StatusCache {
    pub(super) sources: StatusSources,
    // Held by whoever reads: one at a time.
    reader: Arc<tokio::sync::Mutex<OverviewReader>>,
    jobs: Arc<TimedCache<(), Vec<JobState>>>,
    hosts: Arc<TimedCache<(), Vec<HostView>>>,
    details: Arc<TimedCache<JobId, JobDetails>>,
    records: Arc<TimedCache<(JobId, usize), Vec<RecordView>>>,
    checks: Arc<TimedCache<(), ()>>,
}

impl StatusCache {
    pub(super) fn new(sources: StatusSources) -> Self {
        let reader = OverviewReader { open: sources.open.clone(), overview: None };
        Self {
            sources,
            reader: Arc::new(tokio::sync::Mutex::new(reader)),
            jobs: Arc::default(),
            hosts: Arc::default(),
            details: Arc::default(),
            records: Arc::default(),
            checks: Arc::default(),
        }
    }

    pub(super) fn now(&self) -> Timestamp {
        self.sources.clock.now()
    }

    pub(super) async fn jobs(&self) -> Result<Arc<Vec<JobState>>, StateUnreadable> {
        // Whole hours, so that the first one is not cut.
        let hours = i64::from(SHOWN_HOURS) - 1;
        let since = self.now().as_second().div_euclid(3600).saturating_sub(hours) * 3600;
        let since = Timestamp::from_second(since).unwrap_or(Timestamp::MIN);
        self.read(&self.jobs, (), move |overview| {
            let views = overview.jobs()?;
            let state = |view: JobView| {
                let runs = overview.runs(Some(view.id), RUNS_JUDGED)?;
                let hours = overview.hours(view.id, since)?;
                Ok(JobState { view, runs, hours })
            };
            views.into_iter().map(state).collect()
        })
        .await
    }

    pub(super) async fn hosts(&self) -> Result<Arc<Vec<HostView>>, StateUnreadable> {
        self.read(&self.hosts, (), |overview| overview.hosts(MAX_HOSTS)).await
    }

    pub(super) async fn details(&self, job: JobId) -> Result<Arc<JobDetails>, StateUnreadable> {
        self.read(&self.details, job, move |overview| {
            let runs = overview.runs(Some(job), MAX_RUNS)?;
            Ok(JobDetails { runs, errors: overview.errors(job, MAX_ERRORS)? })
        })
        .await
    }

    /// The latest records, as many as the page shows or as the API gives at most.
    pub(super) async fn records(
        &self,
        job: JobId,
        limit: usize,
    ) -> Result<Arc<Vec<RecordView>>, StateUnreadable> {
        let limit = if limit > RECORDS_SHOWN { MAX_RECORDS } else { RECORDS_SHOWN };
        self.read(&self.records, (job, limit), move |overview| {
            Ok(overview.latest_records(job, limit)?.into_iter().map(RecordView::new).collect())
        })
        .await
    }

    /// Whether the state can be read.
    pub(super) async fn check(&self) -> Result<(), StateUnreadable> {
        let read = self.read(&self.checks, (), |overview| overview.runs(None, 1).map(|_| ()));
        read.await.map(|_| ())
    }

    /// Lets go of what is not shown any more.
    pub(super) fn sweep(&self) {
        let now = self.now();
        self.jobs.sweep(now);
        self.hosts.sweep(now);
        self.details.sweep(now);
        self.records.sweep(now);
        self.checks.sweep(now);
    }

    async fn read<K, T>(
        &self,
        cached: &Arc<TimedCache<K, T>>,
        key: K,
        read: impl FnOnce(&mut dyn FrontierOverview) -> Result<T, Error> + Send + 'static,
    ) -> Result<Arc<T>, StateUnreadable>
    where
        K: Ord + Clone + Send + 'static,
        T: Send + Sync + 'static,
    {
        if let Some(value) = cached.get(&key, self.now()) {
            return Ok(value);
        }
        let read = timeout(READ_TIMEOUT, self.read_now(cached, key, read));
        read.await.unwrap_or_else(|_| {
            let seconds = READ_TIMEOUT.as_secs();
            Err(StateUnreadable(format!("reading the state takes longer than {seconds} s")))
        })
    }

    async fn read_now<K, T>(
        &self,
        cached: &Arc<TimedCache<K, T>>,
        key: K,
        read: impl FnOnce(&mut dyn FrontierOverview) -> Result<T, Error> + Send + 'static,
    ) -> Result<Arc<T>, StateUnreadable>
    where
        K: Ord + Clone + Send + 'static,
        T: Send + Sync + 'static,
    {
        let mut reader = self.reader.clone().lock_owned().await;
        // Whoever had it may have read the same.
        let now = self.now();
        if let Some(value) = cached.get(&key, now) {
            return Ok(value);
        }
        let cached = cached.clone();
        // What is begun is ended and kept, also where nobody waits for it any more.
        let task = spawn_blocking(move || {
            let value = Arc::new(reader.read(read)?);
            cached.put(key, now, value.clone());
            Ok(value)
        });
        match task.await {
            Ok(Ok(value)) => Ok(value),
            Ok(Err(error)) => Err(unreadable(&error)),
            Err(error) => Err(StateUnreadable(format!("the state cannot be read: {error}"))),
        }
    }
}

fn unreadable(error: &Error) -> StateUnreadable {
    tracing::warn!(%error, "the state cannot be read");
    StateUnreadable(error.to_string())
}

/// The state, opened when it is first needed, and again after it could not be read.
struct OverviewReader {
    open: Arc<super::OpenOverview>,
    overview: Option<Box<dyn FrontierOverview>>,
}

impl OverviewReader {
    fn read<T>(
        &mut self,
        read: impl FnOnce(&mut dyn FrontierOverview) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let mut overview = match self.overview.take() {
            Some(overview) => overview,
            None => (self.open)()?,
        };
        let value = read(overview.as_mut())?;
        self.overview = Some(overview);
        Ok(value)
    }
}

/// When something was read, and what.
type TimedRead<T> = (Timestamp, Arc<T>);

/// What was read of the state, for as long as it is shown.
struct TimedCache<K, T>(Mutex<BTreeMap<K, TimedRead<T>>>);

impl<K, T> Default for TimedCache<K, T> {
    fn default() -> Self {
        Self(Mutex::new(BTreeMap::new()))
    }
}

impl<K: Ord, T> TimedCache<K, T> {
    fn get(&self, key: &K, now: Timestamp) -> Option<Arc<T>> {
        let values = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (at, value) = values.get(key)?;
        is_fresh(*at, now).then(|| value.clone())
    }

    fn put(&self, key: K, now: Timestamp, value: Arc<T>) {
        let mut values = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        values.insert(key, (now, value));
    }

    fn sweep(&self, now: Timestamp) {
        let mut values = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        values.retain(|_, (at, _)| is_fresh(*at, now));
    }
}

/// A time that is still to come is that of a clock that was set back.
fn is_fresh(at: Timestamp, now: Timestamp) -> bool {
    at <= now && now.duration_since(at) < CACHE_TTL
}
