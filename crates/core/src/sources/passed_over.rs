//! Files in input folders that were passed over.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};

use super::file_kind::FileKind;

/// The most files of a kind that are named.
const MAX_EXAMPLES: usize = 5;

/// The files in input folders that were passed over because they hold no page, by kind.
pub type PassedOverFiles = BTreeMap<FileKind, PassedOverKind>;

/// The files of one kind that were passed over.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PassedOverKind {
    /// The number of files.
    pub count: u64,
    /// The paths of the first five.
    pub examples: Vec<String>,
}

/// Counts the files that the last listing of the inputs passed over.
#[derive(Debug, Default)]
pub(super) struct PassedOverLog(Mutex<PassedOverFiles>);

impl PassedOverLog {
    /// Begins a listing.
    pub(super) fn clear(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    pub(super) fn add(&self, kind: FileKind, path: &Path) {
        let mut files = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let of_kind = files.entry(kind).or_default();
        of_kind.count += 1;
        if of_kind.examples.len() < MAX_EXAMPLES {
            of_kind.examples.push(path.to_string_lossy().into_owned());
        }
    }

    pub(super) fn files(&self) -> PassedOverFiles {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
