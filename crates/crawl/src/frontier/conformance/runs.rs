//! Jobs and their runs.

use super::*;
use crate::frontier::{RunEnd, RunFigures};

pub(super) fn a_job_is_identified_by_its_name(frontier: &mut dyn WritableState) {
    let ferries = frontier.register_job("ferries", &[]).unwrap();
    let harbours = frontier.register_job("harbours", &[]).unwrap();
    assert_ne!(ferries, harbours);
    assert_eq!(frontier.register_job("ferries", &["out.jsonl".into()]).unwrap(), ferries);
    assert_eq!(frontier.jobs().unwrap().len(), 2);
}

pub(super) fn an_open_run_is_resumed(frontier: &mut dyn WritableState) {
    let job = frontier.register_job("ferries", &[]).unwrap();
    let other = frontier.register_job("harbours", &[]).unwrap();
    let first = frontier.begin_run(job, Some(minute(1)), minute(2)).unwrap();
    assert_eq!((first.job.as_str(), first.resumed), ("ferries", 0));
    assert_eq!((first.scheduled_for, first.started_at), (Some(minute(1)), minute(2)));
    assert_eq!((first.ended_at, first.end), (None, None));
    let figures = RunFigures { wire_bytes: 7, ..RunFigures::default() };
    frontier.commit(job, first.id, CommitBatch { figures, ..CommitBatch::default() }).unwrap();
    assert_ne!(frontier.begin_run(other, None, minute(3)).unwrap().id, first.id);
    let again = frontier.begin_run(job, None, minute(9)).unwrap();
    assert_eq!((again.id, again.resumed, again.started_at), (first.id, 1, minute(2)));
    assert_eq!((again.scheduled_for, again.figures.wire_bytes), (Some(minute(1)), 7));
    assert_eq!(frontier.begin_run(job, None, minute(9)).unwrap().resumed, 2);
}

pub(super) fn an_ended_run_is_followed_by_a_new_one(frontier: &mut dyn WritableState) {
    let job = frontier.register_job("ferries", &[]).unwrap();
    let first = frontier.begin_run(job, None, minute(0)).unwrap();
    let why = "a.example was in back-off";
    frontier.end_run(first.id, minute(5), RunEnd::Complete, Some(why)).unwrap();
    let second = frontier.begin_run(job, None, minute(6)).unwrap();
    assert!(second.id > first.id);
    assert_eq!(second.resumed, 0);
    let ended = &frontier.runs(Some(job), 9).unwrap()[1];
    assert_eq!((ended.ended_at, ended.end), (Some(minute(5)), Some(RunEnd::Complete)));
    assert_eq!(ended.message.as_deref(), Some(why));
    // A long message is truncated.
    frontier.end_run(second.id, minute(7), RunEnd::Failed, Some(&"ю".repeat(2_000))).unwrap();
    let message = frontier.runs(Some(job), 1).unwrap().remove(0).message.unwrap();
    assert!(message.starts_with("юю") && message.len() <= 4_000);
}

pub(super) fn the_latest_scheduled_time_is_stored(frontier: &mut dyn WritableState) {
    let job = frontier.register_job("ferries", &[]).unwrap();
    let other = frontier.register_job("harbours", &[]).unwrap();
    assert_eq!(frontier.last_scheduled(job).unwrap(), None);
    frontier.begin_run(other, Some(minute(99)), minute(0)).unwrap();
    for (scheduled_for, expected) in [
        (None, None),
        (Some(10), Some(10)),
        (None, Some(10)),
        // A resumed run also covers this time.
        (Some(20), Some(20)),
        (Some(15), Some(20)),
    ] {
        frontier.begin_run(job, scheduled_for.map(minute), minute(0)).unwrap();
        assert_eq!(frontier.last_scheduled(job).unwrap(), expected.map(minute));
    }
}

pub(super) fn figures_are_added_and_outcomes_counted(frontier: &mut dyn WritableState) {
    let mut crawl = FrontierFixture::new(frontier, "ferries");
    crawl.add([page("a.example", "1"), page("a.example", "1")]);
    let lease = crawl.lease_one(minute(0));
    for _ in 0..2 {
        let finish = VisitCommit {
            outcome: VisitOutcome::Empty,
            wire_bytes: 999,
            ..unchanged_visit(&lease, &lease.visits[0], minute(0))
        };
        let figures = RunFigures {
            outcomes: [(VisitOutcome::New, 50)].into(),
            found: DiscoveryCounts { new: 50, known: 50, capped: 50 },
            wire_bytes: 10,
            out_of_scope: 3,
            errors: [("status".to_owned(), 2)].into(),
            drifts: vec!["a.example drifted".into()],
            ..RunFigures::default()
        };
        crawl.commit(CommitBatch { finished: vec![finish], figures, ..CommitBatch::default() });
    }
    let figures = crawl.frontier.runs(Some(crawl.job), 1).unwrap().remove(0).figures;
    let expected = RunFigures {
        outcomes: [(VisitOutcome::Empty, 2)].into(),
        found: DiscoveryCounts { new: 1, known: 1, capped: 0 },
        wire_bytes: 20,
        out_of_scope: 6,
        errors: [("status".to_owned(), 4)].into(),
        drifts: vec!["a.example drifted".into()],
        ..RunFigures::default()
    };
    assert_eq!(figures, expected);
}

pub(super) fn a_resumed_run_did_not_begin_in_the_future(frontier: &mut dyn WritableState) {
    let job = frontier.register_job("ferries", &[]).unwrap();
    frontier.begin_run(job, None, minute(600_000)).unwrap();
    let resumed = frontier.begin_run(job, None, minute(1)).unwrap();
    assert_eq!((resumed.started_at, resumed.resumed), (minute(1), 1));
    assert_eq!(frontier.begin_run(job, None, minute(2)).unwrap().started_at, minute(1));
}
