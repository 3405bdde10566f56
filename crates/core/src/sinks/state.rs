//! How an output that was interrupted is gone on with.

use serde::{Deserialize, Serialize};

/// A point of an output to come back to, which [`super::Sink::commit`] gives and
/// [`super::Destination::resume`] takes. It is small, whatever the size of the output.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SinkState {
    pages: u64,
    /// The shard that was being written, from 1; always 1 where there are none.
    shard: u64,
    cut: CutPoint,
}

impl SinkState {
    pub(super) fn new(pages: u64, shard: u64, cut: CutPoint) -> Self {
        Self { pages, shard, cut }
    }

    /// The pages that it covers, counted since the output was first opened. Those after them are
    /// written again.
    pub fn pages(&self) -> u64 {
        self.pages
    }

    pub(super) fn shard(&self) -> u64 {
        self.shard
    }

    pub(super) fn cut(&self) -> &CutPoint {
        &self.cut
    }
}

/// A point at which a file can be cut and written on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CutPoint {
    /// Pages in the file.
    pub(super) rows: u64,
    /// Bytes of the file.
    pub(super) stored: u64,
    /// Bytes of its content, before they were compressed.
    pub(super) content: u64,
    /// Whether its pages are told apart; `None` before the first one.
    pub(super) separate: Option<bool>,
    /// A hash of what stands before the cut, to know the file again.
    pub(super) tail: u64,
}
