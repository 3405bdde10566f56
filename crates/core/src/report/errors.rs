//! Errors by kind, with examples.

use copydesk_clean::{RecordError, RecordErrorKind};
use serde::{Deserialize, Serialize};

/// The most kinds that are counted. There are a few dozen, but records that are read may have any kind.
const MAX_KINDS: usize = 100;

/// The most examples per kind.
const MAX_EXAMPLES: usize = 5;

/// Errors by kind, the most frequent first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ErrorCounts(Vec<ErrorCount>);

/// Errors of a kind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErrorCount {
    /// The kind, as in the record's `error.kind`.
    pub kind: RecordErrorKind,
    /// The number of pages with such an error.
    pub count: u64,
    /// The first five of them.
    pub examples: Vec<ErrorExample>,
}

/// A page with an error.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErrorExample {
    /// The source of the record.
    pub source: String,
    /// What went wrong.
    pub message: String,
}

impl ErrorCounts {
    /// The kinds, the most frequent first; equally frequent ones in the order in which they occurred.
    pub fn kinds(&self) -> &[ErrorCount] {
        &self.0
    }

    pub(super) fn add(&mut self, source: &str, error: &RecordError) {
        let known = self.0.iter().position(|count| count.kind == error.kind);
        let at = match known {
            Some(at) => at,
            None if self.0.len() < MAX_KINDS => {
                let (kind, examples) = (error.kind.clone(), Vec::new());
                self.0.push(ErrorCount { kind, count: 0, examples });
                self.0.len() - 1
            }
            None => return,
        };
        let Some(kind) = self.0.get_mut(at) else { return };
        kind.count += 1;
        if kind.examples.len() < MAX_EXAMPLES {
            let (source, message) = (source.to_owned(), error.message.clone());
            kind.examples.push(ErrorExample { source, message });
        }
        self.0.sort_by_key(|kind| std::cmp::Reverse(kind.count));
    }
}
