//! Bodies, with and without an end.

use super::*;
use crate::testing::script::ScriptStep::{Drip, Forever, Hang, Reset};

const CHUNKED: &str =
    "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\n";

fn announced(length: usize) -> ScriptStep {
    send(format!("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {length}\r\n\r\n"))
}

/// A chunk of 4 KiB of text.
fn chunk() -> Vec<u8> {
    format!("1000\r\n{}\r\n", "x".repeat(4096)).into_bytes()
}

#[tokio::test]
async fn slow_body() {
    // Never stalls, and never comes to an end.
    let settings = FetchSettings { total_timeout: SHORT, ..local() };
    let script = vec![Request, announced(500), Drip(vec![b'x'; 500], SHORT / 10)];
    assert_eq!(timed_out(settings, script).await, TimeoutStage::Total);
}

#[tokio::test]
async fn stall() {
    let settings = FetchSettings { stall_timeout: SHORT, ..local() };
    let script = vec![Request, announced(500), send("<p>"), Hang];
    assert_eq!(timed_out(settings, script).await, TimeoutStage::Stall);
}

#[tokio::test]
async fn reset_in_body() {
    // Bytes that were read before the reset are given; those that were not are lost with it.
    let name = failure(local(), vec![Request, announced(500), send("<p>"), Reset]).await;
    assert!(matches!(name, "interrupted" | "protocol"), "{name}");
}

#[tokio::test]
async fn closed_in_body() {
    let kind = outcome(local(), vec![Request, announced(500), send("<p>")]).await.unwrap_err();
    assert!(matches!(kind, ErrorKind::Interrupted { received: 3, .. }), "{kind}");
}

#[tokio::test]
async fn closed_without_a_body() {
    // As if to a HEAD request.
    let kind = outcome(local(), vec![Request, announced(500)]).await.unwrap_err();
    assert!(matches!(kind, ErrorKind::Interrupted { received: 0, .. }), "{kind}");
}

#[tokio::test]
async fn closed_in_chunk() {
    let script = vec![Request, send(CHUNKED), send("10\r\n<p>Ferry")];
    assert_eq!(failure(local(), script).await, "interrupted");
}

#[tokio::test]
async fn closed_before_the_last_chunk() {
    let script = vec![Request, send(CHUNKED), send("8\r\n<p>Ferry\r\n")];
    assert_eq!(failure(local(), script).await, "interrupted");
}

#[tokio::test]
async fn reset_in_chunk() {
    let name = failure(local(), vec![Request, send(CHUNKED), send("10\r\n<p>"), Reset]).await;
    assert!(matches!(name, "interrupted" | "protocol"), "{name}");
}

#[tokio::test]
async fn reset_after_the_body() {
    // The client has all of it before the reset, since it says so by closing.
    let reply = response("Content-Type: text/html\r\nConnection: close\r\n", PAGE);
    let script = vec![Request, send(reply), Hang, Reset];
    assert_eq!(body(script).await, PAGE);
}

#[tokio::test]
async fn endless_chunks() {
    let settings = FetchSettings { max_body_bytes: 2 << 20, ..local() };
    let script = vec![Request, send(CHUNKED), Forever(chunk())];
    let kind = outcome(settings, script).await.unwrap_err();
    assert!(
        matches!(kind, ErrorKind::BodyTooLarge { limit, announced: None } if limit == 2 << 20),
        "{kind}"
    );
}

#[tokio::test]
async fn endless_body_without_length() {
    let settings = FetchSettings { max_body_bytes: 1 << 20, ..local() };
    let head = "HTTP/1.0 200 OK\r\nContent-Type: text/html\r\n\r\n";
    let script = vec![Request, send(head), Forever(vec![b'x'; 8192])];
    assert_eq!(failure(settings, script).await, "too_large");
}

#[tokio::test]
async fn announced_as_endless() {
    let length = usize::MAX / 2;
    assert_eq!(failure(local(), vec![Request, announced(length), Hang]).await, "too_large");
}

#[tokio::test]
async fn shorter_than_its_length() {
    let script = vec![Request, announced(PAGE.len() + 1), send(PAGE)];
    assert_eq!(failure(local(), script).await, "interrupted");
}

#[tokio::test]
async fn longer_than_its_length() {
    let script = vec![Request, announced(PAGE.len()), send(PAGE), send("HTTP/1.1 200 OK\r\n\r\n")];
    assert_eq!(body(script).await, PAGE);
}

#[tokio::test]
async fn no_length_at_all() {
    let script =
        vec![Request, send("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n"), send(PAGE)];
    assert_eq!(body(script).await, PAGE);
}

#[tokio::test]
async fn chunks() {
    let script =
        vec![Request, send(CHUNKED), send("3\r\n<p>\r\n5;a=b\r\nFerry\r\n0\r\nX-T: 1\r\n\r\n")];
    assert_eq!(body(script).await, "<p>Ferry");
}

#[tokio::test]
async fn length_and_chunks() {
    // RFC 9112, section 6.3: the chunks count, and the connection is not to be trusted again.
    let head = CHUNKED.replace("\r\n\r\n", "\r\nContent-Length: 3\r\n\r\n");
    let script = vec![Request, send(head), send("8\r\n<p>Ferry\r\n0\r\n\r\n"), Hang];
    assert_eq!(body(script).await, "<p>Ferry");
}

#[tokio::test]
async fn chunk_sizes_that_are_none() {
    for size in ["xyz", "-1", "FFFFFFFFFFFFFFFFF", ""] {
        let script = vec![Request, send(CHUNKED), send(format!("{size}\r\n<p>Ferry"))];
        assert_eq!(failure(local(), script).await, "interrupted", "{size}");
    }
}

#[tokio::test]
async fn chunk_extensions_without_end() {
    let script = vec![Request, send(CHUNKED), send("1;"), Forever(vec![b'x'; 8192])];
    assert_eq!(failure(local(), script).await, "interrupted");
}

#[tokio::test]
async fn tiny_chunks_with_long_extensions() {
    let chunk = format!("1;{}\r\nx\r\n", "x".repeat(4000)).into_bytes();
    let script = vec![Request, send(CHUNKED), Forever(chunk)];
    assert_eq!(failure(local(), script).await, "interrupted");
}

#[tokio::test]
async fn trailers_without_end() {
    let script = vec![Request, send(CHUNKED), send("0\r\n"), Forever(b"X-T: 1\r\n".repeat(1000))];
    assert_eq!(failure(local(), script).await, "interrupted");
}

#[tokio::test]
async fn an_empty_page() {
    let answer = outcome(local(), vec![Request, send(response("", ""))]).await.unwrap();
    assert_eq!((answer.exchange.status, answer.body.len()), (200, 0));
    assert_eq!(answer.content_type, None);
}

#[tokio::test]
async fn statuses_without_a_body() {
    let reply = |status| {
        format!("HTTP/1.1 {status}\r\nContent-Type: image/png\r\nContent-Length: 9\r\n\r\n")
    };
    let script = vec![Request, send(reply("204 No Content")), Hang];
    let answer = outcome(local(), script).await.unwrap();
    assert_eq!((answer.exchange.status, answer.body.len()), (204, 0));

    let script = vec![Request, send(reply("304 Not Modified")), Hang];
    let server = ScriptedServer::start(vec![script]).await;
    let (exchanger, validators) =
        (exchanger(local()), Validators { etag: Some("\"1\"".into()), last_modified: None });
    let url = Url::parse(&format!("http://{}/", server.address)).unwrap();
    let (wanted, may_wait) = (WantedContent::Page, true);
    let ask = ExchangeRequest { url: &url, wanted, validators: &validators, may_wait };
    let end = deadline_after(Instant::now(), exchanger.settings.total_timeout);
    let answer = exchanger.send(ask, end).await.unwrap();
    assert_eq!((answer.exchange.status, answer.body.len()), (304, 0));
}

#[tokio::test]
async fn statuses_that_answer_what_was_not_asked() {
    for (status, message) in [
        (
            "206 Partial Content",
            "the server answered 206, a part of the page, though the whole page was requested",
        ),
        (
            "304 Not Modified",
            "the server answered 304, not modified, though no earlier version was named",
        ),
    ] {
        let reply = format!(
            "HTTP/1.1 {status}\r\nContent-Type: text/html\r\nContent-Range: bytes 0-3/9\r\nContent-Length: 4\r\n\r\n<p>a"
        );
        let kind = outcome(local(), vec![Request, send(reply)]).await.unwrap_err();
        assert_eq!((kind.name(), kind.is_transient()), ("status", false));
        assert_eq!(kind.to_string(), message);
    }
}

#[tokio::test]
async fn a_status_counts_even_if_its_page_breaks_off() {
    let head =
        "HTTP/1.1 503 Later\r\nContent-Type: text/html\r\nRetry-After: 7\r\nContent-Length: 9\r\n";
    let answer = outcome(local(), vec![Request, send(head), send("\r\n<p>")]).await.unwrap();
    assert_eq!((answer.exchange.status, answer.body.len()), (503, 0));
    assert_eq!(answer.exchange.headers["retry-after"], "7");
    assert_eq!((answer.exchange.wire_bytes, answer.exchange.payload), (3, None));
}

#[tokio::test]
async fn a_request_that_is_given_up_leaves_nothing_behind() {
    let script = vec![Request, announced(2 * LARGE), Send(vec![b'x'; LARGE + 1]), Hang];
    let server = ScriptedServer::start(vec![script, vec![Serve(page())]]).await;
    let exchanger = exchanger(FetchSettings { max_large_bodies: 1, ..local() });
    let url = format!("http://{}/", server.address);
    {
        let mut request = std::pin::pin!(get(&exchanger, &url));
        while exchanger.large_bodies.available_permits() > 0 {
            let waited = tokio::time::timeout(SHORT / 10, &mut request).await;
            assert!(waited.is_err(), "{waited:?}");
        }
    }
    server.ended(1).await;
    assert_eq!(exchanger.large_bodies.available_permits(), 1);
    still_fetches(&exchanger, &url).await;
}

#[tokio::test]
async fn large_bodies_wait_for_one_another() {
    let large = "x".repeat(LARGE + 1);
    let server =
        ScriptedServer::start(vec![vec![Serve(response("Content-Type: text/html\r\n", &large))]])
            .await;
    let settings = FetchSettings { max_large_bodies: 1, ..local() };
    let exchanger = exchanger(settings);
    let url = Url::parse(&format!("http://{}/", server.address)).unwrap();
    let validators = Validators::default();
    let ask = ExchangeRequest {
        url: &url,
        wanted: WantedContent::Page,
        validators: &validators,
        may_wait: true,
    };
    let end = || deadline_after(Instant::now(), Duration::from_secs(20));
    let first = exchanger.send(ask, end()).await.unwrap();
    assert!(first.permit.is_some());

    let mut second = Box::pin(exchanger.send(ask, end()));
    let awaited = exchanger.send(ExchangeRequest { may_wait: false, ..ask }, end());
    tokio::select! {
        biased;
        _ = &mut second => panic!("the first is still held"),
        awaited = awaited => assert!(awaited.unwrap().permit.is_none()),
    }
    assert!(tokio::time::timeout(SHORT, &mut second).await.is_err(), "it waits");
    drop(first);
    assert_eq!(second.await.unwrap().body.len(), LARGE + 1);
    assert_eq!(exchanger.large_bodies.available_permits(), 1);
}

const LARGE: usize = super::super::body::LARGE_BODY_BYTES;
