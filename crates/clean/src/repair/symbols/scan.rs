//! A line as characters, with where in it they stand.

use std::ops::Range;

/// The longest word that is looked at.
const MAX_WORD_CHARS: usize = 24;

/// A line's characters.
pub(super) struct LineScan {
    chars: Vec<(usize, char)>,
    end: usize,
}

impl LineScan {
    pub(super) fn new(line: &str) -> Self {
        Self { chars: line.char_indices().collect(), end: line.len() }
    }

    pub(super) fn len(&self) -> usize {
        self.chars.len()
    }

    pub(super) fn char(&self, at: usize) -> Option<char> {
        self.chars.get(at).map(|&(_, char)| char)
    }

    /// The character before a place.
    pub(super) fn before(&self, at: usize) -> Option<char> {
        at.checked_sub(1).and_then(|at| self.char(at))
    }

    /// Where a character starts in the line, in bytes.
    pub(super) fn offset(&self, at: usize) -> usize {
        self.chars.get(at).map_or(self.end, |&(offset, _)| offset)
    }

    /// The bytes of these characters.
    pub(super) fn bytes(&self, chars: Range<usize>) -> Range<usize> {
        self.offset(chars.start)..self.offset(chars.end)
    }

    /// Whether a letter stands there, other than one that damage may have left.
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

    /// The letters right before a place.
    pub(super) fn word_before(&self, at: usize) -> Range<usize> {
        let start = (at.saturating_sub(MAX_WORD_CHARS)..at)
            .rev()
            .take_while(|&at| self.is_letter(at))
            .last();
        start.unwrap_or(at)..at
    }

    /// The letters right after a place.
    pub(super) fn word_after(&self, at: usize) -> Range<usize> {
        let start = at + 1;
        let end = (start..start + MAX_WORD_CHARS).take_while(|&at| self.is_letter(at)).last();
        start..end.map_or(start, |end| end + 1)
    }
}
