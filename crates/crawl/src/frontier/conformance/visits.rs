//! What a visit changes.

use super::*;
use crate::frontier::{HostId, RunFigures, UrlId};

pub(super) fn a_visit_updates_its_url(frontier: &mut dyn WritableState) {
    let mut crawl = FrontierFixture::new(frontier, "ferries");
    crawl.add([NewUrl { kind: UrlKind::Unknown, ..page("a.example", "1") }]);
    let committed = crawl.visit(minute(10), |finish| {
        finish.outcome = VisitOutcome::New;
        finish.kind = Some(UrlKind::Page);
        finish.next_visit = Some(minute(70));
        finish.interval_seconds = Some(3_600);
        finish.validators = Some(etag("\"1\""));
        finish.fingerprint = Some(u64::MAX);
        finish.text = Some("The ferry sailed again.".into());
        finish.delivery = Some(delivery("{}"));
    });
    assert_eq!(committed.fenced, []);
    let (visit, state) = crawl.find("https://a.example/1");
    let expected = VisitTask {
        id: visit.id,
        url: "https://a.example/1".into(),
        kind: UrlKind::Page,
        via: DiscoverySource::Link,
        priority: 5,
        depth: 2,
        due: minute(70),
        first_seen: minute(0),
        last_visit: Some(minute(10)),
        last_change: Some(minute(10)),
        validators: etag("\"1\""),
        fingerprint: Some(u64::MAX),
        interval_seconds: Some(3_600),
        failures: 0,
        missing: 0,
    };
    assert_eq!((&visit, state), (&expected, UrlState::Active));
    assert_eq!(crawl.lease_one(minute(70)).visits, [expected]);
    let text = crawl.frontier.delivered_text(visit.id).unwrap();
    assert_eq!(text.as_deref(), Some("The ferry sailed again."));
}

pub(super) fn absent_fields_of_a_visit_change_nothing(frontier: &mut dyn WritableState) {
    let mut crawl = FrontierFixture::new(frontier, "ferries");
    crawl.add([page("a.example", "1")]);
    crawl.visit(minute(10), |finish| {
        finish.next_visit = Some(minute(20));
        finish.validators =
            Some(Validators { last_modified: Some("then".into()), ..etag("\"1\"") });
        finish.fingerprint = Some(7);
        finish.text = Some("The ferry sailed again.".into());
        finish.delivery = Some(delivery("{}"));
    });
    crawl.visit(minute(20), |finish| finish.next_visit = Some(minute(30)));
    let (visit, _) = crawl.find("https://a.example/1");
    let both = Validators { last_modified: Some("then".into()), ..etag("\"1\"") };
    assert_eq!((visit.validators, visit.fingerprint), (both, Some(7)));
    assert_eq!(visit.kind, UrlKind::Page);
    assert_eq!((visit.last_visit, visit.last_change), (Some(minute(20)), Some(minute(10))));
    let text = crawl.frontier.delivered_text(visit.id).unwrap();
    assert_eq!(text.as_deref(), Some("The ferry sailed again."));
    crawl.visit(minute(30), |finish| {
        finish.validators = Some(etag("\"2\""));
        finish.text = Some(String::new());
        finish.delivery = Some(NewDelivery { change: ChangeKind::Gone, ..delivery("{}") });
    });
    let (visit, _) = crawl.find("https://a.example/1");
    assert_eq!(visit.validators, etag("\"2\""));
    assert_eq!(visit.last_change, Some(minute(10)));
    assert_eq!(crawl.frontier.delivered_text(visit.id).unwrap().as_deref(), Some(""));
}

pub(super) fn consecutive_failures_and_missing_pages_are_counted(frontier: &mut dyn WritableState) {
    use VisitOutcome::{Failed, Gone, Missing, NotModified, Robots};
    let mut crawl = FrontierFixture::new(frontier, "ferries");
    crawl.add([page("a.example", "1")]);
    for (hour, (outcome, failures, missing, last_visit)) in (1..).zip([
        (Failed, 1, 0, None),
        (Failed, 2, 0, None),
        (Robots, 2, 0, None),
        (Missing, 0, 1, None),
        (Failed, 1, 1, None),
        (Gone, 0, 2, None),
        (NotModified, 0, 0, Some(minute(420))),
        (Failed, 1, 0, Some(minute(420))),
    ]) {
        crawl.visit(minute(hour * 60), |finish| {
            finish.outcome = outcome;
            finish.next_visit = Some(minute(hour * 60));
        });
        let (visit, _) = crawl.find("https://a.example/1");
        let got = (visit.failures, visit.missing, visit.last_visit);
        assert_eq!(got, (failures, missing, last_visit), "{outcome}");
    }
}

pub(super) fn a_url_without_a_next_visit_is_never_due(frontier: &mut dyn WritableState) {
    let mut crawl = FrontierFixture::new(frontier, "ferries");
    crawl.add([page("a.example", "1")]);
    crawl.visit(minute(0), |finish| finish.next_visit = None);
    assert_eq!(crawl.frontier.next_due(crawl.job).unwrap(), None);
    let far = minute(100_000_000);
    assert_eq!(crawl.frontier.next_wake(crawl.job, far, far).unwrap(), None);
    assert_eq!(crawl.lease("crawler", far), []);
    assert_eq!(crawl.find("https://a.example/1").0.due, Timestamp::MAX);
}

pub(super) fn visits_of_unknown_urls_are_not_written(frontier: &mut dyn WritableState) {
    let mut crawl = FrontierFixture::new(frontier, "ferries");
    crawl.add([page("a.example", "1"), page("b.example", "1")]);
    crawl.for_other_job("harbours").add([page("a.example", "2")]);
    let leases = crawl.lease("crawler", minute(0));
    let other = crawl.for_other_job("harbours").find("https://a.example/2").0;
    let unknown = UrlId(leases[0].visits[0].id.0 + 9_999);
    let nowhere = LeaseKey { host: HostId(9_999), token: 1 };
    let at = |lease: &HostLease, visit| unchanged_visit(lease, visit, minute(0));
    let committed = crawl.commit(CommitBatch {
        finished: vec![
            VisitCommit { url: unknown, ..at(&leases[0], &leases[0].visits[0]) },
            at(&leases[0], &leases[1].visits[0]),
            at(&leases[0], &other),
            VisitCommit { lease: nowhere, ..at(&leases[0], &leases[0].visits[0]) },
        ],
        released: vec![plain_release(nowhere)],
        ..CommitBatch::default()
    });
    let b = leases[1].visits[0].id;
    assert_eq!(committed.fenced, [unknown, b, other.id, leases[0].visits[0].id]);
    assert_eq!(crawl.find("https://a.example/1").0.last_visit, None);
}

pub(super) fn the_latest_note_is_kept(frontier: &mut dyn WritableState) {
    let mut crawl = FrontierFixture::new(frontier, "ferries");
    let note = |crawl: &mut FrontierFixture<'_>, name: &str, value: &str| {
        let notes = [(name.to_owned(), value.to_owned())].into();
        crawl.commit(CommitBatch { notes, ..CommitBatch::default() });
    };
    note(&mut crawl, "journal", "1");
    note(&mut crawl, "profiles", "");
    note(&mut crawl, "journal", "2");
    note(&mut crawl.for_other_job("harbours"), "journal", "3");
    let job = crawl.job;
    let mut noted = |name| crawl.frontier.note(job, name).unwrap();
    assert_eq!(noted("journal").as_deref(), Some("2"));
    assert_eq!(noted("profiles").as_deref(), Some(""));
    assert_eq!(noted("other"), None);
}

pub(super) fn unknown_ids_yield_empty_results(frontier: &mut dyn WritableState) {
    let nobody = JobId(9_999);
    assert_eq!(frontier.last_scheduled(nobody).unwrap(), None);
    assert_eq!(frontier.next_due(nobody).unwrap(), None);
    assert_eq!(frontier.next_wake(nobody, minute(0), minute(0)).unwrap(), None);
    assert_eq!(frontier.find(nobody, "https://a.example/").unwrap(), None);
    assert_eq!(frontier.note(nobody, "journal").unwrap(), None);
    assert_eq!(frontier.outbox_after(nobody, 0, 9).unwrap(), []);
    assert_eq!(frontier.output_mark(nobody, "out").unwrap().covered, 0);
    assert_eq!(frontier.delivered_text(UrlId(9_999)).unwrap(), None);
    assert_eq!(frontier.jobs().unwrap(), []);
    assert_eq!(frontier.runs(Some(nobody), 9).unwrap(), []);
    assert_eq!(frontier.hosts(9).unwrap(), []);
    assert_eq!(frontier.errors(nobody, 9).unwrap(), []);
    assert_eq!(frontier.latest_records(nobody, 9).unwrap(), []);
    assert_eq!(frontier.hours(nobody, minute(0)).unwrap(), []);
    frontier.reclaim("nobody").unwrap();
    let key = LeaseKey { host: HostId(9_999), token: 0 };
    assert_eq!(frontier.renew(&[key], minute(0)).unwrap(), [key]);
    let job = frontier.register_job("ferries", &[]).unwrap();
    let figures = RunFigures { wire_bytes: 1, ..RunFigures::default() };
    let batch = CommitBatch { figures, ..CommitBatch::default() };
    assert_eq!(frontier.commit(job, RunId(9_999), batch).unwrap(), CommitOutcome::default());
}

pub(super) fn urls_are_made_due(frontier: &mut dyn WritableState) {
    use VisitOutcome::{Excluded, Failed, Links, New};
    let mut crawl = FrontierFixture::new(frontier, "ferries");
    for (at, (path, outcome)) in
        (1..).zip([("new", New), ("failed", Failed), ("links", Links), ("out", Excluded)])
    {
        crawl.add([page("a.example", path)]);
        crawl.visit(minute(at), |finish| {
            finish.outcome = outcome;
            finish.state = if outcome == Excluded { UrlState::Excluded } else { UrlState::Active };
            finish.next_visit = (outcome != Excluded).then(|| minute(900));
            finish.validators = Some(etag("\"1\""));
            finish.fingerprint = Some(7);
            finish.delivery = (outcome == New).then(|| delivery("{}"));
        });
    }
    crawl.add([NewUrl { due: minute(900), ..page("a.example", "never-visited") }]);
    let mut made_due = |which: &DueSelection<'_>, at| {
        let count = crawl.frontier.make_due(crawl.job, which, minute(at)).unwrap();
        let leased = crawl.lease("crawler", minute(at));
        let mut paths: Vec<String> = leased
            .iter()
            .flat_map(|lease| &lease.visits)
            .map(|visit| {
                assert_eq!((&visit.validators, visit.fingerprint), (&Validators::default(), None));
                visit.url.rsplit('/').next().unwrap().to_owned()
            })
            .collect();
        paths.sort();
        crawl.frontier.reclaim("crawler").unwrap();
        (count, paths)
    };
    let expected =
        |count, paths: &[&str]| (count, paths.iter().map(|path| (*path).to_owned()).collect());
    assert_eq!(made_due(&DueSelection::Outcomes(&[Failed]), 10), expected(1, &["failed"]));
    assert_eq!(
        made_due(&DueSelection::NeverDelivered, 11),
        expected(2, &["failed", "links", "out"])
    );
    assert_eq!(
        made_due(&DueSelection::NeverDelivered, 12),
        expected(0, &["failed", "links", "out"])
    );
    assert_eq!(
        made_due(&DueSelection::Matching(&|url| url.ends_with('w')), 13),
        expected(1, &["failed", "links", "new", "out"])
    );
    assert_eq!(made_due(&DueSelection::Matching(&|_| true), 14).0, 1);
    assert_eq!(crawl.find("https://a.example/out").1, UrlState::Active);
    assert_eq!(crawl.find("https://a.example/new").0.due, minute(13));
}

pub(super) fn only_active_and_excluded_urls_are_made_due(frontier: &mut dyn WritableState) {
    let mut crawl = FrontierFixture::new(frontier, "ferries");
    crawl.for_other_job("harbours").add([NewUrl { due: minute(900), ..page("a.example", "1") }]);
    for (at, state) in (1..).zip([UrlState::Gone, UrlState::Alias]) {
        crawl.add([page("a.example", state.name())]);
        crawl.visit(minute(at), |finish| {
            finish.state = state;
            finish.next_visit = None;
        });
    }
    let all = DueSelection::Matching(&|_| true);
    assert_eq!(crawl.frontier.make_due(crawl.job, &all, minute(10)).unwrap(), 0);
    assert_eq!(crawl.find("https://a.example/gone").1, UrlState::Gone);
    let other = crawl.for_other_job("harbours").find("https://a.example/1").0;
    assert_eq!(other.due, minute(900));
}

pub(super) fn what_was_written_under_a_clock_that_was_ahead_is_corrected(
    frontier: &mut dyn WritableState,
) {
    let mut crawl = FrontierFixture::new(frontier, "ferries");
    let year = 365 * 24 * 60;
    for (path, at, next) in [("right", 1, 60), ("ahead", year, year + 60), ("late", 2, year)] {
        crawl.add([page("a.example", path)]);
        crawl.visit(minute(at), |finish| {
            finish.outcome = VisitOutcome::New;
            finish.next_visit = Some(minute(next));
            finish.delivery = Some(delivery("{}"));
        });
    }
    // The host is in back-off until then.
    crawl.add([page("a.example", "waiting")]);
    let lease = crawl.lease_one(minute(year));
    let back_off = Some((minute(year + 10), "the server answered 503".to_owned()));
    let release = LeaseRelease { back_off, ..plain_release(lease.key) };
    crawl.commit(CommitBatch { released: vec![release], ..CommitBatch::default() });
    assert_eq!(crawl.lease("crawler", minute(10)), []);

    let correction = ClockCorrection { now: minute(10), latest_due: minute(100) };
    assert_eq!(crawl.frontier.correct_clock(crawl.job, correction).unwrap(), 2);
    let urls: Vec<String> =
        crawl.lease_one(minute(10)).visits.iter().map(|visit| visit.url.clone()).collect();
    assert_eq!(
        urls,
        ["https://a.example/waiting", "https://a.example/ahead", "https://a.example/late"]
    );
    let ahead = crawl.find("https://a.example/ahead").0;
    assert_eq!(
        (ahead.due, ahead.last_visit, ahead.last_change),
        (minute(10), Some(minute(10)), Some(minute(10)))
    );
    let right = crawl.find("https://a.example/right").0;
    assert_eq!((right.due, right.last_visit), (minute(60), Some(minute(1))));
    assert_eq!(crawl.frontier.correct_clock(crawl.job, correction).unwrap(), 0);
}
