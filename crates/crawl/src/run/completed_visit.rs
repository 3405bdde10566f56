//! What a visit brought, before anything is decided.

use std::collections::HashSet;
use std::time::Duration;

use copydesk_clean::Record;
use copydesk_fetch::Validators;
use copydesk_fetch::revisit::Freshness;
use jiff::Timestamp;
use url::Url;

use super::discovery::DiscoveredUrls;
use crate::frontier::{LeaseKey, UrlKind, VisitError, VisitTask};
use copydesk_core::dedupe::TextSignature;
use copydesk_core::page_filters::ExclusionReason;

/// A visit that is over.
#[derive(Debug)]
pub(super) struct CompletedVisit {
    pub(super) lease: LeaseKey,
    pub(super) visit: VisitTask,
    pub(super) at: Timestamp,
    /// The status of the answer, if there was one.
    pub(super) status: Option<u16>,
    /// Where the answer came from, in its normal form, if that is not what was asked for.
    pub(super) redirected_to: Option<Url>,
    pub(super) wire_bytes: u64,
    pub(super) validators: Option<Validators>,
    /// How long the server says that its answer stays as it is.
    pub(super) freshness: Option<Freshness>,
    pub(super) outcome: FetchOutcome,
}

/// What was seen.
#[derive(Debug)]
pub(super) enum FetchOutcome {
    /// 304.
    NotModified,
    /// 404 or 410.
    Missing,
    /// No page, perhaps next time.
    Failed(VisitError),
    /// `robots.txt` does not allow it.
    Robots(VisitError),
    /// What is there is not wanted: a type that is not fetched, a redirect out of the scope.
    Unwanted(VisitError),
    /// The host is left alone for so long. Nothing was asked of it.
    HostBackedOff(Duration, String),
    /// The visit was not made.
    Stopped,
    /// A feed, a sitemap, or a page that is read for its links alone.
    Links(UrlKind, DiscoveredUrls),
    /// A page.
    Page(Box<CrawledPage>),
}

/// A page that was cleaned.
#[derive(Debug)]
pub(super) struct CrawledPage {
    pub(super) record: Record,
    /// What it is compared with others by, where duplicates are looked for.
    pub(super) signature: Option<TextSignature>,
    /// Blocks of its text that may well be none of it.
    pub(super) doubtful: HashSet<String>,
    /// Why it is left out, if it is.
    pub(super) excluded: Option<ExclusionReason>,
    pub(super) found: DiscoveredUrls,
    /// The page's own choice among its addresses, in its normal form, where it is another one on the same
    /// host that belongs to the job.
    pub(super) canonical: Option<Url>,
}
