//! Jobs, with all defaults filled in.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use url::Url;

use super::{JobSchedule, UrlPatterns};
use copydesk_core::settings::{Fraction, Settings};
use copydesk_core::sinks::{FileCompression, Format};
use copydesk_core::string_enum;

/// A jobs file.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct JobsFile {
    /// Its path.
    pub path: PathBuf,
    /// The state of all its jobs. Default `crawl.sqlite` beside the file.
    pub state: PathBuf,
    /// The socket address of the status page of the daemon. Default `127.0.0.1:8190`; none if it is set to an
    /// empty string.
    pub listen: Option<SocketAddr>,
    /// Host names under which the status page may be requested, besides IP addresses and `localhost`: in lower
    /// case, without a port. Default none.
    pub status_hosts: Vec<String>,
    /// How long stopped runs may take to finish open visits. Default 30 s.
    pub stop_timeout: Duration,
    /// The most runs at the same time. Default 4.
    pub max_jobs: usize,
    /// The jobs, in the order of the file. No two have the same name.
    pub jobs: Vec<CrawlJob>,
}

/// A job.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct CrawlJob {
    /// Its name: letters, digits, `-` and `_`, at most 64.
    pub name: String,
    /// The URLs where it begins. At least one.
    pub seeds: Vec<SeedUrl>,
    /// When it runs. `None`: only when it is started by hand.
    pub schedule: Option<JobSchedule>,
    /// Which URLs belong to it.
    pub scope: ScopeRules,
    /// The limits of each run.
    pub budget: CrawlBudget,
    /// When its pages are revisited.
    pub revisit: RevisitPolicy,
    /// What counts as a change.
    pub change: ChangePolicy,
    /// How pages are fetched and cleaned: the settings of the command, overridden by those of the job.
    pub settings: Settings,
    /// Where its records go. At least one.
    pub outputs: Vec<OutputSpec>,
    /// How long its data is kept.
    pub retention: RetentionPolicy,
    /// A folder of site profiles, which runs use and update. Default none.
    pub site_profiles: Option<PathBuf>,
    /// The share of failed visits up to which a run counts as successful. With 1, it does so too if no start page
    /// was reached, or no page has text. Default 0.1.
    pub max_failed: Fraction,
}

/// A URL where a job begins.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SeedUrl {
    /// The normalized URL.
    pub url: Url,
    /// What it is. Default [`SeedKind::Auto`].
    pub kind: SeedKind,
}

string_enum! {
    /// The kind of a seed.
    pub enum SeedKind {
        /// A feed or a sitemap if its response is one, otherwise a site.
        Auto = "auto",
        /// A site: its sitemaps and feeds are searched, and the links of this page are followed. The page
        /// itself is not delivered.
        Site = "site",
        /// A page that is delivered itself. Its links are followed too, up to the maximum depth.
        Page = "page",
        /// A feed.
        Feed = "feed",
        /// A sitemap.
        Sitemap = "sitemap",
    }
}

/// Which URLs belong to a job. A URL must be of one of the hosts, match one of `include` if there are any, and
/// match none of `exclude`. Seeds always belong to it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ScopeRules {
    /// Hosts, with their subdomains: `news.example` includes `www.news.example`. Default: the hosts of the
    /// seeds, without `www.`.
    pub hosts: Vec<String>,
    /// Patterns of URLs that are visited. Default: all.
    pub include: UrlPatterns,
    /// Patterns of URLs that are not visited. Default: none.
    pub exclude: UrlPatterns,
    /// Patterns of URLs whose pages are delivered. Other pages are read for their links only. Default: all.
    pub deliver: UrlPatterns,
    /// The most links from a seed. Default 10. URLs in sitemaps and feeds are one link away.
    pub max_depth: u16,
    /// Whether links are followed. Default true. Otherwise only URLs in feeds and sitemaps are visited.
    pub follow_links: bool,
    /// Whether sitemaps of sites are read: those that `robots.txt` names, or `/sitemap.xml`. Default true.
    pub sitemaps: bool,
    /// Whether feeds that pages link to are read. Default true.
    pub feeds: bool,
}

/// The limits of a run. When one is reached, the run ends. What is left is still due in the next run.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct CrawlBudget {
    /// The most visits. Default 100,000.
    pub max_visits: u64,
    /// The most visits of one host. Default none.
    pub max_visits_per_host: Option<u64>,
    /// The most bytes received, as sent over the wire. Default none.
    pub max_bytes: Option<u64>,
    /// The longest time. Default none.
    pub max_time: Option<Duration>,
    /// The most known URLs of one pattern, for patterns with a query and for others. URLs that differ only in
    /// numbers and query values have the same pattern; those in feeds and sitemaps do not count. This limits
    /// traps such as calendars, sorted lists and session ids. Default 500 and 20,000.
    pub max_urls_per_pattern: (u32, u32),
}

/// When pages are revisited.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RevisitPolicy {
    /// Whether the time between visits adapts: shorter after a change, longer without one. Default true.
    pub adaptive: bool,
    /// The time between the first two visits, or between all visits if it does not adapt. Default 24 h.
    pub every: Duration,
    /// The shortest time. Default 1 h.
    pub min: Duration,
    /// The longest time. Default 30 days.
    pub max: Duration,
    /// The shortest time between two visits of a hub, feed or sitemap. Default 0: in every run.
    pub hubs: Duration,
}

/// What counts as a change of a page.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ChangePolicy {
    /// The share of differing words, of the words of both texts, above which a page counts as changed.
    /// Default 0.02.
    pub min_share: Fraction,
    /// Whether pages that are gone are delivered. Default true.
    pub gone: bool,
}

/// An output.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct OutputSpec {
    /// Its name, which identifies it in the state. Default: its path as written.
    pub name: String,
    /// Its path, with the placeholders `{job}`, `{date}` (`2026-03-29`), `{year}`, `{month}`, `{day}`, `{hour}`
    /// and `{run}`. Times are in UTC. A path that ends with a slash is a folder with one file per page.
    pub path: String,
    /// Its format. Default: by the suffix.
    pub format: Format,
    /// Its compression. Default: by the suffix.
    pub compression: FileCompression,
}

/// How long data is kept. `None` means forever.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RetentionPolicy {
    /// Files of outputs, by the date in their names, or otherwise by their modification time. Default: forever.
    pub outputs: Option<Duration>,
    /// Runs and their figures. Default 365 days.
    pub runs: Option<Duration>,
    /// URLs that are gone, or that were neither discovered nor visited successfully for so long. Default 180
    /// days.
    pub urls: Option<Duration>,
}

impl Default for ScopeRules {
    fn default() -> Self {
        Self {
            hosts: Vec::new(),
            include: UrlPatterns::default(),
            exclude: UrlPatterns::default(),
            deliver: UrlPatterns::default(),
            max_depth: 10,
            follow_links: true,
            sitemaps: true,
            feeds: true,
        }
    }
}

impl Default for CrawlBudget {
    fn default() -> Self {
        Self {
            max_visits: 100_000,
            max_visits_per_host: None,
            max_bytes: None,
            max_time: None,
            max_urls_per_pattern: (500, 20_000),
        }
    }
}

impl Default for RevisitPolicy {
    fn default() -> Self {
        Self {
            adaptive: true,
            every: Duration::from_hours(24),
            min: Duration::from_hours(1),
            max: Duration::from_hours(30 * 24),
            hubs: Duration::ZERO,
        }
    }
}

impl Default for ChangePolicy {
    fn default() -> Self {
        Self { min_share: Fraction::new(0.02), gone: true }
    }
}

impl Default for RetentionPolicy {
    fn default() -> Self {
        Self {
            outputs: None,
            runs: Some(Duration::from_hours(365 * 24)),
            urls: Some(Duration::from_hours(180 * 24)),
        }
    }
}
