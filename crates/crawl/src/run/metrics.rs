//! What is counted while jobs run, by the names under which a recorder of the `metrics` crate gets it.
//! Without a recorder nothing is.
//!
//! | name | kind | labels |
//! | --- | --- | --- |
//! | `copydesk_crawl_visits_total` | counter | `job`; `outcome`: [`VisitOutcome::name`] |
//! | `copydesk_crawl_deliveries_total` | counter | `job`; `change`: [`ChangeKind::name`] |
//! | `copydesk_crawl_runs_total` | counter | `job`; `end`: [`RunEnd::name`] |
//! | `copydesk_crawl_drifts_total` | counter | `job` |
//!
//! All count from the start of the process. What stands in the state (URLs, records to deliver, times) is
//! read when somebody asks for it: `/metrics` of [`crate::status`].

use metrics::{Unit, counter, describe_counter};

use crate::frontier::{ChangeKind, RunEnd, VisitOutcome};

const VISITS: &str = "copydesk_crawl_visits_total";
const DELIVERIES: &str = "copydesk_crawl_deliveries_total";
const RUNS: &str = "copydesk_crawl_runs_total";
const DRIFTS: &str = "copydesk_crawl_drifts_total";

/// Says to the recorder what the counters are.
pub fn describe() {
    describe_counter!(VISITS, Unit::Count, "Visits of URLs that are over, by what came of them.");
    describe_counter!(DELIVERIES, Unit::Count, "Records put into the outbox, by what they tell.");
    describe_counter!(RUNS, Unit::Count, "Runs that ended, by how.");
    describe_counter!(DRIFTS, Unit::Count, "Sites seen to look otherwise than their profiles say.");
}

/// Counts a visit that is over and written.
pub fn visit(job: &str, outcome: VisitOutcome) {
    counter!(VISITS, "job" => job.to_owned(), "outcome" => outcome.name()).increment(1);
}

/// Counts a record that was put into the outbox.
pub fn delivery(job: &str, change: ChangeKind) {
    counter!(DELIVERIES, "job" => job.to_owned(), "change" => change.name()).increment(1);
}

/// Counts a run that ended.
pub fn run_ended(job: &str, end: RunEnd) {
    counter!(RUNS, "job" => job.to_owned(), "end" => end.name()).increment(1);
}

/// Counts a site that looks otherwise than its profile says.
pub fn drift(job: &str) {
    counter!(DRIFTS, "job" => job.to_owned()).increment(1);
}
