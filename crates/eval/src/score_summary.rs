//! Mean scores of several pages.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{PageScore, SnippetCount, TextScore};

/// The mean scores of several pages.
///
/// Precision, recall and F1 are means over pages. The other rates are shares of all snippets, or of all pages whose
/// reference has the field; `None` if there are none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct ScoreSummary {
    /// The number of pages.
    pub pages: usize,
    /// Mean word F1.
    pub f1: f64,
    /// Mean word precision.
    pub precision: f64,
    /// Mean word recall.
    pub recall: f64,
    /// Share of the wanted snippets that the text has.
    pub with: Option<f64>,
    /// Share of the unwanted snippets that the text has; lower is better.
    pub without: Option<f64>,
    /// Share of correct titles.
    pub title: Option<f64>,
    /// Share of correct authors.
    pub author: Option<f64>,
    /// Share of correct dates.
    pub date: Option<f64>,
}

impl ScoreSummary {
    /// The mean scores of texts.
    pub fn new<'a>(texts: impl IntoIterator<Item = &'a TextScore>) -> Self {
        let mut sum = Self::default();
        let mut found = [SnippetCount::default(); 5];
        for text in texts {
            sum.pages += 1;
            sum.f1 += text.words.f1;
            sum.precision += text.words.precision;
            sum.recall += text.words.recall;
            let field = |right: Option<bool>| SnippetCount {
                found: usize::from(right == Some(true)),
                of: usize::from(right.is_some()),
            };
            let of_text =
                [text.with, text.without, field(text.title), field(text.author), field(text.date)];
            for (sum, text) in found.iter_mut().zip(of_text) {
                sum.found += text.found;
                sum.of += text.of;
            }
        }
        let pages = sum.pages.max(1) as f64;
        let [with, without, title, author, date] =
            found.map(|sum| (sum.of > 0).then(|| sum.found as f64 / sum.of as f64));
        Self {
            pages: sum.pages,
            f1: sum.f1 / pages,
            precision: sum.precision / pages,
            recall: sum.recall / pages,
            with,
            without,
            title,
            author,
            date,
        }
    }
}

/// The mean scores of the texts that `of` selects, by page type.
pub(super) fn by_type(
    scores: &[PageScore],
    of: impl Fn(&PageScore) -> Option<&TextScore>,
) -> BTreeMap<String, ScoreSummary> {
    by_name(scores.iter().filter_map(|score| Some((score.page_type.as_str(), of(score)?))))
}

/// The mean scores of the texts, by language.
pub(super) fn by_language(scores: &[PageScore]) -> BTreeMap<String, ScoreSummary> {
    by_name(scores.iter().map(|score| (score.language.as_str(), &score.text)))
}

fn by_name<'a>(
    texts: impl IntoIterator<Item = (&'a str, &'a TextScore)>,
) -> BTreeMap<String, ScoreSummary> {
    let mut named: BTreeMap<&str, Vec<&TextScore>> = BTreeMap::new();
    for (name, text) in texts {
        named.entry(name).or_default().push(text);
    }
    named.into_iter().map(|(name, texts)| (name.to_owned(), ScoreSummary::new(texts))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::WordScore;

    #[test]
    fn rates_are_over_snippets_and_scores_over_pages() {
        let page = |f1, found, of, title| TextScore {
            words: WordScore { f1, precision: f1, recall: f1 },
            with: SnippetCount { found, of },
            title,
            ..TextScore::default()
        };
        let pages =
            [page(1.0, 4, 4, Some(true)), page(0.5, 0, 1, Some(false)), page(0.0, 0, 0, None)];
        let summary = ScoreSummary::new(&pages);
        assert_eq!((summary.pages, summary.f1), (3, 0.5));
        assert_eq!((summary.with, summary.without), (Some(0.8), None));
        assert_eq!((summary.title, summary.author), (Some(0.5), None));
    }
}
