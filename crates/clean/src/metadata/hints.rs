//! Words in class names, ids and URLs that promise an author or a date.

use super::text::head;
use super::word_matcher::WordMatcher;

/// What a class or id promises that an element holds.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct ClassHint {
    /// An author.
    pub author: bool,
    /// A date.
    pub date: bool,
}

/// How many bytes of a class attribute are read. Generated lists of utility classes can be
/// kilobytes long.
const MAX_CLASS: usize = 128;

/// How many bytes of a URL are read.
pub(super) const MAX_URL: usize = 160;

/// Parts of the URLs of people's pages.
pub(super) static PERSON_URLS: WordMatcher<12> = WordMatcher::new(
    [
        "/author",
        "/autor",
        "/auteur",
        "/people/",
        "/person/",
        "/profile",
        "/staff/",
        "/contributor",
        "/users/",
        "/members/",
        "/writer",
        "/journalist",
    ],
    5,
);

/// Words in class names: of an author before [`FIRST_DATE_WORD`], then of a date. "authori"
/// excludes words such as "authorization" and "authority".
static HINTS: WordMatcher<18> = WordMatcher::new(
    [
        "author",
        "autor",
        "auteur",
        "byline",
        "contributor",
        "creator",
        "username",
        "writer",
        "written",
        "reporter",
        "verfasser",
        "date",
        "datum",
        "fecha",
        "publish",
        "posted",
        "time",
        "tarih",
    ],
    3,
);
const FIRST_DATE_WORD: usize = 11;

/// The hints of the values that were looked up last. Many elements of a page have the same classes, and comparing two values
/// is faster than looking for words in one.
#[derive(Debug)]
pub(super) struct HintCache<'a>([(&'a str, ClassHint); HINT_SLOTS]);

/// A power of two.
const HINT_SLOTS: usize = 64;

impl<'a> HintCache<'a> {
    pub(super) fn new() -> Self {
        Self([("", ClassHint::default()); HINT_SLOTS])
    }

    /// What a class or id says about an element.
    pub(super) fn look_up(&mut self, value: &'a str) -> ClassHint {
        // The ends of values differ more than their beginnings.
        let end = value.as_bytes().last_chunk().map_or(0, |end| u32::from_le_bytes(*end));
        let place = end.wrapping_mul(0x9e37_79b1) as usize >> 16 ^ value.len();
        let (known, known_hint) = &mut self.0[place % HINT_SLOTS];
        if *known != value {
            (*known, *known_hint) = (value, hint(value));
        }
        *known_hint
    }
}

/// What a class or id says about an element.
fn hint(value: &str) -> ClassHint {
    let mut hint = ClassHint::default();
    let value = head(value, MAX_CLASS);
    HINTS.any(value, |number, start| {
        if number >= FIRST_DATE_WORD {
            hint.date = true;
        } else if number > 0
            || value.as_bytes().get(start + 6).is_none_or(|b| !matches!(b, b'i' | b'I'))
        {
            hint.author = true;
        }
        hint.author && hint.date
    });
    hint
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_that_share_a_slot_keep_their_hints() {
        let mut hints = HintCache::new();
        // More values than slots, twice.
        let values: Vec<String> = (0..400).map(|number| format!("{number}-author")).collect();
        for value in values.iter().chain(&values) {
            assert!(hints.look_up(value).author, "{value}");
            assert!(hints.look_up("post-date").date && !hints.look_up("box").author);
        }
        assert!(!hints.look_up("").author);
    }
}
