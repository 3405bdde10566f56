//! Counters of crawl jobs, recorded with the `metrics` crate. Without an installed recorder they cost
//! nothing.
//!
//! | name | kind | labels |
//! | --- | --- | --- |
//! | `copydesk_crawl_visits_total` | counter | `job`; `outcome`: [`VisitOutcome::name`] |
//! | `copydesk_crawl_deliveries_total` | counter | `job`; `change`: [`ChangeKind::name`] |
//! | `copydesk_crawl_runs_total` | counter | `job`; `end`: [`RunEnd::name`] |
//! | `copydesk_crawl_drifts_total` | counter | `job` |
//!
//! All of them start at zero with the process. Figures that the state has (URLs, undelivered records, times)
//! are read for each scrape: see `/metrics` in [`crate::status`].

use metrics::{Unit, counter, describe_counter};

use crate::frontier::{ChangeKind, RunEnd, VisitOutcome};

const VISITS: &str = "copydesk_crawl_visits_total";
const DELIVERIES: &str = "copydesk_crawl_deliveries_total";
const RUNS: &str = "copydesk_crawl_runs_total";
const DRIFTS: &str = "copydesk_crawl_drifts_total";

/// Describes the counters to the recorder.
pub fn describe() {
    describe_counter!(VISITS, Unit::Count, "Completed visits, by outcome.");
    describe_counter!(DELIVERIES, Unit::Count, "Records added to the outbox, by kind of change.");
    describe_counter!(RUNS, Unit::Count, "Ended runs, by how they ended.");
    describe_counter!(DRIFTS, Unit::Count, "Sites that drifted from their profiles.");
}

/// Counts a committed visit.
pub fn visit(job: &str, outcome: VisitOutcome) {
    counter!(VISITS, "job" => job.to_owned(), "outcome" => outcome.name()).increment(1);
}

/// Counts a record that was added to the outbox.
pub fn delivery(job: &str, change: ChangeKind) {
    counter!(DELIVERIES, "job" => job.to_owned(), "change" => change.name()).increment(1);
}

/// Counts a run that ended.
pub fn run_ended(job: &str, end: RunEnd) {
    counter!(RUNS, "job" => job.to_owned(), "end" => end.name()).increment(1);
}

/// Counts a site that drifted from its profile.
pub fn drift(job: &str) {
    counter!(DRIFTS, "job" => job.to_owned()).increment(1);
}
