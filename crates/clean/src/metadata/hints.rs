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

/// What a class or id says about an element.
pub(super) fn hint(value: &str) -> ClassHint {
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
