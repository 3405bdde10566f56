//! The table in a `SQLite` database.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

use rusqlite::types::{ToSqlOutput, Value as Sql, ValueRef};
use rusqlite::{Connection, ErrorCode, OpenFlags, OptionalExtension, params_from_iter};
use tempfile::TempPath;
use xxhash_rust::xxh3::xxh3_64;

use super::partial::{
    check_regular, find_partial, move_into_place, not_resumable, partial_path, sync_folder,
};
use super::paths::parent_folder;
use super::state::CutPoint;
use super::{CellValue, ColumnKind, FlatRow, TableColumn, columns};
use crate::error::{Error, ErrorKind};

/// The size of `SQLite`'s page cache, in KiB: 16 MiB instead of its default of 2 MiB, since indexes are built
/// over the whole table.
pub(super) const CACHE_KIB: u32 = 16 << 10;

/// Columns with an index: by these a page, or an equal page, is looked up.
pub(super) const INDEXED: [&str; 2] = ["url", "fingerprint"];

/// A database that is being written. Each transaction lasts from one commit to the next.
pub(super) struct SqliteFile {
    connection: Connection,
    partial: PartialDatabase,
    insert: String,
    accepted: CutPoint,
}

/// Where the database is until it is complete.
enum PartialDatabase {
    Temporary(TempPath),
    Resumable(PathBuf),
}

impl SqliteFile {
    pub(super) fn create(path: &Path, resumable: bool) -> Result<Self, Error> {
        let folder = parent_folder(path);
        let failed = |source| ErrorKind::Write { output: path.display().to_string(), source };
        fs::create_dir_all(folder).map_err(failed)?;
        let (database, journal) = if resumable {
            let partial = partial_path(path);
            remove_partial(&partial, path)?;
            // Created here, since SQLite follows links. An empty file is an empty database.
            let mut options = OpenOptions::new();
            options.read(true).write(true).create_new(true).open(&partial).map_err(failed)?;
            (PartialDatabase::Resumable(partial), "DELETE")
        } else {
            let mut builder = tempfile::Builder::new();
            builder.prefix(".copydesk-").suffix(".partial");
            #[cfg(unix)]
            builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
            let file = builder.tempfile_in(folder).map_err(failed)?;
            // Without a journal: a crash leaves nothing that anybody would open.
            (PartialDatabase::Temporary(file.into_temp_path()), "OFF")
        };
        let made = open(database.path(), journal).and_then(|connection| {
            connection.execute_batch(&format!("{};BEGIN IMMEDIATE", table()))?;
            Ok(connection)
        });
        let connection = made.map_err(|error| failed(io_error(error)))?;
        Ok(Self { connection, partial: database, insert: insert(), accepted: CutPoint::default() })
    }

    /// Resumes the database after the first `cut.rows` rows.
    pub(super) fn resume(path: &Path, cut: CutPoint) -> Result<Self, Error> {
        let partial = find_partial(path, |found| {
            let opened = Connection::open_with_flags(found, OpenFlags::SQLITE_OPEN_READ_ONLY);
            let connection = opened.map_err(|error| unusable(found, path, &error))?;
            check_cut(&connection, found, path, cut)
        })?;
        let unusable = |error: rusqlite::Error| unusable(&partial, path, &error);
        let connection = open(&partial, "DELETE").map_err(unusable)?;
        check_cut(&connection, &partial, path, cut)?;
        // A finished database has its indexes; rows are inserted faster without.
        let drops = INDEXED.map(|column| format!("DROP INDEX IF EXISTS pages_{column};")).concat();
        let sql = format!("{drops}BEGIN IMMEDIATE;DELETE FROM pages WHERE id > {}", cut.rows);
        connection.execute_batch(&sql).map_err(unusable)?;
        Ok(Self {
            connection,
            partial: PartialDatabase::Resumable(partial),
            insert: insert(),
            accepted: cut,
        })
    }

    pub(super) fn write_row(&mut self, row: &FlatRow) -> io::Result<()> {
        self.accepted.add(row);
        let values = values(&self.accepted, row);
        let inserted = self.connection.prepare_cached(&self.insert);
        inserted.and_then(|mut row| row.execute(params_from_iter(values))).map_err(io_error)?;
        Ok(())
    }

    pub(super) fn accepted(&self) -> &CutPoint {
        &self.accepted
    }

    /// Makes the rows durable, unless the database would not survive the program anyway.
    pub(super) fn sync(&mut self) -> io::Result<CutPoint> {
        if matches!(self.partial, PartialDatabase::Resumable(_)) {
            self.connection.execute_batch("COMMIT;BEGIN IMMEDIATE").map_err(io_error)?;
        }
        Ok(self.accepted)
    }

    pub(super) fn finish(self, path: &Path, overwrite: bool, is_durable: bool) -> io::Result<()> {
        let index = |column| format!("CREATE INDEX pages_{column} ON pages ({column});");
        let sql = format!("{}COMMIT", INDEXED.map(index).concat());
        self.connection.execute_batch(&sql).map_err(io_error)?;
        self.connection.close().map_err(|(_, error)| io_error(error))?;
        if is_durable {
            File::open(self.partial.path())?.sync_all()?;
        }
        match self.partial {
            PartialDatabase::Temporary(partial) if overwrite => {
                partial.persist(path).map_err(|error| error.error)?;
            }
            PartialDatabase::Temporary(partial) => {
                partial.persist_noclobber(path).map_err(|error| error.error)?;
            }
            PartialDatabase::Resumable(partial) => move_into_place(&partial, path, overwrite)?,
        }
        if is_durable { sync_folder(parent_folder(path)) } else { Ok(()) }
    }
}

impl PartialDatabase {
    fn path(&self) -> &Path {
        match self {
            Self::Temporary(path) => path,
            Self::Resumable(path) => path,
        }
    }
}

fn open(path: &Path, journal: &str) -> rusqlite::Result<Connection> {
    let connection = Connection::open(path)?;
    let synchronous = if journal == "OFF" { "OFF" } else { "FULL" };
    connection.execute_batch(&format!(
        "PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = {journal};
        PRAGMA synchronous = {synchronous}; PRAGMA cache_size = -{CACHE_KIB};"
    ))?;
    Ok(connection)
}

impl CutPoint {
    /// Moves the cut past one more row. The source of that row identifies the table: `SQLite` does not write the
    /// same bytes twice, so a hash of the file would not.
    pub(super) fn add(&mut self, row: &FlatRow) {
        self.rows += 1;
        self.content += row.cost() as u64;
        if let Some(CellValue::Text(source)) = row.values().first() {
            self.tail = xxh3_64(source.as_bytes());
        }
    }
}

pub(super) fn table() -> String {
    let columns: Vec<String> = columns().iter().map(definition).collect();
    format!("CREATE TABLE pages (id INTEGER PRIMARY KEY, {})", columns.join(", "))
}

/// The definition of a column in `CREATE TABLE`.
pub(super) fn definition(column: &TableColumn) -> String {
    let kind = match column.kind {
        ColumnKind::Text | ColumnKind::Date | ColumnKind::Json | ColumnKind::List => "TEXT",
        ColumnKind::Integer | ColumnKind::Flag => "INTEGER",
        ColumnKind::Real => "REAL",
    };
    let null = if column.is_required { " NOT NULL" } else { "" };
    format!("{} {kind}{null}", column.name)
}

/// The values of the last row of `cut`, after its `id`.
pub(super) fn values<'a>(
    cut: &CutPoint,
    row: &'a FlatRow,
) -> impl Iterator<Item = ToSqlOutput<'a>> {
    let id = ToSqlOutput::Owned(Sql::Integer(i64::try_from(cut.rows).unwrap_or(0)));
    std::iter::once(id).chain(row.values().iter().map(sql))
}

/// The statement that inserts [`values`]. Columns are named, since a table of an earlier version may have them in
/// another order.
pub(super) fn insert() -> String {
    let names: Vec<&str> = columns().iter().map(|column| column.name).collect();
    let marks = ", ?".repeat(names.len());
    format!("INSERT INTO pages (id, {}) VALUES (?{marks})", names.join(", "))
}

fn sql(value: &CellValue) -> ToSqlOutput<'_> {
    match value {
        CellValue::Null => ToSqlOutput::Owned(Sql::Null),
        CellValue::Text(text) => ToSqlOutput::Borrowed(ValueRef::Text(text.as_bytes())),
        CellValue::Integer(integer) => ToSqlOutput::Owned(Sql::Integer(*integer)),
        CellValue::Real(real) => ToSqlOutput::Owned(Sql::Real(*real)),
        CellValue::Flag(flag) => ToSqlOutput::Owned(Sql::Integer((*flag).into())),
        CellValue::List(texts) => {
            let json = serde_json::to_string(texts).unwrap_or_default();
            ToSqlOutput::Owned(Sql::Text(json))
        }
    }
}

/// Removes what an earlier run left, unless another run is writing it.
fn remove_partial(partial: &Path, path: &Path) -> Result<(), Error> {
    if fs::symlink_metadata(partial).is_ok() {
        let failed = |source| ErrorKind::Write { output: partial.display().to_string(), source };
        check_regular(partial).map_err(failed)?;
        // Only whether it is locked matters: damage does not, since it is removed.
        let locked = open(partial, "DELETE")
            .and_then(|connection| connection.execute_batch("BEGIN EXCLUSIVE;ROLLBACK"));
        if locked.is_err_and(|error| is_busy(&error)) {
            return Err(ErrorKind::OutputBusy { path: path.into() }.into());
        }
    }
    let mut journal = partial.as_os_str().to_owned();
    journal.push("-journal");
    for file in [partial, Path::new(&journal)] {
        match fs::remove_file(file) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                let output = file.display().to_string();
                return Err(ErrorKind::Write { output, source: error }.into());
            }
            _ => {}
        }
    }
    Ok(())
}

/// Checks that this is the database that the cut belongs to.
fn check_cut(
    connection: &Connection,
    found: &Path,
    path: &Path,
    cut: CutPoint,
) -> Result<(), Error> {
    match difference(connection, cut) {
        Ok(None) => Ok(()),
        Ok(Some(why)) => Err(not_resumable(found, why)),
        Err(error) => Err(unusable(found, path, &error)),
    }
}

/// How this database differs from the one that the cut belongs to, if it does.
pub(super) fn difference(
    connection: &Connection,
    cut: CutPoint,
) -> rusqlite::Result<Option<&'static str>> {
    let sql = format!("SELECT source FROM pages WHERE id = {}", cut.rows);
    let source = connection.query_row(&sql, [], |row| row.get::<_, String>(0)).optional()?;
    Ok(match source {
        None => Some("it is shorter than it was"),
        Some(source) if xxh3_64(source.as_bytes()) != cut.tail => {
            Some("it is another file, or was changed")
        }
        Some(_) => None,
    })
}

fn unusable(found: &Path, path: &Path, error: &rusqlite::Error) -> Error {
    if is_busy(error) {
        return ErrorKind::OutputBusy { path: path.into() }.into();
    }
    not_resumable(found, &error.to_string())
}

pub(super) fn is_busy(error: &rusqlite::Error) -> bool {
    error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy)
}

pub(super) fn io_error(error: rusqlite::Error) -> io::Error {
    match error.sqlite_error_code() {
        Some(ErrorCode::DiskFull) => io::ErrorKind::StorageFull.into(),
        _ => io::Error::other(error),
    }
}

#[cfg(test)]
mod tests {
    use super::super::row::sample;
    use super::*;
    use crate::sources::PassThroughFields;

    fn row() -> FlatRow {
        FlatRow::new(&sample(), &PassThroughFields::new())
    }

    #[test]
    fn the_table_has_its_columns_and_indexes() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("new/out.db");
        let mut file = SqliteFile::create(&path, false).unwrap();
        file.write_row(&row()).unwrap();
        file.write_row(&row()).unwrap();
        assert!(!path.exists());
        file.finish(&path, false, false).unwrap();
        let connection = Connection::open(&path).unwrap();
        let found: (i64, String, String, f64, bool, Option<String>) = connection
            .query_row(
                "SELECT id, tags, removed, confidence, access_prompt_seen, markdown FROM pages
                WHERE url = 'https://a.example/1' AND fingerprint = '00ff00ff00ff00ff' AND id = 2",
                [],
                |row| {
                    let (id, tags, removed) = (row.get(0)?, row.get(1)?, row.get(2)?);
                    Ok((id, tags, removed, row.get(3)?, row.get(4)?, row.get(5)?))
                },
            )
            .unwrap();
        let tags = r#"["sea","","ferries"]"#.to_owned();
        assert_eq!(found, (2, tags, r#"{"paywall":3}"#.into(), 0.87, true, None));
        let indexes: String = connection
            .query_row(
                "SELECT group_concat(name) FROM (SELECT name FROM sqlite_master WHERE type = 'index' ORDER BY name)",
                [],
                |row| row.get(0),
            )
            .unwrap();
        assert_eq!(indexes, "pages_fingerprint,pages_url");
        assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1);
    }

    #[test]
    fn a_database_that_is_not_the_interrupted_one_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("out.db");
        let mut file = SqliteFile::create(&path, true).unwrap();
        file.write_row(&row()).unwrap();
        let cut = file.sync().unwrap();
        let busy = SqliteFile::create(&path, true).err().unwrap();
        assert!(matches!(busy.kind(), ErrorKind::OutputBusy { .. }), "{busy}");
        drop(file);
        let why = |cut| SqliteFile::resume(&path, cut).err().map(|error| error.to_string());
        assert_eq!(why(cut), None);
        let longer = why(CutPoint { rows: 2, ..cut }).unwrap();
        assert!(longer.ends_with("it is shorter than it was"), "{longer}");
        let other = why(CutPoint { tail: 1, ..cut }).unwrap();
        assert!(other.ends_with("it is another file, or was changed"), "{other}");
        fs::write(partial_path(&path), "not a database, but longer than the header of one")
            .unwrap();
        assert!(why(cut).unwrap().ends_with("file is not a database"));
        assert!(SqliteFile::create(&path, true).is_ok());
    }

    #[test]
    #[cfg(unix)]
    fn a_link_under_the_name_of_a_partial_database_is_refused_and_its_target_kept() {
        let folder = tempfile::tempdir().unwrap();
        let (path, target) = (folder.path().join("out.db"), folder.path().join("secret"));
        std::os::unix::fs::symlink(&target, partial_path(&path)).unwrap();
        for content in [None, Some("secret")] {
            if let Some(content) = content {
                fs::write(&target, content).unwrap();
            }
            let error = SqliteFile::create(&path, true).err().unwrap().to_string();
            let message = "it is a symbolic link, not a file of an earlier run";
            assert!(error.ends_with(message), "{error}");
            assert_eq!(fs::read_to_string(&target).ok().as_deref(), content);
        }
    }
}
