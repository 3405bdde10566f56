//! Clutter phrases by class and language, compiled for finding them all in one pass: a table by the
//! first words, and an automaton for scripts that put no spaces between them. (An automaton of all
//! phrases does not fit the processor's caches, and took four times as long.)
//!
//! The format of the files is described in `config/lexicon/README.md`.

mod embedded;
mod index;
mod normalize;

use std::collections::HashSet;
use std::ops::Range;

use aho_corasick::AhoCorasick;
use serde::Deserialize;

use index::{PhraseIndex, PhrasePart, WordHead};
use normalize::normalize;
pub(crate) use normalize::{NormalizedText, is_unspaced};

use crate::{ClutterClass, Error, ErrorKind};

/// Where in a block a phrase must stand. Punctuation at the block's ends does not count, so that of a
/// phrase counts only on the side where the block goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum PhrasePosition {
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
pub(crate) struct LexiconRule {
    /// `LANGUAGE/ID`.
    pub(crate) id: String,
    pub(crate) class: ClutterClass,
    pub(crate) at: PhrasePosition,
    /// Log-odds that a block with the phrase is clutter of the class, where nothing else speaks.
    pub(crate) weight: f32,
}

/// A phrase that was found.
#[derive(Clone, Debug)]
pub(crate) struct PhraseHit<'a> {
    pub(crate) rule: &'a LexiconRule,
    /// Whether it stands where its rule wants it; if not, it is a whole phrase within a longer block.
    pub(crate) is_in_place: bool,
    /// Where it stands in the normalised block.
    pub(crate) range: Range<usize>,
    /// The share of the block's characters that the phrase covers, in (0, 1].
    pub(crate) coverage: f32,
}

/// Clutter phrases of all languages, compiled for finding them all in one pass.
#[derive(Debug)]
pub struct Lexicon {
    rules: Vec<LexiconRule>,
    patterns: Vec<PhrasePattern>,
    /// The patterns that begin with a whole word or a sign, by that and the part after it, if any.
    by_start: PhraseIndex,
    /// Those of one word that may go on, by their first byte: the shortest first.
    prefixes: Vec<Vec<(WordHead, u32)>>,
    /// Those of a script without spaces.
    unspaced_patterns: Vec<u32>,
    unspaced: AhoCorasick,
}

#[derive(Debug)]
struct PhrasePattern {
    phrase: String,
    rule: usize,
    /// The phrase ended in `*`: its last word may go on.
    is_prefix: bool,
    /// Whether a word boundary is required on the left and on the right.
    bounded: (bool, bool),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LexiconFile {
    language: String,
    #[serde(default)]
    rule: Vec<LexiconFileRule>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LexiconFileRule {
    id: String,
    class: ClutterClass,
    at: PhrasePosition,
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
        let mut by_start = Vec::new();
        let mut prefixes = vec![Vec::new(); 256];
        let mut unspaced_patterns = Vec::new();
        for (name, text) in files {
            let fail = |kind| Error::new(format!("lexicon/{name}.toml"), kind);
            let file: LexiconFile = toml::from_str(text).map_err(|error| fail(error.into()))?;
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
                    if core.contains(is_unspaced) {
                        unspaced_patterns.push(number);
                    } else {
                        match key(core, is_prefix) {
                            Some(key) => by_start.push((key, number)),
                            None => prefixes[first_byte(core)].push((WordHead::new(core), number)),
                        }
                    }
                    patterns.push(PhrasePattern {
                        phrase: core.to_owned(),
                        rule: rules.len(),
                        is_prefix,
                        bounded: (
                            is_word(first) && !is_unspaced(first),
                            is_word(last) && !is_unspaced(last) && !is_prefix,
                        ),
                    });
                }
                rules.push(LexiconRule { id, class: rule.class, at: rule.at, weight: rule.weight });
            }
        }
        let phrase = |number: &u32| {
            patterns.get(*number as usize).map(|pattern: &PhrasePattern| &pattern.phrase)
        };
        for of_byte in &mut prefixes {
            of_byte.sort_by_key(|(_, number)| phrase(number).map_or(0, String::len));
        }
        let unspaced = AhoCorasick::new(unspaced_patterns.iter().filter_map(phrase))
            .map_err(|error| Error::new("lexicon", ErrorKind::Automaton(error.to_string())))?;
        let by_start = PhraseIndex::new(by_start);
        Ok(Self { rules, patterns, by_start, prefixes, unspaced_patterns, unspaced })
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
        block: &NormalizedText,
        callback: &mut dyn FnMut(PhraseHit<'a>),
    ) {
        let text = block.as_str();
        let (mut here, mut prefixes) = (Vec::new(), Vec::new());
        let mut next = PhrasePart::at(text, 0);
        while let Some(part) = next {
            next = part.next(text);
            let rest = text.get(part.start..).unwrap_or_default();
            let is_here = |number: &u32| {
                let pattern = self.patterns.get(*number as usize);
                pattern.is_some_and(|pattern| rest.starts_with(pattern.phrase.as_str()))
            };
            here.extend(self.by_start.get(part.key()).filter(is_here));
            if let Some(next) = next {
                here.extend(self.by_start.get(part.key_with(next)).filter(is_here));
            }
            // In the order of the files.
            here.sort_unstable();
            for number in here.drain(..) {
                self.report(number, part.start, block, callback);
            }
            let of_byte = self.prefixes.get(first_byte(rest));
            for (phrase, number) in of_byte.into_iter().flatten() {
                if WordHead::new(rest).may_begin_with(*phrase) && is_here(number) {
                    prefixes.push((*number, part.start));
                }
            }
        }
        for (number, start) in prefixes {
            self.report(number, start, block, callback);
        }
        if !text.is_ascii() && text.contains(is_unspaced) {
            for found in self.unspaced.find_overlapping_iter(text) {
                if let Some(number) = self.unspaced_patterns.get(found.pattern().as_usize()) {
                    self.report(*number, found.start(), block, callback);
                }
            }
        }
    }

    /// Calls back, if a pattern that was found stands between word boundaries and where it should.
    fn report<'a>(
        &'a self,
        number: u32,
        start: usize,
        block: &NormalizedText,
        callback: &mut dyn FnMut(PhraseHit<'a>),
    ) {
        let (text, core) = (block.as_str(), block.core_range());
        let Some(pattern) = self.patterns.get(number as usize) else { return };
        let Some(rule) = self.rules.get(pattern.rule) else { return };
        let range = start..start + pattern.phrase.len();
        if pattern.bounded.0 && continues_before(text, range.start)
            || pattern.bounded.1 && continues_after(text, range.end)
        {
            return;
        }
        let end = if pattern.is_prefix { end_of_word(text, range.end) } else { range.end };
        let range = range.start..end;
        let in_place = stands_where_wanted(rule.at, &range, &core);
        if in_place || rule.at == PhrasePosition::Whole {
            let coverage = range.len() as f32 / core.len().max(1) as f32;
            callback(PhraseHit { rule, is_in_place: in_place, range, coverage });
        }
    }
}

impl Default for Lexicon {
    /// The lexicons that come with the crate: [`Lexicon::embedded`].
    fn default() -> Self {
        Self::embedded()
    }
}

/// What a phrase is found by: its first part and the one after it, but for one that may go on.
/// `None` where nothing is left then.
fn key(phrase: &str, is_prefix: bool) -> Option<u64> {
    let is_open = |part: PhrasePart| is_prefix && part.end == phrase.len();
    let first = PhrasePart::at(phrase, 0).filter(|first| !is_open(*first))?;
    Some(match first.next(phrase) {
        Some(second) if !is_open(second) => first.key_with(second),
        _ => first.key(),
    })
}

fn first_byte(text: &str) -> usize {
    text.bytes().next().unwrap_or_default().into()
}

fn stands_where_wanted(at: PhrasePosition, found: &Range<usize>, core: &Range<usize>) -> bool {
    match at {
        PhrasePosition::Whole | PhrasePosition::Opens => {
            found.start <= core.start && found.end >= core.end
        }
        PhrasePosition::Start => found.start <= core.start,
        PhrasePosition::End => found.end >= core.end,
        PhrasePosition::Anywhere => true,
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
        lexicon().for_each_hit(&NormalizedText::new(text), &mut |hit| {
            if hit.is_in_place {
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
