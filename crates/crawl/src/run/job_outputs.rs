//! The outputs of a job in a run.

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

    /// Takes what is there to the outputs. What fails is tried again with the next call.
    pub(super) fn deliver(&mut self, ledger: &mut CommitBuffer) -> Result<(), Error> {
        self.deliverer.deliver(ledger.frontier.as_mut()).map(drop)
    }

    /// Takes the rest there, removes files that were kept for long enough, and says which outputs did not get
    /// their records, and why.
    pub(super) fn finish(
        mut self,
        ledger: &mut CommitBuffer,
        now: Timestamp,
    ) -> Result<Option<String>, Error> {
        if let Some(keep) = self.job.retention.outputs {
            // What is not open is not looked at.
            self.deliver(ledger)?;
            self.deliverer.prune(keep, now)?;
        }
        let failures = self.deliverer.finish(ledger.frontier.as_mut())?.failures;
        let each = failures.iter().map(|(output, error)| format!("the output {output}: {error}"));
        let all = each.collect::<Vec<_>>().join("; ");
        Ok((!all.is_empty()).then_some(all))
    }
}
