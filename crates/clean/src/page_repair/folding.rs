//! Folds the white space of repaired blocks.

/// A repaired block with its white space folded, as the segmenter folds that of all blocks: repair makes
/// spaces of misread characters, and leaves the soft hyphens and odd spaces that were kept for it.
pub(super) struct FoldedBlock {
    pub(super) text: String,
    /// The offsets of the bytes that were left out, in order.
    dropped: Vec<usize>,
}

impl FoldedBlock {
    pub(super) fn new(part: &str, is_verbatim: bool) -> Self {
        let mut fold = Self { text: String::with_capacity(part.len()), dropped: Vec::new() };
        let end = part.trim_end().len();
        let mut rest = part.get(..end).unwrap_or_default();
        let mut at = 0;
        while let Some(first) = rest.chars().next() {
            let is_left_out = |c: char| c == '\u{ad}' || !is_verbatim && c.is_whitespace();
            if is_left_out(first) {
                let after = rest.trim_start_matches(is_left_out);
                let gap = rest.strip_suffix(after).unwrap_or_default();
                let space = match () {
                    () if fold.text.is_empty() || !gap.contains(char::is_whitespace) => "",
                    () if gap.contains('\n') => "\n",
                    () => " ",
                };
                fold.text.push_str(space);
                fold.dropped.extend(at + space.len()..at + gap.len());
                at += gap.len();
                rest = after;
            } else {
                let length = rest.find(is_left_out).unwrap_or(rest.len());
                let (run, after) = rest.split_at_checked(length).unwrap_or_default();
                fold.text.push_str(run);
                at += length;
                rest = after;
            }
        }
        fold.dropped.extend(end..part.len());
        fold
    }

    /// Where an offset in the repaired block is in the folded one.
    pub(super) fn folded_offset(&self, at: usize) -> usize {
        (at - self.dropped.partition_point(|dropped| *dropped < at)).min(self.text.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn white_space_folds_and_offsets_follow() {
        let fold = FoldedBlock::new(" a  b \n c ", false);
        assert_eq!(fold.text, "a b\nc");
        assert_eq!([0, 1, 2, 4, 8, 10].map(|at| fold.folded_offset(at)), [0, 0, 1, 2, 4, 5]);
        let fold = FoldedBlock::new("é\u{a0}: soft\u{ad}ly \u{3000}x\u{a0}", false);
        assert_eq!(fold.text, "é : softly x");
        assert_eq!([2, 4, 11, 18, 20].map(|at| fold.folded_offset(at)), [2, 3, 9, 12, 13]);
    }

    #[test]
    fn code_keeps_its_white_space() {
        assert_eq!(FoldedBlock::new("  a  b\n\n\tc\u{ad} ", true).text, "  a  b\n\n\tc");
    }
}
