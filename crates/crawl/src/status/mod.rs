//! Shows what crawl jobs do: a page for people, an API and metrics for programs.
//!
//! [`serve`] answers on a thread of its own. It changes nothing, and what it shows is read from the state
//! once in two seconds at most, however many look.
//!
//! | path | what |
//! | --- | --- |
//! | `/` | the jobs: how each stands, its last and next run, what it found, what is odd |
//! | `/jobs/NAME` | a job: visits over time, runs, errors, the latest records beside what was removed |
//! | `/hosts` | hosts: delay, back-off, who has them |
//! | `/healthz` | 200 `ok`, or 503 with the reasons as JSON |
//! | `/metrics` | for Prometheus |
//! | `/api/jobs`, `/api/jobs/NAME` | the same as JSON |
//! | `/api/jobs/NAME/runs`, `/errors`, `/records`, `/api/hosts` | with `?limit=N`, 20 by default |
//!
//! Only GET and HEAD are answered, requests have no body, and nothing is kept by browsers. On a loopback
//! address, only requests that name it or `localhost` as their host are, so that no page elsewhere can
//! read along by having its own name resolve to this machine.

mod api;
mod cache;
mod error_response;
mod exposition;
mod guard;
mod health;
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
pub use self::silence::{UnusualSilence, drifts, silence};
use crate::clock::Clock;
use crate::error::Error;
use crate::frontier::FrontierOverview;

/// Opens a state to look at. It is called when the state is first looked at, and again after it could not
/// be read. What it gives is used by one thread at a time, and may block.
pub type OpenOverview = dyn Fn() -> Result<Box<dyn FrontierOverview>, Error> + Send + Sync;

/// What is shown.
pub struct StatusSources {
    /// The state.
    pub open: Arc<OpenOverview>,
    /// What is going on, and which jobs there are.
    pub live: Arc<LiveStatus>,
    /// What time it is.
    pub clock: Arc<dyn Clock>,
    /// What the process counts, from [`metrics::install`]. Default none.
    pub metrics: Option<PrometheusHandle>,
}

#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
