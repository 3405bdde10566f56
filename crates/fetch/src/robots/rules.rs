//! What one crawler may fetch.

use std::fmt;
use std::time::Duration;

use url::{Position, Url};

use super::pattern::{RobotsPattern, normalize_path};

/// The rules of a robots.txt for one crawler.
#[derive(Clone, Debug)]
pub struct RobotsRules {
    /// The most specific first, and of those as specific Allow before Disallow: the first that
    /// matches decides.
    sorted: Vec<RobotsRule>,
    crawl_delay: Option<Duration>,
    default_allowed: bool,
}

/// An Allow or Disallow line. Shown as `Disallow: /private/`, its path percent-encoded in one way
/// whatever the file had.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RobotsRule {
    allow: bool,
    pattern: RobotsPattern,
    line: u32,
}

/// Whether a URL may be fetched, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RobotsDecision<'a> {
    /// Whether it may.
    pub allowed: bool,
    /// The line that says so. Without one nothing speaks of the URL: it is allowed, or robots.txt
    /// could not be had and all is disallowed.
    pub rule: Option<&'a RobotsRule>,
}

impl RobotsRules {
    pub(super) fn new(
        mut rules: Vec<RobotsRule>,
        crawl_delay: Option<Duration>,
        default_allowed: bool,
    ) -> Self {
        // A stable sort: of equal rules the first line is the one that is named.
        rules.sort_by_key(|rule| (std::cmp::Reverse(rule.pattern.octets()), !rule.allow));
        Self { sorted: rules, crawl_delay, default_allowed }
    }

    /// Whether a URL may be fetched, by its path and query: `/news?page=2`. A fragment is passed
    /// over, and a leading `/` added where there is none.
    ///
    /// The rule whose path has the most octets decides, and Allow where two have as many (RFC 9309,
    /// section 2.2.2). `/robots.txt` is always allowed. Takes time linear in the octets of the
    /// rules, plus those of the path for each rule with a `*`.
    pub fn decide(&self, path_and_query: &str) -> RobotsDecision<'_> {
        let path = normalize_path(path_and_query);
        if path == "/robots.txt" {
            return RobotsDecision { allowed: true, rule: None };
        }
        let rule = self.sorted.iter().find(|rule| rule.pattern.matches(&path));
        RobotsDecision { allowed: rule.map_or(self.default_allowed, |rule| rule.allow), rule }
    }

    /// [`Self::decide`] for a URL. Its scheme and host are not looked at: robots.txt holds for those
    /// that it was fetched from (RFC 9309, section 2.3).
    pub fn decide_url(&self, url: &Url) -> RobotsDecision<'_> {
        // `position` of a parsed URL is always a boundary.
        self.decide(&url[Position::BeforePath..Position::AfterQuery])
    }

    /// The Crawl-delay that the site asks for between two requests, at most a day. The longest if
    /// there are several. It is not part of RFC 9309, but widely used.
    pub fn crawl_delay(&self) -> Option<Duration> {
        self.crawl_delay
    }
}

impl RobotsRule {
    /// Reads the value of an Allow or Disallow line, which is not empty: that would match nothing.
    /// Allowing a directory's index page allows the directory, so that one line may make two rules.
    pub(super) fn add_to(rules: &mut Vec<Self>, allow: bool, value: &[u8], line: u32) {
        let pattern = RobotsPattern::new(value);
        let directory = if allow { RobotsPattern::for_directory(value) } else { None };
        rules.push(Self { allow, pattern, line });
        rules.extend(directory.map(|pattern| Self { allow, pattern, line }));
    }

    /// Whether it allows; otherwise it disallows.
    pub fn allows(&self) -> bool {
        self.allow
    }

    /// The number of its line in robots.txt, from 1.
    pub fn line(&self) -> u32 {
        self.line
    }
}

impl fmt::Display for RobotsRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = if self.allow { "Allow" } else { "Disallow" };
        write!(f, "{name}: {}", self.pattern.as_str())
    }
}
