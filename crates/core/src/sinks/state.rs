//! Where an interrupted output is resumed.

use serde::{Deserialize, Serialize};

/// A point of an output to return to: [`super::Sink::commit`] returns it, and [`super::Destination::resume`]
/// takes it. It is small, whatever the size of the output.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SinkState {
    pages: u64,
    /// The number of the current shard, from 1; always 1 without shards.
    shard: u64,
    cut: CutPoint,
}

impl SinkState {
    pub(super) fn new(pages: u64, shard: u64, cut: CutPoint) -> Self {
        Self { pages, shard, cut }
    }

    /// The number of pages that it covers, counted since the output was first opened. A resumed run writes
    /// the pages after them again.
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

/// A point at which a file can be cut and continued.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CutPoint {
    /// Pages in the file.
    pub(super) rows: u64,
    /// Bytes of the file, as stored.
    pub(super) stored: u64,
    /// Bytes of its content, before compression.
    pub(super) content: u64,
    /// Whether its pages are marked as separate; `None` before the first one.
    pub(super) separate: Option<bool>,
    /// A hash of the bytes before the cut, to recognize the file.
    pub(super) tail: u64,
}
