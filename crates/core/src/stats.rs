//! Counts what a run did.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use copydesk_clean::{ClutterClass, RecordOutcome};

use serde::{Deserialize, Serialize};

use crate::figures::{Throughput, counted};
use crate::page_filters::ExclusionReason;
use crate::page_report::PageReport;
use crate::string_enum::joined;

/// Counts over the pages of a run.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunStats {
    /// Pages with a record in the output.
    pub pages: u64,
    /// Records with main content.
    pub ok: u64,
    /// Records without main content.
    pub empty: u64,
    /// Records of pages that could not be read, or only in part.
    pub failed: u64,
    /// Records of pages that were fetched, failed fetches included.
    pub fetched: u64,
    /// Inputs that were skipped because their output exists already.
    pub skipped: u64,
    /// Pages that were excluded from the output, by reason.
    pub excluded: BTreeMap<ExclusionReason, u64>,
    /// Records marked as duplicates of earlier pages. Duplicates that were dropped are in `excluded`.
    // Checkpoints of versions that did not mark duplicates have no such field.
    #[serde(default)]
    pub duplicates: u64,
    /// Bytes of pages, after decompression.
    pub bytes: u64,
    /// Bytes of inputs, as stored.
    pub source_bytes: u64,
    /// Blocks that were removed, by clutter class.
    pub removed: BTreeMap<ClutterClass, usize>,
}

impl RunStats {
    pub(crate) fn count(&mut self, report: &PageReport) {
        self.source_bytes += report.source_bytes;
        if report.is_skipped {
            self.skipped += 1;
            return;
        }
        self.bytes += report.page_bytes;
        if let Some(reason) = report.excluded {
            *self.excluded.entry(reason).or_default() += 1;
            return;
        }
        self.pages += 1;
        self.fetched += u64::from(report.is_fetched);
        self.duplicates += u64::from(report.is_duplicate);
        match report.outcome {
            RecordOutcome::Ok => self.ok += 1,
            RecordOutcome::Empty => self.empty += 1,
            _ => self.failed += 1,
        }
        for (class, count) in &report.removed.counts {
            *self.removed.entry(*class).or_default() += count;
        }
    }

    /// Adds the counts of other pages.
    pub(crate) fn add(&mut self, other: &Self) {
        // Without `..`: a new field that is not added here does not compile.
        let Self {
            pages,
            ok,
            empty,
            failed,
            fetched,
            skipped,
            duplicates,
            excluded,
            bytes,
            source_bytes,
            removed,
        } = other;
        for (sum, count) in [
            (&mut self.pages, pages),
            (&mut self.ok, ok),
            (&mut self.empty, empty),
            (&mut self.failed, failed),
            (&mut self.fetched, fetched),
            (&mut self.skipped, skipped),
            (&mut self.duplicates, duplicates),
            (&mut self.bytes, bytes),
            (&mut self.source_bytes, source_bytes),
        ] {
            *sum += count;
        }
        for (reason, count) in excluded {
            *self.excluded.entry(*reason).or_default() += count;
        }
        for (class, count) in removed {
            *self.removed.entry(*class).or_default() += count;
        }
    }

    /// Megabytes (10^6 bytes) of pages per second.
    pub fn mb_per_second(&self, elapsed: Duration) -> f64 {
        self.bytes as f64 / 1e6 / elapsed.as_secs_f64().max(1e-9)
    }

    /// The summary of a run that took `elapsed`, as one line.
    pub fn summary(&self, elapsed: Duration) -> RunSummary<'_> {
        RunSummary { stats: self, elapsed }
    }
}

/// Displays [`RunStats`] as one line.
#[derive(Debug)]
pub struct RunSummary<'a> {
    stats: &'a RunStats,
    elapsed: Duration,
}

impl fmt::Display for RunSummary<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let RunStats { pages, ok, empty, failed, skipped, excluded, bytes, removed, .. } =
            self.stats;
        let pages = counted(*pages, "page");
        write!(f, "{pages}: {ok} ok, {empty} empty, {failed} failed")?;
        if *skipped > 0 {
            write!(f, " ({skipped} skipped: output exists)")?;
        }
        let left_out: u64 = excluded.values().sum();
        if left_out > 0 {
            write!(f, " ({left_out} excluded: ")?;
            let reasons = excluded.iter().map(|(reason, count)| format!("{reason} {count}"));
            write!(f, "{})", joined(reasons))?;
        }
        if self.stats.duplicates > 0 {
            let as_what = if self.stats.duplicates == 1 { "a duplicate" } else { "duplicates" };
            write!(f, " ({} marked as {as_what})", self.stats.duplicates)?;
        }
        write!(f, "; {}", Throughput { bytes: *bytes, elapsed: self.elapsed })?;
        let total: usize = removed.values().sum();
        write!(f, "; removed {}", counted(total as u64, "block"))?;
        let mut by_count: Vec<_> = removed.iter().collect();
        by_count.sort_by_key(|(class, count)| (std::cmp::Reverse(**count), **class));
        for (at, (class, count)) in by_count.into_iter().enumerate() {
            write!(f, "{} {class} {count}", if at == 0 { ":" } else { "," })?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_summary_is_one_line() {
        let mut stats = RunStats {
            pages: 3,
            ok: 1,
            empty: 1,
            failed: 1,
            bytes: 2_500_000,
            removed: [(ClutterClass::Share, 2), (ClutterClass::Paywall, 7)].into(),
            ..RunStats::default()
        };
        assert_eq!(
            stats.summary(Duration::from_millis(500)).to_string(),
            "3 pages: 1 ok, 1 empty, 1 failed; 2.5 MB at 5.0 MB/s; removed 9 blocks: paywall 7, share 2"
        );
        stats = RunStats { pages: 3, ok: 3, duplicates: 2, ..RunStats::default() };
        let summary = stats.summary(Duration::from_secs(1)).to_string();
        assert!(summary.starts_with("3 pages: 3 ok, 0 empty, 0 failed (2 marked as duplicates); "));
        stats = RunStats { pages: 1, ok: 1, skipped: 4, ..RunStats::default() };
        assert_eq!(
            stats.summary(Duration::from_secs(1)).to_string(),
            "1 page: 1 ok, 0 empty, 0 failed (4 skipped: output exists); 0 B; \
             removed 0 blocks"
        );
    }
}
