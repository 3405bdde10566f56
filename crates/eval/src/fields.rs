//! Compares fields of the record with the reference.

use super::words;

/// The words only, in lower case, separated by one space.
fn fold(text: &str) -> String {
    words(&text.to_lowercase()).collect::<Vec<_>>().join(" ")
}

/// Whether both are equal except for case, spaces and punctuation, including typographic quotes and dashes.
///
/// It is not enough that one contains the other: a title followed by the site's name or a section would count as correct,
/// and that is the most frequent error in titles.
pub(super) fn same_title(found: &str, reference: &str) -> bool {
    fold(found) == fold(reference)
}

/// Whether both are equal in this sense, or every name of the reference occurs in the found authors.
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

/// Whether both are the same day. If the reference is only a year or a month, only that is compared.
pub(super) fn same_date(found: &str, reference: &str) -> bool {
    let day: String = reference.trim().chars().take(10).collect();
    found.starts_with(&day)
}

/// The number of `snippets` that occur in `text`, ignoring case and whitespace.
pub(super) fn count_found(folded_text: &str, snippets: &[String]) -> usize {
    snippets.iter().filter(|snippet| folded_text.contains(&fold_spaces(snippet))).count()
}

/// In lower case, with single spaces, and none at the ends.
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
