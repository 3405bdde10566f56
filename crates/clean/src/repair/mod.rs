//! Repair of text: what a wrong charset, a lost character or a careless tool did to it.
//!
//! The stages, each on the result of the one before: `mojibake` (bytes read in the wrong charset, which
//! can be reversed), `legacy` (text in a legacy charset read as windows-1252), `symbols` and `words`
//! (characters of which only some bytes are left), `hygiene` (normal form, controls, odd spaces).

mod charset;
mod edits;
mod entities;
mod hygiene;
mod mojibake;
mod oddness;
mod options;
mod scan;

use std::borrow::Cow;

pub use edits::Change;
pub use options::{Lossy, RepairOptions};

/// Repairs texts one after another. Share one between threads.
///
/// No state passes from one text to the next.
#[derive(Debug, Default)]
pub struct Repairer {
    options: RepairOptions,
}

/// A text after repair.
#[derive(Clone, Debug, PartialEq)]
pub struct Repaired<'a> {
    /// The repaired text: borrowed where nothing changed.
    pub text: Cow<'a, str>,
    /// What was changed, in order, without overlap: applied to the input they give `text`.
    pub changes: Vec<Change>,
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
    pub fn repair<'a>(&self, text: &'a str) -> Repaired<'a> {
        Repaired {
            text: Cow::Borrowed(text),
            changes: Vec::new(),
            unrepaired: text.matches('\u{fffd}').count(),
        }
    }
}
#[doc(hidden)]
pub fn probe(line: &str) -> String {
    let mut known = 0;
    let mut text = line.to_owned();
    for _ in 0..3 {
        let edits = mojibake::edits(&text, &mut known);
        if edits.is_empty() {
            break;
        }
        text = edits::edited(&text, &edits);
    }
    text
}
