//! Finds the block that is the title of the page.

use super::measure::TextMeasures;
use super::phrases::PhraseEvidence;
use crate::fold::folded;
use crate::metadata::PageFacts;
use crate::segment::{BlockKind, SegmentedPage};

/// Marks the first heading (level 1 or 2) that equals the title in the metadata. In text without metadata,
/// marks the first line that reads like a headline: among the first eight blocks, before the running text, a
/// first-level heading in Markdown, a line that is printed again, or one with the shape of a headline.
pub(super) fn find(
    page: &SegmentedPage,
    facts: &PageFacts,
    measures: &[TextMeasures],
    phrases: &[PhraseEvidence<'_>],
) -> Vec<bool> {
    let mut marks = vec![false; page.blocks.len()];
    let title = facts.metadata.title.as_deref().map(folded).filter(|title| !title.is_empty());
    let found = match &title {
        Some(title) => {
            let same = |index: &usize| {
                page.blocks.get(*index).is_some_and(|block| folded(page.text_of(block)) == *title)
            };
            let headings = (0..page.blocks.len())
                .filter(|index| matches!(page.blocks[*index].kind, BlockKind::Heading(1 | 2)));
            headings.into_iter().find(same)
        }
        None if page.is_text => title_line(page, measures, phrases),
        None => None,
    };
    if let Some(mark) = found.and_then(|index| marks.get_mut(index)) {
        *mark = true;
    }
    marks
}

/// Blocks at the beginning among which the title is searched.
const MAX_BLOCKS: usize = 8;
/// Words of a headline.
const HEADLINE_WORDS: std::ops::Range<f32> = 3.0..26.0;
/// Words of a line that can be a headline although it ends as a sentence does.
const MAX_SENTENCE_WORDS: f32 = 22.0;
/// Blocks after a headline within which the text must begin.
const MAX_GAP: usize = 7;

/// What opens a list of sentences from the text.
const HIGHLIGHTS: &str = "story highlights";

fn title_line(
    page: &SegmentedPage,
    measures: &[TextMeasures],
    phrases: &[PhraseEvidence<'_>],
) -> Option<usize> {
    let early = page.blocks.iter().zip(measures).enumerate().take(MAX_BLOCKS);
    for (index, (block, measure)) in early {
        if matches!(block.kind, BlockKind::Heading(1)) {
            return Some(index);
        }
        let text = page.text_of(block);
        // What follows are sentences from the text, one a line.
        if text.get(..HIGHLIGHTS.len()).is_some_and(|head| head.eq_ignore_ascii_case(HIGHLIGHTS)) {
            return None;
        }
        if phrases.get(index).is_some_and(|phrases| phrases.total() >= 1.0) {
            continue;
        }
        if !page.is_markdown && is_headline(text, measure) {
            let follows_text = || {
                (index + 1..=index + MAX_GAP)
                    .any(|next| measures.get(next).is_some_and(TextMeasures::is_running_text))
            };
            // One that is printed again is certain. Else it must be the first of its kind, before the text.
            if is_repeated(page, index) || follows_text() {
                return Some(index);
            }
            continue;
        }
        // The text has begun: with a paragraph, or with a part of one.
        let is_part = || measure.words >= 4.0 && !is_other_line(text) && !page.is_markdown;
        if measure.is_running_text() || is_part() {
            return None;
        }
    }
    None
}

/// Whether the text of a block occurs again among the first blocks.
fn is_repeated(page: &SegmentedPage, index: usize) -> bool {
    let text = page.blocks.get(index).map(|block| folded(page.text_of(block)));
    let next = page.blocks.iter().take(MAX_BLOCKS + 4).skip(index + 1);
    text.is_some_and(|text| next.into_iter().any(|block| folded(page.text_of(block)) == text))
}

/// Whether a line has the shape of a headline.
fn is_headline(text: &str, measure: &TextMeasures) -> bool {
    let is_question = text.ends_with(['?', '!', ']', '"', '”', '’', '\'']);
    let is_sentence = measure.sentences > 0 && !is_question;
    let begins = text.chars().find(|c| !c.is_whitespace());
    let is_amount = measure.words < 4.0 && begins.is_some_and(|c| c == '$' || c.is_ascii_digit());
    let fits = !is_amount
        && HEADLINE_WORDS.contains(&measure.words)
        && !is_sentence
        && measure.sentences <= 2
        && (measure.sentences == 0 || measure.words < MAX_SENTENCE_WORDS)
        && measure.separators == 0
        && measure.digits * 4 < measure.characters;
    // A line that goes on from the one before, or to the one after, is a part of a paragraph.
    let is_fragment = measure.starts_lower
        || measure.starts_with_stop
        || text.ends_with([',', ';', ':', '(', '-', '–'])
        || ends_in_particle(text);
    fits && !is_fragment && !is_other_line(text)
}

/// Lines that scrapers put before a text and that are no headlines: counts of shares, labels of lists, frames,
/// URLs, bylines and datelines.
fn is_other_line(text: &str) -> bool {
    let lower = text.to_lowercase();
    let is_labelled = [
        "story highlights",
        "listen to",
        "iframe",
        "share this",
        "by ",
        "photo",
        "image:",
        "http",
        "www.",
    ]
    .iter()
    .any(|label| lower.starts_with(label));
    let is_count = lower.contains(" shares") && lower.starts_with(|c: char| c.is_ascii_digit());
    let is_signed = text.contains("://") || text.contains('@') || lower.contains("reading time");
    is_labelled || is_count || is_signed
}

/// Whether a line ends in a word after which a sentence must go on.
fn ends_in_particle(text: &str) -> bool {
    const PARTICLES: [&str; 44] = [
        "a", "an", "the", "of", "to", "in", "on", "at", "by", "for", "with", "and", "or", "from",
        "as", "de", "da", "do", "dos", "das", "del", "la", "el", "los", "las", "ao", "à", "e", "y",
        "que", "um", "uma", "un", "una", "nos", "nas", "no", "na", "en", "et", "le", "les", "der",
        "und",
    ];
    let last = text.split_whitespace().next_back().unwrap_or_default().to_lowercase();
    PARTICLES.contains(&last.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_title(text: &str) -> bool {
        is_headline(text, &TextMeasures::new(text))
    }

    #[test]
    fn headlines_are_told_from_other_first_lines() {
        for text in [
            "Ferry returns after nine weeks in dock",
            "“Who will row us over?” Islanders ask [VIDEO]",
            "STORM! Boats torn loose in the harbour – no one helps!?",
            "Will the ferry ever sail again?",
        ] {
            assert!(is_title(text), "{text}");
        }
        for text in [
            "71k SHARES SHARE THIS STORY",
            "Story highlights The ferry is back after nine weeks",
            "Listen to this story with our app",
            "IFRAME: https://ads.example/frame of the day",
            "By Ann Lee and Tom Hill of the Harbour News",
            "The ferry sailed again on Monday after nine weeks.",
            ", a company that builds ferries, announced",
            "O projeto de lei obriga a estadia nos",
            "Ferry",
        ] {
            assert!(!is_title(text), "{text}");
        }
    }
}
