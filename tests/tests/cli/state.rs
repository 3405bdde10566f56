//! `copydesk state`: the state of crawl jobs.

use copydesk_crawl::frontier::{
    CommitBatch, DiscoverySource, Frontier, LeaseRelease, LeaseRequest, NewUrl, RunEnd,
    SqliteFrontier, UrlKind, UrlState, VisitCommit, VisitError, VisitOutcome,
};
use jiff::{SignedDuration, Timestamp};
use rusqlite::Connection;

use super::support::{Sandbox, records};

fn at(hour: i64) -> Timestamp {
    let start: Timestamp = "2026-03-28T06:00:00Z".parse().unwrap();
    start + SignedDuration::from_hours(hour)
}

fn page(path: &str) -> NewUrl {
    NewUrl {
        url: format!("https://harbour.example/{path}"),
        host: "harbour.example".into(),
        kind: UrlKind::Page,
        via: DiscoverySource::Link,
        priority: 5,
        depth: 1,
        due: at(0),
        modified: None,
        pattern: None,
    }
}

/// A jobs file with one job.
const JOB: &str = "[[job]]\nname = \"ferries\"\nseeds = [\"https://ferries.example/\"]\n[[job.output]]\n\
                   path = \"out.jsonl\"\n";

/// A state with two jobs, one of which has visited three of its four pages.
fn sandbox() -> Sandbox {
    let sandbox = Sandbox::new();
    let mut frontier = SqliteFrontier::open(&sandbox.path("crawl.sqlite")).unwrap();
    frontier.register_job("barges", &[]).unwrap();
    let job = frontier.register_job("ferries", &["out.jsonl".into()]).unwrap();
    let run = frontier.begin_run(job, None, at(0)).unwrap().id;
    let found = ["fine", "gone", "slow"].map(page).to_vec();
    frontier.commit(job, run, CommitBatch { found, ..CommitBatch::default() }).unwrap();
    let request = LeaseRequest {
        job,
        owner: "test".into(),
        now: at(0),
        due_by: at(0),
        until: at(1),
        max_hosts: 1,
        max_visits_per_host: 9,
    };
    let lease = frontier.lease(&request).unwrap().remove(0);
    let finished = lease.visits.iter().map(|visit| {
        let mut finish = VisitCommit {
            lease: lease.key,
            url: visit.id,
            at: at(0),
            outcome: VisitOutcome::New,
            state: UrlState::Active,
            kind: None,
            next_visit: Some(at(24)),
            interval_seconds: Some(86_400),
            validators: None,
            fingerprint: Some(0xff),
            text: None,
            status: Some(200),
            wire_bytes: 1_000,
            error: None,
            delivery: None,
            found: vec![],
        };
        if visit.url.ends_with("gone") {
            finish.outcome = VisitOutcome::Gone;
            (finish.state, finish.next_visit) = (UrlState::Gone, None);
            finish.status = Some(404);
        } else if visit.url.ends_with("slow") {
            finish.outcome = VisitOutcome::Failed;
            finish.status = None;
            let message = "No answer came in 20 s.".into();
            finish.error = Some(VisitError { kind: "timeout".into(), message });
        }
        finish
    });
    let released = LeaseRelease {
        lease: lease.key,
        next_at: None,
        delay_millis: None,
        is_done_for_run: false,
        back_off: None,
        robots: None,
    };
    let batch = CommitBatch {
        finished: finished.collect(),
        released: vec![released],
        found: vec![NewUrl { due: at(30), ..page("later") }],
        ..CommitBatch::default()
    };
    frontier.commit(job, run, batch).unwrap();
    frontier.end_run(run, at(1), RunEnd::Complete, None).unwrap();
    sandbox
}

#[test]
fn jobs_and_their_urls_are_listed() {
    let sandbox = sandbox();
    let listed = "     \
        urls    active    gone waiting  next due              last run             ended      job\n        \
           0         0       0       0  -                     -                    -          barges\n        \
           4         3       1       0  2026-03-29T06:00:00Z  2026-03-28T06:00:00Z complete   ferries\n";
    let run = sandbox.run(&["state", "list", "crawl.sqlite"]);
    assert_eq!(run.assert_exit(0).stdout(), listed);
    let run = sandbox.run(&["state", "list", "crawl.sqlite", "--job", "ferries"]);
    let urls = run.assert_exit(0).stdout();
    assert_eq!(urls.lines().count(), 5);
    assert!(
        urls.contains(
            "active   2026-03-29T06:00:00Z  2026-03-28T06:00:00Z failed            -     1  \
             https://harbour.example/slow\n"
        ),
        "{urls}"
    );
    let gone = ["state", "list", "crawl.sqlite", "--job", "ferries", "--state", "gone"];
    let run = sandbox.run(&gone);
    assert!(run.assert_exit(0).stdout().ends_with(" 404     0  https://harbour.example/gone\n"));
    assert_eq!(run.stdout().lines().count(), 2);
    let run = sandbox.run(&["state", "list", "crawl.sqlite", "--job", "ferries", "--limit", "1"]);
    assert!(run.assert_exit(0).stdout().ends_with("/fine\n3 more; --limit 0 shows all\n"));
}

#[test]
fn a_file_of_jobs_stands_for_its_state() {
    let sandbox = sandbox();
    sandbox.write("jobs/jobs.toml", "state = \"../crawl.sqlite\"\n".to_owned() + JOB);
    sandbox.write("jobs.toml", JOB);
    for file in ["jobs.toml", "jobs/jobs.toml"] {
        let run = sandbox.run(&["state", "list", file]);
        assert_eq!(run.assert_exit(0).stdout().lines().count(), 3, "{file}");
    }
}

#[test]
fn all_that_is_known_is_exported() {
    let sandbox = sandbox();
    let run = sandbox.run(&["state", "export", "crawl.sqlite"]);
    let urls = records(run.assert_exit(0).stdout());
    assert_eq!(urls.len(), 4);
    let slow = urls.iter().find(|url| url["url"] == "https://harbour.example/slow").unwrap();
    let expected = serde_json::json!({
        "job": "ferries",
        "url": "https://harbour.example/slow",
        "host": "harbour.example",
        "kind": "page",
        "via": "link",
        "state": "active",
        "priority": 5,
        "depth": 1,
        "first_seen": "2026-03-28T06:00:00Z",
        "last_seen": "2026-03-28T06:00:00Z",
        "visited_at": "2026-03-28T06:00:00Z",
        "outcome": "failed",
        "status": null,
        "wire_bytes": 1000,
        "error": {"kind": "timeout", "message": "No answer came in 20 s."},
        "failures": 1,
        "missing": 0,
        "last_visit": null,
        "last_change": null,
        "next_visit": "2026-03-29T06:00:00Z",
        "interval_seconds": 86400,
        "etag": null,
        "last_modified": null,
        "fingerprint": "00000000000000ff",
    });
    assert_eq!(*slow, expected);
    let run = sandbox.run(&["state", "export", "crawl.sqlite", "--state", "gone"]);
    assert_eq!(records(run.assert_exit(0).stdout()).len(), 1);
    let run = sandbox.run(&["state", "export", "crawl.sqlite", "--job", "barges"]);
    assert_eq!(run.assert_exit(0).stdout(), "");
}

#[test]
fn what_is_old_is_pruned_as_the_job_or_the_flag_says() {
    let sandbox = sandbox();
    let forever = "[defaults.retention]\nurls = \"0s\"\n".to_owned() + JOB;
    sandbox.write("jobs.toml", forever);
    let run = sandbox.run(&["state", "prune", "jobs.toml", "--job", "ferries"]);
    let nothing = "ferries: removed 0 URLs, 0 hosts, 0 runs and the counts of 0 hours\n";
    assert_eq!(run.assert_exit(0).stderr(), nothing);
    assert_eq!(run.stdout(), "");
    let args = ["state", "prune", "jobs.toml", "--urls", "1d", "--runs", "1d", "--compact"];
    let run = sandbox.run(&args);
    let removed = "ferries: removed 4 URLs, 1 host, 0 runs and the counts of 1 hour\n";
    assert!(run.assert_exit(0).stderr().ends_with(removed), "{}", run.stderr());
    sandbox.run(&["state", "check", "crawl.sqlite"]).assert_exit(0);
}

#[test]
fn a_state_is_checked_and_repaired() {
    let sandbox = sandbox();
    let run = sandbox.run(&["state", "check", "crawl.sqlite"]);
    assert_eq!(run.assert_exit(0).stdout(), "");
    assert_eq!(run.stderr(), "the state is consistent\n");
    let state = Connection::open(sandbox.path("crawl.sqlite")).unwrap();
    state.execute_batch("DELETE FROM counts").unwrap();
    let run = sandbox.run(&["state", "check", "crawl.sqlite"]);
    assert_eq!(run.assert_exit(1).stdout(), "wrong counts of URLs by state: 2\n");
    assert!(run.stderr().contains("`copydesk state check --repair`"), "{}", run.stderr());
    sandbox.run(&["state", "check", "crawl.sqlite", "--repair"]).assert_exit(0);
    sandbox.run(&["state", "check", "crawl.sqlite"]).assert_exit(0);
}

#[test]
fn a_missing_state_is_reported_and_not_created() {
    let sandbox = sandbox();
    for action in ["list", "export", "prune", "check"] {
        let run = sandbox.run(&["state", action, "other.sqlite"]);
        assert!(run.assert_exit(2).stderr().contains("error: other.sqlite: no such state"));
        assert!(run.stderr().contains("hint: `copydesk crawl JOBS.toml`"), "{}", run.stderr());
    }
    sandbox.run(&["state", "check", "other.sqlite", "--repair"]).assert_exit(2);
    assert!(!sandbox.path("other.sqlite").exists());
    let run = sandbox.run(&["state", "list", "crawl.sqlite", "--job", "feries"]);
    assert!(run.assert_exit(2).stderr().contains("no job `feries`"), "{}", run.stderr());
    assert!(run.stderr().contains("hint: `copydesk state list crawl.sqlite`"));
    sandbox.write("notes.sqlite", "a text that is no database, though it is called one");
    let run = sandbox.run(&["state", "list", "notes.sqlite"]);
    assert!(run.assert_exit(2).stderr().contains("notes.sqlite: not a state of crawl jobs"));
}
