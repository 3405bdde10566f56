//! The words of a text, as evidence for how a broken word was written.

use super::TextParagraph;
use crate::hashing::FastMap;

/// The most words that are counted.
const MAX_WORDS: usize = 200_000;

/// How often each word stands in a text by itself. It is built when it is first asked.
#[derive(Debug)]
pub(super) struct Vocabulary<'a> {
    source: WordSource<'a>,
    words: Option<FastMap<String, WordCount>>,
}

impl<'a> Vocabulary<'a> {
    pub(super) const fn new(text: &'a str) -> Self {
        Self { source: WordSource::Text(text), words: None }
    }

    pub(super) const fn of_paragraphs(paragraphs: &'a [TextParagraph]) -> Self {
        Self { source: WordSource::Paragraphs(paragraphs), words: None }
    }

    /// Whether the text has this word, in lower case or not.
    pub(super) fn contains(&mut self, word: &str) -> bool {
        self.count(word).all > 0
    }

    /// Whether the text has this word at two places.
    pub(super) fn contains_twice(&mut self, word: &str) -> bool {
        self.count(word).all > 1
    }

    /// Whether the text has this word, and never in lower case.
    pub(super) fn contains_name(&mut self, word: &str) -> bool {
        let count = self.count(word);
        count.all > 0 && count.lower == 0
    }

    fn count(&mut self, word: &str) -> WordCount {
        let source = self.source;
        let words = self.words.get_or_insert_with(|| {
            let mut words: FastMap<String, WordCount> = FastMap::default();
            let mut add = |word: &str| {
                let is_lower = u32::from(word.starts_with(char::is_lowercase));
                let is_folded = word.bytes().all(|byte| byte.is_ascii_lowercase());
                // Most words are as they are counted, and are known already.
                let known = if is_folded { words.get_mut(word) } else { None };
                let count = match known {
                    Some(count) => count,
                    None => words.entry(word.to_lowercase()).or_default(),
                };
                count.all += 1;
                count.lower += is_lower;
            };
            match source {
                WordSource::Text(text) => words_of(text).take(MAX_WORDS).for_each(&mut add),
                WordSource::Paragraphs(paragraphs) => paragraphs
                    .iter()
                    .flat_map(|paragraph| words_of(&paragraph.text))
                    .take(MAX_WORDS)
                    .for_each(&mut add),
            }
            words
        });
        words.get(&word.to_lowercase()).copied().unwrap_or_default()
    }
}

/// Where the words of a text are.
#[derive(Clone, Copy, Debug)]
enum WordSource<'a> {
    Text(&'a str),
    Paragraphs(&'a [TextParagraph]),
}

/// How often a word stands in a text.
#[derive(Clone, Copy, Debug, Default)]
struct WordCount {
    all: u32,
    lower: u32,
}

/// Runs of letters. Hyphens and apostrophes within them belong to them.
pub(super) fn words_of(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphabetic() && !matches!(c, '-' | '\'' | '’'))
        .map(|word| word.trim_matches(['-', '\'', '’']))
        .filter(|word| !word.is_empty())
}
