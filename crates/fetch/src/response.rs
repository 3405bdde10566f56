//! What came back.

use std::time::Duration;

use reqwest::header::HeaderMap;
use url::Url;

use crate::ContentType;

/// A response with its body, after redirects. Every status but a redirect's is a response, 404 and
/// 500 too.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Response {
    /// The HTTP status code.
    pub status: u16,
    /// The URL of the page, after redirects, without credentials.
    pub final_url: Url,
    /// The redirects that led there, in order; empty if the page was where it was asked for.
    pub chain: Vec<Hop>,
    /// The headers of the last response.
    pub headers: HeaderMap,
    /// The `Content-Type` header, if there is one.
    pub content_type: Option<ContentType>,
    /// The body as it was received. Empty also where an error page (any status but 2xx) is of a
    /// type that is not fetched.
    pub body: Vec<u8>,
    /// How long it took.
    pub timings: Timings,
}

/// A redirect that was followed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hop {
    /// The URL that redirected, without credentials.
    pub url: String,
    /// Its status, such as 301.
    pub status: u16,
}

/// How long a fetch took.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Timings {
    /// From the last request to its response's headers, connecting included.
    pub first_byte: Duration,
    /// The whole fetch.
    pub total: Duration,
}
