//! Initials: a large letter that stands in a line of its own, before the rest of its word.

use super::initial_words::INITIAL_WORDS;
use super::line::{TextLine, is_opening_quote};
use super::vocabulary::Vocabulary;

/// A line with fewer words is an entry under a letter of the alphabet.
const MIN_WORDS: usize = 4;
/// Letters that are words by themselves in some language.
const LETTER_WORDS: [char; 12] = ['a', 'à', 'e', 'é', 'i', 'o', 'ó', 'u', 'y', 'è', 'ò', 'á'];

/// The separator between an initial and the line after it, or `None` if the first line is no initial.
pub(super) fn separator(
    left: &TextLine<'_>,
    right: &TextLine<'_>,
    vocabulary: &mut Vocabulary<'_>,
) -> Option<&'static str> {
    let letter = initial(left.text)?;
    right.text.split_whitespace().nth(MIN_WORDS - 1)?;
    let end = right.text.find(|c: char| !c.is_alphabetic()).unwrap_or(right.text.len());
    let rest = right.text.get(..end).filter(|rest| !rest.is_empty())?;
    let joined: String = letter.to_lowercase().chain(rest.chars()).collect();
    if !rest.starts_with(char::is_lowercase) {
        // Small capitals: `T`, `HE FERRY`. The same could be a heading under a letter.
        let is_loud = rest.chars().all(char::is_uppercase) && rest.chars().nth(1).is_some();
        return (is_loud && vocabulary.contains(&joined) && !vocabulary.contains_twice(rest))
            .then_some("");
    }
    let is_word = letter.to_lowercase().next().is_some_and(|c| LETTER_WORDS.contains(&c));
    if !is_word
        || INITIAL_WORDS.binary_search(&joined.as_str()).is_ok()
        || vocabulary.contains(&joined)
    {
        return Some("");
    }
    // Its own occurrence counts once.
    let is_own_word = vocabulary.contains_twice(rest) || can_begin_word(rest);
    Some(if is_own_word { " " } else { "" })
}

/// Whether a line is an initial.
pub(super) fn is_initial(line: &str) -> bool {
    initial(line).is_some()
}

/// The letter of a line that has only one, after an opening quote or not.
fn initial(line: &str) -> Option<char> {
    let mut characters = line
        .trim_start_matches(|c| is_opening_quote(c) || matches!(c, '"' | '\'' | '¿' | '¡'))
        .chars();
    characters.next().filter(|letter| letter.is_uppercase() && characters.next().is_none())
}

/// Whether a word of a European language can begin like this: with a vowel, one consonant, or two that go
/// together. Needs a vowel somewhere.
fn can_begin_word(word: &str) -> bool {
    let is_vowel = |c: char| !c.is_ascii() || matches!(c, 'a' | 'e' | 'i' | 'o' | 'u' | 'y');
    let Some(onset) = word.find(is_vowel) else { return false };
    let onset = word.get(..onset).unwrap_or_default();
    word.len() > 1
        && (onset.len() <= 1 && !(onset == "x" || word.len() == 2 && onset.is_empty())
            || ONSETS.binary_search(&onset).is_ok())
}

/// Clusters of consonants that words begin with.
const ONSETS: [&str; 41] = [
    "bl", "br", "ch", "chl", "chr", "cl", "cr", "dr", "fl", "fr", "gl", "gn", "gr", "kl", "kn",
    "kr", "ll", "ph", "pl", "pr", "ps", "qu", "rh", "sc", "sch", "scr", "sh", "shr", "sk", "sl",
    "sm", "sn", "sp", "spl", "spr", "st", "str", "sw", "th", "thr", "tr",
];
