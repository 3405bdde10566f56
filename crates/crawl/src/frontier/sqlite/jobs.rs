//! Jobs, their runs and their notes.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::columns::{TimeColumn, signed};
use super::failure::{StoreFailure, StoreResult};
use super::{outbox, queues};
use crate::frontier::{JobId, JobRun, RunEnd, RunFigures, RunId};

/// Bytes of a message that are kept. A message can quote a page, so it needs a cap.
const MAX_MESSAGE_BYTES: usize = 2_048;

/// The part of a message that is kept.
pub(super) fn truncate_message(message: &str) -> &str {
    let end = message.floor_char_boundary(MAX_MESSAGE_BYTES);
    message.get(..end).unwrap_or(message)
}

/// See [`crate::frontier::Frontier::register_job`].
pub(super) fn register_job(db: &Connection, name: &str, outputs: &[String]) -> StoreResult<JobId> {
    db.prepare_cached("INSERT OR IGNORE INTO jobs (name) VALUES (?1)")?.execute([name])?;
    let job: i64 = db
        .prepare_cached("SELECT id FROM jobs WHERE name = ?1")?
        .query_row([name], |row| row.get(0))?;
    outbox::set_outputs(db, job, outputs)?;
    Ok(JobId(job))
}

macro_rules! run_columns {
    () => {
        "r.id, j.name, r.scheduled_for, r.started_at, r.ended_at, r.ending, r.message, r.figures,
         r.resumed FROM runs r JOIN jobs j ON j.id = r.job"
    };
}
pub(super) use run_columns;

/// A run, and its figures as stored JSON.
pub(super) fn run_from_row(row: &Row<'_>) -> rusqlite::Result<(JobRun, String)> {
    let run = JobRun {
        id: RunId(row.get(0)?),
        job: row.get(1)?,
        scheduled_for: row.get::<_, Option<TimeColumn>>(2)?.map(|at| at.0),
        started_at: row.get::<_, TimeColumn>(3)?.0,
        ended_at: row.get::<_, Option<TimeColumn>>(4)?.map(|at| at.0),
        end: row.get(5)?,
        message: row.get(6)?,
        figures: RunFigures::default(),
        resumed: row.get(8)?,
    };
    Ok((run, row.get(7)?))
}

/// Reads the figures of a run.
pub(super) fn with_figures((mut run, figures): (JobRun, String)) -> StoreResult<JobRun> {
    run.figures = read_figures(&figures)?;
    Ok(run)
}

fn read_figures(json: &str) -> StoreResult<RunFigures> {
    serde_json::from_str(json)
        .map_err(|error| StoreFailure::Other(format!("cannot read the figures of a run: {error}")))
}

fn write_figures(figures: &RunFigures) -> StoreResult<String> {
    serde_json::to_string(figures).map_err(|error| StoreFailure::Other(error.to_string()))
}

/// See [`crate::frontier::Frontier::begin_run`].
pub(super) fn begin_run(
    db: &Connection,
    job: i64,
    scheduled_for: Option<Timestamp>,
    now: TimeColumn,
) -> StoreResult<JobRun> {
    let scheduled_for = scheduled_for.map(TimeColumn);
    db.prepare_cached(
        "UPDATE jobs SET last_scheduled = max(coalesce(last_scheduled, ?2), ?2)
         WHERE id = ?1 AND ?2 IS NOT NULL",
    )?
    .execute(params![job, scheduled_for])?;
    // Hosts that an earlier run was done with are visited again in this one.
    queues::release_held(db, job)?;
    let open: Option<i64> = db
        .prepare_cached(
            "SELECT max(id) FROM runs INDEXED BY runs_open WHERE job = ?1 AND ended_at IS NULL",
        )?
        .query_row([job], |row| row.get(0))?;
    let id = if let Some(id) = open {
        // A run that began under a clock that was ahead would find everything due again and again.
        db.prepare_cached(
            "UPDATE runs SET resumed = resumed + 1, started_at = min(started_at, ?2) WHERE id = ?1",
        )?
        .execute(params![id, now])?;
        id
    } else {
        let figures = write_figures(&RunFigures::default())?;
        db.prepare_cached(
            "INSERT INTO runs (job, scheduled_for, started_at, figures, resumed)
             VALUES (?1, ?2, ?3, ?4, 0)",
        )?
        .insert(params![job, scheduled_for, now, figures])?
    };
    let sql = concat!("SELECT ", run_columns!(), " WHERE r.id = ?1");
    match db.prepare_cached(sql)?.query_row([id], run_from_row).optional()? {
        Some(found) => with_figures(found),
        None => Err(StoreFailure::Other(format!("there is no job {job}"))),
    }
}

/// See [`crate::frontier::Frontier::end_run`].
pub(super) fn end_run(
    db: &Connection,
    run: i64,
    now: TimeColumn,
    end: RunEnd,
    message: Option<&str>,
) -> StoreResult<()> {
    db.prepare_cached("UPDATE runs SET ended_at = ?2, ending = ?3, message = ?4 WHERE id = ?1")?
        .execute(params![run, now, end, message.map(truncate_message)])?;
    Ok(())
}

/// Adds to the figures of a run.
pub(super) fn add_figures(
    db: &Connection,
    job: i64,
    run: i64,
    more: &RunFigures,
) -> StoreResult<()> {
    // Most batches that only add seeds or release hosts have no figures.
    if *more == RunFigures::default() {
        return Ok(());
    }
    let stored: Option<String> = db
        .prepare_cached("SELECT figures FROM runs WHERE id = ?1 AND job = ?2")?
        .query_row([run, job], |row| row.get(0))
        .optional()?;
    if let Some(stored) = stored {
        let mut figures = read_figures(&stored)?;
        figures.add(more);
        db.prepare_cached("UPDATE runs SET figures = ?2 WHERE id = ?1")?
            .execute(params![run, write_figures(&figures)?])?;
    }
    Ok(())
}

/// See [`crate::frontier::Frontier::last_scheduled`].
pub(super) fn last_scheduled(db: &Connection, job: i64) -> StoreResult<Option<Timestamp>> {
    let time: Option<Option<TimeColumn>> = db
        .prepare_cached("SELECT last_scheduled FROM jobs WHERE id = ?1")?
        .query_row([job], |row| row.get(0))
        .optional()?;
    Ok(time.flatten().map(|at| at.0))
}

/// See [`crate::frontier::Frontier::note`].
pub(super) fn note(db: &Connection, job: i64, name: &str) -> StoreResult<Option<String>> {
    let mut select = db.prepare_cached("SELECT value FROM notes WHERE job = ?1 AND name = ?2")?;
    Ok(select.query_row(params![job, name], |row| row.get(0)).optional()?)
}

/// Stores a note, which replaces an earlier one of this name.
pub(super) fn set_note(db: &Connection, job: i64, name: &str, value: &str) -> StoreResult<()> {
    db.prepare_cached("INSERT OR REPLACE INTO notes (job, name, value) VALUES (?1, ?2, ?3)")?
        .execute(params![job, name, value])?;
    Ok(())
}

/// Adds to the visits of an hour.
pub(super) fn add_hour(
    db: &Connection,
    job: i64,
    (hour, outcome): (i64, crate::frontier::VisitOutcome),
    visits: u64,
) -> StoreResult<()> {
    db.prepare_cached(
        "INSERT INTO hours (job, hour, outcome, visits) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (job, hour, outcome) DO UPDATE SET visits = visits + excluded.visits",
    )?
    .execute(params![job, hour, outcome, signed(visits)])?;
    Ok(())
}
