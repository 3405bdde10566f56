//! Runs of characters whose bytes are UTF-8 in a charset, and the gain of reversing them.

use std::ops::Range;

use super::super::charset::{CHARSETS, CharsetBytes, MisreadCharset, WINDOWS_LATIN, bytes_of};
use super::super::script::{LetterScript, led_script, whole_script_of};
use super::{oddness, plausibility};

/// Less odd sequences may be UTF-8 in a charset by chance: every other Russian word is in IBM866.
const MIN_ODDNESS: f32 = 0.6;

/// A character of a line.
pub(super) struct LineCharacter {
    pub(super) at: usize,
    pub(super) character: char,
    pub(super) bytes: CharsetBytes,
}

/// A run of sequences that are UTF-8 in a charset.
#[derive(Debug)]
pub(super) struct MisreadSpan {
    pub(super) charset: usize,
    pub(super) first: usize,
    pub(super) end: usize,
    pub(super) text: String,
    pub(super) gain: f32,
    /// The part of the gain that was subtracted because there is nothing like it next to it.
    pub(super) isolation_penalty: f32,
}

/// The characters of a line.
pub(super) fn characters_of(line: &str) -> Vec<LineCharacter> {
    let sign = |(at, character)| LineCharacter { at, character, bytes: bytes_of(character) };
    line.char_indices().map(sign).collect()
}

/// Adds the runs of sequences that are UTF-8 in a charset.
pub(super) fn find(
    signs: &[LineCharacter],
    charset: usize,
    is_latin: bool,
    spans: &mut Vec<MisreadSpan>,
) {
    let mut at = 0;
    while at < signs.len() {
        let first = at;
        let Some(run) = run(signs, at, charset) else {
            at += 1;
            continue;
        };
        at = run.end;
        let (gain, alone) = judged(signs, first, &run, charset, is_latin);
        spans.push(MisreadSpan {
            charset,
            first,
            end: run.end,
            text: run.text,
            gain,
            isolation_penalty: alone,
        });
    }
}

/// The UTF-8 character that begins at `first`: how many characters it was decoded to, and which one
/// it is.
fn sequence(signs: &[LineCharacter], first: usize, charset: usize) -> Option<(usize, char)> {
    let lead = signs.get(first)?.bytes.byte(charset);
    let length = match lead {
        0xC2..=0xDF => 2,
        0xE0..=0xEF => 3,
        0xF0..=0xF4 => 4,
        _ => return None,
    };
    let mut bytes = [lead, 0, 0, 0];
    let parts = signs.get(first + 1..first + length)?;
    for (byte, sign) in bytes.iter_mut().skip(1).zip(parts) {
        *byte = sign.bytes.byte(charset);
    }
    let text = std::str::from_utf8(bytes.get(..length)?).ok()?;
    Some((length, text.chars().next()?))
}

/// A sequence in which a decoder dropped or replaced a byte that windows-1252 does not have, or in
/// which a no-break space became a space.
fn cut_sequence(signs: &[LineCharacter], first: usize) -> Option<(usize, char)> {
    let character = |offset: usize| signs.get(first + offset).map(|sign| sign.character);
    let is_lower = |character: Option<char>| character.is_some_and(char::is_lowercase);
    match (character(0)?, character(1)) {
        // Of E2 80 81, 8D, 8F, 90 and 9D, only the last is in common use.
        ('â', Some('€')) => match character(2) {
            Some('\u{fffd}') => Some((3, '”')),
            Some(next) if bytes_of(next).follows & 1 << WINDOWS_LATIN != 0 => None,
            _ => Some((2, '”')),
        },
        // `à` is C3 A0.
        ('Ã', Some(' ')) => {
            let before = first.checked_sub(1).and_then(|at| signs.get(at)).map(|s| s.character);
            let is_word_end = is_lower(before);
            let is_word = before.is_none_or(|before| !before.is_alphanumeric());
            match character(2) {
                Some(' ') if is_word_end || is_word => Some((2, 'à')),
                _ if is_word_end => Some((1, 'à')),
                _ => None,
            }
        }
        _ => None,
    }
}

/// Consecutive sequences, reversed.
struct SequenceRun {
    end: usize,
    text: String,
    sequences: usize,
    /// The evidence from the length and the first bytes of the sequences.
    length_bonus: f32,
}

fn run(signs: &[LineCharacter], first: usize, charset: usize) -> Option<SequenceRun> {
    let mut run = SequenceRun { end: first, text: String::new(), sequences: 0, length_bonus: 0.0 };
    loop {
        let found = sequence(signs, run.end, charset);
        let cut = || (charset == WINDOWS_LATIN).then(|| cut_sequence(signs, run.end)).flatten();
        let Some((length, character)) = found.or_else(cut) else { break };
        // Longer sequences are rarer by chance.
        run.length_bonus += match length {
            1 | 2 => 0.5,
            3 => 1.5,
            _ => 3.0,
        };
        run.length_bonus += lead_worth(signs.get(run.end).map(|sign| sign.character));
        if found.is_none() {
            run.length_bonus += 1.0;
        }
        run.text.push(character);
        run.end += length;
        run.sequences += 1;
    }
    (run.sequences > 0).then_some(run)
}

/// The result of reversing a run as often as it went through the charset.
fn innermost(text: &str, charset: usize) -> String {
    let mut text = text.to_owned();
    for _ in 0..2 {
        let mut bytes = text.chars().take(2).map(|character| bytes_of(character).byte(charset));
        if !matches!((bytes.next(), bytes.next()), (Some(0xC2..), Some(0x80..=0xBF))) {
            break;
        }
        let signs = characters_of(&text);
        match run(&signs, 0, charset) {
            Some(run) if run.end == signs.len() => text = run.text,
            _ => break,
        }
    }
    text
}

/// The gain of reversing a run, and the part that was subtracted because there is nothing like it
/// next to it.
fn judged(
    signs: &[LineCharacter],
    first: usize,
    run: &SequenceRun,
    charset: usize,
    is_latin: bool,
) -> (f32, f32) {
    let before = first.checked_sub(1).and_then(|at| signs.get(at)).map(|sign| sign.character);
    let after = signs.get(run.end).map(|sign| sign.character);
    let read = signs.get(first..run.end).unwrap_or_default();
    let text = innermost(&run.text, charset);
    let is_cyrillic = |character| whole_script_of(character) == Some(LetterScript::Cyrillic);
    let is_foreign = is_latin
        && read.iter().any(|sign| is_cyrillic(sign.character))
        && !text.chars().any(is_cyrillic);
    // The remains of a letter on either side are no odd neighbors of the letters that the run
    // becomes.
    let written_before = before.filter(|before| !leads(*before, text.chars().next()));
    let written_after = after.filter(|after| !leads(*after, text.chars().next_back()));
    let oddness = oddness::passage_oddness(before, read.iter().map(|sign| sign.character), after)
        - oddness::passage_oddness(written_before, text.chars(), written_after)
        + loneliness(before, read, after)
        + if is_foreign { 1.5 } else { 0.0 };
    let (plausibility, mut alone) = plausibility::text_plausibility(before, &text, after);
    if !is_foreign && read.iter().all(|sign| is_cyrillic(sign.character)) {
        // Words without spaces look like this. In IBM866, whose lead bytes of Cyrillic are
        // box-drawing characters and not letters, they do at any length.
        alone +=
            if CHARSETS.get(charset).is_some_and(MisreadCharset::has_frames) { 9.0 } else { 0.0 };
        alone += if run.sequences == 1 { 1.0 } else { 0.0 };
    }
    if is_named(signs, first..run.end) {
        alone += 9.0;
    }
    if oddness < MIN_ODDNESS && !text.starts_with('\u{feff}') {
        alone += 3.0;
    }
    (run.length_bonus + oddness + plausibility - alone, alone)
}

/// Whether the first character is the remains of a letter of the script of the second.
fn leads(lead: char, letter: Option<char>) -> bool {
    led_script(lead).is_some_and(|script| letter.and_then(whole_script_of) == Some(script))
}

/// The evidence from the first character alone: those that most mojibake begins with are not
/// frequent letters in any language.
fn lead_worth(lead: Option<char>) -> f32 {
    match lead {
        Some('Ã' | 'Â' | 'â' | 'ð' | 'Ă' | 'Ĺ' | 'Г' | 'Γ' | '√' | '¬' | '├' | '┬' | '╨' | '╤') => {
            0.7
        }
        _ => 0.0,
    }
}

/// The evidence that the first character would be a word of one letter.
fn loneliness(before: Option<char>, read: &[LineCharacter], after: Option<char>) -> f32 {
    let [lead, follow, ..] = read else { return 0.0 };
    let is_letter = |character: Option<char>| character.is_some_and(char::is_alphanumeric);
    let goes_on = follow.character.is_alphanumeric() || read.len() == 2 && is_letter(after);
    let alone = !is_letter(before) && !goes_on;
    if lead.character == 'Ã'
        && follow.character == '\u{a0}'
        && is_letter(before)
        && after.is_some_and(char::is_lowercase)
    {
        return 1.0;
    }
    // Spanish, Portuguese and French have words of one accented letter, but not of these.
    if alone && matches!(lead.character, 'Ã' | 'Â') { 1.5 } else { 0.0 }
}

/// Whether a sequence is in quotes alone: letters are named like this, and mojibake in texts about
/// it.
fn is_named(signs: &[LineCharacter], read: Range<usize>) -> bool {
    let character = |at: usize| signs.get(at).map(|sign| sign.character);
    if read.len() != 2 {
        return false;
    }
    let before = read.start.checked_sub(1).and_then(character);
    if character(read.start + 1).is_some_and(is_quote) {
        return before.is_some_and(is_quote);
    }
    let is_space = |character: Option<char>| matches!(character, Some(' ' | '\u{a0}'));
    let is_quote = |character: Option<char>| character.is_some_and(is_quote);
    let after = character(read.end);
    is_quote(after) && (before.is_none() || is_space(before) || is_quote(before))
        || is_space(before)
            && is_space(after)
            && is_quote(read.start.checked_sub(2).and_then(character))
            && is_quote(character(read.end + 1))
}

const fn is_quote(character: char) -> bool {
    matches!(
        character,
        '"' | '\'' | '“' | '”' | '„' | '‘' | '’' | '‚' | '«' | '»' | '‹' | '›' | '「' | '」'
    )
}
