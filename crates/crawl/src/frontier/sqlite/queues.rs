//! The queues: for each job and host, when the first URL is due, and when the host is free.
//!
//! `ready` is NULL for free hosts, which have an index of their own. A host that is leased, in its crawl
//! delay or in back-off has a time there instead, and returns by [`wake_hosts`]. It may return too early,
//! so a lease checks the row of the host again. It never returns too late.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};

use super::columns::TimeColumn;
use super::failure::StoreResult;
use super::host_row::{HostRow, host_columns};
use crate::frontier::PRIORITIES;

macro_rules! free_hosts {
    () => {
        concat!(
            "SELECT ",
            host_columns!(),
            " FROM queues q INDEXED BY queues_free CROSS JOIN hosts h ON h.id = q.host
             WHERE q.job = ?1 AND q.ready IS NULL AND q.due <= ?2 ORDER BY q.due, q.host LIMIT ?3"
        )
    };
}

/// Marks hosts as free whose time has come.
pub(super) fn wake_hosts(db: &Connection, job: i64, now: i64) -> StoreResult<()> {
    db.prepare_cached("UPDATE queues SET ready = NULL WHERE job = ?1 AND ready <= ?2")?
        .execute(params![job, now])?;
    Ok(())
}

/// Free hosts with a due URL. The one that has been due for the longest time is first.
pub(super) fn free_hosts(
    db: &Connection,
    job: i64,
    due_by: Timestamp,
    limit: usize,
) -> StoreResult<Vec<HostRow>> {
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let mut select = db.prepare_cached(free_hosts!())?;
    let hosts = select.query_map(params![job, TimeColumn(due_by), limit], HostRow::from_row)?;
    Ok(hosts.collect::<rusqlite::Result<_>>()?)
}

/// Passes these hosts to `more` until it returns false.
pub(super) fn each_free(
    db: &Connection,
    job: i64,
    due_by: TimeColumn,
    mut more: impl FnMut(&HostRow) -> bool,
) -> StoreResult<()> {
    let mut select = db.prepare_cached(free_hosts!())?;
    let hosts = select.query_map(params![job, due_by, i64::MAX], HostRow::from_row)?;
    for host in hosts {
        if !more(&host?) {
            break;
        }
    }
    Ok(())
}

/// When the first host with a due URL that is not free becomes free.
pub(super) fn first_waiting(
    db: &Connection,
    job: i64,
    due_by: TimeColumn,
) -> StoreResult<Option<i64>> {
    let mut select = db.prepare_cached(
        "SELECT ready FROM queues INDEXED BY queues_waiting
         WHERE job = ?1 AND ready < ?3 AND due <= ?2 ORDER BY ready LIMIT 1",
    )?;
    Ok(select.query_row(params![job, due_by, HELD_UNTIL_NEXT_RUN], |row| row.get(0)).optional()?)
}

/// See [`crate::frontier::Frontier::waits_for_others`].
pub(super) fn waits_for_others(
    db: &Connection,
    job: i64,
    owner: &str,
    now: TimeColumn,
    due_by: TimeColumn,
) -> StoreResult<bool> {
    let mut select = db.prepare_cached(
        "SELECT 1 FROM hosts h INDEXED BY hosts_leased CROSS JOIN queues q ON q.host = h.id
         WHERE h.owner IS NOT NULL AND h.owner <> ?2 AND h.leased_until > ?3 AND q.job = ?1
         AND q.due <= ?4 LIMIT 1",
    )?;
    Ok(select.exists(params![job, owner, now, due_by])?)
}

/// When the first URL of a job is due.
pub(super) fn next_due(db: &Connection, job: i64) -> StoreResult<Option<Timestamp>> {
    let mut earliest: Option<TimeColumn> = None;
    // Two queries, so that each reads one entry of its partial index.
    for sql in [
        "SELECT min(due) FROM queues INDEXED BY queues_free WHERE job = ?1 AND ready IS NULL",
        "SELECT min(due) FROM queues INDEXED BY queues_waiting WHERE job = ?1 AND ready IS NOT NULL",
    ] {
        let due: Option<TimeColumn> = db.prepare_cached(sql)?.query_row([job], |row| row.get(0))?;
        earliest = match (earliest, due) {
            (Some(a), Some(b)) => Some(if a.0 <= b.0 { a } else { b }),
            (a, b) => a.or(b),
        };
    }
    Ok(earliest.map(|due| due.0))
}

/// Sets in the queues of all jobs when a host is free.
pub(super) fn set_ready(db: &Connection, host: &HostRow) -> StoreResult<()> {
    db.prepare_cached("UPDATE queues SET ready = ?2 WHERE host = ?1 AND ready IS NOT ?2")?
        .execute(params![host.id, host.ready_at()])?;
    Ok(())
}

/// Notes that a URL of the host is due, which may be earlier than all others.
pub(super) fn add(db: &Connection, host: &HostRow, job: i64, due: i64) -> StoreResult<()> {
    db.prepare_cached(
        "INSERT INTO queues (host, job, due, ready) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (host, job) DO UPDATE SET due = excluded.due WHERE excluded.due < due",
    )?
    .execute(params![host.id, job, due, host.ready_at()])?;
    Ok(())
}

/// The time at which a host is free that the job does not visit again in this run. `next_wake` excludes
/// it, so that a run does not wait for such a host.
pub(super) const HELD_UNTIL_NEXT_RUN: i64 = i64::MAX;

/// Excludes a host from the job's leases until [`release_held`]. It returns earlier if another job leases
/// it, since [`set_ready`] overwrites the time.
pub(super) fn hold_host(db: &Connection, host: i64, job: i64) -> StoreResult<()> {
    db.prepare_cached("UPDATE queues SET ready = ?3 WHERE host = ?1 AND job = ?2")?.execute([
        host,
        job,
        HELD_UNTIL_NEXT_RUN,
    ])?;
    Ok(())
}

/// Marks hosts as free again that [`hold_host`] excluded.
pub(super) fn release_held(db: &Connection, job: i64) -> StoreResult<()> {
    db.prepare_cached("UPDATE queues SET ready = NULL WHERE job = ?1 AND ready = ?2")?
        .execute([job, HELD_UNTIL_NEXT_RUN])?;
    Ok(())
}

/// Looks up when the first URL of a host is due. One search for each priority, because the index is sorted
/// by priority first.
pub(super) fn recount(db: &Connection, host: &HostRow, job: i64) -> StoreResult<()> {
    let mut first: Option<i64> = None;
    let mut select = db.prepare_cached(
        "SELECT next_visit FROM urls INDEXED BY urls_due
         WHERE host = ?1 AND job = ?2 AND priority = ?3 AND next_visit IS NOT NULL
         ORDER BY next_visit LIMIT 1",
    )?;
    for priority in PRIORITIES {
        let due = select
            .query_row(params![host.id, job, priority], |row| row.get::<_, i64>(0))
            .optional()?;
        first = match (first, due) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        };
    }
    match first {
        Some(due) => db
            .prepare_cached(
                "INSERT INTO queues (host, job, due, ready) VALUES (?1, ?2, ?3, ?4)
                 ON CONFLICT (host, job) DO UPDATE SET due = excluded.due, ready = excluded.ready
                 WHERE due IS NOT excluded.due OR ready IS NOT excluded.ready",
            )?
            .execute(params![host.id, job, due, host.ready_at()])?,
        None => db
            .prepare_cached("DELETE FROM queues WHERE host = ?1 AND job = ?2")?
            .execute(params![host.id, job])?,
    };
    Ok(())
}
