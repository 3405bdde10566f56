//! The tokens of a text for comparing texts: without case, punctuation and white space.

use std::ops::Range;

use xxhash_rust::xxh3::xxh3_64;

/// The weight of a word towards a shingle. Scripts without spaces have no marked words: each character is a token
/// there, and weighs as much as its share of a word on average. 30 is divisible so that the weights are integers.
const WORD: u32 = 30;
/// The weight of a Han or kana character: five of them say as much as three words.
const IDEOGRAPH: u32 = 18;
/// The weight of a Thai, Lao, Khmer or Burmese character: ten of them say as much as three words.
const SYLLABIC: u32 = 9;

/// The least weight of a shingle: three words.
const SHINGLE: u32 = 3 * WORD;

/// A word, or a character of a script without spaces.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextToken {
    /// Its position in the text, in bytes.
    pub range: Range<usize>,
    /// A hash of its letters and digits in lower case.
    pub hash: u64,
    weight: u32,
}

/// The tokens of a text, in order.
pub fn tokens(text: &str) -> Vec<TextToken> {
    let mut tokens = Vec::with_capacity(text.len() / 6);
    let mut word = String::new();
    let mut start = 0;
    let mut close = |word: &mut String, range: Range<usize>| {
        if !word.is_empty() {
            tokens.push(TextToken { range, hash: xxh3_64(word.as_bytes()), weight: WORD });
            word.clear();
        }
    };
    let mut alone = Vec::new();
    for (at, character) in text.char_indices() {
        let weight = weight_alone(character);
        if weight.is_none() && character.is_alphanumeric() {
            if word.is_empty() {
                start = at;
            }
            word.extend(character.to_lowercase());
            continue;
        }
        close(&mut word, start..at);
        if let Some(weight) = weight {
            alone.push((at..at + character.len_utf8(), weight));
        }
    }
    close(&mut word, start..text.len());
    if alone.is_empty() {
        return tokens;
    }
    tokens.extend(alone.into_iter().map(|(range, weight)| {
        let hash = xxh3_64(text.get(range.clone()).unwrap_or_default().as_bytes());
        TextToken { range, hash, weight }
    }));
    // Words and single characters were collected apart.
    tokens.sort_by_key(|token| token.range.start);
    tokens
}

/// The weight of a character that is a token by itself; `None` for characters of words and between words.
fn weight_alone(character: char) -> Option<u32> {
    match character {
        '\u{0E00}'..='\u{0EFF}' | '\u{1000}'..='\u{109F}' | '\u{1780}'..='\u{17FF}' => {
            character.is_alphanumeric().then_some(SYLLABIC)
        }
        '\u{3040}'..='\u{30FF}'
        | '\u{3400}'..='\u{4DBF}'
        | '\u{4E00}'..='\u{9FFF}'
        | '\u{F900}'..='\u{FAFF}'
        | '\u{20000}'..='\u{3FFFF}' => character.is_alphanumeric().then_some(IDEOGRAPH),
        _ => None,
    }
}

/// The number of words in a text. Characters of scripts without spaces count as a part of a word.
pub fn words(tokens: &[TextToken]) -> usize {
    let weight: u64 = tokens.iter().map(|token| u64::from(token.weight)).sum();
    usize::try_from(weight / u64::from(WORD)).unwrap_or(usize::MAX)
}

/// The hash of each shingle, in order: of three words in a row, or of as many characters as weigh the same. Shingle
/// `n` begins at token `n`.
pub fn shingles(tokens: &[TextToken]) -> impl Iterator<Item = u64> {
    (0..tokens.len()).map_while(|start| Some(run(tokens.get(start..)?, SHINGLE)?.1))
}

/// The terms of a text, each with its byte range and hash: a word, two ideographs in a row, or four characters of
/// other scripts without spaces.
pub(crate) fn terms(tokens: &[TextToken]) -> impl Iterator<Item = (Range<usize>, u64)> {
    (0..tokens.len()).filter_map(|start| {
        let tokens = tokens.get(start..)?;
        let (length, hash) = run(tokens, WORD)?;
        Some((tokens.first()?.range.start..tokens.get(length - 1)?.range.end, hash))
    })
}

/// How many of the first tokens reach a weight together, and a hash of these tokens.
fn run(tokens: &[TextToken], wanted: u32) -> Option<(usize, u64)> {
    let (mut weight, mut hash) = (0, 0u64);
    for (at, token) in tokens.iter().enumerate() {
        weight += token.weight;
        // Rotated before each token, so that the order of tokens counts. The factor is 2^64 divided by the golden
        // ratio (Fibonacci hashing).
        hash = (hash.rotate_left(23) ^ token.hash).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        if weight >= wanted {
            return Some((at + 1, hash ^ (hash >> 32)));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<&str> {
        tokens(text).into_iter().map(|token| text.get(token.range).unwrap()).collect()
    }

    #[test]
    fn words_are_runs_of_letters_and_digits_and_ideographs_stand_alone() {
        assert_eq!(
            read("The «ferry» sailed at 9.30!"),
            ["The", "ferry", "sailed", "at", "9", "30"]
        );
        assert_eq!(read("渡し船は3日に"), ["渡", "し", "船", "は", "3", "日", "に"]);
        assert_eq!(read(" -- "), [""; 0]);
        assert_eq!(tokens("FERRY")[0].hash, tokens("ferry")[0].hash);
    }

    #[test]
    fn a_shingle_is_three_words_or_as_much_of_another_script() {
        let count = |text: &str| shingles(&tokens(text)).count();
        assert_eq!(
            (count("one two"), count("one two three"), count("one two three four")),
            (0, 1, 2)
        );
        assert_eq!((count("渡し船は"), count("渡し船は出")), (0, 1));
        assert_eq!((count("เรือข้ามฟา"), count("เรือข้ามฟาก")), (0, 1));
        let term = |text: &str| {
            let tokens = tokens(text);
            let terms = terms(&tokens).map(|(range, _)| text.get(range).unwrap().to_owned());
            terms.collect::<Vec<_>>()
        };
        assert_eq!(term("The ferry, 渡し船"), ["The", "ferry", "渡し", "し船"]);
        let hashes = |text: &str| shingles(&tokens(text)).collect::<Vec<_>>();
        assert_eq!(hashes("One, two: THREE."), hashes("one two three"));
        assert_ne!(hashes("two one three"), hashes("one two three"));
    }
}
