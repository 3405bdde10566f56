//! The cleaner, filters and fetcher of a run.

use std::sync::Arc;

use copydesk_clean::Cleaner;

use super::cleaners::CleanerCache;
use super::robots_store::RunRobotsStore;
use crate::error::Error;
use crate::jobs::CrawlJob;
use copydesk_core::StopToken;
use copydesk_core::page_filters::PageFilters;
use copydesk_core::sources::BlockingFetcher;

/// What a run cleans, filters and fetches with.
pub(super) struct RunResources {
    pub(super) cleaner: Arc<Cleaner>,
    pub(super) filters: PageFilters,
    pub(super) fetcher: BlockingFetcher,
    /// Aborts all open requests of the fetcher.
    pub(super) abort: StopToken,
    /// The `robots.txt` files of leased hosts, shared with the fetcher.
    pub(super) robots: Arc<RunRobotsStore>,
}

impl RunResources {
    /// # Errors
    /// If a setting of the job cannot be used, a file that it names cannot be read, or threads cannot be
    /// started.
    pub(super) fn new(job: &CrawlJob, cleaners: &CleanerCache) -> Result<Self, Error> {
        let settings = &job.settings;
        let mut options = settings.clean_options();
        // The status page shows what was removed, and the change detector needs the scores of what was kept.
        // Outputs omit both unless the job asks for them.
        options.explain = true;
        for output in &job.outputs {
            output.format.require(&mut options);
        }
        let (abort, robots) = (StopToken::default(), Arc::new(RunRobotsStore::default()));
        let store = Arc::clone(&robots);
        let fetcher = BlockingFetcher::with_robots(settings.fetch_settings()?, store)?
            .with_stop(abort.clone());
        let cleaner = cleaners.cleaner(options, settings)?;
        Ok(Self { cleaner, filters: PageFilters::new(settings)?, fetcher, abort, robots })
    }
}
