//! A URL with everything that is known about it, for lists and exports.

use jiff::Timestamp;
use serde::Serialize;

use super::{DiscoverySource, UrlId, UrlKind, UrlState, VisitError, VisitOutcome};

/// Everything that is known about a URL.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct UrlEntry {
    /// The normalized URL.
    pub url: String,
    /// Its host; see [`super::NewUrl::host`].
    pub host: String,
    /// What it is.
    pub kind: UrlKind,
    /// How it was discovered.
    pub via: DiscoverySource,
    /// Whether it is visited again.
    pub state: UrlState,
    /// See [`super::NewUrl::priority`].
    pub priority: u8,
    /// Links from the nearest seed.
    pub depth: u16,
    /// When it was discovered.
    pub first_seen: Timestamp,
    /// When it was last discovered, to within a day.
    pub last_seen: Timestamp,
    /// When it was last visited, successfully or not.
    pub visited_at: Option<Timestamp>,
    /// The outcome of that visit.
    pub outcome: Option<VisitOutcome>,
    /// The HTTP status of that visit, if there was a response.
    pub status: Option<u16>,
    /// Bytes received in that visit, as sent over the wire.
    pub wire_bytes: Option<u64>,
    /// Why that visit failed.
    pub error: Option<VisitError>,
    /// Consecutive failures.
    pub failures: u32,
    /// Consecutive visits in which the page was missing.
    pub missing: u32,
    /// When it was last visited successfully.
    pub last_visit: Option<Timestamp>,
    /// When its text was last delivered as new or changed.
    pub last_change: Option<Timestamp>,
    /// When it is due. `None` if it is not visited again.
    pub next_visit: Option<Timestamp>,
    /// The planned time between two visits, in seconds.
    pub interval_seconds: Option<u64>,
    /// The `ETag` of its last response.
    pub etag: Option<String>,
    /// The `Last-Modified` of its last response.
    pub last_modified: Option<String>,
    /// The fingerprint of its text, as 16 hexadecimal digits.
    pub fingerprint: Option<String>,
    /// Its id in the frontier.
    #[serde(skip)]
    pub id: UrlId,
}
