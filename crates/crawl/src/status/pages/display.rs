//! Numbers, links and states for people.

use std::fmt::Write;

use crate::frontier::RunEnd;
use crate::status::job_status::JobStanding;

/// A state as a word, with its CSS class.
pub(super) struct StatusBadge {
    pub(super) word: &'static str,
    pub(super) class: &'static str,
}

impl StatusBadge {
    pub(super) fn for_job(standing: JobStanding) -> Self {
        let (word, class) = match standing {
            JobStanding::Running => ("running", "busy"),
            JobStanding::Well => ("ok", "good"),
            JobStanding::Stopped => ("stopped", "plain"),
            JobStanding::Failed => ("failed", "bad"),
            JobStanding::Open => ("not ended", "odd"),
            JobStanding::New => ("never ran", "plain"),
        };
        Self { word, class }
    }

    pub(super) fn for_run(end: Option<RunEnd>) -> Self {
        let (word, class) = match end {
            Some(RunEnd::Complete) => ("complete", "good"),
            Some(RunEnd::Budget) => ("budget", "good"),
            Some(RunEnd::Stopped) => ("stopped", "plain"),
            Some(RunEnd::Failed) => ("failed", "bad"),
            None => ("not ended", "odd"),
        };
        Self { word, class }
    }
}

/// `1,234,567`.
pub(super) fn group_digits(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// `1.2 MB`.
pub(super) fn bytes(bytes: u64) -> String {
    const UNITS: [&str; 5] = ["kB", "MB", "GB", "TB", "PB"];
    if bytes < 1000 {
        return format!("{bytes} B");
    }
    let mut value = bytes as f64 / 1000.0;
    let mut units = UNITS.iter();
    let mut unit = units.next();
    // Compare with 999.95, since anything above rounds to 1000.0.
    while value >= 999.95
        && let Some(next) = units.next()
    {
        value /= 1000.0;
        unit = Some(next);
    }
    format!("{value:.1} {}", unit.copied().unwrap_or_default())
}

/// The URL, if it is safe as a link: http or https, and nothing that a browser would execute, such as
/// `javascript:`.
pub(super) fn safe_link(url: &str) -> Option<&str> {
    let is_web_url = url::Url::parse(url)
        .is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
    is_web_url.then_some(url)
}

/// Percent-encodes a name as one segment of a path.
pub(super) fn path_part(name: &str) -> String {
    let mut part = String::with_capacity(name.len());
    for byte in name.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' => part.push(char::from(byte)),
            // Writing to a string cannot fail.
            _ => {
                let _ = write!(part, "%{byte:02X}");
            }
        }
    }
    part
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_read_by_people() {
        assert_eq!(
            [0, 999, 1_000, 1_234_567].map(group_digits),
            ["0", "999", "1,000", "1,234,567"]
        );
        let sizes = [999, 1_000, 999_949, 999_950, 1_234_567_890].map(bytes);
        assert_eq!(sizes, ["999 B", "1.0 kB", "999.9 kB", "1.0 MB", "1.2 GB"]);
    }

    #[test]
    fn only_web_urls_become_links() {
        assert_eq!(safe_link("https://news.example/a"), Some("https://news.example/a"));
        for url in ["javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "page"] {
            assert_eq!(safe_link(url), None, "{url}");
        }
    }

    #[test]
    fn a_name_in_a_path_is_only_a_name() {
        assert_eq!(path_part("harbour-news_2"), "harbour-news_2");
        assert_eq!(path_part("a/b?c é"), "a%2Fb%3Fc%20%C3%A9");
    }
}
