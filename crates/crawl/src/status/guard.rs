//! Checks every request, and adds the security headers to every response.

use std::collections::BTreeSet;
use std::net::IpAddr;
use std::sync::Arc;

use axum::extract::Request;
use axum::http::header::{self, HeaderName};
use axum::http::{HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::error_response::ErrorResponse;

/// Maximum length of a request's path and query, in bytes. The longest of ours is a job's name, of 64
/// characters.
const MAX_TARGET_BYTES: usize = 2048;

/// No scripts, nothing loaded except our own style sheet, no embedding in other pages. Records hold text of
/// the web; should any of it ever end up as markup, it still could not run.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; \
                      frame-ancestors 'none'";

const HEADERS: [(HeaderName, &str); 5] = [
    (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::CACHE_CONTROL, "no-store"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
];

/// The names under which the server answers: IP addresses and `localhost` always, others if the user listed
/// them.
///
/// A page elsewhere can let its own host name resolve to this machine (DNS rebinding). For the browser, that
/// page and the status page then have the same origin, so its scripts could read everything here. But the
/// browser still sends the name of that page as `Host`. IP addresses cannot be rebound, so they need no list.
/// This holds on any address that the server listens on: a container listens on 0.0.0.0, and a browser may
/// reach its published port.
#[derive(Debug)]
pub(super) struct HostAllowlist {
    names: BTreeSet<String>,
}

impl HostAllowlist {
    /// Accepts these names in addition, in any case.
    pub(super) fn new(names: &[String]) -> Self {
        let listed = names.iter().map(|name| name.to_ascii_lowercase());
        Self { names: listed.chain(["localhost".to_owned()]).collect() }
    }

    /// Whether the request names a host, and every host that it names is accepted. HTTP/2 and absolute URLs
    /// have it in the target, HTTP/1.1 in `Host`; a request with both must not smuggle a second name in.
    fn accepts_request(&self, request: &Request) -> bool {
        let target = request.uri().authority().map(|authority| authority.as_str().as_bytes());
        let headers = request.headers().get_all(header::HOST);
        let mut hosts = headers.iter().map(HeaderValue::as_bytes).chain(target).peekable();
        hosts.peek().is_some() && hosts.all(|host| self.accepts(host))
    }

    /// Whether a host is accepted, with or without a port. The port is not compared: behind a tunnel or a
    /// published container port, it is another one than that of the server.
    fn accepts(&self, host: &[u8]) -> bool {
        let Ok(host) = std::str::from_utf8(host) else { return false };
        let (name, port) = match host.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
            Some((address, port)) if address.contains(':') => (address, port),
            Some(_) => return false,
            None => host.split_at(host.find(':').unwrap_or(host.len())),
        };
        let is_port = port.is_empty()
            || port.strip_prefix(':').is_some_and(|port| port.bytes().all(|b| b.is_ascii_digit()));
        let is_known = || self.names.contains(&name.to_ascii_lowercase());
        is_port && (name.parse::<IpAddr>().is_ok() || is_known())
    }
}

/// Rejects unexpected requests, renders errors, and adds the security headers.
pub(super) async fn guard(allowed: Arc<HostAllowlist>, request: Request, next: Next) -> Response {
    let path = request.uri().path().to_owned();
    let mut response = match rejection(&allowed, &request) {
        Some(error) => error.into_response(),
        None => next.run(request).await,
    };
    if let Some(error) = response.extensions().get::<ErrorResponse>() {
        response = error.response(&path);
    }
    for (name, value) in HEADERS {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}

fn rejection(allowed: &HostAllowlist, request: &Request) -> Option<ErrorResponse> {
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return Some(ErrorResponse::new(
            StatusCode::METHOD_NOT_ALLOWED,
            "only GET and HEAD are supported",
        ));
    }
    if request.uri().path_and_query().is_some_and(|target| target.as_str().len() > MAX_TARGET_BYTES)
    {
        let message = format!("the URL is longer than {MAX_TARGET_BYTES} bytes");
        return Some(ErrorResponse::new(StatusCode::URI_TOO_LONG, message));
    }
    let headers = request.headers();
    let length = headers.get(header::CONTENT_LENGTH);
    if length.is_some_and(|length| length != "0") || headers.contains_key(header::TRANSFER_ENCODING)
    {
        return Some(ErrorResponse::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "requests with a body are not supported",
        ));
    }
    if !allowed.accepts_request(request) {
        let message = "unknown host name: use an IP address or `localhost`, or list the name in \
                       `status_hosts` in the jobs file";
        return Some(ErrorResponse::new(StatusCode::MISDIRECTED_REQUEST, message));
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ip_addresses_localhost_and_listed_names_are_accepted() {
        let allowed = HostAllowlist::new(&["Desk.example".to_owned(), "desk".to_owned()]);
        for (host, is_accepted) in [
            ("localhost", true),
            ("LocalHost:8190", true),
            ("127.0.0.1:9", true),
            ("127.0.0.3", true),
            ("10.244.1.7:8190", true),
            ("[::1]:8190", true),
            ("[::1]", true),
            ("[fd00::7]", true),
            ("desk.example", true),
            ("DESK.example:443", true),
            ("desk:8190", true),
            ("news.example", false),
            ("sub.desk.example", false),
            ("desk.example.news.example", false),
            ("desk.example.", false),
            ("localhost.news.example", false),
            ("localhost:8190.news.example", false),
            ("[::1].news.example", false),
            ("[desk]", false),
            ("[127.0.0.1]", false),
            // Not an address in this form, though some resolvers take it for one.
            ("127.1", false),
            ("2130706433", false),
            ("", false),
        ] {
            assert_eq!(allowed.accepts(host.as_bytes()), is_accepted, "{host}");
        }
        assert!(!allowed.accepts(b"localhost\xff"));
    }

    #[test]
    fn without_a_list_no_other_name_is_accepted() {
        assert!(!HostAllowlist::new(&[]).accepts(b"desk.example"));
    }
}
