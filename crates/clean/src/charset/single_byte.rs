//! The cost of bytes in a language and a single-byte charset.

use encoding_rs::Encoding;

use super::models::{self, BOUNDARY, FOREIGN, LetterCosts, STEPS_PER_NAT};

/// Converts nats to sixteenths of a nat, the unit of the tables.
const fn steps(nats: f32) -> u32 {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "small and positive"
    )]
    let steps = (nats * STEPS_PER_NAT) as u32;
    steps
}

/// The cost of an ASCII character after another one. It is the same in every language, so it only
/// matters for the question whether a byte belongs to the character before it.
pub(crate) const ASCII_NATS: f32 = 3.0;
const ASCII: u32 = steps(ASCII_NATS);
/// The extra cost of a particular ASCII character that ends a word.
const WHICH_BOUNDARY: u32 = steps(1.5);
/// The extra cost of a particular ASCII letter after a letter of another alphabet.
const WHICH_LETTER: u32 = steps(3.0);
/// The cost of a letter that the language does not have: it is in a name, or the charset is wrong.
const FOREIGN_LETTER: u32 = steps(10.0);
/// The cost of a control character, or of a byte that the charset does not have.
pub(super) const UNDEFINED: u32 = steps(14.0);

/// Extra cost of a closing quotation mark before a letter, an opening one after a letter, or a
/// currency sign inside a word.
const OUT_OF_PLACE: u32 = steps(3.0);

#[derive(Clone, Copy, PartialEq)]
enum LetterCase {
    None,
    Lower,
    Upper,
}

#[derive(Clone, Copy)]
struct ByteSymbol {
    symbol: u8,
    case: LetterCase,
    /// The cost of the character, without its context.
    extra: u32,
    /// The extra cost after a letter, and before a letter.
    beside_letter: (u32, u32),
}

impl ByteSymbol {
    fn is_letter(self) -> bool {
        self.symbol != BOUNDARY
    }
}

/// A language in a charset.
pub(super) struct SingleByte {
    table: &'static LetterCosts,
    /// By byte.
    symbols: [ByteSymbol; 256],
}

impl SingleByte {
    pub(super) fn new(encoding: &'static Encoding, language: &str) -> Option<Self> {
        let table = models::letter_costs(language)?;
        let mut signs = [Self::symbol_of(table, ' '); 256];
        for (byte, sign) in (0..=u8::MAX).zip(&mut signs) {
            let (text, _) = encoding.decode_without_bom_handling(std::slice::from_ref(&byte));
            let char = text.chars().next().unwrap_or('\u{fffd}');
            *sign = Self::symbol_of(table, char);
        }
        Some(Self { table, symbols: signs })
    }

    fn symbol_of(table: &LetterCosts, char: char) -> ByteSymbol {
        let lower = match char {
            'İ' => 'i',
            _ => char.to_lowercase().next().unwrap_or(char),
        };
        let case = if char.is_lowercase() {
            LetterCase::Lower
        } else if char.is_uppercase() {
            LetterCase::Upper
        } else {
            LetterCase::None
        };
        let (symbol, extra) = if let Some(symbol) = table.symbol(lower) {
            (symbol, 0)
        } else if char.is_ascii_alphabetic() {
            (FOREIGN, WHICH_LETTER)
        } else if char.is_ascii() {
            (BOUNDARY, WHICH_BOUNDARY)
        } else if char.is_alphabetic() && !matches!(char, 'ª' | 'º' | 'µ') {
            (FOREIGN, FOREIGN_LETTER)
        } else {
            (BOUNDARY, symbol_cost(char))
        };
        let beside_letter = match char {
            _ if symbol != BOUNDARY || char.is_ascii() || is_vowel_sign(char) => (0, 0),
            '«' | '„' | '‚' | '‹' | '¿' | '¡' => (OUT_OF_PLACE, 0),
            '»' | '”' | '›' | '…' | 'ª' | 'º' | '²' | '³' | '°' => (0, OUT_OF_PLACE),
            '’' => (0, OUT_OF_PLACE / 2),
            '“' | '‘' | '–' | '—' | '·' | '\u{a0}' | '\u{ad}' | '\u{200c}' => (0, 0),
            _ => (OUT_OF_PLACE / 2, OUT_OF_PLACE),
        };
        ByteSymbol { symbol, case, extra, beside_letter }
    }

    /// The cost of bytes, in nats.
    pub(super) fn cost(&self, bytes: &[u8]) -> f32 {
        let mut total = 0_u64;
        let mut before = Self::symbol_of(self.table, ' ');
        let mut follows_ascii = true;
        for byte in bytes {
            let Some(sign) = self.symbols.get(usize::from(*byte)) else { continue };
            let is_ascii = byte.is_ascii();
            let cost = if is_ascii && follows_ascii {
                ASCII
            } else {
                let place = u32::from(self.table.cost(before.symbol, sign.symbol));
                // A letter of another alphabet has a cost of its own, which replaces the table's.
                let place = if sign.symbol == FOREIGN && !is_ascii { 0 } else { place };
                let beside = match (before.is_letter(), sign.is_letter()) {
                    (true, false) => sign.beside_letter.0,
                    (false, true) => before.beside_letter.1,
                    _ => 0,
                };
                place + sign.extra + beside + case_cost(before.case, sign.case)
            };
            total += u64::from(cost);
            (before, follows_ascii) = (*sign, is_ascii);
        }
        total as f32 / STEPS_PER_NAT
    }
}

/// The cost of a character that is not a letter, in any context.
pub(super) fn symbol_cost(char: char) -> u32 {
    match char {
        '\u{a0}' | '«' | '»' | '„' | '“' | '”' | '’' | '–' | '—' | '…' => {
            steps(3.5)
        }
        '‘' | '¿' | '¡' | 'ª' | 'º' | '²' | '³' | '±' | '½' | '¼' | '¾' | '×' | 'µ' | '·' | '•'
        | '°' | '№' | '©' | '®' | '™' | '§' | '€' | '£' | '\u{ad}' | '‹' | '›' | '‚'
        | '\u{200c}' | '،' | '؟' | '؛' => steps(5.5),
        _ if is_vowel_sign(char) => steps(4.0),
        '\u{80}'..='\u{9f}' | '\u{fffd}' => UNDEFINED,
        '\u{2500}'..='\u{25ff}' => steps(9.0),
        _ => steps(7.5),
    }
}

/// The vowels of Hebrew and Arabic, which are written below and above letters, if at all.
fn is_vowel_sign(char: char) -> bool {
    matches!(char, '\u{5b0}'..='\u{5c7}' | '\u{64b}'..='\u{652}')
}

fn case_cost(before: LetterCase, case: LetterCase) -> u32 {
    match (before, case) {
        (_, LetterCase::None) | (LetterCase::Lower, LetterCase::Lower) => 0,
        (LetterCase::None, LetterCase::Lower) => steps(0.25),
        (LetterCase::None, LetterCase::Upper) => steps(1.5),
        (LetterCase::Lower, LetterCase::Upper) => steps(6.0),
        (LetterCase::Upper, LetterCase::Lower) => steps(0.5),
        (LetterCase::Upper, LetterCase::Upper) => steps(1.0),
    }
}
