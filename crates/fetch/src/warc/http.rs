//! The HTTP responses in records.

use super::error::WarcErrorKind;
use super::{Fields, chunked};
use crate::inflate::{Coding, InflateError, InflateLimits, decode_body};

/// Bytes of a head, which browsers cap at a quarter of a megabyte too.
const MAX_HEAD_BYTES: usize = 256 << 10;

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
    pub headers: Fields,
    /// The body, without chunks and content codings.
    pub body: Vec<u8>,
    /// Whether the body was in chunks and the last one is missing.
    pub is_cut: bool,
    /// Why the content codings could not be undone to the end; `body` then has what there is, and
    /// if the coding is not known, the encoded body.
    pub flaw: Option<InflateError>,
}

/// Splits an `application/http` block.
pub(super) fn response(block: &[u8], limits: InflateLimits) -> Result<HttpResponse, WarcErrorKind> {
    let refused = |reason| Err(WarcErrorKind::NotHttp { reason });
    let (head, raw_body) = split_head(block);
    if head.len() > MAX_HEAD_BYTES {
        return refused("its head has more than 256 KiB");
    }
    let mut lines = head.split_inclusive(|byte| *byte == b'\n');
    let Some((version, status, reason)) = lines.next().and_then(status_line) else {
        return refused("it does not begin with a status line");
    };
    let headers = Fields::parse(lines);
    let mut is_cut = false;
    let mut body = None;
    if headers.joined("transfer-encoding").to_ascii_lowercase().contains("chunked")
        && let Some(dechunked) = chunked::undo(raw_body)
    {
        is_cut = !dechunked.is_whole;
        body = Some(dechunked.body);
    }
    let encoded = body.as_deref().unwrap_or(raw_body);
    let (decoded, flaw) = match Coding::list(&headers.joined("content-encoding")) {
        Err(error) => (encoded.to_vec(), Some(error)),
        Ok(codings) => match decode_body(encoded, &codings, limits) {
            Ok(decoded) => (decoded.bytes.into_owned(), None),
            Err(failure) => (failure.bytes, Some(failure.error)),
        },
    };
    Ok(HttpResponse { version, status, reason, headers, body: decoded, is_cut, flaw })
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
