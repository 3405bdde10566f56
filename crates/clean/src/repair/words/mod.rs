//! Restores words whose letters were lost: UTF-8 read as Latin-1, then stripped of U+0080 to U+009F.
//!
//! Of a lost character its first byte is left, which narrows it down to thirty-two. Everything in the same
//! shape is looked up in the lexicon of the text's language and spelt by its model of letter sequences; the
//! readings of all words of a line are weighed against each other by which kinds of words follow each
//! other. A word is restored where the posterior of its best reading reaches the language's threshold.

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

#[cfg(test)]
mod measure;
#[cfg(test)]
mod tests;

/// One character of damaged text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Glyph {
    Kept(char),
    /// Of two bytes only the first is left.
    Lost(u8),
}

/// What a lost character was.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct RestoredCharacter {
    pub(crate) character: char,
    /// The probability that all lost characters of its word were these.
    pub(crate) posterior: f32,
}

/// Restores the lost characters of a text's damaged lines.
///
/// `clean` are undamaged passages of the same page (other lines, title, metadata): an undamaged copy of a word is the
/// best evidence. The answer has, line by line, one entry for each lost character, in order; none where no reading
/// reaches the threshold. Of a word all lost characters are found or none is. The same input always gives
/// the same answer; time grows with the length of the text.
pub(crate) fn restore(lines: &[Vec<Glyph>], clean: &[&str]) -> Vec<Vec<Option<RestoredCharacter>>> {
    restorer::WordRestorer::new(embedded::tables(), lines, clean).restore(lines)
}
