//! How odd characters are next to each other: hardly at all in written text, and much in bytes that
//! were decoded in a wrong charset.

use super::super::script::{LetterScript, script_of};

/// The class of a character by its usual neighbors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum CharacterKind {
    /// The begin or end of a line counts as a space.
    Space,
    Digit,
    Ascii,
    Lower(LetterScript),
    Upper(LetterScript),
    /// A letter of a script without case.
    Letter(LetterScript),
    /// A mark that combines with the letter before it.
    Mark,
    /// Closing quotes, and punctuation at the end of a sentence.
    Closing,
    Opening,
    /// Opening quotes, which are never inside a word.
    Low,
    Inverted,
    Dash,
    /// Signs that sometimes follow words and numbers: ordinals, trade marks, degrees, footnotes.
    Trailing,
    Currency,
    /// Signs that are never next to a word.
    Sign,
    SoftHyphen,
    Control,
    Box,
    Math,
    Pictograph,
    Other,
}

fn kind_of(character: char) -> CharacterKind {
    match character {
        '0'..='9' => CharacterKind::Digit,
        ' ' | '\t' | '\n' | '\r' | '\u{a0}' => CharacterKind::Space,
        '\u{ad}' => CharacterKind::SoftHyphen,
        '\u{80}'..='\u{9f}' => CharacterKind::Control,
        '’' | '”' | '»' | '›' | '…' | '!' | '?' | '.' | ',' | ';' | ':' | ')' | ']' | '،' | '؛'
        | '؟' | '、' | '。' | '，' | '；' | '：' | '！' | '？' | '）' | '」' | '』'
        | '\u{fffd}' => CharacterKind::Closing,
        '“' | '‘' | '«' | '(' | '[' => CharacterKind::Opening,
        '„' | '‚' | '‹' => CharacterKind::Low,
        '¡' | '¿' => CharacterKind::Inverted,
        '–' | '—' | '-' | '/' | '·' => CharacterKind::Dash,
        '®' | '™' | '©' | 'ª' | 'º' | '°' | '²' | '³' | '¹' | '†' | '‡' | '§' => {
            CharacterKind::Trailing
        }
        '£' | '¥' | '¢' | '€' | '¤' => CharacterKind::Currency,
        '¦' | '¨' | '¬' | '¯' | '´' | 'µ' | '¶' | '¸' | '¼' | '½' | '¾' | '±' | 'ƒ' | 'ˆ' | '˜'
        | '•' | '‰' | '×' | '÷' | '№' | 'ˇ' | '˘' | '˛' | '˝' | '΄' | '΅' | '⌐' | '₧' => {
            CharacterKind::Sign
        }
        '\u{300}'..='\u{36f}' => CharacterKind::Mark,
        '\u{2500}'..='\u{25c9}' | '\u{25cb}'..='\u{25ff}' | '\u{2320}' | '\u{2321}' => {
            CharacterKind::Box
        }
        '\u{2200}'..='\u{22ff}' | '\u{25ca}' => CharacterKind::Math,
        '\u{2600}'..='\u{27bf}' | '\u{1f000}'..='\u{1faff}' | '\u{fe0f}' => {
            CharacterKind::Pictograph
        }
        _ if character.is_ascii_lowercase() => CharacterKind::Lower(LetterScript::Basic),
        _ if character.is_ascii_uppercase() => CharacterKind::Upper(LetterScript::Basic),
        _ if character.is_ascii() => CharacterKind::Ascii,
        _ => match script_of(character) {
            Some(script) if character.is_lowercase() => CharacterKind::Lower(script),
            Some(script) if character.is_uppercase() => CharacterKind::Upper(script),
            Some(script) => CharacterKind::Letter(script),
            None => CharacterKind::Other,
        },
    }
}

impl CharacterKind {
    /// The script of a letter. Latin with and without accents is one script.
    const fn script(self) -> Option<LetterScript> {
        match self {
            Self::Lower(script) | Self::Upper(script) | Self::Letter(script) => match script {
                LetterScript::Basic => Some(LetterScript::Latin),
                LetterScript::RareCyrillic => Some(LetterScript::Cyrillic),
                script => Some(script),
            },
            _ => None,
        }
    }

    const fn is_letter(self) -> bool {
        self.script().is_some()
    }

    /// A letter that is not ASCII.
    const fn is_accented(self) -> bool {
        self.is_letter()
            && !matches!(self, Self::Lower(LetterScript::Basic) | Self::Upper(LetterScript::Basic))
    }
}

/// How odd it is that one character follows another, from 0 to 3: roughly the decimal logarithm of
/// how much rarer the pair is in text than by chance.
#[expect(clippy::match_same_arms, reason = "a table, by what stands where")]
fn pair_oddness(first: CharacterKind, second: CharacterKind) -> f32 {
    use CharacterKind::{
        Box, Closing, Control, Currency, Dash, Digit, Inverted, Low, Lower, Mark, Math, Opening,
        Other, Pictograph, Sign, SoftHyphen, Space, Trailing, Upper,
    };
    match (first, second) {
        (Control, Control) => 1.0,
        (_, Control) | (Control, _) => 2.0,
        // Within words.
        (Lower(_), Upper(script)) if first.script() == second.script() => {
            if script == LetterScript::Basic { 0.7 } else { 1.5 }
        }
        (Upper(LetterScript::Cyrillic), Lower(LetterScript::RareCyrillic)) => 0.7,
        _ if first.is_letter() && second.is_letter() => {
            let is_mixed = first.script() != second.script();
            if is_mixed && first.is_accented() {
                2.0
            } else if is_mixed {
                1.5
            } else {
                0.0
            }
        }
        (Lower(_) | Upper(_) | CharacterKind::Letter(_), Mark) => 0.0,
        (_, Mark) => 1.0,
        // After a word.
        (_, Closing | Space | Dash) if first.is_letter() => 0.0,
        (_, SoftHyphen) if first.is_letter() => 0.3,
        // German and other languages close quotes with “ and ‘.
        (_, Opening) if first.is_letter() => 0.4,
        (_, Trailing) if first.is_letter() => {
            if first.is_accented() {
                0.8
            } else {
                0.3
            }
        }
        (_, Currency) if first.is_letter() => 1.2,
        (_, Low | Inverted | Sign | Math | Box) if first.is_letter() => 1.5,
        // Before a word.
        (Closing, Lower(_)) => 0.6,
        (Closing, Upper(_)) => 0.4,
        (Trailing, Lower(_)) => 0.8,
        (Trailing, Upper(_)) => 0.4,
        (Currency | Sign, _) if second.is_letter() => 0.6,
        (Math, _) if second.is_accented() => 1.0,
        (Math, _) if second.is_letter() => 0.3,
        (Box, _) if second.is_letter() => 1.0,
        // Numbers.
        (Digit, _) if second.is_accented() => 0.7,
        (Digit, Low | Inverted | Sign | Box) => 0.5,
        // Signs next to signs.
        (Currency | Sign | Trailing, Closing) => 0.5,
        (Currency | Sign | Low | Inverted, Currency | Sign | Low | Trailing | Inverted) => 1.0,
        (Closing, Currency | Sign | Low | Inverted) => 0.7,
        (Closing, Opening) | (Opening, Closing) => 0.5,
        (Box | Math, Inverted | Sign | Trailing | Currency) => 0.8,
        (Dash, Sign | Currency | Trailing) => 0.7,
        (Box, Math) | (Sign | Math, Box) => 0.5,
        (SoftHyphen, Space) => 0.5,
        (SoftHyphen, _) if !second.is_letter() => 1.0,
        (_, SoftHyphen) => 1.0,
        (Other | Pictograph, _) | (_, Other | Pictograph) => 0.2,
        _ => 0.0,
    }
}

/// How odd two letters are together, beyond their classes: a capital with tilde or circumflex
/// before letters that windows-1252 has among the continuation bytes of UTF-8.
const fn letter_oddness(first: char, second: char) -> f32 {
    match (first, second) {
        // The latter are quotes and dashes in Macintosh, where 0x80 is `Ä`.
        ('Ã' | 'Â' | 'Å' | 'Ä', 'œ' | 'Œ' | 'ž' | 'Ž' | 'š' | 'Š' | 'Ÿ' | 'ƒ')
        | ('Ä', 'ì' | 'î' | 'ò' | 'ô' | 'ö' | 'ú' | 'ù' | 'û' | 'ü') => 1.0,
        _ => 0.0,
    }
}

/// How odd a passage is between the characters before and after it: the sum over its pairs.
pub(super) fn passage_oddness(
    before: Option<char>,
    passage: impl Iterator<Item = char>,
    after: Option<char>,
) -> f32 {
    let mut last = before.unwrap_or(' ');
    let mut last_kind = kind_of(last);
    let mut sum = 0.0;
    for character in passage.chain([after.unwrap_or(' ')]) {
        let kind = kind_of(character);
        sum += pair_oddness(last_kind, kind) + letter_oddness(last, character);
        (last, last_kind) = (character, kind);
    }
    sum
}
