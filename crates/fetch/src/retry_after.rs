//! The `Retry-After` header: when an overloaded server wants the next request.

use std::time::{Duration, SystemTime};

use reqwest::header::{HeaderMap, RETRY_AFTER};

/// The longest wait reported, a year: more is a mistake of the server.
const MAX_WAIT: Duration = Duration::from_hours(365 * 24);

/// Reads a `Retry-After` header (RFC 9110, section 10.2.3): whole seconds, or an HTTP date. A date
/// that has passed is zero; anything else, fractions and signs among it, is as no header. At most a
/// year.
pub(crate) fn retry_after(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    let value = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    let wait = if !value.is_empty() && value.bytes().all(|octet| octet.is_ascii_digit()) {
        // What does not fit is more than a year.
        value.parse().map_or(MAX_WAIT, Duration::from_secs)
    } else {
        let date = httpdate::parse_http_date(value).ok()?;
        date.duration_since(now).unwrap_or_default()
    };
    Some(wait.min(MAX_WAIT))
}

#[cfg(test)]
mod tests {
    use reqwest::header::HeaderValue;

    use super::*;

    #[test]
    fn seconds_and_dates() {
        let now = httpdate::parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT").unwrap();
        for (value, expected) in [
            ("120", Some(120)),
            (" 0 ", Some(0)),
            ("31536000", Some(31_536_000)),
            ("31536001", Some(31_536_000)),
            ("99999999999999999999999999", Some(31_536_000)),
            ("Sun, 06 Nov 1994 08:50:07 GMT", Some(30)),
            ("Sunday, 06-Nov-94 08:50:07 GMT", Some(30)),
            ("Sun Nov  6 08:50:07 1994", Some(30)),
            ("Sun, 06 Nov 1994 08:49:37 GMT", Some(0)),
            ("Sat, 05 Nov 1994 08:49:37 GMT", Some(0)),
            ("Fri, 31 Dec 9999 23:59:59 GMT", Some(31_536_000)),
            ("Sun, 06 Nov 1994 08:50:07 CET", None),
            ("-1", None),
            ("+1", None),
            ("1.5", None),
            ("1e3", None),
            ("soon", None),
            ("", None),
        ] {
            let headers = HeaderMap::from_iter([(RETRY_AFTER, HeaderValue::from_static(value))]);
            assert_eq!(retry_after(&headers, now), expected.map(Duration::from_secs), "{value}");
        }
        assert_eq!(retry_after(&HeaderMap::new(), now), None);
        let garbage = HeaderValue::from_bytes(b"\xFF").unwrap();
        assert_eq!(retry_after(&HeaderMap::from_iter([(RETRY_AFTER, garbage)]), now), None);
    }
}
