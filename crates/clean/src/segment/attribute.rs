//! Reads attributes of elements.

use html5ever::LocalName;
use memchr::memmem;
use scraper::node;

/// The value of an attribute. Faster than [`node::Element::attr`], which looks up the name first.
pub(super) fn attribute<'e>(element: &'e node::Element, name: &LocalName) -> Option<&'e str> {
    element.attrs.iter().find(|(known, _)| known.local == *name).map(|(_, value)| &**value)
}

/// Whether a style hides an element.
pub(super) fn is_hiding(style: &str) -> bool {
    let mut folded = [0; 400];
    let mut length = 0;
    let characters = style.chars().filter(|c| !c.is_whitespace());
    for (slot, character) in folded.iter_mut().zip(characters) {
        // Other characters become 0, which is not in the strings below.
        *slot = u8::try_from(character).unwrap_or_default().to_ascii_lowercase();
        length += 1;
    }
    let folded = folded.get(..length).unwrap_or_default();
    memmem::find(folded, b"display:none").is_some()
        || memmem::find(folded, b"visibility:hidden").is_some()
}
