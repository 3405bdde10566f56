//! Turns blocks into verdicts: which are main content, and which class of clutter the others are.
//!
//! [`Scorer`] is the interface. [`BlockScorer`] gathers evidence, computes features and rules, sums the
//! model's trees, chooses the cut, and decides all blocks of a page together.

mod appended;
mod articles;
mod boxes;
mod branches;
mod classes;
mod comments;
mod cut;
mod evidence;
mod explain;
mod features;
mod inline;
mod lists;
mod measure;
mod overlap;
mod phrases;
mod recurrence;
mod rules;
mod sections;
mod sequence;
mod stretch;
mod structure;
mod templates;
#[cfg(test)]
mod testing;
mod texts;
mod titles;
mod tokens;
mod words;

use std::sync::Arc;

use crate::feature_schema::{feature_names, rules_against};
use crate::lexicon::NormalizedText;
use crate::metadata::PageFacts;
use crate::model::{ClassForest, ClassScores, FeatureBatches, Forest, LANES};
use crate::segment::SegmentedPage;
use crate::{ClutterClass, Favor, Lexicon, Model, SiteRecurrence};

pub(crate) use inline::ClutterSentence;
pub use recurrence::MIN_SITE_PAGES;
use recurrence::ramp;
pub(crate) use texts::BlockTexts;

/// The verdict on a block.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct BlockVerdict {
    /// The probability of being main content, in [0, 1].
    pub(crate) score: f32,
    /// Its class, if it is not main content.
    pub(crate) class: Option<ClutterClass>,
    /// The probability of this class among those of clutter, in [0, 1]. 1 if a rule of the site or the markup itself
    /// says it; 0 for content.
    pub(crate) class_confidence: f32,
    /// Whether a clutter phrase named the class.
    pub(crate) by_phrase: bool,
    /// Whether it is the title.
    pub(crate) is_title: bool,
    /// The rule that weighed most against it. Empty for content, and without [`ScoreOptions::explain`].
    pub(crate) rule: String,
    /// What else weighed against it, in words, the strongest first. Empty in the same cases.
    pub(crate) evidence: Vec<String>,
}

impl BlockVerdict {
    /// Removes the block by a rule that leaves no doubt.
    pub(crate) fn remove(&mut self, class: ClutterClass, rule: &str) {
        self.class = Some(class);
        (self.score, self.class_confidence) = (0.0, 1.0);
        rule.clone_into(&mut self.rule);
    }

    /// Keeps the block, whatever was said against it. Its score stays: it was doubtful.
    pub(crate) fn keep(&mut self) {
        self.class = None;
        self.rule.clear();
        self.evidence.clear();
    }
}

/// Log-odds are clamped to this, a probability of 0.9975.
const MAX_LOG_ODDS: f32 = 6.0;
/// Log-odds that are added to all lines of a text that is mostly clutter, and what clean text gets on top. In text
/// only words can speak for a doubtful line, so it is kept more easily than on a page. More so in clean text, which
/// another tool has filtered before.
const TEXT_LEAN: f32 = 0.4;
const CLEAN_TEXT_LEAN: f32 = 0.6;
/// The expected share of content from which text begins to count as clean, and from which it does so fully.
const CLEAN_TEXT: (f32, f32) = (0.6, 0.85);
/// What is taken off in the text of a whole page; the blocks from which a text begins to be one, and from which it is;
/// and the expected shares of content between which this loses its effect.
const WHOLE_PAGE_LEAN: f32 = 0.7;
const WHOLE_PAGE_BLOCKS: (f32, f32) = (40.0, 120.0);
const WHOLE_PAGE_SHARE: (f32, f32) = (0.35, 0.6);

/// Log-odds that a line of signs in text is main content. Less than a change of state costs, so its neighbors
/// decide.
const SECTION_BREAK: f32 = 0.2;
/// Characters of such a line, at most. Longer ones are drawn by tools.
const MAX_SECTION_BREAK: u32 = 12;

/// Batches of blocks that are evaluated together at most. Each takes 16 KB.
const MAX_BATCHES: usize = 8;
/// Log-odds of being main content above which nobody asks for a block's class.
const SURELY_CONTENT: f32 = 4.0;

/// Bytes of punctuation and white space between two paragraphs of a declared text, and one.
const MAX_SEPARATOR: usize = 5;

/// Bytes of declared text that are searched for the blocks of one page. (Searching a text of two letters
/// takes a second per 150 MB.)
const MAX_SEARCHED: usize = 256 << 20;

/// Options of a scorer.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct ScoreOptions<'a> {
    /// Fill [`BlockVerdict::rule`] and [`BlockVerdict::evidence`].
    pub(crate) explain: bool,
    /// What to do with doubtful blocks.
    pub(crate) favor: Favor,
    /// How often blocks recur on the site, if known.
    pub(crate) recurrence: Option<KnownSite<'a>>,
}

/// What was counted on the site of a page, or in the group of a text.
#[derive(Clone, Copy, Debug)]
pub(crate) struct KnownSite<'a> {
    pub(crate) counts: &'a dyn SiteRecurrence,
    /// The site, as [`crate::PageFingerprints::site`] has it.
    pub(crate) site: &'a str,
}

/// Judges blocks. The same page always gets the same verdicts.
pub(crate) trait Scorer: std::fmt::Debug + Send + Sync {
    /// The verdicts on a page's blocks, one for each, in the same order. `texts` is of the same blocks.
    fn judge<'a>(
        &'a self,
        page: &SegmentedPage,
        texts: &BlockTexts<'a>,
        facts: &PageFacts,
        options: ScoreOptions<'_>,
    ) -> Vec<BlockVerdict>;

    /// The sentences of a kept paragraph of text that are clutter, in order: by their phrases, and by what was counted
    /// if the site of the text is known. The paragraph is block `index` of `texts`, which were judged.
    fn clutter_sentences(
        &self,
        paragraph: &str,
        index: usize,
        texts: &BlockTexts<'_>,
        site: Option<KnownSite<'_>>,
    ) -> Vec<ClutterSentence>;

    /// The evidence on a page's blocks, for fitting a model.
    fn evidence(&self, page: &SegmentedPage, facts: &PageFacts) -> Vec<BlockEvidence>;
}

/// The evidence on a block that a model is fitted on.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct BlockEvidence {
    /// The block's text.
    pub text: String,
    /// The features, in the order of [`crate::Cleaner::feature_names`].
    pub features: Vec<f32>,
    /// Hashes of the tokens that the model's tables weigh: names of the block's element and its parent, names
    /// further up, words.
    pub tokens: [Vec<u32>; 3],
}

/// Weighs structure, words and phrases with a fitted model, then decides all blocks of a page together.
#[derive(Debug)]
pub(crate) struct BlockScorer {
    lexicon: Lexicon,
    model: Arc<Model>,
}

impl BlockScorer {
    pub(crate) fn new(lexicon: Lexicon, model: Arc<Model>) -> Self {
        Self { lexicon, model }
    }

    /// Gathers the evidence on a page and passes it to `judge`. A callback, because the evidence borrows from
    /// many local arrays.
    fn with_evidence<'a, T>(
        &'a self,
        page: &SegmentedPage,
        texts: &BlockTexts<'a>,
        facts: &PageFacts,
        judge: impl FnOnce(&evidence::ScoreEvidence<'_>) -> T,
    ) -> T {
        let BlockTexts { measures, normalized, words, .. } = texts;
        let tokens = tokens::scores(page, words, &self.model);
        let structure = structure::PageStructure::new(page, measures, &tokens);
        let declared_language = facts.metadata.language.as_deref();
        let phrases = texts.phrases(page, &self.lexicon, declared_language);
        let sections = sections::opened(page, measures, &phrases);
        let titles = titles::find(page, facts, measures, &phrases);
        let evidence = evidence::ScoreEvidence {
            page,
            facts,
            texts: normalized,
            measures,
            structure: &structure,
            phrases: &phrases,
            sections: &sections,
            titles: &titles,
            page_evidence: evidence::PageEvidence::new(page, facts, &structure, &titles, &phrases),
            around: &stretch::around(page, measures, &structure, &phrases, &tokens),
            overlaps: &overlap::overlaps(words, facts, &structure, measures),
            tokens: &tokens,
            declared: &declared(normalized, facts),
            articles: &articles::find_articles(page, &structure, &titles),
            branches: &branches::find_branches(page, &structure),
        };
        judge(&evidence)
    }
}

/// Whether each block is in the text that the markup declares (`articleBody`): 1 if so, -1 if not, 0 if none
/// is declared or [`MAX_SEARCHED`] was reached.
fn declared(texts: &[NormalizedText], facts: &PageFacts) -> Vec<f32> {
    let Some(body) = facts.body.as_deref().map(NormalizedText::new) else {
        return vec![0.0; texts.len()];
    };
    let body = body.as_str().as_bytes();
    let mut left = MAX_SEARCHED;
    // The end of the block that was found last. Paragraphs follow each other in both texts, so most begin there, and
    // preparing a search takes longer than a look.
    let mut end = 0;
    let mut find = |text: &NormalizedText| {
        if left == 0 {
            return 0.0;
        }
        let text = text.core().as_bytes();
        let begins = |at: &usize| body.get(*at..).is_some_and(|rest| rest.starts_with(text));
        let near = (end..end + MAX_SEPARATOR).find(begins);
        let at = near.or_else(|| memchr::memmem::find(body, text));
        left = left.saturating_sub(if near.is_some() { 0 } else { at.unwrap_or(body.len()) });
        end = at.map_or(end, |at| at + text.len());
        if at.is_some() { 1.0 } else { -1.0 }
    };
    texts.iter().map(&mut find).collect()
}

/// What the model and the rules say of the blocks of a page.
#[derive(Default)]
struct LearnedScores {
    /// The log-odds that each block is main content.
    log_odds: Vec<f32>,
    /// What speaks for each class; `None` for blocks among content.
    classes: Vec<Option<ClassScores>>,
}

/// Sums the model and the rules. Without `classes`, nothing is learned of classes.
fn learned_scores(
    evidence: &evidence::ScoreEvidence<'_>,
    forest: &Forest,
    classes: Option<&ClassForest>,
) -> LearnedScores {
    let mut scores = LearnedScores::default();
    let blocks: Vec<usize> = (0..evidence.page.blocks.len()).collect();
    for many in blocks.chunks(MAX_BATCHES * LANES) {
        let mut offsets = Vec::with_capacity(many.len());
        let batches = FeatureBatches::new(many.iter().map(|index| {
            let vector = evidence.vector(*index);
            offsets.push(rules::offset(rules_against(&vector)));
            vector
        }));
        let learned = forest.log_odds(&batches);
        let sum =
            |(learned, offset): (f32, f32)| (learned + offset).clamp(-MAX_LOG_ODDS, MAX_LOG_ODDS);
        let sums: Vec<f32> = learned.into_iter().zip(offsets).map(sum).collect();
        match classes.filter(|_| sums.iter().any(|odds| *odds < SURELY_CONTENT)) {
            Some(classes) => {
                let of_classes = classes.scores(&batches);
                scores.classes.extend(of_classes.into_iter().take(many.len()).map(Some));
            }
            None => scores.classes.extend(many.iter().map(|_| None)),
        }
        scores.log_odds.extend(sums);
    }
    scores
}

/// The log-odds to add to all lines of a text.
fn lean(log_odds: &[f32], words: &[f32]) -> f32 {
    let expected: f32 =
        log_odds.iter().zip(words).map(|(odds, words)| words / (1.0 + (-odds).exp())).sum();
    let share = expected / words.iter().sum::<f32>().max(1.0);
    let whole_page =
        ramp(words.len() as f32, WHOLE_PAGE_BLOCKS) * (1.0 - ramp(share, WHOLE_PAGE_SHARE));
    TEXT_LEAN + CLEAN_TEXT_LEAN * ramp(share, CLEAN_TEXT) - WHOLE_PAGE_LEAN * whole_page
}

/// Lets lines of signs (`* * *`, `___`) follow their neighbors: they separate what is kept, and are removed with what is removed.
fn follow_neighbors(measures: &[measure::TextMeasures], log_odds: &mut [f32]) {
    for (measure, odds) in measures.iter().zip(log_odds) {
        if measure.letters == 0 && measure.digits == 0 && measure.characters <= MAX_SECTION_BREAK {
            *odds = SECTION_BREAK;
        }
    }
}

impl Scorer for BlockScorer {
    fn judge<'a>(
        &'a self,
        page: &SegmentedPage,
        texts: &BlockTexts<'a>,
        facts: &PageFacts,
        options: ScoreOptions<'_>,
    ) -> Vec<BlockVerdict> {
        let ScoreOptions { explain, favor, recurrence } = options;
        let forest = if page.is_text { &self.model.text } else { &self.model.html };
        self.with_evidence(page, texts, facts, |evidence| {
            let blocks = 0..page.blocks.len();
            // The classes were learned on pages; in text they follow phrases and form.
            let of_classes =
                Some(&self.model.classes).filter(|all| !page.is_text && !all.is_empty());
            let LearnedScores { mut log_odds, classes } =
                learned_scores(evidence, forest, of_classes);
            let words: Vec<f32> = evidence.measures.iter().map(|measure| measure.words).collect();
            let recurring = recurrence
                .and_then(|site| recurrence::RecurrenceWeights::new(evidence, &log_odds, site));
            if page.is_text {
                let lean = lean(&log_odds, &words);
                for odds in &mut log_odds {
                    *odds = (*odds + lean).min(MAX_LOG_ODDS);
                }
            }
            let cut = cut::best(&log_odds, &words, favor);
            for odds in &mut log_odds {
                *odds -= cut;
            }
            if page.is_text {
                follow_neighbors(evidence.measures, &mut log_odds);
            }
            // After the cut, so that evidence on some blocks does not move the cut for the others.
            if let Some(recurring) = &recurring {
                recurring.weigh(&mut log_odds);
            }
            let boxes = boxes::PageBoxes::find(evidence, &log_odds);
            boxes.weigh(&mut log_odds);
            let mut classes = classes::emissions(evidence, &classes);
            boxes.classify(&mut classes);
            if let Some(recurring) = &recurring {
                recurring.classify(&mut classes);
            }
            let decided = sequence::decide(page, &log_odds, &classes);
            let names = if explain { feature_names() } else { Vec::new() };
            let mut verdicts: Vec<BlockVerdict> = decided
                .into_iter()
                .zip(blocks)
                .map(|(decision, index)| {
                    let mut verdict = BlockVerdict {
                        score: decision.score,
                        is_title: evidence.titles.get(index).copied().unwrap_or_default(),
                        class: decision.class,
                        class_confidence: classes
                            .get(index)
                            .zip(decision.class)
                            .map_or(0.0, |(emission, class)| classes::confidence(emission, class)),
                        by_phrase: decision.class.is_some_and(|class| {
                            classes::phrase_rule(evidence, index, class).is_some()
                        }),
                        ..BlockVerdict::default()
                    };
                    if let Some(class) = decision.class.filter(|_| explain) {
                        let vector = evidence.vector(index);
                        let (reason, against) = explain::against(forest, &names, &vector);
                        verdict.rule = classes::phrase_rule(evidence, index, class)
                            .is_none()
                            .then(|| boxes.rule(index, class))
                            .flatten()
                            .unwrap_or_else(|| classes::rule(evidence, index, class, &reason));
                        verdict.evidence = of_classes
                            .and_then(|forests| forests.of(class))
                            .map(|forest| explain::for_class(forest, &names, &vector))
                            .unwrap_or_default();
                        for words in against {
                            if !verdict.evidence.contains(&words) {
                                verdict.evidence.push(words);
                            }
                        }
                        verdict.evidence.truncate(explain::MAX_NAMED);
                        if let Some(recurring) = &recurring {
                            recurring.explain(index, &mut verdict);
                        }
                    }
                    verdict
                })
                .collect();
            if !page.is_text {
                let lists = templates::find(page, evidence.structure);
                comments::drop_comments(evidence, &lists, &mut verdicts);
                comments::keep_main_post(page, evidence.measures, &mut verdicts);
                lists::decide(page, facts, &lists, evidence.measures, &mut verdicts);
            }
            appended::drop_appended(page, facts, evidence.measures, &mut verdicts);
            verdicts
        })
    }

    fn clutter_sentences(
        &self,
        paragraph: &str,
        index: usize,
        texts: &BlockTexts<'_>,
        site: Option<KnownSite<'_>>,
    ) -> Vec<ClutterSentence> {
        let has_phrases = texts.has_sentence_phrases(index).unwrap_or_else(|| {
            self.lexicon.for_each_hit(&NormalizedText::new(paragraph), &mut |_| {})
        });
        inline::clutter_sentences(paragraph, has_phrases, &self.lexicon, site)
    }

    fn evidence(&self, page: &SegmentedPage, facts: &PageFacts) -> Vec<BlockEvidence> {
        let texts = BlockTexts::new(page);
        self.with_evidence(page, &texts, facts, |evidence| {
            let blocks = page.blocks.iter().enumerate();
            blocks
                .map(|(index, block)| BlockEvidence {
                    text: page.text_of(block).to_owned(),
                    features: evidence.vector(index).to_vec(),
                    tokens: tokens::groups(page, &texts.words, index),
                })
                .collect()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::segment::segment_text;

    const PROSE: [&str; 4] = [
        "The ferry returned to the harbour on Monday after nine weeks in the dry dock, the company said.",
        "Its engine had been taken out and cleaned, and the two lifeboats on the upper deck are new.",
        "The timetable stays the same until the autumn, and prices will not rise before the winter.",
        "Passengers waited on the pier from six in the morning to be among the first on board again.",
    ];

    /// What the rules have against each line of a text.
    fn against(lines: &[&str]) -> Vec<f32> {
        let page = segment_text(&lines.join("\n\n"), crate::layout::LayoutOptions::default(), 100);
        let scorer = BlockScorer::new(Lexicon::embedded(), Arc::default());
        scorer.with_evidence(&page, &BlockTexts::new(&page), &PageFacts::default(), |evidence| {
            (0..page.blocks.len()).map(|index| rules::log_odds(evidence, index)).collect()
        })
    }

    #[test]
    fn links_of_posts_and_runs_of_hashtags_go_by_their_form() {
        let links = [
            PROSE[0],
            "https://twitter.com/harbour/status/120",
            "https://harbour.example/timetable",
            PROSE[1],
            "#Ferry #Harbour #Return",
            "The tag #Ferry was used by everyone",
        ];
        let odds = against(&links);
        assert!(odds[1] >= 4.0 && odds[4] >= 4.0, "{odds:?}");
        assert!(odds[2] < 1.0 && odds[5] < 1.0, "{odds:?}");
    }

    #[test]
    fn headlines_after_a_label_with_a_colon_are_other_stories() {
        let story = "Why the harbours of the north are building again";
        let list =
            [PROSE[0], "Read more in our series on harbours:", story, story, PROSE[1], PROSE[2]];
        let odds = against(&list);
        assert!(odds[1] >= 3.0 && odds[2] >= 3.0 && odds[3] >= 3.0 && odds[4] < 1.0, "{odds:?}");
        let odds = against(&[PROSE[0], "Continue reading", story, PROSE[1], PROSE[2]]);
        assert!(odds[1] >= 3.0 && odds[2] < 1.0, "a button opens no list: {odds:?}");
    }

    #[test]
    fn a_last_line_without_a_full_stop_is_no_headline_of_another_story_in_a_clean_text() {
        let line =
            "A crowd of passengers and a brass band waited on the old pier to greet the crew";
        let mut lines = PROSE.to_vec();
        lines.push(line);
        assert!(against(&lines)[4] < 1.0);
        lines.extend(["You may also like", "Sign up for our newsletter"]);
        assert!(against(&lines)[4] >= 6.0);
    }

    #[test]
    fn section_breaks_follow_their_neighbors() {
        let measures = ["* * *", "___", "____________________________", "Monday"]
            .map(measure::TextMeasures::new);
        let mut odds = [-3.0; 4];
        follow_neighbors(&measures, &mut odds);
        assert_eq!(odds.map(|odds: f32| odds > 0.0), [true, true, false, false]);
    }

    #[test]
    fn searching_a_declared_text_stops_at_a_cap() {
        let body = "The ferry returns. ".repeat(1_000);
        let facts = PageFacts { body: Some(body.clone()), ..PageFacts::default() };
        let texts = ["Ferry returns", "The bridge is closed"].map(NormalizedText::new);
        assert_eq!(declared(&texts, &facts), [1.0, -1.0]);
        let many = vec![texts[1].clone(); MAX_SEARCHED / body.len() + 2];
        assert_eq!(declared(&many, &facts).last(), Some(&0.0));
    }
}
