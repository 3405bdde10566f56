//! Collects what a run has to commit, and commits it in batches.

use std::collections::{BTreeMap, HashSet};

use jiff::Timestamp;
use tracing::warn;

use super::job_changes::CLOCK_NOTE;
use super::metrics;
use super::site_health::SiteHealth;
use crate::error::Error;
use crate::frontier::{
    ChangeKind, CommitBatch, Frontier, JobId, LeaseKey, LeaseRelease, NewUrl, RunFigures, RunId,
    UrlId, VisitCommit, VisitOutcome,
};
use copydesk_core::dedupe::DuplicateIndex;

/// The name of the note in the state with the length of the journal of duplicates. Whatever the journal has
/// beyond that length belongs to visits that were not committed.
pub(super) const DUPLICATES_NOTE: &str = "duplicates";

/// Visits in a batch at most. A batch is one transaction and one sync to disk; more visits would only delay
/// the others that wait for the database.
const MAX_BATCH: usize = 256;
/// Discovered URLs in a batch, roughly: one sitemap may add 50,000.
const MAX_FOUND: usize = 20_000;

/// The frontier of a run, with the next batch for it.
pub(super) struct CommitBuffer {
    pub(super) frontier: Box<dyn Frontier>,
    pub(super) job: JobId,
    /// The job's name, for metrics.
    name: String,
    pub(super) run: RunId,
    /// The figures of the run, as far as they are committed.
    pub(super) figures: RunFigures,
    pub(super) duplicates: Option<DuplicateIndex>,
    batch: CommitBatch,
    found_count: usize,
    /// URLs with a visit in the batch.
    pending: HashSet<UrlId>,
    /// Hosts that were put in back-off in this run, with the reason.
    pub(super) backed_off: BTreeMap<String, String>,
    /// What the visits of this run say about the site.
    pub(super) health: SiteHealth,
    /// When the first host can be sent a request, if the run ended although URLs are due.
    pub(super) waits_until: Option<Timestamp>,
    /// The time of the latest visit in this run.
    latest_visit: Option<Timestamp>,
}

impl CommitBuffer {
    pub(super) fn new(
        frontier: Box<dyn Frontier>,
        (job, name): (JobId, &str),
        run: RunId,
        figures: RunFigures,
        duplicates: Option<DuplicateIndex>,
    ) -> Self {
        Self {
            frontier,
            job,
            name: name.to_owned(),
            run,
            figures,
            duplicates,
            batch: CommitBatch::default(),
            found_count: 0,
            pending: HashSet::new(),
            backed_off: BTreeMap::new(),
            health: SiteHealth::default(),
            waits_until: None,
            latest_visit: None,
        }
    }

    /// Whether the batch has a visit of this URL.
    pub(super) fn is_pending(&self, url: UrlId) -> bool {
        self.pending.contains(&url)
    }

    /// Whether the batch should be committed.
    pub(super) fn is_full(&self) -> bool {
        self.batch.finished.len() >= MAX_BATCH || self.found_count >= MAX_FOUND
    }

    pub(super) fn add_visit(&mut self, visit: VisitCommit) {
        self.pending.insert(visit.url);
        self.found_count += visit.found.len();
        self.figures_mut().wire_bytes += visit.wire_bytes;
        self.latest_visit = self.latest_visit.max(Some(visit.at));
        self.batch.finished.push(visit);
    }

    pub(super) fn add_found(&mut self, found: impl IntoIterator<Item = NewUrl>) {
        let before = self.batch.found.len();
        self.batch.found.extend(found);
        self.found_count += self.batch.found.len() - before;
    }

    /// Completed visits of the run, committed or not.
    pub(super) fn visits(&self) -> u64 {
        self.figures.outcomes.values().sum::<u64>() + self.batch.finished.len() as u64
    }

    /// Adds a note to the batch. Notes are committed together with the visits that they describe.
    pub(super) fn note(&mut self, name: &str, value: String) {
        self.batch.notes.insert(name.to_owned(), value);
    }

    pub(super) fn release(&mut self, release: LeaseRelease) {
        self.batch.released.push(release);
    }

    /// The figures that the next commit adds to the run. The frontier itself counts outcomes and discovered
    /// URLs, since it alone knows which visits were fenced off and which URLs are new.
    pub(super) fn figures_mut(&mut self) -> &mut RunFigures {
        &mut self.batch.figures
    }

    /// Commits the batch.
    pub(super) fn flush(&mut self) -> Result<(), Error> {
        if self.batch == CommitBatch::default() {
            return Ok(());
        }
        if let Some(at) = self.latest_visit.take() {
            self.batch.notes.insert(CLOCK_NOTE.to_owned(), at.to_string());
        }
        if let Some(duplicates) = &mut self.duplicates {
            // The journal goes to disk first: if it is ahead of the state, the next run cuts it back; behind
            // it, duplicates would be missed.
            duplicates.sync()?;
            let length = duplicates.length().to_string();
            self.batch.notes.insert(DUPLICATES_NOTE.to_owned(), length);
        }
        let batch = std::mem::take(&mut self.batch);
        self.found_count = 0;
        self.pending.clear();
        let mut figures = batch.figures.clone();
        // Counted before the batch is moved into the commit, and added after it, when it is known which visits were
        // refused.
        let counted: Vec<(UrlId, VisitOutcome, Option<ChangeKind>)> = batch
            .finished
            .iter()
            .map(|visit| {
                let change = visit.delivery.as_ref().map(|delivery| delivery.change);
                (visit.url, visit.outcome, change)
            })
            .collect();
        let committed = self.frontier.commit(self.job, self.run, batch)?;
        for (url, outcome, change) in counted {
            // The frontier refused the visit: its lease had expired, and another run will make it again.
            if committed.fenced.contains(&url) {
                continue;
            }
            *figures.outcomes.entry(outcome).or_default() += 1;
            metrics::visit(&self.name, outcome);
            if let Some(change) = change {
                metrics::delivery(&self.name, change);
            }
        }
        if !committed.fenced.is_empty() {
            warn!(
                visits = committed.fenced.len(),
                "visits discarded: their hosts are leased to another run by now"
            );
        }
        figures.found = committed.added;
        self.figures.add(&figures);
        Ok(())
    }

    /// Extends leases of this run, and returns those that it has lost.
    pub(super) fn renew(
        &mut self,
        leases: &[LeaseKey],
        until: Timestamp,
    ) -> Result<Vec<LeaseKey>, Error> {
        self.frontier.renew(leases, until)
    }
}
