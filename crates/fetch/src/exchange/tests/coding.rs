//! Bodies with codings: those that are asked for, and those that are traps.

use super::*;
use crate::inflate::InflateError;
use crate::inflate::testing::{brotli, gzip, raw_deflate, sample, zlib, zstd};

fn coded(coding: &str, body: impl AsRef<[u8]>) -> Vec<ScriptStep> {
    let headers = format!("Content-Type: text/html\r\nContent-Encoding: {coding}\r\n");
    vec![Request, send(response(&headers, body))]
}

async fn bad(settings: FetchSettings, script: Vec<ScriptStep>) -> InflateError {
    match outcome(settings, script).await.unwrap_err() {
        kind @ ErrorKind::Inflate { .. } if kind.is_transient() => panic!("{kind:?}"),
        ErrorKind::Inflate { source } => source,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn every_coding_that_is_asked_for() {
    let page = PAGE.as_bytes();
    for (coding, wire) in [
        ("identity", page.to_vec()),
        ("gzip", gzip(page)),
        ("X-GZIP", gzip(page)),
        ("deflate", zlib(page)),
        ("deflate", raw_deflate(page)),
        ("br", brotli(page)),
        ("zstd", zstd(page)),
        ("gzip, br", brotli(&gzip(page))),
        ("br\r\nContent-Encoding: zstd", zstd(&brotli(page))),
    ] {
        let answer = outcome(local(), coded(coding, &wire)).await.unwrap();
        assert_eq!(answer.body, PAGE, "{coding}");
        assert_eq!(answer.exchange.wire_bytes, wire.len() as u64);
        let plain = coding == "identity";
        assert_eq!(answer.exchange.payload, plain.then(|| answer.body.clone()), "{coding}");
        assert_eq!(answer.exchange.request_headers["accept-encoding"], "gzip, deflate, br, zstd");
    }
}

#[tokio::test]
async fn a_payload_is_kept_if_asked_for() {
    let wire = gzip(PAGE.as_bytes());
    let settings = FetchSettings { keep_payload: true, ..local() };
    let answer = outcome(settings, coded("gzip", &wire)).await.unwrap();
    assert_eq!((&answer.body[..], answer.exchange.payload), (PAGE.as_bytes(), Some(wire.into())));
}

#[tokio::test]
async fn a_plain_body_is_not_held_twice() {
    let answer = outcome(local(), vec![Request, send(page())]).await.unwrap();
    assert_eq!(answer.exchange.payload.unwrap().as_ptr(), answer.body.as_ptr());
}

#[tokio::test]
async fn gzip_bomb() {
    let zeros = gzip(&vec![b' '; 16 << 20]);
    assert!(zeros.len() < 17 << 10);
    let error = bad(local(), coded("gzip", &zeros)).await;
    assert!(matches!(error, InflateError::Ratio { limit: 200, .. }), "{error}");
    let settings =
        FetchSettings { max_inflate_ratio: 10_000, max_inflated_bytes: 2 << 20, ..local() };
    let error = bad(settings, coded("gzip", &zeros)).await;
    assert_eq!(error, InflateError::TooLarge { limit: 2 << 20 });
    let settings = FetchSettings { max_inflated_bytes: 1 << 10, ..local() };
    let error = bad(settings, coded("gzip", &zeros)).await;
    assert_eq!(error, InflateError::TooLarge { limit: 1 << 10 });
}

#[tokio::test]
async fn nested_gzip_bomb() {
    let zeros = gzip(&gzip(&vec![b' '; 16 << 20]));
    assert!(zeros.len() < 1 << 10);
    let error = bad(local(), coded("gzip, gzip", &zeros)).await;
    assert!(matches!(error, InflateError::Ratio { limit: 200, .. }), "{error}");
}

#[tokio::test]
async fn nested_encodings_without_end() {
    let error = bad(local(), coded(&"gzip,".repeat(1000), gzip(b"<p>"))).await;
    assert_eq!(error, InflateError::TooManyCodings { limit: 4 });
}

#[tokio::test]
async fn bad_gzip() {
    let mut wire = gzip(&sample(100));
    let middle = wire.len() / 2;
    wire[middle] ^= 0xff;
    let error = bad(local(), coded("gzip", &wire)).await;
    assert!(matches!(error, InflateError::Damaged { format: "gzip", .. }), "{error}");
}

#[tokio::test]
async fn wrong_checksum() {
    let mut wire = gzip(PAGE.as_bytes());
    let at = wire.len() - 6;
    wire[at] ^= 0xff;
    let error = bad(local(), coded("gzip", &wire)).await;
    assert!(matches!(error, InflateError::Damaged { format: "gzip", .. }), "{error}");
}

#[tokio::test]
async fn gzip_cut_by_a_wrong_length() {
    let wire = gzip(&sample(500));
    let reply = response("Content-Type: text/html\r\nContent-Encoding: gzip\r\n", &wire[..900]);
    let error = bad(local(), vec![Request, send(reply), send(&wire[900..])]).await;
    assert!(matches!(error, InflateError::Truncated { format: "gzip", .. }), "{error}");
}

#[tokio::test]
async fn gzip_with_the_length_of_what_it_inflates_to() {
    let wire = gzip(&[b'x'; 5000]);
    let head = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Encoding: gzip\r\n";
    let script = vec![Request, send(format!("{head}Content-Length: 5000\r\n\r\n")), send(wire)];
    assert_eq!(failure(local(), script).await, "interrupted");
}

#[tokio::test]
async fn trailing_garbage_after_gzip() {
    let mut wire = gzip(PAGE.as_bytes());
    wire.extend(b"\0\0\0<!-- cached -->");
    assert_eq!(body(coded("gzip", wire)).await, PAGE);
}

#[tokio::test]
async fn a_plain_body_said_to_be_gzip() {
    let answer = outcome(local(), coded("gzip", PAGE)).await.unwrap();
    assert_eq!(answer.body, PAGE);
}

#[tokio::test]
async fn an_unknown_coding() {
    for coding in ["compress", "gzip, sdch", "UTF-8"] {
        assert_eq!(failure(local(), coded(coding, PAGE)).await, "content_encoding", "{coding}");
    }
}

#[tokio::test]
async fn an_error_page_that_cannot_be_inflated_is_empty() {
    let mut reply = String::from_utf8(response("Content-Encoding: gzip\r\n", "\x1f")).unwrap();
    reply = reply.replace("200 OK", "404 Not Found");
    let answer = outcome(local(), vec![Request, send(reply)]).await.unwrap();
    assert_eq!((answer.exchange.status, answer.body.len()), (404, 0));
}

#[tokio::test]
async fn what_inflates_to_a_large_body_counts_as_one() {
    let text = sample(120_000);
    for (coding, wire) in [("gzip", gzip(&text)), ("br", brotli(&text)), ("zstd", zstd(&text))] {
        let server = ScriptedServer::start(vec![coded(coding, wire)]).await;
        let exchanger = exchanger(local());
        let answer = get(&exchanger, &format!("http://{}/", server.address)).await.unwrap();
        assert_eq!(answer.body, text, "{coding}");
        assert_eq!(exchanger.large_bodies.available_permits(), 15);
        drop(answer);
        assert_eq!(exchanger.large_bodies.available_permits(), 16);
    }
    let text = sample(40_000);
    let server = ScriptedServer::start(vec![coded("gzip", gzip(&text))]).await;
    let answer = get(&exchanger(local()), &format!("http://{}/", server.address)).await.unwrap();
    assert_eq!(answer.body, text);
    assert!(answer.permit.is_none());
}

#[tokio::test]
async fn a_page_that_is_compressed_once_more_than_its_headers_say() {
    let page = PAGE.as_bytes();
    for (coding, wire, inner) in [
        ("gzip", gzip(&gzip(page)), "gzip"),
        ("br", brotli(&zstd(page)), "zstd"),
        ("gzip", gzip(&gzip(&vec![b' '; 1 << 16])), "gzip"),
    ] {
        let kind = outcome(local(), coded(coding, &wire)).await.unwrap_err();
        assert_eq!(kind.name(), "content_encoding");
        let message = format!("unexpected content encoding `{inner} inside another encoding`");
        assert_eq!(kind.to_string(), message);
    }
}
