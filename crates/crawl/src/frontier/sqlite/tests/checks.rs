//! Inconsistent states.

use super::*;
use crate::frontier::conformance::{FrontierFixture, delivery, minute, page, plain_release};
use crate::frontier::{FrontierOverview as _, LeaseRelease, NewUrl, StoredRobots};

/// A state with something in every table.
fn full_state() -> StateFolder {
    let state = StateFolder::new();
    let mut frontier = state.open();
    let mut crawl = FrontierFixture::new(&mut frontier, "ferries");
    let pattern = Some((7, 10));
    crawl.add([NewUrl { pattern, ..page("a.example", "1") }]);
    crawl.visit(minute(0), |finish| {
        finish.text = Some("The ferry sailed again.".into());
        finish.delivery = Some(delivery("{}"));
        finish.found = vec![page("a.example", "2")];
    });
    let lease = crawl.lease_one(minute(1));
    let robots = StoredRobots {
        origin: "https://a.example".into(),
        status: 404,
        body: Vec::new(),
        fetched_at: minute(1),
    };
    let next_at = Some(minute(2));
    crawl.release(LeaseRelease { next_at, robots: Some(robots), ..plain_release(lease.key) });
    state
}

#[test]
fn a_consistent_state_has_no_findings() {
    let mut frontier = full_state().open();
    assert_eq!(frontier.check().unwrap(), []);
    frontier.repair().unwrap();
    assert_eq!(frontier.check().unwrap(), []);
    frontier.compact().unwrap();
    assert_eq!(frontier.check().unwrap(), []);
}

#[test]
fn derived_data_is_repaired() {
    for (sql, finding) in [
        ("UPDATE counts SET urls = urls + 1", "wrong counts of URLs by state: 1"),
        ("DELETE FROM counts", "wrong counts of URLs by state: 1"),
        ("INSERT INTO counts VALUES (1, 4, 9)", "wrong counts of URLs by state: 1"),
        ("DELETE FROM patterns", "wrong counts of URLs by pattern: 1"),
        ("INSERT INTO patterns VALUES (1, 8, 1)", "wrong counts of URLs by pattern: 1"),
        ("UPDATE queues SET due = due + 1", "queues with a wrong time of the first due URL: 1"),
        ("DELETE FROM queues", "queues with a wrong time of the first due URL: 1"),
        (
            "INSERT INTO queues VALUES (1, 9, 1, NULL)",
            "queues with a wrong time of the first due URL: 1",
        ),
        ("UPDATE queues SET ready = ready + 1", "queues that wait longer than their hosts: 1"),
        ("INSERT INTO texts VALUES (9, x'00')", "texts of unknown URLs: 1"),
        (
            "INSERT INTO robots VALUES (9, 'https://b.example', 200, x'00', 0)",
            "robots.txt files of unknown hosts: 1",
        ),
        ("UPDATE hosts SET owner = 'nobody'", "host leases without an owner or an end: 1"),
    ] {
        let state = full_state();
        state.execute(sql);
        let mut frontier = state.open();
        let findings = frontier.check().unwrap();
        assert_eq!(messages(&findings), [finding], "{sql}");
        assert!(findings[0].can_be_repaired, "{sql}");
        frontier.repair().unwrap();
        assert_eq!(frontier.check().unwrap(), [], "{sql}");
        let job = frontier.register_job("ferries", &["out.jsonl".into()]).unwrap();
        let leases = FrontierFixture::new(&mut frontier, "ferries").lease("one", minute(2));
        assert_eq!(leases.len(), 1, "{sql}");
        assert_eq!(frontier.jobs().unwrap()[0].id, job);
    }
}

#[test]
fn unrepairable_damage_is_reported_and_unchanged() {
    for (sql, findings) in [
        ("UPDATE urls SET hash = 7 WHERE id & 1", &["URLs with a wrong hash: 1"][..]),
        (
            "UPDATE hosts SET last_number = 1",
            &["URLs of an unknown or wrong host or job: 1"],
        ),
        (
            "INSERT INTO urls (id, job, host, hash, url, kind, via, state, priority, depth, first_seen,
             last_seen) SELECT id + 9, job, host, hash, url, kind, via, 2, priority, depth, 0, 0
             FROM urls WHERE id & 1; UPDATE hosts SET last_number = 99; INSERT INTO counts VALUES (1, 2, 1)",
            &["duplicate URLs: 1"],
        ),
        (
            "UPDATE outbox SET run = 9",
            &["records in the outbox of an unknown or wrong job or run: 1"],
        ),
        (
            "UPDATE outputs SET covered = 2",
            &["outputs ahead of the outbox: 1"],
        ),
        (
            "INSERT INTO runs SELECT 9, job, NULL, 0, NULL, NULL, NULL, '{}', 0 FROM runs",
            &["jobs with several open runs: 1"],
        ),
        (
            "INSERT INTO notes VALUES (9, 'journal', '1')",
            &["runs, notes or hourly counts of unknown jobs: 1"],
        ),
    ] {
        let state = full_state();
        state.execute(sql);
        let mut frontier = state.open();
        let found = frontier.check().unwrap();
        assert_eq!(messages(&found), findings, "{sql}");
        assert!(!found[0].can_be_repaired, "{sql}");
        frontier.repair().unwrap();
        assert_eq!(messages(&frontier.check().unwrap()), findings, "{sql}");
    }
}

#[test]
fn a_damaged_file_is_reported() {
    let state = full_state();
    let root = state.query_one("SELECT rootpage FROM sqlite_master WHERE name = 'urls_by_hash'");
    let size = state.query_one("PRAGMA page_size");
    state.execute("PRAGMA wal_checkpoint(TRUNCATE)");
    let mut bytes = std::fs::read(state.path()).unwrap();
    let end = usize::try_from(root * size).unwrap();
    // The page is filled from its end, so the last bytes belong to the first entry.
    bytes[end - 3] ^= 0xff;
    std::fs::write(state.path(), bytes).unwrap();
    let mut overview = SqliteOverview::open(&state.path()).unwrap();
    let findings = overview.check().unwrap();
    assert!(findings[0].message.starts_with("the file is damaged: "), "{findings:?}");
    assert!(!findings[0].can_be_repaired);
}
