//! The tables, and the migration of earlier versions.

use rusqlite::{Connection, TransactionBehavior};

use super::failure::{StoreFailure, StoreResult};

/// Marks the file as ours (`PRAGMA application_id`): `CDcj` in ASCII. Without it, any `SQLite` file would be
/// mistaken for a state and changed.
const APPLICATION_ID: i64 = 0x4344_636a;

/// The steps from each version to the next. The first one creates version 1. Released steps never change,
/// because states that went through them exist; a change of the tables is a further step.
pub(super) const MIGRATIONS: &[&str] = &[TABLES, DELIVERED_OF_OUTPUTS];

// The id of a URL begins with the id of its host (`HOST_SHIFT`). So the URLs of a host are stored together, and
// consecutive visits of a host write to the same pages of the file. URLs are looked up by a hash, because an
// index of URLs would be several times as large. Partial indexes contain only the rows that are looked up.
//
// `queues` says for each job and host when the first URL is due and, unless the host is free, when it will be.
// So hosts are selected without reading URLs, or hosts that are not free.
//
// `urls_failed` contains the code of `VisitOutcome::Failed`. `outputs.place` is `OutputMark::cursor`.
const TABLES: &str = "
CREATE TABLE jobs (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL UNIQUE,
    last_scheduled INTEGER
);
CREATE TABLE outputs (
    job INTEGER NOT NULL,
    name TEXT NOT NULL,
    covered INTEGER NOT NULL,
    place TEXT NOT NULL,
    PRIMARY KEY (job, name)
) WITHOUT ROWID;
CREATE TABLE notes (
    job INTEGER NOT NULL,
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (job, name)
) WITHOUT ROWID;
CREATE TABLE runs (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    job INTEGER NOT NULL,
    scheduled_for INTEGER,
    started_at INTEGER NOT NULL,
    ended_at INTEGER,
    ending INTEGER,
    message TEXT,
    figures TEXT NOT NULL,
    resumed INTEGER NOT NULL
);
CREATE INDEX runs_of_job ON runs (job, id);
CREATE INDEX runs_open ON runs (job) WHERE ended_at IS NULL;
CREATE TABLE hosts (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL UNIQUE,
    last_number INTEGER NOT NULL DEFAULT 0,
    token INTEGER NOT NULL DEFAULT 0,
    owner TEXT,
    leased_until INTEGER,
    next_at INTEGER,
    delay_millis INTEGER,
    back_off_until INTEGER,
    back_off_reason TEXT
);
CREATE INDEX hosts_leased ON hosts (owner) WHERE owner IS NOT NULL;
CREATE INDEX hosts_left_alone ON hosts (back_off_until) WHERE back_off_until IS NOT NULL;
CREATE INDEX hosts_asked ON hosts (next_at) WHERE next_at IS NOT NULL;
CREATE TABLE robots (
    host INTEGER PRIMARY KEY,
    origin TEXT NOT NULL,
    status INTEGER NOT NULL,
    body BLOB NOT NULL,
    fetched_at INTEGER NOT NULL
);
CREATE TABLE urls (
    id INTEGER PRIMARY KEY,
    job INTEGER NOT NULL,
    host INTEGER NOT NULL,
    hash INTEGER NOT NULL,
    url TEXT NOT NULL,
    kind INTEGER NOT NULL,
    via INTEGER NOT NULL,
    state INTEGER NOT NULL,
    priority INTEGER NOT NULL,
    depth INTEGER NOT NULL,
    pattern INTEGER,
    first_seen INTEGER NOT NULL,
    last_seen INTEGER NOT NULL,
    next_visit INTEGER,
    interval_seconds INTEGER,
    failures INTEGER NOT NULL DEFAULT 0,
    missing INTEGER NOT NULL DEFAULT 0,
    visited_at INTEGER,
    outcome INTEGER,
    status INTEGER,
    wire_bytes INTEGER,
    last_visit INTEGER,
    last_change INTEGER,
    fingerprint INTEGER,
    etag TEXT,
    last_modified TEXT,
    error_kind TEXT,
    error_message TEXT
);
CREATE INDEX urls_by_hash ON urls (job, hash);
CREATE INDEX urls_due ON urls (host, job, priority, next_visit) WHERE next_visit IS NOT NULL;
CREATE INDEX urls_failed ON urls (job, visited_at) WHERE outcome = 12;
CREATE TABLE texts (
    url INTEGER PRIMARY KEY,
    text BLOB NOT NULL
);
CREATE TABLE queues (
    host INTEGER NOT NULL,
    job INTEGER NOT NULL,
    due INTEGER NOT NULL,
    ready INTEGER,
    PRIMARY KEY (host, job)
) WITHOUT ROWID;
CREATE INDEX queues_free ON queues (job, due) WHERE ready IS NULL;
CREATE INDEX queues_waiting ON queues (job, ready, due) WHERE ready IS NOT NULL;
CREATE TABLE patterns (
    job INTEGER NOT NULL,
    hash INTEGER NOT NULL,
    urls INTEGER NOT NULL,
    PRIMARY KEY (job, hash)
) WITHOUT ROWID;
CREATE TABLE counts (
    job INTEGER NOT NULL,
    state INTEGER NOT NULL,
    urls INTEGER NOT NULL,
    PRIMARY KEY (job, state)
) WITHOUT ROWID;
CREATE TABLE hours (
    job INTEGER NOT NULL,
    hour INTEGER NOT NULL,
    outcome INTEGER NOT NULL,
    visits INTEGER NOT NULL,
    PRIMARY KEY (job, hour, outcome)
) WITHOUT ROWID;
CREATE TABLE outbox (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
    job INTEGER NOT NULL,
    run INTEGER NOT NULL,
    at INTEGER NOT NULL,
    change INTEGER NOT NULL,
    record BLOB NOT NULL
);
CREATE INDEX outbox_of_job ON outbox (job, sequence);
";

// `OutputMark::delivered`. The outputs of earlier versions are at rest at most once: their next mark sets it.
const DELIVERED_OF_OUTPUTS: &str = "
ALTER TABLE outputs ADD COLUMN delivered INTEGER NOT NULL DEFAULT 0;
";

/// Migrates a file to the version that `steps` lead to, with one transaction for each step. An empty file
/// becomes a state.
pub(super) fn migrate(db: &mut Connection, steps: &[&str]) -> StoreResult<()> {
    while version(db, steps)? < steps.len() {
        // Another process may migrate at the same time, so the version is read again inside the transaction.
        let step = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let version = version(&step, steps)?;
        if let Some(sql) = steps.get(version) {
            step.execute_batch(sql)?;
            let next = i64::try_from(version + 1).unwrap_or(i64::MAX);
            step.pragma_update(None, "user_version", next)?;
            step.pragma_update(None, "application_id", APPLICATION_ID)?;
        }
        step.commit()?;
    }
    Ok(())
}

/// The version of a state, 0 for an empty file.
///
/// # Errors
/// If it is not a state, or has a later version than `steps` lead to.
pub(super) fn version(db: &Connection, steps: &[&str]) -> StoreResult<usize> {
    // In one transaction, because another process may be creating the state right now.
    let _whole = if db.is_autocommit() { Some(db.unchecked_transaction()?) } else { None };
    let pragma = |name| db.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
    let (application, version) = (pragma("application_id")?, pragma("user_version")?);
    let tables: i64 = db.query_row("SELECT count(*) FROM sqlite_master", [], |row| row.get(0))?;
    if application != APPLICATION_ID && (application, version, tables) != (0, 0, 0) {
        return Err(StoreFailure::Other(
            "a database of another program, not a state of crawl jobs".into(),
        ));
    }
    match usize::try_from(version) {
        Ok(version) if version <= steps.len() => Ok(version),
        _ => Err(StoreFailure::Other(format!(
            "the state has version {version}, but this program supports versions up to {}: use a later \
             version of the program",
            steps.len()
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A migration as a later release might add it.
    const NEXT: &str = "ALTER TABLE urls ADD COLUMN title TEXT;
        CREATE TABLE titles (url INTEGER PRIMARY KEY);
        INSERT INTO titles SELECT id FROM urls;";

    fn memory() -> Connection {
        Connection::open_in_memory().unwrap()
    }

    fn one(db: &Connection, sql: &str) -> i64 {
        db.query_row(sql, [], |row| row.get(0)).unwrap()
    }

    fn failure_message(outcome: StoreResult<impl Sized>) -> String {
        match outcome.err().unwrap() {
            StoreFailure::Other(what) => what,
            StoreFailure::Database(error) => error.to_string(),
        }
    }

    #[test]
    fn a_migrated_state_keeps_its_data() {
        let mut db = memory();
        migrate(&mut db, &MIGRATIONS[..1]).unwrap();
        db.execute_batch(
            "INSERT INTO urls (id, job, host, hash, url, kind, via, state, priority, depth, first_seen,
             last_seen) VALUES (7, 1, 1, 1, 'https://a.example/', 1, 1, 1, 5, 0, 0, 0)",
        )
        .unwrap();
        let steps = [MIGRATIONS[0], NEXT];
        migrate(&mut db, &steps).unwrap();
        assert_eq!(one(&db, "PRAGMA user_version"), 2);
        assert_eq!(one(&db, "SELECT url FROM titles"), 7);
        assert_eq!(one(&db, "SELECT count(*) FROM urls WHERE title IS NULL"), 1);
        migrate(&mut db, &steps).unwrap();
        assert_eq!(one(&db, "SELECT count(*) FROM titles"), 1);
    }

    #[test]
    fn a_failed_migration_keeps_the_earlier_version() {
        let mut db = memory();
        migrate(&mut db, &MIGRATIONS[..1]).unwrap();
        let broken = [MIGRATIONS[0], "CREATE TABLE titles (url); INSERT INTO nowhere VALUES (1)"];
        assert!(failure_message(migrate(&mut db, &broken)).contains("nowhere"));
        assert_eq!(one(&db, "PRAGMA user_version"), 1);
        assert_eq!(one(&db, "SELECT count(*) FROM sqlite_master WHERE name = 'titles'"), 0);
    }

    #[test]
    fn a_later_version_is_refused() {
        let mut db = memory();
        migrate(&mut db, &[MIGRATIONS[0], NEXT]).unwrap();
        assert_eq!(
            failure_message(migrate(&mut db, &MIGRATIONS[..1])),
            "the state has version 2, but this program supports versions up to 1: use a later version of \
             the program"
        );
    }

    #[test]
    fn the_database_of_another_program_is_refused() {
        let mut db = memory();
        db.execute_batch("CREATE TABLE pages (id INTEGER)").unwrap();
        assert_eq!(
            failure_message(migrate(&mut db, MIGRATIONS)),
            "a database of another program, not a state of crawl jobs"
        );
        assert_eq!(one(&db, "SELECT count(*) FROM sqlite_master"), 1);
    }
}
