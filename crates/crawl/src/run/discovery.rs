//! Turns links, and the entries of feeds and sitemaps, into URLs of the frontier.

use copydesk_fetch::discover::{Feed, MAX_INDEX_DEPTH, PageLinks, Sitemap, SitemapKind};
use copydesk_fetch::urls::UrlNormalizer;
use jiff::Timestamp;
use url::Url;

use super::scope::CrawlScope;
use super::url_patterns::{is_trap, pattern_key};
use crate::frontier::{DiscoverySource, NewUrl, UrlKind, VisitTask};

/// Sitemaps and feeds come before pages, since they lead to the pages that matter.
const SITEMAP_PRIORITY: u8 = 8;
const FEED_PRIORITY: u8 = 8;
/// Pages of a feed are new, those of a sitemap exist, and a link may lead to anything.
const FEED_PAGE_PRIORITY: u8 = 7;
const SITEMAP_PAGE_PRIORITY: u8 = 6;
const LINK_PRIORITY: u8 = 5;

/// URLs that were discovered on one page.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct DiscoveredUrls {
    pub(super) urls: Vec<NewUrl>,
    /// Links out of scope or deeper than the job allows.
    pub(super) out_of_scope: u64,
    /// Links that look like a trap.
    pub(super) trapped: u64,
}

/// Decides which discovered URLs belong to the job, and how they enter the frontier.
#[derive(Debug)]
pub(super) struct UrlDiscovery {
    pub(super) scope: CrawlScope,
    pub(super) normalizer: UrlNormalizer,
    pub(super) follow_links: bool,
    pub(super) feeds: bool,
    pub(super) max_depth: u16,
    /// Limits of URLs per pattern: with a query, and without one.
    pub(super) max_urls_per_pattern: (u32, u32),
    /// When discovered URLs are due: at the start of the run, so that the run itself visits them.
    pub(super) due: Timestamp,
}

/// The key of the host that serves a URL: its name, and the port unless it is the default one.
pub(super) fn host_key(url: &Url) -> Option<String> {
    let host = url.host_str().filter(|host| !host.is_empty())?;
    Some(match url.port() {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    })
}

impl UrlDiscovery {
    /// Whether a URL that was discovered earlier still belongs to the job.
    pub(super) fn is_wanted(&self, visit: &VisitTask) -> bool {
        Url::parse(&visit.url).is_ok_and(|url| {
            self.scope.contains(&url)
                || (visit.kind != UrlKind::Page && self.scope.has_host_of(&url))
        })
    }

    /// The links of a page. With `is_hub`, the page is read for its links, and its feeds are included.
    pub(super) fn urls_of_page(
        &self,
        links: &PageLinks,
        depth: u16,
        is_hub: bool,
    ) -> DiscoveredUrls {
        let mut found = DiscoveredUrls::default();
        if self.feeds && is_hub {
            // Depth 0: a feed is a new starting point, and its pages are one step away from it.
            for feed in &links.feeds {
                self.add(&mut found, &feed.url, UrlKind::Feed, DiscoverySource::Link, 0, None);
            }
        }
        if !self.follow_links {
            return found;
        }
        let plain = links.links.iter().filter(|link| !link.nofollow).map(|link| &link.url);
        // Pages of a list may be linked by nothing else than `rel=next`.
        let others = [&links.next, &links.refresh];
        for url in plain.chain(others.into_iter().flatten()) {
            self.add(
                &mut found,
                url,
                UrlKind::Page,
                DiscoverySource::Link,
                depth.saturating_add(1),
                None,
            );
        }
        found
    }

    /// Whether a page at `url` has a feed, or a link to another page of its own host or of the job's hosts.
    pub(super) fn has_links(&self, links: &PageLinks, url: &Url) -> bool {
        let page = self.normalizer.normalize(url);
        let others = [&links.next, &links.refresh];
        let linked = links.links.iter().map(|link| &link.url);
        !links.feeds.is_empty()
            || linked.chain(others.into_iter().flatten()).any(|link| {
                let link = self.normalizer.normalize(link);
                link != page && (link.host() == page.host() || self.scope.has_host_of(&link))
            })
    }

    /// The pages of a feed.
    pub(super) fn urls_of_feed(&self, feed: &Feed) -> DiscoveredUrls {
        let mut found = DiscoveredUrls::default();
        for entry in &feed.entries {
            let Some(url) = &entry.url else { continue };
            let modified = entry.updated.or(entry.published);
            self.add(&mut found, url, UrlKind::Page, DiscoverySource::Feed, 1, modified);
        }
        found
    }

    /// The entries of a sitemap, which is `depth` indexes deep.
    pub(super) fn urls_of_sitemap(&self, sitemap: &Sitemap, depth: u16) -> DiscoveredUrls {
        let mut found = DiscoveredUrls::default();
        let is_index = sitemap.kind == SitemapKind::Index;
        if is_index && usize::from(depth) >= MAX_INDEX_DEPTH {
            found.out_of_scope += sitemap.entries.len() as u64;
            return found;
        }
        for entry in &sitemap.entries {
            // The sitemap protocol lets `lastmod` be a date only.
            // A date without a time is taken as the start of its day: taken as later, it would pass for a
            // change since a visit on that day.
            let modified = entry.modified.map(|date| date.earliest);
            let (kind, depth) =
                if is_index { (UrlKind::Sitemap, depth + 1) } else { (UrlKind::Page, 1) };
            self.add(&mut found, &entry.url, kind, DiscoverySource::Sitemap, depth, modified);
        }
        found
    }

    /// The entry for a sitemap that a site names itself, outside of any index.
    pub(super) fn sitemap(&self, url: &Url) -> DiscoveredUrls {
        let mut found = DiscoveredUrls::default();
        self.add(&mut found, url, UrlKind::Sitemap, DiscoverySource::Sitemap, 0, None);
        found
    }

    /// The entry for another URL of a page, if it is in scope.
    pub(super) fn alias(&self, url: &Url, kind: UrlKind, depth: u16) -> Option<NewUrl> {
        let mut found = DiscoveredUrls::default();
        self.add(&mut found, url, kind, DiscoverySource::Redirect, depth, None);
        found.urls.pop()
    }

    fn add(
        &self,
        found: &mut DiscoveredUrls,
        url: &Url,
        kind: UrlKind,
        via: DiscoverySource,
        depth: u16,
        modified: Option<Timestamp>,
    ) {
        let url = self.normalizer.normalize(url);
        let is_page = kind == UrlKind::Page;
        let is_wanted = match (is_page, via) {
            // Patterns select pages, not the feeds and sitemaps that lead to them.
            (false, _) => self.scope.has_host_of(&url),
            (true, DiscoverySource::Link) => {
                self.scope.contains_link(&url) && depth <= self.max_depth
            }
            (true, _) => self.scope.contains(&url),
        };
        let Some(host) = host_key(&url).filter(|_| is_wanted) else {
            found.out_of_scope += 1;
            return;
        };
        // Only links can make URLs without end. A feed or a sitemap is one document with a limited size.
        let is_counted = via == DiscoverySource::Link && is_page;
        if is_counted && is_trap(&url) {
            found.trapped += 1;
            return;
        }
        let pattern = is_counted.then(|| {
            let (with_query, without) = self.max_urls_per_pattern;
            let pattern = pattern_key(&url);
            (pattern.hash, if pattern.has_query { with_query } else { without })
        });
        let priority = match (kind, via) {
            (UrlKind::Sitemap, _) => SITEMAP_PRIORITY,
            (UrlKind::Feed, _) => FEED_PRIORITY,
            (_, DiscoverySource::Feed) => FEED_PAGE_PRIORITY,
            (_, DiscoverySource::Sitemap) => SITEMAP_PAGE_PRIORITY,
            // The closer to a seed, the earlier.
            _ => LINK_PRIORITY.saturating_sub(u8::try_from(depth).unwrap_or(u8::MAX)),
        };
        found.urls.push(NewUrl {
            url: url.into(),
            host,
            kind,
            via,
            priority,
            depth,
            due: self.due,
            modified,
            pattern,
        });
    }
}
