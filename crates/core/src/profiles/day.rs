//! Dates, as profiles write them.

use jiff::civil::Date;
use jiff::tz::TimeZone;

/// A day, in UTC.
pub type Day = Date;

/// Parses a day written as `YYYY-MM-DD`.
pub fn parse_day(written: &str) -> Option<Day> {
    written.parse().ok()
}

/// The current day by the system's clock.
pub fn today() -> Day {
    jiff::Timestamp::now().to_zoned(TimeZone::UTC).date()
}

/// Days from one day to a later one; 0 if it is not later.
pub(super) fn days_between(from: Day, to: Day) -> u32 {
    let days = to.duration_since(from).as_hours() / 24;
    u32::try_from(days).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_counted_forward() {
        let [may, june] = ["2026-05-30", "2026-06-02"].map(|text| parse_day(text).unwrap());
        assert_eq!(days_between(may, june), 3);
        assert_eq!(days_between(june, may), 0);
        assert_eq!(parse_day("2026-13-01"), None);
    }
}
