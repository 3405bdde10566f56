//! A set of hashes that forgets the oldest.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::fmt::Write;

/// Hashes with the number of the page that had each. Over a limit, the oldest are forgotten.
#[derive(Clone, Debug, Default)]
pub(super) struct RecentHashes {
    seen: HashMap<u32, u32>,
}

/// Whether a hash was known when it was inserted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum HashSighting {
    /// It was not known.
    FirstTime,
    /// It was known from an earlier page.
    EarlierPage,
    /// It was known from this page.
    SamePage,
}

impl RecentHashes {
    /// Inserts a hash, unless it is known. Over `cap`, the older half is forgotten: half, so that sorting by age is
    /// rare.
    pub(super) fn insert(&mut self, hash: u32, page: u32, cap: usize) -> HashSighting {
        let sight = match self.seen.entry(hash) {
            Entry::Occupied(entry) if *entry.get() == page => HashSighting::SamePage,
            Entry::Occupied(_) => HashSighting::EarlierPage,
            Entry::Vacant(entry) => {
                entry.insert(page);
                HashSighting::FirstTime
            }
        };
        if self.seen.len() > cap {
            self.truncate(cap / 2);
        }
        sight
    }

    pub(super) fn remove(&mut self, hash: u32) {
        self.seen.remove(&hash);
    }

    /// The page that had a hash first.
    pub(super) fn page_of(&self, hash: u32) -> Option<u32> {
        self.seen.get(&hash).copied()
    }

    /// Adds those of other pages, which came after `page`. Hashes of one page stay together.
    pub(super) fn merge(&mut self, other: &Self, page: u32, cap: usize) {
        let mut number = page;
        let mut last = None;
        for (theirs, hash) in other.latest(other.len()) {
            if last.replace(theirs) != Some(theirs) {
                number = number.saturating_add(1);
            }
            self.insert(hash, number, cap);
        }
    }

    pub(super) fn contains(&self, hash: u32) -> bool {
        self.seen.contains_key(&hash)
    }

    /// The hashes in the order of their pages.
    pub(super) fn in_order(&self) -> impl Iterator<Item = u32> {
        self.latest(self.len()).into_iter().map(|(_, hash)| hash)
    }

    pub(super) fn len(&self) -> usize {
        self.seen.len()
    }

    /// Keeps at most `count` of them, of the latest pages.
    pub(super) fn truncate(&mut self, count: usize) {
        let latest = self.latest(count);
        if latest.len() < self.seen.len() {
            self.seen = latest.into_iter().map(|(page, hash)| (hash, page)).collect();
            self.seen.shrink_to_fit();
        }
    }

    /// At most `count` of them, of the latest pages, as `(page, hash)` in order.
    fn latest(&self, count: usize) -> Vec<(u32, u32)> {
        let mut all: Vec<(u32, u32)> =
            self.seen.iter().map(|(hash, page)| (*page, *hash)).collect();
        all.sort_unstable();
        all.split_off(all.len().saturating_sub(count))
    }

    /// The hashes in the order of their pages, as eight hexadecimal digits each.
    pub(super) fn to_hex(&self, count: usize) -> String {
        let mut hex = String::new();
        for (_, hash) in self.latest(count) {
            // Writing to a string cannot fail.
            let _ = write!(hex, "{hash:08x}");
        }
        hex
    }

    /// At most `count` of the hashes, eight hexadecimal digits each: those of one page with commas between them, pages in
    /// order with spaces.
    pub(super) fn to_pages(&self, count: usize) -> String {
        let mut written = String::new();
        let mut last = None;
        for (page, hash) in self.latest(count) {
            // Writing to a string cannot fail.
            let _ = if last.replace(page) == Some(page) {
                write!(written, ",{hash:08x}")
            } else {
                write!(written, "{}{hash:08x}", if written.is_empty() { "" } else { " " })
            };
        }
        written
    }

    /// Reads what [`RecentHashes::to_pages`] wrote. Pages get numbers from 1 on.
    pub(super) fn from_pages(written: &str, cap: usize) -> Option<Self> {
        let mut seen = HashMap::new();
        for (number, page) in (1_u32..).zip(written.split_whitespace()) {
            for digits in page.split(',') {
                if seen.len() == cap {
                    return Some(Self { seen });
                }
                seen.insert(u32::from_str_radix(digits, 16).ok()?, number);
            }
        }
        Some(Self { seen })
    }

    /// Reads what [`RecentHashes::to_hex`] wrote. Pages get numbers in this order, at most `cap`.
    pub(super) fn from_hex(hex: &str, cap: usize) -> Option<Self> {
        if !hex.is_ascii() || !hex.len().is_multiple_of(8) {
            return None;
        }
        let mut seen = HashMap::new();
        for (number, digits) in hex.as_bytes().chunks(8).rev().take(cap).enumerate() {
            let hash = u32::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?;
            let number = u32::try_from(cap.saturating_sub(number)).unwrap_or(u32::MAX);
            seen.insert(hash, number);
        }
        Some(Self { seen })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_are_forgotten() {
        let mut recent = RecentHashes::default();
        for (page, hash) in [(1, 10), (2, 20), (3, 30)] {
            assert_eq!(recent.insert(hash, page, 3), HashSighting::FirstTime);
        }
        assert_eq!(recent.insert(30, 3, 3), HashSighting::SamePage);
        assert_eq!(recent.insert(30, 4, 3), HashSighting::EarlierPage);
        recent.insert(40, 4, 3);
        assert_eq!(recent.len(), 1);
        assert_eq!(recent.insert(40, 5, 3), HashSighting::EarlierPage);
        assert_eq!(recent.insert(10, 5, 3), HashSighting::FirstTime);
    }

    #[test]
    fn the_order_survives_writing() {
        let mut recent = RecentHashes::default();
        for (page, hash) in [(7, 0xa), (3, 0xb), (9, 0xc)] {
            recent.insert(hash, page, 10);
        }
        assert_eq!(recent.to_hex(2), "0000000a0000000c");
        let read = RecentHashes::from_hex(&recent.to_hex(10), 10).unwrap();
        assert_eq!(read.to_hex(10), "0000000b0000000a0000000c");
        assert!(
            RecentHashes::from_hex("0000000", 10).is_none()
                && RecentHashes::from_hex("0000000g", 10).is_none()
        );
    }
}
