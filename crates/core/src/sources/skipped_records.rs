//! Counts the records of archives that hold no page.

use std::sync::atomic::{AtomicU64, Ordering};

/// The number of archive records that are skipped because they hold no page: redirects, pictures, and everything
/// else that is neither markup nor plain text.
#[derive(Debug, Default)]
pub(super) struct SkippedRecords(AtomicU64);

impl SkippedRecords {
    pub(super) fn count(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }

    pub(super) fn add(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}
