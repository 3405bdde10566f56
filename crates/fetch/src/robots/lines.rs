//! From octets to records.

use std::time::Duration;

use memchr::{memchr, memchr2};

/// How many octets of a line are read; Google's parser reads as many. A longer rule is cut off
/// there, not dropped.
pub(super) const MAX_LINE_BYTES: usize = 8 * 2083 - 1;

/// The longest delay that is believed. A site that asks for more is asked once a day.
const MAX_CRAWL_DELAY: Duration = Duration::from_hours(24);

/// A line that means something.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum RobotsLine<'a> {
    UserAgent(&'a [u8]),
    Rule { allow: bool, value: &'a [u8] },
    CrawlDelay(Duration),
    Sitemap(&'a [u8]),
}

/// The names of records that Google's parser takes, common misspellings among them. A longer name
/// that starts like one is one too, such as `Disallowed`.
const USER_AGENT: &[&str] = &["user-agent", "useragent", "user agent"];
const ALLOW: &[&str] = &["allow"];
const DISALLOW: &[&str] = &["disallow", "dissallow", "dissalow", "disalow", "diasllow", "disallaw"];
const SITEMAP: &[&str] = &["sitemap", "site-map"];
const CRAWL_DELAY: &[&str] = &["crawl-delay"];

/// The lines of a file with their numbers from 1, without line ends and without a byte order mark.
/// CR, LF and CRLF end a line.
pub(super) fn lines(body: &[u8]) -> impl Iterator<Item = (u32, &[u8])> {
    let mut rest = Some(without_byte_order_mark(body));
    let mut number = 0;
    std::iter::from_fn(move || {
        let text = rest?;
        let (line, end) = match memchr2(b'\r', b'\n', text) {
            Some(at) => text.split_at_checked(at)?,
            None => (text, [].as_slice()),
        };
        rest = end.strip_prefix(b"\r\n").or_else(|| end.get(1..));
        number += 1;
        Some((number, line.get(..MAX_LINE_BYTES).unwrap_or(line)))
    })
}

/// Some editors leave only the first octets of a byte order mark: those are passed over too.
fn without_byte_order_mark(body: &[u8]) -> &[u8] {
    let marks: [&[u8]; 3] = [b"\xEF\xBB\xBF", b"\xEF\xBB", b"\xEF"];
    marks.iter().find_map(|mark| body.strip_prefix(*mark)).unwrap_or(body)
}

/// Reads a line.
pub(super) fn parse_line(line: &[u8]) -> Option<RobotsLine<'_>> {
    let line = match memchr(b'#', line) {
        Some(comment) => line.get(..comment)?,
        None => line,
    };
    let (name, value) = name_and_value(line.trim_ascii())?;
    let is_one_of = |names: &[&str]| {
        names.iter().any(|expected| {
            name.get(..expected.len())
                .is_some_and(|start| start.eq_ignore_ascii_case(expected.as_bytes()))
        })
    };
    if is_one_of(USER_AGENT) {
        Some(RobotsLine::UserAgent(value))
    } else if is_one_of(ALLOW) {
        Some(RobotsLine::Rule { allow: true, value })
    } else if is_one_of(DISALLOW) {
        Some(RobotsLine::Rule { allow: false, value })
    } else if is_one_of(SITEMAP) {
        Some(RobotsLine::Sitemap(value))
    } else if is_one_of(CRAWL_DELAY) {
        crawl_delay(value).map(RobotsLine::CrawlDelay)
    } else {
        None
    }
}

/// Splits at the first colon. Where there is none, white space stands for it if the line is just
/// two words.
fn name_and_value(line: &[u8]) -> Option<(&[u8], &[u8])> {
    if let Some(colon) = memchr(b':', line) {
        let (name, value) = line.split_at_checked(colon)?;
        return Some((name.trim_ascii(), value.get(1..)?.trim_ascii()));
    }
    let (name, value) = line.split_at_checked(memchr2(b' ', b'\t', line)?)?;
    let value = value.trim_ascii();
    memchr2(b' ', b'\t', value).is_none().then_some((name, value))
}

/// Reads seconds, whole or decimal. Anything else, a sign and `inf` among it, is not a delay.
fn crawl_delay(value: &[u8]) -> Option<Duration> {
    if !value.iter().all(|octet| octet.is_ascii_digit() || *octet == b'.') {
        return None;
    }
    let seconds: f64 = std::str::from_utf8(value).ok()?.parse().ok()?;
    let delay = Duration::try_from_secs_f64(seconds).unwrap_or(MAX_CRAWL_DELAY);
    Some(delay.min(MAX_CRAWL_DELAY))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_end_ends_one_line() {
        let numbered = |body: &'static str| -> Vec<(u32, String)> {
            lines(body.as_bytes())
                .map(|(number, line)| (number, String::from_utf8_lossy(line).into_owned()))
                .filter(|(_, line)| !line.is_empty())
                .collect()
        };
        let expected = [(1, "a".to_owned()), (2, "b".to_owned()), (5, "c".to_owned())];
        assert_eq!(numbered("a\nb\n\n\nc\n"), expected);
        assert_eq!(numbered("a\r\nb\r\n\r\n\r\nc"), expected);
        assert_eq!(numbered("a\rb\r\r\rc\r"), expected);
        assert_eq!(numbered("a\nb\r\n\r\nc").last(), Some(&(4, "c".to_owned())));
        assert_eq!(numbered("a\n\rb").last(), Some(&(3, "b".to_owned())));
    }

    #[test]
    fn byte_order_marks_are_passed_over_at_the_start_only() {
        let first = |body: &'static [u8]| lines(body).next().map(|(_, line)| line);
        for body in [b"\xEF\xBB\xBFa".as_slice(), b"\xEF\xBBa", b"\xEFa", b"a"] {
            assert_eq!(first(body), Some(b"a".as_slice()));
        }
        assert_eq!(first(b"\xEF\x11\xBFa"), Some(b"\x11\xBFa".as_slice()));
        let second = lines(b"a\n\xEF\xBB\xBFb").nth(1);
        assert_eq!(second, Some((2, b"\xEF\xBB\xBFb".as_slice())));
    }

    #[test]
    fn lines_are_cut_off() {
        let body = [vec![b'x'; MAX_LINE_BYTES + 5], b"\nshort".to_vec()].concat();
        let lengths: Vec<usize> = lines(&body).map(|(_, line)| line.len()).collect();
        assert_eq!(lengths, [16_663, 5]);
    }

    #[test]
    fn records_as_people_write_them() {
        let allow = |value| Some(RobotsLine::Rule { allow: true, value });
        let disallow = |value| Some(RobotsLine::Rule { allow: false, value });
        for (line, expected) in [
            ("User-agent: a", Some(RobotsLine::UserAgent(b"a".as_slice()))),
            ("useragent:a", Some(RobotsLine::UserAgent(b"a"))),
            ("User Agent : a # b", Some(RobotsLine::UserAgent(b"a"))),
            ("User-agent a", Some(RobotsLine::UserAgent(b"a"))),
            ("user agent a", None),
            ("ALLOW\t/x", allow(b"/x".as_slice())),
            (" disalow: /x ", disallow(b"/x".as_slice())),
            ("Dissallow: /x", disallow(b"/x")),
            ("dissalow: /x", disallow(b"/x")),
            ("diasllow: /x", disallow(b"/x")),
            ("disallaw: /x", disallow(b"/x")),
            ("Disallowed: /x", disallow(b"/x")),
            ("Dis-allow: /x", None),
            ("Disallow:", disallow(b"")),
            ("Disallow", None),
            ("Disallow # /x", None),
            ("Disallow /x y", None),
            ("Disallow: /x y", disallow(b"/x y")),
            ("Disallow:: /x", disallow(b": /x")),
            (": /x", None),
            ("#Disallow: /x", None),
            ("", None),
            (
                "Site-Map: https://a.example/s.xml",
                Some(RobotsLine::Sitemap(b"https://a.example/s.xml")),
            ),
            ("Host: a.example", None),
        ] {
            assert_eq!(parse_line(line.as_bytes()), expected, "{line}");
        }
    }

    #[test]
    fn delays_are_plain_numbers_of_seconds() {
        for (value, expected) in [
            ("10", Some(10_000)),
            ("0", Some(0)),
            ("0.5", Some(500)),
            (".25", Some(250)),
            ("3.", Some(3_000)),
            ("86400", Some(86_400_000)),
            ("86401", Some(86_400_000)),
            ("99999999999999999999999999", Some(86_400_000)),
            ("-1", None),
            ("+1", None),
            ("1e3", None),
            ("inf", None),
            ("NaN", None),
            ("1.2.3", None),
            ("0,5", None),
            ("5 s", None),
            (".", None),
            ("", None),
        ] {
            let delay = crawl_delay(value.as_bytes());
            assert_eq!(delay, expected.map(Duration::from_millis), "{value}");
        }
        let digits = "9".repeat(1_000);
        assert_eq!(crawl_delay(digits.as_bytes()), Some(MAX_CRAWL_DELAY));
    }
}
