//! Sections that a label opens: the blocks after "More from this section" are a story list.

use super::measure::TextMeasures;
use super::phrases::PhraseEvidence;
use crate::ClutterClass;
use crate::segment::{BlockKind, SegmentedPage};

/// Blocks of an opened section, at most.
const MAX_REACH: usize = 40;

/// Words from which a line counts as running text here, even if it is broken off.
const LONG_LINE: f32 = 16.0;

/// For each block, the class of the opened section that it is in, and how many blocks ago that was opened.
///
/// On a page a section ends with the smallest element that contains more than its label, or at the next
/// heading of the label's level or a higher one. In text it ends at the second paragraph of running text in a
/// row: a list of stories has at most one between two headlines.
pub(super) fn opened(
    page: &SegmentedPage,
    measures: &[TextMeasures],
    phrases: &[PhraseEvidence<'_>],
) -> Vec<Option<(ClutterClass, usize)>> {
    let mut sections = vec![None; page.blocks.len()];
    let mut open: Option<OpenSection> = None;
    for (index, block) in page.blocks.iter().enumerate() {
        let level = heading_level(block.kind);
        if let Some(section) = &open {
            let is_over =
                if page.is_text { section.running >= 2 } else { block.element >= section.end };
            let ends_by_heading =
                level.is_some_and(|level| section.level.is_none_or(|opened| level <= opened));
            if is_over || ends_by_heading || index - section.at > MAX_REACH {
                open = None;
            }
        }
        if let Some(section) = &mut open {
            let is_running = measures
                .get(index)
                .is_some_and(|measure| measure.is_running_text() || measure.words >= LONG_LINE);
            section.running = if is_running { section.running + 1 } else { 0 };
            if !page.is_text || section.running < allowed_running(section.class) {
                sections[index] = Some((section.class, index - section.at));
            }
        }
        if let Some(class) = phrases.get(index).and_then(|phrases| phrases.opens) {
            open = Some(OpenSection {
                class,
                at: index,
                end: end_of_section(page, index),
                level,
                running: 0,
            });
        }
    }
    sections
}

struct OpenSection {
    class: ClutterClass,
    /// The index of the label.
    at: usize,
    /// One past the last element of the section.
    end: u32,
    level: Option<u8>,
    /// Blocks of running text in a row so far.
    running: usize,
}

/// The paragraphs of running text in a row, in text, from which a block is not in the section. Comments are
/// running text themselves.
const fn allowed_running(class: ClutterClass) -> usize {
    match class {
        ClutterClass::Related | ClutterClass::Paywall | ClutterClass::Newsletter => 2,
        ClutterClass::Comments => 8,
        _ => 1,
    }
}

fn heading_level(kind: BlockKind) -> Option<u8> {
    match kind {
        BlockKind::Heading(level) => Some(level),
        _ => None,
    }
}

fn end_of_section(page: &SegmentedPage, index: usize) -> u32 {
    let Some(block) = page.blocks.get(index) else { return 0 };
    let next = page.blocks.get(index + 1).map_or(u32::MAX, |next| next.element);
    page.ancestors(block.element)
        .map(|element| element.end)
        .find(|end| *end > next)
        .unwrap_or(u32::MAX)
}
