//! When a job runs.

mod cron;
mod zone;

use std::fmt;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use xxhash_rust::xxh3::xxh3_64_with_seed;

use self::cron::CronTimes;

/// The shortest time between two runs.
const MIN_INTERVAL: Duration = Duration::from_secs(1);

/// The longest, and the longest jitter.
const MAX_INTERVAL: Duration = Duration::from_hours(366 * 24);

/// Where the search for the latest of many times begins: so long ago.
const FIRST_LOOKBACK: SignedDuration = SignedDuration::from_mins(16);

/// When a job runs: by a cron expression in a time zone, or once in so much time.
#[derive(Clone, Debug, PartialEq)]
pub struct JobSchedule {
    times: ScheduleTimes,
    jitter: Duration,
    catch_up: bool,
}

#[derive(Clone, Debug, PartialEq)]
enum ScheduleTimes {
    Cron(Box<CronTimes>),
    Every(Duration),
}

/// What is no schedule.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ScheduleError {
    /// An expression that does not read as one.
    #[error("`{written}` is no cron expression: {why}")]
    Cron {
        /// As written.
        written: String,
        /// What is wrong with it.
        why: String,
    },
    /// An expression that no time matches.
    #[error("`{written}` never comes")]
    Never {
        /// As written.
        written: String,
    },
    /// A name that no time zone has.
    #[error("`{written}` is no time zone")]
    Zone {
        /// As written.
        written: String,
        /// The zone that is most likely meant.
        nearest: Option<String>,
    },
    /// A time between runs that is too short or too long.
    #[error("the time between runs is from 1s to 366d")]
    Every,
    /// A jitter that is too long.
    #[error("the jitter is 366d at most")]
    Jitter,
}

impl JobSchedule {
    /// By a cron expression of five fields (minute, hour, day of the month, month, day of the week) or a
    /// nickname such as `@daily`, in an IANA time zone.
    ///
    /// Each field is `*`, a number, a range, a step (`*/15`, `8-18/2`) or a list of these; months and days of
    /// the week have names too (`MON-FRI`), and 0 and 7 are Sunday. `L` is the last day of the month, `15W` the
    /// weekday nearest to the 15th, `5#2` the second Friday, `5L` the last. Where both days are
    /// restricted, either will do; a `+` before the second (`+MON`) asks for both.
    ///
    /// When clocks change, it goes as with Vixie's cron. A time that is fixed, in that neither minute nor hour
    /// has a `*`, and that is left out, comes just after it, and one that there is twice comes the first time
    /// only. Of other expressions each time that a clock on the wall shows counts: one that it never shows
    /// does not come, and one that it shows twice comes twice.
    ///
    /// # Errors
    /// When it is no expression or never comes, or there is no such zone.
    pub fn cron(written: &str, zone: &str) -> Result<Self, ScheduleError> {
        let times = CronTimes::new(written, zone::find_zone(zone)?)?;
        Ok(Self::from_times(ScheduleTimes::Cron(Box::new(times))))
    }

    /// Once in so much time, from one second to 366 days. It is counted from 1970-01-01T00:00Z on, so that
    /// `15m` is :00, :15, :30 and :45 of every hour, whenever the command was started.
    ///
    /// # Errors
    /// When it is shorter or longer.
    pub fn every(every: Duration) -> Result<Self, ScheduleError> {
        if !(MIN_INTERVAL..=MAX_INTERVAL).contains(&every) {
            return Err(ScheduleError::Every);
        }
        Ok(Self::from_times(ScheduleTimes::Every(every)))
    }

    const fn from_times(times: ScheduleTimes) -> Self {
        Self { times, jitter: Duration::ZERO, catch_up: true }
    }

    /// Lets runs begin up to so much later, each by its own share. Default none.
    ///
    /// # Errors
    /// When it is longer than 366 days.
    pub fn with_jitter(mut self, jitter: Duration) -> Result<Self, ScheduleError> {
        if jitter > MAX_INTERVAL {
            return Err(ScheduleError::Jitter);
        }
        self.jitter = jitter;
        Ok(self)
    }

    /// Whether a time that passed while nobody was there, or while the run before it went on, is made up
    /// for: by one run at once, however many times passed. Default true.
    #[must_use]
    pub fn with_catch_up(mut self, catch_up: bool) -> Self {
        self.catch_up = catch_up;
        self
    }

    /// The first time after `time`. `None` only at the end of all time.
    pub fn next_after(&self, time: Timestamp) -> Option<Timestamp> {
        match &self.times {
            ScheduleTimes::Cron(cron) => cron.next_after(time),
            ScheduleTimes::Every(every) => {
                let every = i64::try_from(every.as_millis()).ok()?;
                let passed = time.as_millisecond().div_euclid(every);
                let next = passed.checked_add(1)?.checked_mul(every)?;
                Timestamp::from_millisecond(next).ok()
            }
        }
    }

    /// The latest time that is after `after` and not after `until`, if there is one.
    pub fn latest(&self, after: Timestamp, until: Timestamp) -> Option<Timestamp> {
        let mut window = FIRST_LOOKBACK;
        loop {
            // From closer and closer to `after`, so that months of minutes are not gone through.
            let from = until.checked_sub(window).unwrap_or(after).max(after);
            let mut latest = None;
            let mut next = self.next_after(from);
            while let Some(time) = next.filter(|time| *time <= until) {
                latest = Some(time);
                next = self.next_after(time);
            }
            if latest.is_some() || from == after {
                return latest;
            }
            window = window.saturating_mul(4);
        }
    }

    /// When the run of a job for a time of the schedule begins: later than that by a share of the jitter that
    /// depends on nothing but the job's name and the time, and always before the next time.
    pub fn start_of(&self, job: &str, due: Timestamp) -> Timestamp {
        let room = self.next_after(due).map_or(Duration::MAX, |next| {
            Duration::try_from(next.duration_since(due)).unwrap_or_default()
        });
        let most = self.jitter.min(room.saturating_sub(Duration::from_millis(1)));
        let most = u64::try_from(most.as_millis()).unwrap_or(u64::MAX);
        let hash = xxh3_64_with_seed(job.as_bytes(), due.as_millisecond().cast_unsigned());
        let later = hash % most.saturating_add(1);
        let later = SignedDuration::from_millis(i64::try_from(later).unwrap_or(0));
        due.checked_add(later).unwrap_or(due)
    }

    /// The longest that a run begins later than planned.
    pub fn jitter(&self) -> Duration {
        self.jitter
    }

    /// See [`Self::with_catch_up`].
    pub fn catches_up(&self) -> bool {
        self.catch_up
    }

    /// The time zone in which it is written; UTC where it is not by the calendar.
    pub fn zone(&self) -> TimeZone {
        match &self.times {
            ScheduleTimes::Cron(cron) => cron.zone().clone(),
            ScheduleTimes::Every(_) => TimeZone::UTC,
        }
    }
}

impl fmt::Display for JobSchedule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.times {
            ScheduleTimes::Cron(cron) => cron.fmt(f),
            ScheduleTimes::Every(every) => write!(f, "every {}", DurationText(*every)),
        }
    }
}

/// A time as it is written in settings (`15m`, `30d`), in the largest unit that it is whole in.
pub struct DurationText(pub Duration);

impl fmt::Display for DurationText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let millis = self.0.as_millis();
        let units = [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1_000), ("ms", 1)];
        let fits = |(_, unit): &&(&str, u128)| millis != 0 && millis.is_multiple_of(*unit);
        let (name, unit) = units.iter().find(fits).copied().unwrap_or(("s", 1));
        write!(f, "{}{name}", millis / unit)
    }
}

#[cfg(test)]
mod tests;
#[cfg(test)]
mod year_tests;
