//! The cost of bytes in a multi-byte charset.

use encoding_rs::{BIG5, EUC_JP, EUC_KR, Encoding, GBK, SHIFT_JIS};

use super::models::{self, CharacterCosts, STEPS_PER_NAT};
use super::single_byte::ASCII_NATS;

/// The cost of a sequence that the charset does not have, in nats.
const UNDEFINED: f32 = 20.0;

/// The cost of an incomplete character at the end, in nats.
const TRUNCATED: f32 = 9.0;

/// Extra cost next to an ASCII letter or a character of ASCII drawings. Words of these scripts are
/// usually separated from them.
const BESIDE_ASCII_LETTER: f32 = 3.0;
const BESIDE_DRAWING: f32 = 2.0;

/// Chinese, Japanese or Korean in a charset.
pub(super) struct DoubleByte {
    encoding: &'static Encoding,
    ranking: &'static CharacterCosts,
}

impl DoubleByte {
    pub(super) fn new(encoding: &'static Encoding, language: &str) -> Option<Self> {
        Some(Self { encoding, ranking: models::character_costs(language)? })
    }

    /// The cost of bytes, in nats.
    pub(super) fn cost(&self, bytes: &[u8]) -> f32 {
        let mut total = 0.0;
        let mut rest = bytes;
        // The extra cost of a non-ASCII character after the previous character.
        let mut behind = 0.0;
        let mut follows_ascii = true;
        while let Some(first) = rest.first() {
            if first.is_ascii() {
                behind = match first {
                    b'A'..=b'Z' | b'a'..=b'z' => BESIDE_ASCII_LETTER,
                    b'|' | b'_' | b'/' | b'\\' | b'`' | b'~' | b'^' => BESIDE_DRAWING,
                    _ => 0.0,
                };
                total += ASCII_NATS + if follows_ascii { 0.0 } else { behind };
                follows_ascii = true;
                rest = rest.get(1..).unwrap_or_default();
                continue;
            }
            let length = self.length(rest);
            let Some(character) = rest.get(..length) else {
                total += TRUNCATED;
                break;
            };
            let decoded =
                self.encoding.decode_without_bom_handling_and_without_replacement(character);
            let Some(char) = decoded.as_ref().and_then(|text| text.chars().next()) else {
                total += UNDEFINED;
                rest = rest.get(1..).unwrap_or_default();
                continue;
            };
            total += self.character_cost(char, character);
            total += std::mem::take(&mut behind);
            follows_ascii = false;
            rest = rest.get(length..).unwrap_or_default();
        }
        total
    }

    /// The length in bytes of the character that begins here.
    fn length(&self, bytes: &[u8]) -> usize {
        let at = |index: usize| bytes.get(index).copied().unwrap_or_default();
        match self.encoding {
            encoding if encoding == SHIFT_JIS && matches!(at(0), 0x80 | 0xa0..=0xdf) => 1,
            encoding if encoding == EUC_JP && at(0) == 0x8f => 3,
            encoding if encoding == GBK && at(1).is_ascii_digit() => 4,
            encoding if encoding == GBK && at(0) == 0x80 => 1,
            _ => 2,
        }
    }

    fn character_cost(&self, char: char, bytes: &[u8]) -> f32 {
        if let Some(cost) = self.ranking.cost(char) {
            return f32::from(cost) / STEPS_PER_NAT + 0.2;
        }
        match char {
            '、' | '。' | '，' | '「' | '」' | '・' | '…' | '“' | '”' | '：' | '！' | '？'
            | '\u{3000}' | '（' | '）' | '《' | '》' | '『' | '』' | '【' | '】' | '；' | '～'
            | 'ー' => 5.0,
            // Half-width katakana take one byte each in Shift_JIS, so many byte strings would be
            // cheap if they were not rare.
            '\u{ff61}'..='\u{ff9f}' => 7.5,
            '\u{3041}'..='\u{30fe}' => 8.0,
            '\u{ff01}'..='\u{ff5e}' => 7.0,
            '\u{4e00}'..='\u{9fff}' => {
                if self.is_first_level(bytes) {
                    9.0
                } else {
                    13.0
                }
            }
            '\u{ac00}'..='\u{d7a3}' => {
                if self.is_first_level(bytes) {
                    8.5
                } else {
                    13.0
                }
            }
            '\u{2000}'..='\u{2bff}' | '\u{3130}'..='\u{318f}' | '\u{3000}'..='\u{303f}' => 8.5,
            '\u{e000}'..='\u{f8ff}' => 17.0,
            _ => 12.0,
        }
    }

    /// Whether a character is one of the few thousand in daily use. Each of these charsets has them
    /// in rows of their own.
    fn is_first_level(&self, bytes: &[u8]) -> bool {
        let &[lead, trail] = bytes else { return false };
        match self.encoding {
            encoding if encoding == SHIFT_JIS => (0x88..=0x97).contains(&lead),
            encoding if encoding == EUC_JP => (0xb0..=0xcf).contains(&lead),
            encoding if encoding == GBK => (0xb0..=0xd7).contains(&lead) && trail > 0xa0,
            encoding if encoding == BIG5 => (0xa4..=0xc6).contains(&lead),
            encoding if encoding == EUC_KR => (0xb0..=0xc8).contains(&lead) && trail > 0xa0,
            _ => false,
        }
    }
}
