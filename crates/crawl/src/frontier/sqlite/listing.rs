//! URLs one after another, as they are listed and exported.

use std::collections::VecDeque;

use jiff::Timestamp;
use rusqlite::{Connection, Row, params};
use serde::Serialize;

use super::columns::{TimeColumn, unsigned};
use super::failure::StoreResult;
use super::store::SqliteStore;
use crate::error::Error;
use crate::frontier::{DiscoverySource, JobId, UrlId, UrlKind, UrlState, VisitError, VisitOutcome};

/// URLs that are read at once. Between, the state is let go of, so that whoever reads slowly holds nobody up.
const ROWS_PER_READ: i64 = 1_000;

/// All that is known of a URL.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct UrlEntry {
    /// The URL.
    pub url: String,
    /// The host whose turn it takes.
    pub host: String,
    /// What it is.
    pub kind: UrlKind,
    /// How it was found.
    pub via: DiscoverySource,
    /// What is to become of it.
    pub state: UrlState,
    /// See [`crate::frontier::NewUrl::priority`].
    pub priority: u8,
    /// Links from the nearest seed.
    pub depth: u16,
    /// When it was found.
    pub first_seen: Timestamp,
    /// When it was last found, to the day.
    pub last_seen: Timestamp,
    /// When it was last visited, with success or not.
    pub visited_at: Option<Timestamp>,
    /// What came of that.
    pub outcome: Option<VisitOutcome>,
    /// The HTTP status, if there was an answer.
    pub status: Option<u16>,
    /// Bytes that came over the wire.
    pub wire_bytes: Option<u64>,
    /// Why there was no page.
    pub error: Option<VisitError>,
    /// Failures in a row.
    pub failures: u32,
    /// Times in a row that it was not there.
    pub missing: u32,
    /// When it was last visited with success.
    pub last_visit: Option<Timestamp>,
    /// When its text was last delivered as new or changed.
    pub last_change: Option<Timestamp>,
    /// When it is due.
    pub next_visit: Option<Timestamp>,
    /// The planned time between two visits, in seconds.
    pub interval_seconds: Option<u64>,
    /// Its `ETag`.
    pub etag: Option<String>,
    /// Its `Last-Modified`.
    pub last_modified: Option<String>,
    /// Of its text, in 16 hexadecimal digits.
    pub fingerprint: Option<String>,
    /// Its name in the frontier.
    #[serde(skip)]
    pub id: UrlId,
}

/// The URLs of a job, host by host in the order in which they were found. What changes meanwhile may be shown as
/// it was or as it is.
pub struct UrlEntries<'s> {
    store: &'s mut SqliteStore,
    job: i64,
    state: Option<UrlState>,
    last: i64,
    read: VecDeque<UrlEntry>,
    has_ended: bool,
}

impl<'s> UrlEntries<'s> {
    pub(super) fn new(store: &'s mut SqliteStore, job: JobId, state: Option<UrlState>) -> Self {
        let read = VecDeque::new();
        Self { store, job: job.0, state, last: i64::MIN, read, has_ended: false }
    }
}

impl Iterator for UrlEntries<'_> {
    type Item = Result<UrlEntry, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.read.is_empty() && !self.has_ended {
            let (job, state, last) = (self.job, self.state, self.last);
            match self.store.read(|db| entries_after(db, job, state, last)) {
                Ok(read) => self.read = read,
                Err(error) => {
                    self.has_ended = true;
                    return Some(Err(error));
                }
            }
        }
        let Some(entry) = self.read.pop_front() else {
            self.has_ended = true;
            return None;
        };
        self.last = entry.id.0;
        Some(Ok(entry))
    }
}

fn entries_after(
    db: &Connection,
    job: i64,
    state: Option<UrlState>,
    last: i64,
) -> StoreResult<VecDeque<UrlEntry>> {
    let mut select = db.prepare_cached(
        "SELECT u.url, h.name, u.kind, u.via, u.state, u.priority, u.depth, u.first_seen, u.last_seen,
         u.visited_at, u.outcome, u.status, u.wire_bytes, u.error_kind, u.error_message, u.failures,
         u.missing, u.last_visit, u.last_change, u.next_visit, u.interval_seconds, u.etag,
         u.last_modified, u.fingerprint, u.id
         FROM urls u CROSS JOIN hosts h ON h.id = u.host
         WHERE u.id > ?1 AND u.job = ?2 AND (?3 IS NULL OR u.state = ?3) ORDER BY u.id LIMIT ?4",
    )?;
    let entries = select.query_map(params![last, job, state, ROWS_PER_READ], entry_from_row)?;
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
