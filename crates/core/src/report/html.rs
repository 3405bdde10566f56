//! The report as an HTML page.

use std::cmp::Reverse;

use askama::Template;

use super::chart::{bar_table, columns};
use super::{Histogram, RunReport, SiteFigures};
use crate::figures::counted;

/// The most hosts shown: a longer table would not be read. The JSON has all of them.
const MAX_SITES: usize = 100;

#[derive(Template)]
#[template(path = "report.html")]
struct ReportPage<'a> {
    report: &'a RunReport,
    pages: String,
    kept_pages: String,
    other_pages: String,
    unknown_pages: String,
    more_hosts: String,
    duration: String,
    outcomes: String,
    removed: String,
    languages: String,
    kept_ratio: String,
    confidence: String,
    timeline: String,
    sites: Vec<(&'a str, &'a SiteFigures)>,
    more_sites: u64,
}

pub(super) fn page(report: &RunReport) -> String {
    let stats = &report.stats;
    let mut outcomes = vec![
        ("ok".to_owned(), stats.ok, "good"),
        ("empty".into(), stats.empty, "plain"),
        ("failed".into(), stats.failed, "bad"),
        ("skipped, output exists".into(), stats.skipped, "plain"),
    ];
    outcomes.extend(
        stats
            .excluded
            .iter()
            .map(|(reason, count)| (format!("left out: {reason}"), *count, "plain")),
    );
    let mut removed: Vec<_> =
        stats.removed.iter().map(|(class, count)| (class, *count as u64, "plain")).collect();
    removed.sort_by_key(|(_, count, _)| Reverse(*count));
    let mut languages: Vec<_> =
        report.languages.iter().map(|(name, count)| (name, *count, "plain")).collect();
    languages.sort_by_key(|(_, count, _)| Reverse(*count));
    let sites = report.sites.largest(MAX_SITES);
    let step = report.timeline.step_seconds;
    let more_sites = (report.sites.by_host.len() - sites.len()) as u64;
    let page = ReportPage {
        report,
        pages: counted(stats.pages, "page"),
        kept_pages: counted(report.kept_ratio.count, "page"),
        other_pages: counted(report.sites.others.pages, "page"),
        unknown_pages: counted(report.sites.unknown, "page"),
        more_hosts: counted(more_sites, "more host"),
        duration: duration(report.seconds),
        outcomes: bar_table(outcomes),
        removed: bar_table(removed),
        languages: bar_table(languages),
        kept_ratio: shares(&report.kept_ratio, "Share of words kept"),
        confidence: shares(&report.confidence, "Confidence"),
        timeline: columns(&report.timeline.rates(), "Pages a second", |at, rate| {
            format!("{rate:.1} pages/s at {}", duration(at as f64 * step))
        }),
        more_sites,
        sites,
    };
    // Cannot fail: the template is checked at compile time, and writes to memory.
    page.render().unwrap_or_default()
}

fn shares(histogram: &Histogram, title: &str) -> String {
    let counts: Vec<f64> = histogram.bins.iter().map(|count| *count as f64).collect();
    columns(&counts, title, |at, _| {
        let pages = counted(histogram.bins.get(at).copied().unwrap_or(0), "page");
        format!("{}-{} %: {pages}", at * 5, (at + 1) * 5)
    })
}

/// A duration for people: `4.2 s`, `1 min 15 s`, `1 h 02 min 03 s`.
fn duration(seconds: f64) -> String {
    if seconds < 60.0 {
        return format!("{seconds:.1} s");
    }
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a span of time")]
    let seconds = seconds as u64;
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    if hours > 0 {
        format!("{hours} h {minutes:02} min {seconds:02} s")
    } else {
        format!("{minutes} min {seconds:02} s")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_readable() {
        assert_eq!(duration(0.04), "0.0 s");
        assert_eq!(duration(75.9), "1 min 15 s");
        assert_eq!(duration(3723.0), "1 h 02 min 03 s");
    }
}
