//! Writes a batch of commits.

use std::collections::BTreeMap;

use rusqlite::{Connection, OptionalExtension, params};

use super::batch::BatchChanges;
use super::columns::{TimeColumn, signed, unsigned};
use super::compression::BlobPacker;
use super::failure::StoreResult;
use super::{discovery, hosts, jobs, outbox, queues, urls};
use crate::frontier::rules::{FailureStreaks, MILLIS_PER_HOUR};
use crate::frontier::{
    CommitBatch, CommitOutcome, LeaseRelease, RunFigures, UrlState, VisitCommit, VisitError,
    VisitOutcome,
};

/// Writes a batch: first each visit and release, and at the end what follows from all of them.
struct BatchWriter<'t> {
    changes: BatchChanges<'t>,
    packer: &'t mut BlobPacker,
    run: i64,
    /// Visits by the hour that they were in, and by their outcome.
    visits: BTreeMap<(i64, VisitOutcome), u64>,
    /// Hosts that the job does not visit again in this run.
    done_for_run: Vec<i64>,
    figures: RunFigures,
    committed: CommitOutcome,
}

/// See [`crate::frontier::Frontier::commit`].
pub(super) fn commit(
    db: &Connection,
    packer: &mut BlobPacker,
    (job, run): (i64, i64),
    batch: CommitBatch,
) -> StoreResult<CommitOutcome> {
    let mut writer = BatchWriter {
        changes: BatchChanges::new(db, job),
        packer,
        run,
        visits: BTreeMap::new(),
        done_for_run: Vec::new(),
        // Outcomes are counted here, so that a fenced visit does not count.
        figures: RunFigures { outcomes: BTreeMap::new(), ..batch.figures },
        committed: CommitOutcome::default(),
    };
    for finish in &batch.finished {
        if writer.finish(finish)? {
            for new in &finish.found {
                discovery::add(&mut writer.changes, new, finish.at)?;
            }
        } else {
            writer.committed.fenced.push(finish.url);
        }
    }
    for new in &batch.found {
        discovery::add(&mut writer.changes, new, new.due)?;
    }
    // After the visits, since a released host is no longer leased under this token.
    for release in &batch.released {
        writer.release(release)?;
    }
    for (name, value) in &batch.notes {
        jobs::set_note(db, job, name, value)?;
    }
    writer.finish_batch()
}

impl BatchWriter<'_> {
    /// Writes a visit. `false` if another run has its host now, or its URL is no longer known.
    fn finish(&mut self, finish: &VisitCommit) -> StoreResult<bool> {
        let (db, job) = (self.changes.db, self.changes.job);
        let id = finish.url.0;
        let is_lease_valid = urls::host_of(id) == finish.lease.host.0
            && self
                .changes
                .host(finish.lease.host.0)?
                .is_some_and(|host| unsigned(host.token) == finish.lease.token);
        if !is_lease_valid {
            return Ok(false);
        }
        let known = db
            .prepare_cached("SELECT state, failures, missing FROM urls WHERE id = ?1 AND job = ?2")?
            .query_row(params![id, job], |row| {
                Ok((row.get::<_, UrlState>(0)?, row.get(1)?, row.get(2)?))
            })
            .optional()?;
        let Some((state, failures, missing)) = known else { return Ok(false) };
        self.update(finish, FailureStreaks { failures, missing }.after(finish.outcome))?;
        self.changes.counts.change_state(Some(state), Some(finish.state));
        if let Some(text) = &finish.text {
            let text = self.packer.pack(text.as_bytes())?;
            db.prepare_cached("INSERT OR REPLACE INTO texts (url, text) VALUES (?1, ?2)")?
                .execute(params![id, text])?;
        }
        if let Some(delivery) = &finish.delivery {
            let owner = (job, self.run);
            let sequence = outbox::push(db, self.packer, owner, TimeColumn(finish.at), delivery)?;
            self.committed.last_sequence = Some(sequence);
        }
        let millis = finish.at.as_millisecond();
        let hour = millis - millis.rem_euclid(MILLIS_PER_HOUR);
        *self.visits.entry((hour, finish.outcome)).or_default() += 1;
        *self.figures.outcomes.entry(finish.outcome).or_default() += 1;
        self.changes.recount(urls::host_of(id))?;
        Ok(true)
    }

    fn update(&self, finish: &VisitCommit, streaks: FailureStreaks) -> StoreResult<()> {
        let at = TimeColumn(finish.at);
        let has_changed = finish.has_changed();
        let (etag, last_modified) = match &finish.validators {
            Some(validators) => (validators.etag.as_ref(), validators.last_modified.as_ref()),
            None => (None, None),
        };
        let (error_kind, error_message) = match &finish.error {
            Some(VisitError { kind, message }) => {
                (Some(jobs::truncate_message(kind)), Some(jobs::truncate_message(message)))
            }
            None => (None, None),
        };
        self.changes
            .db
            .prepare_cached(
                "UPDATE urls SET state = ?2, kind = coalesce(?3, kind), next_visit = ?4,
                 interval_seconds = ?5, failures = ?6, missing = ?7, visited_at = ?8, outcome = ?9,
                 status = ?10, wire_bytes = ?11, last_visit = coalesce(?12, last_visit),
                 last_change = coalesce(?13, last_change), fingerprint = coalesce(?14, fingerprint),
                 etag = iif(?15, ?16, etag), last_modified = iif(?15, ?17, last_modified),
                 error_kind = ?18, error_message = ?19 WHERE id = ?1",
            )?
            .execute(params![
                finish.url.0,
                finish.state,
                finish.kind,
                finish.next_visit.map(TimeColumn),
                finish.interval_seconds.map(signed),
                streaks.failures,
                streaks.missing,
                at,
                finish.outcome,
                finish.status,
                signed(finish.wire_bytes),
                finish.outcome.is_success().then_some(at),
                has_changed.then_some(at),
                finish.fingerprint.map(u64::cast_signed),
                finish.validators.is_some(),
                etag,
                last_modified,
                error_kind,
                error_message,
            ])?;
        Ok(())
    }

    /// Releases a host, unless another run has leased it meanwhile.
    fn release(&mut self, release: &LeaseRelease) -> StoreResult<()> {
        let db = self.changes.db;
        match self.changes.host(release.lease.host.0)? {
            Some(host) if unsigned(host.token) == release.lease.token => {
                if release.is_done_for_run {
                    self.done_for_run.push(host.id);
                }
                hosts::release(db, self.packer, host, release)
            }
            _ => Ok(()),
        }
    }

    /// Writes what follows from the whole batch.
    fn finish_batch(mut self) -> StoreResult<CommitOutcome> {
        let (db, job) = (self.changes.db, self.changes.job);
        self.changes.write()?;
        // After the queues were written: a recount would let the host be leased again.
        for host in &self.done_for_run {
            queues::hold_host(db, *host, job)?;
        }
        for (hour, visits) in self.visits {
            jobs::add_hour(db, job, hour, visits)?;
        }
        self.committed.added = self.changes.discovered;
        self.figures.found = self.committed.added;
        jobs::add_figures(db, job, self.run, &self.figures)?;
        if self.committed.last_sequence.is_some() {
            // Delivery trims the outbox, and a job without outputs has no delivery.
            outbox::trim(db, job)?;
        }
        Ok(self.committed)
    }
}
