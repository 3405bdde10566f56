//! What comes before the body.

use super::*;
use crate::testing::script::ScriptStep::{Drip, Forever, Hang, Reset};

fn first_byte() -> FetchSettings {
    FetchSettings { first_byte_timeout: SHORT, ..local() }
}

#[tokio::test]
async fn no_header() {
    assert_eq!(timed_out(first_byte(), vec![Request, Hang]).await, TimeoutStage::FirstByte);
}

#[tokio::test]
async fn slow_header() {
    let script = vec![Request, Drip(page(), SHORT / 10)];
    assert_eq!(timed_out(first_byte(), script).await, TimeoutStage::FirstByte);
}

#[tokio::test]
async fn slow_header_when_the_whole_time_is_shorter() {
    let settings = FetchSettings { total_timeout: SHORT, ..local() };
    assert_eq!(timed_out(settings, vec![Request, Hang]).await, TimeoutStage::Total);
}

#[tokio::test]
async fn closed_after_accept() {
    assert_eq!(failure(local(), vec![]).await, "protocol");
}

#[tokio::test]
async fn closed_after_request() {
    assert_eq!(failure(local(), vec![Request]).await, "protocol");
}

#[tokio::test]
async fn reset_after_accept() {
    // The reset may come while the connection is still being set up.
    let name = failure(local(), vec![Reset]).await;
    assert!(matches!(name, "protocol" | "connect"), "{name}");
}

#[tokio::test]
async fn reset_after_request() {
    assert_eq!(failure(local(), vec![Request, Reset]).await, "protocol");
}

#[tokio::test]
async fn reset_in_header() {
    let script = vec![Request, send("HTTP/1.1 200 OK\r\nContent-Ty"), Reset];
    assert_eq!(failure(local(), script).await, "protocol");
}

#[tokio::test]
async fn closed_in_header() {
    let script = vec![Request, send("HTTP/1.1 200 OK\r\nContent-Ty")];
    assert_eq!(failure(local(), script).await, "protocol");
}

#[tokio::test]
async fn endless_headers() {
    let filler = b"X-Filler: the same again\r\n".repeat(100);
    let script = vec![Request, send("HTTP/1.1 200 OK\r\n"), Forever(filler)];
    assert_eq!(failure(local(), script).await, "protocol");
}

#[tokio::test]
async fn an_endless_header() {
    let script = vec![Request, send("HTTP/1.1 200 OK\r\nX-Filler: "), Forever(vec![b'x'; 8192])];
    assert_eq!(failure(local(), script).await, "protocol");
}

#[tokio::test]
async fn an_endless_status_line() {
    let script = vec![Request, send("HTTP/1.1 200 "), Forever(vec![b'x'; 8192])];
    assert_eq!(failure(local(), script).await, "protocol");
}

#[tokio::test]
async fn http_0_9() {
    assert_eq!(failure(local(), vec![Request, send(PAGE)]).await, "protocol");
}

#[tokio::test]
async fn garbage() {
    let script = vec![Request, send(b"\x00\x01\x02SSH-2.0-\xff\xfe\r\n\r\n")];
    assert_eq!(failure(local(), script).await, "protocol");
}

#[tokio::test]
async fn endless_garbage() {
    let script = vec![Request, Forever(b"\r\n".repeat(4096))];
    assert_eq!(failure(local(), script).await, "protocol");
}

#[tokio::test]
async fn one_100_continue() {
    let script = vec![Request, send("HTTP/1.1 100 Continue\r\n\r\n"), send(page())];
    assert_eq!(body(script).await, PAGE);
}

#[tokio::test]
async fn early_hints() {
    let hints = "HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n\r\n";
    assert_eq!(body(vec![Request, send(hints), send(page())]).await, PAGE);
}

#[tokio::test]
async fn endless_100_continue() {
    let script = vec![Request, Forever(b"HTTP/1.1 100 Continue\r\n\r\n".to_vec())];
    assert_eq!(timed_out(first_byte(), script).await, TimeoutStage::FirstByte);
}

#[tokio::test]
async fn a_huge_cookie() {
    let cookie = |bytes| {
        let headers = format!("Content-Type: text/html\r\nSet-Cookie: a={}\r\n", "x".repeat(bytes));
        vec![Request, send(response(&headers, PAGE))]
    };
    let settings = || FetchSettings { cookies: true, ..local() };
    let answer = outcome(settings(), cookie(100 << 10)).await.unwrap();
    assert_eq!(answer.body, PAGE);
    assert_eq!(answer.exchange.headers["set-cookie"].len(), (100 << 10) + 2);
    assert_eq!(failure(settings(), cookie(1 << 20)).await, "protocol");
}

#[tokio::test]
async fn nul_in_a_header() {
    // What browsers do too: somebody cut the header short.
    let headers = "X-Bad: a\0b\r\nContent-Type: text/html\r\n";
    assert_eq!(failure(local(), vec![Request, send(response(headers, PAGE))]).await, "protocol");
}

#[tokio::test]
async fn control_characters_in_a_header() {
    let headers = "X-Bad: a\x01\x7fb\r\nContent-Type: text/html\r\n";
    let answer = outcome(local(), vec![Request, send(response(headers, PAGE))]).await.unwrap();
    assert_eq!(answer.body, PAGE);
    assert!(!answer.exchange.headers.contains_key("x-bad"));
}

#[tokio::test]
async fn invalid_utf8_in_a_header() {
    let mut reply =
        b"HTTP/1.1 200 OK\r\nX-Bad: \xff\xfe\xc3\r\nContent-Type: text/html; charset=\xe9\r\n"
            .to_vec();
    reply.extend(format!("Content-Length: {}\r\n\r\n{PAGE}", PAGE.len()).bytes());
    let answer = outcome(local(), vec![Request, send(reply)]).await.unwrap();
    assert_eq!(answer.body, PAGE);
    assert_eq!(answer.content_type.unwrap().charset.as_deref(), Some("\u{fffd}"));
    assert_eq!(answer.exchange.headers["x-bad"].as_bytes(), b"\xff\xfe\xc3");
}

#[tokio::test]
async fn header_lines_that_are_none() {
    let headers = "No colon here\r\n: no name\r\nBad Name: x\r\nX-Folded: one\r\n two\r\n\
        Content-Type : text/html\r\n";
    let answer = outcome(local(), vec![Request, send(response(headers, PAGE))]).await.unwrap();
    assert_eq!(answer.body, PAGE);
    assert_eq!(answer.content_type.unwrap().media_type, "text/html");
}

#[tokio::test]
async fn line_feeds_alone() {
    let length = PAGE.len();
    let reply =
        format!("HTTP/1.0 200 OK\nContent-Type: text/html\nContent-Length: {length}\n\n{PAGE}");
    assert_eq!(body(vec![Request, send(reply)]).await, PAGE);
}

#[tokio::test]
async fn lengths_that_differ() {
    let reply = response("Content-Type: text/html\r\nContent-Length: 7\r\n", PAGE);
    assert_eq!(failure(local(), vec![Request, send(reply)]).await, "protocol");
}

#[tokio::test]
async fn lengths_that_are_none() {
    for length in ["-1", "0x10", "1 2", "18446744073709551616", ""] {
        let head = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n";
        let reply = format!("{head}Content-Length: {length}\r\n\r\n{PAGE}");
        assert_eq!(failure(local(), vec![Request, send(reply)]).await, "protocol", "{length}");
    }
}

#[tokio::test]
async fn an_unknown_version() {
    let script = vec![Request, send(b"HTTP/3.7 200 OK\r\nContent-Length: 0\r\n\r\n")];
    assert_eq!(failure(local(), script).await, "protocol");
}

#[tokio::test]
async fn a_url_that_is_too_long_for_a_request() {
    let exchanger = exchanger(local());
    let url = format!("http://127.0.0.1:1/{}", "x".repeat(100_000));
    let kind = get(&exchanger, &url).await.unwrap_err();
    assert_eq!(kind.name(), "url", "{kind}");
}
