//! Dates as pages write them: ISO 8601, RFC 2822, numbers in the order of the country, and words.

mod months;
mod token;

use jiff::civil::Date;
use token::{DateToken, tokens};

/// The years in which a page can have been published. Other numbers of four digits are not years.
const YEARS: std::ops::RangeInclusive<i16> = 1990..=2100;

/// How many parts of a URL's path are searched for a date.
const MAX_PATH_PARTS: usize = 20;

/// How many characters of a text are searched for a date.
const MAX_TEXT: usize = 400;

/// Whether day or month comes first in a date such as 03/04/2024.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum DayMonthOrder {
    /// 3 April: most of the world.
    #[default]
    DayFirst,
    /// March 4: the United States and the Philippines.
    MonthFirst,
}

impl DayMonthOrder {
    /// The order for a language tag such as `en-US`. If the tag names no country, the last label of
    /// the host decides.
    pub(crate) fn for_locale(language_tag: Option<&str>, hostname: Option<&str>) -> Self {
        let tag = language_tag.unwrap_or("en").to_ascii_lowercase();
        let mut parts = tag.split(['-', '_']);
        let language = parts.next().unwrap_or_default();
        let country = parts.next_back().filter(|part| part.len() == 2);
        let top_label = hostname.and_then(|host| host.rsplit('.').next()).unwrap_or("com");
        let month_first = match country {
            // Many sites in other countries keep the `en-US` of their template, so a country domain
            // overrides it.
            Some("us" | "ph") => top_label.len() != 2 || matches!(top_label, "us" | "ph" | "io"),
            Some(_) => false,
            None => {
                language == "en"
                    && (top_label.len() != 2 || matches!(top_label, "us" | "ph" | "io"))
            }
        };
        if month_first { Self::MonthFirst } else { Self::DayFirst }
    }
}

/// Which of the two orders the numeric dates of a text prove, if they prove one: in 25/12/2024 the
/// day is first.
pub(crate) fn proven_order(text: &str) -> Option<DayMonthOrder> {
    let tokens = tokens(text, MAX_TEXT);
    tokens.windows(3).find_map(|window| {
        let [a, b, year] = window else { return None };
        let is_date = a.digits <= 2 && b.digits <= 2 && year.digits == 4;
        if !is_date || !matches!(b.gap, "/" | "-") || b.gap != year.gap {
            return None;
        }
        match (a.number()?, b.number()?) {
            (13..=31, 1..=12) => Some(DayMonthOrder::DayFirst),
            (1..=12, 13..=31) => Some(DayMonthOrder::MonthFirst),
            _ => None,
        }
    })
}

/// A date found in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct FoundDate {
    /// The date.
    pub date: Date,
    /// Its byte offset in the text.
    pub start: usize,
    /// The byte offset of its end.
    pub end: usize,
}

/// The date in a machine-readable value, such as `content` of a `<meta>`: the first date in it, or
/// a Unix time in seconds or milliseconds. The day is taken as written, without conversion between
/// time zones.
pub(crate) fn parse(value: &str, order: DayMonthOrder) -> Option<Date> {
    let value = value.trim();
    // Ten digits are seconds since 1970, thirteen are milliseconds: for the years at hand.
    if matches!(value.len(), 10 | 13) && value.bytes().all(|byte| byte.is_ascii_digit()) {
        let seconds: i64 = value.get(..10)?.parse().ok()?;
        let date = jiff::Timestamp::from_second(seconds).ok()?.to_zoned(jiff::tz::TimeZone::UTC);
        return plausible(date.date());
    }
    find_all(value, order).first().map(|found| found.date)
}

/// All dates in the first [`MAX_TEXT`] characters of a text, in order.
pub(crate) fn find_all(text: &str, order: DayMonthOrder) -> Vec<FoundDate> {
    let tokens = tokens(text, MAX_TEXT);
    let mut found = Vec::new();
    let mut rest = tokens.as_slice();
    while let Some((_, tail)) = rest.split_first() {
        if let Some((date, used)) = date_at(rest, order) {
            let ends = rest.first().zip(rest.get(used.saturating_sub(1)));
            if let Some((first, last)) = ends {
                found.push(FoundDate { date, start: first.start, end: last.end });
            }
            rest = rest.get(used.max(1)..).unwrap_or_default();
        } else {
            rest = tail;
        }
    }
    found
}

/// The date in the path of a URL: `/2024/05/03/`, `/2024/may/03/`, `/2024-05-03-`, `/20240503`.
pub(crate) fn in_path(url: &str) -> Option<Date> {
    let path = url.split(['?', '#']).next()?.split_once("://").map_or(url, |(_, rest)| rest);
    let numbers: Vec<(&str, usize)> = path
        .split(|c: char| !c.is_ascii_digit())
        .scan(0, |at, part| {
            let start = *at;
            *at += part.len() + 1;
            Some((part, start))
        })
        .filter(|(part, _)| !part.is_empty())
        .collect();
    let close = |a: &(&str, usize), b: &(&str, usize)| a.1 + a.0.len() + 1 == b.1;
    let three = numbers.windows(3).find_map(|window| {
        let [year, month, day] = window else { return None };
        (year.0.len() == 4 && month.0.len() <= 2 && day.0.len() <= 2)
            .then_some(())
            .filter(|()| close(year, month) && close(month, day))?;
        date(year.0.parse().ok()?, month.0.parse().ok()?, day.0.parse().ok()?)
    });
    three
        .or_else(|| named_in_path(path))
        .or_else(|| numbers.iter().find_map(|(part, _)| compact(part)))
}

/// The date in `/2024/may/03/`.
fn named_in_path(path: &str) -> Option<Date> {
    let parts: Vec<&str> = path.split('/').take(MAX_PATH_PARTS).collect();
    parts.windows(3).find_map(|window| {
        let [year, month, day] = window else { return None };
        let is_date = year.len() == 4 && day.len() <= 2 && month.len() >= 3;
        let month = is_date.then(|| months::month(&month.to_lowercase())).flatten()?;
        date(year.parse().ok()?, month, day.parse().ok()?)
    })
}

/// The date that begins at the first token, and the number of tokens that it takes.
fn date_at(tokens: &[DateToken<'_>], order: DayMonthOrder) -> Option<(Date, usize)> {
    let first = tokens.first()?;
    // With or without the time of day.
    if matches!(first.digits, 8 | 12 | 14) {
        return compact(first.text.get(..8)?).map(|date| (date, 1));
    }
    if first.digits == 4 {
        return year_first(tokens);
    }
    if first.digits > 0 {
        return day_name_year(tokens)
            .or_else(|| numeric(tokens, order))
            .or_else(|| counted_month(tokens));
    }
    name_day_year(tokens)
}

/// `2024-05-03`, `2024/5/3`, `2024.05.03`, `2024年5月3日`, `2024년 5월 3일`, `2024 May 3`.
fn year_first(tokens: &[DateToken<'_>]) -> Option<(Date, usize)> {
    let [year, middle, day, ..] = tokens else { return None };
    if day.digits == 0 || day.digits > 2 {
        return None;
    }
    let month = match middle.digits {
        0 => middle.month()?,
        1 | 2 if middle.joins_date(year) && day.joins_date(middle) => {
            middle.number()?.try_into().ok()?
        }
        _ => return None,
    };
    date(year.number()?, month, day.number()?.try_into().ok()?).map(|date| (date, 3))
}

/// `3 May 2024`, `3. Mai 2024`, `3 de mayo de 2024`, `1er mai 2024`, `Fri, 03 May 2024 10:00:00`.
fn day_name_year(tokens: &[DateToken<'_>]) -> Option<(Date, usize)> {
    let day = tokens.first().filter(|token| token.digits <= 2)?;
    let mut at = 1;
    at += skip(tokens.get(at..)?, &["st", "nd", "rd", "th", "er", "º", "°", "ª", "o"]);
    at += skip(tokens.get(at..)?, &["de", "di", "of", "d"]);
    let month = tokens.get(at)?.month()?;
    at += 1;
    at += skip(tokens.get(at..)?, &["de", "del", "of", "do", "г"]);
    let year = tokens.get(at)?;
    let number = match year.digits {
        4 => year.number()?,
        // A year of two digits counts only where its mark shows that it is one: `03-May-24`, `3 May
        // '24`.
        2 if matches!(year.gap.trim(), "-" | "'" | "’" | "/") => 2000 + year.number()?,
        _ => return None,
    };
    date(number, month, day.number()?.try_into().ok()?).map(|date| (date, at + 1))
}

/// `3 tháng 5, 2024`, `ngày 3 tháng 5 năm 2024`.
fn counted_month(tokens: &[DateToken<'_>]) -> Option<(Date, usize)> {
    let [day, word, month, ..] = tokens else { return None };
    if word.lower() != "tháng" || day.digits > 2 || !matches!(month.digits, 1 | 2) {
        return None;
    }
    let mut at = 3;
    at += skip(tokens.get(at..)?, &["năm"]);
    let year = tokens.get(at).filter(|token| token.digits == 4)?;
    let (day, month) = (day.number()?.try_into().ok()?, month.number()?.try_into().ok()?);
    date(year.number()?, month, day).map(|date| (date, at + 1))
}

/// `May 3, 2024`, `Fri May 03 2024 10:00`, `May 3 10:00:00 2024`.
fn name_day_year(tokens: &[DateToken<'_>]) -> Option<(Date, usize)> {
    // Most words are followed by no number, and names of months take longer to look up.
    let day = tokens.get(1).filter(|token| matches!(token.digits, 1 | 2))?;
    let month = tokens.first()?.month()?;
    let mut at = 2;
    at += skip(tokens.get(at..)?, &["st", "nd", "rd", "th"]);
    at += skip(tokens.get(at..)?, &["of"]);
    // `asctime` of C has the time of day, and perhaps a time zone, before the year.
    while tokens.get(at + 1).is_some_and(|token| token.gap == ":") {
        at += 2;
    }
    at += usize::from(tokens.get(at).is_some_and(|token| token.gap == ":"));
    at += skip(tokens.get(at..)?, &["utc", "gmt", "am", "pm", "edt", "est", "cst", "pst", "cet"]);
    let year = tokens.get(at).filter(|token| token.digits == 4)?;
    date(year.number()?, month, day.number()?.try_into().ok()?).map(|date| (date, at + 1))
}

/// `03.05.2024`, `03/05/2024`, `3-5-24`.
fn numeric(tokens: &[DateToken<'_>], order: DayMonthOrder) -> Option<(Date, usize)> {
    let [a, b, year, ..] = tokens else { return None };
    let marks =
        matches!(b.gap, "." | "/" | "-" | ". ") && matches!(year.gap, "." | "/" | "-" | ". ");
    if !marks || a.digits > 2 || !matches!(b.digits, 1 | 2) {
        return None;
    }
    let number = match year.digits {
        4 => year.number()?,
        // Otherwise three short numbers are as likely a version or a score.
        2 if a.digits == 2 && b.digits == 2 && b.gap == year.gap => 2000 + year.number()?,
        _ => return None,
    };
    // Dates with dots are never month first: 03.04.2024 is the third of April everywhere.
    let month_first = order == DayMonthOrder::MonthFirst && b.gap != ".";
    let (a, b) = (i8::try_from(a.number()?).ok()?, i8::try_from(b.number()?).ok()?);
    let (day, month) = match (month_first, a > 12, b > 12) {
        (true, false, _) | (false, false, true) => (b, a),
        _ => (a, b),
    };
    date(number, month, day).map(|date| (date, 3))
}

/// `20240503`.
fn compact(digits: &str) -> Option<Date> {
    if digits.len() != 8 {
        return None;
    }
    let part = |range: std::ops::Range<usize>| digits.get(range)?.parse::<i16>().ok();
    date(part(0..4)?, part(4..6)?.try_into().ok()?, part(6..8)?.try_into().ok()?)
}

fn skip(tokens: &[DateToken<'_>], words: &[&str]) -> usize {
    usize::from(tokens.first().is_some_and(|token| words.contains(&token.lower().as_str())))
}

fn date(year: i16, month: i8, day: i8) -> Option<Date> {
    plausible(Date::new(year, month, day).ok()?)
}

fn plausible(date: Date) -> Option<Date> {
    YEARS.contains(&date.year()).then_some(date)
}

#[cfg(test)]
mod tests {
    use super::{DayMonthOrder, find_all, in_path, parse, proven_order};

    fn day_first(text: &str) -> Option<String> {
        parse(text, DayMonthOrder::DayFirst).map(|date| date.to_string())
    }

    #[test]
    fn machine_readable_forms() {
        for value in [
            "2024-05-03",
            "2024-05-03T23:59:59+02:00",
            "2024-05-03 10:00",
            "20240503T100000Z",
            "20240503100000",
            "Fri, 03 May 2024 10:00:00 GMT",
            "Fri May 03 2024 10:00:00 GMT+0200",
            "Fri May  3 10:00:00 2024",
            "Fri May 03 10:00:00 UTC 2024",
            "2024/5/3",
            "1714730400",
            "1714730400000",
        ] {
            assert_eq!(day_first(value).as_deref(), Some("2024-05-03"), "{value}");
        }
    }

    #[test]
    fn words_in_every_language_of_the_table() {
        for value in [
            "May 3rd, 2024",
            "3 May 2024",
            "3. Mai 2024, 10:15 Uhr",
            "Freitag, 3. Mai 2024",
            "le 3 mai 2024 à 10h15",
            "3 de mayo de 2024",
            "3 maggio 2024",
            "3 de maio de 2024",
            "3 mei 2024",
            "3 maja 2024",
            "3 травня 2024",
            "3 мая 2024 г.",
            "3. května 2024",
            "3 maj 2024",
            "3. mai 2024",
            "3 Mayıs 2024",
            "2024年5月3日",
            "2024년 5월 3일",
        ] {
            assert_eq!(day_first(value).as_deref(), Some("2024-05-03"), "{value}");
        }
    }

    #[test]
    fn the_country_decides_between_day_and_month() {
        let american = DayMonthOrder::for_locale(Some("en-US"), Some("example.com"));
        let british = DayMonthOrder::for_locale(Some("en-GB"), Some("example.com"));
        assert_eq!(parse("03/04/2024", american).unwrap().to_string(), "2024-03-04");
        assert_eq!(parse("03/04/2024", british).unwrap().to_string(), "2024-04-03");
        assert_eq!(parse("25/12/2024", american).unwrap().to_string(), "2024-12-25");
        assert_eq!(parse("12/25/2024", british).unwrap().to_string(), "2024-12-25");
        assert_eq!(parse("03.04.2024", american).unwrap().to_string(), "2024-04-03");
        assert_eq!(
            DayMonthOrder::for_locale(Some("en"), Some("example.org.uk")),
            DayMonthOrder::DayFirst
        );
    }

    #[test]
    fn a_day_after_the_twelfth_proves_the_order() {
        assert_eq!(proven_order("Posted 25/12/2024"), Some(DayMonthOrder::DayFirst));
        assert_eq!(proven_order("12-25-2024"), Some(DayMonthOrder::MonthFirst));
        assert_eq!(proven_order("03/04/2024, 1/2/25, 99/1/2024"), None);
    }

    #[test]
    fn other_numbers_are_not_dates() {
        for value in ["", "31 February 2024", "1815-06-18", "2024", "May 2024", "4.0.2", "10:20:30"]
        {
            assert_eq!(day_first(value), None, "{value}");
        }
    }

    #[test]
    fn several_dates_have_their_positions() {
        let text = "Published 1 May 2024, updated 2 June 2024";
        let found = find_all(text, DayMonthOrder::DayFirst);
        let places: Vec<_> = found.iter().map(|found| (found.start, found.end)).collect();
        assert_eq!(places, [(10, 20), (30, 41)]);
    }

    #[test]
    fn the_path_of_a_url() {
        let path = |url| in_path(url).map(|date| date.to_string());
        assert_eq!(path("https://example.org/2024/05/03/ferry").as_deref(), Some("2024-05-03"));
        assert_eq!(path("https://example.org/ferry-20240503.html").as_deref(), Some("2024-05-03"));
        assert_eq!(path("https://example.org/2024/may/03/ferry").as_deref(), Some("2024-05-03"));
        assert_eq!(path("https://example.org/2024/05/ferry-12"), None);
        assert_eq!(path("https://example.org/ferry?d=2024-05-03"), None);
    }
}
