//! HTTP/2, agreed on over TLS.

use h2::Reason;
use h2::server::SendResponse;

use super::*;
use crate::testing::http2::{self, Http2Server};

fn head(status: u16, headers: &[(&str, &str)]) -> http::Response<()> {
    let mut response = http::Response::builder().status(status);
    for (name, value) in headers {
        response = response.header(*name, *value);
    }
    response.body(()).unwrap()
}

/// What the server answers all requests with but the first.
fn answer(respond: &mut SendResponse<Bytes>) -> Option<Reason> {
    let head = head(200, &[("content-type", "text/html")]);
    let mut stream = respond.send_response(head, false).unwrap();
    stream.send_data(Bytes::from_static(PAGE.as_bytes()), true).unwrap();
    None
}

async fn fetch(first: http2::Http2Handler) -> (Result<ExchangeResponse, ErrorKind>, usize) {
    let server = Http2Server::start(first, answer).await;
    let settings = FetchSettings {
        resolve: vec![("host.test".to_owned(), server.address)],
        extra_roots: vec![server.certificate.clone()],
        ..local()
    };
    let exchanger = exchanger(settings);
    let result = get(&exchanger, "https://host.test/").await;
    still_fetches(&exchanger, "https://host.test/").await;
    (result, server.connections())
}

async fn fails(first: http2::Http2Handler) -> &'static str {
    fetch(first).await.0.unwrap_err().name()
}

#[tokio::test]
async fn a_page() {
    let (result, connections) = fetch(answer).await;
    let answer = result.unwrap();
    assert_eq!(
        (answer.exchange.version, &answer.body[..]),
        (crate::Version::HTTP_2, PAGE.as_bytes())
    );
    assert!(answer.exchange.timings.connect.is_some());
    assert_eq!(connections, 1);
}

fn reset(respond: &mut SendResponse<Bytes>) -> Option<Reason> {
    respond.send_reset(Reason::INTERNAL_ERROR);
    None
}

#[tokio::test]
async fn a_connection_that_ends() {
    let (result, connections) = fetch(|_| Some(Reason::ENHANCE_YOUR_CALM)).await;
    assert_eq!(result.unwrap_err().name(), "protocol");
    assert_eq!(connections, 2);
}

#[tokio::test]
async fn a_stream_that_is_refused() {
    // It could be asked for again at once, but not before the host's turn has come.
    let refuse = |respond: &mut SendResponse<Bytes>| {
        respond.send_reset(Reason::REFUSED_STREAM);
        None
    };
    assert_eq!(fails(refuse).await, "protocol");
}

#[tokio::test]
async fn a_stream_that_is_reset() {
    assert_eq!(fails(reset).await, "protocol");
}

#[tokio::test]
async fn a_stream_that_is_reset_in_the_body() {
    let name = fails(|respond| {
        let head = head(200, &[("content-type", "text/html"), ("content-length", "500")]);
        let mut stream = respond.send_response(head, false).unwrap();
        stream.send_data(Bytes::from_static(b"<p>"), false).unwrap();
        stream.send_reset(Reason::INTERNAL_ERROR);
        None
    })
    .await;
    // The reset may overtake the head.
    assert!(matches!(name, "interrupted" | "protocol"), "{name}");
}

#[tokio::test]
async fn a_body_shorter_than_its_length() {
    let name = fails(|respond| {
        let head = head(200, &[("content-type", "text/html"), ("content-length", "500")]);
        let mut stream = respond.send_response(head, false).unwrap();
        stream.send_data(Bytes::from_static(b"<p>"), true).unwrap();
        None
    })
    .await;
    assert_eq!(name, "interrupted");
}

#[tokio::test]
async fn headers_without_end() {
    let name = fails(|respond| {
        let long = "x".repeat(16 << 10);
        let names: Vec<_> = (0..12).map(|n| format!("x-filler-{n}")).collect();
        let headers: Vec<_> = names.iter().map(|name| (name.as_str(), long.as_str())).collect();
        drop(respond.send_response(head(200, &headers), true));
        None
    })
    .await;
    assert_eq!(name, "protocol");
}
