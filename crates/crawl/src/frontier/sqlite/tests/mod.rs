//! Tests of what only a state in a file does; the rest is in `conformance`.

mod checks;
mod crash;
mod files;
mod pruning;
mod sharing;

use std::path::PathBuf;

use rusqlite::Connection;
use tempfile::TempDir;

use super::{SqliteFrontier, SqliteOverview};
use crate::frontier::{CheckFinding, Frontier, StateView, WritableState};

/// A folder with a state in it.
struct StateFolder {
    folder: TempDir,
}

impl StateFolder {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("crawl.sqlite")
    }

    fn open(&self) -> SqliteFrontier {
        SqliteFrontier::open(&self.path()).unwrap()
    }

    /// Changes the file without the frontier.
    fn execute(&self, sql: &str) {
        Connection::open(self.path()).unwrap().execute_batch(sql).unwrap();
    }

    fn query_one(&self, sql: &str) -> i64 {
        Connection::open(self.path()).unwrap().query_row(sql, [], |row| row.get(0)).unwrap()
    }
}

/// The error of a state that cannot be opened.
fn refused(opened: Result<impl Sized, crate::Error>) -> String {
    opened.err().unwrap().to_string()
}

fn messages(findings: &[CheckFinding]) -> Vec<&str> {
    findings.iter().map(|finding| finding.message.as_str()).collect()
}

#[test]
fn a_failed_batch_writes_nothing() {
    use super::super::conformance::{
        FrontierFixture, delivery, page, plain_release, unchanged_visit,
    };
    use crate::frontier::{CommitBatch, FrontierOverview, VisitCommit};

    let state = StateFolder::new();
    let mut frontier = state.open();
    let mut crawl = FrontierFixture::new(&mut frontier, "ferries");
    crawl.add([page("a.example", "1")]);
    let now = super::super::conformance::minute(0);
    let lease = crawl.lease_one(now);
    state.execute(
        "CREATE TRIGGER full BEFORE INSERT ON notes BEGIN SELECT RAISE(ABORT, 'it is full'); END",
    );
    let batch = CommitBatch {
        finished: vec![VisitCommit {
            text: Some("The ferry sailed again.".into()),
            delivery: Some(delivery("{}")),
            found: vec![page("b.example", "2")],
            ..unchanged_visit(&lease, &lease.visits[0], now)
        }],
        found: vec![page("c.example", "3")],
        released: vec![plain_release(lease.key)],
        notes: [("journal".to_owned(), "1".to_owned())].into(),
        ..CommitBatch::default()
    };
    let (job, run) = (crawl.job, crawl.run);
    let error = frontier.commit(job, run, batch.clone()).unwrap_err();
    assert!(error.to_string().ends_with("crawl.sqlite: it is full"), "{error}");
    assert_eq!(frontier.hosts(9).unwrap().len(), 1);
    assert_eq!(frontier.next_due(job).unwrap(), Some(now));
    assert_eq!(frontier.outbox_after(job, 0, 99).unwrap(), []);
    assert_eq!(frontier.delivered_text(lease.visits[0].id).unwrap(), None);
    assert!(frontier.runs(None, 1).unwrap()[0].figures.outcomes.is_empty());
    assert_eq!(frontier.check().unwrap(), []);
    state.execute("DROP TRIGGER full");
    let committed = frontier.commit(job, run, batch).unwrap();
    assert_eq!((committed.fenced.len(), committed.added.new), (0, 2));
}
