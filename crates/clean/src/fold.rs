//! Text without what makes no difference to its meaning.

/// Letters and digits in lower case: how titles and names are compared, and what a fingerprint is
/// made of.
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
