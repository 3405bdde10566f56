//! What a page, a feed or a sitemap leads to.

use copydesk_fetch::discover::{Feed, MAX_INDEX_DEPTH, PageLinks, Sitemap, SitemapKind};
use copydesk_fetch::urls::Normalizer;
use jiff::Timestamp;
use url::Url;

use super::patterns::{is_trap, pattern};
use super::scope::Scope;
use crate::frontier::{Kind, NewUrl, Via, Visit};

/// Sitemaps and feeds before pages, since they say which pages are worth it.
const SITEMAP_PRIORITY: u8 = 8;
const FEED_PRIORITY: u8 = 8;
/// What a feed has is new, what a sitemap has is real, and links are anything.
const FEED_PAGE_PRIORITY: u8 = 7;
const SITEMAP_PAGE_PRIORITY: u8 = 6;
const LINK_PRIORITY: u8 = 5;

/// What was found on a page.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) urls: Vec<NewUrl>,
    /// Links outside of the scope, or deeper than wanted.
    pub(super) out_of_scope: u64,
    /// Links that look like those of a trap.
    pub(super) trapped: u64,
}

/// Makes entries of a frontier of what a job's pages lead to.
#[derive(Debug)]
pub(super) struct Finder {
    pub(super) scope: Scope,
    pub(super) normalizer: Normalizer,
    pub(super) follow_links: bool,
    pub(super) feeds: bool,
    pub(super) max_depth: u16,
    /// For patterns with a query, and for others.
    pub(super) max_urls_per_pattern: (u32, u32),
    /// When what is found is due.
    pub(super) due: Timestamp,
}

/// The key of the host whose turn a URL takes.
pub(super) fn host_key(url: &Url) -> Option<String> {
    let host = url.host_str().filter(|host| !host.is_empty())?;
    Some(match url.port() {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    })
}

impl Finder {
    /// Whether a URL that was found before belongs to the job as it is now.
    pub(super) fn wants(&self, visit: &Visit) -> bool {
        Url::parse(&visit.url).is_ok_and(|url| {
            self.scope.contains(&url) || (visit.kind != Kind::Page && self.scope.has_host_of(&url))
        })
    }

    /// What a page links to. `is_hub` is whether the page is read for its links: then its feeds are, too.
    pub(super) fn of_page(&self, links: &PageLinks, depth: u16, is_hub: bool) -> Found {
        let mut found = Found::default();
        if self.feeds && is_hub {
            for feed in &links.feeds {
                self.add(&mut found, &feed.url, Kind::Feed, Via::Link, 0, None);
            }
        }
        if !self.follow_links {
            return found;
        }
        let plain = links.links.iter().filter(|link| !link.nofollow).map(|link| &link.url);
        let others = [&links.next, &links.refresh];
        for url in plain.chain(others.into_iter().flatten()) {
            self.add(&mut found, url, Kind::Page, Via::Link, depth.saturating_add(1), None);
        }
        found
    }

    /// The entries of a feed.
    pub(super) fn of_feed(&self, feed: &Feed) -> Found {
        let mut found = Found::default();
        for entry in &feed.entries {
            let Some(url) = &entry.url else { continue };
            let modified = entry.updated.or(entry.published);
            self.add(&mut found, url, Kind::Page, Via::Feed, 1, modified);
        }
        found
    }

    /// The entries of a sitemap that stands `depth` indexes deep.
    pub(super) fn of_sitemap(&self, sitemap: &Sitemap, depth: u16) -> Found {
        let mut found = Found::default();
        let is_index = sitemap.kind == SitemapKind::Index;
        if is_index && usize::from(depth) >= MAX_INDEX_DEPTH {
            found.out_of_scope += sitemap.entries.len() as u64;
            return found;
        }
        for entry in &sitemap.entries {
            // A date without a time says nothing of the hours since its day began.
            let modified = entry.modified.map(|date| date.earliest);
            let (kind, depth) = if is_index { (Kind::Sitemap, depth + 1) } else { (Kind::Page, 1) };
            self.add(&mut found, &entry.url, kind, Via::Sitemap, depth, modified);
        }
        found
    }

    /// A sitemap of a site. The entry stands in no index.
    pub(super) fn sitemap(&self, url: &Url) -> Found {
        let mut found = Found::default();
        self.add(&mut found, url, Kind::Sitemap, Via::Sitemap, 0, None);
        found
    }

    /// Another name of what was asked for, where it belongs to the job.
    pub(super) fn other_name(&self, url: &Url, kind: Kind, depth: u16) -> Option<NewUrl> {
        let mut found = Found::default();
        self.add(&mut found, url, kind, Via::Redirect, depth, None);
        found.urls.pop()
    }

    fn add(
        &self,
        found: &mut Found,
        url: &Url,
        kind: Kind,
        via: Via,
        depth: u16,
        modified: Option<Timestamp>,
    ) {
        let url = self.normalizer.normalize(url);
        let is_page = kind == Kind::Page;
        let is_wanted = match (is_page, via) {
            // Patterns say which pages are wanted, not which lists of them.
            (false, _) => self.scope.has_host_of(&url),
            (true, Via::Link) => self.scope.contains_link(&url) && depth <= self.max_depth,
            (true, _) => self.scope.contains(&url),
        };
        let Some(host) = host_key(&url).filter(|_| is_wanted) else {
            found.out_of_scope += 1;
            return;
        };
        let is_counted = via == Via::Link && is_page;
        if is_counted && is_trap(&url) {
            found.trapped += 1;
            return;
        }
        let pattern = is_counted.then(|| {
            let (with_query, without) = self.max_urls_per_pattern;
            let pattern = pattern(&url);
            (pattern.hash, if pattern.has_query { with_query } else { without })
        });
        let priority = match (kind, via) {
            (Kind::Sitemap, _) => SITEMAP_PRIORITY,
            (Kind::Feed, _) => FEED_PRIORITY,
            (_, Via::Feed) => FEED_PAGE_PRIORITY,
            (_, Via::Sitemap) => SITEMAP_PAGE_PRIORITY,
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
