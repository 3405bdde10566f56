//! The inputs that are behind a position.

use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_64;

use crate::sources::{InputPosition, InputUnit, Inputs};

/// Names and sizes of the files up to a place in the inputs, as a hash.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InputDigest {
    files: usize,
    hash: u64,
}

impl InputDigest {
    /// With this file, which comes next.
    pub(crate) fn with_unit(self, unit: &InputUnit) -> Self {
        let bytes = unit.bytes.map_or_else(|| "unknown".into(), |bytes| bytes.to_string());
        let next = format!("{:016x} {bytes} {}", self.hash, unit.source);
        Self { files: self.files + 1, hash: xxh3_64(next.as_bytes()) }
    }

    /// Whether the first of these inputs are the same; what is wrong if not.
    pub(super) fn check(&self, inputs: &Inputs, position: &InputPosition) -> Result<(), String> {
        let mut behind = Self::default();
        let mut units = inputs.units();
        for unit in units.by_ref().take(self.files) {
            behind = behind.with_unit(&unit);
        }
        // Pages of addresses come when no file is left.
        let is_of_addresses = position.pages > 0 && position.units == self.files;
        let expected = position.units + usize::from(position.pages > 0 && !is_of_addresses);
        if behind != *self || self.files != expected || (is_of_addresses && units.next().is_some())
        {
            return Err("inputs that its run has read were changed, added or removed".into());
        }
        Ok(())
    }
}
