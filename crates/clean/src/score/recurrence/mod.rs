//! What the other pages of its site say of a block.
//!
//! A block that stands on many pages of a site is the site's, not the page's. How many is many depends on
//! what else could have put it there. A module keeps its place in the template; a quotation or a
//! syndicated passage stands between paragraphs of the page's own, each time elsewhere. So what keeps its
//! place may be on a tenth of the pages (a section's module), and what does not must be on most. Of a
//! share of few pages its lower bound counts (Wilson, 1927), and on fewer than [`MIN_SITE_PAGES`] nothing.
//!
//! Comparing pages two by two takes as long as there are pairs, and calls a quotation on two of them
//! clutter; a fixed share, such as half, misses the modules of sections and says the same of three pages
//! as of three hundred.

mod frequency;

use std::ops::Range;

use frequency::{BlockFrequency, SiteFrequency, block_frequency, ramp};

use super::BlockVerdict;
use super::evidence::ScoreEvidence;
use crate::Fingerprint;
use crate::SiteRecurrence;
use crate::fingerprints::{BlockFingerprints, block_fingerprints, site_host};
use crate::hashing::FastMap;
use crate::segment::BlockKind;

/// Pages of a site from which [`crate::SiteRecurrence`] is evidence. On fewer a record is what it is without.
pub const MIN_SITE_PAGES: u32 = 5;
/// No more blocks in a row than this stand between paragraphs.
const MAX_BETWEEN: usize = 8;

/// Log-odds against what is the site's: running text, a shorter line, an item or row of a list, a label or
/// heading. Shops and handbooks say the same short things of everything they have, and mean it.
const RUNNING: f32 = 9.0;
const LINE: f32 = 5.0;
const ITEM: f32 = 3.0;
const LABEL: f32 = 1.5;
/// Words from which a line is more than a label.
const SENTENCE_WORDS: f32 = 6.0;
/// The share of a list that must recur before any of it is the site's. Of a table all must.
const LIST_SHARE: f32 = 0.75;
/// A block that stands as often on the page is one of its items, such as a rating in a list of products, and
/// no module.
const ITEMS: usize = 3;

/// Log-odds for running text that no other page has, on a site of that many pages and more.
const UNIQUE: f32 = 0.5;
const UNIQUE_PAGES: (f32, f32) = (10.0, 30.0);

/// A page of which less than this would be left is not a page of modules: what recurs is its text.
const MIN_LEFT_SHARE: f32 = 0.12;
const MIN_LEFT_WORDS: f32 = 20.0;

/// The evidence from other pages on the blocks of one.
pub(super) struct RecurrenceWeights {
    /// What is added to each block's log-odds.
    weights: Vec<f32>,
    /// By which print.
    frequencies: Vec<SiteFrequency>,
    pages: u32,
    /// The log-odds without.
    log_odds_alone: Vec<f32>,
}

impl RecurrenceWeights {
    /// `None` where too little is known of the site, or nothing that recurs can go without taking the
    /// page along. `log_odds` are those of the page by itself.
    pub(super) fn new(
        evidence: &ScoreEvidence<'_>,
        log_odds: &[f32],
        recurrence: &dyn SiteRecurrence,
    ) -> Option<Self> {
        let site = site_host(evidence.facts.metadata.hostname.as_deref()?);
        let pages = recurrence.pages(&site);
        if pages < MIN_SITE_PAGES {
            return None;
        }
        let support = |fingerprint: Fingerprint, prints: &BlockFingerprints| {
            recurrence.support(&site, fingerprint, &prints.position)
        };
        let fingerprints = block_fingerprints(evidence.page);
        let mut times: FastMap<u64, usize> = FastMap::default();
        for prints in fingerprints.iter().flatten() {
            *times.entry(prints.wording).or_default() += 1;
        }
        let is_module = |prints: &&BlockFingerprints| {
            times.get(&prints.wording).is_none_or(|times| *times < ITEMS)
        };
        let known: Vec<BlockFrequency> = fingerprints
            .iter()
            .map(|prints| prints.as_ref().filter(is_module))
            .map(|prints| {
                prints.map(|prints| block_frequency(prints, pages, &support)).unwrap_or_default()
            })
            .collect();
        let (weights, sights) =
            RecurrenceWeigher { evidence, frequencies: &known, pages }.weights();
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
            frequencies: sights,
            pages,
            log_odds_alone: log_odds.to_vec(),
        })
    }

    /// Adds what the site says.
    pub(super) fn weigh(&self, log_odds: &mut [f32]) {
        for (odds, weight) in log_odds.iter_mut().zip(&self.weights) {
            *odds = (*odds + weight).clamp(-super::MAX_LOG_ODDS, super::MAX_LOG_ODDS);
        }
    }

    /// Names the site in the verdict on a block that is not kept, if it had a part in it.
    pub(super) fn explain(&self, index: usize, verdict: &mut BlockVerdict) {
        let (Some(weight), Some(alone), Some(frequency)) =
            (self.weights.get(index), self.log_odds_alone.get(index), self.frequencies.get(index))
        else {
            return;
        };
        if *weight > -1.0 {
            return;
        }
        let what = if frequency.by_wording { "its wording stands" } else { "stands" };
        let (with, pages) = (frequency.pages, self.pages);
        verdict.evidence.insert(0, format!("{what} on {with} of {pages} pages of its site"));
        verdict.evidence.truncate(3);
        // What the page itself says is the rule where it says as much.
        let is_named =
            ["evidence/", "structure/"].iter().any(|rule| verdict.rule.starts_with(rule));
        if is_named && alone.min(0.0) > *weight {
            "site/recurs".clone_into(&mut verdict.rule);
        }
    }
}

/// A page's blocks with what is known of them.
struct RecurrenceWeigher<'a> {
    evidence: &'a ScoreEvidence<'a>,
    frequencies: &'a [BlockFrequency],
    pages: u32,
}

impl RecurrenceWeigher<'_> {
    fn weights(&self) -> (Vec<f32>, Vec<SiteFrequency>) {
        let between = self.between();
        let lists = self.lists();
        (0..self.frequencies.len())
            .map(|at| {
                let (Some(known), Some(measure)) =
                    (self.frequencies.get(at), self.evidence.measures.get(at))
                else {
                    return Default::default();
                };
                if self.evidence.titles.get(at).copied().unwrap_or_default() {
                    return Default::default();
                }
                if known.is_unique() {
                    return (self.unique(at), SiteFrequency::default());
                }
                let is_between = between.get(at).copied().unwrap_or_default();
                let (sight, strength) = known.strongest(is_between, measure.words);
                let weight = match self.kind(at) {
                    // A line of code is what it is on every page that has it.
                    None | Some(BlockKind::Preformatted) => 0.0,
                    Some(BlockKind::Row { .. }) if sight.by_wording => 0.0,
                    Some(BlockKind::Row { .. } | BlockKind::ListItem { .. }) => {
                        ITEM * lists.get(at).copied().unwrap_or_default()
                    }
                    Some(BlockKind::Heading(_)) => self.heading(at),
                    Some(BlockKind::Paragraph) if measure.words < SENTENCE_WORDS => self.label(at),
                    Some(BlockKind::Paragraph) if self.is_running(at) => RUNNING,
                    Some(BlockKind::Paragraph) => LINE,
                };
                (-weight * strength, sight)
            })
            .unzip()
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

    /// Whether each block is in a short run of recurring ones with running text of the page's own on
    /// both sides.
    fn between(&self) -> Vec<bool> {
        let mut between = vec![false; self.frequencies.len()];
        let runs = self.runs(|at| self.recurs(at));
        for run in runs {
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

    /// Of each item and row, 1 if most of its list or table recurs, and else 0: a price list has rows
    /// that all products have.
    fn lists(&self) -> Vec<f32> {
        let mut lists = vec![0.0; self.frequencies.len()];
        let is_listed = |at: usize| {
            matches!(self.kind(at), Some(BlockKind::Row { .. } | BlockKind::ListItem { .. }))
        };
        for run in self.runs(is_listed) {
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

    /// Maximal runs of blocks of which something holds.
    fn runs(&self, holds: impl Fn(usize) -> bool) -> Vec<Range<usize>> {
        let mut runs: Vec<Range<usize>> = Vec::new();
        for at in (0..self.frequencies.len()).filter(|at| holds(*at)) {
            match runs.last_mut() {
                Some(run) if run.end == at => run.end = at + 1,
                _ => runs.push(at..at + 1),
            }
        }
        runs
    }

    /// What a heading can weigh: nothing above what only this page has, since it names that
    /// ("Parameters", "Specifications"), and a module may stand between.
    fn heading(&self, at: usize) -> f32 {
        let is_heading = |at: &usize| matches!(self.kind(*at), Some(BlockKind::Heading(_)));
        let mut section =
            (at + 1..self.frequencies.len()).take_while(|next| !is_heading(next)).take(MAX_BETWEEN);
        let names_text = section.any(|next| !self.recurs(next) && !self.is_linked(next));
        if names_text { 0.0 } else { LABEL }
    }

    /// What a label can weigh: nothing right above what only this page has ("Price").
    fn label(&self, at: usize) -> f32 {
        let is_label = |at: usize| {
            let short = self.evidence.measures.get(at).is_some_and(|m| m.words < SENTENCE_WORDS);
            self.recurs(at) && (short || matches!(self.kind(at), Some(BlockKind::Heading(_))))
        };
        let next = (at + 1..self.frequencies.len()).take(MAX_BETWEEN).find(|next| !is_label(*next));
        if next.is_none_or(|next| self.recurs(next)) { LABEL } else { 0.0 }
    }

    /// What speaks for a block that no other page has.
    fn unique(&self, at: usize) -> f32 {
        if !self.is_running(at) || self.is_linked(at) {
            return 0.0;
        }
        UNIQUE * ramp(self.pages as f32, UNIQUE_PAGES)
    }
}
