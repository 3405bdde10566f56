//! The path template of an output, with placeholders for times and runs.

use std::ffi::OsStr;
use std::fmt::Write;
use std::path::{MAIN_SEPARATOR, Path, PathBuf};

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;

use crate::frontier::RunId;
use copydesk_core::sinks::uncompressed;

/// A path with placeholders. The job's name is already filled in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct PathTemplate {
    parts: Vec<TemplatePart>,
    is_folder: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum TemplatePart {
    Literal(String),
    Date,
    Year,
    Month,
    Day,
    Hour,
    Run,
}

/// What the path of a file says about its records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct PathPeriod {
    /// When its period ends; `None` if the path has no complete date.
    pub(super) until: Option<Timestamp>,
}

/// The values that were parsed from a path.
#[derive(Clone, Copy, Default)]
struct PathValues {
    date: Option<Date>,
    year: Option<i16>,
    month: Option<i8>,
    day: Option<i8>,
    hour: Option<i8>,
    run: Option<i64>,
}

impl PathTemplate {
    /// The template of an output of this job. Text in braces that is not a placeholder stays as it is.
    pub(super) fn new(path: &str, job: &str) -> Self {
        let mut parts = Vec::new();
        let mut rest = path;
        while let Some((literal, part, after)) = next_placeholder(rest) {
            push_literal(&mut parts, literal);
            match part {
                Some(part) => parts.push(part),
                None => push_literal(&mut parts, job),
            }
            rest = after;
        }
        push_literal(&mut parts, rest);
        Self { parts, is_folder: path.ends_with('/') || path.ends_with(MAIN_SEPARATOR) }
    }

    /// Whether it is a folder with one file per page.
    pub(super) fn is_folder(&self) -> bool {
        self.is_folder
    }

    /// The path for a record that this run added to the outbox at this time. Times are in UTC.
    pub(super) fn path(&self, at: Timestamp, run: RunId) -> String {
        let time = at.to_zoned(TimeZone::UTC).datetime();
        let values = PathValues {
            date: Some(time.date()),
            year: Some(time.year()),
            month: Some(time.month()),
            day: Some(time.day()),
            hour: Some(time.hour()),
            run: Some(run.0),
        };
        self.fill(&values).unwrap_or_default()
    }

    fn fill(&self, values: &PathValues) -> Option<String> {
        let mut path = String::new();
        for part in &self.parts {
            // Writing to a string cannot fail.
            let _ = match part {
                TemplatePart::Literal(text) => path.write_str(text),
                TemplatePart::Date => write!(path, "{}", values.date?),
                TemplatePart::Year => write!(path, "{:04}", values.year?),
                TemplatePart::Month => write!(path, "{:02}", values.month?),
                TemplatePart::Day => write!(path, "{:02}", values.day?),
                TemplatePart::Hour => write!(path, "{:02}", values.hour?),
                TemplatePart::Run => write!(path, "{}", values.run?),
            };
        }
        Some(path)
    }

    /// The deepest folder that all of its paths have in common.
    pub(super) fn root(&self) -> PathBuf {
        let Some(TemplatePart::Literal(text)) = self.parts.first() else { return ".".into() };
        let folder = match (self.parts.len(), self.is_folder) {
            (1, true) => Some(Path::new(text)),
            _ => text.rfind(is_separator).and_then(|end| text.get(..=end)).map(Path::new),
        };
        folder.unwrap_or(Path::new(".")).into()
    }

    /// The number of folders between [`PathTemplate::root`] and its files.
    pub(super) fn depth(&self) -> usize {
        let root = self.root();
        let whole: PathBuf = self.fill(&PathValues::any()).unwrap_or_default().into();
        let below = whole.components().count().saturating_sub(root.components().count());
        if self.is_folder { below } else { below.saturating_sub(1) }
    }

    /// Whether its paths depend on time or run.
    pub(super) fn is_dynamic(&self) -> bool {
        self.parts.iter().any(|part| !matches!(part, TemplatePart::Literal(_)))
    }

    /// Parses a path; `None` if this template cannot have made it.
    pub(super) fn parse(&self, path: &str) -> Option<PathPeriod> {
        let values = match_parts(&self.parts, path, PathValues::default())?;
        // The comparison rejects forms that the template does not make, such as leading zeros.
        (values.is_consistent() && self.fill(&values)? == path)
            .then(|| PathPeriod { until: values.until() })
    }
}

impl PathValues {
    fn any() -> Self {
        Self {
            date: Some(Date::constant(2000, 1, 1)),
            year: Some(2000),
            month: Some(1),
            day: Some(1),
            hour: Some(0),
            run: Some(1),
        }
    }

    /// Whether a date and parts of one are of the same day.
    fn is_consistent(&self) -> bool {
        self.date.is_none_or(|date| {
            self.year.is_none_or(|year| year == date.year())
                && self.month.is_none_or(|month| month == date.month())
                && self.day.is_none_or(|day| day == date.day())
        })
    }

    /// The end of the period: of an hour, a day, a month, or a year.
    fn until(&self) -> Option<Timestamp> {
        let date = match (self.date, self.year, self.month, self.day) {
            (Some(date), ..) => date,
            (None, Some(year), Some(month), Some(day)) => Date::new(year, month, day).ok()?,
            (None, Some(year), Some(month), None) => {
                Date::new(year, month, 1).ok()?.last_of_month()
            }
            (None, Some(year), None, None) => Date::new(year, 12, 31).ok()?,
            _ => return None,
        };
        let has_day = self.date.is_some() || self.day.is_some();
        let begin: DateTime = match self.hour {
            Some(hour) if has_day => date.at(hour, 0, 0, 0),
            _ => date.at(23, 0, 0, 0),
        };
        let begin = begin.to_zoned(TimeZone::UTC).ok()?.timestamp();
        begin.checked_add(jiff::SignedDuration::from_hours(1)).ok()
    }
}

fn is_separator(character: char) -> bool {
    character == '/' || character == MAIN_SEPARATOR
}

fn push_literal(parts: &mut Vec<TemplatePart>, text: &str) {
    match parts.last_mut() {
        Some(TemplatePart::Literal(last)) => last.push_str(text),
        _ if text.is_empty() => {}
        _ => parts.push(TemplatePart::Literal(text.into())),
    }
}

/// The text before the first placeholder, the placeholder (`None` is the job), and the text after it.
fn next_placeholder(text: &str) -> Option<(&str, Option<TemplatePart>, &str)> {
    let mut from = 0;
    while let Some(found) = text.get(from..)?.find('{') {
        let at = from + found;
        let (before, after) = text.split_at_checked(at)?;
        for (name, part) in [
            ("{job}", None),
            ("{date}", Some(TemplatePart::Date)),
            ("{year}", Some(TemplatePart::Year)),
            ("{month}", Some(TemplatePart::Month)),
            ("{day}", Some(TemplatePart::Day)),
            ("{hour}", Some(TemplatePart::Hour)),
            ("{run}", Some(TemplatePart::Run)),
        ] {
            if let Some(rest) = after.strip_prefix(name) {
                return Some((before, part, rest));
            }
        }
        from = at + 1;
    }
    None
}

/// Matches a path with the remaining parts. Only runs have a variable length, and all lengths are tried.
fn match_parts(parts: &[TemplatePart], path: &str, values: PathValues) -> Option<PathValues> {
    let Some((part, rest)) = parts.split_first() else {
        return path.is_empty().then_some(values);
    };
    match part {
        TemplatePart::Literal(text) => match_parts(rest, path.strip_prefix(text.as_str())?, values),
        TemplatePart::Date => {
            let (date, after) = path.split_at_checked(10)?;
            match_parts(rest, after, PathValues { date: Some(date.parse().ok()?), ..values })
        }
        TemplatePart::Year => {
            let (year, after) = digits(path, 4)?;
            match_parts(rest, after, PathValues { year: i16::try_from(year).ok(), ..values })
        }
        TemplatePart::Month => {
            let (month, after) = digits(path, 2)?;
            match_parts(rest, after, PathValues { month: i8::try_from(month).ok(), ..values })
        }
        TemplatePart::Day => {
            let (day, after) = digits(path, 2)?;
            match_parts(rest, after, PathValues { day: i8::try_from(day).ok(), ..values })
        }
        TemplatePart::Hour => {
            let (hour, after) = digits(path, 2)?;
            match_parts(rest, after, PathValues { hour: i8::try_from(hour).ok(), ..values })
        }
        // An `i64` has at most 19 digits.
        TemplatePart::Run => (1..=19).find_map(|length| {
            let (run, after) = digits(path, length)?;
            match_parts(rest, after, PathValues { run: Some(run), ..values })
        }),
    }
}

fn digits(path: &str, length: usize) -> Option<(i64, &str)> {
    let (digits, after) = path.split_at_checked(length)?;
    let is_number = digits.bytes().all(|byte| byte.is_ascii_digit());
    Some((digits.parse().ok().filter(|_| is_number)?, after))
}

/// The path with a number before its suffixes: `news.1.jsonl.gz`. 0 is the path itself.
pub(super) fn numbered(path: &str, number: u32) -> String {
    if number == 0 {
        return path.into();
    }
    let (stem, suffix) = split_suffixes(path);
    format!("{stem}.{number}{suffix}")
}

/// The path without its number; `None` if it has none.
pub(super) fn without_number(path: &str) -> Option<String> {
    // Without a suffix, the number is where the suffix would be.
    [split_suffixes(path), (path, "")].into_iter().find_map(|(stem, suffix)| {
        let (stem, number) = stem.rsplit_once('.')?;
        let number: u32 = number.parse().ok()?;
        let base = format!("{stem}{suffix}");
        (number > 0 && numbered(&base, number) == path).then_some(base)
    })
}

/// Splits a path before its suffixes, including that of the compression.
fn split_suffixes(path: &str) -> (&str, &str) {
    let name_at = path.rfind(is_separator).map_or(0, |at| at + 1);
    let name = path.get(name_at..).unwrap_or(path);
    let plain = uncompressed(name);
    let stem = Path::new(plain).file_stem().and_then(OsStr::to_str).unwrap_or(plain);
    path.split_at_checked(name_at + stem.len()).unwrap_or((path, ""))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn time(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn a_path_has_the_time_and_run_of_its_records() {
        let at = time("2026-03-29T01:59:59.999+02:00");
        for (template, path) in [
            ("out/{job}/{date}.jsonl", "out/harbour-news/2026-03-28.jsonl"),
            ("{year}/{month}/{day}/{hour}.csv.gz", "2026/03/28/23.csv.gz"),
            ("runs/{job}-{run}.parquet", "runs/harbour-news-17.parquet"),
            ("{date}/pages/", "2026-03-28/pages/"),
            ("news.jsonl", "news.jsonl"),
            ("{other}{.jsonl", "{other}{.jsonl"),
            ("{{date}}.txt", "{2026-03-28}.txt"),
        ] {
            assert_eq!(PathTemplate::new(template, "harbour-news").path(at, RunId(17)), path);
        }
    }

    #[test]
    fn only_paths_of_the_template_are_parsed() {
        for (template, path, until) in [
            ("out/{date}.jsonl", "out/2026-02-28.jsonl", Some("2026-03-01T00:00:00Z")),
            ("{year}/{month}.csv", "2024/02.csv", Some("2024-03-01T00:00:00Z")),
            ("{year}.csv", "2024.csv", Some("2025-01-01T00:00:00Z")),
            ("{year}{month}{day}-{hour}.csv", "20240229-07.csv", Some("2024-02-29T08:00:00Z")),
            ("{date}-{run}.csv", "2026-02-28-12.csv", Some("2026-03-01T00:00:00Z")),
            ("{run}.csv", "120.csv", None),
            ("{run}{hour}.csv", "12023.csv", None),
            ("{month}-{day}.csv", "12-31.csv", None),
        ] {
            let made = PathTemplate::new(template, "j").parse(path);
            assert_eq!(made, Some(PathPeriod { until: until.map(time) }), "{template}");
        }
        for (template, path) in [
            ("out/{date}.jsonl", "out/2026-02-30.jsonl"),
            ("out/{date}.jsonl", "out/2026-02-28.jsonl.bak"),
            ("out/{date}.jsonl", "out/2026-2-28.jsonl"),
            ("out/{date}.jsonl", "out/20260228xx.jsonl"),
            ("{year}/{date}.csv", "2025/2026-02-28.csv"),
            ("{year}-{year}.csv", "2025-2026.csv"),
            ("{run}.csv", "012.csv"),
            ("{run}.csv", "+12.csv"),
            ("{month}.csv", "é.csv"),
        ] {
            assert_eq!(PathTemplate::new(template, "j").parse(path), None, "{template} {path}");
        }
    }

    #[test]
    fn the_root_is_the_constant_folder() {
        for (template, root, depth) in [
            ("out/{job}/{date}.jsonl", "out/j/", 0),
            ("out/a-{year}/{month}/x.jsonl", "out/", 2),
            ("{date}.jsonl", ".", 0),
            ("news.jsonl", ".", 0),
            ("/var/pages/", "/var/pages/", 0),
            ("/var/{date}/", "/var/", 1),
        ] {
            let template = PathTemplate::new(template, "j");
            assert_eq!((template.root(), template.depth()), (root.into(), depth), "{template:?}");
        }
    }

    #[test]
    fn numbers_come_before_the_suffixes() {
        for (path, number, numbered_path) in [
            ("out/2026-03-29.jsonl", 1, "out/2026-03-29.1.jsonl"),
            ("news.v2.jsonl.gz", 12, "news.v2.12.jsonl.gz"),
            ("a.b/news", 2, "a.b/news.2"),
        ] {
            assert_eq!(numbered(path, number), numbered_path);
            assert_eq!(without_number(numbered_path).as_deref(), Some(path));
        }
        assert_eq!(numbered("a.jsonl", 0), "a.jsonl");
        for path in ["a.jsonl", "a.0.jsonl", "a.01.jsonl", "a.+1.jsonl", "a.b/c.jsonl"] {
            assert_eq!(without_number(path), None, "{path}");
        }
    }
}
