//! The `Cache-Control` header, as far as it concerns a private cache.

use std::time::Duration;

use reqwest::header::{CACHE_CONTROL, HeaderMap};

/// RFC 9111, section 1.2.2.
const MAX_DELTA_SECONDS: u64 = 1 << 31;

/// What `Cache-Control` says of a response (RFC 9111, section 5.2.2).
///
/// `s-maxage`, `private`, `public` and `proxy-revalidate` are for shared caches. `must-revalidate`
/// and `immutable` (RFC 8246) say how to use a response that is stale or fresh, not how long it is
/// fresh.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct CacheControl {
    pub(super) no_store: bool,
    /// Without the names of headers: with them, the page itself may be used again.
    pub(super) no_cache: bool,
    /// Of several the first; zero if it is not a number, since such a response is safer treated as
    /// stale (section 4.2.1).
    pub(super) max_age: Option<Duration>,
}

impl CacheControl {
    pub(super) fn from_headers(headers: &HeaderMap) -> Self {
        let mut control = Self::default();
        for value in headers.get_all(CACHE_CONTROL) {
            for directive in directives(value.as_bytes()) {
                control.read(directive);
            }
        }
        control
    }

    fn read(&mut self, directive: &[u8]) {
        let mut parts = directive.splitn(2, |&octet| octet == b'=');
        let name = parts.next().unwrap_or_default().trim_ascii();
        let argument = parts.next().map(<[u8]>::trim_ascii);
        match name.to_ascii_lowercase().as_slice() {
            b"no-store" => self.no_store = true,
            b"no-cache" => self.no_cache |= argument.is_none(),
            b"max-age" => {
                let age = argument.and_then(delta_seconds).unwrap_or_default();
                self.max_age.get_or_insert(age);
            }
            _ => {}
        }
    }
}

/// Splits at the commas that are not in a quoted string.
fn directives(value: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut quoted = false;
    let mut escaped = false;
    value.split(move |&octet| {
        match octet {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            b',' => return !quoted,
            _ => {}
        }
        false
    })
}

/// Reads seconds, in quotes or not (RFC 9111, section 5.2). More than 2^31 are as many as that.
pub(super) fn delta_seconds(text: &[u8]) -> Option<Duration> {
    let quoted = text.strip_prefix(b"\"").and_then(|text| text.strip_suffix(b"\""));
    let digits = quoted.unwrap_or(text).trim_ascii();
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let seconds = std::str::from_utf8(digits).ok()?.parse().unwrap_or(MAX_DELTA_SECONDS);
    Some(Duration::from_secs(seconds.min(MAX_DELTA_SECONDS)))
}

#[cfg(test)]
mod tests {
    use reqwest::header::HeaderValue;

    use super::*;

    #[test]
    fn headers() {
        let max_age = |seconds| CacheControl {
            max_age: Some(Duration::from_secs(seconds)),
            ..CacheControl::default()
        };
        let no_cache = CacheControl { no_cache: true, ..CacheControl::default() };
        let no_store = CacheControl { no_store: true, ..CacheControl::default() };
        let nothing = CacheControl::default();
        for (values, expected) in [
            (&[][..], nothing),
            (&["max-age=60"], max_age(60)),
            (&["Max-Age = 60"], max_age(60)),
            (&["max-age=\"60\""], max_age(60)),
            (&["public, max-age=60, must-revalidate, immutable"], max_age(60)),
            (&["max-age=60, max-age=90"], max_age(60)),
            (&["max-age=60", "max-age=90"], max_age(60)),
            (&["s-maxage=90, max-age=60"], max_age(60)),
            (&["s-maxage=90"], nothing),
            (&["max-age=0"], max_age(0)),
            (&["max-age=99999999999999999999999999"], max_age(2_147_483_648)),
            (&["max-age=-1"], max_age(0)),
            (&["max-age=1.5"], max_age(0)),
            (&["max-age=ten"], max_age(0)),
            (&["max-age="], max_age(0)),
            (&["max-age"], max_age(0)),
            (&["max-age=60;"], max_age(0)),
            (&["no-cache"], no_cache),
            (&["NO-CACHE, no-cache=\"Set-Cookie\""], no_cache),
            (&["no-cache=\"Set-Cookie\""], nothing),
            (&["no-cache=\"Set-Cookie, no-store\""], nothing),
            (&["ext=\"a\\\", no-store\", max-age=60"], max_age(60)),
            (&["private, no-store"], no_store),
            (&[",, no-store ,"], no_store),
            (&["no-storey, xmax-age=60"], nothing),
            (&["ext=\", no-store"], nothing),
        ] {
            let mut headers = HeaderMap::new();
            for value in values {
                headers.append(CACHE_CONTROL, HeaderValue::from_static(value));
            }
            assert_eq!(CacheControl::from_headers(&headers), expected, "{values:?}");
        }
    }
}
