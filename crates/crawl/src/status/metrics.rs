//! Metrics: counters that the process records, and gauges that are read from the state for each scrape.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use jiff::Timestamp;
use metrics::{Unit, describe_counter, describe_gauge, describe_histogram};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};

use super::exposition::PrometheusText;
use super::job_status::JobStatus;
use crate::error::{Error, ErrorKind};
use crate::frontier::HostView;
use crate::run;

/// Upper bounds of the histogram buckets for the phases of a request, in seconds. The highest is the default
/// timeout of most phases.
const PHASE_SECONDS: [f64; 12] =
    [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0];

static INSTALLED: Mutex<Option<PrometheusHandle>> = Mutex::new(None);

/// Installs the recorder for the metrics of this process and returns its handle. A process has one recorder;
/// calling this again returns the same handle.
///
/// The owner of the handle must call `run_upkeep` every few seconds, or recorded durations pile up in memory.
/// [`super::serve`] does it for the handle it is given.
///
/// # Errors
/// If the process already has a recorder that was installed elsewhere.
pub fn install() -> Result<PrometheusHandle, Error> {
    let mut installed = INSTALLED.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(handle) = &*installed {
        return Ok(handle.clone());
    }
    let failed = |error: &dyn std::error::Error| ErrorKind::Metrics(error.to_string());
    let handle = builder().and_then(PrometheusBuilder::install_recorder).map_err(|e| failed(&e))?;
    describe();
    *installed = Some(handle.clone());
    Ok(handle)
}

fn builder() -> Result<PrometheusBuilder, metrics_exporter_prometheus::BuildError> {
    // Buckets can be summed over processes; quantiles, the exporter's default, cannot.
    let phases = Matcher::Full("copydesk_fetch_phase_seconds".to_owned());
    PrometheusBuilder::new().set_buckets_for_metric(phases, &PHASE_SECONDS)
}

/// Describes the metrics of the fetcher and of crawl jobs to the recorder.
fn describe() {
    run::metrics::describe();
    for (name, unit, what) in [
        (
            "copydesk_fetch_requests_total",
            Unit::Count,
            "Requests, by status class or kind of failure.",
        ),
        ("copydesk_fetch_pages_total", Unit::Count, "Fetched pages, by result."),
        (
            "copydesk_fetch_received_bytes_total",
            Unit::Bytes,
            "Bytes of response bodies, as transferred.",
        ),
        ("copydesk_fetch_retries_total", Unit::Count, "Retried requests, by reason."),
        ("copydesk_fetch_robots_refusals_total", Unit::Count, "Pages disallowed by robots.txt."),
    ] {
        describe_counter!(name, unit, what);
    }
    describe_histogram!(
        "copydesk_fetch_phase_seconds",
        Unit::Seconds,
        "Duration of each phase of a request."
    );
    describe_gauge!("copydesk_fetch_in_flight", Unit::Count, "Requests in progress.");
}

/// A gauge with a value per job: its name, its help text, and how to get the value. Jobs without a value are
/// omitted.
type JobGauge = (&'static str, &'static str, fn(&JobStatus) -> Option<f64>);

const JOB_GAUGES: [JobGauge; 7] = [
    (
        "copydesk_crawl_undelivered",
        "Records in the outbox that at least one output has not received.",
        |job| Some(job.undelivered as f64),
    ),
    (
        "copydesk_crawl_last_run_timestamp_seconds",
        "End of the latest completed run, in seconds since 1970.",
        |job| job.last_ended.map(seconds),
    ),
    (
        "copydesk_crawl_next_run_timestamp_seconds",
        "Start of the next scheduled run, in seconds since 1970.",
        |job| job.next.map(seconds),
    ),
    ("copydesk_crawl_running", "Whether the job is running in this process.", |job| {
        Some(bool_value(job.running_since.is_some()))
    }),
    ("copydesk_crawl_failed", "Whether the latest run failed.", |job| {
        Some(bool_value(job.standing.is_failure()))
    }),
    (
        "copydesk_crawl_silent",
        "Whether the job delivers nothing, unlike its earlier runs.",
        |job| Some(bool_value(job.silence.is_some())),
    ),
    ("copydesk_crawl_drifts", "Sites that drifted from their profiles in the latest run.", |job| {
        Some(job.drifts.len() as f64)
    }),
];

fn seconds(time: Timestamp) -> f64 {
    time.as_millisecond() as f64 / 1000.0
}

fn bool_value(value: bool) -> f64 {
    f64::from(u8::from(value))
}

/// Renders the gauges of all jobs and hosts. `None` means that the state cannot be read; an alert should use
/// `copydesk_crawl_state_readable` for that, since a scrape must not fail.
pub(super) fn render_jobs(state: Option<(&[JobStatus], &[HostView])>, now: Timestamp) -> String {
    let mut out = PrometheusText::default();
    let version = [("version", env!("CARGO_PKG_VERSION"))];
    out.gauge("copydesk_build_info", "The version of the program.");
    out.sample(&version, 1.0);
    out.gauge("copydesk_crawl_state_readable", "Whether the state can be read.");
    out.sample(&[], bool_value(state.is_some()));
    let Some((jobs, hosts)) = state else { return out.finish() };

    out.gauge("copydesk_crawl_urls", "URLs of the job, by state.");
    for job in jobs {
        for (state, count) in &job.urls {
            out.sample(&[("job", job.name()), ("state", state.name())], *count as f64);
        }
    }
    for (name, help, value) in JOB_GAUGES {
        out.gauge(name, help);
        for job in jobs {
            if let Some(value) = value(job) {
                out.sample(&[("job", job.name())], value);
            }
        }
    }
    out.gauge("copydesk_crawl_hosts", "Known hosts, by whether they are in back-off.");
    let mut counts = BTreeMap::from([("backed_off", 0_u32), ("open", 0)]);
    for host in hosts {
        let is_in_back_off = host.back_off_until.is_some_and(|until| until > now);
        *counts.entry(if is_in_back_off { "backed_off" } else { "open" }).or_default() += 1;
    }
    for (state, count) in counts {
        out.sample(&[("state", state)], f64::from(count));
    }
    out.finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frontier::VisitOutcome;
    use crate::status::exposition::check;

    #[test]
    fn a_process_has_one_recorder_and_everything_in_it_is_described() {
        let first = install().unwrap();
        run::metrics::visit("installed", VisitOutcome::New);
        metrics::counter!("copydesk_fetch_requests_total", "outcome" => "2xx").increment(1);
        metrics::histogram!("copydesk_fetch_phase_seconds", "phase" => "test").record(0.2);
        metrics::gauge!("copydesk_fetch_in_flight").set(2.0);
        first.run_upkeep();
        let text = install().unwrap().render();
        for line in [
            "copydesk_crawl_visits_total{job=\"installed\",outcome=\"new\"} 1",
            "copydesk_fetch_phase_seconds_bucket{phase=\"test\",le=\"0.1\"} 0",
            "copydesk_fetch_phase_seconds_bucket{phase=\"test\",le=\"0.25\"} 1",
            "# HELP copydesk_fetch_in_flight Requests in progress.",
        ] {
            assert!(text.lines().any(|written| written == line), "{line}\n{text}");
        }
        check(&text);
    }
}
