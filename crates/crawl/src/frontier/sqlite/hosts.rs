//! Host leases.

use rusqlite::{Connection, OptionalExtension, params};

use super::columns::{TimeColumn, signed, time, unsigned};
use super::compression::{BlobPacker, unpack};
use super::failure::StoreResult;
use super::host_row::{HostRow, host_columns};
use super::{jobs, queues, urls};
use crate::frontier::{HostId, HostLease, LeaseKey, LeaseRelease, LeaseRequest, StoredRobots};

/// See [`crate::frontier::Frontier::lease`].
pub(super) fn lease(db: &Connection, request: &LeaseRequest) -> StoreResult<Vec<HostLease>> {
    let mut leases = Vec::new();
    let LeaseRequest { job, now, due_by, max_hosts, max_visits_per_host, .. } = request;
    if *max_visits_per_host == 0 {
        return Ok(leases);
    }
    let now = now.as_millisecond();
    queues::wake_hosts(db, job.0, now)?;
    // A queue entry can be out of date. It is then corrected instead of leased, and the search continues with the
    // corrected queue. Each round leases or corrects at least one entry, so the loop ends.
    while leases.len() < *max_hosts {
        let candidates = queues::free_hosts(db, job.0, *due_by, *max_hosts - leases.len())?;
        if candidates.is_empty() {
            break;
        }
        for host in candidates {
            if !host.is_free(now) {
                // The clock went back after the host was woken, so it is not free yet.
                queues::set_ready(db, &host)?;
                continue;
            }
            let visits = urls::due_visits(db, host.id, job.0, *due_by, *max_visits_per_host)?;
            if visits.is_empty() {
                // The entry was too early: its URLs are due later, or were removed.
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
    // Also after a release, so that no token is ever valid for two leases.
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
        // A new token, because the crashed owner may still be running and commit.
        db.prepare_cached(
            "UPDATE hosts SET token = token + 1, owner = NULL, leased_until = NULL WHERE id = ?1",
        )?
        .execute([host.id])?;
        queues::set_ready(db, &host)?;
    }
    Ok(())
}

/// Releases a host. `host` is its row, which is updated too.
pub(super) fn release(
    db: &Connection,
    packer: &mut BlobPacker,
    host: &mut HostRow,
    release: &LeaseRelease,
) -> StoreResult<()> {
    let (until, reason) = match &release.back_off {
        Some((until, reason)) => {
            (Some(until.as_millisecond()), Some(jobs::truncate_message(reason)))
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

/// See [`crate::frontier::Frontier::next_wake`].
pub(super) fn next_wake(
    db: &Connection,
    job: i64,
    now: TimeColumn,
    due_by: TimeColumn,
) -> StoreResult<Option<jiff::Timestamp>> {
    let millis = now.0.as_millisecond();
    let waiting = queues::first_waiting(db, job, due_by)?;
    let mut earliest = waiting;
    // The first one is usually free, and then the others are not read.
    queues::each_free(db, job, due_by, |host| {
        let ready = host.ready_at().unwrap_or(millis);
        earliest = Some(earliest.map_or(ready, |earliest| earliest.min(ready)));
        ready > millis
    })?;
    Ok(earliest.map(|ready| if ready <= millis { now.0 } else { time(ready) }))
}
