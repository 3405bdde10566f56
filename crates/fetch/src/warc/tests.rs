use std::io::{self, Read, Write};
use std::net::{IpAddr, Ipv4Addr};
use std::time::{Duration, SystemTime};

use proptest::prelude::*;

use super::*;
use crate::inflate::{InflateError, InflateLimits};

const COMPRESSIONS: [FileCompression; 3] =
    [FileCompression::None, FileCompression::Gzip, FileCompression::Zstd];

fn date() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_millis(1_700_000_000_250)
}

fn gzip(data: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(data).unwrap();
    encoder.finish().unwrap()
}

/// Everything an archive gives: records by type and content, errors by what they say.
fn read(archive: &[u8]) -> Vec<String> {
    read_with(archive, WarcLimits::default())
}

fn read_with(archive: &[u8], limits: WarcLimits) -> Vec<String> {
    let reader = match WarcReader::new(archive, limits) {
        Ok(reader) => reader,
        Err(error) => return vec![error.to_string()],
    };
    reader
        // Errors without end are to fail the test, not to fill the memory.
        .take(10_000)
        .map(|record| match record {
            Ok(record) => format!(
                "{} {} {}",
                record.offset,
                record.record_type.name(),
                record.content.escape_ascii()
            ),
            Err(error) => error.to_string(),
        })
        .collect()
}

fn resource(content: &str) -> Vec<u8> {
    let length = content.len();
    format!(
        "WARC/1.0\r\nWARC-Type: resource\r\nContent-Type: text/plain\r\n\
         Content-Length: {length}\r\n\r\n{content}\r\n\r\n"
    )
    .into_bytes()
}

#[test]
fn a_capture_comes_back_as_it_was_written() {
    for compression in COMPRESSIONS {
        let mut writer = WarcWriter::new(Vec::new(), compression);
        let info = WarcInfo {
            filename: Some("crawl.warc"),
            operator: Some("Press Desk <desk@example.org>"),
            robots: Some("obey"),
            user_agent: Some("copydesk/1"),
            ..WarcInfo::default()
        };
        let warcinfo = writer.info(&info, date()).unwrap();
        let capture = WarcCapture {
            ip: Some(IpAddr::V4(Ipv4Addr::new(192, 0, 2, 7))),
            request: Some(WarcRequest { method: "GET", headers: &[("Accept", b"*/*")] }),
            protocol: WarcProtocol::Http2,
            status: 200,
            headers: &[("content-type", b"text/html"), ("content-encoding", b"gzip")],
            payload: &gzip(b"<p>Hello"),
            truncated: Some(WarcTruncation::Time),
            ..WarcCapture::new("https://me:secret@example.com/a?b", date())
        };
        let written = writer.capture(&capture).unwrap();
        let archive = writer.into_inner();
        let records: Vec<WarcRecord> = WarcReader::new(&archive[..], WarcLimits::default())
            .unwrap()
            .map(Result::unwrap)
            .collect();
        let [first, response, request] = &records[..] else { panic!("{records:?}") };
        assert_eq!(first.record_type, WarcRecordType::Warcinfo);
        assert_eq!(first.fields.text("warc-filename").as_deref(), Some("crawl.warc"));
        let block = String::from_utf8(first.content.clone()).unwrap();
        assert!(block.contains("software: copydesk-fetch/"), "{block}");
        assert!(block.contains("\r\noperator: Press Desk <desk@example.org>\r\nrobots: obey\r\n"));
        assert_eq!(response.version, "1.1");
        assert_eq!(response.target_uri().as_deref(), Some("https://example.com/a?b"));
        assert_eq!(response.date(), Some(date()));
        assert_eq!(
            response.fields.text("warc-date").as_deref(),
            Some("2023-11-14T22:13:20.250000Z")
        );
        assert_eq!(response.ip(), capture.ip);
        assert_eq!(response.truncated().as_deref(), Some("time"));
        assert_eq!(response.fields.text("warc-protocol").as_deref(), Some("h2"));
        assert_eq!(response.is_intact(), Some(true));
        assert_eq!(
            response.fields.text("warc-warcinfo-id").as_deref(),
            Some(&*format!("<{}>", warcinfo.id))
        );
        let http = response.http_response(WarcLimits::default().inflate).unwrap();
        assert_eq!((http.status, &*http.version, &*http.reason), (200, "HTTP/1.1", ""));
        assert_eq!((&*http.body, http.decode_error), (&b"<p>Hello"[..], None));
        assert_eq!(request.record_type, WarcRecordType::Request);
        assert_eq!(
            request.content,
            b"GET /a?b HTTP/1.1\r\nHost: example.com\r\nAccept: */*\r\n\r\n"
        );
        assert_eq!(
            request.fields.text("WARC-Concurrent-To").as_deref(),
            Some(&*format!("<{}>", written.response.id))
        );
        // Each record is where the writer said, and can be read by itself.
        let places = [&warcinfo, &written.response, written.request.as_ref().unwrap()];
        let mut end = 0;
        for (place, record) in places.into_iter().zip(&records) {
            assert_eq!((place.offset, record.offset), (end, end));
            assert_eq!(record.id().as_ref(), Some(&place.id));
            end += place.length;
            let alone = &archive[usize::try_from(place.offset).unwrap()..];
            let alone = WarcReader::new(alone, WarcLimits::default()).unwrap().next();
            assert_eq!(alone.unwrap().unwrap().id().as_ref(), Some(&place.id));
        }
        assert_eq!(end, archive.len() as u64);
    }
}

#[test]
fn revisits_say_of_what() {
    let mut writer = WarcWriter::appending(Vec::new(), FileCompression::None, 1000);
    let revisit = WarcRevisit {
        profile: RevisitProfile::ServerNotModified,
        target_uri: Some("https://example.com/"),
        date: Some(date()),
        record_id: Some("urn:uuid:1"),
    };
    let not_modified = WarcCapture {
        status: 304,
        reason: "Not Modified",
        headers: &[("etag", b"\"x\""), ("content-length", b"900")],
        revisit: Some(revisit),
        ..WarcCapture::new("https://example.com/", date())
    };
    assert_eq!(writer.capture(&not_modified).unwrap().response.offset, 1000);
    let profile = RevisitProfile::IdenticalPayloadDigest;
    let identical = WarcCapture {
        status: 200,
        headers: &[("content-length", b"3")],
        payload: b"abc",
        revisit: Some(WarcRevisit { profile, ..revisit }),
        ..not_modified
    };
    writer.capture(&identical).unwrap();
    let archive = writer.into_inner();
    let records: Vec<WarcRecord> =
        WarcReader::new(&archive[..], WarcLimits::default()).unwrap().map(Result::unwrap).collect();
    let text = |at: usize, name| records[at].fields.text(name).map(String::from);
    assert_eq!(records[0].record_type, WarcRecordType::Revisit);
    assert_eq!(
        text(0, "WARC-Profile").unwrap(),
        "http://netpreserve.org/warc/1.1/revisit/server-not-modified"
    );
    assert_eq!(text(0, "WARC-Refers-To").unwrap(), "<urn:uuid:1>");
    assert_eq!(text(0, "WARC-Refers-To-Target-URI").unwrap(), "https://example.com/");
    assert_eq!(text(0, "WARC-Refers-To-Date").unwrap(), "2023-11-14T22:13:20.250000Z");
    assert_eq!(text(0, "WARC-Payload-Digest"), None);
    assert_eq!(
        records[0].content,
        b"HTTP/1.1 304 Not Modified\r\netag: \"x\"\r\ncontent-length: 900\r\n\r\n"
    );
    assert_eq!(
        text(1, "WARC-Profile").unwrap(),
        "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest"
    );
    // RFC 3174's first example
    assert_eq!(text(1, "WARC-Payload-Digest").unwrap(), "sha1:VGMT4NSHA2AWVOR6EVYXQUGCNSONBWE5");
    assert_eq!(text(1, "WARC-Truncated").unwrap(), "length");
    let response = records[1].http_response(WarcLimits::default().inflate).unwrap();
    assert_eq!((response.status, &*response.body), (200, &b""[..]));
}

#[test]
fn failures_are_metadata() {
    let mut writer = WarcWriter::new(Vec::new(), FileCompression::None);
    let metadata = WarcMetadata {
        via: Some("https://example.com/a b"),
        hops_from_seed: Some("LR"),
        fetch_time: Some(Duration::from_millis(1500)),
        outcome: Some("timeout"),
        message: Some("no answer\r\nin time"),
        ..WarcMetadata::default()
    };
    writer.metadata("https://example.com/", date(), &metadata).unwrap();
    let archive = writer.into_inner();
    let record = WarcReader::new(&archive[..], WarcLimits::default()).unwrap().next();
    let record = record.unwrap().unwrap();
    assert_eq!(record.record_type, WarcRecordType::Metadata);
    assert_eq!(record.content_type().as_deref(), Some("application/warc-fields"));
    assert_eq!(
        record.content,
        b"via: https://example.com/a%20b\r\nhopsFromSeed: LR\r\nfetchTimeMs: 1500\r\n\
          outcome: timeout\r\nmessage: no answer  in time\r\n"
    );
}

#[test]
fn archives_of_other_tools() {
    // as wget writes: brackets around the URL, chunks kept, LF alone in the body's head
    let body = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Type: text/html\r\n\r\n\
                8\r\n<p>Hello\r\n0\r\n\r\n";
    let wget = format!(
        "WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: <http://localhost/>\r\n\
         Content-Type: application/http;msgtype=response\r\nContent-Length: {}\r\n\r\n{body}\r\n\r\n",
        body.len()
    );
    let record = WarcReader::new(wget.as_bytes(), WarcLimits::default()).unwrap().next();
    let record = record.unwrap().unwrap();
    assert_eq!(record.target_uri().as_deref(), Some("http://localhost/"));
    let response = record.http_response(WarcLimits::default().inflate).unwrap();
    assert_eq!((&*response.body, response.is_truncated), (&b"<p>Hello"[..], false));
    assert_eq!(response.headers.text("content-type").as_deref(), Some("text/html"));
    // lines that end in LF alone, version 0.18, a folded field, one line end after the block
    let old =
        b"\n\nWARC/0.18\nWARC-Type: conversion\nX: a\n b\ncontent-length: 2\n\nhi\nWARC/0.17\n\
        WARC-Type: dns-thing\nContent-Length: 0\n\n";
    assert_eq!(read(old), ["2 conversion hi", "64 dns-thing "]);
    // one gzip member for all, one for each, one for each part
    let (one, two) = (resource("one"), resource("two"));
    let both = [one.clone(), two.clone()].concat();
    assert_eq!(read(&gzip(&both)), ["0 resource one", "0 resource two"]);
    let each = [gzip(&one), gzip(&two)].concat();
    let second = gzip(&one).len();
    assert_eq!(read(&each), ["0 resource one".to_owned(), format!("{second} resource two")]);
    let parts = [gzip(&one[..10]), gzip(&one[10..])].concat();
    assert_eq!(read(&parts), ["0 resource one"]);
    assert_eq!(read(b""), [""; 0]);
}

/// What `zstd --train` makes of 2,000 records such as `resource("sample 7 of 49")`. The trainer of the
/// library would do it here, but it is a feature of the C code, and all of that would be built twice.
const DICTIONARY: &[u8] = include_bytes!("records.dict");

/// A `.warc.zst` file with a dictionary before its records.
fn with_dictionary(compress: bool) -> Vec<u8> {
    let dictionary = DICTIONARY;
    let mut encoder = zstd::stream::Encoder::with_dictionary(Vec::new(), 3, dictionary).unwrap();
    encoder.write_all(&resource("one")).unwrap();
    let frame = encoder.finish().unwrap();
    let data = if compress {
        zstd::stream::encode_all(dictionary, 3).unwrap()
    } else {
        dictionary.to_vec()
    };
    let mut archive = vec![0x5d, 0x2a, 0x4d, 0x18];
    archive.extend(u32::try_from(data.len()).unwrap().to_le_bytes());
    archive.extend(data);
    // a frame that is to be skipped
    archive.extend(b"\x51\x2a\x4d\x18\x03\0\0\0abc");
    archive.extend(frame);
    archive
}

#[test]
fn zstd_dictionaries_are_used_or_refused() {
    for compress in [false, true] {
        let archive = with_dictionary(compress);
        let records = read(&archive);
        assert!(records.len() == 1 && records[0].ends_with(" resource one"), "{records:?}");
    }
    let refused = "at byte 0 of the archive: unusable zstd dictionary: ";
    let cases: [(&[u8], &str); 4] = [
        (b"\x5d\x2a\x4d\x18", "it is cut off"),
        (b"\x5d\x2a\x4d\x18\x05\0\0\0abc", "it is cut off"),
        (b"\x5d\x2a\x4d\x18\x03\0\0\0abc", "not a zstd dictionary"),
        (b"\x5d\x2a\x4d\x18\xff\xff\xff\xffabc", "it is longer than 8 MiB"),
    ];
    for (archive, reason) in cases {
        assert_eq!(read(archive), [format!("{refused}{reason}")]);
    }
}

#[test]
fn what_comes_before_the_end_of_a_cut_archive_is_given() {
    let one = resource("one");
    let two = resource("a longer second record");
    let both = [one.clone(), two.clone()].concat();
    let cut = &both[..both.len() - 10];
    let at = one.len();
    assert_eq!(
        read(cut),
        [
            "0 resource one".to_owned(),
            format!(
                "at byte {at} of the archive: the archive ends after 16 of the record's 22 bytes"
            ),
        ]
    );
    let cut = &both[..at + 30];
    assert_eq!(read(cut).len(), 2);
    let mut gzipped = gzip(&one);
    let at = gzipped.len();
    gzipped.extend(&gzip(&two)[..40]);
    let got = read(&gzipped);
    assert_eq!(got[0], "0 resource one");
    assert!(
        got[1].starts_with(&format!("at byte {at} of the archive: the gzip data ends too early")),
        "{got:?}"
    );
    assert_eq!(got.len(), 2);
}

#[test]
fn damage_costs_the_record_it_is_in() {
    let contents = ["one".repeat(1000), "two".repeat(1000), "three".repeat(10)];
    let members: Vec<Vec<u8>> = contents.iter().map(|content| gzip(&resource(content))).collect();
    let second = members[0].len();
    for at in [second + 12, second + 20, second + members[1].len() - 6] {
        let mut archive = members.concat();
        archive[at] ^= 0xff;
        let got = read(&archive);
        assert!(got[0].starts_with("0 resource oneone"), "{at}");
        assert!(got.iter().any(|line| line.contains("the gzip data is damaged")), "{got:?}");
        assert!(got.last().unwrap().ends_with(&contents[2]), "{got:?}");
    }
    // garbage between members, and padding after them
    let archive = [&members[0][..], b"garbage", &members[2], &[0; 100]].concat();
    let got = read(&archive);
    assert_eq!(got.len(), 3, "{got:?}");
    assert!(got[1].contains("no member begins here"), "{got:?}");
    // lines that are no record
    let plain = [&b"GET / HTTP/1.1\r\nWARC/x\r\n"[..], &resource("one")].concat();
    assert_eq!(
        read(&plain),
        [
            "at byte 0 of the archive: no record begins here, but \"GET / HTTP/1.1\"",
            "24 resource one"
        ]
    );
}

#[test]
fn headers_and_records_have_caps() {
    let limits = WarcLimits { max_record_bytes: 5, max_header_bytes: 100, ..Default::default() };
    let archive = [resource("sixsix"), resource("five5")].concat();
    let second = resource("sixsix").len();
    assert_eq!(
        read_with(&archive, limits),
        [
            "at byte 0 of the archive: the record has 6 bytes, more than 5 (max_record_bytes)"
                .to_owned(),
            format!("{second} resource five5"),
        ]
    );
    let long = format!("WARC/1.0\r\nX: {}\r\nContent-Length: 0\r\n\r\n", "x".repeat(1000));
    let endless = format!("WARC/1.0\r\nX: {}", "x".repeat(100_000));
    for header in [long, endless] {
        let archive = [header.as_bytes(), b"\r\n", &resource("ok")].concat();
        let got = read_with(&archive, limits);
        assert_eq!(
            got[0],
            "at byte 0 of the archive: the header of the record has more than 100 bytes \
             (max_header_bytes)"
        );
        assert!(got[1].ends_with("resource ok"), "{got:?}");
    }
    for length in ["", "-1", "+1", "1x", "99999999999999999999999"] {
        let header = format!("WARC/1.0\r\nContent-Length: {length}\r\n\r\n");
        let archive = [header.as_bytes(), &resource("ok")].concat();
        let got = read(&archive);
        assert!(got[0].contains("no usable Content-Length"), "{got:?}");
        assert!(got[1].ends_with("resource ok"), "{got:?}");
    }
    let huge = b"WARC/1.0\r\nContent-Length: 9999999999999999999\r\n\r\nabc";
    assert!(read(huge)[0].contains("after 3 of"), "{:?}", read(huge));
}

#[test]
fn a_bomb_costs_its_member_and_the_whole_has_a_cap() {
    let bomb = gzip(&resource(&"0".repeat(30 << 20)));
    let archive = [bomb, gzip(&resource("ok"))].concat();
    let got = read(&archive);
    assert!(got[0].contains("max_inflate_ratio"), "{}", got[0].len());
    assert!(got[1].ends_with("resource ok"));
    let mut limits = WarcLimits::default();
    limits.inflate.max_inflated_bytes = 1000;
    let archive = gzip(&resource("a record")).repeat(50);
    let got = read_with(&archive, limits);
    assert!(got.last().unwrap().contains("max_inflated_bytes"), "{got:?}");
    assert!(got.len() < 20);
}

#[test]
fn trouble_with_reading_is_not_blamed_on_the_archive() {
    struct FailingArchive;
    impl Read for FailingArchive {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::Error::other("the disk is gone"))
        }
    }
    for archive in [resource("one"), gzip(&resource("one"))] {
        let cut = &archive[..archive.len() - 10];
        let mut reader = WarcReader::new(cut.chain(FailingArchive), WarcLimits::default()).unwrap();
        let error = reader.find_map(Result::err).unwrap();
        assert!(matches!(error.kind, WarcErrorKind::Io(_)), "{error}");
        assert!(reader.next().is_none());
    }
}

#[test]
fn responses_as_servers_and_tools_leave_them() {
    let response = |content: &[u8]| {
        let header = format!(
            "WARC/1.1\r\nWARC-Type: response\r\nContent-Type: application/http; \
             msgtype=response\r\nContent-Length: {}\r\n\r\n",
            content.len()
        );
        let archive = [header.as_bytes(), content].concat();
        let record = WarcReader::new(&archive[..], WarcLimits::default()).unwrap().next();
        record.unwrap().unwrap().http_response(WarcLimits::default().inflate)
    };
    let cases: [(&[u8], u16, &[u8], bool); 6] = [
        (b"HTTP/1.0 404 Not Found\nA: b\n\nbody", 404, b"body", false),
        (b"HTTP/2 200\r\n\r\nbody", 200, b"body", false),
        (b"HTTP/1.1 204 \r\n", 204, b"", false),
        // the header is there, but the chunks are not
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n<p>", 200, b"<p>", false),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\n<p>", 200, b"<p>", true),
        (b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n<p>", 200, b"<p>", false),
    ];
    for (content, status, body, is_cut) in cases {
        let got = response(content).unwrap();
        assert_eq!((got.status, &*got.body, got.is_truncated), (status, body, is_cut));
        assert_eq!(got.decode_error, None);
    }
    let unknown = response(b"HTTP/1.1 200 OK\r\nContent-Encoding: compress\r\n\r\n<p>").unwrap();
    assert_eq!(
        unknown.decode_error,
        Some(InflateError::UnknownCoding { coding: "compress".into() })
    );
    assert_eq!(unknown.body, b"<p>");
    for content in [&b""[..], b"<html>", b"HTTP/1.1", b"HTTP/1.1 abc OK\r\n\r\n"] {
        let error = response(content).unwrap_err();
        assert!(matches!(error.kind, WarcErrorKind::NotHttp { .. }), "{error}");
    }
    let endless = [&b"HTTP/1.1 200 OK\r\n"[..], &b":\n".repeat(200_000)].concat();
    assert!(matches!(response(&endless).unwrap_err().kind, WarcErrorKind::NotHttp { .. }));
}

fn any_headers() -> impl Strategy<Value = Vec<(String, Vec<u8>)>> {
    prop::collection::vec(("[A-Za-z-]{0,12}", prop::collection::vec(any::<u8>(), 0..40)), 0..6)
}

proptest! {
    #[test]
    fn captures_of_any_kind_come_back(
        captures in prop::collection::vec(
            (any_headers(), prop::collection::vec(any::<u8>(), 0..3000), any::<String>(), 100u16..600),
            1..5,
        ),
        which in 0usize..3,
    ) {
        let mut writer = WarcWriter::new(Vec::new(), COMPRESSIONS[which]);
        for (headers, payload, text, status) in &captures {
            let headers: Vec<(&str, &[u8])> = headers
                .iter()
                .filter(|(name, _)| !name.eq_ignore_ascii_case("content-encoding"))
                .map(|(name, value)| (name.as_str(), value.as_slice()))
                .collect();
            let url = format!("https://example.com/{text}");
            let request = Some(WarcRequest { method: text, headers: &headers });
            let capture = WarcCapture {
                headers: &headers, payload, status: *status, reason: text, request,
                ..WarcCapture::new(&url, date())
            };
            writer.capture(&capture).unwrap();
        }
        let archive = writer.into_inner();
        let records: Vec<WarcRecord> = WarcReader::new(&archive[..], WarcLimits::default())
            .unwrap()
            .map(Result::unwrap)
            .collect();
        prop_assert_eq!(records.len(), captures.len() * 2);
        for (pair, (_, payload, _, status)) in records.chunks(2).zip(&captures) {
            let response = pair[0].http_response(WarcLimits::default().inflate).unwrap();
            prop_assert_eq!(&response.body, payload);
            prop_assert_eq!(response.status, *status);
            prop_assert_eq!(pair[0].is_intact(), Some(true));
            prop_assert_eq!(pair[1].record_type.name(), "request");
        }
    }

    #[test]
    fn any_bytes_end_without_a_panic(
        data in prop::collection::vec(any::<u8>(), 0..2000),
        which in 0usize..5,
    ) {
        let magic: &[u8] = [
            &b""[..], b"WARC/1.0\r\nContent-Length: 9\r\n", b"\x1f\x8b\x08\0\0\0\0\0\0\x03",
            b"\x28\xb5\x2f\xfd", b"\x5d\x2a\x4d\x18\x09\0\0\0",
        ][which];
        prop_assert!(read(&[magic, &data].concat()).len() < 2000);
        let _ = http::response([b"HTTP/1.1 200 OK\r\n", &data[..]].concat().into(), InflateLimits::default());
    }

    #[test]
    fn damaged_archives_end_without_a_panic(
        flips in prop::collection::vec((any::<u16>(), 1u8..), 1..8),
        cut in any::<u16>(),
        which in 0usize..4,
    ) {
        let mut archive = match COMPRESSIONS.get(which) {
            Some(compression) => {
                let mut writer = WarcWriter::new(Vec::new(), *compression);
                for status in 200..205 {
                    let capture = WarcCapture {
                        status,
                        headers: &[("content-type", b"text/html")],
                        payload: b"<p>The ferry sailed on Monday.",
                        ..WarcCapture::new("https://example.com/", date())
                    };
                    writer.capture(&capture).unwrap();
                }
                writer.into_inner()
            }
            None => with_dictionary_once().to_vec(),
        };
        for (at, with) in flips {
            let at = usize::from(at) % archive.len();
            archive[at] ^= with;
        }
        archive.truncate(archive.len() - usize::from(cut) % archive.len() / 4);
        prop_assert!(read(&archive).len() < 200);
    }
}

fn with_dictionary_once() -> &'static [u8] {
    static ARCHIVE: std::sync::OnceLock<Vec<u8>> = std::sync::OnceLock::new();
    ARCHIVE.get_or_init(|| with_dictionary(true))
}

#[test]
fn an_archive_of_zstd_members_may_be_longer_than_what_no_ratio_is_asked_for() {
    let record = resource(&"word ".repeat(100_000));
    let member = zstd::stream::encode_all(&*record, 1).unwrap();
    let records = WarcReader::new(io::Cursor::new(member.repeat(5)), WarcLimits::default());
    let lengths: Vec<_> =
        records.unwrap().map(|record| record.map(|record| record.content.len()).ok()).collect();
    assert_eq!(lengths, [Some(500_000); 5]);
}

#[test]
fn an_archive_is_entered_where_a_record_or_its_member_begins() {
    let records: Vec<Vec<u8>> = (0..5).map(|n| resource(&format!("record {n}"))).collect();
    let members: Vec<Vec<u8>> = records.iter().map(|record| gzip(record)).collect();
    for archive in [records.concat(), members.concat()] {
        let open = || WarcReader::new(io::Cursor::new(&archive), WarcLimits::default()).unwrap();
        let mut reader = open();
        let mut read = Vec::new();
        while let Some(record) = reader.next() {
            let entry = reader.resume_offset().unwrap();
            assert_eq!(reader.consumed().max(entry), reader.consumed());
            read.push((record.unwrap(), entry));
        }
        assert_eq!(read.len(), 5);
        for (done, (_, entry)) in read.iter().enumerate() {
            let mut reader = open();
            reader.seek(*entry).unwrap();
            let rest: Vec<_> = reader.map(Result::unwrap).collect();
            let expected: Vec<_> =
                read[done + 1..].iter().map(|(record, _)| record.clone()).collect();
            assert_eq!(rest, expected);
        }
    }
    // All records in one member: nowhere but at its end.
    let whole = gzip(&records.concat());
    let mut reader = WarcReader::new(&whole[..], WarcLimits::default()).unwrap();
    assert!(reader.next().unwrap().is_ok());
    assert_eq!(reader.resume_offset(), None);
}
