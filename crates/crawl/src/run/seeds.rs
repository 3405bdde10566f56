//! Where a job begins, and what it takes from there.

use copydesk_fetch::urls::UrlNormalizer;
use jiff::Timestamp;
use xxhash_rust::xxh3::xxh3_64;

use super::discovery::{UrlDiscovery, host_key};
use super::scope::CrawlScope;
use crate::frontier::{DiscoverySource, NewUrl, UrlKind};
use crate::jobs::{CrawlJob, SeedKind, SeedUrl};

/// The priority of seeds: before all else, since they lead to it.
const SEED_PRIORITY: u8 = 9;

/// What makes entries of what the job's pages lead to.
pub(super) fn url_discovery(job: &CrawlJob, due: Timestamp) -> UrlDiscovery {
    UrlDiscovery {
        scope: CrawlScope::new(&job.scope, &job.seeds),
        normalizer: UrlNormalizer::new().without_sessions(),
        follow_links: job.scope.follow_links,
        feeds: job.scope.feeds,
        max_depth: job.scope.max_depth,
        max_urls_per_pattern: job.budget.max_urls_per_pattern,
        due,
    }
}

/// The job's seeds, due then.
pub(super) fn seed_urls(job: &CrawlJob, due: Timestamp) -> Vec<NewUrl> {
    let entry = |seed: &SeedUrl| {
        let kind = match seed.kind {
            SeedKind::Auto => UrlKind::Unknown,
            SeedKind::Site => UrlKind::Hub,
            SeedKind::Page => UrlKind::Page,
            SeedKind::Feed => UrlKind::Feed,
            SeedKind::Sitemap => UrlKind::Sitemap,
        };
        Some(NewUrl {
            url: seed.url.to_string(),
            host: host_key(&seed.url)?,
            kind,
            via: DiscoverySource::Seed,
            priority: SEED_PRIORITY,
            depth: 0,
            due,
            modified: None,
            pattern: None,
        })
    };
    job.seeds.iter().filter_map(entry).collect()
}

/// Tells one scope from another: what was not wanted of a page may be wanted now, though it has not changed.
pub(super) fn scope_fingerprint(job: &CrawlJob) -> String {
    let rules = &job.scope;
    let patterns = [&rules.include, &rules.exclude, &rules.deliver].map(|list| &list.written);
    let print = format!(
        "{:?} {patterns:?} {} {} {} {}",
        rules.hosts, rules.max_depth, rules.follow_links, rules.sitemaps, rules.feeds
    );
    format!("{:016x}", xxh3_64(print.as_bytes()))
}
