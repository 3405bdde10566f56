//! Restores words whose letters were lost: UTF-8 was decoded as Latin-1, and U+0080 to U+009F were
//! dropped.
//!
//! The first byte of a lost character is left, so it can be one of 32. All words with that pattern
//! are searched in the lexicon of the language and built from its model of letter sequences. The
//! readings of all words of a line are weighed against each other by which words and kinds of words
//! follow each other. Boosted trees estimate from all this how likely the best reading is right. A
//! word is restored if that probability reaches the threshold of the language.

mod confidence;
mod context;
mod copies;
mod embedded;
mod language;
mod lattice;
mod letter_model;
mod letters;
mod lexicon;
mod reader;
mod restorer;
mod sparse;
mod table;
mod tokens;
mod trees;

#[cfg(test)]
mod measure;
#[cfg(test)]
mod tests;

/// One character of damaged text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Glyph {
    Kept(char),
    /// Only the first of two bytes is left.
    Lost(u8),
}

/// The most likely original of a lost character.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct RestoredCharacter {
    pub(crate) character: char,
    /// The probability that all lost characters of its word are right.
    pub(crate) posterior: f32,
}

/// Restores the lost characters of the damaged lines of a text.
///
/// `clean` are undamaged passages of the same page (other lines, title, metadata): an undamaged
/// copy of a word is the best evidence. The result has, line by line, one entry for each lost
/// character, in order; `None` if no reading reaches the threshold. Either all lost characters of a
/// word are restored or none. The same input always gives the same result, and time grows with the
/// length of the text.
pub(crate) fn restore(lines: &[Vec<Glyph>], clean: &[&str]) -> Vec<Vec<Option<RestoredCharacter>>> {
    restorer::WordRestorer::new(embedded::tables(), lines, clean).restore(lines)
}
