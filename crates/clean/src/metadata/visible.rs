//! Author and date from the visible page, if the markup declares none.

use ego_tree::NodeRef;
use html5ever::local_name;
use jiff::civil::Date;
use scraper::Node;

use super::author::{self, NameSource};
use super::date::{self, DayMonthOrder};
use super::names::MetadataField;
use super::region::RegionFinder;
use super::sources::{AFTER_LABEL, ElementSpot, MetadataSources, PERSON_URLS, ShortText, attr};
use super::text::element_text;

/// Maximum length of a byline or dateline, in bytes.
const MAX_LINE: usize = 200;
/// Maximum length of a text that is only a name, in bytes.
const MAX_NAME_ALONE: usize = 40;
/// Maximum number of candidates of one kind that are judged.
const MAX_JUDGED: usize = 40;

/// Words before a date that make it the date of a change.
const CHANGE_WORDS: &[&str] = &[
    "updat",
    "modif",
    "revis",
    "edited",
    "reviewed",
    "aktualis",
    "geändert",
    "mis à jour",
    "mise à jour",
    "actualiza",
    "aggiorna",
    "atualiza",
    "bijgewerkt",
    "gewijzigd",
    "aktualiz",
    "оновлен",
    "обновлен",
    "изменен",
    "更新",
    "uppdatera",
    "opdatere",
    "oppdater",
    "güncel",
    "upraven",
];

/// The dates of a page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct PageDates {
    /// The date of publication.
    pub published: Option<Date>,
    /// The date of the last change.
    pub modified: Option<Date>,
}

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
fn by_nearness<'a>(
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
fn property_value(node: NodeRef<'_, Node>) -> Option<String> {
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
    let texts = if reach == usize::MAX { found.texts.as_slice() } else { &[] };
    let said = prefixed_text(texts, places);
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
    let names = names_of(node);
    if names.is_empty() { leading_name(node) } else { names }
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
fn prefixed_text(texts: &[ShortText<'_>], places: &RegionFinder) -> Vec<String> {
    for (number, short) in texts.iter().enumerate() {
        let text = short.text.trim();
        let label = author::is_label(text);
        if !label && !author::has_prefix(text) {
            continue;
        }
        let mut names = Vec::new();
        if !label {
            names = author::names(text, NameSource::Page);
        }
        if names.is_empty() {
            // In "By <a>Ada Quill</a>" the name is in the next text.
            let next = texts.get(number + 1).filter(|next| next.at - short.at < AFTER_LABEL);
            names = next.map(|next| author::names(next.text, NameSource::Page)).unwrap_or_default();
        }
        if !names.is_empty() && !places.region_of(short.node).foreign {
            // "By asking the harbour master" begins a sentence.
            if names.iter().all(|name| author::is_capitalised(name)) {
                return names;
            }
        }
    }
    Vec::new()
}

/// The dates in microdata.
pub(super) fn microdata_dates(page: &HeadlineContext<'_, '_>, order: DayMonthOrder) -> PageDates {
    let HeadlineContext { found, headline: origin, regions: places } = page;
    let origin = *origin;
    let first = |wanted: MetadataField| {
        let spots = found.props.iter().filter(|(field, _)| *field == wanted).map(|(_, s)| *s);
        by_nearness(spots, origin).into_iter().find_map(|spot| {
            let date = date::parse(&property_value(spot.node)?, order)?;
            (!places.region_of(spot.node).foreign).then_some(date)
        })
    };
    PageDates {
        published: first(MetadataField::Published),
        modified: first(MetadataField::Modified),
    }
}

/// The dates in `<time>`, in elements with a date class, and in short texts after the headline.
pub(super) fn visible_dates(page: &HeadlineContext<'_, '_>, order: DayMonthOrder) -> PageDates {
    let HeadlineContext { found, headline: origin, regions: places } = page;
    let origin = *origin;
    let mut dates = PageDates::default();
    let near = |spot: &ElementSpot<'_>| origin.is_none_or(|origin| spot.at + 150 > origin);
    for (spots, is_time) in [(&found.times, true), (&found.dates, false)] {
        for spot in by_nearness(spots.iter().copied().filter(near), origin) {
            if places.region_of(spot.node).foreign {
                continue;
            }
            if is_time {
                note_time(spot.node, order, &mut dates);
            } else if let Some(text) = element_text(spot.node, MAX_LINE) {
                note_line(&text, order, &mut dates);
            }
            if dates.published.is_some() {
                return dates;
            }
        }
    }
    // Other short texts count only near the headline.
    let Some(origin) = origin else { return dates };
    let mut near: Vec<&ShortText<'_>> = found
        .dated
        .iter()
        .filter(|short| (origin.saturating_sub(60)..origin + 300).contains(&short.at))
        .collect();
    near.sort_by_key(
        |short| if short.at >= origin { short.at - origin } else { 4 * (origin - short.at) },
    );
    for short in near.into_iter().take(MAX_JUDGED) {
        if places.region_of(short.node).foreign || date::find_all(short.text, order).is_empty() {
            continue;
        }
        let before = label_before(short.node).unwrap_or_default();
        note_line(&format!("{before} {}", short.text), order, &mut dates);
        if dates.published.is_some() {
            break;
        }
    }
    dates
}

/// A dateline is within this many nodes after the headline.
const DATELINE: usize = 60;
/// Maximum number of bytes around the date in a dateline ("Published on", the time of day).
const MAX_AROUND_DATE: usize = 32;

/// A date in the line below the headline that is earlier than the declared one, unless it is the
/// date of a change or the line has the declared date too.
pub(super) fn earlier_date(
    page: &HeadlineContext<'_, '_>,
    order: DayMonthOrder,
    declared: Date,
) -> Option<Date> {
    let origin = page.headline?;
    let near = page.found.dated.iter().filter(|short| {
        (origin..origin + DATELINE).contains(&short.at)
            && !page.regions.region_of(short.node).foreign
    });
    for short in near {
        let text = short.text.trim();
        let Some(found) = date::find_all(text, order).first().copied() else { continue };
        let changed = is_change_label(text)
            || label_before(short.node).is_some_and(|before| is_change_label(&before));
        if changed {
            continue;
        }
        // The date must be alone, or follow a single word: sentences mention other dates. A date
        // that can be read in two ways is not evidence enough.
        let line = line_around(short.node).unwrap_or_default();
        let is_line =
            (1..=found.end - found.start + MAX_AROUND_DATE).contains(&line.len().max(text.len()));
        let is_clear = [DayMonthOrder::DayFirst, DayMonthOrder::MonthFirst]
            .iter()
            .all(|order| date::parse(text, *order) == Some(found.date));
        return Some(found.date).filter(|date| is_line && is_clear && *date < declared);
    }
    None
}

/// The text of the line that contains a text.
fn line_around(node: NodeRef<'_, Node>) -> Option<String> {
    let is_part = |node: &NodeRef<'_, Node>| {
        node.value().as_element().is_some_and(|element| {
            matches!(
                element.name.local,
                local_name!("a")
                    | local_name!("b")
                    | local_name!("em")
                    | local_name!("i")
                    | local_name!("span")
                    | local_name!("strong")
                    | local_name!("time")
            )
        })
    };
    let line = node.ancestors().take(4).find(|around| !is_part(around))?;
    // A longer one contains the whole dateline, in pieces.
    element_text(line, MAX_LINE)
}

fn note_time(node: NodeRef<'_, Node>, order: DayMonthOrder, dates: &mut PageDates) {
    let Some(element) = node.value().as_element() else { return };
    let text = element_text(node, MAX_LINE).unwrap_or_default();
    let value = attr(element, &local_name!("datetime")).and_then(|value| date::parse(value, order));
    let Some(date) = value.or_else(|| date::parse(&text, order)) else { return };
    let class = attr(element, &local_name!("class")).unwrap_or_default();
    let before = label_before(node);
    let changed = is_change_label(class)
        || is_change_label(&text)
        || before.is_some_and(|before| is_change_label(&before));
    note(date, changed, dates);
}

/// The short text right before a node, such as "Updated".
fn label_before(node: NodeRef<'_, Node>) -> Option<String> {
    let before = std::iter::once(node)
        .chain(node.ancestors().take(2))
        .find_map(|around| around.prev_siblings().find(|before| !is_blank(*before)))?;
    match before.value() {
        Node::Text(text) => Some(text.to_string()).filter(|text| text.len() <= 60),
        Node::Element(_) if !holds_time(before) => element_text(before, 60),
        _ => None,
    }
}

/// Whether an element contains a `<time>`, so that a label belongs to that.
fn holds_time(node: NodeRef<'_, Node>) -> bool {
    node.descendants().take(20).any(|inner| {
        inner.value().as_element().is_some_and(|element| element.name.local == local_name!("time"))
    })
}

fn is_blank(node: NodeRef<'_, Node>) -> bool {
    match node.value() {
        Node::Text(text) => text.trim().is_empty(),
        Node::Element(_) => false,
        _ => true,
    }
}

fn note_line(text: &str, order: DayMonthOrder, dates: &mut PageDates) {
    let mut from = 0;
    for found in date::find_all(text, order) {
        let label = text.get(from..found.start).unwrap_or_default();
        note(found.date, is_change_label(label), dates);
        from = found.end;
    }
}

fn note(date: Date, changed: bool, dates: &mut PageDates) {
    let slot = if changed { &mut dates.modified } else { &mut dates.published };
    slot.get_or_insert(date);
}

fn is_change_label(label: &str) -> bool {
    let label = label.to_lowercase();
    CHANGE_WORDS.iter().any(|word| label.contains(word))
}
