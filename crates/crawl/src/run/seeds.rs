//! The seeds of a job, and what its runs derive from its rules.

use copydesk_fetch::urls::UrlNormalizer;
use jiff::Timestamp;
use xxhash_rust::xxh3::xxh3_64;

use super::discovery::{UrlDiscovery, host_key};
use super::scope::CrawlScope;
use crate::frontier::{DiscoverySource, NewUrl, UrlKind};
use crate::jobs::{CrawlJob, SeedKind, SeedUrl};

/// Seeds have the highest priority, since everything else is discovered from them.
const SEED_PRIORITY: u8 = 9;

/// The discovery of URLs, by the rules of a job.
pub(super) fn url_discovery(job: &CrawlJob, due: Timestamp) -> UrlDiscovery {
    UrlDiscovery {
        scope: CrawlScope::new(&job.scope, &job.seeds),
        // Session ids would make a new URL of each page in each run.
        normalizer: UrlNormalizer::new().without_sessions(),
        follow_links: job.scope.follow_links,
        feeds: job.scope.feeds,
        max_depth: job.scope.max_depth,
        max_urls_per_pattern: job.budget.max_urls_per_pattern,
        due,
    }
}

/// The seeds of a job, due at this time.
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

/// A fingerprint of the scope. If it differs from that of an earlier run, URLs that were out of scope may be
/// in it now, although their pages have not changed.
pub(super) fn scope_fingerprint(job: &CrawlJob) -> String {
    let rules = &job.scope;
    let patterns = [&rules.include, &rules.exclude, &rules.deliver].map(|list| &list.written);
    let rules_text = format!(
        "{:?} {patterns:?} {} {} {} {}",
        rules.hosts, rules.max_depth, rules.follow_links, rules.sitemaps, rules.feeds
    );
    format!("{:016x}", xxh3_64(rules_text.as_bytes()))
}
