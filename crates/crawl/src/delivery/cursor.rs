//! The cursor of an output, as its mark in the state stores it. Field names are part of the state's format.

use serde::{Deserialize, Serialize};

use copydesk_core::sinks::{FileImprint, SinkState};

/// How far an output of files has come: the content of
/// [`OutputMark::cursor`](crate::frontier::OutputMark::cursor).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct OutputCursor {
    /// The id of the output's journal. The journal of another state has another id.
    pub(super) journal: String,
    /// The suffix of its files, which identifies format and compression. If it changes, the output starts new
    /// files.
    #[serde(rename = "form")]
    pub(super) suffix: String,
    /// The current segment of the journal; 0 before the first one.
    pub(super) segment: u64,
    /// The file that is being written; `None` before the first one, and after a file to which nothing will be
    /// added.
    pub(super) file: Option<FileCursor>,
}

/// How far a file has come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FileCursor {
    /// Its path, as the template makes it.
    pub(super) base: String,
    /// Its actual path: the same, or with a number if that path was taken.
    pub(super) path: String,
    /// Where to truncate it.
    pub(super) state: SinkState,
    /// Whether the run that wrote it has closed it. What follows the cut then belongs to somebody else.
    pub(super) is_at_rest: bool,
    /// The file that was moved into place, if it is written beside it.
    pub(super) published: Option<PublishedFile>,
}

/// A file as it was when a run moved it into place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PublishedFile {
    /// The last record in it.
    pub(super) sequence: u64,
    /// How to recognize it.
    pub(super) imprint: FileImprint,
}
