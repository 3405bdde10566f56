//! Writes archives.

use std::io::{self, Write};
use std::time::SystemTime;

use jiff::Timestamp;
use uuid::Uuid;

use super::capture::{
    RevisitProfile, WarcCapture, WarcInfo, WarcMetadata, WarcProtocol, WarcRecordLocation,
    WarcRequest, WarcTruncation, WrittenCapture,
};
use super::{digest, head};

/// How the records of an archive are compressed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FileCompression {
    /// Not at all: `.warc`.
    None,
    /// A gzip member for each record (annex D): `.warc.gz`. The default.
    #[default]
    Gzip,
    /// A zstd frame for each record, with its length and a checksum, as the IIPC's proposal has
    /// it: `.warc.zst`.
    Zstd,
}

/// Writes records one after another.
///
/// Every record is handed to the output whole, in one or two writes a block; after an error the
/// output may have the beginning of one. Nothing is flushed but by [`Self::flush`].
#[derive(Debug)]
pub struct WarcWriter<W: Write> {
    out: W,
    compression: FileCompression,
    offset: u64,
    info_id: Option<String>,
}

/// What a record is of.
struct WarcRecordHeader<'a> {
    kind: &'static str,
    id: &'a str,
    date: SystemTime,
    content_type: &'static str,
}

const WARC_FIELDS: &str = "application/warc-fields";

impl<W: Write> WarcWriter<W> {
    /// A writer to an empty output. An archive should begin with [`Self::info`].
    pub fn new(out: W, compression: FileCompression) -> Self {
        Self::appending(out, compression, 0)
    }

    /// A writer to an output that has `offset` bytes already, all of them whole records.
    pub fn appending(out: W, compression: FileCompression, offset: u64) -> Self {
        Self { out, compression, offset, info_id: None }
    }

    /// Where the next record will begin: the length of the archive so far.
    pub fn offset(&self) -> u64 {
        self.offset
    }

    /// Hands everything to the output's own output.
    pub fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }

    /// Gives the output back.
    pub fn into_inner(self) -> W {
        self.out
    }

    /// Writes a `warcinfo` record; what follows refers to it.
    pub fn info(
        &mut self,
        info: &WarcInfo<'_>,
        date: SystemTime,
    ) -> io::Result<WarcRecordLocation> {
        let software = match info.software {
            "" => concat!("copydesk-fetch/", env!("CARGO_PKG_VERSION")),
            software => software,
        };
        let block = warc_fields(&[
            ("software", Some(software)),
            ("format", Some("WARC File Format 1.1")),
            (
                "conformsTo",
                Some(
                    "https://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/",
                ),
            ),
            ("operator", info.operator),
            ("robots", info.robots),
            ("http-header-user-agent", info.user_agent),
            ("http-header-from", info.from),
        ]);
        let id = new_id();
        self.info_id = None;
        let fields = Vec::from_iter(info.filename.map(|name| ("WARC-Filename", name.to_owned())));
        let header =
            WarcRecordHeader { kind: "warcinfo", id: &id, date, content_type: WARC_FIELDS };
        let place = self.record(&header, &fields, &[&block])?;
        self.info_id = Some(id);
        Ok(place)
    }

    /// Writes a capture: a `response` or `revisit` record, then a `request` record if there is a
    /// request.
    pub fn capture(&mut self, capture: &WarcCapture<'_>) -> io::Result<WrittenCapture> {
        let head = head::response(capture);
        let mut fields = vec![("WARC-Target-URI", head::uri(capture.url))];
        fields.extend(connection(capture));
        let id = new_id();
        let mut payload = capture.payload;
        let mut truncated = capture.truncated;
        let mut payload_digest = Some(digest::sha1(&[payload]));
        if let Some(revisit) = &capture.revisit {
            fields.push(("WARC-Profile", revisit.profile.uri().to_owned()));
            fields.extend(revisit.record_id.map(|id| ("WARC-Refers-To", format!("<{id}>"))));
            fields.extend(
                revisit.target_uri.map(|url| ("WARC-Refers-To-Target-URI", head::uri(url))),
            );
            fields.extend(revisit.date.map(|date| ("WARC-Refers-To-Date", timestamp(date))));
            payload = &[];
            match revisit.profile {
                RevisitProfile::ServerNotModified => payload_digest = None,
                RevisitProfile::IdenticalPayloadDigest => truncated = Some(WarcTruncation::Length),
            }
        }
        fields.extend(truncated.map(|reason| ("WARC-Truncated", reason.name().to_owned())));
        fields.extend(payload_digest.map(|digest| ("WARC-Payload-Digest", digest)));
        let header = WarcRecordHeader {
            kind: if capture.revisit.is_some() { "revisit" } else { "response" },
            id: &id,
            date: capture.date,
            content_type: "application/http;msgtype=response",
        };
        let response = self.record(&header, &fields, &[&head, payload])?;
        let request = match &capture.request {
            Some(request) => Some(self.request(capture, request, &id)?),
            None => None,
        };
        Ok(WrittenCapture { response, request })
    }

    fn request(
        &mut self,
        capture: &WarcCapture<'_>,
        request: &WarcRequest<'_>,
        response_id: &str,
    ) -> io::Result<WarcRecordLocation> {
        let mut fields = vec![
            ("WARC-Target-URI", head::uri(capture.url)),
            ("WARC-Concurrent-To", format!("<{response_id}>")),
        ];
        fields.extend(connection(capture));
        let head = head::request(capture.url, request, capture.protocol);
        let header = WarcRecordHeader {
            kind: "request",
            id: &new_id(),
            date: capture.date,
            content_type: "application/http;msgtype=request",
        };
        self.record(&header, &fields, &[&head])
    }

    /// Writes a `metadata` record about a fetch of `url` that began at `date`.
    pub fn metadata(
        &mut self,
        url: &str,
        date: SystemTime,
        metadata: &WarcMetadata<'_>,
    ) -> io::Result<WarcRecordLocation> {
        let mut fields = vec![("WARC-Target-URI", head::uri(url))];
        fields.extend(metadata.ip.map(|ip| ("WARC-IP-Address", ip.to_string())));
        fields.extend(metadata.concurrent_to.map(|id| ("WARC-Concurrent-To", format!("<{id}>"))));
        let via = metadata.via.map(head::uri);
        let fetch_time = metadata.fetch_time.map(|time| time.as_millis().to_string());
        let block = warc_fields(&[
            ("via", via.as_deref()),
            ("hopsFromSeed", metadata.hops_from_seed),
            ("fetchTimeMs", fetch_time.as_deref()),
            ("outcome", metadata.outcome),
            ("message", metadata.message),
        ]);
        let header =
            WarcRecordHeader { kind: "metadata", id: &new_id(), date, content_type: WARC_FIELDS };
        self.record(&header, &fields, &[&block])
    }

    fn record(
        &mut self,
        header: &WarcRecordHeader<'_>,
        fields: &[(&str, String)],
        block: &[&[u8]],
    ) -> io::Result<WarcRecordLocation> {
        let length: usize = block.iter().map(|part| part.len()).sum();
        let mut head = b"WARC/1.1\r\n".to_vec();
        let mut put = |name: &str, value: &str| head::field(&mut head, name, value.as_bytes());
        put("WARC-Type", header.kind);
        put("WARC-Record-ID", &format!("<{}>", header.id));
        put("WARC-Date", &timestamp(header.date));
        if let Some(id) = &self.info_id {
            put("WARC-Warcinfo-ID", &format!("<{id}>"));
        }
        for (name, value) in fields {
            put(name, value);
        }
        put("WARC-Block-Digest", &digest::sha1(block));
        put("Content-Type", header.content_type);
        put("Content-Length", &length.to_string());
        head.extend(b"\r\n");
        let mut parts = vec![&*head];
        parts.extend(block);
        parts.push(b"\r\n\r\n");
        let offset = self.offset;
        let length = self.write(&parts)?;
        self.offset += length;
        Ok(WarcRecordLocation { id: header.id.to_owned(), offset, length })
    }

    /// Writes one member; gives its length.
    fn write(&mut self, parts: &[&[u8]]) -> io::Result<u64> {
        let mut out = CountingWriter { inner: &mut self.out, written: 0 };
        match self.compression {
            FileCompression::None => {
                for part in parts {
                    out.write_all(part)?;
                }
            }
            FileCompression::Gzip => {
                let level = flate2::Compression::default();
                let mut encoder = flate2::write::GzEncoder::new(&mut out, level);
                for part in parts {
                    encoder.write_all(part)?;
                }
                encoder.finish()?;
            }
            FileCompression::Zstd => {
                let length: usize = parts.iter().map(|part| part.len()).sum();
                let level = zstd::DEFAULT_COMPRESSION_LEVEL;
                let mut encoder = zstd::stream::Encoder::new(&mut out, level)?;
                encoder.include_checksum(true)?;
                encoder.set_pledged_src_size(Some(length as u64))?;
                for part in parts {
                    encoder.write_all(part)?;
                }
                encoder.finish()?;
            }
        }
        Ok(out.written)
    }
}

/// The fields that say with whom the capture was made, and how.
fn connection(capture: &WarcCapture<'_>) -> Vec<(&'static str, String)> {
    let mut fields = Vec::new();
    fields.extend(capture.ip.map(|ip| ("WARC-IP-Address", ip.to_string())));
    let is_plain = capture.url.starts_with("http:");
    let protocol = match capture.protocol {
        // What the URL and the head tell is not written.
        WarcProtocol::Http10 | WarcProtocol::Http11 => None,
        WarcProtocol::Http2 => Some(if is_plain { "h2c" } else { "h2" }),
        WarcProtocol::Http3 => Some("h3"),
    };
    fields.extend(protocol.map(|name| ("WARC-Protocol", name.to_owned())));
    fields
}

fn warc_fields(fields: &[(&str, Option<&str>)]) -> Vec<u8> {
    let mut block = Vec::new();
    for (name, value) in fields {
        if let Some(value) = value {
            head::field(&mut block, name, value.as_bytes());
        }
    }
    block
}

fn new_id() -> String {
    Uuid::new_v4().urn().to_string()
}

/// A date in UTC to the microsecond. One outside of the years that can be written is the epoch.
fn timestamp(date: SystemTime) -> String {
    let timestamp = Timestamp::try_from(date).unwrap_or(Timestamp::UNIX_EPOCH);
    format!("{timestamp:.6}")
}

struct CountingWriter<'a, W> {
    inner: &'a mut W,
    written: u64,
}

impl<W: Write> Write for CountingWriter<'_, W> {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        let n = self.inner.write(buf)?;
        self.written += n as u64;
        Ok(n)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}
