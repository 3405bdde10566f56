use super::*;

fn at(written: &str) -> Timestamp {
    written.parse().unwrap()
}

fn next(schedule: &JobSchedule, after: &str, count: usize) -> Vec<String> {
    let times = std::iter::successors(schedule.next_after(at(after)), |t| schedule.next_after(*t));
    times.take(count).map(|time| time.to_string()).collect()
}

#[test]
fn a_skipped_fixed_time_runs_just_after_the_gap() {
    // Clocks go from 2:00 to 3:00 on 2026-03-29, at 1:00 UTC.
    for (cron, expected) in [
        ("30 2 * * *", ["2026-03-28T01:30:00Z", "2026-03-29T01:00:00Z", "2026-03-30T00:30:00Z"]),
        ("0 2 * * *", ["2026-03-28T01:00:00Z", "2026-03-29T01:00:00Z", "2026-03-30T00:00:00Z"]),
        // 2:30 and 3:00 coincide.
        (
            "30,0 2,3 * * SUN",
            ["2026-03-29T01:00:00Z", "2026-03-29T01:30:00Z", "2026-04-05T00:00:00Z"],
        ),
        ("0 3 * * *", ["2026-03-28T02:00:00Z", "2026-03-29T01:00:00Z", "2026-03-30T01:00:00Z"]),
    ] {
        let schedule = JobSchedule::cron(cron, "Europe/Berlin").unwrap();
        assert_eq!(next(&schedule, "2026-03-27T22:00:00Z", 3)[..], expected, "{cron}");
    }
    // Here a day begins at 1:00.
    let schedule = JobSchedule::cron("0 0 * * *", "America/Santiago").unwrap();
    assert_eq!(
        next(&schedule, "2026-09-05T12:00:00Z", 2),
        ["2026-09-06T04:00:00Z", "2026-09-07T03:00:00Z"]
    );
    // Here, 30 December 2011 was skipped.
    let schedule = JobSchedule::cron("0 12 30 * *", "Pacific/Apia").unwrap();
    assert_eq!(next(&schedule, "2011-12-01T00:00:00Z", 1), ["2011-12-30T10:00:00Z"]);
}

#[test]
fn a_repeated_fixed_time_runs_the_first_time() {
    // Clocks go from 3:00 back to 2:00 on 2026-10-25, at 1:00 UTC.
    for (cron, expected) in [
        ("30 2 * * *", ["2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z"]),
        ("0,30 2 * * *", ["2026-10-25T00:00:00Z", "2026-10-25T00:30:00Z"]),
    ] {
        let schedule = JobSchedule::cron(cron, "Europe/Berlin").unwrap();
        assert_eq!(next(&schedule, "2026-10-24T20:00:00Z", 2)[..], expected, "{cron}");
        // In the repeated hour, it has passed.
        assert!(next(&schedule, "2026-10-25T01:10:00Z", 1)[0].starts_with("2026-10-26T01:"));
    }
}

#[test]
fn hourly_times_follow_the_clock() {
    let schedule = JobSchedule::cron("@hourly", "Europe/Berlin").unwrap();
    assert_eq!(
        next(&schedule, "2026-10-24T23:30:00Z", 4),
        [
            "2026-10-25T00:00:00Z",
            "2026-10-25T01:00:00Z",
            "2026-10-25T02:00:00Z",
            "2026-10-25T03:00:00Z"
        ]
    );
    assert_eq!(
        next(&schedule, "2026-03-28T23:30:00Z", 3),
        ["2026-03-29T00:00:00Z", "2026-03-29T01:00:00Z", "2026-03-29T02:00:00Z"]
    );
    // Every second hour of the local clock: 2:00 is skipped in March and repeated in October.
    let schedule = JobSchedule::cron("0 */2 * * *", "Europe/Berlin").unwrap();
    assert_eq!(
        next(&schedule, "2026-03-28T22:30:00Z", 2),
        ["2026-03-28T23:00:00Z", "2026-03-29T02:00:00Z"]
    );
    assert_eq!(
        next(&schedule, "2026-10-24T23:30:00Z", 2),
        ["2026-10-25T00:00:00Z", "2026-10-25T01:00:00Z"]
    );
}

#[test]
fn intervals_are_counted_from_the_epoch() {
    let schedule = JobSchedule::every(Duration::from_mins(15)).unwrap();
    assert_eq!(
        next(&schedule, "2026-11-28T10:07:13.5Z", 3),
        ["2026-11-28T10:15:00Z", "2026-11-28T10:30:00Z", "2026-11-28T10:45:00Z"]
    );
    assert_eq!(next(&schedule, "2026-11-28T10:15:00Z", 1), ["2026-11-28T10:30:00Z"]);
    assert_eq!(next(&schedule, "1969-12-31T23:50:00Z", 1), ["1970-01-01T00:00:00Z"]);
    let week = JobSchedule::every(Duration::from_hours(7 * 24)).unwrap();
    assert_eq!(next(&week, "2026-11-28T10:00:00Z", 1), ["2026-12-03T00:00:00Z"]);
    for wrong in [Duration::ZERO, Duration::from_millis(999), Duration::from_hours(367 * 24)] {
        assert_eq!(JobSchedule::every(wrong), Err(ScheduleError::Every));
    }
    assert_eq!(schedule.next_after(Timestamp::MAX), None);
}

#[test]
fn the_jitter_is_reproducible_and_ends_before_the_next_time() {
    let due = at("2026-11-28T06:00:00Z");
    let schedule = JobSchedule::cron("0 6 * * *", "UTC").unwrap();
    assert_eq!(schedule.start_of("news", due), due);
    let minute = Duration::from_mins(1);
    let jittered = schedule.with_jitter(minute).unwrap();
    let later = |job: &str, due| jittered.start_of(job, due).duration_since(due).as_secs_f64();
    assert!((later("news", due) - later("news", due)).abs() < f64::EPSILON);
    let jobs: Vec<f64> = (0..1_000).map(|n| later(&format!("job-{n}"), due)).collect();
    assert!(jobs.iter().all(|later| (0.0..=60.0).contains(later)));
    // Spread evenly: the mean is half of it.
    let mean = jobs.iter().sum::<f64>() / 1_000.0;
    assert!((mean - 30.0).abs() < 2.0, "{mean}");
    let days = next(&jittered, "2026-11-28T00:00:00Z", 50);
    let mut later: Vec<_> = days.iter().map(|day| later("news", at(day)).to_string()).collect();
    later.dedup();
    assert_eq!(later.len(), 50);

    let often = JobSchedule::every(minute).unwrap().with_jitter(Duration::from_hours(1)).unwrap();
    for n in 0..1_000 {
        let start = often.start_of(&format!("job-{n}"), due);
        assert!((due..at("2026-11-28T06:01:00Z")).contains(&start), "{start}");
    }
    let hourly = JobSchedule::every(Duration::from_hours(1)).unwrap();
    assert_eq!(hourly.with_jitter(Duration::from_hours(400 * 24)), Err(ScheduleError::Jitter));
}

#[test]
fn the_latest_of_many_missed_times_is_found() {
    let every_minute = JobSchedule::cron("* * * * *", "Europe/Berlin").unwrap();
    let yearly = JobSchedule::cron("@yearly", "UTC").unwrap();
    for (schedule, after, until, expected) in [
        (
            &every_minute,
            "2020-01-01T00:00:00Z",
            "2026-11-28T10:07:13Z",
            Some("2026-11-28T10:07:00Z"),
        ),
        (&every_minute, "2026-11-28T10:07:00Z", "2026-11-28T10:07:13Z", None),
        (
            &every_minute,
            "2026-11-28T10:07:00Z",
            "2026-11-28T10:08:00Z",
            Some("2026-11-28T10:08:00Z"),
        ),
        (&yearly, "2020-02-01T00:00:00Z", "2026-11-28T10:07:13Z", Some("2026-01-01T00:00:00Z")),
        (&yearly, "2026-01-01T00:00:00Z", "2026-11-28T10:07:13Z", None),
        (&yearly, "2027-01-01T00:00:00Z", "2026-11-28T10:07:13Z", None),
    ] {
        let latest = schedule.latest(at(after), at(until));
        assert_eq!(latest, expected.map(at), "{schedule} {after} {until}");
    }
}

#[test]
fn invalid_schedules_are_explained() {
    for (cron, zone, message) in [
        ("0 6 * *", "UTC", "it has 4 fields instead of 5"),
        ("0 0 6 * * *", "UTC", "it has 6 fields instead of 5"),
        ("", "UTC", "it has 0 fields"),
        ("60 6 * * *", "UTC", "`60 6 * * *` is not a cron expression: number out of bounds"),
        ("0 6 * * XYZ", "UTC", "illegal character"),
        ("5/10 * * * *", "UTC", "single number steps"),
        ("@fortnightly", "UTC", "`@fortnightly` is not a cron expression"),
        ("0 0 30 2 *", "UTC", "`0 0 30 2 *` matches no time"),
        ("0 6 * * *", "Europe/Berln", "`Europe/Berln` is not a time zone"),
        ("0 6 * * *", "Etc/Unknown", "`Etc/Unknown` is not a time zone"),
        ("0 6 * * *", "../../etc/passwd", "is not a time zone"),
    ] {
        let error = JobSchedule::cron(cron, zone).unwrap_err().to_string();
        assert!(error.contains(message), "{error}");
    }
    for (zone, likely) in [
        ("Europe/Berln", Some("Europe/Berlin")),
        ("berlin", Some("Europe/Berlin")),
        ("New York", Some("America/New_York")),
        ("nonsense", None),
    ] {
        let error = JobSchedule::cron("0 6 * * *", zone).unwrap_err();
        let ScheduleError::Zone { nearest, .. } = error else { panic!("{error}") };
        assert_eq!(nearest.as_deref(), likely, "{zone}");
    }
    assert!(JobSchedule::cron("0 6 * * *", "europe/berlin").is_ok());
}

#[test]
fn a_schedule_is_displayed_as_it_is_written() {
    let cron = JobSchedule::cron(" 0 6 * * mon-fri ", "europe/berlin").unwrap();
    assert_eq!(cron.to_string(), "cron \"0 6 * * mon-fri\" in Europe/Berlin");
    assert_eq!(JobSchedule::every(Duration::from_hours(24)).unwrap().to_string(), "every 1d");
}
