//! Finds words in class names, ignoring case: the shift-and method of Baeza-Yates and Gonnet ("A
//! new approach to text searching", CACM 1992) on the beginnings of the words, then a comparison.
//! It runs on every class of every page, where one table lookup per byte is affordable and a search
//! for each word is not.

/// A set of words to look for.
#[derive(Debug)]
pub(super) struct WordMatcher<const N: usize> {
    words: [&'static str; N],
    /// For each byte, a bit for each position in the beginnings where it occurs.
    table: [u64; 256],
    starts: u64,
    ends: u64,
    width: u32,
}

impl<const N: usize> WordMatcher<N> {
    /// Compiles lower-case ASCII words of at least `width` bytes. `width` times the number of words
    /// must not exceed 64, the bits of the state; this is checked when the constant is built.
    pub(super) const fn new(words: [&'static str; N], width: u32) -> Self {
        assert!(N * width as usize <= 64, "the beginnings do not fit one machine word");
        let mut marks = Self { words, table: [0; 256], starts: 0, ends: 0, width };
        let mut word = 0;
        while word < N {
            let bytes = words[word].as_bytes();
            let mut at = 0;
            while at < width as usize {
                let bit = 1 << (word * width as usize + at);
                marks.table[bytes[at] as usize] |= bit;
                marks.table[bytes[at].to_ascii_uppercase() as usize] |= bit;
                if at == 0 {
                    marks.starts |= bit;
                }
                if at + 1 == width as usize {
                    marks.ends |= bit;
                }
                at += 1;
            }
            word += 1;
        }
        marks
    }

    /// Calls `found` with the index and the byte offset of each word in the text, until it returns
    /// true. Returns whether it did.
    pub(super) fn any(&self, text: &str, mut found: impl FnMut(usize, usize) -> bool) -> bool {
        let bytes = text.as_bytes();
        let mut state = 0_u64;
        for (at, byte) in bytes.iter().enumerate() {
            state = ((state << 1) | self.starts)
                & self.table.get(usize::from(*byte)).copied().unwrap_or(0);
            let mut hits = state & self.ends;
            while hits != 0 {
                let number = (hits.trailing_zeros() / self.width) as usize;
                hits &= hits - 1;
                let start = (at + 1).saturating_sub(self.width as usize);
                let is_there = self.words.get(number).is_some_and(|word| {
                    let part = bytes.get(start..start + word.len());
                    part.is_some_and(|part| part.eq_ignore_ascii_case(word.as_bytes()))
                });
                if is_there && found(number, start) {
                    return true;
                }
            }
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use super::WordMatcher;

    #[test]
    fn words_are_found_in_any_case_and_overlapping() {
        const MARKS: WordMatcher<3> = WordMatcher::new(["author", "update", "date"], 4);
        let all = |text: &str| {
            let mut found = Vec::new();
            MARKS.any(text, |number, start| {
                found.push((number, start));
                false
            });
            found
        };
        assert_eq!(all("post-Author UPDATE"), [(0, 5), (1, 12), (2, 14)]);
        assert_eq!(all("auth upd dat"), []);
        assert_eq!(all(""), []);
        assert!(MARKS.any("date", |_, _| true));
    }
}
