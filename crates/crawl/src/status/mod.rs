//! The status page: HTML for people, an API and metrics for programs.
//!
//! [`serve`] answers requests on a thread of its own. It is read-only. The state is read at most once every
//! two seconds, however many viewers there are.
//!
//! | path | content |
//! | --- | --- |
//! | `/` | the jobs: standing, last and next run, deliveries, warnings |
//! | `/jobs/NAME` | a job: visits over time, runs, errors, the latest records beside what was removed |
//! | `/hosts` | hosts: crawl delay, back-off, lease |
//! | `/livez` | for a liveness probe: 200 `ok`, or 503 with the reasons as JSON if jobs that are due do not start |
//! | `/healthz` | the same, and 503 if the state cannot be read or the last run of a job failed |
//! | `/metrics` | for Prometheus |
//! | `/api/jobs`, `/api/jobs/NAME` | the same as JSON |
//! | `/api/jobs/NAME/runs`, `/errors`, `/records`, `/api/hosts` | with `?limit=N`, 20 by default |
//!
//! Only GET and HEAD are supported, without a body, and browsers are told not to store responses. The `Host`
//! of a request must be an IP address, `localhost`, or one of [`StatusSources::with_allowed_hosts`].
//! Otherwise a page elsewhere could read the status page by letting its own name resolve to this machine.

mod api;
mod cache;
mod error_response;
mod exposition;
mod guard;
mod health;
mod job_lookup;
mod job_status;
mod listener;
mod live_status;
pub mod metrics;
mod pages;
mod records;
mod routes;
mod server;
mod silence;
mod times;

use std::sync::Arc;

use metrics_exporter_prometheus::PrometheusHandle;

pub use self::live_status::{JobCard, LiveJob, LiveStatus};
pub use self::server::{StatusServer, serve};
pub(crate) use self::silence::{UnusualSilence, drifts, silence};
use crate::clock::{Clock, SystemClock};
use crate::error::Error;
use crate::frontier::FrontierOverview;

/// Opens the state for reading. It is called on the first request, and again after a read failed. One thread
/// at a time uses the result; reads may block.
pub type OpenOverview = dyn Fn() -> Result<Box<dyn FrontierOverview>, Error> + Send + Sync;

/// What the status page shows, and to whom.
pub struct StatusSources {
    open: Arc<OpenOverview>,
    live: Arc<LiveStatus>,
    clock: Arc<dyn Clock>,
    metrics: Option<PrometheusHandle>,
    allowed_hosts: Vec<String>,
}

impl StatusSources {
    /// Shows this state and this live status.
    pub fn new(open: Arc<OpenOverview>, live: Arc<LiveStatus>) -> Self {
        let (clock, metrics, allowed_hosts) = (Arc::new(SystemClock), None, Vec::new());
        Self { open, live, clock, metrics, allowed_hosts }
    }

    /// The clock. Default: that of the system.
    #[must_use]
    pub fn with_clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// Metrics of this process, from [`metrics::install`], which `/metrics` adds to those of the state.
    /// Default: none.
    #[must_use]
    pub fn with_metrics(mut self, metrics: PrometheusHandle) -> Self {
        self.metrics = Some(metrics);
        self
    }

    /// Host names, without a port, under which the page may be requested, besides IP addresses and
    /// `localhost`. Case does not matter. Default: none.
    #[must_use]
    pub fn with_allowed_hosts(mut self, names: impl IntoIterator<Item = String>) -> Self {
        self.allowed_hosts = names.into_iter().collect();
        self
    }
}

#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
