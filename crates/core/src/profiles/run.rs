//! Cleaning runs that count what recurs and use it as evidence.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use copydesk_clean::{
    CleanInput, Cleaner, MIN_SITE_PAGES, PageFingerprints, Record, RecordOutcome, SiteRecurrence,
    TextGroup, site_host,
};

use super::{CleaningFigures, ProfileFolder, SiteCounter, SiteDrift, SiteProfile, detect_drift};
use crate::error::Error;
use crate::pipeline::{EngineOptions, RunOptions, each_page};
use crate::sources::{InputPosition, Inputs, LoadedPage};
use crate::stop::StopToken;

/// Reads all pages of the files in `inputs` and counts their blocks, in the order of the inputs. `on_page` gets the
/// stored bytes that were read for each page. Pages that cannot be read are skipped, and the run that cleans them
/// reports them.
///
/// # Errors
/// If threads cannot be started.
pub fn count(
    cleaner: &Cleaner,
    inputs: &Inputs,
    options: &RunOptions,
    stop: &StopToken,
    counter: &mut SiteCounter,
    on_page: &mut dyn FnMut(u64),
) -> Result<(), Error> {
    let engine = EngineOptions { unordered: false, ..options.engine.clone() };
    // The run that cleans counts skipped records, so this pass must not count them too.
    let inputs = &inputs.with_fresh_counts();
    let of_text = |text: &LoadedPage| {
        let started = Instant::now();
        let out_of_time = || options.page_timeout.is_some_and(|cap| started.elapsed() > cap);
        cleaner.fingerprints(&text.clean_input(&out_of_time))
    };
    let prints = |page: LoadedPage| page.texts().map(of_text).collect::<Vec<_>>();
    let start = InputPosition::default();
    each_page(inputs, &options.sources, &engine, &start, stop, &prints, &mut |page| {
        on_page(page.source_bytes);
        for prints in page.value.iter().flatten().filter(|prints| !prints.blocks.is_empty()) {
            counter.add(prints);
        }
        Ok(())
    })
}

/// A cleaning run that uses what is known about the sites of its pages. The evidence does not change during the
/// run, so a record does not depend on when its page was cleaned.
#[derive(Debug)]
pub struct SiteRun<'a> {
    cleaner: &'a Cleaner,
    known: SiteCounter,
    counts: bool,
    learned: Mutex<LearnedSites>,
}

#[derive(Debug, Default)]
struct LearnedSites {
    /// Counts of the run itself, for later runs.
    counter: Option<SiteCounter>,
    observed: BTreeMap<String, CleaningFigures>,
    /// Pages that are cleaned and not yet written, by source. The pipeline bounds their number.
    pending: HashMap<String, VecDeque<PendingPage>>,
}

/// What is counted of a page once it is written.
#[derive(Debug)]
struct PendingPage {
    fingerprints: PageFingerprints,
    /// The site and the figures of this page, if it could be read.
    observed: Option<(String, CleaningFigures)>,
}

/// The sites of a run, in numbers.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SiteSummary {
    /// Sites with cleaned pages.
    pub sites: usize,
    /// Sites with enough counted pages to be evidence.
    pub known: usize,
    /// Pages that were not counted, because their host is unknown or there was no memory left.
    pub uncounted: u64,
    /// Profiles written.
    pub written: usize,
    /// Sites that drifted from their profile, in the order of their hosts.
    pub drifts: Vec<SiteDrift>,
}

impl<'a> SiteRun<'a> {
    /// A run over pages that [`count`] has counted before.
    pub fn two_pass(cleaner: &'a Cleaner, counter: SiteCounter) -> Self {
        Self { cleaner, known: counter, counts: false, learned: Mutex::default() }
    }

    /// A run over pages that can be read only once. Earlier runs, in `known`, are the evidence, and the pages are
    /// counted for later runs.
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
        let observed = self.site_of(&input, &record).map(|site| {
            let mut observed = CleaningFigures::default();
            observed.add(&record);
            (site, observed)
        });
        let cleaned = PendingPage { fingerprints: prints, observed };
        self.lock().pending.entry(record.source.clone()).or_default().push_back(cleaned);
        record
    }

    /// The site or group that a cleaned page is counted with; `None` if it could not be read.
    fn site_of(&self, input: &CleanInput<'_>, record: &Record) -> Option<String> {
        if record.outcome == RecordOutcome::Error {
            return None;
        }
        let named = input.group.filter(|group| matches!(group, TextGroup::Named(_)));
        // Pages without a URL are counted with no folder, only texts are.
        let is_counted = |name: &String| self.counts || self.known.pages(name) > 0;
        let folder = || input.group.and_then(|group| group.name()).filter(is_counted);
        named
            .and_then(|group| group.name())
            .or_else(|| record.hostname.as_deref().map(site_host))
            .or_else(folder)
    }

    /// Counts a cleaned page, or the texts of a row. Call this as pages come out of the pipeline: counts depend on the
    /// order, and the pipeline gives the same order with every number of threads.
    pub fn page_written(&self, source: &str, texts: usize) {
        let mut learned = self.lock();
        let Some(queue) = learned.pending.get_mut(source) else { return };
        let written: Vec<PendingPage> = queue.drain(..texts.min(queue.len())).collect();
        if queue.is_empty() {
            learned.pending.remove(source);
        }
        for PendingPage { fingerprints: prints, observed } in written {
            if let Some(counter) = &mut learned.counter {
                counter.add(&prints);
            }
            if let Some((host, page)) = observed {
                learned.observed.entry(host).or_default().merge(&page);
            }
        }
    }

    /// Ends the run: compares each site with its profile in `folder` from before the run, and writes the new
    /// profile. Without a folder, nothing is compared or written.
    ///
    /// # Errors
    /// If a profile cannot be read or written.
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

    // No change is left half done by a panic, so the counts behind a poisoned lock are still right.
    fn lock(&self) -> MutexGuard<'_, LearnedSites> {
        self.learned.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
