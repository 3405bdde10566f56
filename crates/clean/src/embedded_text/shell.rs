//! Tells a page without an article from one with a short text.

use super::prose::{TextForm, count_words, prose_words};

/// Words of prose from which a page has a text of its own: one or two sentences, such as a teaser.
const MIN_PROSE_WORDS: usize = 20;
/// Words from which a page has a text of its own without any prose, such as a table.
const MIN_WORDS: usize = 80;
/// Words up to which a block can be a notice about scripts.
const MAX_NOTICE_WORDS: usize = 60;

/// How many words of a page were kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct VisibleText {
    pub(crate) words: usize,
    /// Those in sentences, other than notices about scripts.
    pub(crate) prose: usize,
}

impl VisibleText {
    /// Counts the words of blocks.
    pub(crate) fn of<'a>(blocks: impl Iterator<Item = &'a str>) -> Self {
        let mut counted = Self::default();
        for block in blocks {
            if is_notice(block) {
                continue;
            }
            counted.words += count_words(block);
            counted.prose += prose_words(block, TextForm::Plain);
            // More words decide nothing.
            if counted.prose >= MIN_PROSE_WORDS || counted.words >= MIN_WORDS {
                break;
            }
        }
        counted
    }
}

/// Whether a page with this text came out without an article.
pub(crate) fn is_shell(text: VisibleText) -> bool {
    text.prose < MIN_PROSE_WORDS && text.words < MIN_WORDS
}

/// Whether a text is a notice that scripts are needed. The word is the same in nearly all languages.
pub(super) fn is_notice(text: &str) -> bool {
    let names = ["javascript", "java script", "جافا سكريبت", "джаваскрипт"];
    let lower = text.to_lowercase();
    names.iter().any(|name| lower.contains(name)) && count_words(text) <= MAX_NOTICE_WORDS
}
