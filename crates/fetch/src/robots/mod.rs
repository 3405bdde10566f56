//! The rules that a site sets for crawlers: robots.txt (RFC 9309), and what a page says itself.
//!
//! Everything here is pure: fetching robots.txt and keeping it is the caller's work. Where RFC 9309
//! leaves a choice, or a file is not well formed, the choice is that of Google's parser, since it is
//! the one that sites test against.

mod directives;
mod lines;
mod pattern;
mod rules;
mod store;

#[cfg(test)]
mod conformance;
#[cfg(test)]
mod differential;
#[cfg(test)]
mod tests;

use std::time::Duration;

pub use directives::RobotsDirectives;
pub use rules::{RobotsDecision, RobotsRule, RobotsRules};
pub use store::{RobotsSnapshot, RobotsStore};

use lines::{RobotsLine, lines, parse_line};

/// How many octets of a robots.txt are read, the rest is ignored: 500 KiB, the least that RFC 9309,
/// section 2.5, asks for.
pub const MAX_ROBOTS_BYTES: usize = 500 * 1024;

/// How many redirects are followed on the way to a robots.txt. If the next response redirects too,
/// the file counts as unavailable, and everything is allowed (RFC 9309, section 2.3.1.2):
/// [`RobotsTxt::from_status`] with that response's status says so.
pub const MAX_ROBOTS_REDIRECTS: usize = 5;

/// Allow and Disallow lines read from one file; those after are ignored.
const MAX_RULES: usize = 30_000;

/// Sitemap lines read from one file; those after are ignored.
const MAX_SITEMAPS: usize = 1_000;

/// A robots.txt, read.
///
/// Takes memory of some ten times its file at worst: where many are kept, keep the [`RobotsRules`] for
/// one's own agent instead.
#[derive(Clone, Debug)]
pub struct RobotsTxt {
    groups: Vec<RobotsGroup>,
    sitemaps: Vec<String>,
    /// What holds where no rule matches.
    default_allowed: bool,
}

/// User-agent lines and the rules under them.
#[derive(Clone, Debug, Default)]
struct RobotsGroup {
    /// Product tokens, lower-cased, or `*`.
    agents: Vec<String>,
    rules: Vec<RobotsRule>,
    delays: Vec<CrawlDelay>,
}

/// A Crawl-delay line. It is not a rule, and so does not end the User-agent lines of its group (RFC
/// 9309, section 2.2.4), but it is only meant for those above it.
#[derive(Clone, Copy, Debug)]
struct CrawlDelay {
    /// How many of the group's agents stand above it.
    agents: usize,
    delay: Duration,
}

impl RobotsTxt {
    /// Reads a robots.txt. Nothing is refused: lines that are not records are skipped.
    ///
    /// At most [`MAX_ROBOTS_BYTES`] are read, 30,000 rules and 1,000 sitemaps, and of a line 16,663
    /// octets. Takes time linear in the body.
    pub fn parse(body: &[u8]) -> Self {
        let body = body.get(..MAX_ROBOTS_BYTES).unwrap_or(body);
        let mut robots = Self::allow_all();
        let mut rule_count = 0;
        // A User-agent line after a rule starts the next group.
        let mut seen_rule = true;
        for (number, line) in lines(body) {
            match parse_line(line) {
                Some(RobotsLine::UserAgent(value)) => {
                    if std::mem::take(&mut seen_rule) {
                        robots.groups.push(RobotsGroup::default());
                    }
                    if let Some(group) = robots.groups.last_mut() {
                        group.agents.extend(parse_agent(value));
                    }
                }
                Some(RobotsLine::Rule { allow, value }) => {
                    // A rule above all groups is nobody's.
                    let Some(group) = robots.groups.last_mut() else { continue };
                    seen_rule = true;
                    if !value.is_empty() && rule_count < MAX_RULES {
                        rule_count += 1;
                        RobotsRule::add_to(&mut group.rules, allow, value, number);
                    }
                }
                Some(RobotsLine::CrawlDelay(delay)) => {
                    if let Some(group) = robots.groups.last_mut() {
                        group.delays.push(CrawlDelay { agents: group.agents.len(), delay });
                    }
                }
                Some(RobotsLine::Sitemap(value))
                    if !value.is_empty() && robots.sitemaps.len() < MAX_SITEMAPS =>
                {
                    robots.sitemaps.push(String::from_utf8_lossy(value).into_owned());
                }
                Some(RobotsLine::Sitemap(_)) | None => {}
            }
        }
        robots
    }

    /// What the response to a request for robots.txt means (RFC 9309, section 2.3.1).
    ///
    /// - 2xx: its body is read.
    /// - 3xx, which is a redirect after [`MAX_ROBOTS_REDIRECTS`], and 4xx: there is no robots.txt,
    ///   so all is allowed.
    /// - 429: all is disallowed. RFC 9309 has no exception in 4xx, but the server says nothing
    ///   there about the file, only that it is asked too much; Google reads it as 5xx.
    /// - 5xx and the rest: the server fails to tell its rules, so all is disallowed. A network
    ///   error is the same: [`Self::disallow_all`].
    pub fn from_status(status: u16, body: &[u8]) -> Self {
        match status {
            200..=299 => Self::parse(body),
            429 => Self::disallow_all(),
            300..=499 => Self::allow_all(),
            _ => Self::disallow_all(),
        }
    }

    /// As a site without rules.
    pub fn allow_all() -> Self {
        Self { groups: Vec::new(), sitemaps: Vec::new(), default_allowed: true }
    }

    /// As a site whose rules cannot be known for now.
    pub fn disallow_all() -> Self {
        Self { default_allowed: false, ..Self::allow_all() }
    }

    /// The Sitemap lines, wherever they stand, in order and as written: they should be absolute
    /// URLs, but nothing makes sure of it.
    pub fn sitemaps(&self) -> &[String] {
        &self.sitemaps
    }

    /// The rules for a crawler (RFC 9309, section 2.2.1): those of all groups that name its
    /// product token, or else of all groups for `*`, or else none, so that all is allowed.
    ///
    /// `product_token` is compared whole, letters of either case being the same;
    /// [`product_token`] makes one of a User-Agent header.
    pub fn rules(&self, product_token: &str) -> RobotsRules {
        let token = product_token.to_ascii_lowercase();
        let named = self.groups.iter().any(|group| group.agents.contains(&token));
        let wanted = if named { token.as_str() } else { "*" };
        let mut rules = Vec::new();
        let mut crawl_delay = None;
        for group in &self.groups {
            let Some(first) = group.agents.iter().position(|agent| agent == wanted) else {
                continue;
            };
            rules.extend_from_slice(&group.rules);
            let delays = group.delays.iter().filter(|delay| delay.agents > first);
            crawl_delay = crawl_delay.max(delays.map(|delay| delay.delay).max());
        }
        RobotsRules::new(rules, crawl_delay, self.default_allowed)
    }
}

/// The part of a User-Agent header that robots.txt names a crawler by: the letters, `_` and `-` that
/// it starts with (RFC 9309, section 2.2.1). `Copydesk` of `Copydesk/0.1 (+https://example.org)`.
pub fn product_token(user_agent: &str) -> &str {
    let end = user_agent.find(|c: char| !is_token_char(c)).unwrap_or(user_agent.len());
    user_agent.get(..end).unwrap_or_default()
}

/// Whom a User-agent line speaks to, if to anybody. A `*` with more words after it is still `*`, as
/// Google reads it.
fn parse_agent(value: &[u8]) -> Option<String> {
    if let Some(rest) = value.strip_prefix(b"*")
        && rest.first().is_none_or(u8::is_ascii_whitespace)
    {
        return Some("*".to_owned());
    }
    let token = value.iter().map(|&octet| char::from(octet)).take_while(|&c| is_token_char(c));
    let token: String = token.map(|c| c.to_ascii_lowercase()).collect();
    (!token.is_empty()).then_some(token)
}

fn is_token_char(c: char) -> bool {
    c.is_ascii_alphabetic() || matches!(c, '_' | '-')
}
