//! Positions in the inputs of a run.

use serde::{Deserialize, Serialize};

/// A position between two pages of the inputs of a run: everything before it is done.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct InputPosition {
    /// The number of units of which all pages are done.
    pub units: usize,
    /// The number of pages that are done of the next unit.
    pub pages: u64,
    /// Where to enter that unit to continue with its next page. Without it, the pages that are done are read and
    /// skipped one by one: slower, with the same result.
    pub entry: Option<EntryPoint>,
}

/// Where a unit can be entered, to continue with one of its pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct EntryPoint {
    /// The offset in the file as stored, in bytes.
    pub offset: u64,
    /// The number of its next page in [`super::PageTask::source`], from 1, if pages are numbered: of a line, an
    /// element or a row.
    pub number: u64,
}
