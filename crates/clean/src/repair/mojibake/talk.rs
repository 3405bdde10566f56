//! Text about mojibake: tables of misread characters, code, and lines that show both forms. It stays.

use std::ops::Range;

use super::super::script::{LetterScript, whole_script_of};
use super::sequences::{LineCharacter, sequence};
use super::spans::MisreadSpan;

/// How many characters around a span are searched for its repaired form.
const BESIDE: usize = 96;

/// Longer words are cut.
const MAX_WORD: usize = 96;

/// Whether a span is named and not used: in quotes or backticks alone, in a cell of a table alone,
/// or with its repaired form beside it.
///
/// `names_charsets`: the line is about charsets, so longer passages in quotes are examples too.
pub(super) fn is_named(signs: &[LineCharacter], span: &MisreadSpan, names_charsets: bool) -> bool {
    let place = span.first..span.end;
    (names_charsets || is_short(&span.reading)) && is_quoted(signs, place.clone())
        || is_cell(signs, place.clone())
        || stands_beside(signs, span)
}

/// Whether a line has a name of a charset or of mojibake.
pub(super) fn names_charsets(line: &str) -> bool {
    const NAMES: [&str; 12] = [
        "UTF-8",
        "utf-8",
        "UTF8",
        "utf8",
        "Latin-1",
        "ISO-8859",
        "iso-8859",
        "ojibake",
        "кракозябр",
        "文字化け",
        "乱码",
        "亂碼",
    ];
    NAMES.iter().any(|name| line.contains(name))
}

/// Leaves words whose repaired form stands elsewhere in the line: `été` is shown as `Ã©tÃ©`.
///
/// `taken` are the spans in order.
pub(super) fn drop_shown(line: &str, signs: &[LineCharacter], taken: &mut Vec<MisreadSpan>) {
    if taken.is_empty() {
        return;
    }
    let is_covered = |at: usize| {
        let next = taken.partition_point(|span| span.end <= at);
        taken.get(next).is_some_and(|span| span.first <= at)
    };
    // The letters that are right as they are. Lines that were misread as a whole have none.
    let mut right: Vec<char> = signs
        .iter()
        .enumerate()
        .filter(|(_, sign)| !sign.character.is_ascii() && sign.character.is_alphanumeric())
        .filter(|(at, _)| !is_covered(*at))
        .map(|(_, sign)| sign.character)
        .collect();
    right.sort_unstable();
    right.dedup();
    if right.is_empty() {
        return;
    }
    let is_word = |at: usize| {
        is_covered(at) || signs.get(at).is_some_and(|sign| sign.character.is_alphanumeric())
    };
    let mut shown = vec![false; taken.len()];
    let mut number = 0;
    while let Some(first) = taken.get(number) {
        let start = (0..first.first).rev().take(24).take_while(|at| is_word(*at)).last();
        let start = start.unwrap_or(first.first);
        let mut word = String::new();
        let mut at = start;
        let mut next = number;
        // The repaired word, which has one or more spans.
        while is_word(at) && at - start < MAX_WORD {
            if let Some(span) = taken.get(next).filter(|span| span.first == at) {
                word.push_str(&span.text);
                at = span.end;
                next += 1;
            } else {
                word.extend(signs.get(at).map(|sign| sign.character));
                at += 1;
            }
        }
        let next = next.max(number + 1);
        let is_longer = word.chars().filter(|c| c.is_alphanumeric()).nth(1).is_some();
        let is_right = |c: char| c.is_ascii() || right.binary_search(&c).is_ok();
        if is_longer && word.chars().all(is_right) && has_word(line, &word) {
            shown.get_mut(number..next).unwrap_or_default().fill(true);
        }
        number = next;
    }
    let mut shown = shown.into_iter();
    taken.retain(|_| shown.next() != Some(true));
}

/// Whether a line has a word between characters of no word.
fn has_word(line: &str, word: &str) -> bool {
    line.match_indices(word).any(|(at, _)| {
        let before = line.get(..at).and_then(|text| text.chars().next_back());
        let after = line.get(at + word.len()..).and_then(|text| text.chars().next());
        [before, after].into_iter().flatten().all(|c| !c.is_alphanumeric())
    })
}

/// Whether a reading may be a character that is named, and is no word of another script.
fn is_short(reading: &str) -> bool {
    let is_latin = |c: char| whole_script_of(c).is_none_or(|script| script == LetterScript::Latin);
    match reading.chars().count() {
        0 | 1 => true,
        2 => reading.chars().all(is_latin),
        _ => false,
    }
}

fn character(signs: &[LineCharacter], at: Option<usize>) -> Option<char> {
    at.and_then(|at| signs.get(at)).map(|sign| sign.character)
}

const fn is_space(character: char) -> bool {
    matches!(character, ' ' | '\u{a0}' | '\t')
}

/// The nearest characters before and after a span that are no spaces, and whether there are spaces
/// between.
fn neighbors(
    signs: &[LineCharacter],
    span: &Range<usize>,
) -> ((Option<char>, bool), (Option<char>, bool)) {
    let before = signs.get(..span.start).unwrap_or_default();
    let after = signs.get(span.end..).unwrap_or_default();
    let is_gap = |sign: &&LineCharacter| is_space(sign.character);
    let left = before.iter().rev().take_while(is_gap).count();
    let right = after.iter().take_while(is_gap).count();
    (
        (before.iter().rev().nth(left).map(|sign| sign.character), left > 0),
        (after.get(right).map(|sign| sign.character), right > 0),
    )
}

/// Whether a span is in quotes or backticks alone: letters are named like this, and mojibake in
/// texts about it.
fn is_quoted(signs: &[LineCharacter], span: Range<usize>) -> bool {
    let is_mark = |c: Option<char>| c.is_some_and(is_quote);
    let ((left, left_gap), (right, right_gap)) = neighbors(signs, &span);
    // An apostrophe within a word.
    let is_apostrophe = |c: Option<char>| matches!(c, Some('\'' | '’'));
    let is_letter = |at: Option<usize>| character(signs, at).is_some_and(char::is_alphabetic);
    if is_apostrophe(right) && !right_gap && is_letter(Some(span.end + 1))
        || is_apostrophe(left) && !left_gap && is_letter(span.start.checked_sub(2))
    {
        return false;
    }
    if left == Some('`') && right == Some('`') {
        return true;
    }
    let pairs = span.len() == 2;
    // A misread character that looks like a quote may be the quote.
    let last = character(signs, span.end.checked_sub(1));
    if pairs && is_mark(last) && is_mark(left) && !left_gap {
        return true;
    }
    if left_gap != right_gap && is_mark(left) && is_mark(right) {
        return pairs;
    }
    if is_mark(right) && !right_gap {
        return pairs && (left.is_none() || left_gap || is_mark(left)) || is_mark(left);
    }
    is_mark(left) && is_mark(right)
}

/// Whether a span is all that is in a cell of a table: `| Ã¼ |`.
fn is_cell(signs: &[LineCharacter], span: Range<usize>) -> bool {
    let ((left, _), (right, _)) = neighbors(signs, &span);
    let is_line = |c: Option<char>| matches!(c, Some('|' | '\t'));
    is_line(left) && is_line(right)
        || is_line(left) && right.is_none() && is_line(character(signs, Some(0)))
}

/// Whether the word of a span stands beside it as it reads after the repair: `Zoë was stored as
/// ZoÃ«`.
fn stands_beside(signs: &[LineCharacter], span: &MisreadSpan) -> bool {
    let MisreadSpan { charset, first, end: behind, reading, .. } = span;
    let (charset, span) = (*charset, *first..*behind);
    // Spaces and the like stand everywhere.
    if !reading.chars().any(|c| !c.is_ascii() && !c.is_whitespace()) {
        return false;
    }
    let is_word = |at: &usize| signs.get(*at).is_some_and(|sign| sign.character.is_alphanumeric());
    let start = (0..span.start).rev().take_while(is_word).take(24).last().unwrap_or(span.start);
    let end =
        (span.end..signs.len()).take_while(is_word).take(24).last().map_or(span.end, |at| at + 1);
    let letters = |range: Range<usize>| {
        signs.get(range).unwrap_or_default().iter().map(|sign| sign.character)
    };
    let word: Vec<char> =
        letters(start..span.start).chain(reading.chars()).chain(letters(span.end..end)).collect();
    // A byte of another character that was misread is none of these.
    let is_byte = |at: usize| {
        let before = at.checked_sub(1).and_then(|at| signs.get(at));
        let follows = signs.get(at).map_or(0, |sign| sign.bytes.follows);
        before.is_some_and(|lead| lead.bytes.leads & follows != 0)
            || sequence(signs, at, charset).is_some()
    };
    let is_form = |at: usize| {
        !is_byte(at)
            && signs.get(at..at + word.len()).is_some_and(|found| {
                found.iter().zip(&word).all(|(sign, letter)| sign.character == *letter)
            })
            && (at == 0
                || !is_word(&(at - 1))
                || !word.first().is_some_and(|c| c.is_alphanumeric()))
            && (!is_word(&(at + word.len())) || !word.last().is_some_and(|c| c.is_alphanumeric()))
    };
    let near = start.saturating_sub(BESIDE)..(end + BESIDE).min(signs.len());
    near.filter(|at| *at + word.len() <= start || *at >= end).any(is_form)
}

const fn is_quote(character: char) -> bool {
    matches!(
        character,
        '"' | '\'' | '“' | '”' | '„' | '‘' | '’' | '‚' | '«' | '»' | '‹' | '›' | '「' | '」'
    )
}
