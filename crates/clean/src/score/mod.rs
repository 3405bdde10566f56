//! Blocks to verdicts: what is main content, and what the rest is.

mod classes;
mod cut;
mod features;
mod measure;
mod phrases;
mod rules;
mod sections;
mod sequence;
mod structure;
mod titles;
mod weights;

use crate::metadata::PageFacts;
use crate::segment::Page;
use crate::{Class, Lexicon};

pub(crate) use features::names as feature_names;

/// What was decided of a block.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Verdict {
    /// The probability of being main content, in [0, 1].
    pub(crate) score: f32,
    /// What it is, if no main content.
    pub(crate) class: Option<Class>,
    /// Whether it is the title.
    pub(crate) is_title: bool,
    /// The rule that weighed most against it; empty for content, and where no explanation was asked
    /// for.
    pub(crate) rule: String,
}

/// Takes blocks and gives verdicts, one a block in the same order. The same page always gets the
/// same verdicts.
pub(crate) trait Scorer: std::fmt::Debug + Send + Sync {
    /// The verdicts on a page's blocks. `explain` asks for [`Verdict::rule`].
    fn judge(&self, page: &Page, facts: &PageFacts, explain: bool) -> Vec<Verdict>;

    /// The evidence on a page's blocks, by feature, for fitting.
    fn evidence(&self, page: &Page, facts: &PageFacts) -> Vec<Vec<f32>>;
}

/// Weighs structure, density and phrases linearly, then decides all blocks of a page together.
#[derive(Debug)]
pub(crate) struct LinearScorer {
    lexicon: Lexicon,
    weights: weights::Weights,
}

impl LinearScorer {
    pub(crate) fn new(lexicon: Lexicon) -> Self {
        Self { lexicon, weights: weights::Weights::embedded() }
    }

    /// Gathers the evidence on a page and hands it to `judge`.
    fn with_evidence<T>(
        &self,
        page: &Page,
        facts: &PageFacts,
        judge: impl FnOnce(&features::Evidence<'_>) -> T,
    ) -> T {
        let measures: Vec<_> =
            page.blocks.iter().map(|block| measure::Measures::of(page.text_of(block))).collect();
        let structure = structure::Structure::of(page, &measures);
        let phrases = phrases::find(page, &measures, &self.lexicon);
        let sections = sections::opened(page, &measures, &phrases);
        let titles = titles::find(page, facts, &measures, &phrases);
        judge(&features::Evidence {
            page,
            facts,
            measures: &measures,
            structure: &structure,
            phrases: &phrases,
            sections: &sections,
            titles: &titles,
        })
    }
}

impl Scorer for LinearScorer {
    fn judge(&self, page: &Page, facts: &PageFacts, explain: bool) -> Vec<Verdict> {
        self.with_evidence(page, facts, |evidence| {
            let mut log_odds = Vec::with_capacity(page.blocks.len());
            let mut reasons = Vec::with_capacity(page.blocks.len());
            for index in 0..page.blocks.len() {
                let vector = evidence.vector(index);
                log_odds.push(self.weights.log_odds(&vector, page.is_text).clamp(-6.0, 6.0));
                if explain {
                    reasons.push(self.weights.worst(&vector, page.is_text));
                }
            }
            let words: Vec<f32> = evidence.measures.iter().map(|measure| measure.words).collect();
            let cut = cut::best(&log_odds, &words);
            for odds in &mut log_odds {
                *odds -= cut;
            }
            let classes = classes::emissions(evidence);
            let decided = sequence::decide(page, &log_odds, &classes);
            decided
                .into_iter()
                .enumerate()
                .map(|(index, decision)| Verdict {
                    score: decision.score,
                    is_title: evidence.titles.get(index).copied().unwrap_or_default(),
                    rule: decision.class.filter(|_| explain).map_or_else(String::new, |class| {
                        classes::rule(
                            evidence,
                            index,
                            class,
                            reasons.get(index).copied().unwrap_or_default(),
                        )
                    }),
                    class: decision.class,
                })
                .collect()
        })
    }

    fn evidence(&self, page: &Page, facts: &PageFacts) -> Vec<Vec<f32>> {
        self.with_evidence(page, facts, |evidence| {
            (0..page.blocks.len()).map(|index| evidence.vector(index).to_vec()).collect()
        })
    }
}
