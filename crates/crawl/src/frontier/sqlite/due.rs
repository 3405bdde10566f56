//! Makes known URLs due, and corrects what was written under a wrong clock.

use jiff::Timestamp;
use rusqlite::{Connection, params};

use super::batch::BatchChanges;
use super::columns::TimeColumn;
use super::failure::StoreResult;
use super::host_row::HostRow;
use super::{queues, urls};
use crate::frontier::rules::{LONGEST_HOST_WAIT, is_selected};
use crate::frontier::{ClockCorrection, DueSelection, UrlState};

/// See [`crate::frontier::Frontier::make_due`].
pub(super) fn make_due(
    db: &Connection,
    job: i64,
    which: &DueSelection<'_>,
    due: Timestamp,
) -> StoreResult<u64> {
    let mut changes = BatchChanges::new(db, job);
    let mut found = 0;
    let mut select = db.prepare(
        "SELECT id, url, state, outcome, last_change FROM urls INDEXED BY urls_by_hash
         WHERE job = ?1 AND (next_visit IS NULL OR next_visit > ?2)",
    )?;
    let mut rows = select.query(params![job, TimeColumn(due)])?;
    let mut selected: Vec<(i64, UrlState)> = Vec::new();
    while let Some(row) = rows.next()? {
        let (url, state): (String, UrlState) = (row.get(1)?, row.get(2)?);
        let was_delivered = row.get::<_, Option<TimeColumn>>(4)?.is_some();
        if is_selected(which, &url, state, row.get(3)?, was_delivered) {
            selected.push((row.get(0)?, state));
        }
    }
    for (id, state) in selected {
        db.prepare_cached(
            "UPDATE urls SET state = ?2, next_visit = ?3, etag = NULL, last_modified = NULL,
             fingerprint = NULL WHERE id = ?1",
        )?
        .execute(params![id, UrlState::Active, TimeColumn(due)])?;
        changes.counts.change_state(Some(state), Some(UrlState::Active));
        changes.recount(urls::host_of(id))?;
        found += 1;
    }
    changes.write()?;
    Ok(found)
}

/// See [`crate::frontier::Frontier::correct_clock`].
pub(super) fn correct_clock(
    db: &Connection,
    job: i64,
    correction: ClockCorrection,
) -> StoreResult<u64> {
    let ClockCorrection { now, latest_due } = correction;
    let (now, latest_due) = (TimeColumn(now), TimeColumn(latest_due));
    let mut changes = BatchChanges::new(db, job);
    let ids: Vec<i64> = db
        .prepare(
            "SELECT id FROM urls INDEXED BY urls_by_hash WHERE job = ?1 AND next_visit > ?2
             AND (visited_at > ?2 OR next_visit > ?3)",
        )?
        .query_map(params![job, now, latest_due], |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    for id in &ids {
        db.prepare_cached("UPDATE urls SET next_visit = ?2 WHERE id = ?1")?
            .execute(params![id, now])?;
        changes.recount(urls::host_of(*id))?;
    }
    db.prepare(
        "UPDATE urls INDEXED BY urls_by_hash SET first_seen = min(first_seen, ?2),
         last_seen = min(last_seen, ?2), visited_at = min(visited_at, ?2),
         last_visit = min(last_visit, ?2), last_change = min(last_change, ?2)
         WHERE job = ?1 AND max(last_seen, first_seen, coalesce(visited_at, 0)) > ?2",
    )?
    .execute(params![job, now])?;
    changes.write()?;
    correct_hosts(db, now)?;
    Ok(ids.len() as u64)
}

/// Ends waits that no host can have asked for. Hosts belong to all jobs.
fn correct_hosts(db: &Connection, now: TimeColumn) -> StoreResult<()> {
    let latest = now.0.saturating_add(LONGEST_HOST_WAIT).unwrap_or(now.0);
    let latest = TimeColumn(latest);
    db.prepare("DELETE FROM robots WHERE fetched_at > ?1")?.execute([now])?;
    let ids: Vec<i64> = db
        .prepare(
            "SELECT id FROM hosts WHERE next_at > ?1 OR back_off_until > ?1 OR leased_until > ?1",
        )?
        .query_map([latest], |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    for id in ids {
        // A lease until then belongs to a run that was killed, or that renews it within minutes.
        db.prepare_cached(
            "UPDATE hosts SET next_at = iif(next_at > ?2, NULL, next_at),
             back_off_reason = iif(back_off_until > ?2, NULL, back_off_reason),
             back_off_until = iif(back_off_until > ?2, NULL, back_off_until),
             token = token + iif(leased_until > ?2, 1, 0),
             owner = iif(leased_until > ?2, NULL, owner),
             leased_until = iif(leased_until > ?2, NULL, leased_until) WHERE id = ?1",
        )?
        .execute(params![id, latest])?;
        if let Some(host) = HostRow::by_id(db, id)? {
            queues::set_ready(db, &host)?;
        }
    }
    Ok(())
}
