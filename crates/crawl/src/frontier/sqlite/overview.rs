//! Queries for the status page and for lists.

use std::collections::BTreeMap;

use jiff::Timestamp;
use rusqlite::{Connection, Row, params};

use super::columns::{TimeColumn, unsigned};
use super::failure::StoreResult;
use super::jobs::{run_columns, run_from_row, with_figures};
use super::{outbox, queues};
use crate::frontier::{
    ErrorView, HostView, HourlyVisits, JobId, JobRun, JobView, UrlState, VisitOutcome,
};

pub(super) fn jobs(db: &Connection) -> StoreResult<Vec<JobView>> {
    let names: Vec<(i64, String)> = db
        .prepare_cached("SELECT id, name FROM jobs ORDER BY name")?
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<rusqlite::Result<_>>()?;
    let mut jobs = Vec::new();
    for (id, name) in names {
        jobs.push(JobView {
            id: JobId(id),
            name,
            urls: counts(db, id)?,
            undelivered: outbox::undelivered(db, id)?,
            next_due: queues::next_due(db, id)?,
        });
    }
    Ok(jobs)
}

fn counts(db: &Connection, job: i64) -> StoreResult<BTreeMap<UrlState, u64>> {
    let mut select =
        db.prepare_cached("SELECT state, urls FROM counts WHERE job = ?1 AND urls > 0")?;
    let counts = select.query_map([job], |row| Ok((row.get(0)?, unsigned(row.get(1)?))))?;
    Ok(counts.collect::<rusqlite::Result<_>>()?)
}

pub(super) fn runs(db: &Connection, job: Option<JobId>, limit: usize) -> StoreResult<Vec<JobRun>> {
    let limit = row_limit(limit);
    let found: Vec<(JobRun, String)> = if let Some(job) = job {
        let sql =
            concat!("SELECT ", run_columns!(), " WHERE r.job = ?1 ORDER BY r.id DESC LIMIT ?2");
        let mut select = db.prepare_cached(sql)?;
        select.query_map([job.0, limit], run_from_row)?.collect::<rusqlite::Result<_>>()?
    } else {
        let sql = concat!("SELECT ", run_columns!(), " ORDER BY r.id DESC LIMIT ?1");
        let mut select = db.prepare_cached(sql)?;
        select.query_map([limit], run_from_row)?.collect::<rusqlite::Result<_>>()?
    };
    found.into_iter().map(with_figures).collect()
}

pub(super) fn hosts(db: &Connection, limit: usize) -> StoreResult<Vec<HostView>> {
    let mut hosts: Vec<HostView> = Vec::new();
    // Three queries, so that each is read from its index in order and stops at the limit.
    for order in [
        "INDEXED BY hosts_left_alone WHERE back_off_until IS NOT NULL
         ORDER BY back_off_until DESC, id DESC",
        "INDEXED BY hosts_asked WHERE back_off_until IS NULL AND next_at IS NOT NULL
         ORDER BY next_at DESC, id DESC",
        "WHERE back_off_until IS NULL AND next_at IS NULL ORDER BY id DESC",
    ] {
        let left = limit.saturating_sub(hosts.len());
        if left == 0 {
            break;
        }
        let sql = format!(
            "SELECT name, delay_millis, next_at, back_off_until, back_off_reason, owner, leased_until
             FROM hosts {order} LIMIT ?1"
        );
        let mut select = db.prepare_cached(&sql)?;
        for found in select.query_map([row_limit(left)], host_from_row)? {
            hosts.push(found?);
        }
    }
    Ok(hosts)
}

fn host_from_row(row: &Row<'_>) -> rusqlite::Result<HostView> {
    let owner: Option<String> = row.get(5)?;
    let until: Option<TimeColumn> = row.get(6)?;
    Ok(HostView {
        host: row.get(0)?,
        delay_millis: row.get::<_, Option<i64>>(1)?.map(unsigned),
        next_at: row.get::<_, Option<TimeColumn>>(2)?.map(|at| at.0),
        back_off_until: row.get::<_, Option<TimeColumn>>(3)?.map(|at| at.0),
        back_off_reason: row.get(4)?,
        leased: owner.zip(until.map(|at| at.0)),
    })
}

pub(super) fn errors(db: &Connection, job: JobId, limit: usize) -> StoreResult<Vec<ErrorView>> {
    let mut select = db.prepare_cached(
        "SELECT url, visited_at, error_kind, error_message, failures, next_visit
         FROM urls INDEXED BY urls_failed WHERE job = ?1 AND outcome = 12
         ORDER BY visited_at DESC, id DESC LIMIT ?2",
    )?;
    let errors = select.query_map([job.0, row_limit(limit)], |row| {
        Ok(ErrorView {
            url: row.get(0)?,
            at: row.get::<_, TimeColumn>(1)?.0,
            kind: row.get::<_, Option<String>>(2)?.unwrap_or_default(),
            message: row.get::<_, Option<String>>(3)?.unwrap_or_default(),
            failures: row.get(4)?,
            next_visit: row.get::<_, Option<TimeColumn>>(5)?.map(|at| at.0),
        })
    })?;
    Ok(errors.collect::<rusqlite::Result<_>>()?)
}

pub(super) fn hours(
    db: &Connection,
    job: JobId,
    since: Timestamp,
) -> StoreResult<Vec<HourlyVisits>> {
    let mut select = db.prepare_cached(
        "SELECT hour, outcome, visits FROM hours WHERE job = ?1 AND hour >= ?2
         ORDER BY hour, outcome",
    )?;
    let counts = select.query_map(params![job.0, TimeColumn(since)], |row| {
        Ok((row.get::<_, TimeColumn>(0)?.0, row.get::<_, VisitOutcome>(1)?, unsigned(row.get(2)?)))
    })?;
    let mut hours: Vec<HourlyVisits> = Vec::new();
    for count in counts {
        let (at, outcome, visits) = count?;
        match hours.last_mut() {
            Some(hour) if hour.at == at => {
                hour.outcomes.insert(outcome, visits);
            }
            _ => hours.push(HourlyVisits { at, outcomes: [(outcome, visits)].into() }),
        }
    }
    Ok(hours)
}

fn row_limit(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}
