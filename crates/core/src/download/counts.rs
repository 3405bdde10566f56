//! Counts what a run of downloads did.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use copydesk_clean::RecordError;
use copydesk_fetch::FetchResult;
use serde::Serialize;

use super::writer::DownloadReport;
use crate::figures::DataSize;

/// Counts over the URLs of a run.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct DownloadCounts {
    /// URLs with a result, fetched or failed.
    pub pages: u64,
    /// URLs that returned a page, or the response that it did not change.
    pub ok: u64,
    /// URLs that did not.
    pub failed: u64,
    /// URLs that were not fetched because the output has them.
    pub skipped: u64,
    /// Attempts, without redirects.
    pub attempts: u64,
    /// Redirects that were followed.
    pub redirects: u64,
    /// Bytes of bodies, as received.
    pub wire_bytes: u64,
    /// Bytes of bodies, after decompression.
    pub body_bytes: u64,
    /// Responses by status.
    pub statuses: BTreeMap<u16, u64>,
    /// Failures by kind; `status` counts responses without a page.
    pub failures: BTreeMap<String, u64>,
}

impl DownloadCounts {
    pub(super) fn count(&mut self, fetched: &FetchResult, report: &DownloadReport) {
        self.attempts += u64::from(fetched.attempts);
        if let Ok(response) = &fetched.result {
            self.redirects += response.chain.len() as u64;
            self.wire_bytes += response.exchange.wire_bytes;
            self.body_bytes += response.body.len() as u64;
            *self.statuses.entry(response.status()).or_default() += 1;
        }
        if let Some(error) = &report.error {
            self.count_failure(error);
        } else {
            self.pages += 1;
            self.ok += 1;
        }
    }

    pub(super) fn count_failure(&mut self, error: &RecordError) {
        self.pages += 1;
        self.failed += 1;
        *self.failures.entry(error.kind.to_string()).or_default() += 1;
    }

    /// The summary of a run that took `elapsed`, as one line.
    pub fn summary(&self, elapsed: Duration) -> DownloadSummary<'_> {
        DownloadSummary { counts: self, elapsed }
    }
}

/// Displays [`DownloadCounts`] as one line.
#[derive(Debug)]
pub struct DownloadSummary<'a> {
    counts: &'a DownloadCounts,
    elapsed: Duration,
}

impl fmt::Display for DownloadSummary<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let DownloadCounts { pages, ok, failed, skipped, wire_bytes, failures, .. } = self.counts;
        let s = if *pages == 1 { "" } else { "s" };
        write!(f, "{pages} page{s}: {ok} fetched, {failed} failed")?;
        for (at, (kind, count)) in failures.iter().enumerate() {
            write!(f, "{}{kind} {count}", if at == 0 { " (" } else { ", " })?;
        }
        if !failures.is_empty() {
            f.write_str(")")?;
        }
        if *skipped > 0 {
            write!(f, ", {skipped} skipped (the output has them)")?;
        }
        let seconds = self.elapsed.as_secs_f64().max(1e-9);
        write!(f, "; {} in {seconds:.1} s", DataSize(*wire_bytes))?;
        // One page has no rate, and failures mostly cost no time.
        if *ok > 1 { write!(f, ", {:.1} pages/s", *ok as f64 / seconds) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use copydesk_clean::RecordErrorKind;

    use super::*;

    #[test]
    fn the_summary_is_one_line() {
        let mut counts =
            DownloadCounts { ok: 2, pages: 2, wire_bytes: 2_500_000, ..DownloadCounts::default() };
        assert_eq!(
            counts.summary(Duration::from_millis(500)).to_string(),
            "2 pages: 2 fetched, 0 failed; 2.5 MB in 0.5 s, 4.0 pages/s"
        );
        for kind in ["status", "robots", "status"] {
            let (kind, message) = (RecordErrorKind::from_name(kind), String::new());
            counts.count_failure(&RecordError { kind, message, concerns: String::new() });
        }
        counts.skipped = 7;
        assert_eq!(
            counts.summary(Duration::from_secs(1)).to_string(),
            "5 pages: 2 fetched, 3 failed (robots 1, status 2), 7 skipped (the output has them); \
             2.5 MB in 1.0 s, 2.0 pages/s"
        );
    }
}
