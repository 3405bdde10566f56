//! Cleans the pages of a run, with the site profiles of the job if it has a folder for them.

use copydesk_clean::{CleanInput, Cleaner, Record};
use tracing::warn;

use super::commit_buffer::CommitBuffer;
use super::metrics;
use crate::error::Error;
use crate::jobs::CrawlJob;
use copydesk_core::profiles::{CountLimits, ProfileFolder, SiteRun, today};

/// Cleans pages.
pub(super) struct PageCleaner<'a> {
    cleaner: &'a Cleaner,
    profiles: Option<(SiteRun<'a>, ProfileFolder)>,
}

impl<'a> PageCleaner<'a> {
    /// # Errors
    /// If the job's site profiles cannot be read.
    pub(super) fn new(job: &CrawlJob, cleaner: &'a Cleaner) -> Result<Self, Error> {
        let Some(path) = &job.site_profiles else { return Ok(Self { cleaner, profiles: None }) };
        let (folder, settings) = (ProfileFolder::new(path), &job.settings);
        let (limits, age) = (CountLimits::from_settings(settings), settings.max_profile_age_days);
        // Profiles older than the limit are discarded here, since sites change their templates.
        let (known, _) = folder.counter(limits, today(), age)?;
        // One pass: a crawl sees each page once, so it cleans with the profiles of earlier runs.
        Ok(Self { cleaner, profiles: Some((SiteRun::one_pass(cleaner, known), folder)) })
    }

    pub(super) fn clean(&self, page: &CleanInput<'_>) -> Record {
        match &self.profiles {
            Some((sites, _)) => sites.clean(page),
            None => self.cleaner.clean(page),
        }
    }

    /// Counts a page, which was cleaned before, in the profile of its site.
    pub(super) fn count_page(&self, source: &str) {
        if let Some((sites, _)) = &self.profiles {
            sites.page_written(source, 1);
        }
    }

    /// Saves the profiles, and reports sites that drifted from them.
    ///
    /// # Errors
    /// If the profiles cannot be written.
    pub(super) fn finish(self, job: &CrawlJob, commits: &mut CommitBuffer) -> Result<(), Error> {
        let Some((sites, folder)) = self.profiles else { return Ok(()) };
        let summary = sites.finish(Some(&folder), job.settings.max_profile_age_days)?;
        for drift in summary.drifts {
            warn!(job = job.name, "{drift}");
            metrics::drift(&job.name);
            commits.figures_mut().drifts.push(drift.to_string());
        }
        Ok(())
    }
}
