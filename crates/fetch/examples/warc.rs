//! Writes a small archive, or lists the records of one: what `tests/interop/warc.py` holds against
//! other tools.
//!
//!     warc write ARCHIVE.warc[.gz|.zst]
//!     warc list ARCHIVE
//!     warc count ARCHIVE
//!
//! `count` reads every record with its answer, as cleaning an archive does: what
//! `benches/warc_read.py` times. It prints records, answers and bytes of their bodies. A listed record is a line: offset, type, URL, status, bytes of the decoded body, and the SHA-1
//! field of the block if it is right.
#![expect(clippy::print_stdout, reason = "a command for people and scripts")]

use std::error::Error;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::net::{IpAddr, Ipv4Addr};
use std::time::{Duration, SystemTime};

use copydesk_fetch::warc::{
    FileCompression, RevisitProfile, WarcCapture, WarcInfo, WarcLimits, WarcMetadata, WarcProtocol,
    WarcReader, WarcRecordType, WarcRequest, WarcRevisit, WarcTruncation, WarcWriter,
};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["write", path] => write(path),
        ["list", path] => list(path),
        ["count", path] => count(path),
        _ => {
            Err("usage: warc write ARCHIVE.warc[.gz|.zst] | warc list ARCHIVE | warc count ARCHIVE"
                .into())
        }
    }
}

fn write(path: &str) -> Result<(), Box<dyn Error>> {
    let compression = match path.rsplit('.').next() {
        Some("gz") => FileCompression::Gzip,
        Some("zst") => FileCompression::Zstd,
        _ => FileCompression::None,
    };
    let mut writer = WarcWriter::new(BufWriter::new(File::create(path)?), compression);
    let date = SystemTime::now();
    let robots = Some("obey");
    writer.info(&WarcInfo { filename: Some(path), robots, ..WarcInfo::default() }, date)?;
    let page = WarcCapture {
        ip: Some(IpAddr::V4(Ipv4Addr::new(192, 0, 2, 7))),
        request: Some(WarcRequest { method: "GET", headers: &[("accept", b"text/html")] }),
        status: 200,
        reason: "OK",
        headers: &[
            ("Content-Type", b"text/html; charset=utf-8"),
            ("Transfer-Encoding", b"chunked"),
            ("X-Odd", b"a\r\nb\0c"),
        ],
        payload: "<p>The ferry sailed on Monday – at last.".as_bytes(),
        ..WarcCapture::new("https://example.com/ferry?day=1", date)
    };
    let written = writer.capture(&page)?;
    let mut gzipped = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    gzipped.write_all(&page.payload.repeat(100))?;
    let gzipped = gzipped.finish()?;
    let http2 = WarcCapture {
        protocol: WarcProtocol::Http2,
        reason: "",
        headers: &[("content-type", b"text/html"), ("content-encoding", b"gzip")],
        payload: &gzipped,
        ..page.clone()
    };
    writer.capture(&http2)?;
    let cut = WarcCapture {
        headers: &[("Content-Length", b"100000")],
        truncated: Some(WarcTruncation::Length),
        ..page.clone()
    };
    writer.capture(&cut)?;
    let mut revisit = WarcRevisit {
        profile: RevisitProfile::IdenticalPayloadDigest,
        target_uri: Some(page.url),
        date: Some(date),
        record_id: Some(&written.response.id),
    };
    writer.capture(&WarcCapture { revisit: Some(revisit), ..page.clone() })?;
    revisit.profile = RevisitProfile::ServerNotModified;
    let not_modified = WarcCapture {
        status: 304,
        reason: "Not Modified",
        headers: &[("ETag", b"\"x\"")],
        payload: b"",
        revisit: Some(revisit),
        ..page.clone()
    };
    writer.capture(&not_modified)?;
    let metadata = WarcMetadata {
        via: Some(page.url),
        hops_from_seed: Some("L"),
        fetch_time: Some(Duration::from_secs(20)),
        outcome: Some("timeout"),
        message: Some("waiting for the response took more than 20 s"),
        ..WarcMetadata::default()
    };
    writer.metadata("https://example.com/gone", date, &metadata)?;
    writer.flush()?;
    Ok(())
}

fn count(path: &str) -> Result<(), Box<dyn Error>> {
    let limits = WarcLimits::default();
    let (mut records, mut answers, mut bytes) = (0, 0, 0);
    for record in WarcReader::new(File::open(path)?, limits)? {
        let record = record?;
        records += 1;
        if record.record_type == WarcRecordType::Response {
            answers += 1;
            bytes += record.into_http_response(limits.inflate)?.body.len();
        }
    }
    println!("{records} {answers} {bytes}");
    Ok(())
}

fn list(path: &str) -> Result<(), Box<dyn Error>> {
    let limits = WarcLimits::default();
    for record in WarcReader::new(File::open(path)?, limits)? {
        let record = record?;
        let (status, length) = match record.http_response(limits.inflate) {
            Ok(response) => match response.decode_error {
                None => (response.status.to_string(), response.body.len()),
                Some(flaw) => (flaw.to_string(), response.body.len()),
            },
            Err(_) => ("-".to_owned(), record.content.len()),
        };
        println!(
            "{}\t{}\t{}\t{status}\t{length}\t{}",
            record.offset,
            record.record_type.name(),
            record.target_uri().unwrap_or_default(),
            match record.is_intact() {
                Some(true) => "intact",
                Some(false) => "damaged",
                None => "-",
            }
        );
    }
    Ok(())
}
