//! The crawl delay of a host.

use std::collections::HashSet;
use std::time::Duration;

use copydesk_fetch::FetchSettings;
use copydesk_fetch::robots::product_token;

use super::robots_store::RunRobotsStore;

/// Determines crawl delays from the settings and from `robots.txt`.
///
/// The fetcher enforces the same delay between requests of this run. What is determined here goes into the
/// state, so that the next run, or another job, does not start before the delay is over.
pub(super) struct HostDelays<'a> {
    product_token: &'a str,
    host_delay: Duration,
    max_host_delay: Duration,
}

impl<'a> HostDelays<'a> {
    pub(super) fn new(settings: &'a FetchSettings) -> Self {
        Self {
            product_token: product_token(&settings.user_agent),
            host_delay: settings.host_delay,
            max_host_delay: settings.max_host_delay,
        }
    }

    /// The delay of a host with these origins: the longest that one of them asks for, at least the
    /// `host_delay` of the settings, and at most their `max_host_delay`, since some sites ask for hours.
    pub(super) fn delay(&self, origins: &HashSet<String>, robots: &RunRobotsStore) -> Duration {
        let requested =
            origins.iter().filter_map(|origin| robots.crawl_delay(origin, self.product_token));
        let delay = requested.max().unwrap_or_default().max(self.host_delay);
        delay.min(self.max_host_delay.max(self.host_delay))
    }
}
