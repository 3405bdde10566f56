//! What words show: whether a line is English, and whether an `â` is a letter of its word.

use std::collections::HashSet;
use std::ops::Range;
use std::sync::LazyLock;

use super::scan::LineScan;

/// The 1,500 words that are on most sites, counted by `train/punctuation/fit.py`.
static COMMON: LazyLock<HashSet<&'static str>> =
    LazyLock::new(|| include_str!("english.txt").lines().collect());

/// Longer words are cut. No word with `â` is that long.
const MAX_WORD_CHARS: usize = 24;

/// What is before an apostrophe in French, Italian and Catalan, if a vowel follows.
const ELISIONS: [&str; 25] = [
    "l", "d", "j", "m", "t", "s", "n", "c", "qu", "jusqu", "lorsqu", "puisqu", "quoiqu", "quelqu",
    "aujourd", "dell", "all", "nell", "sull", "dall", "quell", "un", "gl", "dev", "cent",
];

/// What follows the first letter of French words that begin with `â`.
const AFTER_FIRST: [&str; 17] = [
    "ge", "ges", "gé", "gés", "gée", "gées", "gisme", "ne", "nes", "non", "nons", "cre", "cres",
    "pre", "pres", "tre", "tres",
];

/// The same for French and Portuguese words with endings like English ones.
const AFTER_FIRST_ABROAD: [&str; 8] = ["m", "me", "mes", "mago", "magos", "nimo", "nimos", "nus"];

/// The ends of Romanian words that look like a French elision.
const ROMANIAN: [&str; 5] = ["ine", "ini", "inii", "inile", "inilor"];

/// Contractions that are like no other word: what is before and after the apostrophe.
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
pub(super) enum LanguageGuess {
    English,
    Foreign,
    /// The line has too few words to decide.
    Unknown,
}

/// The conventions of the language of a line.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "properties that are independent of one another")]
pub(super) struct LineConventions {
    pub(super) language: LanguageGuess,
    /// Whether `â` is an ordinary letter, as in Romanian, Vietnamese and Turkish.
    pub(super) has_circumflex: bool,
    /// Whether quotes are those of English, as in Romance languages next to guillemets.
    pub(super) has_english_quotes: bool,
    /// Whether the line has only one `â`: no second one that would open a quote.
    is_single: bool,
    /// Whether the line has damage that clean text never has, and not only other lines of its text.
    is_shown: bool,
    /// Whether a word of the line is a common one of English.
    has_common: bool,
    /// The usual dash between spaces.
    pub(super) dash: char,
}

/// Frequent words of Spanish, Portuguese and Catalan.
const IBERIAN: [&str; 25] = [
    "amb", "com", "con", "da", "das", "del", "do", "dos", "el", "els", "em", "las", "los", "na",
    "no", "não", "os", "para", "pela", "pelo", "por", "su", "um", "uma", "y",
];

/// The same for French and Italian, or for all five.
const ROMANCE: [&str; 22] = [
    "che", "de", "della", "des", "di", "du", "en", "est", "et", "gli", "il", "la", "le", "les",
    "per", "pour", "que", "se", "sono", "sur", "un", "une",
];

impl LineConventions {
    pub(super) fn new(line: &str, is_shown: bool) -> Self {
        let is_theirs = |char| {
            matches!(
                char,
                'ă' | 'Ă' | 'ș' | 'ț' | 'ş' | 'ţ' | 'ơ' | 'ư' | 'đ' | 'Đ' | 'ı' | 'İ' | 'ğ'
            ) || ('\u{1ea0}'..='\u{1ef9}').contains(&char)
        };
        let language = language(line);
        let (is_romance, is_iberian) = romance(line);
        Self {
            language,
            has_circumflex: line.chars().any(is_theirs),
            has_english_quotes: language != LanguageGuess::Foreign || is_romance,
            is_single: line.matches('â').take(2).count() == 1,
            is_shown,
            has_common: line
                .split(|c: char| !c.is_alphabetic())
                .map(|word| word.trim_matches('â'))
                .any(|word| word.len() > 1 && !word.contains('â') && is_common(&lowercase(word))),
            dash: if is_romance && is_iberian { '—' } else { '–' },
        }
    }
}

/// Whether a line is English, by its shares of common words and of words with an accent.
pub(super) fn language(line: &str) -> LanguageGuess {
    let (mut words, mut common, mut accented) = (0_usize, 0_usize, 0_usize);
    // `â` may be damage, so it is not a letter here and does not count as an accent.
    let is_word = |c: char| c.is_alphabetic() && !matches!(c, 'â' | 'Â');
    for word in line.split(|c| !is_word(c)) {
        let word = lowercase(word);
        if word.chars().nth(1).is_some() || word == "a" || word == "i" {
            words += 1;
            common += usize::from(COMMON.contains(word.as_str()));
        }
        accented += usize::from(word.chars().any(|c| !c.is_ascii() && !"ðï".contains(c)));
    }
    // English text has common words in most sentences; fewer than four words prove nothing.
    if words >= 4 && common * 100 >= words * 35 && accented * 10 <= words {
        LanguageGuess::English
    } else if words >= 4 && common * 100 < words * 20 || accented > 0 {
        LanguageGuess::Foreign
    } else {
        LanguageGuess::Unknown
    }
}

/// Whether a line is in another language than English.
fn is_foreign(line: &str) -> bool {
    match language(line) {
        LanguageGuess::English => false,
        LanguageGuess::Foreign => true,
        LanguageGuess::Unknown => romance(line).0,
    }
}

/// Whether every sixth word is a frequent one of Romance languages, and most of these are Iberian.
fn romance(line: &str) -> (bool, bool) {
    let (mut words, mut iberian, mut others) = (0_usize, 0_usize, 0_usize);
    for word in line.split(|c: char| !c.is_alphabetic() || c == 'â').filter(|word| !word.is_empty())
    {
        let word = lowercase(word);
        words += 1;
        iberian += usize::from(IBERIAN.contains(&word.as_str()));
        others += usize::from(ROMANCE.contains(&word.as_str()));
    }
    let known = iberian + others;
    (known > 1 && known * 6 >= words, iberian * 3 > known)
}

/// Whether a word in lower case is one of the most common.
pub(super) fn is_common(word: &str) -> bool {
    COMMON.contains(word)
}

fn lowercase(word: &str) -> String {
    if word.len() > 4 * MAX_WORD_CHARS { String::new() } else { word.to_lowercase() }
}

/// What an `â` between other characters is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum CircumflexReading {
    /// A letter of its word.
    Letter,
    /// The remains of some sign.
    Sign,
    /// Certainly the remains of an apostrophe.
    Apostrophe,
}

/// What the `â` at `at` in a damaged text is.
pub(super) fn reading(
    line: &LineScan<'_>,
    at: usize,
    conventions: LineConventions,
) -> CircumflexReading {
    if is_contraction(line, at) {
        return CircumflexReading::Apostrophe;
    }
    let (before, after) = (line.word_before(at), line.word_after(at));
    if conventions.has_circumflex && is_in_alphabet(line, at) {
        return CircumflexReading::Letter;
    }
    if line.char(at + 1).is_some_and(char::is_uppercase) || before.is_empty() && after.is_empty() {
        return CircumflexReading::Sign;
    }
    if conventions.has_circumflex {
        return CircumflexReading::Letter;
    }
    // The accelerator of a menu may be inside a word.
    if line.before(at) == Some('_') || line.char(at + 1) == Some('_') {
        return CircumflexReading::Letter;
    }
    let (left, right) = (text(line, &before), text(line, &after));
    let language = conventions.language;
    // The rest of a word that has it twice is no article.
    let continues_word = line.is_damaged_letter(before.start.wrapping_sub(1))
        && before.start > 1
        && line.is_letter(before.start - 2);
    if !continues_word && is_elision(&left, &right) {
        return CircumflexReading::Apostrophe;
    }
    let is_sign = if right.is_empty() {
        // A Turkish word may have it twice.
        let is_second = left.len() < 3 && line.is_damaged_letter(before.start.wrapping_sub(1));
        let is_known = language == LanguageGuess::English
            || language == LanguageGuess::Unknown && conventions.has_common;
        is_known
            || line.is_digit(before.start.wrapping_sub(1))
            || !(is_second || conventions.is_single)
                && (conventions.is_shown || is_opened(line, at))
    } else if left.is_empty() {
        let is_abroad = language != LanguageGuess::English;
        let is_word = AFTER_FIRST.contains(&right.as_str())
            || ["mb", "nc", "ng", "ns"].iter().any(|start| right.starts_with(start))
            || is_abroad
                && (AFTER_FIRST_ABROAD.contains(&right.as_str())
                    || !starts_well(&right)
                    || !is_common(&right) && !is_closed(line, at));
        !is_word
    } else {
        let is_ending = line.is_damaged_letter(before.start.wrapping_sub(1)) && left.len() < 3;
        let is_name = line.char(before.start).is_some_and(char::is_uppercase);
        joins_words(&left, &right, conventions, is_ending, is_name)
    };
    if is_sign { CircumflexReading::Sign } else { CircumflexReading::Letter }
}

/// How many characters a quotation has at most.
const MAX_QUOTATION: usize = 200;

/// Whether an `â` that may close a quotation follows one that may open it.
fn is_closed(line: &LineScan<'_>, at: usize) -> bool {
    (at + 2..line.len().min(at + MAX_QUOTATION)).any(|end| {
        line.is_damaged_letter(end)
            && line.before(end).is_some_and(|c| !c.is_whitespace())
            && !line.is_letter(end + 1)
    })
}

/// Whether an `â` that may open a quotation comes before one that may close it.
fn is_opened(line: &LineScan<'_>, at: usize) -> bool {
    (at.saturating_sub(MAX_QUOTATION)..at).any(|start| {
        line.is_damaged_letter(start)
            && line.char(start + 1).is_some_and(|c| !c.is_whitespace())
            && (start == 0 || !line.is_letter(start - 1))
    })
}

/// Whether there are single letters on both sides, as in a list of letters.
fn is_in_alphabet(line: &LineScan<'_>, at: usize) -> bool {
    let is_space = |at: usize| line.char(at).is_none_or(char::is_whitespace);
    at > 2
        && is_space(at - 3)
        && line.is_letter(at - 2)
        && is_space(at - 1)
        && is_space(at + 1)
        && line.is_letter(at + 2)
        && is_space(at + 3)
}

/// Whether French, Italian or Catalan have an apostrophe between these.
fn is_elision(left: &str, right: &str) -> bool {
    let Some(first) = right.chars().next() else { return false };
    let is_vowel = |c: char| "aeiouéèêàôîœæ".contains(c);
    ELISIONS.contains(&left)
        && !ROMANIAN.contains(&right)
        && match (left, right) {
            ("c", _) => "eéèê".contains(first),
            ("qu" | "j" | "n", "y") | (_, "a" | "à") => true,
            // An `h` before a consonant is no French one.
            (_, rest) if first == 'h' => {
                rest.chars().nth(1).is_some_and(|c| is_vowel(c) || matches!(c, 'y' | 'û'))
            }
            _ => is_vowel(first) && right.chars().nth(1).is_some(),
        }
}

fn text(line: &LineScan<'_>, word: &Range<usize>) -> String {
    word.clone().filter_map(|at| line.char(at)).flat_map(char::to_lowercase).collect()
}

/// Whether an `â` between these has a word on each side, or an English ending after it.
///
/// `is_ending`: its remains are themselves an ending, after another `â`. `is_name`: it begins with a capital.
///
/// In a line that shows no damage by itself, both have to be words.
fn joins_words(
    left: &str,
    right: &str,
    conventions: LineConventions,
    is_ending: bool,
    is_name: bool,
) -> bool {
    let LineConventions { language, is_shown, .. } = conventions;
    let is_common = |word: &str| COMMON.contains(word);
    let lengths = (left.chars().count(), right.chars().count());
    if right == "s" && left.is_ascii() && lengths.0 > 2 {
        let is_known = language == LanguageGuess::English || conventions.has_common;
        return is_shown || is_known || is_name || is_common(left);
    }
    if language == LanguageGuess::Foreign {
        return false;
    }
    let is_english = language == LanguageGuess::English;
    match right {
        "t" => ["shan", "oughtn", "daren", "mayn", "usedn"].contains(&left),
        "m" => left == "i",
        "clock" => left == "o",
        "mores" => left == "s",
        "ts" => left == "don",
        "s" | "re" | "ve" | "ll" | "d" => is_english || is_common(left),
        _ if !is_shown && !is_english && lengths.0.min(lengths.1) < 3 => false,
        _ if is_common(left) && is_common(right) => {
            lengths.0 + lengths.1 > 5 - usize::from(is_english) * 2
        }
        _ if !is_shown && conventions.is_single && !is_common(right) => false,
        // Of two long words, one is common or both are those of an English line.
        _ if !left.is_ascii() || !right.is_ascii() => false,
        _ if lengths.0 > 4 && lengths.1 > 4 && (is_common(left) || is_common(right)) => {
            starts_well(right)
        }
        _ if !is_english => false,
        "a" => lengths.0 > 1,
        _ if is_ending => is_common(right) && lengths.1 > 1,
        _ if is_common(left) && lengths.0 > 1 && lengths.1 > 3 => {
            starts_well(right) && (lengths.0 > 3 || is_common(right))
        }
        _ if lengths.0 > 2 && lengths.1 > 4 && ends_well(left) => starts_well(right),
        // For example, not `infâme`.
        _ => is_common(right) && right != "me" && lengths.0 > 2 && lengths.1 > 1,
    }
}

/// Whether an English word may end like this, which is long or inflected.
fn ends_well(word: &str) -> bool {
    const ENDINGS: [&str; 9] = ["s", "ed", "ing", "ly", "ion", "er", "ment", "ty", "ness"];
    word.len() > 3 && ENDINGS.iter().any(|ending| word.ends_with(ending))
}

/// Whether an English word may begin like this.
fn starts_well(word: &str) -> bool {
    const CLUSTERS: [&str; 37] = [
        "bl", "br", "ch", "cl", "cr", "dr", "fl", "fr", "gl", "gn", "gr", "kn", "ph", "pl", "pr",
        "q", "rh", "sc", "scr", "sh", "shr", "sk", "sl", "sm", "sn", "sp", "spl", "spr", "sq",
        "st", "str", "sw", "th", "thr", "tr", "wh", "wr",
    ];
    let is_vowel = |c: char| "aeiouy".contains(c) || !c.is_ascii();
    let onset = word.find(is_vowel).and_then(|end| word.get(..end));
    onset.is_some_and(|onset| {
        let is_consonant = onset != "x" && matches!(onset.as_bytes(), [b'a'..=b'z']);
        onset.is_empty() || is_consonant || CLUSTERS.contains(&onset)
    })
}

/// Whether an `â` is the apostrophe of an English contraction that is like no other word.
pub(super) fn is_contraction(line: &LineScan<'_>, at: usize) -> bool {
    let (before, after) = (line.word_before(at), line.word_after(at));
    if before.is_empty() || after.is_empty() || before.len() > 7 || after.len() > 2 {
        return false;
    }
    let (left, right) = (text(line, &before), text(line, &after));
    let stems = CONTRACTIONS.iter().find(|(ending, _)| *ending == right).map(|(_, stems)| *stems);
    stems.is_some_and(|stems| stems.contains(&left.as_str()))
        && !line.is_foreign(is_foreign)
        // A form of French `caner`.
        && (left != "can" || language(line.text()) == LanguageGuess::English)
        && (left != "i" || line.char(before.start).is_some_and(char::is_uppercase))
        && !line.is_damaged_letter(before.start.wrapping_sub(1))
        && !line.is_damaged_letter(after.end)
}
