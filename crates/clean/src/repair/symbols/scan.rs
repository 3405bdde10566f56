//! The characters of a line with their byte offsets.

use std::cell::OnceCell;
use std::ops::Range;

/// Maximum length of a word that is inspected.
const MAX_WORD_CHARS: usize = 24;

/// The characters of a line.
pub(super) struct LineScan<'a> {
    line: &'a str,
    chars: Vec<(usize, char)>,
    is_foreign: OnceCell<bool>,
}

impl<'a> LineScan<'a> {
    pub(super) fn new(line: &'a str) -> Self {
        Self { line, chars: line.char_indices().collect(), is_foreign: OnceCell::new() }
    }

    pub(super) const fn text(&self) -> &'a str {
        self.line
    }

    /// Whether the line is in another language than English, decided once.
    pub(super) fn is_foreign(&self, decide: impl FnOnce(&str) -> bool) -> bool {
        *self.is_foreign.get_or_init(|| decide(self.line))
    }

    pub(super) fn len(&self) -> usize {
        self.chars.len()
    }

    pub(super) fn char(&self, at: usize) -> Option<char> {
        self.chars.get(at).map(|&(_, char)| char)
    }

    /// The character before a position.
    pub(super) fn before(&self, at: usize) -> Option<char> {
        at.checked_sub(1).and_then(|at| self.char(at))
    }

    /// The byte offset of a character in the line.
    pub(super) fn offset(&self, at: usize) -> usize {
        self.chars.get(at).map_or(self.line.len(), |&(offset, _)| offset)
    }

    /// The byte range of these characters.
    pub(super) fn bytes(&self, chars: Range<usize>) -> Range<usize> {
        self.offset(chars.start)..self.offset(chars.end)
    }

    /// Whether there is a letter that is not the remains of a sign.
    pub(super) fn is_letter(&self, at: usize) -> bool {
        match self.char(at) {
            None | Some('â' | 'ð') => false,
            Some('ï') => !matches!(self.char(at + 1), Some('¸' | '¼' | '½' | '¬')),
            Some('Â') => !matches!(self.char(at + 1), None | Some(' ')),
            Some(char) => char.is_alphabetic(),
        }
    }

    pub(super) fn is_digit(&self, at: usize) -> bool {
        self.char(at).is_some_and(|char| char.is_ascii_digit())
    }

    pub(super) fn is_damaged_letter(&self, at: usize) -> bool {
        self.char(at) == Some('â')
    }

    /// The letters right before a position.
    pub(super) fn word_before(&self, at: usize) -> Range<usize> {
        let start = (at.saturating_sub(MAX_WORD_CHARS)..at)
            .rev()
            .take_while(|&at| self.is_letter(at))
            .last();
        start.unwrap_or(at)..at
    }

    /// The letters right after a position.
    pub(super) fn word_after(&self, at: usize) -> Range<usize> {
        let start = at + 1;
        let end = (start..start + MAX_WORD_CHARS).take_while(|&at| self.is_letter(at)).last();
        start..end.map_or(start, |end| end + 1)
    }
}
