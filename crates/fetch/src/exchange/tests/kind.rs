//! What a body is, and whether it is wanted.

use super::*;
use crate::ContentTypeSource;
use crate::inflate::testing::{brotli, gzip, sample, zstd};
use crate::testing::script::ScriptStep::{Forever, Hang};

fn response_of_type(content_type: &str, body: impl AsRef<[u8]>) -> Vec<ScriptStep> {
    vec![Request, send(response(&format!("Content-Type: {content_type}\r\n"), body))]
}

/// A head without a length, so that the body ends with the connection, which is never.
fn endless(headers: &str) -> ScriptStep {
    send(format!("HTTP/1.1 200 OK\r\n{headers}\r\n"))
}

async fn refused(script: Vec<ScriptStep>) -> String {
    match outcome(local(), script).await.unwrap_err() {
        ErrorKind::ContentType { got } => got,
        other => panic!("{other:?}"),
    }
}

async fn media_type(wanted: WantedContent, script: Vec<ScriptStep>) -> (String, ContentTypeSource) {
    let found = outcome_as(local(), wanted, script).await.unwrap().content_type.unwrap();
    (found.media_type, found.decided_by)
}

fn sniffed(media_type: &str) -> (String, ContentTypeSource) {
    (media_type.to_owned(), ContentTypeSource::Sniff)
}

#[tokio::test]
async fn refused_by_the_header_alone() {
    let script = vec![Request, endless("Content-Type: image/png\r\n"), Hang];
    assert_eq!(refused(script).await, "image/png");
}

#[tokio::test]
async fn refused_by_the_first_bytes_alone() {
    let pdf = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n".repeat(100);
    let script = vec![Request, endless("Content-Type: text/html\r\n"), Forever(pdf.clone())];
    assert_eq!(refused(script).await, "application/pdf");
    let wire = gzip(&[pdf, sample(1000)].concat());
    let headers = "Content-Type: text/html\r\nContent-Encoding: gzip\r\n";
    assert_eq!(refused(vec![Request, endless(headers), send(wire), Hang]).await, "application/pdf");
}

#[tokio::test]
async fn pdf_as_html() {
    assert_eq!(refused(response_of_type("text/html", "%PDF-1.7\n")).await, "application/pdf");
}

#[tokio::test]
async fn images_and_archives_as_text() {
    for (body, name) in [
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".as_slice(), "image/png"),
        (b"GIF89a\x01\0\x01\0\x80\0\0", "image/gif"),
        (b"\xff\xd8\xff\xe0\0\x10JFIF\0", "image/jpeg"),
        (b"PK\x03\x04\x14\0\x08\0\x08\0", "application/zip"),
        (b"\x1f\x8b\x08\0\0\0\0\0\0\x03", "application/gzip"),
        (b"\0\x01\x02\x03\x04\x05\x06\x07", "application/octet-stream"),
    ] {
        assert_eq!(refused(response_of_type("text/plain; charset=utf-8", body)).await, name);
        assert_eq!(refused(response_of_type("application/octet-stream", body)).await, name);
    }
}

#[tokio::test]
async fn refused_when_it_is_inflated() {
    // A coding that gives nothing before it has more than what is looked at.
    let text: Vec<u8> = sample(50_000).iter().map(|byte| byte ^ 0x25).collect();
    let headers = "Content-Type: text/html\r\nContent-Encoding: zstd\r\n";
    let got = refused(vec![Request, send(response(headers, zstd(&text)))]).await;
    assert_eq!(got, "application/octet-stream");
}

#[tokio::test]
async fn html_as_octet_stream() {
    let page = "<!DOCTYPE html><title>Ferry</title>";
    for content_type in ["application/octet-stream", "unknown/unknown", "*/*", "html", ""] {
        let script = response_of_type(content_type, page);
        assert_eq!(
            media_type(WantedContent::Page, script).await,
            sniffed("text/html"),
            "{content_type}"
        );
    }
    let script = vec![Request, send(response("", page))];
    assert_eq!(media_type(WantedContent::Page, script).await, sniffed("text/html"));
}

#[tokio::test]
async fn charset_lies() {
    for charset in ["utf-16", "utf-7", "x-nonsense", "ÿ"] {
        let script = response_of_type(&format!("text/html; charset={charset}"), "<p>Fähre");
        let answer = outcome(local(), script).await.unwrap();
        assert_eq!(answer.body, "<p>Fähre");
        assert_eq!(answer.content_type.unwrap().charset.as_deref(), Some(charset));
    }
    let legacy = b"<p>\x83t\x83F\x83\x8a\x81[ \xd0\xcf\x11\xe0";
    assert_eq!(body(response_of_type("text/html; charset=utf-8", legacy)).await, legacy[..]);
}

#[tokio::test]
async fn an_error_page_of_another_type_is_empty() {
    let reply = response("Content-Type: image/png\r\n", "x");
    let reply = String::from_utf8(reply).unwrap().replace("200 OK", "404 Not Found");
    let answer = outcome(local(), vec![Request, send(reply)]).await.unwrap();
    assert_eq!((answer.exchange.status, answer.body.len()), (404, 0));
    assert_eq!(answer.content_type.unwrap().media_type, "image/png");
}

#[tokio::test]
async fn json_is_a_feed_and_no_page() {
    let feed = "{\"version\": \"https://jsonfeed.org/version/1.1\"}";
    for content_type in ["application/feed+json", "application/json", "application/octet-stream"] {
        let script = response_of_type(content_type, feed);
        let answer = outcome_as(local(), WantedContent::Feed, script.clone()).await.unwrap();
        assert_eq!(answer.body, feed, "{content_type}");
        let kind = outcome(local(), script).await.unwrap_err();
        assert_eq!(kind.name(), "content_type", "{content_type}");
    }
}

#[tokio::test]
async fn sitemaps_in_gzip_files() {
    let map = b"<?xml version='1.0'?><urlset></urlset>".as_slice();
    let long = [b"<urlset>", sample(5000).as_slice()].concat();
    let coded = |name: &str| format!("application/x-gzip\r\nContent-Encoding: {name}");
    for (content_type, wire, plain) in [
        ("application/gzip".to_owned(), gzip(map), map),
        ("application/x-gzip".to_owned(), gzip(&long), &long),
        ("application/octet-stream".to_owned(), gzip(map), map),
        ("text/xml".to_owned(), gzip(map), map),
        ("application/gzip".to_owned(), map.to_vec(), map),
        // Compressed once, and said so in two ways; and compressed twice.
        (coded("gzip"), gzip(map), map),
        (coded("gzip"), gzip(&gzip(map)), map),
        (coded("br"), brotli(&gzip(&long)), &long),
        (coded("zstd"), zstd(&gzip(&long)), &long),
    ] {
        let script = response_of_type(&content_type, &wire);
        let answer = outcome_as(local(), WantedContent::Sitemap, script).await.unwrap();
        assert_eq!(answer.body, plain, "{content_type}");
        assert_eq!(
            answer.content_type.unwrap().decided_by == ContentTypeSource::Sniff,
            content_type != "text/xml"
        );
    }
}

#[tokio::test]
async fn a_sitemap_in_a_gzip_file_that_is_a_bomb() {
    let bomb = gzip(&[b"<urlset>".as_slice(), &vec![b' '; 16 << 20]].concat());
    let script = response_of_type("application/gzip", bomb);
    let kind = outcome_as(local(), WantedContent::Sitemap, script).await.unwrap_err();
    assert_eq!(kind.name(), "inflate", "{kind}");
}

#[tokio::test]
async fn a_sitemap_that_is_a_page() {
    let of =
        |body| outcome_as(local(), WantedContent::Sitemap, response_of_type("text/html", body));
    assert_eq!(of("<!DOCTYPE html><p>").await.unwrap_err().name(), "content_type");
    assert_eq!(of("<urlset></urlset>").await.unwrap().body, "<urlset></urlset>");
}

#[tokio::test]
async fn robots_txt_of_any_type_is_read_and_cut() {
    let robots = |script| outcome_as(local(), WantedContent::Robots, script);
    let rules = "User-agent: *\nDisallow: /\n".repeat(50_000);
    let cut = &rules.as_bytes()[..500 << 10];

    assert_eq!(robots(response_of_type("image/png", "\x00\x01")).await.unwrap().body, "\x00\x01");
    let short = "User-agent: *\nDisallow:\n";
    assert_eq!(robots(response_of_type("text/plain", short)).await.unwrap().body, short);
    let script = vec![Request, endless("Content-Type: text/plain\r\n"), send(&rules), Hang];
    let answer = robots(script).await.unwrap();
    assert_eq!((&answer.body[..], answer.exchange.payload), (cut, None));
    for (coding, wire) in [("gzip", gzip(rules.as_bytes())), ("br", brotli(rules.as_bytes()))] {
        let script = response_of_type(&format!("text/plain\r\nContent-Encoding: {coding}"), wire);
        assert_eq!(robots(script).await.unwrap().body, cut, "{coding}");
    }
    let long = sample(150_000);
    let script = vec![Request, endless("Content-Encoding: gzip\r\n"), send(gzip(&long)), Hang];
    assert_eq!(robots(script).await.unwrap().body, long[..500 << 10]);
}

#[tokio::test]
async fn robots_txt_that_breaks_off_is_an_error() {
    let robots = |script| outcome_as(local(), WantedContent::Robots, script);
    let head = "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nUser-agent: *\n";
    assert_eq!(robots(vec![Request, send(head)]).await.unwrap_err().name(), "interrupted");
    let wire = gzip(&sample(100));
    let script = response_of_type("text/plain\r\nContent-Encoding: gzip", &wire[..wire.len() / 2]);
    assert_eq!(robots(script).await.unwrap_err().name(), "inflate");
}
