//! TLS that fails, and how.

use super::*;
use crate::testing::script::ScriptStep::{Bytes as AnyBytes, Hang, Reset};
use crate::testing::server::{AfterResponse, RouteServer};

/// What comes of a request over TLS to a server that follows a script instead.
async fn handshake(settings: FetchSettings, script: Vec<ScriptStep>) -> ErrorKind {
    let server = ScriptedServer::start(vec![script]).await;
    let resolve = vec![("host.test".to_owned(), server.address)];
    let exchanger = exchanger(FetchSettings { resolve, ..settings });
    let kind = get(&exchanger, "https://host.test/").await.unwrap_err();
    server.ended(1).await;
    kind
}

async fn secure(settings: FetchSettings, host: &str) -> Result<ExchangeResponse, ErrorKind> {
    let reply = (String::from_utf8(page()).unwrap(), AfterResponse::Close);
    let server = RouteServer::start_tls([("/", reply)].into()).await;
    let settings = FetchSettings {
        resolve: vec![(host.to_owned(), server.address)],
        extra_roots: settings.extra_roots.iter().map(|_| server.certificate.clone()).collect(),
        ..settings
    };
    get(&exchanger(settings), &format!("https://{host}/")).await
}

/// Settings that trust the server's certificate.
fn trusting() -> FetchSettings {
    FetchSettings { extra_roots: vec![String::new()], ..local() }
}

#[tokio::test]
async fn a_valid_certificate() {
    assert_eq!(secure(trusting(), "host.test").await.unwrap().body, PAGE);
}

#[tokio::test]
async fn a_certificate_of_nobody_known() {
    let kind = secure(local(), "host.test").await.unwrap_err();
    assert_eq!((kind.name(), kind.is_transient()), ("tls", false), "{kind}");
    let reason = "TLS handshake failed: invalid peer certificate: UnknownIssuer";
    assert!(kind.to_string().starts_with(reason), "{kind}");
}

#[tokio::test]
async fn a_certificate_of_somebody_else() {
    let kind = secure(trusting(), "other.test").await.unwrap_err();
    assert_eq!((kind.name(), kind.is_transient()), ("tls", false), "{kind}");
    let reason = "TLS handshake failed: invalid peer certificate: certificate not valid for name";
    assert!(kind.to_string().starts_with(reason), "{kind}");
}

#[tokio::test]
async fn closed_mid_tls() {
    let kind = handshake(local(), vec![AnyBytes]).await;
    assert_eq!((kind.name(), kind.is_transient()), ("connect", true), "{kind}");
}

#[tokio::test]
async fn reset_mid_tls() {
    let kind = handshake(local(), vec![AnyBytes, Reset]).await;
    assert_eq!((kind.name(), kind.is_transient()), ("connect", true), "{kind}");
}

#[tokio::test]
async fn closed_in_a_tls_record() {
    let kind = handshake(local(), vec![AnyBytes, send(b"\x16\x03\x03\x40\x00\x02")]).await;
    assert_eq!((kind.name(), kind.is_transient()), ("connect", true), "{kind}");
}

#[tokio::test]
async fn stalled_mid_tls() {
    let settings = FetchSettings { connect_timeout: SHORT, ..local() };
    let kind = handshake(settings, vec![AnyBytes, Hang]).await;
    assert!(matches!(kind, ErrorKind::Timeout { stage: TimeoutStage::Connect, .. }), "{kind}");
}

#[tokio::test]
async fn no_tls_at_all() {
    let kind = handshake(local(), vec![AnyBytes, send("HTTP/1.1 400 Bad Request\r\n\r\n")]).await;
    assert_eq!((kind.name(), kind.is_transient()), ("tls", false), "{kind}");
}

#[tokio::test]
async fn a_tls_alert() {
    // Fatal: handshake failure.
    let kind = handshake(local(), vec![AnyBytes, send(b"\x15\x03\x03\x00\x02\x02\x28")]).await;
    assert_eq!((kind.name(), kind.is_transient()), ("tls", false), "{kind}");
}
