//! Cleaning runs that count and use what recurs.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use copydesk_clean::{
    CleanInput, Cleaner, MIN_SITE_PAGES, PageFingerprints, Record, RecordOutcome, SiteRecurrence,
    site_host,
};

use super::{CleaningFigures, ProfileFolder, SiteCounter, SiteDrift, SiteProfile, detect_drift};
use crate::error::Error;
use crate::pipeline::{EngineOptions, RunOptions, each_page};
use crate::sources::{InputPosition, Inputs, LoadedPage};
use crate::stop::StopToken;

/// Reads all pages of the files among `inputs` and counts their blocks, in the order of the inputs;
/// `on_page` is told the stored bytes that were read for each. Pages that cannot be read are passed over:
/// the run that cleans them says so.
///
/// # Errors
/// When threads cannot be started.
pub fn count(
    cleaner: &Cleaner,
    inputs: &Inputs,
    options: &RunOptions,
    stop: &StopToken,
    counter: &mut SiteCounter,
    on_page: &mut dyn FnMut(u64),
) -> Result<(), Error> {
    let engine = EngineOptions { unordered: false, ..options.engine.clone() };
    // What is passed over is told of by the run that cleans.
    let inputs = &inputs.with_fresh_counts();
    let prints = |page: LoadedPage| {
        let started = Instant::now();
        let out_of_time = || options.page_timeout.is_some_and(|cap| started.elapsed() > cap);
        cleaner.fingerprints(&page.clean_input(&out_of_time))
    };
    let start = InputPosition::default();
    each_page(inputs, &options.sources, &engine, &start, stop, &prints, &mut |page| {
        on_page(page.source_bytes);
        if let Ok(prints) = &page.value
            && !prints.blocks.is_empty()
        {
            counter.add(prints);
        }
        Ok(())
    })
}

/// A cleaning run with what is known of the sites of its pages. What is known does not change during the
/// run, so that a record does not depend on when its page came.
#[derive(Debug)]
pub struct SiteRun<'a> {
    cleaner: &'a Cleaner,
    known: SiteCounter,
    counts: bool,
    learned: Mutex<LearnedSites>,
}

#[derive(Debug, Default)]
struct LearnedSites {
    /// What is counted in the run itself.
    counter: Option<SiteCounter>,
    observed: BTreeMap<String, CleaningFigures>,
    /// Pages that are cleaned and not written yet, by their source: no more than are in flight.
    pending: HashMap<String, VecDeque<PendingPage>>,
}

/// What is wanted of a cleaned page when its turn comes.
#[derive(Debug)]
struct PendingPage {
    fingerprints: PageFingerprints,
    /// The host and the figures of this page alone, for a page that could be read.
    observed: Option<(String, CleaningFigures)>,
}

/// What a run did with sites.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SiteSummary {
    /// Sites of which pages were cleaned.
    pub sites: usize,
    /// Those of which enough was known to be evidence.
    pub known: usize,
    /// Pages that were not counted: of no known host, or beyond the memory for counts.
    pub uncounted: u64,
    /// Profiles written.
    pub written: usize,
    /// Sites that changed against their profiles, in the order of their hosts.
    pub drifts: Vec<SiteDrift>,
}

impl<'a> SiteRun<'a> {
    /// A run over pages that were counted before, with [`count`].
    pub fn two_pass(cleaner: &'a Cleaner, counter: SiteCounter) -> Self {
        Self { cleaner, known: counter, counts: false, learned: Mutex::default() }
    }

    /// A run over pages that are read once: they are judged by what `known` has from earlier runs, and
    /// counted for later ones.
    pub fn one_pass(cleaner: &'a Cleaner, known: SiteCounter) -> Self {
        let learned = LearnedSites { counter: Some(known.clone()), ..LearnedSites::default() };
        Self { cleaner, known, counts: true, learned: Mutex::new(learned) }
    }

    /// Cleans a page, on any thread.
    pub fn clean(&self, input: &CleanInput<'_>) -> Record {
        let input = CleanInput { recurrence: Some(&self.known), ..*input };
        let (record, prints) = if self.counts {
            self.cleaner.clean_with_fingerprints(&input)
        } else {
            (self.cleaner.clean(&input), PageFingerprints::default())
        };
        let host = record.hostname.as_deref().map(site_host);
        let observed = host.filter(|_| record.outcome != RecordOutcome::Error).map(|host| {
            let mut observed = CleaningFigures::default();
            observed.add(&record);
            (host, observed)
        });
        let cleaned = PendingPage { fingerprints: prints, observed };
        self.lock().pending.entry(record.source.clone()).or_default().push_back(cleaned);
        record
    }

    /// Counts a page that was cleaned; to be called as pages come out of the pipeline, in whose order
    /// the counts are made.
    pub fn page_written(&self, source: &str) {
        let mut learned = self.lock();
        let Some(queue) = learned.pending.get_mut(source) else { return };
        let page = queue.pop_front();
        if queue.is_empty() {
            learned.pending.remove(source);
        }
        let Some(PendingPage { fingerprints: prints, observed }) = page else { return };
        if let Some(counter) = &mut learned.counter {
            counter.add(&prints);
        }
        if let Some((host, page)) = observed {
            learned.observed.entry(host).or_default().merge(&page);
        }
    }

    /// Ends the run: compares each of its sites with the profile in `folder` as it was before, and writes
    /// the new one. Without a folder nothing is compared or written.
    ///
    /// # Errors
    /// When a profile cannot be read or written.
    pub fn finish(
        self,
        folder: Option<&ProfileFolder>,
        max_age_days: u32,
    ) -> Result<SiteSummary, Error> {
        let LearnedSites { counter, observed, .. } =
            self.learned.into_inner().unwrap_or_else(PoisonError::into_inner);
        let mut summary = SiteSummary {
            sites: observed.len(),
            known: observed.keys().filter(|host| self.known.pages(host) >= MIN_SITE_PAGES).count(),
            ..SiteSummary::default()
        };
        let counter = counter.unwrap_or(self.known);
        summary.uncounted = counter.uncounted();
        let Some(folder) = folder else { return Ok(summary) };
        for (host, run) in &observed {
            let Some(counts) = counter.counts(host) else { continue };
            let stored = folder.read(host)?;
            let is_fresh = |profile: &SiteProfile| {
                profile.age_days(counter.day()).is_some_and(|age| age <= max_age_days)
            };
            let mut observed = CleaningFigures::default();
            if let Some(profile) = stored.filter(is_fresh) {
                summary.drifts.extend(detect_drift(host, &profile.observed, run));
                observed = profile.observed;
            }
            observed.merge(run);
            folder.write(&SiteProfile::new(host, counts, observed))?;
            summary.written += 1;
        }
        Ok(summary)
    }

    // Each change is whole when it is made, so a panic elsewhere does not make the counts wrong.
    fn lock(&self) -> MutexGuard<'_, LearnedSites> {
        self.learned.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
