//! A compact hash table from hashes to pages.

use std::mem;

/// The most pages that are remembered for one hash. What all pages of a site have in common says nothing, and
/// without a cap each page would be compared with all pages before it.
const MAX_PAGES_PER_HASH: usize = 8;

/// The most slots that are probed for one hash. At the load factor below, evenly spread hashes never need so many.
const MAX_PROBES: usize = 1024;

const MIN_SLOTS: usize = 64;

/// Maps 32-bit hashes to page numbers, several for each hash, by open addressing with linear probing. A slot has the
/// hash and the page number plus one, so that zero means a free slot.
#[derive(Debug)]
pub(super) struct PageTable {
    slots: Vec<u64>,
    used: usize,
}

impl PageTable {
    pub(super) fn new() -> Self {
        Self { slots: vec![0; MIN_SLOTS], used: 0 }
    }

    /// Its memory, in bytes.
    pub(super) fn bytes(&self) -> u64 {
        (self.slots.len() * mem::size_of::<u64>()) as u64
    }

    /// The pages with a hash, in the order in which they were inserted.
    pub(super) fn pages(&self, hash: u32) -> impl Iterator<Item = u32> {
        let has_hash = move |slot: &u64| slot >> 32 == u64::from(hash);
        self.probe(hash).take_while(|slot| *slot != 0).filter(has_hash).map(number)
    }

    /// Inserts a page, unless [`MAX_PAGES_PER_HASH`] pages with its hash are there already.
    pub(super) fn insert(&mut self, hash: u32, page: u32) {
        if self.used >= self.slots.len() / 5 * 4 {
            self.grow();
        }
        if self.pages(hash).count() < MAX_PAGES_PER_HASH {
            let slot = u64::from(hash) << 32 | (u64::from(page) + 1);
            self.used += usize::from(place(&mut self.slots, hash, slot));
        }
    }

    fn probe(&self, hash: u32) -> impl Iterator<Item = u64> {
        let (before, after) = self.slots.split_at(first_slot(hash, self.slots.len()));
        after.iter().chain(before).take(MAX_PROBES).copied()
    }

    fn grow(&mut self) {
        // By a quarter only: doubling would leave more of the table empty, and it is most of the index's memory.
        let mut slots = vec![0; self.slots.len() + self.slots.len() / 4];
        // From a free slot on, so that a run of slots that wraps around keeps its order.
        let first_free = self.slots.iter().position(|slot| *slot == 0).unwrap_or(0);
        let (before, after) = self.slots.split_at(first_free);
        let mut used = 0;
        for slot in after.iter().chain(before).filter(|slot| **slot != 0) {
            let hash = (slot >> 32) as u32;
            used += usize::from(place(&mut slots, hash, *slot));
        }
        *self = Self { slots, used };
    }
}

/// Where probing for a hash begins. Multiply and shift spreads hashes evenly over any number of slots; a power of two
/// is not needed.
fn first_slot(hash: u32, slots: usize) -> usize {
    usize::try_from((u64::from(hash) * slots as u64) >> 32).unwrap_or(0)
}

#[expect(clippy::cast_possible_truncation, reason = "the number is the lower half")]
fn number(slot: u64) -> u32 {
    (slot as u32).wrapping_sub(1)
}

fn place(slots: &mut [u64], hash: u32, slot: u64) -> bool {
    let (before, after) = slots.split_at_mut(first_slot(hash, slots.len()));
    match after.iter_mut().chain(before).take(MAX_PROBES).find(|free| **free == 0) {
        Some(free) => {
            *free = slot;
            true
        }
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_are_found_by_their_hash_however_far_the_table_has_grown() {
        let mut table = PageTable::new();
        let hash = |page: u32| (page / 3).wrapping_mul(2_654_435_761);
        for page in 0..30_000 {
            table.insert(hash(page), page);
        }
        for page in (0..30_000).step_by(3) {
            let found: Vec<u32> = table.pages(hash(page)).collect();
            assert_eq!(found, [page, page + 1, page + 2]);
        }
        assert_eq!(table.pages(1).count(), 0);
        // Between 4/5 and 16/25 of the slots are used.
        assert!((300_000..=375_000).contains(&table.bytes()), "{}", table.bytes());
    }

    #[test]
    fn only_the_first_pages_of_a_hash_are_remembered() {
        let mut table = PageTable::new();
        (0..10_000).for_each(|page| table.insert(u32::MAX, page));
        assert_eq!(table.pages(u32::MAX).collect::<Vec<_>>(), [0, 1, 2, 3, 4, 5, 6, 7]);
        assert_eq!(table.bytes(), 64 * 8);
    }
}
