//! Finds what the pages of a group have in common, and which page had it first.

use std::collections::{BTreeMap, HashMap};

use super::sentences::sentences;
use crate::tokens::{shingles, tokens, words};

/// The fewest words of a sentence whose repetition is not chance.
const MIN_WORDS: usize = 8;

/// The share of the shorter sentence's shingles that the other must contain for both to count as the same. One changed
/// word changes three shingles.
const MIN_SHARED_SHINGLES: f64 = 0.6;

/// The most sentences that are looked up by one shingle. Bounds the time for a phrase that every page repeats.
const MAX_SENTENCES_PER_SHINGLE: usize = 64;

/// A passage of one page that others contain too.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct SharedPassage {
    /// The passage, as the first page has it.
    pub(super) text: String,
    /// The number of its words.
    pub(super) words: usize,
    /// The pages with it, in ascending order; the first one had it first.
    pub(super) pages: Vec<usize>,
}

/// What one page has in common with earlier ones.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct CopiedShare {
    /// The number of words of the page.
    pub(super) words: usize,
    /// The number of words in sentences of earlier pages.
    pub(super) repeated: usize,
    /// The earlier page that had most of them first.
    pub(super) from: Option<usize>,
}

/// A sentence that no earlier page had.
struct OriginalSentence {
    page: usize,
    /// Its number on that page.
    at: usize,
    text: String,
    words: usize,
    shingles: usize,
    pages: Vec<usize>,
}

/// Compares texts, earliest first. Passages are sorted by their words times the number of pages that repeat them, largest
/// first.
pub(super) fn find_shared(texts: &[String]) -> (Vec<SharedPassage>, Vec<CopiedShare>) {
    let mut originals: Vec<OriginalSentence> = Vec::new();
    let mut by_shingle: HashMap<u64, Vec<usize>> = HashMap::new();
    let mut copied = Vec::with_capacity(texts.len());
    for (page, text) in texts.iter().enumerate() {
        let all = tokens(text);
        let mut from: BTreeMap<usize, usize> = BTreeMap::new();
        for (at, sentence) in sentences(text, &all).into_iter().enumerate() {
            let tokens = all.get(sentence.tokens).unwrap_or_default();
            let words = words(tokens);
            if words < MIN_WORDS {
                continue;
            }
            let mut hashes: Vec<u64> = shingles(tokens).collect();
            hashes.sort_unstable();
            hashes.dedup();
            if let Some(known) = find_same(&hashes, &originals, &by_shingle) {
                if let Some(original) = originals.get_mut(known) {
                    if original.page != page {
                        *from.entry(original.page).or_default() += words;
                    }
                    if original.pages.last() != Some(&page) {
                        original.pages.push(page);
                    }
                }
                continue;
            }
            for hash in &hashes {
                let known = by_shingle.entry(*hash).or_default();
                if known.len() < MAX_SENTENCES_PER_SHINGLE {
                    known.push(originals.len());
                }
            }
            let text = text.get(sentence.text).unwrap_or_default().to_owned();
            let pages = vec![page];
            originals.push(OriginalSentence {
                page,
                at,
                text,
                words,
                shingles: hashes.len(),
                pages,
            });
        }
        let most = from.iter().max_by_key(|(page, words)| (**words, std::cmp::Reverse(**page)));
        copied.push(CopiedShare {
            words: words(&all),
            repeated: from.values().sum(),
            from: most.map(|(page, _)| *page),
        });
    }
    (join_adjacent(originals), copied)
}

/// The earlier sentence that is the same: the one with the most in common, or the first of several.
fn find_same(
    hashes: &[u64],
    originals: &[OriginalSentence],
    by_shingle: &HashMap<u64, Vec<usize>>,
) -> Option<usize> {
    let mut common: BTreeMap<usize, usize> = BTreeMap::new();
    for hash in hashes {
        for original in by_shingle.get(hash).into_iter().flatten() {
            *common.entry(*original).or_default() += 1;
        }
    }
    let (known, common) =
        common.into_iter().max_by_key(|(known, common)| (*common, std::cmp::Reverse(*known)))?;
    let shorter = originals.get(known)?.shingles.min(hashes.len());
    (common as f64 >= MIN_SHARED_SHINGLES * shorter as f64).then_some(known)
}

/// Joins sentences that follow each other on the first page, and occur on the same other pages.
fn join_adjacent(originals: Vec<OriginalSentence>) -> Vec<SharedPassage> {
    let mut passages: Vec<SharedPassage> = Vec::new();
    let mut last: Option<(usize, usize)> = None;
    for original in originals.into_iter().filter(|original| original.pages.len() > 1) {
        let OriginalSentence { page, at, text, words, pages, .. } = original;
        match passages.last_mut() {
            Some(passage)
                if last == at.checked_sub(1).map(|at| (page, at)) && passage.pages == pages =>
            {
                passage.text.push(' ');
                passage.text.push_str(&text);
                passage.words += words;
            }
            _ => passages.push(SharedPassage { text, words, pages }),
        }
        last = Some((page, at));
    }
    passages.sort_by_key(|passage| std::cmp::Reverse(passage.words * (passage.pages.len() - 1)));
    passages
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passages_name_all_pages_that_have_them_and_the_first_one() {
        let agency = "The car ferry struck the eastern pier on Friday morning, the coast guard said. \
            It was coming in at an estimated nine knots, according to the harbour master. ";
        let quote = "\"We saw at once that she was far too fast for the mole,\" the master said.";
        let texts = [
            format!("{agency}{quote}"),
            format!(
                "{} Nobody could say in the evening why it had not slowed down.",
                agency.replace("estimated", "estimate of")
            ),
            format!("A morning like any other ended with broken cups and crying children. {quote}"),
        ];
        let (passages, copied) = find_shared(&texts);
        let found: Vec<_> =
            passages.iter().map(|p| (p.text.as_str(), p.words, &*p.pages)).collect();
        assert_eq!(found, [(agency.trim_end(), 28, &[0, 1][..]), (quote, 16, &[0, 2][..])]);
        let copied: Vec<_> = copied.iter().map(|c| (c.words, c.repeated, c.from)).collect();
        assert_eq!(copied, [(44, 0, None), (41, 29, Some(0)), (28, 16, Some(0))]);
    }
}
