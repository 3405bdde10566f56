//! Forms of texts with less in them: for comparing, or in one line.

/// A text with single spaces between its words, and none at its ends.
pub(crate) fn single_spaced(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The letters and digits of a text, in lower case. Titles and names are compared in this form, and
/// fingerprints are hashes of it.
pub(crate) fn folded(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for character in text.chars() {
        if character.is_ascii() {
            if character.is_ascii_alphanumeric() {
                folded.push(character.to_ascii_lowercase());
            }
        } else if character.is_alphanumeric() {
            folded.extend(character.to_lowercase());
        }
    }
    folded
}
