//! What an element is about, by the elements around it.

use ego_tree::{NodeId, NodeRef};
use html5ever::local_name;
use scraper::Node;

use super::sources::attr;
use super::word_matcher::WordMatcher;

/// How many ancestors are inspected.
const MAX_CLIMB: usize = 60;

/// Words in class names of content about other pages or other people.
static FOREIGN: WordMatcher<18> = WordMatcher::new(
    [
        "comment",
        "related",
        "recommend",
        "sidebar",
        "footer",
        "teaser",
        "trending",
        "popular",
        "more-",
        "read-next",
        "latest",
        "carousel",
        "promo-",
        "modal",
        "cookie",
        "newsletter",
        "suggest",
        "upnext",
    ],
    3,
);

/// What the surroundings of an element say about it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct ElementRegion {
    /// It is inside something about other pages or people: comments, related stories, a footer.
    pub foreign: bool,
}

/// Finds what elements are about, relative to the headline of the page.
#[derive(Debug, Default)]
pub(super) struct RegionFinder {
    around_headline: Vec<NodeId>,
}

impl RegionFinder {
    /// For a page with this headline.
    pub(super) fn new(headline: Option<NodeRef<'_, Node>>) -> Self {
        let ancestors = headline.into_iter().flat_map(|node| node.ancestors().take(MAX_CLIMB));
        Self { around_headline: ancestors.map(|node| node.id()).collect() }
    }

    /// The region of an element.
    pub(super) fn region_of(&self, node: NodeRef<'_, Node>) -> ElementRegion {
        find_region(node, &self.around_headline)
    }
}

fn find_region(node: NodeRef<'_, Node>, around_headline: &[NodeId]) -> ElementRegion {
    let mut place = ElementRegion::default();
    for around in std::iter::once(node).chain(node.ancestors()).take(MAX_CLIMB) {
        // An element that also contains the headline is about this page, whatever its class is.
        if around_headline.contains(&around.id()) {
            break;
        }
        let Some(element) = around.value().as_element() else { continue };
        match element.name.local {
            local_name!("footer") => place.foreign |= !inside_article(around),
            local_name!("aside") | local_name!("nav") | local_name!("dialog") => {
                place.foreign = true;
            }
            // Classes of `<html>` and `<body>` list the widgets of the whole page, and say nothing
            // about this element.
            local_name!("body") | local_name!("html") => break,
            _ => {}
        }
        if place.foreign {
            break;
        }
        for name in [local_name!("class"), local_name!("id")] {
            place.foreign |= is_foreign(attr(element, &name).unwrap_or_default());
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

/// Whether an element is inside an `<article>`. The footer of an article often has its byline; that
/// of a page never does.
fn inside_article(node: NodeRef<'_, Node>) -> bool {
    node.ancestors().take(MAX_CLIMB).any(|around| {
        around.value().as_element().is_some_and(|e| e.name.local == local_name!("article"))
    })
}

/// Whether a class attribute has one of the foreign words.
fn is_foreign(classes: &str) -> bool {
    FOREIGN.any(classes, |_, start| {
        let blank = |c: char| c.is_ascii_whitespace();
        let head =
            classes.get(..start).and_then(|before| before.rfind(blank)).map_or(0, |at| at + 1);
        let word = classes.get(head..).unwrap_or_default();
        let word = word.split(blank).next().unwrap_or_default();
        // Utility classes such as `md:w-[calc(100%-var(--sidebar))]` only mention widgets, and
        // `has-sidebar` describes the element next to one.
        word.len() <= 40
            && !word.contains(['[', ':'])
            && !["has-", "no-", "with-"].iter().any(|prefix| word.starts_with(prefix))
    })
}
