//! Finds words by how they begin.

/// Beginnings of words, each with a number. At nearly every word of a text it takes one look at three bytes to see that
/// none of them begins there.
#[derive(Debug)]
pub(crate) struct PrefixIndex {
    /// By a hash of their first three bytes; the shortest first, those of one length as they were added. Shorter ones are
    /// in the bucket of each start that they can have.
    buckets: Vec<Vec<Prefix>>,
    /// A bit for each value of a longer hash: 4 KiB, small enough for the innermost cache.
    filter: Vec<u64>,
}

/// The number of buckets is this power of two.
const BUCKET_BITS: u32 = 11;
/// The number of bits in the filter is this power of two.
const FILTER_BITS: u32 = 15;

#[derive(Clone, Copy, Debug)]
struct Prefix {
    head: WordHead,
    length: usize,
    number: u32,
}

impl Default for PrefixIndex {
    fn default() -> Self {
        Self {
            buckets: vec![Vec::new(); 1 << BUCKET_BITS],
            filter: vec![0; 1 << (FILTER_BITS - u64::BITS.ilog2())],
        }
    }
}

impl PrefixIndex {
    /// Adds a beginning of words, which is not empty.
    pub(crate) fn add(&mut self, prefix: &str, number: u32) {
        let head = WordHead::new(prefix);
        let new = Prefix { head, length: prefix.len(), number };
        let starts: &mut dyn Iterator<Item = u32> = match prefix.len() {
            1 => &mut (0..=u32::from(u16::MAX)).map(|more| head.0 | more << 8),
            2 => &mut (0..=u32::from(u8::MAX)).map(|more| head.0 | more << 16),
            _ => &mut std::iter::once(head.0),
        };
        for start in starts {
            let hash = start_hash(start);
            let (word, bit) = filter_place(hash);
            self.filter[word] |= bit;
            let bucket = &mut self.buckets[bucket(hash)];
            let place = bucket.partition_point(|other| other.length <= new.length);
            // Several starts may have one bucket.
            let is_known = place.checked_sub(1).is_some_and(|last| bucket[last].number == number);
            if !is_known {
                bucket.insert(place, new);
            }
        }
    }

    /// Whether a text may begin with one of the words. Mostly it does not, and this is all that a look costs.
    #[inline]
    pub(crate) fn may_have(&self, text: &str) -> bool {
        let (word, bit) = filter_place(start_hash(WordHead::new(text).0));
        self.filter.get(word).is_some_and(|word| word & bit != 0)
    }

    /// The numbers of what a text may begin with, by their first four bytes.
    #[inline]
    pub(crate) fn candidates(&self, text: &str) -> impl Iterator<Item = u32> {
        let head = WordHead::new(text);
        let bucket = self.buckets.get(bucket(start_hash(head.0))).filter(|_| self.may_have(text));
        let bucket = bucket.into_iter().flatten();
        bucket.filter(move |prefix| head.may_begin_with(prefix.head)).map(|prefix| prefix.number)
    }
}

/// A hash of the first three bytes of a head.
fn start_hash(head: u32) -> u32 {
    (head << 8).wrapping_mul(0x9e37_79b1)
}

/// The bucket of a hash: its upper bits, which the multiplication mixes best.
fn bucket(hash: u32) -> usize {
    (hash >> (u32::BITS - BUCKET_BITS)) as usize
}

/// The word of the filter for a hash, and the bit in it.
fn filter_place(hash: u32) -> (usize, u64) {
    let place = hash >> (u32::BITS - FILTER_BITS);
    ((place / u64::BITS) as usize, 1 << (place % u64::BITS))
}

/// Up to four bytes of the beginning of a word, in one number that is compared at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct WordHead(u32);

impl WordHead {
    fn new(text: &str) -> Self {
        if let Some(four) = text.as_bytes().first_chunk() {
            return Self(u32::from_le_bytes(*four));
        }
        let mut bytes = [0; 4];
        for (slot, byte) in bytes.iter_mut().zip(text.bytes()) {
            *slot = byte;
        }
        Self(u32::from_le_bytes(bytes))
    }

    /// Whether a text with this head may begin with a phrase with that head.
    fn may_begin_with(self, phrase: Self) -> bool {
        // No phrase contains a byte of 0, so the zeros at the end show how short it is.
        let unused = phrase.0.leading_zeros() & !7;
        (self.0 ^ phrase.0).checked_shl(unused).unwrap_or_default() == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn candidates_come_with_the_shortest_first() {
        let mut index = PrefixIndex::default();
        for (number, word) in ["subscri", "sub", "sup", "été", "sup"].into_iter().enumerate() {
            index.add(word, u32::try_from(number).unwrap());
        }
        let candidates = |text| index.candidates(text).collect::<Vec<_>>();
        assert_eq!(candidates("subscribe"), [1, 0]);
        assert_eq!(candidates("support"), [2, 4]);
        assert_eq!(candidates("été"), [3]);
        assert_eq!((candidates("share"), candidates("")), (vec![], vec![]));
    }

    #[test]
    fn heads_tell_what_a_text_cannot_begin_with() {
        let may = |text, phrase| WordHead::new(text).may_begin_with(WordHead::new(phrase));
        assert!(may("subscribe", "sub") && may("subscribe", "subsc") && may("s", "s"));
        assert!(!may("subscribe", "sup") && !may("su", "sub") && !may("", "s"));
    }

    #[test]
    fn three_bytes_tell_most_words_from_prefixes() {
        let mut index = PrefixIndex::default();
        index.add("subscri", 0);
        assert!(index.may_have("subscribe") && index.may_have("submit"));
        assert!(!index.may_have("share") && !index.may_have("s"));
    }

    #[test]
    fn one_letter_and_two_begin_words_of_any_length() {
        let mut index = PrefixIndex::default();
        for (number, word) in ["abc", "ab", "a"].into_iter().enumerate() {
            index.add(word, u32::try_from(number).unwrap());
        }
        let candidates = |text| index.candidates(text).collect::<Vec<_>>();
        assert_eq!(candidates("abcd"), [2, 1, 0]);
        assert_eq!((candidates("ab"), candidates("aéb")), (vec![2, 1], vec![2]));
        assert_eq!((candidates("a"), candidates("b")), (vec![2], vec![]));
    }
}
