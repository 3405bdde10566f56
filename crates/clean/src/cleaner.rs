//! The cleaner: runs the stages over one page.

use std::ops::Range;

use crate::{Class, Input, Lexicon, Options, Outcome, Record, SiteRules};

/// What was decided of one block of a page.
#[derive(Clone, Debug, PartialEq)]
pub struct BlockReport {
    /// The block's text.
    pub text: String,
    /// Where it stands: a path of elements, or `line N`.
    pub place: String,
    /// The lines it covers, counted from 1; only for text inputs.
    pub lines: Option<Range<usize>>,
    /// Whether it is in the record's text.
    pub kept: bool,
    /// What it is, if not main content; also for kept blocks of a class that stays.
    pub class: Option<Class>,
    /// Whether it is the title, which is not clutter even where it is left out of the text.
    pub is_title: bool,
    /// The rule that weighed most against it; empty for content.
    pub rule: String,
    /// The probability of being main content, in [0, 1].
    pub score: f32,
}

/// Cleans pages one after another; holds what is compiled once. Cheap to share between threads.
#[derive(Debug)]
pub struct Cleaner {
    options: Options,
}

impl Cleaner {
    /// A cleaner with these settings.
    pub fn new(options: Options, lexicon: Lexicon, sites: SiteRules) -> Self {
        let _ = (lexicon, sites);
        Self { options }
    }

    /// The settings in force.
    pub fn options(&self) -> &Options {
        &self.options
    }

    /// Cleans one page. Never fails: what is wrong with the page is in the record.
    pub fn clean(&self, input: &Input<'_>) -> Record {
        Record {
            source: input.source.into(),
            outcome: Outcome::Ok,
            text: String::from_utf8_lossy(input.bytes).into_owned(),
            ..Record::default()
        }
    }

    /// The verdict on every block of a page, in document order: what [`Cleaner::clean`] decided and
    /// why.
    pub fn inspect(&self, input: &Input<'_>) -> Vec<BlockReport> {
        let _ = input;
        Vec::new()
    }
}

impl Default for Cleaner {
    fn default() -> Self {
        Self::new(Options::default(), Lexicon::embedded(), SiteRules::default())
    }
}
