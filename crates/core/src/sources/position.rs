//! How far a run has come through its inputs.

use serde::{Deserialize, Serialize};

/// A place between two pages of a run's inputs: what stands before it is done.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InputPosition {
    /// Units that are done with all their pages.
    pub units: usize,
    /// Pages that are done of the unit after those.
    pub pages: u64,
    /// Where that unit can be entered to go on with its next page. Without, its pages are passed
    /// over one by one, which is slower and comes to the same.
    pub entry: Option<EntryPoint>,
}

/// Where a unit can be entered to read on from one of its pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EntryPoint {
    /// The offset in the file as stored, in bytes.
    pub offset: u64,
    /// The number that its next page gets in [`super::Job::source`], as far as pages are numbered: of
    /// a line or a row, from 1.
    pub number: u64,
}
