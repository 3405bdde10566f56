//! Evidence from the other pages of a site.
//!
//! A block that is on many pages of a site belongs to the site, not to the page. How many pages are needed
//! depends on what else could have put it there. A module has a fixed position in the template; a quotation
//! or a syndicated passage is between paragraphs of the page's own, each time elsewhere. So a block with a
//! fixed position may be on a tenth of the pages (a module of one section), and others must be on most. A
//! share counts by its lower bound (Wilson, 1927), which is low for few pages. On sites with fewer than
//! [`MIN_SITE_PAGES`] nothing counts.
//!
//! Two simpler designs fail. Comparing pages in pairs takes quadratic time, and removes a quotation that two
//! pages share. A fixed share, such as half, misses the modules of sections, and trusts three pages as much
//! as three hundred.

mod frequency;
mod passages;
mod verbatim;

pub(super) use frequency::ramp;
use frequency::{BlockFrequency, CountedPart, SiteFrequency, block_frequency};

pub(super) use passages::RecurringPassage;
use verbatim::{VerbatimLine, runs, verbatim_lines};

use super::evidence::ScoreEvidence;
use super::sequence::ClassEmission;
use super::{BlockVerdict, KnownSite};
use crate::fingerprints::{BlockFingerprints, block_fingerprints, is_text_group};
use crate::hashing::FastMap;
use crate::segment::BlockKind;
use crate::{ClutterClass, Fingerprint};

/// Pages of a site from which [`crate::SiteRecurrence`] is evidence. With fewer, records are the same as
/// without it.
pub const MIN_SITE_PAGES: u32 = 5;
/// Recurring blocks in a row that count as standing between paragraphs, at most.
const MAX_BETWEEN: usize = 8;

/// Log-odds against a block that recurs: running text, a shorter line, an item or row of a list, a label or
/// heading. Short blocks count less, since shops and handbooks use the same labels on many pages as part of
/// their content.
const RUNNING: f32 = 9.0;
const LINE: f32 = 5.0;
const ITEM: f32 = 3.0;
const LABEL: f32 = 1.5;
/// Words from which a line is more than a label.
const SENTENCE_WORDS: f32 = 6.0;
/// The share of a list that must recur before any of its items count. Of a table all rows must.
const LIST_SHARE: f32 = 0.75;
/// A block that is this often on one page is not a module but a part of a list, such as the rating of each
/// product.
const ITEMS: usize = 3;

/// Log-odds for running text that no other page has, and the numbers of pages from which that begins to
/// count and counts in full.
const UNIQUE: f32 = 0.5;
const UNIQUE_PAGES: (f32, f32) = (10.0, 30.0);

/// The log-odds from which the record says that a block recurs.
const NAMED_WEIGHT: f32 = -1.0;
/// If less than this were left of a page, its text itself recurs, and the evidence is ignored.
const MIN_LEFT_SHARE: f32 = 0.12;
const MIN_LEFT_WORDS: f32 = 20.0;

/// The evidence from other pages on the blocks of one page.
pub(super) struct RecurrenceWeights {
    /// The log-odds that are added to each block.
    weights: Vec<f32>,
    /// The frequency that each weight rests on.
    frequencies: Vec<SiteFrequency>,
    pages: u32,
    /// Whether the pages are texts that were counted by a group.
    is_group: bool,
    /// The log-odds without this evidence.
    log_odds_alone: Vec<f32>,
}

impl RecurrenceWeights {
    /// `None` if too little is known about the site, or if hardly anything of the page would be left.
    /// `log_odds` are those of the page by itself.
    pub(super) fn new(
        evidence: &ScoreEvidence<'_>,
        log_odds: &[f32],
        known_site: KnownSite<'_>,
    ) -> Option<Self> {
        let KnownSite { counts, site } = known_site;
        let pages = counts.pages(site);
        if pages < MIN_SITE_PAGES {
            return None;
        }
        let support = |fingerprint: Fingerprint, block: &BlockFingerprints| {
            counts.support(site, fingerprint, &block.position)
        };
        let fingerprints = block_fingerprints(evidence.page);
        let mut times: FastMap<u64, usize> = FastMap::default();
        for block in fingerprints.iter().flatten() {
            *times.entry(block.wording).or_default() += 1;
        }
        let is_module = |block: &BlockFingerprints| {
            times.get(&block.wording).is_none_or(|times| *times < ITEMS)
        };
        let modules: Vec<Option<BlockFingerprints>> =
            fingerprints.into_iter().map(|block| block.filter(is_module)).collect();
        let frequency = |block: &BlockFingerprints| block_frequency(block, pages, &support);
        let known: Vec<BlockFrequency> =
            modules.iter().map(|block| block.as_ref().map(frequency).unwrap_or_default()).collect();
        let verbatim = if evidence.page.is_text {
            verbatim_lines(known_site, evidence, &modules)
        } else {
            Vec::new()
        };
        let weigher =
            RecurrenceWeigher { evidence, frequencies: &known, verbatim: &verbatim, pages };
        let (weights, frequencies) = weigher.weights();
        let left = |weigh: &dyn Fn(usize) -> f32| -> f32 {
            let blocks = log_odds.iter().zip(evidence.measures).enumerate();
            blocks
                .filter(|(at, (odds, _))| *odds + weigh(*at) > 0.0)
                .map(|(_, (_, m))| m.words)
                .sum()
        };
        let before = left(&|_| 0.0);
        let after = left(&|at| weights.get(at).copied().unwrap_or_default());
        let is_emptied = after < (before * MIN_LEFT_SHARE).max(MIN_LEFT_WORDS.min(before));
        (!is_emptied).then(|| Self {
            weights,
            frequencies,
            pages,
            is_group: is_text_group(site),
            log_odds_alone: log_odds.to_vec(),
        })
    }

    /// Adds the weights.
    pub(super) fn weigh(&self, log_odds: &mut [f32]) {
        for (odds, weight) in log_odds.iter_mut().zip(&self.weights) {
            *odds = (*odds + weight).clamp(-super::MAX_LOG_ODDS, super::MAX_LOG_ODDS);
        }
    }

    /// Gives blocks that go for nothing but recurring no class that a model guesses from their form: they read like
    /// content.
    pub(super) fn classify(&self, classes: &mut [ClassEmission]) {
        let weighed = self.weights.iter().zip(&self.log_odds_alone).zip(classes);
        for ((weight, alone), emission) in weighed {
            if *weight <= NAMED_WEIGHT && *alone > 0.0 {
                let best = emission.iter().copied().fold(f32::NEG_INFINITY, f32::max);
                for odds in emission.iter_mut() {
                    *odds -= 1.0;
                }
                emission[ClutterClass::Other.index()] = best;
            }
        }
    }

    /// Mentions the site in the verdict on a removed block, if it contributed.
    pub(super) fn explain(&self, index: usize, verdict: &mut BlockVerdict) {
        let (Some(weight), Some(alone), Some(frequency)) =
            (self.weights.get(index), self.log_odds_alone.get(index), self.frequencies.get(index))
        else {
            return;
        };
        if *weight > NAMED_WEIGHT {
            return;
        }
        let what = match frequency.counted {
            CountedPart::Text => "stands",
            CountedPart::Wording => "its wording stands",
            CountedPart::Sentences => "its sentences stand",
        };
        let reason = reason(what, frequency.pages, self.pages, self.is_group);
        verdict.evidence.insert(0, reason);
        verdict.evidence.truncate(3);
        // The page's own rule stays if it weighs at least as much. Rules of phrases and sections always stay.
        let is_named =
            ["evidence/", "structure/"].iter().any(|rule| verdict.rule.starts_with(rule));
        if is_named && alone.min(0.0) > *weight {
            rule(self.is_group).clone_into(&mut verdict.rule);
        }
    }
}

/// How often a text was counted, in words.
fn reason(what: &str, with: u32, of: u32, is_group: bool) -> String {
    if is_group {
        format!("{what} in {with} of {of} texts of this group")
    } else {
        format!("{what} on {with} of {of} pages of its site")
    }
}

/// The rule that what recurs goes by.
fn rule(is_group: bool) -> &'static str {
    if is_group { "group/recurs" } else { "site/recurs" }
}

/// Computes the weights of a page's blocks.
struct RecurrenceWeigher<'a> {
    evidence: &'a ScoreEvidence<'a>,
    frequencies: &'a [BlockFrequency],
    /// Those of the lines of a text, word for word. Empty for pages.
    verbatim: &'a [VerbatimLine],
    pages: u32,
}

impl RecurrenceWeigher<'_> {
    fn weights(&self) -> (Vec<f32>, Vec<SiteFrequency>) {
        let between = self.between();
        let lists = self.lists();
        (0..self.frequencies.len())
            .map(|at| {
                if self.evidence.titles.get(at).copied().unwrap_or_default() {
                    return Default::default();
                }
                let is_between = between.get(at).copied().unwrap_or_default();
                let list_share = lists.get(at).copied().unwrap_or_default();
                let by_share = self.by_share(at, is_between, list_share);
                let verbatim = self.verbatim(at);
                if verbatim.0 < by_share.0 { verbatim } else { by_share }
            })
            .unzip()
    }

    /// The weight of a block by its share of the pages, and its frequency.
    fn by_share(&self, at: usize, is_between: bool, list_share: f32) -> (f32, SiteFrequency) {
        let (Some(known), Some(measure)) =
            (self.frequencies.get(at), self.evidence.measures.get(at))
        else {
            return Default::default();
        };
        if known.is_unique() {
            return (self.unique(at), SiteFrequency::default());
        }
        // The lines of a long passage that texts share are as long as the passage.
        let run_words = self.verbatim.get(at).map_or(0.0, |line| line.run_words);
        let is_between = is_between || run_words >= verbatim::LONG_WORDS;
        let (frequency, strength) = known.strongest(is_between, measure.words.max(run_words));
        let weight = match self.kind(at) {
            // A command or a line of code is content on every page that has it.
            None | Some(BlockKind::Preformatted) => 0.0,
            Some(BlockKind::Row { .. }) if frequency.counted == CountedPart::Wording => 0.0,
            Some(BlockKind::Row { .. } | BlockKind::ListItem { .. }) => ITEM * list_share,
            Some(BlockKind::Heading(_)) => self.heading(at),
            Some(BlockKind::Paragraph) if measure.words < SENTENCE_WORDS => self.label(at),
            Some(BlockKind::Paragraph) if self.is_running(at) => RUNNING,
            Some(BlockKind::Paragraph) => LINE,
        };
        (-weight * strength, frequency)
    }

    /// The weight of a line of a text that other texts have word for word, and its frequency.
    fn verbatim(&self, at: usize) -> (f32, SiteFrequency) {
        let line = self.verbatim.get(at).copied().unwrap_or_default();
        let frequency = SiteFrequency::of_line(line.texts, line.counted);
        match self.kind(at) {
            Some(BlockKind::Paragraph) => (-RUNNING * line.strength, frequency),
            _ => (0.0, frequency),
        }
    }

    fn recurs(&self, at: usize) -> bool {
        self.frequencies.get(at).is_some_and(BlockFrequency::recurs)
    }

    fn is_running(&self, at: usize) -> bool {
        self.evidence.structure.arrangements.get(at).is_some_and(|place| place.is_running)
    }

    fn is_linked(&self, at: usize) -> bool {
        self.evidence.structure.arrangements.get(at).is_none_or(|place| place.link_density > 0.2)
    }

    fn kind(&self, at: usize) -> Option<BlockKind> {
        self.evidence.page.blocks.get(at).map(|block| block.kind)
    }

    /// Whether each block is in a short run of recurring blocks, between running text that does not recur.
    fn between(&self) -> Vec<bool> {
        let mut between = vec![false; self.frequencies.len()];
        for run in runs(self.frequencies.len(), |at| self.recurs(at)) {
            let before = run.start.checked_sub(1);
            let is_inside =
                before.is_some_and(|at| self.is_running(at)) && self.is_running(run.end);
            if is_inside && run.len() <= MAX_BETWEEN {
                for slot in between.get_mut(run).into_iter().flatten() {
                    *slot = true;
                }
            }
        }
        between
    }

    /// For each item and row, 1 if most of its list or table recurs, else 0. A price list has rows that all
    /// products have.
    fn lists(&self) -> Vec<f32> {
        let mut lists = vec![0.0; self.frequencies.len()];
        let is_listed = |at: usize| {
            matches!(self.kind(at), Some(BlockKind::Row { .. } | BlockKind::ListItem { .. }))
        };
        for run in runs(self.frequencies.len(), is_listed) {
            let recurring = run.clone().filter(|at| self.recurs(*at)).count();
            let has_rows =
                run.clone().any(|at| matches!(self.kind(at), Some(BlockKind::Row { .. })));
            let needed = if has_rows { 1.0 } else { LIST_SHARE };
            if recurring as f32 >= run.len() as f32 * needed {
                for slot in lists.get_mut(run).into_iter().flatten() {
                    *slot = 1.0;
                }
            }
        }
        lists
    }

    /// The weight of a heading: 0 if its section has a block that does not recur, since the heading names
    /// that block ("Parameters", "Specifications"), even with a module in between.
    fn heading(&self, at: usize) -> f32 {
        let is_heading = |at: &usize| matches!(self.kind(*at), Some(BlockKind::Heading(_)));
        let mut section =
            (at + 1..self.frequencies.len()).take_while(|next| !is_heading(next)).take(MAX_BETWEEN);
        let names_text = section.any(|next| !self.recurs(next) && !self.is_linked(next));
        if names_text { 0.0 } else { LABEL }
    }

    /// The weight of a label: 0 if the next block that is not a label does not recur ("Price").
    fn label(&self, at: usize) -> f32 {
        let is_label = |at: usize| {
            let short = self.evidence.measures.get(at).is_some_and(|m| m.words < SENTENCE_WORDS);
            self.recurs(at) && (short || matches!(self.kind(at), Some(BlockKind::Heading(_))))
        };
        let next = (at + 1..self.frequencies.len()).take(MAX_BETWEEN).find(|next| !is_label(*next));
        if next.is_none_or(|next| self.recurs(next)) { LABEL } else { 0.0 }
    }

    /// The weight in favor of a block that no other page has.
    fn unique(&self, at: usize) -> f32 {
        if !self.is_running(at) || self.is_linked(at) || !self.verbatim.is_empty() {
            return 0.0;
        }
        UNIQUE * ramp(self.pages as f32, UNIQUE_PAGES)
    }
}
