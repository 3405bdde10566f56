//! A batch, as it is written.

use std::collections::{BTreeMap, HashMap};

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};

use super::columns::{TimeColumn, signed, unsigned};
use super::compression::BlobPacker;
use super::failure::{StoreFailure, StoreResult};
use super::hosts::{self, HostRow};
use super::{counts, discovery, jobs, outbox, queues, urls};
use crate::frontier::rules::{FailureStreaks, MILLIS_PER_HOUR};
use crate::frontier::{
    CommitBatch, CommitOutcome, LeaseRelease, RunFigures, UrlState, VisitCommit, VisitError,
    VisitOutcome,
};

/// Writes a batch, and at the end what follows from all of it.
pub(super) struct BatchWriter<'t> {
    pub(super) db: &'t Connection,
    packer: &'t mut BlobPacker,
    pub(super) job: i64,
    run: i64,
    hosts: BTreeMap<i64, BatchHost>,
    names: HashMap<String, i64>,
    pub(super) counts: counts::CountChanges,
    visits: BTreeMap<(i64, VisitOutcome), u64>,
    /// Hosts of which the job wants nothing more in this run.
    done_for_run: Vec<i64>,
    figures: RunFigures,
    committed: CommitOutcome,
}

/// A host that the batch has to do with.
pub(super) struct BatchHost {
    pub(super) row: HostRow,
    last_number: i64,
    queue: QueueUpdate,
}

/// What is to be done about the queue of a host.
#[derive(Clone, Copy, PartialEq, Eq)]
enum QueueUpdate {
    Unchanged,
    /// Something new is due then.
    Add(i64),
    /// What was known may be due at another time.
    Recount,
}

/// See [`crate::frontier::Frontier::commit`].
pub(super) fn commit(
    db: &Connection,
    packer: &mut BlobPacker,
    (job, run): (i64, i64),
    batch: CommitBatch,
) -> StoreResult<CommitOutcome> {
    let mut writer = BatchWriter {
        db,
        packer,
        job,
        run,
        hosts: BTreeMap::new(),
        names: HashMap::new(),
        counts: counts::CountChanges::default(),
        visits: BTreeMap::new(),
        done_for_run: Vec::new(),
        figures: RunFigures { outcomes: BTreeMap::new(), ..batch.figures },
        committed: CommitOutcome::default(),
    };
    for finish in &batch.finished {
        if writer.finish(finish)? {
            for new in &finish.found {
                discovery::add(&mut writer, new, finish.at)?;
            }
        } else {
            writer.committed.fenced.push(finish.url);
        }
    }
    for new in &batch.found {
        discovery::add(&mut writer, new, new.due)?;
    }
    for release in &batch.released {
        writer.release(release)?;
    }
    for (name, value) in &batch.notes {
        jobs::set_note(db, job, name, value)?;
    }
    writer.finish_batch()
}

impl BatchWriter<'_> {
    /// Writes a visit, unless its lease or its URL is gone.
    fn finish(&mut self, finish: &VisitCommit) -> StoreResult<bool> {
        let id = finish.url.0;
        let holds = urls::host_of(id) == finish.lease.host.0
            && self
                .host(finish.lease.host.0)?
                .is_some_and(|known| unsigned(known.row.token) == finish.lease.token);
        if !holds {
            return Ok(false);
        }
        let known = self
            .db
            .prepare_cached("SELECT state, failures, missing FROM urls WHERE id = ?1 AND job = ?2")?
            .query_row(params![id, self.job], |row| {
                Ok((row.get::<_, UrlState>(0)?, row.get(1)?, row.get(2)?))
            })
            .optional()?;
        let Some((state, failures, missing)) = known else { return Ok(false) };
        self.update(finish, FailureStreaks { failures, missing }.after(finish.outcome))?;
        self.counts.change_state(Some(state), Some(finish.state));
        if let Some(text) = &finish.text {
            let text = self.packer.pack(text.as_bytes())?;
            self.db
                .prepare_cached("INSERT OR REPLACE INTO texts (url, text) VALUES (?1, ?2)")?
                .execute(params![id, text])?;
        }
        if let Some(delivery) = &finish.delivery {
            let of = (self.job, self.run);
            let sequence = outbox::push(self.db, self.packer, of, TimeColumn(finish.at), delivery)?;
            self.committed.last_sequence = Some(sequence);
        }
        let millis = finish.at.as_millisecond();
        let hour = millis - millis.rem_euclid(MILLIS_PER_HOUR);
        *self.visits.entry((hour, finish.outcome)).or_default() += 1;
        *self.figures.outcomes.entry(finish.outcome).or_default() += 1;
        self.recount(urls::host_of(id))?;
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
                (Some(super::truncate_message(kind)), Some(super::truncate_message(message)))
            }
            None => (None, None),
        };
        self.db
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

    /// Gives a host back, unless it is somebody else's by now.
    fn release(&mut self, release: &LeaseRelease) -> StoreResult<()> {
        self.host(release.lease.host.0)?;
        match self.hosts.get_mut(&release.lease.host.0) {
            Some(known) if unsigned(known.row.token) == release.lease.token => {
                if release.is_done_for_run {
                    self.done_for_run.push(known.row.id);
                }
                hosts::release(self.db, self.packer, &mut known.row, release)
            }
            _ => Ok(()),
        }
    }

    fn host(&mut self, id: i64) -> StoreResult<Option<&mut BatchHost>> {
        if !self.hosts.contains_key(&id)
            && let Some(row) = HostRow::by_id(self.db, id)?
        {
            self.track_host(row);
        }
        Ok(self.hosts.get_mut(&id))
    }

    fn track_host(&mut self, row: HostRow) {
        let known = BatchHost { last_number: row.last_number, queue: QueueUpdate::Unchanged, row };
        self.hosts.insert(known.row.id, known);
    }

    /// The number of a host by its name, which is entered if it is not known.
    pub(super) fn host_named(&mut self, name: &str) -> StoreResult<i64> {
        if let Some(id) = self.names.get(name) {
            return Ok(*id);
        }
        let row = if let Some(row) = HostRow::by_name(self.db, name)? {
            row
        } else {
            let mut insert = self.db.prepare_cached("INSERT INTO hosts (name) VALUES (?1)")?;
            let id = insert.insert([name])?;
            HostRow::by_id(self.db, id)?
                .filter(|row| row.id <= urls::MAX_HOST_ID)
                .ok_or_else(|| StoreFailure::Other("it has no room for more hosts".into()))?
        };
        let id = row.id;
        self.names.insert(name.to_owned(), id);
        if !self.hosts.contains_key(&id) {
            self.track_host(row);
        }
        Ok(id)
    }

    /// The id of a new URL of a host, which is due then.
    pub(super) fn new_url(&mut self, host: i64, due: Timestamp) -> StoreResult<i64> {
        let full = || StoreFailure::Other("it has no room for more URLs of a host".into());
        let known = self.hosts.get_mut(&host).ok_or_else(full)?;
        if known.row.last_number >= urls::MAX_URL_NUMBER {
            return Err(full());
        }
        known.row.last_number += 1;
        let due = due.as_millisecond();
        known.queue = match known.queue {
            QueueUpdate::Unchanged => QueueUpdate::Add(due),
            QueueUpdate::Add(earlier) => QueueUpdate::Add(earlier.min(due)),
            QueueUpdate::Recount => QueueUpdate::Recount,
        };
        Ok(host << urls::HOST_SHIFT | known.row.last_number)
    }

    /// The URLs of a host may be due at other times than they were.
    pub(super) fn recount(&mut self, host: i64) -> StoreResult<()> {
        if let Some(known) = self.host(host)? {
            known.queue = QueueUpdate::Recount;
        }
        Ok(())
    }

    pub(super) fn added(&mut self) -> &mut crate::frontier::DiscoveryCounts {
        &mut self.committed.added
    }

    /// Writes what follows from the whole batch.
    fn finish_batch(mut self) -> StoreResult<CommitOutcome> {
        let Self { db, job, run, .. } = self;
        for known in self.hosts.values() {
            if known.last_number != known.row.last_number {
                db.prepare_cached("UPDATE hosts SET last_number = ?2 WHERE id = ?1")?
                    .execute([known.row.id, known.row.last_number])?;
            }
            match known.queue {
                QueueUpdate::Unchanged => {}
                QueueUpdate::Add(due) => queues::add(db, &known.row, job, due)?,
                QueueUpdate::Recount => queues::recount(db, &known.row, job)?,
            }
        }
        for host in &self.done_for_run {
            queues::hold_host(db, *host, job)?;
        }
        self.counts.write(db, job)?;
        for (hour, visits) in self.visits {
            jobs::add_hour(db, job, hour, visits)?;
        }
        self.figures.found = self.committed.added;
        jobs::add_figures(db, job, run, &self.figures)?;
        if self.committed.last_sequence.is_some() {
            // A job without outputs has nobody who does it later.
            outbox::trim(db, job)?;
        }
        Ok(self.committed)
    }
}
