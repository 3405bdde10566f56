//! Guesses the encoding of bytes without a usable label.

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{DecoderResult, Encoding, ISO_2022_JP};
use memchr::memmem;

use crate::charset;

/// How many bytes of non-ASCII words are judged letter by letter. More bytes do not change the
/// result.
const JUDGED_BYTES: usize = 16 << 10;

/// How many such bytes chardetng gets. It needs more than the letter models, and is slower.
const COUNTED_BYTES: usize = 128 << 10;

/// By how many nats another charset must be cheaper than the guess of chardetng to be used instead.
const MIN_MARGIN_NATS: f32 = 2.0;

/// Guesses the encoding of bytes that are neither UTF-8 nor wide. Samples of a large text are taken
/// from all over it.
pub(super) fn detect(bytes: &[u8]) -> &'static Encoding {
    let judged = charset::sample(bytes, JUDGED_BYTES);
    let costs = charset::costs(&judged);
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    // `last` is false, so a character that the end cuts off does not count against an encoding.
    detector.feed(&charset::sample(bytes, COUNTED_BYTES), false);
    let counted = detector.guess(None, Utf8Detection::Deny);
    let Some(best) = costs.first() else { return counted };
    // Encodings that decode the bytes to the same text tie; the first one is the most common.
    let same = costs.iter().find(|cost| cost.encoding == counted);
    match same {
        Some(same) if same.nats - best.nats < MIN_MARGIN_NATS => same.encoding,
        _ => best.encoding,
    }
}

/// Whether ASCII bytes are Japanese with escape sequences.
pub(super) fn is_iso_2022_jp(bytes: &[u8]) -> bool {
    // JIS X 0208 in its two editions, and half-width katakana.
    let escapes: [&[u8]; 3] = [b"\x1b$B", b"\x1b$@", b"\x1b(I"];
    if !escapes.iter().any(|escape| memmem::find(bytes, escape).is_some()) {
        return false;
    }
    let mut decoder = ISO_2022_JP.new_decoder_without_bom_handling();
    let mut text = String::with_capacity(bytes.len() * 3 + 16);
    // `last` is false, so a sequence that the end cuts off is not an error.
    let (result, _) = decoder.decode_to_string_without_replacement(bytes, &mut text, false);
    result == DecoderResult::InputEmpty
}

#[cfg(test)]
mod tests {
    use encoding_rs::WINDOWS_1252;

    use super::*;

    #[test]
    fn few_signs_are_windows_1252() {
        for text in [
            "“Yes”, she said – it’s £5",
            "El n.º 3, la 1.ª vez: ¿Qué?",
            "10 m² at 20 °C ± 2 ½",
            "A©B®C™ – §4",
            "Motörhead",
            "CAFÉ ESPAÑA",
        ] {
            let (bytes, _, _) = WINDOWS_1252.encode(text);
            let encoding = detect(&bytes);
            assert_eq!(encoding.decode_without_bom_handling(&bytes).0, text, "{}", encoding.name());
        }
    }

    #[test]
    fn japanese_with_escapes_is_detected() {
        let (bytes, _, _) = ISO_2022_JP.encode("明日は雨");
        assert!(is_iso_2022_jp(&bytes));
        assert!(is_iso_2022_jp(&bytes[..bytes.len() - 4]));
        assert!(!is_iso_2022_jp(b"\x1b[1mbold\x1b[0m"));
    }
}
