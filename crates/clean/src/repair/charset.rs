//! The single-byte charsets in which UTF-8 was misread, and the bytes of their characters.

use std::sync::LazyLock;

use super::script::LetterScript;

use encoding_rs::{
    Encoding, IBM866, ISO_8859_2, KOI8_R, MACINTOSH, WINDOWS_1250, WINDOWS_1251, WINDOWS_1252,
    WINDOWS_1253, WINDOWS_1254, WINDOWS_1257,
};

/// A charset in which UTF-8 text was decoded by mistake.
#[derive(Debug)]
pub(super) struct MisreadCharset {
    /// The name of the rule that reverses it.
    pub(super) rule: &'static str,
    table: CharsetTable,
}

#[derive(Debug)]
enum CharsetTable {
    Standard(&'static Encoding),
    /// The characters of the bytes 0x80 to 0xFF.
    Upper(&'static str),
}

/// The number of charsets. A set of them fits into a `u16`.
pub(super) const COUNT: usize = 12;

/// The most common of them, and the only one for which lost characters can be restored.
pub(super) const WINDOWS_LATIN: usize = 0;

/// The charsets, the most common mistakes first.
///
/// windows-1252 includes ISO-8859-1: C1 control characters count as bytes in both.
pub(super) static CHARSETS: [MisreadCharset; COUNT] = [
    MisreadCharset { rule: "mojibake/windows-1252", table: CharsetTable::Standard(WINDOWS_1252) },
    MisreadCharset { rule: "mojibake/windows-1251", table: CharsetTable::Standard(WINDOWS_1251) },
    MisreadCharset { rule: "mojibake/windows-1250", table: CharsetTable::Standard(WINDOWS_1250) },
    MisreadCharset { rule: "mojibake/windows-1254", table: CharsetTable::Standard(WINDOWS_1254) },
    MisreadCharset { rule: "mojibake/windows-1257", table: CharsetTable::Standard(WINDOWS_1257) },
    MisreadCharset { rule: "mojibake/windows-1253", table: CharsetTable::Standard(WINDOWS_1253) },
    MisreadCharset { rule: "mojibake/iso-8859-2", table: CharsetTable::Standard(ISO_8859_2) },
    MisreadCharset { rule: "mojibake/koi8-r", table: CharsetTable::Standard(KOI8_R) },
    MisreadCharset { rule: "mojibake/ibm866", table: CharsetTable::Standard(IBM866) },
    MisreadCharset { rule: "mojibake/macintosh", table: CharsetTable::Standard(MACINTOSH) },
    MisreadCharset { rule: "mojibake/cp437", table: CharsetTable::Upper(CP437) },
    MisreadCharset { rule: "mojibake/cp850", table: CharsetTable::Upper(CP850) },
];

// From the mapping tables of the Unicode Consortium, MAPPINGS/VENDORS/MICSFT/PC. The Encoding
// Standard does not have these two.
const CP437: &str = "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»\
    ░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀\
    αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u{a0}";
const CP850: &str = "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜø£Ø×ƒáíóúñÑªº¿®¬½¼¡«»\
    ░▒▓│┤ÁÂÀ©╣║╗╝¢¥┐└┴┬├─┼ãÃ╚╔╩╦╠═╬¤ðÐÊËÈıÍÎÏ┘┌█▄¦Ì▀\
    ÓßÔÒõÕµþÞÚÛÙýÝ¯´\u{ad}±‗¾¶§÷¸°¨·¹³²■\u{a0}";

/// The byte of a character in each charset.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct CharsetBytes {
    /// A bit for each charset in which it is the first byte of a UTF-8 sequence.
    pub(super) leads: u16,
    /// A bit for each charset in which it is a continuation byte.
    pub(super) follows: u16,
    in_charset: [u8; COUNT],
}

impl CharsetBytes {
    /// The byte in a charset, at least 0x80; 0 if the charset does not have the character.
    pub(super) fn byte(&self, charset: usize) -> u8 {
        self.in_charset.get(charset).copied().unwrap_or_default()
    }
}

/// One more than the last character of these charsets, not counting two ligatures and the logo of Macintosh.
const INDEXED: usize = 0x25CB;

/// The byte rows by character. Most characters share the empty row 0, so an index of `u16` is
/// smaller than a row for each.
struct CharsetRows {
    index: Vec<u16>,
    known: Vec<CharsetBytes>,
    ligatures: [(char, u16); 3],
}

static ROWS: LazyLock<CharsetRows> = LazyLock::new(|| {
    let mut rows = CharsetRows {
        index: vec![0; INDEXED],
        known: vec![CharsetBytes::default()],
        ligatures: [('\u{fb01}', 0), ('\u{fb02}', 0), ('\u{f8ff}', 0)],
    };
    for (number, charset) in CHARSETS.iter().enumerate() {
        for byte in 0x80..=0xFF_u8 {
            rows.add(charset.character(byte), number, byte);
            let is_lacking = charset.character(byte) == '\u{fffd}';
            if byte < 0xA0 && charset.is_also_iso() || is_lacking && charset.has_controls() {
                // Bytes that windows-125x does not have, and that ISO-8859 has as C1 control
                // characters.
                rows.add(char::from(byte), number, byte);
            }
        }
    }
    rows
});

impl CharsetRows {
    fn row_of(&mut self, character: char) -> Option<&mut CharsetBytes> {
        let row = if let Some(row) = self.index.get_mut(character as usize) {
            row
        } else {
            let (_, row) = self.ligatures.iter_mut().find(|(known, _)| *known == character)?;
            row
        };
        if *row == 0 {
            *row = u16::try_from(self.known.len()).ok()?;
            self.known.push(CharsetBytes::default());
        }
        self.known.get_mut(usize::from(*row))
    }

    fn add(&mut self, character: char, charset: usize, byte: u8) {
        let Some(row) = self.row_of(character) else { return };
        if let Some(known @ 0) = row.in_charset.get_mut(charset) {
            *known = byte;
            match byte {
                0x80..=0xBF => row.follows |= 1 << charset,
                0xC2..=0xF4 => row.leads |= 1 << charset,
                _ => {}
            }
        }
    }
}

impl MisreadCharset {
    /// Whether it has Cyrillic letters, but box-drawing characters where UTF-8 has the lead bytes
    /// of Cyrillic.
    pub(super) fn has_frames(&self) -> bool {
        self.rule == "mojibake/ibm866"
    }

    /// Whether it has box-drawing characters.
    pub(super) fn has_boxes(&self) -> bool {
        self.rule.contains("koi8") || self.rule.contains("ibm") || self.rule.contains("/cp")
    }

    /// The script of its letters other than Latin, if it has one.
    pub(super) fn script(&self) -> Option<LetterScript> {
        match self.rule {
            "mojibake/windows-1251" | "mojibake/koi8-r" | "mojibake/ibm866" => {
                Some(LetterScript::Cyrillic)
            }
            "mojibake/windows-1253" => Some(LetterScript::Greek),
            _ => None,
        }
    }

    /// Whether it has Latin letters where UTF-8 has the lead bytes of letters.
    pub(super) fn is_latin(&self) -> bool {
        self.has_controls() && self.script().is_none()
    }

    /// Whether bytes that it does not have are decoded as C1 control characters.
    fn has_controls(&self) -> bool {
        self.rule.starts_with("mojibake/windows") || self.rule.starts_with("mojibake/iso")
    }

    /// Whether an ISO-8859 charset differs from it only in having C1 control characters.
    fn is_also_iso(&self) -> bool {
        let other = ["mojibake/windows-1250", "mojibake/windows-1251"];
        self.has_controls() && !other.contains(&self.rule)
    }

    fn character(&self, byte: u8) -> char {
        match self.table {
            CharsetTable::Standard(encoding) => {
                let bytes = [byte];
                let (text, _) = encoding.decode_without_bom_handling(&bytes);
                text.chars().next().unwrap_or_default()
            }
            CharsetTable::Upper(upper) => {
                upper.chars().nth(usize::from(byte) - 0x80).unwrap_or_default()
            }
        }
    }
}

/// The byte of a character in each charset.
pub(super) fn bytes_of(character: char) -> CharsetBytes {
    let rows = &*ROWS;
    let row = match rows.index.get(character as usize) {
        Some(row) => *row,
        None => {
            rows.ligatures.iter().find(|(known, _)| *known == character).map_or(0, |(_, row)| *row)
        }
    };
    rows.known.get(usize::from(row)).copied().unwrap_or_default()
}

/// The byte of a character outside ASCII in windows-1252, or in ISO-8859-1; 0 if it has none. The same as in the table
/// of all charsets, and faster for most characters.
pub(super) fn latin_byte(character: char) -> u8 {
    match character {
        '\u{80}'..='\u{ff}' => character as u8,
        _ => bytes_of(character).byte(WINDOWS_LATIN),
    }
}

/// The windows-1252 character of the byte that a C1 control character stands for.
pub(super) fn read_control(control: char) -> Option<char> {
    let byte = u8::try_from(control as u32).ok().filter(|byte| (0x80..0xA0).contains(byte))?;
    let character = CHARSETS.first()?.character(byte);
    (character != control).then_some(character)
}

/// The character that a byte is decoded to.
#[cfg(test)]
pub(super) fn character_of(byte: u8, charset: usize) -> char {
    match CHARSETS.get(charset).map(|charset| charset.character(byte)) {
        Some('\u{fffd}') | None => char::from(byte),
        Some(_) if byte < 0x80 => char::from(byte),
        Some(character) => character,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_are_bytes_of_their_charsets() {
        for (character, charset, byte) in [
            ('Ã', 0, 0xC3),
            ('€', 0, 0x80),
            ('\u{80}', 0, 0x80),
            ('\u{81}', 0, 0x81),
            ('Р', 1, 0xD0),
            ('ђ', 1, 0x90),
            ('п', 7, 0xD0),
            ('∙', 7, 0x95),
            ('√', 9, 0xC3),
            ('\u{fb01}', 9, 0xDE),
            ('├', 10, 0xC3),
            ('⌐', 10, 0xA9),
            ('├', 11, 0xC3),
            ('a', 0, 0),
            ('漢', 0, 0),
        ] {
            assert_eq!(bytes_of(character).byte(charset), byte, "{character:?} {charset}");
        }
    }

    #[test]
    fn every_table_has_a_character_for_every_byte() {
        for charset in &CHARSETS {
            for byte in 0x80..=0xFF {
                assert_ne!(charset.character(byte), '\0', "{} {byte:x}", charset.rule);
            }
        }
    }

    #[test]
    fn the_byte_in_windows_1252_is_that_of_the_table() {
        for character in '\u{80}'..='\u{2200}' {
            assert_eq!(latin_byte(character), bytes_of(character).byte(WINDOWS_LATIN));
        }
        assert_eq!([latin_byte('ë'), latin_byte('€'), latin_byte('\u{9d}')], [0xEB, 0x80, 0x9D]);
        assert_eq!([latin_byte('a'), latin_byte('č'), latin_byte('漢')], [0, 0, 0]);
    }

    #[test]
    fn controls_read_as_windows_1252() {
        assert_eq!(read_control('\u{92}'), Some('’'));
        assert_eq!(read_control('\u{81}'), None);
        assert_eq!(read_control('a'), None);
    }
}
