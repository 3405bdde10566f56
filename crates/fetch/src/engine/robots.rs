//! What is known of each origin's `robots.txt`, and which fetches wait to know it.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use lru::LruCache;
use tokio::time::Instant;
use url::Url;

use super::{FetchTask, status_reason};
use crate::robots::{
    MAX_ROBOTS_BYTES, RobotsRules, RobotsSnapshot, RobotsStore, RobotsTxt, product_token,
};
use crate::{Error, ErrorKind, FetchResponse, FetchSettings};

/// How long rules hold (RFC 9309, section 2.4).
const MAX_ROBOTS_AGE: Duration = Duration::from_hours(24);

/// Bytes of files whose rules are kept; those that were not needed for the longest time go first.
const MAX_CACHED_BYTES: usize = 16 << 20;

/// What an entry costs beside its file.
const ENTRY_BYTES: usize = 512;

#[derive(Debug)]
pub(super) struct RobotsCache {
    agent: String,
    /// How long it holds that the rules could not be had.
    pause: Duration,
    entries: LruCache<String, RobotsCacheEntry>,
    /// Files from before this engine.
    store: Option<Arc<dyn RobotsStore>>,
    cached_bytes: usize,
    /// Fetches that wait, by origin; an origin is in it as long as its file is being fetched.
    waiting: HashMap<String, Vec<FetchTask>>,
}

#[derive(Debug)]
struct RobotsCacheEntry {
    verdict: RobotsVerdict,
    expires_at: Instant,
    bytes: usize,
}

#[derive(Debug)]
enum RobotsVerdict {
    Rules(Box<RobotsRules>),
    Unreachable(String),
    /// The site is at an address that is not connected to.
    NotPublic(std::net::IpAddr),
}

/// What is known of a page.
#[derive(Debug)]
pub(super) enum RobotsLookup {
    Allowed,
    Refused(ErrorKind),
    /// The file is being fetched.
    Pending,
    /// The rules were known from before and are from now on, with the pause that they ask for.
    Loaded(Option<Duration>),
    Unknown,
}

impl RobotsCache {
    pub(super) fn new(settings: &FetchSettings, store: Option<Arc<dyn RobotsStore>>) -> Self {
        Self {
            agent: product_token(&settings.user_agent).to_owned(),
            pause: settings.host_pause,
            entries: LruCache::unbounded(),
            store,
            cached_bytes: 0,
            waiting: HashMap::new(),
        }
    }

    pub(super) fn get(&mut self, origin: &str, url: &Url, now: Instant) -> RobotsLookup {
        if self.waiting.contains_key(origin) {
            return RobotsLookup::Pending;
        }
        let Some(entry) = self.entries.get(origin).filter(|entry| now < entry.expires_at) else {
            return self.load_stored(origin, now).unwrap_or(RobotsLookup::Unknown);
        };
        match &entry.verdict {
            RobotsVerdict::Rules(rules) => {
                let decision = rules.decide_url(url);
                if decision.allowed {
                    return RobotsLookup::Allowed;
                }
                RobotsLookup::Refused(ErrorKind::Robots {
                    rule: decision.rule.map(ToString::to_string),
                })
            }
            RobotsVerdict::Unreachable(reason) => {
                RobotsLookup::Refused(ErrorKind::RobotsUnreachable { reason: reason.clone() })
            }
            RobotsVerdict::NotPublic(address) => {
                RobotsLookup::Refused(ErrorKind::Address { address: *address })
            }
        }
    }

    /// Lets a fetch wait for an origin's file.
    pub(super) fn wait(&mut self, origin: &str, job: FetchTask) {
        self.waiting.entry(origin.to_owned()).or_default().push(job);
    }

    /// The fetches that waited, in the order in which they came. The file is not being fetched any
    /// more.
    pub(super) fn take_waiting(&mut self, origin: &str) -> Vec<FetchTask> {
        self.waiting.remove(origin).unwrap_or_default()
    }

    /// Takes note of what a fetch of the file came to. Returns the pause that it asks for.
    pub(super) fn update(
        &mut self,
        origin: String,
        result: Result<FetchResponse, Error>,
        now: Instant,
    ) -> Option<Duration> {
        let bytes = result.as_ref().map_or(0, |response| response.body.len());
        let known = result.as_ref().ok().map(|response| RobotsSnapshot {
            status: response.status(),
            body: response.body.slice(..response.body.len().min(MAX_ROBOTS_BYTES)),
            fetched_at: response.exchange.started_at,
        });
        let verdict = verdict(result, &self.agent);
        let is_known = matches!(verdict, RobotsVerdict::Rules(_));
        if let (true, Some(store), Some(known)) = (is_known, &self.store, known) {
            store.save(&origin, known);
        }
        let age = if is_known { MAX_ROBOTS_AGE } else { self.pause };
        self.insert(origin, verdict, bytes, now + age)
    }

    /// Takes what the store has of an origin, if that still holds.
    fn load_stored(&mut self, origin: &str, now: Instant) -> Option<RobotsLookup> {
        let known = self.store.as_ref()?.load(origin)?;
        // A file from the future is of a clock that was wrong then or is now.
        let age = SystemTime::now().duration_since(known.fetched_at).ok()?;
        let left = MAX_ROBOTS_AGE.checked_sub(age).filter(|left| !left.is_zero())?;
        let robots = RobotsTxt::from_status(known.status, &known.body);
        let verdict = RobotsVerdict::Rules(Box::new(robots.rules(&self.agent)));
        let bytes = known.body.len();
        Some(RobotsLookup::Loaded(self.insert(origin.to_owned(), verdict, bytes, now + left)))
    }

    fn insert(
        &mut self,
        origin: String,
        verdict: RobotsVerdict,
        bytes: usize,
        until: Instant,
    ) -> Option<Duration> {
        let crawl_delay = match &verdict {
            RobotsVerdict::Rules(rules) => rules.crawl_delay(),
            RobotsVerdict::Unreachable(_) | RobotsVerdict::NotPublic(_) => None,
        };
        let bytes = ENTRY_BYTES + bytes.min(MAX_ROBOTS_BYTES);
        self.cached_bytes += bytes;
        if let Some(old) =
            self.entries.put(origin, RobotsCacheEntry { verdict, expires_at: until, bytes })
        {
            self.cached_bytes -= old.bytes;
        }
        while self.cached_bytes > MAX_CACHED_BYTES {
            let Some((_, oldest)) = self.entries.pop_lru() else { break };
            self.cached_bytes -= oldest.bytes;
        }
        crawl_delay
    }
}

fn verdict(result: Result<FetchResponse, Error>, agent: &str) -> RobotsVerdict {
    let rules = |robots: RobotsTxt| RobotsVerdict::Rules(Box::new(robots.rules(agent)));
    match result {
        Ok(response) => match response.status() {
            status @ (429 | 500..) => RobotsVerdict::Unreachable(status_reason(status)),
            status => rules(RobotsTxt::from_status(status, &response.body)),
        },
        Err(error) => match error.kind() {
            // More redirects than are followed: as if it were not there.
            ErrorKind::TooManyRedirects { .. } | ErrorKind::RedirectLoop { .. } => {
                rules(RobotsTxt::allow_all())
            }
            ErrorKind::Address { address } => RobotsVerdict::NotPublic(*address),
            kind => RobotsVerdict::Unreachable(kind.to_string()),
        },
    }
}
