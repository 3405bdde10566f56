//! Bytes to text.
//!
//! The order is that of the WHATWG (BOM, given charset, `<meta>` prescan), with one exception: bytes
//! that are valid multi-byte UTF-8 win over a label that says otherwise, since text in another
//! encoding practically never is. What nothing decides is detected over the whole input.

mod prescan;

use std::borrow::Cow;

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, REPLACEMENT, UTF_8, UTF_16BE, UTF_16LE};

use crate::EncodingReport;

/// Text, and how it came to be.
pub(crate) struct Decoded<'a> {
    pub(crate) text: Cow<'a, str>,
    pub(crate) report: EncodingReport,
}

/// Decodes a page. `given` is a charset label that came with the bytes.
pub(crate) fn decode<'a>(bytes: &'a [u8], given: Option<&str>) -> Decoded<'a> {
    let (encoding, decided_by) = decide(bytes, given);
    let (text, had_errors) = encoding.decode_with_bom_removal(bytes);
    Decoded {
        text,
        report: EncodingReport {
            charset: encoding.name().into(),
            decided_by: decided_by.into(),
            had_errors,
            ..EncodingReport::default()
        },
    }
}

/// Whether these bytes are no text in any encoding: a picture, an archive, a program.
///
/// Judged by the control characters in the first 4 KiB, of which text has none but white space and,
/// in ISO-2022-JP, escape. UTF-16 has NUL for every other byte of Latin text, and is text.
pub(crate) fn is_binary(bytes: &[u8]) -> bool {
    let head = bytes.get(..bytes.len().min(4096)).unwrap_or_default();
    if head.is_empty() || Encoding::for_bom(head).is_some() || utf_16_by_nuls(head).is_some() {
        return false;
    }
    if head.starts_with(b"%PDF-") {
        return true;
    }
    let controls =
        head.iter().filter(|byte| matches!(byte, 0..=8 | 14..=26 | 28..=31 | 127)).count();
    controls * 50 > head.len()
}

fn decide(bytes: &[u8], given: Option<&str>) -> (&'static Encoding, &'static str) {
    if let Some((encoding, _)) = Encoding::for_bom(bytes) {
        return (encoding, "bom");
    }
    let valid_up_to = Encoding::utf8_valid_up_to(bytes);
    let ascii_up_to = Encoding::ascii_valid_up_to(bytes);
    // A character cut off at the end (a truncated download) is no reason to doubt the rest.
    let is_utf8 = valid_up_to == bytes.len() || bytes.len() - valid_up_to < 4 && valid_up_to > 3;
    if is_utf8 && ascii_up_to < valid_up_to {
        return (UTF_8, "utf8");
    }
    if let Some(encoding) = given.and_then(usable) {
        return (encoding, "given");
    }
    if let Some(encoding) = prescan::declared_label(bytes).and_then(|label| usable(&label)) {
        // A label that could be read as ASCII is not UTF-16:
        // https://html.spec.whatwg.org/multipage/parsing.html#prescan-a-byte-stream-to-determine-its-encoding
        let is_utf_16 = encoding == UTF_16LE || encoding == UTF_16BE;
        return (if is_utf_16 { UTF_8 } else { encoding }, "meta");
    }
    if let Some(encoding) = utf_16_by_nuls(bytes.get(..bytes.len().min(4096)).unwrap_or_default()) {
        return (encoding, "detected");
    }
    if ascii_up_to == bytes.len() {
        return (UTF_8, "utf8");
    }
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Allow);
    detector.feed(bytes, true);
    (detector.guess(None, Utf8Detection::Allow), "detected")
}

fn usable(label: &str) -> Option<&'static Encoding> {
    // The replacement encoding stands for labels that are refused, such as UTF-7's kin.
    Encoding::for_label(label.as_bytes()).filter(|encoding| *encoding != REPLACEMENT)
}

/// UTF-16 without a BOM, as the NULs of its ASCII characters show it.
fn utf_16_by_nuls(head: &[u8]) -> Option<&'static Encoding> {
    let (mut even, mut odd) = (0_usize, 0_usize);
    for (index, byte) in head.iter().enumerate() {
        if *byte == 0 {
            *(if index % 2 == 0 { &mut even } else { &mut odd }) += 1;
        }
    }
    let many = head.len() / 5;
    match (even > many, odd > many) {
        (true, false) if odd * 20 < even => Some(UTF_16BE),
        (false, true) if even * 20 < odd => Some(UTF_16LE),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded(bytes: &[u8], given: Option<&str>) -> (String, String, String) {
        let decoded = decode(bytes, given);
        (decoded.text.into_owned(), decoded.report.charset, decoded.report.decided_by)
    }

    fn expect(text: &str, charset: &str, by: &str) -> (String, String, String) {
        (text.into(), charset.into(), by.into())
    }

    #[test]
    fn a_bom_decides_and_goes() {
        assert_eq!(decoded("\u{feff}né".as_bytes(), Some("latin1")), expect("né", "UTF-8", "bom"));
    }

    #[test]
    fn valid_utf8_wins_over_labels() {
        let page = "<meta charset=iso-8859-1><p>naïve</p>";
        assert_eq!(decoded(page.as_bytes(), Some("windows-1252")), expect(page, "UTF-8", "utf8"));
    }

    #[test]
    fn a_character_cut_off_at_the_end_leaves_utf8() {
        let bytes = "naïve café".as_bytes();
        let decoded = decode(&bytes[..bytes.len() - 1], None);
        assert_eq!(decoded.text, "naïve caf\u{fffd}");
        assert!(decoded.report.had_errors);
    }

    #[test]
    fn the_given_charset_decides_before_the_page() {
        let (bytes, _, _) = encoding_rs::WINDOWS_1251.encode("<meta charset=koi8-r>Привет, мир");
        assert_eq!(
            decoded(&bytes, Some("windows-1251")),
            expect("<meta charset=koi8-r>Привет, мир", "windows-1251", "given")
        );
    }

    #[test]
    fn the_page_decides_where_nothing_is_given() {
        let (bytes, _, _) =
            encoding_rs::KOI8_R.encode("<meta content='text/html; charset=KOI8-R'>Привет, мир");
        assert_eq!(
            decoded(&bytes, None),
            expect("<meta content='text/html; charset=KOI8-R'>Привет, мир", "KOI8-R", "meta")
        );
    }

    #[test]
    fn what_nothing_decides_is_detected() {
        let text = "Съешь же ещё этих мягких французских булок, да выпей чаю";
        let (bytes, _, _) = encoding_rs::WINDOWS_1251.encode(text);
        assert_eq!(decoded(&bytes, None), expect(text, "windows-1251", "detected"));
    }

    #[test]
    fn utf_16_without_a_bom_is_seen() {
        let bytes: Vec<u8> =
            "<p>Plain words</p>".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert!(!is_binary(&bytes));
        assert_eq!(decoded(&bytes, None), expect("<p>Plain words</p>", "UTF-16LE", "detected"));
    }

    #[test]
    fn pictures_are_binary_and_text_is_not() {
        assert!(is_binary(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x02\0\0\0\x01\x90\x08\x06"));
        assert!(is_binary(b"%PDF-1.7 and so on"));
        assert!(!is_binary("tab\tline\r\nnaïve \u{1b}".as_bytes()));
        assert!(!is_binary(b""));
    }
}
