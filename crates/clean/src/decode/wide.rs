//! UTF-16 and UTF-32, recognized by a byte order mark or by their bytes.

use encoding_rs::{Encoding, UTF_16BE, UTF_16LE};

/// How many bytes are inspected if there is no mark.
const HEAD_BYTES: usize = 4 << 10;

/// Which byte of a unit comes first.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum ByteOrder {
    Little,
    Big,
}

/// An encoding in which ASCII characters take more than one byte.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum WideEncoding {
    Utf16(&'static Encoding),
    Utf32(ByteOrder),
}

/// The encoding that a byte order mark names, and the length of the mark.
pub(super) fn from_bom(bytes: &[u8]) -> Option<(WideEncoding, usize)> {
    // The mark of UTF-32LE begins with that of UTF-16LE, so the bytes after it must be UTF-32 too.
    let utf_32 = match bytes.get(..4) {
        Some([0xff, 0xfe, 0, 0]) => Some(ByteOrder::Little),
        Some([0, 0, 0xfe, 0xff]) => Some(ByteOrder::Big),
        _ => None,
    };
    if let Some(order) = utf_32.filter(|order| is_utf_32(head(bytes), *order)) {
        return Some((WideEncoding::Utf32(order), 4));
    }
    match bytes.get(..2) {
        Some([0xff, 0xfe]) => Some((WideEncoding::Utf16(UTF_16LE), 2)),
        Some([0xfe, 0xff]) => Some((WideEncoding::Utf16(UTF_16BE), 2)),
        _ => None,
    }
}

/// The wide encoding that the bytes can only be.
///
/// Text in other encodings has no NUL and almost no other control characters. Wide text has them in
/// the same place of each two or four bytes.
pub(super) fn from_content(bytes: &[u8]) -> Option<WideEncoding> {
    let head = head(bytes);
    let controls = head.iter().filter(|byte| is_control(**byte)).count();
    if controls == 0 {
        return None;
    }
    for order in [ByteOrder::Little, ByteOrder::Big] {
        if head.len() >= 8 && is_utf_32(head, order) {
            return Some(WideEncoding::Utf32(order));
        }
    }
    // In UTF-16, a pair of ASCII letters can be a Chinese character, so one stray control character
    // is not enough. If all bytes are ASCII, every other one must show the alphabet.
    let is_ascii = head.is_ascii();
    let may_be_wide = if is_ascii { controls * 4 > head.len() } else { controls * 50 > head.len() };
    let by_blocks = || if may_be_wide { from_blocks(head) } else { None };
    from_nuls(head).or_else(by_blocks).map(WideEncoding::Utf16)
}

fn head(bytes: &[u8]) -> &[u8] {
    bytes.get(..bytes.len().min(HEAD_BYTES)).unwrap_or_default()
}

/// A byte that does not occur in text of an encoding that extends ASCII.
pub(super) fn is_control(byte: u8) -> bool {
    matches!(byte, 0..=8 | 14..=26 | 28..=31 | 127)
}

fn is_utf_32(head: &[u8], order: ByteOrder) -> bool {
    let (units, _) = head.as_chunks::<4>();
    // Only NUL bytes are not text.
    units.iter().any(|unit| *unit != [0; 4])
        && units.iter().all(|unit| char::from_u32(scalar(*unit, order)).is_some_and(|c| c != '\0'))
}

fn scalar(unit: [u8; 4], order: ByteOrder) -> u32 {
    match order {
        ByteOrder::Little => u32::from_le_bytes(unit),
        ByteOrder::Big => u32::from_be_bytes(unit),
    }
}

/// UTF-16 of Latin text, recognized by the NUL bytes of its characters.
fn from_nuls(head: &[u8]) -> Option<&'static Encoding> {
    let (units, _) = head.as_chunks::<2>();
    let even = units.iter().filter(|unit| unit[0] == 0).count();
    let odd = units.iter().filter(|unit| unit[1] == 0).count();
    let many = head.len() / 5;
    match (even > many, odd > many) {
        (true, false) if odd * 20 < even => Some(UTF_16BE),
        (false, true) if even * 20 < odd => Some(UTF_16LE),
        _ => None,
    }
}

/// UTF-16 of other text: in only one byte order, the characters are of common blocks.
fn from_blocks(head: &[u8]) -> Option<&'static Encoding> {
    let (pairs, _) = head.as_chunks::<2>();
    // Chinese in the wrong byte order is in such blocks half of the time, so a dozen characters are
    // needed.
    if pairs.len() < 12 {
        return None;
    }
    let fits = |unit_of: fn([u8; 2]) -> u16| {
        let units = pairs.iter().map(|pair| unit_of(*pair));
        let odd = char::decode_utf16(units)
            .filter(|char| !char.as_ref().is_ok_and(|char| is_usual(*char)))
            .count();
        odd * 50 <= pairs.len()
    };
    match (fits(u16::from_le_bytes), fits(u16::from_be_bytes)) {
        (true, false) => Some(UTF_16LE),
        (false, true) => Some(UTF_16BE),
        _ => None,
    }
}

fn is_usual(char: char) -> bool {
    matches!(char,
        '\t' | '\n' | '\r' | ' '..='~' | '\u{a0}'..='\u{24f}' | '\u{300}'..='\u{e7f}'
        | '\u{10a0}'..='\u{11ff}' | '\u{1e00}'..='\u{206f}' | '\u{20a0}'..='\u{22ff}'
        | '\u{2460}'..='\u{266f}' | '\u{3000}'..='\u{30ff}' | '\u{4e00}'..='\u{9fff}'
        | '\u{ac00}'..='\u{d7a3}' | '\u{feff}' | '\u{ff01}'..='\u{ffee}' | '\u{1f300}'..='\u{1faff}')
}

/// Decodes UTF-32, which the Encoding Standard does not have. Returns the text, the number of bytes
/// that could not be decoded, and the offset of the first of them.
pub(super) fn decode_utf_32(bytes: &[u8], order: ByteOrder) -> (String, usize, Option<usize>) {
    let (units, rest) = bytes.as_chunks::<4>();
    let mut text = String::with_capacity(bytes.len() / 4);
    let (mut undecoded, mut first) = (0, None);
    for (index, unit) in units.iter().enumerate() {
        let char = char::from_u32(scalar(*unit, order));
        if char.is_none() {
            undecoded += 4;
            first = first.or(Some(index * 4));
        }
        text.push(char.unwrap_or(char::REPLACEMENT_CHARACTER));
    }
    if !rest.is_empty() {
        undecoded += rest.len();
        first = first.or(Some(bytes.len() - rest.len()));
        text.push(char::REPLACEMENT_CHARACTER);
    }
    (text, undecoded, first)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utf_16(text: &str, unit_bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(unit_bytes).collect()
    }

    fn utf_32(text: &str, unit_bytes: fn(u32) -> [u8; 4]) -> Vec<u8> {
        text.chars().flat_map(|char| unit_bytes(u32::from(char))).collect()
    }

    const TEXTS: [&str; 5] = [
        "<p>Plain words</p>",
        "Завтра обещают дождь.\nА потом снег.",
        "明天可能会下雨，出门请带伞。\n后天天气晴朗，适合去公园散步。",
        "明日は雨が降るでしょう。傘を持って出かけましょう。\n",
        "غدا سينزل المطر في المدينة\n",
    ];

    #[test]
    fn wide_text_without_a_mark_is_detected() {
        for text in TEXTS {
            let little = utf_16(text, u16::to_le_bytes);
            assert_eq!(from_content(&little), Some(WideEncoding::Utf16(UTF_16LE)), "{text}");
            let big = utf_16(text, u16::to_be_bytes);
            assert_eq!(from_content(&big), Some(WideEncoding::Utf16(UTF_16BE)), "{text}");
            let little = utf_32(text, u32::to_le_bytes);
            assert_eq!(
                from_content(&little),
                Some(WideEncoding::Utf32(ByteOrder::Little)),
                "{text}"
            );
            let big = utf_32(text, u32::to_be_bytes);
            assert_eq!(from_content(&big), Some(WideEncoding::Utf32(ByteOrder::Big)), "{text}");
        }
    }

    #[test]
    fn other_bytes_are_not_wide() {
        for text in TEXTS {
            assert_eq!(from_content(text.as_bytes()), None, "{text}");
        }
        let mut state = 1_u32;
        let noise: Vec<u8> = std::iter::repeat_with(|| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            state.to_be_bytes()[0]
        })
        .take(2000)
        .collect();
        assert_eq!(from_content(&noise), None);
        assert_eq!(from_content(&[0; 64]), None);
        assert_eq!(from_content(b"one NUL\0 in a line of plain text"), None);
    }

    #[test]
    fn byte_order_marks_are_distinguished() {
        assert_eq!(from_bom(b"\xff\xfea\0"), Some((WideEncoding::Utf16(UTF_16LE), 2)));
        assert_eq!(from_bom(b"\xfe\xff\0a"), Some((WideEncoding::Utf16(UTF_16BE), 2)));
        assert_eq!(
            from_bom(b"\xff\xfe\0\0a\0\0\0"),
            Some((WideEncoding::Utf32(ByteOrder::Little), 4))
        );
        assert_eq!(
            from_bom(b"\0\0\xfe\xff\0\0\0a"),
            Some((WideEncoding::Utf32(ByteOrder::Big), 4))
        );
        assert_eq!(from_bom("\u{feff}a".as_bytes()), None);
    }

    #[test]
    fn utf_32_reports_undecoded_bytes() {
        let bytes = b"a\0\0\0\0\xd8\0\0b\0\0\0\0\0";
        assert_eq!(
            decode_utf_32(bytes, ByteOrder::Little),
            ("a\u{fffd}b\u{fffd}".into(), 6, Some(4))
        );
    }
}
