//! Clutter phrases by class and language, compiled for finding them all in one pass: a table by the
//! first word, and an automaton for what is not found by a first word. (An automaton of all 25,000
//! phrases does not fit the processor's caches, and took four times as long.)
//!
//! The format of the files is described in `config/lexicon/README.md`.

mod embedded;
mod normalize;

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasherDefault, Hasher};
use std::ops::Range;

use aho_corasick::AhoCorasick;
use serde::Deserialize;
use xxhash_rust::xxh3::xxh3_64;

pub(crate) use normalize::Normalized;
use normalize::{is_unspaced, normalize};

use crate::{Class, Error, ErrorKind};

/// Where in a block a phrase must stand. Punctuation at the block's ends does not count, so that of a
/// phrase counts only on the side where the block goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum At {
    /// The block is the phrase.
    Whole,
    /// The block begins with it.
    Start,
    /// The block ends with it.
    End,
    /// The block contains it.
    Anywhere,
    /// The block is the phrase, and what follows it is of the same class.
    Opens,
}

/// One rule of a lexicon.
#[derive(Debug)]
pub(crate) struct Rule {
    /// `LANGUAGE/ID`.
    pub(crate) id: String,
    pub(crate) class: Class,
    pub(crate) at: At,
    /// Log-odds that a block with the phrase is clutter of the class, where nothing else speaks.
    pub(crate) weight: f32,
}

/// A phrase that was found.
#[derive(Clone, Debug)]
pub(crate) struct Hit<'a> {
    pub(crate) rule: &'a Rule,
    /// Whether it stands where its rule wants it; if not, it is a whole phrase within a longer block.
    pub(crate) in_place: bool,
    /// Where it stands in the normalised block.
    pub(crate) range: Range<usize>,
    /// The share of the block's characters that the phrase covers, in (0, 1].
    pub(crate) coverage: f32,
}

/// Clutter phrases of all languages, compiled for finding them all in one pass.
#[derive(Debug)]
pub struct Lexicon {
    rules: Vec<Rule>,
    patterns: Vec<Pattern>,
    /// The patterns that begin with a whole word or a sign, by the hash of that.
    by_first: HashMap<u64, Vec<u32>, BuildHasherDefault<Identity>>,
    /// Those of one word that may go on.
    prefix_patterns: Vec<u32>,
    prefixes: AhoCorasick,
    /// Those of a script without spaces.
    unspaced_patterns: Vec<u32>,
    unspaced: AhoCorasick,
}

/// Keys are hashes already.
#[derive(Debug, Default)]
struct Identity(u64);

impl Hasher for Identity {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        self.0 = xxh3_64(bytes);
    }

    fn write_u64(&mut self, key: u64) {
        self.0 = key;
    }
}

#[derive(Debug)]
struct Pattern {
    phrase: String,
    rule: usize,
    /// The phrase ended in `*`: its last word may go on.
    is_prefix: bool,
    /// Whether a word boundary is required on the left and on the right.
    bounded: (bool, bool),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    language: String,
    #[serde(default)]
    rule: Vec<FileRule>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FileRule {
    id: String,
    class: Class,
    at: At,
    weight: f32,
    phrases: Vec<String>,
}

impl Lexicon {
    /// The lexicons that come with the crate, from `config/lexicon/`.
    ///
    /// # Panics
    /// Never in a released build: the lexicons are part of the program, and its tests parse them.
    #[expect(clippy::expect_used, reason = "part of the program, and parsed by its tests")]
    pub fn embedded() -> Self {
        Self::from_toml(embedded::FILES.iter().copied()).expect("the embedded lexicons are valid")
    }

    /// Compiles lexicons from `(name, TOML text)` pairs, `name` being the file stem such as `en`.
    ///
    /// # Errors
    /// When a file does not parse, or a rule in it cannot be used.
    pub fn from_toml<'a>(
        files: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Result<Self, Error> {
        let mut rules = Vec::new();
        let mut patterns = Vec::new();
        let mut by_first: HashMap<u64, Vec<u32>, _> = HashMap::default();
        let (mut prefix_patterns, mut unspaced_patterns) = (Vec::new(), Vec::new());
        for (name, text) in files {
            let fail = |kind| Error::new(format!("lexicon/{name}.toml"), kind);
            let file: File = toml::from_str(text).map_err(|error| fail(error.into()))?;
            let mut ids = HashSet::new();
            for rule in file.rule {
                let id = format!("{}/{}", file.language, rule.id);
                if !ids.insert(rule.id) {
                    return Err(fail(ErrorKind::DuplicateRule(id)));
                }
                for phrase in &rule.phrases {
                    let is_prefix = phrase.ends_with('*');
                    let normalized = normalize(phrase.trim_end_matches('*'));
                    let core = normalized.part_for(rule.at);
                    let (Some(first), Some(last)) = (core.chars().next(), core.chars().next_back())
                    else {
                        return Err(fail(ErrorKind::EmptyPhrase {
                            rule: id,
                            phrase: phrase.clone(),
                        }));
                    };
                    let Ok(number) = u32::try_from(patterns.len()) else { continue };
                    let is_cut = is_prefix && first_part(core).len() == core.len();
                    if core.contains(is_unspaced) {
                        unspaced_patterns.push(number);
                    } else if is_cut {
                        prefix_patterns.push(number);
                    } else {
                        by_first.entry(key(first_part(core))).or_default().push(number);
                    }
                    patterns.push(Pattern {
                        phrase: core.to_owned(),
                        rule: rules.len(),
                        is_prefix,
                        bounded: (
                            is_word(first) && !is_unspaced(first),
                            is_word(last) && !is_unspaced(last) && !is_prefix,
                        ),
                    });
                }
                rules.push(Rule { id, class: rule.class, at: rule.at, weight: rule.weight });
            }
        }
        let phrase =
            |number: &u32| patterns.get(*number as usize).map(|pattern: &Pattern| &pattern.phrase);
        let automaton = |numbers: &[u32]| {
            AhoCorasick::new(numbers.iter().filter_map(phrase))
                .map_err(|error| Error::new("lexicon", ErrorKind::Automaton(error.to_string())))
        };
        let (prefixes, unspaced) = (automaton(&prefix_patterns)?, automaton(&unspaced_patterns)?);
        Ok(Self {
            rules,
            patterns,
            by_first,
            prefix_patterns,
            prefixes,
            unspaced_patterns,
            unspaced,
        })
    }

    /// How many rules there are.
    pub fn len(&self) -> usize {
        self.rules.len()
    }

    /// Whether there is no rule.
    pub fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }

    /// Calls back for every phrase found in a block at the place its rule wants, and for every whole
    /// phrase within it.
    pub(crate) fn for_each_hit<'a>(
        &'a self,
        block: &Normalized,
        callback: &mut dyn FnMut(Hit<'a>),
    ) {
        let text = block.as_str();
        let mut position = 0;
        while let Some(rest) = text.get(position..).filter(|rest| !rest.is_empty()) {
            let part = first_part(rest);
            for number in self.by_first.get(&key(part)).into_iter().flatten() {
                if let Some(pattern) = self.patterns.get(*number as usize)
                    && rest.starts_with(pattern.phrase.as_str())
                {
                    self.report(
                        pattern,
                        position..position + pattern.phrase.len(),
                        block,
                        callback,
                    );
                }
            }
            position += part.len();
            position += text.get(position..).map_or(0, |rest| usize::from(rest.starts_with(' ')));
        }
        let mut search = |automaton: &AhoCorasick, numbers: &[u32]| {
            for found in automaton.find_overlapping_iter(text) {
                let number = numbers.get(found.pattern().as_usize());
                let pattern = number.and_then(|number| self.patterns.get(*number as usize));
                if let Some(pattern) = pattern {
                    self.report(pattern, found.range(), block, callback);
                }
            }
        };
        search(&self.prefixes, &self.prefix_patterns);
        if !text.is_ascii() && text.contains(is_unspaced) {
            search(&self.unspaced, &self.unspaced_patterns);
        }
    }

    /// Calls back, if a pattern that was found stands between word boundaries and where it should.
    fn report<'a>(
        &'a self,
        pattern: &Pattern,
        range: Range<usize>,
        block: &Normalized,
        callback: &mut dyn FnMut(Hit<'a>),
    ) {
        let (text, core) = (block.as_str(), block.core_range());
        let Some(rule) = self.rules.get(pattern.rule) else { return };
        if pattern.bounded.0 && continues_before(text, range.start)
            || pattern.bounded.1 && continues_after(text, range.end)
        {
            return;
        }
        let end = if pattern.is_prefix { end_of_word(text, range.end) } else { range.end };
        let range = range.start..end;
        let in_place = stands_where_wanted(rule.at, &range, &core);
        if in_place || rule.at == At::Whole {
            let coverage = range.len() as f32 / core.len().max(1) as f32;
            callback(Hit { rule, in_place, range, coverage });
        }
    }
}

/// The word or the sign with which a text begins.
fn first_part(text: &str) -> &str {
    let word = text.len() - text.trim_start_matches(is_word).len();
    let length = match word {
        0 => text.chars().next().map_or(0, char::len_utf8),
        word => word,
    };
    text.get(..length).unwrap_or_default()
}

fn key(part: &str) -> u64 {
    xxh3_64(part.as_bytes())
}

fn stands_where_wanted(at: At, found: &Range<usize>, core: &Range<usize>) -> bool {
    match at {
        At::Whole | At::Opens => found.start <= core.start && found.end >= core.end,
        At::Start => found.start <= core.start,
        At::End => found.end >= core.end,
        At::Anywhere => true,
    }
}

fn is_word(character: char) -> bool {
    character.is_alphanumeric() || character == '#'
}

fn continues_before(text: &str, position: usize) -> bool {
    text.get(..position).and_then(|head| head.chars().next_back()).is_some_and(is_word)
}

fn continues_after(text: &str, position: usize) -> bool {
    text.get(position..).and_then(|tail| tail.chars().next()).is_some_and(is_word)
}

fn end_of_word(text: &str, position: usize) -> usize {
    let rest = text.get(position..).unwrap_or_default();
    position + rest.len() - rest.trim_start_matches(is_word).len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lexicon() -> Lexicon {
        Lexicon::from_toml([(
            "xx",
            r#"
            language = "xx"
            [[rule]]
            id = "whole"
            class = "navigation"
            at = "whole"
            weight = 3.0
            phrases = ["menu", "page # of #", "購読する"]
            [[rule]]
            id = "any"
            class = "newsletter"
            at = "anywhere"
            weight = 5.0
            phrases = ["our newsletter", "subscri* now", "ニュースレター"]
            [[rule]]
            id = "price"
            class = "paywall"
            at = "start"
            weight = 2.0
            phrases = ["¤#/month"]
            "#,
        )])
        .unwrap()
    }

    fn found(text: &str) -> Vec<String> {
        let mut found = Vec::new();
        lexicon().for_each_hit(&Normalized::of(text), &mut |hit| {
            if hit.in_place {
                found.push(hit.rule.id.clone());
            }
        });
        found
    }

    #[test]
    fn phrases_match_where_their_rule_wants_them() {
        assert_eq!(found("• MENU »"), ["xx/whole"]);
        assert_eq!(found("The menu"), [""; 0]);
        assert_eq!(found("Page 2 of 1,024"), ["xx/whole"]);
        assert_eq!(found("Get our\nNewsletter today"), ["xx/any"]);
        assert_eq!(found("our newsletters"), [""; 0]);
        assert_eq!(found("₹450/month for a year"), ["xx/price"]);
        assert_eq!(found("USD 300/month"), [""; 0], "a space stands between");
        assert_eq!(found("毎日のニュースレターを"), ["xx/any"]);
    }

    #[test]
    fn a_rule_that_cannot_be_used_is_named() {
        let broken = |text| Lexicon::from_toml([("yy", text)]).unwrap_err().to_string();
        let message = broken(
            "language = \"yy\"\n[[rule]]\nid = \"a\"\nclass = \"x\"\nat = \"whole\"\nweight = 1.0\nphrases = []",
        );
        assert!(message.starts_with("lexicon/yy.toml: "), "{message}");
        let empty = broken(
            "language = \"yy\"\n[[rule]]\nid = \"a\"\nclass = \"share\"\nat = \"whole\"\nweight = 1.0\nphrases = [\" \"]",
        );
        assert!(empty.contains("yy/a"), "{empty}");
    }

    #[test]
    fn the_embedded_lexicons_parse() {
        assert!(Lexicon::embedded().len() > 500);
    }
}
