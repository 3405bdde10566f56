//! Finds what a page asks of its readers: gates in front of the text, and offers beside it.

use std::ops::Range;

use super::gate_words::{GateSign, GateTopics, GateWords};
use crate::score::BlockTexts;
use crate::segment::{BlockKind, ElementContext, PageBlock, SegmentedPage};

/// Bytes of a line that can be a gate or an offer. Longer ones are prose.
const MAX_LINE: usize = 400;
/// Words of a kept line that can be a gate.
const MAX_KEPT_LINE: f32 = 30.0;
/// Words from which a kept block is running text.
const RUNNING_WORDS: f32 = 8.0;
/// With fewer kept words after a gate, the text ends there: a link or a note on the author may be kept.
pub(super) const MAX_WORDS_AFTER: f32 = 40.0;
/// The same for a gate that was kept itself.
const MAX_WORDS_AFTER_KEPT: f32 = 12.0;
/// A text with fewer words is a teaser, however it ends.
pub(super) const TEASER_WORDS: f32 = 40.0;
/// Words before a line that says no more than "keep reading": with more, the text may well be complete.
const MAX_WORDS_BEFORE_WEAK: f32 = 130.0;
/// Blocks and words of a box around a line, at most.
const MAX_BOX_BLOCKS: usize = 10;
const MAX_BOX_WORDS: f32 = 110.0;
/// Words of a line that is an offer, at most. Longer ones are prose.
const MAX_OFFER: f32 = 20.0;
/// Words from which a link is the headline of another story.
const HEADLINE_WORDS: f32 = 4.0;

/// What was decided about a block so far.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct BlockState {
    /// Whether it is in the text.
    pub(crate) is_kept: bool,
    /// Whether it is the title.
    pub(crate) is_title: bool,
    /// Whether it was removed as a comment or another story.
    pub(crate) is_of_others: bool,
}

/// A line that stands between readers and the text.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct FoundGate {
    /// The number of its block.
    pub(super) block: usize,
    /// The blocks of the box that it is in.
    pub(crate) around: Range<usize>,
    pub(super) sign: GateSign,
    /// Whether it lies over the page.
    pub(super) is_overlay: bool,
    /// Kept words before and after it.
    pub(super) before: f32,
    pub(super) after: f32,
}

/// What a page asks of its readers.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct FoundPrompts {
    /// In document order.
    pub(crate) gates: Vec<FoundGate>,
    /// The block of the first offer.
    pub(super) offer: Option<usize>,
    /// Kept words on the page, without those of gates.
    pub(super) words: f32,
}

/// The page on which offers are looked for.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct OfferScope<'a> {
    /// Whether it is an article, if it says so. Shops, products and forums have accounts of their own, which are not
    /// about reading.
    pub(crate) is_article: Option<bool>,
    /// Its language, if known. "Associations" asks for nothing, although "associati" does.
    pub(crate) language: Option<&'a str>,
}

/// Finds gates and offers. `states` has one entry for each block.
pub(crate) fn find(
    page: &SegmentedPage,
    texts: &BlockTexts<'_>,
    states: &[BlockState],
    scope: OfferScope<'_>,
) -> FoundPrompts {
    let lines: Vec<Line> = page
        .blocks
        .iter()
        .zip(states)
        .enumerate()
        .map(|(index, (block, state))| Line::new(page, texts, (index, block), *state))
        .collect();
    let search = GateSearch { page, scope, first: first_running(&lines), lines: &lines };
    search.find()
}

/// The first kept line of running text.
fn first_running(lines: &[Line]) -> Option<usize> {
    lines.iter().position(|line| line.state.is_kept && line.words >= RUNNING_WORDS)
}

/// A block as a possible gate.
struct Line {
    state: BlockState,
    words: f32,
    /// What it speaks of; `None` if it is too long to be a gate or an offer.
    topics: Option<GateTopics>,
    sign: GateSign,
    is_link: bool,
    /// Whether it has a link of some length: a label and the headline of its story may stand in a line.
    has_link: bool,
}

impl Line {
    fn new(
        page: &SegmentedPage,
        texts: &BlockTexts<'_>,
        (index, block): (usize, &PageBlock),
        state: BlockState,
    ) -> Self {
        let text = page.text_of(block);
        let words = texts.words_of(index);
        let is_short = !state.is_title
            && text.len() <= MAX_LINE
            && (!state.is_kept || words <= MAX_KEPT_LINE)
            && !matches!(block.kind, BlockKind::Preformatted | BlockKind::Row { .. });
        let topics = is_short.then(|| GateWords::get().topics(&texts.normalized_line(index, text)));
        let sign = topics.as_ref().map(GateTopics::sign).unwrap_or_default();
        let is_link = block.link_bytes as usize * 10 >= text.len() * 8;
        let has_link = block.link_bytes as usize * 10 >= text.len() * 4;
        Self { state, words, topics, sign, is_link, has_link }
    }

    /// Whether it is the headline of another story: a link that asks for nothing.
    fn is_headline(&self) -> bool {
        self.is_link && self.words >= HEADLINE_WORDS && self.sign == GateSign::None
    }

    fn is_for_comments(&self) -> bool {
        self.topics.as_ref().is_some_and(GateTopics::is_for_comments)
    }

    fn is_running(&self) -> bool {
        self.state.is_kept && self.words >= RUNNING_WORDS && self.sign < GateSign::Reserved
    }
}

struct GateSearch<'a> {
    page: &'a SegmentedPage,
    scope: OfferScope<'a>,
    lines: &'a [Line],
    /// The first line of running text.
    first: Option<usize>,
}

impl GateSearch<'_> {
    fn find(&self) -> FoundPrompts {
        let counts = |line: &Line| {
            let is_gate = line.sign >= GateSign::Reserved;
            if line.state.is_kept && !is_gate { line.words } else { 0.0 }
        };
        let total: f32 = self.lines.iter().map(counts).sum();
        let mut found = FoundPrompts { words: total, ..FoundPrompts::default() };
        let mut before = 0.0;
        for (index, line) in self.lines.iter().enumerate() {
            before += counts(line);
            if line.sign == GateSign::None {
                continue;
            }
            let gate = FoundGate {
                block: index,
                around: self.box_of(index),
                sign: line.sign,
                is_overlay: self.is_overlay(index),
                before,
                after: total - before,
            };
            if self.is_wall(line, &gate, total) {
                found.gates.push(gate);
            } else if found.offer.is_none() && self.is_offer(line, &gate) {
                found.offer = Some(index);
            }
        }
        found
    }

    fn context(&self, index: usize) -> ElementContext {
        let block = self.page.blocks.get(index);
        block.map(|block| self.page.element_of(block).context).unwrap_or_default()
    }

    /// Whether a block is in a layer over the page. Names of layers are also given to elements around all of it.
    fn is_overlay(&self, index: usize) -> bool {
        if !self.context(index).has(OVERLAY) {
            return false;
        }
        let Some(block) = self.page.blocks.get(index) else { return false };
        let text = self.first.and_then(|first| self.page.blocks.get(first));
        self.page
            .ancestor_numbers(block.element)
            .find(|number| self.page.element(*number).own.has(OVERLAY))
            .is_some_and(|layer| !text.is_some_and(|text| self.page.contains(layer, text.element)))
    }

    /// Whether a line is a label on another story: a headline is beside it, and nothing is asked for.
    fn is_label(&self, index: usize, around: Range<usize>) -> bool {
        let asks = |(at, line): (usize, &Line)| {
            at != index && matches!(line.sign, GateSign::Gate | GateSign::Offer)
        };
        let lines = self.lines.get(around.clone()).unwrap_or_default();
        lines.iter().any(Line::is_headline) && !around.zip(lines).any(asks)
    }

    /// Whether a line stands between readers and the text.
    fn is_wall(&self, line: &Line, gate: &FoundGate, total: f32) -> bool {
        let is_early = self.first.is_some_and(|first| gate.block < first);
        let is_frame = ElementContext::NAV_TAG.and(ElementContext::FOOTER_TAG);
        if is_early && !gate.is_overlay || self.context(gate.block).has(is_frame) {
            return false;
        }
        if line.state.is_kept && gate.after >= MAX_WORDS_AFTER_KEPT {
            return false;
        }
        let around = gate.around.clone();
        if self.is_label(gate.block, around.clone()) {
            return false;
        }
        match gate.sign {
            GateSign::Remaining | GateSign::UsedUp => true,
            GateSign::Gate => !(line.state.is_of_others && line.is_link),
            GateSign::Reserved => {
                let names_text = line.topics.as_ref().is_some_and(GateTopics::names_text);
                let may_be_label = gate.is_overlay || line.state.is_kept;
                let asks = || !may_be_label && self.topics_of(around.clone()).asks();
                !line.state.is_of_others && !line.has_link && (names_text || asks())
            }
            GateSign::ConsentOrPay => total < TEASER_WORDS,
            GateSign::Ahead => self.is_weak_wall(gate, around),
            GateSign::Offer | GateSign::None => false,
        }
    }

    /// Whether the lines around one are a gate together, where the text stops after few words.
    fn is_weak_wall(&self, gate: &FoundGate, around: Range<usize>) -> bool {
        let stops = gate.after < MAX_WORDS_AFTER && gate.before < MAX_WORDS_BEFORE_WEAK;
        if !stops || gate.is_overlay || gate.before <= 0.0 {
            return false;
        }
        matches!(self.topics_of(around).sign(), GateSign::Gate | GateSign::Reserved)
    }

    /// Whether the page is an article: by what it says, or else by the element of its first running text.
    fn is_article(&self) -> bool {
        let is_in_article =
            || self.first.is_some_and(|first| self.context(first).has(ElementContext::ARTICLE_TAG));
        self.scope.is_article.unwrap_or_else(is_in_article)
    }

    /// Whether a line is an offer, a log-in or a request for support. A footer has links to everything.
    fn is_offer(&self, line: &Line, offer: &FoundGate) -> bool {
        let around = offer.around.clone();
        let asks = || {
            let sign = line.topics.as_ref().map(|topics| topics.sign_in(self.scope.language));
            !matches!(sign, None | Some(GateSign::None | GateSign::Ahead))
        };
        self.is_article()
            && (!line.state.is_kept || offer.is_overlay)
            && line.words <= MAX_OFFER
            && (!line.state.is_of_others || line.is_for_comments())
            && !self.is_label(offer.block, around.clone())
            && !self.topics_of(around).is_other()
            && !self.context(offer.block).has(ElementContext::FOOTER_TAG)
            && asks()
    }

    fn topics_of(&self, lines: Range<usize>) -> GateTopics {
        let mut topics = GateTopics::default();
        let lines = self.lines.get(lines).unwrap_or_default();
        for line in lines.iter().filter_map(|line| line.topics.as_ref()) {
            topics.add(line);
        }
        topics
    }

    /// The blocks of the largest small element around a block without running text.
    fn box_of(&self, index: usize) -> Range<usize> {
        let mut range = index..index + 1;
        let Some(block) = self.page.blocks.get(index) else { return range };
        for element in self.page.ancestor_numbers(block.element) {
            let is_in = |at: usize| {
                self.page.blocks.get(at).is_some_and(|it| self.page.contains(element, it.element))
            };
            let mut grown = range.clone();
            while grown.len() <= MAX_BOX_BLOCKS && grown.start > 0 && is_in(grown.start - 1) {
                grown.start -= 1;
            }
            while grown.len() <= MAX_BOX_BLOCKS && is_in(grown.end) {
                grown.end += 1;
            }
            let lines = self.lines.get(grown.clone()).unwrap_or_default();
            let words: f32 = lines.iter().map(|line| line.words).sum();
            let stops = |line: &Line| line.is_running() || line.state.is_title;
            if grown.len() > MAX_BOX_BLOCKS
                || words > MAX_BOX_WORDS
                || grown.len() > 1 && lines.iter().any(stops)
            {
                break;
            }
            range = grown;
        }
        range
    }
}

/// What lies over a page.
const OVERLAY: ElementContext = ElementContext::DIALOG_TAG.and(ElementContext::MODAL_NAME);
