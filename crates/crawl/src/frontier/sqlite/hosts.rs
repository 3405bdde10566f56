//! Hosts: who has which, and when each may be asked.

use rusqlite::{Connection, OptionalExtension, Row, params};

use super::columns::{TimeColumn, signed, time, unsigned};
use super::compression::{BlobPacker, unpack};
use super::failure::StoreResult;
use super::{queues, urls};
use crate::frontier::{HostId, HostLease, LeaseKey, LeaseRelease, LeaseRequest, StoredRobots};

/// A host without its `robots.txt`.
pub(super) struct HostRow {
    pub(super) id: i64,
    pub(super) name: String,
    /// The number of the URL that was entered last.
    pub(super) last_number: i64,
    pub(super) token: i64,
    pub(super) leased_until: Option<i64>,
    pub(super) next_at: Option<i64>,
    pub(super) back_off_until: Option<i64>,
}

macro_rules! host_columns {
    () => {
        "h.id, h.name, h.last_number, h.token, h.leased_until, h.next_at, h.back_off_until"
    };
}
pub(super) use host_columns;

impl HostRow {
    pub(super) fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            id: row.get(0)?,
            name: row.get(1)?,
            last_number: row.get(2)?,
            token: row.get(3)?,
            leased_until: row.get(4)?,
            next_at: row.get(5)?,
            back_off_until: row.get(6)?,
        })
    }

    pub(super) fn by_id(db: &Connection, id: i64) -> StoreResult<Option<Self>> {
        let sql = concat!("SELECT ", host_columns!(), " FROM hosts h WHERE h.id = ?1");
        Ok(db.prepare_cached(sql)?.query_row([id], Self::from_row).optional()?)
    }

    pub(super) fn by_name(db: &Connection, name: &str) -> StoreResult<Option<Self>> {
        let sql = concat!("SELECT ", host_columns!(), " FROM hosts h WHERE h.name = ?1");
        Ok(db.prepare_cached(sql)?.query_row([name], Self::from_row).optional()?)
    }

    /// Until when nobody may ask it.
    pub(super) fn ready_at(&self) -> Option<i64> {
        [self.leased_until, self.next_at, self.back_off_until].into_iter().flatten().max()
    }

    fn is_free(&self, now: i64) -> bool {
        self.ready_at().is_none_or(|ready| ready <= now)
    }
}

/// See [`crate::frontier::Frontier::lease`].
pub(super) fn lease(db: &Connection, request: &LeaseRequest) -> StoreResult<Vec<HostLease>> {
    let mut leases = Vec::new();
    let LeaseRequest { job, now, due_by, max_hosts, max_visits_per_host, .. } = request;
    if *max_visits_per_host == 0 {
        return Ok(leases);
    }
    let now = now.as_millisecond();
    queues::wake_hosts(db, job.0, now)?;
    while leases.len() < *max_hosts {
        let candidates = queues::free_hosts(db, job.0, *due_by, *max_hosts - leases.len())?;
        if candidates.is_empty() {
            break;
        }
        for host in candidates {
            if !host.is_free(now) {
                // A clock that went back: it was woken too early.
                queues::set_ready(db, &host)?;
                continue;
            }
            let visits = urls::due_visits(db, host.id, job.0, *due_by, *max_visits_per_host)?;
            if visits.is_empty() {
                queues::recount(db, &host, job.0)?;
                continue;
            }
            let host = take_lease(db, host, request)?;
            let key = LeaseKey { host: HostId(host.id), token: unsigned(host.token) };
            let robots = robots(db, host.id)?;
            leases.push(HostLease { key, host: host.name, robots, visits });
        }
    }
    Ok(leases)
}

fn take_lease(db: &Connection, mut host: HostRow, request: &LeaseRequest) -> StoreResult<HostRow> {
    host.token += 1;
    host.leased_until = Some(request.until.as_millisecond());
    db.prepare_cached("UPDATE hosts SET token = ?2, owner = ?3, leased_until = ?4 WHERE id = ?1")?
        .execute(params![host.id, host.token, request.owner, host.leased_until])?;
    queues::set_ready(db, &host)?;
    Ok(host)
}

/// See [`crate::frontier::Frontier::renew`].
pub(super) fn renew(
    db: &Connection,
    leases: &[LeaseKey],
    until: TimeColumn,
) -> StoreResult<Vec<LeaseKey>> {
    let mut lost = Vec::new();
    for key in leases {
        let renewed = db
            .prepare_cached(
                "UPDATE hosts SET leased_until = ?3 WHERE id = ?1 AND token = ?2 AND owner IS NOT NULL",
            )?
            .execute(params![key.host.0, signed(key.token), until])?;
        match HostRow::by_id(db, key.host.0)? {
            Some(host) if renewed > 0 => queues::set_ready(db, &host)?,
            _ => lost.push(*key),
        }
    }
    Ok(lost)
}

/// See [`crate::frontier::Frontier::reclaim`].
pub(super) fn reclaim(db: &Connection, owner: &str) -> StoreResult<()> {
    let sql = concat!("SELECT ", host_columns!(), " FROM hosts h WHERE h.owner = ?1");
    let mut select = db.prepare_cached(sql)?;
    let hosts: Vec<HostRow> =
        select.query_map([owner], HostRow::from_row)?.collect::<rusqlite::Result<_>>()?;
    for mut host in hosts {
        host.leased_until = None;
        db.prepare_cached(
            "UPDATE hosts SET token = token + 1, owner = NULL, leased_until = NULL WHERE id = ?1",
        )?
        .execute([host.id])?;
        queues::set_ready(db, &host)?;
    }
    Ok(())
}

/// Gives a host back, whose row is the caller's.
pub(super) fn release(
    db: &Connection,
    packer: &mut BlobPacker,
    host: &mut HostRow,
    release: &LeaseRelease,
) -> StoreResult<()> {
    let (until, reason) = match &release.back_off {
        Some((until, reason)) => {
            (Some(until.as_millisecond()), Some(super::truncate_message(reason)))
        }
        None => (None, None),
    };
    host.leased_until = None;
    host.back_off_until = until;
    if let Some(next_at) = release.next_at {
        host.next_at = Some(next_at.as_millisecond());
    }
    db.prepare_cached(
        "UPDATE hosts SET owner = NULL, leased_until = NULL, next_at = ?2,
         delay_millis = coalesce(?3, delay_millis), back_off_until = ?4, back_off_reason = ?5
         WHERE id = ?1",
    )?
    .execute(params![
        host.id,
        host.next_at,
        release.delay_millis.map(signed),
        until,
        reason
    ])?;
    if let Some(robots) = &release.robots {
        let body = packer.pack(&robots.body)?;
        db.prepare_cached(
            "INSERT OR REPLACE INTO robots (host, origin, status, body, fetched_at)
             VALUES (?1, ?2, ?3, ?4, ?5)",
        )?
        .execute(params![
            host.id,
            robots.origin,
            robots.status,
            body,
            TimeColumn(robots.fetched_at)
        ])?;
    }
    queues::set_ready(db, host)
}

fn robots(db: &Connection, host: i64) -> StoreResult<Option<StoredRobots>> {
    let mut select =
        db.prepare_cached("SELECT origin, status, body, fetched_at FROM robots WHERE host = ?1")?;
    let row = select
        .query_row([host], |row| {
            let body: Vec<u8> = row.get(2)?;
            Ok((row.get(0)?, row.get(1)?, body, row.get::<_, TimeColumn>(3)?))
        })
        .optional()?;
    let Some((origin, status, body, TimeColumn(fetched_at))) = row else { return Ok(None) };
    Ok(Some(StoredRobots { origin, status, body: unpack(&body)?, fetched_at }))
}

/// When a host of the queue may be asked: see [`crate::frontier::Frontier::next_wake`].
pub(super) fn next_wake(
    db: &Connection,
    job: i64,
    now: TimeColumn,
    due_by: TimeColumn,
) -> StoreResult<Option<jiff::Timestamp>> {
    let millis = now.0.as_millisecond();
    let waiting = queues::first_waiting(db, job, due_by)?;
    let mut earliest = waiting;
    // As a rule the first of these is free.
    queues::each_free(db, job, due_by, |host| {
        let ready = host.ready_at().unwrap_or(millis);
        earliest = Some(earliest.map_or(ready, |earliest| earliest.min(ready)));
        ready > millis
    })?;
    Ok(earliest.map(|ready| if ready <= millis { now.0 } else { time(ready) }))
}
