//! Bytes to text.
//!
//! The order is that of the WHATWG (BOM, given charset, `<meta>` prescan) with two exceptions.
//! Bytes that are UTF-8 override another label, since text in another encoding is practically never
//! valid UTF-8; so do bytes that can only be UTF-16 or UTF-32. And a label that the bytes
//! contradict is refused: UTF-8 for bytes that are not, an encoding that leaves much undecoded
//! where another one leaves nothing, or a single-byte encoding whose letters make words of no
//! language where those of another one do. If nothing decides, the encoding is detected from the whole
//! input.

mod detect;
mod label;
mod letters;
mod mixed;
mod prescan;
mod wide;

use std::borrow::Cow;

use encoding_rs::{DecoderResult, Encoding, ISO_2022_JP, UTF_8, UTF_16BE, UTF_16LE};

use crate::EncodingReport;
use mixed::Utf8Census;
use wide::{ByteOrder, WideEncoding};

/// The byte order mark of UTF-8.
const UTF_8_BOM: &[u8] = b"\xef\xbb\xbf";

/// Labelled text with fewer non-ASCII bytes than this per undecoded byte is doubted.
const MIN_BYTES_PER_ERROR: usize = 20;

/// Decoded text, and how it was decoded.
#[derive(Clone, Debug, PartialEq)]
pub struct DecodedText<'a> {
    /// The text, without the byte order mark. Borrowed if the bytes are valid UTF-8.
    pub text: Cow<'a, str>,
    /// The encoding, the rule that decided, and what could not be decoded.
    pub report: EncodingReport,
}

/// Decodes bytes in any encoding.
///
/// `label` is a charset that came with the bytes, such as that of an HTTP header. These rules are
/// tried in order. The name of the one that decides is in [`EncodingReport::decided_by`]:
///
/// 1. `bom`: a byte order mark of UTF-8, UTF-16 or UTF-32. That of UTF-8 is ignored if the text after
///    it is not UTF-8.
/// 2. `detected`: bytes that can only be UTF-16 or UTF-32, recognized by their control characters.
/// 3. `utf8`: ASCII, unless a label names another encoding, and bytes with more than twice as many
///    multi-byte characters of UTF-8 as invalid bytes. Invalid bytes are decoded as windows-1252, and
///    become U+FFFD where a character is cut off.
/// 4. `given`: the label, unless the bytes contradict it.
/// 5. `meta`: the `<meta>` tag or XML declaration in the first 8 KiB, by the HTML standard; likewise.
/// 6. `detected`: a guess from letters and from byte frequencies in the whole input.
///
/// Labels and decoders are those of the [Encoding Standard](https://encoding.spec.whatwg.org/), so
/// `iso-8859-1` means windows-1252. `utf-7`, `iso-2022-kr` and the like are refused as labels. Takes
/// time linear in the number of bytes, and never fails.
///
/// ```
/// let decoded = copydesk_clean::decode(b"\xcf\xf0\xe8\xe2\xe5\xf2", Some("windows-1251"));
/// assert_eq!(decoded.text, "Привет");
/// assert_eq!(decoded.report.decided_by, "given");
/// ```
pub fn decode<'a>(bytes: &'a [u8], label: Option<&str>) -> DecodedText<'a> {
    // A byte order mark overrides everything, as in the standard ("BOM sniff").
    if let Some((wide, length)) = wide::from_bom(bytes) {
        return DecodePlan { wide: Some(wide), bom_len: length, ..DecodePlan::by_rule("bom") }
            .decode(bytes);
    }
    let has_mark = bytes.starts_with(UTF_8_BOM);
    let mark = if has_mark { UTF_8_BOM.len() } else { 0 };
    let body = bytes.get(mark..).unwrap_or_default();
    if let Some(wide) = wide::from_content(body) {
        // If the caller named this encoding, it gets the credit.
        let is_given = |label: &str| label::encoding(label).map(WideEncoding::Utf16) == Some(wide);
        let rule = if label.is_some_and(is_given) { "given" } else { "detected" };
        return DecodePlan { wide: Some(wide), bom_len: mark, ..DecodePlan::by_rule(rule) }
            .decode(bytes);
    }
    // ASCII bytes fit nearly every encoding, ISO-2022-JP among them, so a label may still decide.
    let is_ascii = body.is_ascii();
    // Nearly all text is valid throughout, so the census is taken only if it is not.
    let valid = if is_ascii { None } else { mixed::valid(body) };
    let is_census_needed = !is_ascii && valid.is_none();
    let census = if is_census_needed { Utf8Census::new(body) } else { Utf8Census::default() };
    if has_mark && is_ascii || valid.is_some() || census.is_utf_8() {
        let rule = if has_mark { "bom" } else { "utf8" };
        return DecodePlan { bom_len: mark, census, valid, ..DecodePlan::by_rule(rule) }
            .decode(bytes);
    }
    let declared = prescan::prescan(body);
    let mut refused = None;
    let labels = [
        ("given", label.and_then(label::encoding), label.map(String::from)),
        ("meta", declared.encoding, declared.label),
    ];
    for (rule, encoding, label) in labels {
        let fits = |encoding: &&'static Encoding| {
            !contradicts(encoding, body, is_ascii)
                && (is_ascii || !letters::contradict(encoding, body))
        };
        let Some(encoding) = encoding.filter(fits) else {
            refused = refused.or(label);
            continue;
        };
        let decoded = DecodePlan { encoding, bom_len: mark, refused, ..DecodePlan::by_rule(rule) }
            .decode(bytes);
        if !is_doubtful(&decoded, body) {
            return decoded;
        }
        // The label is doubted only in favor of an encoding that leaves nothing undecoded.
        let detected = detect::detect(body);
        let other = DecodePlan {
            encoding: detected,
            bom_len: mark,
            refused: label,
            ..DecodePlan::by_rule("detected")
        };
        let other = other.decode(bytes);
        return if other.report.undecoded == 0 { other } else { decoded };
    }
    if is_ascii {
        let (encoding, rule) =
            if detect::is_iso_2022_jp(body) { (ISO_2022_JP, "detected") } else { (UTF_8, "utf8") };
        return DecodePlan { encoding, bom_len: mark, refused, ..DecodePlan::by_rule(rule) }
            .decode(bytes);
    }
    let encoding = detect::detect(body);
    DecodePlan { encoding, bom_len: mark, refused, ..DecodePlan::by_rule("detected") }.decode(bytes)
}

/// Whether bytes that are neither wide nor UTF-8 cannot be in the encoding that a label names.
fn contradicts(encoding: &'static Encoding, body: &[u8], is_ascii: bool) -> bool {
    if encoding == UTF_8 {
        return !is_ascii;
    }
    // Text of any length has a space or a line break, and so a NUL byte in UTF-16.
    let is_utf_16 = encoding == UTF_16LE || encoding == UTF_16BE;
    is_utf_16 && is_ascii && body.len() > 16 && !body.contains(&0)
}

/// Whether much of a labelled text could not be decoded.
fn is_doubtful(decoded: &DecodedText<'_>, body: &[u8]) -> bool {
    let undecoded = decoded.report.undecoded;
    undecoded > 0 && {
        let high = body.iter().filter(|byte| !byte.is_ascii()).count();
        undecoded * MIN_BYTES_PER_ERROR > high
    }
}

/// How bytes will be decoded.
struct DecodePlan<'a> {
    encoding: &'static Encoding,
    wide: Option<WideEncoding>,
    rule: &'static str,
    /// The length of the byte order mark.
    bom_len: usize,
    census: Utf8Census,
    /// The text after the mark, if it is known to be UTF-8.
    valid: Option<Cow<'a, str>>,
    refused: Option<String>,
}

impl<'a> DecodePlan<'a> {
    fn by_rule(rule: &'static str) -> Self {
        let census = Utf8Census::default();
        Self { encoding: UTF_8, wide: None, rule, bom_len: 0, census, valid: None, refused: None }
    }

    fn decode(self, bytes: &'a [u8]) -> DecodedText<'a> {
        let body = bytes.get(self.bom_len..).unwrap_or_default();
        let mut report = EncodingReport {
            charset: self.encoding.name().into(),
            decided_by: self.rule.into(),
            refused_label: self.refused,
            ..EncodingReport::default()
        };
        if let Some(text) = self.valid {
            return DecodedText { text, report };
        }
        let text = match self.wide {
            Some(WideEncoding::Utf32(order)) => {
                let name = if order == ByteOrder::Little { "UTF-32LE" } else { "UTF-32BE" };
                report.charset = name.into();
                let (text, undecoded, first) = wide::decode_utf_32(body, order);
                (report.undecoded, report.first_undecoded) = (undecoded, first);
                Cow::Owned(text)
            }
            Some(WideEncoding::Utf16(encoding)) => {
                report.charset = encoding.name().into();
                decode_with(encoding, body, &mut report)
            }
            None if self.encoding == UTF_8 => {
                let mixed = mixed::decode(body, self.census);
                report.strays = mixed.strays;
                (report.undecoded, report.first_undecoded) =
                    (mixed.undecoded, mixed.first_undecoded);
                mixed.text
            }
            None => decode_with(self.encoding, body, &mut report),
        };
        report.had_errors = report.undecoded > 0;
        report.first_undecoded = report.first_undecoded.map(|offset| offset + self.bom_len);
        DecodedText { text, report }
    }
}

/// Decodes by the Encoding Standard, and reports what could not be decoded.
fn decode_with<'a>(
    encoding: &'static Encoding,
    body: &'a [u8],
    report: &mut EncodingReport,
) -> Cow<'a, str> {
    if let Some(text) = encoding.decode_without_bom_handling_and_without_replacement(body) {
        return text;
    }
    let mut decoder = encoding.new_decoder_without_bom_handling();
    let mut text = String::with_capacity(body.len() + body.len() / 2);
    let mut rest = body;
    loop {
        let (result, read) = decoder.decode_to_string_without_replacement(rest, &mut text, true);
        rest = rest.get(read..).unwrap_or_default();
        match result {
            DecoderResult::InputEmpty => break,
            DecoderResult::OutputFull => text.reserve(rest.len() + 16),
            DecoderResult::Malformed(malformed, consumed_after) => {
                text.push(char::REPLACEMENT_CHARACTER);
                report.undecoded += usize::from(malformed);
                let end = body.len() - rest.len();
                let behind = usize::from(malformed) + usize::from(consumed_after);
                report.first_undecoded =
                    report.first_undecoded.or(Some(end.saturating_sub(behind)));
            }
        }
    }
    Cow::Owned(text)
}

/// Whether these bytes are not text in any encoding: an image, an archive, a program.
///
/// Decided by the control characters in the first 4 KiB. Text has none except white space, and
/// escape in ISO-2022-JP. UTF-16 and UTF-32 have many NUL bytes, and are text.
pub fn is_binary(bytes: &[u8]) -> bool {
    let head = bytes.get(..bytes.len().min(4096)).unwrap_or_default();
    if head.is_empty() || wide::from_bom(head).is_some() || head.starts_with(UTF_8_BOM) {
        return false;
    }
    if head.starts_with(b"%PDF-") {
        return true;
    }
    let controls = head.iter().filter(|byte| wide::is_control(**byte)).count();
    controls * 50 > head.len() && !shifts_to_korean(head) && wide::from_content(head).is_none()
}

/// Whether this is ISO-2022-KR, which uses control characters to switch to Korean and back. It is
/// refused as an encoding, but it is text.
fn shifts_to_korean(head: &[u8]) -> bool {
    head.starts_with(b"\x1b$)C")
        && head.iter().all(|byte| !wide::is_control(*byte) || matches!(byte, 14 | 15))
}

#[cfg(test)]
mod tests;
