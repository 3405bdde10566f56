//! The HTTP responses in records.

use std::borrow::Cow;

use super::error::WarcErrorKind;
use super::{HeaderFields, chunked};
use crate::inflate::{
    ContentCoding, DecodedBody, InflateError, InflateLimits, decode_body, decode_prefix,
};

/// Bytes of a head, which browsers cap at a quarter of a megabyte too.
const MAX_HEAD_BYTES: usize = 256 << 10;

/// Bytes of a chunked body that are looked into for its first bytes.
const PREFIX_BYTES: usize = 64 << 10;

/// A response as a record has it, its body decoded.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct HttpResponse {
    /// The version as written, such as `HTTP/1.1`.
    pub version: String,
    /// The status code.
    pub status: u16,
    /// The reason phrase; may be empty.
    pub reason: String,
    /// The headers as written; `Transfer-Encoding` and `Content-Encoding` too, though they are
    /// undone.
    pub headers: HeaderFields,
    /// The body, without chunks and content codings.
    pub body: Vec<u8>,
    /// Whether the body was in chunks and the last one is missing.
    pub is_truncated: bool,
    /// Why the content codings could not be undone to the end; `body` then has what there is, and
    /// if the coding is not known, the encoded body.
    pub decode_error: Option<InflateError>,
}

/// The head of a response as a record has it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct HttpHead {
    /// The version as written, such as `HTTP/1.1`.
    pub version: String,
    /// The status code.
    pub status: u16,
    /// The reason phrase; may be empty.
    pub reason: String,
    /// The headers as written.
    pub headers: HeaderFields,
    /// Its bytes, the empty line after it among them.
    pub length: usize,
}

impl HttpHead {
    /// The first `max` bytes of the body in a record's block, or fewer, without chunks and content
    /// codings. What cannot be decoded is left out.
    pub fn first_bytes(&self, block: &[u8], max: usize) -> Vec<u8> {
        let raw = block.get(self.length..).unwrap_or_default();
        let dechunked = self.is_chunked().then(|| {
            let first = raw.get(..PREFIX_BYTES).unwrap_or(raw);
            chunked::decode_chunked(first).map(|dechunked| dechunked.body)
        });
        let encoded = dechunked.flatten();
        let encoded = encoded.as_deref().unwrap_or(raw);
        match self.codings() {
            Ok(codings) => decode_prefix(encoded, &codings, max),
            Err(_) => Vec::new(),
        }
    }

    fn is_chunked(&self) -> bool {
        self.headers.joined("transfer-encoding").to_ascii_lowercase().contains("chunked")
    }

    fn codings(&self) -> Result<Vec<ContentCoding>, InflateError> {
        ContentCoding::parse_list(&self.headers.joined("content-encoding"))
    }
}

/// Reads the head of an `application/http` block.
pub(super) fn head(block: &[u8]) -> Result<HttpHead, WarcErrorKind> {
    let refused = |reason| Err(WarcErrorKind::NotHttp { reason });
    let (head, _) = split_head(block);
    if head.len() > MAX_HEAD_BYTES {
        return refused("its head has more than 256 KiB");
    }
    let mut lines = head.split_inclusive(|byte| *byte == b'\n');
    let Some((version, status, reason)) = lines.next().and_then(status_line) else {
        return refused("it does not begin with a status line");
    };
    Ok(HttpHead {
        version,
        status,
        reason,
        headers: HeaderFields::parse(lines),
        length: head.len(),
    })
}

/// Splits an `application/http` block.
pub(super) fn response(
    block: Cow<'_, [u8]>,
    limits: InflateLimits,
) -> Result<HttpResponse, WarcErrorKind> {
    let head = head(&block)?;
    let raw_body = block.get(head.length..).unwrap_or_default();
    let dechunked = head.is_chunked().then(|| chunked::decode_chunked(raw_body)).flatten();
    let is_cut = dechunked.as_ref().is_some_and(|dechunked| !dechunked.is_complete);
    let dechunked = dechunked.map(|dechunked| dechunked.body);
    let encoded = dechunked.as_deref().unwrap_or(raw_body);
    // `None` where there was nothing to undo.
    let (decoded, flaw) = match head.codings() {
        Err(error) => (None, Some(error)),
        Ok(codings) => match decode_body(encoded, &codings, limits) {
            Ok(DecodedBody { bytes: Cow::Owned(bytes), .. }) => (Some(bytes), None),
            Ok(_) => (None, None),
            Err(failure) => (Some(failure.bytes), Some(failure.error)),
        },
    };
    let body = decoded.or(dechunked).unwrap_or_else(|| match block {
        Cow::Owned(mut block) => {
            block.drain(..head.length);
            block
        }
        Cow::Borrowed(block) => block.get(head.length..).unwrap_or_default().to_vec(),
    });
    let HttpHead { version, status, reason, headers, .. } = head;
    Ok(HttpResponse {
        version,
        status,
        reason,
        headers,
        body,
        is_truncated: is_cut,
        decode_error: flaw,
    })
}

/// Splits at the first empty line. Without one, all is head.
fn split_head(block: &[u8]) -> (&[u8], &[u8]) {
    let mut end = 0;
    for line in block.split_inclusive(|byte| *byte == b'\n') {
        end += line.len();
        if matches!(line, b"\n" | b"\r\n") {
            break;
        }
    }
    block.split_at_checked(end).unwrap_or((block, &[]))
}

fn status_line(line: &[u8]) -> Option<(String, u16, String)> {
    let line = String::from_utf8_lossy(line);
    let line = line.trim_end_matches(['\r', '\n']);
    if !line.starts_with("HTTP/") {
        return None;
    }
    let (version, rest) = line.split_once(' ')?;
    let rest = rest.trim_start();
    let (status, reason) = rest.split_once(' ').unwrap_or((rest, ""));
    Some((version.to_owned(), status.trim().parse().ok()?, reason.trim().to_owned()))
}
