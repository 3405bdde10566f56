//! Schedules: cron expressions with a time zone, and intervals.

mod cron;
mod zone;

use std::fmt;
use std::time::Duration;

use copydesk_core::settings::TimeSpan;
use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use xxhash_rust::xxh3::xxh3_64_with_seed;

use self::cron::CronTimes;

/// The shortest interval.
const MIN_INTERVAL: Duration = Duration::from_secs(1);

/// The longest interval, and the longest jitter.
const MAX_INTERVAL: Duration = Duration::from_hours(366 * 24);

/// The first window in which [`JobSchedule::latest`] searches. It grows until a time is found.
const FIRST_LOOKBACK: SignedDuration = SignedDuration::from_mins(16);

/// When a job runs: by a cron expression in a time zone, or at an interval.
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

/// Why a schedule is invalid.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ScheduleError {
    /// Not a cron expression.
    #[error("`{written}` is not a cron expression: {why}")]
    Cron {
        /// The text.
        written: String,
        /// What is wrong with it.
        why: String,
    },
    /// No time matches the expression.
    #[error("`{written}` matches no time")]
    Never {
        /// The text.
        written: String,
    },
    /// There is no time zone of this name.
    #[error("`{written}` is not a time zone")]
    Zone {
        /// The text.
        written: String,
        /// The most similar name.
        nearest: Option<String>,
    },
    /// The interval is too short or too long.
    #[error("the time between runs must be from 1s to 366d")]
    Every,
    /// The jitter is too long.
    #[error("the jitter must be at most 366d")]
    Jitter,
}

impl JobSchedule {
    /// A cron expression of five fields (minute, hour, day of the month, month, day of the week), or a nickname
    /// such as `@daily`, in an IANA time zone.
    ///
    /// Each field is `*`, a number, a range, a step (`*/15`, `8-18/2`) or a list of these. Months and days of
    /// the week also have names (`MON-FRI`), and 0 and 7 are Sunday. `L` is the last day of the month, `15W` the
    /// weekday nearest to the 15th, `5#2` the second Friday, `5L` the last Friday. If both kinds of days are
    /// restricted, one of them must match; with a `+` before the second (`+MON`), both must.
    ///
    /// Changes of the clock are handled as in Vixie cron. An expression without `*` in minute and hour has
    /// fixed times: a skipped one runs just after the gap, and a repeated one runs the first time only. Other
    /// expressions follow the clock: skipped times do not run, and repeated times run twice.
    ///
    /// # Errors
    /// If it is not an expression, matches no time, or the zone does not exist.
    pub fn cron(written: &str, zone: &str) -> Result<Self, ScheduleError> {
        let times = CronTimes::new(written, zone::find_zone(zone)?)?;
        Ok(Self::from_times(ScheduleTimes::Cron(Box::new(times))))
    }

    /// An interval, from one second to 366 days. It is counted from 1970-01-01T00:00Z, so `15m` means :00, :15,
    /// :30 and :45 of every hour, regardless of when the command was started.
    ///
    /// # Errors
    /// If it is shorter or longer.
    pub fn every(every: Duration) -> Result<Self, ScheduleError> {
        if !(MIN_INTERVAL..=MAX_INTERVAL).contains(&every) {
            return Err(ScheduleError::Every);
        }
        Ok(Self::from_times(ScheduleTimes::Every(every)))
    }

    const fn from_times(times: ScheduleTimes) -> Self {
        Self { times, jitter: Duration::ZERO, catch_up: true }
    }

    /// Delays each run by up to `jitter`, so that many jobs do not begin at the same moment. Default none.
    ///
    /// # Errors
    /// If it is longer than 366 days.
    pub fn with_jitter(mut self, jitter: Duration) -> Result<Self, ScheduleError> {
        if jitter > MAX_INTERVAL {
            return Err(ScheduleError::Jitter);
        }
        self.jitter = jitter;
        Ok(self)
    }

    /// Whether missed times are made up for, by one run at once, no matter how many were missed. A time is
    /// missed if the daemon was not running, or the previous run had not ended. Default true.
    #[must_use]
    pub fn with_catch_up(mut self, catch_up: bool) -> Self {
        self.catch_up = catch_up;
        self
    }

    /// The first time after `time`. `None` only at the end of the range of [`Timestamp`].
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
            // Backward from `until`, so that a job of every minute that was off for months is not enumerated.
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

    /// When the run for a scheduled time begins: later by a part of the jitter, but always before the next
    /// time. The part depends on the name of the job and the time only, so that a restarted daemon computes the
    /// same.
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

    /// The longest delay of a run; see [`Self::with_jitter`].
    pub fn jitter(&self) -> Duration {
        self.jitter
    }

    /// See [`Self::with_catch_up`].
    pub fn catches_up(&self) -> bool {
        self.catch_up
    }

    /// The time zone of a cron expression; UTC for an interval.
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
            ScheduleTimes::Every(every) => write!(f, "every {}", TimeSpan(*every)),
        }
    }
}

#[cfg(test)]
mod tests;
#[cfg(test)]
mod year_tests;
