//! Finds sentences of clutter inside of paragraphs that are kept: promotions, link sentences, credits.
//!
//! The model judges whole blocks, and a paragraph with a promotion at its end is content. So each sentence of a kept
//! paragraph is judged by its phrases alone, as if it were a line. Passages that many other texts share are removed too.

use std::cell::LazyCell;
use std::ops::Range;

use memchr::memchr;

use super::measure::{TextEnding, TextMeasures};
use super::phrases::SentencePhrases;
use super::recurrence::RecurringPassage;
use super::{BlockVerdict, KnownSite};
use crate::ClutterClass;
use crate::lexicon::{Lexicon, PhrasePosition};
use crate::units;

/// Log-odds from which a sentence is cut out. Higher than for lines, since a sentence in the middle of a paragraph is
/// likely to belong to it.
const CUT: f32 = 4.0;
/// Bytes of a sentence from which it is not judged: its phrases say little about it.
const MAX_SENTENCE_BYTES: usize = 600;
/// Bytes of a paragraph below which it is a line, not several sentences.
const MIN_PARAGRAPH_BYTES: usize = 40;

/// The weight of a phrase from which a sentence that begins with it begins with a credit, and the most words of it.
const LEAST_CREDIT: f32 = 1.5;
const CREDIT_WORDS: usize = 9;

/// Words from which what follows labels is a sentence of the text.
const LEAST_SENTENCE: f32 = 8.0;

/// The most words of a line with a name and a date.
const DATE_LINE_WORDS: usize = 4;

/// A sentence to cut out of a block.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ClutterSentence {
    /// Its bytes in the text of the block.
    pub(crate) range: Range<usize>,
    pub(crate) class: ClutterClass,
    /// The rule of the lexicon that weighed most.
    pub(crate) rule: String,
    /// The log-odds that it is clutter.
    pub(crate) log_odds: f32,
    /// How often it was counted in other texts, in words. Empty if its phrases gave it away.
    pub(crate) evidence: Vec<String>,
}

impl ClutterSentence {
    /// The verdict on it; with `explain` it names the rule.
    pub(crate) fn verdict(&self, explain: bool) -> BlockVerdict {
        BlockVerdict {
            class: Some(self.class),
            class_confidence: 1.0,
            score: 1.0 / (1.0 + self.log_odds.exp()),
            rule: if explain { self.rule.clone() } else { String::new() },
            evidence: if explain { self.evidence.clone() } else { Vec::new() },
            ..BlockVerdict::default()
        }
    }
}

/// The clutter sentences of a kept paragraph, in order. Empty if nothing would be left. `has_phrases` is false if no
/// sentence has a phrase.
pub(super) fn clutter_sentences(
    text: &str,
    has_phrases: bool,
    lexicon: &Lexicon,
    site: Option<KnownSite<'_>>,
) -> Vec<ClutterSentence> {
    if text.len() < MIN_PARAGRAPH_BYTES {
        return Vec::new();
    }
    let mut found =
        if has_phrases || may_have_form(text) { by_phrases(text, lexicon) } else { Vec::new() };
    for passage in site.map(|site| recurring(text, site)).unwrap_or_default() {
        add(&mut found, passage);
    }
    if is_all(text, &found) { Vec::new() } else { found }
}

fn by_phrases(text: &str, lexicon: &Lexicon) -> Vec<ClutterSentence> {
    let mut found = Vec::new();
    let mut others = 0;
    let mut quotations = QuotationDepth::default();
    let phrases = SentencePhrases::new(text, lexicon);
    for range in units::sentences(text) {
        let sentence = text.get(range.clone()).unwrap_or_default();
        let is_quoted = quotations.is_open();
        quotations.read(sentence);
        let is_last = range.end == text.len();
        // What is quoted may be a prompt that the text is about.
        let clutter = if is_quoted {
            None
        } else {
            judged(sentence, &phrases)
                .or_else(|| if is_last { by_form(sentence, others > 0) } else { None })
        };
        let Some((class, rule, log_odds, bytes)) = clutter else {
            others += 1;
            continue;
        };
        let range = range.start + bytes.start..range.start + bytes.end;
        others += usize::from(bytes.len() < sentence.len());
        found.push(ClutterSentence { range, class, rule, log_odds, evidence: Vec::new() });
    }
    found
}

/// The passages that other texts have too, often enough and outside of quotations.
fn recurring(text: &str, site: KnownSite<'_>) -> Vec<RecurringPassage> {
    let mut quotations = QuotationDepth::default();
    let mut position = 0;
    let mut is_quoted = |start: usize| {
        quotations.read(text.get(position..start).unwrap_or_default());
        position = start;
        quotations.is_open()
    };
    let mut passages = site.passages(text);
    passages.retain(|passage| !is_quoted(passage.range.start) && passage.log_odds() >= CUT);
    passages
}

/// Adds a passage to the clutter of a paragraph. Sentences of it that were found by their phrases say its class.
fn add(found: &mut Vec<ClutterSentence>, passage: RecurringPassage) {
    let before = found.partition_point(|other| other.range.end <= passage.range.start);
    let within = found.partition_point(|other| other.range.start < passage.range.end);
    let mut clutter = ClutterSentence {
        class: ClutterClass::Other,
        rule: passage.rule().to_owned(),
        log_odds: passage.log_odds(),
        evidence: vec![passage.reason()],
        range: passage.range,
    };
    for other in found.get(before..within).unwrap_or_default().iter().rev() {
        let (start, end) = (other.range.start, other.range.end);
        clutter.range = clutter.range.start.min(start)..clutter.range.end.max(end);
        clutter.class = other.class;
    }
    found.splice(before..within.max(before), [clutter]);
}

/// Whether nothing of a paragraph is left beside its clutter.
fn is_all(text: &str, found: &[ClutterSentence]) -> bool {
    let ends = found.iter().map(|clutter| clutter.range.end);
    let starts = found.iter().map(|clutter| clutter.range.start).chain([text.len()]);
    let mut between = std::iter::once(0).chain(ends).zip(starts);
    between.all(|(end, start)| text.get(end..start).unwrap_or_default().trim().is_empty())
}

/// A class, the rule that names it, the log-odds, and the bytes of the sentence that are clutter.
type SentenceVerdict = (ClutterClass, String, f32, Range<usize>);

fn judged(sentence: &str, phrases: &SentencePhrases<'_, '_>) -> Option<SentenceVerdict> {
    if sentence.len() > MAX_SENTENCE_BYTES {
        return None;
    }
    // Most sentences have no phrase, and need not be measured.
    let measure = LazyCell::new(|| TextMeasures::new(sentence));
    let evidence = phrases.of(sentence, &measure);
    let (rule, weight) = evidence.strongest?;
    let verdict = |log_odds, bytes| Some((rule.class, rule.id.clone(), log_odds, bytes));
    // A credit before a sentence, without punctuation between them.
    if rule.class == ClutterClass::Caption
        && rule.at == PhrasePosition::Start
        && rule.weight >= LEAST_CREDIT
        && measure.words > CREDIT_WORDS as f32
    {
        let end = units::likely_end(sentence, CREDIT_WORDS)?;
        return verdict(CUT + weight, 0..end);
    }
    // "Yes." and "Thank you." are buttons on pages and sentences in paragraphs.
    let is_short_answer = measure.words < 4.0 && measure.ending == TextEnding::Sentence;
    let quotes = measure.has_quote && evidence.coverage < 0.5;
    let log_odds = evidence.factor(&measure, false) * evidence.total();
    if log_odds < CUT || is_short_answer || quotes {
        return None;
    }
    verdict(log_odds, 0..end_of_labels(sentence, phrases))
}

/// Where the clutter of a sentence ends: before a sentence of the text that follows labels without a sign between them
/// (`Search Sign in The council said ...`), or at the end.
fn end_of_labels(sentence: &str, phrases: &SentencePhrases<'_, '_>) -> usize {
    let end = units::last_block_end(sentence).unwrap_or(sentence.len());
    let tail = sentence.get(end..).unwrap_or_default().trim_start();
    let measure = TextMeasures::new(tail);
    let is_sentence = measure.words >= LEAST_SENTENCE && measure.ending == TextEnding::Sentence;
    if is_sentence && judged(tail, phrases).is_none() { end } else { sentence.len() }
}

/// Whether [`by_form`] may say something about the last sentence of a paragraph.
fn may_have_form(text: &str) -> bool {
    memchr(b'/', text.as_bytes()).is_some()
        || text.split_whitespace().rev().take(DATE_LINE_WORDS).any(is_date)
}

/// What the form of the last sentence of a paragraph says: a name and a date after the last full stop, or the path of
/// a link that was glued to it.
fn by_form(sentence: &str, follows_text: bool) -> Option<SentenceVerdict> {
    let verdict = |class, rule: &str, bytes| Some((class, format!("form/{rule}"), CUT, bytes));
    if follows_text && is_date_line(sentence) {
        return verdict(ClutterClass::Byline, "date-line", 0..sentence.len());
    }
    let at = sentence.rfind('/').filter(|at| at + 1 == sentence.len());
    let slash = sentence.get(..at.unwrap_or(sentence.len()))?.rfind('/')?;
    let (before, path) = sentence.split_at(slash);
    let is_glued = before.ends_with(['.', '!', '?', '”', '"']);
    let is_path = path.len() > 3
        && path.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '/' | '.' | '-' | '_'))
        && path.contains(|c: char| c.is_ascii_alphabetic());
    if is_glued && is_path {
        return verdict(ClutterClass::Other, "glued-path", slash..sentence.len());
    }
    None
}

/// Whether a text is a name of at most three words and a date in digits, in either order.
fn is_date_line(text: &str) -> bool {
    let words: Vec<&str> = text.split_whitespace().take(DATE_LINE_WORDS + 1).collect();
    (2..=DATE_LINE_WORDS).contains(&words.len())
        && words.iter().filter(|word| is_date(word)).count() == 1
        && words.iter().all(|word| is_date(word) || word.starts_with(char::is_uppercase))
}

fn is_date(word: &str) -> bool {
    let digits = word.bytes().filter(u8::is_ascii_digit).count();
    let signs = word.bytes().filter(|byte| matches!(byte, b'/' | b'-' | b'.')).count();
    (5..=8).contains(&digits) && signs == 2 && digits + signs == word.len()
}

/// Whether a text is inside of a quotation, which may quote a prompt.
#[derive(Default)]
struct QuotationDepth {
    depth: u32,
    is_straight: bool,
}

impl QuotationDepth {
    fn is_open(&self) -> bool {
        self.depth > 0 || self.is_straight
    }

    fn read(&mut self, text: &str) {
        let is_quote = |byte: &u8| !byte.is_ascii() || *byte == b'"';
        if !text.as_bytes().iter().any(is_quote) {
            return;
        }
        for character in text.chars() {
            match character {
                '“' | '«' | '「' => self.depth += 1,
                '”' | '»' | '」' => self.depth = self.depth.saturating_sub(1),
                '"' => self.is_straight = !self.is_straight,
                _ => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fingerprints::sentence_fingerprints;
    use crate::{BlockPosition, Fingerprint, FingerprintSupport, SiteRecurrence};

    fn cut(text: &str) -> Vec<&str> {
        let found = clutter_sentences(text, true, &Lexicon::default(), None);
        found.into_iter().map(|sentence| text.get(sentence.range).unwrap_or_default()).collect()
    }

    #[test]
    fn promotions_in_a_paragraph_are_found() {
        assert_eq!(
            cut("The ferry sailed again on Monday. Sign up for our newsletter. It was late."),
            ["Sign up for our newsletter."]
        );
        assert_eq!(cut("The ferry sailed again on Monday. It was late."), [""; 0]);
    }

    #[test]
    fn short_answers_are_sentences() {
        assert_eq!(
            cut("Will the ferry sail? Yes. The harbour master said so. Thank you."),
            [""; 0]
        );
    }

    #[test]
    fn a_name_and_a_date_behind_the_last_sentence_are_a_byline() {
        assert_eq!(
            cut("The ferry sailed again on Monday. Coastline News 16/08/2024"),
            ["Coastline News 16/08/2024"]
        );
        assert_eq!(cut("The ferry sailed again on 16/08/2024"), [""; 0]);
        assert_eq!(cut("“It was late,” he concluded./coastline.example"), ["/coastline.example"]);
        assert_eq!(cut("Read it at coast.example/ferry or/and there."), [""; 0]);
    }

    #[test]
    fn a_credit_before_a_sentence_ends_where_the_sentence_begins() {
        assert_eq!(
            cut(
                "Photo courtesy of Harbour Pictures The ferry sailed again on Monday after nine weeks in dock. It was late."
            ),
            ["Photo courtesy of Harbour Pictures"]
        );
    }

    #[test]
    fn a_quoted_promotion_is_text() {
        assert_eq!(
            cut("The card said: “It is free. Sign up for our newsletter. Thank you.” She laughed."),
            [""; 0]
        );
    }

    const PROMOTION: &str =
        "Our handbook of knots is filled with tricks that every sailor on this coast should know.";

    /// Counts of twenty texts, of which this many have the promotion.
    #[derive(Debug)]
    struct TwentyTexts(u32);

    impl SiteRecurrence for TwentyTexts {
        fn pages(&self, _: &str) -> u32 {
            20
        }

        fn support(&self, _: &str, print: Fingerprint, _: &BlockPosition) -> FingerprintSupport {
            let is_counted = sentence_fingerprints(PROMOTION)[0].text == print;
            let pages = if is_counted { self.0 } else { 0 };
            FingerprintSupport { pages, surroundings: [pages; 2], ..FingerprintSupport::default() }
        }
    }

    fn cut_counted(text: &str, texts: u32) -> Vec<ClutterSentence> {
        let site = KnownSite { counts: &TwentyTexts(texts), site: "group:quay" };
        clutter_sentences(text, true, &Lexicon::default(), Some(site))
    }

    #[test]
    fn a_passage_that_clearly_recurs_is_cut_out() {
        let text = format!("The boat sank before noon, said the man on the pier. {PROMOTION}");
        let found = cut_counted(&text, 4);
        assert_eq!(found.len(), 1);
        assert_eq!(text.get(found[0].range.clone()), Some(PROMOTION));
        let verdict = found[0].verdict(true);
        assert_eq!((verdict.class, &*verdict.rule), (Some(ClutterClass::Other), "group/recurs"));
        assert_eq!(verdict.evidence, ["stands in 4 of 20 texts of this group"]);
        assert_eq!(cut_counted(&text, 3), [], "three texts may have it by chance");
        assert_eq!(cut_counted(PROMOTION, 9), [], "a line is left to its own verdict");
        let quoted = format!("The card said: “It is free. {PROMOTION} Thank you.” She laughed.");
        assert_eq!(cut_counted(&quoted, 9), []);
    }

    #[test]
    fn a_passage_that_recurs_is_cut_out_beside_a_promotion() {
        let prompt = "Sign up for our newsletter.";
        let text = format!("The boat sank before noon. {prompt} {PROMOTION} She laughed. {prompt}");
        let found = cut_counted(&text, 9);
        let cut: Vec<_> = found.iter().map(|sentence| text.get(sentence.range.clone())).collect();
        assert_eq!(cut, [prompt, PROMOTION, prompt].map(Some));
        assert_eq!(cut_counted(&format!("{prompt} {PROMOTION}"), 9), [], "nothing is left");
    }

    #[test]
    fn a_paragraph_of_promotions_is_left_to_its_own_verdict() {
        assert_eq!(cut("Sign up for our newsletter. Sign up for our newsletter."), [""; 0]);
    }
}
