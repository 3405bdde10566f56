//! URLs as they are looked up.

use copydesk_fetch::Validators;
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, params};
use xxhash_rust::xxh3::xxh3_64;

use super::codes::{At, unsigned};
use super::failure::Outcome;
use crate::frontier::{PRIORITIES, UrlId, UrlState, Visit};

/// Bits of a URL's id that are its number at its host; those above are the host's id.
pub(super) const HOST_SHIFT: u32 = 36;

/// The greatest id of a host, and the greatest number of a URL.
pub(super) const MAX_HOST: i64 = i64::MAX >> HOST_SHIFT;
pub(super) const MAX_NUMBER: i64 = (1 << HOST_SHIFT) - 1;

/// The host of a URL.
pub(super) const fn host_of(url: i64) -> i64 {
    url >> HOST_SHIFT
}

/// What a URL is looked up by, as a column.
pub(super) fn hash_of(url: &str) -> i64 {
    xxh3_64(url.as_bytes()).cast_signed()
}

macro_rules! visit_columns {
    () => {
        "id, url, kind, via, priority, depth, next_visit, first_seen, last_visit, last_change, etag,
         last_modified, fingerprint, interval_seconds, failures, missing"
    };
}

fn visit(row: &Row<'_>) -> rusqlite::Result<Visit> {
    let due: Option<At> = row.get(6)?;
    let fingerprint: Option<i64> = row.get(12)?;
    let interval: Option<i64> = row.get(13)?;
    Ok(Visit {
        id: UrlId(row.get(0)?),
        url: row.get(1)?,
        kind: row.get(2)?,
        via: row.get(3)?,
        priority: row.get(4)?,
        depth: row.get(5)?,
        due: due.map_or(Timestamp::MAX, |due| due.0),
        first_seen: row.get::<_, At>(7)?.0,
        last_visit: row.get::<_, Option<At>>(8)?.map(|at| at.0),
        last_change: row.get::<_, Option<At>>(9)?.map(|at| at.0),
        validators: Validators { etag: row.get(10)?, last_modified: row.get(11)? },
        fingerprint: fingerprint.map(i64::cast_unsigned),
        interval_seconds: interval.map(unsigned),
        failures: row.get(14)?,
        missing: row.get(15)?,
    })
}

/// What is due at a host: the greatest priority first, then what has been due for the longest time.
pub(super) fn due(
    db: &Connection,
    host: i64,
    job: i64,
    due_by: Timestamp,
    limit: usize,
) -> Outcome<Vec<Visit>> {
    let mut select = db.prepare_cached(concat!(
        "SELECT ",
        visit_columns!(),
        " FROM urls INDEXED BY urls_due
         WHERE host = ?1 AND job = ?2 AND priority = ?3 AND next_visit <= ?4
         ORDER BY next_visit, id LIMIT ?5"
    ))?;
    let mut visits = Vec::new();
    for priority in PRIORITIES.rev() {
        let left = limit.saturating_sub(visits.len());
        if left == 0 {
            break;
        }
        let left = i64::try_from(left).unwrap_or(i64::MAX);
        for found in select.query_map(params![host, job, priority, At(due_by), left], visit)? {
            visits.push(found?);
        }
    }
    Ok(visits)
}

/// See [`crate::frontier::Frontier::find`].
pub(super) fn find(db: &Connection, job: i64, url: &str) -> Outcome<Option<(Visit, UrlState)>> {
    let mut select = db.prepare_cached(concat!(
        "SELECT ",
        visit_columns!(),
        ", state FROM urls INDEXED BY urls_by_hash WHERE job = ?1 AND hash = ?2 AND url = ?3"
    ))?;
    let found = select
        .query_row(params![job, hash_of(url), url], |row| Ok((visit(row)?, row.get(16)?)))
        .optional()?;
    Ok(found)
}
