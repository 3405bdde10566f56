//! What a name names: a person, an account, a group, or nobody.

use super::words::{
    ACCOUNT_NAMES, FEED_WORDS, GROUP_WORDS, PLACEHOLDER_AUTHORS, ROLE_PARTS, ROLES, STOP_WORDS,
};
use super::{MAX_NAME_BYTES, NameSource, strip_ignoring_case};

/// Whether every word of a name except particles begins with a capital. True for scripts without
/// capitals.
pub(in crate::metadata) fn is_capitalised(name: &str) -> bool {
    let particles = [
        "de", "da", "di", "del", "della", "van", "von", "der", "den", "la", "le", "al", "el",
        "bin", "y", "e", "ten", "ter", "dos", "du",
    ];
    let capital = |word: &str| word.chars().next().is_some_and(|c| !c.is_lowercase());
    let mut words = name.split_whitespace();
    words.next().is_some_and(capital)
        && words.all(|word| capital(word) || particles.contains(&word))
        && name.split_whitespace().count() <= 5
}

/// Whether a part of a value is a name. `folded` is the same without spaces and signs.
pub(super) fn is_name(name: &str, folded: &str, source: NameSource) -> bool {
    if name.is_empty() || name.len() > MAX_NAME_BYTES || PLACEHOLDER_AUTHORS.contains(&folded) {
        return false;
    }
    if !name.chars().any(char::is_alphabetic) || name.contains(".com") || name.contains('{') {
        return false;
    }
    let mut parts = name.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    let last = parts.clone().next_back().unwrap_or_default();
    if is_placeholder(name)
        || FEED_WORDS.iter().any(|word| last.eq_ignore_ascii_case(word))
        || parts.any(|word| ACCOUNT_NAMES.iter().any(|m| word.eq_ignore_ascii_case(m)))
    {
        return false;
    }
    let words = name.split_whitespace().count();
    if source == NameSource::Field {
        // "photos: Ada Quill" is a list of credits.
        return words <= 10 && !name.contains(": ");
    }
    let lower = name.to_lowercase();
    // "thorough research" is no name, but "quill" may be an account.
    if words > 1 && !is_capitalised(name.trim_start_matches("the ")) {
        return false;
    }
    let digits = name.chars().filter(char::is_ascii_digit).count();
    // "Contributing Writer" is what someone is.
    if name.split_whitespace().all(is_role_word) {
        return false;
    }
    let has_number = name.split_whitespace().any(|word| word.bytes().all(|b| b.is_ascii_digit()));
    words <= 6
        && digits <= 4
        && !(words > 1 && has_number && !name.contains(','))
        && folded.chars().count() > 1
        && !folded.contains("author")
        && !name.ends_with(['?', '!', '…'])
        && !name.contains([':', '$', '*', '=', '©', '#', '/', '_', '?', '!'])
        && !lower.split(|c: char| !c.is_alphanumeric()).any(|word| STOP_WORDS.contains(&word))
}

/// A template variable that was not filled in, such as `page.extra.author`.
fn is_placeholder(name: &str) -> bool {
    let last = name.rsplit('.').next().unwrap_or_default();
    name.len() > last.len()
        && ["author", "creator", "name", "username"].contains(&last)
        && !name.contains(' ')
}

/// Whether a name is that of an account, such as `ada.quill`, `quill_7` or `AdaQ`: weaker evidence
/// than a name.
pub(in crate::metadata) fn is_login(name: &str) -> bool {
    let is_word =
        name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-'));
    let begins_small = name.starts_with(|c: char| c.is_ascii_lowercase());
    let ends_great = name.len() > 3
        && name.ends_with(|c: char| c.is_ascii_uppercase())
        && name.contains(|c: char| c.is_ascii_lowercase());
    let has_sign = name.contains(|c: char| c.is_ascii_digit() || c == '_');
    !name.is_empty() && is_word && (begins_small || ends_great || has_sign)
}

/// Whether a name is that of an organization or a group: "The Quay staff", "Harbour Institute".
pub(in crate::metadata) fn is_group(name: &str) -> bool {
    let mut words = name.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    // "QUAYLABS".
    let is_acronym = name.len() > 2 && name.bytes().all(|byte| byte.is_ascii_uppercase());
    let has_article = strip_ignoring_case(name, "the ").is_some();
    is_acronym
        || has_article
        || words.any(|word| GROUP_WORDS.contains(&word.to_lowercase().as_str()))
}

/// Whether a word belongs to the name of a role: "Senior", "Writer".
pub(super) fn is_role_word(word: &str) -> bool {
    let word = word.trim_end_matches([',', '.', ':']).to_lowercase();
    let is_group = GROUP_WORDS.contains(&word.as_str());
    !is_group && (ROLES.contains(&word.as_str()) || ROLE_PARTS.contains(&word.as_str()))
}
