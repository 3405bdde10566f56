//! The `robots.txt` files of a run, between the state and the fetcher.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use copydesk_fetch::robots::{RobotsSnapshot, RobotsStore, RobotsTxt};
use jiff::Timestamp;

use crate::frontier::StoredRobots;

/// The files of leased hosts by origin, from the state or fetched in this run.
#[derive(Debug, Default)]
pub(super) struct RunRobotsStore(Mutex<HashMap<String, TrackedRobots>>);

#[derive(Clone, Debug)]
struct TrackedRobots {
    robots: RobotsSnapshot,
    /// Whether the state does not have it yet.
    is_new: bool,
}

impl RunRobotsStore {
    /// Adds what the state has for a host. A file that was fetched in this run is newer, and stays.
    pub(super) fn insert_stored(&self, stored: StoredRobots) {
        let StoredRobots { origin, status, body, fetched_at } = stored;
        let robots = RobotsSnapshot { status, body: body.into(), fetched_at: fetched_at.into() };
        self.lock().entry(origin).or_insert(TrackedRobots { robots, is_new: false });
    }

    /// The sitemaps that an origin names; `None` if its file is not known.
    pub(super) fn sitemaps(&self, origin: &str) -> Option<Vec<String>> {
        let known = self.lock().get(origin)?.clone();
        Some(parsed(&known.robots).sitemaps().to_vec())
    }

    /// The crawl delay that an origin requests for this product token.
    pub(super) fn crawl_delay(&self, origin: &str, product_token: &str) -> Option<Duration> {
        let known = self.lock().get(origin)?.clone();
        parsed(&known.robots).rules(product_token).crawl_delay()
    }

    /// Removes an origin whose host is released. Returns what the state does not have yet.
    pub(super) fn remove(&self, origin: &str) -> Option<StoredRobots> {
        let known = self.lock().remove(origin).filter(|known| known.is_new)?;
        // A time outside the range of timestamps cannot be stored, so the file is fetched again.
        let RobotsSnapshot { status, body, fetched_at } = known.robots;
        let fetched_at = Timestamp::try_from(fetched_at).ok()?;
        Some(StoredRobots { origin: origin.to_owned(), status, body: body.to_vec(), fetched_at })
    }

    // Each change is one call on the map, so a poisoned lock is safe to use.
    fn lock(&self) -> MutexGuard<'_, HashMap<String, TrackedRobots>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn parsed(known: &RobotsSnapshot) -> RobotsTxt {
    RobotsTxt::from_status(known.status, &known.body)
}

impl RobotsStore for RunRobotsStore {
    fn load(&self, origin: &str) -> Option<RobotsSnapshot> {
        self.lock().get(origin).map(|known| known.robots.clone())
    }

    fn save(&self, origin: &str, robots: RobotsSnapshot) {
        self.lock().insert(origin.to_owned(), TrackedRobots { robots, is_new: true });
    }
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use super::*;

    #[test]
    fn only_fetched_files_go_back_to_the_state() {
        let memory = RunRobotsStore::default();
        let fetched_at = "2026-03-01T00:00:00Z".parse().unwrap();
        let origin = "http://a.example";
        let body = b"Sitemap: http://a.example/s.xml\nUser-agent: *\nCrawl-delay: 3".to_vec();
        memory.insert_stored(StoredRobots { origin: origin.into(), status: 200, body, fetched_at });
        assert_eq!(memory.sitemaps(origin).unwrap(), ["http://a.example/s.xml"]);
        assert_eq!(memory.crawl_delay(origin, "copydesk"), Some(Duration::from_secs(3)));
        assert_eq!(memory.sitemaps("https://a.example"), None);
        assert_eq!(memory.remove(origin), None);
        assert_eq!(memory.load(origin), None);
        let fetched_at = SystemTime::UNIX_EPOCH;
        memory.save(origin, RobotsSnapshot { status: 404, body: "".into(), fetched_at });
        assert_eq!(memory.sitemaps(origin).unwrap(), Vec::<String>::new());
        assert_eq!(memory.remove(origin).unwrap().status, 404);
    }
}
