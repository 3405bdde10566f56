use copydesk_clean::{ClutterClass, RecordError, RecordErrorKind, RecordOutcome, TextQuality};

use super::*;
use crate::error::ErrorKind;
use crate::page_filters::ExclusionReason;

fn page(source: &str, host: Option<&str>, millis: u64) -> PageReport {
    PageReport {
        source: source.into(),
        outcome: RecordOutcome::Ok,
        hostname: host.map(ToOwned::to_owned),
        language: Some("en".into()),
        quality: TextQuality { confidence: 0.9, kept_ratio: 0.5, ..TextQuality::default() },
        elapsed: Duration::from_millis(millis),
        page_bytes: 2_000,
        ..PageReport::default()
    }
}

fn failed(source: &str, kind: &str) -> PageReport {
    let error = RecordError {
        kind: RecordErrorKind::from_name(kind),
        message: "<script>no</script>".into(),
        concerns: String::new(),
    };
    PageReport { outcome: RecordOutcome::Error, error: Some(error), ..page(source, None, 1) }
}

fn report() -> RunReport {
    let mut report = RunReport::new(SystemTime::UNIX_EPOCH + Duration::from_hours(477_012));
    let mut stats = RunStats::default();
    let mut pages: Vec<PageReport> =
        (0..50).map(|n| page(&format!("{n}.html"), Some("a.example"), n)).collect();
    pages.push(page("b.html", Some("b.example"), 7));
    pages.extend((0..7).map(|n| failed(&format!("{n}.gz"), "decompress")));
    pages.push(failed("x.html", "binary"));
    pages.push(PageReport {
        excluded: Some(ExclusionReason::Language),
        ..page("de.html", Some("a.example"), 900)
    });
    for (at, page) in pages.iter().enumerate() {
        stats.count(page);
        stats.removed.insert(ClutterClass::Paywall, 3);
        report.add(page, &stats, Duration::from_millis(100 * at as u64));
    }
    report
}

#[test]
fn pages_are_counted_by_what_became_of_them() {
    let report = report();
    assert_eq!((report.stats.pages, report.stats.ok, report.stats.failed), (59, 51, 8));
    assert_eq!(report.stats.excluded.get(&ExclusionReason::Language), Some(&1));
    let errors: Vec<_> = report
        .errors
        .kinds()
        .iter()
        .map(|error| (error.kind.as_str(), error.count, error.examples.len()))
        .collect();
    assert_eq!(errors, [("decompress", 7, 5), ("binary", 1, 1)]);
    let slowest = report.slowest.pages();
    assert_eq!((slowest.len(), slowest[0].source.as_str()), (20, "49.html"));
    let sites: Vec<_> =
        report.sites.largest(9).iter().map(|(host, site)| (*host, site.pages)).collect();
    assert_eq!(sites, [("a.example", 50), ("b.example", 1)]);
    assert_eq!(report.sites.unknown, 8);
    assert_eq!(report.kept_ratio.count, 51);
}

#[test]
fn the_json_report_reads_back() {
    let report = report();
    let json: serde_json::Value = serde_json::from_str(&report.json()).unwrap();
    assert_eq!(json["ok"], 51);
    assert_eq!(json["removed"]["paywall"], 3);
    assert_eq!(json["excluded"]["language"], 1);
    let back: RunReport = serde_json::from_str(&report.json()).unwrap();
    assert_eq!(back.stats, report.stats);
    assert_eq!(back.errors, report.errors);
    assert_eq!(json["started_at"], "2024-06-01T12:00:00Z");
}

#[test]
fn the_page_needs_no_network_and_escapes_every_text() {
    let html = report().html();
    assert!(html.contains("<h1>59 pages in 5.9 s</h1>"), "{html}");
    assert!(html.contains("&#60;script&#62;no"), "{html}");
    assert!(!html.contains("<script") && !html.contains("http"), "{html}");
    assert!(html.contains("left out: language"));
    let tree = scraper::Html::parse_document(&html);
    let rects = scraper::Selector::parse("svg rect").unwrap();
    assert!(tree.select(&rects).count() > 10);
    assert!(RunReport::new(SystemTime::UNIX_EPOCH).html().contains("<h1>0 pages in 0.0 s</h1>"));
}

#[test]
fn a_resumed_run_reports_what_it_did_not_see() {
    let mut report = RunReport::new(SystemTime::UNIX_EPOCH);
    let mut stats = RunStats { pages: 100, ok: 100, ..RunStats::default() };
    for name in ["a.html", "b.html"] {
        stats.count(&page(name, None, 1));
        report.add(&page(name, None, 1), &stats, Duration::from_secs(4));
    }
    assert_eq!((report.stats.pages, report.pages_before), (102, 100));
    assert!(report.html().contains("0.5 pages/s"), "{}", report.html());
}

#[test]
fn the_suffix_decides_the_format() {
    let folder = tempfile::tempdir().unwrap();
    let report = report();
    for (name, start) in [("run.html", "<!doctype html>"), ("run.json", "{")] {
        let path = folder.path().join(name);
        report.write(&path).unwrap();
        report.write(&path).unwrap();
        assert!(std::fs::read_to_string(path).unwrap().starts_with(start));
    }
    let error = report.write(&folder.path().join("run.txt")).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::ReportFormat { .. }), "{error}");
}
