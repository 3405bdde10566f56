//! The times of a cron expression in a time zone.

use std::fmt;

use croner::Cron;
use croner::errors::CronError;
use croner::parser::{CronParser, Seconds, Year};
use jiff::civil::DateTime;
use jiff::tz::{AmbiguousOffset, TimeZone};
use jiff::{SignedDuration, Timestamp};

use super::ScheduleError;

/// The most local times that are tried to find the next one. A repeated hour has 60 of them, so the limit is
/// never reached; it only rules out an endless loop.
const MAX_SEARCH_STEPS: usize = 10_000;

/// The most bytes of an expression.
const MAX_EXPRESSION_BYTES: usize = 1_000;

/// A cron expression in a time zone.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct CronTimes {
    written: String,
    cron: Cron,
    zone: TimeZone,
    /// Neither minute nor hour has a `*`; see [`super::JobSchedule::cron`].
    is_fixed: bool,
}

impl CronTimes {
    pub(super) fn new(written: &str, zone: TimeZone) -> Result<Self, ScheduleError> {
        let wrong =
            |why: String| ScheduleError::Cron { written: written.chars().take(80).collect(), why };
        if written.len() > MAX_EXPRESSION_BYTES {
            return Err(wrong(format!("longer than {MAX_EXPRESSION_BYTES} bytes")));
        }
        let parser =
            CronParser::builder().seconds(Seconds::Disallowed).year(Year::Optional).build();
        let cron = parser.parse(written).map_err(|error| wrong(explain(&error, written)))?;
        let is_fixed =
            !cron.pattern.as_str().split_whitespace().take(2).any(|field| field.contains('*'));
        let times = Self { written: written.trim().to_owned(), cron, zone, is_fixed };
        if times.next_after(Timestamp::UNIX_EPOCH).is_none() {
            return Err(ScheduleError::Never { written: written.into() });
        }
        Ok(times)
    }

    pub(super) fn zone(&self) -> &TimeZone {
        &self.zone
    }

    pub(super) fn next_after(&self, time: Timestamp) -> Option<Timestamp> {
        let zoned = time.to_zoned(self.zone.clone());
        if !self.is_fixed {
            return Some(self.cron.find_next_occurrence(&zoned, false).ok()?.timestamp());
        }
        // In local order, the instants never decrease, so the first one after `time` is the next.
        let mut wall = zoned.datetime();
        for _ in 0..MAX_SEARCH_STEPS {
            wall = self.cron.find_next_occurrence(&wall, false).ok()?;
            let next = self.first_instant(wall)?;
            if next > time {
                return Some(next);
            }
        }
        None
    }

    /// The first instant at which a local clock shows this time. If it is skipped, the instant of the change.
    fn first_instant(&self, wall: DateTime) -> Option<Timestamp> {
        let ambiguous = self.zone.to_ambiguous_timestamp(wall);
        if !matches!(ambiguous.offset(), AmbiguousOffset::Gap { .. }) {
            return ambiguous.earlier().ok();
        }
        // With the offset from before the gap, the skipped time is at the change or after it.
        let after = ambiguous.later().ok()?;
        let just_after = after.checked_add(SignedDuration::from_nanos(1)).ok()?;
        let change = self.zone.preceding(just_after).next();
        Some(change.map_or(after, |change| change.timestamp()))
    }
}

/// Explains an error without the wording of the library.
fn explain(error: &CronError, written: &str) -> String {
    let fields = written.split_whitespace().count();
    if !written.trim_start().starts_with('@') && fields != 5 {
        return format!(
            "it has {fields} fields instead of 5: minute, hour, day of the month, month, day of the week"
        );
    }
    match error {
        CronError::InvalidPattern(why)
        | CronError::IllegalCharacters(why)
        | CronError::ComponentError(why) => {
            let why = why.trim_end_matches('.');
            let mut letters = why.chars();
            letters
                .next()
                .map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
        }
        other => other.to_string(),
    }
}

impl fmt::Display for CronTimes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "cron \"{}\" in {}", self.written, self.zone.iana_name().unwrap_or("UTC"))
    }
}
