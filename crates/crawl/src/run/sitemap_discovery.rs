//! Finds the sitemaps of sites.

use std::collections::HashSet;

use url::Url;

use super::discovery::UrlDiscovery;
use super::robots_store::RunRobotsStore;
use crate::frontier::NewUrl;

/// Finds the sitemaps of the origins that a run visits.
pub(super) struct SitemapDiscovery<'a> {
    discovery: &'a UrlDiscovery,
    robots: &'a RunRobotsStore,
    is_enabled: bool,
    /// Origins that were searched in this run.
    searched: HashSet<String>,
}

impl<'a> SitemapDiscovery<'a> {
    pub(super) fn new(
        discovery: &'a UrlDiscovery,
        robots: &'a RunRobotsStore,
        is_enabled: bool,
    ) -> Self {
        Self { discovery, robots, is_enabled, searched: HashSet::new() }
    }

    /// The sitemaps of an origin, the first time that this is called for it: those that its `robots.txt`
    /// names, or else `/sitemap.xml`, where most sites have theirs. Call it after a response of the origin
    /// has arrived, since by then `robots.txt` is known.
    pub(super) fn find(&mut self, origin: String) -> Vec<NewUrl> {
        let mut sitemaps = Vec::new();
        if !self.is_enabled || self.searched.contains(&origin) {
            return sitemaps;
        }
        let Ok(base) = Url::parse(&origin) else { return sitemaps };
        if self.discovery.scope.has_host_of(&base) {
            let named = self.robots.sitemaps(&origin).unwrap_or_default();
            let urls = named.iter().filter_map(|named| base.join(named).ok());
            let mut urls: Vec<Url> = urls.collect();
            if urls.is_empty() {
                urls.extend(base.join("/sitemap.xml"));
            }
            sitemaps.extend(urls.iter().flat_map(|url| self.discovery.sitemap(url).urls));
        }
        self.searched.insert(origin);
        sitemaps
    }
}
