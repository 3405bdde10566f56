//! Cleaning runs that count and use what recurs.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use copydesk_clean::{
    Cleaner, Input, MIN_SITE_PAGES, Outcome, PagePrints, Record, Recurrence, site_of,
};

use super::{Drift, Observed, Profile, ProfileFolder, SiteCounter, drifts};
use crate::error::Error;
use crate::pipeline::{EngineOptions, RunOptions, each_page};
use crate::sources::{Inputs, Page, Position};
use crate::stop::Stop;

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
    stop: &Stop,
    counter: &mut SiteCounter,
    on_page: &mut dyn FnMut(u64),
) -> Result<(), Error> {
    let engine = EngineOptions { unordered: false, ..options.engine.clone() };
    // What is passed over is told of by the run that cleans.
    let inputs = &inputs.again();
    let prints = |page: Page| {
        let started = Instant::now();
        let out_of_time = || options.page_timeout.is_some_and(|cap| started.elapsed() > cap);
        cleaner.prints(&Input {
            url: page.url.as_deref(),
            charset: page.charset.as_deref(),
            kind: page.kind,
            interrupt: Some(&out_of_time),
            ..Input::new(&page.source, &page.bytes)
        })
    };
    let start = Position::default();
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
    learned: Mutex<Learned>,
}

#[derive(Debug, Default)]
struct Learned {
    /// What is counted in the run itself.
    counter: Option<SiteCounter>,
    observed: BTreeMap<String, Observed>,
    /// Pages that are cleaned and not written yet, by their source: no more than are in flight.
    waiting: HashMap<String, VecDeque<Cleaned>>,
}

/// What is wanted of a cleaned page when its turn comes.
#[derive(Debug)]
struct Cleaned {
    prints: PagePrints,
    /// The host and the figures of this page alone, for a page that could be read.
    observed: Option<(String, Observed)>,
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
    pub drifts: Vec<Drift>,
}

impl<'a> SiteRun<'a> {
    /// A run over pages that were counted before, with [`count`].
    pub fn counted(cleaner: &'a Cleaner, counter: SiteCounter) -> Self {
        Self { cleaner, known: counter, counts: false, learned: Mutex::default() }
    }

    /// A run over pages that are read once: they are judged by what `known` has from earlier runs, and
    /// counted for later ones.
    pub fn counting(cleaner: &'a Cleaner, known: SiteCounter) -> Self {
        let learned = Learned { counter: Some(known.clone()), ..Learned::default() };
        Self { cleaner, known, counts: true, learned: Mutex::new(learned) }
    }

    /// Cleans a page, on any thread.
    pub fn clean(&self, input: &Input<'_>) -> Record {
        let input = Input { recurrence: Some(&self.known), ..*input };
        let (record, prints) = if self.counts {
            self.cleaner.clean_with_prints(&input)
        } else {
            (self.cleaner.clean(&input), PagePrints::default())
        };
        let host = record.metadata.hostname.as_deref().map(site_of);
        let observed = host.filter(|_| record.outcome != Outcome::Error).map(|host| {
            let mut observed = Observed::default();
            observed.add(&record);
            (host, observed)
        });
        let cleaned = Cleaned { prints, observed };
        self.lock().waiting.entry(record.source.clone()).or_default().push_back(cleaned);
        record
    }

    /// Counts a page that was cleaned; to be called as pages come out of the pipeline, in whose order
    /// the counts are made.
    pub fn written(&self, source: &str) {
        let mut learned = self.lock();
        let Some(queue) = learned.waiting.get_mut(source) else { return };
        let page = queue.pop_front();
        if queue.is_empty() {
            learned.waiting.remove(source);
        }
        let Some(Cleaned { prints, observed }) = page else { return };
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
        let Learned { counter, observed, .. } =
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
            let is_fresh = |profile: &Profile| {
                profile.age_days(counter.day()).is_some_and(|age| age <= max_age_days)
            };
            let mut observed = Observed::default();
            if let Some(profile) = stored.filter(is_fresh) {
                summary.drifts.extend(drifts(host, &profile.observed, run));
                observed = profile.observed;
            }
            observed.merge(run);
            folder.write(&Profile::of(host, counts, observed))?;
            summary.written += 1;
        }
        Ok(summary)
    }

    // Each change is whole when it is made, so a panic elsewhere does not make the counts wrong.
    fn lock(&self) -> MutexGuard<'_, Learned> {
        self.learned.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
