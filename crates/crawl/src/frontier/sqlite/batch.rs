//! Hosts and counts that a batch changes, collected so that each is written once.

use std::collections::{BTreeMap, HashMap};

use jiff::Timestamp;
use rusqlite::Connection;

use super::counts::CountChanges;
use super::failure::{StoreFailure, StoreResult};
use super::host_row::HostRow;
use super::{queues, urls};
use crate::frontier::DiscoveryCounts;

/// What the visits and discovered URLs of one batch change together. A page links to many URLs of few
/// hosts, so rows of hosts are read once and their queues are updated once, at the end.
pub(super) struct BatchChanges<'t> {
    pub(super) db: &'t Connection,
    pub(super) job: i64,
    pub(super) counts: CountChanges,
    /// What happened to the discovered URLs.
    pub(super) discovered: DiscoveryCounts,
    /// In the order of their ids, so that the same batch always writes in the same order.
    hosts: BTreeMap<i64, BatchHost>,
    ids_by_name: HashMap<String, i64>,
}

/// A host that the batch changes.
struct BatchHost {
    row: HostRow,
    /// Its `last_number` as it is stored.
    stored_number: i64,
    queue: QueueUpdate,
}

/// How the queue entry of a host changes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum QueueUpdate {
    Unchanged,
    /// A new URL is due at this time, in milliseconds. Its entry can only move forward, so no URL has to
    /// be read.
    Add(i64),
    /// A known URL is due at another time, so the first one must be looked up again.
    Recount,
}

impl<'t> BatchChanges<'t> {
    pub(super) fn new(db: &'t Connection, job: i64) -> Self {
        Self {
            db,
            job,
            counts: CountChanges::default(),
            discovered: DiscoveryCounts::default(),
            hosts: BTreeMap::new(),
            ids_by_name: HashMap::new(),
        }
    }

    /// The row of a host, which later steps of the batch share.
    pub(super) fn host(&mut self, id: i64) -> StoreResult<Option<&mut HostRow>> {
        if !self.hosts.contains_key(&id)
            && let Some(row) = HostRow::by_id(self.db, id)?
        {
            self.track_host(row);
        }
        Ok(self.hosts.get_mut(&id).map(|host| &mut host.row))
    }

    fn track_host(&mut self, row: HostRow) {
        let host = BatchHost { stored_number: row.last_number, queue: QueueUpdate::Unchanged, row };
        self.hosts.insert(host.row.id, host);
    }

    /// The id of a host by its name. An unknown host is entered.
    pub(super) fn host_named(&mut self, name: &str) -> StoreResult<i64> {
        if let Some(id) = self.ids_by_name.get(name) {
            return Ok(*id);
        }
        let row = if let Some(row) = HostRow::by_name(self.db, name)? {
            row
        } else {
            let mut insert = self.db.prepare_cached("INSERT INTO hosts (name) VALUES (?1)")?;
            let id = insert.insert([name])?;
            HostRow::by_id(self.db, id)?
                .filter(|row| row.id <= urls::MAX_HOST_ID)
                .ok_or_else(|| StoreFailure::Other("the state has no room for more hosts".into()))?
        };
        let id = row.id;
        self.ids_by_name.insert(name.to_owned(), id);
        if !self.hosts.contains_key(&id) {
            self.track_host(row);
        }
        Ok(id)
    }

    /// The id for a new URL of a host, which is due at this time.
    pub(super) fn new_url(&mut self, host: i64, due: Timestamp) -> StoreResult<i64> {
        let full = || StoreFailure::Other("the state has no room for more URLs of one host".into());
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

    /// Notes that known URLs of a host may be due at other times than before.
    pub(super) fn recount(&mut self, host: i64) -> StoreResult<()> {
        self.host(host)?;
        if let Some(host) = self.hosts.get_mut(&host) {
            host.queue = QueueUpdate::Recount;
        }
        Ok(())
    }

    /// Writes hosts, queues and counts.
    pub(super) fn write(&self) -> StoreResult<()> {
        let Self { db, job, .. } = *self;
        for host in self.hosts.values() {
            if host.stored_number != host.row.last_number {
                db.prepare_cached("UPDATE hosts SET last_number = ?2 WHERE id = ?1")?
                    .execute([host.row.id, host.row.last_number])?;
            }
            match host.queue {
                QueueUpdate::Unchanged => {}
                QueueUpdate::Add(due) => queues::add(db, &host.row, job, due)?,
                QueueUpdate::Recount => queues::recount(db, &host.row, job)?,
            }
        }
        self.counts.write(db, job)
    }
}
