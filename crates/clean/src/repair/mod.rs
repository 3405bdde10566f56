//! Repair of text: what a wrong charset, a lost character or a careless tool did to it.
//!
//! The stages, each on the result of the one before, and all of them again until nothing changes:
//! `legacy` (text in a legacy charset read as windows-1252), `mojibake` (UTF-8 read in another charset,
//! which can be reversed), `entities` (escaped twice), `symbols`, `lossy` and `words` (characters of which
//! only some bytes are left), `hygiene` (controls, odd spaces, normal form).
//!
//! `scan` settles clean text without any of them: they work on passages, lines as a rule, in which it
//! saw something.

mod charset;
mod edits;
mod entities;
mod hygiene;
mod legacy;
mod lossy;
mod mojibake;
mod options;
mod passages;
mod scan;
mod script;
mod symbols;
mod text;
mod words;

use std::borrow::Cow;

use memchr::memmem;

pub use edits::RepairChange;
pub use options::{LossyMode, RepairOptions};
use text::TextUnderRepair;

/// How often all stages are gone through at most. Two rounds settle a text as a rule; what needs more
/// was made for it.
const MAX_ROUNDS: usize = 16;

/// Repairs texts one after another. Share one between threads.
///
/// No state passes from one text to the next.
#[derive(Debug, Default)]
pub struct Repairer {
    options: RepairOptions,
}

/// A text after repair.
#[derive(Clone, Debug, PartialEq)]
pub struct RepairedText<'a> {
    /// The repaired text: borrowed where nothing changed.
    pub text: Cow<'a, str>,
    /// What was changed, in order, without overlap: applied to the input they give `text`.
    pub changes: Vec<RepairChange>,
    /// Characters that are lost: U+FFFD in `text`.
    pub unrepaired: usize,
}

impl Repairer {
    /// A repairer with these settings.
    pub const fn new(options: RepairOptions) -> Self {
        Self { options }
    }

    /// The settings in force.
    pub const fn options(&self) -> &RepairOptions {
        &self.options
    }

    /// Repairs a text.
    ///
    /// The result is stable: repaired again it stays as it is. Text in which the scan sees nothing is
    /// passed on at memory speed; damaged text takes time in proportion to its length.
    pub fn repair<'a>(&self, text: &'a str) -> RepairedText<'a> {
        self.repair_with_context(text, &[])
    }

    /// Repairs a text that belongs to others, such as a page's title to its body: what stands in them
    /// undamaged is evidence for what was lost in it.
    pub fn repair_with_context<'a>(&self, text: &'a str, others: &[&str]) -> RepairedText<'a> {
        self.repair_interruptible(text, others, None)
    }

    /// Whether a look at the text is enough to see that there is nothing to repair in it.
    pub(crate) fn is_clean(&self, text: &str) -> bool {
        !self.options.has_extras() && scan::first_suspect(text, 0).is_none()
    }

    /// Repairs a text, or as much of it as there is time for: `interrupt` is asked now and then, and
    /// `true` leaves the rest as it is.
    pub(crate) fn repair_interruptible<'a>(
        &self,
        text: &'a str,
        others: &[&str],
        interrupt: Option<&'a dyn Fn() -> bool>,
    ) -> RepairedText<'a> {
        let mut text = TextUnderRepair::new(text, &self.options, interrupt);
        for _ in 0..MAX_ROUNDS {
            if !text.is_open() {
                break;
            }
            let sees_more = self.round(&mut text, others);
            text.end_round(sees_more);
        }
        let (text, changes) = text.into_parts();
        let unrepaired = memmem::find_iter(text.as_bytes(), "\u{fffd}").count();
        RepairedText { text, changes, unrepaired }
    }

    /// Goes through all stages; whether damage was seen that sheds a new light on the rest.
    fn round(&self, text: &mut TextUnderRepair<'_>, others: &[&str]) -> bool {
        let options = &self.options;
        let mut sees_more = false;
        if options.mojibake {
            while text.revert_whole_lines() {
                sees_more = true;
            }
            sees_more |= text.read_legacy();
            loop {
                let (has_changed, sees) = text.revert_mojibake();
                sees_more |= sees;
                if !has_changed {
                    break;
                }
            }
            text.apply_each(mojibake::control_edits);
            text.apply_each(entities::edits);
        }
        if options.lossy != LossyMode::Leave {
            text.restore_lost(options.lossy, others);
        }
        if options.hygiene {
            text.apply_each(hygiene::edits);
            text.apply_each(hygiene::normal_form_edits);
        }
        if options.has_extras() {
            text.apply_each(|passage| hygiene::optional_edits(passage, options));
        }
        sees_more
    }
}

#[cfg(test)]
mod tests;
