//! Names of authors out of what pages put into author fields and bylines.

use super::date::{DayMonth, find_all};
use super::text::{fold, plain};

/// Bytes of one name.
const MAX_NAME: usize = 80;
/// Names taken from one page.
const MAX_NAMES: usize = 20;

/// Where a value comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Source {
    /// A field for authors: the value is a name or a list of names.
    Field,
    /// Running text near the headline: the value may as well be something else.
    Page,
}

/// Words before a name.
const PREFIXES: &[&str] = &[
    "by",
    "written by",
    "posted by",
    "published by",
    "words by",
    "story by",
    "text by",
    "article by",
    "report by",
    "reported by",
    "created by",
    "submitted by",
    "authored by",
    "author",
    "authors",
    "author(s)",
    "contributor",
    "text",
    "words",
    "from",
    "recipe by",
    "blog by",
    "post by",
    "a post by",
    "added by",
    "started by",
    "asked by",
    "geschrieben von",
    "verfasst von",
    "geschreven door",
    "escrito por",
    "publicado por",
    "publié par",
    "écrit par",
    "scritto da",
    "autor",
    "autorin",
    "autorzy",
    "auteur",
    "auteurs",
    "autore",
    "autori",
    "autores",
    "автор",
    "автори",
    "авторы",
    "текст",
    "作者",
    "文",
    "責任編集",
    "责任编辑",
    "责编",
    "記者",
    "记者",
];

/// Words before a name that are themselves beginnings of names: only bylines have them.
const PAGE_PREFIXES: &[&str] =
    &["von", "par", "por", "di", "da", "door", "av", "af", "de", "od", "przez"];

/// Words that end a name and begin something else.
const TAILS: &[&str] = &[
    "updated",
    "published",
    "posted",
    "last updated",
    "updated on",
    "on",
    "in",
    "reviewed",
    "medically reviewed",
    "fact checked",
    "reading time",
    "min read",
    "read",
    "view profile",
    "view all posts",
    "follow",
    "edited by",
    "photos by",
    "photo by",
    "photography by",
    "illustration by",
    "illustrated by",
    "aktualisiert",
    "veröffentlicht",
    "publié",
    "mis à jour",
    "for",
    "at",
    "views",
    "comments",
    "share",
    "contact",
    "email",
    "read more",
    "about",
    "modified",
    "created",
    "date",
];

/// Words of a post or a profession: a part with one of them, after a comma, is no name.
const ROLES: &[&str] = &[
    "reporter",
    "editor",
    "correspondent",
    "writer",
    "journalist",
    "columnist",
    "contributor",
    "producer",
    "director",
    "manager",
    "founder",
    "co-founder",
    "cofounder",
    "ceo",
    "cto",
    "analyst",
    "expert",
    "specialist",
    "chief",
    "head",
    "president",
    "professor",
    "researcher",
    "fellow",
    "author",
    "officer",
    "consultant",
    "critic",
    "photographer",
    "redakteur",
    "redakteurin",
    "redaktor",
    "journaliste",
    "periodista",
    "giornalista",
    "redacteur",
    "кореспондент",
    "корреспондент",
    "журналіст",
    "журналист",
    "редактор",
    "engineer",
    "strategist",
    "dietitian",
    "associate",
    "intern",
    "representative",
    "candidate",
    "owner",
    "partner",
    "lead",
    "instructor",
    "educator",
];

/// What author fields hold when nobody filled them in.
const NOBODY: &[&str] = &[
    "admin",
    "administrator",
    "webmaster",
    "guest",
    "unknown",
    "anonymous",
    "null",
    "undefined",
    "none",
    "na",
    "user",
    "root",
    "author",
    "editor",
    "wordpress",
    "test",
    "default",
    "siteadmin",
    "wpadmin",
    "superuser",
    "false",
    "true",
    "noauthor",
    "object",
    "objectobject",
    "me",
    "home",
    "site",
];

/// Words that never stand in a name but often in what surrounds one.
const STOP_WORDS: &[&str] = &[
    "about",
    "follow",
    "share",
    "comments",
    "comment",
    "read",
    "subscribe",
    "all",
    "posts",
    "view",
    "articles",
    "the author",
    "minutes",
    "min",
    "sign",
    "log",
    "login",
    "contact",
    "newsletter",
    "more",
    "our",
    "your",
    "you",
    "this",
    "is",
    "was",
    "are",
    "has",
    "how",
    "what",
    "why",
    "latest",
    "click",
    "here",
    "please",
    "with",
    "loading",
    "profile",
    "reply",
    "join",
    "search",
    "home",
    "menu",
    "save",
    "copy",
    "print",
    "email",
    "facebook",
    "twitter",
    "linkedin",
    "ago",
    "views",
    "updated",
    "published",
];

/// The names in a value, cleaned and without duplicates; empty if it holds none.
pub(super) fn names(value: &str, source: Source) -> Vec<String> {
    let value = plain(value);
    if value.len() > 600 || value.contains("://") || value.starts_with("www.") {
        return Vec::new();
    }
    let value = without_prefix(&value, source);
    let value = before_tail(value, source);
    let mut out: Vec<String> = Vec::new();
    for name in split(value) {
        let name = tidy(&name, source);
        let folded = fold(&name);
        if is_name(&name, &folded, source)
            && out.len() < MAX_NAMES
            && !out.iter().any(|known| fold(known) == folded)
        {
            out.push(name);
        }
    }
    out
}

/// Names joined as the record has them.
pub(super) fn join(names: &[String]) -> Option<String> {
    (!names.is_empty()).then(|| names.join("; "))
}

/// Whether a text begins as a byline does.
pub(super) fn has_prefix(text: &str) -> bool {
    let text = text.trim();
    PREFIXES.iter().chain(PAGE_PREFIXES).any(|prefix| after_word(text, prefix).is_some())
}

fn without_prefix(value: &str, source: Source) -> &str {
    let mut rest = value.trim_start_matches(|c: char| !c.is_alphanumeric() && c != '@');
    for _ in 0..3 {
        let page = PAGE_PREFIXES.iter().filter(|_| source == Source::Page);
        let cut = PREFIXES.iter().chain(page).filter_map(|prefix| after_word(rest, prefix));
        let Some(shorter) = cut.min_by_key(|rest| rest.len()) else { break };
        rest = shorter.trim_start_matches(|c: char| !c.is_alphanumeric() && c != '@');
    }
    rest
}

/// What follows `word` at the start of `text`, ignoring case, if the word ends there.
fn after_word<'a>(text: &'a str, word: &str) -> Option<&'a str> {
    let start = text.get(..word.len())?;
    let rest = text.get(word.len()..)?;
    if start != word && start.to_lowercase() != word {
        return None;
    }
    let mark = rest.chars().next()?;
    (mark.is_whitespace() || matches!(mark, ':' | '：' | '/' | '／')).then_some(rest)
}

/// The value up to a date, a role or another remark.
fn before_tail(value: &str, source: Source) -> &str {
    let mut rest = value;
    for mark in [" | ", " • ", " · ", " – ", " — ", " - ", " / ", "|", "•", "·", " (@", " <"]
    {
        if let Some((head, _)) = rest.split_once(mark) {
            if !head.trim().is_empty() {
                rest = head;
            }
        }
    }
    if source == Source::Page {
        if let Some(found) = find_all(rest, DayMonth::DayFirst).first() {
            rest = rest.get(..found.start).unwrap_or(rest);
        }
    }
    // Whole words only: "In" also begins names.
    let mut words_end = rest.len();
    for (at, _) in rest.match_indices(' ') {
        let tail = rest.get(at + 1..).unwrap_or_default();
        let is_tail = TAILS.iter().any(|word| {
            let long = source == Source::Page || word.len() > 4;
            let follows = |text: &str| {
                text.chars().next().is_none_or(|c| c.is_whitespace() || matches!(c, ':' | ','))
            };
            long && tail.get(..word.len()).is_some_and(|start| start.to_lowercase() == *word)
                && tail.get(word.len()..).is_some_and(follows)
        });
        if is_tail {
            words_end = at;
            break;
        }
    }
    rest.get(..words_end).unwrap_or(rest).trim_end_matches([' ', ',', ':', '-', '–', '.', '|'])
}

/// Splits a list of names.
fn split(value: &str) -> Vec<String> {
    let mut out = Vec::new();
    for part in value.split([';', '、', '，', '\n', '•']) {
        let pieces: Vec<&str> = part.split(',').map(str::trim).filter(|p| !p.is_empty()).collect();
        let words = |text: &str| text.split_whitespace().count();
        // "Quill, Ada": one name in the order of catalogues.
        if let [family, given] = pieces.as_slice() {
            if words(family) == 1
                && words(given) <= 2
                && !has_role(given)
                && !is_credential(given)
                && words(given) + 1 > 2 - usize::from(given.ends_with('.'))
            {
                out.push(format!("{family}, {given}"));
                continue;
            }
        }
        let mut list: Vec<String> = Vec::new();
        for (at, piece) in pieces.iter().enumerate() {
            if at > 0 && is_credential(piece) {
                if let Some(name) = list.last_mut() {
                    name.push_str(", ");
                    name.push_str(piece);
                    continue;
                }
            }
            if at > 0 && has_role(piece) {
                continue;
            }
            split_at_words(piece, &mut list);
        }
        out.append(&mut list);
    }
    out
}

/// Splits at "and" in its languages, where both sides look like names of the same kind.
fn split_at_words(value: &str, out: &mut Vec<String>) {
    let mut rest = value;
    if let Some(start) = rest.get(..4) {
        if start.eq_ignore_ascii_case("and ") {
            rest = rest.get(4..).unwrap_or_default();
        }
    }
    let joints = [
        " and ", " & ", " und ", " et ", " y ", " e ", " och ", " og ", " en ", " i ", " и ",
        " і ", " та ", " ve ", " a ", " with ", " + ",
    ];
    for _ in 0..MAX_NAMES {
        let words = |text: &str| text.split_whitespace().count();
        let cut = joints
            .iter()
            .filter_map(|joint| {
                let at = find_ignoring_case(rest, joint)?;
                let (head, tail) = (rest.get(..at)?, rest.get(at + joint.len()..)?);
                let next = joints
                    .iter()
                    .filter_map(|joint| find_ignoring_case(tail, joint))
                    .min()
                    .and_then(|at| tail.get(..at))
                    .unwrap_or(tail);
                let alike = match (words(head), words(next)) {
                    (1, 1) => joint.trim().len() > 2 || joint == &" & ",
                    (a, b) => a >= 2 && b >= 2 && a <= 4 && b <= 4,
                };
                alike.then_some((at, head, tail))
            })
            .min_by_key(|(at, ..)| *at);
        let Some((_, head, tail)) = cut else { break };
        out.push(head.to_owned());
        rest = tail;
    }
    out.push(rest.to_owned());
}

fn find_ignoring_case(text: &str, joint: &str) -> Option<usize> {
    text.find(joint).or_else(|| text.find(&joint.to_uppercase()))
}

fn has_role(piece: &str) -> bool {
    piece
        .to_lowercase()
        .split(|c: char| !c.is_alphanumeric() && c != '-')
        .any(|word| ROLES.contains(&word))
}

/// "MD", "Ph.D.", "CFP®", "E-RYT 200": letters after a name.
fn is_credential(piece: &str) -> bool {
    let letters = piece.chars().filter(|c| c.is_alphabetic()).count();
    let upper = piece.chars().filter(|c| c.is_uppercase()).count();
    let known = ["phd", "ph.d.", "ph.d", "jr", "jr.", "sr.", "esq.", "edd", "psyd", "msc", "bsc"];
    (1..=12).contains(&letters)
        && upper * 3 >= letters * 2
        && letters > 1
        && piece.is_ascii()
        && !piece.split_whitespace().any(|word| word.len() > 6)
        || known.contains(&piece.to_lowercase().as_str())
}

fn tidy(name: &str, source: Source) -> String {
    // "ada@example.com (Ada Quill)", the form of RSS.
    let name = match name.split_once('(') {
        Some((head, tail)) if head.contains('@') => tail.trim_end_matches(')'),
        Some((head, _)) if !head.trim().is_empty() && source == Source::Page => head,
        _ => name,
    };
    let words: Vec<&str> = name
        .split_whitespace()
        .filter(|word| !(word.contains('@') && word.contains('.')))
        .collect();
    words
        .join(" ")
        .trim_matches(|c: char| {
            matches!(
                c,
                ',' | ':' | '-' | '–' | '|' | '/' | '"' | '“' | '”' | '*' | '@' | '•' | '·' | ' '
            )
        })
        .to_owned()
}

fn is_name(name: &str, folded: &str, source: Source) -> bool {
    if name.is_empty() || name.len() > MAX_NAME || NOBODY.contains(&folded) {
        return false;
    }
    if !name.chars().any(char::is_alphabetic) || name.contains(".com") || name.contains('{') {
        return false;
    }
    let words = name.split_whitespace().count();
    if source == Source::Field {
        return words <= 10;
    }
    let lower = name.to_lowercase();
    let digits = name.chars().filter(char::is_ascii_digit).count();
    words <= 6
        && digits <= 4
        && folded.chars().count() > 1
        && !name.ends_with(['?', '!', '…'])
        && !lower.split(|c: char| !c.is_alphanumeric()).any(|word| STOP_WORDS.contains(&word))
}

#[cfg(test)]
mod tests {
    use super::{Source, join, names};

    fn field(value: &str) -> Option<String> {
        join(&names(value, Source::Field))
    }

    fn page(value: &str) -> Option<String> {
        join(&names(value, Source::Page))
    }

    #[test]
    fn prefixes_and_tails_go() {
        for value in [
            "By Ada Quill",
            "by: Ada Quill",
            "Written by Ada Quill",
            "Ada Quill | The Quay",
            "Ada Quill, Senior Reporter",
            "Ada Quill ada@example.org",
            "ada@example.org (Ada Quill)",
            "Ada Quill, ADA QUILL",
        ] {
            assert_eq!(field(value).as_deref(), Some("Ada Quill"), "{value}");
        }
        for value in [
            "Von Ada Quill",
            "By Ada Quill on May 3, 2024",
            "By Ada Quill Updated 3 May 2024",
            "Автор: Ada Quill",
            "Ada Quill · 5 min read",
        ] {
            assert_eq!(page(value).as_deref(), Some("Ada Quill"), "{value}");
        }
    }

    #[test]
    fn lists_of_names() {
        for value in [
            "Ada Quill and Ben Ost",
            "Ada Quill, Ben Ost",
            "Ada Quill; Ben Ost",
            "Ada Quill & Ben Ost",
            "Ada Quill et Ben Ost",
            "By Ada Quill, Reporter, and Ben Ost, Editor",
        ] {
            assert_eq!(field(value).as_deref(), Some("Ada Quill; Ben Ost"), "{value}");
        }
        assert_eq!(field("Ada Quill, MD, PhD").as_deref(), Some("Ada Quill, MD, PhD"));
        assert_eq!(field("Quill, Ada").as_deref(), Some("Quill, Ada"));
        let desk = "Centre for Harbour Evaluation and Research";
        assert_eq!(field(desk).as_deref(), Some(desk));
    }

    #[test]
    fn what_is_no_name() {
        for value in ["", "admin", "https://social.example/ada", "ada@example.org", "12", "null"] {
            assert_eq!(field(value), None, "{value}");
        }
        for value in ["About the author", "Follow us", "3 min read", "Share this story"] {
            assert_eq!(page(value), None, "{value}");
        }
    }
}
