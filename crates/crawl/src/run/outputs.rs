//! The outputs of a job in a run.

use jiff::Timestamp;

use super::ledger::Ledger;
use crate::delivery::Deliverer;
use crate::error::Error;
use crate::frontier::JobId;
use crate::jobs::Job;

/// The outputs of a job.
pub(super) struct Outputs<'a> {
    job: &'a Job,
    deliverer: Deliverer,
}

impl<'a> Outputs<'a> {
    pub(super) fn new(job: &'a Job, id: JobId) -> Self {
        let deliverer = Deliverer::new(id, &job.name, &job.outputs, &job.settings);
        Self { job, deliverer }
    }

    /// Takes what is there to the outputs. What fails is tried again with the next call.
    pub(super) fn deliver(&mut self, ledger: &mut Ledger) -> Result<(), Error> {
        self.deliverer.deliver(ledger.frontier.as_mut()).map(drop)
    }

    /// Takes the rest there, removes files that were kept for long enough, and says which outputs did not get
    /// their records, and why.
    pub(super) fn finish(
        mut self,
        ledger: &mut Ledger,
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
