//! Decodes a stream of bytes.
//!
//! ASCII is the same in every charset that matters here, so the charset is determined from the first window with other
//! bytes. The rules are those of [`copydesk_clean::decode`]: a BOM, UTF-8, the charset that was given, a declaration,
//! and the most likely one. The result applies to the rest of the stream. In UTF-8, invalid bytes are decoded as
//! windows-1252, unless they look like part of a character.

use std::ops::Range;

use copydesk_clean::RepairChange;
use encoding_rs::{CoderResult, Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

/// Bytes from which the charset is determined.
pub(super) const WINDOW_BYTES: usize = 1 << 20;

/// Bytes that are read at a time once the charset is known.
const CHUNK_BYTES: usize = 64 << 10;

/// The rule for the first character that is not what it would be in UTF-8. One change stands for the whole stream: in
/// another charset nearly every line would have some.
const CHARSET_RULE: &str = "decode/charset";

/// The rule for bytes that are invalid in UTF-8.
const BYTE_RULE: &str = "decode/byte";

/// How many characters before an invalid byte are searched for the script of the text.
const LOOK_BACK: usize = 16;

/// The end of the Latin blocks of Unicode (IPA Extensions begin here).
const END_OF_LATIN: char = '\u{250}';

/// A stream decoder.
pub(super) struct StreamDecoder {
    declared: Option<&'static Encoding>,
    state: DecoderState,
}

enum DecoderState {
    /// Only ASCII so far.
    Undecided,
    Utf8,
    Legacy(Box<encoding_rs::Decoder>),
}

impl StreamDecoder {
    /// `declared` is the charset given by the user.
    pub(super) fn new(declared: Option<&'static Encoding>) -> Self {
        Self { declared, state: DecoderState::Undecided }
    }

    /// How many bytes the next call of [`StreamDecoder::decode`] should get, unless the stream ends before.
    pub(super) fn wanted_bytes(&self) -> usize {
        match self.state {
            DecoderState::Undecided => WINDOW_BYTES,
            DecoderState::Utf8 | DecoderState::Legacy(_) => CHUNK_BYTES,
        }
    }

    /// The charset, if it is known and not UTF-8.
    pub(super) fn charset(&self) -> Option<&'static str> {
        match &self.state {
            DecoderState::Undecided | DecoderState::Utf8 => None,
            DecoderState::Legacy(decoder) => Some(decoder.encoding().name()),
        }
    }

    /// Appends the text of `bytes` to `text`, and the places where it differs from UTF-8 to `changes`. Returns the
    /// number of bytes used. The caller must pass the others, at most three, again before the next ones.
    pub(super) fn decode(
        &mut self,
        bytes: &[u8],
        is_last: bool,
        text: &mut String,
        changes: &mut Vec<RepairChange>,
    ) -> usize {
        if matches!(self.state, DecoderState::Undecided) {
            // The first bytes of a character that continues in the next window would look invalid.
            let kept = if is_last { 0 } else { incomplete_tail(bytes) };
            let window = bytes.get(..bytes.len() - kept).unwrap_or_default();
            if is_plain_ascii(window) {
                return utf8(window, is_last, text, changes);
            }
            let encoding = detect_encoding(window, self.declared);
            if encoding == UTF_8 {
                self.state = DecoderState::Utf8;
            } else {
                let mut decoder = encoding.new_decoder_without_bom_handling();
                let start = text.len();
                legacy(&mut decoder, bytes, is_last, text);
                self.state = DecoderState::Legacy(Box::new(decoder));
                let is_utf_16 = encoding == UTF_16LE || encoding == UTF_16BE;
                let differs = |char: char| is_utf_16 || !char.is_ascii();
                let new = text.get(start..).unwrap_or_default();
                if let Some((at, char)) = new.char_indices().find(|(_, char)| differs(*char)) {
                    changes.push(decoding_change(
                        start + at..start + at + char.len_utf8(),
                        char,
                        CHARSET_RULE,
                    ));
                }
                return bytes.len();
            }
        }
        match &mut self.state {
            DecoderState::Legacy(decoder) => {
                legacy(decoder, bytes, is_last, text);
                bytes.len()
            }
            DecoderState::Undecided | DecoderState::Utf8 => utf8(bytes, is_last, text, changes),
        }
    }
}

/// Whether the bytes are ASCII in every charset. NUL is a sign of UTF-16, and escape of ISO-2022-JP.
fn is_plain_ascii(bytes: &[u8]) -> bool {
    bytes.is_ascii() && memchr::memchr2(0, 0x1b, bytes).is_none()
}

/// The charset of a window with bytes that are not ASCII.
fn detect_encoding(window: &[u8], declared: Option<&'static Encoding>) -> &'static Encoding {
    let decoded = copydesk_clean::decode(window, declared.map(Encoding::name));
    Encoding::for_label(decoded.report.charset.as_bytes()).unwrap_or(UTF_8)
}

fn decoding_change(span: Range<usize>, char: char, rule: &'static str) -> RepairChange {
    RepairChange { span, after: char.into(), rules: vec![rule], posterior: None }
}

fn utf8(bytes: &[u8], is_last: bool, text: &mut String, changes: &mut Vec<RepairChange>) -> usize {
    let cut_off = incomplete_tail(bytes);
    let (whole, rest) = bytes.split_at(bytes.len() - cut_off);
    if let Ok(whole) = str::from_utf8(whole) {
        text.push_str(whole);
    } else {
        for chunk in whole.utf8_chunks() {
            text.push_str(chunk.valid());
            if chunk.invalid().is_empty() {
                continue;
            }
            let (read, _) = WINDOWS_1252.decode_without_bom_handling(chunk.invalid());
            let script = text.chars().rev().take(LOOK_BACK).find(|char| char.is_alphabetic());
            for char in read.chars() {
                let is_read = !char.is_control()
                    && (!char.is_alphabetic() || script.is_none_or(|letter| letter < END_OF_LATIN));
                let char = if is_read { char } else { char::REPLACEMENT_CHARACTER };
                let start = text.len();
                text.push(char);
                changes.push(decoding_change(start..text.len(), char, BYTE_RULE));
            }
        }
    }
    if is_last && !rest.is_empty() {
        // The input ends within a character.
        let start = text.len();
        text.push(char::REPLACEMENT_CHARACTER);
        changes.push(decoding_change(start..text.len(), char::REPLACEMENT_CHARACTER, BYTE_RULE));
        return bytes.len();
    }
    whole.len()
}

/// The number of bytes at the end that begin an incomplete character.
fn incomplete_tail(bytes: &[u8]) -> usize {
    let is_beginning = |length: &usize| {
        let tail = bytes.len().checked_sub(*length).and_then(|start| bytes.get(start..));
        tail.is_some_and(|tail| {
            str::from_utf8(tail)
                .is_err_and(|error| error.valid_up_to() == 0 && error.error_len().is_none())
        })
    };
    (1..=3).find(is_beginning).unwrap_or(0)
}

fn legacy(decoder: &mut encoding_rs::Decoder, mut bytes: &[u8], is_last: bool, text: &mut String) {
    loop {
        text.reserve(decoder.max_utf8_buffer_length(bytes.len()).unwrap_or(bytes.len()).max(16));
        let (result, used, _) = decoder.decode_to_string(bytes, text, is_last);
        bytes = bytes.get(used..).unwrap_or_default();
        if result == CoderResult::InputEmpty {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The text of bytes that arrive in pieces, and the characters that differ from UTF-8, each with its rule.
    fn decoded(pieces: &[&[u8]], label: Option<&str>) -> (String, Vec<(String, &'static str)>) {
        let given = label.and_then(|label| Encoding::for_label(label.as_bytes()));
        let mut decoder = StreamDecoder::new(given);
        let (mut text, mut changes, mut kept) = (String::new(), Vec::new(), Vec::new());
        for (number, piece) in pieces.iter().enumerate() {
            kept.extend_from_slice(piece);
            let is_last = number + 1 == pieces.len();
            let used = decoder.decode(&kept, is_last, &mut text, &mut changes);
            kept.drain(..used);
        }
        assert!(kept.is_empty());
        let read = changes.iter().map(|change| {
            assert_eq!(text.get(change.span.clone()), Some(change.after.as_str()));
            (change.after.clone(), change.rules[0])
        });
        (text.clone(), read.collect())
    }

    #[test]
    fn utf8_can_be_cut_anywhere() {
        let input = "naïve 🙂 текст";
        for cut in 0..input.len() {
            let (head, tail) = input.as_bytes().split_at(cut);
            assert_eq!(decoded(&[head, tail], None), (input.into(), vec![]), "{cut}");
        }
    }

    #[test]
    fn invalid_bytes_in_utf8_are_windows_1252() {
        let (text, read) =
            decoded(&["naïve élan, ".as_bytes(), b"caf\xe9 \x96 ", "ça".as_bytes()], None);
        assert_eq!(text, "naïve élan, café – ça");
        assert_eq!(read, [("é".into(), BYTE_RULE), ("–".into(), BYTE_RULE)]);
        // Part of a Cyrillic letter is not a Latin letter.
        let (text, _) = decoded(&["текс".as_bytes(), b"\xd1 \x85 \x81"], None);
        assert_eq!(text, "текс\u{fffd} … \u{fffd}");
    }

    #[test]
    fn a_character_cut_off_at_the_end_is_lost() {
        let (text, read) = decoded(&["naïve caf".as_bytes(), b"\xc3"], None);
        assert_eq!(text, "naïve caf\u{fffd}");
        assert_eq!(read, [("\u{fffd}".into(), BYTE_RULE)]);
    }

    #[test]
    fn the_charset_is_determined_where_ascii_ends() {
        let (text, read) =
            decoded(&[b"plain words, ", b"\xcf\xf0\xe8\xe2\xe5\xf2"], Some("cp1251"));
        assert_eq!(text, "plain words, Привет");
        assert_eq!(read, [("П".into(), CHARSET_RULE)]);
    }

    #[test]
    fn utf8_wins_over_the_given_charset() {
        assert_eq!(decoded(&["Привет".as_bytes()], Some("koi8-r")), ("Привет".into(), vec![]));
    }

    #[test]
    fn a_bom_is_left_to_the_repair() {
        let (text, read) = decoded(&[b"\xff\xfeh\0i\0\n\0"], None);
        assert_eq!(text, "\u{feff}hi\n");
        assert_eq!(read, [("\u{feff}".into(), CHARSET_RULE)]);
        assert_eq!(decoded(&["\u{feff}hi".as_bytes()], None), ("\u{feff}hi".into(), vec![]));
    }
}
