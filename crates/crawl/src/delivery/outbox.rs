//! The outbox of one job.

use crate::error::Error;
use crate::frontier::{Frontier, JobId, OutboxEntry, OutputMark};

/// What is delivered, and how far each output has come: the part of a [`Frontier`] that deliveries use. Tests
/// replace it with one that can lose its last changes.
pub(super) trait Outbox {
    /// See [`Frontier::outbox_after`].
    fn records(&mut self, after: u64, max_bytes: usize) -> Result<Vec<OutboxEntry>, Error>;

    /// See [`Frontier::output_mark`].
    fn mark(&mut self, output: &str) -> Result<OutputMark, Error>;

    /// See [`Frontier::set_output_mark`].
    fn set_mark(&mut self, output: &str, mark: &OutputMark) -> Result<(), Error>;
}

/// The outbox of a job in a frontier.
pub(super) struct JobOutbox<'a> {
    pub(super) frontier: &'a mut dyn Frontier,
    pub(super) job: JobId,
}

impl Outbox for JobOutbox<'_> {
    fn records(&mut self, after: u64, max_bytes: usize) -> Result<Vec<OutboxEntry>, Error> {
        self.frontier.outbox_after(self.job, after, max_bytes)
    }

    fn mark(&mut self, output: &str) -> Result<OutputMark, Error> {
        self.frontier.output_mark(self.job, output)
    }

    fn set_mark(&mut self, output: &str, mark: &OutputMark) -> Result<(), Error> {
        self.frontier.set_output_mark(self.job, output, mark)
    }
}
