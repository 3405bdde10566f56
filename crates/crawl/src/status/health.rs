//! Liveness: does the daemon still start the jobs that are due? And health: do the jobs do what they are for?

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use super::LiveJob;
use super::job_status::JobStatus;

/// How late a run may start before the daemon counts as unhealthy. A run waits while `max_jobs` others run,
/// so this must not be too short: a failed liveness probe restarts the process.
const LATE_AFTER: SignedDuration = SignedDuration::from_mins(10);

/// One sentence for each job that is overdue and not running.
pub(super) fn reasons(jobs: &BTreeMap<String, LiveJob>, now: Timestamp) -> Vec<String> {
    let is_late = |live: &LiveJob| {
        let next = live.next.filter(|_| live.running_since.is_none())?;
        (now.duration_since(next) > LATE_AFTER).then_some(next)
    };
    jobs.iter()
        .filter_map(|(name, live)| {
            let next = is_late(live)?.strftime("%Y-%m-%dT%H:%M:%SZ");
            Some(format!("job `{name}` was due at {next} and has not started"))
        })
        .collect()
}

/// One sentence for each job of the jobs file whose latest run failed.
pub(super) fn failed_jobs(jobs: &[JobStatus]) -> Vec<String> {
    let failed = jobs.iter().filter(|job| job.in_force && job.standing.is_failure());
    failed
        .map(|job| {
            let why = job.message.as_deref().map(|why| format!(": {why}")).unwrap_or_default();
            format!("the last run of job `{}` failed{why}", job.name())
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_job_that_is_long_overdue_is_reported() {
        let time = |time: &str| Some(time.parse::<Timestamp>().unwrap());
        let job = |next, running_since| LiveJob { next, running_since, ..LiveJob::default() };
        let jobs = BTreeMap::from([
            ("late".to_owned(), job(time("2026-03-29T05:49:59Z"), None)),
            ("not-yet".to_owned(), job(time("2026-03-29T05:50:00Z"), None)),
            ("running".to_owned(), job(time("2026-03-29T05:00:00Z"), time("2026-03-29T05:00:00Z"))),
            ("unplanned".to_owned(), job(None, None)),
        ]);
        let now = "2026-03-29T06:00:00Z".parse().unwrap();
        assert_eq!(
            reasons(&jobs, now),
            ["job `late` was due at 2026-03-29T05:49:59Z and has not started"]
        );
    }
}
