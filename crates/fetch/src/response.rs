//! Responses of a fetcher.

use std::net::SocketAddr;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use reqwest::Version;
use reqwest::header::{HeaderMap, USER_AGENT};
use url::Url;

use crate::robots::{RobotsDirectives, product_token};
use crate::{ContentType, Error, FetchRequest};

/// The outcome of a request.
#[derive(Debug)]
#[non_exhaustive]
pub struct FetchResult {
    /// The number of the request among those of one stream, from 0.
    pub index: u64,
    /// The request.
    pub request: FetchRequest,
    /// The response, or why there is none.
    pub result: Result<FetchResponse, Error>,
    /// Attempts that were made; 0 if no request was sent.
    pub attempts: u32,
}

/// A response with its body, after redirects. Every status but a redirect's is a response, 304, 404
/// and 500 too.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct FetchResponse {
    /// The last request and its response.
    pub exchange: HttpExchange,
    /// The redirects that led there, in order; empty if there were none.
    pub chain: Vec<HttpExchange>,
    /// What the body is, by the `Content-Type` header or by its first bytes; `None` if there is
    /// neither.
    pub content_type: Option<ContentType>,
    /// The body, inflated. Empty also where an error page (any status but 2xx) is of a type that is
    /// not fetched.
    pub body: Bytes,
}

impl FetchResponse {
    /// The status.
    pub fn status(&self) -> u16 {
        self.exchange.status
    }

    /// The URL of the page, after redirects, without credentials.
    pub fn final_url(&self) -> &Url {
        &self.exchange.url
    }

    /// The headers of the last response.
    pub fn headers(&self) -> &HeaderMap {
        &self.exchange.headers
    }

    /// What the server's `X-Robots-Tag` headers say to this crawler. The fetcher reports it and does not
    /// act on it: that is the caller's decision.
    pub fn robots(&self) -> RobotsDirectives {
        let agent = self.agent().unwrap_or_default();
        let values = self.headers().get_all("x-robots-tag").iter();
        RobotsDirectives::from_headers(values.filter_map(|value| value.to_str().ok()), agent)
    }

    /// The product token of the user agent: the name that `robots.txt` and pages address it by.
    pub fn agent(&self) -> Option<&str> {
        let agent = self.exchange.request_headers.get(USER_AGENT)?;
        agent.to_str().ok().map(product_token).filter(|agent| !agent.is_empty())
    }

    /// Whether the server says that nothing changed since the response that the request's validators
    /// are of.
    pub fn is_not_modified(&self) -> bool {
        self.exchange.status == 304
    }
}

/// One request and its response.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct HttpExchange {
    /// The requested URL, without credentials.
    pub url: Url,
    /// The HTTP status code.
    pub status: u16,
    /// The HTTP version of the response.
    pub version: Version,
    /// The headers of the request, without credentials and without those that the connection adds.
    pub request_headers: HeaderMap,
    /// The headers of the response.
    pub headers: HeaderMap,
    /// The body as it was received, without the framing of its transfer; `None` for a compressed one
    /// unless [`crate::FetchSettings::keep_payload`] is set, and where it was not read.
    pub payload: Option<Bytes>,
    /// Bytes of body that were received.
    pub wire_bytes: u64,
    /// The address that the connection went to.
    pub remote_address: Option<SocketAddr>,
    /// When the request was sent.
    pub started_at: SystemTime,
    /// How long it took.
    pub timings: RequestTimings,
}

impl HttpExchange {
    /// An exchange of which only the URL and the status are known.
    pub(crate) fn new(url: Url, status: u16) -> Self {
        Self {
            url,
            status,
            version: Version::HTTP_11,
            request_headers: HeaderMap::new(),
            headers: HeaderMap::new(),
            payload: None,
            wire_bytes: 0,
            remote_address: None,
            started_at: SystemTime::UNIX_EPOCH,
            timings: RequestTimings::default(),
        }
    }
}

/// How long the phases of a request took.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct RequestTimings {
    /// Resolving the name; `None` on a connection that was open, or to a literal address.
    pub resolve: Option<Duration>,
    /// Connecting and agreeing on TLS, with resolving; `None` on a connection that was open.
    pub connect: Option<Duration>,
    /// From the request to its response's headers, with connecting.
    pub first_byte: Duration,
    /// From there to the end of the body.
    pub body: Duration,
}

impl RequestTimings {
    /// The whole exchange.
    pub fn total(&self) -> Duration {
        self.first_byte + self.body
    }
}
