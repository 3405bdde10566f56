//! A connection to the file of a state.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use rusqlite::{Connection, ErrorCode, OpenFlags, TransactionBehavior};

use super::failure::{StoreFailure, StoreResult};
use super::schema::{MIGRATIONS, migrate, version};
use crate::error::Error;

/// Pages of the file that a writer and a reader hold in memory, in KiB.
const WRITER_CACHE_KIB: i64 = 64 << 10;
const READER_CACHE_KIB: i64 = 8 << 10;

/// How long one waits for another's transaction. Those are short, but a disk may be slow.
const BUSY_TIMEOUT: Duration = Duration::from_mins(1);
const BUSY_PAUSE: Duration = Duration::from_millis(20);

/// Statements kept compiled; there are fewer.
const STATEMENT_CACHE_SIZE: usize = 128;

/// Pages after which the log is written into the file (16 MiB), and what of it stays on disk then.
const CHECKPOINT_PAGES: i64 = 4_096;
const MAX_LOG_BYTES: i64 = 64 << 20;

/// A connection, and the path that errors name.
pub(super) struct SqliteStore {
    pub(super) path: PathBuf,
    pub(super) db: Connection,
}

impl SqliteStore {
    /// Opens a state to write; one that is not there is made.
    pub(super) fn open(path: &Path) -> Result<Self, Error> {
        Self::from_connection(path, open_writer(path))
    }

    /// Opens a state that is there, of this version, to read.
    pub(super) fn open_read_only(path: &Path) -> Result<Self, Error> {
        Self::from_connection(path, open_reader(path))
    }

    fn from_connection(path: &Path, db: StoreResult<Connection>) -> Result<Self, Error> {
        let db = db.map_err(|failure| failure.into_error(path))?;
        Ok(Self { path: path.into(), db })
    }

    /// Does something in one transaction, alone: all of it or, if it fails, nothing.
    pub(super) fn write<T>(
        &mut self,
        work: impl FnOnce(&Connection) -> StoreResult<T>,
    ) -> Result<T, Error> {
        self.transact(TransactionBehavior::Immediate, work)
    }

    /// Reads in one transaction, so that all of it is of one time.
    pub(super) fn read<T>(
        &mut self,
        work: impl FnOnce(&Connection) -> StoreResult<T>,
    ) -> Result<T, Error> {
        self.transact(TransactionBehavior::Deferred, work)
    }

    /// Writes the file anew, without the room that is free in it.
    pub(super) fn compact(&mut self) -> Result<(), Error> {
        self.db
            .execute_batch("VACUUM; PRAGMA wal_checkpoint(TRUNCATE)")
            .map_err(|error| StoreFailure::from(error).into_error(&self.path))
    }

    fn transact<T>(
        &mut self,
        behavior: TransactionBehavior,
        work: impl FnOnce(&Connection) -> StoreResult<T>,
    ) -> Result<T, Error> {
        let run = || -> StoreResult<T> {
            let transaction = self.db.transaction_with_behavior(behavior)?;
            let done = work(&transaction)?;
            transaction.commit()?;
            Ok(done)
        };
        run().map_err(|failure| failure.into_error(&self.path))
    }
}

fn open_writer(path: &Path) -> StoreResult<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
        | OpenFlags::SQLITE_OPEN_CREATE
        | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut db = Connection::open_with_flags(path, flags)?;
    db.busy_timeout(BUSY_TIMEOUT)?;
    // Before anything is changed, since the database may be somebody else's.
    version(&db, MIGRATIONS)?;
    let mode = enable_write_ahead_log(&db)?;
    if mode != "wal" {
        let what = "where it lies, a file cannot be shared: it needs a disk of this machine";
        return Err(StoreFailure::Other(what.into()));
    }
    db.pragma_update(None, "synchronous", "NORMAL")?;
    db.pragma_update(None, "wal_autocheckpoint", CHECKPOINT_PAGES)?;
    db.pragma_update(None, "journal_size_limit", MAX_LOG_BYTES)?;
    configure(&db, WRITER_CACHE_KIB)?;
    migrate(&mut db, MIGRATIONS)?;
    Ok(db)
}

/// Has changes written to a log first, and says how they are written. Nobody may have the file open for that,
/// and the database does not wait for it by itself.
fn enable_write_ahead_log(db: &Connection) -> StoreResult<String> {
    let began = Instant::now();
    loop {
        let mode = db.pragma_update_and_check(None, "journal_mode", "WAL", |row| row.get(0));
        match mode {
            Err(error)
                if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy)
                    && began.elapsed() < BUSY_TIMEOUT =>
            {
                std::thread::sleep(BUSY_PAUSE);
            }
            mode => return Ok(mode?),
        }
    }
}

fn open_reader(path: &Path) -> StoreResult<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let db = Connection::open_with_flags(path, flags)?;
    db.busy_timeout(BUSY_TIMEOUT)?;
    match version(&db, MIGRATIONS)? {
        0 => return Err(StoreFailure::Other("there is nothing in it yet".into())),
        older if older < MIGRATIONS.len() => {
            return Err(StoreFailure::Other(format!(
                "it is of version {older}: the next run of a job brings it to {}",
                MIGRATIONS.len()
            )));
        }
        _ => {}
    }
    configure(&db, READER_CACHE_KIB)?;
    Ok(db)
}

fn configure(db: &Connection, cache_kib: i64) -> StoreResult<()> {
    db.set_prepared_statement_cache_capacity(STATEMENT_CACHE_SIZE);
    db.pragma_update(None, "cache_size", -cache_kib)?;
    // A map of the file would count as memory of the process.
    db.pragma_update(None, "mmap_size", 0)?;
    Ok(())
}
