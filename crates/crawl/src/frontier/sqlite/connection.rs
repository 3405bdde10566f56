//! A connection to the file of a state, and how it is configured.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use rusqlite::{Connection, ErrorCode, OpenFlags, TransactionBehavior};

use super::failure::{StoreFailure, StoreResult};
use super::schema::{MIGRATIONS, migrate, version};
use crate::error::Error;

/// What a writer and a reader cache of the file, in KiB. A writer touches the same upper pages of the indexes
/// in each batch; a reader reads pages of a listing once.
const WRITER_CACHE_KIB: i64 = 64 << 10;
const READER_CACHE_KIB: i64 = 8 << 10;

/// How long a transaction waits for those of other processes. They are short, but a disk may be slow.
const BUSY_TIMEOUT: Duration = Duration::from_mins(1);
const BUSY_PAUSE: Duration = Duration::from_millis(20);

/// Compiled statements that are cached. There are fewer in this module, so none is compiled twice.
const STATEMENT_CACHE_SIZE: usize = 128;

/// The write-ahead log is written into the file after so many pages (16 MiB), and is then truncated to
/// `MAX_LOG_BYTES`. Without the limit, one long reader could leave a large log on disk for good.
const CHECKPOINT_PAGES: i64 = 4_096;
const MAX_LOG_BYTES: i64 = 64 << 20;

/// A connection, and the path for error messages.
pub(super) struct StateConnection {
    pub(super) path: PathBuf,
    pub(super) db: Connection,
}

impl StateConnection {
    /// Opens a state for writing. It is created if it does not exist.
    pub(super) fn open(path: &Path) -> Result<Self, Error> {
        Self::from_connection(path, open_writer(path))
    }

    /// Opens an existing state of this version for reading.
    pub(super) fn open_read_only(path: &Path) -> Result<Self, Error> {
        Self::from_connection(path, open_reader(path))
    }

    fn from_connection(path: &Path, db: StoreResult<Connection>) -> Result<Self, Error> {
        let db = db.map_err(|failure| failure.into_error(path))?;
        Ok(Self { path: path.into(), db })
    }

    /// Writes in one transaction, while nothing else writes. If `work` fails, nothing is written.
    pub(super) fn write<T>(
        &mut self,
        work: impl FnOnce(&Connection) -> StoreResult<T>,
    ) -> Result<T, Error> {
        self.transact(TransactionBehavior::Immediate, work)
    }

    /// Reads in one transaction, so that everything is of one point in time.
    pub(super) fn read<T>(
        &mut self,
        work: impl FnOnce(&Connection) -> StoreResult<T>,
    ) -> Result<T, Error> {
        self.transact(TransactionBehavior::Deferred, work)
    }

    /// Rewrites the file without its free pages.
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
    // Before anything is changed, because the file may belong to another program.
    version(&db, MIGRATIONS)?;
    let mode = enable_write_ahead_log(&db)?;
    if mode != "wal" {
        let what =
            "this file system does not support sharing the file: move the state to a local disk";
        return Err(StoreFailure::Other(what.into()));
    }
    // A crash of the process loses nothing. A power loss may lose the latest transactions, but never
    // damages the file (SQLite documentation, "WAL mode and synchronous=NORMAL").
    db.pragma_update(None, "synchronous", "NORMAL")?;
    db.pragma_update(None, "wal_autocheckpoint", CHECKPOINT_PAGES)?;
    db.pragma_update(None, "journal_size_limit", MAX_LOG_BYTES)?;
    configure(&db, WRITER_CACHE_KIB)?;
    migrate(&mut db, MIGRATIONS)?;
    Ok(db)
}

/// Turns on the write-ahead log, with which readers and a writer do not block each other, and returns the
/// mode in force. This needs exclusive access, and here `SQLite` does not obey the busy timeout.
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
        0 => return Err(StoreFailure::Other("the file is empty: no job has run yet".into())),
        older if older < MIGRATIONS.len() => {
            return Err(StoreFailure::Other(format!(
                "the state has version {older}: the next run of a job migrates it to version {}",
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
    // Negative values are KiB, positive ones pages.
    db.pragma_update(None, "cache_size", -cache_kib)?;
    // A memory map would count toward the memory limit of the process.
    db.pragma_update(None, "mmap_size", 0)?;
    Ok(())
}
