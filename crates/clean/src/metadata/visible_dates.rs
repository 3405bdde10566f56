//! Dates from the visible page, if the markup declares none.

use ego_tree::NodeRef;
use html5ever::{LocalName, local_name};
use jiff::civil::Date;
use scraper::Node;
use scraper::node::Element;

use super::date::{self, DayMonthOrder};
use super::date_labels::{is_change_label, is_publication_label};
use super::names::MetadataField;
use super::sources::{ElementSpot, ShortText, attr};
use super::text::element_text;
use super::visible::{HeadlineContext, MAX_JUDGED, MAX_LINE, by_nearness, property_value};

/// The dates of a page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct PageDates {
    /// The date of publication.
    pub published: Option<Date>,
    /// The date of the last change.
    pub modified: Option<Date>,
}

/// A text before a headline may hold the date if it is at most this many nodes away.
const BEFORE_HEADLINE: usize = 60;
/// A text after a headline may hold the date if it is at most this many nodes away.
const AFTER_HEADLINE: usize = 300;
/// A dateline is within this many nodes after the headline.
const DATELINE: usize = 60;
/// Maximum number of bytes around the date in a dateline ("Published on", the time of day).
const MAX_AROUND_DATE: usize = 32;
/// Maximum number of bytes beside the date in a heading that is only a date ("Published on").
const MAX_LABEL: usize = 16;
/// Maximum number of letters beside the date in a line that says little else: "Posted by Ada Quill
/// in Harbour news on", a place, a time zone.
const MAX_BESIDE_DATE: usize = 70;

/// The dates in microdata and `RDFa`.
pub(super) fn microdata_dates(page: &HeadlineContext<'_, '_>, order: DayMonthOrder) -> PageDates {
    let first = |wanted: MetadataField| {
        let spots = page.found.props.iter().filter(|(field, _)| *field == wanted).map(|(_, s)| *s);
        by_nearness(spots, page.headline).into_iter().find_map(|spot| {
            let date = date::parse(&property_value(spot.node)?, order)?;
            (!page.regions.region_of(spot.node).foreign).then_some(date)
        })
    };
    PageDates {
        published: first(MetadataField::Published),
        modified: first(MetadataField::Modified),
    }
}

/// The dates in `<time>` and in elements with a date class.
pub(super) fn marked_dates(page: &HeadlineContext<'_, '_>, order: DayMonthOrder) -> PageDates {
    let HeadlineContext { found, headline: origin, regions } = page;
    let mut dates = PageDates::default();
    let near = |spot: &ElementSpot<'_>| origin.is_none_or(|origin| spot.at + 150 > origin);
    for (spots, is_time) in [(&found.times, true), (&found.dates, false)] {
        for spot in by_nearness(spots.iter().copied().filter(near), *origin) {
            // The date above the headline is often that of today.
            if dates.modified.is_some() && origin.is_some_and(|origin| spot.at < origin) {
                continue;
            }
            if regions.region_of(spot.node).foreign || is_in_other_heading(spot.node) {
                continue;
            }
            if is_time {
                note_time(spot.node, order, &mut dates);
            } else {
                note_dated(spot.node, order, &mut dates);
            }
            if dates.published.is_some() {
                return dates;
            }
        }
    }
    dates
}

/// Whether a date is in a heading that says more than its date: that of another story.
fn is_in_other_heading(node: NodeRef<'_, Node>) -> bool {
    let heading = node.ancestors().take(3).find(|around| {
        around.value().as_element().is_some_and(|element| {
            matches!(
                element.name.local,
                local_name!("h2") | local_name!("h3") | local_name!("h4") | local_name!("h5")
            )
        })
    });
    let Some(heading) = heading else { return false };
    let own = match node.value() {
        Node::Text(text) => text.trim().len(),
        _ => element_text(node, MAX_LINE).map_or(0, |text| text.len()),
    };
    element_text(heading, MAX_LINE).is_none_or(|text| text.len() > own + MAX_LABEL)
}

/// The dates in short texts near the headline.
pub(super) fn dates_in_lines(page: &HeadlineContext<'_, '_>, order: DayMonthOrder) -> PageDates {
    let mut dates = PageDates::default();
    let Some(origin) = page.headline else { return dates };
    let range = origin.saturating_sub(BEFORE_HEADLINE)..origin + AFTER_HEADLINE;
    let mut near: Vec<&ShortText<'_>> =
        page.found.dated.iter().filter(|short| range.contains(&short.at)).collect();
    // Lines that say that they give the date of publication come first.
    near.sort_by_cached_key(|short| {
        let distance = if short.at >= origin { short.at - origin } else { 4 * (origin - short.at) };
        (!says_publication(short, order), distance)
    });
    for short in near.into_iter().take(MAX_JUDGED) {
        // The date above the headline is often that of today.
        if dates.modified.is_some() && short.at < origin {
            continue;
        }
        if !is_dateline(short.text, order)
            || page.regions.region_of(short.node).foreign
            || is_in_other_heading(short.node)
        {
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

/// The dates in lines anywhere on the page that say what date they give: "Last updated: 3 May
/// 2024". Old pages have such a line at their end.
pub(super) fn labelled_dates(page: &HeadlineContext<'_, '_>, order: DayMonthOrder) -> PageDates {
    let mut dates = PageDates::default();
    for short in &page.found.dated {
        let found = date::find_all(short.text, order);
        let Some(first) = found.first() else { continue };
        let own = short.text.get(..first.start).unwrap_or_default().trim();
        let before =
            if own.is_empty() { label_before(short.node).unwrap_or_default() } else { own.into() };
        let is_labelled = is_publication_label(&before) || is_change_label(&before);
        if !is_labelled || !is_dateline(short.text, order) || page.regions.is_of_others(short.node)
        {
            continue;
        }
        note(first.date, is_change_label(&before), &mut dates);
        if dates.published.is_some() {
            break;
        }
    }
    dates
}

/// Whether the words before a date, in the same text or right before it, say that it is the date of
/// publication.
fn says_publication(short: &ShortText<'_>, order: DayMonthOrder) -> bool {
    let found = date::find_all(short.text, order);
    let before = found.first().and_then(|first| short.text.get(..first.start)).unwrap_or_default();
    if before.trim().is_empty() {
        return label_before(short.node).is_some_and(|before| is_publication_label(&before));
    }
    is_publication_label(before) && !is_change_label(before)
}

/// Whether a text gives a date and says little else. A sentence that mentions a date is no such
/// line.
fn is_dateline(text: &str, order: DayMonthOrder) -> bool {
    let found = date::find_all(text, order);
    if found.is_empty() {
        return false;
    }
    let letters = |text: &str| text.chars().filter(|c| c.is_alphabetic()).count();
    let own: usize =
        found.iter().filter_map(|found| text.get(found.start..found.end)).map(letters).sum();
    let beside = letters(text).saturating_sub(own);
    let before = found.first().and_then(|first| text.get(..first.start)).unwrap_or_default();
    let is_labelled = is_publication_label(before) || is_change_label(before);
    let is_sentence = beside > 12 && text.trim_end().ends_with(['.', '!', '?', ',']);
    beside <= MAX_BESIDE_DATE && (is_labelled || !is_sentence)
}

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

/// Attributes that give the date of an element to scripts, the most trusted first.
fn machine_value(element: &Element) -> impl Iterator<Item = &str> {
    let names = [
        local_name!("datetime"),
        local_name!("content"),
        local_name!("title"),
        LocalName::from("data-datetime"),
        LocalName::from("data-published"),
        LocalName::from("data-date"),
        LocalName::from("data-timestamp"),
        LocalName::from("data-time"),
    ];
    names.into_iter().filter_map(|name| attr(element, &name))
}

fn note_time(node: NodeRef<'_, Node>, order: DayMonthOrder, dates: &mut PageDates) {
    let Some(element) = node.value().as_element() else { return };
    let text = element_text(node, MAX_LINE).unwrap_or_default();
    let value = machine_value(element).find_map(|value| date::parse(value, order));
    let Some(date) = value.or_else(|| date::parse(&text, order)) else { return };
    let class = attr(element, &local_name!("class")).unwrap_or_default();
    let before = label_before(node);
    // In WordPress, `published updated` is the class of a post that was never changed.
    let changed = is_change_label(class) && !is_publication_label(class)
        || is_change_label(&text)
        || before.is_some_and(|before| is_change_label(&before));
    note(date, changed, dates);
}

/// The date of an element with a date class: its text, or else what its attributes say.
fn note_dated(node: NodeRef<'_, Node>, order: DayMonthOrder, dates: &mut PageDates) {
    let Some(element) = node.value().as_element() else { return };
    let text = element_text(node, MAX_LINE).unwrap_or_default();
    let value = machine_value(element).find_map(|value| date::parse(value, order));
    if let Some(date) = value {
        let class = attr(element, &local_name!("class")).unwrap_or_default();
        let changed = is_change_label(&text)
            || is_change_label(class) && !is_publication_label(class)
            || label_before(node).is_some_and(|before| is_change_label(&before));
        note(date, changed, dates);
    } else if !text.is_empty() {
        let before = label_before(node).filter(|before| is_change_label(before));
        note_line(&format!("{} {text}", before.unwrap_or_default()), order, dates);
    }
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
