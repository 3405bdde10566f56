//! What cleaning makes of texts that another tool extracted.

use std::collections::BTreeMap;

use serde::Serialize;

use super::report::by_type;
use super::{PageScore, ScoreSummary};

/// A text with more word F1 than this was good before it was cleaned.
const GOOD: f64 = 0.95;
/// A good text that loses more word F1 than this was spoiled.
const SPOILED: f64 = 0.02;
/// Less than this is no change.
const SAME: f64 = 1e-9;

/// Texts as they stood, against what is left of them after cleaning.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CleaningComparison {
    /// All texts as they stood.
    pub before: ScoreSummary,
    /// The same by page type.
    pub types_before: BTreeMap<String, ScoreSummary>,
    /// Pages whose word F1 rose.
    pub rose: usize,
    /// Pages whose word F1 fell.
    pub fell: usize,
    /// Pages with a word F1 above 0.95 before.
    pub good: usize,
    /// Of those, the ones that fell by more than 0.02, those that fell most first.
    pub spoiled: Vec<WorsenedPage>,
}

/// A page whose text had a higher word F1 before it was cleaned.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct WorsenedPage {
    /// The page's id.
    pub id: String,
    /// Its type.
    #[serde(rename = "type")]
    pub page_type: String,
    /// Word F1 as the text stood.
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
        // Stable, so that pages that fell as far stay in the order of their ids.
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
