//! The clutter phrases in each block of a page.

use std::cell::OnceCell;
use std::ops::{Deref, Range};

use super::measure::{TextEnding, TextMeasures};
use crate::ClutterClass;
use crate::language;
use crate::lexicon::{Lexicon, LexiconRule, NormalizedText, PhrasePosition};
use crate::segment::{BlockKind, SegmentedPage, Tag};

/// Bytes of a block that are searched. A phrase further down a long paragraph says little.
pub(super) const MAX_BYTES: usize = 280;

/// The log-odds that a byline phrase gains in a line of little but names.
const NAME_LINE: f32 = 2.5;

/// The factor of a phrase of another language than the text's.
const FOREIGN_FACTOR: f32 = 0.35;
/// The language whose phrases count in texts of all languages: its labels are printed by plug-ins everywhere.
const UNIVERSAL_LANGUAGE: &str = "en";
/// Bytes of running text that are given to the detector of languages.
const LANGUAGE_SAMPLE: usize = 600;

/// The weight from which a label opens a section.
const LEAST_OPENING: f32 = 1.0;

/// The log-odds from which a line that ends in a colon opens a list of stories, and a label opens comments, in text.
const LEAST_POINTER: f32 = 2.0;

/// The share of captions in the words of a text from which it is a photo essay.
const ESSAY_SHARE: f32 = 0.5;
/// The log-odds of a credit from which a line is a caption, and the words from which it is more than a credit.
const LEAST_CREDIT: f32 = 1.0;
const CAPTION_WORDS: f32 = 8.0;

/// Words of a paragraph of prose, the share of it that phrases cover at most, what their weights are multiplied by, and
/// the log-odds from which a block beside it is none.
const PROSE_WORDS: f32 = 9.0;
/// Blocks between such a paragraph and the next one on its other side, at most, with that one.
const MAX_GAP: usize = 3;
/// Elements around a paragraph that only say how it is set, at most.
const MAX_WRAPPERS: usize = 3;
const PROSE_COVERAGE: f32 = 0.4;
const PROSE_FACTOR: f32 = 0.15;
const LEAST_NEIGHBOR_PHRASES: f32 = 2.0;
/// The log-odds of a phrase that is one of several in an offer.
const LEAST_OF_SEVERAL: f32 = 1.0;

/// Factors of a phrase that is the whole block, of one in a line that is not a sentence, and of one in running
/// text.
const WHOLE_FACTOR: f32 = 2.0;
const LINE_FACTOR: f32 = 1.7;
const PART_FACTOR: f32 = 1.3;

/// The phrases of one block as evidence.
#[derive(Clone, Debug)]
pub(crate) struct PhraseEvidence<'a> {
    /// Log-odds by class.
    pub(crate) by_class: [f32; ClutterClass::ALL.len()],
    /// The rule with the largest weight, and that weight.
    pub(crate) strongest: Option<(&'a LexiconRule, f32)>,
    /// The class of the section that the block opens.
    pub(crate) opens: Option<ClutterClass>,
    /// The sum over the classes.
    total: f32,
    /// The share of the block that phrases cover, at most 1.
    pub(crate) coverage: f32,
    /// The strongest label or button that the block begins or ends with, without being nothing else.
    pub(super) edge: Option<(ClutterClass, f32)>,
    /// Whether rules of one class found several phrases.
    has_several: bool,
    /// What the log-odds were multiplied by, since the block is prose that has a phrase in it; 1 for others.
    prose_factor: f32,
    /// Whether sentences of the block may have phrases by themselves, which are none of the block's. `None` if it was
    /// not searched to its end.
    in_sentences: Option<bool>,
}

impl Default for PhraseEvidence<'_> {
    fn default() -> Self {
        Self {
            by_class: [0.0; ClutterClass::ALL.len()],
            strongest: None,
            opens: None,
            total: 0.0,
            coverage: 0.0,
            edge: None,
            has_several: false,
            prose_factor: 1.0,
            in_sentences: None,
        }
    }
}

impl PhraseEvidence<'_> {
    /// The log-odds of a class, as if the block were no prose.
    pub(super) fn offer(&self, class: ClutterClass) -> f32 {
        self.by_class[class.index()] / self.prose_factor
    }

    /// Multiplies all log-odds.
    fn scale(&mut self, factor: f32) {
        self.by_class.iter_mut().for_each(|sum| *sum *= factor);
        self.total *= factor;
        self.prose_factor *= factor;
        self.strongest = self.strongest.map(|(rule, weight)| (rule, weight * factor));
    }

    /// The log-odds of all classes together.
    pub(crate) fn total(&self) -> f32 {
        self.total
    }

    /// The factor of the phrases as a rule. An unmistakable phrase counts as in a line that is not a sentence.
    pub(super) fn factor(&self, measure: &TextMeasures, is_unmistakable: bool) -> f32 {
        let is_line = measure.words < 20.0 && measure.ending == TextEnding::Open;
        match self.coverage {
            coverage if coverage > 0.9 => WHOLE_FACTOR,
            _ if is_line || is_unmistakable => LINE_FACTOR,
            _ => PART_FACTOR,
        }
    }
}

/// The normalized texts of blocks, as far as they are searched.
pub(crate) fn normalized(page: &SegmentedPage) -> Vec<NormalizedText> {
    let head = |text: &str| {
        let end = text.floor_char_boundary(MAX_BYTES);
        NormalizedText::new(text.get(..end).unwrap_or_default())
    };
    page.blocks.iter().map(|block| head(page.text_of(block))).collect()
}

/// The phrases of each block by itself.
#[derive(Debug)]
pub(super) struct BlockPhrases<'a> {
    found: Vec<PhraseEvidence<'a>>,
    /// Whether the language of the page made a difference. Without some of the blocks it may be another.
    depends_on_language: bool,
}

impl<'a> BlockPhrases<'a> {
    /// The same for some of the blocks, unless they have to be found again.
    pub(super) fn of_blocks(&self, indices: &[usize]) -> Option<Self> {
        let of_block = |index: &usize| self.found.get(*index).cloned();
        (!self.depends_on_language).then(|| Self {
            found: indices.iter().filter_map(of_block).collect(),
            depends_on_language: false,
        })
    }

    /// Whether sentences of a block may have phrases by themselves, if that is known.
    pub(super) fn in_sentences(&self, index: usize) -> Option<bool> {
        self.found.get(index)?.in_sentences
    }

    /// The phrases as evidence on the blocks of a page.
    pub(super) fn of_page(
        &self,
        page: &SegmentedPage,
        measures: &[TextMeasures],
    ) -> Vec<PhraseEvidence<'a>> {
        let mut found = self.found.clone();
        if page.is_text {
            keep_photo_essay(&mut found, measures);
        }
        weigh_prose(&mut found, page, measures);
        found
    }
}

/// Finds the phrases of every block.
pub(super) fn find<'a>(
    page: &SegmentedPage,
    texts: &[NormalizedText],
    measures: &[TextMeasures],
    lexicon: &'a Lexicon,
    declared_language: Option<&str>,
) -> BlockPhrases<'a> {
    // Detection takes longer than the search in a short text, and most texts do not need it.
    let detect = || language_of(page, measures, lexicon, declared_language);
    let language = OnceCell::new();
    let factor =
        |rule: &LexiconRule| language_factor(rule, || language.get_or_init(detect).as_deref());
    let found = texts
        .iter()
        .zip(measures)
        .zip(&page.blocks)
        .map(|((text, measure), block)| {
            // Words of code are names: `tags:` and `newsletter = true` offer nothing to a reader.
            if block.kind == BlockKind::Preformatted {
                return PhraseEvidence::default();
            }
            let mut found = evidence(lexicon, text, &measure, &factor);
            found.in_sentences =
                found.in_sentences.filter(|_| page.text_of(block).len() <= MAX_BYTES);
            if page.is_text {
                found.opens = opened_in_text(&found, measure);
            }
            found
        })
        .collect();
    BlockPhrases { found, depends_on_language: language.get().is_some() }
}

/// The factor of a rule in a text of a language, which is only asked for if it matters.
fn language_factor<'a>(rule: &LexiconRule, language: impl FnOnce() -> Option<&'a str>) -> f32 {
    let is_foreign = rule.language != UNIVERSAL_LANGUAGE
        && language().is_some_and(|language| language != rule.language);
    if is_foreign { FOREIGN_FACTOR } else { 1.0 }
}

/// Finds the phrases of the sentences of one paragraph, as if each were a line.
pub(super) struct SentencePhrases<'a, 't> {
    lexicon: &'a Lexicon,
    paragraph: &'t str,
    /// The language of the paragraph, detected when a phrase needs it.
    language: OnceCell<Option<String>>,
}

impl<'a, 't> SentencePhrases<'a, 't> {
    pub(super) fn new(paragraph: &'t str, lexicon: &'a Lexicon) -> Self {
        Self { lexicon, paragraph, language: OnceCell::new() }
    }

    /// The phrases of one sentence. Its measures are asked for only if it has any.
    pub(super) fn of(
        &self,
        sentence: &str,
        measure: &impl Deref<Target = TextMeasures>,
    ) -> PhraseEvidence<'a> {
        let factor = |rule: &LexiconRule| language_factor(rule, || self.language());
        evidence(self.lexicon, &NormalizedText::new(sentence), measure, &factor)
    }

    fn language(&self) -> Option<&str> {
        let detect = || {
            let end = self.paragraph.floor_char_boundary(LANGUAGE_SAMPLE);
            let sample = self.paragraph.get(..end).unwrap_or_default();
            language::detect(sample, None).filter(|language| self.lexicon.knows(language))
        };
        self.language.get_or_init(detect).as_deref()
    }
}

/// The language that phrases must be of to count in full: that of the running text, if it is certain and the
/// lexicon has phrases of it.
fn language_of(
    page: &SegmentedPage,
    measures: &[TextMeasures],
    lexicon: &Lexicon,
    declared: Option<&str>,
) -> Option<String> {
    let mut sample = String::new();
    for (block, measure) in page.blocks.iter().zip(measures) {
        if sample.len() >= LANGUAGE_SAMPLE {
            break;
        }
        if measure.is_running_text() {
            sample.push_str(page.text_of(block));
            sample.push(' ');
        }
    }
    let sample = sample.get(..sample.floor_char_boundary(LANGUAGE_SAMPLE)).unwrap_or_default();
    language::detect(sample, declared).filter(|language| lexicon.knows(language))
}

/// The section that a line of text opens. A line with a colon that points to other stories ("More in our series:")
/// opens a list of them. A word such as "discussion" is more often the article's own heading here.
fn opened_in_text(found: &PhraseEvidence<'_>, measure: &TextMeasures) -> Option<ClutterClass> {
    let (rule, weight) = found.strongest?;
    match found.opens {
        Some(ClutterClass::Comments) if found.total < LEAST_POINTER => None,
        None => {
            let points_to_list = rule.class == ClutterClass::Related
                && weight >= LEAST_POINTER
                && measure.ending == TextEnding::Colon;
            points_to_list.then_some(ClutterClass::Related)
        }
        opens => opens,
    }
}

/// Takes credits for a part of the text where most of it is captions with their credits: a photo essay. Lines
/// that are nothing but a credit stay what they are.
fn keep_photo_essay(found: &mut [PhraseEvidence<'_>], measures: &[TextMeasures]) {
    let caption = ClutterClass::Caption.index();
    let is_caption = |phrases: &PhraseEvidence<'_>, measure: &TextMeasures| {
        phrases.by_class[caption] >= LEAST_CREDIT && measure.words >= CAPTION_WORDS
    };
    let blocks = || found.iter().zip(measures);
    let all: f32 = measures.iter().map(|measure| measure.words).sum();
    let captions: f32 = blocks()
        .filter(|(phrases, measure)| is_caption(phrases, measure))
        .map(|(_, measure)| measure.words)
        .sum();
    if captions < all * ESSAY_SHARE {
        return;
    }
    for (phrases, measure) in found.iter_mut().zip(measures) {
        if is_caption(phrases, measure) {
            phrases.by_class[caption] = 0.0;
            phrases.total = phrases.by_class.iter().sum();
            phrases.strongest =
                phrases.strongest.filter(|(rule, _)| rule.class != ClutterClass::Caption);
        }
    }
}

/// Takes most of the weight from the phrases of paragraphs that are prose: a sentence around the phrase, without a link,
/// among other paragraphs. "Cancel at any time, the contract had said, and the court took it at its word" offers nothing.
fn weigh_prose(found: &mut [PhraseEvidence<'_>], page: &SegmentedPage, measures: &[TextMeasures]) {
    let is_clear: Vec<bool> =
        found.iter().map(|phrases| phrases.total() < LEAST_NEIGHBOR_PHRASES).collect();
    let is_paragraph = |index: usize| {
        is_clear.get(index) == Some(&true)
            && measures.get(index).is_some_and(TextMeasures::is_running_text)
    };
    for (index, phrases) in found.iter_mut().enumerate() {
        let (Some(block), Some(measure)) = (page.blocks.get(index), measures.get(index)) else {
            continue;
        };
        let is_sentence = measure.words >= PROSE_WORDS
            && measure.ending == TextEnding::Sentence
            && matches!(block.kind, BlockKind::Paragraph | BlockKind::ListItem { .. })
            && block.links == 0;
        if !is_sentence
            || phrases.has_several
            || phrases.coverage >= PROSE_COVERAGE
            || phrases.total() <= 0.0
        {
            continue;
        }
        let before = index.checked_sub(1);
        let is_among_prose = if page.is_text {
            // The prompt at the end of an article stands beside prose too, and has no link to show.
            before.is_some_and(is_paragraph) && is_paragraph(index + 1)
        } else {
            // Prompts stand before the first paragraph of an article and after the last one.
            let is_like = |other: usize| is_paragraph(other) && are_siblings(page, index, other);
            // But a line that points to another story would have a link to it.
            let is_related = |rule: &LexiconRule| rule.class == ClutterClass::Related;
            let lacks_link = phrases.strongest.is_some_and(|(rule, _)| is_related(rule));
            before.is_some_and(is_like)
                && (lacks_link || (index + 1..=index + MAX_GAP).any(is_paragraph))
                || is_like(index + 1) && (index.saturating_sub(MAX_GAP)..index).any(is_paragraph)
        };
        if is_among_prose {
            phrases.scale(PROSE_FACTOR);
        }
    }
}

/// Whether two blocks are in elements of one kind with the same parent. A quote and a list with one block are no boxes,
/// nor are elements of a paragraph around all of its text.
fn are_siblings(page: &SegmentedPage, left: usize, right: usize) -> bool {
    let kind = |index: usize| {
        let (number, was_wrapped) = unwrapped(page, index)?;
        let element = page.element(number);
        Some((element.parent, element.tag, was_wrapped))
    };
    let (Some(left), Some(right)) = (kind(left), kind(right)) else { return false };
    left.0 == right.0 && (left.1 == right.1 || left.2 || right.2)
}

/// The largest element around a block that has nothing else in it and no more to say than how the block is set, and
/// whether it is another one than the block's paragraph.
fn unwrapped(page: &SegmentedPage, index: usize) -> Option<(u32, bool)> {
    let block = page.blocks.get(index)?;
    let neighbors = [index.checked_sub(1), index.checked_add(1)];
    let neighbors = neighbors.map(|other| other.and_then(|other| page.blocks.get(other)));
    let mut number = block.element;
    let mut was_wrapped = false;
    for around in page.ancestor_numbers(block.element).skip(1).take(MAX_WRAPPERS) {
        let is_shared =
            neighbors.iter().flatten().any(|other| page.contains(around, other.element));
        let tag = page.element(number).tag;
        let is_inline = matches!(tag, Tag::Strong | Tag::B | Tag::Em | Tag::I);
        let is_setting =
            matches!(page.element(around).tag, Tag::Blockquote | Tag::Ul | Tag::Ol | Tag::Li);
        if is_shared || !is_inline && !is_setting {
            break;
        }
        was_wrapped |= is_setting;
        number = around;
    }
    Some((number, was_wrapped))
}

/// A phrase that is where its rule wants it.
struct PlacedPhrase<'a> {
    range: Range<usize>,
    rule: &'a LexiconRule,
    weight: f32,
}

fn evidence<'a>(
    lexicon: &'a Lexicon,
    block: &NormalizedText,
    measure: &impl Deref<Target = TextMeasures>,
    factor: &dyn Fn(&LexiconRule) -> f32,
) -> PhraseEvidence<'a> {
    let mut found = PhraseEvidence::default();
    let mut weights: Vec<(&'a LexiconRule, f32)> = Vec::new();
    let mut placed: Vec<PlacedPhrase<'a>> = Vec::new();
    let mut parts: Vec<(Range<usize>, &'a LexiconRule)> = Vec::new();
    // Hits borrow the block. Only their rules, which borrow the lexicon, are kept.
    let in_sentences = lexicon.for_each_hit(block, &mut |hit| {
        if !hit.is_in_place {
            parts.push((hit.range, hit.rule));
            return;
        }
        let weight = diluted(hit.rule, hit.coverage, measure) * factor(hit.rule);
        if hit.rule.at == PhrasePosition::Opens && weight >= LEAST_OPENING {
            found.opens = Some(hit.rule.class);
        }
        placed.push(PlacedPhrase { range: hit.range, rule: hit.rule, weight });
    });
    found.in_sentences = Some(in_sentences);
    let core = block.core_range();
    let is_edge = |range: &Range<usize>| range.start <= core.start || range.end >= core.end;
    found.edge = parts
        .iter()
        .filter(|(range, _)| is_edge(range))
        .map(|(_, rule)| (rule.class, rule.weight * factor(rule)))
        .max_by(|left, right| left.1.total_cmp(&right.1));
    keep_one_language(&mut placed);
    found.coverage = covered(&placed) as f32 / block.core().len().max(1) as f32;
    found.coverage = found.coverage.min(1.0);
    for phrase in &placed {
        add(&mut weights, phrase.rule, phrase.weight);
    }
    if found.coverage < 1.0 && is_made_of(&parts, block) {
        found.coverage = 1.0;
        for (_, rule) in &parts {
            add(&mut weights, rule, rule.weight * factor(rule));
        }
    }
    weights.sort_by(|left, right| right.1.total_cmp(&left.1));
    found.has_several = has_several(&placed);
    for (rule, weight) in &weights {
        let sum = &mut found.by_class[rule.class.index()];
        // Rules of one class are not independent, so all but the first add half.
        *sum += if *sum > 0.0 { weight / 2.0 } else { *weight };
    }
    let byline = &mut found.by_class[ClutterClass::Byline.index()];
    if *byline > 0.0 && is_name_line(measure) {
        *byline += NAME_LINE;
    }
    found.total = found.by_class.iter().sum();
    found.strongest = weights.first().copied();
    found
}

/// Where several languages have the same phrase, keeps that of the language in which it weighs most. A price is
/// not ten times as certain because ten lexicons know it.
fn keep_one_language(placed: &mut Vec<PlacedPhrase<'_>>) {
    // In the order of their places, which stays the same for equal ones: that of the lexicons.
    placed.sort_by(|left, right| {
        let place = |phrase: &PlacedPhrase<'_>| {
            (phrase.range.start, phrase.range.end, phrase.rule.class.index())
        };
        place(left).cmp(&place(right)).then(right.weight.total_cmp(&left.weight))
    });
    let mut best: Option<(Range<usize>, ClutterClass, &str)> = None;
    placed.retain(|phrase| match &best {
        Some((range, class, language)) if *range == phrase.range && *class == phrase.rule.class => {
            *language == phrase.rule.language
        }
        _ => {
            best = Some((phrase.range.clone(), phrase.rule.class, &phrase.rule.language));
            true
        }
    });
}

/// The bytes that phrases cover together; they are in the order of their starts.
fn covered(placed: &[PlacedPhrase<'_>]) -> usize {
    let mut end = 0;
    let mut bytes = 0;
    for phrase in placed {
        bytes += phrase.range.end.saturating_sub(phrase.range.start.max(end));
        end = end.max(phrase.range.end);
    }
    bytes
}

/// Whether there are several phrases of one class beside each other. They are in the order of their starts.
fn has_several(placed: &[PlacedPhrase<'_>]) -> bool {
    let mut ends = [None::<usize>; ClutterClass::ALL.len()];
    placed.iter().filter(|phrase| phrase.weight >= LEAST_OF_SEVERAL).any(|phrase| {
        let end = &mut ends[phrase.rule.class.index()];
        let is_further = end.is_some_and(|end| phrase.range.start >= end);
        *end = Some(end.unwrap_or_default().max(phrase.range.end));
        is_further
    })
}

fn add<'a>(weights: &mut Vec<(&'a LexiconRule, f32)>, rule: &'a LexiconRule, weight: f32) {
    match weights.iter_mut().find(|(known, _)| std::ptr::eq(*known, rule)) {
        Some((_, best)) => *best = best.max(weight),
        None => weights.push((rule, weight)),
    }
}

/// The weight of a phrase in a block of this length: full in a short line, little in a long paragraph of
/// several sentences, unless the phrase hardly occurs outside of clutter.
fn diluted(rule: &LexiconRule, coverage: f32, measure: &TextMeasures) -> f32 {
    let spread = (measure.characters as f32 / 160.0).max(1.0);
    // Quotation marks in a paragraph may mean that it quotes a prompt.
    let share = if measure.words >= 22.0 && measure.has_quote { 1.0 } else { 0.7 };
    let sentences = (measure.sentences as f32 * share).max(1.0);
    match rule.at {
        PhrasePosition::Whole | PhrasePosition::Opens => rule.weight,
        _ if rule.weight >= 4.5 => rule.weight / spread.sqrt().max(sentences),
        // A phrase at the start or the end of a line shows what the line is.
        PhrasePosition::Start | PhrasePosition::End => rule.weight / spread.max(sentences),
        PhrasePosition::Anywhere => {
            // A line that is not a sentence is likely to be what its phrases say.
            let is_line = measure.words < 16.0 && measure.ending == TextEnding::Open;
            let least = if is_line { 0.8 } else { 0.5 };
            rule.weight * (coverage * 2.0).clamp(least, 1.0) / spread.max(sentences)
        }
    }
}

/// Whether a block consists of whole phrases of one language: buttons, menu words, share links. An item of a
/// numbered list is none of these, and words that are labels in two languages are words in a third.
fn is_made_of(parts: &[(Range<usize>, &LexiconRule)], block: &NormalizedText) -> bool {
    let core = block.core();
    if parts.len() < 2 || core.len() > 200 || core.starts_with("#. ") || core.starts_with("#) ") {
        return false;
    }
    let start = block.core_range().start;
    // Most blocks begin or end with something else, which needs no look at languages.
    let is_part = |offset: usize| parts.iter().any(|(range, _)| range.contains(&(start + offset)));
    let (first, last) = (core.find(char::is_alphanumeric), core.rfind(char::is_alphanumeric));
    if ![first, last].into_iter().flatten().all(is_part) {
        return false;
    }
    let languages = parts.iter().enumerate().filter(|(index, (_, rule))| {
        parts.iter().take(*index).all(|(_, before)| before.language != rule.language)
    });
    let is_covered_in = |language: &str| {
        let own = || parts.iter().filter(|(_, rule)| rule.language == language);
        let starts = own().map(|(range, _)| range.start);
        let is_covered = |offset: usize| own().any(|(range, _)| range.contains(&(start + offset)));
        starts.clone().min() != starts.max()
            && core.char_indices().all(|(offset, c)| !c.is_alphanumeric() || is_covered(offset))
    };
    core.contains(char::is_alphabetic)
        && languages.into_iter().any(|(_, (_, rule))| is_covered_in(&rule.language))
}

/// Whether a line looks like a byline: short, not a sentence, and made of capitalized words (names) or of parts
/// with bars or dots between them and a number (a date).
fn is_name_line(measure: &TextMeasures) -> bool {
    if measure.separators >= 1 && measure.words < 20.0 && measure.digits > 0 {
        return measure.ending != TextEnding::Sentence || measure.sentences <= 1;
    }
    (2.0..9.0).contains(&measure.words)
        && measure.ending == TextEnding::Open
        && measure.capitalized as f32 >= measure.words * 0.7
}

#[cfg(test)]
mod tests {
    use super::super::testing::ArrangedPage;
    use super::*;

    const LEXICONS: [(&str, &str); 3] = [
        (
            "en",
            r#"
            language = "en"
            [[rule]]
            id = "share"
            class = "share"
            at = "whole"
            weight = 3.0
            phrases = ["facebook", "share this story", "email"]
            [[rule]]
            id = "price"
            class = "paywall"
            at = "whole"
            weight = 2.0
            phrases = ["¤#"]
            [[rule]]
            id = "link"
            class = "related"
            at = "start"
            weight = 3.0
            phrases = ["read more"]
            [[rule]]
            id = "credit"
            class = "caption"
            at = "end"
            weight = 4.0
            phrases = ["harbour press"]
            [[rule]]
            id = "discussion"
            class = "comments"
            at = "opens"
            weight = 1.6
            phrases = ["discussion"]
            "#,
        ),
        (
            "de",
            r#"
            language = "de"
            [[rule]]
            id = "link"
            class = "related"
            at = "start"
            weight = 3.0
            phrases = ["video:"]
            [[rule]]
            id = "price"
            class = "paywall"
            at = "whole"
            weight = 2.2
            phrases = ["¤#"]
            "#,
        ),
        (
            "nl",
            r#"
            language = "nl"
            [[rule]]
            id = "topic"
            class = "consent"
            at = "whole"
            weight = 3.0
            phrases = ["marketing"]
            "#,
        ),
    ];
    const ENGLISH: &str = "The ferry returned to the harbour on Monday after nine weeks in the dry dock, and \
        the company said that the timetable would stay the same until the autumn.";
    const GERMAN: &str = "Die Fähre fährt seit Montag wieder, nachdem sie neun Wochen lang im Dock gelegen \
        hatte, und die Reederei sagte, dass der Fahrplan bis zum Herbst gilt.";

    fn found<'a>(
        page: &SegmentedPage,
        measures: &[TextMeasures],
        lexicon: &'a Lexicon,
    ) -> Vec<PhraseEvidence<'a>> {
        find(page, &normalized(page), measures, lexicon, None).of_page(page, measures)
    }

    fn total(lexicon: &Lexicon, text: &str, line: usize) -> f32 {
        let ArrangedPage { page, measures, .. } = ArrangedPage::text(text);
        found(&page, &measures, lexicon)[line].total()
    }

    #[test]
    fn a_phrase_of_another_language_counts_little() {
        let lexicon = Lexicon::from_toml(LEXICONS).unwrap();
        let weight = |prose: &str| total(&lexicon, &format!("{prose}\n\nVideo: the crane"), 1);
        assert!((weight(GERMAN) - 3.0).abs() < 1e-3, "{}", weight(GERMAN));
        assert!((weight(ENGLISH) - 1.05).abs() < 1e-3, "{}", weight(ENGLISH));
        let unknown = total(&lexicon, "Video: the crane", 0);
        assert!((unknown - 3.0).abs() < 1e-3, "the language of a short text is not known");
        let universal = total(&lexicon, &format!("{GERMAN}\n\nRead more about cranes"), 1);
        assert!((universal - 3.0).abs() < 1e-3, "English labels are printed in all languages");
    }

    #[test]
    fn a_phrase_that_several_languages_have_counts_once() {
        let lexicon = Lexicon::from_toml(LEXICONS).unwrap();
        assert!((total(&lexicon, "$1,200", 0) - 2.2).abs() < 1e-3);
    }

    #[test]
    fn buttons_are_of_one_language_and_not_items_of_a_list() {
        let lexicon = Lexicon::from_toml(LEXICONS).unwrap();
        assert!(total(&lexicon, "Facebook Share this story", 0) >= 3.0);
        assert!(total(&lexicon, "Email marketing", 0) < 0.1, "English and Dutch");
        assert!(total(&lexicon, "2. Facebook email", 0) < 0.1);
    }

    #[test]
    fn a_line_with_a_colon_opens_a_list_of_stories() {
        let lexicon = Lexicon::from_toml(LEXICONS).unwrap();
        let opens = |text: &str| {
            let ArrangedPage { page, measures, .. } = ArrangedPage::text(text);
            found(&page, &measures, &lexicon)[0].opens
        };
        assert_eq!(opens("Read more in our series on cranes:"), Some(ClutterClass::Related));
        assert_eq!(opens("Read more in our series on cranes"), None);
        assert_eq!(opens("Discussion"), None, "a heading of the article");
    }

    #[test]
    fn prose_with_a_phrase_counts_little_however_it_is_set() {
        let text = "<p>The ferry sailed again on Monday after nine weeks in the dry dock of the old town.</p>";
        let line = "Read more slowly, the aunt had told the boy, and he never forgot it.";
        let lexicon = Lexicon::from_toml(LEXICONS).unwrap();
        let total = |line: &str| {
            let ArrangedPage { page, measures, .. } = ArrangedPage::html(line);
            let at =
                page.blocks.iter().position(|it| page.text_of(it).starts_with("Read")).unwrap();
            found(&page, &measures, &lexicon)[at].total()
        };
        let alone = total(&format!("<p>{line}</p>"));
        for (open, close) in [
            ("<p>", "</p>"),
            ("<p><strong>", "</strong></p>"),
            ("<blockquote><p>", "</p></blockquote>"),
            ("<ul><li>", "</li></ul>"),
        ] {
            let set = format!("{open}{line}{close}");
            assert!(total(&format!("{text}{set}{text}")) < alone / 4.0, "{set}");
            assert!(total(&format!("{text}{text}{set}")) < alone / 4.0, "{set}: no link");
        }
        let boxed = format!("{text}<div class=box><p>{line}</p></div>{text}");
        assert!(total(&boxed) > alone / 2.0, "a box");
    }

    #[test]
    fn a_photo_essay_keeps_its_captions() {
        let lexicon = Lexicon::from_toml(LEXICONS).unwrap();
        let caption = |place: &str| {
            format!(
                "A fisherman mends his nets at the {place} on a cold morning. Ada Ono/Harbour Press"
            )
        };
        let essay = ["north pier", "south pier", "old lighthouse"].map(caption).join("\n\n");
        assert!(total(&lexicon, &essay, 1).abs() < 1e-3);
        let article = format!("{ENGLISH}\n\n{ENGLISH}\n\n{}", caption("north pier"));
        assert!(total(&lexicon, &article, 2) > 1.0);
        let credit = format!("{essay}\n\nAda Ono/Harbour Press");
        assert!(total(&lexicon, &credit, 3) > 3.0, "nothing but a credit");
    }
}
