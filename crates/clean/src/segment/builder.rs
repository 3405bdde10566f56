//! Collects text into blocks and folds its white space.

use crate::repair::is_byte_mark;

use super::{
    BlockKind, FoldedRun, InlineSpan, PageBlock, ParagraphPart, RunPlace, SegmentedPage, SpanKind,
};

/// Builds the block array of a [`SegmentedPage`].
pub(super) struct BlockBuilder {
    pub(super) page: SegmentedPage,
    max_blocks: usize,
    /// Where the current block begins in the page's text.
    start: usize,
    spans_start: usize,
    link_bytes: usize,
    links: u32,
    ends_in_link: bool,
    /// White space since the last character.
    pending: PendingSpace,
    /// The innermost element that contains all text of the block so far.
    element: Option<u32>,
    /// Whether the next text of a block of code begins a line.
    line_pending: bool,
    /// Where the sign of a line of a comparison ends, which has its text in a further element.
    sign_end: usize,
}

/// White space that is written only if more text follows, so that blocks end without white space. A line
/// break outweighs a space.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum PendingSpace {
    None,
    /// A space that stands for the last of [`SegmentedPage::folded`] alone.
    Folded,
    Space,
    Line,
}

impl BlockBuilder {
    pub(super) fn new(max_blocks: usize) -> Self {
        Self {
            page: SegmentedPage::default(),
            max_blocks,
            start: 0,
            spans_start: 0,
            link_bytes: 0,
            links: 0,
            ends_in_link: false,
            pending: PendingSpace::None,
            element: None,
            line_pending: false,
            sign_end: 0,
        }
    }

    /// Whether no further block fits.
    pub(super) fn is_full(&self) -> bool {
        self.page.blocks.len() >= self.max_blocks
    }

    /// Whether the current block has no text yet.
    pub(super) fn is_at_start(&self) -> bool {
        self.page.text.len() == self.start
    }

    /// Whether the last text of the current block was in a link.
    pub(super) fn ends_in_link(&self) -> bool {
        self.ends_in_link
    }

    /// The offset of the next character in the page's text.
    pub(super) fn position(&self) -> usize {
        self.page.text.len()
    }

    /// Adds text of an element; runs of white space become one space.
    pub(super) fn push_folded(&mut self, text: &str, element: u32, in_link: bool) {
        let before = self.page.text.len();
        for piece in (TextPieces { rest: text, is_after_other: false }) {
            match piece {
                TextPiece::Gap(gap) => {
                    if gap.may_hold_bytes {
                        self.note_folded(gap.characters, gap.has_space);
                    } else if gap.has_space {
                        self.space();
                    }
                }
                TextPiece::Text(run) => {
                    self.write_pending_space();
                    self.page.text.push_str(run);
                }
            }
        }
        self.note_text(before, element, in_link);
    }

    /// Adds text of an element unchanged, except for control characters.
    pub(super) fn push_verbatim(&mut self, text: &str, element: u32, in_link: bool) {
        self.write_pending_space();
        if std::mem::take(&mut self.line_pending) && !text.starts_with('\n') {
            self.begin_line();
        }
        let before = self.page.text.len();
        for character in text.chars() {
            match character {
                '\n' | '\t' => self.page.text.push(character),
                // Form feeds and the like separate words.
                '\u{b}' | '\u{c}' => self.page.text.push(' '),
                '\u{85}' => {
                    self.keep_folded("\u{85}", RunPlace::Instead);
                    self.page.text.push(' ');
                }
                '\u{ad}' => self.keep_folded("\u{ad}", RunPlace::Before),
                // Highlighters write indentation so. It is kept for repair, of which it may be a byte.
                '\u{a0}' => {
                    self.keep_folded("\u{a0}", RunPlace::Instead);
                    self.page.text.push(' ');
                }
                _ if is_dropped(character) => {}
                _ => self.page.text.push(character),
            }
        }
        self.note_text(before, element, in_link);
    }

    /// Adds text that the segmenter made: a mark, or a formula in one line.
    pub(super) fn push_made(&mut self, text: &str, element: u32, in_link: bool) {
        self.write_pending_space();
        let before = self.page.text.len();
        self.page.text.push_str(text);
        self.note_text(before, element, in_link);
    }

    /// Notes that a line of a block of code has ended, unless its line break follows.
    pub(super) fn break_line(&mut self) {
        self.line_pending = true;
    }

    /// Begins a line of a block of code, if the last one has text.
    pub(super) fn begin_line(&mut self) {
        self.line_pending = false;
        let is_after_sign = self.sign_end == self.page.text.len();
        if !self.is_at_start() && !self.page.text.ends_with('\n') && !is_after_sign {
            self.page.text.push('\n');
        }
    }

    /// Adds the sign that a line of a comparison begins with.
    pub(super) fn push_sign(&mut self, sign: char, element: u32) {
        self.push_verbatim(sign.encode_utf8(&mut [0; 4]), element, false);
        self.sign_end = self.page.text.len();
    }

    /// Takes back the white space of a line of code that has nothing else since an offset. Returns whether it is empty.
    pub(super) fn clear_blank_line(&mut self, start: usize) -> bool {
        let is_blank = self
            .page
            .text
            .get(start..)
            .is_some_and(|line| line.chars().all(|c| matches!(c, ' ' | '\t')));
        if is_blank && self.page.text.len() > start {
            self.page.text.truncate(start);
            while self.page.folded.pop_if(|run| run.at as usize >= start).is_some() {}
        }
        is_blank
    }

    /// Whether the next text begins a line of a block of code.
    pub(super) fn is_at_line_start(&self) -> bool {
        self.line_pending || self.is_at_start() || self.page.text.ends_with('\n')
    }

    /// Ends a line of a block of code, which may be empty.
    pub(super) fn end_line(&mut self) {
        self.line_pending = false;
        self.pending = PendingSpace::None;
        self.page.text.push('\n');
    }

    /// Whether the last block is code and the current one is empty.
    pub(super) fn is_after_code(&self) -> bool {
        self.is_at_start()
            && self.page.blocks.last().is_some_and(|block| block.kind == BlockKind::Preformatted)
    }

    /// Forgets white space before what follows.
    pub(super) fn drop_space(&mut self) {
        self.pending = PendingSpace::None;
    }

    /// Takes back the last character.
    pub(super) fn drop_last(&mut self) {
        if !self.is_at_start() {
            self.page.text.pop();
        }
    }

    /// Takes back an opening bracket at the end of the text so far, and says whether there was one.
    pub(super) fn drop_bracket(&mut self) -> bool {
        let is_bracket = self.pending == PendingSpace::None && self.current_text().ends_with('[');
        let end = u32::try_from(self.page.text.len()).unwrap_or(u32::MAX);
        let is_marked = self.page.spans.last().is_some_and(|span| span.end == end);
        if !is_bracket || is_marked {
            return false;
        }
        self.page.text.pop();
        true
    }

    /// The text of the current block so far.
    pub(super) fn current_text(&self) -> &str {
        self.page.text.get(self.start..).unwrap_or_default()
    }

    /// Replaces the end of the current block, from an offset in the page's text, unless it has formulas, marks or
    /// characters that repair may need. The text before the offset helps to decide about the new one.
    pub(super) fn rewrite_from(
        &mut self,
        from: usize,
        rewrite: impl FnOnce(&str, &str) -> Option<String>,
    ) {
        let from = from.max(self.start);
        let is_after = |at: u32| at as usize > from;
        let is_fixed = |span: &InlineSpan| {
            is_after(span.end) && matches!(span.kind, SpanKind::NoteMark | SpanKind::Formula(_))
        };
        let spans = self.page.spans.get(self.spans_start..).unwrap_or_default();
        if spans.iter().any(is_fixed) || self.page.folded.last().is_some_and(|run| is_after(run.at))
        {
            return;
        }
        let (before, inner) = self.page.text.split_at_checked(from).unwrap_or_default();
        let before = before.get(self.start..).unwrap_or_default();
        let Some(new) = rewrite(before, inner) else { return };
        self.page.text.truncate(from);
        self.page.text.push_str(&new);
        self.fit_spans(from, new.len() - new.trim_start().len());
    }

    /// Fits the inline markup to a text that was written anew from an offset on, with as much white space before it. A
    /// link of its own covers it; of several, nobody knows which part is whose.
    fn fit_spans(&mut self, from: usize, space: usize) {
        let end = u32::try_from(self.page.text.len()).unwrap_or(u32::MAX);
        let start = u32::try_from(from + space).unwrap_or(u32::MAX);
        let is_inside = |span: &InlineSpan| span.start as usize >= from && span.end > span.start;
        let spans = self.page.spans.split_off(self.spans_start);
        let links = spans.iter().filter(|span| is_inside(span));
        let is_single = links.filter(|span| matches!(span.kind, SpanKind::Link(_))).count() == 1;
        self.page.spans.extend(spans.into_iter().filter_map(|span| {
            if !is_inside(&span) {
                return Some(InlineSpan {
                    start: span.start.min(end),
                    end: span.end.min(end),
                    ..span
                });
            }
            let is_link = matches!(span.kind, SpanKind::Link(_));
            (is_link && is_single).then_some(InlineSpan { start, end, ..span })
        }));
    }

    /// Notes white space or invisible characters that repair may need.
    fn note_folded(&mut self, characters: &str, has_space: bool) {
        if self.pending == PendingSpace::Folded {
            self.space();
        }
        let (place, pending) = match self.pending {
            PendingSpace::None if has_space => (RunPlace::Instead, PendingSpace::Folded),
            PendingSpace::None => (RunPlace::Before, PendingSpace::None),
            pending => (RunPlace::After, pending),
        };
        self.keep_folded(characters, place);
        self.pending = pending;
    }

    /// Keeps characters that were folded. White space that is no byte in any charset is a space here too.
    fn keep_folded(&mut self, characters: &str, place: RunPlace) {
        let (Ok(block), Ok(at)) =
            (u32::try_from(self.page.blocks.len()), u32::try_from(self.page.text.len()))
        else {
            return;
        };
        let kept = characters.chars().filter_map(|character| match character {
            _ if is_byte_mark(character) => Some(character),
            _ => character.is_whitespace().then_some(' '),
        });
        self.page.folded.push(FoldedRun { block, at, place, characters: kept.collect() });
    }

    /// Notes white space that other characters stand for than the folded ones before it.
    fn raise_pending(&mut self, pending: PendingSpace) {
        if self.pending == PendingSpace::Folded
            && let Some(run) = self.page.folded.last_mut()
        {
            run.place = RunPlace::Before;
        }
        self.pending = self.pending.max(pending);
    }

    fn note_text(&mut self, before: usize, element: u32, in_link: bool) {
        let added = self.page.text.len() - before;
        if added == 0 {
            return;
        }
        self.ends_in_link = in_link;
        if in_link {
            self.link_bytes += added;
        }
        self.element = Some(match self.element {
            None => element,
            Some(current) => self.common_ancestor(current, element),
        });
    }

    fn common_ancestor(&self, mut left: u32, mut right: u32) -> u32 {
        // In preorder an ancestor has a smaller number, so the larger number can only go up.
        while left != right {
            if left > right {
                left = self.page.element(left).parent;
            } else {
                right = self.page.element(right).parent;
            }
        }
        left
    }

    /// Notes white space between this text and the next.
    pub(super) fn space(&mut self) {
        self.raise_pending(PendingSpace::Space);
    }

    /// Notes a line break. Returns whether it is the second in a row, which ends the block.
    pub(super) fn line_break(&mut self) -> bool {
        let is_second = self.pending == PendingSpace::Line;
        self.raise_pending(PendingSpace::Line);
        is_second
    }

    /// Writes the white space since the last character.
    fn write_pending_space(&mut self) {
        let gap = std::mem::replace(&mut self.pending, PendingSpace::None);
        if self.is_at_start() {
            return;
        }
        match gap {
            PendingSpace::None => {}
            PendingSpace::Folded | PendingSpace::Space => self.page.text.push(' '),
            PendingSpace::Line => self.page.text.push('\n'),
        }
    }

    pub(super) fn count_link(&mut self) {
        self.links += 1;
    }

    /// Marks the text from `start` to the current position.
    pub(super) fn span(&mut self, start: usize, kind: SpanKind) {
        let start = start.max(self.start);
        let end = self.page.text.len();
        // White space that was written before the text does not belong to the markup.
        let lead =
            self.page.text.get(start..end).map_or(0, |text| text.len() - text.trim_start().len());
        if let (Ok(start), Ok(end)) = (u32::try_from(start + lead), u32::try_from(end))
            && start < end
        {
            self.page.spans.push(InlineSpan { start, end, kind });
        }
    }

    /// Marks a range of the current block.
    pub(super) fn span_in(&mut self, range: std::ops::Range<usize>, kind: SpanKind) {
        if let (Ok(start), Ok(end)) = (u32::try_from(range.start), u32::try_from(range.end)) {
            self.page.spans.push(InlineSpan { start, end, kind });
        }
    }

    /// Marks the place after the text so far, before the white space that follows. The text is the same with marks and
    /// without.
    pub(super) fn mark_place(&mut self, kind: SpanKind) {
        if let Ok(place) = u32::try_from(self.page.text.len()) {
            self.page.spans.push(InlineSpan { start: place, end: place, kind });
        }
    }

    /// Ends the current block, which is a part of a paragraph of text.
    pub(super) fn flush_part(
        &mut self,
        part: ParagraphPart,
        lines: std::ops::Range<u32>,
        blank_before: u32,
    ) {
        let before = self.page.blocks.len();
        self.flush(BlockKind::Paragraph, lines, blank_before);
        if let Some(block) = self.page.blocks.get_mut(before) {
            block.part = Some(part);
        }
    }

    /// Leaves out blank lines at the start of the current block.
    fn skip_blank_lines(&mut self) {
        let text = self.current_text();
        let indented = text.trim_start();
        let lead = text.len() - indented.len();
        let blank = text.get(..lead).and_then(|lead| lead.rfind('\n')).map_or(0, |end| end + 1);
        self.start += blank;
    }

    /// Ends the current block. Without text it leaves none. `lines` and `blank_before` are for text inputs.
    pub(super) fn flush(
        &mut self,
        kind: BlockKind,
        lines: std::ops::Range<u32>,
        blank_before: u32,
    ) {
        self.pending = PendingSpace::None;
        self.line_pending = false;
        let trimmed = self.page.text.trim_end().len().max(self.start);
        self.page.text.truncate(trimmed);
        if kind == BlockKind::Preformatted {
            self.skip_blank_lines();
        }
        for span in self.page.spans.get_mut(self.spans_start..).unwrap_or_default() {
            // A picture at the end had white space before it.
            let end = u32::try_from(trimmed).unwrap_or(u32::MAX);
            (span.start, span.end) = (span.start.min(end), span.end.min(end));
        }
        let has_text = self
            .page
            .text
            .get(self.start..)
            .is_some_and(|text| text.chars().any(|c| !c.is_whitespace() && !is_invisible(c)));
        let (Ok(start), Ok(end), Ok(spans_start), Ok(spans_end)) = (
            u32::try_from(self.start),
            u32::try_from(trimmed),
            u32::try_from(self.spans_start),
            u32::try_from(self.page.spans.len()),
        ) else {
            self.page.was_cut = true;
            return;
        };
        if has_text && !self.is_full() {
            self.page.blocks.push(PageBlock {
                start,
                end,
                element: self.element.unwrap_or_default(),
                kind,
                link_bytes: u32::try_from(self.link_bytes).unwrap_or(u32::MAX).min(end - start),
                links: self.links,
                spans: spans_start..spans_end,
                cells: 0..0,
                lines,
                blank_before,
                part: None,
            });
        } else if has_text {
            self.page.was_cut = true;
            self.page.text.truncate(self.start);
        }
        // Without a block, nothing was folded in one.
        let blocks = self.page.blocks.len();
        while self.page.folded.pop_if(|run| run.block as usize == blocks).is_some() {}
        self.start = self.page.text.len();
        self.spans_start = self.page.spans.len();
        self.link_bytes = 0;
        self.links = 0;
        self.ends_in_link = false;
        self.element = None;
    }
}

/// Characters that are not text: controls, and marks without width. The joiners (U+200C, U+200D) stay, since
/// they decide how Indic and Persian words are written.
fn is_dropped(character: char) -> bool {
    matches!(
        character,
        '\0'..='\u{8}' | '\u{b}' | '\u{e}'..='\u{1f}' | '\u{7f}' | '\u{ad}' | '\u{200b}' | '\u{feff}'
            | '\u{2060}' | '\u{200e}' | '\u{200f}'
    )
}

/// Joiners, which are nothing by themselves.
fn is_invisible(character: char) -> bool {
    matches!(character, '\u{200c}' | '\u{200d}')
}

enum TextPiece<'a> {
    Gap(TextGap<'a>),
    Text(&'a str),
}

/// White space and dropped characters between two runs of text.
struct TextGap<'a> {
    characters: &'a str,
    has_space: bool,
    /// Whether some of the characters are bytes in charsets, and stand next to others outside ASCII.
    may_hold_bytes: bool,
}

/// Splits text into runs of text, without dropped characters, and the gaps between them.
struct TextPieces<'a> {
    rest: &'a str,
    /// Whether the last character is outside ASCII.
    is_after_other: bool,
}

impl<'a> Iterator for TextPieces<'a> {
    type Item = TextPiece<'a>;

    fn next(&mut self) -> Option<TextPiece<'a>> {
        let first = self.rest.chars().next()?;
        let is_break = |c: char| c.is_whitespace() || is_dropped(c);
        if is_break(first) {
            let rest = self.rest.trim_start_matches(is_break);
            let characters = self.rest.strip_suffix(rest).unwrap_or_default();
            self.rest = rest;
            let is_other = |byte: &u8| !byte.is_ascii();
            let may_hold_bytes = (self.is_after_other
                || rest.as_bytes().first().is_some_and(is_other))
                && characters.contains(is_byte_mark);
            let has_space = characters.contains(char::is_whitespace);
            return Some(TextPiece::Gap(TextGap { characters, has_space, may_hold_bytes }));
        }
        let (run, rest) = self.rest.split_at(end_of_run(self.rest));
        self.rest = rest;
        self.is_after_other = run.as_bytes().last().is_some_and(|byte| !byte.is_ascii());
        Some(TextPiece::Text(run))
    }
}

/// The end of the longest prefix of `text` that needs no folding: words with single spaces between them.
fn end_of_run(text: &str) -> usize {
    let bytes = text.as_bytes();
    let mut index = 0;
    while let Some(byte) = bytes.get(index) {
        match byte {
            b'!'..=b'~' => index += 1,
            // One space before a visible ASCII character is already folded.
            b' ' if matches!(bytes.get(index + 1), Some(b'!'..=b'~')) => index += 2,
            0..=b' ' | 0x7f => return index,
            _ => {
                let rest = text.get(index..).unwrap_or_default();
                match rest.chars().next() {
                    Some(c) if !c.is_whitespace() && !is_dropped(c) => index += c.len_utf8(),
                    _ => return index,
                }
            }
        }
    }
    index
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folded(text: &str) -> String {
        let mut builder = BlockBuilder::new(10);
        builder.page.elements.push(super::super::element::root_element());
        builder.push_folded(text, 0, false);
        builder.flush(BlockKind::Paragraph, 0..0, 0);
        builder.page.text
    }

    #[test]
    fn white_space_folds_and_marks_without_width_go() {
        assert_eq!(folded("  a \t\n b\u{a0}\u{2003}c  d "), "a b c d");
        assert_eq!(folded("re\u{ad}peat\u{200b}ed\0 é\u{feff}è"), "repeated éè");
        assert_eq!(folded(" \u{200b} "), "");
        assert_eq!(folded("کتاب\u{200c}ها"), "کتاب\u{200c}ها");
    }

    #[test]
    fn what_repair_may_need_is_kept_beside_the_text() {
        let mut builder = BlockBuilder::new(10);
        builder.page.elements.push(super::super::element::root_element());
        builder.push_folded("a\u{a0}b voilÃ\u{a0}", 0, false);
        builder.push_folded("Ã\u{ad}c\n\u{200b}\u{a0}Ã Ã\u{a0}", 0, false);
        builder.line_break();
        builder.push_folded("\u{a0}Ã", 0, false);
        builder.flush(BlockKind::Paragraph, 0..0, 0);
        builder.push_folded("\u{a0}", 0, false);
        builder.flush(BlockKind::Paragraph, 0..0, 0);
        assert_eq!(builder.page.text, "a b voilÃ Ãc Ã Ã\nÃ");
        let folded = builder.page.folded.iter();
        let folded: Vec<_> = folded.map(|run| (run.at, run.place, &*run.characters)).collect();
        assert_eq!(
            folded,
            [
                (10, RunPlace::Instead, "\u{a0}"),
                (13, RunPlace::Before, "\u{ad}"),
                (14, RunPlace::Instead, " \u{a0}"),
                (20, RunPlace::Before, "\u{a0}"),
                (20, RunPlace::After, "\u{a0}")
            ]
        );
    }

    #[test]
    fn a_full_page_drops_what_follows_and_says_so() {
        let mut builder = BlockBuilder::new(1);
        builder.page.elements.push(super::super::element::root_element());
        for _ in 0..2 {
            builder.push_folded("words", 0, false);
            builder.flush(BlockKind::Paragraph, 0..0, 0);
        }
        assert_eq!((builder.page.blocks.len(), builder.page.text.as_str()), (1, "words"));
        assert!(builder.page.was_cut);
    }
}
