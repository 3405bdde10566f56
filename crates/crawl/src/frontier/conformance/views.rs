//! What a person sees.

use super::*;
use crate::frontier::{ErrorView, HostView, HourlyVisits, JobView, VisitError};

pub(super) fn jobs_are_shown_with_their_counts(frontier: &mut dyn FrontierBackend) {
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

pub(super) fn runs_are_shown_the_latest_first(frontier: &mut dyn FrontierBackend) {
    let mut begin = |name: &str, at| {
        let job = frontier.register_job(name, &[]).unwrap();
        let run = frontier.begin_run(job, None, minute(at)).unwrap();
        frontier.end_run(run.id, minute(at + 1), super::super::RunEnd::Complete, None).unwrap();
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

pub(super) fn hosts_that_are_left_alone_are_shown_first(frontier: &mut dyn FrontierBackend) {
    let mut crawl = FrontierFixture::new(frontier, "ferries");
    for name in ["never", "early", "late", "alone", "longer-alone", "leased"] {
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
            "alone" => (Some(minute(99)), Some((minute(100), "it failed".to_owned()))),
            "longer-alone" => (None, Some((minute(200), "it asked for it".to_owned()))),
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
            "longer-alone.example",
            "alone.example",
            "late.example",
            "early.example",
            "leased.example",
            "never.example"
        ]
    );
    assert_eq!(hosts[4].leased, Some(("crawler".to_owned(), minute(60))));
    let alone = HostView {
        host: "alone.example".into(),
        delay_millis: Some(2_000),
        next_at: Some(minute(99)),
        back_off_until: Some(minute(100)),
        back_off_reason: Some("it failed".into()),
        leased: None,
    };
    assert_eq!(hosts[1], alone);
    assert_eq!(crawl.frontier.hosts(2).unwrap(), hosts[..2]);
}

pub(super) fn urls_that_failed_at_their_last_visit_are_shown(frontier: &mut dyn FrontierBackend) {
    let mut crawl = FrontierFixture::new(frontier, "ferries");
    let fail = |crawl: &mut FrontierFixture<'_>, host: &str, at| {
        crawl.add([page(host, "")]);
        crawl.visit(minute(at), |finish| {
            finish.outcome = VisitOutcome::Failed;
            finish.next_visit = Some(minute(at + 60));
            let message = "No answer came in 20 s.".into();
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
        message: "No answer came in 20 s.".into(),
        failures: 2,
        next_visit: Some(minute(125)),
    };
    assert_eq!(crawl.frontier.errors(crawl.job, 1).unwrap(), [latest]);
    // A page that is missing is no failure.
    crawl.visit(minute(70), |finish| {
        finish.outcome = VisitOutcome::Missing;
        let message = "The server answered 404.".into();
        finish.error = Some(VisitError { kind: "status".into(), message });
    });
    assert_eq!(crawl.frontier.errors(crawl.job, 9).unwrap().len(), 1);
    let other = crawl.for_other_job("harbours").job;
    assert_eq!(crawl.frontier.errors(other, 9).unwrap(), []);
}

pub(super) fn the_latest_records_are_shown_delivered_or_not(frontier: &mut dyn FrontierBackend) {
    let mut crawl = FrontierFixture::new(frontier, "ferries");
    for number in 0..55 {
        crawl.add([page(&format!("h{number}.example"), "")]);
        let record = delivery(&number.to_string());
        let last = crawl.visit(minute(0), |finish| finish.delivery = Some(record)).last_sequence;
        let mark = super::super::OutputMark { covered: last.unwrap(), cursor: String::new() };
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

pub(super) fn visits_are_counted_by_the_hour(frontier: &mut dyn FrontierBackend) {
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
