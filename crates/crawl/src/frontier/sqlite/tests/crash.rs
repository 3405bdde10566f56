//! A crawler that is killed.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use super::*;
use crate::frontier::conformance::{
    FrontierFixture, delivery, minute, page, plain_release, unchanged_visit,
};
use crate::frontier::{
    CommitBatch, FrontierOverview, JobId, LeaseRelease, LeaseRequest, OutputMark, RunFigures,
    RunId, UrlEntries, VisitCommit, VisitOutcome,
};

/// Passes the path of the state to the child process.
const STATE: &str = "COPYDESK_TEST_STATE";

/// One turn of a crawler, with each part in its own transaction. It stops after `parts` parts.
fn crawl_turn(frontier: &mut SqliteFrontier, (job, run): (JobId, RunId), turn: i64, parts: u8) {
    let now = minute(turn);
    let request = LeaseRequest {
        job,
        owner: "crawler".into(),
        now,
        due_by: now,
        until: minute(turn + 60),
        max_hosts: 3,
        max_visits_per_host: 4,
    };
    let leases = frontier.lease(&request).unwrap();
    if parts == 1 {
        return;
    }
    let mut batch = CommitBatch {
        found: vec![page(&format!("h{}.example", turn % 7), &turn.to_string())],
        notes: [("turn".to_owned(), turn.to_string())].into(),
        figures: RunFigures { wire_bytes: 1, ..RunFigures::default() },
        ..CommitBatch::default()
    };
    for lease in &leases {
        for visit in &lease.visits {
            let number = visit.id.0 % 5;
            batch.finished.push(VisitCommit {
                outcome: VisitOutcome::Changed,
                next_visit: Some(minute(turn + 2 + number)),
                text: Some(format!("The ferry sailed again at {turn}.")),
                delivery: (number > 1).then(|| delivery(&turn.to_string())),
                found: vec![page(&lease.host, &format!("{turn}/{number}"))],
                ..unchanged_visit(lease, visit, now)
            });
        }
        let next_at = Some(minute(turn + 1));
        batch.released.push(LeaseRelease { next_at, ..plain_release(lease.key) });
    }
    let last = frontier.commit(job, run, batch).unwrap().last_sequence;
    if parts == 2 {
        return;
    }
    let covered = last.unwrap_or(0).saturating_sub(2);
    let mark = OutputMark { covered, cursor: turn.to_string(), ..OutputMark::default() };
    frontier.set_output_mark(job, "out.jsonl", &mark).unwrap();
}

fn begin(path: &Path) -> (SqliteFrontier, (JobId, RunId)) {
    let mut frontier = SqliteFrontier::open(path).unwrap();
    let crawl = FrontierFixture::new(&mut frontier, "ferries");
    let of = (crawl.job, crawl.run);
    (frontier, of)
}

/// Everything in a state.
fn dump(frontier: &mut SqliteFrontier, job: JobId) -> Vec<String> {
    let mut seen = vec![
        format!("{:?}", frontier.jobs().unwrap()),
        format!("{:?}", frontier.runs(None, 9).unwrap()),
        format!("{:?}", frontier.hosts(99).unwrap()),
        format!("{:?}", frontier.outbox_after(job, 0, usize::MAX).unwrap()),
        format!("{:?}", frontier.output_mark(job, "out.jsonl").unwrap()),
        format!("{:?}", frontier.hours(job, minute(0)).unwrap()),
    ];
    let entries: Vec<_> = UrlEntries::new(frontier, job, None).map(Result::unwrap).collect();
    for entry in entries {
        let text = frontier.delivered_text(entry.id).unwrap();
        seen.push(format!("{entry:?} {text:?}"));
    }
    seen
}

#[test]
#[ignore = "it is run, and killed, by the test below"]
fn a_crawler_that_is_killed() {
    let Some(path) = std::env::var_os(STATE) else { return };
    let (mut frontier, of) = begin(Path::new(&path));
    for turn in 1.. {
        crawl_turn(&mut frontier, of, turn, 3);
        println!("\nturn {turn}");
    }
}

#[test]
fn a_killed_crawler_leaves_the_state_of_a_transaction() {
    let module = module_path!().split_once("::").unwrap().1;
    for turns in [1, 2, 5, 13, 34, 60] {
        let state = StateFolder::new();
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", &format!("{module}::a_crawler_that_is_killed"), "--ignored"])
            .arg("--nocapture")
            .env(STATE, state.path())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let turns_printed = lines.map(Result::unwrap).filter(|line| line.starts_with("turn "));
        assert_eq!(turns_printed.take(turns).count(), turns);
        child.kill().unwrap();
        child.wait().unwrap();

        let mut killed = state.open();
        assert_eq!(killed.check().unwrap(), []);
        let job = killed.jobs().unwrap()[0].id;
        let turn: i64 = killed.note(job, "turn").unwrap().unwrap().parse().unwrap();
        assert!(turn >= i64::try_from(turns).unwrap(), "{turn} is before {turns}");
        let got = dump(&mut killed, job);

        let replayed = StateFolder::new();
        let (mut frontier, of) = begin(&replayed.path());
        for turn in 1..turn {
            crawl_turn(&mut frontier, of, turn, 3);
        }
        crawl_turn(&mut frontier, of, turn, 2);
        let mut may_be = vec![dump(&mut frontier, job)];
        let again = StateFolder::new();
        let (mut frontier, of) = begin(&again.path());
        for turn in 1..=turn {
            crawl_turn(&mut frontier, of, turn, 3);
        }
        may_be.push(dump(&mut frontier, job));
        crawl_turn(&mut frontier, of, turn + 1, 1);
        may_be.push(dump(&mut frontier, job));
        assert!(may_be.contains(&got), "after turn {turn}: {got:#?}\nis not in {may_be:#?}");
        // The next crawler continues.
        killed.reclaim("crawler").unwrap();
        let run = killed.begin_run(job, None, minute(turn + 1)).unwrap();
        assert_eq!(run.resumed, 1);
        crawl_turn(&mut killed, (job, run.id), turn + 9, 3);
        assert_eq!(killed.check().unwrap(), []);
    }
}
