//! A form of texts for comparing them.

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
