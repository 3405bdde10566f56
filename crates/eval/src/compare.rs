//! Compares texts of another extractor before and after cleaning.

use std::collections::BTreeMap;

use serde::Serialize;

use super::PageScore;
use super::score_summary::{ScoreSummary, by_type};

/// The word F1 above which a text was good before cleaning.
const GOOD: f64 = 0.95;
/// The loss of word F1 above which cleaning spoiled a good text: more than a few words.
const SPOILED: f64 = 0.02;
/// Differences below this are rounding.
const SAME: f64 = 1e-9;

/// Texts before and after cleaning.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CleaningComparison {
    /// All texts before cleaning.
    pub before: ScoreSummary,
    /// The same by page type.
    pub types_before: BTreeMap<String, ScoreSummary>,
    /// Pages whose word F1 rose.
    pub rose: usize,
    /// Pages whose word F1 fell.
    pub fell: usize,
    /// Pages with a word F1 above 0.95 before.
    pub good: usize,
    /// Those of them whose word F1 fell by more than 0.02, the largest loss first.
    pub spoiled: Vec<WorsenedPage>,
}

/// A page whose text had a higher word F1 before cleaning.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct WorsenedPage {
    /// The page's id.
    pub id: String,
    /// Its type.
    #[serde(rename = "type")]
    pub page_type: String,
    /// Word F1 before cleaning.
    pub before: f64,
    /// Word F1 after cleaning.
    pub after: f64,
}

impl CleaningComparison {
    pub(super) fn new(scores: &[PageScore]) -> Self {
        let (mut rose, mut fell, mut good, mut spoiled) = (0, 0, 0, Vec::new());
        for score in scores {
            let Some(text) = score.before else { continue };
            let (before, after) = (text.words.f1, score.text.words.f1);
            rose += usize::from(after > before + SAME);
            fell += usize::from(after < before - SAME);
            good += usize::from(before > GOOD);
            if before > GOOD && before - after > SPOILED {
                let (id, page_type) = (score.id.clone(), score.page_type.clone());
                spoiled.push(WorsenedPage { id, page_type, before, after });
            }
        }
        // A stable sort keeps pages with the same loss in the order of their ids.
        spoiled.sort_by(|a, b| (b.before - b.after).total_cmp(&(a.before - a.after)));
        Self {
            before: ScoreSummary::new(scores.iter().filter_map(|score| score.before.as_ref())),
            types_before: by_type(scores, |score| score.before.as_ref()),
            rose,
            fell,
            good,
            spoiled,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{TextScore, WordScore};

    #[test]
    fn texts_that_were_good_and_fell_are_listed_worst_first() {
        let text = |f1| TextScore {
            words: WordScore { f1, precision: f1, recall: f1 },
            ..TextScore::default()
        };
        let page = |id: &str, before: f64, after: f64| PageScore {
            id: id.to_owned(),
            page_type: "article".to_owned(),
            text: text(after),
            before: Some(text(before)),
            ..PageScore::default()
        };
        let report = CleaningComparison::new(&[
            page("a", 0.5, 0.9),
            page("b", 0.96, 0.93),
            page("c", 0.99, 0.98),
            page("d", 0.97, 0.5),
            page("e", 0.6, 0.1),
            page("f", 0.7, 0.7),
        ]);
        assert_eq!((report.rose, report.fell, report.good), (1, 4, 3));
        let ids: Vec<&str> = report.spoiled.iter().map(|page| page.id.as_str()).collect();
        assert_eq!(ids, ["d", "b"]);
        assert_eq!(report.types_before["article"].pages, 6);
    }
}
