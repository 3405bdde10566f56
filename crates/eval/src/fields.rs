//! Whether a field of the record says what the reference says.

use super::words;

/// The words alone, in lower case, with one space between them.
fn fold(text: &str) -> String {
    words(&text.to_lowercase()).collect::<Vec<_>>().join(" ")
}

/// Equal but for case, spaces and punctuation, typographic quotes and dashes included.
///
/// That one holds the other is not enough: a title with the site's name or a section behind it
/// would count as right, and that is most of what titles get wrong.
pub(super) fn same_title(found: &str, reference: &str) -> bool {
    fold(found) == fold(reference)
}

/// The same, or every name of the reference occurs in what was found.
pub(super) fn same_author(found: &str, reference: &str) -> bool {
    let padded = format!(" {} ", fold(found));
    let mut names = reference
        .split([',', ';', '/', '&', '|'])
        .flat_map(|part| part.split(" and "))
        .map(fold)
        .filter(|name| !name.is_empty())
        .peekable();
    fold(found) == fold(reference)
        || names.peek().is_some() && names.all(|name| padded.contains(&format!(" {name} ")))
}

/// The same day; a reference of only a year or a month is compared as far as it goes.
pub(super) fn same_date(found: &str, reference: &str) -> bool {
    let day: String = reference.trim().chars().take(10).collect();
    found.starts_with(&day)
}

/// How many of `snippets` occur in `text`, both with whitespace folded and in lower case.
pub(super) fn count_found(folded_text: &str, snippets: &[String]) -> usize {
    snippets.iter().filter(|snippet| folded_text.contains(&fold_spaces(snippet))).count()
}

/// In lower case, each run of whitespace one space, none at the ends.
pub(super) fn fold_spaces(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_fold_case_spaces_and_punctuation() {
        assert!(same_title("“Harbour”  reopens – at last", "Harbour reopens - At Last!"));
        assert!(!same_title("Harbour reopens | The Bay Post", "Harbour reopens"));
    }

    #[test]
    fn authors_may_come_with_more() {
        assert!(same_author("Ann Lee; Bo Ek", "Ann Lee and Bo Ek"));
        assert!(same_author("By Ann Lee, Harbour Correspondent", "ann lee"));
        assert!(!same_author("Ann Lee", "Ann Lee, Bo Ek"));
        assert!(!same_author("Joann Lee", "Ann Lee"));
        assert!(!same_author("", "Ann Lee"));
    }

    #[test]
    fn dates_compare_by_day() {
        assert!(same_date("2025-03-04", "2025-03-04T10:00:00Z"));
        assert!(same_date("2025-03-04", "2025-03"));
        assert!(!same_date("2025-03-04", "2025-03-05"));
    }

    #[test]
    fn snippets_are_found_across_line_breaks() {
        let text = fold_spaces("The ferry\n\nSailed  again.");
        let snippets = ["ferry sailed".to_owned(), "sign up".to_owned(), "AGAIN.".to_owned()];
        assert_eq!(count_found(&text, &snippets), 2);
    }
}
