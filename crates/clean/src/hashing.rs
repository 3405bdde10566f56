//! A fast hash for maps that live as long as one page.
//!
//! The standard library's resists whoever chooses the keys, and costs more than all else that is
//! done with them. This one is seeded by it, once a map: a page cannot foresee what collides. Nothing
//! is read off a map in its order, so that the seed does not show.

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

/// A hash under way.
pub(crate) struct FastHasher(u64);

impl Hasher for FastHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        self.0 = xxh3_64_with_seed(bytes, self.0);
    }

    // What ends a text.
    fn write_u8(&mut self, _: u8) {}

    fn write_u32(&mut self, key: u32) {
        self.write_u64(key.into());
    }

    /// The halves of a product, folded: each bit of the key reaches all of the hash.
    #[expect(clippy::cast_possible_truncation, reason = "the halves are wanted")]
    fn write_u64(&mut self, key: u64) {
        let product = u128::from(self.0 ^ key) * 0x9e37_79b9_7f4a_7c15;
        self.0 = (product >> 64) as u64 ^ product as u64;
    }
}
