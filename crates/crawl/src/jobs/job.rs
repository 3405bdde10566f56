//! A job, with a value for everything.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use url::Url;

use super::{JobSchedule, UrlPatterns};
use copydesk_core::settings::{Fraction, Settings};
use copydesk_core::sinks::{Format, WarcCompression};
use copydesk_core::string_enum;

/// A file of jobs.
#[derive(Clone, Debug)]
pub struct JobsFile {
    /// The file.
    pub path: PathBuf,
    /// The state of all its jobs. Default `crawl.sqlite` beside the file.
    pub state: PathBuf,
    /// Where the status page is served while the command stays. Default `127.0.0.1:8190`; none if it is
    /// written as an empty text.
    pub listen: Option<SocketAddr>,
    /// How long runs may take to finish what is under way when they are to stop. Default 30 s.
    pub stop_timeout: Duration,
    /// Runs at once, at most, of all jobs together. Default 4.
    pub max_jobs: usize,
    /// The jobs, in the order of the file. No two have the same name.
    pub jobs: Vec<CrawlJob>,
}

/// A job.
#[derive(Clone, Debug)]
pub struct CrawlJob {
    /// Its name: letters, digits, `-` and `_`, at most 64.
    pub name: String,
    /// Where it begins. At least one.
    pub seeds: Vec<SeedUrl>,
    /// When it runs. `None`: only when somebody asks for it.
    pub schedule: Option<JobSchedule>,
    /// Which URLs belong to it.
    pub scope: ScopeRules,
    /// What a run of it may take.
    pub budget: CrawlBudget,
    /// When pages are visited again.
    pub revisit: RevisitPolicy,
    /// What is a change.
    pub change: ChangePolicy,
    /// How pages are fetched and cleaned: the settings of the command, with those of the job on top.
    pub settings: Settings,
    /// Where records go. At least one.
    pub outputs: Vec<OutputSpec>,
    /// How long things are kept.
    pub retention: RetentionPolicy,
    /// A folder of site profiles, which runs use and add to. Default none.
    pub site_profiles: Option<PathBuf>,
    /// The share of a run's visits that may fail for it to be a success. Default 0.1.
    pub max_failed: Fraction,
}

/// Where a job begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeedUrl {
    /// Its address, in its normal form.
    pub url: Url,
    /// What it is. Default [`SeedKind::Auto`].
    pub kind: SeedKind,
}

string_enum! {
    /// What a seed is.
    pub enum SeedKind {
        /// A feed or a sitemap if it reads as one, else a site.
        Auto = "auto",
        /// A site: its sitemaps and feeds are looked for, and links are followed from this page on, which
        /// is read for them and not delivered.
        Site = "site",
        /// A page that is wanted itself. Its links are followed too, as far as the depth allows.
        Page = "page",
        /// A feed.
        Feed = "feed",
        /// A sitemap.
        Sitemap = "sitemap",
    }
}

/// Which URLs belong to a job. A URL must have one of the hosts, match one of `include` if there are any,
/// and none of `exclude`. Seeds belong to it in any case.
#[derive(Clone, Debug)]
pub struct ScopeRules {
    /// Hosts: a name is that host and those below it (`news.example` has `www.news.example`). Default: the
    /// hosts of the seeds, without `www.`.
    pub hosts: Vec<String>,
    /// Patterns of `host/path?query`, without the scheme: `*` is anything. Default: all.
    pub include: UrlPatterns,
    /// Patterns of URLs that are not visited. Default: none.
    pub exclude: UrlPatterns,
    /// Patterns of URLs whose pages are delivered; others are read for their links. Default: all.
    pub deliver: UrlPatterns,
    /// Links from a seed at most. Default 10. Pages of sitemaps and feeds are one link away.
    pub max_depth: u16,
    /// Follow links. Default true; otherwise only what feeds and sitemaps name is visited.
    pub follow_links: bool,
    /// Look for the sitemaps of sites: those that `robots.txt` names, or `/sitemap.xml`. Default true.
    pub sitemaps: bool,
    /// Look for the feeds that pages name. Default true.
    pub feeds: bool,
}

/// What a run may take. When one is used up, the run ends, and the next goes on with what is left.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CrawlBudget {
    /// Visits of a run. Default 100,000.
    pub max_visits: u64,
    /// Visits of one host in a run. Default none.
    pub max_visits_per_host: Option<u64>,
    /// Bytes over the wire. Default none.
    pub max_bytes: Option<u64>,
    /// Time. Default none.
    pub max_time: Option<Duration>,
    /// URLs known of one pattern: those that differ only in numbers and in the values of their queries, and
    /// were found by links alone. What calendars, sorted lists and session ids make without end, ends
    /// here. Default 500 for patterns with a query, and for others 20,000.
    pub max_urls_per_pattern: (u32, u32),
}

/// When a page is visited again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RevisitPolicy {
    /// Whether the time adapts: shorter after a change, longer after none. Default true.
    pub adaptive: bool,
    /// The time from the first visit to the second, and where it does not adapt from each to the next.
    /// Default 24 h.
    pub every: Duration,
    /// The least time. Default 1 h.
    pub min: Duration,
    /// The longest time. Default 30 days.
    pub max: Duration,
    /// The least time between two visits of a hub, a feed or a sitemap. Default 0: in every run.
    pub hubs: Duration,
}

/// What is a change of a page.
#[derive(Clone, Debug, PartialEq)]
pub struct ChangePolicy {
    /// The share of words that must differ, of those of both texts. A change of as much or less is none.
    /// Default 0.02.
    pub min_share: Fraction,
    /// Deliver pages that are gone. Default true.
    pub gone: bool,
}

/// An output.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutputSpec {
    /// Its name, by which the state knows it: by default its path as written.
    pub name: String,
    /// Where it goes, with `{job}`, `{date}` (`2026-03-29`), `{year}`, `{month}`, `{day}`, `{hour}` and `{run}` in
    /// it. Times are in UTC. A path that ends with a slash is a folder with a file a page.
    pub path: String,
    /// Its form. Default: by the suffix.
    pub format: Format,
    /// How it is compressed. Default: by the suffix.
    pub compression: WarcCompression,
}

/// How long things are kept. `None` is for ever.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RetentionPolicy {
    /// Files of outputs, by the date in their names, or else by their time of change. Default none.
    pub outputs: Option<Duration>,
    /// Runs and their figures. Default 365 days.
    pub runs: Option<Duration>,
    /// URLs that are gone, or that were neither linked to nor there for so long. Default 180 days.
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
