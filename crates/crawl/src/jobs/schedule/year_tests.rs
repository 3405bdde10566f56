//! Schedules over a year, minute by minute, compared with a naive implementation.
//!
//! It enumerates every minute of the local clock, checks whether the expression contains it, and looks up in
//! the zone at which instants the clock shows it.

use std::collections::BTreeSet;

use jiff::civil::{Date, DateTime, date};
use jiff::tz::{AmbiguousOffset, TimeZone};
use jiff::{Timestamp, ToSpan};

use super::*;
use crate::clock::{Clock, ManualClock};

/// Zones whose clocks change in the north, in the south, by half an hour, at midnight, and never.
const ZONES: [&str; 6] = [
    "Europe/Berlin",
    "America/New_York",
    "Australia/Lord_Howe",
    "America/Santiago",
    "UTC",
    "Asia/Kathmandu",
];

const EXPRESSIONS: [&str; 22] = [
    "0 6 * * *",
    "30 2 * * *",
    "0 2 * * *",
    "15 1 * * *",
    "0 0 * * *",
    "45 23 * * *",
    "0 3 * * *",
    "0 6,18 * * *",
    "0,30 0-3 * * *",
    "30 1,2,3 * * 0",
    "0 * * * *",
    "45 * * * *",
    "*/15 * * * *",
    "*/7 * * * *",
    "0 */2 * * *",
    "10 1-23/3 * * *",
    "*/20 2 * * *",
    "59 23 31 12 *",
    "0 12 * * 1-5",
    "0 2 1,15 * 0",
    "30 2 25-31 3,10 *",
    "5 4 29 2 7",
];

/// The numbers of a field, by a parser of our own.
fn numbers(field: &str, least: i8, most: i8) -> BTreeSet<i8> {
    let mut numbers = BTreeSet::new();
    for part in field.split(',') {
        let (range, step) =
            part.split_once('/').map_or((part, 1), |(r, s)| (r, s.parse().unwrap()));
        let (from, to) = match range.split_once('-') {
            Some((from, to)) => (from.parse().unwrap(), to.parse().unwrap()),
            None if range == "*" => (least, most),
            None => (range.parse().unwrap(), range.parse().unwrap()),
        };
        numbers.extend((from..=to).step_by(step));
    }
    numbers
}

struct NaiveCron {
    minutes: BTreeSet<i8>,
    hours: BTreeSet<i8>,
    days: Option<BTreeSet<i8>>,
    months: BTreeSet<i8>,
    weekdays: Option<BTreeSet<i8>>,
    is_fixed: bool,
}

impl NaiveCron {
    fn new(expression: &str) -> Self {
        let fields: Vec<&str> = expression.split(' ').collect();
        let restricted =
            |field: &str, least, most| (field != "*").then(|| numbers(field, least, most));
        Self {
            minutes: numbers(fields[0], 0, 59),
            hours: numbers(fields[1], 0, 23),
            days: restricted(fields[2], 1, 31),
            months: numbers(fields[3], 1, 12),
            weekdays: restricted(fields[4], 0, 7),
            is_fixed: !fields[0].contains('*') && !fields[1].contains('*'),
        }
    }

    fn has_day(&self, day: Date) -> bool {
        let weekday = day.weekday().to_sunday_zero_offset();
        let on_day = |days: &BTreeSet<i8>| days.contains(&day.day());
        let on_weekday = |weekdays: &BTreeSet<i8>| {
            weekdays.contains(&weekday) || weekday == 0 && weekdays.contains(&7)
        };
        self.months.contains(&day.month())
            && match (&self.days, &self.weekdays) {
                (None, None) => true,
                (Some(days), None) => on_day(days),
                (None, Some(weekdays)) => on_weekday(weekdays),
                (Some(days), Some(weekdays)) => on_day(days) || on_weekday(weekdays),
            }
    }

    /// Every minute that a clock on the wall could show on a day and that is in the expression.
    fn minutes_of(&self, day: Date) -> Vec<DateTime> {
        if !self.has_day(day) {
            return Vec::new();
        }
        let of_hour = |hour: i8| self.minutes.iter().map(move |minute| day.at(hour, *minute, 0, 0));
        self.hours.iter().flat_map(|hour| of_hour(*hour)).collect()
    }
}

/// The first minute that the clock shows after a time that it leaves out.
fn just_after(zone: &TimeZone, mut wall: DateTime) -> Timestamp {
    while matches!(zone.to_ambiguous_timestamp(wall).offset(), AmbiguousOffset::Gap { .. }) {
        wall += 1.minute();
    }
    zone.to_ambiguous_timestamp(wall).unambiguous().unwrap()
}

/// All times of an expression in 2026. The days around the year are included first, since the local year begins
/// at another instant than that of UTC.
fn expected_times(expression: &str, zone: &TimeZone) -> Vec<Timestamp> {
    let naive = NaiveCron::new(expression);
    let mut times = BTreeSet::new();
    let mut day = date(2025, 12, 30);
    while day < date(2027, 1, 3) {
        for wall in naive.minutes_of(day) {
            let ambiguous = zone.to_ambiguous_timestamp(wall);
            match (ambiguous.offset(), naive.is_fixed) {
                (AmbiguousOffset::Unambiguous { .. }, _) => {
                    times.insert(ambiguous.unambiguous().unwrap());
                }
                (AmbiguousOffset::Gap { .. }, true) => {
                    times.insert(just_after(zone, wall));
                }
                (AmbiguousOffset::Gap { .. }, false) => {}
                (AmbiguousOffset::Fold { before, .. }, true) => {
                    times.insert(before.to_timestamp(wall).unwrap());
                }
                (AmbiguousOffset::Fold { before, after }, false) => {
                    times.insert(before.to_timestamp(wall).unwrap());
                    times.insert(after.to_timestamp(wall).unwrap());
                }
            }
        }
        day = day.tomorrow().unwrap();
    }
    let (from, to) = year();
    times.into_iter().filter(|time| (from..to).contains(time)).collect()
}

fn year() -> (Timestamp, Timestamp) {
    ("2026-01-01T00:00:00Z".parse().unwrap(), "2027-01-01T00:00:00Z".parse().unwrap())
}

/// The times that a loop sees which checks the clock every minute.
fn observed_times(schedule: &JobSchedule) -> Vec<Timestamp> {
    let (from, to) = year();
    let clock = ManualClock::new(from);
    let mut next = schedule.next_after(from - 1.nanosecond()).unwrap();
    let mut times = Vec::new();
    while clock.now() < to {
        if next <= clock.now() {
            assert_eq!(next, clock.now(), "{schedule}: not on its minute");
            times.push(next);
            next = schedule.next_after(next).unwrap();
            assert!(next > clock.now(), "{schedule}: a time twice");
        }
        clock.advance(SignedDuration::from_mins(1));
    }
    times
}

#[test]
fn in_a_year_of_cron_no_time_is_missed_or_repeated() {
    for name in ZONES {
        let zone = TimeZone::get(name).unwrap();
        for expression in EXPRESSIONS {
            let schedule = JobSchedule::cron(expression, name).unwrap();
            let (kept, expected) = (observed_times(&schedule), expected_times(expression, &zone));
            let missed = expected.iter().find(|time| kept.binary_search(time).is_err());
            let extra = kept.iter().find(|time| expected.binary_search(time).is_err());
            assert_eq!((missed, extra), (None, None), "{expression} in {name}");
            assert_eq!(kept.len(), expected.len(), "{expression} in {name}");
            assert!(!kept.is_empty(), "{expression} in {name}");
        }
    }
}

#[test]
fn in_a_year_of_intervals_every_time_is_on_its_minute() {
    let (from, to) = year();
    for minutes in [1, 5, 15, 7, 60, 90, 1_440] {
        let schedule = JobSchedule::every(Duration::from_mins(minutes)).unwrap();
        let step = i64::try_from(minutes).unwrap() * 60;
        let expected: Vec<_> = (from.as_second()..to.as_second())
            .filter(|second| second % step == 0)
            .map(|second| Timestamp::from_second(second).unwrap())
            .collect();
        assert_eq!(observed_times(&schedule), expected, "{schedule}");
    }
}

#[test]
fn the_next_time_is_right_from_any_moment() {
    // Instants around changes of the clock, also between minutes.
    for (name, change) in [
        ("Europe/Berlin", "2026-03-29T01:00:00Z"),
        ("Europe/Berlin", "2026-10-25T01:00:00Z"),
        ("Australia/Lord_Howe", "2026-04-04T15:00:00Z"),
        ("Australia/Lord_Howe", "2026-10-03T15:30:00Z"),
        ("America/Santiago", "2026-04-05T03:00:00Z"),
        ("America/Santiago", "2026-09-06T04:00:00Z"),
    ] {
        let (zone, change) = (TimeZone::get(name).unwrap(), change.parse::<Timestamp>().unwrap());
        for expression in EXPRESSIONS {
            let schedule = JobSchedule::cron(expression, name).unwrap();
            let expected = expected_times(expression, &zone);
            for minutes in (-180..180).step_by(10) {
                for seconds in [0, 1, 30, 59] {
                    let moment = change + minutes.minutes() + seconds.seconds() + 3.milliseconds();
                    let Some(next) = expected.iter().find(|time| **time > moment) else { continue };
                    let got = schedule.next_after(moment).unwrap();
                    assert_eq!(got, *next, "{expression} in {name} after {moment}");
                }
            }
        }
    }
}
