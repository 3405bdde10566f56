//! Finds words by how they begin.

/// Beginnings of words, each with a number. At nearly every word of a text it takes one look at two bytes to see that
/// none of them begins there.
#[derive(Debug)]
pub(crate) struct PrefixIndex {
    /// By their first byte; the shortest first, those of one length as they were added.
    by_byte: Vec<Vec<Prefix>>,
    starts: PrefixStarts,
}

#[derive(Clone, Copy, Debug)]
struct Prefix {
    head: WordHead,
    length: usize,
    number: u32,
}

impl Default for PrefixIndex {
    fn default() -> Self {
        // One list for each value of a byte.
        Self { by_byte: vec![Vec::new(); 256], starts: PrefixStarts::default() }
    }
}

impl PrefixIndex {
    /// Adds a beginning of words, which is not empty.
    pub(crate) fn add(&mut self, prefix: &str, number: u32) {
        let Some(of_byte) = self.by_byte.get_mut(first_byte(prefix)) else { return };
        let length = prefix.len();
        let place = of_byte.partition_point(|other| other.length <= length);
        of_byte.insert(place, Prefix { head: WordHead::new(prefix), length, number });
        self.starts.add(prefix);
    }

    /// The numbers of what a text may begin with, by their first four bytes.
    #[inline]
    pub(crate) fn candidates(&self, text: &str) -> impl Iterator<Item = u32> {
        let may_have = self.starts.may_have(text);
        let of_byte = self.by_byte.get(first_byte(text)).filter(|_| may_have);
        let head = WordHead::new(text);
        let of_byte = of_byte.into_iter().flatten();
        of_byte.filter(move |prefix| head.may_begin_with(prefix.head)).map(|prefix| prefix.number)
    }
}

fn first_byte(text: &str) -> usize {
    text.bytes().next().unwrap_or_default().into()
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

/// The first two bytes of words. Few words begin as any of them does.
#[derive(Debug)]
struct PrefixStarts {
    /// A bit for each pair of bytes.
    pairs: Vec<u64>,
}

impl Default for PrefixStarts {
    fn default() -> Self {
        Self { pairs: vec![0; (1 << u16::BITS) / u64::BITS as usize] }
    }
}

impl PrefixStarts {
    /// Adds the beginning of a word.
    fn add(&mut self, word: &str) {
        let Some(pair) = word.as_bytes().first_chunk() else {
            // A single letter may begin anything.
            self.pairs.fill(u64::MAX);
            return;
        };
        let (place, bit) = pair_place(*pair);
        self.pairs[place] |= bit;
    }

    /// Whether a text may begin with one of the words.
    #[inline]
    fn may_have(&self, text: &str) -> bool {
        text.as_bytes().first_chunk().is_none_or(|pair| {
            let (place, bit) = pair_place(*pair);
            self.pairs.get(place).is_some_and(|word| word & bit != 0)
        })
    }
}

/// The word of [`PrefixStarts`] for two bytes, and the bit in it.
fn pair_place(pair: [u8; 2]) -> (usize, u64) {
    let pair = u16::from_le_bytes(pair);
    (usize::from(pair) / u64::BITS as usize, 1 << (u32::from(pair) % u64::BITS))
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
    fn two_bytes_tell_most_words_from_prefixes() {
        let mut starts = PrefixStarts::default();
        starts.add("subscri");
        assert!(starts.may_have("subscribe") && starts.may_have("sun") && starts.may_have("s"));
        assert!(!starts.may_have("share"));
        starts.add("x");
        assert!(starts.may_have("share"));
    }
}
