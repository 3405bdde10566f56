//! What words say: whether a line is English, and whether an `â` is a letter of its word.

use std::collections::HashSet;
use std::ops::Range;
use std::sync::LazyLock;

use super::scan::Scan;

/// The 1,500 words of most sites, counted by `train/punctuation.py`.
static COMMON: LazyLock<HashSet<&'static str>> =
    LazyLock::new(|| include_str!("english.txt").lines().collect());

/// Longer words are cut: no word of a language with `â` is as long.
const LONGEST: usize = 24;

/// What goes before an apostrophe in French, Italian and Catalan, where a vowel follows.
const ELISIONS: [&str; 25] = [
    "l", "d", "j", "m", "t", "s", "n", "c", "qu", "jusqu", "lorsqu", "puisqu", "quoiqu", "quelqu",
    "aujourd", "dell", "all", "nell", "sull", "dall", "quell", "un", "gl", "dev", "cent",
];

/// What follows the first letter of a French word in `â`.
const AFTER_FIRST: [&str; 17] = [
    "ge", "ges", "gé", "gés", "gée", "gées", "gisme", "ne", "nes", "cre", "cres", "pre", "pres",
    "tre", "tres", "ĝo", "ĝoj",
];

/// Contractions that no other word looks like: what stands before and after the apostrophe.
const CONTRACTIONS: [(&str, &[&str]); 7] = [
    (
        "s",
        &["it", "he", "she", "that", "what", "there", "here", "who", "how", "where", "when", "let"],
    ),
    (
        "t",
        &[
            "don", "can", "won", "isn", "aren", "wasn", "weren", "doesn", "didn", "couldn",
            "wouldn", "shouldn", "hasn", "haven", "hadn", "ain", "mustn", "needn", "mightn",
        ],
    ),
    ("re", &["they", "we", "you", "who", "what", "there"]),
    ("ve", &["i", "we", "you", "they", "could", "would", "should", "might", "must", "who"]),
    ("ll", &["i", "you", "he", "she", "it", "we", "they", "that", "there", "who"]),
    ("d", &["i", "you", "he", "she", "we", "they", "who"]),
    ("m", &["i"]),
];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Language {
    English,
    Foreign,
    /// Too few words to tell.
    Unknown,
}

/// Whether a line is English, by the share of its words that are common.
pub(super) fn language(line: &str) -> Language {
    let (mut words, mut common) = (0_usize, 0_usize);
    let is_word = |c: char| c.is_alphabetic() && c != 'â';
    for word in line.split(|c| !is_word(c)) {
        let word = lowercase(word);
        if word.chars().nth(1).is_some() || word == "a" || word == "i" {
            words += 1;
            common += usize::from(is_common(&word));
        }
    }
    let has_accent =
        || line.chars().any(|c| !c.is_ascii() && c.is_alphabetic() && !"âðï".contains(c));
    if words >= 4 && common * 100 >= words * 35 {
        Language::English
    } else if words >= 4 && common * 100 < words * 20 || has_accent() {
        Language::Foreign
    } else {
        Language::Unknown
    }
}

fn is_common(word: &str) -> bool {
    COMMON.contains(word)
}

fn lowercase(word: &str) -> String {
    if word.len() > 4 * LONGEST { String::new() } else { word.to_lowercase() }
}

/// What an `â` between other characters is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reading {
    /// A letter of its word.
    Letter,
    /// What is left of some sign.
    Sign,
    /// What is left of an apostrophe, beyond doubt.
    Apostrophe,
}

/// What the `â` at `at` of a damaged text is.
pub(super) fn reading(line: &Scan, at: usize, language: Language) -> Reading {
    let (before, after) = (line.word_before(at), line.word_after(at));
    if is_contraction(line, at) {
        return Reading::Apostrophe;
    }
    let (left, right) = (text(line, &before), text(line, &after));
    let is_sign = match (right.chars().next(), left.is_empty()) {
        (None, true) => true,
        // In Romanian and Turkish words may end so.
        (None, false) => language != Language::Foreign || !left.ends_with(['r', 'l']),
        (Some(_), true) => !AFTER_FIRST.contains(&right.as_str()),
        (Some(first), false) => {
            if line.char(at + 1).is_some_and(char::is_uppercase) {
                true
            } else if ELISIONS.contains(&left.as_str()) && "aeiouyhéèêàôîœæ".contains(first)
            {
                return Reading::Apostrophe;
            } else {
                joins_words(&left, &right, language)
            }
        }
    };
    if is_sign { Reading::Sign } else { Reading::Letter }
}

fn text(line: &Scan, word: &Range<usize>) -> String {
    word.clone().filter_map(|at| line.char(at)).flat_map(char::to_lowercase).collect()
}

/// Whether an `â` between these has a word on each side, or an English ending after it.
fn joins_words(left: &str, right: &str, language: Language) -> bool {
    if language == Language::Foreign {
        return false;
    }
    match right {
        "t" => left.ends_with('n'),
        "m" => left == "i",
        "s" | "re" | "ve" | "ll" | "d" => language == Language::English || is_common(left),
        _ if language != Language::English => false,
        _ if is_common(left) && is_common(right) => left.len() + right.len() > 5,
        _ if is_common(left) && left.len() > 1 && right.chars().count() > 3 => starts_well(right),
        _ => is_common(right) && right.len() > 1 && left.chars().count() > 3,
    }
}

/// Whether an English word may start so.
fn starts_well(word: &str) -> bool {
    const CLUSTERS: [&str; 34] = [
        "bl", "br", "cl", "cr", "dr", "fl", "fr", "gl", "gr", "pl", "pr", "sl", "tr", "wr", "wh",
        "ch", "sh", "th", "sc", "sk", "sm", "sn", "sp", "st", "sw", "str", "kn", "qu", "spr",
        "scr", "thr", "shr", "spl", "sq",
    ];
    let is_vowel = |c: char| "aeiouy".contains(c);
    let onset = word.find(is_vowel).and_then(|end| word.get(..end));
    onset.is_some_and(|onset| {
        onset.is_empty()
            || matches!(onset.as_bytes(), [b'a'..=b'z'] if onset != "x" && onset != "q")
            || CLUSTERS.contains(&onset)
            || onset == "q"
    })
}

/// Whether an `â` stands for the apostrophe of an English contraction that looks like no other word.
pub(super) fn is_contraction(line: &Scan, at: usize) -> bool {
    let (before, after) = (line.word_before(at), line.word_after(at));
    if before.is_empty() || after.is_empty() || before.len() > 7 || after.len() > 2 {
        return false;
    }
    let (left, right) = (text(line, &before), text(line, &after));
    let stems = CONTRACTIONS.iter().find(|(ending, _)| *ending == right).map(|(_, stems)| *stems);
    stems.is_some_and(|stems| stems.contains(&left.as_str()))
        && (left != "i" || line.char(before.start).is_some_and(char::is_uppercase))
        && !line.is_damaged_letter(before.start.wrapping_sub(1))
        && !line.is_damaged_letter(after.end)
}
