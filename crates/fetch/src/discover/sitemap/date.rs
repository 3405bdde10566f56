//! Dates by the W3C's profile of ISO 8601.

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};

/// Longer than any date.
const MAX_DATE_BYTES: usize = 40;

/// A moment, or the day, month or year that is all a site says (<https://www.w3.org/TR/NOTE-datetime>).
///
/// Whether a page changed since some moment is to be asked of `latest`: a page of today's date may
/// have changed since this morning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct W3cDate {
    /// The first moment that is meant; a date without an offset counts as UTC.
    pub earliest: Timestamp,
    /// The last moment that is meant, to the second; the same as `earliest` if a time was given.
    pub latest: Timestamp,
}

impl W3cDate {
    /// Reads a date. What is often written and is not of the profile is understood too: a space in
    /// place of the `T`, no offset, an offset without a colon. None if it is not a date.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        if text.len() > MAX_DATE_BYTES {
            return None;
        }
        match text.len() {
            4 => {
                let first = Date::new(number(text)?, 1, 1).ok()?;
                Self::between(first, Span::new().years(1))
            }
            7 => {
                let (year, month) = text.split_once('-')?;
                let first = Date::new(number(year)?, number(month)?, 1).ok()?;
                Self::between(first, Span::new().months(1))
            }
            0..=10 => Self::between(text.parse().ok()?, Span::new().days(1)),
            _ => {
                let moment = text.parse::<Timestamp>().ok();
                let moment = moment.or_else(|| utc(text.parse::<DateTime>().ok()?));
                moment.map(Self::instant)
            }
        }
    }

    /// The date of one moment.
    pub(crate) fn instant(moment: Timestamp) -> Self {
        Self { earliest: moment, latest: moment }
    }

    fn between(first: Date, length: Span) -> Option<Self> {
        let start = first.to_datetime(jiff::civil::Time::midnight());
        let end = start.checked_add(length).ok()?.checked_sub(Span::new().seconds(1)).ok()?;
        Some(Self { earliest: utc(start)?, latest: utc(end)? })
    }
}

fn utc(moment: DateTime) -> Option<Timestamp> {
    TimeZone::UTC.to_timestamp(moment).ok()
}

fn number<T: std::str::FromStr>(digits: &str) -> Option<T> {
    digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_as_sites_write_them() {
        for (text, earliest, latest) in [
            ("2024", "2024-01-01T00:00:00Z", "2024-12-31T23:59:59Z"),
            ("2024-02", "2024-02-01T00:00:00Z", "2024-02-29T23:59:59Z"),
            (" 2024-02-29 ", "2024-02-29T00:00:00Z", "2024-02-29T23:59:59Z"),
            ("2024-02-29T13:30+01:00", "2024-02-29T12:30:00Z", "2024-02-29T12:30:00Z"),
            ("2024-02-29T13:30:20Z", "2024-02-29T13:30:20Z", "2024-02-29T13:30:20Z"),
            ("2024-02-29T13:30:20.5-05:00", "2024-02-29T18:30:20.5Z", "2024-02-29T18:30:20.5Z"),
            ("2024-02-29 13:30:20", "2024-02-29T13:30:20Z", "2024-02-29T13:30:20Z"),
            ("2024-02-29T13:30:20+0200", "2024-02-29T11:30:20Z", "2024-02-29T11:30:20Z"),
        ] {
            let date = W3cDate::parse(text).unwrap();
            assert_eq!(date.earliest.to_string(), earliest, "{text}");
            assert_eq!(date.latest.to_string(), latest, "{text}");
        }
    }

    #[test]
    fn what_is_no_date() {
        for text in
            ["", "never", "2024-13", "2024-02-30", "29.02.2024", "-024", "2024-2-9", "0000-00-00"]
        {
            assert_eq!(W3cDate::parse(text), None, "{text}");
        }
        // The end of time has no day after it.
        assert_eq!(W3cDate::parse("9999"), None);
    }
}
