//! What a run has to write into the state: gathered, and written in one go.

use std::collections::{BTreeMap, HashSet};

use jiff::Timestamp;
use tracing::warn;

use super::metrics;
use crate::error::Error;
use crate::frontier::{
    ChangeKind, CommitBatch, Frontier, JobId, LeaseKey, LeaseRelease, NewUrl, RunFigures, RunId,
    UrlId, VisitCommit, VisitOutcome,
};
use copydesk_core::dedupe::DuplicateIndex;

/// The note that says how much of the journal of duplicates is in agreement with the state.
pub(super) const DUPLICATES_NOTE: &str = "duplicates";

/// Visits that are written together at most.
const MAX_BATCH: usize = 256;
/// URLs found that are written together at most, about: a sitemap has up to 50,000.
const MAX_FOUND: usize = 20_000;

/// A state with what is to be written into it next.
pub(super) struct CommitBuffer {
    pub(super) frontier: Box<dyn Frontier>,
    pub(super) job: JobId,
    /// The name of the job.
    name: String,
    pub(super) run: RunId,
    /// Figures of the run up to what was written.
    pub(super) figures: RunFigures,
    pub(super) duplicates: Option<DuplicateIndex>,
    batch: CommitBatch,
    found_count: usize,
    /// URLs of which something is in the batch.
    pending: HashSet<UrlId>,
    /// Hosts that were left alone in this run, and why.
    pub(super) backed_off: BTreeMap<String, String>,
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
        }
    }

    /// Whether something of this URL waits to be written.
    pub(super) fn is_pending(&self, url: UrlId) -> bool {
        self.pending.contains(&url)
    }

    /// Whether so much waits that it should be written.
    pub(super) fn is_full(&self) -> bool {
        self.batch.finished.len() >= MAX_BATCH || self.found_count >= MAX_FOUND
    }

    pub(super) fn add_visit(&mut self, finish: VisitCommit) {
        self.pending.insert(finish.url);
        self.found_count += finish.found.len();
        self.figures_mut().wire_bytes += finish.wire_bytes;
        if let Some(error) = &finish.error {
            let kind = error.kind.clone();
            *self.figures_mut().errors.entry(kind).or_default() += 1;
        }
        self.batch.finished.push(finish);
    }

    pub(super) fn add_found(&mut self, found: impl IntoIterator<Item = NewUrl>) {
        let before = self.batch.found.len();
        self.batch.found.extend(found);
        self.found_count += self.batch.found.len() - before;
    }

    /// Visits of the run that are over, written or not.
    pub(super) fn visits(&self) -> u64 {
        self.figures.outcomes.values().sum::<u64>() + self.batch.finished.len() as u64
    }

    /// Notes what must agree with the state.
    pub(super) fn note(&mut self, name: &str, value: String) {
        self.batch.notes.insert(name.to_owned(), value);
    }

    pub(super) fn release(&mut self, release: LeaseRelease) {
        self.batch.released.push(release);
    }

    /// The figures that are added with what is written next. Those by outcome and of URLs found are the
    /// frontier's own.
    pub(super) fn figures_mut(&mut self) -> &mut RunFigures {
        &mut self.batch.figures
    }

    /// Writes what waits.
    pub(super) fn flush(&mut self) -> Result<(), Error> {
        if self.batch == CommitBatch::default() {
            return Ok(());
        }
        if let Some(duplicates) = &mut self.duplicates {
            duplicates.sync()?;
            let length = duplicates.length().to_string();
            self.batch.notes.insert(DUPLICATES_NOTE.to_owned(), length);
        }
        let batch = std::mem::take(&mut self.batch);
        (self.found_count, _) = (0, self.pending.drain());
        let mut figures = batch.figures.clone();
        let counted: Vec<(UrlId, VisitOutcome, Option<ChangeKind>)> = batch
            .finished
            .iter()
            .map(|finish| {
                let change = finish.delivery.as_ref().map(|delivery| delivery.change);
                (finish.url, finish.outcome, change)
            })
            .collect();
        let committed = self.frontier.commit(self.job, self.run, batch)?;
        for (url, outcome, change) in counted {
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
            warn!(visits = committed.fenced.len(), "somebody else has these hosts by now");
        }
        figures.found = committed.added;
        self.figures.add(&figures);
        Ok(())
    }

    /// Lets leases of this run end later. Those that somebody else has are returned.
    pub(super) fn renew(
        &mut self,
        leases: &[LeaseKey],
        until: Timestamp,
    ) -> Result<Vec<LeaseKey>, Error> {
        self.frontier.renew(leases, until)
    }
}
