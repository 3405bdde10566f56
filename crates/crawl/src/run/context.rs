//! What all parts of a run share.

use super::discovery::UrlDiscovery;
use super::page_cleaner::PageCleaner;
use super::resources::RunResources;
use crate::clock::Clock;
use crate::frontier::{JobId, JobRun};
use crate::jobs::CrawlJob;
use copydesk_core::StopToken;

/// What all parts of a run share. Nothing in it changes during the run.
#[derive(Clone, Copy)]
pub(super) struct RunContext<'a> {
    pub(super) job: &'a CrawlJob,
    /// The job's id in the state.
    pub(super) id: JobId,
    /// The run as it was when it began.
    pub(super) run: &'a JobRun,
    pub(super) clock: &'a dyn Clock,
    /// Ends the run gracefully.
    pub(super) stop: &'a StopToken,
    pub(super) discovery: &'a UrlDiscovery,
    pub(super) resources: &'a RunResources,
    pub(super) cleaner: &'a PageCleaner<'a>,
    /// Whether known pages are fetched with conditional requests.
    pub(super) is_conditional: bool,
}
