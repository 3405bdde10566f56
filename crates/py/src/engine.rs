//! Cleans one page, with a time limit, whatever happens.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use copydesk_clean::{CleanInput, Cleaner, Lexicon, Record, RecordErrorKind};

use crate::page::Page;
use crate::settings::CleanerSettings;

/// A cleaner and its time limit. It needs no GIL.
pub(crate) struct Engine {
    cleaner: Cleaner,
    page_timeout: Option<Duration>,
}

impl Engine {
    /// The engine of these settings.
    pub(crate) fn new(settings: CleanerSettings) -> Self {
        let CleanerSettings { options, sites, page_timeout } = settings;
        Self { cleaner: Cleaner::new(options, Lexicon::default(), sites), page_timeout }
    }

    /// The record of a page. If `stop` becomes true, what was read by then is cleaned.
    pub(crate) fn clean(&self, page: &Page, stop: &AtomicBool) -> Record {
        let clean = || self.within_time(page, stop, |input| self.cleaner.clean(input));
        catch_unwind(AssertUnwindSafe(clean)).unwrap_or_else(|_| {
            let message = "an internal error: the program panicked on this page";
            Record::failed(page.source(), RecordErrorKind::Panic, message, "")
        })
    }

    /// The inspector of a page, as HTML.
    pub(crate) fn inspect(&self, page: &Page) -> String {
        let view =
            self.within_time(page, &AtomicBool::new(false), |input| self.cleaner.view(input));
        copydesk_inspect::inspector(&view)
    }

    fn within_time<T>(
        &self,
        page: &Page,
        stop: &AtomicBool,
        work: impl FnOnce(&CleanInput<'_>) -> T,
    ) -> T {
        let end = self.page_timeout.and_then(|limit| Instant::now().checked_add(limit));
        let is_over =
            || stop.load(Ordering::Relaxed) || end.is_some_and(|end| Instant::now() >= end);
        work(&page.input(&is_over))
    }
}
