//! What an element is about, by the elements around it.

use ego_tree::{NodeId, NodeRef};
use html5ever::{LocalName, local_name};
use scraper::Node;
use scraper::node::Element;

use super::sources::attr;
use super::word_matcher::WordMatcher;

/// How many ancestors are inspected.
const MAX_CLIMB: usize = 60;

/// Words in class names of content about other pages or other people.
static FOREIGN: WordMatcher<21> = WordMatcher::new(
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
        "testimonial",
        "reviews",
        "customer",
    ],
    3,
);

/// The number of "footer" among them: the footer of the article is not foreign.
const FOOTER: usize = 4;
/// How many classes or types of an element are read.
const MAX_CLASSES: usize = 20;
/// An aside with fewer nodes than this may be about the page.
const MAX_ASIDE: usize = 60;

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

    /// Whether an element is inside something about other pages or people. The footer of the page is
    /// not: it may say when the page was changed.
    pub(super) fn is_of_others(&self, node: NodeRef<'_, Node>) -> bool {
        node.ancestors()
            .take(MAX_CLIMB)
            .take_while(|around| !self.around_headline.contains(&around.id()))
            .filter_map(|around| around.value().as_element())
            .take_while(|element| element.name.local != local_name!("body"))
            .any(|element| {
                matches!(element.name.local, local_name!("nav") | local_name!("dialog"))
                    || [local_name!("class"), local_name!("id")].iter().any(|name| {
                        foreign_word(attr(element, name).unwrap_or_default())
                            .is_some_and(|word| word != FOOTER)
                    })
            })
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
            local_name!("footer") => {
                place.foreign |= !is_of_article(around, around_headline) && !inside_article(around);
            }
            local_name!("aside") => {
                place.foreign |= !(is_of_article(around, around_headline) && is_about_page(around));
            }
            local_name!("nav") | local_name!("dialog") => place.foreign = true,
            // Who took a picture, and when.
            local_name!("figure") | local_name!("figcaption") => {
                place.foreign |= !is_about_page(around);
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
            place.foreign |= match foreign_word(attr(element, &name).unwrap_or_default()) {
                Some(FOOTER) => !is_of_article(around, around_headline),
                Some(_) => true,
                None => false,
            };
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

/// Whether an element is part of the article that also holds the headline. The footer of an article
/// often has its byline; that of a page never does.
fn is_of_article(node: NodeRef<'_, Node>, around_headline: &[NodeId]) -> bool {
    let mut around = node.ancestors().take(MAX_CLIMB);
    around.any(|around| {
        around_headline.contains(&around.id())
            && around.value().as_element().is_some_and(is_article)
    })
}

/// Whether an element is inside any `<article>`.
fn inside_article(node: NodeRef<'_, Node>) -> bool {
    node.ancestors().take(MAX_CLIMB).any(|around| {
        around.value().as_element().is_some_and(|e| e.name.local == local_name!("article"))
    })
}

/// Whether an element holds one article, by its name, its type or its class.
fn is_article(element: &Element) -> bool {
    if matches!(element.name.local, local_name!("body") | local_name!("html")) {
        return false;
    }
    let class = attr(element, &local_name!("class")).unwrap_or_default();
    matches!(element.name.local, local_name!("article") | local_name!("main"))
        || kinds(element).any(|kind| kind.ends_with("Article") || kind.ends_with("Posting"))
        || class.split_ascii_whitespace().take(MAX_CLASSES).any(|name| {
            matches!(name, "article" | "post" | "hentry" | "h-entry" | "entry" | "story")
        })
}

/// The types that microdata and `RDFa` give an element.
fn kinds(element: &Element) -> impl Iterator<Item = &str> {
    [local_name!("itemtype"), LocalName::from("typeof")]
        .into_iter()
        .filter_map(|name| attr(element, &name))
        .flat_map(|kinds| kinds.split_ascii_whitespace().take(MAX_CLASSES))
}

/// Whether an aside or a figure says who wrote the page and when. Others are lists of links, other
/// texts and pictures.
fn is_about_page(node: NodeRef<'_, Node>) -> bool {
    let says = node.value().as_element().is_some_and(|element| {
        [local_name!("class"), local_name!("id")].iter().any(|name| {
            let value = attr(element, name).unwrap_or_default();
            ["author", "byline", "meta", "date", "info", "publish"]
                .iter()
                .any(|word| value.contains(word))
        })
    });
    let links = node.descendants().take(MAX_ASIDE).filter(|inner| {
        inner.value().as_element().is_some_and(|element| element.name.local == local_name!("a"))
    });
    let is_aside = node.value().as_element().is_some_and(|e| e.name.local == local_name!("aside"));
    says || is_aside && node.descendants().take(MAX_ASIDE).count() < MAX_ASIDE && links.count() <= 2
}

/// The first foreign word in a class attribute: its number in [`FOREIGN`]. A footer counts only if
/// there is no other.
fn foreign_word(classes: &str) -> Option<usize> {
    let mut first = None;
    FOREIGN.any(classes, |number, start| {
        let blank = |c: char| c.is_ascii_whitespace();
        let head =
            classes.get(..start).and_then(|before| before.rfind(blank)).map_or(0, |at| at + 1);
        let word = classes.get(head..).unwrap_or_default();
        let word = word.split(blank).next().unwrap_or_default();
        // Utility classes such as `md:w-[calc(100%-var(--sidebar))]` only mention widgets, and
        // `has-sidebar` describes the element next to one.
        let is_foreign = word.len() <= 40
            && !word.contains(['[', ':'])
            && !["has-", "no-", "with-"].iter().any(|prefix| word.starts_with(prefix));
        if is_foreign {
            first = Some(number);
        }
        is_foreign && number != FOOTER
    });
    first
}
