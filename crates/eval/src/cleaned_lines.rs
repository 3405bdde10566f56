//! Finds the lines of a scraped text in what cleaning made of it.

use std::collections::HashSet;

use super::words::{BagOfWords, words};

/// The number of words from which a line is found by its sequences of three words.
const LONG_LINE_WORDS: usize = 6;

/// The share of these sequences, in percent, that must stand for the line to stand.
const STANDING_PERCENT: usize = 80;

/// The words of a text, in lower case and in order.
pub(super) fn words_of(text: &str) -> Vec<String> {
    words(&text.to_lowercase()).map(str::to_owned).collect()
}

/// A cleaned text, prepared for looking up lines. Lines are found by their words wherever they stand: cleaning may have
/// joined or split them.
pub(super) struct CleanedLines {
    /// All words, each with a space before and after.
    whole: String,
    /// Each three words in a row.
    triples: HashSet<String>,
    lines: HashSet<String>,
    paragraphs: Vec<String>,
    title: String,
}

impl CleanedLines {
    pub(super) fn new(text: &str, title: &str) -> Self {
        let all = words_of(text);
        let triples = all.windows(3).map(|three| three.join(" ")).collect();
        let mut paragraphs = vec![String::new()];
        for line in text.split('\n') {
            match paragraphs.last_mut() {
                Some(paragraph) if !line.trim().is_empty() => {
                    for word in words_of(line) {
                        if !paragraph.is_empty() {
                            paragraph.push(' ');
                        }
                        paragraph.push_str(&word);
                    }
                }
                _ => paragraphs.push(String::new()),
            }
        }
        Self {
            whole: format!(" {} ", all.join(" ")),
            triples,
            lines: text.split('\n').map(|line| words_of(line).join(" ")).collect(),
            paragraphs,
            title: words_of(title).join(" "),
        }
    }

    /// Whether these words stand in a row.
    pub(super) fn has(&self, words: &[String]) -> bool {
        self.whole.contains(&format!(" {} ", words.join(" ")))
    }

    /// Whether a line with these words stands: most of its sequences of three words, or all of its words in a row.
    /// With `alone`, a short line stands only as a line of its own: "Share" may well be a word of the article.
    pub(super) fn has_line(&self, words: &[String], alone: bool) -> bool {
        if words.len() < LONG_LINE_WORDS {
            return if alone { self.lines.contains(&words.join(" ")) } else { self.has(words) };
        }
        let triples = words.windows(3);
        let of = triples.len();
        let found = triples.filter(|three| self.triples.contains(&three.join(" "))).count();
        found * 100 >= of * STANDING_PERCENT
    }

    /// Whether these are the words of the title.
    pub(super) fn is_title(&self, words: &[String]) -> bool {
        words.join(" ") == self.title
    }

    /// Whether the second line stands in one paragraph with the first: its first words after the last ones of the line
    /// before, or, for a first line of one word, in one word with it, as after a drop cap.
    pub(super) fn are_joined(&self, before: &[String], line: &[String]) -> bool {
        let end = before.get(before.len().saturating_sub(2)..).unwrap_or_default();
        let start = line.get(..line.len().min(2)).unwrap_or_default();
        let seam = [end, start].concat().join(" ");
        let one_word = match (end, start) {
            ([letter], [first, ..]) => Some(format!("{letter}{first}")),
            _ => None,
        };
        self.paragraphs.iter().any(|paragraph| {
            paragraph.contains(&seam)
                || one_word.as_ref().is_some_and(|word| paragraph.starts_with(word))
        })
    }
}

/// The word F1 of a text against the words that it must have. `allowed` is those and the words that may stand beyond
/// them.
pub(super) fn word_f1(text: &str, wanted: &BagOfWords, allowed: &BagOfWords) -> f64 {
    let text = BagOfWords::new(text);
    let common = text.overlap(wanted);
    if common == 0 {
        return 0.0;
    }
    let extra = text.len() - text.overlap(allowed);
    let precision = common as f64 / (common + extra) as f64;
    let recall = common as f64 / wanted.len() as f64;
    2.0 * precision * recall / (precision + recall)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_stands_wherever_its_words_do() {
        let text =
            "The ferry sailed again on Monday after nine weeks in dock.\n\nShare your photos";
        let cleaned = CleanedLines::new(text, "Ferry returns");
        let has = |line: &str, alone| cleaned.has_line(&words_of(line), alone);
        assert!(has("sailed again", false) && !has("sailed again", true));
        assert!(has("Share your photos!", true) && !has("Share", true));
        // Of the seven sequences, six stand.
        assert!(has("sailed again on Monday after nine weeks in port", true));
        assert!(!has("sailed at last on Monday after nine months", true));
        assert!(cleaned.is_title(&words_of("FERRY RETURNS")));
    }

    #[test]
    fn lines_are_joined_within_a_paragraph() {
        let cleaned = CleanedLines::new("The ferry\nof Energy, a firm, sailed.\n \nAgain.", "");
        let joined =
            |before: &str, line: &str| cleaned.are_joined(&words_of(before), &words_of(line));
        assert!(joined("The ferry of", "Energy, a firm"));
        assert!(joined("The ferry", "of Energy"));
        assert!(!joined("a firm, sailed.", "Again."));
        assert!(joined("T", "he ferry"));
        assert!(!joined("A", "ferry of"));
    }

    #[test]
    fn words_of_optional_lines_cost_nothing() {
        let words = |text: &str| BagOfWords::new(text);
        let f1 = |text: &str| {
            let allowed = words("the ferry sailed the photo");
            let f1 = word_f1(text, &words("the ferry sailed"), &allowed);
            format!("{f1:.3}")
        };
        assert_eq!(f1("The ferry sailed"), "1.000");
        assert_eq!(f1("The ferry sailed the photo"), "1.000");
        assert_eq!(f1("The ferry sailed photo photo"), "0.857");
        assert_eq!(f1("Share"), "0.000");
    }
}
