//! Decides whether a run has failed, and why.

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
    pub(super) fn new(
        job: &CrawlJob,
        commits: &CommitBuffer,
        output_failures: Option<String>,
    ) -> Self {
        let hosts = backed_off_hosts(commits);
        // One host in back-off among others is their affair. A run that could visit nothing has failed.
        let failure = output_failures.or_else(|| hosts.clone().filter(|_| commits.visits() == 0));
        let has_failed = failure.is_some() || failed_share(&commits.figures) > job.max_failed.get();
        Self { has_failed, message: failure.or(hosts) }
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

fn failed_share(figures: &RunFigures) -> f64 {
    let visits: u64 = figures.outcomes.values().sum();
    let failed = figures.outcomes.get(&VisitOutcome::Failed).copied().unwrap_or_default();
    failed as f64 / visits.max(1) as f64
}
