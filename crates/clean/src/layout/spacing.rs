//! Spaces that markup left or lost: `Energy , a`, `to go.We are`, `the boxWith it`.

use super::line::is_opening_quote;
use super::report::StructureRepairKind;
use super::vocabulary::Vocabulary;

/// The fewest letters of a run that counts as a word.
const MIN_LETTERS: usize = 2;
/// Letters of a name that is found within a longer word.
const MIN_NAME: usize = 4;
/// Bytes of a run of letters that is looked at for words without spaces.
const MAX_RUN: usize = 64;
/// What follows a full stop in names of hosts, files and companies.
const SUFFIXES: [&str; 14] =
    ["ai", "app", "com", "de", "gov", "info", "io", "js", "me", "net", "org", "tv", "uk", "us"];

/// A change of white space.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct SpaceEdit {
    /// The byte where it is.
    at: usize,
    /// A space goes, or one is added.
    removes: bool,
    kind: StructureRepairKind,
}

/// The repairs in a paragraph.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct SpaceCounts {
    pub(super) split: usize,
    pub(super) space: usize,
}

/// Mends the spaces of a paragraph whose white space is folded. Returns `None` if none are wrong.
pub(super) fn mended(text: &str, vocabulary: &mut Vocabulary<'_>) -> Option<(String, SpaceCounts)> {
    let edits = edits(text, vocabulary);
    if edits.is_empty() {
        return None;
    }
    let mut output = String::with_capacity(text.len() + edits.len());
    let mut counts = SpaceCounts::default();
    let mut end = 0;
    for edit in edits {
        output.push_str(text.get(end..edit.at).unwrap_or_default());
        end = edit.at + usize::from(edit.removes);
        if !edit.removes {
            output.push(' ');
        }
        match edit.kind {
            StructureRepairKind::Split => counts.split += 1,
            _ => counts.space += 1,
        }
    }
    output.push_str(text.get(end..).unwrap_or_default());
    Some((output, counts))
}

/// Whether a space may be missing or spare before a byte, or after it if it is a bracket.
const MAY_BE_WRONG: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0_u8;
    loop {
        table[byte as usize] =
            matches!(byte, b',' | b'.' | b'(' | b')' | b'A'..=b'Z' | 0x80..=0xff);
        if byte == u8::MAX {
            break table;
        }
        byte += 1;
    }
};

/// The changes, in order and apart from one another.
fn edits(text: &str, vocabulary: &mut Vocabulary<'_>) -> Vec<SpaceEdit> {
    let bytes = text.as_bytes();
    let mut edits: Vec<SpaceEdit> = Vec::new();
    let mut done = 0;
    let mut next = 0;
    while let Some(offset) = bytes
        .get(next..)
        .and_then(|rest| rest.iter().position(|byte| MAY_BE_WRONG[usize::from(*byte)]))
    {
        let found = next + offset;
        next = found + 1;
        // A bracket is the first of its pair, other characters are the second.
        let at = if bytes[found] == b'(' { Some(found) } else { found.checked_sub(1) };
        let Some((at, &[one, two])) = at.and_then(|at| Some((at, bytes.get(at..)?.first_chunk()?)))
        else {
            continue;
        };
        if at < done {
            continue;
        }
        match (one, two) {
            (b' ', b',' | b'.' | b')') if is_spare_space(text, at) => {
                edits.push(SpaceEdit { at, removes: true, kind: StructureRepairKind::Space });
            }
            (b'(', b' ') if opens_after_space(text, at) => {
                edits.push(SpaceEdit {
                    at: at + 1,
                    removes: true,
                    kind: StructureRepairKind::Space,
                });
            }
            // Ends of sentences, and the quotes after them, which are not ASCII if they are curly.
            (b'.' | b'!' | b'?', b'A'..=b'Z' | 0x80..=0xff) => {
                if let Some(at) = glued_sentence(text, at) {
                    edits.push(SpaceEdit { at, removes: false, kind: StructureRepairKind::Split });
                }
            }
            (b'a'..=b'z' | 0x80..=0xff, b'A'..=b'Z') => {
                let (from, to) = run_around(text, at + 1);
                done = to;
                let breaks = glued_words(text, from, to, at + 1, vocabulary);
                let is_sentence = breaks.len() == 1;
                edits.extend(breaks.into_iter().map(|at| SpaceEdit {
                    at,
                    removes: false,
                    kind: if is_sentence {
                        StructureRepairKind::Split
                    } else {
                        StructureRepairKind::Space
                    },
                }));
            }
            _ => {}
        }
    }
    edits
}

/// Whether the space at `at` stands before a mark that belongs to the word before it.
fn is_spare_space(text: &str, at: usize) -> bool {
    let (Some(before), Some(after)) = (text.get(..at), text.get(at + 1..)) else { return false };
    let mut following = after.chars();
    let mark = following.next().unwrap_or(' ');
    let next = following.next();
    // `a ,b`, `the .NET way`, `. . .` and smileys stay.
    let ends_there = next.is_none_or(|c| {
        c.is_whitespace()
            || matches!(c, '"' | '”' | '’' | '\'' | '»')
            || mark == ')' && matches!(c, ',' | '.')
    });
    let is_word = before.chars().next_back().is_some_and(|c| {
        c.is_alphanumeric() || matches!(c, ')' | ']' | '"' | '”' | '’' | '%' | '»')
    });
    let is_row =
        mark != ')' && after.get(1..).is_some_and(|rest| rest.trim_start().starts_with([',', '.']));
    // A mark between spaces may be one of code, and a bracket closes one that was opened.
    let is_closing = mark != ')'
        || before.rfind(['(', ')']).is_some_and(|at| before.as_bytes().get(at) == Some(&b'('));
    ends_there && is_word && !is_row && is_closing && !is_code(last_token(before))
}

/// Whether the bracket at `at` opens a short parenthesis of words and is followed by a stray space.
fn opens_after_space(text: &str, at: usize) -> bool {
    let (Some(before), Some(after)) = (text.get(..at), text.get(at + 2..)) else { return false };
    let inner = after.find(['(', ')', '\n']).and_then(|end| Some((after.get(..end)?, end)));
    before.ends_with(' ')
        && inner.is_some_and(|(inner, end)| {
            after.as_bytes().get(end) == Some(&b')')
                && inner.starts_with(char::is_alphanumeric)
                && inner.len() <= 2 * MAX_RUN
        })
        && !is_code(last_token(before.trim_end()))
}

/// Where a space is missing after the mark at `at`, which ends a sentence.
fn glued_sentence(text: &str, at: usize) -> Option<usize> {
    let (before, after) = (text.get(..at)?, text.get(at + 1..)?);
    // Closing quotes belong to the sentence before, opening ones to the one after.
    let closing = after.len() - after.trim_start_matches(['”', '’', '»']).len();
    let rest = after.get(closing..)?.trim_start_matches(is_opening_quote);
    let last = before.rsplit(|c: char| !c.is_alphabetic()).next()?;
    let is_word = last.chars().nth(MIN_LETTERS - 1).is_some()
        && last.chars().next_back().is_some_and(char::is_lowercase);
    let end = rest.find(|c: char| !c.is_alphabetic()).unwrap_or(rest.len());
    let (first, tail) = rest.split_at_checked(end)?;
    let mut letters = first.chars();
    let is_start = letters.next().is_some_and(char::is_uppercase)
        && letters.next().map_or_else(
            || matches!(first, "I" | "A") && tail.starts_with([' ', '’', '\'']),
            char::is_lowercase,
        );
    let token_end = rest.find(char::is_whitespace).unwrap_or(rest.len());
    let token = rest.get(..token_end)?;
    let before_token = last_token(before);
    let is_named = SUFFIXES.binary_search(&first.to_lowercase().as_str()).is_ok();
    let has_stop = token.trim_end_matches(['.', '”', '"']).contains(['.', '(']);
    let is_prose = !is_code(before_token)
        && !is_code(token)
        && !before_token.contains('.')
        && !has_stop
        // `Mr.Smith` in a list of names is as likely as a sentence; a sentence has more words.
        && tail.contains(' ');
    (is_word && is_start && is_prose && !is_named).then_some(at + 1 + closing)
}

/// The run of letters around a byte.
fn run_around(text: &str, at: usize) -> (usize, usize) {
    let is_end = |c: char| !c.is_alphabetic();
    let before = text.get(..at).unwrap_or_default();
    let from = before.char_indices().rev().take(MAX_RUN).find(|(_, c)| is_end(*c));
    let from = from.map_or(0, |(at, c)| at + c.len_utf8());
    let after = text.get(at..).unwrap_or_default();
    (from, after.find(is_end).map_or(text.len(), |end| at + end))
}

/// Where spaces are missing in a run of letters with a capital at `capital`, if the words of the text leave no
/// doubt: every part stands elsewhere by itself, and the whole does not.
fn glued_words(
    text: &str,
    from: usize,
    to: usize,
    capital: usize,
    vocabulary: &mut Vocabulary<'_>,
) -> Vec<usize> {
    let none = Vec::new();
    let (Some(run), Some(head), Some(rest)) =
        (text.get(from..to), text.get(from..capital), text.get(capital..to))
    else {
        return none;
    };
    let outside = text.get(to..).unwrap_or_default();
    // `theDaily.example` is the name of a host.
    let is_host = outside.starts_with('.')
        && !outside.get(1..).is_some_and(|after| {
            after.is_empty() || after.starts_with(|c: char| !c.is_alphanumeric())
        });
    let outside_end = outside.chars().next();
    let before = text.get(..from).unwrap_or_default();
    let is_lower = |word: &str| word.chars().all(char::is_lowercase);
    let is_in_prose = run.len() <= MAX_RUN
        && !is_host
        && !is_code(last_token(before))
        && before
            .chars()
            .next_back()
            .is_none_or(|c| c.is_whitespace() || matches!(c, '“' | '"' | '('))
        && outside_end.is_none_or(|c| {
            c.is_whitespace()
                || matches!(c, ',' | ';' | '.' | '’' | '\'' | '”' | '"' | ')' | '?' | '!')
        });
    // Names such as `McDonald`, `LinkedIn` and `iPhone` begin with a capital or with one letter.
    let is_head = is_lower(head) && head.chars().nth(MIN_LETTERS - 1).is_some();
    let tail =
        rest.chars().next().map_or("", |first| rest.get(first.len_utf8()..).unwrap_or_default());
    if !is_in_prose || !is_head || !is_lower(tail) || tail.is_empty() {
        return none;
    }
    if vocabulary.contains_twice(run) || !vocabulary.contains(head) {
        return none;
    }
    if vocabulary.contains(rest) {
        // Newspapers have names such as `elDiario`.
        let is_article = head.chars().nth(MIN_LETTERS).is_none();
        return if is_article { none } else { vec![capital] };
    }
    // A name, glued to words on both sides.
    let ends = rest.char_indices().map(|(at, _)| at).filter(|at| *at >= MIN_NAME);
    let mut found = None;
    for end in ends {
        let Some((name, word)) = rest.split_at_checked(end) else { continue };
        if word.chars().nth(MIN_LETTERS - 1).is_some()
            && vocabulary.contains_name(name)
            && vocabulary.contains(word)
        {
            if found.is_some() {
                return none;
            }
            found = Some(vec![capital, capital + end]);
        }
    }
    found.unwrap_or_default()
}

/// The text after the last white space.
fn last_token(text: &str) -> &str {
    text.rsplit(char::is_whitespace).next().unwrap_or_default()
}

/// Whether a token is a URL, an e-mail address, a path or a piece of code.
fn is_code(token: &str) -> bool {
    token.contains(['/', '@', '\\', '_', '=', '{', '}', '<', '>', '`', '#', '&', '|', '$', ';'])
        || token.contains("www.")
        || token.contains("()")
}
