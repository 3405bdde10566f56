//! Pages of archives.

use copydesk_clean::InputKind;

use super::fixtures::{described, gzip, pages, record, response, zstd};
use crate::sources::SourceOptions;

fn read(archive: &[u8]) -> Vec<crate::sources::LoadedPage> {
    pages("a.warc", archive, &SourceOptions::default())
}

#[test]
fn a_response_is_a_page_with_its_access_facts() {
    let headers = "content-type: text/html; charset=koi8-r\r\nETag: \"x\"\r\n\
        Last-Modified: Sat, 01 Jun 2024 11:00:00 GMT\r\nContent-Encoding: gzip\r\n\
        Transfer-Encoding: chunked\r\n";
    let body = gzip("<p>\u{41}");
    let chunked = [format!("{:x}\r\n", body.len()).as_bytes(), &body, b"\r\n0\r\n\r\n"].concat();
    let page = read(&response("https://a.example/1", 200, headers, &chunked)).remove(0);
    assert_eq!(page.source, "a.warc#0");
    assert_eq!((&*page.bytes, page.kind), (&b"<p>A"[..], Some(InputKind::Html)));
    assert_eq!(page.url.as_deref(), Some("https://a.example/1"));
    assert_eq!(page.charset.as_deref(), Some("koi8-r"));
    assert_eq!(page.error, None);
    let fetch = page.fetch.unwrap();
    assert_eq!(fetch.status, Some(200));
    assert_eq!(fetch.final_url.as_deref(), Some("https://a.example/1"));
    assert_eq!(fetch.fetched_at.as_deref(), Some("2024-06-01T12:00:00Z"));
    assert_eq!(fetch.etag.as_deref(), Some("\"x\""));
    assert_eq!(fetch.last_modified.as_deref(), Some("Sat, 01 Jun 2024 11:00:00 GMT"));
}

#[test]
fn records_that_are_not_pages_are_skipped() {
    let uri = "https://a.example/";
    let html = "Content-Type: text/html\r\n";
    let archive = [
        record("warcinfo", uri, "application/warc-fields", b"x: y\r\n"),
        record("request", uri, "application/http", b"GET / HTTP/1.1\r\n\r\n"),
        record("metadata", uri, "application/warc-fields", b"via: x\r\n"),
        record("revisit", uri, "application/http", b"HTTP/1.1 200 OK\r\n\r\n"),
        record(
            "response",
            "dns:a.example",
            "text/dns",
            b"20240601\na.example. 60 IN A 192.0.2.1\n",
        ),
        response(uri, 302, "Location: /x\r\n", b"moved"),
        response(uri, 200, "Content-Type: image/png\r\n", b"\x89PNG\r\n\x1a\n\0"),
        response(uri, 200, html, b"\x89PNG\r\n\x1a\n\0"),
        response(uri, 200, "Content-Type: application/json\r\n", b"{}"),
        response(uri, 200, "Content-Type: text/xml\r\n", b"<?xml version=\"1.0\"?><rss></rss>"),
        response(uri, 200, "Content-Type: text/xml\r\n", b"<?xml version=\"1.0\"?>\n<HTML>xhtml"),
        response(uri, 200, "Content-Type: text/plain\r\n", b"plain"),
        response(uri, 200, "", b"<!doctype html><p>untold"),
        record("resource", uri, "text/html", b"<p>resource"),
        record("resource", uri, "image/png", b"\x89PNG\r\n\x1a\n\0"),
        response(uri, 503, html, b"<p>later"),
    ];
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.warc.zst");
    let members: Vec<_> = archive.iter().map(zstd).collect();
    std::fs::write(&path, members.concat()).unwrap();
    let inputs = crate::sources::Inputs::new([path]);
    let options = SourceOptions::default();
    let jobs = inputs.units().flat_map(|unit| unit.tasks(&options));
    let found: Vec<_> = jobs.map(|job| described(&job.load(&options))).collect();
    assert_eq!(
        found,
        [
            "<?xml version=\"1.0\"?>\n<HTML>xhtml",
            "plain",
            "<!doctype html><p>untold",
            "<p>resource",
            "status: "
        ]
    );
    assert_eq!(inputs.skipped_records(), 7);
}

#[test]
fn converted_text_is_utf_8() {
    let archive = record("conversion", "https://a.example/", "text/plain", "caf\u{e9}".as_bytes());
    let page = pages("a.warc.wet.gz", gzip(archive), &SourceOptions::default()).remove(0);
    assert_eq!((page.kind, page.charset.as_deref()), (Some(InputKind::Text), Some("utf-8")));
    assert_eq!(page.url.as_deref(), Some("https://a.example/"));
}

#[test]
fn an_incomplete_page_has_an_error() {
    let html = "Content-Type: text/html\r\n";
    let cut = response("https://a.example/", 200, html, b"<p>begins");
    let cut = String::from_utf8(cut).unwrap().replacen("\r\n", "\r\nWARC-Truncated: length\r\n", 1);
    let page = read(cut.as_bytes()).remove(0);
    assert_eq!((described(&page), &*page.bytes), ("truncated: ".into(), &b"<p>begins"[..]));
    let chunked =
        response("https://a.example/", 200, "Transfer-Encoding: chunked\r\n", b"9\r\n<p>be");
    assert_eq!(described(&read(&chunked)[0]), "truncated: ");
    let damaged = gzip("<p>damaged".repeat(100));
    let coded = "Content-Type: text/html\r\nContent-Encoding: gzip\r\n";
    let page = read(&response("https://a.example/", 200, coded, &damaged[..40])).remove(0);
    assert_eq!(described(&page), "decompress: ");
    assert!(page.bytes.starts_with(b"<p>damaged"));
}

#[test]
fn a_page_above_the_cap_is_read_up_to_the_cap() {
    let options = SourceOptions { max_input_bytes: 1000, ..SourceOptions::default() };
    for headers in ["", "Content-Encoding: gzip\r\n"] {
        let body = "<p>word".repeat(1000).into_bytes();
        let body = if headers.is_empty() { body } else { gzip(body) };
        let headers = format!("Content-Type: text/html\r\n{headers}");
        let archive = response("https://a.example/", 200, &headers, &body);
        let page = pages("a.warc", archive, &options).remove(0);
        assert_eq!((page.bytes.len(), page.error), (1001, None));
    }
}
