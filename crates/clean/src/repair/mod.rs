//! Repair of text that was damaged by a wrong charset, lost characters or careless tools.
//!
//! The stages run one after another, and all of them again until nothing changes: `mojibake` (UTF-8
//! decoded in another charset, which can be reversed), `legacy` (text in a legacy charset decoded
//! as windows-1252), `entities` (escaped twice), `symbols`, `lossy` and `words` (characters that
//! lost some of their bytes), and `hygiene` (control characters, odd spaces, normal form).
//!
//! `scan` decides for clean text that no stage is needed. The stages work only on the passages,
//! usually lines, in which it found something.

mod byte_marks;
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
mod utf8;
mod words;

use std::borrow::Cow;

use memchr::memmem;

pub(crate) use byte_marks::{complete_a_sequence, is_byte_mark, is_likely_legacy, may_be_legacy};
pub use edits::RepairChange;
pub use options::{LossyMode, RepairOptions};
use text::TextUnderRepair;

/// Maximum number of rounds through all stages. Two are usually enough; a text that needs more was
/// made to need them.
const MAX_ROUNDS: usize = 16;

/// Repairs texts. One repairer can be shared between threads.
///
/// Nothing that it learns from one text affects the next.
#[derive(Debug, Default)]
pub struct Repairer {
    options: RepairOptions,
}

/// A repaired text.
#[derive(Clone, Debug, PartialEq)]
pub struct RepairedText<'a> {
    /// The repaired text; borrowed if nothing changed.
    pub text: Cow<'a, str>,
    /// The changes in order, without overlap. Applied to the input, they give `text`.
    pub changes: Vec<RepairChange>,
    /// The number of characters that are lost: U+FFFD in `text`.
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
    /// Repairing the result again changes nothing. Clean text is only scanned, at the speed of
    /// reading; damaged text takes time linear in its length.
    pub fn repair<'a>(&self, text: &'a str) -> RepairedText<'a> {
        self.repair_with_context(text, &[])
    }

    /// The end of a passage of about `limit` bytes at the beginning of a longer text: a line end, or
    /// after white space if the line is longer, or else between two characters.
    ///
    /// Long texts can be repaired passage by passage, in memory for the changes of one.
    pub fn passage_end(text: &str, limit: usize) -> usize {
        let limit = text.floor_char_boundary(limit);
        let head = text.as_bytes().get(..limit).unwrap_or_default();
        let after = memchr::memrchr(b'\n', head).or_else(|| memchr::memrchr2(b' ', b'\t', head));
        let end = after.map_or(limit, |at| at + 1);
        // A carriage return stays with its newline.
        if text.as_bytes().get(end) == Some(&b'\n') { end + 1 } else { end }
    }

    /// Repairs a text that belongs to others, such as the title of a page to its body. Undamaged
    /// words in `others` are evidence for what was lost in it.
    pub fn repair_with_context<'a>(&self, text: &'a str, others: &[&str]) -> RepairedText<'a> {
        self.repair_interruptible(text, others, None)
    }

    /// Whether a scan is enough to know that there is nothing to repair.
    pub(crate) fn is_clean(&self, text: &str) -> bool {
        !self.options.has_extras() && scan::first_suspect(text, 0).is_none()
    }

    /// Repairs a text, or a part of it: `interrupt` is called now and then, and if it returns
    /// `true`, the rest stays as it is.
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

    /// Runs all stages once. Returns whether damage was found that may change the decisions about
    /// the rest.
    fn round(&self, text: &mut TextUnderRepair<'_>, others: &[&str]) -> bool {
        let options = &self.options;
        let mut sees_more = false;
        if options.mojibake {
            // Text may have been misread several times; each pass reverses one layer.
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
            // Only control characters that are not part of a misread character are left now.
            text.apply_each(mojibake::control_edits);
            text.apply_each(entities::misread_edits);
            text.decode_references();
        }
        if options.lossy != LossyMode::Leave {
            // After mojibake: what still looks like a first byte has lost the others.
            text.restore_lost(options.lossy, others);
        }
        if options.hygiene {
            // Last, since it removes characters that the stages before need as bytes.
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
