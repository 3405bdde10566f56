//! Where `robots.txt` files are kept for longer than a fetcher lives.

use std::fmt;
use std::time::SystemTime;

use bytes::Bytes;

/// Keeps `robots.txt` files from one fetcher to the next, so that a site is not asked for its rules by
/// every run.
///
/// It is asked on the task that gives hosts their turns, so it must answer from memory. A fetcher
/// remembers by itself what it read or was given; the store is for what it does not know yet.
pub trait RobotsStore: Send + Sync + fmt::Debug {
    /// The file of an origin, such as `https://news.example`. One older than a day (RFC 9309, section
    /// 2.4) is not used.
    fn load(&self, origin: &str) -> Option<RobotsSnapshot>;

    /// Takes note of a file that was read, or that the site says it does not have. What could not be
    /// had for a reason that can pass is not told.
    fn save(&self, origin: &str, robots: RobotsSnapshot);
}

/// A `robots.txt` as it was answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RobotsSnapshot {
    /// The status of the answer; [`super::Robots::from_status`] says what it means.
    pub status: u16,
    /// The body, as far as it is looked at ([`super::MAX_ROBOTS_BYTES`]).
    pub body: Bytes,
    /// When it was asked for.
    pub fetched_at: SystemTime,
}
