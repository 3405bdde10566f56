//! The outbox: records that are not yet in every output, and the mark of each output.

use rusqlite::{Connection, OptionalExtension, params};

use super::columns::{ChangeColumn, TimeColumn, signed, unsigned};
use super::compression::{BlobPacker, unpack};
use super::failure::StoreResult;
use crate::frontier::{NewDelivery, OutboxEntry, OutputMark, RunId};

/// Delivered records of a job that are kept for the status page.
const KEPT_RECORDS: i64 = 50;

/// The sequence number of the job's latest record, 0 if there is none. [`trim`] never removes the latest.
fn newest(db: &Connection, job: i64) -> StoreResult<i64> {
    let newest: Option<i64> = db
        .prepare_cached("SELECT max(sequence) FROM outbox WHERE job = ?1")?
        .query_row([job], |row| row.get(0))?;
    Ok(newest.unwrap_or(0))
}

/// Sets the outputs of a job. Marks of removed outputs are deleted; otherwise they would keep records in the
/// outbox for good. A new output begins after the latest record.
pub(super) fn set_outputs(db: &Connection, job: i64, outputs: &[String]) -> StoreResult<()> {
    let known: Vec<String> = db
        .prepare_cached("SELECT name FROM outputs WHERE job = ?1")?
        .query_map([job], |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    for name in known.iter().filter(|name| !outputs.contains(name)) {
        db.prepare_cached("DELETE FROM outputs WHERE job = ?1 AND name = ?2")?
            .execute(params![job, name])?;
    }
    let newest = newest(db, job)?;
    for name in outputs {
        db.prepare_cached(
            "INSERT OR IGNORE INTO outputs (job, name, covered, place) VALUES (?1, ?2, ?3, '')",
        )?
        .execute(params![job, name, newest])?;
    }
    trim(db, job)
}

/// Adds a record, and returns its sequence number.
pub(super) fn push(
    db: &Connection,
    packer: &mut BlobPacker,
    (job, run): (i64, i64),
    at: TimeColumn,
    delivery: &NewDelivery,
) -> StoreResult<u64> {
    let record = packer.pack(&delivery.record)?;
    let sequence = db
        .prepare_cached(
            "INSERT INTO outbox (job, run, at, change, record) VALUES (?1, ?2, ?3, ?4, ?5)",
        )?
        .insert(params![job, run, at, ChangeColumn(delivery.change), record])?;
    Ok(unsigned(sequence))
}

/// The sequence number up to which every output has the records. Without outputs, all records count as
/// delivered.
pub(super) fn covered(db: &Connection, job: i64) -> StoreResult<i64> {
    let covered: Option<i64> = db
        .prepare_cached("SELECT min(covered) FROM outputs WHERE job = ?1")?
        .query_row([job], |row| row.get(0))?;
    Ok(covered.unwrap_or(i64::MAX))
}

/// Removes records that every output has, except the latest [`KEPT_RECORDS`].
pub(super) fn trim(db: &Connection, job: i64) -> StoreResult<()> {
    let shown: Option<i64> = db
        .prepare_cached(
            "SELECT sequence FROM outbox INDEXED BY outbox_of_job WHERE job = ?1
             ORDER BY sequence DESC LIMIT 1 OFFSET ?2",
        )?
        .query_row([job, KEPT_RECORDS - 1], |row| row.get(0))
        .optional()?;
    if let Some(shown) = shown {
        db.prepare_cached(
            "DELETE FROM outbox WHERE sequence IN (SELECT sequence FROM outbox INDEXED BY outbox_of_job
             WHERE job = ?1 AND sequence <= ?2 AND sequence < ?3)",
        )?
        .execute(params![job, covered(db, job)?, shown])?;
    }
    Ok(())
}

/// See [`crate::frontier::Frontier::outbox_after`].
pub(super) fn entries_after(
    db: &Connection,
    job: i64,
    after: u64,
    max_bytes: usize,
) -> StoreResult<Vec<OutboxEntry>> {
    let mut select = db.prepare_cached(
        "SELECT sequence, run, at, change, record FROM outbox INDEXED BY outbox_of_job
         WHERE job = ?1 AND sequence > ?2 ORDER BY sequence",
    )?;
    let mut rows = select.query(params![job, signed(after)])?;
    let mut entries: Vec<OutboxEntry> = Vec::new();
    let mut bytes = 0_usize;
    while let Some(row) = rows.next()? {
        let entry = entry_from_row(row)?;
        // At least one record, or one above the limit would block the outbox.
        bytes = bytes.saturating_add(entry.record.len());
        if bytes > max_bytes && !entries.is_empty() {
            break;
        }
        entries.push(entry);
    }
    Ok(entries)
}

/// See [`crate::frontier::FrontierOverview::latest_records`].
pub(super) fn latest_records(
    db: &Connection,
    job: i64,
    limit: usize,
) -> StoreResult<Vec<OutboxEntry>> {
    let mut select = db.prepare_cached(
        "SELECT sequence, run, at, change, record FROM outbox INDEXED BY outbox_of_job
         WHERE job = ?1 ORDER BY sequence DESC LIMIT ?2",
    )?;
    let mut rows = select.query(params![job, i64::try_from(limit).unwrap_or(i64::MAX)])?;
    let mut entries = Vec::new();
    while let Some(row) = rows.next()? {
        entries.push(entry_from_row(row)?);
    }
    Ok(entries)
}

fn entry_from_row(row: &rusqlite::Row<'_>) -> StoreResult<OutboxEntry> {
    let record: Vec<u8> = row.get(4)?;
    Ok(OutboxEntry {
        sequence: unsigned(row.get(0)?),
        run: RunId(row.get(1)?),
        at: row.get::<_, TimeColumn>(2)?.0,
        change: row.get::<_, ChangeColumn>(3)?.0,
        record: unpack(&record)?,
    })
}

/// The number of records that some output does not have yet.
pub(super) fn undelivered(db: &Connection, job: i64) -> StoreResult<u64> {
    let count: i64 = db
        .prepare_cached(
            "SELECT count(*) FROM outbox INDEXED BY outbox_of_job WHERE job = ?1 AND sequence >
             (SELECT coalesce(min(max(covered, delivered)), ?2) FROM outputs WHERE job = ?1)",
        )?
        .query_row([job, i64::MAX], |row| row.get(0))?;
    Ok(unsigned(count))
}

/// See [`crate::frontier::Frontier::output_mark`].
pub(super) fn output_mark(db: &Connection, job: i64, name: &str) -> StoreResult<OutputMark> {
    let mut select = db.prepare_cached(
        "SELECT covered, delivered, place FROM outputs WHERE job = ?1 AND name = ?2",
    )?;
    let mark = select
        .query_row(params![job, name], |row| {
            let (covered, delivered) = (unsigned(row.get(0)?), unsigned(row.get(1)?));
            Ok(OutputMark { covered, delivered, cursor: row.get(2)? })
        })
        .optional()?;
    Ok(mark.unwrap_or_default())
}

/// See [`crate::frontier::Frontier::set_output_mark`].
pub(super) fn set_output_mark(
    db: &Connection,
    job: i64,
    name: &str,
    mark: &OutputMark,
) -> StoreResult<()> {
    db.prepare_cached(
        "INSERT OR REPLACE INTO outputs (job, name, covered, delivered, place)
         VALUES (?1, ?2, ?3, ?4, ?5)",
    )?
    .execute(params![job, name, signed(mark.covered), signed(mark.delivered), mark.cursor])?;
    trim(db, job)
}
