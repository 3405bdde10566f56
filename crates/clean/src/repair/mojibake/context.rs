//! A run of sequences between its neighbors in a line, and what it may prove.

use super::super::charset::{CHARSETS, MisreadCharset, read_control};
use super::line::LineFacts;
use super::sequences::{LineCharacter, SequenceRun};

/// How many letters beside a run are counted.
const MAX_LETTERS: usize = 24;

/// What is needed to reverse a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum SequenceEvidence {
    /// Clean text explains it, so it stays.
    None,
    /// Other runs of the line that are damage in the same charset.
    Faint,
    /// Other runs of the text.
    Weak,
    /// One more of its kind in the line, or other runs of the text.
    Half,
    /// Nothing else, if it reads better.
    Strong,
    /// Nothing.
    Certain,
}

/// A run between its neighbors.
pub(super) struct RunContext<'a> {
    pub(super) signs: &'a [LineCharacter],
    pub(super) first: usize,
    pub(super) run: &'a SequenceRun,
    pub(super) charset: usize,
    /// What the run becomes if it is reversed as often as it was misread.
    pub(super) reading: &'a str,
    pub(super) facts: &'a LineFacts<'a>,
}

impl RunContext<'_> {
    pub(super) fn character(&self, at: Option<usize>) -> Option<char> {
        at.and_then(|at| self.signs.get(at)).map(|sign| sign.character)
    }

    pub(super) fn before(&self) -> Option<char> {
        self.character(self.first.checked_sub(1))
    }

    pub(super) fn after(&self) -> Option<char> {
        self.character(Some(self.run.end))
    }

    pub(super) fn lead(&self) -> char {
        self.character(Some(self.first)).unwrap_or_default()
    }

    /// The last character of the run, as windows-1252 has it if it is a C1 control character.
    pub(super) fn last(&self) -> char {
        let last = self.character(self.run.end.checked_sub(1)).unwrap_or_default();
        read_control(last).unwrap_or(last)
    }

    /// The characters of the run.
    pub(super) fn read(&self) -> &[LineCharacter] {
        self.signs.get(self.first..self.run.end).unwrap_or_default()
    }

    /// Whether the charset has a property.
    pub(super) fn charset_is(&self, is: fn(&MisreadCharset) -> bool) -> bool {
        CHARSETS.get(self.charset).is_some_and(is)
    }

    /// The number of ASCII letters right before the run, up to a limit.
    pub(super) fn letters_before(&self) -> usize {
        let before = self.signs.get(..self.first).unwrap_or_default();
        letters(before.iter().rev(), |character| character.is_ascii_alphabetic())
    }

    /// The number of letters of a kind right after the run, up to a limit.
    pub(super) fn letters_after(&self, is_letter: fn(char) -> bool) -> usize {
        letters(self.signs.get(self.run.end..).unwrap_or_default().iter(), is_letter)
    }
}

/// The number of letters at the beginning, up to a limit.
fn letters<'a>(
    signs: impl Iterator<Item = &'a LineCharacter>,
    is_letter: fn(char) -> bool,
) -> usize {
    signs.take(MAX_LETTERS).take_while(|sign| is_letter(sign.character)).count()
}
