//! Splits long lines of text into units that are judged by themselves: sentences, labels, menu words.
//!
//! Scrapers that join all text nodes of a page with spaces leave one line, in which menus, sentences and
//! promotions follow each other without punctuation between them. `gaps.rs` estimates where one block of the page ended and the
//! next began; besides, every sentence is a unit.

mod gaps;
mod sentences;

use std::ops::Range;

pub(crate) use sentences::sentences;

use gaps::GapModel;

/// Bytes from which a line is split. A paragraph is rarely longer; an article in one line always is.
const MIN_BYTES: usize = 1_500;

/// Log-odds from which a gap between words is the end of a block. Below even odds, since two units of one block are
/// put together again when both are kept, while a unit of content and clutter is judged as one.
const BLOCK_END: f32 = -1.0;

/// Words after a gap that its features use.
const WORDS_BEHIND: usize = 8;

/// Splits a line into units; `None` if the line is short enough to be one. The ranges are of bytes, in
/// order, and leave out only white space.
pub(crate) fn split_long_line(line: &str) -> Option<Vec<Range<usize>>> {
    if line.len() < MIN_BYTES {
        return None;
    }
    let mut ends = GapModel::embedded().ends(line, BLOCK_END);
    ends.push(line.len());
    let mut start = 0;
    let units = ends.into_iter().flat_map(|end| {
        let from = std::mem::replace(&mut start, end);
        let text = line.get(from..end).unwrap_or_default();
        sentences(text).map(move |part| from + part.start..from + part.end)
    });
    Some(units.collect())
}

/// The most likely end of a block within the first words of a text, as an offset: where a label ends and a sentence
/// follows without punctuation between them.
pub(crate) fn likely_end(text: &str, most_words: usize) -> Option<usize> {
    // A few words after the last place show whether a sentence begins there.
    let starts = text.char_indices().zip(text.chars().skip(1));
    let mut starts =
        starts.filter(|((_, character), next)| character.is_whitespace() && !next.is_whitespace());
    let end = starts.nth(most_words + WORDS_BEHIND).map_or(text.len(), |((at, _), _)| at);
    GapModel::embedded().most_likely_end(text.get(..end).unwrap_or_default(), most_words)
}

/// The offset of the last likely end of a block within a text.
pub(crate) fn last_block_end(text: &str) -> Option<usize> {
    GapModel::embedded().ends(text, BLOCK_END).last().copied()
}

/// A range without white space at its ends; `None` if nothing else is in it.
fn trimmed(text: &str, range: Range<usize>) -> Option<Range<usize>> {
    let part = text.get(range.clone())?;
    let start = range.start + part.len() - part.trim_start().len();
    let end = range.end - (part.len() - part.trim_end().len());
    (start < end).then_some(start..end)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn units(line: &str) -> Vec<&str> {
        let units = split_long_line(line).unwrap();
        units.into_iter().map(|unit| line.get(unit).unwrap_or_default()).collect()
    }

    #[test]
    fn short_lines_are_one_unit() {
        assert_eq!(split_long_line("The ferry sailed. It was late."), None);
    }

    #[test]
    fn units_cover_a_line() {
        let line = format!("Home News Sport Sign in {}", "The council met on Monday. ".repeat(60));
        let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(words(&units(&line).join(" ")), words(&line));
    }

    #[test]
    fn menus_and_sentences_are_units_of_their_own() {
        let body = "The council said on Tuesday that the bridge over the river will stay closed until the \
            end of the month, because the masons found more damage than they had expected. "
            .repeat(10);
        let line = format!("Home News Sport Weather Subscribe Sign in {body}");
        let units = units(&line);
        let first = units.iter().position(|unit| unit.starts_with("The council")).unwrap();
        assert!(first >= 1, "{units:?}");
        assert!(units[..first].iter().all(|unit| !unit.contains("council")), "{units:?}");
        assert_eq!(units.len() - first, 10, "{units:?}");
    }
}
