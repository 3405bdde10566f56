//! Author and date from the first and last lines of a text.

use super::PageMetadata;
use super::author::{self, NameSource};
use super::date::{self, DayMonthOrder};

/// Lines at the beginning that are read.
const FIRST_LINES: usize = 8;
/// Lines at the end that may give the author.
const LAST_LINES: usize = 2;
/// Bytes of a line with an author or a date.
const MAX_LINE: usize = 160;
/// Bytes of a line that is a credit at the end of a text.
const MAX_CREDIT: usize = 60;
/// Letters beside the date in a line that gives it: "Published on", a name, a time zone.
const MAX_BESIDE_DATE: usize = 60;
/// Bytes from the beginning of a dateline to its end.
const MAX_DATELINE: usize = 120;

/// Fills in the author and the date, if nothing has said them yet.
pub(crate) fn read(lines: &[&str], metadata: &mut PageMetadata) {
    let order = DayMonthOrder::for_locale(None, metadata.hostname.as_deref());
    let first = lines.get(..lines.len().min(FIRST_LINES)).unwrap_or_default();
    if metadata.author.is_none() {
        let at_start = || (0..first.len()).find_map(|index| author_at(first, index, order));
        let at_end = || {
            let last = lines.iter().skip(first.len()).rev().take(LAST_LINES);
            last.filter(|line| line.len() <= MAX_CREDIT).find_map(|line| credited(line))
        };
        metadata.author = at_start().or_else(at_end).as_deref().and_then(author::join);
    }
    if metadata.date.is_none() {
        let found =
            first.iter().find_map(|line| date_line(line, order).or_else(|| dateline(line, order)));
        metadata.date = found.map(|date| date.to_string());
    }
}

/// The names in a byline: `By Ann Lee`, `Written by` above a name, `Ann Lee | 3 May 2024`.
fn author_at(lines: &[&str], index: usize, order: DayMonthOrder) -> Option<Vec<String>> {
    let line = lines.get(index)?.trim();
    if line.len() > MAX_LINE {
        return None;
    }
    if author::is_label(line) {
        let next = lines.get(index + 1).filter(|next| next.len() <= MAX_CREDIT)?;
        return people(author::names(next, NameSource::Page));
    }
    let is_signed = line.contains(['|', '•', '·'])
        && line.len() <= MAX_LINE / 2
        && !date::find_all(line, order).is_empty();
    credited(line)
        .or_else(|| is_signed.then(|| people(author::names(line, NameSource::Page))).flatten())
}

fn credited(line: &str) -> Option<Vec<String>> {
    // "By noon the ferry was back." begins as a byline does.
    let is_sentence = line.trim_end().ends_with(['.', '!', '?', ':', ',']);
    let is_byline = author::has_prefix(line) && !is_sentence;
    is_byline.then(|| people(author::names(line, NameSource::Page))).flatten()
}

/// Names of people: first and last name, with capitals.
fn people(names: Vec<String>) -> Option<Vec<String>> {
    let is_person = |name: &String| author::is_capitalised(name) && name.contains(' ');
    (!names.is_empty() && names.iter().all(is_person)).then_some(names)
}

/// The date of a line that says little else.
fn date_line(line: &str, order: DayMonthOrder) -> Option<jiff::civil::Date> {
    // A quoted post ends with its own date.
    if line.len() > MAX_LINE || line.contains('@') || line.starts_with(['—', '–']) {
        return None;
    }
    let found = date::find_all(line, order).into_iter().next()?;
    let letters = line.chars().filter(|c| c.is_alphabetic()).count();
    let own = line.get(found.start..found.end)?.chars().filter(|c| c.is_alphabetic()).count();
    let is_sentence = line.trim_end().ends_with('.') && letters > own + 12;
    (letters.saturating_sub(own) <= MAX_BESIDE_DATE && !is_sentence).then_some(found.date)
}

/// The date in `TURKU, Finland, May 3, 2024 /Wire/ -- The ferry`.
fn dateline(line: &str, order: DayMonthOrder) -> Option<jiff::civil::Date> {
    let head = line.get(..line.floor_char_boundary(MAX_DATELINE))?;
    let end = ["--", " – ", " — ", " - ", "/"].iter().filter_map(|sign| head.find(sign)).max()?;
    let head = head.get(..end)?;
    let place = head.split([',', ' ']).next()?;
    if place.chars().count() <= 2 || !place.chars().all(char::is_uppercase) {
        return None;
    }
    date::find_all(head, order).into_iter().next().map(|found| found.date)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_lines(lines: &[&str]) -> (Option<String>, Option<String>) {
        let mut metadata = PageMetadata::default();
        read(lines, &mut metadata);
        (metadata.author, metadata.date)
    }

    #[test]
    fn bylines_and_dates_at_the_top_are_read() {
        let text = "The ferry sailed again after nine weeks in dock, and nobody was on board.";
        for (line, author, date) in [
            ("By Ann Lee and Tom Hill", Some("Ann Lee; Tom Hill"), None),
            ("Ann Lee | May 3, 2024", Some("Ann Lee"), Some("2024-05-03")),
            ("Published 3 May 2024 at 10:15", None, Some("2024-05-03")),
            (
                "TURKU, Finland, May 3, 2024 /Wire/ -- The ferry line announced today that it sails again.",
                None,
                Some("2024-05-03"),
            ),
            ("LONDON (Wire) - The ferry line sails again.", None, None),
            ("— Ann Lee (@annlee) May 3, 2024", None, None),
            ("By noon the ferry was back.", None, None),
            (
                "On 3 May 2024 the ferry was taken out of service for nine weeks in the dock.",
                None,
                None,
            ),
        ] {
            assert_eq!(
                read_lines(&["The ferry is back", line, text]),
                (author.map(str::to_owned), date.map(str::to_owned)),
                "{line}"
            );
        }
    }

    #[test]
    fn a_label_and_a_credit_at_the_end_name_authors() {
        assert_eq!(
            read_lines(&["Title", "Written by", "Ann Lee", "Text."]).0.as_deref(),
            Some("Ann Lee")
        );
        let mut lines = vec!["The ferry sailed again."; 10];
        lines.push("Written by Ann Lee");
        assert_eq!(read_lines(&lines).0.as_deref(), Some("Ann Lee"));
        lines.insert(2, "The minister was quoted");
        assert_eq!(read_lines(&lines[..9]), (None, None));
    }
}
