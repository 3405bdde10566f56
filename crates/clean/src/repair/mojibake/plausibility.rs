//! How plausible the text is that reversing mojibake gives.

use super::super::charset::{WINDOWS_LATIN, bytes_of};
use super::super::script::{LetterScript, led_script, whole_script_of};

/// How plausible it is that someone wrote a text, and how implausible it is that letters of scripts
/// with words stand alone.
pub(super) fn text_plausibility(
    before: Option<char>,
    text: &str,
    after: Option<char>,
) -> (f32, f32) {
    let inside = text.chars().map(|character| (whole_script_of(character), None));
    // Next to them, a first byte may be the remains of a letter.
    let around = |character: Option<char>| {
        (character.and_then(whole_script_of), character.and_then(led_script))
    };
    let beside: Vec<(Option<LetterScript>, Option<LetterScript>)> =
        [around(before)].into_iter().chain(inside).chain([around(after)]).collect();
    let previous = before.into_iter().chain(std::iter::once(' ')).take(1).chain(text.chars());
    text.chars()
        .zip(previous)
        .zip(beside.windows(3))
        .map(|((character, previous), window)| {
            let follows_vowel = "aeiouyäöüAEIOUYÄÖÜ".contains(previous);
            let mut neighbours = window.iter().step_by(2).flat_map(|(one, other)| [*one, *other]);
            let script = whole_script_of(character).filter(|script| *script != LetterScript::Latin);
            let is_alone = script.is_some() && !neighbours.any(|neighbour| neighbour == script);
            // It may be one of the characters of another layer.
            let is_inner = bytes_of(character).byte(WINDOWS_LATIN) != 0;
            let likely = match character {
                'ß' if !follows_vowel => -0.3,
                _ => character_plausibility(character).max(if is_inner { -0.3 } else { -3.0 }),
            };
            (likely, if is_alone { 2.0 } else { 0.0 })
        })
        .fold((0.0, 0.0), |sum, part| (sum.0 + part.0, sum.1 + part.1))
}

/// Whether texts have a character: no phonetic sign or modifier, no pattern of Braille, no letter of a script out of use,
/// and none for private use. Letters and no-break spaces beside them become such characters by chance.
pub(in crate::repair) const fn is_usual(character: char) -> bool {
    !matches!(
        character,
        '\u{1b6}'..='\u{217}'
            | '\u{21c}'..='\u{36f}'
            | '\u{800}'..='\u{8ff}'
            | '\u{2800}'..='\u{28ff}'
            | '\u{e000}'..='\u{f8ff}'
    )
}

/// Whether a letter is rare, and another charset reads the same characters as a common one: `Ä¨` is `Ĩ` in
/// windows-1252 and `č` in windows-1257.
pub(super) const fn is_doubtful(character: char) -> bool {
    matches!(character, 'Ĩ' | 'ĸ' | 'Ũ' | 'ĝ' | 'ŏ')
}

/// How plausible a character is in written text.
#[expect(clippy::match_same_arms, reason = "a table, by script")]
pub(in crate::repair) const fn character_plausibility(character: char) -> f32 {
    // The most frequent first: the table is long.
    if matches!(character, 'А'..='я') {
        return 0.3;
    }
    match character {
        '\u{80}'..='\u{9f}' | '\u{ad}' => 0.0,
        '\u{a0}'..='\u{bf}' => 0.2,
        // Only vowels precede it, so it is the rarer reading. The others are letters of few languages.
        'ß' => 0.2,
        'å' | 'ù' => 0.2,
        // No letters.
        '×' | '÷' => 0.0,
        'Ĉ'..='ċ'
        | 'Ĕ'
        | 'ĕ'
        | 'Ĝ'
        | 'ĝ'
        | 'Ġ'..='ĭ'
        | 'Ĳ'..='ĵ'
        | 'ĸ'
        | 'Ŀ'
        | 'ŀ'
        | 'ŉ'..='ŏ'
        | 'Ŕ'..='ŗ'
        | 'Ŝ'
        | 'ŝ'
        | 'Ŧ'..='ŭ'
        | 'Ŵ'..='ŷ'
        | 'ſ' => 0.1,
        'À'..='ſ' | 'Ș'..='ț' => 0.3,
        'Ơ' | 'ơ' | 'Ư' | 'ư' | '\u{1ea0}'..='\u{1ef9}' | 'Ǎ'..='ǜ' => 0.0,
        // Letters of transcriptions.
        'ɐ'..='ʯ' => -0.5,
        'Ə' => -1.0,
        '\u{330}'..='\u{338}' => -0.3,
        '\u{300}'..='\u{304}' | '\u{306}'..='\u{30c}' | '\u{323}' | '\u{327}' | '\u{328}' => -1.0,
        '‐'..='‧' | '‰'..='›' | '€' | '™' | '\u{feff}' => 0.7,
        '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202f}' | '\u{2060}' => 0.3,
        // Greek, Cyrillic, Armenian, Hebrew, Arabic
        '\u{384}'..='\u{3ce}' | '\u{400}'..='\u{45f}' | '\u{490}'..='\u{4a9}' => 0.3,
        '\u{531}'..='\u{589}'
        | '\u{5b0}'..='\u{5f4}'
        | '\u{60c}'..='\u{6d5}'
        | '\u{6f0}'..='\u{6f9}' => 0.3,
        // Indic, Thai to Tibetan, Georgian, Khmer
        '\u{900}'..='\u{dff}'
        | '\u{e01}'..='\u{fff}'
        | '\u{10d0}'..='\u{10ff}'
        | '\u{1780}'..='\u{17ff}' => 0.3,
        // Greek with accents; kana, Han, Hangul, their punctuation and width
        '\u{1f00}'..='\u{1fff}' => 0.0,
        '\u{3001}'..='\u{30ff}'
        | '\u{4e00}'..='\u{9fff}'
        | '\u{ac00}'..='\u{d7a3}'
        | '\u{ff01}'..='\u{ff9f}' => 0.3,
        '\u{2070}'..='\u{218f}'
        | '\u{2190}'..='\u{27ff}'
        | '\u{fb01}'
        | '\u{fb02}'
        | '\u{fe0f}' => 0.3,
        '\u{2800}'..='\u{2bff}' => 0.1,
        '\u{1f000}'..='\u{1faff}' => 1.0,
        '\u{fffd}' => 0.5,
        _ => -3.0,
    }
}
