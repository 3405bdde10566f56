//! The author from the visible page, if the markup declares none.

use ego_tree::NodeRef;
use html5ever::local_name;
use scraper::Node;

use super::author::{self, NameSource};
use super::hints::PERSON_URLS;
use super::names::MetadataField;
use super::region::RegionFinder;
use super::sources::{AFTER_LABEL, ElementSpot, MetadataSources, ShortText, attr};
use super::text::element_text;

/// Maximum length of a byline or dateline, in bytes.
pub(super) const MAX_LINE: usize = 200;
/// A name of one word counts within this many nodes after the headline.
const NEAR_HEADLINE: usize = 100;
/// Maximum number of bylines on a page that is no list.
const MAX_BYLINES: usize = 4;
/// Maximum length of a text that is only a name, in bytes.
const MAX_NAME_ALONE: usize = 40;
/// Maximum number of candidates of one kind that are judged.
pub(super) const MAX_JUDGED: usize = 40;

/// What is needed to search the visible page.
#[derive(Debug)]
pub(super) struct HeadlineContext<'f, 'a> {
    /// What was collected on it.
    pub found: &'f MetadataSources<'a>,
    /// The number of its headline in document order.
    pub headline: Option<usize>,
    /// Finds what elements are about.
    pub regions: RegionFinder,
}

/// Candidates in the order of trust: those after the headline (`origin`) in document order, then
/// those before it, the nearest first.
pub(super) fn by_nearness<'a>(
    spots: impl Iterator<Item = ElementSpot<'a>>,
    origin: Option<usize>,
) -> Vec<ElementSpot<'a>> {
    let mut spots: Vec<ElementSpot<'a>> = spots.collect();
    if let Some(origin) = origin {
        // The text before a headline usually belongs to the section, so its distance counts four
        // times.
        spots.sort_by_key(|spot| {
            if spot.at >= origin { spot.at - origin } else { 4 * (origin - spot.at) }
        });
    }
    spots.truncate(MAX_JUDGED);
    spots
}

/// The names in microdata.
pub(super) fn microdata_author(page: &HeadlineContext<'_, '_>) -> Vec<String> {
    let HeadlineContext { found, headline: origin, regions: places } = page;
    let origin = *origin;
    let spots =
        found.props.iter().filter(|(field, _)| *field == MetadataField::Author).map(|(_, s)| *s);
    let mut names: Vec<String> = Vec::new();
    let mut last: Option<usize> = None;
    for spot in by_nearness(spots, origin) {
        // Several authors are next to each other. A person further down is someone else.
        if last.is_some_and(|last| last.abs_diff(spot.at) > 60)
            || places.region_of(spot.node).foreign
        {
            continue;
        }
        let value = property_value(spot.node);
        let more = author::names(&value.unwrap_or_default(), NameSource::Field);
        if !more.is_empty() {
            last = Some(spot.at);
        }
        for name in more {
            if !names.contains(&name) {
                names.push(name);
            }
        }
    }
    names
}

/// The value of a microdata property: its attribute, the `name` inside it, or its text.
pub(super) fn property_value(node: NodeRef<'_, Node>) -> Option<String> {
    let element = node.value().as_element()?;
    if let Some(content) = attr(element, &local_name!("content")) {
        return Some(content.to_owned());
    }
    if let Some(datetime) = attr(element, &local_name!("datetime")) {
        return Some(datetime.to_owned());
    }
    let name = node.descendants().take(60).find(|inner| {
        inner
            .value()
            .as_element()
            .is_some_and(|element| attr(element, &local_name!("itemprop")) == Some("name"))
    });
    let Some(name) = name else { return element_text(node, MAX_LINE) };
    let content = name.value().as_element().and_then(|e| attr(e, &local_name!("content")));
    content.map(str::to_owned).or_else(|| element_text(name, MAX_LINE))
}

/// The names in the byline of the page, at most `reach` nodes after the headline.
pub(super) fn byline_author(page: &HeadlineContext<'_, '_>, reach: usize) -> Vec<String> {
    let HeadlineContext { found, headline: origin, regions: places } = page;
    let origin = *origin;
    let links = by_nearness(found.author_links.iter().copied(), origin);
    let bylines = by_nearness(found.bylines.iter().copied(), origin);
    let near = |at: usize| {
        origin.is_none_or(|origin| at + 80 > origin && at < origin.saturating_add(reach))
    };
    let linked = collect_names(links.iter().filter(|spot| near(spot.at)), places, false);
    if !linked.is_empty() {
        return linked;
    }
    let named = collect_names(bylines.iter().filter(|spot| near(spot.at)), places, true);
    if !named.is_empty() {
        return named;
    }
    let said = if reach == usize::MAX { prefixed_text(page) } else { Vec::new() };
    if !said.is_empty() {
        return said;
    }
    // Links to people are everywhere. Only those next to the headline are authors.
    let Some(origin) = origin else { return Vec::new() };
    let beside =
        |spot: &ElementSpot<'_>| (origin.saturating_sub(40)..origin + 100).contains(&spot.at);
    let people = by_nearness(found.person_links.iter().copied(), Some(origin));
    collect_names(people.iter().filter(|spot| beside(spot)), places, false)
}

/// The lists of names in bylines near the headline that say "by" before them.
pub(super) fn lists_of_authors(page: &HeadlineContext<'_, '_>) -> Vec<Vec<String>> {
    let Some(origin) = page.headline else { return Vec::new() };
    let near = |spot: &ElementSpot<'_>| {
        (origin.saturating_sub(MAX_JUDGED)..origin + NEAR_HEADLINE).contains(&spot.at)
    };
    let bylines = page.found.bylines.iter().copied().filter(near).take(MAX_JUDGED);
    bylines
        .filter(|spot| !page.regions.region_of(spot.node).foreign)
        .filter_map(|spot| element_text(spot.node, MAX_LINE))
        .filter(|text| author::has_prefix(text))
        .map(|text| author::names(&text, NameSource::Page))
        .filter(|names| names.len() > 1 && names.iter().all(|name| name.contains(' ')))
        .collect()
}

/// The names in the nearest element that has any, and in the elements right next to it.
fn collect_names<'a, 'b: 'a>(
    spots: impl Iterator<Item = &'a ElementSpot<'b>>,
    places: &RegionFinder,
    look_inside: bool,
) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    let mut last: Option<ElementSpot<'b>> = None;
    for spot in spots {
        if let Some(last) = last {
            let beside = last.node.parent() == spot.node.parent()
                || last.node.parent().and_then(|p| p.parent())
                    == spot.node.parent().and_then(|p| p.parent());
            if look_inside || !beside || spot.at.abs_diff(last.at) > 20 {
                break;
            }
        }
        if places.region_of(spot.node).foreign {
            continue;
        }
        let more = if look_inside { names_inside(spot.node) } else { names_of(spot.node) };
        if !more.is_empty() {
            last = Some(*spot);
        }
        for name in more {
            if !names.contains(&name) {
                names.push(name);
            }
        }
    }
    names
}

fn names_of(node: NodeRef<'_, Node>) -> Vec<String> {
    element_text(node, MAX_LINE)
        .map(|text| author::names(&text, NameSource::Page))
        .unwrap_or_default()
}

/// The names in a byline: from links to authors, from an element with a name class, or from its
/// text.
fn names_inside(node: NodeRef<'_, Node>) -> Vec<String> {
    let mut links: Vec<String> = Vec::new();
    let mut called: Vec<String> = Vec::new();
    for inner in node.descendants().skip(1).take(80) {
        let Some(element) = inner.value().as_element() else { continue };
        let class = attr(element, &local_name!("class")).unwrap_or_default();
        if element.name.local == local_name!("a") {
            let href = attr(element, &local_name!("href")).unwrap_or_default();
            if is_author_url(href) || class.contains("author") {
                links.extend(names_of(inner));
            }
        } else if called.is_empty() && class.contains("name") {
            called = names_of(inner);
        }
    }
    links.dedup();
    if !links.is_empty() {
        return links;
    }
    if !called.is_empty() {
        return called;
    }
    let first = first_name(node);
    if !first.is_empty() {
        return first;
    }
    let names = names_of(node);
    if names.is_empty() { leading_name(node) } else { names }
}

/// The name that is the first text in a byline of several texts: the next ones are a role, a place,
/// a date. Empty if the list goes on after it.
fn first_name(node: NodeRef<'_, Node>) -> Vec<String> {
    let texts = node.descendants().take(80).filter_map(|inner| inner.value().as_text());
    let mut texts = texts.map(|text| text.trim()).filter(|text| !text.is_empty());
    let first = texts.by_ref().take(3).find(|text| !author::is_label(text));
    let Some(first) = first.filter(|text| text.len() <= MAX_NAME_ALONE && text.contains(' '))
    else {
        return Vec::new();
    };
    let goes_on = texts.next().is_some_and(|next| {
        next.starts_with([',', '&', ';', '/', '·'])
            || author::is_joint(next)
            || first.ends_with(',')
    });
    let names = author::names(first, NameSource::Page);
    let is_list = goes_on || !names.iter().all(|name| author::is_capitalised(name));
    if is_list { Vec::new() } else { names }
}

/// The name at the beginning of a box about the author, whose text is too long for a byline.
fn leading_name(node: NodeRef<'_, Node>) -> Vec<String> {
    if element_text(node, MAX_LINE).is_some() {
        return Vec::new();
    }
    let texts = node.descendants().take(80).filter_map(|inner| inner.value().as_text());
    texts
        .map(|text| text.trim())
        .filter(|text| !text.is_empty())
        .take(3)
        .filter(|text| text.len() <= MAX_NAME_ALONE && text.contains(' '))
        .map(|text| author::names(text, NameSource::Page))
        .find(|names| !names.is_empty() && names.iter().all(|name| author::is_capitalised(name)))
        .unwrap_or_default()
}

fn is_author_url(href: &str) -> bool {
    PERSON_URLS.any(href, |_, _| true)
        || ["/by/", "/team/", "/user/", "/u/"].iter().any(|m| href.contains(m))
}

/// The name in a text such as "By Ada Quill", or in the text after one that is only "Written by".
/// Texts near the headline come first.
fn prefixed_text(page: &HeadlineContext<'_, '_>) -> Vec<String> {
    let texts = page.found.texts.as_slice();
    let after = |short: &&(usize, &ShortText<'_>)| {
        page.headline.is_none_or(|headline| short.1.at + MAX_JUDGED > headline)
    };
    let numbered: Vec<_> = texts.iter().enumerate().collect();
    let is_list = texts.iter().filter(|short| author::has_prefix(short.text)).count() > MAX_BYLINES;
    let (behind, before): (Vec<_>, Vec<_>) = numbered.iter().partition(after);
    let mut all = behind.into_iter().chain(before);
    all.find_map(|(number, short)| {
        let names = said_by(short, texts.get(number + 1));
        let says = author::is_full_prefix(short.text);
        let is_near = page.headline.is_some_and(|headline| {
            (headline.saturating_sub(MAX_JUDGED)..headline + NEAR_HEADLINE).contains(&short.at)
        });
        // A single word is rarely a name, and "By asking the harbour master" begins a sentence.
        let is_person = |name: &String| {
            author::is_capitalised(name)
                && (is_near || says || name.contains(' ') || !name.is_ascii())
        };
        let is_said = !names.is_empty() && names.iter().all(is_person);
        // A page with many such texts lists the works of many people. Far from the headline, "by"
        // after a link is in a sentence, and above it in a menu.
        let is_above = page.headline.is_some_and(|headline| short.at < headline);
        let is_inside = short.node.prev_sibling().is_some() || is_above;
        let is_listed = !is_near && (is_list || !says && is_inside);
        (is_said && !is_listed && !page.regions.region_of(short.node).foreign).then_some(names)
    })
    .unwrap_or_default()
}

/// The names that a text introduces.
fn said_by(short: &ShortText<'_>, next: Option<&ShortText<'_>>) -> Vec<String> {
    let text = short.text.trim();
    if author::is_label(text) {
        // In "By <a>Ada Quill</a>" the name is in the next text.
        let next = next.filter(|next| next.at - short.at < AFTER_LABEL);
        next.map(|next| author::names(next.text, NameSource::Page)).unwrap_or_default()
    } else {
        author::credited_names(text)
    }
}
