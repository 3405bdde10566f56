//! Times for people: in UTC, and relative to now.

use jiff::Timestamp;

/// A time, as a page shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct DisplayTime {
    /// ISO 8601, for the `datetime` attribute.
    pub(super) iso: String,
    /// `17:25`, with the date if it is not today.
    pub(super) utc: String,
    /// `3 min ago`, `in 2 h`.
    pub(super) relative: String,
}

impl DisplayTime {
    pub(super) fn new(at: Timestamp, now: Timestamp) -> Self {
        let day = |time: Timestamp| time.strftime("%Y-%m-%d").to_string();
        let format = if day(at) == day(now) {
            "%H:%M"
        } else if at.strftime("%Y").to_string() == now.strftime("%Y").to_string() {
            "%-d %b %H:%M"
        } else {
            "%-d %b %Y %H:%M"
        };
        let iso = at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
        let utc = at.strftime(format).to_string();
        Self { iso, utc, relative: relative(at, now) }
    }

    pub(super) fn from_option(at: Option<Timestamp>, now: Timestamp) -> Option<Self> {
        at.map(|at| Self::new(at, now))
    }
}

fn relative(at: Timestamp, now: Timestamp) -> String {
    let seconds = at.as_second().saturating_sub(now.as_second());
    if seconds == 0 {
        return "now".to_owned();
    }
    let span = human_span(seconds.unsigned_abs());
    if seconds < 0 { format!("{span} ago") } else { format!("in {span}") }
}

/// `45 s`, `3 min`, `2 h`, `2 h 30 min`, `5 days`: two units at most.
pub(super) fn human_span(seconds: u64) -> String {
    const MINUTE: u64 = 60;
    const HOUR: u64 = 60 * MINUTE;
    const DAY: u64 = 24 * HOUR;
    match seconds {
        ..MINUTE => format!("{seconds} s"),
        MINUTE..HOUR => format!("{} min", seconds / MINUTE),
        // Minutes matter less the longer ago it is.
        HOUR..DAY => match seconds % HOUR / MINUTE {
            minutes if minutes == 0 || seconds >= 3 * HOUR => format!("{} h", seconds / HOUR),
            minutes => format!("{} h {minutes} min", seconds / HOUR),
        },
        _ => match seconds / DAY {
            1 => "1 day".to_owned(),
            days => format!("{days} days"),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(time: &str) -> Timestamp {
        time.parse().unwrap()
    }

    #[test]
    fn a_time_has_its_date_unless_it_is_today() {
        let now = at("2026-11-28T17:25:00Z");
        for (time, utc, relative) in [
            ("2026-11-28T17:22:00Z", "17:22", "3 min ago"),
            ("2026-11-28T17:25:00Z", "17:25", "now"),
            ("2026-11-28T17:25:40Z", "17:25", "in 40 s"),
            ("2026-11-28T20:00:00Z", "20:00", "in 2 h 35 min"),
            ("2026-11-27T17:25:00Z", "27 Nov 17:25", "1 day ago"),
            ("2026-12-03T06:00:00Z", "3 Dec 06:00", "in 4 days"),
            ("2025-11-28T15:25:00Z", "28 Nov 2025 15:25", "365 days ago"),
        ] {
            let shown = DisplayTime::new(at(time), now);
            assert_eq!((shown.utc.as_str(), shown.relative.as_str()), (utc, relative), "{time}");
            assert_eq!(shown.iso, time);
        }
    }

    #[test]
    fn spans_have_two_units_at_most() {
        for (seconds, words) in [
            (59, "59 s"),
            (60, "1 min"),
            (3600, "1 h"),
            (3661, "1 h 1 min"),
            (11_000, "3 h"),
            (90_000, "1 day"),
        ] {
            assert_eq!(human_span(seconds), words);
        }
    }
}
