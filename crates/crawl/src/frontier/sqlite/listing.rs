//! Reads the URLs of a job page by page.

use rusqlite::{Connection, Row, params};

use super::columns::{TimeColumn, unsigned};
use super::failure::StoreResult;
use crate::frontier::{JobId, UrlEntry, UrlId, UrlState, VisitError};

/// See [`crate::frontier::StateView::urls_after`]. Ids of URLs begin with the id of their host, so the order
/// of ids is the order of the listing.
pub(super) fn urls_after(
    db: &Connection,
    job: JobId,
    state: Option<UrlState>,
    after: Option<UrlId>,
    limit: usize,
) -> StoreResult<Vec<UrlEntry>> {
    let after = after.map_or(i64::MIN, |url| url.0);
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    // CROSS JOIN keeps the planner from reading hosts first, which would sort all URLs.
    let mut select = db.prepare_cached(
        "SELECT u.url, h.name, u.kind, u.via, u.state, u.priority, u.depth, u.first_seen, u.last_seen,
         u.visited_at, u.outcome, u.status, u.wire_bytes, u.error_kind, u.error_message, u.failures,
         u.missing, u.last_visit, u.last_change, u.next_visit, u.interval_seconds, u.etag,
         u.last_modified, u.fingerprint, u.id
         FROM urls u CROSS JOIN hosts h ON h.id = u.host
         WHERE u.id > ?1 AND u.job = ?2 AND (?3 IS NULL OR u.state = ?3) ORDER BY u.id LIMIT ?4",
    )?;
    let entries = select.query_map(params![after, job.0, state, limit], entry_from_row)?;
    Ok(entries.collect::<rusqlite::Result<_>>()?)
}

fn entry_from_row(row: &Row<'_>) -> rusqlite::Result<UrlEntry> {
    let time = |column| row.get::<_, Option<TimeColumn>>(column).map(|at| at.map(|at| at.0));
    let kind: Option<String> = row.get(13)?;
    let message: Option<String> = row.get(14)?;
    let fingerprint: Option<i64> = row.get(23)?;
    Ok(UrlEntry {
        url: row.get(0)?,
        host: row.get(1)?,
        kind: row.get(2)?,
        via: row.get(3)?,
        state: row.get(4)?,
        priority: row.get(5)?,
        depth: row.get(6)?,
        first_seen: row.get::<_, TimeColumn>(7)?.0,
        last_seen: row.get::<_, TimeColumn>(8)?.0,
        visited_at: time(9)?,
        outcome: row.get(10)?,
        status: row.get(11)?,
        wire_bytes: row.get::<_, Option<i64>>(12)?.map(unsigned),
        error: kind.map(|kind| VisitError { kind, message: message.unwrap_or_default() }),
        failures: row.get(15)?,
        missing: row.get(16)?,
        last_visit: time(17)?,
        last_change: time(18)?,
        next_visit: time(19)?,
        interval_seconds: row.get::<_, Option<i64>>(20)?.map(unsigned),
        etag: row.get(21)?,
        last_modified: row.get(22)?,
        fingerprint: fingerprint.map(|fingerprint| format!("{:016x}", fingerprint.cast_unsigned())),
        id: UrlId(row.get(24)?),
    })
}
