//! UTF-8 of single characters.

/// The length of the UTF-8 of a character by its first byte; `None` if no character of more than one
/// byte begins with it.
pub(super) const fn length_from_lead(lead: u8) -> Option<usize> {
    match lead {
        0xC2..=0xDF => Some(2),
        0xE0..=0xEF => Some(3),
        0xF0..=0xF4 => Some(4),
        _ => None,
    }
}

/// The character whose UTF-8 these bytes are, which are two to four. Faster than checking a string of
/// so few bytes.
pub(super) fn decoded(bytes: &[u8]) -> Option<char> {
    let (lead, rest) = bytes.split_first()?;
    let length = length_from_lead(*lead).filter(|length| *length == bytes.len())?;
    if rest.iter().any(|byte| byte & 0xC0 != 0x80) {
        return None;
    }
    let first = u32::from(*lead) & (0x7F >> length);
    let code = rest.iter().fold(first, |code, byte| code << 6 | u32::from(byte & 0x3F));
    // The same code in more bytes than it needs is no UTF-8, and neither are surrogates.
    char::from_u32(code).filter(|character| character.len_utf8() == length)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_are_decoded_as_the_standard_library_decodes_them() {
        for lead in 0x80..=0xFF_u8 {
            for second in (0..=0xFF_u8).step_by(5).chain([0x80, 0x9F, 0xA0, 0x8F, 0x90, 0xBF]) {
                for rest in [&[][..], &[0x80], &[0xBF], &[0x41], &[0x80, 0xBF], &[0xBF, 0x7F]] {
                    let bytes = [&[lead, second], rest].concat();
                    let text = std::str::from_utf8(&bytes).ok();
                    let expected = text.and_then(|text| {
                        let mut characters = text.chars();
                        characters.next().filter(|_| characters.next().is_none())
                    });
                    assert_eq!(decoded(&bytes), expected, "{bytes:x?}");
                }
            }
        }
    }
}
