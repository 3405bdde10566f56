//! The words of a text, as far as comparing texts goes: without case, punctuation and white space.

use std::ops::Range;

use xxhash_rust::xxh3::xxh3_64;

/// What a word counts towards a shingle. Scripts without spaces have no words to go by: a character is a
/// token there, and counts for as much of a word as it is of one on average.
const WORD: u32 = 30;
/// Han, kana and Hangul without spaces: five characters say as much as three words.
const IDEOGRAPH: u32 = 18;
/// Thai, Lao, Khmer, Burmese: ten characters do.
const SYLLABIC: u32 = 9;

/// What a shingle weighs at least: three words.
const SHINGLE: u32 = 3 * WORD;

/// A word, or a character of a script without spaces.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextToken {
    /// Where it stands in the text, in bytes.
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
    tokens.sort_by_key(|token| token.range.start);
    tokens
}

/// What a character counts that is a token by itself; `None` for all that words are made of, and between.
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

/// How many words a text has; characters of scripts without spaces count in part.
pub fn words(tokens: &[TextToken]) -> usize {
    let weight: u64 = tokens.iter().map(|token| u64::from(token.weight)).sum();
    usize::try_from(weight / u64::from(WORD)).unwrap_or(usize::MAX)
}

/// A hash of each shingle, in order: of three words in a row, or of as many characters as make up for
/// them. The tokens of the shingle begin at the position in the iteration.
pub fn shingles(tokens: &[TextToken]) -> impl Iterator<Item = u64> {
    (0..tokens.len()).map_while(|start| Some(run(tokens.get(start..)?, SHINGLE)?.1))
}

/// What stands for a word: the word itself; two ideographs in a row, or four characters of other scripts
/// without spaces. With where it stands and its hash.
pub fn terms(tokens: &[TextToken]) -> impl Iterator<Item = (Range<usize>, u64)> {
    (0..tokens.len()).filter_map(|start| {
        let tokens = tokens.get(start..)?;
        let (length, hash) = run(tokens, WORD)?;
        Some((tokens.first()?.range.start..tokens.get(length - 1)?.range.end, hash))
    })
}

/// The tokens that come to a weight, from the first on: how many, and a hash of them.
fn run(tokens: &[TextToken], wanted: u32) -> Option<(usize, u64)> {
    let (mut weight, mut hash) = (0, 0u64);
    for (at, token) in tokens.iter().enumerate() {
        weight += token.weight;
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
