//! What is written into an archive.

use std::net::IpAddr;
use std::time::{Duration, SystemTime};

/// One fetch, as it goes into an archive: a `response` or `revisit` record, and a `request` record
/// beside it.
///
/// Header names and values are written back from what was parsed, not from the bytes on the wire:
/// order and values stay, the case of names is the caller's, and white space around values is lost.
/// Control characters become spaces, so that no value can end a header. See [`Self::payload`] for
/// what becomes of the headers that say how long the body is.
#[derive(Clone, Debug)]
pub struct WarcCapture<'a> {
    /// The URL that was asked for. Credentials in it are not written.
    pub url: &'a str,
    /// When the request was sent.
    pub date: SystemTime,
    /// The address that answered. Default: not known.
    pub ip: Option<IpAddr>,
    /// What was spoken. Default HTTP/1.1.
    pub protocol: WarcProtocol,
    /// The request, if it is to be written. Default: none.
    pub request: Option<WarcRequest<'a>>,
    /// The HTTP status code. Default 0, which is for the caller to set.
    pub status: u16,
    /// The reason phrase; HTTP/2 and HTTP/3 have none. Default empty.
    pub reason: &'a str,
    /// The headers of the response, in order. Default: none.
    pub headers: &'a [(&'a str, &'a [u8])],
    /// The body as received, without chunks but with its content codings. Default empty.
    ///
    /// A `Transfer-Encoding` header and a `Content-Length` that is not the payload's length would
    /// have readers misread the body; they are written as `X-Crawl-Transfer-Encoding` and
    /// `X-Crawl-Content-Length`, the names that Common Crawl uses, and the right length is added.
    pub payload: &'a [u8],
    /// Why the payload is not whole. Default: it is.
    pub truncated: Option<WarcTruncation>,
    /// That the content is in the archive already; the payload is then not written again. Default:
    /// it is not.
    pub revisit: Option<WarcRevisit<'a>>,
}

impl<'a> WarcCapture<'a> {
    /// A capture of `url` at `date` with all else at its default.
    pub const fn new(url: &'a str, date: SystemTime) -> Self {
        Self {
            url,
            date,
            ip: None,
            protocol: WarcProtocol::Http11,
            request: None,
            status: 0,
            reason: "",
            headers: &[],
            payload: &[],
            truncated: None,
            revisit: None,
        }
    }
}

/// What was spoken with a server. HTTP/2 and HTTP/3 are written with heads of HTTP/1.1 and a
/// `WARC-WarcProtocol` field, as the IIPC's extensions for HTTP/2 have it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum WarcProtocol {
    /// HTTP/1.0.
    Http10,
    /// HTTP/1.1.
    #[default]
    Http11,
    /// HTTP/2.
    Http2,
    /// HTTP/3.
    Http3,
}

/// A request without a body.
#[derive(Clone, Copy, Debug)]
pub struct WarcRequest<'a> {
    /// The method, such as `GET`.
    pub method: &'a str,
    /// The headers in order. If `Host` is not among them, it is written first, from the URL.
    pub headers: &'a [(&'a str, &'a [u8])],
}

/// Why a payload is cut (section 5.13).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum WarcTruncation {
    /// It was longer than the limit.
    Length,
    /// It took longer than the limit.
    Time,
    /// The connection broke.
    Disconnect,
    /// For another reason.
    Unspecified,
}

impl WarcTruncation {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Length => "length",
            Self::Time => "time",
            Self::Disconnect => "disconnect",
            Self::Unspecified => "unspecified",
        }
    }
}

/// The earlier capture that has the content (section 6.7).
#[derive(Clone, Copy, Debug)]
pub struct WarcRevisit<'a> {
    /// How it is known that the content is the same.
    pub profile: RevisitProfile,
    /// The URL of the earlier capture.
    pub target_uri: Option<&'a str>,
    /// When it was.
    pub date: Option<SystemTime>,
    /// The identifier of its record, as [`WarcRecordLocation::id`] has it.
    pub record_id: Option<&'a str>,
}

/// How it is known that content is the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RevisitProfile {
    /// The server said so, with status 304.
    ServerNotModified,
    /// The payload came again and has the same digest.
    IdenticalPayloadDigest,
}

impl RevisitProfile {
    pub(super) const fn uri(self) -> &'static str {
        match self {
            Self::ServerNotModified => {
                "http://netpreserve.org/warc/1.1/revisit/server-not-modified"
            }
            Self::IdenticalPayloadDigest => {
                "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest"
            }
        }
    }
}

/// Where the records of a capture lie.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrittenCapture {
    /// The `response` or `revisit` record.
    pub response: WarcRecordLocation,
    /// The `request` record, which follows it.
    pub request: Option<WarcRecordLocation>,
}

/// Who made an archive and how: the `warcinfo` record that one begins with (section 6.2).
#[derive(Clone, Copy, Debug, Default)]
pub struct WarcInfo<'a> {
    /// The name of the file.
    pub filename: Option<&'a str>,
    /// The program and its version, such as `copydesk/0.1.0`. Empty: this crate's.
    pub software: &'a str,
    /// A person to ask, with an address.
    pub operator: Option<&'a str>,
    /// The policy for robots, such as `obey` or `ignore`.
    pub robots: Option<&'a str>,
    /// The `User-Agent` header that was sent.
    pub user_agent: Option<&'a str>,
    /// The `From` header that was sent.
    pub from: Option<&'a str>,
}

/// What else is known of a fetch: a `metadata` record (section 6.6). It stands beside a capture, or
/// alone for a fetch that gave none.
#[derive(Clone, Copy, Debug, Default)]
pub struct WarcMetadata<'a> {
    /// The URL of the page that named this one.
    pub via: Option<&'a str>,
    /// How it was reached from where the crawl began, a letter for each step, as Heritrix has them:
    /// `L` a link, `R` a redirect, `M` a sitemap, `P` robots.txt.
    pub hops_from_seed: Option<&'a str>,
    /// How long the fetch took.
    pub fetch_time: Option<Duration>,
    /// What became of it, in a word, such as `timeout`. Written as `outcome`.
    pub outcome: Option<&'a str>,
    /// What became of it, in a sentence. Written as `message`.
    pub message: Option<&'a str>,
    /// The address that was asked.
    pub ip: Option<IpAddr>,
    /// The identifier of the record of the same fetch, as [`WarcRecordLocation::id`] has it.
    pub concurrent_to: Option<&'a str>,
}

/// Where a record lies, for an index.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WarcRecordLocation {
    /// The identifier, such as `urn:uuid:…`, without angle brackets.
    pub id: String,
    /// Where its first byte, or that of its compressed member, is.
    pub offset: u64,
    /// Its length, compressed as it is.
    pub length: u64,
}
