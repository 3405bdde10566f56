//! Finds phrases by the words they begin with.
//!
//! At nearly every position of a text no phrase begins. One word rules out many positions and two rule out
//! nearly all, so phrases of several words are found by their first two.

use super::is_word;

/// A word, or a sign between words, at some position of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct PhrasePart {
    pub(super) start: usize,
    pub(super) end: usize,
    key: u64,
}

impl PhrasePart {
    /// The part that begins at `start`; `None` at the end of the text.
    pub(super) fn at(text: &str, start: usize) -> Option<Self> {
        let bytes = text.as_bytes();
        let mut end = start;
        loop {
            let run = bytes.get(end..).unwrap_or_default();
            end += run.iter().take_while(|byte| IS_WORD_BYTE[usize::from(**byte)]).count();
            let Some(letter) = bytes
                .get(end)
                .filter(|byte| !byte.is_ascii())
                .and_then(|_| char_at(text, end))
                .filter(|other| is_word(*other))
            else {
                break;
            };
            end += letter.len_utf8();
        }
        if end == start {
            end += char_at(text, start)?.len_utf8();
        }
        Some(Self { start, end, key: key_of(bytes.get(start..end)?) })
    }

    /// The next part, after a space if there is one.
    pub(super) fn next(self, text: &str) -> Option<Self> {
        let has_gap = text.as_bytes().get(self.end) == Some(&b' ');
        Self::at(text, self.end + usize::from(has_gap))
    }

    /// The key of this part alone.
    pub(super) fn key(self) -> u64 {
        self.key
    }

    /// The key of this part and the next one together.
    pub(super) fn key_with(self, next: Self) -> u64 {
        mix(mix(self.key, (next.start - self.end) as u64), next.key)
    }
}

/// Whether a byte is a letter or digit of ASCII, or the `#` that stands for a number.
const IS_WORD_BYTE: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0_u8;
    while byte < 128 {
        table[byte as usize] = byte.is_ascii_alphanumeric() || byte == b'#';
        byte += 1;
    }
    table
};

fn char_at(text: &str, place: usize) -> Option<char> {
    text.get(place..)?.chars().next()
}

/// The key of the bytes of a part, of which eight at once are mixed: most parts take one step.
fn key_of(mut bytes: &[u8]) -> u64 {
    let mut key = bytes.len() as u64;
    while let Some((eight, rest)) = bytes.split_first_chunk() {
        key = mix(key, u64::from_le_bytes(*eight));
        bytes = rest;
    }
    let rest = match (bytes.first_chunk(), bytes.last_chunk()) {
        // Some bytes are in both.
        (Some(first), Some(last)) => {
            u64::from(u32::from_le_bytes(*first)) << 32 | u64::from(u32::from_le_bytes(*last))
        }
        _ => bytes.iter().fold(0, |rest, byte| rest << 8 | u64::from(*byte)),
    };
    mix(key, rest)
}

/// One step of a hash that only has to be fast: what it finds is compared with the text.
fn mix(key: u64, value: u64) -> u64 {
    (key.rotate_left(5) ^ value).wrapping_mul(0x517c_c1b7_2722_0a95)
}

/// Numbers of phrases by key. The buckets are in one array, and a filter answers most misses.
#[derive(Debug)]
pub(super) struct PhraseIndex {
    /// The start of each bucket in `entries`, and the end of the last one.
    starts: Vec<u32>,
    /// Two bits for each key, which are in one word: 32 KiB, small enough for the innermost cache.
    filter: Vec<u64>,
    /// By bucket, then by number.
    entries: Vec<PhraseEntry>,
}

/// What tells of nearly all phrases that they are not in a text, without a look at the phrases themselves: many begin with
/// the same words, and each would be in another line of the cache.
#[derive(Debug)]
struct PhraseEntry {
    /// Other bits of the key.
    check: u32,
    number: u32,
    length: usize,
    /// The last bytes of the phrase.
    tail: u32,
}

/// The last four bytes, or all if there are fewer.
fn tail_of(bytes: &[u8]) -> u32 {
    match bytes.last_chunk() {
        Some(tail) => u32::from_le_bytes(*tail),
        None => bytes.iter().fold(0, |tail, byte| tail << 8 | u32::from(*byte)),
    }
}

/// The number of buckets is this power of two.
const BUCKET_BITS: u32 = 14;
/// The number of bits in the filter.
const FILTER_BITS: u32 = 18;

impl PhraseIndex {
    /// An index of phrases by their keys and numbers. `text_of` gives the text of a phrase by its number.
    pub(super) fn new<'p>(
        mut phrases: Vec<(u64, u32)>,
        text_of: impl Fn(u32) -> Option<&'p str>,
    ) -> Self {
        phrases.sort_unstable_by_key(|(key, number)| (bucket(*key), *number));
        let mut filter = vec![0; 1 << (FILTER_BITS - u64::BITS.ilog2())];
        for (key, _) in &phrases {
            let (word, bits) = filter_place(*key);
            filter[word] |= bits;
        }
        let mut starts = Vec::with_capacity((1 << BUCKET_BITS) + 1);
        let mut end = 0;
        for own in 0..1 << BUCKET_BITS {
            starts.push(end);
            let rest = phrases.get(end as usize..).unwrap_or_default();
            let count = rest.iter().take_while(|(key, _)| bucket(*key) == own).count();
            end += u32::try_from(count).unwrap_or_default();
        }
        starts.push(end);
        let entry = |(key, number): (u64, u32)| {
            let text = text_of(number).unwrap_or_default().as_bytes();
            PhraseEntry { check: check(key), number, length: text.len(), tail: tail_of(text) }
        };
        Self { starts, filter, entries: phrases.into_iter().map(entry).collect() }
    }

    fn bucket(&self, bucket: usize) -> &[PhraseEntry] {
        let range = self.starts.get(bucket).zip(self.starts.get(bucket + 1));
        range
            .and_then(|(start, end)| self.entries.get(*start as usize..*end as usize))
            .unwrap_or_default()
    }

    /// Whether there may be phrases with this key. Mostly there are none, and this is all that a lookup costs.
    #[inline]
    pub(super) fn may_have(&self, key: u64) -> bool {
        let (word, bits) = filter_place(key);
        self.filter.get(word).is_some_and(|word| word & bits == bits)
    }

    /// The phrases with this key with which a text may begin, and perhaps a few others.
    pub(super) fn get(&self, key: u64, text: &str) -> impl Iterator<Item = u32> {
        let entries = if self.may_have(key) { self.bucket(bucket(key)) } else { &[] };
        let wanted = check(key);
        let may_be_here = move |entry: &&PhraseEntry| {
            entry.check == wanted
                && text
                    .as_bytes()
                    .get(..entry.length)
                    .is_some_and(|phrase| tail_of(phrase) == entry.tail)
        };
        entries.iter().filter(may_be_here).map(|entry| entry.number)
    }
}

/// The bucket of a key: its upper bits, which the multiplication mixes best.
fn bucket(key: u64) -> usize {
    (key >> (u64::BITS - BUCKET_BITS)) as usize
}

/// The word of the filter for a key, and the bits in it.
fn filter_place(key: u64) -> (usize, u64) {
    let place = key >> (u64::BITS - FILTER_BITS);
    let (first, second) = (place % u64::from(u64::BITS), key >> 32 & u64::from(u64::BITS - 1));
    ((place / u64::from(u64::BITS)) as usize, 1 << first | 1 << second)
}

#[expect(clippy::cast_possible_truncation, reason = "the bits below those of the bucket")]
fn check(key: u64) -> u32 {
    (key >> 16) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(text: &str) -> Vec<&str> {
        std::iter::successors(PhrasePart::at(text, 0), |part| part.next(text))
            .filter_map(|part| text.get(part.start..part.end))
            .collect()
    }

    #[test]
    fn parts_are_words_and_single_signs() {
        assert_eq!(parts("¤#/month, or # été"), ["¤", "#", "/", "month", ",", "or", "#", "été"]);
        assert_eq!(parts("'x' v#"), ["'", "x", "'", "v#"]);
        assert_eq!(parts(""), [""; 0]);
    }

    #[test]
    fn keys_tell_a_space_between_two_parts_from_none() {
        let key = |text| {
            let first = PhrasePart::at(text, 0).unwrap();
            first.key_with(first.next(text).unwrap())
        };
        assert_eq!(key("sign up now"), key("sign up"));
        assert_ne!(key("¤#"), key("¤ #"));
        assert_ne!(key("sign up"), key("sign in"));
    }

    #[test]
    fn phrases_of_one_key_come_by_number() {
        let texts = ["", "sail", "sa", "", "", "sailor"];
        let text_of = |number: u32| texts.get(number as usize).copied();
        let index = PhraseIndex::new(vec![(7, 5), (u64::MAX, 1), (7, 2)], text_of);
        assert_eq!(index.get(7, "sailors").collect::<Vec<_>>(), [2, 5]);
        assert_eq!(index.get(7, "sailing").collect::<Vec<_>>(), [2], "another ends so");
        assert_eq!(index.get(u64::MAX, "sail").collect::<Vec<_>>(), [1]);
        assert_eq!(index.get(u64::MAX, "sai").count(), 0, "the text is shorter");
        assert_eq!(index.get(1 << 60, "sail").count(), 0);
    }
}
