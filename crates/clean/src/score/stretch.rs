//! The blocks before and after a block: windows, the best stretch of text, sections by headings.

use super::measure::{TextEnding, TextMeasures};
use super::phrases::PhraseEvidence;
use super::structure::PageStructure;
use super::tokens::TokenScore;
use crate::segment::{BlockKind, SegmentedPage};

/// How far the windows reach to each side, in blocks.
pub(crate) const REACHES: [usize; 4] = [2, 5, 12, 30];

/// Counts in a window, as shares or means over its blocks.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct BlockWindow {
    /// The share of words in running text.
    pub(crate) running: f32,
    /// The share of words in links.
    pub(crate) links: f32,
    /// The share of blocks that end as sentences do.
    pub(crate) sentences: f32,
    /// Words a block.
    pub(crate) words: f32,
    /// Log-odds of phrases a block.
    pub(crate) phrases: f32,
    /// The share of words that begin with a capital.
    pub(crate) capitalized: f32,
    /// The mean token score.
    pub(crate) tokens: f32,
    /// The same, each block weighted by its words plus one.
    pub(crate) token_mean: f32,
}

/// Lines that form one sentence, because a scraper broke it.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct SentenceLines {
    pub(crate) lines: f32,
    pub(crate) words: f32,
    /// Whether the last of them ends as a sentence does.
    pub(crate) is_closed: bool,
}

/// The section of a block: the blocks from the heading before it to the next heading.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct HeadingSection {
    /// Blocks since the heading, at most [`FAR`].
    pub(crate) since: f32,
    /// The heading's level; 7 without one.
    pub(crate) level: f32,
    /// The log-odds of phrases in the heading.
    pub(crate) phrases: f32,
    pub(crate) words: f32,
    pub(crate) blocks: f32,
    pub(crate) running: f32,
    pub(crate) links: f32,
    pub(crate) tokens: f32,
}

/// The surroundings of a block.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct BlockSurroundings {
    pub(crate) windows: [BlockWindow; REACHES.len()],
    /// Blocks to the best stretch of text: negative before it, positive after it, 0 inside.
    pub(crate) from_stretch: f32,
    /// The position inside that stretch, in [0, 1].
    pub(crate) in_stretch: f32,
    pub(crate) section: HeadingSection,
    /// Blocks of the same shape in a row, including this one.
    pub(crate) run: f32,
    /// The share of blocks of the same shape among the twelve around it.
    pub(crate) alike: f32,
    pub(crate) sentence: SentenceLines,
}

/// The cap on distances, in blocks.
pub(crate) const FAR: f32 = 50.0;

/// The surroundings of each block.
pub(crate) fn around(
    page: &SegmentedPage,
    measures: &[TextMeasures],
    structure: &PageStructure,
    phrases: &[PhraseEvidence<'_>],
    tokens: &[TokenScore],
) -> Vec<BlockSurroundings> {
    let count = measures.len();
    let mut around = vec![BlockSurroundings::default(); count];
    let sums = PrefixSums::new(measures, structure, phrases, tokens);
    for (index, surroundings) in around.iter_mut().enumerate() {
        surroundings.windows = REACHES
            .map(|reach| sums.window(index.saturating_sub(reach), (index + reach + 1).min(count)));
    }
    stretch(measures, structure, phrases, &mut around);
    sections(page, phrases, &sums, &mut around);
    shapes(measures, &mut around);
    broken_sentences(measures, &mut around);
    around
}

/// Sums up to each block, so that the sums of a window are one subtraction.
struct PrefixSums(Vec<[f32; 9]>);

impl PrefixSums {
    fn new(
        measures: &[TextMeasures],
        structure: &PageStructure,
        phrases: &[PhraseEvidence<'_>],
        tokens: &[TokenScore],
    ) -> Self {
        let mut sums = vec![[0.0; 9]];
        let mut sum = [0.0_f32; 9];
        for (((measure, place), phrases), tokens) in
            measures.iter().zip(&structure.arrangements).zip(phrases).zip(tokens)
        {
            let words = measure.words.min(200.0);
            let own = [
                words,
                if place.is_running { words } else { 0.0 },
                words * place.link_density,
                f32::from(u8::from(measure.ending == TextEnding::Sentence)),
                phrases.total().min(5.0),
                (measure.capitalized as f32).min(words),
                1.0,
                tokens.total(),
                tokens.total() * (words + 1.0),
            ];
            for (sum, own) in sum.iter_mut().zip(own) {
                *sum += own;
            }
            sums.push(sum);
        }
        Self(sums)
    }

    fn window(&self, from: usize, to: usize) -> BlockWindow {
        let (Some(before), Some(after)) = (self.0.get(from), self.0.get(to)) else {
            return BlockWindow::default();
        };
        let sum = |field: usize| after[field] - before[field];
        let (words, blocks) = (sum(0).max(1.0), sum(6).max(1.0));
        BlockWindow {
            running: sum(1) / words,
            links: sum(2) / words,
            sentences: sum(3) / blocks,
            words: sum(0) / blocks,
            phrases: sum(4) / blocks,
            capitalized: sum(5) / words,
            tokens: sum(7) / blocks,
            token_mean: sum(8) / (sum(0) + blocks),
        }
    }
}

/// Finds the stretch of blocks with the most running text and the fewest other blocks: the segment with the
/// highest sum, where running text adds its words and every other block subtracts `COST`. One pass
/// finds it (Kadane's algorithm).
fn stretch(
    measures: &[TextMeasures],
    structure: &PageStructure,
    phrases: &[PhraseEvidence<'_>],
    around: &mut [BlockSurroundings],
) {
    const COST: f32 = 6.0;
    let (mut best, mut range) = (0.0, 0..0);
    let (mut sum, mut start) = (0.0_f32, 0);
    for (index, ((measure, place), phrases)) in
        measures.iter().zip(&structure.arrangements).zip(phrases).enumerate()
    {
        let value = if place.is_running && phrases.total() < 2.0 {
            measure.words.min(120.0)
        } else {
            -COST
        };
        if sum <= 0.0 {
            (sum, start) = (0.0, index);
        }
        sum += value;
        if sum > best {
            (best, range) = (sum, start..index + 1);
        }
    }
    let length = range.len().max(1) as f32;
    for (index, surroundings) in around.iter_mut().enumerate() {
        let place = index as f32;
        surroundings.from_stretch = if range.is_empty() {
            FAR
        } else if index < range.start {
            (place - range.start as f32).max(-FAR)
        } else if index >= range.end {
            (place - range.end as f32 + 1.0).min(FAR)
        } else {
            surroundings.in_stretch = (place - range.start as f32 + 1.0) / length;
            0.0
        };
    }
}

fn sections(
    page: &SegmentedPage,
    phrases: &[PhraseEvidence<'_>],
    sums: &PrefixSums,
    around: &mut [BlockSurroundings],
) {
    let level = |index: usize| match page.blocks.get(index).map(|block| block.kind) {
        Some(BlockKind::Heading(level)) => Some(f32::from(level)),
        _ => None,
    };
    let mut start = 0;
    while start < around.len() {
        let end =
            (start + 1..around.len()).find(|index| level(*index).is_some()).unwrap_or(around.len());
        let window = sums.window(start, end);
        let opened = level(start);
        let section = HeadingSection {
            since: 0.0,
            level: opened.unwrap_or(7.0),
            phrases: opened
                .and_then(|_| phrases.get(start))
                .map_or(0.0, |phrases| phrases.total().min(8.0)),
            words: window.words * (end - start) as f32,
            blocks: (end - start) as f32,
            running: window.running,
            links: window.links,
            tokens: window.tokens,
        };
        for (since, surroundings) in around[start..end].iter_mut().enumerate() {
            surroundings.section = HeadingSection { since: (since as f32).min(FAR), ..section };
        }
        start = end;
    }
}

/// Finds sentences that are broken into lines. Scrapers that write one line per text node break sentences at
/// links and bold text. The next line then begins with a small letter or with punctuation.
fn broken_sentences(measures: &[TextMeasures], around: &mut [BlockSurroundings]) {
    let is_open = |measure: &TextMeasures| {
        !matches!(measure.ending, TextEnding::Sentence | TextEnding::Colon)
    };
    let mut start = 0;
    while start < measures.len() {
        let goes_on = |index: usize| {
            let before = index.checked_sub(1).and_then(|before| measures.get(before));
            let (Some(before), Some(line)) = (before, measures.get(index)) else { return false };
            is_open(before) && (line.starts_lower || line.starts_with_stop)
        };
        let end = (start + 1..measures.len()).find(|index| !goes_on(*index));
        let end = end.unwrap_or(measures.len());
        let lines = measures.get(start..end).unwrap_or_default();
        let whole = SentenceLines {
            lines: lines.len() as f32,
            words: lines.iter().map(|line| line.words).sum(),
            is_closed: lines.last().is_some_and(|line| line.ending == TextEnding::Sentence),
        };
        for surroundings in &mut around[start..end] {
            surroundings.sentence = whole;
        }
        start = end;
    }
}

/// Finds runs of lines with the same shape (length, ending, digits), as lists and menus have.
fn shapes(measures: &[TextMeasures], around: &mut [BlockSurroundings]) {
    let shape = |measure: &TextMeasures| {
        let length = match measure.words {
            words if words < 3.0 => 0_u8,
            words if words < 8.0 => 1,
            words if words < 20.0 => 2,
            _ => 3,
        };
        (length, measure.ending == TextEnding::Sentence, measure.digits > 0)
    };
    let shapes: Vec<_> = measures.iter().map(shape).collect();
    let mut start = 0;
    while start < shapes.len() {
        let end = (start + 1..shapes.len())
            .find(|index| shapes[*index] != shapes[start])
            .unwrap_or(shapes.len());
        for surroundings in &mut around[start..end] {
            surroundings.run = ((end - start) as f32).min(FAR);
        }
        start = end;
    }
    for index in 0..shapes.len() {
        let near = &shapes[index.saturating_sub(6)..(index + 7).min(shapes.len())];
        let same = near.iter().filter(|shape| **shape == shapes[index]).count() - 1;
        around[index].alike = same as f32 / (near.len() - 1).max(1) as f32;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::score::testing::ArrangedPage;

    fn around_of(text: &str) -> Vec<BlockSurroundings> {
        let ArrangedPage { page, measures, tokens, structure } = ArrangedPage::text(text);
        let phrases = vec![PhraseEvidence::default(); measures.len()];
        around(&page, &measures, &structure, &phrases, &tokens)
    }

    const PARAGRAPH: &str = "The harbour was quiet when the first ferry of the year came in, late \
        and with half of its crew asleep, as the master of the port remembers it.";

    #[test]
    fn the_stretch_is_where_the_running_text_is() {
        let menu = "Home\nSport\nContact\n";
        let text = format!("{menu}{PARAGRAPH}\nA quiet day\n{PARAGRAPH}\n{menu}");
        let from: Vec<f32> = around_of(&text).iter().map(|around| around.from_stretch).collect();
        assert_eq!(from, [-3.0, -2.0, -1.0, 0.0, 0.0, 0.0, 1.0, 2.0, 3.0]);
    }

    #[test]
    fn a_sentence_that_was_broken_off_at_a_link_is_one() {
        let around = around_of("The ferry to\nthe islands\n, which was late,\nsailed.\nSport\n");
        let lines: Vec<f32> = around.iter().map(|around| around.sentence.lines).collect();
        assert_eq!(lines, [4.0, 4.0, 4.0, 4.0, 1.0]);
        assert!(around[0].sentence.is_closed && !around[4].sentence.is_closed);
    }

    #[test]
    fn lines_of_one_shape_are_a_run() {
        let around = around_of(&format!("Home\nSport\nNews\n{PARAGRAPH}\n"));
        let runs: Vec<f32> = around.iter().map(|around| around.run).collect();
        assert_eq!(runs, [3.0, 3.0, 3.0, 1.0]);
    }
}
