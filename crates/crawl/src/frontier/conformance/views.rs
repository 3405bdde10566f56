//! Queries for people.

use super::*;
use crate::frontier::{
    ErrorView, HostView, HourlyVisits, JobView, OutputMark, RunEnd, UrlEntries, UrlEntry,
    VisitError,
};

pub(super) fn jobs_are_listed_with_their_counts(frontier: &mut dyn WritableState) {
    let mut crawl = FrontierFixture::new(frontier, "ferries");
    crawl.add([page("a.example", "1")]);
    crawl.visit(minute(0), |finish| (finish.state, finish.next_visit) = (UrlState::Gone, None));
    crawl.add([page("a.example", "2"), NewUrl { due: minute(3), ..page("b.example", "3") }]);
    let other = crawl.for_other_job("barges").job;
    let jobs = crawl.frontier.jobs().unwrap();
    let barges = JobView {
        id: other,
        name: "barges".into(),
        urls: [].into(),
        undelivered: 0,
        next_due: None,
    };
    let ferries = JobView {
        id: crawl.job,
        name: "ferries".into(),
        urls: [(UrlState::Active, 2), (UrlState::Gone, 1)].into(),
        undelivered: 0,
        next_due: Some(minute(0)),
    };
    assert_eq!(jobs, [barges, ferries]);
}

pub(super) fn the_latest_runs_come_first(frontier: &mut dyn WritableState) {
    let mut begin = |name: &str, at| {
        let job = frontier.register_job(name, &[]).unwrap();
        let run = frontier.begin_run(job, None, minute(at)).unwrap();
        frontier.end_run(run.id, minute(at + 1), RunEnd::Complete, None).unwrap();
        (job, run.id)
    };
    let (job, first) = begin("ferries", 0);
    let (_, second) = begin("harbours", 10);
    let (_, third) = begin("ferries", 20);
    let mut ids = |job, limit| {
        let runs = frontier.runs(job, limit).unwrap();
        runs.into_iter().map(|run| run.id).collect::<Vec<_>>()
    };
    assert_eq!(ids(None, 9), [third, second, first]);
    assert_eq!(ids(None, 2), [third, second]);
    assert_eq!(ids(Some(job), 9), [third, first]);
    assert_eq!(ids(Some(job), 1), [third]);
}

pub(super) fn hosts_in_back_off_come_first(frontier: &mut dyn WritableState) {
    let mut crawl = FrontierFixture::new(frontier, "ferries");
    for name in ["never", "early", "late", "back-off", "longer-back-off", "leased"] {
        let host = format!("{name}.example");
        crawl.add([page(&host, "")]);
        if name == "never" {
            crawl.visit(minute(0), |_| {});
            continue;
        }
        let lease = crawl.lease_one(minute(0));
        let (next_at, back_off) = match name {
            "early" => (Some(minute(10)), None),
            "late" => (Some(minute(20)), None),
            "back-off" => (Some(minute(99)), Some((minute(100), "it failed".to_owned()))),
            "longer-back-off" => (None, Some((minute(200), "the server requested it".to_owned()))),
            _ => continue,
        };
        let delay_millis = Some(2_000);
        let released = LeaseRelease { next_at, delay_millis, back_off, ..plain_release(lease.key) };
        let finished = vec![unchanged_visit(&lease, &lease.visits[0], minute(0))];
        crawl.commit(CommitBatch { finished, released: vec![released], ..CommitBatch::default() });
    }
    let hosts = crawl.frontier.hosts(9).unwrap();
    let names: Vec<&str> = hosts.iter().map(|host| host.host.as_str()).collect();
    assert_eq!(
        names,
        [
            "longer-back-off.example",
            "back-off.example",
            "late.example",
            "early.example",
            "leased.example",
            "never.example"
        ]
    );
    assert_eq!(hosts[4].leased, Some(("crawler".to_owned(), minute(60))));
    let in_back_off = HostView {
        host: "back-off.example".into(),
        delay_millis: Some(2_000),
        next_at: Some(minute(99)),
        back_off_until: Some(minute(100)),
        back_off_reason: Some("it failed".into()),
        leased: None,
    };
    assert_eq!(hosts[1], in_back_off);
    assert_eq!(crawl.frontier.hosts(2).unwrap(), hosts[..2]);
}

pub(super) fn urls_whose_last_visit_failed_are_listed(frontier: &mut dyn WritableState) {
    let mut crawl = FrontierFixture::new(frontier, "ferries");
    let fail = |crawl: &mut FrontierFixture<'_>, host: &str, at| {
        crawl.add([page(host, "")]);
        crawl.visit(minute(at), |finish| {
            finish.outcome = VisitOutcome::Failed;
            finish.next_visit = Some(minute(at + 60));
            let message = "No response within 20 s.".into();
            finish.error = Some(VisitError { kind: "timeout".into(), message });
        });
    };
    fail(&mut crawl, "a.example", 0);
    fail(&mut crawl, "b.example", 5);
    fail(&mut crawl, "c.example", 10);
    crawl.visit(minute(60), |_| {});
    fail(&mut crawl, "b.example", 65);
    let errors = crawl.frontier.errors(crawl.job, 9).unwrap();
    let urls: Vec<&str> = errors.iter().map(|error| error.url.as_str()).collect();
    assert_eq!(urls, ["https://b.example/", "https://c.example/"]);
    let latest = ErrorView {
        url: "https://b.example/".into(),
        at: minute(65),
        kind: "timeout".into(),
        message: "No response within 20 s.".into(),
        failures: 2,
        next_visit: Some(minute(125)),
    };
    assert_eq!(crawl.frontier.errors(crawl.job, 1).unwrap(), [latest]);
    // A missing page is not a failure.
    crawl.visit(minute(70), |finish| {
        finish.outcome = VisitOutcome::Missing;
        let message = "The server responded with 404.".into();
        finish.error = Some(VisitError { kind: "status".into(), message });
    });
    assert_eq!(crawl.frontier.errors(crawl.job, 9).unwrap().len(), 1);
    let other = crawl.for_other_job("harbours").job;
    assert_eq!(crawl.frontier.errors(other, 9).unwrap(), []);
}

pub(super) fn the_latest_records_are_listed_delivered_or_not(frontier: &mut dyn WritableState) {
    let mut crawl = FrontierFixture::new(frontier, "ferries");
    for number in 0..55 {
        crawl.add([page(&format!("h{number}.example"), "")]);
        let record = delivery(&number.to_string());
        let last = crawl.visit(minute(0), |finish| finish.delivery = Some(record)).last_sequence;
        let mark =
            OutputMark { covered: last.unwrap(), cursor: String::new(), ..OutputMark::default() };
        crawl.frontier.set_output_mark(crawl.job, "out.jsonl", &mark).unwrap();
    }
    let mut latest = |limit| {
        let latest = crawl.frontier.latest_records(crawl.job, limit).unwrap();
        let records = latest.into_iter().map(|one| String::from_utf8(one.record).unwrap());
        records.collect::<Vec<_>>()
    };
    assert_eq!(latest(2), ["54", "53"]);
    let all = latest(50);
    assert_eq!((all.len(), all[49].as_str()), (50, "5"));
}

pub(super) fn visits_are_counted_by_hour(frontier: &mut dyn WritableState) {
    let mut crawl = FrontierFixture::new(frontier, "ferries");
    crawl.add([page("a.example", "1")]);
    for (at, outcome) in [
        (0, VisitOutcome::New),
        (59, VisitOutcome::NotModified),
        (59, VisitOutcome::NotModified),
        (60, VisitOutcome::Changed),
        (200, VisitOutcome::Failed),
    ] {
        crawl.visit(minute(at), |finish| {
            finish.outcome = outcome;
            finish.next_visit = Some(minute(at));
        });
    }
    let hours = crawl.frontier.hours(crawl.job, minute(0)).unwrap();
    let expected = [
        HourlyVisits {
            at: minute(0),
            outcomes: [(VisitOutcome::New, 1), (VisitOutcome::NotModified, 2)].into(),
        },
        HourlyVisits { at: minute(60), outcomes: [(VisitOutcome::Changed, 1)].into() },
        HourlyVisits { at: minute(180), outcomes: [(VisitOutcome::Failed, 1)].into() },
    ];
    assert_eq!(hours, expected);
    assert_eq!(crawl.frontier.hours(crawl.job, minute(1)).unwrap(), expected[1..]);
    assert_eq!(crawl.frontier.hours(crawl.job, minute(181)).unwrap(), []);
}

pub(super) fn urls_are_listed_host_by_host(frontier: &mut dyn WritableState) {
    let mut crawl = FrontierFixture::new(frontier, "ferries");
    crawl.add([page("b.example", "1"), page("a.example", "1"), page("b.example", "2")]);
    crawl.for_other_job("harbours").add([page("a.example", "9")]);
    for lease in crawl.lease("crawler", minute(5)) {
        if lease.host == "a.example" {
            crawl.finish(VisitCommit {
                outcome: VisitOutcome::Failed,
                state: UrlState::Excluded,
                next_visit: None,
                interval_seconds: Some(60),
                validators: Some(etag("\"1\"")),
                fingerprint: Some(255),
                status: Some(503),
                wire_bytes: 7,
                error: Some(VisitError { kind: "status".into(), message: "503".into() }),
                ..unchanged_visit(&lease, &lease.visits[0], minute(5))
            });
        }
    }
    let job = crawl.job;
    let mut list = |state| {
        let entries = UrlEntries::new(crawl.frontier, job, state);
        entries.collect::<Result<Vec<_>, _>>().unwrap()
    };
    let all = list(None);
    let urls: Vec<&str> = all.iter().map(|entry| entry.url.as_str()).collect();
    assert_eq!(urls, ["https://b.example/1", "https://b.example/2", "https://a.example/1"]);
    let excluded = UrlEntry {
        url: "https://a.example/1".into(),
        host: "a.example".into(),
        kind: UrlKind::Page,
        via: DiscoverySource::Link,
        state: UrlState::Excluded,
        priority: 5,
        depth: 2,
        first_seen: minute(0),
        last_seen: minute(0),
        visited_at: Some(minute(5)),
        outcome: Some(VisitOutcome::Failed),
        status: Some(503),
        wire_bytes: Some(7),
        error: Some(VisitError { kind: "status".into(), message: "503".into() }),
        failures: 1,
        missing: 0,
        last_visit: None,
        last_change: None,
        next_visit: None,
        interval_seconds: Some(60),
        etag: Some("\"1\"".into()),
        last_modified: None,
        fingerprint: Some("00000000000000ff".into()),
        id: all[2].id,
    };
    assert_eq!(list(Some(UrlState::Excluded)), [excluded]);
    assert_eq!(list(Some(UrlState::Active)), all[..2]);
    let page = crawl.frontier.urls_after(job, None, Some(all[0].id), 1).unwrap();
    assert_eq!(page, all[1..2]);
    assert_eq!(crawl.frontier.urls_after(JobId(9_999), None, None, 9).unwrap(), []);
}
