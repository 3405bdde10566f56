//! Ids and hashes of URLs, and how they are looked up.

use copydesk_fetch::Validators;
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, params};
use xxhash_rust::xxh3::xxh3_64;

use super::columns::{TimeColumn, unsigned};
use super::failure::StoreResult;
use crate::frontier::{PRIORITIES, UrlId, UrlState, VisitTask};

/// The low bits of a URL's id are its number within its host. The bits above are the id of the host. This
/// leaves room for 2^27 hosts with 2^36 URLs each.
pub(super) const HOST_SHIFT: u32 = 36;

/// The greatest id of a host, and the greatest number of a URL within its host.
pub(super) const MAX_HOST_ID: i64 = i64::MAX >> HOST_SHIFT;
pub(super) const MAX_URL_NUMBER: i64 = (1 << HOST_SHIFT) - 1;

/// The host of a URL.
pub(super) const fn host_of(url: i64) -> i64 {
    url >> HOST_SHIFT
}

/// The low bits of a hash are of the whole URL. The bits above are of its host.
const URL_BITS: u32 = 40;

/// The hash by which a URL is looked up. The URLs of a host have neighboring hashes, so the links of a page
/// are looked up in few pages of the index. URLs with the same hash are distinguished by comparing the URLs.
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

/// The due URLs of a host: the greatest priority first, then those that have been due for the longest time.
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
    fn urls_of_a_host_have_neighboring_and_different_hashes() {
        let site = |url: &str| hash_of(url) >> URL_BITS;
        let urls =
            ["https://a.example/", "https://a.example/1", "http://a.example?2", "a.example/3"];
        assert!(urls.iter().all(|url| site(url) == site(urls[0])));
        assert_ne!(site("https://b.example/1"), site(urls[0]));
        let mut hashes = urls.map(hash_of);
        hashes.sort_unstable();
        assert!(hashes.is_sorted_by(|a, b| a < b), "{hashes:?}");
        // The hash is stored in the files of users, so it must not change.
        assert_eq!(hash_of("https://a.example/1"), 391_681_979_486_732_358);
    }

    #[test]
    fn the_id_of_a_url_contains_the_id_of_its_host() {
        assert_eq!(host_of(MAX_HOST_ID << HOST_SHIFT | MAX_URL_NUMBER), MAX_HOST_ID);
        assert_eq!(MAX_HOST_ID << HOST_SHIFT | MAX_URL_NUMBER, i64::MAX);
    }
}
