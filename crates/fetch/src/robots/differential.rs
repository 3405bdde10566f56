//! Verdicts on files made at random, beside those of `robotstxt`, a port of Google's parser.
//!
//! What is not compared, since the port is at odds there with RFC 9309 or with what it is a port of:
//!
//! - Its matching loses track of where a pattern with `*` may go on (`/*ab` does not match `/aab`).
//!   It gets another, which keeps the set of all places.
//! - It lets records that are no rules end the User-agent lines of a group, as Google's parser once
//!   did (RFC 9309, section 2.2.4; Google's own tests now say otherwise). It gets the file without
//!   them.
//! - It looks for a byte order mark in characters, not octets. It gets the file without one.
//! - It drops octets after a `%` that starts no escape, and does not trim a line without a colon.
//!   There are none such.
//! - It does not normalise URLs, nor decode escapes (RFC 9309, section 2.2.2). The paths are
//!   normalised already, and escapes are of octets that must be encoded.

use proptest::prelude::*;
use proptest::sample::select;
use robotstxt::matcher::{RobotsMatchStrategy, RobotsMatcher};

use super::RobotsTxt;
use super::pattern::RobotsPattern;

/// Matches octet by octet, keeping all places in the path that the pattern so far can lead to.
#[derive(Default)]
struct ExhaustiveMatcher;

impl RobotsMatchStrategy for ExhaustiveMatcher {
    fn match_allow(&self, path: &str, pattern: &str) -> i32 {
        let path = path.as_bytes();
        let mut places = vec![false; path.len() + 1];
        places[0] = true;
        for (at, &octet) in pattern.as_bytes().iter().enumerate() {
            if octet == b'$' && at + 1 == pattern.len() {
                places[..path.len()].fill(false);
            } else if octet == b'*' {
                let first = places.iter().position(|&place| place).unwrap_or(places.len());
                places[first..].fill(true);
            } else {
                for place in (0..path.len()).rev() {
                    places[place + 1] = places[place] && path[place] == octet;
                }
                places[0] = false;
            }
        }
        if places.contains(&true) { i32::try_from(pattern.len()).unwrap() } else { -1 }
    }

    fn match_disallow(&self, path: &str, pattern: &str) -> i32 {
        self.match_allow(path, pattern)
    }
}

#[derive(Clone, Debug)]
struct GeneratedLine {
    text: String,
    /// Neither a rule nor a User-agent line.
    is_other: bool,
}

/// A name, what parts it from its value, and the value.
fn record(
    names: &'static [&'static str],
    value: impl Strategy<Value = String>,
) -> impl Strategy<Value = String> {
    let separator = prop_oneof![8 => Just(": "), 1 => Just(":"), 1 => Just(" :\t"), 1 => Just(" ")];
    let end = prop_oneof![8 => Just(""), 1 => Just(" "), 1 => Just(" # /a*")];
    (select(names), separator, value, end).prop_map(|(name, separator, value, end)| {
        // Two words and a space for the colon would be three words, or a record `user`.
        let separator = if name.contains(' ') { ": " } else { separator };
        format!("{name}{separator}{value}{end}")
    })
}

fn line() -> impl Strategy<Value = GeneratedLine> {
    const AGENT: &[&str] = &["User-agent", "USER-AGENT", "useragent", "user agent", "User-agents"];
    const ALLOW: &[&str] = &["Allow", "allow", "ALLOWED"];
    const DISALLOW: &[&str] =
        &["Disallow", "disallow", "disalow", "Dissallow", "dissalow", "diasllow", "disallaw"];
    const OTHER: &[&str] =
        &["Sitemap: https://a.example/", "Crawl-delay: 3", "Noindex: /", "Dis-allow: /", "Host a"];
    let agent = select(&["press", "Press", "wire", "wire-x", "*"]).boxed();
    let odd_agent =
        select(&["press/1.0", "press room", "press2", "* all", "*press", "2press", "", "é"]);
    let agent = prop_oneof![4 => agent, 1 => odd_agent].prop_map(str::to_owned);
    let own = |text: String| GeneratedLine { text, is_other: false };
    let other = |text: &str| GeneratedLine { text: text.to_owned(), is_other: true };
    prop_oneof![
        4 => record(AGENT, agent).prop_map(own),
        4 => record(ALLOW, pattern()).prop_map(own),
        6 => record(DISALLOW, pattern()).prop_map(own),
        1 => select(&["", "# User-agent: *", "Disallow", "/a", ":"]).prop_map(move |text| own(text.to_owned())),
        1 => select(OTHER).prop_map(other),
    ]
}

fn pattern() -> impl Strategy<Value = String> {
    const ATOMS: &[&str] = &[
        "/",
        "/",
        "a",
        "a",
        "b",
        "A",
        "*",
        "*",
        "?",
        "$",
        ".",
        "%2F",
        "%c3%a9",
        "%C3%A9",
        "é",
        "index.htm",
        "/index.html",
    ];
    let atoms = prop::collection::vec(select(ATOMS), 0..7).prop_map(|atoms| atoms.concat());
    let start = prop_oneof![9 => Just("/"), 2 => Just("*"), 1 => Just("")];
    let end = prop_oneof![5 => Just(""), 1 => Just("$"), 1 => Just("*")];
    (start, atoms, end).prop_map(|(start, atoms, end)| format!("{start}{atoms}{end}"))
}

fn path() -> impl Strategy<Value = String> {
    const ATOMS: &[&str] =
        &["/", "/", "a", "a", "b", "A", "?", "$", ".", "%2F", "%C3%A9", "index.html"];
    prop::collection::vec(select(ATOMS), 0..8).prop_map(|atoms| format!("/{}", atoms.concat()))
}

proptest! {
    #[test]
    fn verdicts_are_those_of_the_port(
        lines in prop::collection::vec((line(), select(&["\n", "\r\n", "\r"])), 0..14),
        byte_order_mark in any::<bool>(),
        agent in select(&["press", "PRESS", "wire", "wire-x", "other"]),
        paths in prop::collection::vec(path(), 1..6),
    ) {
        let mut body = String::from(if byte_order_mark { "\u{FEFF}" } else { "" });
        let mut body_of_port = String::new();
        for (line, end) in &lines {
            body.extend([&line.text, *end]);
            if !line.is_other {
                body_of_port.extend([&line.text, *end]);
            }
        }
        let rules = RobotsTxt::parse(body.as_bytes()).rules(agent);
        for path in &paths {
            let url = format!("https://news.example{path}");
            let mut port = RobotsMatcher::<'_, ExhaustiveMatcher>::default();
            let expected = port.one_agent_allowed_by_robots(&body_of_port, agent, &url);
            prop_assert_eq!(rules.decide(path).allowed, expected, "{:?} {}", body, path);
        }
    }

    /// A few letters, so that parts overlap, and a match must be found after false starts.
    #[test]
    fn patterns_match_where_some_way_through_does(
        pattern in "/[ab*]{0,9}[$]?",
        path in "/[ab]{0,9}",
    ) {
        let expected = ExhaustiveMatcher.match_allow(&path, &pattern) >= 0;
        prop_assert_eq!(RobotsPattern::new(pattern.as_bytes()).matches(&path), expected);
    }

    #[test]
    fn nothing_panics(body in prop::collection::vec(any::<u8>(), 0..300), path in any::<String>()) {
        let robots = RobotsTxt::parse(&[b"User-agent: *\nDisallow: ", body.as_slice()].concat());
        robots.rules("press").decide(&path);
    }
}
