//! Scores a text by its words.

use std::collections::HashMap;

use serde::Serialize;
use unicode_normalization::char::is_combining_mark;

/// Whether Python's `re` counts `c` as `\w` in a `str` pattern: `str.isalnum()` or an underscore,
/// which comes to the general categories L and N.
///
/// Rust's `is_alphanumeric` goes by the property `Alphabetic` instead, which also holds for some
/// combining marks and for the circled and squared letters; Python splits words at both.
fn is_word(c: char) -> bool {
    if c.is_ascii() {
        return c.is_ascii_alphanumeric() || c == '_';
    }
    c.is_alphanumeric()
        && !is_combining_mark(c)
        && !matches!(c, '\u{24b6}'..='\u{24e9}' | '\u{1f130}'..='\u{1f149}'
            | '\u{1f150}'..='\u{1f169}' | '\u{1f170}'..='\u{1f189}')
}

/// The words of a text that is in lower case already, in order: the matches of Python's `\w+`.
pub fn words(lowered: &str) -> impl Iterator<Item = &str> {
    lowered.split(|c| !is_word(c)).filter(|word| !word.is_empty())
}

/// A text as the words in it and how often each occurs, in lower case.
#[derive(Clone, Debug, Default)]
pub struct BagOfWords {
    counts: HashMap<String, usize>,
    total: usize,
}

impl BagOfWords {
    /// Counts the words of `text`.
    pub fn new(text: &str) -> Self {
        let mut bag = Self::default();
        bag.add(text);
        bag
    }

    /// Counts the words of `text` on top of those counted before.
    pub fn add(&mut self, text: &str) {
        for word in words(&text.to_lowercase()) {
            self.total += 1;
            match self.counts.get_mut(word) {
                Some(count) => *count += 1,
                None => {
                    self.counts.insert(word.to_owned(), 1);
                }
            }
        }
    }

    /// The number of words, including repeated ones.
    pub fn len(&self) -> usize {
        self.total
    }

    /// Whether there are no words.
    pub fn is_empty(&self) -> bool {
        self.total == 0
    }

    /// The number of words in common; a repeated word counts as often as in the text that has it less often.
    pub fn overlap(&self, other: &Self) -> usize {
        self.counts
            .iter()
            .map(|(word, &count)| count.min(other.counts.get(word).copied().unwrap_or(0)))
            .sum()
    }
}

/// How well the words of a text match its reference. Each figure is in [0, 1].
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct WordScore {
    /// The harmonic mean of precision and recall.
    pub f1: f64,
    /// The share of the text's words that the reference has.
    pub precision: f64,
    /// The share of the reference's words that the text has.
    pub recall: f64,
}

impl WordScore {
    /// The score as WCXB defines it: over multisets of lower-cased `\w+`. If both are empty, the score is 1; if only one
    /// is, 0.
    pub fn new(text: &BagOfWords, reference: &BagOfWords) -> Self {
        if text.is_empty() && reference.is_empty() {
            return Self { f1: 1.0, precision: 1.0, recall: 1.0 };
        }
        let overlap = text.overlap(reference) as f64;
        if overlap == 0.0 {
            return Self::default();
        }
        let precision = overlap / text.len() as f64;
        let recall = overlap / reference.len() as f64;
        Self { f1: 2.0 * precision * recall / (precision + recall), precision, recall }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(text: &str) -> Vec<String> {
        words(&text.to_lowercase()).map(str::to_owned).collect()
    }

    #[test]
    fn words_are_pythons() {
        // Each line is what `re.findall(r'\w+', text.lower())` gives in Python 3.
        assert_eq!(
            split("The ferry's 2nd trip, snake_case"),
            ["the", "ferry", "s", "2nd", "trip", "snake_case"]
        );
        assert_eq!(split("Été À-propos ½ x² Ⅷ 三"), ["été", "à", "propos", "½", "x²", "ⅷ", "三"]);
        assert_eq!(split("हिन्दी"), ["ह", "न", "द"]);
        assert_eq!(split("cafe\u{301} ok"), ["cafe", "ok"]);
        assert_eq!(split("aⓐb İx"), ["a", "b", "i", "x"]);
        assert_eq!(split("ΟΔΟΣ"), ["οδος"]);
        assert_eq!(split(" … — !"), Vec::<String>::new());
    }

    #[test]
    fn score_counts_repeated_words_once_each() {
        let score = WordScore::new(
            &BagOfWords::new("the boat the boat the"),
            &BagOfWords::new("The boat sailed."),
        );
        assert_eq!(score, WordScore { f1: 0.5, precision: 0.4, recall: 2.0 / 3.0 });
    }

    #[test]
    fn score_of_empty_texts() {
        let full = WordScore { f1: 1.0, precision: 1.0, recall: 1.0 };
        assert_eq!(WordScore::new(&BagOfWords::new(""), &BagOfWords::new(" - ")), full);
        assert_eq!(
            WordScore::new(&BagOfWords::new("word"), &BagOfWords::new("")),
            WordScore::default()
        );
        assert_eq!(
            WordScore::new(&BagOfWords::new(""), &BagOfWords::new("word")),
            WordScore::default()
        );
    }
}
