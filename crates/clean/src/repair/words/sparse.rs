//! A map from keys to small numbers that takes little more than three bytes per entry.
//!
//! Entries are in buckets by the hash of the key, with two more bytes of the hash. So about one in
//! 8,000 keys that are not in the map collides with another one. That is good enough for evidence
//! that is summed up, and takes half the space of whole keys.

use super::reader::TableReader;

const ENTRY_BYTES: usize = 3;

/// The map.
#[derive(Debug)]
pub(super) struct SparseMap {
    /// The begin of each bucket, and the end of the last one.
    starts: Vec<u32>,
    entries: Vec<u8>,
}

impl SparseMap {
    pub(super) fn read(reader: &mut TableReader<'_>) -> Option<Self> {
        let mut starts = vec![0];
        let mut sum = 0_u32;
        for &count in reader.block()? {
            sum = sum.checked_add(count.into())?;
            starts.push(sum);
        }
        let entries = reader.block()?.to_vec();
        (entries.len() == sum as usize * ENTRY_BYTES).then_some(Self { starts, entries })
    }

    /// The number of a key.
    pub(super) fn get(&self, key: u64) -> Option<u8> {
        let hash = mix(key);
        let buckets = self.starts.len() as u64 - 1;
        let bucket = usize::try_from(((hash >> 32) * buckets) >> 32).ok()?;
        let start = *self.starts.get(bucket)? as usize * ENTRY_BYTES;
        let end = *self.starts.get(bucket + 1)? as usize * ENTRY_BYTES;
        let (entries, _) = self.entries.get(start..end)?.as_chunks::<ENTRY_BYTES>();
        let [low, high, ..] = hash.to_le_bytes();
        entries.iter().find(|entry| entry[..2] == [low, high]).map(|entry| entry[2])
    }
}

/// The finalizer of `SplitMix64` (Steele, Lea & Flood, 2014).
fn mix(key: u64) -> u64 {
    let mut hash = key.wrapping_add(0x9E37_79B9_7F4A_7C15);
    hash = (hash ^ (hash >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    hash = (hash ^ (hash >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    hash ^ (hash >> 31)
}
