//! Boxes: small parts of an article that are a unit and ask the reader to do something, such as the sign-up for a
//! newsletter, an appeal for donations, a pointer to another story.
//!
//! A line such as "Wake up to what matters" says nothing by itself, and the button below it says everything. So a box is
//! judged as a whole: by its names, its fields, its links and its phrases together, against the running text in it that
//! has none of them. What is said against the box counts against all of its blocks.

use std::ops::Range;

use super::evidence::ScoreEvidence;
use super::measure::TextEnding;
use super::phrases::PhraseEvidence;
use super::sequence::ClassEmission;
use crate::ClutterClass;
use crate::hashing::FastMap;
use crate::lexicon::PhrasePosition;
use crate::segment::{BlockKind, ElementContext, PageBlock, PromptParts, SegmentedPage, Tag};

/// Words and blocks of a box, at most, and its share of the running text of the page.
const MAX_WORDS: f32 = 120.0;
const MAX_BLOCKS: f32 = 15.0;
const MAX_SHARE: f32 = 0.3;
/// Running words of a page from which it is read as an article that can have boxes.
const ARTICLE_WORDS: f32 = 100.0;
/// Elements of one template that are items of a list or parts of every post, and no boxes.
const LIST_ITEMS: f32 = 3.0;
/// Blocks to the nearest running text before and after a box, at most.
const MAX_DISTANCE: usize = 2;

/// The score from which a part is a box, and how its blocks are weighed: by a factor of what it exceeds a base by, up to
/// a cap.
const LEAST_SCORE: f32 = 3.0;
const BASE_SCORE: f32 = 1.5;
const SCORE_FACTOR: f32 = 2.4;
const MOST_AGAINST: f32 = 12.0;

/// The share of a name's weight that counts if only a part of the box has it, and of all names but the strongest.
const INNER_SHARE: f32 = 0.6;
const FURTHER_SHARE: f32 = 0.5;
/// Caps on what names and phrases say together, and on the phrases of one block.
const MOST_NAMES: f32 = 6.0;
const MOST_PHRASES: f32 = 6.0;
const MOST_BLOCK_PHRASES: f32 = 4.0;
const PHRASE_SHARE: f32 = 0.8;
/// The log-odds of phrases from which a block of running text is more than prose.
const LEAST_PHRASES: f32 = 0.8;
/// What the running text without phrases counts against a box, per word, and at most.
const PROSE_WORD: f32 = 0.04;
const MOST_PROSE: f32 = 5.0;
/// What it says that the blocks of a box are clutter by themselves, for all of its words.
const CLUTTER_SHARE: f32 = 1.5;
/// What a button, or a link in a line of its own, says.
const CALL: f32 = 0.8;
/// Log-odds of phrases from which a line is the label of what follows it, and what it says that a label begins and a
/// button ends a run.
const LABEL_PHRASES: f32 = 2.4;
const FRAME: f32 = 0.8;
/// The log-odds from which a whole phrase about the author is a label, and no byline.
const AUTHOR_LABEL: f32 = 2.9;
/// Log-odds of phrases in a run, at least.
const RUN_PHRASES: f32 = 2.0;
/// Blocks of a run, at most.
const MAX_RUN: usize = 15;
/// Words of such a link, at most.
const MAX_CALL_WORDS: f32 = 7.0;
/// Words of a line that can be the label of a box without markup, and of the paragraph in it.
const MAX_LABEL_WORDS: f32 = 12.0;
const MAX_PARAGRAPH_WORDS: f32 = 50.0;

/// Inline elements of a labelled line, at most.
const MAX_INLINE: usize = 8;

/// What names of elements say about a box: its class, and how much.
const NAMES: &[(ElementContext, Option<ClutterClass>, f32)] = &[
    (ElementContext::NEWSLETTER_NAME, Some(ClutterClass::Newsletter), 4.0),
    (ElementContext::CONSENT_NAME, Some(ClutterClass::Consent), 4.0),
    (ElementContext::SHARE_NAME, Some(ClutterClass::Share), 4.0),
    (ElementContext::DONATION_NAME, Some(ClutterClass::Advert), 3.5),
    (ElementContext::ADVERT_NAME, Some(ClutterClass::Advert), 3.5),
    (ElementContext::LOGIN_NAME, Some(ClutterClass::Login), 3.0),
    (ElementContext::AUTHOR_NAME, Some(ClutterClass::Byline), 3.0),
    (ElementContext::PAYWALL_NAME, Some(ClutterClass::Paywall), 2.5),
    (ElementContext::RELATED_NAME, Some(ClutterClass::Related), 2.5),
    (ElementContext::LIVE_NAME, Some(ClutterClass::Related), 1.8),
    (ElementContext::EPISODE_NAME, Some(ClutterClass::Related), 1.2),
    (ElementContext::APP_NAME, Some(ClutterClass::Advert), 1.2),
    (ElementContext::COMMENT_NAME, Some(ClutterClass::Comments), 1.0),
    (ElementContext::DIALOG_TAG, Some(ClutterClass::Notice), 2.0),
    (ElementContext::OFFER_NAME, None, 1.5),
    (ElementContext::ASIDE_TAG, None, 1.5),
    (ElementContext::MODAL_NAME, None, 1.2),
    (ElementContext::PROMO_NAME, None, 1.0),
    (ElementContext::FORM_TAG, None, 0.5),
];

/// What fields and links say: how many there must be, the class of the box, how much, and the name of the reason.
const PARTS: &[(PromptParts, u8, ClutterClass, f32, &str)] = &[
    (PromptParts::EMAIL_FIELD, 1, ClutterClass::Newsletter, 2.6, "email-field"),
    (PromptParts::PASSWORD_FIELD, 1, ClutterClass::Login, 2.0, "password-field"),
    (PromptParts::SHARE_LINK, 2, ClutterClass::Share, 3.0, "share-links"),
    (PromptParts::STORE_LINK, 1, ClutterClass::Advert, 2.5, "store-link"),
    (PromptParts::DONATE_LINK, 1, ClutterClass::Advert, 2.0, "donate-link"),
    (PromptParts::SUBSCRIBE_LINK, 1, ClutterClass::Paywall, 1.5, "subscribe-link"),
    (PromptParts::LOGIN_LINK, 1, ClutterClass::Login, 1.5, "login-link"),
    (PromptParts::EPISODE_LINK, 1, ClutterClass::Related, 1.0, "episode-link"),
    (PromptParts::AUTHOR_LINK, 1, ClutterClass::Byline, 0.8, "author-link"),
    (PromptParts::PRIVACY_LINK, 1, ClutterClass::Consent, 0.5, "privacy-link"),
];

/// Elements that are no boxes, whatever they hold.
const NO_BOX: ElementContext = ElementContext::MAIN_TAG
    .and(ElementContext::ARTICLE_TAG)
    .and(ElementContext::BODY_PROP)
    .and(ElementContext::BODY_NAME)
    .and(ElementContext::CODE_TAG);

/// Names that make an element with one block more than a paragraph.
const TELLING: ElementContext = ElementContext::SHARE_NAME
    .and(ElementContext::AUTHOR_NAME)
    .and(ElementContext::RELATED_NAME)
    .and(ElementContext::OFFER_NAME)
    .and(ElementContext::PROMO_NAME);

/// Classes whose phrases are in boxes. Those of others stand in menus, headings and captions.
const CLASSES: [ClutterClass; 9] = [
    ClutterClass::Newsletter,
    ClutterClass::Paywall,
    ClutterClass::Login,
    ClutterClass::Consent,
    ClutterClass::Advert,
    ClutterClass::Related,
    ClutterClass::Share,
    ClutterClass::Comments,
    ClutterClass::Notice,
];

/// What a part of the page holds.
#[derive(Clone, Copy, Debug, Default)]
struct BoxSums {
    blocks: f32,
    words: f32,
    /// Words of blocks that are clutter by themselves.
    clutter_words: f32,
    /// Words of running text without phrases.
    prose_words: f32,
    /// Log-odds of phrases, capped by block.
    phrases: f32,
    /// Links in lines of their own, and at the end of labelled lines.
    calls: f32,
    links: f32,
    /// Whether it has what is never in a box: the title, code, rows of data.
    is_barred: bool,
    buttons: u8,
    /// How many elements have each of [`PARTS`].
    parts: [u8; PARTS.len()],
    /// What the names in it say.
    names: ElementContext,
}

impl BoxSums {
    fn add(&mut self, other: &Self) {
        self.blocks += other.blocks;
        self.words += other.words;
        self.clutter_words += other.clutter_words;
        self.prose_words += other.prose_words;
        self.phrases += other.phrases;
        self.calls += other.calls;
        self.links += other.links;
        self.is_barred |= other.is_barred;
        self.buttons = self.buttons.saturating_add(other.buttons);
        for (count, other) in self.parts.iter_mut().zip(other.parts) {
            *count = count.saturating_add(other);
        }
        self.names.add(other.names);
    }

    fn add_prompts(&mut self, prompts: PromptParts) {
        for (count, (part, ..)) in self.parts.iter_mut().zip(PARTS) {
            *count = count.saturating_add(u8::from(prompts.has(*part)));
        }
        self.buttons = self.buttons.saturating_add(u8::from(prompts.has(PromptParts::BUTTON)));
    }

    /// The log-odds that this is a box, for an element with names of its own.
    fn score(&self, own: ElementContext) -> f32 {
        // A paragraph about newsletters may be named so, and a box asks for something. A line by itself goes by its
        // phrases.
        let is_single = self.blocks < 2.0 || self.phrases < LEAST_PHRASES;
        if self.links == 0.0 && self.buttons == 0 && is_single {
            return 0.0;
        }
        let mut strongest = 0.0_f32;
        let mut names = 0.0;
        for (name, _, weight) in NAMES {
            let weight = match () {
                () if own.has(*name) => *weight,
                () if self.names.has(*name) => weight * INNER_SHARE,
                () => 0.0,
            };
            names += weight;
            strongest = strongest.max(weight);
        }
        let names = (strongest + (names - strongest) * FURTHER_SHARE).min(MOST_NAMES);
        let parts: f32 = PARTS
            .iter()
            .zip(self.parts)
            .filter(|((_, least, ..), count)| count >= least)
            .map(|((_, _, _, weight, _), _)| weight)
            .sum();
        let call = if self.buttons > 0 || self.calls > 0.0 { CALL } else { 0.0 };
        let phrases = self.phrases.min(MOST_PHRASES) * PHRASE_SHARE;
        let clutter = CLUTTER_SHARE * self.clutter_words / self.words.max(1.0);
        let prose = (self.prose_words * PROSE_WORD).min(MOST_PROSE);
        names + parts + call + phrases + clutter - prose
    }
}

/// A box among the blocks of a page.
#[derive(Debug)]
struct FoundBox {
    /// The log-odds against each of its blocks.
    against: f32,
    class: Option<ClutterClass>,
    /// What says most against it.
    reason: &'static str,
}

/// The boxes of a page.
#[derive(Debug, Default)]
pub(super) struct PageBoxes {
    boxes: Vec<FoundBox>,
    /// For each block, 0 or one more than the number of its box.
    by_block: Vec<u32>,
    /// The blocks of boxes with more than one. A button that is a box by itself may end a larger one.
    is_taken: Vec<bool>,
}

impl PageBoxes {
    /// Finds the boxes. `log_odds` are those of the blocks by themselves.
    pub(super) fn find(evidence: &ScoreEvidence<'_>, log_odds: &[f32]) -> Self {
        let mut found = Self {
            boxes: Vec::new(),
            by_block: vec![0; evidence.page.blocks.len()],
            is_taken: vec![false; evidence.page.blocks.len()],
        };
        if evidence.structure.page.running_words < ARTICLE_WORDS {
            return found;
        }
        let blocks: Vec<BoxSums> = (0..evidence.page.blocks.len())
            .map(|index| of_block(evidence, index, log_odds))
            .collect();
        if !evidence.page.is_text {
            found.add_elements(evidence, &blocks);
        }
        found.add_runs(evidence, &blocks);
        found
    }

    /// Weighs the blocks of boxes.
    pub(super) fn weigh(&self, log_odds: &mut [f32]) {
        for (index, odds) in log_odds.iter_mut().enumerate() {
            *odds -= self.box_of(index).map_or(0.0, |found| found.against);
        }
    }

    /// Lets all blocks of a box have the class of the box.
    pub(super) fn classify(&self, classes: &mut [ClassEmission]) {
        for (index, emission) in classes.iter_mut().enumerate() {
            let Some(class) = self.box_of(index).and_then(|found| found.class) else { continue };
            let best = emission.iter().copied().fold(f32::NEG_INFINITY, f32::max);
            for (other, sum) in ClutterClass::ALL.into_iter().zip(emission) {
                *sum = if other == class { best.max(0.0) } else { *sum - CLASS_LEAD };
            }
        }
    }

    /// The rule by which a block of a box goes, if its class is that of the box.
    pub(super) fn rule(&self, index: usize, class: ClutterClass) -> Option<String> {
        let found = self.box_of(index)?;
        let is_own = found.class.is_none_or(|own| own == class);
        is_own.then(|| format!("box/{}", found.reason))
    }

    fn box_of(&self, index: usize) -> Option<&FoundBox> {
        let number = self.by_block.get(index)?.checked_sub(1)?;
        self.boxes.get(number as usize)
    }

    fn push(&mut self, evidence: &ScoreEvidence<'_>, blocks: &[usize], score: f32, sums: &BoxSums) {
        let (class, reason) = class_of(evidence, blocks, sums);
        let against = ((score - BASE_SCORE) * SCORE_FACTOR).min(MOST_AGAINST);
        self.boxes.push(FoundBox { against, class, reason });
        let number = u32::try_from(self.boxes.len()).unwrap_or_default();
        for index in blocks {
            if let Some(slot) = self.by_block.get_mut(*index) {
                *slot = number;
            }
            if let Some(is_taken) = self.is_taken.get_mut(*index) {
                *is_taken = blocks.len() > 1;
            }
        }
    }

    /// Adds the elements within the main text that are boxes, the outermost of those around one another.
    fn add_elements(&mut self, evidence: &ScoreEvidence<'_>, blocks: &[BoxSums]) {
        let page = evidence.page;
        let elements = &page.elements;
        let mut sums = vec![BoxSums::default(); elements.len()];
        for (element, sums) in elements.iter().zip(&mut sums) {
            sums.names = element.named;
            sums.add_prompts(element.prompts);
        }
        for (block, own) in page.blocks.iter().zip(blocks) {
            sums[block.element as usize].add(own);
        }
        let mut templates: FastMap<u64, f32> = FastMap::default();
        for (index, element) in elements.iter().enumerate().skip(1).rev() {
            let own = sums[index];
            sums[element.parent as usize].add(&own);
            if own.blocks > 1.0 || element.named.has(TELLING) && own.blocks > 0.0 {
                *templates.entry(element.signature).or_default() += 1.0;
            }
        }
        let most = MAX_WORDS.min(evidence.structure.page.running_words * MAX_SHARE);
        let main = elements.get(evidence.structure.cluster as usize);
        let end = main.map_or(0, |main| main.end as usize);
        let score = |index: usize| {
            let (own, element) = (&sums[index], &elements[index]);
            let items = templates.get(&element.signature);
            let is_small = own.blocks > 0.0 && own.blocks <= MAX_BLOCKS && own.words <= most;
            let may_be_box = is_small
                && !own.is_barred
                && !element.named.has(NO_BOX)
                && items.is_none_or(|items| *items < LIST_ITEMS);
            if may_be_box { own.score(element.named) } else { 0.0 }
        };
        // Elements outside of the main text are no boxes, and most elements are.
        let within = evidence.structure.cluster as usize + 1..end;
        let mut scores = vec![0.0_f32; elements.len()];
        for index in within.clone() {
            scores[index] = score(index);
        }
        let mut best_inside = vec![0.0_f32; elements.len()];
        for (index, element) in elements.iter().enumerate().skip(1).rev() {
            let best = scores[index].max(best_inside[index]);
            let parent = element.parent as usize;
            best_inside[parent] = best_inside[parent].max(best);
        }
        // The first element of each, one past its last, its score, and its blocks.
        let mut chosen: Vec<(usize, usize, f32, Vec<usize>)> = Vec::new();
        let mut index = within.start;
        while index < within.end {
            let (score, element) = (scores[index], &elements[index]);
            // Prose beside a smaller box is no part of it.
            let holds_better = sums[index].prose_words > 0.0 && best_inside[index] > score;
            if score < LEAST_SCORE || holds_better {
                index += 1;
                continue;
            }
            chosen.push((index, element.end as usize, score, Vec::new()));
            index = element.end as usize;
        }
        for (number, block) in page.blocks.iter().enumerate() {
            let element = block.element as usize;
            let place = chosen.partition_point(|(first, ..)| *first <= element).checked_sub(1);
            if let Some((_, end, _, inside)) = place.and_then(|place| chosen.get_mut(place))
                && element < *end
            {
                inside.push(number);
            }
        }
        for (first, _, score, inside) in chosen {
            if is_amid_prose(evidence, &inside) {
                self.push(evidence, &inside, score, &sums[first]);
            }
        }
    }

    /// Adds runs of blocks without an element of their own: a label, a paragraph, and a link or button that closes them.
    fn add_runs(&mut self, evidence: &ScoreEvidence<'_>, blocks: &[BoxSums]) {
        for last in 0..blocks.len() {
            let may_end = self.is_taken.get(last) == Some(&false) && !is_reply(evidence, last);
            if !may_end || !is_call(evidence, last) {
                continue;
            }
            let Some(run) = run_before(evidence, blocks, last, &self.is_taken) else { continue };
            let mut sums = BoxSums::default();
            for own in blocks.get(run.clone()).unwrap_or_default() {
                sums.add(own);
            }
            if let Some(block) = evidence.page.blocks.get(last) {
                sums.add_prompts(evidence.page.element_of(block).prompts);
            }
            let is_framed = run.len() > 2
                && blocks.get(run.start).is_some_and(|label| label.phrases >= LABEL_PHRASES);
            let score = sums.score(ElementContext::default()) + if is_framed { FRAME } else { 0.0 };
            let run: Vec<usize> = run.collect();
            if score >= LEAST_SCORE
                && sums.phrases >= RUN_PHRASES
                && run.len() > 1
                && is_amid_prose(evidence, &run)
            {
                self.push(evidence, &run, score, &sums);
            }
        }
    }
}

/// What the class of a box is ahead of others by.
const CLASS_LEAD: f32 = 2.0;

/// Whether running text of the article stands right before and after these blocks, or they end it.
fn is_amid_prose(evidence: &ScoreEvidence<'_>, blocks: &[usize]) -> bool {
    let (Some(first), Some(last)) = (blocks.first(), blocks.last()) else { return false };
    let places = &evidence.structure.arrangements;
    let runs =
        |index: usize| places.get(index).is_some_and(|place| place.is_running && place.in_cluster);
    let follows = (first.saturating_sub(MAX_DISTANCE)..*first).any(runs);
    let precedes = (last + 1..=last + MAX_DISTANCE).any(runs);
    let is_last = || places.get(*last).is_some_and(|place| place.running_position >= 1.0);
    follows && (precedes || is_last())
}

fn of_block(evidence: &ScoreEvidence<'_>, index: usize, log_odds: &[f32]) -> BoxSums {
    let (Some(block), Some(measure), Some(phrases)) = (
        evidence.page.blocks.get(index),
        evidence.measures.get(index),
        evidence.phrases.get(index),
    ) else {
        return BoxSums::default();
    };
    let mut total: f32 = CLASSES.iter().map(|class| phrases.offer(*class)).sum();
    if is_author_label(phrases) {
        total += phrases.offer(ClutterClass::Byline);
    }
    let is_labelled_link = is_labelled_link(evidence.page, block);
    if let Some((class, weight)) = phrases.edge.filter(|_| is_labelled_link)
        && (CLASSES.contains(&class) || class == ClutterClass::Byline)
    {
        total += weight;
    }
    let is_clutter = log_odds.get(index).is_some_and(|odds| *odds < 0.0);
    let is_prose = measure.is_running_text() && total < LEAST_PHRASES;
    let is_row =
        matches!(block.kind, BlockKind::Row { .. }) && evidence.page.cells_of(block).len() > 1;
    let is_title = evidence.titles.get(index).copied().unwrap_or_default();
    BoxSums {
        blocks: 1.0,
        words: measure.words,
        clutter_words: if is_clutter { measure.words } else { 0.0 },
        prose_words: if is_prose { measure.words } else { 0.0 },
        phrases: total.clamp(0.0, MOST_BLOCK_PHRASES),
        calls: f32::from(u8::from(is_labelled_link || is_call(evidence, index))),
        links: block.links as f32,
        is_barred: is_row || is_title || block.kind == BlockKind::Preformatted,
        ..BoxSums::default()
    }
}

/// Whether a block is a button, or a link in a line of its own. In text, whether it is a phrase such as buttons have.
fn is_call(evidence: &ScoreEvidence<'_>, index: usize) -> bool {
    let (Some(block), Some(measure), Some(phrases), Some(place)) = (
        evidence.page.blocks.get(index),
        evidence.measures.get(index),
        evidence.phrases.get(index),
        evidence.structure.arrangements.get(index),
    ) else {
        return false;
    };
    let is_short = measure.words <= MAX_CALL_WORDS
        && measure.ending != TextEnding::Sentence
        && !matches!(block.kind, BlockKind::Heading(_));
    if evidence.page.is_text {
        return is_short && (phrases.coverage > 0.9 && phrases.total() >= LEAST_PHRASES);
    }
    let is_button = evidence.page.element_of(block).context.has(ElementContext::CONTROL_TAG);
    is_short && (is_button || place.link_density > 0.9)
}

/// Whether a block is a button such as "Reply", which stands below every post of a thread.
fn is_reply(evidence: &ScoreEvidence<'_>, index: usize) -> bool {
    let strongest = evidence.phrases.get(index).and_then(|phrases| phrases.strongest);
    strongest.is_some_and(|(rule, _)| rule.class == ClutterClass::Comments)
}

/// Whether a block is the label of a box about an author: "About the author". A byline is none.
fn is_author_label(phrases: &PhraseEvidence<'_>) -> bool {
    let is_whole = phrases.strongest.is_some_and(|(rule, _)| rule.at == PhrasePosition::Whole);
    is_whole && phrases.coverage > 0.9 && phrases.offer(ClutterClass::Byline) >= AUTHOR_LABEL
}

/// Whether a block is a line that begins with a label in bold and ends in a link: "**Our newsletter** Every Friday. Sign up".
fn is_labelled_link(page: &SegmentedPage, block: &PageBlock) -> bool {
    if block.links != 1 {
        return false;
    }
    let first = block.element as usize;
    let end = page.element_of(block).end as usize;
    let inside = page.elements.get(first + 1..end.min(first + 1 + MAX_INLINE)).unwrap_or_default();
    let label = inside.iter().find(|it| !matches!(it.tag, Tag::Em | Tag::I | Tag::Span));
    label.is_some_and(|label| matches!(label.tag, Tag::Strong | Tag::B))
        && inside
            .iter()
            .rev()
            .find(|it| !matches!(it.tag, Tag::Span | Tag::Br))
            .is_some_and(|last| last.tag == Tag::A)
}

/// The blocks of a box that ends with `last`: at most one paragraph, and a label before it.
fn run_before(
    evidence: &ScoreEvidence<'_>,
    blocks: &[BoxSums],
    last: usize,
    is_taken: &[bool],
) -> Option<Range<usize>> {
    let is_free = |index: usize| {
        is_taken.get(index) == Some(&false) && blocks.get(index).is_some_and(|sums| !sums.is_barred)
    };
    let is_label = |index: usize| {
        evidence
            .measures
            .get(index)
            .is_some_and(|measure| measure.words <= MAX_LABEL_WORDS && measure.words > 0.0)
    };
    // A short sentence before a button may be the last one of the article.
    let is_sentence = |index: usize| {
        evidence.measures.get(index).is_some_and(|measure| measure.ending == TextEnding::Sentence)
    };
    let mut first = last;
    // Links of one list stand above the button.
    while let Some(before) = first.checked_sub(1)
        && last - before < MAX_RUN
        && is_free(before)
        && is_call(evidence, before)
    {
        first = before;
    }
    let paragraph = first.checked_sub(1).filter(|before| is_free(*before))?;
    let measure = evidence.measures.get(paragraph)?;
    let sums = blocks.get(paragraph)?;
    let label = paragraph.checked_sub(1).filter(|label| is_free(*label) && is_label(*label));
    let is_telling =
        |index: usize| blocks.get(index).is_some_and(|sums| sums.phrases >= LABEL_PHRASES);
    let belongs = sums.phrases >= LEAST_PHRASES
        || is_label(paragraph) && !is_sentence(paragraph)
        || label.is_some_and(|label| is_telling(label) && !is_reply(evidence, label));
    if measure.words > MAX_PARAGRAPH_WORDS || !belongs {
        return Some(first..last + 1);
    }
    let label = label.filter(|label| is_telling(*label) || !is_sentence(*label));
    Some(label.unwrap_or(paragraph)..last + 1)
}

/// The class of a box, and what says most about it.
fn class_of(
    evidence: &ScoreEvidence<'_>,
    blocks: &[usize],
    sums: &BoxSums,
) -> (Option<ClutterClass>, &'static str) {
    let mut weights = [0.0; ClutterClass::ALL.len()];
    let mut reason = ("phrases", 0.0);
    for phrases in blocks.iter().filter_map(|index| evidence.phrases.get(*index)) {
        for class in CLASSES {
            let weight = phrases.offer(class);
            weights[class.index()] += weight;
            reason.1 += weight;
        }
        if is_author_label(phrases) {
            weights[ClutterClass::Byline.index()] += phrases.offer(ClutterClass::Byline);
        }
        if let Some((class, weight)) = phrases.edge {
            weights[class.index()] += weight;
        }
    }
    for (name, class, weight) in NAMES {
        if sums.names.has(*name) {
            if let Some(class) = class {
                weights[class.index()] += weight;
            }
            if *weight > reason.1 {
                reason = ("names", *weight);
            }
        }
    }
    for ((_, least, class, weight, name), count) in PARTS.iter().zip(sums.parts) {
        if count >= *least {
            weights[class.index()] += weight;
            if *weight > reason.1 {
                reason = (name, *weight);
            }
        }
    }
    let best = ClutterClass::ALL
        .into_iter()
        .filter(|class| weights[class.index()] > 0.0)
        .max_by(|left, right| weights[left.index()].total_cmp(&weights[right.index()]));
    (best, reason.0)
}
