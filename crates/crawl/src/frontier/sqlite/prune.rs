//! Removes old data, in small transactions, so that a crawl can commit in between.

use std::collections::BTreeSet;
use std::time::Duration;

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};

use super::columns::TimeColumn;
use super::connection::StateConnection;
use super::counts::CountChanges;
use super::failure::StoreResult;
use super::host_row::HostRow;
use super::queues;
use super::urls::{HOST_SHIFT, MAX_URL_NUMBER, host_of};
use crate::error::Error;
use crate::frontier::rules::MILLIS_PER_HOUR;
use crate::frontier::{PruneCounts, UrlState};
use crate::jobs::RetentionPolicy;

/// URLs that are scanned, and removed, in one transaction.
const URLS_PER_SCAN: i64 = 5_000;
const URLS_PER_REMOVAL: usize = 500;

/// Runs and hours that are removed in one transaction.
const RUNS_PER_REMOVAL: i64 = 500;
const HOURS_PER_REMOVAL: i64 = 500;

pub(super) fn prune(
    connection: &mut StateConnection,
    job: i64,
    retention: &RetentionPolicy,
    now: Timestamp,
) -> Result<PruneCounts, Error> {
    let mut pruned = PruneCounts::default();
    if let Some(before) = cutoff(now, retention.runs) {
        loop {
            let runs = connection.write(|db| prune_runs(db, job, before))?;
            pruned.runs += runs;
            if runs == 0 {
                break;
            }
        }
        while let Some(hours) = connection.write(|db| prune_hours(db, job, before))? {
            pruned.hours += hours;
        }
    }
    if let Some(before) = cutoff(now, retention.urls) {
        let prune = UrlPruner { job, before, now: now.as_millisecond() };
        let mut last = i64::MIN;
        loop {
            let (old, end) = connection.read(|db| prune.old_urls(db, last))?;
            for some in old.chunks(URLS_PER_REMOVAL) {
                connection.write(|db| prune.remove(db, some, &mut pruned))?;
            }
            let Some(end) = end else { break };
            last = end;
        }
    }
    Ok(pruned)
}

/// The time before which data is old; `None` if nothing is.
fn cutoff(now: Timestamp, kept: Option<Duration>) -> Option<TimeColumn> {
    now.checked_sub(kept?).ok().map(TimeColumn)
}

/// Keeps the latest run, which the status page shows, and all runs that may have records in the outbox.
fn prune_runs(db: &Connection, job: i64, before: TimeColumn) -> StoreResult<u64> {
    let runs = db
        .prepare_cached(
            "DELETE FROM runs WHERE id IN (SELECT id FROM runs INDEXED BY runs_of_job WHERE job = ?1
             AND id < (SELECT max(id) FROM runs WHERE job = ?1)
             AND id < coalesce((SELECT min(run) FROM outbox WHERE job = ?1), id + 1)
             AND ended_at < ?2 ORDER BY id LIMIT ?3)",
        )?
        .execute(params![job, before, RUNS_PER_REMOVAL])?;
    Ok(runs as u64)
}

/// Removes the earliest hours; `None` if there are no old ones.
fn prune_hours(db: &Connection, job: i64, before: TimeColumn) -> StoreResult<Option<u64>> {
    let first: Option<i64> = db
        .prepare_cached("SELECT min(hour) FROM hours WHERE job = ?1 AND hour < ?2")?
        .query_row(params![job, before], |row| row.get(0))?;
    let Some(first) = first else { return Ok(None) };
    let until = first.saturating_add(HOURS_PER_REMOVAL * MILLIS_PER_HOUR);
    // An hour has a row for each outcome.
    let hours: i64 = db
        .prepare_cached(
            "SELECT count(DISTINCT hour) FROM hours WHERE job = ?1 AND hour < min(?2, ?3)",
        )?
        .query_row(params![job, before, until], |row| row.get(0))?;
    db.prepare_cached("DELETE FROM hours WHERE job = ?1 AND hour < min(?2, ?3)")?
        .execute(params![job, before, until])?;
    Ok(Some(hours.unsigned_abs()))
}

struct UrlPruner {
    job: i64,
    before: TimeColumn,
    now: i64,
}

/// Whether a URL is old: it has been gone since then, or it was neither discovered nor visited successfully
/// since then. Both, because a linked URL is not discovered again while the page with the link answers 304.
/// Seeds (`via` 1) are named in the job, so they stay.
macro_rules! is_old {
    () => {
        "job = ?1 AND via <> 1 AND ((last_seen < ?2 AND coalesce(last_visit, 0) < ?2)
         OR (state = 2 AND visited_at < ?2))"
    };
}

impl UrlPruner {
    /// Old URLs after `last`, and the last URL that was scanned; `None` at the end.
    fn old_urls(&self, db: &Connection, last: i64) -> StoreResult<(Vec<i64>, Option<i64>)> {
        let mut select = db.prepare_cached(concat!(
            "SELECT id, ",
            is_old!(),
            " FROM urls WHERE id > ?3 ORDER BY id LIMIT ?4"
        ))?;
        let mut rows = select.query(params![self.job, self.before, last, URLS_PER_SCAN])?;
        let (mut old, mut end) = (Vec::new(), None);
        while let Some(row) = rows.next()? {
            let id = row.get(0)?;
            end = Some(id);
            if row.get::<_, Option<bool>>(1)? == Some(true) {
                old.push(id);
            }
        }
        Ok((old, end))
    }

    /// Removes the URLs that are still old. Hosts that are leased are skipped, because their run may hold visits
    /// of these URLs.
    fn remove(&self, db: &Connection, urls: &[i64], pruned: &mut PruneCounts) -> StoreResult<()> {
        let mut counts = CountChanges::default();
        let mut hosts: BTreeSet<i64> = BTreeSet::new();
        let mut leased: BTreeSet<i64> = BTreeSet::new();
        // Each URL is checked again, because it may have been discovered again since the scan.
        for url in urls {
            let host = host_of(*url);
            if !hosts.contains(&host) && !leased.contains(&host) {
                let row = HostRow::by_id(db, host)?;
                let until = row.and_then(|row| row.leased_until);
                let set = if until.is_some_and(|until| until > self.now) {
                    &mut leased
                } else {
                    &mut hosts
                };
                set.insert(host);
            }
            if leased.contains(&host) {
                continue;
            }
            let removed: Option<(UrlState, Option<i64>)> = db
                .prepare_cached(concat!(
                    "DELETE FROM urls WHERE id = ?3 AND ",
                    is_old!(),
                    " RETURNING state, pattern"
                ))?
                .query_row(params![self.job, self.before, url], |row| {
                    Ok((row.get(0)?, row.get(1)?))
                })
                .optional()?;
            let Some((state, pattern)) = removed else { continue };
            pruned.urls += 1;
            db.prepare_cached("DELETE FROM texts WHERE url = ?1")?.execute([url])?;
            counts.change_state(Some(state), None);
            if let Some(pattern) = pattern {
                counts.remove_from_pattern(db, self.job, pattern)?;
            }
        }
        counts.write(db, self.job)?;
        for host in hosts {
            if let Some(row) = HostRow::by_id(db, host)? {
                queues::recount(db, &row, self.job)?;
                pruned.hosts += self.remove_host(db, &row)?;
            }
        }
        Ok(())
    }

    /// Removes a host without URLs. A host in its crawl delay or back-off stays, so that it is not visited too
    /// early if it is discovered again.
    fn remove_host(&self, db: &Connection, host: &HostRow) -> StoreResult<u64> {
        let first = host.id << HOST_SHIFT;
        let has_urls: bool = db
            .prepare_cached("SELECT EXISTS (SELECT 1 FROM urls WHERE id BETWEEN ?1 AND ?2)")?
            .query_row([first, first | MAX_URL_NUMBER], |row| row.get(0))?;
        if has_urls || host.ready_at().is_some_and(|ready| ready > self.now) {
            return Ok(0);
        }
        db.prepare_cached("DELETE FROM robots WHERE host = ?1")?.execute([host.id])?;
        db.prepare_cached("DELETE FROM hosts WHERE id = ?1")?.execute([host.id])?;
        Ok(1)
    }
}
