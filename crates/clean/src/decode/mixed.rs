//! UTF-8 with some bytes that are not UTF-8.

use std::borrow::Cow;

use encoding_rs::{UTF_8, WINDOWS_1252};

/// A text is UTF-8 with strays if it has more than this many multi-byte characters per invalid
/// byte.
///
/// Text in a legacy charset contains such sequences by accident: Thai and Chinese have one to five
/// invalid bytes or more per sequence, other charsets have far fewer sequences. Text that was
/// pieced together from UTF-8 and something else has far more of them.
const CHARACTERS_PER_INVALID_BYTE: usize = 2;

/// Text decoded from bytes that are mostly UTF-8.
pub(super) struct MixedText<'a> {
    pub(super) text: Cow<'a, str>,
    /// The number of bytes that were decoded as windows-1252.
    pub(super) strays: usize,
    /// The number of bytes that became U+FFFD.
    pub(super) undecoded: usize,
    /// The offset of the first of those.
    pub(super) first_undecoded: Option<usize>,
}

/// What the bytes of a text are, seen as UTF-8.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Utf8Census {
    /// Multi-byte characters of scripts other than Latin.
    foreign: usize,
    /// All other multi-byte characters.
    latin: usize,
    /// Bytes that belong to no character.
    invalid: usize,
    /// The bytes of a character that the end of the text cuts off.
    cut_off: usize,
}

impl Utf8Census {
    /// Linear in the number of bytes.
    pub(super) fn new(bytes: &[u8]) -> Self {
        let mut census = Self::default();
        let mut position = 0;
        for chunk in bytes.utf8_chunks() {
            for byte in chunk.valid().bytes() {
                match byte {
                    // Latin letters, punctuation, symbols.
                    0xc2..=0xca | 0xe2 => census.latin += 1,
                    0xcb..=0xff => census.foreign += 1,
                    _ => {}
                }
            }
            position += chunk.valid().len() + chunk.invalid().len();
            if position == bytes.len() && is_beginning(chunk.invalid()) {
                census.cut_off = chunk.invalid().len();
            } else {
                census.invalid += chunk.invalid().len();
            }
        }
        census
    }

    /// Whether this is UTF-8, with or without strays.
    pub(super) fn is_utf_8(self) -> bool {
        let characters = self.foreign + self.latin;
        if self.invalid == 0 {
            // A character cut off at the end (a truncated download) is no reason to doubt the rest.
            return characters > 0;
        }
        characters > CHARACTERS_PER_INVALID_BYTE * self.invalid
    }
}

/// Whether bytes are an incomplete character.
fn is_beginning(invalid: &[u8]) -> bool {
    match invalid {
        [0xc2..=0xf4] => true,
        [_, ..] => invalid.len() > 1,
        [] => false,
    }
}

/// The text of bytes that are UTF-8 throughout, borrowed.
pub(super) fn valid(bytes: &[u8]) -> Option<Cow<'_, str>> {
    UTF_8.decode_without_bom_handling_and_without_replacement(bytes)
}

/// Decodes UTF-8, and decodes the bytes in it that are not UTF-8 as windows-1252.
///
/// A stray byte becomes U+FFFD instead if windows-1252 does not have it, at the end of the text
/// where a character is cut off, and in text of a non-Latin script, where it is more likely a piece
/// of a character, unless it is punctuation.
pub(super) fn decode(bytes: &[u8], census: Utf8Census) -> MixedText<'_> {
    let mut mixed =
        MixedText { text: Cow::Borrowed(""), strays: 0, undecoded: 0, first_undecoded: None };
    if let Some(valid) = valid(bytes) {
        mixed.text = valid;
        return mixed;
    }
    let mut rest = bytes;
    let is_latin = census.latin >= census.foreign;
    let mut text = String::new();
    loop {
        let error = match str::from_utf8(rest) {
            Ok(valid) => {
                text.push_str(valid);
                break;
            }
            Err(error) => error,
        };
        let (valid, invalid) = rest.split_at_checked(error.valid_up_to()).unwrap_or((rest, &[]));
        text.push_str(str::from_utf8(valid).unwrap_or_default());
        let position = bytes.len() - invalid.len();
        if let Some(char) = surrogates(invalid) {
            text.push(char);
            rest = invalid.get(6..).unwrap_or_default();
            continue;
        }
        let length = error.error_len().unwrap_or(invalid.len());
        let (piece, after) = invalid.split_at_checked(length).unwrap_or((invalid, &[]));
        rest = after;
        // `error_len` is `None` only if the input ends inside a character.
        let is_cut_off = error.error_len().is_none() || piece.len() > 1 && !is_latin;
        if !is_cut_off && piece.iter().all(|byte| is_character(*byte, is_latin)) {
            text.push_str(&WINDOWS_1252.decode_without_bom_handling(piece).0);
            mixed.strays += piece.len();
        } else {
            text.push(char::REPLACEMENT_CHARACTER);
            mixed.undecoded += piece.len();
            mixed.first_undecoded = mixed.first_undecoded.or(Some(position));
        }
    }
    mixed.text = Cow::Owned(text);
    mixed
}

/// Whether windows-1252 has a character for a byte that may be in this text.
fn is_character(byte: u8, is_latin: bool) -> bool {
    // The five bytes that windows-1252 leaves undefined. From 0xC0 on it has letters, which text in
    // another script does not contain.
    let is_defined = !matches!(byte, 0x81 | 0x8d | 0x8f | 0x90 | 0x9d);
    is_defined && (is_latin || byte < 0xc0)
}

/// The character that two surrogates encode, each in three bytes (CESU-8). Some databases write
/// characters above U+FFFF like this.
fn surrogates(bytes: &[u8]) -> Option<char> {
    let &[0xed, a @ 0xa0..=0xaf, b @ 0x80..=0xbf, 0xed, c @ 0xb0..=0xbf, d @ 0x80..=0xbf] =
        bytes.get(..6)?
    else {
        return None;
    };
    let half = |high: u8, low: u8| 0xd000 | u16::from(high & 0x3f) << 6 | u16::from(low & 0x3f);
    char::decode_utf16([half(a, b), half(c, d)]).next()?.ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8]) -> (String, usize, usize, Option<usize>) {
        let mixed = decode(bytes, Utf8Census::new(bytes));
        (mixed.text.into_owned(), mixed.strays, mixed.undecoded, mixed.first_undecoded)
    }

    #[test]
    fn strays_are_decoded_as_windows_1252() {
        for (bytes, text, strays, undecoded) in [
            ("déjà vu, né, où\u{a0}: ".as_bytes().to_vec(), "déjà vu, né, où\u{a0}: ", 0, 0),
            ([b"caf\xe9 \x93x\x94 ", "déjà".as_bytes()].concat(), "café “x” déjà", 3, 0),
            (["déjà".as_bytes(), b" \x81 \x90"].concat(), "déjà \u{fffd} \u{fffd}", 0, 2),
            // A character cut off at the end, and in the middle of Chinese.
            (["déjà".as_bytes(), b" \xe2\x80"].concat(), "déjà \u{fffd}", 0, 2),
            (
                ["明日 ".as_bytes(), b"\xe6\x98 ", "雨".as_bytes()].concat(),
                "明日 \u{fffd} 雨",
                0,
                2,
            ),
            (["дождь".as_bytes(), b"\xd0... \x97".as_slice()].concat(), "дождь\u{fffd}... —", 1, 1),
            // Beyond U+FFFF, in surrogates; the second half alone.
            (["né ".as_bytes(), b"\xed\xa0\xbd\xed\xb8\x80"].concat(), "né 😀", 0, 0),
        ] {
            let (read, read_strays, read_undecoded, _) = read(&bytes);
            assert_eq!((read.as_str(), read_strays, read_undecoded), (text, strays, undecoded));
        }
    }

    #[test]
    fn the_first_undecoded_byte_is_reported() {
        assert_eq!(read("né\u{e9}".as_bytes()).3, None);
        assert_eq!(read(b"n\xc3\xa9 \xe9 \x81 \x81").3, Some(6));
    }

    #[test]
    fn the_share_of_valid_sequences_decides() {
        let census = |latin, invalid| Utf8Census { latin, invalid, ..Utf8Census::default() };
        assert!(census(1, 0).is_utf_8());
        assert!(census(3, 1).is_utf_8());
        assert!(!census(2, 1).is_utf_8());
        assert!(census(201, 100).is_utf_8());
        assert!(!census(200, 100).is_utf_8());
        assert!(!Utf8Census { cut_off: 2, ..Utf8Census::default() }.is_utf_8());
    }

    #[test]
    fn legacy_text_is_far_below_the_share() {
        for (text, encoding) in [
            ("พรุ่งนี้ฝนจะตกหนักในกรุงเทพมหานคร", encoding_rs::WINDOWS_874),
            ("明天可能会下雨，出门请带伞。后天天气晴朗", encoding_rs::GBK),
            ("내일은 비가 많이 올 것으로 보인다", encoding_rs::EUC_KR),
            ("明日は雨が降るでしょう", encoding_rs::SHIFT_JIS),
            ("Завтра обещают сильный дождь и град", encoding_rs::IBM866),
            ("CAFÉ» À«» naïve déjà", encoding_rs::WINDOWS_1252),
        ] {
            let (bytes, _, _) = encoding.encode(text);
            let census = Utf8Census::new(&bytes);
            assert!(!census.is_utf_8(), "{census:?} {text}");
        }
    }
}
