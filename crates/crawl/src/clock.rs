//! The time, which tests control.
//!
//! Everything that depends on the time is passed a [`Clock`], so that a test can simulate a year of a schedule
//! or a day of a crawl without waiting.

use std::sync::atomic::{AtomicI64, Ordering};

use jiff::{SignedDuration, Timestamp};

/// Tells the time.
pub trait Clock: Send + Sync {
    /// The current time, to the millisecond or better. It may go back, as system clocks do.
    fn now(&self) -> Timestamp;
}

/// The clock of the system.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }
}

/// A clock that is set by hand, for simulations and tests.
#[derive(Debug)]
pub struct ManualClock(AtomicI64);

impl ManualClock {
    /// A clock that shows this time, truncated to the millisecond.
    pub fn new(now: Timestamp) -> Self {
        Self(AtomicI64::new(now.as_millisecond()))
    }

    /// Sets the time, forward or back.
    pub fn set(&self, now: Timestamp) {
        self.0.store(now.as_millisecond(), Ordering::Relaxed);
    }

    /// Advances the time.
    pub fn advance(&self, by: SignedDuration) {
        // Relaxed ordering is enough: no other memory is published with the time.
        let millis = i64::try_from(by.as_millis()).unwrap_or(i64::MAX);
        self.0.fetch_add(millis, Ordering::Relaxed);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millisecond(self.0.load(Ordering::Relaxed)).unwrap_or(Timestamp::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_manual_clock_shows_the_time_that_was_set() {
        let start: Timestamp = "2026-03-29T00:59:59Z".parse().unwrap();
        let clock = ManualClock::new(start);
        clock.advance(SignedDuration::from_secs(2));
        assert_eq!(clock.now().to_string(), "2026-03-29T01:00:01Z");
        clock.set(start);
        assert_eq!(clock.now(), start);
    }
}
