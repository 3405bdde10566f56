//! Records in the outbox.

use super::*;
use crate::frontier::OutputMark;

/// Visits pages that deliver these records, and returns the last sequence number.
fn deliver(crawl: &mut FrontierFixture<'_>, records: &[&str]) -> u64 {
    let mut last = None;
    for record in records {
        let host = format!("{record}.example");
        crawl.add([page(&host, "")]);
        last =
            crawl.visit(minute(0), |finish| finish.delivery = Some(delivery(record))).last_sequence;
    }
    last.unwrap()
}

fn records(crawl: &mut FrontierFixture<'_>, after: u64, max_bytes: usize) -> Vec<String> {
    let outbox = crawl.frontier.outbox_after(crawl.job, after, max_bytes).unwrap();
    outbox.into_iter().map(|delivery| String::from_utf8(delivery.record).unwrap()).collect()
}

fn set_covered(crawl: &mut FrontierFixture<'_>, output: &str, covered: u64) {
    let cursor = format!("{{\"at\":{covered}}}");
    let mark = OutputMark { covered, cursor, ..OutputMark::default() };
    crawl.frontier.set_output_mark(crawl.job, output, &mark).unwrap();
}

fn undelivered(crawl: &mut FrontierFixture<'_>) -> u64 {
    let jobs = crawl.frontier.jobs().unwrap();
    jobs.iter().find(|job| job.id == crawl.job).unwrap().undelivered
}

pub(super) fn records_are_ordered_over_all_jobs(frontier: &mut dyn WritableState) {
    let mut crawl = FrontierFixture::new(frontier, "ferries");
    let first = deliver(&mut crawl, &["a"]);
    let second = deliver(&mut crawl.for_other_job("harbours"), &["b"]);
    let third = deliver(&mut crawl, &["c"]);
    assert!(0 < first && first < second && second < third);
    let outbox = crawl.frontier.outbox_after(crawl.job, 0, 100).unwrap();
    assert_eq!(outbox.iter().map(|one| one.sequence).collect::<Vec<_>>(), [first, third]);
    let one = &outbox[0];
    assert_eq!((one.run, one.at, one.change), (crawl.run, minute(0), ChangeKind::New));
    assert_eq!(records(&mut crawl, first, 100), ["c"]);
    assert_eq!(records(&mut crawl, third, 100), [""; 0]);
    assert_eq!(records(&mut crawl.for_other_job("harbours"), 0, 100), ["b"]);
    // Several in one batch, in the order of the batch.
    crawl.add([page("d.example", "1"), page("d.example", "2")]);
    let lease = crawl.lease_one(minute(1));
    let finished = lease.visits.iter().map(|visit| VisitCommit {
        delivery: Some(delivery(&visit.url)),
        ..unchanged_visit(&lease, visit, minute(1))
    });
    crawl.commit(CommitBatch { finished: finished.collect(), ..CommitBatch::default() });
    let both = ["https://d.example/1", "https://d.example/2"];
    assert_eq!(records(&mut crawl, third, 100), both);
}

pub(super) fn records_are_read_up_to_a_byte_limit(f: &mut dyn WritableState) {
    let mut crawl = FrontierFixture::new(f, "ferries");
    deliver(&mut crawl, &["aaaa", "bbbb", "cccc"]);
    assert_eq!(records(&mut crawl, 0, 0), ["aaaa"]);
    assert_eq!(records(&mut crawl, 0, 7), ["aaaa"]);
    assert_eq!(records(&mut crawl, 0, 8), ["aaaa", "bbbb"]);
    assert_eq!(records(&mut crawl, 0, usize::MAX), ["aaaa", "bbbb", "cccc"]);
}

pub(super) fn delivered_records_are_removed_except_the_latest(frontier: &mut dyn WritableState) {
    let mut crawl = FrontierFixture::new(frontier, "ferries");
    crawl.frontier.register_job("ferries", &["out.jsonl".into(), "slow.csv".into()]).unwrap();
    let names: Vec<String> = (0..60).map(|number| format!("r{number:02}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let last = deliver(&mut crawl, &names);
    assert_eq!(undelivered(&mut crawl), 60);
    set_covered(&mut crawl, "out.jsonl", last);
    assert_eq!(records(&mut crawl, 0, 1_000).len(), 60);
    let fourth = crawl.frontier.outbox_after(crawl.job, 0, 12).unwrap()[3].sequence;
    set_covered(&mut crawl, "slow.csv", fourth);
    assert_eq!(undelivered(&mut crawl), 56);
    assert_eq!(records(&mut crawl, 0, 3), ["r04"]);
    set_covered(&mut crawl, "slow.csv", last);
    assert_eq!(undelivered(&mut crawl), 0);
    let kept = records(&mut crawl, 0, 1_000);
    assert_eq!((kept.len(), kept[0].as_str()), (50, "r10"));
    assert!(deliver(&mut crawl, &["next"]) > last);
}

pub(super) fn a_new_output_gets_later_records_only(frontier: &mut dyn WritableState) {
    let mut crawl = FrontierFixture::new(frontier, "ferries");
    let first = OutputMark { covered: 0, cursor: String::new(), ..OutputMark::default() };
    assert_eq!(crawl.frontier.output_mark(crawl.job, "out.jsonl").unwrap(), first);
    let last = deliver(&mut crawl, &["a", "b"]);
    let both = ["out.jsonl".to_owned(), "new.csv".to_owned()];
    crawl.frontier.register_job("ferries", &both).unwrap();
    let mark = crawl.frontier.output_mark(crawl.job, "new.csv").unwrap();
    assert_eq!(mark, OutputMark { covered: last, cursor: String::new(), ..OutputMark::default() });
    assert_eq!(crawl.frontier.output_mark(crawl.job, "out.jsonl").unwrap(), first);
    assert_eq!(undelivered(&mut crawl), 2);
    deliver(&mut crawl, &["c"]);
    assert_eq!(records(&mut crawl, mark.covered, 100), ["c"]);
}

pub(super) fn a_removed_output_keeps_no_records(frontier: &mut dyn WritableState) {
    let mut crawl = FrontierFixture::new(frontier, "ferries");
    let both = ["out.jsonl".to_owned(), "gone.csv".to_owned()];
    crawl.frontier.register_job("ferries", &both).unwrap();
    let names: Vec<String> = (0..51).map(|number| format!("r{number:02}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let last = deliver(&mut crawl, &names);
    set_covered(&mut crawl, "out.jsonl", last);
    assert_eq!(undelivered(&mut crawl), 51);
    crawl.frontier.register_job("ferries", &both[..1]).unwrap();
    assert_eq!(undelivered(&mut crawl), 0);
    assert_eq!(records(&mut crawl, 0, 1_000).len(), 50);
    assert_eq!(crawl.frontier.output_mark(crawl.job, "gone.csv").unwrap(), OutputMark::default());
    let mark = crawl.frontier.output_mark(crawl.job, "out.jsonl").unwrap();
    assert_eq!((mark.covered, mark.cursor), (last, format!("{{\"at\":{last}}}")));
}

pub(super) fn a_job_without_outputs_keeps_the_latest_records(frontier: &mut dyn WritableState) {
    let mut crawl = FrontierFixture::new(frontier, "ferries");
    crawl.frontier.register_job("ferries", &[]).unwrap();
    let names: Vec<String> = (0..52).map(|number| format!("r{number:02}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    deliver(&mut crawl, &names);
    assert_eq!(undelivered(&mut crawl), 0);
    let kept = records(&mut crawl, 0, 1_000);
    assert_eq!((kept.len(), kept[0].as_str()), (50, "r02"));
}

pub(super) fn marks_are_stored_as_given(frontier: &mut dyn WritableState) {
    let mut crawl = FrontierFixture::new(frontier, "ferries");
    let last = deliver(&mut crawl, &["a", "b"]);
    set_covered(&mut crawl, "out.jsonl", last);
    set_covered(&mut crawl.for_other_job("harbours"), "out.jsonl", 0);
    crawl.frontier.register_job("ferries", &["out.jsonl".into()]).unwrap();
    assert_eq!(crawl.frontier.output_mark(crawl.job, "out.jsonl").unwrap().covered, last);
    // A mark can go back, if an output turned out to be shorter.
    set_covered(&mut crawl, "out.jsonl", last - 1);
    assert_eq!(records(&mut crawl, last - 1, 100), ["b"]);
    assert_eq!(undelivered(&mut crawl), 1);
}

pub(super) fn records_that_readers_have_are_delivered(frontier: &mut dyn WritableState) {
    let mut crawl = FrontierFixture::new(frontier, "ferries");
    crawl.frontier.register_job("ferries", &["out.jsonl".into(), "out.parquet".into()]).unwrap();
    let last = deliver(&mut crawl, &["a", "b", "c"]);
    set_covered(&mut crawl, "out.jsonl", last);
    let mark = OutputMark { covered: 0, delivered: last - 1, cursor: "{}".into() };
    crawl.frontier.set_output_mark(crawl.job, "out.parquet", &mark).unwrap();
    assert_eq!(crawl.frontier.output_mark(crawl.job, "out.parquet").unwrap(), mark);
    assert_eq!(undelivered(&mut crawl), 1);
    // The output writes them again when it goes on.
    assert_eq!(records(&mut crawl, 0, 100), ["a", "b", "c"]);
}
