//! Chooses the dates among all that the page gives.

use jiff::civil::Date;
use url::Url;

use super::date::{self, DayMonthOrder};
use super::names::MetadataField;
use super::sources::MetadataSources;
use super::visible::HeadlineContext;
use super::visible_dates::{self, PageDates};
use super::{DeclaredPage, PageKind};

/// The dates from the most trusted sources: what the markup declares, then what the page shows, then
/// its URL.
pub(super) fn choose(
    page: &HeadlineContext<'_, '_>,
    declared: DeclaredPage<'_>,
    kind: PageKind,
    order: DayMonthOrder,
    url: Option<&Url>,
) -> PageDates {
    let in_path = url.and_then(|url| date::in_path(url.as_str()));
    let mut dates = declared_dates(page, declared, order);
    if let Some(published) = dates.published {
        dates.published = Some(corrected(page, order, published, dates.modified, in_path));
    } else {
        let shown = if kind.shows_its_own() {
            shown_dates(page, order, in_path)
        } else {
            PageDates::default()
        };
        // The date of a change is better than none if it is visible or the page is an article. Any
        // other page may declare when its template was changed.
        let article = declared.linked.is_article()
            || page.found.first(MetadataField::PageType) == Some("article");
        dates.published = shown.published.or(shown.modified).or(dates.modified.filter(|_| article));
        dates.modified = dates.modified.or(shown.modified);
    }
    // A change before publication is the date of something else.
    dates.modified = dates.modified.filter(|m| dates.published.is_none_or(|p| p <= *m));
    dates
}

/// The dates that the markup declares.
fn declared_dates(
    page: &HeadlineContext<'_, '_>,
    declared: DeclaredPage<'_>,
    order: DayMonthOrder,
) -> PageDates {
    let DeclaredPage { linked, parsely } = declared;
    let parse = |value: &Option<String>| value.as_deref().and_then(|v| date::parse(v, order));
    let micro = visible_dates::microdata_dates(page, order);
    PageDates {
        published: parse(&linked.published)
            .or_else(|| meta(page.found, MetadataField::Published, order))
            .or_else(|| parse(&parsely.published))
            .or(micro.published),
        modified: parse(&linked.modified)
            .or_else(|| meta(page.found, MetadataField::Modified, order))
            .or(micro.modified),
    }
}

/// The date in the `<meta>` that is trusted most. Of several that are trusted alike, the first date
/// of publication and the last date of a change.
fn meta(found: &MetadataSources<'_>, field: MetadataField, order: DayMonthOrder) -> Option<Date> {
    let dated = found
        .values_of(field)
        .filter_map(|named| Some((named.rank, date::parse(named.value, order)?)));
    let dated: Vec<(u8, Date)> = dated.collect();
    let best = dated.iter().map(|(rank, _)| *rank).min()?;
    let best = dated.iter().filter(|(rank, _)| *rank == best).map(|(_, date)| *date);
    if field == MetadataField::Modified { best.max() } else { best.min() }
}

/// The declared date, or a better one.
fn corrected(
    page: &HeadlineContext<'_, '_>,
    order: DayMonthOrder,
    declared: Date,
    modified: Option<Date>,
    in_path: Option<Date>,
) -> Date {
    // The date in a URL is in the time zone of the author, a declared one often in UTC. So if they
    // are one day apart, the URL is right.
    let is_next = |path: Date| {
        let days = [declared.yesterday(), declared.tomorrow()];
        days.into_iter().flatten().any(|day| day == path)
    };
    let declared = in_path.filter(|path| is_next(*path)).unwrap_or(declared);
    // If publication and change are the same day, the page may only have been rebuilt then; a
    // headline with an earlier date shows it.
    let is_built = modified.is_none_or(|modified| modified == declared);
    let earlier = is_built.then(|| visible_dates::earlier_date(page, order, declared)).flatten();
    earlier.unwrap_or(declared)
}

/// The dates that the page shows, and that its URL has if it shows none.
fn shown_dates(
    page: &HeadlineContext<'_, '_>,
    order: DayMonthOrder,
    in_path: Option<Date>,
) -> PageDates {
    let mut shown = visible_dates::marked_dates(page, order);
    if shown.published.is_none() {
        let lines = visible_dates::dates_in_lines(page, order);
        shown.published = lines.published;
        shown.modified = shown.modified.or(lines.modified);
    }
    // The URL has the day and the month of 03/04/2024 in a certain order.
    let is_swapped = |shown: &Date, path: &Date| {
        shown.year() == path.year() && shown.month() == path.day() && shown.day() == path.month()
    };
    if let (Some(date), Some(path)) = (shown.published, in_path)
        && is_swapped(&date, &path)
    {
        shown.published = Some(path);
    }
    shown.published = shown.published.or(in_path);
    if shown == PageDates::default() {
        shown = visible_dates::labelled_dates(page, order);
    }
    shown
}
