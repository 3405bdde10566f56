//! Extracts the names of authors from author fields and bylines.

mod kind;
mod split;
mod words;

use super::date::{DayMonthOrder, find_all};
use super::text::{fold, plain};
pub(super) use kind::{is_capitalised, is_group, is_login};
use kind::{is_name, is_role_word};
pub(super) use split::is_joint;
use split::split;
use words::{BYLINE_WORDS, PAGE_PREFIXES, PREFIXES, TAILS};

/// Maximum length of a name, in bytes.
const MAX_NAME_BYTES: usize = 80;
/// Maximum length of the words before a name, in bytes.
const MAX_LABEL: usize = 40;
/// Signs between the parts of a byline.
const SEPARATORS: [char; 6] = ['|', '•', '·', '—', '⋅', '\u{3000}'];
/// Maximum number of parts of a byline.
const MAX_PARTS: usize = 5;
/// Maximum number of names from one page.
const MAX_NAMES: usize = 20;

/// Where a value comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NameSource {
    /// A field for authors: the value is a name or a list of names.
    Field,
    /// Visible text near the headline, which may be something else than names.
    Page,
}

/// The names in a value, cleaned and without duplicates; empty if it holds none.
pub(super) fn names(value: &str, source: NameSource) -> Vec<String> {
    let value = plain(value);
    // Longer values are texts, and URLs are links to profiles: neither is a list of names.
    if value.len() > 600 || value.contains("://") || value.starts_with("www.") {
        return Vec::new();
    }
    // A byline may begin with the date or the section. The first part with a name in it counts.
    let parts: Vec<&str> = match source {
        NameSource::Page => value.split(SEPARATORS).take(MAX_PARTS).collect(),
        NameSource::Field => vec![&value],
    };
    parts
        .into_iter()
        .map(|part| names_of_part(part, source))
        .find(|n| !n.is_empty())
        .unwrap_or_default()
}

fn names_of_part(value: &str, source: NameSource) -> Vec<String> {
    let value = match source {
        NameSource::Page => after_by(value),
        NameSource::Field => value,
    };
    let value = without_prefix(value, source);
    let value = before_tail(value, source);
    let value = without_prefix(value, source);
    let mut out: Vec<String> = Vec::new();
    for (number, name) in split(value).into_iter().enumerate() {
        let mut name = tidy(&name, source);
        if source == NameSource::Page {
            name = without_role(&name);
        }
        let folded = fold(&name);
        if !is_name(&name, &folded, source) {
            // In "Reviewed by Ada Quill, harbour pilot", what follows is no name either.
            if number == 0 && source == NameSource::Page {
                break;
            }
            continue;
        }
        if out.len() < MAX_NAMES && !out.iter().any(|known| fold(known) == folded) {
            out.push(name);
        }
    }
    // In "Ada Quill, Turku" the last one is a place.
    if out.first().is_some_and(|first| first.contains(' ')) {
        let is_agency = |name: &str| name.len() > 1 && name.chars().all(char::is_uppercase);
        out.retain(|name| name.contains(' ') || !name.is_ascii() || is_agency(name));
    }
    out
}

/// What follows "by" inside a byline such as "3 May 2024 by Ada Quill".
fn after_by(value: &str) -> &str {
    let found = value.match_indices(' ').find_map(|(at, _)| {
        let tail = value.get(at + 1..)?;
        let rest = strip_ignoring_case(tail, "by")?;
        let follows = rest.chars().next()?;
        let before = value.get(..at)?.rsplit(' ').next()?.to_lowercase();
        let is_byline = !before.ends_with("ed")
            || ["posted", "published", "created", "contributed", "submitted", "reported"]
                .contains(&before.as_str());
        let is_credit = ["photo", "photos", "photography", "illustration", "illustrations"]
            .contains(&before.as_str());
        ((follows.is_whitespace() || follows == ':') && is_byline && !is_credit).then_some(tail)
    });
    found.unwrap_or(value)
}

/// The names that a short text introduces with "by" or a label, at its beginning, after a separator
/// or after a date: "Posted on 3 May 2024 by Ada Quill".
pub(super) fn credited_names(text: &str) -> Vec<String> {
    let parts = text.split(SEPARATORS).map(str::trim).take(MAX_PARTS);
    let credits = parts.filter_map(|part| {
        let dated = || {
            let by = after_by(part);
            (by.len() < part.len() && !find_all(part, DayMonthOrder::DayFirst).is_empty())
                .then_some(by)
        };
        if has_prefix(part) { Some(part) } else { dated() }
    });
    let mut names = credits.map(|part| names(part, NameSource::Page));
    names.find(|names| !names.is_empty()).unwrap_or_default()
}

/// Joins names as the record has them.
pub(super) fn join(names: &[String]) -> Option<String> {
    (!names.is_empty()).then(|| names.join("; "))
}

/// Whether a text begins like a byline and continues.
pub(super) fn has_prefix(text: &str) -> bool {
    let text = text.trim().trim_start_matches(['(', '（', '[']);
    let colon = text.split_once([':', '：']).filter(|(label, _)| label.len() <= MAX_LABEL);
    let colon = colon.map(|(label, _)| label.trim().to_lowercase());
    BYLINE_WORDS.iter().any(|prefix| after_word(text, prefix).is_some())
        || colon.is_some_and(|label| PREFIXES.contains(&label.as_str()))
}

/// Whether a text begins with words that introduce nothing but an author: "Written by", "Author:".
pub(super) fn is_full_prefix(text: &str) -> bool {
    let text = text.trim();
    let is_short = |label: &str| label.chars().count() <= 4;
    let colon = text.split_once([':', '：']).map(|(label, _)| label.trim());
    ["written by", "posted by", "words by", "story by"]
        .iter()
        .any(|prefix| strip_ignoring_case(text, prefix).is_some())
        || colon.is_some_and(|label| !is_short(label) && has_prefix(text))
}

/// Whether a text is only the beginning of a byline, such as "Written by".
pub(super) fn is_label(text: &str) -> bool {
    if text.len() > MAX_LABEL {
        return false;
    }
    let text = text.trim().trim_end_matches([':', '：']).trim().to_lowercase();
    // Templates put the date before it.
    let ends_byline = [" written by", " posted by"].iter().any(|label| text.ends_with(label));
    ends_byline
        || BYLINE_WORDS.contains(&text.as_str())
        || text != "text" && text != "from" && text != "words" && PREFIXES.contains(&text.as_str())
}

fn without_prefix(value: &str, source: NameSource) -> &str {
    let mut rest = value.trim_start_matches(|c: char| !c.is_alphanumeric() && c != '@');
    for _ in 0..3 {
        let page = PAGE_PREFIXES.iter().filter(|_| source == NameSource::Page);
        let cut = PREFIXES.iter().chain(page).filter_map(|prefix| after_word(rest, prefix));
        let Some(shorter) = cut.min_by_key(|rest| rest.len()) else { break };
        rest = shorter.trim_start_matches(|c: char| !c.is_alphanumeric() && c != '@');
    }
    rest
}

/// The text after `word` at the start of `text`, ignoring case, if the word ends there.
fn after_word<'a>(text: &'a str, word: &str) -> Option<&'a str> {
    let rest = strip_ignoring_case(text, word)?;
    let mark = rest.chars().next()?;
    (mark.is_whitespace() || matches!(mark, ':' | '：' | '/' | '／' | '・')).then_some(rest)
}

/// The text after a lower-case word, ignoring case.
fn strip_ignoring_case<'a>(text: &'a str, word: &str) -> Option<&'a str> {
    // Nearly all texts begin with another letter.
    let first = text.bytes().next().filter(u8::is_ascii).map(|byte| byte.to_ascii_lowercase());
    if first.is_some() && first != word.bytes().next() {
        return None;
    }
    let mut rest = text.chars();
    for expected in word.chars() {
        let c = rest.next()?;
        if c != expected && !c.to_lowercase().eq([expected]) {
            return None;
        }
    }
    Some(rest.as_str())
}

/// The value up to a date, a role or another remark.
fn before_tail(value: &str, source: NameSource) -> &str {
    let mut rest = value;
    for mark in [" | ", " • ", " · ", " – ", " — ", " - ", " / ", "|", "•", "·", " (@", " <"]
    {
        if let Some((head, _)) = rest.split_once(mark)
            && !head.trim().is_empty()
        {
            rest = head;
        }
    }
    if source == NameSource::Page
        && let Some(found) = find_all(rest, DayMonthOrder::DayFirst).first()
    {
        rest = rest.get(..found.start).unwrap_or(rest);
    }
    // In "Ada Quill. Filed under Harbour" the sentence ends with the name; "A. Quill" goes on.
    if source == NameSource::Page
        && let Some((head, _)) = rest.split_once(". ")
        && head.rsplit(' ').next().is_some_and(|word| word.chars().count() > 3)
    {
        rest = head;
    }
    // Only whole words end a name: some names begin with "In".
    let mut words_end = rest.len();
    for (at, _) in rest.match_indices(' ') {
        let tail = rest.get(at + 1..).unwrap_or_default();
        let is_tail = TAILS.iter().any(|word| {
            let long = source == NameSource::Page || word.len() > 4;
            let follows = |text: &str| {
                text.chars().next().is_none_or(|c| c.is_whitespace() || matches!(c, ':' | ','))
            };
            long && strip_ignoring_case(tail, word).is_some_and(follows)
        });
        if is_tail {
            words_end = at;
            break;
        }
    }
    rest.get(..words_end).unwrap_or(rest).trim_end_matches([' ', ',', ':', '-', '–', '.', '|'])
}

fn tidy(name: &str, source: NameSource) -> String {
    // "ada@example.com (Ada Quill)" is the form of RSS 2.0.
    let name = match name.split_once('(') {
        Some((head, tail)) if head.contains('@') => tail.trim_end_matches(')'),
        Some((head, _)) if !head.trim().is_empty() && source == NameSource::Page => head,
        _ => name,
    };
    let words: Vec<&str> = name
        .split_whitespace()
        .filter(|word| !(word.contains('@') && word.contains('.')))
        .collect();
    let words: Vec<&str> = words.into_iter().filter(|word| !is_initials(word)).collect();
    let name = words.join(" ");
    // Korean and Japanese have "reporter" after the name.
    let name = [" 기자", " 記者", " 记者"]
        .iter()
        .fold(name.as_str(), |name, tail| name.strip_suffix(tail).unwrap_or(name));
    name.trim_matches(|c: char| {
        matches!(
            c,
            ',' | ':'
                | '-'
                | '–'
                | '|'
                | '/'
                | '"'
                | '“'
                | '”'
                | '*'
                | '@'
                | '•'
                | '·'
                | ' '
                | '）'
        )
    })
    .to_owned()
}

/// A name without the role that stands after it without a comma, and without the number of a
/// footnote: "Ada Quill Senior Editor", "Ada Quill1".
fn without_role(name: &str) -> String {
    let words: Vec<&str> = name.split_whitespace().collect();
    let role = words.iter().position(|word| is_role_word(word)).filter(|at| *at >= 2);
    let words = words.get(..role.unwrap_or(words.len())).unwrap_or_default();
    let name = words.join(" ");
    let without_number = name.trim_end_matches(|c: char| c.is_ascii_digit());
    let is_word = without_number.ends_with(char::is_alphabetic);
    if words.len() > 1 && is_word { without_number.to_owned() } else { name }
}

/// "(aq)", the initials of an editor after a name.
fn is_initials(word: &str) -> bool {
    word.len() <= 6 && word.starts_with('(') && word.ends_with(')')
}

#[cfg(test)]
mod tests {
    use super::{NameSource, join, names};

    fn field(value: &str) -> Option<String> {
        join(&names(value, NameSource::Field))
    }

    fn page(value: &str) -> Option<String> {
        join(&names(value, NameSource::Page))
    }

    #[test]
    fn prefixes_and_tails_are_removed() {
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
    fn other_texts_are_not_names() {
        for value in [
            "",
            "admin",
            "Quay Admin",
            "page.extra.author",
            "photos: Ada Quill",
            "https://social.example/ada",
            "ada@example.org",
            "12",
            "null",
        ] {
            assert_eq!(field(value), None, "{value}");
        }
        for value in ["About the author", "Follow us", "3 min read", "Share this story"] {
            assert_eq!(page(value), None, "{value}");
        }
    }
}
