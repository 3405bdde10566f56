//! Where `robots.txt` files are kept for longer than a fetcher lives.

use std::fmt;
use std::time::SystemTime;

use bytes::Bytes;

/// Keeps `robots.txt` files from one fetcher to the next, so that a site is not asked for its rules by
/// every run.
///
/// The scheduling task calls it, so it must answer from memory. A fetcher caches what it fetched or
/// loaded by itself; it calls the store only for origins it does not know yet.
pub trait RobotsStore: Send + Sync + fmt::Debug {
    /// The file of an origin, such as `https://news.example`. One older than a day (RFC 9309, section
    /// 2.4) is not used.
    fn load(&self, origin: &str) -> Option<RobotsSnapshot>;

    /// Keeps a file that was fetched, or the fact that the site has none. Called for neither after a
    /// transient failure: the next run must try again.
    fn save(&self, origin: &str, robots: RobotsSnapshot);
}

/// A `robots.txt` as it was answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RobotsSnapshot {
    /// The status of the answer; [`super::RobotsTxt::from_status`] says what it means.
    pub status: u16,
    /// The body, as far as it is looked at ([`super::MAX_ROBOTS_BYTES`]).
    pub body: Bytes,
    /// When it was asked for.
    pub fetched_at: SystemTime,
}
