//! Runs of characters whose bytes are UTF-8 in a charset.

use super::super::charset::{CharsetBytes, WINDOWS_LATIN, bytes_of};
use super::super::script::whole_script_of;
use super::super::utf8;
use super::plausibility::character_plausibility;

/// A character of a line.
pub(super) struct LineCharacter {
    pub(super) at: usize,
    pub(super) character: char,
    pub(super) bytes: CharsetBytes,
}

/// The characters of a line.
pub(super) fn characters_of(line: &str) -> Vec<LineCharacter> {
    let sign = |(at, character)| LineCharacter { at, character, bytes: bytes_of(character) };
    line.char_indices().map(sign).collect()
}

/// Consecutive sequences, reversed.
#[derive(Debug)]
pub(super) struct SequenceRun {
    /// The end of the run, as an index of a character.
    pub(super) end: usize,
    pub(super) text: String,
    pub(super) sequences: usize,
    /// The number of characters of the longest sequence.
    pub(super) longest: usize,
    /// Whether a byte of some sequence is missing or became a plain space.
    pub(super) is_cut: bool,
    /// The evidence from the length and the first bytes of the sequences.
    pub(super) length_bonus: f32,
}

/// The run that begins at `first`, if one does.
pub(super) fn run(signs: &[LineCharacter], first: usize, charset: usize) -> Option<SequenceRun> {
    let mut run = SequenceRun {
        end: first,
        text: String::new(),
        sequences: 0,
        longest: 0,
        is_cut: false,
        length_bonus: 0.0,
    };
    loop {
        let whole = sequence(signs, run.end, charset);
        let cut = || cut_sequence(signs, run.end, charset);
        let Some((length, character)) = whole.or_else(cut) else { break };
        // Longer sequences are rarer by chance.
        run.length_bonus += match length {
            1 | 2 => 0.5,
            3 => 1.5,
            _ => 3.0,
        };
        run.length_bonus += lead_worth(signs.get(run.end).map(|sign| sign.character));
        if whole.is_none() {
            run.length_bonus += 1.0;
            run.is_cut = true;
        }
        run.text.push(character);
        run.end += length;
        run.sequences += 1;
        run.longest = run.longest.max(length);
    }
    (run.sequences > 0).then_some(run)
}

/// The result of reversing a run as often as it went through the charset.
pub(super) fn innermost(text: &str, charset: usize) -> String {
    let mut text = text.to_owned();
    let is_usual = |c| character_plausibility(c) > -1.0 || bytes_of(c).byte(charset) != 0;
    for _ in 0..2 {
        // Russian words are UTF-8 in IBM866 by chance.
        if text.chars().skip(1).all(|c| matches!(c, 'а'..='я')) {
            break;
        }
        let mut bytes = text.chars().take(2).map(|character| bytes_of(character).byte(charset));
        if !matches!((bytes.next(), bytes.next()), (Some(0xC2..), Some(0x80..=0xBF))) {
            break;
        }
        let signs = characters_of(&text);
        match run(&signs, 0, charset) {
            Some(run) if run.end == signs.len() && run.text.chars().all(is_usual) => {
                text = run.text;
            }
            _ => break,
        }
    }
    text
}

/// The UTF-8 character that begins at `first`: how many characters it was decoded to, and which one
/// it is.
pub(super) fn sequence(
    signs: &[LineCharacter],
    first: usize,
    charset: usize,
) -> Option<(usize, char)> {
    let byte = |offset: usize| signs.get(first + offset).map(|sign| sign.bytes.byte(charset));
    let lead = byte(0)?;
    let length = utf8::length_from_lead(lead)?;
    if lead == 0xED
        && let Some(character) = surrogates(signs, first, charset)
    {
        return Some((6, character));
    }
    let mut bytes = [lead, 0, 0, 0];
    for (offset, into) in bytes.get_mut(..length)?.iter_mut().enumerate().skip(1) {
        *into = byte(offset)?;
    }
    Some((length, utf8::decoded(bytes.get(..length)?)?))
}

/// Whether a sequence ends at `end`.
pub(super) fn ends_sequence(signs: &[LineCharacter], end: usize, charset: usize) -> bool {
    (2..=4).filter_map(|length| Some((end.checked_sub(length)?, length))).any(|(first, length)| {
        sequence(signs, first, charset).is_some_and(|(found, _)| found == length)
    })
}

/// The character above U+FFFF that CESU-8 wrote as two surrogates of three bytes each. A byte A0 may
/// have become a plain space.
fn surrogates(signs: &[LineCharacter], first: usize, charset: usize) -> Option<char> {
    let byte = |at: usize| {
        signs.get(at).map(|sign| match sign.character {
            ' ' => 0xA0,
            _ => sign.bytes.byte(charset),
        })
    };
    let surrogate = |at: usize| match (byte(at)?, byte(at + 1)?, byte(at + 2)?) {
        (0xED, second @ 0xA0..=0xBF, third @ 0x80..=0xBF) => {
            Some(0xD000 | u16::from(second & 0x3F) << 6 | u16::from(third & 0x3F))
        }
        _ => None,
    };
    let units = [surrogate(first)?, surrogate(first + 3)?];
    char::decode_utf16(units).next()?.ok()
}

/// A sequence in which a decoder dropped or replaced a byte, or in which a no-break space became a
/// plain space.
fn cut_sequence(signs: &[LineCharacter], first: usize, charset: usize) -> Option<(usize, char)> {
    let character = |offset: usize| signs.get(first + offset).map(|sign| sign.character);
    let lead = signs.get(first)?.bytes.byte(charset);
    if let (0xC3..=0xDF, Some('\u{fffd}')) = (lead, character(1)) {
        return Some((2, '\u{fffd}'));
    }
    if charset != WINDOWS_LATIN {
        return None;
    }
    let is_lower = |character: Option<char>| character.is_some_and(char::is_lowercase);
    let before = first.checked_sub(1).and_then(|at| signs.get(at)).map(|sign| sign.character);
    let begins_word = before.is_none_or(|before| !before.is_alphanumeric());
    match (character(0)?, character(1)?) {
        // Of E2 80 81, 8D, 8F, 90 and 9D, only the last is in common use.
        ('â', '€') => match character(2) {
            Some('\u{fffd}') => Some((3, '”')),
            // A byte of this charset, or the sequence is of another one.
            Some(next) if bytes_of(next).follows != 0 => None,
            _ => Some((2, '”')),
        },
        // `à` is C3 A0.
        ('Ã', ' ') => {
            let is_word_end = is_lower(before);
            match character(2) {
                Some(' ') if begins_word || before.is_some_and(char::is_alphabetic) => {
                    Some((2, 'à'))
                }
                // No space belongs before these.
                Some('.' | ',' | '-' | ')' | '’' | '…') if is_word_end => Some((2, 'à')),
                _ if is_word_end => Some((1, 'à')),
                Some(_) if begins_word && continues_portuguese(signs, first + 2) => Some((2, 'à')),
                Some(after) if begins_word && after.is_alphabetic() => Some((1, 'à')),
                _ => None,
            }
        }
        // `Š` is C5 A0.
        ('Å', ' ') if begins_word => {
            let next = sequence(signs, first + 2, charset).map(|(_, letter)| letter);
            is_lower(next.or_else(|| character(2))).then_some((2, 'Š'))
        }
        // `Р` and `Π` end in A0 too. They begin words, where what ends in 9D does not.
        (lead @ ('Ð' | 'Î'), ' ') if begins_word => {
            let (_, next) = sequence(signs, first + 2, charset)?;
            let letter = if lead == 'Ð' { 'Р' } else { 'Π' };
            (whole_script_of(letter) == whole_script_of(next)).then_some((2, letter))
        }
        (_, second) if (0xE0..=0xEF).contains(&lead) && character(2) == Some(' ') => {
            // A letter in three bytes of which the last is A0: `ภ`, `ठ`.
            let next = signs.get(first + 3)?.bytes.byte(charset);
            let bytes = [lead, bytes_of(second).byte(charset), 0xA0];
            let letter = utf8::decoded(&bytes)?;
            let is_indic = matches!(letter, '\u{900}'..='\u{fff}') && letter.is_alphabetic();
            (is_indic && next == lead).then_some((3, letter))
        }
        _ => None,
    }
}

/// Whether a word after `à` is written together with it in Portuguese: `às`, `àquela`.
fn continues_portuguese(signs: &[LineCharacter], start: usize) -> bool {
    let rest = signs.get(start..).unwrap_or_default();
    let mut word = rest.iter().map(|sign| sign.character).take(8).take_while(|c| c.is_alphabetic());
    match word.next() {
        Some('s') => word.next().is_none(),
        Some('q') => {
            let rest: String = word.collect();
            ["uele", "uela", "uilo"].iter().any(|ending| rest.starts_with(ending))
        }
        _ => false,
    }
}

/// The evidence from the first character alone: those that most mojibake begins with are not
/// frequent letters in any language.
fn lead_worth(lead: Option<char>) -> f32 {
    match lead {
        Some('Ã' | 'Â' | 'â' | 'ð' | 'Ă' | 'Ĺ') => 0.7,
        _ => 0.0,
    }
}
