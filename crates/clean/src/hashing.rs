//! A fast hash for maps that live as long as one page.
//!
//! The standard library's hash (`SipHash`) resists keys that are chosen to collide, but took longer than
//! everything else done with the maps. This one gets a random seed for each map, so a page cannot predict
//! what collides. No map is iterated in an order that reaches the output, so the seed does not break
//! determinism.

use std::collections::HashMap;
use std::hash::{BuildHasher, Hasher, RandomState};

use xxhash_rust::xxh3::xxh3_64_with_seed;

/// A map with the fast hash.
pub(crate) type FastMap<K, V> = HashMap<K, V, FastState>;

/// The seed of one map.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FastState(u64);

impl Default for FastState {
    fn default() -> Self {
        Self(RandomState::new().hash_one(0_u8))
    }
}

impl BuildHasher for FastState {
    type Hasher = FastHasher;

    fn build_hasher(&self) -> FastHasher {
        FastHasher(self.0)
    }
}

/// The state of a hash.
pub(crate) struct FastHasher(u64);

impl Hasher for FastHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        self.0 = xxh3_64_with_seed(bytes, self.0);
    }

    // `str` writes a 0xff after its bytes, which tells ("ab", "c") from ("a", "bc") in keys of several
    // strings. No key here has several.
    fn write_u8(&mut self, _: u8) {}

    fn write_u32(&mut self, key: u32) {
        self.write_u64(key.into());
    }

    /// The two halves of a product, folded, so that each bit of the key affects all bits of the hash.
    #[expect(clippy::cast_possible_truncation, reason = "both halves are used")]
    fn write_u64(&mut self, key: u64) {
        let product = u128::from(self.0 ^ key) * 0x9e37_79b9_7f4a_7c15;
        self.0 = (product >> 64) as u64 ^ product as u64;
    }
}
