//! Weighs the words of a page by their rarity.

use std::collections::HashMap;
use std::ops::Range;

use crate::tokens::{TextToken, terms};

/// The number of terms kept per page, those with the most weight.
const MAX_TERMS: usize = 256;

/// The weight of the prior, as a number of imaginary pages in which words are as frequent as their shape suggests. The
/// more real pages there are, the less it counts.
const PRIOR_PAGES: f64 = 1000.0;

/// The counts of a term over all pages.
#[derive(Clone, Copy, Debug, Default)]
struct TermCount {
    /// Pages with the term.
    pages: u32,
    /// Occurrences where lower case is expected.
    mid_sentence: u32,
    /// Those of them that begin with a capital letter, as names do.
    capitalized: u32,
}

/// The terms of all pages.
#[derive(Debug, Default)]
pub(super) struct TermTable {
    pages: u32,
    counts: HashMap<u64, TermCount>,
}

/// The terms of a page with their weights, as a vector of length one, in ascending order of terms. A term is half of its
/// hash, which is enough to tell so few apart.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct TermVector(pub(super) Vec<(u32, f32)>);

/// One occurrence of a term in a text.
struct TermOccurrence<'a> {
    term: u64,
    text: &'a str,
    /// Whether a sentence, a quotation or a line may begin here.
    is_opening: bool,
}

fn occurrences<'a>(
    text: &'a str,
    tokens: &'a [TextToken],
) -> impl Iterator<Item = TermOccurrence<'a>> {
    let mut end = 0;
    terms(tokens).map(move |(range, term)| {
        let Range { start, end: next_end } = range;
        let between = text.get(end..start).unwrap_or_default();
        let is_opening = end == 0 || between.contains(|c: char| ".!?:;\n\"“”„«»‘—–-•".contains(c));
        end = next_end;
        TermOccurrence { term, text: text.get(range).unwrap_or_default(), is_opening }
    })
}

impl TermTable {
    /// Counts the terms of a page.
    pub(super) fn count(&mut self, text: &str, tokens: &[TextToken]) {
        self.pages = self.pages.saturating_add(1);
        let mut seen: Vec<u64> = Vec::new();
        for TermOccurrence { term, text, is_opening } in occurrences(text, tokens) {
            seen.push(term);
            let count = self.counts.entry(term).or_default();
            if !is_opening {
                count.mid_sentence = count.mid_sentence.saturating_add(1);
                let is_capital = text.starts_with(char::is_uppercase);
                count.capitalized = count.capitalized.saturating_add(is_capital.into());
            }
        }
        seen.sort_unstable();
        seen.dedup();
        for term in seen {
            let count = self.counts.entry(term).or_default();
            count.pages = count.pages.saturating_add(1);
        }
    }

    /// The weights of a page's terms: the square of their inverse document frequency (Salton), times the logarithm of the
    /// number of occurrences.
    pub(super) fn vector(&self, text: &str, tokens: &[TextToken]) -> TermVector {
        let mut found: Vec<(u64, &str)> =
            occurrences(text, tokens).map(|place| (place.term, place.text)).collect();
        found.sort_unstable();
        let mut weights: Vec<(u64, f64)> = found
            .chunk_by(|one, other| one.0 == other.0)
            .filter_map(|places| {
                let (term, text) = *places.first()?;
                let rarity = self.rarity(term, text);
                Some((term, (1.0 + (places.len() as f64).ln()) * rarity * rarity))
            })
            .collect();
        let length = weights.iter().map(|(_, weight)| weight * weight).sum::<f64>().sqrt();
        weights.sort_by(|one, other| other.1.total_cmp(&one.1).then(one.0.cmp(&other.0)));
        weights.truncate(MAX_TERMS);
        #[expect(clippy::cast_possible_truncation, reason = "half of a hash, and a share")]
        let unit = |(term, weight): (u64, f64)| {
            ((term >> 32) as u32, (weight / length.max(f64::MIN_POSITIVE)) as f32)
        };
        let mut units: Vec<(u32, f32)> = weights.into_iter().map(unit).collect();
        units.sort_unstable_by_key(|(term, _)| *term);
        TermVector(units)
    }

    fn rarity(&self, term: u64, text: &str) -> f64 {
        let count = self.counts.get(&term).copied().unwrap_or_default();
        let is_name = count.mid_sentence > 0 && count.capitalized * 2 > count.mid_sentence;
        let frequency = frequency(text, is_name);
        let all = f64::from(self.pages) + PRIOR_PAGES;
        (all / (f64::from(count.pages) + PRIOR_PAGES * frequency)).ln().max(0.0)
    }
}

/// The expected share of pages with a word, by its shape alone. Short words are frequent in all languages (Zipf's law of
/// abbreviation).
fn frequency(text: &str, is_name: bool) -> f64 {
    let length = text.chars().count();
    if text.bytes().all(|byte| byte.is_ascii_digit()) {
        return if length >= 2 { 0.003 } else { 0.05 };
    }
    if is_name {
        return 0.002;
    }
    // Two ideographs are usually a word, and four letters of a script without spaces are part of one.
    if text.chars().all(|letter| letter >= '\u{0E00}') {
        return if length <= 2 { 0.02 } else { 0.04 };
    }
    match length {
        0..=3 => 0.4,
        4..=5 => 0.15,
        6..=7 => 0.04,
        _ => 0.015,
    }
}

impl TermVector {
    /// The similarity of two pages, in [0, 1].
    pub(super) fn cosine(&self, other: &Self) -> f64 {
        let mut theirs = other.0.iter().peekable();
        let mut sum = 0.0;
        for (term, weight) in &self.0 {
            while theirs.next_if(|(other, _)| other < term).is_some() {}
            if let Some((_, other)) = theirs.next_if(|(other, _)| other == term) {
                sum += f64::from(*weight) * f64::from(*other);
            }
        }
        sum.min(1.0)
    }

    /// Up to `count` terms, those with the most weight.
    pub(super) fn heaviest(&self, count: usize) -> Vec<u32> {
        let mut terms = self.0.clone();
        terms.sort_by(|one, other| other.1.total_cmp(&one.1).then(one.0.cmp(&other.0)));
        terms.into_iter().take(count).map(|(term, _)| term).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tokens::tokens;

    fn vectors(texts: &[&str]) -> Vec<TermVector> {
        let mut terms = TermTable::default();
        for text in texts {
            terms.count(text, &tokens(text));
        }
        texts.iter().map(|text| terms.vector(text, &tokens(text))).collect()
    }

    #[test]
    fn names_weigh_more_than_what_every_text_has() {
        let vectors = vectors(&[
            "On Friday the harbour master Ingrid Maehle spoke of the Solveig.",
            "Nobody but Maehle had seen how the Solveig came in.",
            "On a day of rain the baker spoke of the price that flour was at.",
        ]);
        let [first, second, third] = &*vectors else { panic!("three texts") };
        assert!(first.cosine(second) > 2.0 * first.cosine(third));
        assert!((first.cosine(first) - 1.0).abs() < 1e-6);
        assert_eq!(TermVector::default().cosine(first).to_string(), "0");
    }

    #[test]
    fn scripts_without_spaces_have_terms_too() {
        let vectors = vectors(&[
            "渡し船は月曜日に再開した",
            "月曜日に渡し船が岸壁に衝突",
            "小麦の価格が上昇",
        ]);
        let [first, second, third] = &*vectors else { panic!("three texts") };
        assert!(first.cosine(second) > 0.3);
        assert_eq!(first.cosine(third).to_string(), "0");
    }
}
