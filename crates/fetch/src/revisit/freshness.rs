//! How long a page stays fresh: when a new request for it is worthwhile.

use std::time::{Duration, SystemTime};

use reqwest::header::{AGE, DATE, EXPIRES, HeaderMap, HeaderName, LAST_MODIFIED};

use super::cache_control::{CacheControl, delta_seconds};

/// The longest that a response is taken to be fresh, whatever it says: a year.
pub const MAX_FRESHNESS: Duration = Duration::from_hours(365 * 24);

/// The longest that is guessed from `Last-Modified`, a week: a page that lay untouched for years
/// may change tomorrow.
const MAX_HEURISTIC: Duration = Duration::from_hours(7 * 24);

/// How long a response is fresh.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Freshness {
    /// How long from its receipt until asking again is worth it. Zero: at any time.
    pub remaining: Duration,
    /// What says so.
    pub source: FreshnessSource,
}

/// What the freshness of a response was read from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FreshnessSource {
    /// `Cache-Control: no-store` or `no-cache`: never fresh.
    NotCacheable,
    /// `Cache-Control: max-age`.
    MaxAge,
    /// `Expires`, against `Date`. A value that is not a date counts as past (RFC 9111, section 5.3).
    Expires,
    /// A tenth of the time from `Last-Modified` to `Date`, a week at most: a guess, which a setting
    /// should win over.
    Heuristic,
}

/// Reads for how long after `received_at` a response stays fresh (RFC 9111, section 4.2), for a
/// private client: `s-maxage` does not count. None if the headers say nothing, at most
/// [`MAX_FRESHNESS`].
///
/// The response's status is not looked at; where it is an error's, a guess means little. A
/// response without a usable `Date` is taken to be sent when it was received.
pub fn fresh_for(headers: &HeaderMap, received_at: SystemTime) -> Option<Freshness> {
    let control = CacheControl::from_headers(headers);
    if control.no_store || control.no_cache {
        let source = FreshnessSource::NotCacheable;
        return Some(Freshness { remaining: Duration::ZERO, source });
    }
    let sent_at = date(headers, DATE).unwrap_or(received_at);
    let since = |earlier: SystemTime| sent_at.duration_since(earlier).unwrap_or_default();
    let (lifetime, source) = if let Some(max_age) = control.max_age {
        (max_age, FreshnessSource::MaxAge)
    } else if headers.contains_key(EXPIRES) {
        let expires = date(headers, EXPIRES).unwrap_or(SystemTime::UNIX_EPOCH);
        (expires.duration_since(sent_at).unwrap_or_default(), FreshnessSource::Expires)
    } else {
        let untouched = since(date(headers, LAST_MODIFIED)?);
        ((untouched / 10).min(MAX_HEURISTIC), FreshnessSource::Heuristic)
    };
    let remaining = lifetime.saturating_sub(age(headers, sent_at, received_at));
    Some(Freshness { remaining: remaining.min(MAX_FRESHNESS), source })
}

/// How old a response was when it came: what caches on the way say, or by the clocks if that is
/// more (RFC 9111, section 4.2.3, the delay of the response left out).
fn age(headers: &HeaderMap, sent_at: SystemTime, received_at: SystemTime) -> Duration {
    let age = headers.get(AGE).and_then(|age| delta_seconds(age.as_bytes())).unwrap_or_default();
    received_at.duration_since(sent_at).unwrap_or_default().max(age)
}

fn date(headers: &HeaderMap, name: HeaderName) -> Option<SystemTime> {
    httpdate::parse_http_date(headers.get(name)?.to_str().ok()?).ok()
}

#[cfg(test)]
mod tests {
    use reqwest::header::HeaderValue;

    use super::*;

    const RECEIVED: &str = "Sun, 06 Nov 1994 12:00:00 GMT";

    #[test]
    fn table() {
        use FreshnessSource::{Expires, Heuristic, MaxAge, NotCacheable};
        let received_at = httpdate::parse_http_date(RECEIVED).unwrap();
        for (lines, expected) in [
            (&[][..], None),
            (&["cache-control: public"], None),
            (&["cache-control: s-maxage=60"], None),
            (&["date: Sun, 06 Nov 1994 11:00:00 GMT"], None),
            (&["age: 10"], None),
            (&["cache-control: max-age=60"], Some((60, MaxAge))),
            (&["cache-control: max-age=60, must-revalidate"], Some((60, MaxAge))),
            (&["cache-control: immutable, max-age=31536000"], Some((31_536_000, MaxAge))),
            (&["cache-control: max-age=2147483648"], Some((31_536_000, MaxAge))),
            (&["cache-control: no-cache, max-age=60"], Some((0, NotCacheable))),
            (&["cache-control: max-age=60", "cache-control: no-store"], Some((0, NotCacheable))),
            (
                &["cache-control: max-age=x", "expires: Sun, 06 Nov 1994 13:00:00 GMT"],
                Some((0, MaxAge)),
            ),
            // Age
            (&["cache-control: max-age=60", "age: 20"], Some((40, MaxAge))),
            (&["cache-control: max-age=60", "age: 90"], Some((0, MaxAge))),
            (&["cache-control: max-age=60", "age: -5"], Some((60, MaxAge))),
            (&["cache-control: max-age=60", "age: old"], Some((60, MaxAge))),
            (&["cache-control: max-age=60", "age: 99999999999999999999"], Some((0, MaxAge))),
            (
                &["cache-control: max-age=60", "date: Sun, 06 Nov 1994 11:59:30 GMT"],
                Some((30, MaxAge)),
            ),
            (
                &["cache-control: max-age=60", "date: Sun, 06 Nov 1994 11:59:30 GMT", "age: 40"],
                Some((20, MaxAge)),
            ),
            // A server whose clock is ahead gets no more than it says.
            (
                &["cache-control: max-age=60", "date: Sun, 06 Nov 1994 13:00:00 GMT"],
                Some((60, MaxAge)),
            ),
            (&["cache-control: max-age=60", "date: today"], Some((60, MaxAge))),
            // Expires
            (&["expires: Sun, 06 Nov 1994 13:00:00 GMT"], Some((3_600, Expires))),
            (
                &["expires: Sun, 06 Nov 1994 13:00:00 GMT", "date: Sun, 06 Nov 1994 12:00:00 GMT"],
                Some((3_600, Expires)),
            ),
            (
                &["expires: Sun, 06 Nov 1994 13:00:00 GMT", "date: Sun, 06 Nov 1994 11:30:00 GMT"],
                Some((3_600, Expires)),
            ),
            // By the server's clock, which is an hour ahead.
            (
                &["expires: Sun, 06 Nov 1994 13:30:00 GMT", "date: Sun, 06 Nov 1994 13:00:00 GMT"],
                Some((1_800, Expires)),
            ),
            (&["expires: Sunday, 06-Nov-94 13:00:00 GMT"], Some((3_600, Expires))),
            (&["expires: Sun, 06 Nov 1994 11:00:00 GMT"], Some((0, Expires))),
            (&["expires: 0"], Some((0, Expires))),
            (&["expires: -1"], Some((0, Expires))),
            (&["expires: Fri, 31 Dec 9999 23:59:59 GMT"], Some((31_536_000, Expires))),
            (
                &["expires: Sun, 06 Nov 1994 13:00:00 GMT", "cache-control: max-age=60"],
                Some((60, MaxAge)),
            ),
            (&["expires: 0", "last-modified: Fri, 28 Oct 1994 12:00:00 GMT"], Some((0, Expires))),
            // A tenth of ten hours, of a year
            (&["last-modified: Sun, 06 Nov 1994 02:00:00 GMT"], Some((3_600, Heuristic))),
            (&["last-modified: Sat, 06 Nov 1993 12:00:00 GMT"], Some((604_800, Heuristic))),
            (
                &["last-modified: Sun, 06 Nov 1994 02:00:00 GMT", "age: 600"],
                Some((3_000, Heuristic)),
            ),
            (
                &["last-modified: Sun, 06 Nov 1994 02:00:00 GMT", "cache-control: must-revalidate"],
                Some((3_600, Heuristic)),
            ),
            (&["last-modified: Mon, 07 Nov 1994 12:00:00 GMT"], Some((0, Heuristic))),
            (&["last-modified: long ago"], None),
        ] {
            let headers: HeaderMap = lines
                .iter()
                .map(|line| {
                    let (name, value) = line.split_once(": ").unwrap();
                    (HeaderName::from_static(name), HeaderValue::from_static(value))
                })
                .collect();
            let got = fresh_for(&headers, received_at)
                .map(|fresh| (fresh.remaining.as_secs(), fresh.source));
            assert_eq!(got, expected, "{lines:?}");
        }
    }

    #[test]
    fn any_time_of_receipt_will_do() {
        let headers = HeaderMap::from_iter([
            (DATE, HeaderValue::from_static("Fri, 31 Dec 9999 23:59:59 GMT")),
            (LAST_MODIFIED, HeaderValue::from_static("Thu, 01 Jan 1970 00:00:00 GMT")),
        ]);
        let fresh = fresh_for(&headers, SystemTime::UNIX_EPOCH).unwrap();
        assert_eq!(fresh.remaining, MAX_HEURISTIC);
    }
}
