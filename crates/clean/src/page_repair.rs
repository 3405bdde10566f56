//! Repairs broken characters of an input: a text before it is segmented, a page afterwards.
//!
//! A page is repaired in its blocks and not in its source, because character references in the source
//! hide mojibake.

use std::ops::Range;

use crate::EncodingReport;
use crate::fold::single_spaced;
use crate::metadata::{PageFacts, PageMetadata};
use crate::repair::{RepairedText, Repairer};
use crate::segment::{BlockKind, SegmentedPage};

/// Repairs a text, and counts the repairs in the report. `None` if nothing was repaired.
pub(crate) fn repair_text(
    repairer: &Repairer,
    text: &str,
    interrupt: Option<&dyn Fn() -> bool>,
    report: &mut EncodingReport,
) -> Option<String> {
    let result = repairer.repair_interruptible(text, &[], interrupt);
    count_repairs(&result, report);
    (!result.changes.is_empty()).then(|| result.text.into_owned())
}

/// Repairs a page's blocks and metadata, and counts the repairs in the report.
pub(crate) fn repair_page(
    repairer: &Repairer,
    page: &mut SegmentedPage,
    facts: &mut PageFacts,
    interrupt: Option<&dyn Fn() -> bool>,
    report: &mut EncodingReport,
) {
    if page.blocks.iter().any(|block| !repairer.is_clean(page.text_of(block))) {
        let others: Vec<&str> = strings(&mut facts.metadata).map(|text| text.as_str()).collect();
        repair_blocks(repairer, page, &others, interrupt, report);
    }
    for text in strings(&mut facts.metadata).chain(&mut facts.body) {
        if !repairer.is_clean(text) {
            let result = repairer.repair_interruptible(text, &[&page.text], interrupt);
            count_repairs(&result, report);
            *text = single_spaced(&result.text);
        }
    }
}

/// The strings of a page's metadata that people wrote.
fn strings(metadata: &mut PageMetadata) -> impl Iterator<Item = &mut String> {
    let PageMetadata { title, author, description, sitename, license, categories, tags, .. } =
        metadata;
    [title, author, description, sitename, license]
        .into_iter()
        .flatten()
        .chain(categories)
        .chain(tags)
}

fn count_repairs(repaired: &RepairedText<'_>, report: &mut EncodingReport) {
    for rule in repaired.changes.iter().flat_map(|change| &change.rules) {
        *report.repairs.entry((*rule).to_owned()).or_default() += 1;
    }
}

fn repair_blocks(
    repairer: &Repairer,
    page: &mut SegmentedPage,
    others: &[&str],
    interrupt: Option<&dyn Fn() -> bool>,
    report: &mut EncodingReport,
) {
    // One line per block, so that no block becomes the context of the next.
    let mut joined = String::with_capacity(page.text.len() + page.blocks.len());
    let starts: Vec<usize> = page
        .blocks
        .iter()
        .map(|block| {
            let start = joined.len();
            joined.push_str(page.text_of(block));
            joined.push('\n');
            start
        })
        .collect();
    let result = repairer.repair_interruptible(&joined, others, interrupt);
    if result.changes.is_empty() {
        return;
    }
    count_repairs(&result, report);
    let moves = OffsetMap::new(&result);
    let mut text = String::with_capacity(result.text.len());
    for (block, joined_start) in page.blocks.iter_mut().zip(starts) {
        let length = (block.end - block.start) as usize;
        // Inline markup may begin inside a change. Then the part before it is repaired by itself, to find
        // how long it is afterwards.
        let place = |at: u32| {
            let at = joined_start + at.saturating_sub(block.start) as usize;
            match moves.around(at) {
                Some((before, after)) => {
                    let head = joined.get(before.start..at).unwrap_or_default();
                    let length = repairer.repair(head).text.len().min(after.len());
                    result.text.floor_char_boundary(after.start + length)
                }
                None => moves.moved(at),
            }
        };
        let from = moves.moved(joined_start);
        let part = result.text.get(from..moves.moved(joined_start + length)).unwrap_or_default();
        let fold = FoldedBlock::new(part, block.kind == BlockKind::Preformatted);
        let start = text.len();
        let spans = block.spans.start as usize..block.spans.end as usize;
        for span in page.spans.get_mut(spans).unwrap_or_default() {
            let put = |at| start + fold.folded_offset(place(at).saturating_sub(from));
            (span.start, span.end) = (narrow(put(span.start)), narrow(put(span.end)));
        }
        text.push_str(&fold.text);
        block.link_bytes = block.link_bytes.min(narrow(fold.text.len()));
        (block.start, block.end) = (narrow(start), narrow(text.len()));
    }
    page.text = text;
    page.blocks.retain(|block| block.start < block.end);
}

/// Offsets fit `u32`: the segmenter cuts pages at 4 GiB.
fn narrow(place: usize) -> u32 {
    u32::try_from(place).unwrap_or(u32::MAX)
}

/// Maps offsets in a text to offsets in the repaired text.
struct OffsetMap {
    /// The ranges that were changed, before and after, in order.
    changed: Vec<(Range<usize>, Range<usize>)>,
}

impl OffsetMap {
    fn new(repaired: &RepairedText<'_>) -> Self {
        let mut shift = 0_isize;
        let changed = repaired.changes.iter().map(|change| {
            let start = change.span.start.saturating_add_signed(shift);
            shift += change.after.len().cast_signed() - change.span.len().cast_signed();
            (change.span.clone(), start..start + change.after.len())
        });
        Self { changed: changed.collect() }
    }

    /// The change that contains an offset, if one does.
    fn around(&self, at: usize) -> Option<&(Range<usize>, Range<usize>)> {
        let index = self.changed.partition_point(|(before, _)| before.end <= at);
        self.changed.get(index).filter(|(before, _)| before.start < at)
    }

    /// The offset in the repaired text; for one inside a change, the start of that change.
    fn moved(&self, at: usize) -> usize {
        if let Some((_, after)) = self.around(at) {
            return after.start;
        }
        let index = self.changed.partition_point(|(before, _)| before.end <= at);
        match index.checked_sub(1).and_then(|index| self.changed.get(index)) {
            Some((before, after)) => after.end + (at - before.end),
            None => at,
        }
    }
}

/// A block's text with its white space folded again: repair can remove a character between two spaces.
struct FoldedBlock {
    text: String,
    /// The offsets of the bytes that were left out, in order.
    dropped: Vec<usize>,
}

impl FoldedBlock {
    fn new(part: &str, is_verbatim: bool) -> Self {
        let mut fold = Self { text: String::with_capacity(part.len()), dropped: Vec::new() };
        let end = part.trim_end().len();
        for (at, character) in part.char_indices() {
            let after_space = fold.text.is_empty() || fold.text.ends_with([' ', '\n']);
            let is_extra = matches!(character, ' ' | '\n')
                && (at >= end || fold.text.is_empty() || after_space && !is_verbatim);
            if is_extra {
                fold.dropped.push(at);
            } else {
                fold.text.push(character);
            }
        }
        fold
    }

    fn folded_offset(&self, at: usize) -> usize {
        (at - self.dropped.partition_point(|dropped| *dropped < at)).min(self.text.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{CleanInput, CleanOptions, Cleaner, InputKind};

    fn cleaned(page: &str) -> crate::Record {
        let options = CleanOptions { markdown: true, ..CleanOptions::default() };
        let cleaner =
            Cleaner::new(options, crate::Lexicon::embedded(), crate::SiteRules::default());
        cleaner.clean(&CleanInput {
            kind: Some(InputKind::Html),
            ..CleanInput::new("p", page.as_bytes())
        })
    }

    const REST: &str = "<p>The harbour master said that the ferry had sailed again on Monday, after nine \
        weeks in the dock at the far end of the bay.</p><p>Its owners want to have it painted in the \
        spring, when the last of the islanders have gone to their fields.</p>";

    #[test]
    fn a_page_is_repaired_in_its_blocks_and_metadata() {
        let page = format!(
            "<title>The CafÃ© by the Sea</title><article><h1>The CafÃ© by the Sea</h1>\
             <p>It was &acirc;&euro;&oelig;<em>trÃ¨s</em> calme&acirc;&euro;&trade; at the \
             <a href=/x>cafÃ©</a>\u{200b} that day, and nobody came in before noon to ask.</p>{REST}</article>"
        );
        let record = cleaned(&page);
        assert!(
            record.text.contains("It was “très calme’ at the café that day"),
            "{}",
            record.text
        );
        let markdown = record.markdown.unwrap_or_default();
        assert!(markdown.contains("“*très* calme’ at the [café](/x) that"), "{markdown}");
        assert_eq!(record.title.as_deref(), Some("The Café by the Sea"));
        assert!(record.encoding.repairs.contains_key("mojibake/windows-1252"));
        assert_eq!(record.encoding.unrepaired, 0);
    }

    #[test]
    fn offsets_are_mapped_through_repair_and_folding() {
        let repaired = Repairer::default().repair("a cafÃ© \u{200b} and cafÃ© x");
        assert_eq!(repaired.text, "a café  and café x");
        let moves = OffsetMap::new(&repaired);
        // before, at, within, after
        assert_eq!([0, 5, 6, 9, 14].map(|at| moves.moved(at)), [0, 5, 5, 7, 9]);
        let fold = FoldedBlock::new(" a  b \n c ", false);
        assert_eq!(fold.text, "a b c");
        assert_eq!([0, 1, 2, 4, 8, 10].map(|at| fold.folded_offset(at)), [0, 0, 1, 2, 4, 5]);
        assert_eq!(FoldedBlock::new("a  b ", true).text, "a  b");
    }
}
