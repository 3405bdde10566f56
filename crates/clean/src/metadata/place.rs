//! Where on the page an element stands, read from the elements around it.

use ego_tree::NodeRef;
use html5ever::local_name;
use scraper::Node;

use super::found::attr;

/// Levels that are climbed.
const MAX_CLIMB: usize = 60;

/// Class words of what is about other pages or other people.
const FOREIGN: &[&[u8]] = &[
    b"comment",
    b"related",
    b"recommend",
    b"sidebar",
    b"footer",
    b"teaser",
    b"trending",
    b"popular",
    b"more-",
    b"read-next",
    b"latest",
    b"widget",
    b"carousel",
    b"promo",
    b"modal",
    b"cookie",
    b"newsletter",
    b"suggest",
    b"upnext",
];

/// What the surroundings of an element say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Place {
    /// Inside `<article>` or `<main>`.
    pub in_content: bool,
    /// Inside something about other pages or other people: comments, related stories, a footer.
    pub foreign: bool,
}

/// The place of an element.
pub(super) fn of(node: NodeRef<'_, Node>) -> Place {
    let mut place = Place::default();
    for around in std::iter::once(node).chain(node.ancestors()).take(MAX_CLIMB) {
        let Some(element) = around.value().as_element() else { continue };
        match element.name.local {
            local_name!("article") | local_name!("main") => place.in_content = true,
            local_name!("footer") => place.foreign |= !inside_article(around),
            local_name!("aside") | local_name!("nav") | local_name!("dialog") => {
                place.foreign = true
            }
            // Classes of the page as a whole say which widgets it has, not what this element is.
            local_name!("body") | local_name!("html") => break,
            _ => {}
        }
        if place.foreign {
            break;
        }
        for name in [local_name!("class"), local_name!("id")] {
            let words = attr(element, &name).unwrap_or_default();
            place.foreign |= words.split_ascii_whitespace().any(is_foreign);
        }
        if let Some(property) = attr(element, &local_name!("itemprop")) {
            place.foreign |= matches!(
                property,
                "comment" | "review" | "suggestedAnswer" | "acceptedAnswer" | "reviews"
            );
        }
    }
    place
}

/// A `<footer>` that closes an article often holds its byline; a page's footer never does.
fn inside_article(node: NodeRef<'_, Node>) -> bool {
    node.ancestors().take(MAX_CLIMB).any(|around| {
        around.value().as_element().is_some_and(|e| e.name.local == local_name!("article"))
    })
}

fn is_foreign(word: &str) -> bool {
    // Utility classes such as `md:w-[calc(100%-var(--sidebar))]` only mention widgets.
    if word.len() > 40 || word.contains(['[', ':']) {
        return false;
    }
    let bytes = word.as_bytes();
    FOREIGN
        .iter()
        .any(|mark| bytes.windows(mark.len()).any(|window| window.eq_ignore_ascii_case(mark)))
        && !word.starts_with("has-")
        && !word.starts_with("no-")
        && !word.starts_with("with-")
}
