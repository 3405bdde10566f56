//! What a request says.

use reqwest::header::{ACCEPT, ACCEPT_ENCODING, HeaderMap, HeaderValue, USER_AGENT};

use crate::{Validators, WantedContent};

/// The headers of a request, without those that the client adds (`Host`, credentials, cookies).
pub(super) fn request_headers(
    agent: &HeaderValue,
    wanted: WantedContent,
    validators: &Validators,
) -> HeaderMap {
    let mut headers = HeaderMap::with_capacity(5);
    headers.insert(USER_AGENT, agent.clone());
    headers.insert(ACCEPT, HeaderValue::from_static(accept(wanted)));
    headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("gzip, deflate, br, zstd"));
    validators.add_to_request(&mut headers);
    headers
}

/// What is liked, the best first. All end in `*/*`, since some servers answer 406 otherwise.
fn accept(wanted: WantedContent) -> &'static str {
    match wanted {
        WantedContent::Page => {
            "text/html,application/xhtml+xml,application/xml;q=0.9,text/plain;q=0.8,*/*;q=0.1"
        }
        WantedContent::Feed => {
            "application/atom+xml,application/rss+xml,application/feed+json,\
             application/xml;q=0.9,text/xml;q=0.9,application/json;q=0.8,text/html;q=0.5,*/*;q=0.1"
        }
        WantedContent::Sitemap => {
            "application/xml,text/xml,text/plain;q=0.9,application/gzip;q=0.8,*/*;q=0.1"
        }
        WantedContent::Robots => "text/plain,*/*;q=0.5",
    }
}
