//! Where a job begins, and what it takes from there.

use copydesk_fetch::urls::Normalizer;
use jiff::Timestamp;
use xxhash_rust::xxh3::xxh3_64;

use super::found::{Finder, host_key};
use super::scope::Scope;
use crate::frontier::{Kind, NewUrl, Via};
use crate::jobs::{Job, Seed, SeedKind};

/// The priority of seeds: before all else, since they lead to it.
const SEED_PRIORITY: u8 = 9;

/// What makes entries of what the job's pages lead to.
pub(super) fn finder(job: &Job, due: Timestamp) -> Finder {
    Finder {
        scope: Scope::new(&job.scope, &job.seeds),
        normalizer: Normalizer::new().without_sessions(),
        follow_links: job.scope.follow_links,
        feeds: job.scope.feeds,
        max_depth: job.scope.max_depth,
        max_urls_per_pattern: job.budget.max_urls_per_pattern,
        due,
    }
}

/// The job's seeds, due then.
pub(super) fn seeds(job: &Job, due: Timestamp) -> Vec<NewUrl> {
    let entry = |seed: &Seed| {
        let kind = match seed.kind {
            SeedKind::Auto => Kind::Unknown,
            SeedKind::Site => Kind::Hub,
            SeedKind::Page => Kind::Page,
            SeedKind::Feed => Kind::Feed,
            SeedKind::Sitemap => Kind::Sitemap,
        };
        Some(NewUrl {
            url: seed.url.to_string(),
            host: host_key(&seed.url)?,
            kind,
            via: Via::Seed,
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
pub(super) fn scope_print(job: &Job) -> String {
    let rules = &job.scope;
    let patterns = [&rules.include, &rules.exclude, &rules.deliver].map(|list| &list.written);
    let print = format!(
        "{:?} {patterns:?} {} {} {} {}",
        rules.hosts, rules.max_depth, rules.follow_links, rules.sitemaps, rules.feeds
    );
    format!("{:016x}", xxh3_64(print.as_bytes()))
}
