//! What is known of each origin's `robots.txt`, and which fetches wait to know it.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use lru::LruCache;
use tokio::time::Instant;
use url::Url;

use super::{Job, answered};
use crate::robots::{KnownRobots, MAX_ROBOTS_BYTES, Robots, RobotsStore, Rules, product_token};
use crate::{Error, ErrorKind, Response, Settings};

/// How long rules hold (RFC 9309, section 2.4).
const MAX_AGE: Duration = Duration::from_hours(24);

/// Bytes of files whose rules are kept; those that were not needed for the longest time go first.
const MAX_KEPT_BYTES: usize = 16 << 20;

/// What an entry costs beside its file.
const ENTRY_BYTES: usize = 512;

#[derive(Debug)]
pub(super) struct RobotsCache {
    agent: String,
    /// How long it holds that the rules could not be had.
    pause: Duration,
    entries: LruCache<String, Entry>,
    /// Files from before this engine.
    store: Option<Arc<dyn RobotsStore>>,
    kept_bytes: usize,
    /// Fetches that wait, by origin; an origin is in it as long as its file is being fetched.
    waiting: HashMap<String, Vec<Job>>,
}

#[derive(Debug)]
struct Entry {
    verdict: Verdict,
    until: Instant,
    bytes: usize,
}

#[derive(Debug)]
enum Verdict {
    Rules(Box<Rules>),
    Unreachable(String),
    /// The site is at an address that is not connected to.
    NotPublic(std::net::IpAddr),
}

/// What is known of a page.
#[derive(Debug)]
pub(super) enum Known {
    Allowed,
    Refused(ErrorKind),
    /// The file is being fetched.
    Asked,
    /// The rules were known from before and are from now on, with the pause that they ask for.
    Stored(Option<Duration>),
    No,
}

impl RobotsCache {
    pub(super) fn new(settings: &Settings, store: Option<Arc<dyn RobotsStore>>) -> Self {
        Self {
            agent: product_token(&settings.user_agent).to_owned(),
            pause: settings.host_pause,
            entries: LruCache::unbounded(),
            store,
            kept_bytes: 0,
            waiting: HashMap::new(),
        }
    }

    pub(super) fn get(&mut self, origin: &str, url: &Url, now: Instant) -> Known {
        if self.waiting.contains_key(origin) {
            return Known::Asked;
        }
        let Some(entry) = self.entries.get(origin).filter(|entry| now < entry.until) else {
            return self.recall(origin, now).unwrap_or(Known::No);
        };
        match &entry.verdict {
            Verdict::Rules(rules) => {
                let decision = rules.decide_url(url);
                if decision.allowed {
                    return Known::Allowed;
                }
                Known::Refused(ErrorKind::Robots { rule: decision.rule.map(ToString::to_string) })
            }
            Verdict::Unreachable(reason) => {
                Known::Refused(ErrorKind::RobotsUnreachable { reason: reason.clone() })
            }
            Verdict::NotPublic(address) => Known::Refused(ErrorKind::Address { address: *address }),
        }
    }

    /// Lets a fetch wait for an origin's file.
    pub(super) fn wait(&mut self, origin: &str, job: Job) {
        self.waiting.entry(origin.to_owned()).or_default().push(job);
    }

    /// The fetches that waited, in the order in which they came. The file is not being fetched any
    /// more.
    pub(super) fn waiting(&mut self, origin: &str) -> Vec<Job> {
        self.waiting.remove(origin).unwrap_or_default()
    }

    /// Takes note of what a fetch of the file came to. Returns the pause that it asks for.
    pub(super) fn learn(
        &mut self,
        origin: String,
        result: Result<Response, Error>,
        now: Instant,
    ) -> Option<Duration> {
        let bytes = result.as_ref().map_or(0, |response| response.body.len());
        let known = result.as_ref().ok().map(|response| KnownRobots {
            status: response.status(),
            body: response.body.slice(..response.body.len().min(MAX_ROBOTS_BYTES)),
            fetched_at: response.exchange.started_at,
        });
        let verdict = verdict(result, &self.agent);
        let is_known = matches!(verdict, Verdict::Rules(_));
        if let (true, Some(store), Some(known)) = (is_known, &self.store, known) {
            store.save(&origin, known);
        }
        let age = if is_known { MAX_AGE } else { self.pause };
        self.keep(origin, verdict, bytes, now + age)
    }

    /// Takes what the store has of an origin, if that still holds.
    fn recall(&mut self, origin: &str, now: Instant) -> Option<Known> {
        let known = self.store.as_ref()?.load(origin)?;
        // A file from the future is of a clock that was wrong then or is now.
        let age = SystemTime::now().duration_since(known.fetched_at).ok()?;
        let left = MAX_AGE.checked_sub(age).filter(|left| !left.is_zero())?;
        let robots = Robots::from_status(known.status, &known.body);
        let verdict = Verdict::Rules(Box::new(robots.rules(&self.agent)));
        let bytes = known.body.len();
        Some(Known::Stored(self.keep(origin.to_owned(), verdict, bytes, now + left)))
    }

    fn keep(
        &mut self,
        origin: String,
        verdict: Verdict,
        bytes: usize,
        until: Instant,
    ) -> Option<Duration> {
        let crawl_delay = match &verdict {
            Verdict::Rules(rules) => rules.crawl_delay(),
            Verdict::Unreachable(_) | Verdict::NotPublic(_) => None,
        };
        let bytes = ENTRY_BYTES + bytes.min(MAX_ROBOTS_BYTES);
        self.kept_bytes += bytes;
        if let Some(old) = self.entries.put(origin, Entry { verdict, until, bytes }) {
            self.kept_bytes -= old.bytes;
        }
        while self.kept_bytes > MAX_KEPT_BYTES {
            let Some((_, oldest)) = self.entries.pop_lru() else { break };
            self.kept_bytes -= oldest.bytes;
        }
        crawl_delay
    }
}

fn verdict(result: Result<Response, Error>, agent: &str) -> Verdict {
    let rules = |robots: Robots| Verdict::Rules(Box::new(robots.rules(agent)));
    match result {
        Ok(response) => match response.status() {
            status @ (429 | 500..) => Verdict::Unreachable(answered(status)),
            status => rules(Robots::from_status(status, &response.body)),
        },
        Err(error) => match error.kind() {
            // More redirects than are followed: as if it were not there.
            ErrorKind::TooManyRedirects { .. } | ErrorKind::RedirectLoop { .. } => {
                rules(Robots::allow_all())
            }
            ErrorKind::Address { address } => Verdict::NotPublic(*address),
            kind => Verdict::Unreachable(kind.to_string()),
        },
    }
}
