//! Bytes to text, as they arrive.
//!
//! What is ASCII is the same in every charset that matters here, so the charset is decided on the
//! first window of bytes that is not, by the rules of [`copydesk_clean::decode`]: a BOM, UTF-8, the
//! charset that was given, a declaration, else what the bytes look like. It holds from there to the
//! end. Bytes that are no UTF-8 in a stream that was decided to be UTF-8 are read as windows-1252,
//! unless they are rather a piece of a character.

use std::ops::Range;

use copydesk_clean::RepairChange;
use encoding_rs::{CoderResult, Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

/// The bytes on which a charset is decided.
pub(super) const WINDOW_BYTES: usize = 1 << 20;

/// The bytes that are read at a time once it is.
const CHUNK_BYTES: usize = 64 << 10;

/// The rule for the first character that a charset other than UTF-8 wrote otherwise.
const CHARSET_RULE: &str = "decode/charset";

/// The rule for bytes that are no UTF-8.
const BYTE_RULE: &str = "decode/byte";

/// How far a stray byte looks back for the script that it stands in.
const LOOK_BACK: usize = 16;

/// Latin letters come before this character.
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
    /// `given` is the charset that someone said it is in.
    pub(super) fn new(declared: Option<&'static Encoding>) -> Self {
        Self { declared, state: DecoderState::Undecided }
    }

    /// How many bytes the next call of [`StreamDecoder::decode`] should have, if there are as many.
    pub(super) fn wanted_bytes(&self) -> usize {
        match self.state {
            DecoderState::Undecided => WINDOW_BYTES,
            DecoderState::Utf8 | DecoderState::Legacy(_) => CHUNK_BYTES,
        }
    }

    /// The charset, where it is decided and not UTF-8.
    pub(super) fn charset(&self) -> Option<&'static str> {
        match &self.state {
            DecoderState::Undecided | DecoderState::Utf8 => None,
            DecoderState::Legacy(decoder) => Some(decoder.encoding().name()),
        }
    }

    /// Appends the text of `bytes`, and to `changes` the places in `text` where it is not what the
    /// bytes are as UTF-8. The number of bytes that were used: the others, three at most, belong
    /// before the next ones.
    pub(super) fn decode(
        &mut self,
        bytes: &[u8],
        is_last: bool,
        text: &mut String,
        changes: &mut Vec<RepairChange>,
    ) -> usize {
        if matches!(self.state, DecoderState::Undecided) {
            // A character that goes on in the next window says nothing in this one.
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

/// NUL tells of UTF-16, and escape of ISO-2022-JP.
fn is_plain_ascii(bytes: &[u8]) -> bool {
    bytes.is_ascii() && memchr::memchr2(0, 0x1b, bytes).is_none()
}

/// What a window of bytes is in, which has some that are not ASCII.
fn detect_encoding(window: &[u8], given: Option<&'static Encoding>) -> &'static Encoding {
    let decoded = copydesk_clean::decode(window, given.map(Encoding::name));
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
        // The file ends too early: there is nothing to read in these bytes.
        let start = text.len();
        text.push(char::REPLACEMENT_CHARACTER);
        changes.push(decoding_change(start..text.len(), char::REPLACEMENT_CHARACTER, BYTE_RULE));
        return bytes.len();
    }
    whole.len()
}

/// How many bytes at the end are the beginning of a character.
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

    /// The text of bytes that come in pieces, and the characters that are not what they would be in
    /// UTF-8, each with its rule.
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
    fn utf8_is_read_however_it_is_cut() {
        let input = "naïve 🙂 текст";
        for cut in 0..input.len() {
            let (head, tail) = input.as_bytes().split_at(cut);
            assert_eq!(decoded(&[head, tail], None), (input.into(), vec![]), "{cut}");
        }
    }

    #[test]
    fn bytes_that_are_no_utf8_are_windows_1252_there() {
        let (text, read) =
            decoded(&["naïve élan, ".as_bytes(), b"caf\xe9 \x96 ", "ça".as_bytes()], None);
        assert_eq!(text, "naïve élan, café – ça");
        assert_eq!(read, [("é".into(), BYTE_RULE), ("–".into(), BYTE_RULE)]);
        // A piece of a Cyrillic letter is no Latin one.
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
    fn the_charset_is_decided_where_ascii_ends() {
        let (text, read) =
            decoded(&[b"plain words, ", b"\xcf\xf0\xe8\xe2\xe5\xf2"], Some("cp1251"));
        assert_eq!(text, "plain words, Привет");
        assert_eq!(read, [("П".into(), CHARSET_RULE)]);
    }

    #[test]
    fn utf8_wins_over_what_was_given() {
        assert_eq!(decoded(&["Привет".as_bytes()], Some("koi8-r")), ("Привет".into(), vec![]));
    }

    #[test]
    fn a_bom_stays_for_the_repair_to_see() {
        let (text, read) = decoded(&[b"\xff\xfeh\0i\0\n\0"], None);
        assert_eq!(text, "\u{feff}hi\n");
        assert_eq!(read, [("\u{feff}".into(), CHARSET_RULE)]);
        assert_eq!(decoded(&["\u{feff}hi".as_bytes()], None), ("\u{feff}hi".into(), vec![]));
    }
}
