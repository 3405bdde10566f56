//! What a caller may ask of the cleaner.

use crate::{ClassSet, CleanLimits, ClutterClass, RepairOptions, SiteRecurrence};

/// Whether an input is a page or text that was extracted before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum InputKind {
    /// Markup: HTML or XHTML.
    Html,
    /// Plain text or Markdown, one block a line or blocks separated by blank lines.
    Text,
}

/// Which mistake is the worse one where a block may be content or clutter.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Favor {
    /// Clutter in the text: what is doubtful goes.
    Precision,
    /// Neither: as much of both as makes for the highest F1.
    #[default]
    Balance,
    /// Content missing from the text: what is doubtful stays.
    Recall,
}

/// Settings of a [`crate::Cleaner`], the same for every page.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
#[expect(clippy::struct_excessive_bools, reason = "settings that are independent of one another")]
pub struct CleanOptions {
    /// Classes that stay in the text although they are no main content. Default: none.
    pub keep: ClassSet,
    /// Classes to drop. Default: all. A class in both sets is kept.
    pub drop: ClassSet,
    /// Where to cut between content and clutter. Default: [`Favor::Balance`].
    pub favor: Favor,
    /// Fill [`crate::Record::markdown`]. Default false.
    pub markdown: bool,
    /// Fill [`crate::Record::html`]. Default false.
    pub html: bool,
    /// Fill [`crate::Record::comments`]. Default false.
    pub comments: bool,
    /// List every block with what was decided of it in [`crate::Record::blocks`], and those removed in
    /// [`crate::Removed::blocks`]. Default false.
    pub explain: bool,
    /// What to repair in the text. Default: all that [`RepairOptions::default`] has on.
    pub repair: RepairOptions,
    /// Caps on what a page may take.
    pub limits: CleanLimits,
}

impl Default for CleanOptions {
    fn default() -> Self {
        Self {
            keep: ClassSet::default(),
            drop: ClutterClass::ALL.into_iter().collect(),
            favor: Favor::default(),
            markdown: false,
            html: false,
            comments: false,
            explain: false,
            repair: RepairOptions::default(),
            limits: CleanLimits::default(),
        }
    }
}

/// One page to clean.
#[derive(Clone, Copy)]
pub struct CleanInput<'a> {
    /// The page's bytes as they were received.
    pub bytes: &'a [u8],
    /// Goes into [`crate::Record::source`]; its suffix helps to tell pages from text.
    pub source: &'a str,
    /// The page's address, if known: for site rules and to resolve links.
    pub url: Option<&'a str>,
    /// The charset that came with the bytes (HTTP header, archive), if any.
    pub charset: Option<&'a str>,
    /// Page or text; recognised from the content when `None`.
    pub kind: Option<InputKind>,
    /// Asked now and then inside loops: `true` stops reading, and what was read is cleaned. The
    /// crate has no clock of its own, so a time budget goes here.
    pub interrupt: Option<&'a (dyn Fn() -> bool + Sync)>,
    /// What was counted on the pages of this and other sites, as evidence on blocks that recur there.
    /// Default none: the page is judged by itself.
    pub recurrence: Option<&'a dyn SiteRecurrence>,
}

impl<'a> CleanInput<'a> {
    /// An input of which only bytes and source are known.
    pub const fn new(source: &'a str, bytes: &'a [u8]) -> Self {
        Self {
            bytes,
            source,
            url: None,
            charset: None,
            kind: None,
            interrupt: None,
            recurrence: None,
        }
    }
}

impl std::fmt::Debug for CleanInput<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Input")
            .field("source", &self.source)
            .field("bytes", &self.bytes.len())
            .field("url", &self.url)
            .field("charset", &self.charset)
            .field("kind", &self.kind)
            .finish_non_exhaustive()
    }
}
