//! What is pruned, and what stays.

use std::time::Duration;

use super::*;
use crate::frontier::conformance::{FrontierFixture, delivery, minute, page};
use crate::frontier::{
    CommitBatch, DiscoverySource, FrontierOverview, NewUrl, OutputMark, PruneCounts, RunEnd,
    UrlEntries, UrlState, VisitOutcome,
};
use crate::jobs::RetentionPolicy;

const DAY: i64 = 24 * 60;

fn days(days: u64) -> Duration {
    Duration::from_hours(days * 24)
}

fn urls(frontier: &mut SqliteFrontier) -> Vec<String> {
    let job = frontier.register_job("ferries", &["out.jsonl".into()]).unwrap();
    let urls = UrlEntries::new(frontier, job, None).map(|entry| entry.unwrap().url);
    urls.map(|url| url.trim_start_matches("https://").to_owned()).collect()
}

#[test]
fn gone_and_unlinked_urls_are_pruned() {
    let state = StateFolder::new();
    let mut frontier = state.open();
    let mut crawl = FrontierFixture::new(&mut frontier, "ferries");
    let on = |day: i64, host: &str, path: &str| NewUrl {
        due: minute(day * DAY),
        pattern: Some((7, 10)),
        ..page(host, path)
    };
    crawl.add([on(0, "a.example", "linked"), on(0, "a.example", "old"), on(0, "b.example", "old")]);
    crawl.add([on(0, "a.example", "there")]);
    crawl.add([NewUrl { via: DiscoverySource::Seed, ..on(0, "a.example", "seed") }]);
    crawl.add([on(20, "a.example", "linked"), on(20, "c.example", "gone")]);
    for (day, state) in [(20, UrlState::Gone), (29, UrlState::Active)] {
        for lease in crawl.lease("crawler", minute(day * DAY)) {
            for visit in &lease.visits {
                let is_gone = visit.url.ends_with("gone") && state == UrlState::Gone;
                let mut finish =
                    crate::frontier::conformance::unchanged_visit(&lease, visit, minute(day * DAY));
                finish.text = Some("The ferry sailed again.".into());
                if visit.url.ends_with("old") {
                    (finish.outcome, finish.text) = (VisitOutcome::Failed, None);
                }
                if is_gone {
                    finish.state = UrlState::Gone;
                    finish.next_visit = None;
                }
                crawl.finish(finish);
            }
            crawl.release(crate::frontier::conformance::plain_release(lease.key));
        }
    }
    // Discovered again, though gone.
    crawl.add([on(49, "c.example", "gone")]);
    let job = crawl.job;
    let retention = RetentionPolicy { outputs: None, runs: None, urls: Some(days(28)) };
    let prune = |frontier: &mut SqliteFrontier, day: i64| {
        frontier.prune(job, &retention, minute(day * DAY)).unwrap()
    };
    assert_eq!(prune(&mut frontier, 28), PruneCounts::default());
    assert_eq!(
        prune(&mut frontier, 29),
        PruneCounts { urls: 2, hosts: 1, ..PruneCounts::default() }
    );
    // A URL that still exists may be linked from a page that responds with 304.
    let left = ["a.example/linked", "a.example/there", "a.example/seed", "c.example/gone"];
    assert_eq!(urls(&mut frontier), left);
    assert_eq!(frontier.check().unwrap(), []);
    assert_eq!(state.query_one("SELECT urls FROM patterns"), 4);
    assert_eq!(state.query_one("SELECT count(*) FROM texts"), 4);
    assert_eq!(
        prune(&mut frontier, 60),
        PruneCounts { urls: 3, hosts: 1, ..PruneCounts::default() }
    );
    assert_eq!(urls(&mut frontier), ["a.example/seed"]);
    assert_eq!(frontier.check().unwrap(), []);
    // A host that is discovered again has a new id, so no old lease is valid for it.
    let mut crawl = FrontierFixture::new(&mut frontier, "ferries");
    crawl.add([on(60, "b.example", "old")]);
    assert_eq!(state.query_one("SELECT id FROM hosts WHERE name = 'b.example'"), 4);
}

#[test]
fn leased_hosts_are_not_pruned() {
    let state = StateFolder::new();
    let mut frontier = state.open();
    let mut crawl = FrontierFixture::new(&mut frontier, "ferries");
    crawl.add([page("a.example", "1")]);
    let lease = crawl.lease_one(minute(90 * DAY));
    let job = crawl.job;
    let retention = RetentionPolicy { outputs: None, runs: None, urls: Some(days(30)) };
    let pruned = frontier.prune(job, &retention, minute(90 * DAY + 1)).unwrap();
    assert_eq!(pruned, PruneCounts::default());
    let pruned = frontier.prune(job, &retention, minute(90 * DAY + 60)).unwrap();
    assert_eq!(pruned.urls, 1);
    let mut crawl = FrontierFixture::new(&mut frontier, "ferries");
    let late =
        crate::frontier::conformance::unchanged_visit(&lease, &lease.visits[0], minute(90 * DAY));
    assert_eq!(crawl.finish(late).fenced, [lease.visits[0].id]);
}

#[test]
fn old_runs_and_hours_are_pruned_except_those_in_use() {
    let state = StateFolder::new();
    let mut frontier = state.open();
    let begin = |frontier: &mut SqliteFrontier, day: i64, delivers: bool| {
        let job = frontier.register_job("ferries", &["out.jsonl".into()]).unwrap();
        let run = frontier.begin_run(job, Some(minute(day * DAY)), minute(day * DAY)).unwrap().id;
        let mut crawl = FrontierFixture { frontier, job, run };
        crawl.add([NewUrl { due: minute(day * DAY), ..page("a.example", &day.to_string()) }]);
        crawl.visit(minute(day * DAY), |finish| {
            finish.outcome = VisitOutcome::New;
            finish.next_visit = None;
            finish.delivery = delivers.then(|| delivery("{}"));
        });
        frontier.end_run(run, minute(day * DAY + 1), RunEnd::Complete, None).unwrap();
        job
    };
    let job = begin(&mut frontier, 0, false);
    begin(&mut frontier, 1, false);
    begin(&mut frontier, 2, true);
    begin(&mut frontier, 3, false);
    let retention = RetentionPolicy { outputs: None, runs: Some(days(10)), urls: None };
    let prune = |frontier: &mut SqliteFrontier, day: i64| {
        frontier.prune(job, &retention, minute(day * DAY)).unwrap()
    };
    assert_eq!(prune(&mut frontier, 10), PruneCounts { hours: 0, ..PruneCounts::default() });
    assert_eq!(
        prune(&mut frontier, 11),
        PruneCounts { runs: 1, hours: 1, ..PruneCounts::default() }
    );
    assert_eq!(
        prune(&mut frontier, 99),
        PruneCounts { runs: 1, hours: 3, ..PruneCounts::default() }
    );
    assert_eq!(frontier.runs(Some(job), 9).unwrap().len(), 2);
    assert_eq!(frontier.last_scheduled(job).unwrap(), Some(minute(3 * DAY)));
    assert_eq!(frontier.outbox_after(job, 0, 99).unwrap().len(), 1);
    assert_eq!(frontier.check().unwrap(), []);
}

#[test]
fn many_urls_are_pruned_in_small_transactions() {
    let state = StateFolder::new();
    let mut frontier = state.open();
    let mut crawl = FrontierFixture::new(&mut frontier, "ferries");
    let found = (0..12_000).map(|path| page(&format!("h{}.example", path % 7), &path.to_string()));
    crawl.add(found.collect::<Vec<_>>());
    let (job, run) = (crawl.job, crawl.run);
    let notes = [("journal".to_owned(), "1".to_owned())].into();
    frontier.commit(job, run, CommitBatch { notes, ..CommitBatch::default() }).unwrap();
    let mark = OutputMark { covered: 0, cursor: "{}".into(), ..OutputMark::default() };
    frontier.set_output_mark(job, "out.jsonl", &mark).unwrap();
    let retention = RetentionPolicy { outputs: None, runs: None, urls: Some(days(1)) };
    let pruned = frontier.prune(job, &retention, minute(2 * DAY)).unwrap();
    assert_eq!(pruned, PruneCounts { urls: 12_000, hosts: 7, ..PruneCounts::default() });
    assert_eq!(frontier.note(job, "journal").unwrap().as_deref(), Some("1"));
    assert_eq!(frontier.output_mark(job, "out.jsonl").unwrap(), mark);
    assert_eq!(frontier.check().unwrap(), []);
}
