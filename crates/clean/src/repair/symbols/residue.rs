//! Symbols of which more than the first byte is left, and emoji. Their context decides how they are
//! read.

use std::ops::Range;

use super::super::edits::TextEdit;
use super::emoji;
use super::english::{LanguageGuess, is_common};
use super::scan::LineScan;

/// Replaces a lost character.
pub(super) const MARK: &str = "\u{fffd}";

/// What some characters are the remains of, and how many characters they are.
pub(super) struct Residue {
    pub(super) length: usize,
    pub(super) after: String,
    pub(super) rule: &'static str,
    pub(super) posterior: Option<f32>,
}

impl Residue {
    fn certain(length: usize, after: impl Into<String>, rule: &'static str) -> Self {
        Self { length, after: after.into(), rule, posterior: None }
    }

    fn guess(length: usize, after: impl Into<String>, rule: &'static str, posterior: f32) -> Self {
        Self { length, after: after.into(), rule, posterior: Some(posterior) }
    }

    fn marked(length: usize) -> Self {
        Self::certain(length, MARK, "lossy/marked")
    }

    pub(super) fn edit(self, span: Range<usize>) -> TextEdit {
        TextEdit { span, after: self.after, rule: self.rule, posterior: self.posterior }
    }
}

/// Whether a character is the Latin-1 character of a byte that may follow the first.
pub(super) fn is_trail(char: char) -> bool {
    ('\u{a0}'..='\u{bf}').contains(&char)
}

/// Whether the variation selector of an emoji begins there, without its last byte.
pub(super) fn is_selector(line: &LineScan<'_>, at: usize) -> bool {
    line.char(at) == Some('ï') && line.char(at + 1) == Some('¸')
}

/// The symbol that begins with the `â` at `at`; `None` if nothing more is left of it.
pub(super) fn symbol(line: &LineScan<'_>, at: usize) -> Option<Residue> {
    if is_selector(line, at + 1) {
        return Some(Residue::marked(3));
    }
    let trail = line.char(at + 1).filter(|&char| is_trail(char))?;
    if is_selector(line, at + 2) {
        return Some(selected(trail));
    }
    let (before, after) = (line.before(at), line.char(at + 2));
    let is_space = |char: Option<char>| char.is_none_or(char::is_whitespace);
    let is_letter = |char: Option<char>| char.is_some_and(char::is_alphabetic);
    let is_digit = |char: Option<char>| char.is_some_and(|char| char.is_ascii_digit());
    let is_mathematical = is_digit(after) || is_space(after) && line.is_digit(at + 3);
    let found = match trail {
        '\u{a0}' | '»' | '«' => return None,
        // Footnotes behind a word.
        '¹' | '²' | '³' if is_letter(before) => return None,
        '£' | '¥' if is_digit(after) && !is_space(before) => return None,
        '£' if is_digit(after) => return None,
        '¿' | '¡' if is_letter(after) => return None,
        '¦' => Residue::certain(2, "…", "lossy/ellipsis"),
        '¢' if is_space(before) && (is_space(after) || is_letter(after)) => {
            Residue::certain(2, "•", "lossy/symbol")
        }
        '¢' if !is_space(before) && !is_letter(after) => Residue::certain(2, "™", "lossy/symbol"),
        '¬' => euro(line, at),
        '²' if is_digit(before) => Residue::certain(2, "′", "lossy/symbol"),
        '³' if is_digit(before) || before == Some('²') => {
            Residue::certain(2, "″", "lossy/symbol")
        }
        '°' if is_digit(before) => Residue::guess(2, "‰", "lossy/symbol", 0.8),
        '¤' if is_mathematical => Residue::guess(2, "≤", "lossy/symbol", 0.8),
        '¥' if is_mathematical => Residue::guess(2, "≥", "lossy/symbol", 0.8),
        '¤' => Residue::guess(2, "❤", "lossy/emoji", 0.7),
        '¥' => Residue::guess(2, "♥", "lossy/emoji", 0.7),
        // The narrow space of French.
        '¯' if before == Some('«')
            || after.is_some_and(|after| "»:;!?%€".contains(after))
            || is_digit(before) && is_digit(after) =>
        {
            Residue::certain(2, "\u{202f}", "lossy/space")
        }
        _ => Residue::marked(2),
    };
    Some(found)
}

/// A symbol with the variation selector after it, which makes it an emoji.
fn selected(trail: char) -> Residue {
    let emoji = match trail {
        '¤' => "❤\u{fe0f}",
        '¥' => "♥\u{fe0f}",
        '¶' => "▶\u{fe0f}",
        _ => return Residue::marked(4),
    };
    Residue::certain(4, emoji, "lossy/emoji")
}

/// `â¬`: the euro sign next to an amount. Black and white squares and arrows end like this too.
fn euro(line: &LineScan<'_>, at: usize) -> Residue {
    let is_gap = |char: Option<char>| matches!(char, Some(' ' | '\u{a0}' | '\u{202f}'));
    let is_amount = line.is_digit(at + 2)
        || is_gap(line.char(at + 2)) && line.is_digit(at + 3)
        || at > 0 && line.is_digit(at - 1)
        || at > 1 && is_gap(line.before(at)) && line.is_digit(at - 2)
        || at > 1
            && matches!(line.before(at), Some('k' | 'K' | 'm' | 'M'))
            && line.is_digit(at - 2);
    let is_row = line.char(at + 2) == Some('â') && line.char(at + 3) == Some('¬')
        || line.before(at) == Some('¬');
    if is_row {
        Residue::marked(2)
    } else if is_amount {
        Residue::certain(2, "€", "lossy/symbol")
    } else {
        Residue::guess(2, "€", "lossy/symbol", 0.7)
    }
}

/// The remains of emoji, from the `ð` at `at` on. Empty if it is a letter; in a line with Nordic
/// letters, all count as letters.
pub(super) fn emoji(
    line: &LineScan<'_>,
    at: usize,
    language: LanguageGuess,
    is_nordic: bool,
) -> Vec<Residue> {
    if let Some(nation) = nation(line, at) {
        return vec![nation];
    }
    let flags = flags(line, at);
    if !flags.is_empty() {
        return flags;
    }
    let is_own = |char: &char| is_trail(*char) && !"\u{a0}»«".contains(*char);
    let Some(third) = line.char(at + 1).filter(is_own) else {
        let is_lost = !is_nordic && is_lost_emoji(line, at, language);
        return is_lost.then(|| Residue::marked(with_selector(line, at, 1))).into_iter().collect();
    };
    if matches!(third, '¹' | '²' | '³') && at > 0 && line.is_letter(at - 1) {
        // A footnote behind a word.
        return Vec::new();
    }
    let fourth = line.char(at + 2).filter(is_own);
    vec![match fourth.and_then(|fourth| emoji::emoji(third, fourth)) {
        Some(found) => Residue::certain(3, found, "lossy/emoji"),
        None => Residue::marked(with_selector(line, at, 2)),
    }]
}

fn with_selector(line: &LineScan<'_>, at: usize, length: usize) -> usize {
    if is_selector(line, at + length) { length + 2 } else { length }
}

/// Whether a lone `ð` is all that is left of an emoji. As a letter it is inside a word of a Nordic
/// language.
fn is_lost_emoji(line: &LineScan<'_>, at: usize, language: LanguageGuess) -> bool {
    let is_lone = |at: usize| line.char(at) == Some('ð');
    let is_letter = |at: usize| line.is_letter(at) && !is_lone(at);
    let is_named = |char: Option<char>| char.is_some_and(|char| "«»\"'“”„‘’()/[]".contains(char));
    if language != LanguageGuess::English
        && (is_named(line.before(at)) || is_named(line.char(at + 1)))
    {
        return false;
    }
    let follows_letter = at > 0 && is_letter(at - 1);
    if is_letter(at + 1) {
        !follows_letter
            && (language == LanguageGuess::English
                || line.char(at + 1).is_some_and(char::is_uppercase))
    } else {
        !follows_letter || language == LanguageGuess::English && follows_common(line, at)
    }
}

/// Whether the word right before `at` is a common one of English.
fn follows_common(line: &LineScan<'_>, at: usize) -> bool {
    let word = line.word_before(at).filter_map(|at| line.char(at));
    is_common(&word.flat_map(char::to_lowercase).collect::<String>())
}

/// The flags from the `ð` at `at` on, one for each two regional indicators in a row.
///
/// `None` for a single one, which is the remains of some other emoji. A row is read as flags from
/// its beginning if that gives flags throughout. In an odd row, the first or the last may be
/// another emoji, if that is the only way.
fn flags(line: &LineScan<'_>, at: usize) -> Vec<Residue> {
    let letters: Vec<u8> = (0..)
        .map_while(|order| {
            let place = at + 2 * order;
            let last = line.char(place + 1).filter(|_| line.char(place) == Some('ð'))?;
            let is_longer =
                line.char(place + 2).is_some_and(|next| emoji::emoji(last, next).is_some());
            emoji::letter(last).filter(|_| !is_longer)
        })
        .collect();
    let pairs = |letters: &[u8]| -> Option<Vec<Residue>> {
        let (pairs, rest) = letters.as_chunks::<2>();
        let flag = |&[first, second]: &[u8; 2]| {
            emoji::flag(first, second).map(|flag| Residue::certain(4, flag, "lossy/flag"))
        };
        if rest.is_empty() { pairs.iter().map(flag).collect() } else { None }
    };
    let marks = || letters.iter().map(|_| Residue::marked(2)).collect();
    if letters.len() < 2 {
        return Vec::new();
    }
    if letters.len().is_multiple_of(2) {
        return pairs(&letters).unwrap_or_else(marks);
    }
    let after_first = letters.get(1..).and_then(pairs);
    let before_last = letters.split_last().and_then(|(_, letters)| pairs(letters));
    match (after_first, before_last) {
        (Some(flags), None) if !flags.is_empty() => {
            std::iter::once(Residue::marked(2)).chain(flags).collect()
        }
        (None, Some(flags)) => flags.into_iter().chain([Residue::marked(2)]).collect(),
        _ => marks(),
    }
}

/// The flag of England, Scotland or Wales: a black flag and tags.
fn nation(line: &LineScan<'_>, at: usize) -> Option<Residue> {
    if line.char(at + 1) != Some('´') || line.char(at + 2) != Some('ó') {
        return None;
    }
    let is_tag = |at: usize, tag: u32| {
        line.char(at) == Some('ó')
            && matches!(line.char(at + 1), Some(' ' | '\u{a0}'))
            && line.char(at + 2).map(u32::from) == Some(0x80 | (tag & 0x3f))
    };
    let cancel = 0x7f;
    let name = emoji::NATIONS.iter().find(|name| {
        let tags = name.bytes().map(u32::from).chain([cancel]);
        tags.enumerate().all(|(order, tag)| is_tag(at + 2 + 3 * order, tag))
    })?;
    let tags = name.bytes().map(u32::from).chain([cancel]);
    let tags = tags.filter_map(|tag| char::from_u32(0xe_0000 + tag));
    let flag: String = std::iter::once('\u{1f3f4}').chain(tags).collect();
    Some(Residue::certain(2 + 3 * 6, flag, "lossy/flag"))
}

/// The remains of a variation selector, a keycap, or fullwidth characters and ligatures.
pub(super) fn presentation(line: &LineScan<'_>, at: usize) -> Option<Residue> {
    let before = line.before(at);
    match line.char(at + 1)? {
        '¸' => {
            let is_key = before.is_some_and(|key| key.is_ascii_digit() || "#*".contains(key));
            if is_key && line.char(at + 2) == Some('â') && line.char(at + 3) == Some('£') {
                return Some(Residue::certain(4, "\u{fe0f}\u{20e3}", "lossy/emoji"));
            }
            let is_symbol = before.is_some_and(|char| {
                "©®".contains(char)
                    || matches!(char, '\u{2000}'..='\u{2fff}' | '\u{1f000}'..='\u{1ffff}')
            });
            Some(if is_symbol {
                Residue::certain(2, "\u{fe0f}", "lossy/emoji")
            } else {
                Residue::marked(2)
            })
        }
        '¼' | '½' | '¬' => Some(Residue::marked(2)),
        _ => None,
    }
}

/// A sign and the space after it that became one character: the remains of `…` and a no-break space
/// are the bytes of U+29A0.
pub(super) fn fused(line: &LineScan<'_>, at: usize) -> Option<Residue> {
    let (before, after) = (line.before(at), line.char(at + 1));
    let follows_word = before.is_some_and(|char| !char.is_whitespace());
    match line.char(at)? {
        '\u{29a0}' if is_fused_ellipsis(line, at) => {
            Some(Residue::certain(1, "…\u{a0}", "lossy/ellipsis"))
        }
        '\u{29bb}' if follows_word => Some(Residue::certain(1, "…»", "lossy/ellipsis")),
        '\u{28a0}'
            if matches!(before, None | Some(' ')) && after.is_some_and(char::is_alphanumeric) =>
        {
            Some(Residue::certain(1, "•\u{a0}", "lossy/symbol"))
        }
        '\u{2b20}' if at > 0 && line.is_digit(at - 1) => {
            Some(Residue::certain(1, "€\u{a0}", "lossy/symbol"))
        }
        _ => None,
    }
}

/// U+29A0 between words, without a space on either side. As an angle of mathematics it has one.
fn is_fused_ellipsis(line: &LineScan<'_>, at: usize) -> bool {
    let is_prose = |char: char| char.is_alphanumeric() || ",.!?)\"'".contains(char);
    line.char(at) == Some('\u{29a0}')
        && line.before(at).is_some_and(is_prose)
        && line.char(at + 1).is_some_and(char::is_alphanumeric)
}
