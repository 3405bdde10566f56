//! Host leases: their order, their tokens, and when they end.

use super::*;
use crate::frontier::{RunEnd, StoredRobots};

pub(super) fn a_host_has_one_lease_over_all_jobs(frontier: &mut dyn WritableState) {
    let mut crawl = FrontierFixture::new(frontier, "ferries");
    crawl.add([page("a.example", "1"), page("b.example", "1")]);
    crawl.for_other_job("harbours").add([page("a.example", "1"), page("c.example", "1")]);
    let leases = crawl.lease("one", minute(0));
    assert_eq!(hosts(&leases), ["a.example", "b.example"]);
    assert_eq!(crawl.lease("two", minute(1)), []);
    assert_eq!(crawl.lease("one", minute(1)), []);
    let mut other = crawl.for_other_job("harbours");
    assert_eq!(hosts(&other.lease("two", minute(1))), ["c.example"]);
    crawl.release(plain_release(leases[0].key));
    let mut other = crawl.for_other_job("harbours");
    assert_eq!(hosts(&other.lease("two", minute(2))), ["a.example"]);
    assert_eq!(crawl.lease("one", minute(2)), []);
}

pub(super) fn uncommitted_visits_are_still_due(frontier: &mut dyn WritableState) {
    let mut crawl = FrontierFixture::new(frontier, "ferries");
    crawl.add([page("a.example", "1"), page("a.example", "2")]);
    let lease = crawl.lease_one(minute(0));
    let finished = vec![unchanged_visit(&lease, &lease.visits[0], minute(0))];
    let released = vec![plain_release(lease.key)];
    crawl.commit(CommitBatch { finished, released, ..CommitBatch::default() });
    assert_eq!(paths(&crawl.lease_one(minute(1))), ["2"]);
}

pub(super) fn fencing_tokens_grow(f: &mut dyn WritableState) {
    let mut crawl = FrontierFixture::new(f, "ferries");
    crawl.add([page("a.example", "1")]);
    let mut tokens = Vec::new();
    let released = crawl.lease_one(minute(0)).key;
    crawl.release(plain_release(released));
    tokens.push(released.token);
    tokens.push(crawl.lease_one(minute(0)).key.token);
    tokens.push(crawl.lease_one(minute(60)).key.token);
    crawl.frontier.reclaim("crawler").unwrap();
    tokens.push(crawl.lease_one(minute(60)).key.token);
    assert!(tokens.is_sorted_by(|a, b| a < b), "{tokens:?}");
}

pub(super) fn a_visit_under_an_older_lease_is_not_written(frontier: &mut dyn WritableState) {
    let mut crawl = FrontierFixture::new(frontier, "ferries");
    crawl.add([page("a.example", "1"), page("b.example", "1")]);
    let dead = crawl.lease("dead", minute(0));
    let alive = crawl.lease("alive", minute(60));
    assert_eq!(hosts(&alive), ["a.example", "b.example"]);
    let late = VisitCommit {
        text: Some("too late".into()),
        delivery: Some(delivery("too late")),
        found: vec![page("a.example", "too-late")],
        ..unchanged_visit(&dead[0], &dead[0].visits[0], minute(61))
    };
    let url = late.url;
    let in_time = unchanged_visit(&alive[1], &alive[1].visits[0], minute(61));
    let committed =
        crawl.commit(CommitBatch { finished: vec![late, in_time], ..CommitBatch::default() });
    assert_eq!(committed.fenced, [url]);
    assert_eq!(committed.added, DiscoveryCounts::default());
    assert_eq!(committed.last_sequence, None);
    let (visit, _) = crawl.find("https://a.example/1");
    assert_eq!((visit.due, visit.last_visit), (minute(0), None));
    assert_eq!(crawl.frontier.delivered_text(url).unwrap(), None);
    assert_eq!(crawl.frontier.outbox_after(crawl.job, 0, 1_000).unwrap(), []);
    assert_eq!(crawl.find("https://b.example/1").0.last_visit, Some(minute(61)));
    let runs = crawl.frontier.runs(None, 1).unwrap();
    assert_eq!(runs[0].figures.outcomes, [(VisitOutcome::Unchanged, 1)].into());
}

pub(super) fn an_expired_lease_is_valid_until_the_next_lease(f: &mut dyn WritableState) {
    let mut crawl = FrontierFixture::new(f, "ferries");
    crawl.add([page("a.example", "1"), page("a.example", "2")]);
    let lease = crawl.lease_one(minute(0));
    assert_eq!(crawl.lease("other", minute(59)), []);
    let late = unchanged_visit(&lease, &lease.visits[0], minute(70));
    assert_eq!(crawl.finish(late).fenced, []);
    assert_eq!(hosts(&crawl.lease("other", minute(70))), ["a.example"]);
    let later = unchanged_visit(&lease, &lease.visits[1], minute(71));
    assert_eq!(crawl.finish(later).fenced, [lease.visits[1].id]);
}

pub(super) fn a_release_under_an_older_lease_changes_nothing(frontier: &mut dyn WritableState) {
    let mut crawl = FrontierFixture::new(frontier, "ferries");
    crawl.add([page("a.example", "1")]);
    let dead = crawl.lease_one(minute(0));
    let alive = crawl.lease_one(minute(60));
    crawl.release(LeaseRelease {
        next_at: Some(minute(5_000)),
        delay_millis: Some(1),
        back_off: Some((minute(6_000), "it failed".into())),
        ..plain_release(dead.key)
    });
    assert_eq!(crawl.lease("third", minute(61)), []);
    assert_eq!(crawl.frontier.hosts(1).unwrap()[0].delay_millis, None);
    crawl.release(plain_release(alive.key));
    assert_eq!(crawl.lease("third", minute(61)).len(), 1);
}

pub(super) fn a_lease_is_renewed_unless_another_followed(frontier: &mut dyn WritableState) {
    let mut crawl = FrontierFixture::new(frontier, "ferries");
    crawl.add([page("a.example", "1"), page("b.example", "1")]);
    let leases = crawl.lease("one", minute(0));
    let keys: Vec<LeaseKey> = leases.iter().map(|lease| lease.key).collect();
    assert_eq!(crawl.frontier.renew(&keys[..1], minute(90)).unwrap(), []);
    assert_eq!(hosts(&crawl.lease("two", minute(60))), ["b.example"]);
    assert_eq!(crawl.frontier.renew(&keys, minute(120)).unwrap(), [keys[1]]);
    assert_eq!(crawl.lease("two", minute(119)), []);
    assert_eq!(hosts(&crawl.lease("two", minute(120))), ["a.example", "b.example"]);
}

pub(super) fn reclaim_ends_only_leases_of_the_owner(f: &mut dyn WritableState) {
    let mut crawl = FrontierFixture::new(f, "ferries");
    crawl.add([page("a.example", "1")]);
    let crashed = crawl.lease("one", minute(0));
    crawl.add([page("b.example", "1")]);
    assert_eq!(hosts(&crawl.lease("two", minute(1))), ["b.example"]);
    crawl.frontier.reclaim("one").unwrap();
    let ghost = unchanged_visit(&crashed[0], &crashed[0].visits[0], minute(2));
    assert_eq!(crawl.finish(ghost.clone()).fenced, [crashed[0].visits[0].id]);
    assert_eq!(hosts(&crawl.lease("one", minute(2))), ["a.example"]);
    assert_eq!(crawl.finish(ghost).fenced, [crashed[0].visits[0].id]);
    assert_eq!(crawl.frontier.renew(&[crashed[0].key], minute(3)).unwrap(), [crashed[0].key]);
}

pub(super) fn hosts_due_longest_come_first(frontier: &mut dyn WritableState) {
    let mut crawl = FrontierFixture::new(frontier, "ferries");
    for (host, due) in [("a.example", 3), ("b.example", 1), ("c.example", 2), ("b.example", 9)] {
        crawl.add([NewUrl { due: minute(due), ..page(host, &due.to_string()) }]);
    }
    let request = LeaseRequest { max_hosts: 2, ..crawl.request("one", minute(10)) };
    assert_eq!(hosts(&crawl.frontier.lease(&request).unwrap()), ["b.example", "c.example"]);
    assert_eq!(hosts(&crawl.frontier.lease(&request).unwrap()), ["a.example"]);
}

pub(super) fn visits_are_ordered_by_priority_and_then_due_time(frontier: &mut dyn WritableState) {
    let mut crawl = FrontierFixture::new(frontier, "ferries");
    for (path, priority, due) in
        [("low", 0, 1), ("late", 5, 4), ("early", 5, 2), ("early-too", 5, 2), ("top", 9, 5)]
    {
        crawl.add([NewUrl { priority, due: minute(due), ..page("a.example", path) }]);
    }
    let request = LeaseRequest { max_visits_per_host: 4, ..crawl.request("one", minute(5)) };
    let leases = crawl.frontier.lease(&request).unwrap();
    assert_eq!(paths(&leases[0]), ["top", "early", "early-too", "late"]);
    crawl.release(plain_release(leases[0].key));
    let lease = crawl.lease_one(minute(5));
    assert_eq!(paths(&lease), ["top", "early", "early-too", "late", "low"]);
    assert_eq!(lease.visits[4].due, minute(1));
}

pub(super) fn urls_due_after_the_horizon_are_not_leased(frontier: &mut dyn WritableState) {
    let mut crawl = FrontierFixture::new(frontier, "ferries");
    crawl.add([
        NewUrl { due: minute(10), ..page("a.example", "then") },
        NewUrl { due: minute(11), ..page("a.example", "later") },
        NewUrl { due: minute(11), ..page("b.example", "later") },
    ]);
    let request = LeaseRequest { due_by: minute(10), ..crawl.request("one", minute(30)) };
    let leases = crawl.frontier.lease(&request).unwrap();
    assert_eq!(hosts(&leases), ["a.example"]);
    assert_eq!(paths(&leases[0]), ["then"]);
}

pub(super) fn a_host_is_not_leased_during_its_crawl_delay(frontier: &mut dyn WritableState) {
    let mut crawl = FrontierFixture::new(frontier, "ferries");
    crawl.add([page("a.example", "1")]);
    let lease = crawl.lease_one(minute(0));
    crawl.release(LeaseRelease { next_at: Some(minute(5)), ..plain_release(lease.key) });
    assert_eq!(crawl.lease("one", minute(4)), []);
    // URLs discovered meanwhile wait too, also those of other jobs.
    crawl.for_other_job("harbours").add([page("a.example", "2")]);
    assert_eq!(crawl.for_other_job("harbours").lease("one", minute(4)), []);
    assert_eq!(crawl.lease("one", minute(5)).len(), 1);
}

pub(super) fn a_host_done_for_a_run_is_leased_in_the_next_run(frontier: &mut dyn WritableState) {
    let mut crawl = FrontierFixture::new(frontier, "ferries");
    crawl.add([page("a.example", "1"), page("a.example", "2"), page("b.example", "3")]);
    let leases = crawl.lease("one", minute(0));
    let [a, b] = [leases[0].key, leases[1].key];
    crawl.release(LeaseRelease { is_done_for_run: true, ..plain_release(a) });
    crawl.release(plain_release(b));
    assert_eq!(hosts(&crawl.lease("one", minute(1))), ["b.example"]);
    assert_eq!(
        crawl.frontier.next_wake(crawl.job, minute(1), minute(1)).unwrap(),
        Some(minute(61))
    );
    // Another job can lease it.
    crawl.for_other_job("harbours").add([page("a.example", "4")]);
    let lease = crawl.for_other_job("harbours").lease_one(minute(2));
    crawl.release(plain_release(lease.key));
    let (job, run) = (crawl.job, crawl.run);
    crawl.frontier.end_run(run, minute(3), RunEnd::Budget, None).unwrap();
    crawl.frontier.begin_run(job, None, minute(4)).unwrap();
    assert_eq!(hosts(&crawl.lease("one", minute(4))), ["a.example"]);
}

pub(super) fn a_host_is_not_leased_during_back_off(frontier: &mut dyn WritableState) {
    let mut crawl = FrontierFixture::new(frontier, "ferries");
    crawl.add([page("a.example", "1")]);
    let lease = crawl.lease_one(minute(0));
    let back_off = Some((minute(30), "the server responded with 503".to_owned()));
    crawl.release(LeaseRelease { next_at: Some(minute(1)), back_off, ..plain_release(lease.key) });
    assert_eq!(crawl.lease("one", minute(29)), []);
    let view = crawl.frontier.hosts(1).unwrap().remove(0);
    assert_eq!(view.back_off_until, Some(minute(30)));
    assert_eq!(view.back_off_reason.as_deref(), Some("the server responded with 503"));
    let lease = crawl.lease_one(minute(30));
    crawl.release(plain_release(lease.key));
    let view = crawl.frontier.hosts(1).unwrap().remove(0);
    assert_eq!((view.back_off_until, view.back_off_reason), (None, None));
}

pub(super) fn absent_fields_of_a_release_change_nothing(frontier: &mut dyn WritableState) {
    let mut crawl = FrontierFixture::new(frontier, "ferries");
    crawl.add([page("a.example", "1")]);
    let lease = crawl.lease_one(minute(0));
    assert_eq!(lease.robots, None);
    let robots = Some(StoredRobots {
        origin: "https://a.example".into(),
        status: 200,
        body: b"User-agent: *\nDisallow: /drafts/\n".to_vec(),
        fetched_at: minute(0),
    });
    crawl.release(LeaseRelease {
        next_at: Some(minute(5)),
        delay_millis: Some(2_500),
        robots: robots.clone(),
        ..plain_release(lease.key)
    });
    let lease = crawl.lease_one(minute(6));
    assert_eq!(lease.robots, robots);
    crawl.release(plain_release(lease.key));
    let view = crawl.frontier.hosts(1).unwrap().remove(0);
    assert_eq!((view.delay_millis, view.next_at), (Some(2_500), Some(minute(5))));
    assert_eq!(crawl.lease_one(minute(7)).robots, robots);
}

pub(super) fn the_next_wake_is_when_the_first_host_is_free(frontier: &mut dyn WritableState) {
    let mut crawl = FrontierFixture::new(frontier, "ferries");
    let wake = |crawl: &mut FrontierFixture<'_>, now, due_by| {
        crawl.frontier.next_wake(crawl.job, minute(now), minute(due_by)).unwrap()
    };
    assert_eq!(wake(&mut crawl, 0, 0), None);
    crawl.add([page("a.example", "1"), page("b.example", "1")]);
    crawl.add([NewUrl { due: minute(50), ..page("c.example", "1") }]);
    assert_eq!(wake(&mut crawl, 3, 3), Some(minute(3)));
    let leases = crawl.lease("one", minute(3));
    crawl.release(LeaseRelease { next_at: Some(minute(9)), ..plain_release(leases[0].key) });
    let back_off = Some((minute(7), "it failed".to_owned()));
    crawl.release(LeaseRelease { back_off, ..plain_release(leases[1].key) });
    assert_eq!(wake(&mut crawl, 4, 4), Some(minute(7)));
    assert_eq!(wake(&mut crawl, 8, 8), Some(minute(8)));
    let leases = crawl.lease("one", minute(8));
    assert_eq!(hosts(&leases), ["b.example"]);
    crawl.finish(unchanged_visit(&leases[0], &leases[0].visits[0], minute(8)));
    assert_eq!(wake(&mut crawl, 8, 8), Some(minute(9)));
    let leases = crawl.lease("one", minute(9));
    crawl.finish(unchanged_visit(&leases[0], &leases[0].visits[0], minute(9)));
    assert_eq!(wake(&mut crawl, 9, 9), None);
    assert_eq!(wake(&mut crawl, 9, 50), Some(minute(9)));
}

pub(super) fn leases_of_others_delay_the_next_wake_until_they_end(f: &mut dyn WritableState) {
    let mut crawl = FrontierFixture::new(f, "ferries");
    crawl.add([page("a.example", "1")]);
    crawl.for_other_job("harbours").add([page("a.example", "1")]);
    crawl.lease_one(minute(0));
    let other = crawl.for_other_job("harbours").job;
    let wake = |crawl: &mut FrontierFixture<'_>, now| {
        crawl.frontier.next_wake(other, minute(now), minute(now)).unwrap()
    };
    assert_eq!(wake(&mut crawl, 1), Some(minute(60)));
    assert_eq!(wake(&mut crawl, 61), Some(minute(61)));
    assert_eq!(crawl.for_other_job("harbours").lease("two", minute(61)).len(), 1);
}

pub(super) fn only_leases_of_others_are_waited_for(f: &mut dyn WritableState) {
    let mut crawl = FrontierFixture::new(f, "ferries");
    crawl.add([page("a.example", "1")]);
    crawl.for_other_job("harbours").add([page("a.example", "1")]);
    let lease = crawl.lease_one(minute(0));
    let other = crawl.for_other_job("harbours").job;
    let waits = |crawl: &mut FrontierFixture<'_>, owner: &str, now, due_by| {
        crawl.frontier.waits_for_others(other, owner, minute(now), minute(due_by)).unwrap()
    };
    assert!(waits(&mut crawl, "harbours", 1, 1));
    assert!(!waits(&mut crawl, "crawler", 1, 1));
    // There is no wait for URLs that are not due, or for expired leases.
    assert!(!waits(&mut crawl, "harbours", 1, -1));
    assert!(!waits(&mut crawl, "harbours", 61, 61));
    crawl.release(plain_release(lease.key));
    assert!(!waits(&mut crawl, "harbours", 1, 1));
}

pub(super) fn the_next_due_time_ignores_leases(frontier: &mut dyn WritableState) {
    let mut crawl = FrontierFixture::new(frontier, "ferries");
    assert_eq!(crawl.frontier.next_due(crawl.job).unwrap(), None);
    crawl.add([
        NewUrl { due: minute(4), ..page("a.example", "1") },
        NewUrl { due: minute(7), ..page("b.example", "1") },
    ]);
    assert_eq!(crawl.frontier.next_due(crawl.job).unwrap(), Some(minute(4)));
    let lease = crawl.lease_one(minute(4));
    assert_eq!(crawl.frontier.next_due(crawl.job).unwrap(), Some(minute(4)));
    crawl.finish(unchanged_visit(&lease, &lease.visits[0], minute(4)));
    assert_eq!(crawl.frontier.next_due(crawl.job).unwrap(), Some(minute(7)));
}

pub(super) fn a_clock_that_goes_back_leases_no_host_too_early(frontier: &mut dyn WritableState) {
    let mut crawl = FrontierFixture::new(frontier, "ferries");
    crawl.add([page("a.example", "1"), NewUrl { due: minute(-5), ..page("b.example", "1") }]);
    for lease in crawl.lease("one", minute(0)) {
        crawl.release(LeaseRelease { next_at: Some(minute(10)), ..plain_release(lease.key) });
    }
    // Both are free by now, and one is leased.
    let request = LeaseRequest { max_hosts: 1, ..crawl.request("one", minute(20)) };
    assert_eq!(hosts(&crawl.frontier.lease(&request).unwrap()), ["b.example"]);
    assert_eq!(crawl.lease("one", minute(5)), []);
    let wake = crawl.frontier.next_wake(crawl.job, minute(5), minute(5)).unwrap();
    assert_eq!(wake, Some(minute(10)));
    assert_eq!(hosts(&crawl.lease("one", minute(10))), ["a.example"]);
}

pub(super) fn a_request_for_nothing_leases_nothing(frontier: &mut dyn WritableState) {
    let mut crawl = FrontierFixture::new(frontier, "ferries");
    crawl.add([page("a.example", "1")]);
    let request = crawl.request("one", minute(0));
    for (max_hosts, max_visits_per_host) in [(0, 1), (1, 0)] {
        let request = LeaseRequest { max_hosts, max_visits_per_host, ..request.clone() };
        assert_eq!(crawl.frontier.lease(&request).unwrap(), []);
    }
    assert_eq!(paths(&crawl.lease_one(minute(0))), ["1"]);
}
