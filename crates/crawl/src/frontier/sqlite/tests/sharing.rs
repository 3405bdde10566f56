//! Several processes with one file.

use std::collections::BTreeSet;
use std::sync::{Barrier, Mutex};
use std::thread;

use super::*;
use crate::frontier::conformance::{FrontierFixture, minute, page, plain_release, unchanged_visit};
use crate::frontier::{CommitBatch, FrontierOverview, LeaseRequest, UrlEntries, VisitOutcome};

#[test]
fn many_processes_can_create_the_same_state() {
    let state = StateFolder::new();
    let barrier = Barrier::new(8);
    thread::scope(|scope| {
        for number in 0..8 {
            let (state, barrier) = (&state, &barrier);
            scope.spawn(move || {
                barrier.wait();
                let job = state.open().register_job(&format!("job {number}"), &[]);
                assert!(job.is_ok(), "{job:?}");
            });
        }
    });
    assert_eq!(state.open().jobs().unwrap().len(), 8);
}

#[test]
fn crawlers_of_a_job_visit_each_url_once_and_share_no_host() {
    let state = StateFolder::new();
    let mut frontier = state.open();
    let mut crawl = FrontierFixture::new(&mut frontier, "ferries");
    for host in 0..20 {
        let found = (0..10).map(|path| page(&format!("h{host}.example"), &path.to_string()));
        crawl.add(found.collect::<Vec<_>>());
    }
    let (job, run) = (crawl.job, crawl.run);
    let leased_hosts: Mutex<BTreeSet<String>> = Mutex::default();
    let visited: Mutex<Vec<String>> = Mutex::default();
    thread::scope(|scope| {
        for owner in ["one", "two", "three", "four"] {
            let (state, leased_hosts, visited) = (&state, &leased_hosts, &visited);
            scope.spawn(move || {
                let mut frontier = state.open();
                let request = LeaseRequest {
                    job,
                    owner: owner.into(),
                    now: minute(0),
                    due_by: minute(0),
                    until: minute(60),
                    max_hosts: 3,
                    max_visits_per_host: 4,
                };
                loop {
                    let leases = frontier.lease(&request).unwrap();
                    if leases.is_empty() {
                        break;
                    }
                    let mut batch = CommitBatch::default();
                    for lease in &leases {
                        assert!(leased_hosts.lock().unwrap().insert(lease.host.clone()));
                        for visit in &lease.visits {
                            visited.lock().unwrap().push(visit.url.clone());
                            batch.finished.push(unchanged_visit(lease, visit, minute(0)));
                        }
                        batch.released.push(plain_release(lease.key));
                    }
                    // Another crawler can lease the host as soon as its release is committed.
                    leased_hosts
                        .lock()
                        .unwrap()
                        .retain(|host| leases.iter().all(|one| one.host != *host));
                    assert_eq!(frontier.commit(job, run, batch).unwrap().fenced, []);
                }
            });
        }
    });
    let mut visited = visited.into_inner().unwrap();
    assert_eq!(visited.len(), 200);
    visited.sort_unstable();
    visited.dedup();
    assert_eq!(visited.len(), 200);
    let figures = frontier.runs(Some(job), 1).unwrap().remove(0).figures;
    assert_eq!(figures.outcomes, [(VisitOutcome::Unchanged, 200)].into());
    assert_eq!(frontier.check().unwrap(), []);
}

#[test]
fn a_slow_reader_does_not_block_writers() {
    let state = StateFolder::new();
    let mut frontier = state.open();
    let mut crawl = FrontierFixture::new(&mut frontier, "ferries");
    let found = |from: i64| (from..from + 1_500).map(|path| page("a.example", &path.to_string()));
    crawl.add(found(0).collect::<Vec<_>>());
    let mut overview = SqliteOverview::open(&state.path()).unwrap();
    let mut entries = UrlEntries::new(&mut overview, crawl.job, None);
    assert_eq!(entries.next().unwrap().unwrap().url, "https://a.example/0");
    crawl.add(found(1_500).collect::<Vec<_>>());
    let urls: Vec<String> = entries.map(|entry| entry.unwrap().url).collect();
    assert_eq!(urls.len(), 2_999);
    assert_eq!(urls[2_998], "https://a.example/2999");
}
