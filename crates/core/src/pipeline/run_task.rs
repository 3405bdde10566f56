//! What the reader of a run hands to the threads that clean.

use std::sync::Arc;

use crate::checkpoint::InputDigest;
use crate::page_filters::ExclusionReason;
use crate::sinks::OutputPath;
use crate::sources::{InputPosition, ListEntry, PageTask};

/// Work on one page, and where the page belongs in the run.
pub(super) struct RunTask {
    pub(super) origin: PageOrigin,
    pub(super) output_path: Arc<OutputPath>,
    pub(super) work: TaskWork,
}

/// Where a page comes from. A checkpoint stores it once the page is written.
#[derive(Clone, Debug)]
pub(super) struct PageOrigin {
    /// The position of its input among the inputs.
    pub(super) unit: usize,
    /// The position in the inputs right after this page.
    pub(super) position_after: InputPosition,
    /// The files up to that position.
    pub(super) inputs_before: InputDigest,
    /// Its entry in the list of URLs, for a page that is fetched.
    pub(super) entry: Option<ListEntry>,
}

/// What to do with a page.
pub(super) enum TaskWork {
    /// Load and clean it.
    Clean(PageTask),
    /// Nothing, because its output exists already.
    Skip {
        /// The source of the page.
        source: String,
        /// The stored bytes of its input, for progress.
        source_bytes: u64,
    },
    /// Nothing, because its URL is excluded.
    Exclude(ExclusionReason),
}

impl TaskWork {
    /// Bytes that it holds, or will hold once the page is loaded.
    pub(super) fn cost(&self) -> usize {
        match self {
            Self::Clean(task) => task.cost(),
            Self::Skip { .. } | Self::Exclude(_) => 0,
        }
    }
}
