//! Where an output stands, in the words of its mark.

use serde::{Deserialize, Serialize};

use copydesk_core::sinks::{FileImprint, SinkState};

/// Where an output of files stands, as [`crate::frontier::OutputMark::place`] has it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct OutputCursor {
    /// The journal of the output, which knows it by this word: that of another state has another.
    pub(super) journal: String,
    /// What its files end with, which says their form: one that gets another begins new files.
    pub(super) form: String,
    /// The segment of the journal that it is in; 0 before the first.
    pub(super) segment: u64,
    /// The file that was being written; `None` before the first and after one that nothing is added to.
    pub(super) file: Option<FileCursor>,
}

/// Where a file stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FileCursor {
    /// Its path as the template makes it.
    pub(super) base: String,
    /// Its path: the same, or with a number where that was taken.
    pub(super) path: String,
    /// Where it is cut.
    pub(super) state: SinkState,
    /// Whether nobody was writing to it any more: what follows the cut is somebody else's.
    pub(super) is_at_rest: bool,
    /// What was put in place, of a file that is written beside it.
    pub(super) published: Option<PublishedFile>,
}

/// A file as it was put in its place at the end of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PublishedFile {
    /// The last record in it.
    pub(super) sequence: u64,
    /// What it is known again by.
    pub(super) imprint: FileImprint,
}
