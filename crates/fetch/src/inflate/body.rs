//! Undoes the `Content-Encoding` of HTTP bodies.

use std::borrow::Cow;
use std::io::Read;

use super::{ContentCoding, InflateError, InflateLimits, InflateReader};

/// Bytes inflated between two looks at the caps.
const STEP_BYTES: u64 = 64 << 10;

/// A body without its codings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DecodedBody<'a> {
    /// The body: borrowed if there was nothing to undo.
    pub bytes: Cow<'a, [u8]>,
    /// Whether a coding was announced but not applied, so that it was passed over. Some servers
    /// send the header of a compressed page with an error page that is none.
    pub was_plain: bool,
}

/// Why a body could not be decoded to its end, and what there is of it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{error}")]
pub struct DecodeError {
    /// What went wrong first.
    pub error: InflateError,
    /// The body up to there; empty if a cap was reached below another coding.
    pub bytes: Vec<u8>,
}

/// Undoes `codings`, the last one first, as [`ContentCoding::parse_list`] reads them from a header.
///
/// An empty body stays empty, since responses to HEAD and 304 have the headers of a body that is
/// not there. A body that was announced as gzip or zstd and does not begin like it is taken as it
/// is, as is one that was announced as deflate or brotli, cannot be inflated and begins with `<`;
/// [`DecodedBody::was_plain`] then says so. What follows the end of a gzip, deflate or brotli stream is
/// ignored.
///
/// The caps hold for every coding by itself and for all together: `max_inflated_bytes` for the sum
/// of what they inflate to, `max_inflate_ratio` for that sum to the length of `body`.
///
/// # Errors
/// When the data ends too early, is damaged, or reaches a cap.
pub fn decode_body<'a>(
    body: &'a [u8],
    codings: &[ContentCoding],
    limits: InflateLimits,
) -> Result<DecodedBody<'a>, DecodeError> {
    match decode_up_to(body, codings, limits, u64::MAX) {
        (decoded, None) => Ok(decoded),
        (decoded, Some(error)) => Err(DecodeError { error, bytes: decoded.bytes.into_owned() }),
    }
}

/// Gives the first `max` bytes of the decoded body, or fewer, from `body`, which is the beginning of
/// an encoded one. A body that ends early or is damaged is not an error: the part before is returned.
pub fn decode_prefix(body: &[u8], codings: &[ContentCoding], max: usize) -> Vec<u8> {
    let unlimited = InflateLimits { max_inflated_bytes: u64::MAX, max_inflate_ratio: u64::MAX };
    let mut bytes = decode_up_to(body, codings, unlimited, max as u64).0.bytes.into_owned();
    bytes.truncate(max);
    bytes
}

/// Undoes all codings as far as it goes. No more than about `max` bytes are inflated.
fn decode_up_to<'a>(
    body: &'a [u8],
    codings: &[ContentCoding],
    limits: InflateLimits,
    max: u64,
) -> (DecodedBody<'a>, Option<InflateError>) {
    let mut decoded = DecodedBody { bytes: Cow::Borrowed(body), was_plain: false };
    let mut failure = None;
    let mut inflated = 0;
    for (below, coding) in codings.iter().enumerate().rev() {
        if decoded.bytes.is_empty() {
            break;
        }
        if lacks_magic(&decoded.bytes, *coding) {
            decoded.was_plain = true;
            continue;
        }
        // What is compressed again needs more bytes than what comes out of it, and what is no
        // deflate shows it late.
        let slack = if below > 0 || may_be_plain(&decoded.bytes, *coding) { STEP_BYTES } else { 0 };
        let max = max.saturating_add(slack);
        let layer =
            CodingLayer { coding: *coding, limits, wire: body.len() as u64, before: inflated };
        let (bytes, error) = layer.decode(&decoded.bytes, max);
        let capped = error.as_ref().is_some_and(|error| !error.setting().is_empty());
        if error.is_some() && !capped && may_be_plain(&decoded.bytes, *coding) {
            decoded.was_plain = true;
            continue;
        }
        inflated = inflated.saturating_add(bytes.len() as u64);
        decoded.bytes = Cow::Owned(bytes);
        failure = failure.or(error);
        if capped && below > 0 {
            decoded.bytes = Cow::Owned(Vec::new());
            break;
        }
    }
    (decoded, failure)
}

/// Whether data that is said to be gzip or zstd does not begin like it.
fn lacks_magic(data: &[u8], coding: ContentCoding) -> bool {
    let begins = |magic: &[u8]| data.iter().zip(magic).all(|(a, b)| a == b);
    match coding {
        ContentCoding::Gzip => !begins(&[0x1f, 0x8b]),
        // A frame, or one to be skipped (RFC 8878, section 3.1.2).
        ContentCoding::Zstd => {
            let skippable = data.first().is_some_and(|first| first & 0xf0 == 0x50)
                && data.iter().skip(1).zip(&[0x2a, 0x4d, 0x18]).all(|(a, b)| a == b);
            !begins(&[0x28, 0xb5, 0x2f, 0xfd]) && !skippable
        }
        ContentCoding::Deflate | ContentCoding::Brotli => false,
    }
}

/// Whether data that could not be inflated is a page as it stands. Gzip and zstd have their own
/// mark.
fn may_be_plain(data: &[u8], coding: ContentCoding) -> bool {
    let text = data.strip_prefix(b"\xef\xbb\xbf").unwrap_or(data);
    matches!(coding, ContentCoding::Deflate | ContentCoding::Brotli)
        && text.trim_ascii_start().starts_with(b"<")
}

/// One coding of several.
struct CodingLayer {
    coding: ContentCoding,
    limits: InflateLimits,
    /// Bytes of the body as received.
    wire: u64,
    /// Bytes that the codings above inflated to.
    before: u64,
}

impl CodingLayer {
    fn decode(&self, data: &[u8], max: u64) -> (Vec<u8>, Option<InflateError>) {
        let mut bytes = Vec::new();
        let error = self.inflate(data, max, &mut bytes).err();
        (bytes, error)
    }

    fn inflate(&self, data: &[u8], max: u64, bytes: &mut Vec<u8>) -> Result<(), InflateError> {
        let failed = |error: std::io::Error| match InflateError::find_in(&error) {
            Some(error) => error.clone(),
            None => InflateError::Damaged {
                format: self.coding.name(),
                inflated: 0,
                reason: error.to_string(),
            },
        };
        let mut input =
            InflateReader::with_coding(data, self.coding, self.limits).map_err(failed)?;
        loop {
            let so_far = bytes.len() as u64;
            self.limits.check(self.wire, self.before.saturating_add(so_far))?;
            let step = STEP_BYTES.min(max.saturating_sub(so_far));
            if input.by_ref().take(step).read_to_end(bytes).map_err(failed)? == 0 {
                return Ok(());
            }
        }
    }
}
