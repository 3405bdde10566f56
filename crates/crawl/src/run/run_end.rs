//! Decides whether a run has failed, and why.

use jiff::{SignedDuration, Timestamp};

use super::commit_buffer::CommitBuffer;
use crate::frontier::{RunFigures, VisitOutcome};
use crate::jobs::CrawlJob;

/// Hosts in back-off that the message of a run names. A large job may have hundreds.
const MAX_HOSTS_NAMED: usize = 3;

/// How a run is judged.
pub(super) struct RunVerdict {
    pub(super) has_failed: bool,
    /// The reason of the failure, or else which hosts were in back-off.
    pub(super) message: Option<String>,
}

impl RunVerdict {
    /// Judges a run. `known_texts` is the value of [`super::site_health::TEXTS_NOTE`] before it.
    pub(super) fn new(
        job: &CrawlJob,
        commits: &CommitBuffer,
        known_texts: Option<&str>,
        output_failures: Option<String>,
        ended_at: Timestamp,
    ) -> Self {
        let hosts = backed_off_hosts(commits);
        // One host in back-off among others is their affair. A run that could visit nothing has failed.
        let idle = hosts.clone().or_else(|| waiting(job, commits, ended_at));
        let idle = idle.filter(|_| commits.visits() == 0);
        let visits = too_many_failures(job, &commits.figures);
        // With 1, a job says that it puts up with a site that is down.
        let is_judged = idle.is_none() && job.max_failed.get() < 1.0;
        let site = commits.health.problem(known_texts).filter(|_| is_judged);
        let reasons = commits.figures.reasons().filter(|_| visits.is_some() || site.is_some());
        let parts: Vec<String> = [visits, site].into_iter().flatten().collect();
        let pages = (!parts.is_empty()).then(|| {
            let reasons = reasons.map(|reasons| format!(": {reasons}")).unwrap_or_default();
            parts.join(", and ") + &reasons
        });
        let failures: Vec<String> = [output_failures, pages, idle].into_iter().flatten().collect();
        let has_failed = !failures.is_empty();
        Self { has_failed, message: if has_failed { Some(failures.join("; ")) } else { hosts } }
    }
}

/// The hosts that were put in back-off, the first few of them with the reason.
fn backed_off_hosts(commits: &CommitBuffer) -> Option<String> {
    let hosts = &commits.backed_off;
    let named = hosts.iter().take(MAX_HOSTS_NAMED).map(|(host, why)| format!("{host}: {why}"));
    let named = named.collect::<Vec<_>>().join("; ");
    match hosts.len() {
        0 => None,
        1 => Some(format!("1 host in back-off: {named}")),
        count => Some(format!("{count} hosts in back-off: {named}")),
    }
}

/// Hosts that an earlier run put in back-off, so that nothing can be visited before then. A crawl delay is no
/// failure, however long.
fn waiting(job: &CrawlJob, commits: &CommitBuffer, now: Timestamp) -> Option<String> {
    let until = commits.waits_until?;
    let delay = SignedDuration::try_from(job.settings.max_host_delay.0).unwrap_or_default();
    let is_back_off = until.duration_since(now) > delay;
    is_back_off.then(|| format!("every host is in back-off, until {until:.0} at least"))
}

fn too_many_failures(job: &CrawlJob, figures: &RunFigures) -> Option<String> {
    let visits: u64 = figures.outcomes.values().sum();
    let failed = figures.outcomes.get(&VisitOutcome::Failed).copied().unwrap_or_default();
    let share = failed as f64 / visits.max(1) as f64;
    (share > job.max_failed.get()).then(|| match (failed, visits) {
        (1, 1) => "the only visit failed".to_owned(),
        _ if failed == visits => format!("all {visits} visits failed"),
        _ => format!("{failed} of {visits} visits failed"),
    })
}
