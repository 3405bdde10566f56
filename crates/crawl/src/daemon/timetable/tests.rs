use std::time::Duration;

use super::*;

fn at(written: &str) -> Timestamp {
    written.parse().unwrap()
}

/// A time on the day of most of these tests.
fn on(time: &str) -> Timestamp {
    at(&format!("2026-11-28T{time}:00Z"))
}

fn every(minutes: u64) -> JobSchedule {
    JobSchedule::every(Duration::from_mins(minutes)).unwrap()
}

fn last(time: Timestamp) -> JobHistory {
    JobHistory { last_scheduled: Some(time), is_unfinished: false }
}

const NEW: JobHistory = JobHistory { last_scheduled: None, is_unfinished: false };

/// A timetable with one job, `news`.
fn table(schedule: &JobSchedule, history: JobHistory, now: Timestamp) -> Timetable {
    let mut table = Timetable::new(4, now);
    table.set("news", schedule, history, now);
    table
}

/// What starts at a time: the job, with its time in the schedule.
fn started(table: &mut Timetable, now: Timestamp) -> Vec<String> {
    let due = table.begin(now).into_iter();
    due.map(|due| format!("{} {}", due.job, due.scheduled_for.to_string().get(11..16).unwrap()))
        .collect()
}

/// Simulates until `to`, from wake to wake; runs take `takes` each. Returns what started, when, and for which time.
fn simulated(
    table: &mut Timetable,
    mut now: Timestamp,
    to: Timestamp,
    takes: SignedDuration,
) -> Vec<(String, Timestamp, Timestamp)> {
    let mut runs: Vec<(Timestamp, String)> = Vec::new();
    let mut all = Vec::new();
    while now < to {
        for due in table.begin(now) {
            all.push((due.job.clone(), now, due.scheduled_for));
            runs.push((now + takes, due.job));
        }
        runs.sort();
        let end = runs.first().map(|run| run.0);
        now = end.into_iter().chain(table.next_wake()).min().unwrap();
        if Some(now) == end {
            table.ended(&runs.remove(0).1, false, now);
        }
    }
    all
}

#[test]
fn in_a_year_each_job_runs_once_for_each_of_its_times() {
    let (from, to) = (at("2026-01-01T00:00:00Z"), at("2027-01-01T00:00:00Z"));
    let cron = |cron, zone| JobSchedule::cron(cron, zone).unwrap();
    let jitter = Duration::from_mins(2);
    let jobs = [
        ("berlin", cron("30 2 * * *", "Europe/Berlin")),
        ("york", cron("0 * * * *", "America/New_York").with_jitter(jitter).unwrap()),
        ("howe", cron("45 1,2 * * MON-FRI", "Australia/Lord_Howe")),
        ("santiago", cron("0 0 * * *", "America/Santiago").with_jitter(jitter).unwrap()),
        ("often", every(15).with_jitter(jitter).unwrap().with_catch_up(false)),
        ("yearly", cron("0 0 1 1 *", "Asia/Kathmandu")),
    ];
    let mut table = Timetable::new(100, from);
    for (job, schedule) in &jobs {
        table.set(job, schedule, NEW, from);
    }
    let runs = simulated(&mut table, from, to, SignedDuration::from_secs(40));
    for (job, schedule) in &jobs {
        let times = std::iter::successors(schedule.next_after(from), |t| schedule.next_after(*t));
        let expected: Vec<_> = times
            .map(|due| ((*job).to_owned(), schedule.start_of(job, due), due))
            .take_while(|(_, start, _)| *start < to)
            .collect();
        let kept: Vec<_> = runs.iter().filter(|run| run.0 == *job).cloned().collect();
        assert_eq!(kept, expected, "{job}");
        assert!(expected.iter().all(|(_, start, due)| start.duration_since(*due)
            <= SignedDuration::try_from(schedule.jitter()).unwrap()));
    }
    let count = |job| runs.iter().filter(|run| run.0 == job).count();
    assert_eq!(["berlin", "york", "yearly"].map(count), [365, 8_759, 1]);
}

#[test]
fn times_that_pass_during_a_run_are_caught_up_by_one_run() {
    let takes = SignedDuration::from_mins(40);
    for (catch_up, expected) in [
        (true, ["00:15 for 00:15", "00:55 for 00:45", "01:35 for 01:30", "02:15 for 02:15"]),
        (false, ["00:15 for 00:15", "01:00 for 01:00", "01:45 for 01:45", "02:30 for 02:30"]),
    ] {
        let schedule = every(15).with_catch_up(catch_up);
        let mut table = table(&schedule, NEW, on("00:01"));
        let runs = simulated(&mut table, on("00:01"), on("02:40"), takes);
        let of_day = |time: Timestamp| time.to_string().get(11..16).unwrap().to_owned();
        let runs: Vec<_> =
            runs.iter().map(|run| format!("{} for {}", of_day(run.1), of_day(run.2))).collect();
        assert_eq!(runs, expected, "{catch_up}");
    }
}

#[test]
fn times_missed_before_the_start_are_caught_up_once() {
    let daily = JobSchedule::cron("0 6 * * *", "UTC").unwrap();
    let days_ago = last(at("2026-11-24T06:00:00Z"));
    let mut missed = table(&daily, days_ago, on("10:00"));
    assert_eq!(missed.next_wake(), Some(on("10:00")));
    assert_eq!(started(&mut missed, on("10:00")), ["news 06:00"]);
    missed.ended("news", false, on("10:30"));
    assert_eq!(missed.next_of("news"), Some(at("2026-11-29T06:00:00Z")));
    assert_eq!(started(&mut missed, on("10:30")), [""; 0]);

    let without = table(&daily.clone().with_catch_up(false), days_ago, on("10:00"));
    assert_eq!(without.next_of("news"), Some(at("2026-11-29T06:00:00Z")));
    // A job that never ran has missed nothing, nor has one that ran today.
    for history in [NEW, last(on("06:00"))] {
        let table = table(&daily, history, on("10:00"));
        assert_eq!(table.next_of("news"), Some(at("2026-11-29T06:00:00Z")));
    }
}

#[test]
fn a_time_is_missed_if_the_run_would_be_more_than_a_little_late() {
    let daily = JobSchedule::cron("0 6 * * *", "UTC").unwrap();
    for (catch_up, now, expected) in [
        (true, "09:00", &["news 06:00"][..]),
        (false, "09:00", &[]),
        (false, "06:01", &["news 06:00"]),
        (false, "05:59", &[]),
    ] {
        let schedule = daily.clone().with_catch_up(catch_up);
        let mut table = table(&schedule, last(at("2026-11-27T06:00:00Z")), on("05:00"));
        assert_eq!(started(&mut table, on(now)), expected, "{catch_up} {now}");
    }
    // Several missed times become one run.
    let mut table = table(&every(15), NEW, on("05:50"));
    assert_eq!(started(&mut table, on("09:05")), ["news 09:00"]);
    table.ended("news", false, on("09:06"));
    assert_eq!(table.next_wake(), Some(on("09:15")));
}

#[test]
fn a_restart_within_the_jitter_misses_nothing() {
    let schedule = JobSchedule::cron("0 6 * * *", "UTC").unwrap();
    let schedule = schedule.with_jitter(Duration::from_hours(1)).unwrap().with_catch_up(false);
    let start = schedule.start_of("news", on("06:00"));
    assert!(start > on("06:01"), "{start}");
    let table = table(&schedule, last(at("2026-11-27T06:00:00Z")), on("06:01"));
    assert_eq!(table.next_wake(), Some(start));
}

#[test]
fn an_unfinished_run_is_resumed() {
    let daily = JobSchedule::cron("0 6 * * *", "UTC").unwrap();
    let unfinished = |time| JobHistory { last_scheduled: Some(time), is_unfinished: true };
    let mut table = table(&daily, unfinished(on("06:00")), on("06:10"));
    assert_eq!(started(&mut table, on("06:10")), ["news 06:00"]);
    table.ended("news", false, on("06:20"));
    assert_eq!(table.next_wake(), Some(at("2026-11-29T06:00:00Z")));
    for (schedule, history, expected) in [
        // A later time has passed.
        (&daily, unfinished(at("2026-11-27T06:00:00Z")), &["news 06:00"][..]),
        (&daily.clone().with_catch_up(false), unfinished(on("06:00")), &[]),
        // A run on demand does not count for the schedule.
        (&daily, JobHistory { last_scheduled: None, is_unfinished: true }, &[]),
    ] {
        let mut table = super::tests::table(schedule, history, on("06:10"));
        assert_eq!(started(&mut table, on("06:10")), expected, "{history:?}");
    }
}

#[test]
fn after_a_failure_the_next_attempt_is_at_the_next_time() {
    let mut table = table(&every(15), NEW, on("06:01"));
    assert_eq!(started(&mut table, on("06:15")), ["news 06:15"]);
    table.ended("news", true, on("06:15"));
    assert_eq!(table.next_wake(), Some(on("06:30")));
    assert_eq!(started(&mut table, on("06:30")), ["news 06:30"]);
    // The same after a long run.
    table.ended("news", true, on("07:10"));
    assert_eq!(table.next_wake(), Some(on("07:15")));
}

#[test]
fn runs_beyond_the_limit_wait_in_the_order_of_their_times() {
    let mut table = Timetable::new(2, on("06:01"));
    for (job, minutes) in [("zebra", 15), ("ant", 30), ("bee", 30), ("cow", 20)] {
        table.set(job, &every(minutes), NEW, on("06:01"));
    }
    assert_eq!(started(&mut table, on("06:15")), ["zebra 06:15"]);
    assert_eq!(started(&mut table, on("06:20")), ["cow 06:20"]);
    assert_eq!(started(&mut table, on("06:30")), [""; 0]);
    // A waiting run is no reason to wake up.
    assert_eq!(table.next_wake(), None);
    table.ended("cow", false, on("06:45"));
    assert_eq!(started(&mut table, on("06:45")), ["ant 06:30"]);
    // It is more than a minute late, but was not missed.
    table.ended("zebra", false, on("06:50"));
    assert_eq!(started(&mut table, on("06:50")), ["bee 06:30"]);
    table.set_max_runs(4);
    assert_eq!(started(&mut table, on("06:50")), ["cow 06:40", "zebra 06:45"]);
}

#[test]
fn a_run_that_waited_past_its_next_time_counts_for_both() {
    let mut table = Timetable::new(1, on("06:01"));
    table.set("ant", &every(60), NEW, on("06:01"));
    table.set("bee", &every(30).with_catch_up(false), NEW, on("06:31"));
    assert_eq!(started(&mut table, on("07:00")), ["ant 07:00"]);
    assert_eq!(started(&mut table, on("07:31")), [""; 0]);
    table.ended("ant", false, on("07:40"));
    assert_eq!(started(&mut table, on("07:40")), ["bee 07:30"]);
    table.ended("bee", false, on("07:41"));
    assert_eq!(table.next_of("bee"), Some(on("08:00")));
}

#[test]
fn a_reload_adds_changes_and_removes_jobs() {
    let mut table = Timetable::new(4, on("06:01"));
    for job in ["kept", "changed", "gone", "gone-running", "back"] {
        table.set(job, &every(15), NEW, on("06:01"));
    }
    let all = ["back 06:15", "changed 06:15", "gone 06:15", "gone-running 06:15"];
    assert_eq!(started(&mut table, on("06:15")), all);
    assert_eq!(started(&mut table, on("06:16")), [""; 0]);
    for job in ["back", "changed", "gone"] {
        table.ended(job, false, on("06:17"));
    }
    assert_eq!(started(&mut table, on("06:17")), ["kept 06:15"]);
    table.ended("kept", false, on("06:18"));

    table.retain(|job| !matches!(job, "gone" | "gone-running" | "back"));
    table.set("kept", &every(15), NEW, on("06:20"));
    table.set("changed", &every(60), NEW, on("06:20"));
    table.set("new", &every(10), last(on("06:00")), on("06:20"));
    assert!(!table.contains("gone") && !table.contains("gone-running"));
    assert_eq!(table.next_of("kept"), Some(on("06:30")));
    assert_eq!(table.next_of("changed"), Some(on("07:00")));
    // According to its history it was due.
    assert_eq!(table.next_of("new"), Some(on("06:20")));
    // Its run continues, counts toward the limit, and is not followed by another one.
    table.set_max_runs(1);
    assert_eq!(started(&mut table, on("06:20")), [""; 0]);
    table.ended("gone-running", false, on("06:40"));
    assert_eq!(table.next_of("gone-running"), None);
    table.set_max_runs(4);
    assert_eq!(started(&mut table, on("06:40")), ["new 06:40", "kept 06:30"]);

    // A job that returns while it runs does not run twice at once.
    table.retain(|job| job != "kept");
    table.set("kept", &every(5), NEW, on("06:50"));
    assert!(table.contains("kept"));
    assert_eq!(started(&mut table, on("06:55")), [""; 0]);
    table.ended("kept", false, on("06:56"));
    assert_eq!(started(&mut table, on("06:56")), ["kept 06:55"]);
}

#[test]
fn a_clock_that_goes_back_repeats_nothing() {
    let mut table = table(&every(60), NEW, on("05:30"));
    assert_eq!(started(&mut table, on("06:00")), ["news 06:00"]);
    table.ended("news", false, on("06:01"));
    // An hour passes a second time.
    assert_eq!(started(&mut table, on("05:10")), [""; 0]);
    assert_eq!(table.next_wake(), Some(on("07:00")));
    assert_eq!(started(&mut table, on("06:00")), [""; 0]);
    assert_eq!(started(&mut table, on("07:00")), ["news 07:00"]);
}

#[test]
fn a_clock_that_was_years_ahead_does_not_end_a_job() {
    // A machine starts with a wrong clock, which is then corrected.
    let wrong = at("2036-01-01T00:30:00Z");
    let mut table = table(&every(60), last(on("05:00")), wrong);
    assert_eq!(started(&mut table, wrong), ["news 00:00"]);
    table.ended("news", false, wrong);
    assert_eq!(table.next_wake(), Some(at("2036-01-01T01:00:00Z")));
    assert_eq!(started(&mut table, on("05:30")), [""; 0]);
    assert_eq!(table.next_wake(), Some(on("06:00")));
    assert_eq!(started(&mut table, on("06:00")), ["news 06:00"]);
    // The same with the history from the state.
    let table = super::tests::table(&every(60), last(wrong), on("05:30"));
    assert_eq!(table.next_wake(), Some(on("06:00")));
}
