//! What a frontier keeps and hands out.

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
    /// A job, for as long as the state is kept; its name is its own.
    JobId
    /// A host.
    HostId
    /// A URL of a job.
    UrlId
    /// A run of a job.
    RunId
}

string_enum! {
    /// What a URL is to a crawl.
    pub enum UrlKind {
        /// A page whose text is wanted.
        Page = "page",
        /// A page that is read for its links only: a start page, a section.
        Hub = "hub",
        /// A feed.
        Feed = "feed",
        /// A sitemap, or an index of them.
        Sitemap = "sitemap",
        /// A seed of which nobody said what it is: its answer says so.
        Unknown = "unknown",
    }
}

string_enum! {
    /// How a URL was found.
    pub enum DiscoverySource {
        /// It is named in the job.
        Seed = "seed",
        /// A feed has it.
        Feed = "feed",
        /// A sitemap has it.
        Sitemap = "sitemap",
        /// A page links to it.
        Link = "link",
        /// Another URL redirects to it.
        Redirect = "redirect",
    }
}

string_enum! {
    /// What is to become of a URL.
    pub enum UrlState {
        /// It is visited when it is due.
        Active = "active",
        /// Its page is gone: 404 or 410, twice.
        Gone = "gone",
        /// It is another name of a page that has an entry of its own.
        Alias = "alias",
        /// It is not visited any more: the site or the job does not want it, or it failed too often.
        Excluded = "excluded",
    }
}

string_enum! {
    /// What came of a visit, for counting.
    pub enum VisitOutcome {
        /// A page whose text is new.
        New = "new",
        /// A page whose text changed by more than the set amount.
        Changed = "changed",
        /// A page whose text says what it said, though it was sent again.
        Unchanged = "unchanged",
        /// The server says that nothing changed (304).
        NotModified = "not_modified",
        /// A page that is gone.
        Gone = "gone",
        /// A page that was not there, for the first time.
        Missing = "missing",
        /// A page without main content.
        Empty = "empty",
        /// A page that the job's filters leave out, or that says the same as another.
        Excluded = "excluded",
        /// A page that was read for its links: a hub, a feed, a sitemap.
        Links = "links",
        /// Another name of a page.
        Alias = "alias",
        /// `robots.txt` does not allow it.
        Robots = "robots",
        /// It could not be had.
        Failed = "failed",
    }
}

impl VisitOutcome {
    /// Whether there was a page, or the word that it is as it was. What is gone, forbidden or failed brought
    /// none.
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

/// The longest URL that is entered, in bytes. Longer ones are left out.
pub const MAX_URL_BYTES: usize = 8 << 10;

/// The least and the greatest priority of a URL.
pub const PRIORITIES: std::ops::RangeInclusive<u8> = 0..=9;

/// A URL that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewUrl {
    /// Its normal form.
    pub url: String,
    /// The host whose turn it takes: its name in small letters, with the port where it is not the usual
    /// one.
    pub host: String,
    /// What it is.
    pub kind: UrlKind,
    /// How it was found.
    pub via: DiscoverySource,
    /// How soon it is visited among those that are due; see [`PRIORITIES`], the greatest first.
    pub priority: u8,
    /// Links from the nearest seed.
    pub depth: u16,
    /// When it may be visited first.
    pub due: Timestamp,
    /// When its site says that it changed last. If that is after the last visit, a known URL becomes due
    /// (at [`NewUrl::due`], if not earlier) and active, whatever it was. So does a seed that would never be
    /// due.
    pub modified: Option<Timestamp>,
    /// The pattern that it counts for, if there is a limit on how many URLs of it are taken: a hash, and
    /// the limit. A known URL counts for nothing more.
    pub pattern: Option<(u64, u32)>,
}

/// What became of URLs that were found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DiscoveryCounts {
    /// Not known before.
    pub new: u64,
    /// Known.
    pub known: u64,
    /// Left out, since their pattern has reached its limit, or they are longer than [`MAX_URL_BYTES`].
    pub capped: u64,
}

/// What is asked for with a lease.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeaseRequest {
    /// Whose URLs.
    pub job: JobId,
    /// Who asks. The same name asking again after a crash can take back what it had with
    /// [`super::Frontier::reclaim`].
    pub owner: String,
    /// The time.
    pub now: Timestamp,
    /// URLs that are due by this time: that at which the run began, so that it comes to an end.
    pub due_by: Timestamp,
    /// When the leases end if they are not released.
    pub until: Timestamp,
    /// Hosts at most.
    pub max_hosts: usize,
    /// Visits of a host at most.
    pub max_visits_per_host: usize,
}

/// A host that nobody else visits until the lease is released or ends, and what is to be visited there.
#[derive(Clone, Debug, PartialEq)]
pub struct HostLease {
    /// The host and its fencing token.
    pub key: LeaseKey,
    /// Its name, as in [`NewUrl::host`].
    pub host: String,
    /// Its `robots.txt`, as it was last seen.
    pub robots: Option<StoredRobots>,
    /// What is due, the greatest priority first and then what has been due for the longest time.
    pub visits: Vec<VisitTask>,
}

/// Names a lease. Of two leases of a host the later has the greater token, and only it counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LeaseKey {
    /// The host.
    pub host: HostId,
    /// The fencing token.
    pub token: u64,
}

/// A `robots.txt` as it was answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredRobots {
    /// Scheme, host and port: a host may have a file for each scheme.
    pub origin: String,
    /// The status of the answer.
    pub status: u16,
    /// The body, at most [`copydesk_fetch::robots::MAX_ROBOTS_BYTES`].
    pub body: Vec<u8>,
    /// When it was asked for.
    pub fetched_at: Timestamp,
}

/// A URL to visit, and what is known of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VisitTask {
    /// Its name in the frontier.
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
    /// When it was found.
    pub first_seen: Timestamp,
    /// When it was last visited with success.
    pub last_visit: Option<Timestamp>,
    /// When its text was last delivered as new or changed.
    pub last_change: Option<Timestamp>,
    /// What it is recognised by.
    pub validators: Validators,
    /// Of the text that was last seen.
    pub fingerprint: Option<u64>,
    /// The time between the last two visits that were planned, in seconds.
    pub interval_seconds: Option<u64>,
    /// Failures in a row. A visit that was not allowed changes nothing.
    pub failures: u32,
    /// Times in a row that it was not there ([`VisitOutcome::Missing`], [`VisitOutcome::Gone`]), failures
    /// between them aside.
    pub missing: u32,
}

/// A visit that is over.
#[derive(Clone, Debug, PartialEq)]
pub struct VisitCommit {
    /// The lease that it was made under.
    pub lease: LeaseKey,
    /// The URL.
    pub url: UrlId,
    /// When.
    pub at: Timestamp,
    /// What came of it.
    pub outcome: VisitOutcome,
    /// What the URL is from now on.
    pub state: UrlState,
    /// What it turned out to be, where nobody had said.
    pub kind: Option<UrlKind>,
    /// When it is due again, whatever its state; `None` for never, unless it is found again as changed.
    pub next_visit: Option<Timestamp>,
    /// The time until then as planned, in seconds, before it was limited or spread.
    pub interval_seconds: Option<u64>,
    /// Those of the answer. `None` leaves what is known.
    pub validators: Option<Validators>,
    /// Of the text that was seen. `None` leaves what is known.
    pub fingerprint: Option<u64>,
    /// The text to compare the next one with: what was delivered. `None` leaves what is known.
    pub text: Option<String>,
    /// The HTTP status, if there was an answer.
    pub status: Option<u16>,
    /// Bytes that came over the wire. They are kept with the URL; those of a run are in [`CommitBatch::figures`].
    pub wire_bytes: u64,
    /// Why there is no page.
    pub error: Option<VisitError>,
    /// What is delivered.
    pub delivery: Option<NewDelivery>,
    /// What was found on it.
    pub found: Vec<NewUrl>,
}

/// Why a visit brought no page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VisitError {
    /// A stable word: `status`, `timeout`, `connect`, ...
    pub kind: String,
    /// One sentence for people.
    pub message: String,
}

/// A record that is to be delivered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewDelivery {
    /// What it says of its page.
    pub change: ChangeKind,
    /// The record as JSON ([`copydesk_clean::Record`]).
    pub record: Vec<u8>,
}

/// A record in the outbox.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutboxEntry {
    /// Its number: greater than that of any record before it in the same state.
    pub sequence: u64,
    /// The run that it is of.
    pub run: RunId,
    /// When it was put there.
    pub at: Timestamp,
    /// See [`NewDelivery::change`].
    pub change: ChangeKind,
    /// See [`NewDelivery::record`].
    pub record: Vec<u8>,
}

/// How far an output has come.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OutputMark {
    /// Every record up to this number is durable in the output; 0 is none.
    pub covered: u64,
    /// Where the output stands, in words of its own (JSON): what follows it there is cut off by whoever goes on.
    pub cursor: String,
}

/// A lease that is given back.
#[derive(Clone, Debug, PartialEq)]
pub struct LeaseRelease {
    /// Which.
    pub lease: LeaseKey,
    /// When the host may be asked again: the end of the last answer and the host's delay. `None` leaves what is
    /// known.
    pub next_at: Option<Timestamp>,
    /// The host's delay, if one is known, in milliseconds. `None` leaves what is known.
    pub delay_millis: Option<u64>,
    /// Whether the job has nothing more to ask of it in this run, though something is due: it is not leased to the
    /// job again before the job's next run, unless another job had it meanwhile.
    pub is_done_for_run: bool,
    /// Until when the host is left alone because it failed or asked for it, and why. `None` clears it.
    pub back_off: Option<(Timestamp, String)>,
    /// What its `robots.txt` said, if it was asked for. `None` leaves what is known.
    pub robots: Option<StoredRobots>,
}

/// What is written in one go: all of it, or after a crash nothing.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CommitBatch {
    /// Visits that are over.
    pub finished: Vec<VisitCommit>,
    /// URLs that were found elsewhere than on a page: seeds, sitemaps named in `robots.txt`.
    pub found: Vec<NewUrl>,
    /// Leases that are given back.
    pub released: Vec<LeaseRelease>,
    /// What is added to the figures of the run.
    pub figures: RunFigures,
    /// Whatever else must agree with the state, by name: the length of a journal, ...
    pub notes: BTreeMap<String, String>,
}

/// What came of a batch.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CommitOutcome {
    /// Visits whose lease somebody else has now. Nothing of them was written.
    pub fenced: Vec<UrlId>,
    /// What became of all URLs that were found.
    pub added: DiscoveryCounts,
    /// The number of the last record that was put into the outbox; `None` if none was.
    pub last_sequence: Option<u64>,
}

/// Counts over a run. The counts by outcome and of found URLs are the frontier's own.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RunFigures {
    /// Visits by outcome.
    pub outcomes: BTreeMap<VisitOutcome, u64>,
    /// What became of URLs that were found.
    pub found: DiscoveryCounts,
    /// Bytes that came over the wire.
    pub wire_bytes: u64,
    /// Links that are outside of the job's scope.
    pub out_of_scope: u64,
    /// Links that look like those of a trap.
    pub trapped: u64,
    /// Blocks removed of the pages that were cleaned.
    pub removed_blocks: u64,
    /// Failures by kind.
    pub errors: BTreeMap<String, u64>,
    /// Sites that look otherwise than their profile says, in words.
    pub drifts: Vec<String>,
}

string_enum! {
    /// How a run ended.
    pub enum RunEnd {
        /// Nothing that was due is left, but for hosts that are left alone.
        Complete = "complete",
        /// A budget was used up.
        Budget = "budget",
        /// It was stopped in order.
        Stopped = "stopped",
        /// It could not go on.
        Failed = "failed",
    }
}

/// A run of a job.
#[derive(Clone, Debug, PartialEq)]
pub struct JobRun {
    /// Its name in the frontier.
    pub id: RunId,
    /// The name of its job.
    pub job: String,
    /// When it was to begin; `None` if nobody had planned it.
    pub scheduled_for: Option<Timestamp>,
    /// When it began.
    pub started_at: Timestamp,
    /// When it ended; `None` while it is under way, and if it was killed and not gone on with.
    pub ended_at: Option<Timestamp>,
    /// How it ended.
    pub end: Option<RunEnd>,
    /// Why it ended so, where there is more to say.
    pub message: Option<String>,
    /// Its figures so far.
    pub figures: RunFigures,
    /// How often it was begun again after a crash.
    pub resumed: u32,
}
