//! Takes the bytes of a long text that show its charset.

use std::borrow::Cow;

/// Maximum number of zones that a sample is taken from.
const ZONES: usize = 64;

/// Minimum number of bytes from a zone.
const ZONE_BYTES: usize = 256;

/// The words with non-ASCII bytes, from all over a text, about `limit` bytes at most.
///
/// A word ends at a byte below 0x30. In no charset that extends ASCII is that the second byte of a
/// character.
pub(crate) fn sample(bytes: &[u8], limit: usize) -> Cow<'_, [u8]> {
    if bytes.len() <= limit.min(256) {
        return Cow::Borrowed(bytes);
    }
    let mut taken = Vec::with_capacity(limit.min(bytes.len()));
    let zones = if bytes.len() <= limit { 1 } else { (limit / ZONE_BYTES).clamp(1, ZONES) };
    for zone in 0..zones {
        let start = bytes.len() / zones * zone;
        let end = if zone + 1 == zones { bytes.len() } else { bytes.len() / zones * (zone + 1) };
        let mut words = bytes.get(start..end).unwrap_or_default();
        if zone > 0 {
            // A zone may begin inside a word, so its first word is skipped.
            let skipped = words.iter().position(|byte| *byte < 0x30).unwrap_or_default();
            words = words.get(skipped..).unwrap_or_default();
        }
        let budget = limit / zones * (zone + 1);
        for word in words.split(|byte| *byte < 0x30) {
            if taken.len() >= budget {
                break;
            }
            if !word.is_ascii() {
                let room = budget - taken.len();
                taken.extend_from_slice(word.get(..room).unwrap_or(word));
                taken.push(b' ');
            }
        }
    }
    Cow::Owned(taken)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_non_ascii_words_from_all_over_are_sampled() {
        let text = "plain words, naïve café. ".repeat(400);
        let bytes = text.as_bytes();
        let all = sample(bytes, 1 << 20);
        assert!(all.starts_with("naïve café naïve".as_bytes()));
        assert_eq!(all.len(), "naïve café ".len() * 400);
        let some = sample(bytes, 1024);
        assert!(some.len() <= 1024 + ZONES);
        assert!(some.ends_with("naïve ".as_bytes()) || some.ends_with(b" "));
        assert_eq!(sample(b"short", 1024), b"short".as_slice());
    }
}
