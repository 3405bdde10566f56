//! A run of sequences between its neighbors in a line, and what it may prove.

use super::super::charset::read_control;
use super::super::script::{LetterScript, whole_script_of};
use super::line::LineFacts;
use super::sequences::{LineCharacter, SequenceRun};

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

    /// The number of ASCII letters right before the run, up to 24.
    pub(super) fn letters_before(&self) -> usize {
        self.letters((0..self.first).rev())
    }

    /// The number of ASCII letters right after the run, up to 24.
    pub(super) fn letters_after(&self) -> usize {
        self.letters(self.run.end..self.signs.len())
    }

    /// The number of Latin letters right after the run, up to 24.
    pub(super) fn latin_letters_after(&self) -> usize {
        let rest = self.signs.get(self.run.end..).unwrap_or_default();
        let is_latin =
            |sign: &&LineCharacter| whole_script_of(sign.character) == Some(LetterScript::Latin);
        rest.iter().take(24).take_while(is_latin).count()
    }

    fn letters(&self, places: impl Iterator<Item = usize>) -> usize {
        let is_basic = |at: &usize| {
            self.signs.get(*at).is_some_and(|sign| sign.character.is_ascii_alphabetic())
        };
        places.take(24).take_while(is_basic).count()
    }
}

/// Whether a character may follow a word in clean text: quotes, dashes and signs of footnotes.
pub(super) const fn may_end_word(character: char) -> bool {
    matches!(
        character,
        '\u{a0}'
            | '’'
            | '‘'
            | '”'
            | '“'
            | '»'
            | '«'
            | '›'
            | '‹'
            | '…'
            | '–'
            | '—'
            | '™'
            | '®'
            | '©'
            | 'ª'
            | 'º'
            | '°'
            | '¹'
            | '²'
            | '³'
            | '·'
            | '†'
            | '‡'
            | '§'
            | '¶'
            | '±'
            | '´'
            | '•'
            | '¨'
    )
}
