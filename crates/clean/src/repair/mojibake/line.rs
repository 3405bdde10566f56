//! What a line shows as a whole.

use std::cell::OnceCell;

use super::super::charset::{CharsetBytes, bytes_of};
use super::super::script::{LetterScript, whole_script_of};
use super::super::symbols::is_english;

/// Properties of a line that decide what a run in it proves.
#[expect(clippy::struct_excessive_bools, reason = "properties that are independent of one another")]
pub(super) struct LineFacts<'a> {
    line: &'a str,
    is_english: OnceCell<bool>,
    /// Whether its letters are mostly ASCII.
    pub(super) is_basic: bool,
    /// Whether it has letters of Romanian.
    pub(super) is_romanian: bool,
    /// Whether it has capitals, and no other letters.
    pub(super) is_capitals: bool,
    /// Whether it has lines of a table.
    pub(super) has_frame: bool,
    /// The number of `Ì`, which combining marks begin with in windows-1252.
    pub(super) marks: usize,
    scripts: u16,
}

impl<'a> LineFacts<'a> {
    pub(super) fn new(line: &'a str) -> Self {
        let mut scripts = 0;
        let (mut basic, mut others) = (0_usize, 0_usize);
        let (mut has_frame, mut is_romanian) = (false, false);
        let mut before = CharsetBytes::default();
        let mut characters = line.chars().peekable();
        while let Some(character) = characters.next() {
            let bytes =
                if character.is_ascii() { CharsetBytes::default() } else { bytes_of(character) };
            match character {
                'a'..='z' | 'A'..='Z' => basic += 1,
                _ if character.is_ascii() => {}
                '\u{2500}'..='\u{257f}' => {
                    // Those that may be bytes of a letter do not count.
                    let next = characters.peek().copied().map(bytes_of).unwrap_or_default();
                    has_frame |=
                        before.leads & bytes.follows == 0 && bytes.leads & next.follows == 0;
                }
                _ => {
                    others += 1;
                    is_romanian |= "ăĂșȘțȚşŞţŢ".contains(character);
                    if let Some(script) = whole_script_of(character) {
                        scripts |= bit(script);
                    }
                }
            }
            before = bytes;
        }
        Self {
            line,
            is_english: OnceCell::new(),
            is_basic: basic > others,
            is_romanian,
            is_capitals: line.bytes().filter(u8::is_ascii_uppercase).nth(1).is_some()
                && !line.bytes().any(|byte| byte.is_ascii_lowercase()),
            has_frame,
            marks: line.matches('Ì').take(2).count(),
            scripts,
        }
    }

    /// Whether its words are mostly those of English. Misread characters are no part of them.
    pub(super) fn is_english(&self) -> bool {
        let basic = || self.line.replace(|c: char| !c.is_ascii(), " ");
        *self.is_english.get_or_init(|| is_english(&basic()))
    }

    /// Whether the line has a letter of a script as it is.
    pub(super) const fn has_script(&self, script: LetterScript) -> bool {
        self.scripts & bit(script) != 0
    }
}

const fn bit(script: LetterScript) -> u16 {
    1 << script as u16
}
