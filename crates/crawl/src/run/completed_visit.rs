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

/// A visit whose response was processed.
#[derive(Debug)]
pub(super) struct CompletedVisit {
    pub(super) lease: LeaseKey,
    pub(super) visit: VisitTask,
    pub(super) at: Timestamp,
    /// The status of the response, if there was one.
    pub(super) status: Option<u16>,
    /// The normalized URL of the response, if it is not the one that was requested.
    pub(super) redirected_to: Option<Url>,
    /// Bytes received, over all redirects.
    pub(super) wire_bytes: u64,
    pub(super) validators: Option<Validators>,
    /// How long the response may be reused, as its server says.
    pub(super) freshness: Option<Freshness>,
    pub(super) outcome: FetchOutcome,
}

impl CompletedVisit {
    /// A visit without a response, that was not made.
    pub(super) fn without_response(lease: LeaseKey, visit: VisitTask, at: Timestamp) -> Self {
        Self {
            lease,
            visit,
            at,
            status: None,
            redirected_to: None,
            wire_bytes: 0,
            validators: None,
            freshness: None,
            outcome: FetchOutcome::Stopped,
        }
    }
}

/// What came of a fetch.
#[derive(Debug)]
pub(super) enum FetchOutcome {
    /// 304: the page did not change.
    NotModified,
    /// 404 or 410.
    Missing,
    /// A failure that may pass.
    Failed(VisitError),
    /// `robots.txt` disallows it.
    Robots(VisitError),
    /// What is there is not wanted: a content type that is not fetched, a redirect out of scope.
    Unwanted(VisitError),
    /// The host is in back-off for this time, for this reason. No request was sent.
    HostBackedOff(Duration, String),
    /// The visit was not made.
    Stopped,
    /// A feed, a sitemap, or a page that is only read for its links.
    Links(UrlKind, DiscoveredUrls),
    /// A start page or section without a link to another page of the job.
    NoLinks(VisitError),
    /// A page whose text may be delivered.
    Page(Box<CrawledPage>),
}

/// A page that was cleaned.
#[derive(Debug)]
pub(super) struct CrawledPage {
    pub(super) record: Record,
    /// For finding duplicates, if the job does.
    pub(super) signature: Option<TextSignature>,
    /// Blocks of the text that may be clutter.
    pub(super) doubtful: HashSet<String>,
    /// Why a filter excludes the page, if one does.
    pub(super) excluded: Option<ExclusionReason>,
    pub(super) found: DiscoveredUrls,
    /// The normalized canonical URL, if it is another URL in scope on the same host.
    pub(super) canonical: Option<Url>,
}
