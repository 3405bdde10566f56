//! The outbox of one job.

use crate::error::Error;
use crate::frontier::{Delivery, Frontier, JobId, OutputMark};

/// What is delivered, and how far each output has come: the part of a [`Frontier`] that is of concern here.
pub(super) trait Outbox {
    /// See [`Frontier::outbox`].
    fn records(&mut self, after: u64, max_bytes: usize) -> Result<Vec<Delivery>, Error>;

    /// See [`Frontier::output`].
    fn mark(&mut self, output: &str) -> Result<OutputMark, Error>;

    /// See [`Frontier::set_output`].
    fn set_mark(&mut self, output: &str, mark: &OutputMark) -> Result<(), Error>;
}

/// The outbox of a job in a frontier.
pub(super) struct OfJob<'a> {
    pub(super) frontier: &'a mut dyn Frontier,
    pub(super) job: JobId,
}

impl Outbox for OfJob<'_> {
    fn records(&mut self, after: u64, max_bytes: usize) -> Result<Vec<Delivery>, Error> {
        self.frontier.outbox(self.job, after, max_bytes)
    }

    fn mark(&mut self, output: &str) -> Result<OutputMark, Error> {
        self.frontier.output(self.job, output)
    }

    fn set_mark(&mut self, output: &str, mark: &OutputMark) -> Result<(), Error> {
        self.frontier.set_output(self.job, output, mark)
    }
}
