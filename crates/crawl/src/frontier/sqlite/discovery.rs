//! Enters discovered URLs. A known URL keeps the better of its old and new values.

use jiff::Timestamp;
use rusqlite::{OptionalExtension, Row, params};

use super::batch::BatchChanges;
use super::columns::TimeColumn;
use super::failure::StoreResult;
use super::urls;
use crate::frontier::rules::KnownUrl;
use crate::frontier::{MAX_URL_BYTES, NewUrl, UrlState};

/// Enters a URL that was discovered at `seen`.
pub(super) fn add(
    changes: &mut BatchChanges<'_>,
    new: &NewUrl,
    seen: Timestamp,
) -> StoreResult<()> {
    if new.url.len() > MAX_URL_BYTES || new.host.len() > MAX_URL_BYTES {
        changes.discovered.capped += 1;
        return Ok(());
    }
    let hash = urls::hash_of(&new.url);
    let known = changes
        .db
        .prepare_cached(
            "SELECT state, kind, via, priority, depth, next_visit, visited_at, last_seen, id
             FROM urls INDEXED BY urls_by_hash WHERE job = ?1 AND hash = ?2 AND url = ?3",
        )?
        .query_row(params![changes.job, hash, new.url], |row| {
            Ok((known_url_from_row(row)?, row.get(8)?))
        })
        .optional()?;
    if let Some((known, id)) = known {
        changes.discovered.known += 1;
        return update_known(changes, id, &known, new, seen);
    }
    // After the lookup, so that known URLs do not count toward the limit of their pattern again.
    let pattern = match new.pattern {
        Some((pattern, limit)) => {
            let (db, job, pattern) = (changes.db, changes.job, pattern.cast_signed());
            if !changes.counts.admit_to_pattern(db, job, pattern, limit)? {
                changes.discovered.capped += 1;
                return Ok(());
            }
            Some(pattern)
        }
        None => None,
    };
    let host = changes.host_named(&new.host)?;
    let id = changes.new_url(host, new.due)?;
    let entry = KnownUrl::new(new, seen);
    changes
        .db
        .prepare_cached(
            "INSERT INTO urls (id, job, host, hash, url, kind, via, state, priority, depth, pattern,
             first_seen, last_seen, next_visit)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?12, ?13)",
        )?
        .execute(params![
            id,
            changes.job,
            host,
            hash,
            new.url,
            entry.kind,
            entry.via,
            entry.state,
            entry.priority,
            entry.depth,
            pattern,
            TimeColumn(seen),
            entry.next_visit.map(TimeColumn),
        ])?;
    changes.counts.change_state(None, Some(UrlState::Active));
    changes.discovered.new += 1;
    Ok(())
}

fn known_url_from_row(row: &Row<'_>) -> rusqlite::Result<KnownUrl> {
    Ok(KnownUrl {
        state: row.get(0)?,
        kind: row.get(1)?,
        via: row.get(2)?,
        priority: row.get(3)?,
        depth: row.get(4)?,
        next_visit: row.get::<_, Option<TimeColumn>>(5)?.map(|at| at.0),
        visited_at: row.get::<_, Option<TimeColumn>>(6)?.map(|at| at.0),
        last_seen: row.get::<_, TimeColumn>(7)?.0,
    })
}

fn update_known(
    changes: &mut BatchChanges<'_>,
    id: i64,
    known: &KnownUrl,
    new: &NewUrl,
    seen: Timestamp,
) -> StoreResult<()> {
    let found = known.rediscovered(new, seen);
    // Most links of a page are known and change nothing. Skipping the write keeps such a page cheap.
    if found == *known {
        return Ok(());
    }
    changes
        .db
        .prepare_cached(
            "UPDATE urls SET state = ?2, kind = ?3, via = ?4, priority = ?5, depth = ?6, next_visit = ?7,
             last_seen = ?8 WHERE id = ?1",
        )?
        .execute(params![
            id,
            found.state,
            found.kind,
            found.via,
            found.priority,
            found.depth,
            found.next_visit.map(TimeColumn),
            TimeColumn(found.last_seen),
        ])?;
    changes.counts.change_state(Some(known.state), Some(found.state));
    // The queue changes only if the order or the time of due URLs does.
    if (found.priority, found.next_visit) != (known.priority, known.next_visit) {
        changes.recount(urls::host_of(id))?;
    }
    Ok(())
}
