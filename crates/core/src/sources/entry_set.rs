//! A set of positions in a list.

use std::collections::HashMap;

/// A set of numbers that takes little memory if they lie close together.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct EntrySet {
    /// The numbers `64 * key` to `64 * key + 63`, one bit each.
    masks: HashMap<u64, u64>,
}

impl EntrySet {
    pub(crate) fn insert(&mut self, number: u64) {
        *self.masks.entry(number / 64).or_default() |= 1 << (number % 64);
    }

    pub(crate) fn contains(&self, number: u64) -> bool {
        self.masks.get(&(number / 64)).is_some_and(|mask| mask >> (number % 64) & 1 == 1)
    }
}

impl FromIterator<u64> for EntrySet {
    fn from_iter<I: IntoIterator<Item = u64>>(numbers: I) -> Self {
        let mut entries = Self::default();
        for number in numbers {
            entries.insert(number);
        }
        entries
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_contains_what_was_inserted() {
        let entries: EntrySet = [0, 63, 64, 1_000_000_007, u64::MAX].into_iter().collect();
        let found: Vec<u64> = [0, 1, 62, 63, 64, 65, 1_000_000_007, u64::MAX]
            .into_iter()
            .filter(|number| entries.contains(*number))
            .collect();
        assert_eq!(found, [0, 63, 64, 1_000_000_007, u64::MAX]);
        assert!(!EntrySet::default().contains(0));
    }
}
