//! Delivers records to the outputs of a job during a run.

use jiff::Timestamp;

use super::commit_buffer::CommitBuffer;
use crate::delivery::Deliverer;
use crate::error::Error;
use crate::frontier::JobId;
use crate::jobs::CrawlJob;

/// The outputs of a job.
pub(super) struct JobOutputs<'a> {
    job: &'a CrawlJob,
    deliverer: Deliverer,
}

impl<'a> JobOutputs<'a> {
    pub(super) fn new(job: &'a CrawlJob, id: JobId) -> Self {
        let deliverer = Deliverer::new(id, &job.name, &job.outputs, &job.settings);
        Self { job, deliverer }
    }

    /// Delivers what is in the outbox. An output that fails is retried at the next call.
    pub(super) fn deliver(&mut self, commits: &mut CommitBuffer) -> Result<(), Error> {
        self.deliverer.deliver(commits.frontier.as_mut()).map(drop)
    }

    /// Delivers the rest, and removes files that are older than the job keeps them. Returns which outputs did
    /// not receive their records, and why.
    pub(super) fn finish(
        mut self,
        commits: &mut CommitBuffer,
        now: Timestamp,
    ) -> Result<Option<String>, Error> {
        if let Some(keep) = self.job.retention.outputs {
            // Only open outputs are pruned, and the first delivery opens them.
            self.deliver(commits)?;
            self.deliverer.prune(keep, now)?;
        }
        // A failed output does not fail the run's visits: its records wait in the outbox.
        let failures = self.deliverer.finish(commits.frontier.as_mut())?.failures;
        let each = failures.iter().map(|(output, error)| format!("output {output}: {error}"));
        let all = each.collect::<Vec<_>>().join("; ");
        Ok((!all.is_empty()).then_some(all))
    }
}
