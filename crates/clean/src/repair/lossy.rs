//! Letters of which only the first byte is left: where they are, and what happens to those that
//! cannot be restored.
//!
//! UTF-8 was decoded as Latin-1, and the control characters among the result were dropped. Complete
//! sequences were repaired by earlier stages, so what is left is a first byte among letters of its
//! script.

use memchr::{memchr, memchr_iter};

use super::charset::{WINDOWS_LATIN, bytes_of};
use super::edits::TextEdit;
use super::options::LossyMode;
use super::script::{LetterScript, led_script, script_of, whole_script_of};

/// The rule that replaces a lost character by U+FFFD.
pub(super) const MARKED: &str = "lossy/marked";

/// A letter whose later bytes are lost.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct LostLetter {
    /// The byte range of its remains in the passage: begin and end.
    pub(super) start: usize,
    pub(super) end: usize,
    /// Its first byte, for letters of two bytes that can be restored.
    pub(super) lead: Option<u8>,
    /// Whether clean text never has such a character here.
    pub(super) is_certain: bool,
}

/// The lost letters of a passage, in order.
///
/// `is_damaged`: the passage has damage of other kinds, so a capital in an odd place may be damage
/// too.
pub(super) fn lost_letters(passage: &str, is_damaged: bool) -> Vec<LostLetter> {
    // First bytes are U+00C0 to U+00FF, whose own UTF-8 begins with C3.
    if memchr(0xC3, passage.as_bytes()).is_none() {
        return Vec::new();
    }
    let signs: Vec<(usize, char)> = passage.char_indices().collect();
    let mut lost = Vec::new();
    find_in_scripts(&signs, &mut lost);
    find_three_byte(&signs, &mut lost);
    let has_certain = lost.iter().any(|lost| lost.is_certain);
    if !has_certain && !is_damaged {
        lost.clear();
    }
    if is_damaged || has_latin_damage(&signs) {
        find_latin(&signs, is_damaged, &mut lost);
    }
    lost.sort_unstable_by_key(|lost| lost.start);
    lost.dedup_by_key(|lost| lost.start);
    lost
}

/// Whether there is a capital that may be the first byte of a Latin letter.
pub(super) fn has_latin_lead(passage: &str) -> bool {
    let bytes = passage.as_bytes();
    memchr_iter(0xC3, bytes).any(|at| matches!(bytes.get(at + 1), Some(0x83..=0x85 | 0x88)))
}

/// Whether a passage certainly has letters of which only the first byte is left.
pub(super) fn is_damaged(passage: &str) -> bool {
    lost_letters(passage, false).iter().any(|lost| lost.is_certain)
}

/// U+FFFD in place of a letter that cannot be restored.
pub(super) fn mark(lost: &LostLetter) -> TextEdit {
    TextEdit::new(lost.start..lost.end, "\u{fffd}", MARKED)
}

/// Changes an edit if lost characters are not to be guessed.
pub(super) fn apply_mode(edit: &mut TextEdit, mode: LossyMode) {
    let is_guess = edit.posterior.is_some();
    if mode != LossyMode::Restore && is_guess {
        *edit = TextEdit::new(edit.span.clone(), "\u{fffd}", MARKED);
    }
    if mode == LossyMode::Drop && edit.rule == MARKED {
        *edit = TextEdit::new(edit.span.clone(), "", "lossy/dropped");
    }
}

/// The script of a letter, or of the letter that a character may be the remains of, and whether it
/// is remains. Only scripts with letters of two bytes, without Latin.
fn script(character: char) -> Option<(LetterScript, bool)> {
    let led = match character {
        'Ò' => Some(LetterScript::Cyrillic),
        'Ú' | 'Û' => Some(LetterScript::Arabic),
        _ => led_script(character).filter(|script| *script != LetterScript::Han),
    };
    if let Some(script) = led {
        return Some((script, true));
    }
    let script = whole_script_of(character)?;
    matches!(
        script,
        LetterScript::Cyrillic | LetterScript::Greek | LetterScript::Hebrew | LetterScript::Arabic
    )
    .then_some((script, false))
}

/// Finds first bytes of Cyrillic, Greek, Hebrew and Arabic letters in runs with letters of the same
/// script.
fn find_in_scripts(signs: &[(usize, char)], lost: &mut Vec<LostLetter>) {
    let mut at = 0;
    // A run that has only first bytes is a damaged word if there are others that also have letters.
    let mut alone = Vec::new();
    let mut damaged = Vec::new();
    while let Some((_, character)) = signs.get(at) {
        let Some((of, _)) = script(*character) else {
            at += 1;
            continue;
        };
        let run: Vec<(usize, char, bool)> = signs
            .get(at..)
            .unwrap_or_default()
            .iter()
            .map_while(|(start, character)| match script(*character) {
                Some((script, is_lead)) if script == of => Some((*start, *character, is_lead)),
                _ => None,
            })
            .collect();
        let is_latin = |at: Option<usize>| {
            at.and_then(|at| signs.get(at))
                .and_then(|(_, character)| script_of(*character))
                .is_some_and(|script| matches!(script, LetterScript::Basic | LetterScript::Latin))
        };
        let beside_latin = is_latin(at.checked_sub(1)) || is_latin(Some(at + run.len()));
        at += run.len();
        let leads = run.iter().filter(|(_, _, is_lead)| *is_lead).count();
        let letters = run.len() - leads;
        let into = if letters > 0 { &mut *lost } else { &mut alone };
        if leads == 0 || letters == 0 && beside_latin {
            continue;
        }
        if letters > 0 {
            damaged.push(of);
        }
        into.extend(run.iter().filter(|(_, _, is_lead)| *is_lead).map(|(start, character, _)| {
            let lead = u8::try_from(*character as u32).ok();
            LostLetter {
                start: *start,
                end: start + character.len_utf8(),
                lead: lead.filter(|_| matches!(of, LetterScript::Cyrillic | LetterScript::Greek)),
                is_certain: true,
            }
        }));
    }
    if !damaged.is_empty() {
        lost.append(&mut alone);
    }
}

/// Finds characters of three bytes of which one or two are left: next to complete ones, or several
/// in a row.
fn find_three_byte(signs: &[(usize, char)], lost: &mut Vec<LostLetter>) {
    let character = |at: usize| signs.get(at).map(|(_, character)| *character);
    let is_follow = |at: usize| character(at).is_some_and(|c| ('\u{a0}'..='¿').contains(&c));
    let is_han =
        |character: Option<char>| character.and_then(script_of).is_some_and(LetterScript::is_far);
    let end_of = |at: usize| signs.get(at).map(|(start, _)| *start);
    let mut at = 0;
    while at < signs.len() {
        let mut tokens = Vec::new();
        let first = at;
        while character(at).is_some_and(|lead| matches!(lead, 'à'..='á' | 'ã'..='í')) {
            let start = at;
            at += 1;
            while is_follow(at) && at - start < 3 {
                at += 1;
            }
            tokens.push(start..at);
        }
        if tokens.is_empty() {
            at += 1;
            continue;
        }
        // No-break spaces follow words of one letter, too.
        let is_rest = |at: usize| is_follow(at) && character(at) != Some('\u{a0}');
        let rests = tokens.iter().filter(|token| (token.start + 1..token.end).any(is_rest)).count();
        let beside = is_han(first.checked_sub(1).and_then(character)) || is_han(character(at));
        let is_certain = rests * 2 > tokens.len() && (beside || tokens.len() >= 3);
        if is_certain || beside && tokens.len() >= 2 {
            lost.extend(tokens.into_iter().filter_map(|token| {
                let (start, _) = *signs.get(token.start)?;
                let (final_start, character) = *signs.get(token.end - 1)?;
                let end = end_of(token.end).unwrap_or(final_start + character.len_utf8());
                Some(LostLetter { start, end, lead: None, is_certain: true })
            }));
        }
    }
}

/// Whether first bytes of Latin letters are inside words more than once. These may also be words
/// that were run together, so such letters are restored if possible and never marked.
fn has_latin_damage(signs: &[(usize, char)]) -> bool {
    let inside = signs.windows(3).filter(|window| match window {
        [(_, before), (_, lead), (_, after)] => {
            before.is_lowercase() && matches!(lead, 'Ä' | 'Å') && after.is_lowercase()
        }
        _ => false,
    });
    inside.count() > 1
}

/// Finds capitals that may be the first bytes of Latin letters.
fn find_latin(signs: &[(usize, char)], is_damaged: bool, lost: &mut Vec<LostLetter>) {
    let character = |at: usize| signs.get(at).map(|(_, character)| *character);
    for (at, (start, lead)) in signs.iter().enumerate() {
        if !matches!(lead, 'Ã' | 'Ä' | 'Å' | 'È') {
            continue;
        }
        let before = at.checked_sub(1).and_then(character);
        let after = character(at + 1);
        // A whole sequence that was left as it is.
        if after.is_some_and(|after| bytes_of(after).follows & 1 << WINDOWS_LATIN != 0) {
            continue;
        }
        let is_word = [before, after].into_iter().flatten().any(char::is_alphabetic);
        let is_certain = is_damaged && before.is_some_and(char::is_lowercase);
        if is_word || *lead == 'Ã' {
            lost.push(LostLetter {
                start: *start,
                end: start + lead.len_utf8(),
                lead: u8::try_from(*lead as u32).ok(),
                is_certain,
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::edits::edited;
    use super::*;

    fn marked(passage: &str, is_damaged: bool) -> String {
        let lost = lost_letters(passage, is_damaged);
        let certain = lost.iter().filter(|lost| lost.is_certain).map(mark);
        edited(passage, &certain.collect::<Vec<_>>())
    }

    #[test]
    fn first_bytes_among_letters_of_their_script_are_lost_letters() {
        for (passage, text) in [
            ("ÐолодимиÑ ÐеленÑÑкий (@name)", "�олодими� �елен��кий (@name)"),
            ("Ñ Ñ ÐеленÑ", "� � �елен�"),
            ("καλημέÏα Îλλάδα", "καλημέ�α �λλάδα"),
            ("של×ו× ר", "של�ו� ר"),
            ("السÙا٠", "الس�ا٠"),
            ("漢å\u{ad}か", "漢�か"),
        ] {
            assert_eq!(marked(passage, false), text, "{passage}");
        }
    }

    #[test]
    fn letters_of_clean_text_are_not_lost() {
        for passage in [
            "Það er «það», ESPAÑA, a lone Ð and × 3",
            "Île, Ïle, Øre, Ñandú",
            "café中文 à 漢字",
            "Åse Ärger bÅ",
            "3×5 סמ",
        ] {
            assert!(lost_letters(passage, false).is_empty(), "{passage}");
        }
    }

    #[test]
    fn latin_capitals_are_lost_letters_in_damaged_text() {
        let leads = |passage: &str, is_damaged| -> Vec<(u8, bool)> {
            let lost = lost_letters(passage, is_damaged);
            lost.iter().filter_map(|lost| Some((lost.lead?, lost.is_certain))).collect()
        };
        let leads_of = [0xC5, 0xC5, 0xC4, 0xC4];
        assert_eq!(leads("Åwiat bÅdÄ gÄsto", false), leads_of.map(|lead| (lead, false)));
        let certain = [(0xC5, false), (0xC5, true), (0xC4, true), (0xC4, true)];
        assert_eq!(leads("Åwiat bÅdÄ gÄsto", true), certain);
        assert_eq!(leads("Åwiat", true), [(0xC5, false)]);
        assert_eq!(leads("Åwiat, tillbakaÅter", false), []);
    }
}
