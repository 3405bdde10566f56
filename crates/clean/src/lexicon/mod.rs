//! Clutter phrases by class and language, compiled so that one pass finds all of them.
//!
//! Phrases are found by a table of their first words, and in scripts without spaces by an automaton. An
//! automaton of all phrases does not fit into the processor's caches, and took four times as long.
//!
//! `config/lexicon/README.md` describes the format of the files.

mod embedded;
mod index;
mod normalize;
mod prefixes;

use std::collections::HashSet;
use std::ops::Range;
use std::sync::OnceLock;

use aho_corasick::AhoCorasick;
use serde::Deserialize;

use index::{PhraseIndex, PhrasePart};
pub(crate) use normalize::{NormalizedText, is_unspaced};
use normalize::{is_edge, normalize};
pub(crate) use prefixes::PrefixIndex;

use crate::fold::is_alphanumeric;
use crate::{ClutterClass, Error, ErrorKind};

/// Where in a block a phrase must be. Punctuation at the ends of a block is ignored. Punctuation of a phrase
/// therefore counts only on the side where the block continues.
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
    /// ISO 639-1 code.
    pub(crate) language: String,
    pub(crate) class: ClutterClass,
    pub(crate) at: PhrasePosition,
    /// Log-odds that a block with the phrase is clutter of the class, without other evidence.
    pub(crate) weight: f32,
}

/// A phrase that was found.
#[derive(Clone, Debug)]
pub(crate) struct PhraseHit<'a> {
    pub(crate) rule: &'a LexiconRule,
    /// Whether it is where its rule wants it. If not, it is a whole phrase within a longer block.
    pub(crate) is_in_place: bool,
    /// Its range in the normalized block.
    pub(crate) range: Range<usize>,
    /// The share of the block's characters that the phrase covers, in (0, 1].
    pub(crate) coverage: f32,
}

/// A clutter phrase in a sentence or line.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct PhraseMatch<'a> {
    /// The rule, as `LANGUAGE/ID`.
    pub rule: &'a str,
    /// The class that the phrase indicates.
    pub class: ClutterClass,
    /// The log-odds that a line with the phrase is clutter, without other evidence.
    pub weight: f32,
    /// The share of the sentence's characters that the phrase covers, in (0, 1].
    pub coverage: f32,
}

/// Clutter phrases of all languages, compiled so that one pass finds all of them. Default: the lexicons that
/// come with the crate.
///
/// ```
/// use copydesk_clean::{CleanInput, CleanOptions, Cleaner, Lexicon, SiteRules};
///
/// let rules = "language = \"en\"\n[[rule]]\nid = \"bell\"\nclass = \"notice\"\nat = \"whole\"\n\
///     weight = 5.0\nphrases = [\"ring the bell\"]";
/// let lexicon = Lexicon::from_toml([("en", rules)])?;
/// assert_eq!(lexicon.len(), 1);
/// let cleaner = Cleaner::new(CleanOptions::default(), lexicon, SiteRules::default());
/// # let _ = cleaner.clean(&CleanInput::new("a.txt", b"Ring the bell"));
/// # Ok::<(), copydesk_clean::Error>(())
/// ```
#[derive(Debug)]
pub struct Lexicon {
    rules: Vec<LexiconRule>,
    patterns: Vec<PhrasePattern>,
    /// The patterns that begin with a whole word or sign, by that and the part after it, if any.
    by_start: PhraseIndex,
    /// Patterns of one word that may continue.
    prefixes: PrefixIndex,
    /// Patterns in scripts without spaces.
    unspaced_patterns: Vec<u32>,
    /// Finds them. It takes as long to make as a quarter of everything else, so that of the embedded lexicons is made for
    /// the first text that needs it.
    unspaced: OnceLock<Option<AhoCorasick>>,
}

#[derive(Debug)]
struct PhrasePattern {
    phrase: String,
    rule: usize,
    /// The phrase ended in `*`: its last word may continue.
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
        Self::read(embedded::FILES.iter().copied()).expect("the embedded lexicons are valid")
    }

    /// Compiles lexicons from pairs of a name and TOML text. The name is the file stem, such as `en`, used in
    /// errors.
    ///
    /// # Errors
    /// If a file does not parse, two rules of a file have the same id, or a phrase is empty or a bare number
    /// after normalizing.
    pub fn from_toml<'a>(
        files: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Result<Self, Error> {
        let lexicon = Self::read(files)?;
        let unspaced = lexicon.compile_unspaced()?;
        Ok(Self { unspaced: OnceLock::from(Some(unspaced)), ..lexicon })
    }

    fn read<'a>(files: impl IntoIterator<Item = (&'a str, &'a str)>) -> Result<Self, Error> {
        let mut builder = LexiconBuilder::default();
        for (name, text) in files {
            let fail = |kind| Error::new(format!("lexicon/{name}.toml"), kind);
            let file: LexiconFile = toml::from_str(text).map_err(|error| fail(error.into()))?;
            builder.add_file(file).map_err(fail)?;
        }
        Ok(builder.build())
    }

    fn compile_unspaced(&self) -> Result<AhoCorasick, Error> {
        let patterns = self.unspaced_patterns.iter();
        let patterns = patterns.filter_map(|number| self.patterns.get(*number as usize));
        AhoCorasick::new(patterns.map(|pattern| pattern.phrase.as_str()))
            .map_err(|error| Error::new("lexicon", ErrorKind::Automaton(error.to_string())))
    }

    /// The number of rules.
    pub fn len(&self) -> usize {
        self.rules.len()
    }

    /// Whether there is no rule.
    pub fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }

    /// The phrases in one sentence or line, the strongest first. A phrase that its rule wants at the start, at the
    /// end or as the whole is reported where it is that of the sentence, so a sentence cut out of a paragraph is
    /// judged as if it were a line of its own.
    ///
    /// ```
    /// use copydesk_clean::{ClutterClass, Lexicon};
    ///
    /// let lexicon = Lexicon::embedded();
    /// let found = lexicon.phrases_in("Sign up for our newsletter.");
    /// assert_eq!(found[0].class, ClutterClass::Newsletter);
    /// assert!(found[0].weight >= 4.5 && found[0].coverage > 0.9);
    /// assert!(lexicon.phrases_in("The ferry sails at noon.").is_empty());
    /// ```
    pub fn phrases_in(&self, sentence: &str) -> Vec<PhraseMatch<'_>> {
        let mut found = Vec::new();
        self.for_each_hit(&NormalizedText::new(sentence), &mut |hit| {
            if hit.is_in_place {
                found.push(PhraseMatch {
                    rule: &hit.rule.id,
                    class: hit.rule.class,
                    weight: hit.rule.weight,
                    coverage: hit.coverage,
                });
            }
        });
        found.sort_by(|left, right| right.weight.total_cmp(&left.weight));
        found
    }

    /// Whether there are phrases of a language (ISO 639-1 code).
    pub(crate) fn knows(&self, language: &str) -> bool {
        self.rules.iter().any(|rule| rule.language == language)
    }

    /// Calls `callback` for every phrase that is in a block where its rule wants it, and for every whole phrase
    /// within the block. Returns whether a sentence of the block may have hits by itself.
    pub(crate) fn for_each_hit<'a>(
        &'a self,
        block: &NormalizedText,
        callback: &mut dyn FnMut(PhraseHit<'a>),
    ) -> bool {
        let (text, core) = (block.as_str(), block.core_range());
        let mut is_in_sentence = false;
        self.for_each_match(text, &mut |rule, range| {
            is_in_sentence = is_in_sentence || may_be_where_wanted(rule.at, &range, text);
            let is_in_place = is_where_wanted(rule.at, &range, &core);
            if is_in_place || rule.at == PhrasePosition::Whole {
                let coverage = range.len() as f32 / core.len().max(1) as f32;
                callback(PhraseHit { rule, is_in_place, range, coverage });
            }
        });
        is_in_sentence
    }

    /// Calls `callback` for every phrase in a normalized text, with its rule and its range.
    fn for_each_match<'a>(
        &'a self,
        text: &str,
        callback: &mut impl FnMut(&'a LexiconRule, Range<usize>),
    ) {
        let (mut here, mut prefixes) = (Vec::new(), Vec::new());
        let mut next = PhrasePart::at(text, 0);
        while let Some(part) = next {
            next = part.next(text);
            let rest = text.get(part.start..).unwrap_or_default();
            let is_here = |number: &u32| {
                let pattern = self.patterns.get(*number as usize);
                pattern.is_some_and(|pattern| rest.starts_with(pattern.phrase.as_str()))
            };
            let pair = next.map(|next| part.key_with(next));
            for key in std::iter::once(part.key()).chain(pair) {
                if self.by_start.may_have(key) {
                    here.extend(self.by_start.get(key, rest).filter(is_here));
                }
            }
            if !here.is_empty() {
                // In the order of the files, so that hits do not depend on how the index is built.
                here.sort_unstable();
                for number in here.drain(..) {
                    self.report(number, part.start, text, callback);
                }
            }
            if self.prefixes.may_have(rest) {
                let begun = self.prefixes.candidates(rest).filter(is_here);
                prefixes.extend(begun.map(|number| (number, part.start)));
            }
        }
        for (number, start) in prefixes {
            self.report(number, start, text, callback);
        }
        if !text.is_ascii()
            && text.contains(is_unspaced)
            && let Some(unspaced) = self.unspaced.get_or_init(|| self.compile_unspaced().ok())
        {
            for found in unspaced.find_overlapping_iter(text) {
                if let Some(number) = self.unspaced_patterns.get(found.pattern().as_usize()) {
                    self.report(*number, found.start(), text, callback);
                }
            }
        }
    }

    /// Calls `callback` if a pattern that was found is between word boundaries.
    fn report<'a>(
        &'a self,
        number: u32,
        start: usize,
        text: &str,
        callback: &mut impl FnMut(&'a LexiconRule, Range<usize>),
    ) {
        let Some(pattern) = self.patterns.get(number as usize) else { return };
        let Some(rule) = self.rules.get(pattern.rule) else { return };
        let range = start..start + pattern.phrase.len();
        if pattern.bounded.0 && continues_before(text, range.start)
            || pattern.bounded.1 && continues_after(text, range.end)
        {
            return;
        }
        let end = if pattern.is_prefix { end_of_word(text, range.end) } else { range.end };
        callback(rule, range.start..end);
    }
}

/// The rules and phrases of the files read so far.
#[derive(Default)]
struct LexiconBuilder {
    rules: Vec<LexiconRule>,
    patterns: Vec<PhrasePattern>,
    /// Keys of phrases, for [`Lexicon::by_start`].
    by_start: Vec<(u64, u32)>,
    prefixes: PrefixIndex,
    unspaced_patterns: Vec<u32>,
}

impl LexiconBuilder {
    fn add_file(&mut self, file: LexiconFile) -> Result<(), ErrorKind> {
        let mut ids = HashSet::new();
        for rule in file.rule {
            let id = format!("{}/{}", file.language, rule.id);
            if !ids.insert(rule.id) {
                return Err(ErrorKind::DuplicateRule(id));
            }
            for phrase in &rule.phrases {
                if !self.add_phrase(phrase, rule.at) {
                    return Err(ErrorKind::EmptyPhrase { rule: id, phrase: phrase.clone() });
                }
            }
            self.rules.push(LexiconRule {
                id,
                language: file.language.clone(),
                class: rule.class,
                at: rule.at,
                weight: rule.weight,
            });
        }
        Ok(())
    }

    /// Adds a phrase of the rule that is added next. Returns false if nothing is left of it after
    /// normalizing, or only a number.
    fn add_phrase(&mut self, phrase: &str, at: PhrasePosition) -> bool {
        let is_prefix = phrase.ends_with('*');
        let normalized = normalize(phrase.trim_end_matches('*'));
        if !normalized.is_telling() {
            return false;
        }
        let core = normalized.part_for(at);
        let (Some(first), Some(last)) = (core.chars().next(), core.chars().next_back()) else {
            return false;
        };
        let Ok(number) = u32::try_from(self.patterns.len()) else { return true };
        if core.contains(is_unspaced) {
            self.unspaced_patterns.push(number);
        } else if let Some(key) = key(core, is_prefix) {
            self.by_start.push((key, number));
        } else {
            self.prefixes.add(core, number);
        }
        self.patterns.push(PhrasePattern {
            phrase: core.to_owned(),
            rule: self.rules.len(),
            is_prefix,
            bounded: (
                is_word(first) && !is_unspaced(first),
                is_word(last) && !is_unspaced(last) && !is_prefix,
            ),
        });
        true
    }

    fn build(self) -> Lexicon {
        let phrase =
            |number: u32| self.patterns.get(number as usize).map(|pattern| pattern.phrase.as_str());
        let by_start = PhraseIndex::new(self.by_start, phrase);
        Lexicon {
            rules: self.rules,
            patterns: self.patterns,
            by_start,
            prefixes: self.prefixes,
            unspaced_patterns: self.unspaced_patterns,
            unspaced: OnceLock::new(),
        }
    }
}

impl Default for Lexicon {
    /// The lexicons that come with the crate: [`Lexicon::embedded`].
    fn default() -> Self {
        Self::embedded()
    }
}

/// The key under which a phrase is found: its first part and the next one, except a part that may continue.
/// `None` if nothing is left.
fn key(phrase: &str, is_prefix: bool) -> Option<u64> {
    let is_open = |part: PhrasePart| is_prefix && part.end == phrase.len();
    let first = PhrasePart::at(phrase, 0).filter(|first| !is_open(*first))?;
    Some(match first.next(phrase) {
        Some(second) if !is_open(second) => first.key_with(second),
        _ => first.key(),
    })
}

fn is_where_wanted(at: PhrasePosition, found: &Range<usize>, core: &Range<usize>) -> bool {
    match at {
        PhrasePosition::Whole | PhrasePosition::Opens => {
            found.start <= core.start && found.end >= core.end
        }
        PhrasePosition::Start => found.start <= core.start,
        PhrasePosition::End => found.end >= core.end,
        PhrasePosition::Anywhere => true,
    }
}

/// Whether a phrase in a text may be a hit in a sentence of it: where its rule wants it, or whole at the start.
fn may_be_where_wanted(at: PhrasePosition, found: &Range<usize>, text: &str) -> bool {
    let begins = || {
        let before = text.get(..found.start).unwrap_or_default();
        let head = before.trim_end_matches(is_edge);
        head.is_empty() || before.get(head.len()..).is_some_and(|signs| signs.contains(may_end))
    };
    let ends = || {
        let after = text.get(found.end..).unwrap_or_default();
        let tail = after.trim_start_matches(is_edge);
        let signs = after.get(..after.len() - tail.len());
        tail.is_empty() || signs.is_some_and(|signs| signs.contains(may_end))
    };
    match at {
        // Several whole phrases can make up a sentence.
        PhrasePosition::Whole | PhrasePosition::Start => begins(),
        PhrasePosition::Opens => begins() && ends(),
        PhrasePosition::End => ends(),
        PhrasePosition::Anywhere => true,
    }
}

/// Whether a sign between two words may end a sentence.
fn may_end(sign: char) -> bool {
    !matches!(sign, ' ' | ',' | ';' | ':' | '-' | '\'' | '"' | '(' | ')' | '/')
}

fn is_word(character: char) -> bool {
    is_alphanumeric(character) || character == '#'
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

    /// Whether a sentence of the text may have a phrase.
    fn is_in_sentence(text: &str) -> bool {
        lexicon().for_each_hit(&NormalizedText::new(text), &mut |_| {})
    }

    #[test]
    fn a_sentence_may_have_phrases_that_are_not_in_place_in_its_paragraph() {
        assert!(is_in_sentence("The ferry sailed. Menu"));
        assert!(is_in_sentence("The ferry sailed. “Menu” it said"), "the first part of a sentence");
        assert!(is_in_sentence("It costs nothing! $5/month for all"));
        assert!(is_in_sentence("She wrote our newsletter at sea."));
        assert!(!is_in_sentence("The ferry has a menu. It sailed."));
        assert!(!is_in_sentence("It costs $5/month, and sailed."));
        assert!(!is_in_sentence("The ferry sailed."));
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
    fn a_phrase_that_would_be_any_number_or_any_block_is_refused() {
        for phrase in ["-#%", "#", "× ", "»", "(¤)"] {
            let text = format!(
                "language = \"xx\"\n[[rule]]\nid = \"discount\"\nclass = \"paywall\"\nat = \"whole\"\n\
                 weight = 2.0\nphrases = [\"{phrase}\"]"
            );
            let error = Lexicon::from_toml([("xx", text.as_str())]).unwrap_err().to_string();
            assert!(error.contains("xx/discount") && error.contains(phrase), "{error}");
        }
        let lexicon = Lexicon::embedded();
        for number in ["-20%", "08:00", "267", "1", "1,295.1"] {
            let found = lexicon.phrases_in(number);
            assert!(found.iter().all(|found| found.class != ClutterClass::Paywall), "{found:?}");
        }
    }

    #[test]
    fn a_sentence_is_searched_as_if_it_were_a_line() {
        let lexicon = lexicon();
        let found = lexicon.phrases_in("“Get our newsletter today!”");
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].rule, found[0].class), ("xx/any", ClutterClass::Newsletter));
        assert!((found[0].weight - 5.0).abs() < 1e-3 && (0.5..0.6).contains(&found[0].coverage));
        assert_eq!(lexicon.phrases_in("The menu of the day."), []);
    }

    #[test]
    fn an_error_names_the_file_and_the_rule() {
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
    fn the_lexicons_know_the_clutter_of_scraped_text() {
        let lexicon = Lexicon::embedded();
        for (line, class) in [
            ("Story Continued Below", ClutterClass::Advert),
            ("Continue reading below the advertisement", ClutterClass::Advert),
            ("Your browser does not support the <audio> element.", ClutterClass::Notice),
            ("120 SHARES Facebook Twitter", ClutterClass::Share),
            ("Like this: Like Loading...", ClutterClass::Share),
            ("Read more of our coverage of the harbour", ClutterClass::Related),
            ("WATCH: The crane is lowered", ClutterClass::Related),
            ("Stay ahead with The Pier, our weekly newsletter.", ClutterClass::Newsletter),
            ("Tell us what you think. Leave us a comment!", ClutterClass::Comments),
            ("Photo courtesy of the harbour office", ClutterClass::Caption),
            ("Ada Ono also contributed to this report.", ClutterClass::Byline),
            ("This story has been updated with the new timetable.", ClutterClass::Notice),
            ("[youtube https://youtu.be/x]", ClutterClass::Notice),
            ("Te puede interesar: La grúa del puerto", ClutterClass::Related),
            ("Continua após a publicidade", ClutterClass::Advert),
            ("La suite après la publicité", ClutterClass::Advert),
            ("Artikel wird unten fortgesetzt", ClutterClass::Advert),
            ("Leggi anche: la gru del porto", ClutterClass::Related),
            ("Video đang HOT", ClutterClass::Related),
            ("Có thể bạn quan tâm", ClutterClass::Related),
        ] {
            let found = lexicon.phrases_in(line);
            let weight =
                found.iter().filter(|found| found.class == class).map(|found| found.weight);
            assert!(weight.fold(0.0, f32::max) >= 2.0, "{line}: {found:?}");
        }
        for line in [
            "Police said on Tuesday that this is a developing story.",
            "The forum was billed as a meeting of the harbour masters.",
            "The company sold 5,000 shares last year.",
            "She read more of the letters than anyone before her.",
            "The singer was the first to share the news with her sister.",
            "42.5",
            "7:15",
        ] {
            let found = lexicon.phrases_in(line);
            assert!(found.iter().all(|found| found.weight < 2.0), "{line}: {found:?}");
        }
    }

    #[test]
    fn the_embedded_lexicons_parse() {
        assert!(Lexicon::embedded().len() > 500);
    }
}
