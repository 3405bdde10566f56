//! A digest of the inputs up to a position.

use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_64;

use crate::sources::{InputPosition, InputUnit, Inputs};

/// A hash of the names and sizes of the files up to a position in the inputs. Contents are not hashed: reading all
/// finished inputs again would take as long as a large part of the run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct InputDigest {
    files: usize,
    hash: u64,
}

impl InputDigest {
    /// The digest with this file, which comes next.
    pub(crate) fn with_unit(self, unit: &InputUnit) -> Self {
        let bytes = unit.bytes.map_or_else(|| "unknown".into(), |bytes| bytes.to_string());
        let next = format!("{:016x} {bytes} {}", self.hash, unit.source);
        Self { files: self.files + 1, hash: xxh3_64(next.as_bytes()) }
    }

    /// Checks that the first of these inputs are the same files. The error says what is wrong.
    pub(super) fn check(&self, inputs: &Inputs, position: &InputPosition) -> Result<(), String> {
        let mut digest = Self::default();
        let mut units = inputs.units();
        for unit in units.by_ref().take(self.files) {
            digest = digest.with_unit(&unit);
        }
        // Pages of URLs come after all files. So pages that are counted after the last file are of URLs, and another
        // file after it is new.
        let is_in_urls = position.pages > 0 && position.units == self.files;
        let expected = position.units + usize::from(position.pages > 0 && !is_in_urls);
        if digest != *self || self.files != expected || (is_in_urls && units.next().is_some()) {
            return Err(
                "inputs that the run has already read were changed, added or removed".into()
            );
        }
        Ok(())
    }
}
