//! Normalizes blocks and phrases for comparing them.

use std::ops::Range;

use super::PhrasePosition;
use crate::fold::is_alphanumeric;

/// A normalized text: in lower case, white space folded, typographic quotes as ASCII, numbers as `#`,
/// currencies as `¤`. So one phrase covers all prices and dates of its kind.
#[derive(Clone, Debug)]
pub(crate) struct NormalizedText {
    text: String,
    /// The range without punctuation at the ends.
    core: Range<usize>,
}

impl NormalizedText {
    pub(crate) fn new(text: &str) -> Self {
        normalize(text)
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }

    /// The text without bullets, arrows and other punctuation at its ends.
    pub(crate) fn core(&self) -> &str {
        self.text.get(self.core.clone()).unwrap_or_default()
    }

    /// The part of a phrase to search for at this position.
    pub(super) fn part_for(&self, at: PhrasePosition) -> &str {
        let range = match at {
            PhrasePosition::Whole | PhrasePosition::Opens => self.core.clone(),
            PhrasePosition::Start => self.core.start..self.text.len(),
            PhrasePosition::End => 0..self.core.end,
            PhrasePosition::Anywhere => 0..self.text.len(),
        };
        self.text.get(range).unwrap_or_default()
    }

    /// Whether the text says anything as a phrase. Punctuation at the ends of blocks is ignored, so `×` would be every
    /// block, and a discount of `-#%` any number.
    pub(super) fn is_telling(&self) -> bool {
        !matches!(self.core(), "" | "#" | "¤" | "@")
    }

    pub(crate) fn core_range(&self) -> Range<usize> {
        self.core.clone()
    }
}

/// Letters of the longest name of a currency.
const MAX_CURRENCY: usize = 3;

/// Whether a word is the name of a currency.
fn is_currency(word: &str) -> bool {
    matches!(
        word,
        "usd"
            | "eur"
            | "gbp"
            | "inr"
            | "aud"
            | "cad"
            | "chf"
            | "jpy"
            | "cny"
            | "rub"
            | "uah"
            | "pln"
            | "czk"
            | "sek"
            | "nok"
            | "dkk"
            | "brl"
            | "zar"
            | "nzd"
            | "sgd"
            | "rs"
            | "kr"
    )
}

pub(super) fn normalize(text: &str) -> NormalizedText {
    let text = text.to_ascii_lowercase();
    let mut out = String::with_capacity(text.len());
    let mut word_start = 0;
    let mut rest = text.as_str();
    let mut previous = ' ';
    loop {
        let (length, last_word) = plain_words(rest, out.len() == word_start);
        let (plain, after) = rest.split_at_checked(length).unwrap_or_default();
        if let Some(last) = plain.chars().next_back() {
            if last_word > 0 {
                word_start = out.len() + last_word;
            }
            out.push_str(plain);
            previous = last;
        }
        let mut characters = after.chars();
        let Some(character) = characters.next() else { break };
        rest = characters.as_str();
        let mapped = match character {
            c if c.is_whitespace() => ' ',
            '\u{2018}' | '\u{2019}' | '\u{201b}' | '\u{2bc}' | '\u{b4}' | '`' => '\'',
            '\u{201c}'..='\u{201f}' | '\u{ab}' | '\u{bb}' => '"',
            '\u{2010}'..='\u{2015}' | '\u{2212}' => '-',
            '$' | '€' | '£' | '¥' | '₹' | '₴' | '₽' | '₺' | '₩' | '₪' | '₫' | '฿' | '￥' => {
                '¤'
            }
            c if c.is_ascii_digit() => '#',
            c => c,
        };
        match mapped {
            ' ' => {
                end_word(&mut out, &mut word_start);
                if previous != ' ' && !out.is_empty() {
                    out.push(' ');
                }
                word_start = out.len();
            }
            '#' => {
                end_word(&mut out, &mut word_start);
                if previous != '#' {
                    out.push('#');
                }
                word_start = out.len();
            }
            // A separator within a number.
            '.' | ',' | ':' | '/' | '\''
                if previous == '#' && rest.starts_with(|c: char| c.is_ascii_digit()) =>
            {
                continue;
            }
            c if is_alphanumeric(c) => out.extend(c.to_lowercase()),
            c => {
                end_word(&mut out, &mut word_start);
                out.push(c);
                word_start = out.len();
            }
        }
        previous = mapped;
    }
    end_word(&mut out, &mut word_start);
    out.truncate(out.trim_end().len());
    let start = out.len() - out.trim_start_matches(is_edge).len();
    let end = out.trim_end_matches(is_edge).len().max(start);
    NormalizedText { text: out, core: start..end }
}

/// Whether a character at the ends of a text is not part of its core.
pub(super) fn is_edge(character: char) -> bool {
    !is_alphanumeric(character) && !matches!(character, '#' | '¤' | '©' | '@')
}

/// The length of the words at the beginning of a text that normalizing leaves as they are, with the single spaces
/// between them, and the place of the last word among them. Most of most texts is such words, and they are copied at
/// once. `is_new` says that a word begins at the beginning of the text.
fn plain_words(text: &str, mut is_new: bool) -> (usize, usize) {
    let bytes = text.as_bytes();
    let (mut end, mut word) = (0, 0);
    loop {
        let rest = bytes.get(end..).unwrap_or_default();
        end += rest.iter().take_while(|byte| byte.is_ascii_lowercase()).count();
        // A word that began before may be the name of a currency with what comes here.
        let is_plain = is_new
            && end > word
            && bytes.get(end) == Some(&b' ')
            && (end - word > MAX_CURRENCY || !text.get(word..end).is_some_and(is_currency));
        if !is_plain {
            return (end, word);
        }
        end += 1;
        word = end;
        is_new = true;
    }
}

/// Ends the current word. The name of a currency becomes `¤`.
fn end_word(out: &mut String, word_start: &mut usize) {
    if out.get(*word_start..).is_some_and(is_currency) {
        out.truncate(*word_start);
        out.push('¤');
    }
}

/// Whether words of this character's script are written without spaces between them.
pub(crate) fn is_unspaced(character: char) -> bool {
    matches!(
        character,
        '\u{e00}'..='\u{e7f}'
            | '\u{1100}'..='\u{11ff}'
            | '\u{3040}'..='\u{30ff}'
            | '\u{3400}'..='\u{9fff}'
            | '\u{ac00}'..='\u{d7af}'
            | '\u{f900}'..='\u{faff}'
            | '\u{20000}'..='\u{3ffff}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_quotes_numbers_and_currencies_are_normalized() {
        for (text, expected) in [
            ("  Sign  UP\u{a0}now ", "sign up now"),
            ("It’s “free”", "it's \"free\""),
            ("₹1,200 / 2 Years", "¤# / # years"),
            ("Rs. 99, EUR 5 and euros", "¤. #, ¤ # and euros"),
            ("at 7:15 PM", "at # pm"),
            ("v2", "v#"),
        ] {
            assert_eq!(normalize(text).as_str(), expected, "{text}");
        }
    }

    #[test]
    fn the_core_has_no_punctuation_at_its_ends() {
        assert_eq!(normalize("» Next Story →").core(), "next story");
        assert_eq!(normalize("(*)").core(), "");
        assert_eq!(normalize("Comments (12)").core(), "comments (#");
    }
}
