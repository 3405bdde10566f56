//! Reads the state for the pages, at most once every two seconds for each kind of data, however many viewers
//! there are.

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

/// How long a result is served before the state is read again. Pages reload every 30 seconds at most, so two
/// seconds are as good as live, and a browser that opens several pages at once causes one read.
const CACHE_TTL: SignedDuration = SignedDuration::from_secs(2);

/// How long a response waits for the state. A run that commits a large batch may hold the database for a
/// while.
const READ_TIMEOUT: Duration = Duration::from_secs(10);

/// The range of the charts, in hours.
pub(super) const SHOWN_HOURS: u16 = 7 * 24;

/// Recent runs of each job that decide whether it has become silent.
const RUNS_JUDGED: usize = 40;

/// Upper limits of the lists of one job. The page shows fewer; these are what `?limit=` can reach.
pub(super) const MAX_RUNS: usize = 200;
pub(super) const MAX_ERRORS: usize = 200;
pub(super) const RECORDS_SHOWN: usize = 10;
pub(super) const MAX_RECORDS: usize = 50;

/// Upper limit of the list of hosts.
pub(super) const MAX_HOSTS: usize = 1000;

/// What the state records about a job.
pub(super) struct JobState {
    pub(super) view: JobView,
    /// Latest first.
    pub(super) runs: Vec<JobRun>,
    /// The last [`SHOWN_HOURS`] hours.
    pub(super) hours: Vec<HourlyVisits>,
}

/// What only the page of a single job shows.
pub(super) struct JobDetails {
    pub(super) runs: Vec<JobRun>,
    pub(super) errors: Vec<ErrorView>,
}

/// Why the state cannot be shown, as a sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct StateUnreadable(pub(super) String);

/// The sources of the status page, with a cache in front of the state.
pub(super) struct StatusCache {
    pub(super) sources: StatusSources,
    // One reader at a time: a burst of requests must not turn into a burst of queries beside a running crawl.
    reader: Arc<tokio::sync::Mutex<OverviewReader>>,
    jobs: Arc<TimedCache<(), Vec<JobState>>>,
    hosts: Arc<TimedCache<(), Vec<HostView>>>,
    details: Arc<TimedCache<JobId, JobDetails>>,
    records: Arc<TimedCache<(JobId, usize), Vec<RecordView>>>,
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
        }
    }

    pub(super) fn now(&self) -> Timestamp {
        self.sources.clock.now()
    }

    pub(super) async fn jobs(&self) -> Result<Arc<Vec<JobState>>, StateUnreadable> {
        // Start at a full hour, or the first column of the chart would be too low.
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

    /// The latest records. Only two lengths are read, that of the page and that of the API's limit, so that
    /// `?limit=` values do not fill the cache.
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

    /// Drops expired entries, so that records of a job nobody looks at do not stay in memory.
    pub(super) fn sweep(&self) {
        let now = self.now();
        self.jobs.sweep(now);
        self.hosts.sweep(now);
        self.details.sweep(now);
        self.records.sweep(now);
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
            Err(StateUnreadable(format!("reading the state took longer than {seconds} s")))
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
        // While this request waited for the reader, another one may have read the same.
        let now = self.now();
        if let Some(value) = cached.get(&key, now) {
            return Ok(value);
        }
        let cached = cached.clone();
        // A blocking read cannot be cancelled. It runs to its end and fills the cache, even if the request
        // timed out.
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

/// Opens the state on first use, and again after a failed read: a connection to a file that was replaced
/// stays broken.
struct OverviewReader {
    open: Arc<super::OpenOverview>,
    overview: Option<Box<dyn FrontierOverview>>,
}

impl OverviewReader {
    fn read<T>(
        &mut self,
        read: impl FnOnce(&mut dyn FrontierOverview) -> Result<T, Error>,
    ) -> Result<T, Error> {
        // Taken out, so that after an error it is opened again instead of reused.
        let mut overview = match self.overview.take() {
            Some(overview) => overview,
            None => (self.open)()?,
        };
        let value = read(overview.as_mut())?;
        self.overview = Some(overview);
        Ok(value)
    }
}

/// A value and the time at which it was read.
type TimedRead<T> = (Timestamp, Arc<T>);

/// Values read from the state, each with its time.
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

/// A time in the future was written before the clock was set back. Treat it as expired, or it would stay
/// until the clock catches up.
fn is_fresh(at: Timestamp, now: Timestamp) -> bool {
    at <= now && now.duration_since(at) < CACHE_TTL
}
