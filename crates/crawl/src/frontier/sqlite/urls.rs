//! URLs as they are looked up.

use copydesk_fetch::Validators;
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, params};
use xxhash_rust::xxh3::xxh3_64;

use super::columns::{TimeColumn, unsigned};
use super::failure::StoreResult;
use crate::frontier::{PRIORITIES, UrlId, UrlState, VisitTask};

/// Bits of a URL's id that are its number at its host; those above are the host's id.
pub(super) const HOST_SHIFT: u32 = 36;

/// The greatest id of a host, and the greatest number of a URL.
pub(super) const MAX_HOST_ID: i64 = i64::MAX >> HOST_SHIFT;
pub(super) const MAX_URL_NUMBER: i64 = (1 << HOST_SHIFT) - 1;

/// The host of a URL.
pub(super) const fn host_of(url: i64) -> i64 {
    url >> HOST_SHIFT
}

/// Bits of a hash that are of the whole URL; those above are of its beginning.
const URL_BITS: u32 = 40;

/// What a URL is looked up by, as a column. The URLs of a site have hashes near each other, so that the links of a
/// page are looked up, and entered, in a few places. Two may have the same, and are told apart by what they are.
pub(super) fn hash_of(url: &str) -> i64 {
    let after_scheme = url.split_once("://").map_or(url, |(_, rest)| rest);
    let site = after_scheme.split(['/', '?']).next().unwrap_or_default();
    let (site, url) = (xxh3_64(site.as_bytes()), xxh3_64(url.as_bytes()));
    (site << URL_BITS | url & ((1 << URL_BITS) - 1)).cast_signed()
}

macro_rules! visit_columns {
    () => {
        "id, url, kind, via, priority, depth, next_visit, first_seen, last_visit, last_change, etag,
         last_modified, fingerprint, interval_seconds, failures, missing"
    };
}

fn visit_from_row(row: &Row<'_>) -> rusqlite::Result<VisitTask> {
    let due: Option<TimeColumn> = row.get(6)?;
    let fingerprint: Option<i64> = row.get(12)?;
    let interval: Option<i64> = row.get(13)?;
    Ok(VisitTask {
        id: UrlId(row.get(0)?),
        url: row.get(1)?,
        kind: row.get(2)?,
        via: row.get(3)?,
        priority: row.get(4)?,
        depth: row.get(5)?,
        due: due.map_or(Timestamp::MAX, |due| due.0),
        first_seen: row.get::<_, TimeColumn>(7)?.0,
        last_visit: row.get::<_, Option<TimeColumn>>(8)?.map(|at| at.0),
        last_change: row.get::<_, Option<TimeColumn>>(9)?.map(|at| at.0),
        validators: Validators { etag: row.get(10)?, last_modified: row.get(11)? },
        fingerprint: fingerprint.map(i64::cast_unsigned),
        interval_seconds: interval.map(unsigned),
        failures: row.get(14)?,
        missing: row.get(15)?,
    })
}

/// What is due at a host: the greatest priority first, then what has been due for the longest time.
pub(super) fn due_visits(
    db: &Connection,
    host: i64,
    job: i64,
    due_by: Timestamp,
    limit: usize,
) -> StoreResult<Vec<VisitTask>> {
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
        for found in select
            .query_map(params![host, job, priority, TimeColumn(due_by), left], visit_from_row)?
        {
            visits.push(found?);
        }
    }
    Ok(visits)
}

/// See [`crate::frontier::Frontier::find`].
pub(super) fn find(
    db: &Connection,
    job: i64,
    url: &str,
) -> StoreResult<Option<(VisitTask, UrlState)>> {
    let mut select = db.prepare_cached(concat!(
        "SELECT ",
        visit_columns!(),
        ", state FROM urls INDEXED BY urls_by_hash WHERE job = ?1 AND hash = ?2 AND url = ?3"
    ))?;
    let found = select
        .query_row(params![job, hash_of(url), url], |row| Ok((visit_from_row(row)?, row.get(16)?)))
        .optional()?;
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_urls_of_a_site_are_near_each_other_and_not_the_same() {
        let site = |url: &str| hash_of(url) >> URL_BITS;
        let urls =
            ["https://a.example/", "https://a.example/1", "http://a.example?2", "a.example/3"];
        assert!(urls.iter().all(|url| site(url) == site(urls[0])));
        assert_ne!(site("https://b.example/1"), site(urls[0]));
        let mut hashes = urls.map(hash_of);
        hashes.sort_unstable();
        assert!(hashes.is_sorted_by(|a, b| a < b), "{hashes:?}");
        // It stands in files.
        assert_eq!(hash_of("https://a.example/1"), 391_681_979_486_732_358);
    }

    #[test]
    fn the_id_of_a_url_has_that_of_its_host() {
        assert_eq!(host_of(MAX_HOST_ID << HOST_SHIFT | MAX_URL_NUMBER), MAX_HOST_ID);
        assert_eq!(MAX_HOST_ID << HOST_SHIFT | MAX_URL_NUMBER, i64::MAX);
    }
}
