//! Fetches from a real server on loopback.

use std::time::Duration;

use super::*;
use crate::testing::server::{AfterResponse, RouteServer, RouteTable};
use crate::{ErrorKind, TimeoutStage};

const PAGE: &str = "<p>The ferry sailed again on Monday.";

fn page(content_type: &str, body: &str) -> (String, AfterResponse) {
    let length = body.len();
    let head = format!("Content-Type: {content_type}\r\nContent-Length: {length}");
    (format!("HTTP/1.1 200 OK\r\n{head}\r\n\r\n{body}"), AfterResponse::Close)
}

fn redirect(status: u16, location: &str) -> (String, AfterResponse) {
    let head = format!("Location: {location}\r\nContent-Length: 0");
    (format!("HTTP/1.1 {status} Elsewhere\r\n{head}\r\n\r\n"), AfterResponse::Close)
}

fn replies<const N: usize>(list: [(&'static str, (String, AfterResponse)); N]) -> RouteTable {
    list.into()
}

/// Settings that reach loopback addresses, with no manners.
fn local() -> FetchSettings {
    FetchSettings { allow_private: true, ..blunt() }
}

fn blunt() -> FetchSettings {
    let host_delay = Duration::ZERO;
    FetchSettings { robots: false, host_delay, max_attempts: 1, ..FetchSettings::default() }
}

async fn fetch(settings: FetchSettings, url: &str) -> Result<FetchResponse, Error> {
    Fetcher::new(settings).unwrap().fetch(url).await
}

async fn failure(settings: FetchSettings, url: &str) -> Error {
    fetch(settings, url).await.unwrap_err()
}

#[tokio::test]
async fn a_page_comes_with_what_was_said_of_it() {
    let server =
        RouteServer::start(replies([("/a", page("Text/HTML; charset=\"koi8-r\"", PAGE))])).await;
    let contact = Some("mailbox@crawler.example".to_owned());
    let response = fetch(FetchSettings { contact, ..local() }, &server.url("/a")).await.unwrap();
    assert_eq!(response.status(), 200);
    assert_eq!(response.final_url().as_str(), server.url("/a"));
    assert!(response.chain.is_empty());
    assert_eq!(response.body, PAGE.as_bytes());
    let content_type = response.content_type.clone().unwrap();
    assert_eq!(content_type.media_type, "text/html");
    assert_eq!(content_type.charset.as_deref(), Some("koi8-r"));
    assert_eq!(response.headers()["content-length"], PAGE.len().to_string().as_str());

    let request = server.requests().remove(0).to_ascii_lowercase();
    assert!(request.contains("accept-encoding: gzip, deflate, br, zstd\r\n"), "{request}");
    let agent = concat!("user-agent: copydesk/", env!("CARGO_PKG_VERSION"));
    assert!(request.contains(&format!("{agent} (+mailbox@crawler.example)\r\n")), "{request}");
}

#[tokio::test]
async fn a_chain_of_redirects_is_followed_and_recorded() {
    let mut first = redirect(301, "/b");
    first.0 = first.0.replace("\r\n\r\n", "\r\nSet-Cookie: visitor=1\r\n\r\n");
    let server = RouteServer::start(replies([
        ("/a", first),
        ("/b", redirect(302, "http://user:secret@127.0.0.1:{port}/c")),
        ("/c", page("text/plain", "Ferry")),
    ]))
    .await;
    let response = fetch(local(), &server.url("/a")).await.unwrap();
    assert_eq!(response.final_url().as_str(), server.url("/c"));
    let hops: Vec<_> = response.chain.iter().map(|hop| (hop.url.as_str(), hop.status)).collect();
    assert_eq!(hops, [(server.url("/a").as_str(), 301), (server.url("/b").as_str(), 302)]);
    assert_eq!(response.body, b"Ferry"[..]);
    for request in server.requests() {
        let request = request.to_ascii_lowercase();
        assert!(!request.contains("cookie:") && !request.contains("authorization:"), "{request}");
        assert!(!request.contains("referer:"), "{request}");
    }
}

#[tokio::test]
async fn redirects_in_a_circle_end() {
    let server =
        RouteServer::start(replies([("/a", redirect(302, "/b")), ("/b", redirect(302, "/a"))]))
            .await;
    let error = failure(local(), &server.url("/a")).await;
    assert_eq!(
        error.to_string(),
        format!("{}: redirect loop: {} was requested before", server.url("/b"), server.url("/a"))
    );
    assert_eq!(server.requests().len(), 2);
}

#[tokio::test]
async fn redirects_without_end_do_too() {
    let server = RouteServer::start(replies([
        ("/1", redirect(302, "/2")),
        ("/2", redirect(307, "/3")),
        ("/3", redirect(308, "/4")),
    ]))
    .await;
    let error = failure(FetchSettings { max_redirects: 2, ..local() }, &server.url("/1")).await;
    assert_eq!(error.to_string(), format!("{}: more than 2 redirects", server.url("/3")));
    assert_eq!(server.requests().len(), 3);
}

#[tokio::test]
async fn a_redirect_to_a_private_address_is_refused() {
    let server = RouteServer::start(replies([
        ("/literal", redirect(302, "http://127.0.0.1:{port}/inside")),
        ("/mapped", redirect(302, "http://[::ffff:127.0.0.1]:{port}/inside")),
        ("/name", redirect(302, "http://localhost:{port}/inside")),
        ("/metadata", redirect(302, "http://169.254.169.254/latest/")),
        ("/inside", page("text/html", PAGE)),
    ]))
    .await;
    let settings =
        FetchSettings { resolve: vec![("Outside.test".to_owned(), server.address)], ..blunt() };
    let fetcher = Fetcher::new(settings).unwrap();
    for path in ["literal", "mapped", "name", "metadata"] {
        let error = fetcher.fetch(&format!("http://outside.test/{path}")).await.unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Address { .. }), "{path}: {error}");
        assert!(!error.url().unwrap().contains("outside.test"), "{path}: {error}");
    }
    assert_eq!(server.requests().len(), 4, "nothing but the redirects was asked for");
    let error = fetcher.fetch(&server.url("/inside")).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Address { .. }), "{error}");
}

#[tokio::test]
async fn a_body_over_the_limit_is_refused() {
    let chunked = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\n\
        8\r\n01234567\r\n8\r\n89abcdef\r\n1\r\nX\r\n0\r\n\r\n";
    let announced = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 17\r\n\r\n";
    let server = RouteServer::start(replies([
        ("/announced", (announced.to_owned(), AfterResponse::Hang)),
        ("/chunked", (chunked.to_owned(), AfterResponse::Close)),
    ]))
    .await;
    let limited = |max_body_bytes| FetchSettings { max_body_bytes, ..local() };

    let error = failure(limited(16), &server.url("/announced")).await;
    let ErrorKind::BodyTooLarge { limit: 16, announced: Some(17) } = error.kind() else {
        panic!("{error}")
    };
    let error = failure(limited(16), &server.url("/chunked")).await;
    let ErrorKind::BodyTooLarge { limit: 16, announced: None } = error.kind() else {
        panic!("{error}")
    };
    let response = fetch(limited(17), &server.url("/chunked")).await.unwrap();
    assert_eq!(response.body, b"0123456789abcdefX"[..]);
}

#[tokio::test]
async fn what_is_no_page_is_not_read() {
    let image = "HTTP/1.1 200 OK\r\nContent-Type: image/png\r\nContent-Length: 9\r\n\r\n";
    let packed = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Encoding: lzma\r\n\
        Content-Length: 9\r\n\r\n";
    let server = RouteServer::start(replies([
        ("/image", (image.to_owned(), AfterResponse::Hang)),
        ("/packed", (packed.to_owned(), AfterResponse::Hang)),
        ("/missing", (image.replace("200 OK", "404 Not Found"), AfterResponse::Hang)),
    ]))
    .await;
    // The bodies never come: reading one would end in `Timeout`.
    let settings = FetchSettings { total_timeout: Duration::from_secs(20), ..local() };
    let error = failure(settings.clone(), &server.url("/image")).await;
    assert!(
        matches!(error.kind(), ErrorKind::ContentType { got } if got == "image/png"),
        "{error}"
    );
    let error = failure(settings.clone(), &server.url("/packed")).await;
    assert!(matches!(error.kind(), ErrorKind::ContentEncoding { got } if got == "lzma"), "{error}");
    let response = fetch(settings, &server.url("/missing")).await.unwrap();
    assert_eq!((response.status(), response.body.len()), (404, 0));
}

#[tokio::test]
async fn a_body_that_breaks_off_is_an_error() {
    let cut = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 100\r\n\r\n<p>Ferry";
    let server = RouteServer::start(replies([
        ("/reset", (cut.to_owned(), AfterResponse::Reset)),
        ("/closed", (cut.to_owned(), AfterResponse::Close)),
        ("/silent", (String::new(), AfterResponse::Close)),
    ]))
    .await;
    // A reset may overtake bytes that were sent before it, so their number is not certain.
    let error = failure(local(), &server.url("/reset")).await;
    assert!(
        matches!(error.kind(), ErrorKind::Interrupted { .. } | ErrorKind::Protocol { .. }),
        "{error}"
    );
    let error = failure(local(), &server.url("/closed")).await;
    assert!(matches!(error.kind(), ErrorKind::Interrupted { received: 8, .. }), "{error}");
    let error = failure(local(), &server.url("/silent")).await;
    assert!(matches!(error.kind(), ErrorKind::Protocol { .. }), "{error}");
}

#[tokio::test]
async fn a_server_that_says_nothing_is_given_up() {
    let head = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<p>";
    let server = RouteServer::start(replies([
        ("/nothing", (String::new(), AfterResponse::Hang)),
        ("/no-more", (head.to_owned(), AfterResponse::Hang)),
    ]))
    .await;
    let first_byte_timeout = Duration::from_millis(50);
    let error =
        failure(FetchSettings { first_byte_timeout, ..local() }, &server.url("/nothing")).await;
    assert_eq!(
        error.to_string(),
        format!("{}: waiting for the response took longer than 50ms", server.url("/nothing"))
    );
    let total_timeout = Duration::from_millis(200);
    let error = failure(FetchSettings { total_timeout, ..local() }, &server.url("/no-more")).await;
    assert!(
        matches!(error.kind(), ErrorKind::Timeout { stage: TimeoutStage::Total, .. }),
        "{error}"
    );
}

#[tokio::test]
async fn https_is_not_left_unless_allowed() {
    let plain = RouteServer::start(replies([("/open", page("text/html", PAGE))])).await;
    let location = plain.url("/open");
    let server = RouteServer::start_tls(replies([("/down", redirect(302, &location))])).await;
    let settings = FetchSettings {
        resolve: vec![("host.test".to_owned(), server.address)],
        extra_roots: vec![server.certificate.clone()],
        ..local()
    };
    let error = failure(settings.clone(), "https://user:secret@host.test/down").await;
    assert_eq!(
        error.to_string(),
        format!("https://host.test/down: the redirect to {location} downgrades from HTTPS to HTTP")
    );
    assert_eq!(plain.requests().len(), 0);

    let allowed = FetchSettings { allow_downgrade: true, ..settings.clone() };
    let response = fetch(allowed, "https://host.test/down").await.unwrap();
    assert_eq!(response.body, PAGE.as_bytes());

    let untrusting = FetchSettings { extra_roots: Vec::new(), ..settings };
    let error = failure(untrusting, "https://host.test/down").await;
    assert!(matches!(error.kind(), ErrorKind::Tls { .. }), "{error}");
}

#[tokio::test]
async fn errors_carry_no_credentials() {
    let settings = blunt;
    let error = failure(settings(), "http://user:secret@127.0.0.1/x").await;
    assert_eq!(
        error.to_string(),
        "http://127.0.0.1/x: the host is at 127.0.0.1, which is not a public address"
    );
    let error = failure(settings(), "ftp://user:secret@host.test/").await;
    assert_eq!(
        error.to_string(),
        "ftp://host.test/: unsupported scheme `ftp`: only http and https are fetched"
    );
    let error = failure(settings(), "user:secret@host.test/").await;
    assert_eq!(
        error.to_string(),
        "user:…: unsupported scheme `user`: only http and https are fetched"
    );
    let error = failure(settings(), "http://user:secret@host test/").await;
    assert!(!error.to_string().contains("secret"), "{error}");
    let bad = FetchSettings { contact: Some("a\nb".to_owned()), ..settings() };
    assert_eq!(
        Fetcher::new(bad).unwrap_err().to_string(),
        "invalid value for setting `user_agent`: failed to parse header value"
    );
}
