//! Where the places of a text are after it was changed.

use std::ops::Range;

/// Maps offsets in a text to offsets in the changed text. Both are shorter than 4 GiB.
#[derive(Debug, Default)]
pub(super) struct OffsetMap {
    /// What was changed, in order.
    changed: Vec<MovedRange>,
}

/// A range that was changed. A damaged page may have millions, so these are small.
#[derive(Debug)]
struct MovedRange {
    before: Range<u32>,
    after: Range<u32>,
}

impl MovedRange {
    const fn starts_at(&self) -> usize {
        self.before.start as usize
    }

    const fn ends_at(&self) -> usize {
        self.before.end as usize
    }

    const fn after(&self) -> Range<usize> {
        self.after.start as usize..self.after.end as usize
    }
}

impl OffsetMap {
    /// From the changed ranges, in order, with the length that each has afterwards.
    pub(super) fn new(ranges: impl IntoIterator<Item = (Range<usize>, usize)>) -> Self {
        let mut map = Self::default();
        for (range, length) in ranges {
            map.add(range, length);
        }
        map
    }

    /// Adds a range that was changed, behind all others, with the length that it has afterwards.
    pub(super) fn add(&mut self, before: Range<usize>, length: usize) {
        let start = self.changed.last().map_or(before.start, |last| {
            last.after().end + before.start.saturating_sub(last.ends_at())
        });
        let narrow = |range: Range<usize>| narrow(range.start)..narrow(range.end);
        self.changed
            .push(MovedRange { before: narrow(before), after: narrow(start..start + length) });
    }

    pub(super) fn is_empty(&self) -> bool {
        self.changed.is_empty()
    }

    /// The change that contains an offset, if one does.
    pub(super) fn around(&self, at: usize) -> Option<(Range<usize>, Range<usize>)> {
        let index = self.changed.partition_point(|range| range.ends_at() <= at);
        let range = self.changed.get(index).filter(|range| range.starts_at() < at)?;
        Some((range.starts_at()..range.ends_at(), range.after()))
    }

    /// The offset in the changed text; for one inside a change, the start of that change. What was
    /// inserted at the offset is before it.
    pub(super) fn moved(&self, at: usize) -> usize {
        if let Some((_, after)) = self.around(at) {
            return after.start;
        }
        let index = self.changed.partition_point(|range| range.ends_at() <= at);
        match index.checked_sub(1).and_then(|index| self.changed.get(index)) {
            Some(range) => range.after().end + (at - range.ends_at()),
            None => at,
        }
    }

    /// The same for the end of a range: if a change begins there, the end of that change.
    pub(super) fn moved_end(&self, at: usize) -> usize {
        let index = self.changed.partition_point(|range| range.ends_at() < at);
        match self.changed.get(index) {
            Some(range) if range.starts_at() <= at => range.after().end,
            _ => self.moved(at),
        }
    }

    /// The offset of the end of a line. If it is inside a change, that is the line end there which has
    /// as many others before it; or else the end of the change, so that no text is lost.
    pub(super) fn line_end(&self, at: usize, before: &str, after: &str) -> usize {
        let Some((old, new)) = self.around(at) else { return self.moved(at) };
        let lines = before.get(old.start..at).unwrap_or_default().matches('\n').count();
        let ends = after.get(new.clone()).unwrap_or_default().match_indices('\n');
        ends.skip(lines).map(|(end, _)| new.start + end).next().unwrap_or(new.end)
    }
}

/// Offsets fit `u32`: the segmenter cuts pages at 4 GiB.
pub(super) fn narrow(place: usize) -> u32 {
    u32::try_from(place).unwrap_or(u32::MAX)
}

/// Which side of a character an offset within it goes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum RangeSide {
    /// It begins a range, which then has the whole character.
    Start,
    /// It ends one.
    End,
}

/// The offset in the repaired text of a change that corresponds to an offset in the text before.
///
/// Words are matched by the spaces and signs between them, and characters by the bytes that each of them
/// takes in the charset that was misread.
pub(super) fn aligned(before: &str, after: &str, at: usize, side: RangeSide) -> usize {
    let (old, new) = (segments(before), segments(after));
    let (old, new) = if old.len() == new.len() {
        let index = old.partition_point(|segment| segment.end < at).min(old.len() - 1);
        let pick = |segments: &[Range<usize>]| segments.get(index).cloned().unwrap_or_default();
        (pick(&old), pick(&new))
    } else {
        (0..before.len(), 0..after.len())
    };
    let word = before.get(old.clone()).unwrap_or_default();
    let repaired = after.get(new.clone()).unwrap_or_default();
    let at = before.get(old.start..at.max(old.start)).map_or(0, |head| head.chars().count());
    new.start + in_word(word.chars().count(), repaired, at, side)
}

/// The words of a text: the ranges between spaces and ASCII signs. No charset has these within a
/// character of two bytes.
fn segments(text: &str) -> Vec<Range<usize>> {
    let mut segments = Vec::new();
    let mut start = 0;
    for (at, _) in text.bytes().enumerate().filter(|(_, byte)| *byte < b'0') {
        segments.push(start..at);
        start = at + 1;
    }
    segments.push(start..text.len());
    segments
}

/// The offset in a repaired word that corresponds to `at` of the `length` characters before.
fn in_word(length: usize, repaired: &str, at: usize, side: RangeSide) -> usize {
    // One byte for each character, two for each outside ASCII, or those of UTF-8.
    let widths: [fn(char) -> usize; 3] =
        [|_| 1, |character| 1 + usize::from(!character.is_ascii()), char::len_utf8];
    let total = |width: fn(char) -> usize| repaired.chars().map(width).sum::<usize>();
    let [.., last] = widths;
    let width = widths.into_iter().find(|width| total(*width) == length).unwrap_or(last);
    // If no charset fits, characters are spread evenly.
    let (passed, all) = (at * total(width), length.max(1));
    let mut taken = 0;
    for (offset, character) in repaired.char_indices() {
        let next = taken + width(character) * all;
        let is_reached = match side {
            RangeSide::Start => next > passed,
            RangeSide::End => taken >= passed,
        };
        if is_reached {
            return offset;
        }
        taken = next;
    }
    repaired.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_in_a_change_are_found_by_words_and_bytes() {
        for (before, after, place, aligned_to) in [
            // Letters of one byte, of two, and ASCII between them.
            ("Ïàðîì èä¸ò", "Паром идёт", "Ïàðîì |èä¸ò", "Паром |идёт"),
            ("Ïàðîì èä¸ò", "Паром идёт", "Ïàðîì| èä¸ò", "Паром| идёт"),
            ("Ïàðîì èä¸ò", "Паром идёт", "Ïàð|îì èä¸ò", "Пар|ом идёт"),
            ("¶ÉÂÖËÄÔÂ", "渡轮四月", "¶ÉÂÖ|ËÄÔÂ", "渡轮|四月"),
            ("¶ÉabËÄÔÂ", "渡ab四月", "¶Éab|ËÄÔÂ", "渡ab|四月"),
            ("Ð¿Ð°Ñ€Ð¾Ð¼", "паром", "Ð¿Ð°|Ñ€Ð¾Ð¼", "па|ром"),
            ("æ¸¡è½®", "渡轮", "æ¸¡|è½®", "渡|轮"),
            ("Ã¢â‚¬â„¢Ã¢â‚¬â„¢", "’’", "Ã¢â‚¬â„¢|Ã¢â‚¬â„¢", "’|’"),
            ("Ïàðîì", "Паром", "|Ïàðîì", "|Паром"),
            ("Ïàðîì", "Паром", "Ïàðîì|", "Паром|"),
        ] {
            let at = place.find('|').unwrap();
            let expected = aligned_to.find('|').unwrap();
            for side in [RangeSide::Start, RangeSide::End] {
                assert_eq!(aligned(before, after, at, side), expected, "{place} {side:?}");
            }
        }
        // Within a character, a range takes all of it.
        assert_eq!(aligned("Ã©", "é", 2, RangeSide::Start), 0);
        assert_eq!(aligned("Ã©", "é", 2, RangeSide::End), 2);
    }

    #[test]
    fn a_line_end_inside_a_change_stays_a_line_end() {
        let (before, after) = ("ab\ncd\nef", "Ab\nCd\nEF!");
        let map = OffsetMap::new([(0..8, 9)]);
        assert_eq!([2, 5, 8].map(|at| map.line_end(at, before, after)), [2, 5, 9]);
        // If the change has none, all text stays with the line before.
        assert_eq!(map.line_end(2, before, "AbCdEF!!!"), 9);
    }

    #[test]
    fn ends_take_what_was_inserted_at_them() {
        let map = OffsetMap::new([(2..2, 2), (5..6, 2)]);
        assert_eq!([1, 2, 5, 6, 7].map(|at| map.moved(at)), [1, 4, 7, 9, 10]);
        assert_eq!([1, 2, 5, 6, 7].map(|at| map.moved_end(at)), [1, 4, 9, 9, 10]);
    }
}
