//! What every request must be, and every response says.

use std::net::IpAddr;

use axum::extract::Request;
use axum::http::header::{self, HeaderName};
use axum::http::{HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::error_response::ErrorResponse;

/// Bytes of a request's target.
const MAX_TARGET_BYTES: usize = 2048;

/// Nothing runs, nothing is loaded but our own style sheet, nobody shows a page inside another.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; \
                      frame-ancestors 'none'";

const HEADERS: [(HeaderName, &str); 5] = [
    (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::CACHE_CONTROL, "no-store"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
];

/// Refuses what is no plain question to this server, and puts the headers on every answer.
pub(super) async fn guard(bound: IpAddr, request: Request, next: Next) -> Response {
    let path = request.uri().path().to_owned();
    let mut response = match rejection(bound, &request) {
        Some(refusal) => refusal.into_response(),
        None => next.run(request).await,
    };
    if let Some(refusal) = response.extensions().get::<ErrorResponse>() {
        response = refusal.response(&path);
    }
    for (name, value) in HEADERS {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}

fn rejection(bound: IpAddr, request: &Request) -> Option<ErrorResponse> {
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return Some(ErrorResponse::new(
            StatusCode::METHOD_NOT_ALLOWED,
            "only GET and HEAD are answered",
        ));
    }
    if request.uri().path_and_query().is_some_and(|target| target.as_str().len() > MAX_TARGET_BYTES)
    {
        return Some(ErrorResponse::new(StatusCode::URI_TOO_LONG, "the address is too long"));
    }
    let headers = request.headers();
    let length = headers.get(header::CONTENT_LENGTH);
    if length.is_some_and(|length| length != "0") || headers.contains_key(header::TRANSFER_ENCODING)
    {
        return Some(ErrorResponse::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "a request here has no body",
        ));
    }
    // A page elsewhere can have its name resolve to this machine, and would then be of the same origin
    // as we are. The name that the browser sends is still its own.
    let named = request.uri().authority().map(|authority| authority.as_str().as_bytes());
    let hosts = headers.get_all(header::HOST);
    let mut hosts = hosts.iter().map(HeaderValue::as_bytes).chain(named).peekable();
    let is_ours = hosts.peek().is_some() && hosts.all(|host| is_local(bound, host));
    if bound.to_canonical().is_loopback() && !is_ours {
        let why = "this server is for its own machine and answers to `localhost` only; \
                   a proxy before it must send that as the host";
        return Some(ErrorResponse::new(StatusCode::MISDIRECTED_REQUEST, why));
    }
    None
}

/// Whether a host, with or without a port, is this machine or the address that is listened on. The port
/// may be another one, of a tunnel.
fn is_local(bound: IpAddr, host: &[u8]) -> bool {
    let Ok(host) = std::str::from_utf8(host) else { return false };
    let (name, port) = match host.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((address, port)) => (address, port),
        None => host.split_at(host.find(':').unwrap_or(host.len())),
    };
    let is_port = port.is_empty()
        || port.strip_prefix(':').is_some_and(|port| port.bytes().all(|b| b.is_ascii_digit()));
    let is_name = name.eq_ignore_ascii_case("localhost") || matches!(name, "127.0.0.1" | "::1");
    is_port && (is_name || name.parse() == Ok(bound))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_of_this_machine_are_accepted() {
        let bound = IpAddr::from([127, 0, 0, 2]);
        for (host, is_ours) in [
            ("localhost", true),
            ("LocalHost:8190", true),
            ("127.0.0.1:9", true),
            ("127.0.0.2:8190", true),
            ("[::1]:8190", true),
            ("[::1]", true),
            ("127.0.0.3", false),
            ("news.example", false),
            ("localhost.news.example", false),
            ("localhost:8190.news.example", false),
            ("[::1].news.example", false),
            ("", false),
        ] {
            assert_eq!(is_local(bound, host.as_bytes()), is_ours, "{host}");
        }
        assert!(!is_local(bound, b"localhost\xff"));
    }
}
