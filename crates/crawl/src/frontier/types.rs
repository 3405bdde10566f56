//! The types that a frontier stores and returns.

use std::collections::BTreeMap;

use copydesk_clean::ChangeKind;
use copydesk_fetch::Validators;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use copydesk_core::string_enum;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident)+) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub struct $name(pub i64);
    )+};
}

ids! {
    /// A job. Its id stays the same as long as the state exists.
    JobId
    /// A host.
    HostId
    /// A URL of a job.
    UrlId
    /// A run of a job.
    RunId
}

string_enum! {
    /// What a URL is for a crawl.
    pub enum UrlKind {
        /// A page whose text is delivered.
        Page = "page",
        /// A page that is read for its links only, such as a start page or a section.
        Hub = "hub",
        /// A feed.
        Feed = "feed",
        /// A sitemap, or an index of them.
        Sitemap = "sitemap",
        /// A seed without a declared kind. Its first response decides.
        Unknown = "unknown",
    }
}

string_enum! {
    /// How a URL was discovered.
    pub enum DiscoverySource {
        /// It is a seed of the job.
        Seed = "seed",
        /// A feed contains it.
        Feed = "feed",
        /// A sitemap contains it.
        Sitemap = "sitemap",
        /// A page links to it.
        Link = "link",
        /// Another URL redirects to it.
        Redirect = "redirect",
    }
}

string_enum! {
    /// Whether a URL is visited again.
    pub enum UrlState {
        /// It is visited when it is due.
        Active = "active",
        /// Its page is gone: 404 or 410 in two consecutive visits.
        Gone = "gone",
        /// It is another URL of a page that has its own entry.
        Alias = "alias",
        /// It is not visited again: the site or the job excludes it, or it failed too often.
        Excluded = "excluded",
    }
}

string_enum! {
    /// The outcome of a visit.
    pub enum VisitOutcome {
        /// A page whose text is new.
        New = "new",
        /// A page whose text changed by more than the threshold of the job.
        Changed = "changed",
        /// A page whose text did not change, though the server sent it again.
        Unchanged = "unchanged",
        /// The server responded that nothing changed (304).
        NotModified = "not_modified",
        /// A page that is gone.
        Gone = "gone",
        /// A page that was missing for the first time. A site may be broken for a day, so it is not gone yet.
        Missing = "missing",
        /// A page without main content, or a start page or section without links.
        Empty = "empty",
        /// A page that the job's filters exclude, or a duplicate of another one.
        Excluded = "excluded",
        /// A hub, feed or sitemap, which was read for its links.
        Links = "links",
        /// Another URL of a known page.
        Alias = "alias",
        /// `robots.txt` disallows it.
        Robots = "robots",
        /// The fetch failed.
        Failed = "failed",
    }
}

impl VisitOutcome {
    /// Whether the visit yielded a page, or the response that it did not change.
    pub const fn is_success(self) -> bool {
        match self {
            Self::New
            | Self::Changed
            | Self::Unchanged
            | Self::NotModified
            | Self::Empty
            | Self::Excluded
            | Self::Links
            | Self::Alias => true,
            Self::Gone | Self::Missing | Self::Robots | Self::Failed => false,
        }
    }
}

/// The priorities of URLs. Higher ones are visited first.
pub const PRIORITIES: std::ops::RangeInclusive<u8> = 0..=9;

/// A discovered URL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewUrl {
    /// The normalized URL.
    pub url: String,
    /// The host that is leased for it: its name in lower case, with the port if it is not the default port of
    /// the scheme.
    pub host: String,
    /// What it is.
    pub kind: UrlKind,
    /// How it was discovered.
    pub via: DiscoverySource,
    /// Its place among the due URLs of its host; see [`PRIORITIES`]. Greater values are clamped.
    pub priority: u8,
    /// Links from the nearest seed.
    pub depth: u16,
    /// When it is visited first.
    pub due: Timestamp,
    /// When it last changed, according to its site. If that is after the last visit, a known URL becomes
    /// active and due, at [`NewUrl::due`] or earlier. So does a seed that would never be due.
    pub modified: Option<Timestamp>,
    /// The hash of its pattern and the limit of that pattern, if it has one. A new URL above the limit is not
    /// entered. Known URLs do not count again.
    pub pattern: Option<(u64, u32)>,
}

/// Counts of discovered URLs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DiscoveryCounts {
    /// New URLs.
    pub new: u64,
    /// URLs that were known.
    pub known: u64,
    /// URLs that were not entered, because their pattern reached its limit or they are longer than
    /// [`MAX_URL_BYTES`](super::MAX_URL_BYTES).
    pub capped: u64,
}

/// Which URLs of a job become due with [`super::Frontier::make_due`]. Other URLs of a page are never among them,
/// since their page has its own.
#[derive(Clone, Copy)]
pub enum DueSelection<'a> {
    /// URLs that this function accepts, active or excluded.
    Matching(&'a dyn Fn(&str) -> bool),
    /// Active and excluded URLs whose last visit had one of these outcomes.
    Outcomes(&'a [VisitOutcome]),
    /// Active and excluded URLs that were visited, and whose text was never delivered.
    NeverDelivered,
}

/// A clock that was ahead and is right again; see [`super::Frontier::correct_clock`].
#[derive(Clone, Copy, Debug)]
pub struct ClockCorrection {
    /// The current time.
    pub now: Timestamp,
    /// The latest time at which a visit can have been planned at this time.
    pub latest_due: Timestamp,
}

/// A request for host leases.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeaseRequest {
    /// The job whose URLs are to be visited.
    pub job: JobId,
    /// The owner of the leases. After a crash, the same owner ends its old ones with
    /// [`super::Frontier::reclaim`].
    pub owner: String,
    /// The current time.
    pub now: Timestamp,
    /// Only URLs that are due by this time. A run passes its start, so that it ends: URLs that become due
    /// meanwhile belong to the next run.
    pub due_by: Timestamp,
    /// When the leases end unless they are released or renewed.
    pub until: Timestamp,
    /// The most hosts.
    pub max_hosts: usize,
    /// The most visits for each host.
    pub max_visits_per_host: usize,
}

/// A leased host, and its visits. No other run visits it until the lease is released or ends.
#[derive(Clone, Debug, PartialEq)]
pub struct HostLease {
    /// The host and its fencing token.
    pub key: LeaseKey,
    /// See [`NewUrl::host`].
    pub host: String,
    /// Its `robots.txt`, if it was fetched before.
    pub robots: Option<StoredRobots>,
    /// Due URLs: the greatest priority first, then those that have been due for the longest time.
    pub visits: Vec<VisitTask>,
}

/// Identifies a lease. A later lease of a host has a greater token, and only the latest is valid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LeaseKey {
    /// The host.
    pub host: HostId,
    /// The fencing token.
    pub token: u64,
}

/// The response to a request for `robots.txt`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredRobots {
    /// Scheme, host and port: a host may have a file for each scheme.
    pub origin: String,
    /// The HTTP status.
    pub status: u16,
    /// The body, up to [`copydesk_fetch::robots::MAX_ROBOTS_BYTES`].
    pub body: Vec<u8>,
    /// When it was fetched.
    pub fetched_at: Timestamp,
}

/// A URL to visit, and what is known about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VisitTask {
    /// Its id in the frontier.
    pub id: UrlId,
    /// See [`NewUrl::url`].
    pub url: String,
    /// See [`NewUrl::kind`].
    pub kind: UrlKind,
    /// See [`NewUrl::via`].
    pub via: DiscoverySource,
    /// See [`NewUrl::priority`].
    pub priority: u8,
    /// See [`NewUrl::depth`].
    pub depth: u16,
    /// Since when it is due.
    pub due: Timestamp,
    /// When it was discovered.
    pub first_seen: Timestamp,
    /// When it was last visited successfully.
    pub last_visit: Option<Timestamp>,
    /// When its text was last delivered as new or changed.
    pub last_change: Option<Timestamp>,
    /// The validators of its last response.
    pub validators: Validators,
    /// The fingerprint of the last text.
    pub fingerprint: Option<u64>,
    /// The planned time between the last two visits, in seconds.
    pub interval_seconds: Option<u64>,
    /// Consecutive failures. A visit that `robots.txt` disallows does not change it.
    pub failures: u32,
    /// Consecutive visits with the outcome [`VisitOutcome::Missing`] or [`VisitOutcome::Gone`]. Failures in
    /// between do not reset it.
    pub missing: u32,
}

/// A completed visit.
#[derive(Clone, Debug, PartialEq)]
pub struct VisitCommit {
    /// The lease under which it was made. If it is no longer valid, nothing of the visit is written.
    pub lease: LeaseKey,
    /// The URL.
    pub url: UrlId,
    /// When it was made.
    pub at: Timestamp,
    /// Its outcome.
    pub outcome: VisitOutcome,
    /// The new state of the URL.
    pub state: UrlState,
    /// The kind of the URL, if the response decided it. `None` keeps the known one.
    pub kind: Option<UrlKind>,
    /// When it is due again, in any state. `None`: never, unless it is discovered again as changed.
    pub next_visit: Option<Timestamp>,
    /// The planned time until then, in seconds, before limits and spreading.
    pub interval_seconds: Option<u64>,
    /// The validators of the response. `None` keeps the known ones.
    pub validators: Option<Validators>,
    /// The fingerprint of the text. `None` keeps the known one.
    pub fingerprint: Option<u64>,
    /// The delivered text, with which the next one is compared. `None` keeps the known one.
    pub text: Option<String>,
    /// The HTTP status, if there was a response.
    pub status: Option<u16>,
    /// Bytes received, as sent over the wire. They are stored with the URL; those of a run are in
    /// [`CommitBatch::figures`].
    pub wire_bytes: u64,
    /// Why it failed.
    pub error: Option<VisitError>,
    /// The record to deliver.
    pub delivery: Option<NewDelivery>,
    /// The URLs discovered on the page.
    pub found: Vec<NewUrl>,
}

/// Why a visit failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VisitError {
    /// A stable name, such as `status`, `timeout` or `connect`.
    pub kind: String,
    /// A sentence for people.
    pub message: String,
}

/// A record to deliver.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewDelivery {
    /// What it reports about its page.
    pub change: ChangeKind,
    /// The record as JSON ([`copydesk_clean::Record`]).
    pub record: Vec<u8>,
}

/// A record in the outbox.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutboxEntry {
    /// Its sequence number, greater than those of all earlier records in the state.
    pub sequence: u64,
    /// The run in which it was made.
    pub run: RunId,
    /// When the page was visited.
    pub at: Timestamp,
    /// See [`NewDelivery::change`].
    pub change: ChangeKind,
    /// See [`NewDelivery::record`].
    pub record: Vec<u8>,
}

/// How far an output has come.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OutputMark {
    /// Every record up to this sequence number is durable in the output, which can be continued behind it; 0
    /// means none.
    pub covered: u64,
    /// Every record up to this sequence number is in the output for its readers. It is greater than `covered`
    /// where the output can only be continued from an earlier record. Lower values count as `covered`.
    pub delivered: u64,
    /// The position in the output, in a format of its own (JSON). A resumed delivery truncates the output to it.
    pub cursor: String,
}

/// The release of a lease.
#[derive(Clone, Debug, PartialEq)]
pub struct LeaseRelease {
    /// The lease. If it is no longer valid, nothing is written.
    pub lease: LeaseKey,
    /// When the host may get the next request: the end of the last response plus the crawl delay. `None`
    /// keeps the known time.
    pub next_at: Option<Timestamp>,
    /// The crawl delay of the host in milliseconds. `None` keeps the known one.
    pub delay_millis: Option<u64>,
    /// Whether the job does not visit the host again in this run, though URLs are due, for example because its
    /// budget is used up. The host is leased to the job again in its next run, or after a lease of another
    /// job.
    pub is_done_for_run: bool,
    /// The end and the reason of a back-off. `None` ends it.
    pub back_off: Option<(Timestamp, String)>,
    /// Its `robots.txt`, if it was fetched. `None` keeps the known one.
    pub robots: Option<StoredRobots>,
}

/// Everything that one transaction writes: all or nothing, even in a crash.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CommitBatch {
    /// Completed visits.
    pub finished: Vec<VisitCommit>,
    /// URLs that were not discovered on a page: seeds, and sitemaps named in `robots.txt`.
    pub found: Vec<NewUrl>,
    /// Released leases.
    pub released: Vec<LeaseRelease>,
    /// Added to the figures of the run.
    pub figures: RunFigures,
    /// Other values that must agree with the state, by name, such as the length of a journal.
    pub notes: BTreeMap<String, String>,
}

/// The result of a commit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CommitOutcome {
    /// URLs of visits whose lease is no longer valid. Nothing of these visits was written.
    pub fenced: Vec<UrlId>,
    /// Counts of all discovered URLs.
    pub added: DiscoveryCounts,
    /// The sequence number of the last record that was added to the outbox, if any.
    pub last_sequence: Option<u64>,
}

/// Counts of a run. The frontier itself counts outcomes and discovered URLs, so that fenced visits do not
/// count; callers leave them empty.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RunFigures {
    /// Visits by outcome.
    pub outcomes: BTreeMap<VisitOutcome, u64>,
    /// Counts of discovered URLs.
    pub found: DiscoveryCounts,
    /// Bytes received, as sent over the wire.
    pub wire_bytes: u64,
    /// Links outside the scope of the job.
    pub out_of_scope: u64,
    /// Links that look like a trap.
    pub trapped: u64,
    /// Blocks that were removed from cleaned pages.
    pub removed_blocks: u64,
    /// Visits that yielded no page, by the kind of their error: failures, pages that `robots.txt` disallows,
    /// pages without text.
    pub errors: BTreeMap<String, u64>,
    /// The first error of each kind.
    pub examples: BTreeMap<String, ErrorExample>,
    /// Sites that drifted from their profiles, for people.
    pub drifts: Vec<String>,
    /// What else people should know about the run, such as that a setting can match nothing. One sentence each.
    pub notes: Vec<String>,
}

/// An error of a visit, for people.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErrorExample {
    /// The URL that was visited.
    pub url: String,
    /// What went wrong.
    pub message: String,
}

string_enum! {
    /// How a run ended.
    pub enum RunEnd {
        /// Everything that was due was visited, except hosts in back-off.
        Complete = "complete",
        /// A budget was exhausted.
        Budget = "budget",
        /// It was stopped gracefully.
        Stopped = "stopped",
        /// It did not do what it is for: too many visits failed, no start page was reached, no page had text, or
        /// an output could not be written.
        Failed = "failed",
    }
}

/// A run of a job.
#[derive(Clone, Debug, PartialEq)]
pub struct JobRun {
    /// Its id in the frontier.
    pub id: RunId,
    /// The name of its job.
    pub job: String,
    /// Its scheduled time; `None` if it was started by hand.
    pub scheduled_for: Option<Timestamp>,
    /// When it began.
    pub started_at: Timestamp,
    /// When it ended; `None` while it is running, and if it was killed and not resumed.
    pub ended_at: Option<Timestamp>,
    /// How it ended.
    pub end: Option<RunEnd>,
    /// Details about its end, for people.
    pub message: Option<String>,
    /// Its figures so far.
    pub figures: RunFigures,
    /// How often it was resumed.
    pub resumed: u32,
}
