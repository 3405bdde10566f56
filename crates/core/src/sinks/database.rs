//! A `SQLite` database that is written under its final name, for readers at any time.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags, params_from_iter};

use super::file_writer::write_error;
use super::partial::{identity, make_folders, sync_folder};
use super::paths::parent_folder;
use super::restored::{RestoredFile, remove};
use super::sqlite::{self, CACHE_KIB, INDEXED, io_error, is_busy};
use super::state::{CutPoint, SinkState};
use super::{FlatRow, columns};
use crate::error::{Error, ErrorKind};

/// How long to wait for a lock that another program holds. Readers do not block writers in write-ahead mode,
/// so a longer wait means a second writer.
const BUSY_TIMEOUT: Duration = Duration::from_secs(2);

/// A database whose table grows by transactions, each from one commit to the next. With write-ahead logging,
/// readers and the writer never wait for each other, and readers see what is committed.
pub struct AppendingDatabase {
    path: PathBuf,
    connection: Connection,
    /// The file of the connection, whatever its name is by now.
    identity: Option<(u64, u64)>,
    insert: String,
    accepted: CutPoint,
    is_in_transaction: bool,
}

impl AppendingDatabase {
    /// Creates a database; `None` if there is a file already that is not empty.
    ///
    /// # Errors
    /// When the database cannot be created, or another program has locked it.
    pub fn create(path: &Path) -> Result<Option<Self>, Error> {
        let failed = |source| write_error(path, source);
        make_folders(parent_folder(path)).map_err(failed)?;
        let log = sibling_path(path, "-wal");
        match fs::metadata(path) {
            Ok(metadata) if metadata.len() > 0 => return Ok(None),
            // A database whose content is only in its log yet.
            Ok(_) if log.exists() => return Ok(None),
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(failed(error)),
            Err(_) => {
                // Left by a database that somebody removed; SQLite would apply them to the new one.
                remove(&log)?;
                remove(&sibling_path(path, "-shm"))?;
            }
            Ok(_) => {}
        }
        let index = |column| format!("CREATE INDEX pages_{column} ON pages ({column});");
        let made = open(path, OpenFlags::SQLITE_OPEN_CREATE).and_then(|connection| {
            let indexes = INDEXED.map(index).concat();
            let sql = format!("BEGIN IMMEDIATE;{};{indexes}COMMIT", sqlite::table());
            connection.execute_batch(&sql)?;
            // Otherwise the table would be only in the log, and the file empty.
            connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
            Ok(connection)
        });
        let connection = made.map_err(|error| busy_or_failed(path, error))?;
        sync_folder(parent_folder(path)).map_err(failed)?;
        Ok(Some(Self::new(path, connection, CutPoint::default())))
    }

    /// Removes the rows after those that `state` covers, and continues there. With `exactly`, a database with
    /// such rows is [`RestoredFile::Foreign`] and stays as it is.
    ///
    /// # Errors
    /// When the database cannot be read or written, or another program has locked it.
    pub fn resume(
        path: &Path,
        state: &SinkState,
        exactly: bool,
    ) -> Result<RestoredFile<Self>, Error> {
        match fs::metadata(path) {
            Ok(metadata) if metadata.len() == 0 => return Ok(RestoredFile::Missing),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Ok(RestoredFile::Missing);
            }
            Err(error) => return Err(write_error(path, error)),
            Ok(_) => {}
        }
        match Self::try_resume(path, *state.cut(), exactly) {
            Ok(restored) => Ok(restored),
            Err(error) if is_unreadable(&error) => {
                Ok(RestoredFile::Foreign("it is another database, or was changed"))
            }
            Err(error) => Err(busy_or_failed(path, error)),
        }
    }

    fn try_resume(
        path: &Path,
        cut: CutPoint,
        exactly: bool,
    ) -> rusqlite::Result<RestoredFile<Self>> {
        let connection = open(path, OpenFlags::empty())?;
        if let Some(why) = sqlite::difference(&connection, cut)? {
            return Ok(RestoredFile::Foreign(why));
        }
        if last_row(&connection)? > cut.rows {
            if exactly {
                return Ok(RestoredFile::Foreign("something was added to it"));
            }
            connection.execute(&format!("DELETE FROM pages WHERE id > {}", cut.rows), [])?;
        }
        add_columns(&connection)?;
        Ok(RestoredFile::Found(Self::new(path, connection, cut)))
    }

    fn new(path: &Path, connection: Connection, accepted: CutPoint) -> Self {
        let insert = sqlite::insert();
        let identity = fs::metadata(path).ok().map(|metadata| identity(&metadata));
        let path = path.into();
        Self { path, connection, identity, insert, accepted, is_in_transaction: false }
    }

    /// Whether the database still has its name, and ends with the last row that was written.
    pub fn is_untouched(&self) -> bool {
        self.is_in_place()
            && last_row(&self.connection).is_ok_and(|last| last == self.accepted.rows)
    }

    /// Whether its name still leads to its file: a connection also writes to a file that was removed.
    fn is_in_place(&self) -> bool {
        fs::metadata(&self.path)
            .is_ok_and(|named| named.len() > 0 && Some(identity(&named)) == self.identity)
    }

    /// Appends a row.
    ///
    /// # Errors
    /// When the database cannot be written, or another program has locked it.
    pub fn write_row(&mut self, row: &FlatRow) -> Result<(), Error> {
        self.try_row(row).map_err(|error| busy_or_failed(&self.path, error))
    }

    fn try_row(&mut self, row: &FlatRow) -> rusqlite::Result<()> {
        if !self.is_in_transaction {
            self.connection.execute_batch("BEGIN IMMEDIATE")?;
            self.is_in_transaction = true;
        }
        let mut insert = self.connection.prepare_cached(&self.insert)?;
        self.accepted.add(row);
        insert.execute(params_from_iter(sqlite::values(&self.accepted, row)))?;
        Ok(())
    }

    /// Makes the rows durable, and visible to readers.
    ///
    /// # Errors
    /// When the database cannot be written, or was removed in the meantime.
    pub fn commit(&mut self) -> Result<SinkState, Error> {
        if self.is_in_transaction {
            let committed = self.connection.execute_batch("COMMIT");
            committed.map_err(|error| busy_or_failed(&self.path, error))?;
            self.is_in_transaction = false;
            if !self.is_in_place() {
                let why = "it was removed while it was written";
                return Err(write_error(&self.path, io::Error::new(io::ErrorKind::NotFound, why)));
            }
        }
        Ok(SinkState::new(self.accepted.rows, 1, self.accepted))
    }
}

/// A file that `SQLite` keeps beside the database.
fn sibling_path(path: &Path, suffix: &str) -> PathBuf {
    let mut beside = path.as_os_str().to_owned();
    beside.push(suffix);
    beside.into()
}

/// The database and the files that `SQLite` may keep beside it.
pub fn database_files(path: &Path) -> [PathBuf; 4] {
    [
        path.into(),
        sibling_path(path, "-wal"),
        sibling_path(path, "-shm"),
        sibling_path(path, "-journal"),
    ]
}

fn open(path: &Path, flags: OpenFlags) -> rusqlite::Result<Connection> {
    let flags = flags | OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.execute_batch(&format!(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -{CACHE_KIB};"
    ))?;
    Ok(connection)
}

fn last_row(connection: &Connection) -> rusqlite::Result<u64> {
    let last: Option<i64> =
        connection.query_row("SELECT max(id) FROM pages", [], |row| row.get(0))?;
    Ok(last.and_then(|last| u64::try_from(last).ok()).unwrap_or(0))
}

/// Adds the columns that a table of an earlier version does not have.
fn add_columns(connection: &Connection) -> rusqlite::Result<()> {
    let mut names = connection.prepare("SELECT name FROM pragma_table_info('pages')")?;
    let names: Vec<String> =
        names.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
    for column in columns().iter().filter(|column| names.iter().all(|name| name != column.name)) {
        let definition = sqlite::definition(column);
        connection.execute_batch(&format!("ALTER TABLE pages ADD COLUMN {definition}"))?;
    }
    Ok(())
}

/// Whether the file is not a database, or one without the table.
fn is_unreadable(error: &rusqlite::Error) -> bool {
    use rusqlite::ErrorCode::{DatabaseCorrupt, NotADatabase, Unknown};
    matches!(error.sqlite_error_code(), Some(NotADatabase | DatabaseCorrupt | Unknown))
}

fn busy_or_failed(path: &Path, error: rusqlite::Error) -> Error {
    if is_busy(&error) {
        return ErrorKind::OutputBusy { path: path.into() }.into();
    }
    write_error(path, io_error(error))
}

#[cfg(test)]
mod tests {
    use super::super::row::sample;
    use super::*;
    use crate::sources::PassThroughFields;

    fn row() -> FlatRow {
        FlatRow::new(&sample(), &PassThroughFields::new())
    }

    fn count(path: &Path) -> i64 {
        let connection =
            Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap();
        connection.query_row("SELECT count(*) FROM pages", [], |row| row.get(0)).unwrap()
    }

    fn restored(path: &Path, state: &SinkState, exactly: bool) -> &'static str {
        match AppendingDatabase::resume(path, state, exactly) {
            Ok(RestoredFile::Found(_)) => "found",
            Ok(RestoredFile::Missing) => "missing",
            Ok(RestoredFile::Foreign(why)) => why,
            Err(error) => panic!("{error}"),
        }
    }

    #[test]
    fn readers_see_what_is_committed_while_it_is_written() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("new/a.db");
        let mut database = AppendingDatabase::create(&path).unwrap().unwrap();
        assert_eq!(count(&path), 0);
        database.write_row(&row()).unwrap();
        assert_eq!(count(&path), 0);
        database.commit().unwrap();
        let reader = Connection::open(&path).unwrap();
        reader.execute_batch("BEGIN; SELECT count(*) FROM pages").unwrap();
        database.write_row(&row()).unwrap();
        assert_eq!(database.commit().unwrap().pages(), 2);
        drop(reader);
        assert_eq!(count(&path), 2);
        drop(database);
        assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1);
    }

    #[test]
    #[cfg(unix)]
    fn a_database_that_is_removed_while_it_is_open_is_noticed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.db");
        let mut database = AppendingDatabase::create(&path).unwrap().unwrap();
        database.write_row(&row()).unwrap();
        assert!(database.is_untouched() || database.is_in_transaction);
        fs::remove_file(&path).unwrap();
        assert!(!database.is_untouched());
        let error = database.commit().unwrap_err().to_string();
        assert!(error.ends_with("it was removed while it was written"), "{error}");
    }

    #[test]
    fn uncommitted_rows_are_cut_off_and_changes_of_others_are_kept() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.db");
        let mut database = AppendingDatabase::create(&path).unwrap().unwrap();
        assert!(fs::metadata(&path).unwrap().len() > 0);
        database.write_row(&row()).unwrap();
        let state = database.commit().unwrap();
        database.write_row(&row()).unwrap();
        database.commit().unwrap();
        assert!(database.is_untouched());
        drop(database);
        assert!(AppendingDatabase::create(&path).unwrap().is_none());
        assert_eq!(restored(&path, &state, true), "something was added to it");
        assert_eq!(count(&path), 2);
        assert_eq!(restored(&path, &state, false), "found");
        assert_eq!(count(&path), 1);
        let change = |sql| Connection::open(&path).unwrap().execute_batch(sql).unwrap();
        change("UPDATE pages SET source = 'other'");
        assert_eq!(restored(&path, &state, false), "it is another file, or was changed");
        change("DELETE FROM pages");
        assert_eq!(restored(&path, &state, false), "it is shorter than it was");
        change("DROP TABLE pages");
        assert_eq!(restored(&path, &state, false), "it is another database, or was changed");
        fs::write(&path, "not a database, but longer than the header of one").unwrap();
        assert_eq!(restored(&path, &state, false), "it is another database, or was changed");
        fs::remove_file(&path).unwrap();
        assert_eq!(restored(&path, &state, true), "missing");
    }

    #[test]
    fn a_table_of_an_earlier_version_gets_the_columns_that_came_since() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.db");
        let mut database = AppendingDatabase::create(&path).unwrap().unwrap();
        database.write_row(&row()).unwrap();
        let state = database.commit().unwrap();
        database.connection.execute_batch("ALTER TABLE pages DROP COLUMN change").unwrap();
        drop(database);
        let RestoredFile::Found(mut database) =
            AppendingDatabase::resume(&path, &state, true).unwrap()
        else {
            panic!("it cannot be resumed");
        };
        database.write_row(&row()).unwrap();
        database.commit().unwrap();
        let sql =
            "SELECT count(*) FROM pages WHERE change IS NULL AND fingerprint = '00ff00ff00ff00ff'";
        let same: i64 = database.connection.query_row(sql, [], |row| row.get(0)).unwrap();
        assert_eq!(same, 2);
    }
}
